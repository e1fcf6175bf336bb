"""`cargar`: SIAF extracts into the store."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from presupuesto_link.commands.asking.cuts import DEFAULT_STORE, StoreOption
from presupuesto_link.commands.asking.extracts import Failed, Given, given_extracts, series_of, somebody_answers, with_days
from presupuesto_link.commands.asking.options import AcceptOption, JsonOption, old, rare
from presupuesto_link.commands.saying.load_text import as_json, briefly, print_closing, print_report
from presupuesto_link.commands.saying.printing import print_json
from presupuesto_link.errors import PresupuestoLinkError
from presupuesto_link.vocabulary import GOVERNMENTS
from presupuesto_link.wording import enumerate_words, plural

if TYPE_CHECKING:
    from presupuesto_link.store.load_report import LoadReport, Published
    from presupuesto_link.store.loading import Progress
    from presupuesto_link.store.quality import Accepted
    from presupuesto_link.store.store import Store
    from presupuesto_link.tables.gasto import Filters

_GRAVE = ("alta", "media")


def cargar(
    archivos: Annotated[
        list[str] | None,
        typer.Argument(
            help="Extractos o carpetas con ellos: csv, xlsx, xls, ods, parquet o json, también en gz, zst o zip; admite *",
            metavar="ARCHIVO",
        ),
    ] = None,
    almacen: StoreOption = DEFAULT_STORE,
    al: Annotated[
        str | None,
        typer.Option("--al", help="Día de las cifras; si falta, el que diga la página, el origen o el nombre", metavar="AAAA-MM-DD"),
    ] = None,
    pliego: Annotated[str | None, typer.Option("--pliego", help="Sólo este pliego, por ejemplo 445", metavar="CÓDIGO")] = None,
    departamento_meta: Annotated[
        str | None, typer.Option("--departamento-meta", help="Sólo lo que se gasta en este departamento, por ejemplo 06", metavar="CÓDIGO")
    ] = None,
    anio: Annotated[int | None, typer.Option("--anio", help="Sólo este año", metavar="AAAA", min=1990, max=2100)] = None,
    probar: Annotated[bool, typer.Option("--probar", help="Reconoce y revisa cada archivo sin guardar nada")] = False,
    estricto: Annotated[bool, typer.Option("--estricto", help="Termina en 1 si hay hallazgos de severidad alta o media")] = False,
    nivel: Annotated[str | None, rare("--nivel", help="Sólo este nivel de gobierno: E, R o M", metavar="LETRA")] = None,
    miembro: Annotated[
        str | None, rare("--miembro", help="Cuál archivo de un .zip, o cuál hoja de un libro, cuando varios sirven", metavar="NOMBRE")
    ] = None,
    numeros: Annotated[
        Literal["coma", "punto"] | None,
        rare("--numeros", help="Cuál es el signo decimal, cuando el archivo no lo deja saber: 1.250 es mil doscientos cincuenta con coma"),
    ] = None,
    total_publicado: Annotated[
        list[str] | None,
        rare(
            "--total-publicado",
            help="Cifra publicada para comparar, y la diferencia que se admite (1 sol, o medio por fila si son soles enteros)",
            metavar="MEDIDA=SOLES[:TOLERANCIA]",
        ),
    ] = None,
    tolerancia: Annotated[str | None, old("--tolerancia", help="Diferencia admitida con la cifra publicada", metavar="SOLES")] = None,
    descargar: Annotated[
        int | None, typer.Option("--descargar", help="Descarga antes ese año del portal de datos abiertos del MEF", metavar="AÑO")
    ] = None,
    tipo: Annotated[
        str, rare("--tipo", "-t", help="Qué se descarga: devengado, mensual, diario, gasto u opds", metavar="TIPO")
    ] = "devengado",
    salida: Annotated[Path, rare("--salida", "-s", help="Carpeta donde queda lo descargado", metavar="CARPETA")] = Path("descargas"),
    url: Annotated[
        str | None, rare("--url", help="Otra dirección: la del archivo, o la de su carpeta terminada en /", metavar="URL")
    ] = None,
    forzar: Annotated[bool, old("--forzar", help="Descarga aunque el archivo ya esté y sea el mismo")] = False,
    espera: Annotated[int, old("--espera", help="Segundos sin recibir datos antes de volver a conectarse", metavar="SEGUNDOS", min=1)] = 60,
    aceptar: AcceptOption = None,
    como_json: JsonOption = False,
) -> None:
    """Carga extractos del SIAF en el almacén: los reconoce, los revisa y guarda una instantánea de cada uno.

    Ejemplo: presupuesto-link cargar 2024-Gasto.csv --pliego 445 --al 2025-01-31
    """
    from presupuesto_link.store.store import Store

    if descargar is not None:
        _download(descargar, tipo, salida, url, forzar, espera, como_json)
        if not archivos:
            return
    if not archivos:
        raise typer.BadParameter("falta qué cargar: un archivo, una carpeta o --descargar AÑO.")
    filters, published = _filters(pliego, departamento_meta, nivel, anio), _published(total_publicado or [], tolerancia)
    accepted = accepted_for(aceptar)
    extracts, failed = given_extracts(archivos, al, miembro)
    many = len(extracts) + len(failed) > 1
    if many and not como_json:
        _print_series(extracts, failed)
    extracts, undated = with_days(extracts, somebody_answers() and not como_json)
    with kept_or_tried(almacen, probar) as store:
        there = Store(almacen) if probar else None
        tell = None if como_json else partial(print_report, there=there)
        reports, refused = load_all(extracts, (*failed, *undated), store, filters, miembro, published, tell, accepted, numeros)
    if como_json:
        _print_loads(reports, extracts, refused, probar)
    elif many:
        print_closing(reports, refused)
    if probar and not como_json:
        typer.echo("No se guardó nada: sin --probar queda en el almacén.")
    if refused:
        raise typer.Exit(1)
    if estricto and any(finding.kind.severity in _GRAVE for report in reports for finding in report.findings):
        typer.echo("Hay hallazgos de severidad alta o media, y se pidió --estricto.", err=True)
        raise typer.Exit(1)


@contextmanager
def kept_or_tried(folder: Path, tried: bool) -> Iterator[Store]:
    """The store, or one that lasts as long as the trial."""
    from tempfile import TemporaryDirectory

    from presupuesto_link.store.store import Store

    if not tried:
        yield Store(folder)
        return
    with TemporaryDirectory() as place:
        yield Store(Path(place), lasting=False)


def load_all(
    extracts: Sequence[Given],
    failed: Sequence[Failed],
    store: Store,
    filters: Filters,
    member: str | None,
    published: Published,
    tell: Callable[[LoadReport], None] | None,
    accepted: Accepted | None = None,
    numbers: str | None = None,
) -> tuple[list[LoadReport], list[Failed]]:
    """Load each file; one that fails does not hold back the others, and alone it is the error. Those that failed before are told first."""
    from presupuesto_link.store.load_report import Refused
    from presupuesto_link.store.loading import load_extract

    reports, refused = [], list(failed)
    for _, error in failed:
        typer.echo(f"{error}\n", err=True)
    for one in extracts:
        try:
            with _progress(one.path.name) as progress:
                report = load_extract(one.path, store, filters, one.day, member, published, progress, accepted, numbers)
        except PresupuestoLinkError as error:
            if tell and isinstance(error, Refused):
                tell(error.report)
            if len(extracts) + len(failed) == 1:
                raise
            refused.append((one.path, error))
            typer.echo(f"{error}\n", err=True)
            continue
        reports.append(report)
        if tell:
            tell(report)
    return reports, refused


def _print_loads(reports: Sequence[LoadReport], extracts: Sequence[Given], refused: Sequence[Failed], tried: bool) -> None:
    """Every load for another program: what was kept, the series they make and what was refused."""
    errors = [{"archivo": path.name, "problemas": [vars(p) for p in error.problems]} for path, error in refused]
    series = [{"serie": about, "archivos": [one.path.name for one in group]} for about, group in series_of(extracts)]
    told = {"series": series} if len(extracts) + len(refused) > 1 else {}
    print_json(cargas=[as_json(report) for report in reports], **told, **({"errores": errors} if errors else {}), guardado=not tried)


def _print_series(extracts: Sequence[Given], failed: Sequence[Failed]) -> None:
    """What there is, before anything is written."""
    groups = series_of(extracts)
    files = len(extracts) + len(failed)
    typer.echo(f"{plural(files, 'archivo', 'archivos')}, {plural(len(groups), 'serie', 'series')}, por fecha:")
    for about, group in groups:
        typer.echo(f"  {about} ({len(group)})")
        for one in group:
            typer.echo(f"    {f'{one.day.day} ({one.day.who})' if one.day else 'sin fecha'}: {one.path.name}")
    if failed:
        typer.echo(f"  No se reconoce ({len(failed)})")
    for path, error in failed:
        typer.echo(f"    {path.name}: {briefly(error)}")
    typer.echo("")


def _download(year: int, kind: str, folder: Path, url: str | None, again: bool, wait: int, as_json_text: bool) -> None:
    from presupuesto_link.commands.saying.download_text import downloading, print_downloaded, print_downloaded_json
    from presupuesto_link.sources.download import Patience, download, find_resource

    resource = find_resource(kind, year, url)
    try:
        with downloading(resource.name) as report:
            done = download(resource, folder, dt.date.today(), again, Patience(connect_s=min(30, wait), silence_s=wait), report)
    except KeyboardInterrupt:
        typer.echo(f"Lo recibido de {resource.name} queda en {folder}: repita la orden y seguirá desde ahí.", err=True)
        raise
    (print_downloaded_json if as_json_text else print_downloaded)(done)


def accepted_for(reason: str | None) -> Accepted | None:
    """What `--aceptar` says, with the name of who answers for the office."""
    from presupuesto_link.commands.asking.here import signer
    from presupuesto_link.store.quality import Accepted

    if reason is None:
        return None
    if not reason.strip():
        raise typer.BadParameter("--aceptar: falta el motivo.")
    return Accepted(reason.strip(), signer())


def _filters(pliego: str | None, department: str | None, level: str | None, year: int | None) -> Filters:
    from presupuesto_link.tables.gasto import Filters

    for option, value, width in (("--pliego", pliego, 3), ("--departamento-meta", department, 2)):
        if value is not None and not (value.isdigit() and len(value) <= width):
            raise typer.BadParameter(f"{option}: «{value}» no es un código de {width} cifras.")
    if level is not None and level.upper() not in GOVERNMENTS:
        raise typer.BadParameter(f"--nivel: «{level}» no es {enumerate_words(GOVERNMENTS, 'ni')}.")
    return Filters(pliego, department, level, year)


def no_filters() -> Filters:
    """Everything in the extract."""
    return _filters(None, None, None, None)


def no_totals() -> Published:
    """No published figure to compare with."""
    return _published([], None)


def _published(given: list[str], tolerance: str | None) -> Published:
    from presupuesto_link.store.load_report import Published
    from presupuesto_link.store.store import MEASURES

    totals, own = {}, []
    for text in given:
        name, equals, amount = text.partition("=")
        amount, colon, allowed_text = amount.partition(":")
        measure = f"{name.strip().lower().removesuffix('_soles')}_soles"
        if not equals or measure not in MEASURES:
            known = ", ".join(m.removesuffix("_soles") for m in MEASURES)
            raise typer.BadParameter(f"--total-publicado: «{text}» no es MEDIDA=SOLES, con una de {known}.")
        totals[measure] = _amount("--total-publicado", amount)
        own += [_tolerance(allowed_text)] if colon else []
    return Published(totals, min(own) if own else _tolerance(tolerance) if tolerance is not None else None)


def _tolerance(text: str) -> Decimal:
    allowed = _amount("--total-publicado, tolerancia", text)
    if allowed < 0:
        raise typer.BadParameter(f"--total-publicado: la tolerancia «{text}» es menos que cero.")
    return allowed


def _amount(option: str, text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise typer.BadParameter(f"{option}: «{text}» no es un monto en soles.")
    return amount


@contextmanager
def _progress(name: str) -> Iterator[Progress]:
    """A bar on the terminal; nothing when stderr is not one."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(), TextColumn("{task.fields[filas]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None, filas="")

        def say(doing: str, done: int, total: int, rows: int = 0) -> None:
            bar.update(task, description=f"{doing} {name}", completed=done, total=total or None, filas=f"{rows:,} filas" if rows else "")

        yield say
