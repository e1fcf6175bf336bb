"""From a linked snapshot to scenarios on its lines: link → measure → decide with the analysis → judge the law → solve.

The advance of each indicator and the doubts about it come from the analysis; the money, line by line, from the snapshot.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from presupuesto_link.evaluation.evaluate import Analysis, analyse, decide
from presupuesto_link.inputs import Inputs
from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.linkage.snapshot import Linkage, Scope, link_snapshot
from presupuesto_link.money.by_action import DIRECT, link_by_action
from presupuesto_link.money.execution import measure_execution
from presupuesto_link.money.follow import chosen_year, in_course
from presupuesto_link.normas.lines import legal_fields
from presupuesto_link.normas.rulebook import in_force
from presupuesto_link.quarter.closing import BY_ERRORS
from presupuesto_link.quarter.projection import project
from presupuesto_link.scenarios.baseline import AMOUNTS, CHAIN, NAMED, Baseline, baseline_of_actions
from presupuesto_link.scenarios.compare import Scenario, run_scenario
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.specs import EscenarioSpec
from presupuesto_link.store.store import Snapshot, Store
from presupuesto_link.tables.bands import colour


@dataclass(frozen=True)
class Ground:
    """A linked snapshot ready to be modified.

    Attributes:
        analysis: the one the advance comes from.
        linkage: the link of the snapshot, every year of it.
        baseline: the lines of the year to modify, its diagnosis and its ranking.
    """

    analysis: Analysis
    linkage: Linkage
    baseline: Baseline


def ground_of(  # noqa: PLR0913, PLR0917 - the options of `escenario`
    inputs: Inputs,
    store: Store,
    snapshot: Snapshot,
    raw_rules: RawTable | None,
    scope: Scope = "pliego",
    year: int | None = None,
    date: dt.date | None = None,
    with_suggested: bool = False,
) -> Ground:
    """Link a snapshot and read it as a scenario does.

    Args:
        inputs: the analysis; its own scenarios are not run.
        store: where the snapshot is.
        snapshot: which one.
        raw_rules: the signed rules of the link; null for what the source itself declares.
        scope: whose spending; only the pliego's own can be modified by its Titular.
        year: fiscal year to modify; the last of the snapshot by default.
        date: when the law is looked at; the snapshot's cut-off by default.
        with_suggested: count the rules nobody has signed yet.

    Raises:
        InputDataError: the snapshot has no such year, or the scope is not there.
    """
    analysis = analyse(replace(inputs, scenarios=()))
    vinculo = inputs.spec.vinculo
    linkage = link_snapshot(
        store, snapshot, raw_rules, inputs.plan.acciones, vinculo.transversales, vinculo.ambito, scope, None, with_suggested
    )
    chosen = chosen_year(snapshot, year)
    cut_off = date or dt.date.fromisoformat(snapshot.cut_off)
    lines = _lines(linkage, chosen)
    return Ground(analysis, linkage, _baseline(analysis, linkage, lines, chosen, cut_off))


def propose(ground: Ground, spec: EscenarioSpec) -> Scenario:
    """A scenario on the lines of a snapshot.

    Raises:
        SpecError, InfeasibleScenarioError: see `run_scenario`.
    """
    return run_scenario(ground.baseline, spec, in_force(ground.analysis.inputs.norms, ground.baseline.fecha))


def _lines(linkage: Linkage, year: int) -> pl.DataFrame:
    """The lines of a year as a note of modification tells them apart, with their action; exact soles, null = the source does not give it."""
    lines = legal_fields(linkage.linked.lines.filter(pl.col("anio") == year), linkage.names)
    present = lines.collect_schema().names()
    keys = ["accion", "vinculo", *(name for name in (*CHAIN, *NAMED) if name in present)]
    sums = [pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name) for name in AMOUNTS]
    return lines.group_by(keys).agg(sums).collect().sort(keys, nulls_last=True)


def _baseline(analysis: Analysis, linkage: Linkage, lines: pl.DataFrame, year: int, date: dt.date) -> Baseline:
    inputs, spec = analysis.inputs, analysis.inputs.spec
    execution = _execution(analysis, lines, year)
    used = pl.col("perfil") == spec.avance.perfil
    elements = analysis.elements.filter(used & (pl.col("politica_nd") == spec.avance.politica_nd))
    actions, ranking = decide(execution, elements, analysis.indicators.filter(used), analysis.audit, spec, year)
    title = _title(linkage, year)
    made = baseline_of_actions(
        actions, ranking, spec.ranking.pesos, date, year, title, lines, _absorption(linkage.cube, inputs, actions, year)
    )
    rules = linkage.rules
    return replace(
        made,
        cierre=_closing(inputs, linkage, year),
        sintetico=linkage.snapshot.synthetic,
        origen={"instantanea": linkage.snapshot.id, "ambito": linkage.scope, "reglas_del_vinculo": rules.source, "sha256": rules.digest},
    )


def _closing(inputs: Inputs, linkage: Linkage, year: int) -> pl.DataFrame | None:
    """What each action will have free in December, from the months of the snapshot; null when they do not tell (see `in_course`).

    Only actions whose interval was measured: a bound that says nothing would only say that nothing is free.
    """
    followed = in_course(linkage, year)
    if followed is None:
        return None
    closing = project(inputs, followed).acciones
    return closing.unidades.filter((pl.col("nivel") == "AER") & (pl.col("intervalo") == BY_ERRORS)).select(
        "metodo",
        accion="unidad",
        libre_bajo_soles=pl.col("saldo_libre_bajo_soles").clip(0),
        libre_central_soles=pl.col("saldo_libre_soles").clip(0),
    )


def _title(linkage: Linkage, year: int) -> str:
    """Where the budget comes from; made-up data says so everywhere."""
    snapshot = linkage.snapshot
    name = str(snapshot.manifest["fuente"]["nombre"])
    made_up = "datos sintéticos, " if snapshot.synthetic else ""
    return f"{made_up}{name} (instantánea {snapshot.id}), {linkage.scope}, año {year}, corte {snapshot.cut_off}"


def _execution(analysis: Analysis, lines: pl.DataFrame, year: int) -> pl.DataFrame:
    """PIA, PIM and devengado of each action in the year, transversal ones beside."""
    inputs = analysis.inputs
    rows = (
        lines.filter(pl.col("accion").is_not_null() & pl.col("vinculo").is_in([DIRECT, TRANSVERSAL]))
        .group_by("accion")
        .agg(pl.col("pia_soles", "pim_soles", "devengado_soles").sum())
    )
    linked = link_by_action(rows, inputs.plan.acciones, inputs.spec.vinculo.transversales, year)
    return measure_execution(linked.acciones).with_columns(color_ejecucion=colour(pl.col("ejecucion_ratio"), inputs.spec.semaforo))


def _absorption(cube: pl.DataFrame, inputs: Inputs, actions: pl.DataFrame, year: int) -> pl.DataFrame:
    """What share of its PIM each action has spent: the mean of the earlier years of the snapshot, or this year's so far.

    A year in course has not spent all it will: its execution is a floor of what the action can absorb, and the origin says so.
    """
    yearly = (
        cube.filter((pl.col("vinculo") == DIRECT) & (pl.col("anio") < year))
        .group_by("accion", "anio")
        .agg(pl.col("pim_soles", "devengado_soles").sum())
        .filter(pl.col("pim_soles") > 0)
        .with_columns(razon=(pl.col("devengado_soles").cast(pl.Float64) / pl.col("pim_soles").cast(pl.Float64)).clip(0, 1))
    )
    past = yearly.group_by("accion").agg(pasado=pl.col("razon").mean(), anios=pl.col("anio").sort().cast(pl.String).str.join(", "))
    own = pl.col("ejecucion_ratio").clip(0, 1)
    return (
        actions.select("accion", "ejecucion_ratio")
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
