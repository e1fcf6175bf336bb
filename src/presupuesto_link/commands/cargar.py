"""`cargar`: SIAF extracts into the store."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from presupuesto_link.commands.asking.cuts import DEFAULT_STORE, StoreOption
from presupuesto_link.commands.asking.options import JsonOption, old, rare
from presupuesto_link.commands.saying.printing import Column, number, print_json, print_table
from presupuesto_link.errors import InputDataError, PresupuestoLinkError, Problem
from presupuesto_link.findings import worst_first
from presupuesto_link.vocabulary import GOVERNMENTS
from presupuesto_link.wording import amount, enumerate_words

if TYPE_CHECKING:
    from presupuesto_link.store.load_report import LoadReport, Published
    from presupuesto_link.store.loading import Progress
    from presupuesto_link.store.store import Store
    from presupuesto_link.tables.gasto import Filters

_FIRST_DAY = dt.date(1990, 1, 1)
_ALWAYS = ("pia_soles", "pim_soles", "devengado_soles")
_EXTRACTS = (".csv", ".gz", ".zst", ".zip", ".xlsx", ".xlsb", ".xlsm", ".xls", ".ods", ".parquet", ".json", ".jsonl", ".txt")
_GRAVE = ("alta", "media")
_TITLES = {"pia_soles": "PIA", "pim_soles": "PIM"}


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
        str | None, typer.Option("--al", help="Día de las cifras; si falta, el del origen o del nombre del archivo", metavar="AAAA-MM-DD")
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
            help="Cifra publicada para comparar, y la diferencia que se admite (1 sol)",
            metavar="MEDIDA=SOLES[:TOLERANCIA]",
        ),
    ] = None,
    tolerancia: Annotated[str, old("--tolerancia", help="Diferencia admitida con la cifra publicada", metavar="SOLES")] = "1",
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
    como_json: JsonOption = False,
) -> None:
    """Carga extractos del SIAF en el almacén: los reconoce, los revisa y guarda una instantánea de cada uno.

    Ejemplo: presupuesto-link cargar 2024-Gasto.csv --pliego 445 --al 2025-01-31
    """
    if descargar is not None:
        _download(descargar, tipo, salida, url, forzar, espera, como_json)
        if not archivos:
            return
    if not archivos:
        raise typer.BadParameter("falta qué cargar: un archivo, una carpeta o --descargar AÑO.")
    filters, published = _filters(pliego, departamento_meta, nivel, anio), _published(total_publicado or [], tolerancia)
    with kept_or_tried(almacen, probar) as store:
        reports, failed = load_all(archivos, store, filters, day_of(al), miembro, published, None if como_json else print_report, numeros)
    if como_json:
        errors = [{"archivo": path.name, "problemas": [vars(p) for p in error.problems]} for path, error in failed]
        print_json(cargas=[as_json(report) for report in reports], **({"errores": errors} if errors else {}))
    if probar and not como_json:
        typer.echo("No se guardó nada: sin --probar queda en el almacén.")
    if failed:
        names = ", ".join(str(path) for path, _ in failed)
        typer.echo(f"Se cargaron {len(reports)} de {len(reports) + len(failed)} archivos. No se cargó: {names}", err=True)
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
        yield Store(Path(place))


def load_all(
    archivos: Sequence[str],
    store: Store,
    filters: Filters,
    day: dt.date | None,
    member: str | None,
    published: Published,
    tell: Callable[[LoadReport], None] | None,
    numbers: str | None = None,
) -> tuple[list[LoadReport], list[tuple[Path, PresupuestoLinkError]]]:
    """Load each file; one that fails does not hold back the others, and alone it is the error."""
    from presupuesto_link.sources.siaf.named import expand
    from presupuesto_link.store.loading import load_extract

    paths, reports, failed = expand(_inside(archivos)), [], []
    for path in paths:
        try:
            with _progress(path.name) as progress:
                report = load_extract(path, store, filters, day, member, published, progress, numbers)
        except PresupuestoLinkError as error:
            if len(paths) == 1:
                raise
            failed.append((path, error))
            typer.echo(f"{error}\n", err=True)
            continue
        reports.append(report)
        if tell:
            tell(report)
    return reports, failed


def _inside(given: Sequence[str]) -> list[str]:
    """The files of each folder given, in the order of their names; files as they are."""
    found: list[str] = []
    for one in given:
        if not Path(one).is_dir():
            found.append(one)
            continue
        inside = sorted(str(path) for path in Path(one).iterdir() if path.is_file() and path.name.lower().endswith(_EXTRACTS))
        if not inside:
            raise InputDataError(
                Problem(one, "una carpeta sin extractos", f"archivos {', '.join(_EXTRACTS)}", "elija otra carpeta, o un archivo")
            )
        found += inside
    return found


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


def print_report(report: LoadReport) -> None:
    """The closing summary of one load."""
    snapshot, manifest = report.snapshot, report.snapshot.manifest
    rows, source = manifest["filas"], manifest["fuente"]
    state = "guardada" if report.is_new else "ya estaba en el almacén; no se escribió nada"
    typer.echo(f"{report.path.name}: instantánea {snapshot.id} ({state})")
    typer.echo(
        f"  Forma: {source['forma']}{_where(source)} · codificación {source['codificacion']} · decimales con {source['numeros']} · corte {snapshot.cut_off} ({manifest['fecha_corte_de']})"
        + (f" · año {source['anio']} ({source['anio_de']})" if "anio_de" in source else "")
    )
    if about := page_words(manifest):
        typer.echo(f"  Consulta: {about}")
    typer.echo(
        f"  Registros leídos: {rows['registros_leidos']:,} · filas guardadas: {rows['guardadas']:,} · rechazadas: {rows['rechazadas']:,}"
        + (f" · de total, que no se suman: {rows['de_total']:,}" if rows.get("de_total") else "")
        + (f" → {report.rejected}" if report.rejected else "")
    )
    print_totals([(str(year), totals) for year, totals in snapshot.totals.items()])
    months = [f"{year}: {month}" for year, month in manifest["ultimo_mes_con_devengado"].items()]
    typer.echo(f"  Último mes con devengado: {enumerate_words(months) or 'no se sabe (el extracto no da meses)'}")
    _print_findings(report)
    for sentence in report.unchecked:
        typer.echo(f"  No se comprobó: {sentence}.")
    typer.echo("")


def page_words(manifest: Mapping[str, Any]) -> str:
    """What a page of the Consulta Amigable says of itself, in a line; empty of anything else."""
    from presupuesto_link.wording import period_words

    if "periodo" not in manifest:
        return ""
    period, path = manifest["periodo"], [f"{step['titulo']} {step['codigo']}" for step in manifest["ambito"]]
    when = (
        period_words(period["tipo"], period.get("numero", 0))
        or f"el año{' por ' + ('meses' if by == 'mes' else 'trimestres') if (by := period.get('por')) else ''}"
    )
    return " · ".join(filter(None, (" › ".join(path), f"periodo: {when}", manifest["incluye"])))


def _where(source: Mapping[str, Any]) -> str:
    """The member of a zip and the sheet of a workbook that were read."""
    member = f" · archivo {source['miembro']}" if source.get("miembro") else ""
    return member + (f" · hoja «{source['hoja']}»" if source.get("hoja") else "")


def print_totals(rows: list[tuple[str, Any]]) -> None:
    """Soles per measure, one line per snapshot or year."""
    from presupuesto_link.store.store import MEASURES

    titles = [_TITLES.get(m, m.removesuffix("_soles").replace("_", "\n").capitalize()) for m in MEASURES]
    columns = [Column(""), *(number(title, spare=m not in _ALWAYS) for title, m in zip(titles, MEASURES, strict=True))]
    print_table("Soles por medida", columns, [(name, *(amount(totals[m], 2) for m in MEASURES)) for name, totals in rows])


def as_json(report: LoadReport) -> dict[str, Any]:
    """A load for another program."""
    from presupuesto_link.store.store import PAGE_KEYS

    manifest = report.snapshot.manifest
    kept = ("fuente", "fecha_corte", "fecha_corte_de", "filtros", "filas", "totales", "ultimo_mes_con_devengado")
    page = {key: manifest[key] for key in PAGE_KEYS if key in manifest}
    return {
        "archivo": report.path.name,
        "instantanea": report.snapshot.id,
        "nueva": report.is_new,
        **{key: manifest[key] for key in kept},
        **page,
        "hallazgos": [finding.as_row() for finding in report.findings],
        "no_comprobado": list(report.unchecked),
        "rechazadas": str(report.rejected) if report.rejected else None,
    }


def _print_findings(report: LoadReport) -> None:
    if not report.findings:
        typer.echo("  Hallazgos: ninguno.")
        return
    for finding in worst_first(report.findings):
        typer.echo(
            f"  {finding.code} ({finding.kind.severity}) {finding.kind.title}: {finding.place}, {finding.found}. {finding.explanation}."
        )


def _filters(pliego: str | None, department: str | None, level: str | None, year: int | None) -> Filters:
    from presupuesto_link.tables.gasto import Filters
    from presupuesto_link.wording import enumerate_words

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
    return _published([], "1")


def _published(given: list[str], tolerance: str) -> Published:
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
    return Published(totals, min(own) if own else _tolerance(tolerance))


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


def day_of(text: str | None) -> dt.date | None:
    """The day of the figures, as `--al` says it."""
    try:
        day = dt.date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise typer.BadParameter(f"--al: «{text}» no es una fecha AAAA-MM-DD.") from None
    if day and not _FIRST_DAY <= day <= dt.date.today() + dt.timedelta(days=1):  # a day more, for clocks further east
        raise typer.BadParameter(f"--al: «{text}» no puede ser el día de unas cifras: es de antes de 1990 o no ha llegado.")
    return day


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
