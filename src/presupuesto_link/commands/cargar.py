"""`cargar`: SIAF extracts into the store."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from presupuesto_link.commands.asking.cuts import DEFAULT_STORE, StoreOption
from presupuesto_link.commands.asking.options import JsonOption
from presupuesto_link.commands.saying.printing import Column, number, print_json, print_table
from presupuesto_link.errors import PresupuestoLinkError
from presupuesto_link.findings import worst_first
from presupuesto_link.vocabulary import GOVERNMENTS
from presupuesto_link.wording import amount, enumerate_words

if TYPE_CHECKING:
    from presupuesto_link.store.load_report import LoadReport, Published
    from presupuesto_link.store.loading import Progress
    from presupuesto_link.tables.gasto import Filters

_FIRST_DAY = dt.date(1990, 1, 1)
_ALWAYS = ("pia_soles", "pim_soles", "devengado_soles")
_TITLES = {"pia_soles": "PIA", "pim_soles": "PIM"}


def cargar(
    archivos: Annotated[
        list[str], typer.Argument(help="Extractos: csv, gz, zst, zip, xlsx o xls de la Consulta Amigable; admite *", metavar="ARCHIVO...")
    ],
    almacen: StoreOption = DEFAULT_STORE,
    fecha_corte: Annotated[
        str | None,
        typer.Option("--fecha-corte", help="Día de las cifras; si falta, el del origen o del nombre del archivo", metavar="AAAA-MM-DD"),
    ] = None,
    pliego: Annotated[str | None, typer.Option("--pliego", help="Sólo este pliego, por ejemplo 445", metavar="CÓDIGO")] = None,
    departamento_meta: Annotated[
        str | None, typer.Option("--departamento-meta", help="Sólo lo que se gasta en este departamento, por ejemplo 06", metavar="CÓDIGO")
    ] = None,
    nivel: Annotated[str | None, typer.Option("--nivel", help="Sólo este nivel de gobierno: E, R o M", metavar="LETRA")] = None,
    anio: Annotated[int | None, typer.Option("--anio", help="Sólo este año", metavar="AAAA", min=1990, max=2100)] = None,
    miembro: Annotated[str | None, typer.Option("--miembro", help="Cuál archivo de un .zip con varios", metavar="NOMBRE")] = None,
    total_publicado: Annotated[
        list[str] | None, typer.Option("--total-publicado", help="Cifra publicada para comparar; se puede repetir", metavar="MEDIDA=SOLES")
    ] = None,
    tolerancia: Annotated[str, typer.Option("--tolerancia", help="Diferencia admitida con la cifra publicada", metavar="SOLES")] = "1",
    como_json: JsonOption = False,
) -> None:
    """Carga extractos del SIAF en el almacén: los reconoce, los revisa y guarda una instantánea de cada uno.

    Ejemplo: presupuesto-link cargar 2024-Gasto.csv --pliego 445 --fecha-corte 2025-01-31
    """
    from presupuesto_link.sources.siaf.named import expand
    from presupuesto_link.store.loading import load_extract
    from presupuesto_link.store.store import Store

    filters, published = _filters(pliego, departamento_meta, nivel, anio), _published(total_publicado or [], tolerancia)
    day, store = _day(fecha_corte), Store(almacen)
    paths, reports, failed = expand(archivos), [], []
    for path in paths:
        try:
            with _progress(path.name) as progress:
                report = load_extract(path, store, filters, day, miembro, published, progress)
        except PresupuestoLinkError as error:
            if len(paths) == 1:
                raise
            failed.append((path, error))
            typer.echo(f"{error}\n", err=True)
            continue
        reports.append(report)
        if not como_json:
            print_report(report)
    if como_json:
        errors = [{"archivo": path.name, "problemas": [vars(p) for p in error.problems]} for path, error in failed]
        print_json(cargas=[as_json(report) for report in reports], **({"errores": errors} if errors else {}))
    if failed:
        names = ", ".join(str(path) for path, _ in failed)
        typer.echo(f"Se cargaron {len(reports)} de {len(paths)} archivos. No se cargó: {names}", err=True)
        raise typer.Exit(1)


def print_report(report: LoadReport) -> None:
    """The closing summary of one load."""
    snapshot, manifest = report.snapshot, report.snapshot.manifest
    rows, source = manifest["filas"], manifest["fuente"]
    state = "guardada" if report.is_new else "ya estaba en el almacén; no se escribió nada"
    typer.echo(f"{report.path.name}: instantánea {snapshot.id} ({state})")
    typer.echo(
        f"  Forma: {source['forma']} · codificación {source['codificacion']} · corte {snapshot.cut_off} ({manifest['fecha_corte_de']})"
        + (f" · año {source['anio']} ({source['anio_de']})" if "anio_de" in source else "")
    )
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


def print_totals(rows: list[tuple[str, Any]]) -> None:
    """Soles per measure, one line per snapshot or year."""
    from presupuesto_link.store.store import MEASURES

    titles = [_TITLES.get(m, m.removesuffix("_soles").replace("_", "\n").capitalize()) for m in MEASURES]
    columns = [Column(""), *(number(title, spare=m not in _ALWAYS) for title, m in zip(titles, MEASURES, strict=True))]
    print_table("Soles por medida", columns, [(name, *(amount(totals[m], 2) for m in MEASURES)) for name, totals in rows])


def as_json(report: LoadReport) -> dict[str, Any]:
    """A load for another program."""
    manifest = report.snapshot.manifest
    kept = ("fuente", "fecha_corte", "fecha_corte_de", "filtros", "filas", "totales", "ultimo_mes_con_devengado")
    return {
        "archivo": report.path.name,
        "instantanea": report.snapshot.id,
        "nueva": report.is_new,
        **{key: manifest[key] for key in kept},
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


def _published(given: list[str], tolerance: str) -> Published:
    from presupuesto_link.store.load_report import Published
    from presupuesto_link.store.store import MEASURES

    totals = {}
    for text in given:
        name, equals, amount = text.partition("=")
        measure = f"{name.strip().lower().removesuffix('_soles')}_soles"
        if not equals or measure not in MEASURES:
            known = ", ".join(m.removesuffix("_soles") for m in MEASURES)
            raise typer.BadParameter(f"--total-publicado: «{text}» no es MEDIDA=SOLES, con una de {known}.")
        totals[measure] = _amount("--total-publicado", amount)
    allowed = _amount("--tolerancia", tolerance)
    if allowed < 0:
        raise typer.BadParameter(f"--tolerancia: «{tolerance}» es menos que cero.")
    return Published(totals, allowed)


def _amount(option: str, text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise typer.BadParameter(f"{option}: «{text}» no es un monto en soles.")
    return amount


def _day(text: str | None) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise typer.BadParameter(f"--fecha-corte: «{text}» no es una fecha AAAA-MM-DD.") from None
    if day and not _FIRST_DAY <= day <= dt.date.today() + dt.timedelta(days=1):  # a day more, for clocks further east
        raise typer.BadParameter(f"--fecha-corte: «{text}» no puede ser el día de unas cifras: es de antes de 1990 o no ha llegado.")
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
