"""Which budget programmes usually finance each action: a proposal with its confidence, never a link by itself."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.tables.contract import Contract, check_contract, check_references, raise_problems
from presupuesto_link.vocabulary import CONFIDENCES

NONE = "NINGUNO"
"""In the column of the programme: no budget programme finances this action."""
STATES = ("verificado", "histórico", "por verificar", "no corresponde")
CONTRACT = Contract(
    ("accion", "tema", "programa", "estado", "confianza", "desde", "hasta", "inversion", "nota"),
    ("accion", "programa"),
    (("estado", STATES), ("confianza", CONFIDENCES), ("inversion", ("sí", "no"))),
)


def check_programmes(raw: RawTable, actions: Iterable[str]) -> pl.DataFrame:
    """The programme table, checked.

    Args:
        raw: `data/vinculos/programas.csv` as it arrives.
        actions: the AER of the plan.

    Returns:
        Key `accion, programa` (`NONE` left out): `tema`, `estado`, `confianza`, `desde` and `hasta` (Int16, null = open), `inversion`
        (Boolean: mainly projects), `nota`.

    Raises:
        InputDataError: a column is missing, a key is blank or repeated, or a value is not one of those allowed.
    """
    check_contract(raw, CONTRACT)
    raise_problems(check_references(raw, "accion", actions, "acciones.csv"))
    years = [pl.col(column).replace("", None).cast(pl.Int16) for column in ("desde", "hasta")]
    table = raw.frame.filter(pl.col("programa") != NONE).with_columns(*years, pl.col("inversion") == "sí")
    return table.select(CONTRACT.columns).sort("accion", "programa")
