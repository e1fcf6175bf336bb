"""The workbook that people filled: its yellow cells, as text, with the row each is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.workbook import has_sheet, sheet_grid

UNPLACED = "llenado_que_ya_no_sale"
"""The sheet with what was filled on rows that a later workbook did not have; there, a row may be more than once."""


@dataclass(frozen=True)
class FilledBook:
    """What a filled workbook says, sheet by sheet.

    Attributes:
        path: the `.xlsx`.
        sheets: by name, the columns asked for as text (a blank is empty text), `fila` (the row) and `escrita_en` (the sheet where it was
            read): after its own rows come those that it had once and are now in `UNPLACED`.
    """

    path: Path
    sheets: Mapping[str, pl.DataFrame]


def read_filled(path: Path, wanted: Mapping[str, Sequence[str]]) -> FilledBook:
    """Read some columns of some sheets; the other sheets and columns may be anything.

    Args:
        path: a `libro.xlsx` that `analizar` wrote and somebody filled.
        wanted: the columns of each sheet.

    Raises:
        InputDataError: the workbook cannot be opened, or lacks a sheet or a column.
    """
    every = [*dict.fromkeys(column for columns in wanted.values() for column in columns)]
    kept = [_sheet(path, UNPLACED, ("hoja", *every))] if has_sheet(path, UNPLACED) else []
    sheets = {}
    for name, columns in wanted.items():
        own = _sheet(path, name, columns)
        sheets[name] = pl.concat([own, *(rows.filter(pl.col("hoja") == name).select(own.columns) for rows in kept)])
    return FilledBook(path, sheets)


def _sheet(path: Path, name: str, columns: Sequence[str]) -> pl.DataFrame:
    remedy = "dé el libro.xlsx que escribió «analizar», sin cambiar los nombres de sus hojas ni sus títulos"
    grid = sheet_grid(path, lambda names: name if name in names else None, f"hoja «{name}»", remedy)
    header, rows = (grid[0], grid[1:]) if grid else ([], [])
    missing = [column for column in columns if header.count(column) != 1]
    if missing:
        raise InputDataError(
            Problem(
                f"{path}, hoja «{name}», fila 1",
                f"no están, o están repetidas, las columnas {', '.join(missing)}",
                f"los títulos {', '.join(columns)}",
                remedy,
            )
        )
    numbered = [(number, [row[header.index(column)] for column in columns]) for number, row in enumerate(rows, start=2)]
    return pl.DataFrame(
        [[number, *cells] for number, cells in numbered if any(cells)],
        schema={"fila": pl.UInt32} | dict.fromkeys(columns, pl.String),
        orient="row",
    ).with_columns(escrita_en=pl.lit(name))
