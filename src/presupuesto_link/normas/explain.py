"""Why a transfer has its verdict: the rules that concern it, what they ask for and which facts are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from presupuesto_link.normas.truth import TRUE, UNKNOWN, atom_truth
from presupuesto_link.normas.verdicts import MISSING, Arcs, effective
from presupuesto_link.vocabulary import VERDICTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from presupuesto_link.specs import CondicionSpec, ExcepcionSpec, ReglaSpec

SCHEMA = {
    "arco": pl.Int64,
    "regla": pl.String,
    "veredicto": pl.String,
    "articulo": pl.String,
    "texto": pl.String,
    "requiere": pl.String,
    "confianza": pl.String,
    "faltan": pl.String,
    "excepcion": pl.String,
}


def explain(arcs: Arcs, invoked: Sequence[ExcepcionSpec], numbers: NDArray[np.intp], only: str | None = None) -> pl.DataFrame:
    """The rules that concern each transfer, or may.

    Args:
        arcs: the transfers to explain.
        invoked: exceptions in use.
        numbers: the name of each transfer in the column `arco`.
        only: the rule asked about; null asks about all.

    Returns:
        Key (`arco`, `regla`), worst verdict first within a transfer; `requiere` is the paper of the exception when one is used;
        `faltan` names what is not known, null when nothing; `excepcion` is null when none lifts the rule.
    """
    parts = [_of_rule(arcs, rule, invoked, numbers) for rule in arcs.book.reglas if only in (None, rule.id)]
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    table = pl.concat([pl.DataFrame(schema=SCHEMA), *(part for part in parts if part is not None)])
    rank = pl.col("veredicto").replace_strict(order, return_dtype=pl.Int8)
    return table.sort("arco", rank, descending=[False, True], maintain_order=True)


def _of_rule(arcs: Arcs, rule: ReglaSpec, invoked: Sequence[ExcepcionSpec], numbers: NDArray[np.intp]) -> pl.DataFrame | None:
    import numpy as np

    truth, said = arcs.truth(rule), effective(arcs, rule, invoked)
    shown = np.flatnonzero((truth == TRUE) | ((truth == UNKNOWN) & (rule.veredicto != "PERMITIDO")))
    if not len(shown):
        return None
    some, truth, said = arcs.some(shown), truth[shown], said[shown]
    paper, lifted = _papers(some, rule, invoked)
    table = pl.DataFrame(
        {
            "arco": numbers[shown].astype("int64"),
            "regla": rule.id,
            "veredicto": [VERDICTS[code] for code in said],
            "articulo": rule.articulo,
            "texto": rule.texto,
            "requiere": paper,
            "confianza": rule.confianza,
            "faltan": _missing(some, rule),
            "excepcion": lifted,
        },
        schema=SCHEMA,
    )
    undecided = pl.Series((truth == UNKNOWN) & (said >= MISSING))
    return table.with_columns(faltan=pl.when(undecided & (pl.col("faltan") != "")).then("faltan"))


def _papers(arcs: Arcs, rule: ReglaSpec, invoked: Sequence[ExcepcionSpec]) -> tuple[list[str | None], list[str | None]]:
    """Per transfer, the paper to have and the exception that lifts the rule."""
    papers: list[str | None] = [rule.requiere or None] * len(arcs.i)
    lifted: list[str | None] = [None] * len(arcs.i)
    for exception in invoked:
        if rule.id in exception.levanta:
            for place in (arcs.truth(exception) == TRUE).nonzero()[0]:
                papers[place], lifted[place] = exception.requiere, exception.id
    return papers, lifted


def _missing(arcs: Arcs, rule: ReglaSpec) -> pl.Series:
    """Per transfer, the fields that leave some condition of the rule undecided, in Spanish and with their side."""
    texts: dict[str, pl.Series] = {}
    for condition in (*rule.cuando, *rule.salvo):
        undecided = pl.Series(arcs.condition(condition) == UNKNOWN)
        for label, unknown in _unknown_atoms(arcs, condition):
            before = texts.get(label)
            now = undecided & unknown
            texts[label] = now if before is None else before | now
    if not texts:
        return pl.Series([""] * len(arcs.i), dtype=pl.String)
    named = [pl.when(flags).then(pl.lit(label)) for label, flags in texts.items()]
    return pl.select(pl.concat_str(named, separator=", ", ignore_nulls=True)).to_series()


def _unknown_atoms(arcs: Arcs, condition: CondicionSpec) -> list[tuple[str, pl.Series]]:
    found = []
    for side, rows, places in (("donante", arcs.donors, arcs.i), ("receptor", arcs.receivers, arcs.j)):
        for name, values, wanted in condition.selectors(side):  # type: ignore[arg-type]
            truth = rows.select(pl.zeros(pl.len(), pl.Int8).alias("base") + atom_truth(name, values, wanted, rows.columns))
            found.append((f"{_label(name)} ({side})", truth.to_series().gather(places) == UNKNOWN))
    for name in (*condition.iguales, *condition.distintos):
        found.append((f"{_label(name)} (ambos lados)", pl.Series(arcs.equal(name) == UNKNOWN)))
    return found


def _label(name: str) -> str:
    """A field as messages name it, without the list of its values."""
    from presupuesto_link.specs import FIELD_NAMES

    return FIELD_NAMES[name].partition(":")[0]
