"""Everything there is to show of an analysis, and of a linked quarter when there is one: what the board, the workbook and the report read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from presupuesto_link.following import Link
from presupuesto_link.monitoring import Monitoring, monitor
from presupuesto_link.pipeline import Analysis, Inputs, analyse
from presupuesto_link.projecting import Projection, project
from presupuesto_link.sources.store import Snapshot, Store
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
    """An analysis with what stands of its ranking, and its quarter when a linked snapshot was asked for."""

    analysis: Analysis
    robustness: Robustness
    quarter: Quarter | None

    @property
    def synthetic(self) -> bool:
        """Whether some money is made up, which every output must say."""
        return self.quarter is not None and self.quarter.monitoring.followed.synthetic


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
    return Dossier(analysis, study_robustness(analysis), _quarter(inputs, asked, say) if asked else None)


def _quarter(inputs: Inputs, asked: Asked, say: Callable[[str], None]) -> Quarter:
    say("Midiendo el semáforo del trimestre")
    found = monitor(
        inputs, asked.store, asked.snapshot, asked.link, asked.year, asked.month, asked.history, asked.calendars, asked.before
    )  # fmt: skip
    if found.followed.month >= _DECEMBER:
        return Quarter(found, None)
    say("Proyectando el cierre")
    return Quarter(found, project(replace(inputs, scenarios=()), found.followed))
