"""Splitting money without losing a céntimo."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from presupuesto_link.linkage.match import WHOLE
from presupuesto_link.tables.gasto import MEASURES
from presupuesto_link.tables.numbers import MONEY

_TIES = 1_000
_CENTIMO = pl.lit(Decimal("0.01"))


def split_money(lines: pl.LazyFrame, group: list[str]) -> pl.LazyFrame:
    """Each line's amounts divided among its parts by the method of the largest remainder, to the céntimo.

    Args:
        lines: one row per line and part: `MEASURES` with the whole amount, `parte` (of `WHOLE`) and `orden` (breaks ties; below 1,000).
        group: the columns that tell one whole from another; the parts of each add up to `WHOLE`.

    Returns:
        The same rows with their own part of every measure. The parts of a whole add up to it exactly; a null measure stays null, and a
        negative one is divided like any other.
    """
    return lines.with_columns(_share(measure, group) for measure in MEASURES)


def _share(measure: str, group: list[str]) -> pl.Expr:
    amount = (pl.col(measure) * 100).cast(pl.Int64)
    large, small = (amount // WHOLE) * pl.col("parte"), (amount % WHOLE) * pl.col("parte")  # neither overflows 64 bits
    floor, remainder = large + small // WHOLE, small % WHOLE
    missing = amount - floor.sum().over(group)
    turn = (
        (remainder * _TIES + (_TIES - 1 - pl.col("orden").cast(pl.Int64))).rank("ordinal", descending=True).over(group)
    )
    centimos = floor + (turn.cast(pl.Int64) <= missing).cast(pl.Int64)
    return (centimos.cast(pl.Decimal(20, 2)) * _CENTIMO).cast(MONEY).alias(measure)
