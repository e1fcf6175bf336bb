"""Splitting money without losing a céntimo."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from presupuesto_link.linkage.match import WHOLE
from presupuesto_link.tables.gasto import MEASURES
from presupuesto_link.tables.numbers import MONEY

_CENTIMO = pl.lit("0.01").cast(pl.Decimal(38, 2))  # a literal of type Decimal would make Polars import numpy
_SHARE = "parte_"


def with_shares(parts: pl.DataFrame, whole: Sequence[str]) -> pl.DataFrame:
    """The parts with those of their whole beside them, `parte_0`, `parte_1`…, in the order of `orden`; 0 where it has fewer.

    Args:
        parts: `parte` (of `WHOLE`) and `orden`; the parts of a whole add up to `WHOLE`.
        whole: the columns that tell one whole from another.
    """
    shares = parts.sort("orden").group_by(whole).agg(pl.col("parte").alias("_partes"))
    most = shares.select(pl.col("_partes").list.len().max()).item() or 0
    wide = shares.select(*whole, *(pl.col("_partes").list.get(i, null_on_oob=True).fill_null(0).alias(f"{_SHARE}{i}") for i in range(most)))
    return parts.join(wide, on=list(whole), how="left", validate="m:1")


def split_money(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Each line's amounts divided among its parts by the method of the largest remainder, to the céntimo.

    Args:
        lines: one row per line and part: `MEASURES` with the whole amount, and the columns of `with_shares`.

    Returns:
        The same rows with their own part of every measure. The parts of a whole add up to it exactly; equal remainders favour the first
        part; a null measure stays null, and a negative one is divided like any other. Each row is worked out alone.
    """
    many = sum(name.startswith(_SHARE) for name in lines.collect_schema().names())
    return lines.with_columns(_share(measure, many) for measure in MEASURES)


def _share(measure: str, many: int) -> pl.Expr:
    amount = (pl.col(measure) * 100).cast(pl.Int64)
    floor, remainder = _divided(amount, "parte")
    others = [_divided(amount, f"{_SHARE}{i}") for i in range(many)]
    missing = amount - pl.sum_horizontal(other for other, _ in others)
    before = pl.sum_horizontal(
        ((rest > remainder) | ((rest == remainder) & (pl.col("orden") > i))).cast(pl.Int64) for i, (_, rest) in enumerate(others)
    )
    centimos = floor + (before < missing).cast(pl.Int64)
    return (centimos.cast(pl.Decimal(20, 2)) * _CENTIMO).cast(MONEY).alias(measure)


def _divided(amount: pl.Expr, share: str) -> tuple[pl.Expr, pl.Expr]:
    """Whole céntimos of a share, and what is cut off, in thousand-millionths; in two steps that do not overflow 64 bits."""
    small = (amount % WHOLE) * pl.col(share)
    return (amount // WHOLE) * pl.col(share) + small // WHOLE, small % WHOLE
