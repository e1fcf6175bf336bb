"""The reallocation problem: bags of lines that may give, bags that may receive, the arcs the law leaves, and every limit.

A bag is what neither the law nor the scenario can tell apart: lines of one action, unit, source, category, generic and programme that
every rule in force judges alike. Solving over bags is therefore the same as solving over lines, and many times smaller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from presupuesto_link.errors import InfeasibleScenarioError, Problem
from presupuesto_link.normas.judge import Judgement, judge
from presupuesto_link.normas.rulebook import Rulebook
from presupuesto_link.normas.rulebook import Side as LegalSide
from presupuesto_link.normas.truth import legal_class, side_truth
from presupuesto_link.scenarios.baseline import CHAIN, NAMED, Baseline
from presupuesto_link.scenarios.legal import check_legal_names, with_evidence
from presupuesto_link.scenarios.limits import Family, families_of
from presupuesto_link.scenarios.sides import Side, check_names, donors_of, receivers_of
from presupuesto_link.specs import EscenarioSpec

BAG = ("accion", "pliego", "sec_ejec", "fuente", "rubro", "tipo_recurso", "categoria_gasto", "generica", "programa")
_SAME = ("pliego", "fuente", "rubro")  # a modification never leaves its pliego nor its source: other pairs are not even candidates


@dataclass(frozen=True)
class Pool:
    """One side in bags.

    Attributes:
        acciones: key `accion`, sorted by `orden` (see `Side`).
        bolsas: key `bolsa` (its row): `BAG`, `tope_soles`, `pim_soles`, `lineas` (count), `accion_id` (row of `acciones`), and the fields
            the law looks at, as in any of its lines.
        lineas: key `linea`: the lines, with `bolsa` and `tope_soles`.
        excluidas: see `Side`.
        truth: `normas.truth.side_truth` of each bag.
    """

    acciones: pl.DataFrame
    bolsas: pl.DataFrame
    lineas: pl.DataFrame
    excluidas: pl.DataFrame
    truth: np.ndarray


@dataclass(frozen=True)
class ReallocationProblem:
    """A scenario ready to be solved.

    Attributes:
        spec: what was asked.
        baseline: what it starts from.
        donors, receivers: the two sides.
        i, j: donor and receiver bag of each arc that may exist.
        candidates: how many arcs there were before the law, and `by_verdict` how many of each verdict.
        judgement: of the candidates; `kept` are the candidates that became arcs.
        burden: what each arc asks of the law: 0 permitted, 1 a paper, 2 an exception, 3 a doubt.
        families: every limit over the arcs.
        level: the level of the assumptions (bajo, central, alto).
    """

    spec: EscenarioSpec
    baseline: Baseline
    donors: Pool
    receivers: Pool
    i: np.ndarray
    j: np.ndarray
    candidate_i: np.ndarray
    candidate_j: np.ndarray
    kept: np.ndarray
    judgement: Judgement
    burden: np.ndarray
    families: tuple[Family, ...]
    level: str = "central"

    def only(self, arcs: np.ndarray) -> ReallocationProblem:
        """The same problem with some of its arcs."""
        families = tuple(replace(family, labels=family.labels[arcs]) for family in self.families)
        return replace(self, i=self.i[arcs], j=self.j[arcs], kept=self.kept[arcs], burden=self.burden[arcs], families=families)

    @property
    def donor_action(self) -> np.ndarray:
        """Row of `donors.acciones` of each arc."""
        rows: np.ndarray = self.donors.bolsas["accion_id"].to_numpy()[self.i]
        return rows

    @property
    def receiver_action(self) -> np.ndarray:
        """Row of `receivers.acciones` of each arc."""
        rows: np.ndarray = self.receivers.bolsas["accion_id"].to_numpy()[self.j]
        return rows


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
    _somebody(giving, receiving, spec)
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


def _somebody(giving: Side, receiving: Side, spec: EscenarioSpec) -> None:
    where = f"escenario {spec.id}"
    if giving.acciones.is_empty():
        reasons = "; ".join(giving.excluidas["motivo"].unique().sort()) or "ninguna AER puede dar"
        raise InfeasibleScenarioError(
            Problem(
                f"{where}, donantes",
                reasons if giving.excluidas.height else "ninguna AER puede dar",
                f"AER en {' o '.join(spec.donantes.colores_resultado)} con saldo libre y tope mayores que cero",
                "amplíe colores_resultado, acciones, fraccion_saldo_ratio o tope_pim_ratio, o revise protegidas y pisos",
            )
        )
    if receiving.acciones.is_empty() or receiving.lineas.is_empty():
        raise InfeasibleScenarioError(
            Problem(
                f"{where}, receptores",
                "ninguna AER puede recibir",
                "AER rezagadas con presupuesto vinculado y tope mayor que cero",
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
