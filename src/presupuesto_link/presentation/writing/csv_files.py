"""CSV files that a spreadsheet may open: no text of the data ever runs as a formula."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from presupuesto_link.errors import OutputError, Problem
from presupuesto_link.presentation.writing.file import whole_file
from presupuesto_link.wording import RISKY_STARTS

_PLAIN_NUMBER = r"^[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?\s?%?$"


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write a table as UTF-8 with mark, so that spreadsheets read its accents; risky text gets an apostrophe.

    Raises:
        OSError: the file cannot be written.
    """
    harmless(frame).write_csv(path, include_bom=True)


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with an apostrophe before any text that a spreadsheet would run."""
    return frame.with_columns(_quoted(name) for name, kind in frame.schema.items() if kind == pl.String)


def _quoted(column: str) -> pl.Expr:
    """The column with an apostrophe before text that begins like a formula and is not a plain number or percentage."""
    text = pl.col(column)
    risky = pl.any_horizontal(text.str.starts_with(start) for start in RISKY_STARTS)
    return pl.when(risky & ~text.str.contains(_PLAIN_NUMBER)).then(pl.concat_str(pl.lit("'"), text)).otherwise(text).alias(column)


def write_new_csv(frame: pl.DataFrame, path: Path) -> None:
    """`write_csv` to a name that is free, whole or not at all: what a person may have edited is never replaced.

    Raises:
        OutputError: the file is there, or cannot be written.
    """
    if path.exists():
        raise OutputError(
            Problem(str(path), "el archivo ya existe", "un nombre nuevo", "elija otro nombre: puede tener cambios hechos a mano")
        )
    with whole_file(path) as part:
        write_csv(frame, part)
