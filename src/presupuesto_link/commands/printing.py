"""How commands print: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    import polars as pl

_WIDTH_WITHOUT_TERMINAL = 120


def print_table(title: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> None:
    """Print a table. `columns` are (title, "left" or "right")."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for label, side in columns:
        table.add_column(label, justify="right" if side == "right" else "left", no_wrap=side == "right")
    for row in rows:
        table.add_row(*(str(cell).replace("[", r"\[") for cell in row))
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL, highlight=False).print(
        table
    )


def print_json(**content: Any) -> None:
    """Print JSON. Amounts are text with two decimals, so that no reader rounds them; ND is null."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2, default=_plain))


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A line on the terminal that says what is being done; nothing when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Analizando") as status:
        yield status.update


def records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """A table as a list of rows."""
    return frame.to_dicts()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return list(value) if hasattr(value, "__iter__") else str(value)
