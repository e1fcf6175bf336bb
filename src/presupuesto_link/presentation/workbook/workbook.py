"""The Excel workbook: every table as it was computed, formatted to be read, byte for byte the same each time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from presupuesto_link.presentation.workbook.book_parts import (
    CREATED,
    OPTIONS,
    Styles,
    close_book,
    lines_of,
    page_setup,
    quoted_name,
    set_height,
    text_style,
)
from presupuesto_link.presentation.workbook.book_table import Reading, Sheets, TableSheet, write_table

README = "Léame"


@dataclass(frozen=True)
class Entry:
    """A line of the contents on «Léame»: the sheet, what it has, how many rows and a note."""

    sheet: str
    title: str
    rows: int | None = None
    note: str = ""


def write_workbook(
    path: Path,
    tables: Mapping[str, TableSheet],
    about: Sequence[tuple[str, str]],
    reading: Reading | None = None,
    first: Sheets | None = None,
) -> None:
    """Write the workbook: a sheet «Léame», the sheets for people if any, then one sheet per table, in order.

    Amounts and ratios are written as numbers with all their decimals; only their format rounds. A null cell stays
    blank. Text is always text, whatever it begins with. A number that a spreadsheet cannot hold exactly (more than
    15 digits) is written as text rather than changed.

    Args:
        path: the `.xlsx` file; replaced if it exists.
        tables: sheets by name; a name Excel does not accept is shortened or cleaned.
        about: what the workbook is: pairs (concept, text).
        reading: what helps to read it.
        first: other sheets, and where they tell each code: the codes of the tables then lead there.

    Raises:
        OSError: the file cannot be written.
    """
    from xlsxwriter import Workbook

    book = Workbook(str(path), OPTIONS)
    book.set_properties({"title": dict(about).get("Análisis", ""), "author": "presupuesto-link", "created": CREATED})
    styles = Styles(book)
    reading = reading or Reading()
    own = first.names if first else ()
    names = sheet_names([*own, *tables])
    entries = [Entry(name, "Para leer primero") for name in own]
    entries += [Entry(names[key], table.title, table.frame.height, table.note) for key, table in tables.items()]
    _write_readme(book.add_worksheet(README), entries, about, styles, reading.banner)
    if first:
        first.write(book, styles)
    for number, (key, table) in enumerate(tables.items(), start=1):
        write_table(book.add_worksheet(names[key]), table, f"tabla_{number}", styles, reading, first)
    close_book(book)


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


def _write_readme(sheet: Any, entries: Sequence[Entry], about: Sequence[tuple[str, str]], styles: Styles, banner: str) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 70)
    sheet.set_column(2, 2, 10)
    sheet.set_column(3, 3, 80)
    sheet.write_string(0, 0, README, styles.title)
    if banner:
        sheet.write_string(1, 0, banner, styles.banner)
    for row, (concept, text) in enumerate(about, start=2):
        sheet.write_string(row, 0, concept, styles.label)
        sheet.write_string(row, 1, text, text_style(text, True, styles))
        set_height(sheet, row, lines_of(text, 70))
    start = len(about) + 3
    for column, heading in enumerate(("Hoja", "Contenido", "Filas", "Nota")):
        sheet.write_string(start, column, heading, styles.head)
    for row, entry in enumerate(entries, start=start + 1):
        sheet.write_url(row, 0, f"internal:{quoted_name(entry.sheet)}!A1", styles.link, entry.sheet)
        sheet.write_string(row, 1, entry.title, text_style(entry.title, True, styles))
        if entry.rows is not None:
            sheet.write_number(row, 2, entry.rows, styles.cell("#,##0", False))
        sheet.write_string(row, 3, entry.note, styles.muted)
        set_height(sheet, row, max(lines_of(entry.title, 70), lines_of(entry.note, 80)))
    page_setup(sheet, README, banner)
