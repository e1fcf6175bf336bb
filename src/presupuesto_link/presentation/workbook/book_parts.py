"""What every sheet of the workbook shares: formats, heights, print set-up and how a value is written."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from presupuesto_link.presentation.theme import HEAD, HEX, INK, LINE, LINK, MUTED, TEXT_ON, TO_FILL, WARNING
from presupuesto_link.wording import RISKY_STARTS

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
CREATED = dt.datetime(2000, 1, 1)  # fixed, so that the same tables give the same bytes
TEXT = "texto"  # the style of text cells; its number format is the general one
WRAP_FROM = 48
_WIDEST, _NARROWEST = 60, 9
_READABLE, _SCALE = 240.0, 65  # characters across an A4 page before they are too small, and the scale beyond them
_DATES = {pl.Datetime: "dd/mm/yyyy hh:mm", pl.Date: "dd/mm/yyyy"}
_EXACT_DIGITS = 15  # what a spreadsheet keeps of a number
_LINE_POINTS, _TALLEST = 15, 405  # height of a line of text; Excel accepts up to 409


class Styles:
    """The workbook's formats, made once each."""

    def __init__(self, book: Any) -> None:
        self._book, self._made = book, dict[tuple[Any, ...], Any]()
        self.head = self._add(bold=True, bg_color=HEAD, font_color=INK, bottom=1, bottom_color=LINE, text_wrap=True, align="left", indent=1)
        self.head_right = self._add(bold=True, bg_color=HEAD, font_color=INK, bottom=1, bottom_color=LINE, text_wrap=True, align="right")
        self.title = self._add(bold=True, font_size=16, font_color=INK)
        self.label = self._add(bold=True)
        self.muted = self._add(font_color=MUTED, text_wrap=True, align="left", indent=1)
        self.link = self._add(font_color=LINK, underline=1)
        self.fill = self._add(bg_color=TO_FILL, border=1, border_color=LINE, text_wrap=True)
        self.fill_quoted = self._add(bg_color=TO_FILL, border=1, border_color=LINE, text_wrap=True, quote_prefix=True)
        self.fill_date = self._add(bg_color=TO_FILL, border=1, border_color=LINE, num_format="dd/mm/yyyy", align="left")
        self.banner = self._add(bold=True, font_color=WARNING)
        self.section = self._add(bold=True, font_size=12, font_color=INK, bg_color=HEAD)
        self.colours = {name: book.add_format({"bg_color": HEX[name], "font_color": TEXT_ON[name], "bold": True}) for name in HEX}

    def cell(self, number: str, wrap: bool, quoted: bool = False) -> Any:
        """The format of a cell; `quoted` keeps risky text as text even if somebody edits the cell."""
        key = (number, wrap, quoted)
        if key not in self._made:
            kind = {"num_format": "General", "align": "left", "indent": 1} if number == TEXT else {"num_format": number}
            self._made[key] = self._add(text_wrap=wrap, quote_prefix=quoted, **kind)
        return self._made[key]

    def lit(self, colour: str, number: str) -> Any:
        """The format of a figure on its traffic-light colour."""
        key = (colour, number)
        if key not in self._made:
            self._made[key] = self._add(bg_color=HEX[colour], font_color=TEXT_ON[colour], bold=True, num_format=number, align="right")
        return self._made[key]

    def _add(self, **properties: Any) -> Any:
        return self._book.add_format({"valign": "top", **properties})


def close_book(book: Any) -> None:
    """Write a workbook.

    Raises:
        OSError: it cannot be written; xlsxwriter wraps what the disk said.
    """
    from xlsxwriter.exceptions import FileCreateError

    try:
        book.close()
    except FileCreateError as error:
        raise OSError(*getattr(error.args[0], "args", (str(error),))) from error


def column_letter(place: int) -> str:
    """`A` for 0."""
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(place))


def offer(sheet: Any, cells: tuple[int, int, int], source: str | list[str], message: str, kind: str = "warning") -> None:
    """A list to choose from in some cells (first row, last row, column); other words are accepted with a warning, or not when `kind` is "stop"."""
    first, last, column = cells
    words = {"error_type": kind, "error_title": "Revise la celda", "error_message": message}
    sheet.data_validation(first, column, last, column, {"validate": "list", "source": source, "ignore_blank": True, **words})


def quoted_name(name: str) -> str:
    """A sheet name as an internal address writes it."""
    return "'" + name.replace("'", "''") + "'"


def page_setup(sheet: Any, title: str, banner: str = "", width: float = 0.0) -> None:
    """How it prints: landscape A4, header row on each page, banner, title and page number.

    One page wide while letters can be read; a sheet `width` characters wide or more goes on as many pages as it needs, with its first column on each.
    """
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    if width > _READABLE:
        sheet.set_print_scale(_SCALE)
        sheet.repeat_columns(0)
    else:
        sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    said = f"{banner}. {title}" if banner else title
    sheet.set_header("&L" + said.replace("&", "&&")[:200])
    sheet.set_footer("&Rpágina &P de &N")


def write_value(sheet: Any, place: tuple[int, int], value: Any, number: str, wrap: bool, styles: Styles) -> None:
    """A value as what it is: null stays blank, text is always text, and a number that does not fit is text too."""
    value = ", ".join("" if item is None else str(item) for item in value) if isinstance(value, list) else value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return
    if isinstance(value, bool):
        sheet.write_string(*place, "sí" if value else "no", styles.cell(TEXT, wrap))
    elif isinstance(value, int | float | Decimal) and _holds(value):
        sheet.write_number(*place, float(value), styles.cell(number, wrap))
    elif isinstance(value, dt.date | dt.datetime):
        sheet.write_datetime(*place, value, styles.cell(number, wrap))
    else:
        text = str(value)
        sheet.write_string(*place, text, text_style(text, wrap, styles))


def text_style(text: str, wrap: bool, styles: Styles) -> Any:
    """The format of a text; what could be taken for a formula is quoted."""
    return styles.cell(TEXT, wrap, text.startswith(RISKY_STARTS))


def _holds(value: float | Decimal) -> bool:
    """Whether a spreadsheet keeps this number: any finite float, and integers and decimals up to 15 digits."""
    if isinstance(value, float):
        return math.isfinite(value)
    return Decimal(f"{float(value):.{_EXACT_DIGITS}G}") == value


def number_format(column: str, kind: pl.DataType, unit: str = "") -> str:
    """The format a column's name, type and unit ask for; a ratio that is no percentage (a part of a score) and a number of times say so."""
    if column.endswith("_soles") or kind.is_decimal():
        return "#,##0.00"
    if kind.is_float() and unit == "veces":
        return "0.00"
    if column.endswith("_ratio"):
        return "0.0%"
    if kind.is_float() and unit == "razón":
        return "0.000"
    if kind.is_integer():
        return "0" if "anio" in column.split("_") else "#,##0"
    return _DATES.get(kind.base_type(), "General")


def width_of(column: str, values: Sequence[Any], number: str) -> float:
    """Wide enough for the header and the longest value, within limits."""
    longest = max((_shown(value, number) for value in values), default=0)
    return min(_WIDEST, max(_NARROWEST, len(column) + 4, longest + 3))


def lines_of(value: Any, width: float, wrap_from: float = WRAP_FROM) -> int:
    """How many lines a text takes in a column that wraps, about; a row too low hides words in some programs."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else value
    if width < wrap_from or not isinstance(text, str):
        return 1
    return sum(max(1, math.ceil(len(line) / (width - 4))) for line in text.splitlines()) or 1


def set_height(sheet: Any, row: int, lines: int) -> None:
    """Make a row high enough for its lines, as high as spreadsheets accept."""
    if lines > 1:
        sheet.set_row(row, min(lines * _LINE_POINTS, _TALLEST))


def _shown(value: Any, number: str) -> int:
    """About how many characters a value takes on screen."""
    if value is None:
        return 0
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return {"#,##0.00": len(f"{value:,.2f}"), "0.0%": 8}.get(number, min(len(str(value)), 14))
    if isinstance(value, list):
        return sum(len(str(item)) + 2 for item in value)
    return max(map(len, str(value).splitlines()), default=0)
