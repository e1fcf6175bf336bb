"""Names of codes: one name per key, so that a join cannot multiply rows."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def name_table(rows: pl.LazyFrame, key: Sequence[str], column: str) -> pl.DataFrame:
    """One row per key: the key, `nombre` (the most frequent; ties, the first in the alphabet) and `nombres` (how many there were).

    Rows without a name or with a blank in the key are left out.
    """
    named = rows.select(*key, pl.col(column).str.strip_chars().alias("nombre")).filter(
        pl.col("nombre") != "", *(pl.col(code).is_not_null() for code in key)
    )
    counted = named.group_by(*key, "nombre").len().collect()
    best = counted.sort(*key, "len", "nombre", descending=[*(False for _ in key), True, False])
    return best.group_by(key, maintain_order=True).agg(
        pl.col("nombre").first(), pl.len().cast(pl.UInt32).alias("nombres")
    )
