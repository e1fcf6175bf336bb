"""The evaluation on one page: progress → execution → audit → matrices → judgement → ranking → what to review."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from presupuesto_link.evaluation.advance import measure_advance
from presupuesto_link.evaluation.aggregate import aggregate_elements, count_colours, measure_index
from presupuesto_link.evaluation.audit import Audit, audit_evaluation
from presupuesto_link.evaluation.audit.gaps import register_gaps
from presupuesto_link.evaluation.commitments import Commitments, measure_commitments
from presupuesto_link.evaluation.diagnosis import diagnose
from presupuesto_link.evaluation.facts import counted_as, crossed_facts, ranking_facts, result_facts
from presupuesto_link.evaluation.matrix import Matrix, cross_execution_result
from presupuesto_link.evaluation.ranking import rank_actions
from presupuesto_link.evaluation.redesign import measure_pace, review_actions
from presupuesto_link.facts import Facts
from presupuesto_link.inputs import Inputs
from presupuesto_link.money.budget import PRINTED, YearBudget
from presupuesto_link.money.by_action import LinkedBudget
from presupuesto_link.money.cut import Cut
from presupuesto_link.money.money import Money, money_of
from presupuesto_link.specs import AnalisisSpec
from presupuesto_link.tables.asked import evaluated_years
from presupuesto_link.tables.budget import AerBudget
from presupuesto_link.tables.filled import SHEETS, fill


@dataclass(frozen=True)
class Evaluation:
    """Every result of an evaluation; each table's columns and key are in the function that makes it.

    `inputs.spec.ranking` says the years that decided. `diagnosed` are the actions of those years, `ranking` comes from them. `unplaced` are the
    rows that somebody filled in an earlier workbook and that the new sheets no longer have (`carry_over`, with `hoja`); null when no workbook
    was given.
    """

    inputs: Inputs
    money: Money
    indicators: pl.DataFrame
    elements: pl.DataFrame
    index: pl.DataFrame
    counts: pl.DataFrame
    audit: Audit
    gaps: pl.DataFrame
    matrices: tuple[Matrix, ...]
    diagnoses: tuple[pl.DataFrame, ...]
    diagnosed: pl.DataFrame
    ranking: pl.DataFrame
    pace: pl.DataFrame
    reviews: pl.DataFrame
    commitments: Commitments | None
    unplaced: pl.DataFrame | None = None

    @property
    def execution(self) -> pl.DataFrame:
        """Key `anio, accion`: the execution of every year with money, from the source that decides."""
        return self.money.ejecucion

    @property
    def budget(self) -> YearBudget:
        """The budget of the year that decides."""
        return self.money.of(self.inputs.spec.ranking.anio_ejecucion)

    @property
    def linked(self) -> LinkedBudget:
        """That budget by action, with what its link covers."""
        return self.budget.linked

    @cached_property
    def facts(self) -> Facts:
        """Every figure of it, each once: the money of every source, the one that decides first, and what is measured with it."""
        spec = self.inputs.spec
        crossed = zip(self.matrices, self.diagnoses, strict=True)
        return Facts.join(
            *(budget.facts for budget in self.money.budgets),
            *result_facts(spec, self.indicators, self.elements, self.index, self.counts),
            *(part for matrix, told in crossed for part in crossed_facts(spec, matrix, told, self.money.of(matrix.anio_ejecucion).origen)),
            *ranking_facts(spec, self.ranking, self.budget.origen),
        )


def evaluate(inputs: Inputs, cut: Cut | None = None, money: Money | None = None) -> Evaluation:
    """Evaluate checked inputs with the money of a cut, or with that of the analysis alone. Same inputs, same result.

    Args:
        inputs: the analysis.
        cut: the linked snapshot whose years decide; without it, the extracts that the analysis links and its printed table.
        money: `money_of` both, when it is already there.

    Raises:
        InputDataError: a year asked for that no source has, or see `money_of`.
    """
    money = money or money_of(inputs, cut)
    inputs = _decided(inputs, money)
    spec, plan = inputs.spec, inputs.plan
    bands, ranking_spec = spec.semaforo, spec.ranking

    indicators = pl.concat([measure_advance(plan, profile, bands) for profile in inputs.profiles])
    elements = aggregate_elements(indicators, bands)
    audit = audit_evaluation(plan, _printed(inputs, money), indicators, elements, spec)

    used = pl.col("perfil") == spec.avance.perfil
    gaps = register_gaps(plan, elements.filter(used))
    chosen, scored = elements.filter(used & (pl.col("politica_nd") == spec.avance.politica_nd)), indicators.filter(used)

    def crossed(pair: tuple[int, int]) -> tuple[Matrix, pl.DataFrame]:
        return _crossed(money, chosen, scored, audit, spec, pair)

    decisive = (ranking_spec.anio_ejecucion, ranking_spec.anio_resultado)
    decision, diagnosed = crossed(decisive)
    pairs = [(decision, diagnosed) if pair == decisive else crossed(pair) for pair in spec.matrices.pares]
    ranking = rank_actions(decision, chosen.filter(pl.col("anio") == ranking_spec.anio_resultado_previo), ranking_spec)
    pace = measure_pace(plan)
    reviews = review_actions(plan, pace, audit.dudas, diagnosed, spec.matrices.ejecuta_desde_ratio)
    sheets, unplaced = fill({"rediseno": reviews, "brechas_de_datos": gaps}, SHEETS, inputs.filled)

    return Evaluation(
        inputs,
        money,
        indicators,
        elements,
        measure_index(elements),
        count_colours(elements),
        audit,
        sheets["brechas_de_datos"],
        tuple(matrix for matrix, _ in pairs),
        tuple(diagnosis for _, diagnosis in pairs),
        diagnosed,
        ranking,
        pace,
        sheets["rediseno"],
        measure_commitments(inputs.commitments, plan, money.of(decisive[0]).ejecucion) if inputs.commitments else None,
        unplaced,
    )


def matrix_of(analysis: Evaluation, money_year: int | None = None, result_year: int | None = None) -> tuple[Matrix, pl.DataFrame]:
    """The matrix and the diagnosis of any pair of years; a year that is not given is that of the pair that decides.

    Raises:
        InputDataError, SpecError: there is no money, or no result, of a year asked for; those there are, are listed.
    """
    spec = analysis.inputs.spec
    own = (spec.ranking.anio_ejecucion, spec.ranking.anio_resultado)
    pair = (own[0] if money_year is None else money_year, own[1] if result_year is None else result_year)
    used = pl.col("perfil") == spec.avance.perfil
    chosen = analysis.elements.filter(used & (pl.col("politica_nd") == spec.avance.politica_nd))
    return _crossed(analysis.money, chosen, analysis.indicators.filter(used), analysis.audit, spec, pair)


def facts_of(analysis: Evaluation, matrix: Matrix, diagnosis: pl.DataFrame) -> Facts:
    """The facts of a matrix of any pair of years: its cells and diagnoses, and the money and the advance of its actions."""
    spec, years = analysis.inputs.spec, (matrix.anio_ejecucion, matrix.anio_resultado)
    budget = analysis.money.of(years[0])
    mine, used = pl.col("unidad").is_in(diagnosis["accion"].to_list()), counted_as(spec.avance.perfil, spec.avance.politica_nd)
    known = analysis.facts.tabla.filter(
        mine & (pl.col("medida") == "avance_ratio") & (pl.col("anio") == years[1]) & (pl.col("variante") == used)
    )
    own = budget.facts.tabla.filter(mine & pl.col("medida").is_in(diagnosis.columns))
    return Facts.join(Facts(own), Facts(known), *crossed_facts(spec, matrix, diagnosis, budget.origen))


def _crossed(
    money: Money, elements: pl.DataFrame, indicators: pl.DataFrame, audit: Audit, spec: AnalisisSpec, pair: tuple[int, int]
) -> tuple[Matrix, pl.DataFrame]:
    matrix = cross_execution_result(money.of(pair[0]).ejecucion, elements, pair, spec.semaforo)
    return matrix, diagnose(matrix, indicators, audit.dudas, spec.matrices)


def _decided(inputs: Inputs, money: Money) -> Inputs:
    """The inputs with the years that decide, and the pairs of years that are set side by side."""
    spec = inputs.spec
    year = money.of(money.decision_year(spec.ranking.anio_ejecucion)).anio
    ranking = spec.ranking.model_copy(update={"anio_ejecucion": year})
    pairs = money.pairs(spec.matrices.pares, evaluated_years(inputs.plan), (year, ranking.anio_resultado))
    matrices = spec.matrices.model_copy(update={"pares": pairs})
    return replace(inputs, spec=spec.model_copy(update={"ranking": ranking, "matrices": matrices}))


def _printed(inputs: Inputs, money: Money) -> tuple[AerBudget, LinkedBudget] | None:
    """The printed table of the evaluation, which the audit reads, and the same joined to every action."""
    if inputs.budget is None:
        return None
    return inputs.budget, next(budget for budget in money.budgets if budget.origen.clase == PRINTED).linked
