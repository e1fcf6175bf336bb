"""The evaluation on one page: progress → execution → audit → matrices → judgement → ranking → what to review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from presupuesto_link.evaluation import told
from presupuesto_link.evaluation.aggregate import count_colours, measure_index
from presupuesto_link.evaluation.audit import Audit, audit_evaluation
from presupuesto_link.evaluation.audit.gaps import register_gaps
from presupuesto_link.evaluation.commitments import Commitments, measure_commitments
from presupuesto_link.evaluation.decision import Decision, decide
from presupuesto_link.evaluation.diagnosis import diagnose
from presupuesto_link.evaluation.facts import counted_as, crossed_facts, ranking_facts
from presupuesto_link.evaluation.matrix import Matrix, cross_years
from presupuesto_link.evaluation.redesign import measure_pace, review_actions
from presupuesto_link.facts import Facts
from presupuesto_link.inputs import Inputs
from presupuesto_link.money.budget import Origin
from presupuesto_link.money.by_action import LinkedBudget
from presupuesto_link.money.cut import Cut
from presupuesto_link.money.money import Money, money_of
from presupuesto_link.specs import AnalisisSpec
from presupuesto_link.tables.budget import AerBudget
from presupuesto_link.tables.filled import SHEETS, fill
from presupuesto_link.told import Rows
from presupuesto_link.told import facts_of as told_by
from presupuesto_link.vocabulary import PRINTED


@dataclass(frozen=True)
class Evaluation(Decision):
    """Every result of an evaluation; each table's columns and key are in the function that makes it.

    `inputs.spec.ranking` says the years that decided. `diagnosed` are the actions of those years. `unplaced` are the rows that somebody filled
    in an earlier workbook and that the new sheets no longer have (`carry_over`, with `hoja`); null when no workbook was given.
    """

    index: pl.DataFrame
    counts: pl.DataFrame
    audit: Audit
    gaps: pl.DataFrame
    matrices: tuple[Matrix, ...]
    diagnoses: tuple[pl.DataFrame, ...]
    diagnosed: pl.DataFrame
    pace: pl.DataFrame
    reviews: pl.DataFrame
    commitments: Commitments | None
    unplaced: pl.DataFrame | None = None

    def colour_counts(self, level: str, policy: str, year: int) -> Mapping[str, int]:
        """How many elements of a level are in each colour a year, and in all, by the profile in use and a way of counting ND."""
        key = {"perfil": self.inputs.spec.avance.perfil, "politica_nd": policy, "anio": year, "nivel": level}
        return self.counts.row(by_predicate=pl.all_horizontal(pl.col(name) == value for name, value in key.items()), named=True)

    @cached_property
    def rows(self) -> tuple[Rows, ...]:
        """Each of its tables, with the fact that each figure is."""
        spec = self.inputs.spec
        return (
            *told.money_tables(self.money, self.budget, self.money.conciliacion),
            *told.result_tables(spec, self.indicators, self.elements, self.index, self.counts),
            *told.audit_tables(spec, self.audit),
            *told.review_tables(spec, self.inputs.plan.indicadores, self.pace, self.reviews, self.gaps),
            *(told.commitment_tables(spec, self.commitments) if self.commitments else ()),
            *(table for pair in self._crossed for table in told.crossed_tables(spec, *pair)),
            *told.ranking_tables(spec, self.ranking, self.budget.origen),
        )

    @cached_property
    def facts(self) -> Facts:
        """Every figure of it, each once: the money of every source, the one that decides first, and what is measured with it."""
        spec = self.inputs.spec
        return told_by(
            self.rows,
            *(budget.facts for budget in self.money.budgets),
            *(part for pair in self._crossed for part in crossed_facts(spec, *pair)),
            *ranking_facts(spec, self.ranking, self.budget.origen),
        )

    @property
    def _crossed(self) -> Iterator[tuple[Matrix, pl.DataFrame, Origin]]:
        """Each matrix with its diagnosis and where its money comes from."""
        for matrix, diagnosis in zip(self.matrices, self.diagnoses, strict=True):
            yield matrix, diagnosis, self.money.of(matrix.anio_ejecucion).origen


def evaluate(inputs: Inputs, cut: Cut | None = None, money: Money | None = None) -> Evaluation:
    """Evaluate checked inputs with the money of a cut, or with that of the analysis alone. Same inputs, same result.

    Args:
        inputs: the analysis.
        cut: the linked snapshot whose years decide; without it, the extracts that the analysis links and its printed table.
        money: `money_of` both, when it is already there.

    Raises:
        InputDataError: see `decide`.
    """
    decided = decide(inputs, cut, money or money_of(inputs, cut))
    inputs, money, indicators, elements = decided.inputs, decided.money, decided.indicators, decided.elements
    spec, plan = inputs.spec, inputs.plan
    audit = audit_evaluation(plan, _printed(inputs, money), indicators, elements, spec)
    gaps = register_gaps(plan, elements.filter(pl.col("perfil") == spec.avance.perfil))
    chosen, scored = decided.chosen, decided.scored

    diagnosed = diagnose(decided.decision, scored, audit.dudas, spec.matrices)
    pairs = [
        (decided.decision, diagnosed) if pair == decided.pair else _crossed(money, chosen, scored, audit, spec, pair)
        for pair in spec.matrices.pares
    ]
    pace = measure_pace(plan)
    reviews = review_actions(plan, pace, audit.dudas, diagnosed, spec.matrices.ejecuta_desde_ratio)
    sheets, unplaced = fill({"rediseno": reviews, "brechas_de_datos": gaps}, SHEETS, inputs.filled)

    return Evaluation(
        inputs=inputs,
        money=money,
        indicators=indicators,
        elements=elements,
        decision=decided.decision,
        ranking=decided.ranking,
        index=measure_index(elements),
        counts=count_colours(elements),
        audit=audit,
        gaps=sheets["brechas_de_datos"],
        matrices=tuple(matrix for matrix, _ in pairs),
        diagnoses=tuple(diagnosis for _, diagnosis in pairs),
        diagnosed=diagnosed,
        pace=pace,
        reviews=sheets["rediseno"],
        commitments=measure_commitments(inputs.commitments, plan, money.of(decided.pair[0]).ejecucion) if inputs.commitments else None,
        unplaced=unplaced,
    )


def matrix_of(analysis: Evaluation, money_year: int | None = None, result_year: int | None = None) -> tuple[Matrix, pl.DataFrame]:
    """The matrix and the diagnosis of any pair of years; a year that is not given is that of the pair that decides.

    Raises:
        InputDataError, SpecError: there is no money, or no result, of a year asked for; those there are, are listed.
    """
    spec = analysis.inputs.spec
    own = analysis.pair
    pair = (own[0] if money_year is None else money_year, own[1] if result_year is None else result_year)
    return _crossed(analysis.money, analysis.chosen, analysis.scored, analysis.audit, spec, pair)


def facts_of(analysis: Evaluation, matrix: Matrix, diagnosis: pl.DataFrame) -> Facts:
    """The facts of a matrix of any pair of years: its cells and diagnoses, and the money and the advance of its actions."""
    spec, years = analysis.inputs.spec, (matrix.anio_ejecucion, matrix.anio_resultado)
    budget = analysis.money.of(years[0])
    mine, used = pl.col("unidad").is_in(diagnosis["accion"].to_list()), counted_as(spec.avance.perfil, spec.avance.politica_nd)
    known = analysis.facts.tabla.filter(
        mine & (pl.col("medida") == "avance_ratio") & (pl.col("anio") == years[1]) & (pl.col("variante") == used)
    )
    own = budget.facts.tabla.filter(mine & pl.col("medida").is_in(diagnosis.columns))
    pair = (matrix, diagnosis, budget.origen)
    return told_by(told.crossed_tables(spec, *pair), Facts(own), Facts(known), *crossed_facts(spec, *pair))


def _crossed(
    money: Money, elements: pl.DataFrame, indicators: pl.DataFrame, audit: Audit, spec: AnalisisSpec, pair: tuple[int, int]
) -> tuple[Matrix, pl.DataFrame]:
    matrix = cross_years(money, elements, pair, spec.semaforo)
    return matrix, diagnose(matrix, indicators, audit.dudas, spec.matrices)


def _printed(inputs: Inputs, money: Money) -> tuple[AerBudget, LinkedBudget] | None:
    """The printed table of the evaluation, which the audit reads, and the same joined to every action."""
    if inputs.budget is None:
        return None
    return inputs.budget, next(budget for budget in money.budgets if budget.origen.clase == PRINTED).linked
