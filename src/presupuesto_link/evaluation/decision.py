"""What decides: the advance, the money and the matrix of one pair of years, and the ranking that comes from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from presupuesto_link.evaluation.advance import measure_advance
from presupuesto_link.evaluation.aggregate import aggregate_elements
from presupuesto_link.evaluation.matrix import Matrix, cross_years
from presupuesto_link.evaluation.ranking import LAGGING, rank_actions
from presupuesto_link.inputs import Inputs
from presupuesto_link.money.budget import YearBudget
from presupuesto_link.money.by_action import LinkedBudget
from presupuesto_link.money.cut import Cut
from presupuesto_link.money.money import Money, money_of
from presupuesto_link.specs import UNSAID
from presupuesto_link.tables.asked import evaluated_years
from presupuesto_link.tables.levels import Levels


@dataclass(frozen=True)
class Decision:
    """The ranking and what it comes from: all that `ranking` needs of an evaluation.

    Attributes:
        inputs: with the years that decide and the pairs of years that are set side by side written in.
        money: every budget.
        indicators: advance of indicators under every profile.
        elements: advance of elements under every profile and ND policy.
        decision: the matrix of the pair of years that decides.
        ranking: `rank_actions` of it.
    """

    inputs: Inputs
    money: Money
    indicators: pl.DataFrame
    elements: pl.DataFrame
    decision: Matrix
    ranking: pl.DataFrame

    @property
    def pair(self) -> tuple[int, int]:
        """The year of the money and that of the results that decide."""
        return self.inputs.spec.ranking.anio_ejecucion, self.inputs.spec.ranking.anio_resultado

    @cached_property
    def chosen(self) -> pl.DataFrame:
        """The elements under the profile and the ND policy of the analysis."""
        own = self.inputs.spec.avance
        return self.elements.filter((pl.col("perfil") == own.perfil) & (pl.col("politica_nd") == own.politica_nd))

    @cached_property
    def scored(self) -> pl.DataFrame:
        """The indicators under the profile of the analysis."""
        return self.indicators.filter(pl.col("perfil") == self.inputs.spec.avance.perfil)

    @property
    def execution(self) -> pl.DataFrame:
        """Key `anio, accion`: the execution of every year with money, from the source that decides."""
        return self.money.ejecucion

    @property
    def levels(self) -> Levels:
        """How the plan calls its levels."""
        return self.inputs.plan.niveles

    @property
    def budget(self) -> YearBudget:
        """The budget of the year that decides."""
        return self.money.of(self.pair[0])

    @property
    def lagging(self) -> pl.DataFrame:
        """The rows of `ranking` that have a place in it, in order."""
        return self.ranking.filter(pl.col("grupo") == LAGGING)

    @property
    def no_modela(self) -> tuple[str, ...]:
        """What the analysis does not tell, given the source of the money that decides."""
        return self.inputs.spec.unsaid(self.budget.origen.clase)

    @property
    def linked(self) -> LinkedBudget:
        """That budget by action, with what its link covers."""
        return self.budget.linked


def decide(inputs: Inputs, cut: Cut | None = None, money: Money | None = None) -> Decision:
    """The ranking of checked inputs, and nothing that it does not need.

    Args:
        inputs: the analysis.
        cut: the linked snapshot whose years decide; without it, the extracts that the analysis links and its printed table.
        money: `money_of` both, when it is already there.

    Raises:
        InputDataError: a year asked for that no source has, or see `money_of`.
    """
    money = money or money_of(inputs, cut, UNSAID if cut else inputs.spec.ranking.anio_ejecucion)
    inputs = _decided(inputs, money)
    spec, rule = inputs.spec, inputs.spec.ranking
    indicators = pl.concat([measure_advance(inputs.plan, profile, spec.semaforo) for profile in inputs.profiles])
    elements = aggregate_elements(indicators, spec.semaforo)
    chosen = elements.filter((pl.col("perfil") == spec.avance.perfil) & (pl.col("politica_nd") == spec.avance.politica_nd))
    pair = (rule.anio_ejecucion, rule.anio_resultado)
    matrix = cross_years(money, chosen, pair, spec.semaforo)
    ranking = rank_actions(matrix, chosen.filter(pl.col("anio") == rule.anio_resultado_previo), rule)
    return Decision(inputs, money, indicators, elements, matrix, ranking)


def _decided(inputs: Inputs, money: Money) -> Inputs:
    """The inputs with the years that decide, and the pairs of years that are set side by side."""
    spec = inputs.spec
    year = money.of(money.decision_year(spec.ranking.anio_ejecucion)).anio
    ranking = spec.ranking.model_copy(update={"anio_ejecucion": year})
    pairs = money.pairs(spec.matrices.pares, evaluated_years(inputs.plan), (year, ranking.anio_resultado))
    matrices = spec.matrices.model_copy(update={"pares": pairs})
    return replace(inputs, spec=spec.model_copy(update={"ranking": ranking, "matrices": matrices}))
