"""Options of the commands that follow a year in course, and the money they follow."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.asking.snapshots import Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from presupuesto_link.inputs import Inputs
    from presupuesto_link.money.follow import Link
    from presupuesto_link.store.store import Snapshot, Store
    from presupuesto_link.tables.calendar import Calendar

_SHOWN = 5

YearOption = Annotated[int | None, typer.Option("--anio", help="Año que se sigue; sin él, el último", metavar="AAAA", min=1990, max=2100)]
MonthOption = Annotated[
    int | None, typer.Option("--mes", help="Último mes que se mira; sin él, el último cerrado al corte", metavar="MES", min=1, max=12)
]
RulesOption = Annotated[Path | None, typer.Option("--reglas", help="Reglas del vínculo; sin ellas, las del análisis", metavar="ARCHIVO")]
HistoryOption = Annotated[
    list[str] | None, typer.Option("--historia", help="Otra instantánea con años anteriores; se puede repetir", metavar="ID")
]
BeforeOption = Annotated[
    str | None,
    typer.Option("--anterior", help="Instantánea del corte anterior; sin ella, la del mismo extracto o el trimestre previo", metavar="ID"),
]
CalendarOption = Annotated[
    Path | None,
    typer.Option("--calendario", help="Calendario programado (PCA u otro): anio, mes, programado_soles y sus claves", metavar="CSV"),
]
PoiOption = Annotated[
    list[str] | None, typer.Option("--poi", help="Exportación financiera del POI (CEPLAN V.01); se puede repetir", metavar="EXPORTE")
]
MetasOption = Annotated[Path | None, typer.Option("--metas-aoi", help="Tabla firmada de metas y AOI, con --poi", metavar="TABLA")]
FolderOption = Annotated[Path | None, typer.Option("--salida", "-s", help="Escribe tablas y figuras en esa carpeta", metavar="CARPETA")]


@dataclass(frozen=True)
class Asked:
    """What the command line says of the money to follow."""

    store: Path
    snapshot: str | None
    scope: Scope
    rules: Path | None
    suggested: bool
    history: Sequence[str] = ()


def opened(inputs: Inputs, asked: Asked) -> tuple[Store, Snapshot, Link, tuple[Snapshot, ...]]:
    """The store, the snapshot, how it is linked and the snapshots of earlier years."""
    from presupuesto_link.commands.asking.snapshots import chosen_snapshot, raw_rules
    from presupuesto_link.money.follow import Link

    store, snapshot = chosen_snapshot(asked.store, asked.snapshot)
    link = Link(raw_rules(inputs, asked.rules), asked.scope.value, asked.suggested)
    return store, snapshot, link, tuple(store.get(wanted) for wanted in asked.history)


def calendars(
    inputs: Inputs, path: Path | None, poi: Sequence[str], metas_aoi: Path | None
) -> tuple[tuple[Calendar, ...], tuple[str, ...]]:
    """The programmes given, the one that rules first, and what is wrong with the signed table, in words."""
    from presupuesto_link.linkage.plan.bridge import read_bridge
    from presupuesto_link.linkage.plan.programme import calendar_of_poi, with_blank_months
    from presupuesto_link.sources.ceplan import read_export
    from presupuesto_link.sources.delimited import read_delimited
    from presupuesto_link.sources.links import read_links
    from presupuesto_link.sources.siaf.named import expand
    from presupuesto_link.tables.calendar import read_calendar
    from presupuesto_link.tables.ceplan import read_poi

    if bool(poi) != bool(metas_aoi):
        raise typer.BadParameter("--poi y --metas-aoi van juntas: el POI no dice qué meta financia cada AOI.")
    own = inputs.spec.seguimiento.calendario
    place = path or (inputs.path.parent / own if own else None)
    found = [read_calendar(read_delimited(place))] if place else []
    if not poi or metas_aoi is None:
        return tuple(found), ()
    plan = read_poi(tuple(read_export(one) for one in expand(list(poi))))
    bridge = read_bridge(read_links(metas_aoi, "metas_aoi"), None, inputs.plan.acciones["accion"])
    said = tuple(f"{f.code}: {f.place}: {f.found}; se esperaba {f.expected}." for f in (*plan.findings, *bridge.findings))
    return (*found, calendar_of_poi(plan, bridge.metas)), (*said, *_blanks(with_blank_months(plan)))


def _blanks(activities: pl.DataFrame) -> tuple[str, ...]:
    """What is not used of the POI because nobody knows whether a blank is a zero."""
    from presupuesto_link.wording import plural

    if activities.is_empty():
        return ()
    shown = ", ".join(activities["aoi"].head(_SHOWN))
    more = f" y {activities.height - _SHOWN} más" if activities.height > _SHOWN else ""
    return (
        (
            f"POI: {plural(activities.height, 'AOI tiene', 'AOI tienen')} meses en blanco ({shown}{more}); sus metas no usan el POI como calendario. "
            "Si un mes en blanco es 0, escríbalo en la exportación."
        ),
    )
