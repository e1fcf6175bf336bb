"""Names of codes: one name per key, so that a join cannot multiply rows."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from presupuesto_link.sources.siaf.layout import NAME_PREFIX, NAMES

_PIECES = 16


class Names:
    """The names of rows that arrive in chunks, counted."""

    def __init__(self) -> None:
        self._counts: dict[str, list[pl.DataFrame]] = {}

    def add(self, rows: pl.DataFrame) -> None:
        """Count the names of a chunk (its columns `nombre_<dimension>`)."""
        given = [c.removeprefix(NAME_PREFIX) for c in rows.columns if c.startswith(NAME_PREFIX)]
        counts = pl.collect_all([count_names(rows.lazy(), NAMES[name], NAME_PREFIX + name) for name in given])
        for name, count in zip(given, counts, strict=True):
            pieces = self._counts.setdefault(name, [])
            pieces.append(count)
            if len(pieces) >= _PIECES:
                self._counts[name] = [add_counts(pieces, NAMES[name])]

    def tables(self) -> dict[str, pl.DataFrame]:
        """Dimension → its table, as `most_frequent` gives it."""
        return {name: most_frequent(add_counts(c, NAMES[name]), NAMES[name]) for name, c in self._counts.items()}


def count_names(rows: pl.LazyFrame, key: Sequence[str], column: str) -> pl.LazyFrame:
    """The key, `nombre` without spaces at its ends and `len`, how many rows have it; rows without a name or part of the key count not."""
    named = rows.select(*key, pl.col(column).str.strip_chars().alias("nombre")).filter(
        pl.col("nombre") != "", *(pl.col(code).is_not_null() for code in key)
    )
    return named.group_by(*key, "nombre").len()


def add_counts(counts: Sequence[pl.DataFrame], key: Sequence[str]) -> pl.DataFrame:
    """Counts of several pieces of the rows, together."""
    return pl.concat(counts).group_by(*key, "nombre").agg(pl.col("len").sum())


def most_frequent(counts: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """One row per key: the key, `nombre` (the most frequent; ties, the first in the alphabet) and `nombres` (how many there were)."""
    best = counts.sort(*key, "len", "nombre", descending=[*(False for _ in key), True, False])
    return best.group_by(key, maintain_order=True).agg(pl.col("nombre").first(), pl.len().cast(pl.UInt32).alias("nombres"))
