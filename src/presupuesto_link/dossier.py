"""Everything there is to show of an analysis, and of a linked quarter when there is one: what the board, the workbook and the report read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from presupuesto_link.errors import InfeasibleScenarioError
from presupuesto_link.evaluation.evaluate import Analysis, analyse
from presupuesto_link.inputs import Inputs
from presupuesto_link.money.follow import Link
from presupuesto_link.normas.rulebook import in_force
from presupuesto_link.quarter.light import Monitoring, monitor
from presupuesto_link.quarter.projection import Projection, project
from presupuesto_link.scenarios.compare import Scenario, run_scenario
from presupuesto_link.specs import EscenarioSpec, read_spec
from presupuesto_link.store.store import Snapshot, Store
from presupuesto_link.studies.robustness import Robustness, study_robustness
from presupuesto_link.tables.calendar import Calendar

_DECEMBER = 12


@dataclass(frozen=True)
class Asked:
    """The linked quarter that is asked for.

    Attributes:
        store: where the snapshots are.
        snapshot: the one followed.
        link: rules, scope and whether suggested rules count.
        year: the one followed; null takes the last of the snapshot.
        month: last month looked at; null takes the last closed one.
        history: other snapshots with earlier years.
        calendars: programmes of the year, first the one that rules.
        before: the snapshot of the cut-off before; null lets `monitor` choose.
    """

    store: Store
    snapshot: Snapshot
    link: Link
    year: int | None = None
    month: int | None = None
    history: Sequence[Snapshot] = ()
    calendars: Sequence[Calendar] = ()
    before: Snapshot | None = None


@dataclass(frozen=True)
class Quarter:
    """Money in course: its light, and its close (null once the year has closed)."""

    monitoring: Monitoring
    projection: Projection | None


@dataclass(frozen=True)
class Dossier:
    """An analysis with what stands of its ranking, and its quarter when a linked snapshot was asked for.

    `compared` are its scenarios and, after them, the others of its folder on the same budget: those that have a solution.
    """

    analysis: Analysis
    robustness: Robustness
    quarter: Quarter | None
    compared: tuple[Scenario, ...] = ()

    @property
    def synthetic(self) -> bool:
        """Whether some money is made up, which every output must say."""
        return self.quarter is not None and self.quarter.monitoring.followed.synthetic

    @property
    def cut_off(self) -> dt.date:
        """The date up to which it tells: that of the quarter, or that of the evaluation."""
        return self.quarter.monitoring.followed.cut_off if self.quarter else self.analysis.inputs.spec.fecha_corte


def assemble(inputs: Inputs, asked: Asked | None = None, say: Callable[[str], None] = lambda _: None) -> Dossier:
    """Run everything.

    Args:
        inputs: the analysis.
        asked: the quarter; without it only what the analysis itself says.
        say: called with a Spanish sentence before each long part.

    Raises:
        InputDataError: see `monitor`.
    """
    say("Midiendo avances y matrices")
    analysis = analyse(inputs)
    say("Probando la firmeza del ranking")
    firm, compared = study_robustness(analysis), (*analysis.scenarios, *_others(analysis))
    return Dossier(analysis, firm, _quarter(inputs, asked, say) if asked else None, compared)


def _others(analysis: Analysis) -> tuple[Scenario, ...]:
    """The scenarios beside those of the analysis, in the order of their files; none when it has none of its own to be compared with."""
    if not analysis.scenarios:
        return ()
    inputs, base = analysis.inputs, analysis.scenarios[0].baseline
    known = {scenario.spec.id for scenario in analysis.scenarios}
    found = []
    for path in sorted((inputs.path.parent / "escenarios").glob("*.toml")):
        spec = read_spec(path, EscenarioSpec)
        if spec.id in known or spec.base.instantanea is not None:
            continue
        dated = replace(base, fecha=spec.base.fecha_corte or base.fecha)
        with suppress(InfeasibleScenarioError):
            found.append(run_scenario(dated, spec, in_force(inputs.norms, dated.fecha)))
    return tuple(found)


def _quarter(inputs: Inputs, asked: Asked, say: Callable[[str], None]) -> Quarter:
    say("Midiendo el semáforo del trimestre")
    found = monitor(inputs, asked.store, asked.snapshot, asked.link, asked.year, asked.month, asked.history, asked.calendars, asked.before)
    if found.followed.month >= _DECEMBER:
        return Quarter(found, None)
    say("Proyectando el cierre")
    return Quarter(found, project(replace(inputs, scenarios=()), found.followed))
