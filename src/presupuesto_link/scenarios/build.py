"""From a baseline, a scenario and the law to the problem to solve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from presupuesto_link.errors import InfeasibleScenarioError, Problem
from presupuesto_link.normas.judge import Judgement, judge
from presupuesto_link.normas.rulebook import Rulebook
from presupuesto_link.normas.truth import legal_class, side_truth
from presupuesto_link.scenarios.baseline import CHAIN, NAMED, Baseline
from presupuesto_link.scenarios.legal import check_legal_names, with_evidence
from presupuesto_link.scenarios.limits import families_of
from presupuesto_link.scenarios.pool import BAG, Pool
from presupuesto_link.scenarios.problem import ReallocationProblem
from presupuesto_link.scenarios.sides import Side, check_names, donors_of, receivers_of
from presupuesto_link.specs import EscenarioSpec
from presupuesto_link.vocabulary import Side as LegalSide

_SAME = ("pliego", "fuente", "rubro")  # a modification never leaves its pliego nor its source: other pairs are not even candidates


def build_problem(
    baseline: Baseline, spec: EscenarioSpec, book: Rulebook, level: str = "central", relaxed: Sequence[str] = ()
) -> ReallocationProblem:
    """Turn a scenario into a problem over bags.

    Args:
        baseline: the budget, the diagnosis and the ranking.
        spec: the scenario.
        book: the rules in force on the baseline's date.
        level: of the assumptions.
        relaxed: ids of rules not counted, to know what each costs; never for a proposal.

    Raises:
        SpecError: something named does not exist.
        InfeasibleScenarioError: nobody can give, nobody can receive, or the law leaves no transfer.
    """
    check_names(baseline, spec)
    check_legal_names(spec, book, (*CHAIN, *NAMED, "accion"))
    receiving = receivers_of(baseline, spec, level)
    giving = donors_of(baseline, spec, receiving.acciones)
    _somebody(giving, receiving, spec, baseline.niveles.accion)
    book = book.without(relaxed) if relaxed else book
    donors, receivers = _pool(giving, book, "donante", spec), _pool(receiving, book, "receptor", spec)
    i, j = _candidates(donors.bolsas, receivers.bolsas)
    invoked = [item.id for item in spec.legal.excepciones]
    verdicts = judge(book, donors.bolsas, receivers.bolsas, i, j, invoked, spec.legal.admite, (donors.truth, receivers.truth))
    kept = np.flatnonzero(verdicts.admitted)
    if not kept.size:
        raise InfeasibleScenarioError(_nothing_left(spec, verdicts, i.size))
    families = families_of(spec, baseline, donors, receivers, i[kept], j[kept], _capped(book, invoked, verdicts, kept))
    burden = _burden(verdicts, invoked)[kept]
    return ReallocationProblem(spec, baseline, donors, receivers, i[kept], j[kept], i, j, kept, verdicts, burden, families, level)


def _burden(verdicts: Judgement, invoked: Sequence[str]) -> np.ndarray:
    """What each candidate asks of the law."""
    asked = np.array([0.0, 1.0, 3.0, 9.0])[verdicts.codes]
    for exception in invoked:
        asked[verdicts.exception_used(exception) & (asked < 2)] = 2.0
    return asked


def _pool(side: Side, book: Rulebook, role: LegalSide, spec: EscenarioSpec) -> Pool:
    """The lines of a side in bags; bags of the same action are together, in the order of the actions."""
    lines = with_evidence(side.lineas, spec)
    truth = side_truth(lines, book, role)
    classed = lines.with_columns(clase=pl.Series(legal_class(truth), dtype=pl.Int32), fila=pl.int_range(pl.len(), dtype=pl.Int64))
    place = side.acciones.select("accion", accion_id=pl.int_range(pl.len(), dtype=pl.Int32))
    keyed = classed.join(place, on="accion", how="inner", validate="m:1")
    extra = [name for name in lines.columns if name not in {*BAG, "linea", "vinculo", "tope_soles"} and not name.endswith("_soles")]
    bags = (
        keyed.sort("linea")
        .group_by("accion_id", *BAG, "clase", maintain_order=True)
        .agg(
            pl.col("tope_soles").sum(),
            pl.col("pim_soles").sum(),
            pl.len().alias("lineas"),
            *(pl.col(name).first() for name in (*extra, "fila")),
        )
        .sort("accion_id", *BAG[1:], "clase", nulls_last=True)
        .with_row_index("bolsa")
    )
    members = keyed.join(
        bags.select("bolsa", "accion_id", *BAG, "clase"), on=["accion_id", *BAG, "clase"], how="inner", nulls_equal=True, validate="m:1"
    ).sort("linea")
    return Pool(side.acciones, bags.drop("fila"), members.drop("fila"), side.excluidas, truth[bags["fila"].to_numpy()])


def _candidates(donors: pl.DataFrame, receivers: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Every pair of the same pliego and source, donors first."""
    pairs = (
        donors.select(*_SAME, i="bolsa")
        .join(receivers.select(*_SAME, j="bolsa"), on=list(_SAME), how="inner", nulls_equal=True)
        .sort("i", "j")
    )
    return pairs["i"].to_numpy().astype(np.int64), pairs["j"].to_numpy().astype(np.int64)


def _capped(
    book: Rulebook, invoked: Sequence[str], verdicts: Judgement, kept: np.ndarray
) -> list[tuple[str, np.ndarray, float, dict[str, tuple[str, ...]]]]:
    """The invoked exceptions that the law caps: id, arcs that use it, ratio, and what it is a share of."""
    return [
        (item.id, verdicts.exception_used(item.id)[kept], item.tope_ratio, dict(item.tope_base))
        for item in book.excepciones
        if item.id in invoked and item.tope_ratio is not None
    ]


def _somebody(giving: Side, receiving: Side, spec: EscenarioSpec, action: str) -> None:
    where = f"escenario {spec.id}"
    if giving.acciones.is_empty():
        reasons = "; ".join(giving.excluidas["motivo"].unique().sort()) or f"ninguna {action} puede dar"
        raise InfeasibleScenarioError(
            Problem(
                f"{where}, donantes",
                reasons,
                f"{action} en {' o '.join(spec.donantes.colores_resultado)} con saldo libre y tope mayores que cero",
                "amplíe colores_resultado, acciones, fraccion_saldo_ratio o tope_pim_ratio, o revise protegidas y pisos",
            )
        )
    if receiving.acciones.is_empty() or receiving.lineas.is_empty():
        raise InfeasibleScenarioError(
            Problem(
                f"{where}, receptores",
                f"ninguna {action} puede recibir",
                f"{action} con rezago, presupuesto vinculado y tope mayor que cero",
                "amplíe puestos, objetivos, acciones o tope_pim_ratio",
            )
        )


def _nothing_left(spec: EscenarioSpec, verdicts: Judgement, candidates: int) -> Problem:
    """Why no transfer may exist: the verdicts found and the rules that stop the most."""
    where = f"escenario {spec.id}, legal"
    if not candidates:
        return Problem(
            where,
            "ningún donante comparte pliego, fuente y rubro con un receptor",
            "al menos un par de la misma fuente y rubro",
            "amplíe donantes o receptores",
        )
    counts = ", ".join(f"{verdict}: {count}" for verdict, count in verdicts.counts().items() if count)
    rules = ", ".join(verdicts.main_obstacles(3))
    return Problem(
        where,
        f"ninguna de las {candidates} transferencias posibles tiene un veredicto admitido ({counts}); las detienen sobre todo {rules}",
        f"veredicto {', '.join(spec.legal.admite)}",
        "declare evidencias, invoque la excepción que corresponda, o admita «FALTA DATO» para un resultado sólo indicativo",
    )
