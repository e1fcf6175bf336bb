"""How a sheet of the proposal looks: what it is not, said first; a table with its titles; totals a spreadsheet adds up again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from presupuesto_link.presentation.theme import HEAD, HEX, INK, LINE, MUTED, TEXT_ON, TO_SIGN
from presupuesto_link.presentation.workbook.book_parts import column_letter, offer, set_height
from presupuesto_link.vocabulary import AMBER, GREEN, GREY, RED, VERDICTS
from presupuesto_link.wording import RISKY_STARTS

DRAFT_BANNER = "BORRADOR para la Oficina de Presupuesto: no es una aprobación"
NO_DATA = "sin dato"
NONE = "—"
MONEY, RATIO, COUNT, TEXT = "#,##0.00", "0.0%", "0", "@"
RULE: dict[str, Any] = {"bottom": 4, "bottom_color": LINE}
"""A dotted line under each row."""
_SIDE: dict[bool, dict[str, Any]] = {True: {"align": "right"}, False: {"align": "left", "indent": 1}}
"""Numbers to the right, words to the left and apart from them."""
VERDICT_COLOURS = dict(zip(VERDICTS, (GREEN, AMBER, GREY, RED), strict=True))
_READING_WIDTH = 100  # a text across columns ends where it has this room, so that a screen shows it whole
_CAPITALS = 1.2  # the SIAF writes names in capitals, which are wider
_A4 = 9


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Attributes:
        name: of the frame; a name that the frame lacks leaves the cells to be filled by hand.
        title: what is read on top.
        width: in characters.
        kind: number format.
        empty: what a null says.
        choices: what a cell to be filled by hand may say; other words are accepted with a warning.
    """

    name: str
    title: str
    width: float
    kind: str = TEXT
    empty: str = NO_DATA
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placed:
    """Where a table ended up, from 0: its first and last row (last < first when it is empty) and that of its totals, if any."""

    first: int
    last: int
    total: int | None = None


@dataclass
class ProposalBook:
    """The workbook, its formats and what every sheet says first."""

    book: Any
    notices: tuple[str, ...]
    _made: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def style(self, **properties: Any) -> Any:
        """A format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format({"valign": "top", "font_color": INK} | properties)
        return self._made[key]

    def sheet(self, name: str, widths: Sequence[float], intro: str) -> tuple[Any, int]:
        """A sheet with its notices, title and intro; and the first free row."""
        sheet = self.book.add_worksheet(name)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.hide_gridlines(2)
        loud = {"bold": True, "bg_color": HEX["amarillo"], "font_color": TEXT_ON["amarillo"], "text_wrap": True}
        for row, notice in enumerate(self.notices):
            self.across(sheet, row, widths, notice, self.style(**loud))
        row = len(self.notices)
        self.across(sheet, row, widths, name, self.style(bold=True, font_size=14))
        sheet.set_row(row, 21)
        self.across(sheet, row + 1, widths, intro, self.style(font_color=MUTED, text_wrap=True))
        _print_setup(sheet, name)
        return sheet, row + 2

    def across(self, sheet: Any, row: int, widths: Sequence[float], text: str, style: Any) -> None:
        """A text over as many columns as a screen shows; the others take its colour."""
        reach, last = 0.0, 0
        for place, width in enumerate(widths):
            if reach >= _READING_WIDTH:
                break
            reach, last = reach + width, place
        if last:
            sheet.merge_range(row, 0, row, last, text, style)
        else:
            sheet.write_string(row, 0, text, style)
        for place in range(last + 1, len(widths)):
            sheet.write_blank(row, place, None, style)
        set_height(sheet, row, _lines(text, reach))

    def line(self, sheet: Any, row: int, width: float, concept: str, text: str) -> None:
        """A concept and its text, side by side."""
        sheet.write_string(row, 0, concept, self.style(bold=True, **RULE))
        sheet.write_string(row, 1, text, self.style(num_format=TEXT, text_wrap=True, **RULE))
        sheet.write_blank(row, 2, None, self.style(**RULE))
        set_height(sheet, row, _lines(text, width))

    def table(
        self, name: str, columns: Sequence[Column], frame: pl.DataFrame, intro: str, totals: Sequence[str] = ()
    ) -> tuple[Any, Placed]:
        """A sheet with a table; the columns of `totals` are added up by a formula whose value is already there."""
        widths = [column.width for column in columns]
        sheet, head = self.sheet(name, widths, intro)
        tallest = 1
        for place, column in enumerate(columns):
            sheet.write_string(head, place, column.title, self._head(column))
            tallest = max(tallest, _lines(column.title, column.width))
        set_height(sheet, head, tallest)
        rows = frame.select([column.name for column in columns if column.name in frame.columns]).rows(named=True)
        for row, values in enumerate(rows, head + 1):
            set_height(sheet, row, max(self._cell(sheet, row, place, column, values) for place, column in enumerate(columns)))
        placed = Placed(head + 1, head + len(rows), head + 1 + len(rows) if totals else None)
        if totals:
            self._totals(sheet, columns, frame, totals, placed)
        self._choices(sheet, columns, placed)
        sheet.freeze_panes(head + 1, 0)
        sheet.repeat_rows(0, head)
        return sheet, placed

    def _head(self, column: Column) -> Any:
        right = column.kind in (MONEY, RATIO, COUNT)
        return self.style(bold=True, bg_color=HEAD, bottom=1, bottom_color=LINE, text_wrap=True, **_SIDE[right])

    def _cell(self, sheet: Any, row: int, place: int, column: Column, values: dict[str, Any]) -> int:
        """Write a value; how many lines it takes."""
        if column.name not in values:
            sheet.write_blank(row, place, None, self.style(bg_color=TO_SIGN, border=1, border_color=LINE, text_wrap=True))
            return 1
        value = values[column.name]
        if value is None:
            right = column.kind in (MONEY, RATIO, COUNT)
            sheet.write_string(row, place, column.empty, self.style(font_color=MUTED, italic=True, **_SIDE[right], **RULE))
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(row, place, float(value), self.style(num_format=column.kind, **RULE))
        else:
            text = str(value)
            sheet.write_string(row, place, text, self._text(text))
            return _lines(text, column.width)
        return 1

    def _text(self, text: str) -> Any:
        """Text stays text whatever it begins with; a verdict takes its colour, and keeps its word."""
        if text in VERDICT_COLOURS:
            colour = VERDICT_COLOURS[text]
            return self.style(bg_color=HEX[colour], font_color=TEXT_ON[colour], bold=True, **_SIDE[False], **RULE)
        return self.style(num_format=TEXT, text_wrap=True, **_SIDE[False], quote_prefix=text.startswith(RISKY_STARTS), **RULE)

    def _totals(self, sheet: Any, columns: Sequence[Column], frame: pl.DataFrame, totals: Sequence[str], placed: Placed) -> None:
        total = placed.total
        style = {"bold": True, "top": 1, "top_color": INK}
        for place, column in enumerate(columns):
            if column.name in totals:
                self.sum(sheet, (total, place), (placed.first, placed.last), frame[column.name].sum() if frame.height else 0)
            else:
                sheet.write_string(total, place, "" if place else "Total", self.style(**style))

    def sum(self, sheet: Any, cell: tuple[Any, int], rows: tuple[int, int], value: Any) -> None:
        """A cell that adds up the rows of its column, with the value already worked out."""
        letter = column_letter(cell[1])
        formula = f"=SUM({letter}{rows[0] + 1}:{letter}{rows[1] + 1})" if rows[1] >= rows[0] else "=0"
        style = self.style(bold=True, top=1, top_color=INK, num_format=MONEY)
        sheet.write_formula(*cell, formula, style, float(value))

    def _choices(self, sheet: Any, columns: Sequence[Column], placed: Placed) -> None:
        for place, column in enumerate(columns):
            if column.choices and placed.last >= placed.first:
                offer(sheet, (placed.first, placed.last, place), list(column.choices), "Elija una opción de la lista.")


def _print_setup(sheet: Any, name: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.set_header(f"&LPropuesta de modificación presupuestaria: {name}")
    sheet.set_footer("&Lborrador&Rpágina &P de &N")


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column that wraps, about."""
    room = max(width * 1.1 - 3, 1)  # what a word that does not fit leaves empty
    return sum(max(1, math.ceil(len(line) * (_CAPITALS if line.isupper() else 1) / room)) for line in text.splitlines()) or 1
