"""What moved between two sums of the same measures."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def summed(rows: pl.LazyFrame, by: Sequence[str], measures: Sequence[str]) -> pl.DataFrame:
    """One row per key and measure: the key, `medida` and `value`, the exact sum."""
    return rows.group_by(by).agg(pl.col(measures).sum()).unpivot(measures, index=by, variable_name="medida").collect()


def moved(old: pl.DataFrame, new: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The keys whose sum is not the same, or that only one side has (see `Store.compare`); one without money on both sides is left out."""
    both = old.rename({"value": "antes_soles"}).join(
        new.rename({"value": "despues_soles"}), on=[*by, "medida"], how="full", coalesce=True, nulls_equal=True, validate="1:1"
    )
    before, after = pl.col("antes_soles"), pl.col("despues_soles")
    change = pl.when(before.is_null()).then(pl.lit("aparece")).when(after.is_null()).then(pl.lit("desaparece")).otherwise(pl.lit("cambia"))
    return (
        both.with_columns(diferencia_soles=after.fill_null(0) - before.fill_null(0), cambio=change)
        .filter((pl.col("diferencia_soles") != 0) | (pl.col("cambio") != "cambia"))
        .filter((before.fill_null(0) != 0) | (after.fill_null(0) != 0))
        .sort(*by, "medida", nulls_last=True)
    )


def sums_of(rows: pl.DataFrame) -> pl.DataFrame:
    """What `moved` adds up to: key `anio, medida`: `diferencia_soles` and `claves`, how many keys moved."""
    return rows.group_by("anio", "medida").agg(pl.col("diferencia_soles").sum(), pl.len().alias("claves")).sort("anio", "medida")
