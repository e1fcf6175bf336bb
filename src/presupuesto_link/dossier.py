"""The whole story on one page, computed once: money → evaluation → firmness of the ranking → the quarter → scenarios.

Board, workbook, report, figures and tables read it; none of them computes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from presupuesto_link.evaluation.evaluate import Evaluation, evaluate
from presupuesto_link.evaluation.recommended import recommended
from presupuesto_link.facts import Facts
from presupuesto_link.inputs import Inputs
from presupuesto_link.money.cut import Cut
from presupuesto_link.money.money import money_of
from presupuesto_link.money.parts import part_rows, parts_of
from presupuesto_link.quarter.light import Monitoring, monitor
from presupuesto_link.quarter.projection import Projection, project
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.scenarios.ground import Solved, Unsolved, ground_of, solve_all
from presupuesto_link.scenarios.side_by_side import comparison
from presupuesto_link.studies.robustness import Robustness, study_robustness
from presupuesto_link.told import Rows, facts_of


@dataclass(frozen=True)
class Quarter:
    """Money in course: its light, and its close (null once the year has closed)."""

    monitoring: Monitoring
    projection: Projection | None

    @cached_property
    def facts(self) -> Facts:
        """Every figure of the light and of the close, and the parts of the money of each action."""
        own = [self.monitoring.facts, *([self.projection.facts] if self.projection else [])]
        return facts_of(part_rows(self.monitoring.followed.linkage, self.parts), *own)

    @cached_property
    def parts(self) -> Mapping[str, pl.DataFrame]:
        """`parts_of` what is linked."""
        return parts_of(self.monitoring.followed.linkage, self.monitoring.analysis.inputs.plan.acciones)

    @property
    def rows(self) -> tuple[Rows, ...]:
        """Each of their tables, with the fact that each figure is."""
        return (*self.monitoring.rows, *(self.projection.rows if self.projection else ()))


@dataclass(frozen=True)
class Dossier:
    """An evaluation with what stands of its ranking, its quarter when a snapshot with months was asked for, and its scenarios on the same money."""

    analysis: Evaluation
    robustness: Robustness
    quarter: Quarter | None
    solved: Solved

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios of the analysis that have a solution."""
        return self.solved.scenarios

    @property
    def unsolved(self) -> tuple[Unsolved, ...]:
        """Those that have none, with the reason."""
        return self.solved.unsolved

    @property
    def compared(self) -> tuple[Scenario, ...]:
        """Those that have a solution and, after them, the others of the folder on the same money."""
        return self.solved.compared

    @property
    def synthetic(self) -> bool:
        """Whether some money is made up, which every output must say."""
        return self.analysis.money.sintetico

    @property
    def cut_off(self) -> dt.date:
        """The date up to which it tells: that of the cut, or that of the evaluation."""
        spec = self.analysis.inputs.spec
        return self.analysis.budget.origen.al if self.analysis.money.cut else spec.fecha_corte

    @cached_property
    def facts(self) -> Facts:
        """Every figure that is shown, once; two results that disagree about one are an error here."""
        parts = [self.analysis.facts, self.robustness.facts, *(scenario.facts for scenario in self.compared)]
        beside = [recommended(self.analysis), *([comparison(self.compared)] if self.compared else [])]
        return facts_of(beside, *parts, *([self.quarter.facts] if self.quarter else []))

    @property
    def rows(self) -> tuple[Rows, ...]:
        """Every table of results, with the fact that each figure is."""
        scenarios = (row for scenario in self.scenarios for row in scenario.rows)
        return (*self.analysis.rows, *scenarios, *(self.quarter.rows if self.quarter else ()))


def assemble(inputs: Inputs, cut: Cut | None = None, say: Callable[[str], None] = lambda _: None) -> Dossier:
    """Run everything, each thing once.

    Args:
        inputs: the analysis.
        cut: the linked snapshot asked for; without it, only what the analysis itself says.
        say: called with a Spanish sentence before each long part.

    Raises:
        InputDataError: see `money_of` and `monitor`.
    """
    say("Vinculando el dinero" if cut else "Leyendo el dinero")
    money = money_of(inputs, cut)
    say("Midiendo avances y matrices")
    analysis = evaluate(inputs, cut, money)
    say("Probando la firmeza del ranking")
    firm = study_robustness(analysis)
    quarter = _quarter(analysis, say)
    say("Resolviendo escenarios")
    return Dossier(analysis, firm, quarter, solve_all(ground_of(analysis, projection=quarter.projection if quarter else None)))


def _quarter(analysis: Evaluation, say: Callable[[str], None]) -> Quarter | None:
    if analysis.money.monthly is None:
        return None
    say("Midiendo el semáforo del trimestre")
    found = monitor(analysis)
    if found.followed.closed:
        return Quarter(found, None)
    say("Proyectando el cierre")
    return Quarter(found, project(analysis.inputs, found.followed))
