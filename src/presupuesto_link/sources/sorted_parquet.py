"""One big parquet in file order → the store's parquet: by year, sorted, in row groups that one pliego or department fills alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

GROUP = ("anio", "nivel", "pliego", "sec_ejec")
ORDER = ("anio", "nivel", "pliego", "departamento_meta", "sec_ejec", "sec_func", "mes")
ROWS_AT_ONCE = 150_000
_ROW_GROUP = 32_768
_UNIT = "unidad"


def write_sorted(rows: pl.LazyFrame, folder: Path, columns: Sequence[str]) -> list[Path]:
    """Write `columns` of the rows as `anio=AAAA/parte-NNN.parquet`, never holding many more than `ROWS_AT_ONCE` rows.

    A spending unit (sec_ejec) is never split between files, so two rows with the same key are in the same file. Rows with the same
    order keep the one they had.
    """
    units = rows.group_by(GROUP).len().collect().sort(*GROUP, nulls_last=True)
    files: list[Path] = []
    for batch in _batches(units):
        year = int(batch["anio"][0])
        target = folder / f"anio={year}" / f"parte-{sum(p.parent.name == f'anio={year}' for p in files):03}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        _only(rows, batch, units.height).select(columns).collect().sort(*ORDER, nulls_last=True, maintain_order=True).write_parquet(
            target, compression="zstd", row_group_size=_ROW_GROUP, statistics=True)  # fmt: skip
        files.append(target)
    return files


def _batches(units: pl.DataFrame) -> list[pl.DataFrame]:
    """The units of each year in runs of about `ROWS_AT_ONCE` rows."""
    runs = units.with_columns(run=(pl.col("len").cum_sum().over("anio") - 1) // ROWS_AT_ONCE)
    return [run for _, run in runs.group_by("anio", "run", maintain_order=True)]


def _only(rows: pl.LazyFrame, batch: pl.DataFrame, units: int) -> pl.LazyFrame:
    if batch.height == units:
        return rows
    return rows.join(batch.select(GROUP).lazy(), on=GROUP, how="semi", nulls_equal=True)
