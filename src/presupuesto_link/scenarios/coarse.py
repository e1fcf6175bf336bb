"""The same problem with fewer bags: what no limit nor objective tells apart is put together, and what is found there holds for every bag.

Bags of one action that reach the same bags of the other side through the same limits have the same duals in some optimal solution, so the
optimal face of the small problem, told to the large one, is an optimal face of the large one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from presupuesto_link.scenarios.limits import side_families
from presupuesto_link.scenarios.model import Model, Solved
from presupuesto_link.scenarios.objectives import objective_of
from presupuesto_link.scenarios.pool import Pool
from presupuesto_link.scenarios.problem import ReallocationProblem

_CROSSING = ("límite", "excepción")


@dataclass(frozen=True)
class Coarse:
    """A smaller problem.

    Attributes:
        problem: the same, with merged bags.
        arc: the arc of the small problem that each arc of the large one is part of.
        donor, receiver: the merged bag of each bag.
    """

    problem: ReallocationProblem
    arc: np.ndarray
    donor: np.ndarray
    receiver: np.ndarray

    def lifted(self, small: Model, large: Model, solved: Solved) -> Solved:
        """A solution of the small model with its duals told to the large one; only the duals mean anything there."""
        rows = {name: place for place, name in enumerate(small.names)}
        place = np.array([rows.get(self._small_name(name), -1) for name in large.names], dtype=np.int64)
        row_dual = np.where(place >= 0, solved.row_dual[place], 0.0)
        extra = np.arange(self.problem.i.size, small.cost.size)
        column_dual = solved.column_dual[np.concatenate([self.arc, extra])]
        return replace(solved, row_dual=row_dual, column_dual=column_dual)

    def _small_name(self, name: str) -> str:
        """The row of the small model that stands for one of the large model."""
        head, _, bag = name.rpartition(":")
        if not head.startswith("bolsa "):
            return name
        merged = self.donor if head.startswith("bolsa donante") else self.receiver
        return f"{head}:{merged[int(bag)]}"


def coarse(problem: ReallocationProblem) -> Coarse:
    """Put together the bags that nothing tells apart.

    When the objective looks at the unit and programme of each bag, only those that share them are put together.
    """
    kind = _kinds(problem)
    width = kind.max(initial=0) + 1
    own = [_place(pool, problem) for pool in (problem.donors, problem.receivers)]
    donor = _merged(own[0], problem.i, problem.j * width + kind)
    receiver = _merged(own[1], problem.j, donor[problem.i] * width + kind)
    triples, first, arc = np.unique(np.stack([donor[problem.i], receiver[problem.j], kind]), axis=1, return_index=True, return_inverse=True)
    i, j = triples[0], triples[1]
    donors, receivers = _pooled(problem.donors, donor), _pooled(problem.receivers, receiver)
    rest = tuple(
        replace(family, labels=family.labels[first])
        for family in problem.families
        if family.name in _CROSSING or family.name.startswith("monto")
    )
    families = (*side_families(donors, receivers, i, j), *rest)
    small = replace(
        problem, donors=donors, receivers=receivers, i=i, j=j, kept=problem.kept[first], burden=problem.burden[first], families=families
    )
    return Coarse(small, arc.reshape(-1), donor, receiver)


def _kinds(problem: ReallocationProblem) -> np.ndarray:
    """A number per arc, equal for those that the law, every stated limit and every exception count alike."""
    kind = problem.burden.astype(np.int64)
    for family in problem.families:
        if family.name in _CROSSING:
            kind = kind * (family.size + 1) + family.labels + 1
    labels: np.ndarray = np.unique(kind, return_inverse=True)[1]
    return labels


def _place(pool: Pool, problem: ReallocationProblem) -> np.ndarray:
    """A number per bag: its action, and its unit and programme when the objective looks at them."""
    if not objective_of(problem.spec).by_place:
        actions: np.ndarray = pool.bolsas["accion_id"].to_numpy()
        return actions
    places: np.ndarray = pool.bolsas.select(pl.struct("accion_id", "sec_ejec", "programa").rank("dense")).to_series().to_numpy()
    return places


def _merged(own: np.ndarray, ends: np.ndarray, reached: np.ndarray) -> np.ndarray:
    """A number per bag, equal for bags of one place that reach the same."""
    order = np.lexsort((reached, ends))
    starts = np.searchsorted(ends[order], np.arange(own.size + 1))
    ordered = reached[order]
    seen: dict[tuple[int, bytes], int] = {}
    labels = np.empty(own.size, dtype=np.int64)
    for bag in range(own.size):
        key = (int(own[bag]), np.unique(ordered[starts[bag] : starts[bag + 1]]).tobytes())
        labels[bag] = seen.setdefault(key, len(seen))
    return labels


def _pooled(pool: Pool, label: np.ndarray) -> Pool:
    bags = (
        pool.bolsas.with_columns(grupo=pl.Series(label))
        .group_by("grupo")
        .agg(pl.col("accion", "accion_id", "sec_ejec", "programa").first(), pl.col("tope_soles", "pim_soles").sum())
        .sort("grupo")
        .rename({"grupo": "bolsa"})
    )
    return replace(pool, bolsas=bags)
