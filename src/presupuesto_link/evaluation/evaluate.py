"""The story on one page: from the evaluation's files to a diagnosis, a ranking and a scenario.

sources → tables → linkage → measures → audit → matrices → normas → scenarios → presentation
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from presupuesto_link.errors import InfeasibleScenarioError
from presupuesto_link.evaluation.advance import measure_advance
from presupuesto_link.evaluation.aggregate import aggregate_elements, count_colours, measure_index
from presupuesto_link.evaluation.audit import Audit, audit_evaluation
from presupuesto_link.evaluation.audit.gaps import register_gaps
from presupuesto_link.evaluation.commitments import Commitments, measure_commitments
from presupuesto_link.evaluation.diagnosis import diagnose
from presupuesto_link.evaluation.matrix import Matrix, cross_execution_result
from presupuesto_link.evaluation.ranking import rank_actions
from presupuesto_link.evaluation.redesign import measure_pace, review_actions
from presupuesto_link.inputs import Inputs
from presupuesto_link.money.by_action import LinkedBudget, link_by_action
from presupuesto_link.money.execution import measure_execution
from presupuesto_link.normas.rulebook import in_force
from presupuesto_link.scenarios.baseline import Baseline, baseline_of_actions
from presupuesto_link.scenarios.compare import Scenario, run_scenario
from presupuesto_link.specs import AnalisisSpec, EscenarioSpec
from presupuesto_link.tables.bands import colour
from presupuesto_link.tables.filled import SHEETS, fill


@dataclass(frozen=True)
class Analysis:
    """Every result of an analysis; each table's columns and key are in the function that makes it.

    `unplaced` are the rows that somebody filled in an earlier workbook and that the new sheets no longer have (`carry_over`, with
    `hoja`); null when no workbook was given.
    """

    inputs: Inputs
    linked: LinkedBudget
    execution: pl.DataFrame
    indicators: pl.DataFrame
    elements: pl.DataFrame
    index: pl.DataFrame
    counts: pl.DataFrame
    audit: Audit
    gaps: pl.DataFrame
    matrices: tuple[Matrix, ...]
    diagnoses: tuple[pl.DataFrame, ...]
    ranking: pl.DataFrame
    pace: pl.DataFrame
    reviews: pl.DataFrame
    scenarios: tuple[Scenario, ...]
    unsolved: tuple[tuple[EscenarioSpec, InfeasibleScenarioError], ...]
    commitments: Commitments | None
    unplaced: pl.DataFrame | None = None


def analyse(inputs: Inputs) -> Analysis:
    """Run every stage on checked inputs. Same inputs, same result; nothing is read or written."""
    spec, plan = inputs.spec, inputs.plan
    bands = spec.semaforo

    linked = link_by_action(inputs.budget.filas, plan.acciones, spec.vinculo.transversales, spec.fuentes.anio_gasto)
    execution = measure_execution(linked.acciones).with_columns(color_ejecucion=colour(pl.col("ejecucion_ratio"), bands))

    indicators = pl.concat([measure_advance(plan, profile, bands) for profile in inputs.profiles])
    elements = aggregate_elements(indicators, bands)
    audit = audit_evaluation(plan, inputs.budget, linked, indicators, elements, spec)

    used = pl.col("perfil") == spec.avance.perfil
    gaps = register_gaps(plan, elements.filter(used))
    chosen = elements.filter(used & (pl.col("politica_nd") == spec.avance.politica_nd))
    scored = indicators.filter(used)
    matrices = tuple(cross_execution_result(execution, chosen, pair, bands) for pair in spec.matrices.pares)
    diagnoses = tuple(diagnose(matrix, scored, audit.dudas, spec.matrices) for matrix in matrices)

    year = spec.ranking.anio_ejecucion
    diagnosed, ranking = decide(execution, chosen, scored, audit, spec, year)
    pace = measure_pace(plan)
    reviews = review_actions(plan, pace, audit.dudas, diagnosed, spec.matrices.ejecuta_desde_ratio)
    sheets, unplaced = fill({"rediseno": reviews, "brechas_de_datos": gaps}, SHEETS, inputs.filled)
    baseline = baseline_of_actions(
        diagnosed, ranking, spec.ranking.pesos, dt.date(year, 12, 31), year, f"tabla de presupuesto por AER de {year}"
    )
    scenarios, unsolved = _run_scenarios(baseline, inputs)

    return Analysis(
        inputs,
        linked,
        execution,
        indicators,
        elements,
        measure_index(elements),
        count_colours(elements),
        audit,
        sheets["brechas_de_datos"],
        matrices,
        diagnoses,
        ranking,
        pace,
        sheets["rediseno"],
        scenarios,
        unsolved,
        measure_commitments(inputs.commitments, plan, execution) if inputs.commitments else None,
        unplaced,
    )


def decide(
    execution: pl.DataFrame, elements: pl.DataFrame, indicators: pl.DataFrame, audit: Audit, spec: AnalisisSpec, year: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The diagnosed actions and the ranking, from the execution of a year and the advance of the analysis.

    Args:
        execution: `measure_execution`, key `anio, accion`.
        elements: `aggregate_elements` of the chosen profile and ND policy.
        indicators: `measure_advance` of the chosen profile.
        audit: its doubts weigh on the diagnosis.
        spec: the analysis.
        year: of the execution.
    """
    decision = cross_execution_result(execution, elements, (year, spec.ranking.anio_resultado), spec.semaforo)
    previous = elements.filter(pl.col("anio") == spec.ranking.anio_resultado_previo)
    return diagnose(decision, indicators, audit.dudas, spec.matrices), rank_actions(decision, previous, spec.ranking)


def _run_scenarios(
    baseline: Baseline, inputs: Inputs
) -> tuple[tuple[Scenario, ...], tuple[tuple[EscenarioSpec, InfeasibleScenarioError], ...]]:
    """Every scenario that has a solution, and the ones that have none: they must not hold back the rest.

    Those on a snapshot of their own are left to `proposing`.
    """
    solved, unsolved = [], []
    for spec in inputs.scenarios:
        if spec.base.instantanea is not None:
            continue
        dated = replace(baseline, fecha=spec.base.fecha_corte or baseline.fecha)
        try:
            solved.append(run_scenario(dated, spec, in_force(inputs.norms, dated.fecha)))
        except InfeasibleScenarioError as error:
            unsolved.append((spec, error))
    return tuple(solved), tuple(unsolved)
