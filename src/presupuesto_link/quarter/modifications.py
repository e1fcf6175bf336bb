"""How far the budget moved from what was approved: composition, modifications and the rhythm of the year.

Formulas follow PEFA (2016 framework): PI-2 for the variance of the composition and PI-21.4 for in-year adjustments. They are measures
of the same shape on other heads than PEFA's, so no grade of a PEFA evaluation follows from them.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.tables.levels import Levels
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.vocabulary import DECEMBER

STEPS = (("pia_soles", "pim_soles"), ("pim_soles", "devengado_soles"), ("pia_soles", "devengado_soles"))
LINE = ("sec_ejec", "sec_func", "fuente", "generica", "accion")


def composition_variance(months: pl.DataFrame, actions: pl.DataFrame, levels: Levels) -> tuple[pl.DataFrame, pl.DataFrame]:
    """How much the weights of the heads changed, leaving out how much the whole grew (PEFA PI-2).

    For each pair of stages: a head's adjusted amount is its first amount times (second total / first total); the variance is the
    sum of absolute deviations of the second amounts from the adjusted ones, over the sum of the adjusted ones.

    Args:
        months: `money.months.by_month`; transversal rows are left out.
        actions: the plan's, key `accion`, with `objetivo`.
        levels: the plan's; `por` is the objective's, or «programa».

    Returns:
        Key `anio, por, de, a`: `total_de_soles`, `total_a_soles`, `cambio_total_ratio` (second over first, less 1) and `varianza_ratio`; null
        when the first stage has no money. And key `anio, por, unidad, de, a`: `monto_de_soles`, `ajustado_soles`, `monto_a_soles`,
        `desviacion_soles` and its share of the variance, the largest first. A year in course has not accrued all it will.
    """
    rows = months.filter(pl.col("vinculo") != TRANSVERSAL).join(
        actions.select("accion", "objetivo"), on="accion", how="left", validate="m:1"
    )
    amounts = [pl.col(c).sum() for c in ("pia_soles", "pim_soles", "devengado_soles")]
    heads = pl.concat(
        [
            rows.with_columns(por=pl.lit(by), unidad=pl.col(column).fill_null(missing)).group_by("anio", "por", "unidad").agg(amounts)
            for by, column, missing in ((levels.objetivo, "objetivo", levels.sin_accion), ("programa", "programa", "sin dato"))
            if column in rows.columns
        ]
    ).sort("anio", "por", "unidad")
    detail = pl.concat([_step(heads, first, second) for first, second in STEPS])
    key = ["anio", "por", "de", "a"]
    totals = detail.group_by(key).agg(
        total_de_soles=pl.col("monto_de_soles").sum().cast(MONEY),
        total_a_soles=pl.col("monto_a_soles").sum().cast(MONEY),
        desviacion=pl.col("desviacion_soles").cast(pl.Float64).sum(),
        ajustado=pl.col("ajustado_soles").cast(pl.Float64).sum(),
    )
    summary = totals.select(
        *key,
        "total_de_soles",
        "total_a_soles",
        cambio_total_ratio=pl.when(pl.col("total_de_soles") > 0).then(
            pl.col("total_a_soles").cast(pl.Float64) / pl.col("total_de_soles").cast(pl.Float64) - 1
        ),
        varianza_ratio=pl.when(pl.col("ajustado") > 0).then(pl.col("desviacion") / pl.col("ajustado")),
    )
    return summary.sort(key), detail.sort(*key, "desviacion_soles", "unidad", descending=[False] * 4 + [True, False], nulls_last=True)


def _step(heads: pl.DataFrame, first: str, second: str) -> pl.DataFrame:
    key = ["anio", "por"]
    a, b = pl.col(first).cast(pl.Float64), pl.col(second).cast(pl.Float64)
    adjusted = pl.when(a.sum().over(key) > 0).then(a * b.sum().over(key) / a.sum().over(key))
    table = heads.with_columns(ajustado=adjusted).with_columns(desviacion=(b - pl.col("ajustado")).abs())
    total = pl.col("desviacion").sum().over(key)
    return table.select(
        *key,
        "unidad",
        de=pl.lit(first.removesuffix("_soles")),
        a=pl.lit(second.removesuffix("_soles")),
        monto_de_soles=pl.col(first).cast(MONEY),
        ajustado_soles=pl.col("ajustado").round(2).cast(MONEY),
        monto_a_soles=pl.col(second).cast(MONEY),
        desviacion_soles=pl.col("desviacion").round(2).cast(MONEY),
        parte_ratio=pl.when(total > 0).then(pl.col("desviacion") / total),
    )


def modifications_between(before: pl.DataFrame, after: pl.DataFrame, year: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the PIM of a year moved between two snapshots, line by line (PEFA PI-21.4: number and size of adjustments).

    Args:
        before: `by_month` of the first snapshot; transversal rows are left out.
        after: of the second.
        year: budget year, in both.

    Returns:
        One row: `lineas_modificadas`, `aumentos_soles`, `rebajas_soles`, `neto_soles` (exact), `pim_antes_soles`, `pim_despues_soles` and
        `tamano_ratio`, the money moved (half of increases and cuts that balance, plus the net) over the first PIM. And key `LINE`:
        both PIM and `cambio_soles`, the largest first. Two opposite moves of a line between the cut-offs are not seen.
    """
    keys = [column for column in LINE if column in before.columns and column in after.columns]
    old, new = (_pim(frame, year, keys, name) for frame, name in ((before, "pim_antes_soles"), (after, "pim_despues_soles")))
    both = old.join(new, on=keys, how="full", coalesce=True, validate="1:1", nulls_equal=True).with_columns(
        pl.col("pim_antes_soles", "pim_despues_soles").fill_null(pl.lit(0, MONEY))
    )
    moved = both.with_columns(cambio_soles=(pl.col("pim_despues_soles") - pl.col("pim_antes_soles")).cast(MONEY))
    change, first = pl.col("cambio_soles"), pl.col("pim_antes_soles").sum().cast(pl.Float64)
    ups, downs = change.filter(change > 0).sum().cast(MONEY), (-change.filter(change < 0).sum()).cast(MONEY)
    size = pl.max_horizontal(ups.cast(pl.Float64), downs.cast(pl.Float64))
    summary = moved.select(
        lineas_modificadas=(change != 0).sum(),
        lineas=pl.len(),
        aumentos_soles=ups,
        rebajas_soles=downs,
        neto_soles=change.sum().cast(MONEY),
        pim_antes_soles=pl.col("pim_antes_soles").sum().cast(MONEY),
        pim_despues_soles=pl.col("pim_despues_soles").sum().cast(MONEY),
        tamano_ratio=pl.when(first > 0).then(size / first),
    )
    lines = moved.filter(pl.col("cambio_soles") != 0).sort(
        pl.col("cambio_soles").abs(), *keys, descending=[True, *[False] * len(keys)], nulls_last=True
    )
    return summary, lines


def _pim(months: pl.DataFrame, year: int, keys: Sequence[str], name: str) -> pl.DataFrame:
    rows = months.filter((pl.col("anio") == year) & (pl.col("vinculo") != TRANSVERSAL))
    return rows.group_by(keys).agg(pl.col("pim_soles").sum().cast(MONEY).alias(name))


def rhythm(months: pl.DataFrame) -> pl.DataFrame:
    """How the accrual of each year is spread over its months.

    Returns:
        Key `anio`: `devengado_soles`, `pim_soles`, `ejecucion_ratio`, `ultimo_mes` with accrual, and, for years that reach December,
        `parte_diciembre_ratio` and `parte_ultimo_trimestre_ratio` (null for the others).
    """
    rows = months.filter(pl.col("vinculo") != TRANSVERSAL)
    month, accrued = pl.col("mes"), pl.col("devengado_soles")
    whole = accrued.sum().cast(pl.Float64)
    last = month.filter(accrued.fill_null(0) != 0).max()
    closed = (last == DECEMBER) & (whole > 0)
    return (
        rows.group_by("anio")
        .agg(
            accrued.sum(),
            pl.col("pim_soles").sum(),
            ultimo_mes=last,
            ejecucion_ratio=pl.when(pl.col("pim_soles").sum() > 0).then(whole / pl.col("pim_soles").sum().cast(pl.Float64)),
            parte_diciembre_ratio=pl.when(closed).then(accrued.filter(month == DECEMBER).sum().cast(pl.Float64) / whole),
            parte_ultimo_trimestre_ratio=pl.when(closed).then(accrued.filter(month >= 10).sum().cast(pl.Float64) / whole),
        )
        .sort("anio")
    )
