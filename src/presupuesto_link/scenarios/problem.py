"""The reallocation problem: bags of lines that may give, bags that may receive, the arcs the law leaves, and every limit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from presupuesto_link.normas.judge import Judgement
from presupuesto_link.scenarios.baseline import Baseline
from presupuesto_link.scenarios.limits import Family
from presupuesto_link.scenarios.pool import Pool
from presupuesto_link.specs import EscenarioSpec


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
