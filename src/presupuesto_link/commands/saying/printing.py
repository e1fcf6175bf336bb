"""How commands print: tables for people, JSON for programs."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import typer

if TYPE_CHECKING:
    import polars as pl

_WIDTH_WITHOUT_TERMINAL = 120
_NAME_LEAST, _TEXT_LEAST = 16, 12
_ROOMY, _TIGHT = 3, 1  # characters between columns


@dataclass(frozen=True)
class Column:
    """A column of a table for people.

    Attributes:
        title: its heading; a hyphen and a line break in it count only when there is little room.
        side: "left" or "right".
        whole: its cells are never broken nor cut: codes and numbers.
        least: from which width its words may be wrapped.
        spare: it may be left out, and said so, when the screen is too narrow for every column.
    """

    title: str
    side: Literal["left", "right"] = "left"
    whole: bool = False
    least: int = _TEXT_LEAST
    spare: bool = False

    def heading(self, gap: int) -> str:
        """The title as it is written with that gap between columns."""
        return self.title if gap == _TIGHT else self.title.replace("-\n", "")

    def needs(self, cells: Iterable[str], gap: int) -> int:
        """The narrowest it can be without cutting a code, a number or a word of its heading."""
        heading = max(map(len, re.split(r"[ \n]", self.heading(gap))))
        widest = max((len(line) for cell in cells for line in cell.split("\n")), default=0)
        return max(heading, widest if self.whole else min(self.least, widest))


def code(title: str, *, spare: bool = False) -> Column:
    """A column of codes or single words, never cut."""
    return Column(title, whole=True, spare=spare)


def number(title: str, *, spare: bool = False) -> Column:
    """A column of figures, aligned to the right and never cut."""
    return Column(title, "right", whole=True, spare=spare)


def name(title: str = "Nombre") -> Column:
    """A column of long names, wide enough for whole words."""
    return Column(title, least=_NAME_LEAST)


def print_table(title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Print a table that fits the screen."""
    from rich.console import Console

    cells = [[str(cell) for cell in row] for row in rows]
    console = Console(file=sys.stdout, width=_width(), highlight=False)
    shown, gap = _fitting(columns, cells, console.width)
    columns_shown, rows_shown = [columns[i] for i in shown], [[row[i] for i in shown] for row in cells]
    console.print(_table(title, columns_shown, rows_shown, gap, _widths(columns_shown, rows_shown, gap, console.width)))
    left_out = [column.heading(_ROOMY).replace("\n", " ") for i, column in enumerate(columns) if i not in shown]
    if left_out:
        typer.echo(f"No caben a este ancho: {', '.join(left_out)}. Ensanche la ventana o use --json.")
    typer.echo("")


def _width() -> int | None:
    """The width to print at: the terminal's own, or what COLUMNS says when the output is piped."""
    if sys.stdout.isatty():
        return None
    asked = os.environ.get("COLUMNS", "")
    return int(asked) if asked.isdecimal() and int(asked) else _WIDTH_WITHOUT_TERMINAL


def _fitting(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> tuple[list[int], int]:
    """Which columns fit and with what gap; the last spare ones are the first to go."""
    shown = list(range(len(columns)))
    spare = [i for i in shown if columns[i].spare]
    while spare and _taken(columns, rows, shown, _TIGHT) > width:
        shown.remove(spare.pop())
    return shown, _ROOMY if _taken(columns, rows, shown, _ROOMY) <= width else _TIGHT


def _taken(columns: Sequence[Column], rows: Sequence[Sequence[str]], shown: Sequence[int], gap: int) -> int:
    """The width of a table with those columns."""
    return sum(columns[i].needs((row[i] for row in rows), gap) for i in shown) + gap * (len(shown) - 1)


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], gap: int, width: int) -> list[int]:
    """What each column takes: at least what it needs, and what is left over goes to the text that would be wrapped most."""
    taken = [column.needs((row[i] for row in rows), gap) for i, column in enumerate(columns)]
    wanted = [
        max(least, *(len(row[i]) for row in rows), len(column.heading(gap))) if rows else least
        for i, (column, least) in enumerate(zip(columns, taken, strict=True))
    ]
    left = width - sum(taken) - gap * (len(columns) - 1)
    while left > 0 and (short := [i for i in range(len(columns)) if taken[i] < wanted[i]]):
        most = max(short, key=lambda i: wanted[i] / taken[i])
        taken[most] += 1
        left -= 1
    return taken


def _table(title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], gap: int, widths: Sequence[int]) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, (gap - 1) // 2))
    for i, column in enumerate(columns):
        table.add_column(_wrapped(column.heading(gap), widths[i]), justify=column.side, no_wrap=column.whole, width=widths[i])
    for row in rows:
        table.add_row(*(cell.replace("[", r"\[") for cell in row))
    return table


def _wrapped(heading: str, width: int) -> str:
    """A heading broken between words so that it fits; a column of codes or numbers would cut it."""
    import textwrap

    return "\n".join(part for line in heading.split("\n") for part in textwrap.wrap(line, width, break_on_hyphens=False) or [""])


def as_text(content: Any) -> str:
    """JSON. Amounts are text with two decimals, so that no reader rounds them; ND is null."""
    return json.dumps(content, ensure_ascii=False, indent=2, default=_plain)


def print_json(**content: Any) -> None:
    """Print `as_text`."""
    typer.echo(as_text(content))


def print_csv(frame: pl.DataFrame) -> None:
    """Print a table as CSV that a spreadsheet may open."""
    from presupuesto_link.presentation.writing.csv_files import harmless

    typer.echo(harmless(frame).write_csv(), nl=False)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A line on the terminal that says what is being done; nothing when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Analizando") as status:
        yield status.update


@contextmanager
def bar(doing: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on the terminal that moves one step at a time; nothing when stderr is not one."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress_bar:
        task = progress_bar.add_task(doing, total=total)
        yield lambda: progress_bar.advance(task)


def records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """A table as a list of rows."""
    return frame.to_dicts()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return list(value) if hasattr(value, "__iter__") else str(value)
