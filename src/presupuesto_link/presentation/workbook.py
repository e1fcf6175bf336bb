"""The Excel workbook: every table as it was computed, formatted to be read, byte for byte the same each time."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from presupuesto_link.presentation.csv_files import RISKY_STARTS
from presupuesto_link.presentation.theme import HEX, INK, LINE, MUTED, TEXT_ON

README = "Léame"
CREATED = dt.datetime(2000, 1, 1)  # fixed, so that the same tables give the same bytes
_WIDEST, _NARROWEST, _WRAP_FROM = 60, 9, 48
_EXACT_DIGITS = 15  # what a spreadsheet keeps of a number
TEXT = "texto"  # the style of text cells; its number format is the general one
_LINE_POINTS, _TALLEST = 15, 405  # height of a line of text; Excel accepts up to 409
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


@dataclass(frozen=True)
class TableSheet:
    """A table with the title and the note a reader needs."""

    title: str
    frame: pl.DataFrame
    note: str


def write_workbook(path: Path, tables: Mapping[str, TableSheet], about: Sequence[tuple[str, str]]) -> None:
    """Write the workbook: a sheet «Léame», then one sheet per table, in order.

    Amounts and ratios are written as numbers with all their decimals; only their format rounds. A null cell stays
    blank. Text is always text, whatever it begins with. A number that a spreadsheet cannot hold exactly (more than
    15 digits) is written as text rather than changed.

    Args:
        path: the `.xlsx` file; replaced if it exists.
        tables: sheets by name; a name Excel does not accept is shortened or cleaned.
        about: what the workbook is: pairs (concept, text).

    Raises:
        OSError: the file cannot be written.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    book = Workbook(str(path), _OPTIONS)
    book.set_properties({"title": dict(about).get("Análisis", ""), "author": "presupuesto-link", "created": CREATED})
    styles = _Styles(book)
    names = sheet_names(tables)
    _write_readme(book.add_worksheet(README), tables, names, about, styles)
    for key, table in tables.items():
        _write_table(book.add_worksheet(names[key]), table, styles)
    try:
        book.close()
    except FileCreateError as error:
        raise OSError(*getattr(error.args[0], "args", (str(error),))) from error


def sheet_names(keys: Mapping[str, object] | Sequence[str]) -> dict[str, str]:
    """A sheet name Excel accepts for every key: at most 31 characters, none forbidden, none repeated."""
    taken, names = {README.casefold(), "history"}, {}
    for key in keys:
        base = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", key).strip("' ") or "hoja"
        name, turn = base[:31].strip("' "), 1
        while name.casefold() in taken:
            turn += 1
            name = base[: 31 - len(f"_{turn}")] + f"_{turn}"
        taken.add(name.casefold())
        names[key] = name
    return names


class _Styles:
    """The workbook's formats, made once each."""

    def __init__(self, book: Any) -> None:
        self._book, self._made = book, dict[tuple[Any, ...], Any]()
        self.head = self._add(
            bold=True,
            bg_color="#E9EDF1",
            font_color=INK,
            bottom=1,
            bottom_color=LINE,
            text_wrap=True,
            align="left",
            indent=1,
        )
        self.head_right = self._add(
            bold=True, bg_color="#E9EDF1", font_color=INK, bottom=1, bottom_color=LINE, text_wrap=True, align="right"
        )
        self.title = self._add(bold=True, font_size=16, font_color=INK)
        self.label = self._add(bold=True)
        self.muted = self._add(font_color=MUTED, text_wrap=True, align="left", indent=1)
        self.link = self._add(font_color="#0B5394", underline=1)
        self.colours = {
            name: book.add_format({"bg_color": HEX[name], "font_color": TEXT_ON[name], "bold": True}) for name in HEX
        }

    def cell(self, number: str, wrap: bool, quoted: bool = False) -> Any:
        """The format of a cell; `quoted` keeps risky text as text even if somebody edits the cell."""
        key = (number, wrap, quoted)
        if key not in self._made:
            kind = {"num_format": "General", "align": "left", "indent": 1} if number == TEXT else {"num_format": number}
            self._made[key] = self._add(text_wrap=wrap, quote_prefix=quoted, **kind)
        return self._made[key]

    def _add(self, **properties: Any) -> Any:
        return self._book.add_format({"valign": "top", **properties})


def _write_readme(
    sheet: Any,
    tables: Mapping[str, TableSheet],
    names: Mapping[str, str],
    about: Sequence[tuple[str, str]],
    styles: _Styles,
) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 70)
    sheet.set_column(2, 2, 10)
    sheet.set_column(3, 3, 80)
    sheet.write_string(0, 0, README, styles.title)
    for row, (concept, text) in enumerate(about, start=2):
        sheet.write_string(row, 0, concept, styles.label)
        sheet.write_string(row, 1, text, _text_style(text, True, styles))
        set_height(sheet, row, lines_of(text, 70))
    start = len(about) + 3
    for column, heading in enumerate(("Hoja", "Contenido", "Filas", "Nota")):
        sheet.write_string(start, column, heading, styles.head)
    for row, (key, table) in enumerate(tables.items(), start=start + 1):
        sheet.write_url(row, 0, f"internal:{_quoted(names[key])}!A1", styles.link, names[key])
        sheet.write_string(row, 1, table.title, _text_style(table.title, True, styles))
        sheet.write_number(row, 2, table.frame.height, styles.cell("#,##0", False))
        sheet.write_string(row, 3, table.note, styles.muted)
        set_height(sheet, row, max(lines_of(table.title, 70), lines_of(table.note, 80)))
    page_setup(sheet, README)


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _write_table(sheet: Any, table: TableSheet, styles: _Styles) -> None:
    """Header in the first row, so that any program can read the sheet as a table."""
    frame = table.frame
    lines = [1] * frame.height
    for index, column in enumerate(frame.columns):
        values = frame[column].to_list()
        number = _number_format(column, frame.schema[column])
        width = _width(column, values, number)
        sheet.set_column(index, index, width)
        right = frame.schema[column].is_numeric()
        sheet.write_string(0, index, column, styles.head_right if right else styles.head)
        for row, value in enumerate(values, start=1):
            _write_value(sheet, (row, index), value, number, width >= _WRAP_FROM, styles)
            lines[row - 1] = max(lines[row - 1], lines_of(value, width))
        if _is_colour(column, frame.schema[column]) and frame.height:
            _paint(sheet, index, frame.height, styles)
    for row, count in enumerate(lines, start=1):
        set_height(sheet, row, count)
    sheet.freeze_panes(1, 0)
    if frame.width:
        sheet.autofilter(0, 0, max(frame.height, 1), frame.width - 1)
    page_setup(sheet, table.title)


def page_setup(sheet: Any, title: str) -> None:
    """How it prints: landscape A4, one page wide, header row on each page, title and page number."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header("&L" + title.replace("&", "&&")[:200])
    sheet.set_footer("&Rpágina &P de &N")


def _write_value(sheet: Any, place: tuple[int, int], value: Any, number: str, wrap: bool, styles: _Styles) -> None:
    value = ", ".join("" if item is None else str(item) for item in value) if isinstance(value, list) else value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return
    if isinstance(value, bool):
        sheet.write_boolean(*place, value, styles.cell("General", wrap))
    elif isinstance(value, int | float | Decimal) and _holds(value):
        sheet.write_number(*place, float(value), styles.cell(number, wrap))
    elif isinstance(value, dt.date | dt.datetime):
        sheet.write_datetime(*place, value, styles.cell(number, wrap))
    else:
        text = str(value)
        sheet.write_string(*place, text, _text_style(text, wrap, styles))


def _text_style(text: str, wrap: bool, styles: _Styles) -> Any:
    return styles.cell(TEXT, wrap, text.startswith(RISKY_STARTS))


def _holds(value: float | Decimal) -> bool:
    """Whether a spreadsheet keeps this number: any finite float, and integers and decimals up to 15 digits."""
    if isinstance(value, float):
        return math.isfinite(value)
    return Decimal(f"{float(value):.{_EXACT_DIGITS}G}") == value


def _number_format(column: str, kind: pl.DataType) -> str:
    if column.endswith("_soles") or kind.is_decimal():
        return "#,##0.00"
    if column.endswith("_ratio"):
        return "0.0%"
    if kind == pl.Datetime:
        return "yyyy-mm-dd hh:mm"
    if kind == pl.Date:
        return "yyyy-mm-dd"
    if kind.is_integer():
        return "0" if "anio" in column.split("_") else "#,##0"
    return "General"


def _width(column: str, values: Sequence[Any], number: str) -> float:
    """Wide enough for the header and the longest value, within limits."""
    longest = max((_shown(value, number) for value in values), default=0)
    return min(_WIDEST, max(_NARROWEST, len(column) + 4, longest + 3))


def lines_of(value: Any, width: float) -> int:
    """How many lines a text takes in a column that wraps, about; a row too low hides words in some programs."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else value
    if width < _WRAP_FROM or not isinstance(text, str):
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


def _is_colour(column: str, kind: pl.DataType) -> bool:
    return kind == pl.String and column.startswith(("color", "banda_"))


def _paint(sheet: Any, column: int, rows: int, styles: _Styles) -> None:
    """Colour follows the word, which stays in the cell."""
    for name, style in styles.colours.items():
        rule = {"type": "cell", "criteria": "==", "value": f'"{name}"', "format": style}
        sheet.conditional_format(1, column, rows, column, rule)
