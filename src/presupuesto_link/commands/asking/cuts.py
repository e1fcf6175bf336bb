"""The cut that a command is asked for: its options, declared once, and the one `Cut` that the library takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from presupuesto_link.commands.asking.completing import snapshots
from presupuesto_link.commands.asking.here import NEWEST, NONE, defaults, here, who_says
from presupuesto_link.commands.asking.options import rare
from presupuesto_link.vocabulary import DECEMBER, DEPARTMENT, EVERYTHING, PLIEGO
from presupuesto_link.wording import plural

if TYPE_CHECKING:
    import polars as pl

    from presupuesto_link.inputs import Inputs
    from presupuesto_link.money.cut import Cut
    from presupuesto_link.store.snapshot import Snapshot
    from presupuesto_link.store.store import Store
    from presupuesto_link.tables.calendar import Calendar

_SHOWN = 5


class Scope(StrEnum):
    """Whose spending."""

    pliego = PLIEGO
    departamento = DEPARTMENT
    todo = EVERYTHING


DEFAULT_STORE = Path("almacen")


StoreOption = Annotated[Path, rare("--almacen", help="Carpeta del almacén", metavar="CARPETA")]
ScopeOption = Annotated[
    Scope,
    rare("--ambito", help="De quién es el gasto: pliego (el gobierno regional), departamento (todos los niveles, donde recae) o todo"),
]
OptionalScopeOption = Annotated[Scope | None, rare("--ambito", help="De quién es el gasto: pliego (por defecto), departamento o todo")]
SuggestedOption = Annotated[bool, rare("--incluir-sugeridos", help="Cuenta también las reglas sugeridas, que nadie ha firmado")]
SnapshotOption = Annotated[
    str | None,
    typer.Option(
        "--instantanea",
        "-i",
        help="Instantánea cuyo dinero decide: «ultima», su fecha o el comienzo de su id; «ninguna», el dinero que trae el análisis",
        metavar="ID|FECHA",
        autocompletion=snapshots,
    ),
]
YearOption = Annotated[int | None, typer.Option("--anio", help="Año del dinero; sin él, el último", metavar="AAAA", min=1990, max=2100)]
MonthOption = Annotated[
    int | None, rare("--mes", help="Último mes que se mira; sin él, el último cerrado al corte", metavar="MES", min=1, max=DECEMBER)
]
RulesOption = Annotated[
    Path | None, typer.Option("--reglas", "-r", help="Reglas del vínculo (.csv o .xlsx); sin ellas, las de la oficina", metavar="ARCHIVO")
]
HistoryOption = Annotated[list[str] | None, rare("--historia", help="Otra instantánea con años anteriores; se puede repetir", metavar="ID")]
BeforeOption = Annotated[
    str | None,
    rare("--anterior", help="Instantánea del corte anterior; sin ella, la del mismo extracto o el trimestre previo", metavar="ID"),
]
CalendarOption = Annotated[
    Path | None, rare("--calendario", help="Calendario programado (PCA u otro): anio, mes, programado_soles y sus claves", metavar="CSV")
]
PoiOption = Annotated[list[str] | None, rare("--poi", help="Exportación de CEPLAN V.01; se puede repetir", metavar="EXPORTE")]
MetasOption = Annotated[Path | None, rare("--metas-aoi", help="Tabla firmada de metas y AOI, con --poi", metavar="TABLA")]
FolderOption = Annotated[Path | None, rare("--salida", "-s", help="Escribe además tablas y figuras en esa carpeta", metavar="CARPETA")]
DateOption = Annotated[
    str | None, typer.Option("--al", help="Día al que se juzga la norma; sin él, el corte de los datos", metavar="AAAA-MM-DD")
]
NormsOption = Annotated[
    Path | None, rare("--normas", help="Carpeta con otras normas; sin ella, las que trae el programa", metavar="CARPETA")
]
EvidenceOption = Annotated[
    Path | None,
    rare(
        "--evidencias",
        help="Archivo con los documentos que la oficina declara tener ([[evidencias]], [[excepciones]])",
        metavar="ARCHIVO.toml",
    ),
]
FirstOption = Annotated[int | None, typer.Option("--primeras", "-n", help="Cuántas filas mostrar", metavar="N", min=1)]
CsvOption = Annotated[bool, typer.Option("--csv", help="Escribe el cuadro principal en CSV")]


@dataclass(frozen=True)
class Asked:
    """What the command line says of a cut; nothing is linked without a snapshot."""

    store: Path = DEFAULT_STORE
    snapshot: str | None = None
    scope: Scope = Scope.pliego
    rules: Path | None = None
    suggested: bool = False
    year: int | None = None
    month: int | None = None
    history: Sequence[str] = ()
    before: str | None = None

    @property
    def ignored(self) -> list[str]:
        """The options given that only make sense with a snapshot."""
        given = {
            "--almacen": self.store != DEFAULT_STORE,
            "--ambito": self.scope is not Scope.pliego,
            "--reglas": self.rules,
            "--incluir-sugeridos": self.suggested,
            "--anio": self.year,
            "--mes": self.month,
            "--historia": self.history,
            "--anterior": self.before,
        }
        settled = defaults(here())  # what the folder says was not asked for now
        return [name for name, value in given.items() if value and name.removeprefix("--").replace("-", "_") not in settled]


def cut_of(inputs: Inputs, asked: Asked, programmes: Sequence[Calendar] | None = None) -> Cut:
    """The cut asked for; without a snapshot, that of the newest one of the entity.

    Args:
        inputs: the analysis: its entity, its rules and, unless others are given, its calendar.
        asked: what the command line says.
        programmes: the calendars of the year, first the one that rules.
    """
    from presupuesto_link.money.cut import Cut

    store, snapshot = chosen_snapshot(inputs, asked.store, asked.snapshot, asked.scope)
    return Cut(
        store,
        snapshot,
        raw_rules(inputs, asked.rules),
        asked.scope.value,
        asked.suggested,
        asked.year,
        asked.month,
        tuple(store.get(wanted) for wanted in asked.history),
        _own_calendars(inputs) if programmes is None else tuple(programmes),
        store.get(asked.before) if asked.before else None,
    )


def _own_calendars(inputs: Inputs) -> tuple[Calendar, ...]:
    """The programmes that the folder or the environment names, as `ver semaforo` uses them; what is wrong in them is told on stderr."""
    said = defaults(here())
    own, metas = (Path(said[key]) if key in said else None for key in ("calendario", "metas_aoi"))
    programmes, doubts = calendars(inputs, own, said.get("poi", ()), metas)
    for doubt in doubts:
        typer.echo(doubt, err=True)
    return programmes


def optional_cut(inputs: Inputs, asked: Asked) -> Cut | None:
    """The cut asked for, or none when no snapshot was.

    Raises:
        typer.BadParameter: options of a cut without `--instantanea`, which would be ignored.
        NoSnapshotError: the store has no such spending; the money of the analysis may be asked for instead.
    """
    from presupuesto_link.money.cut import NoSnapshotError

    if asked.snapshot in (None, NONE):
        if asked.ignored:
            raise typer.BadParameter(f"{', '.join(asked.ignored)} sólo tiene sentido con --instantanea.")
        return None
    try:
        return cut_of(inputs, asked)
    except NoSnapshotError as error:
        told = f"; o use -i {NONE}: el dinero que trae el análisis"
        raise NoSnapshotError(*(replace(problem, remedy=f"{problem.remedy}{told}") for problem in error.problems)) from None


def chosen_snapshot(inputs: Inputs, folder: Path, wanted: str | None, scope: Scope) -> tuple[Store, Snapshot]:
    """The store and the snapshot asked for, or the newest one that holds the spending of that scope of the analysis' entity."""
    from presupuesto_link.money.cut import NoSnapshotError, latest_of
    from presupuesto_link.store.store import Store

    store = Store(folder)
    if wanted is not None and wanted not in (NEWEST, NONE):
        return store, store.get(wanted)
    try:
        return store, latest_of(store, inputs.spec.vinculo.ambito, scope.value)
    except NoSnapshotError as error:
        where = who_says("almacen", folder)
        raise NoSnapshotError(*(replace(problem, where=f"{problem.where}{where}") for problem in error.problems)) from None


def raw_rules(inputs: Inputs, path: Path | None) -> Any:
    """The rules given, or those of the analysis; null when it has none."""
    from presupuesto_link.money.cut import own_rules
    from presupuesto_link.sources.links import read_links

    return read_links(path) if path else own_rules(inputs)


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

    settled = defaults(here())
    if (poi and not metas_aoi and list(poi) != settled.get("poi")) or (metas_aoi and not poi and "metas_aoi" not in settled):
        raise typer.BadParameter("--poi y --metas-aoi van juntas: el POI no dice qué meta financia cada AOI.")
    own = inputs.spec.seguimiento.calendario
    place = path or (inputs.path.parent / own if own else None)
    found = [read_calendar(read_delimited(place))] if place else []
    if not poi or metas_aoi is None:
        return tuple(found), ("POI: no se usa, porque falta metas_aoi, que dice qué meta financia cada AOI.",) if poi else ()
    plan = read_poi(tuple(read_export(one) for one in expand(list(poi))))
    bridge = read_bridge(read_links(metas_aoi, "metas_aoi"), None, inputs.plan.acciones["accion"])
    said = tuple(f"{f.code}: {f.place}: {f.found}; se esperaba {f.expected}." for f in (*plan.findings, *bridge.findings))
    return (*found, calendar_of_poi(plan, bridge.metas)), (*said, *_blanks(with_blank_months(plan)))


def _blanks(activities: pl.DataFrame) -> tuple[str, ...]:
    """What is not used of the POI because nobody knows whether a blank is a zero."""
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
