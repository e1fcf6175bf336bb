"""Execution: how much of the current budget was accrued (devengado/PIM)."""

from __future__ import annotations

import polars as pl

from presupuesto_link.tables.numbers import MONEY


def measure_execution(budget: pl.DataFrame) -> pl.DataFrame:
    """Add the execution ratio and the balance to rows with PIM and devengado.

    Args:
        budget: columns `pim_soles`, `devengado_soles` (Decimal, null = not linked).

    Returns:
        The same rows plus `saldo_soles` (PIM - devengado, Decimal), `ejecucion_ratio` (Float64, uncapped;
        null when there is no PIM or it is zero) and `ejecucion_motivo` (why it is null).
    """
    pim, accrued = pl.col("pim_soles"), pl.col("devengado_soles")
    return budget.with_columns(
        saldo_soles=(pim - accrued).cast(MONEY),
        ejecucion_ratio=pl.when(pim > 0).then(accrued.cast(pl.Float64) / pim.cast(pl.Float64)),
        ejecucion_motivo=pl.when(pim.is_null())
        .then(pl.lit("sin PIM vinculado"))
        .when(pim == 0)
        .then(pl.lit("PIM igual a cero"))
        .when(accrued.is_null())
        .then(pl.lit("sin devengado")),
    )
