"""Rows in any order → the store's parquet: by year, sorted, in row groups that one pliego or department fills alone.

The rows are cut while they arrive: each chunk is sorted by spending unit and written as a run. A file of the store is then one
stretch of every run, so that each row is read again once, whatever the order of the extract and its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import polars as pl

from presupuesto_link.sources.siaf.layout import RECORD
from presupuesto_link.store.lines import RECORDS, ROWS, packed

GROUP = ("anio", "nivel", "pliego", "sec_ejec")
ORDER = ("anio", "nivel", "pliego", "departamento_meta", "sec_ejec", "sec_func", "mes")
ROWS_AT_ONCE = 100_000
ROWS_OF_A_RUN = 12_000
_ROW_GROUP, _ROW_GROUP_OF_A_RUN = 32_768, 4_096


def chunks(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The batches joined in order into frames of `ROWS_OF_A_RUN` rows or a little more; the last is what is left."""
    waiting: list[pl.DataFrame] = []
    for batch in batches:
        waiting.append(batch)
        if sum(frame.height for frame in waiting) >= ROWS_OF_A_RUN:
            yield pl.concat(waiting)
            waiting = []
    if waiting:
        yield pl.concat(waiting)


class Runs:
    """Chunks of rows on disk, each sorted by spending unit, and how many rows of each unit it has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.units: list[pl.DataFrame] = []
        folder.mkdir(exist_ok=True)

    def add(self, rows: pl.DataFrame) -> None:
        """Write one more run; its rows come after those of the runs before."""
        number = len(self.units)
        ordered = rows.sort(*GROUP, nulls_last=True, maintain_order=True)
        ordered.write_parquet(self.file(number), compression="lz4", statistics=False, row_group_size=_ROW_GROUP_OF_A_RUN)
        self.units.append(ordered.group_by(GROUP).len().with_columns(tanda=pl.lit(number, pl.UInt32)))

    def file(self, number: int) -> Path:
        """Where a run is."""
        return self.folder / f"tanda-{number:06}.parquet"

    def stretches(self) -> Iterator[tuple[int, pl.LazyFrame]]:
        """The year and the rows of each file of the store: whole units of about `ROWS_AT_ONCE` rows, by year and unit."""
        units = pl.concat(self.units)
        whole = units.group_by(GROUP).agg(pl.col("len").sum()).sort(*GROUP, nulls_last=True)
        part = whole.with_columns(parte=(pl.col("len").cum_sum().over("anio") - 1) // ROWS_AT_ONCE).drop("len")
        pieces = units.join(part, on=GROUP, nulls_equal=True).group_by("anio", "parte", "tanda").agg(pl.col("len").sum())
        placed = pieces.sort("anio", "parte", "tanda").with_columns(desde=pl.col("len").cum_sum().over("tanda") - pl.col("len"))
        for (year, _), found in placed.group_by("anio", "parte", maintain_order=True):
            places = found.select("tanda", "desde", "len").iter_rows()
            yield (int(str(year)), pl.concat([pl.scan_parquet(self.file(n)).slice(start, rows) for n, start, rows in places]))


def write_sorted(runs: Runs, folder: Path, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Write `columns` of the runs as `gasto/anio=AAAA/parte-NNN.parquet`, never holding many more than `ROWS_AT_ONCE` rows.

    A spending unit (sec_ejec) is never split between files, so two rows with the same key are in the same file. Rows with the same
    order keep the one they had. The record of each row goes to the file of the same name in `registros` (see `store.lines`).

    Yields:
        The rows of each file, once it is written.
    """
    written: dict[int, int] = {}
    for year, rows in runs.stretches():
        name = Path(f"anio={year}", f"parte-{written.get(year, 0):03}.parquet")
        written[year] = written.get(year, 0) + 1
        ordered = rows.collect().sort(*ORDER, nulls_last=True, maintain_order=True)
        kept = ordered.select(columns)
        for table, target in ((kept, folder / ROWS / name), (packed(ordered[RECORD]), folder / RECORDS / name)):
            target.parent.mkdir(parents=True, exist_ok=True)
            table.write_parquet(target, compression="zstd", row_group_size=_ROW_GROUP, statistics=table is kept)
        yield kept
