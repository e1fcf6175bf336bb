"""Who inside an action is late: what was expected of each of its lines by now, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from presupuesto_link.money.money import Monthly
from presupuesto_link.money.on_time import expected_of
from presupuesto_link.tables.numbers import MONEY


def delay_by(monthly: Monthly, keys: Sequence[str], own: pl.Expr) -> pl.DataFrame:
    """What some lines were expected to have accrued by the last closed month, and have not.

    Args:
        monthly: the year of a cut.
        keys: columns of `months.MONTHLY` by which the lines are gathered; those that the source does not give are null.
        own: which lines of `Followed.months`.

    Returns:
        Key `keys`: `pim_soles` of the snapshot, `devengado_soles` from January to that month, `devengado_esperado_soles` (each line by its own
        curve, to the céntimo) and `falta_soles`, never below zero (null where nothing is expected because there is no PIM); the most delayed first.
        Over the lines of an action, the first three add up to its row of the light.
    """
    followed = monthly.followed
    rows = followed.months.filter(own & (pl.col("anio") == followed.year))
    rows = rows.with_columns(pl.lit(None, pl.String).alias(key) for key in keys if key not in rows.columns)
    spent = pl.col("devengado_soles").filter(pl.col("mes").is_between(1, followed.month))
    done = rows.group_by(keys).agg(pl.col("pim_soles").sum().cast(MONEY), devengado_soles=spent.sum().cast(MONEY))
    due = (
        expected_of(rows, monthly.curves, followed.month, "devengado")
        .group_by(keys)
        .agg(devengado_esperado_soles=pl.col("esperado_soles").sum().cast(MONEY))
    )
    missing = pl.col("devengado_esperado_soles") - pl.col("devengado_soles")
    return (
        done.join(due, on=list(keys), how="left", nulls_equal=True, validate="1:1")
        .with_columns(falta_soles=pl.when(pl.col("pim_soles") > 0).then(pl.max_horizontal(missing, pl.lit(0, MONEY))).cast(MONEY))
        .sort("falta_soles", *keys, descending=[True, *([False] * len(keys))], nulls_last=True)
    )
