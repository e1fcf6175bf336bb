"""How a download is told: a bar while it lasts, and what arrived."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from presupuesto_link.commands.saying.printing import print_json

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from presupuesto_link.sources.download import Downloaded, Progress


@contextmanager
def downloading(name: str) -> Iterator[Callable[[Progress], None]]:
    """A bar with bytes, speed and time left; nothing when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with _bar() as bar:
        task, last = bar.add_task(name, total=None), [0]

        def report(step: Progress) -> None:
            if step.received < last[0] or not last[0]:  # begun again, or taken up: its bytes are not speed
                bar.reset(task, total=step.total, completed=step.received)
            last[0] = step.received
            bar.update(task, description=step.doing, total=step.total, completed=step.received)

        yield report


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bar
    from rich.table import Column

    text = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis"))
    size = DownloadColumn(table_column=Column(no_wrap=True, min_width=16))
    columns = (text, BarColumn(bar_width=16), size, TransferSpeedColumn(), TimeRemainingColumn())
    return Bar(*columns, console=Console(stderr=True))


def print_downloaded_json(done: Downloaded) -> None:
    """What arrived, for another program."""
    print_json(
        archivo=str(done.path),
        origen=str(done.origin),
        descargado=done.new,
        url=done.version.url,
        bytes=done.size,
        sha256=done.sha256,
        etag=done.version.etag,
        last_modified=done.version.last_modified,
        fecha_descarga=done.date,
        reanudado_desde_bytes=done.resumed_from,
        conexiones=done.connections,
    )


def print_downloaded(done: Downloaded) -> None:
    """What arrived, for a person."""
    if done.new:
        resumed = f" (desde {done.resumed_from:,} que ya estaban)" if done.resumed_from else ""
        typer.echo(f"Descargado: {done.path}, {done.size:,} bytes{resumed}")
    else:
        typer.echo(f"Ya estaba: {done.path} es la versión del servidor, {done.size:,} bytes (del {done.date})")
    typer.echo(f"Versión del servidor: {done.version.last_modified or done.version.etag or 'no la dice'}")
    typer.echo(f"SHA-256: {done.sha256}")
    typer.echo(f"Origen: {done.origin}")
    typer.echo("Se comprobó el tamaño, las columnas y el año de la primera fila; las demás filas, al cargarlo.")
