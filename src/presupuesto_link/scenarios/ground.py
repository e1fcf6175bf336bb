"""The ground of scenarios: the lines of a linked snapshot, or the budget by action, with the judgement and the ranking of the evaluation.

Nothing is judged again here: who may give and who may receive is what the evaluation of the same money says.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from presupuesto_link.errors import InfeasibleScenarioError
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.inputs import Inputs
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.money.budget import YearBudget
from presupuesto_link.money.by_action import DIRECT
from presupuesto_link.normas.lines import legal_fields
from presupuesto_link.normas.rulebook import in_force
from presupuesto_link.quarter.closing import BY_ERRORS
from presupuesto_link.quarter.projection import Projection, project
from presupuesto_link.scenarios.baseline import AMOUNTS, CHAIN, NAMED, Baseline, baseline_of_actions
from presupuesto_link.scenarios.compare import Scenario, run_scenario
from presupuesto_link.specs import EscenarioSpec
from presupuesto_link.tables.numbers import known_sum

Unsolved = tuple[EscenarioSpec, InfeasibleScenarioError]


@dataclass(frozen=True)
class Ground:
    """A budget ready to be modified.

    Attributes:
        analysis: the evaluation of its money.
        baseline: the lines of the year that decides, its diagnosis and its ranking.
    """

    analysis: Evaluation
    baseline: Baseline


@dataclass(frozen=True)
class Solved:
    """The scenarios of an analysis on one ground.

    Attributes:
        ground: where they stand.
        scenarios: those asked for that have a solution, in their order.
        unsolved: those that have none, with the reason: they do not hold back the rest.
        compared: those, and after them the others of the folder on the same ground; none when none was asked for.
    """

    ground: Ground
    scenarios: tuple[Scenario, ...]
    unsolved: tuple[Unsolved, ...]
    compared: tuple[Scenario, ...]


def ground_of(analysis: Evaluation, date: dt.date | None = None, projection: Projection | None = None) -> Ground:
    """Read the budget that decides as a scenario does: line by line when it is linked, action by action when it is printed.

    Args:
        analysis: the evaluation of the money to modify.
        date: when the law is looked at; the day of the amounts by default, or the last of the year they are of.
        projection: of the same money to the close of its year, when it is already there.
    """
    budget = analysis.budget
    day = date or min(budget.origen.al, dt.date(budget.anio, 12, 31))
    if budget.linkage is None:
        weights = analysis.inputs.spec.ranking.pesos
        made = baseline_of_actions(analysis.diagnosed, analysis.ranking, weights, day, budget.anio, budget.origen.titulo)
        return Ground(analysis, replace(made, niveles=analysis.levels, sintetico=budget.origen.sintetico))
    return Ground(analysis, _baseline(analysis, budget, budget.linkage, day, projection))


def propose(ground: Ground, spec: EscenarioSpec) -> Scenario:
    """A scenario on a ground, at the date that it says, or at that of the ground.

    Raises:
        SpecError, InfeasibleScenarioError: see `run_scenario`.
    """
    dated = replace(ground.baseline, fecha=spec.base.fecha_corte or ground.baseline.fecha)
    return run_scenario(dated, spec, in_force(ground.analysis.inputs.norms, dated.fecha))


def solve_all(ground: Ground) -> Solved:
    """Every scenario of the analysis that names no snapshot of its own."""
    inputs = ground.analysis.inputs
    scenarios, unsolved = _tried(ground, inputs.scenarios)
    known = {spec.id for spec in inputs.scenarios}
    others = [spec for spec in _of_folder(inputs) if spec.id not in known] if scenarios else []
    return Solved(ground, scenarios, unsolved, (*scenarios, *_tried(ground, others)[0]))


def _tried(ground: Ground, specs: tuple[EscenarioSpec, ...] | list[EscenarioSpec]) -> tuple[tuple[Scenario, ...], tuple[Unsolved, ...]]:
    solved, unsolved = [], []
    for spec in specs:
        if spec.base.instantanea is not None:
            continue
        try:
            solved.append(propose(ground, spec))
        except InfeasibleScenarioError as error:
            unsolved.append((spec, error))
    return tuple(solved), tuple(unsolved)


def _of_folder(inputs: Inputs) -> list[EscenarioSpec]:
    """The scenarios beside those of the analysis, in the order of their files."""
    return [inputs.scenario(path) for path in sorted(Path(inputs.scenario_folder).glob("*.toml"))]


def _lines(linkage: Linkage, year: int) -> pl.DataFrame:
    """The lines of a year as a note of modification tells them apart, with their action; exact soles, null = the source does not give it."""
    lines = legal_fields(linkage.linked.lines.filter(pl.col("anio") == year), linkage.names)
    present = lines.collect_schema().names()
    keys = ["accion", "vinculo", *(name for name in (*CHAIN, *NAMED) if name in present)]
    sums = [known_sum(name) for name in AMOUNTS]
    return lines.group_by(keys).agg(sums).collect().sort(keys, nulls_last=True)


def _baseline(analysis: Evaluation, budget: YearBudget, linkage: Linkage, day: dt.date, projection: Projection | None) -> Baseline:
    spec, rules = analysis.inputs.spec, linkage.rules
    title = f"{budget.origen.titulo}, {linkage.scope}, año {budget.anio}, corte {linkage.snapshot.cut_off}"
    absorption = _absorption(linkage.cube, budget)
    made = baseline_of_actions(
        analysis.diagnosed, analysis.ranking, spec.ranking.pesos, day, budget.anio, title, _lines(linkage, budget.anio), absorption
    )
    return replace(
        made,
        cierre=_closing(analysis, projection),
        niveles=analysis.levels,
        sintetico=linkage.snapshot.synthetic,
        origen={"instantanea": linkage.snapshot.id, "ambito": linkage.scope, "reglas_del_vinculo": rules.source, "sha256": rules.digest},
    )


def _closing(analysis: Evaluation, projection: Projection | None) -> pl.DataFrame | None:
    """What each action will have free in December, from the months of the cut; null when they do not tell: a closed year, or no year before it that measures it.

    Only actions whose interval was measured: a bound that says nothing would only say that nothing is free.
    """
    monthly = analysis.money.monthly
    if projection is None:
        if monthly is None or monthly.followed.closed or len(monthly.followed.history) < 2:
            return None
        projection = project(analysis.inputs, monthly.followed)
    measured = projection.acciones.unidades.filter((pl.col("nivel") == analysis.levels.accion) & (pl.col("intervalo") == BY_ERRORS)).select(
        "metodo",
        accion="unidad",
        libre_bajo_soles=pl.col("saldo_libre_bajo_soles").clip(0),
        libre_central_soles=pl.col("saldo_libre_soles").clip(0),
    )
    return None if measured.is_empty() else measured


def _absorption(cube: pl.DataFrame, budget: YearBudget) -> pl.DataFrame:
    """What share of its PIM each action has spent: the mean of the earlier years of the snapshot, or this year's so far.

    A year in course has not spent all it will: its execution is a floor of what the action can absorb, and the origin says so.
    """
    year = budget.anio
    yearly = (
        cube.filter((pl.col("vinculo") == DIRECT) & (pl.col("anio") < year))
        .group_by("accion", "anio")
        .agg(pl.col("pim_soles", "devengado_soles").sum())
        .filter(pl.col("pim_soles") > 0)
        .with_columns(razon=(pl.col("devengado_soles").cast(pl.Float64) / pl.col("pim_soles").cast(pl.Float64)).clip(0, 1))
    )
    past = yearly.group_by("accion").agg(pasado=pl.col("razon").mean(), anios=pl.col("anio").sort().cast(pl.String).str.join(", "))
    own = pl.col("devengado_pim_ratio").clip(0, 1)
    return (
        budget.ejecucion.select("accion", "devengado_pim_ratio")
        .join(past, on="accion", how="left", validate="1:1")
        .select(
            "accion",
            absorcion_ratio=pl.coalesce("pasado", own),
            absorcion_origen=pl.when(pl.col("pasado").is_not_null())
            .then(pl.format("su ejecución media de {}", "anios"))
            .when(own.is_not_null())
            .then(pl.lit(f"su ejecución de {year} a la fecha de corte")),
        )
    )
