"""Every closed list of the field, once. It imports nothing of the package and nothing heavy.

What a source spells in its own way (the months of a header, the stages of a layout) stays with that source.
"""

from __future__ import annotations

from typing import Literal, get_args

MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "setiembre", "octubre", "noviembre", "diciembre")
DECEMBER = len(MONTHS)
QUARTERS = {21: 3, 22: 6, 23: 9, 24: 12}
"""A flow of a whole quarter, where its source gives no months: the number that stands for it as a month → the month it ends in."""

STAGES = {"devengado": "devengado_soles", "compromiso": "comprometido_soles", "certificado": "certificado_soles"}
"""Stages of spending that the quarterly light measures, and the column that has the money of each."""

Colour = Literal["rojo", "amarillo", "verde", "gris"]
COLOURS: tuple[str, ...] = get_args(Colour)
RED, AMBER, GREEN, GREY = COLOURS

NdPolicy = Literal["excluir", "cero"]
POLICIES: tuple[NdPolicy, ...] = get_args(NdPolicy)
"""What to do with indicators without data."""
EXCLUDE, ZERO = POLICIES
POLICY_WORDS: dict[str, str] = {EXCLUDE: "excluyendo los ND", ZERO: "contando el ND como 0"}

MoneyKind = Literal["impresa", "vinculada"]
"""Where money comes from: a table that a document prints, or the lines of an extract."""
PRINTED, LINKED = get_args(MoneyKind)

Scope = Literal["pliego", "departamento", "todo"]
"""Whose spending is linked: what the pliego spends, what everybody spends in the department, or everything there is."""
SCOPES: tuple[Scope, ...] = get_args(Scope)
PLIEGO, DEPARTMENT, EVERYTHING = SCOPES

GOVERNMENTS = {"E": "Gobierno nacional", "R": "Gobierno regional", "M": "Gobierno local"}
"""Levels of government, by their letter in the SIAF."""

Verdict = Literal["PERMITIDO", "REQUIERE", "FALTA DATO", "PROHIBIDO"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
"""What the law says of a transfer, from best to worst."""

Confidence = Literal["alta", "media", "baja"]
"""Of a rule, legal or of the link."""
CONFIDENCES: tuple[str, ...] = get_args(Confidence)

Side = Literal["donante", "receptor"]
"""The ends of a transfer."""
