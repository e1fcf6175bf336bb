"""A table as a sheet: a native table with its notes, its traffic light, its links to each code and its cells to fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import polars as pl

from presupuesto_link.presentation.workbook.book_parts import (
    CREATED,
    WRAP_FROM,
    Styles,
    lines_of,
    number_format,
    page_setup,
    set_height,
    width_of,
    write_value,
)
from presupuesto_link.vocabulary import AMBER, GREEN, RED
from presupuesto_link.wording import RISKY_STARTS

_CODES = frozenset({"accion", "elemento", "donante", "receptor", "unidad"})
_FILL, _NARROW = 22, 36  # widths of a column to fill, and of any other beside it
_MOST_LINKS = 60_000  # a sheet accepts 65,530


@dataclass(frozen=True)
class TableSheet:
    """A table with the title and the note a reader needs, the columns that a person fills (those of dates take only dates) what each column is, as a note on its heading, and its unit."""

    title: str
    frame: pl.DataFrame
    note: str
    to_fill: frozenset[str] = frozenset()
    meanings: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What helps a person to read the tables.

    Attributes:
        banner: said first on «Léame» and at the head of every printed page, if there is something to say.
        bands: lower edges of amber and green, for the ratios that have a traffic light; null paints none.
        lit: the ratio columns that have it.
    """

    banner: str = ""
    bands: tuple[float, float] | None = None
    lit: frozenset[str] = frozenset()


class Sheets(Protocol):
    """Sheets that are not one table: they are written after «Léame» and say where each code is told."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the sheets, in order."""

    def write(self, book: Any, styles: Styles) -> None:
        """Write them, in order."""

    def place_of(self, code: str) -> str | None:
        """The internal address where a code is told."""


def write_table(sheet: Any, table: TableSheet, name: str, styles: Styles, reading: Reading, first: Sheets | None) -> None:
    """Header in the first row, so that any program can read the sheet as a table."""
    frame = table.frame
    lines, widths = [1] * frame.height, list[float]()
    wrap_from = _FILL if table.to_fill else WRAP_FROM
    linked = frame.height * len(_CODES & set(frame.columns)) <= _MOST_LINKS
    for index, column in enumerate(frame.columns):
        values = frame[column].to_list()
        number = number_format(column, frame.schema[column], table.units.get(column, ""))
        width = _width(table, column, width_of(column, values, number))
        widths.append(width)
        sheet.set_column(index, index, width)
        right = frame.schema[column].is_numeric()
        sheet.write_string(0, index, column, styles.head_right if right else styles.head)
        if column in table.meanings:
            sheet.write_comment(0, index, table.meanings[column], {"author": "presupuesto-link", "x_scale": 2})
        leads = first if first and linked and column in _CODES else None
        for row, value in enumerate(values, start=1):
            place = leads.place_of(value) if leads and isinstance(value, str) else None
            if column in table.to_fill:
                _leave_to_fill(sheet, (row, index), value, frame.schema[column], styles)
            elif place:
                sheet.write_url(row, index, f"internal:{place}", styles.link, value)
            else:
                write_value(sheet, (row, index), value, number, width >= wrap_from, styles)
            lines[row - 1] = max(lines[row - 1], lines_of(value, width, wrap_from))
        if column in table.to_fill and frame.schema[column] == pl.Date and frame.height:
            _only_dates(sheet, index, frame.height)
        if column in reading.lit and reading.bands and frame.height:
            _light(sheet, index, frame.height, reading.bands, styles)
        if _is_colour(column, frame.schema[column]) and frame.height:
            _paint(sheet, index, frame.height, styles)
    for row, count in enumerate(lines, start=1):
        set_height(sheet, row, count)
    sheet.freeze_panes(1, 0)
    if frame.width:
        _as_table(sheet, frame, name, styles)
    page_setup(sheet, table.title, reading.banner, sum(widths))
    if table.to_fill:  # what is signed goes on one page: from what to review to the answer
        last = max(place for place, column in enumerate(frame.columns) if column in table.to_fill)
        sheet.print_area(0, 0, max(frame.height, 1), last)
        sheet.fit_to_pages(1, 0)


def _as_table(sheet: Any, frame: pl.DataFrame, name: str, styles: Styles) -> None:
    """A native table, so that Excel filters it, extends it and names its columns; one without rows only gets its filter."""
    unique = len({column.casefold() for column in frame.columns}) == frame.width and all(frame.columns)
    if not frame.height or not unique:
        sheet.autofilter(0, 0, max(frame.height, 1), frame.width - 1)
        return
    right = [frame.schema[column].is_numeric() for column in frame.columns]
    heads = [
        {"header": column, "header_format": styles.head_right if numeric else styles.head}
        for column, numeric in zip(frame.columns, right, strict=True)
    ]
    sheet.add_table(0, 0, frame.height, frame.width - 1, {"name": name, "columns": heads, "style": None})


def _leave_to_fill(sheet: Any, place: tuple[int, int], value: Any, kind: pl.DataType, styles: Styles) -> None:
    """A cell for a person to write on, with what was written before if there is something."""
    if value is None:
        sheet.write_blank(*place, None, styles.fill_date if kind == pl.Date else styles.fill)
    elif kind == pl.Date:
        sheet.write_datetime(*place, value, styles.fill_date)
    else:
        sheet.write_string(*place, value, styles.fill_quoted if value.startswith(RISKY_STARTS) else styles.fill)


def _width(table: TableSheet, column: str, wanted: float) -> float:
    """The width of a column; where people write, there is room for it and the rest makes do with less."""
    if not table.to_fill:
        return wanted
    return _FILL if column in table.to_fill else min(wanted, _NARROW)


def _only_dates(sheet: Any, column: int, rows: int) -> None:
    sheet.data_validation(
        1,
        column,
        rows,
        column,
        {
            "validate": "date",
            "criteria": ">=",
            "value": CREATED.date(),
            "error_title": "No es una fecha",
            "error_message": "Escriba una fecha, por ejemplo 31/12/2026.",
        },
    )


def _light(sheet: Any, column: int, rows: int, bands: tuple[float, float], styles: Styles) -> None:
    """Native rules with the edges of the analysis; the figure stays in the cell."""
    amber, green = bands
    blank = {"type": "blanks", "stop_if_true": True}
    rules = [("<", amber, RED), ("<", green, AMBER), (">=", green, GREEN)]
    sheet.conditional_format(1, column, rows, column, blank)
    for criteria, value, colour in rules:
        sheet.conditional_format(
            1,
            column,
            rows,
            column,
            {"type": "cell", "criteria": criteria, "value": value, "format": styles.colours[colour], "stop_if_true": True},
        )


def _is_colour(column: str, kind: pl.DataType) -> bool:
    return kind == pl.String and column.startswith(("color", "banda_"))


def _paint(sheet: Any, column: int, rows: int, styles: Styles) -> None:
    """Colour follows the word, which stays in the cell."""
    for name, style in styles.colours.items():
        rule = {"type": "cell", "criteria": "==", "value": f'"{name}"', "format": style}
        sheet.conditional_format(1, column, rows, column, rule)
