"""Rows that people sign, cell by cell: what a part, a signature or a year is, and what is said of a cell that is not understood."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fractions import Fraction

from presupuesto_link.days import day_in
from presupuesto_link.errors import Problem
from presupuesto_link.findings import Finding
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.tables.contract import check_columns, raise_problems

_YEARS = (1990, 2100)
_PART = re.compile(r"\d{0,12}[.,]?\d{0,30}(?:[eE]-?\d{1,2})?\s*%?|\d{1,40}\s*/\s*\d{1,40}", re.ASCII)
_EXCEL_DAY_ZERO = dt.date(1899, 12, 30)
_EXCEL_DAYS = (36_526, 73_050)
"""The years 2000 to 2099, as a spreadsheet counts days."""


@dataclass
class Reading:
    """One row while it is understood.

    Attributes:
        row: the cells, by column.
        place: file and row, for messages.
        found: what is wrong with it so far.
        then: what that means for the row.
    """

    row: Mapping[str, str]
    place: str
    found: list[Finding] = field(default_factory=list)
    then: str = "la regla no se aplica"

    def cell(self, name: str) -> str:
        """The text of a cell; empty when the column is not there."""
        return str(self.row.get(name) or "").strip()

    def wrong(self, code: str, column: str, expected: str, said: str | None = None) -> None:
        """Add a finding about a cell."""
        self.found.append(Finding(code, f"{self.place}, columna {column}", said or f"«{self.cell(column)}»", expected, self.then))

    def codes(self, column: str, parse: Callable[[str], str | None], expected: str) -> tuple[str, ...]:
        """The codes of a cell, separated by `;`."""
        parts = [part.strip() for part in self.cell(column).split(";") if part.strip()]
        codes = [parse(part) for part in parts]
        if any(code is None for code in codes):
            self.wrong("V02", column, expected)
        return tuple(dict.fromkeys(code for code in codes if code is not None))


def titled(raw: RawTable, columns: Sequence[str], required: Sequence[str]) -> RawTable:
    """The table with its titles in lower case, once it has the columns it must and none that is not known.

    Raises:
        InputDataError: a required column is missing, or one is not known (a misspelt one would be taken for blank).
    """
    names = {title: title.strip().lower() for title in raw.frame.columns}
    if len(set(names.values())) == len(names):
        raw = replace(raw, frame=raw.frame.rename(names))
    check_columns(raw, required)
    unknown = [t for t in raw.frame.columns if t not in (*columns, "fila") and not t.startswith("nombre_")]
    near = {title: get_close_matches(title, columns, n=1) for title in unknown}
    raise_problems(
        [
            Problem(
                f"{raw.path}, columna «{title}»",
                "una columna desconocida" + (f" (¿quiso decir {near[title][0]}?)" if near[title] else ""),
                "una de: " + ", ".join(columns),
                "corrija el título; las notas propias van en «nota» o en columnas que empiecen por nombre_",
            )
            for title in unknown
        ]
    )
    return raw


SMALLEST = Fraction(1, 1_000_000_000)
"""A part smaller than this would take nothing."""


def part_of(reading: Reading) -> Fraction:
    """The column `parte`, exact: `0.25`, `25 %` or `1/4`; all of it when blank."""
    text = reading.cell("parte") or "1"
    if not _PART.fullmatch(text):
        reading.wrong("V02", "parte", "un número mayor que 0 y hasta 1, o un porcentaje")
        return Fraction(1)
    try:
        value = Fraction(text.replace(",", ".").removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        reading.wrong("V02", "parte", "un número mayor que 0 y hasta 1, o un porcentaje")
        return Fraction(1)
    if not SMALLEST <= value <= 1:
        reading.wrong("V03", "parte", "un número mayor que 0, con nueve decimales como máximo, y hasta 1 (o hasta 100 %)")
    return value


def signature_of(reading: Reading) -> tuple[str, str]:
    """Who signs the row and on which day; without either it is a finding."""
    author, text = reading.cell("autor"), reading.cell("fecha")
    day = _day(text)
    if text and not day:
        reading.wrong("V02", "fecha", "una fecha AAAA-MM-DD o DD/MM/AAAA")
    if not author or not day:
        missing = " y ".join(name for name, text in (("autor", author), ("fecha", day)) if not text)
        reading.wrong("V09", "autor", "quién la firma y cuándo", f"sin {missing}")
    return author, day


def _day(text: str) -> str:
    """A date in ISO form, however a person or a spreadsheet writes it; empty when it is not one."""
    number = text.removesuffix(".0")
    if number.isascii() and number.isdigit() and _EXCEL_DAYS[0] <= int(number) <= _EXCEL_DAYS[1]:
        return (_EXCEL_DAY_ZERO + dt.timedelta(int(number))).isoformat()
    day = day_in(text)
    return day.isoformat() if day else ""


def year_of(reading: Reading, column: str) -> int | None:
    """A year; null when blank or not one, which is a finding."""
    text = reading.cell(column).removesuffix(".0")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not _YEARS[0] <= int(text) <= _YEARS[1]:
        reading.wrong("V02", column, "un año, como 2024")
        return None
    return int(text)
