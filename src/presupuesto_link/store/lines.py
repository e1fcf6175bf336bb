"""From a figure to the lines of the file it comes from.

Beside each `gasto/anio=AAAA/parte-NNN.parquet` a snapshot has `registros/anio=AAAA/parte-NNN.parquet`, with as many rows in the same
order: `archivo`, the number of the file among those of the load (0, the first); `salto`, how far the record of the row is in that file
from that of the row before (the first, from 0); and `registros`, how many records from there on were summed in it. Rows are sorted by
what is spent, as files are by and large, so steps are small and few: they take a third of what the numbers themselves would.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

ROWS, RECORDS = "gasto", "registros"
FILE, RECORD, COUNT = "archivo", "registro", "registros"
LINES: dict[str, type[pl.DataType]] = {FILE: pl.UInt16, RECORD: pl.UInt32, COUNT: pl.UInt32}
"""Where a row comes from: file, first record (the titles are 1; in a workbook, the row of its sheet) and how many from there on."""
_STEP = "salto"


def packed(records: pl.Series) -> pl.DataFrame:
    """The record of each row of a file of the store, as it is written; all of one file and none summed."""
    steps = records.cast(pl.Int64).diff().fill_null(records.cast(pl.Int64)).cast(pl.Int32)
    return pl.DataFrame({_STEP: steps}).select(pl.lit(0, pl.UInt16).alias(FILE), _STEP, pl.lit(1, pl.UInt32).alias(COUNT))


def with_lines(parts: Iterable[Path]) -> pl.LazyFrame:
    """The rows of some files of the store with `LINES`, null where the snapshot has no records.

    Args:
        parts: files of `gasto`; at least one.
    """
    return pl.concat(_with_lines(part) for part in parts)


def records_of(part: Path) -> Path:
    """The file with the records of a file of rows."""
    return part.parents[2] / RECORDS / part.parent.name / part.name


def intervals(rows: pl.DataFrame) -> pl.DataFrame:
    """Stretches of records that follow each other: `archivo`, `desde`, `hasta` (both in it), by file and record.

    Args:
        rows: `LINES`, without nulls.
    """
    first, last = pl.col(RECORD).cast(pl.Int64), (pl.col(RECORD).cast(pl.Int64) + pl.col(COUNT) - 1)
    told = rows.select(FILE, desde=first, hasta=last).unique().sort(FILE, "desde", "hasta")
    reached = pl.col("hasta").cum_max().shift(1).over(FILE)
    apart = (pl.col("desde") > reached + 1).fill_null(value=True).cum_sum()
    joined = told.group_by(FILE, apart.over(FILE).alias("tramo"), maintain_order=True).agg(pl.col("desde").min(), pl.col("hasta").max())
    return joined.select(FILE, pl.col("desde", "hasta").cast(pl.UInt32))


def _with_lines(part: Path) -> pl.LazyFrame:
    rows, beside = pl.scan_parquet(part, hive_partitioning=False), records_of(part)
    if not beside.is_file():
        return rows.with_columns(pl.lit(None, kind).alias(name) for name, kind in LINES.items())
    packed_rows = pl.scan_parquet(beside, hive_partitioning=False)
    told = packed_rows.select(FILE, pl.col(_STEP).cast(pl.Int64).cum_sum().cast(pl.UInt32).alias(RECORD), COUNT)
    return pl.concat([rows, told], how="horizontal")
