"""The story on one page: from the evaluation's files to a diagnosis, a ranking and a scenario.

sources → tables → linkage → measures → audit → matrices → normas → scenarios → presentation
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from presupuesto_link.audit import Audit, audit_evaluation
from presupuesto_link.audit.gaps import KEY as GAP_KEY
from presupuesto_link.audit.gaps import TO_FILL as GAP_TO_FILL
from presupuesto_link.audit.gaps import register_gaps
from presupuesto_link.errors import InfeasibleScenarioError, Problem, SpecError
from presupuesto_link.linkage.by_action import LinkedBudget, link_by_action
from presupuesto_link.matrices.diagnosis import diagnose
from presupuesto_link.matrices.matrix import Matrix, cross_execution_result
from presupuesto_link.matrices.ranking import rank_actions
from presupuesto_link.matrices.redesign import KEY as REVIEW_KEY
from presupuesto_link.matrices.redesign import TO_FILL as REVIEW_TO_FILL
from presupuesto_link.matrices.redesign import measure_pace, review_actions
from presupuesto_link.measures.advance import measure_advance
from presupuesto_link.measures.aggregate import aggregate_elements, count_colours, measure_index
from presupuesto_link.measures.commitments import Commitments, measure_commitments
from presupuesto_link.measures.execution import measure_execution
from presupuesto_link.measures.semaforo import colour
from presupuesto_link.normas.rulebook import in_force
from presupuesto_link.scenarios.baseline import Baseline, baseline_of_actions
from presupuesto_link.scenarios.compare import Scenario, run_scenario
from presupuesto_link.sources.commitments import read_commitments
from presupuesto_link.sources.embedded import embedded_root
from presupuesto_link.sources.evaluation import read_evaluation
from presupuesto_link.sources.filled import FilledBook, read_filled
from presupuesto_link.specs import AnalisisSpec, EscenarioSpec, NormaSpec, PerfilSpec, read_analysis, read_norms, read_spec
from presupuesto_link.tables.asked import check_ranking
from presupuesto_link.tables.budget import AerBudget, check_budget
from presupuesto_link.tables.commitments import CommitmentTables, check_commitments
from presupuesto_link.tables.filled import Sheet, fill
from presupuesto_link.tables.plan import Plan, check_plan

SHEETS = {"rediseno": Sheet(REVIEW_KEY, REVIEW_TO_FILL), "brechas_de_datos": Sheet(GAP_KEY, GAP_TO_FILL)}
"""The sheets of the workbook that people fill."""


@dataclass(frozen=True)
class Inputs:
    """What was read and checked, before anything is measured."""

    spec: AnalisisSpec
    path: Path
    plan: Plan
    budget: AerBudget
    profiles: tuple[PerfilSpec, ...]
    scenarios: tuple[EscenarioSpec, ...]
    norms: tuple[NormaSpec, ...]
    commitments: CommitmentTables | None
    files: tuple[Path, ...]
    filled: FilledBook | None = None


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


def load(analysis: Path, overrides: dict[str, Path] | None = None, filled: Path | None = None) -> Inputs:
    """Read and check an analysis file and everything it names.

    Args:
        analysis: an `analisis.toml`; its paths are relative to its own folder.
        overrides: other paths for keys of `[fuentes]`, relative to the working folder.
        filled: an earlier workbook whose sheets to fill somebody filled: what they wrote goes to the new ones.

    Raises:
        SpecError: a parameter file is not valid.
        InputDataError: a data file is missing or breaks its contract.
    """
    spec, spec_files = read_analysis(analysis)
    place = {
        key: analysis.parent / getattr(spec.fuentes, key)
        for key in ("plan", "gasto_aer", "perfiles", "normas", "compromisos")
        if getattr(spec.fuentes, key)
    } | (overrides or {})
    profile_files = [place["perfiles"] / f"{name}.toml" for name in dict.fromkeys((spec.avance.perfil, spec.avance.perfil_replica))]
    scenario_files = _scenario_files(analysis, spec)
    profiles = tuple(read_spec(path, PerfilSpec) for path in profile_files)
    scenarios = tuple(read_spec(path, EscenarioSpec) for path in scenario_files)
    norms_folder = place.get("normas") or embedded_root() / "data" / "normas"
    norms = read_norms(norms_folder)
    raw = read_evaluation(place["plan"], place["gasto_aer"])
    plan = check_plan(raw.plan, raw.correcciones)
    spec = _named_sources(spec, overrides or {})
    check_ranking(spec, plan)
    budget = check_budget(raw.gasto_aer, spec.fuentes.anio_gasto, plan.acciones, spec.fuentes.lugar_gasto)
    promised = read_commitments(place["compromisos"]) if "compromisos" in place else None
    commitments = check_commitments(promised, plan) if promised else None
    book = read_filled(filled, {name: (*sheet.key, *sheet.to_fill) for name, sheet in SHEETS.items()}) if filled else None
    files = (
        *spec_files,
        *profile_files,
        *scenario_files,
        *sorted(norms_folder.glob("*.toml")),
        *raw.files,
        *(promised.files if promised else ()),
        *([filled] if filled else []),
    )
    return Inputs(spec, analysis, plan, budget, profiles, scenarios, norms, commitments, files, book)


def _scenario_files(analysis: Path, spec: AnalisisSpec) -> list[Path]:
    """The scenarios the analysis asks for, in its order; all of its folder when it does not say."""
    folder = analysis.parent / "escenarios"
    if spec.escenarios is None:
        return sorted(folder.glob("*.toml"))
    return [folder / f"{name}.toml" for name in spec.escenarios]


def _named_sources(spec: AnalisisSpec, overrides: dict[str, Path]) -> AnalisisSpec:
    """The source as it must be cited when a person brings other files: nobody else's numbers under the Report's name."""
    titles = {"gasto_aer": "presupuesto por AER", "plan": "plan"}
    given = [f"{titles[key]}: {path.name}" for key, path in overrides.items() if key in titles]
    if not given:
        return spec
    sources = spec.fuentes.model_copy(update={"lugar_gasto": None} if "gasto_aer" in overrides else {})
    return spec.model_copy(update={"fuente": f"{'; '.join(given)} (dato del usuario). Resto: {spec.fuente}", "fuentes": sources})


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


def with_settings(
    inputs: Inputs, perfil: str | None = None, politica_nd: str | None = None, pares: tuple[tuple[int, int], ...] | None = None
) -> Inputs:
    """The same inputs under another profile, ND policy or year pairs; what is not given stays as in the analysis.

    Raises:
        SpecError: the profile asked for is not one of those loaded.
    """
    known = [profile.nombre for profile in inputs.profiles]
    if perfil is not None and perfil not in known:
        raise SpecError(Problem("opción --perfil", f"«{perfil}»", "uno de " + ", ".join(known), "elija un perfil del análisis"))
    spec = inputs.spec
    chosen = {"perfil": perfil, "politica_nd": politica_nd}
    advance = spec.avance.model_copy(update={key: value for key, value in chosen.items() if value is not None})
    matrices = spec.matrices.model_copy(update={"pares": pares or spec.matrices.pares})
    return replace(inputs, spec=spec.model_copy(update={"avance": advance, "matrices": matrices}))
