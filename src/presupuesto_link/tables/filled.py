"""What people wrote on the sheets to fill, taken to the same rows of a new one; nothing written is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from presupuesto_link.days import day_in
from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.filled import UNPLACED, FilledBook
from presupuesto_link.wording import CONTROL

GONE = "ya no sale en la hoja: se resolvió o cambió lo que hay que revisar"
AGAIN = "alguien escribió de nuevo en su fila, y vale lo último"


@dataclass(frozen=True)
class Sheet:
    """A sheet to fill: which columns say which row is which, and which ones people write."""

    key: tuple[str, ...]
    to_fill: tuple[str, ...]


SHEETS = {
    "rediseno": Sheet(("elemento", "indicador", "que_revisar"), ("responsable", "fecha_compromiso", "decision")),
    "brechas_de_datos": Sheet(("indicador", "anio"), ("fuente_dato", "fecha_esperada", "responsable")),
}
"""The sheets of the workbook that people fill: what no source says, and the office that keeps them writes."""


def count_answers(rows: pl.DataFrame, when: str, today: dt.date) -> tuple[int, int, int]:
    """How many rows have somebody in charge, how many a date, and how many of those dates have passed."""
    return rows["responsable"].count(), rows[when].count(), rows.filter(pl.col(when) < today).height


def fill(
    frames: Mapping[str, pl.DataFrame], sheets: Mapping[str, Sheet], book: FilledBook | None
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame | None]:
    """The new sheets with what people wrote on those of an earlier workbook.

    Args:
        frames: the new sheets by name.
        sheets: the key of each and what people write on it.
        book: the earlier workbook; without it nothing is written.

    Returns:
        The sheets, and what has no place in them (`carry_over`, with `hoja`), null without a workbook.

    Raises:
        InputDataError: see `carry_over`.
    """
    if book is None:
        return dict(frames), None
    done = {name: carry_over(frame, book.sheets[name], sheets[name], str(book.path)) for name, frame in frames.items()}
    left = [rest.select(pl.lit(name).alias("hoja"), pl.all()) for name, (_, rest) in done.items()]
    return {name: frame for name, (frame, _) in done.items()}, pl.concat(left, how="diagonal")


def carry_over(frame: pl.DataFrame, filled: pl.DataFrame, sheet: Sheet, book: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Put what was written on each row where the same key is.

    Args:
        frame: the new sheet, with `to_fill` in null.
        filled: what was written before, as text: `escrita_en` (its sheet), `fila`, the key and `to_fill`; a blank is empty text. Of a row
            written more than once in different sheets, the first is taken.
        sheet: its key, and what people write; the columns that begin with `fecha` are dates (a date of Excel, `2026-12-31` or `31/12/2026`).
        book: the workbook, for messages.

    Returns:
        The new sheet with what was written; and what has no place in it: `fila`, the key as text, `to_fill` and `motivo`.

    Raises:
        InputDataError: what is written on a date is not one, a row is written twice in a sheet, or a cell has characters that cannot be seen.
    """
    key, to_fill = list(sheet.key), list(sheet.to_fill)
    written = filled.filter(pl.any_horizontal(pl.col(name) != "" for name in to_fill))
    problems = [*_twice(written, key, book), *_unseen(written, to_fill, book)]
    dates = {name: _dates(written, name, book, problems) for name in to_fill if name.startswith("fecha")}
    if problems:
        raise InputDataError(*problems)
    texts = [pl.col(name).replace("", None) for name in to_fill if name not in dates]
    read = written.with_columns(*texts, **dates, copia=pl.int_range(pl.len()).over(key)).select("copia", "fila", *key, *to_fill)
    new = [f"_{name}" for name in key]
    asked = frame.with_columns(pl.col(name).cast(pl.String).fill_null("").alias(f"_{name}") for name in key)
    first = read.filter(pl.col("copia") == 0)
    joined = asked.drop(to_fill).join(
        first.drop("copia", "fila"), left_on=new, right_on=key, how="left", validate="m:1", maintain_order="left"
    )
    gone = first.join(asked, left_on=key, right_on=new, how="anti").with_columns(motivo=pl.lit(GONE))
    again = read.filter(pl.col("copia") > 0).with_columns(motivo=pl.lit(AGAIN))
    rest = pl.concat([gone, again]).sort("copia", "fila").drop("copia")
    return joined.select(frame.columns), rest.with_columns(pl.col(name).replace("", None) for name in key)


def _twice(written: pl.DataFrame, key: Sequence[str], book: str) -> list[Problem]:
    rows = written.group_by("escrita_en", *key, maintain_order=True).agg("fila").filter(pl.col("fila").list.len() > 1)
    return [
        Problem(
            f"{book}, hoja «{row['escrita_en']}», filas {', '.join(map(str, row['fila']))}",
            f"la misma fila escrita más de una vez ({', '.join(row[k] for k in key if row[k])})",
            "una sola fila con lo escrito",
            "junte lo escrito en una y borre la otra",
        )
        for row in rows.iter_rows(named=True)
        if row["escrita_en"] != UNPLACED
    ]


def _unseen(written: pl.DataFrame, to_fill: Sequence[str], book: str) -> list[Problem]:
    return [
        Problem(
            _cell(book, row["escrita_en"], row["fila"], name),
            f"un carácter de control, que no se ve (U+{ord(found[0]):04X})",
            "texto",
            "bórrelo y escriba de nuevo la celda",
        )
        for row in written.iter_rows(named=True)
        for name in to_fill
        if (found := CONTROL.search(row[name]))
    ]


def _dates(written: pl.DataFrame, name: str, book: str, problems: list[Problem]) -> pl.Series:
    days = []
    for sheet, number, text in written.select("escrita_en", "fila", name).iter_rows():
        day = day_in(text)
        if text and day is None:
            problems.append(
                Problem(
                    _cell(book, sheet, number, name),
                    f"«{text}»",
                    "una fecha, por ejemplo 31/12/2026",
                    "escriba la fecha; lo demás cabe en otra columna",
                )
            )
        days.append(day)
    return pl.Series(days, dtype=pl.Date)


def _cell(book: str, sheet: str, row: int, column: str) -> str:
    return f"{book}, hoja «{sheet}», fila {row}, columna {column}"
