"""Execution: how much was accrued of the current budget, or of what was expected of a year in course."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from presupuesto_link.tables.numbers import MONEY

_PACE: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "devengado_al_ritmo_soles": MONEY,
    "esperado_soles": MONEY,
    "esperado_ratio": pl.Float64,
    "esperado_motivo": pl.String,
    "curva": pl.String,
}
PACE = tuple(_PACE)


def measure_execution(budget: pl.DataFrame, pace: pl.DataFrame | None = None, september: pl.DataFrame | None = None) -> pl.DataFrame:
    """Add the balance and the execution to rows with PIM and devengado.

    Args:
        budget: key `accion`: `pim_soles`, `devengado_soles` (Decimal, null = not linked).
        pace: `budget.Pace.acciones`, key `accion`, of a year in course; null for a closed year.
        september: key `accion`: `pim_setiembre_soles`, the PIM on 30 September of a closed year; null when no snapshot of that day is kept.

    Returns:
        The same rows plus `saldo_soles` (PIM - devengado, Decimal), `devengado_pim_ratio` (Float64, uncapped), `pim_setiembre_soles` and
        `devengado_pim_setiembre_ratio` (the other denominator in use; null without it), the columns of `PACE` (null in a closed year), `ejecucion_ratio`, by which the year is judged (devengado over PIM, or over what was expected; null without it), and
        `ejecucion_motivo` (why it is null).
    """
    pim, accrued = pl.col("pim_soles"), pl.col("devengado_soles")
    other = pl.col("pim_setiembre_soles")
    early = pl.DataFrame(schema={"accion": pl.String, "pim_setiembre_soles": MONEY}) if september is None else september
    whole = budget.join(early, on="accion", how="left", validate="1:1").with_columns(
        saldo_soles=(pim - accrued).cast(MONEY),
        devengado_pim_ratio=pl.when(pim > 0).then(accrued.cast(pl.Float64) / pim.cast(pl.Float64)),
        devengado_pim_setiembre_ratio=pl.when(other > 0).then(accrued.cast(pl.Float64) / other.cast(pl.Float64)),
        ejecucion_motivo=pl.when(pim.is_null())
        .then(pl.lit("sin PIM vinculado"))
        .when(pim == 0)
        .then(pl.lit("PIM igual a cero"))
        .when(pim < 0)
        .then(pl.lit("PIM negativo"))
        .when(accrued.is_null())
        .then(pl.lit("sin devengado")),
    )
    if pace is None:
        blank = [pl.lit(None, kind).alias(name) for name, kind in _PACE.items()]
        return whole.with_columns(*blank, ejecucion_ratio=pl.col("devengado_pim_ratio"))
    known = pl.col("ejecucion_motivo").is_null()
    return whole.join(pace.select("accion", *PACE), on="accion", how="left", validate="1:1").with_columns(
        ejecucion_ratio=pl.when(known).then(pl.col("esperado_ratio")), ejecucion_motivo=pl.coalesce("ejecucion_motivo", "esperado_motivo")
    )
