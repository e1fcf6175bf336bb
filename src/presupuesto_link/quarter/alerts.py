"""Who needs attention at a cut-off, what changed since the one before, and how much money is behind."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from presupuesto_link.money.on_time import days_red, has_money, soles_at_risk
from presupuesto_link.vocabulary import AMBER, GREEN, GREY, RED

_KEY = ["nivel", "unidad"]
_ORDER = {GREEN: 0, AMBER: 1, RED: 2}
BEHIND, SLOW, AHEAD, UNCERTIFIED, MUTE = ("atraso grave", "atraso", "adelanto por revisar", "sin certificar a tiempo", "sin cifra")
NEW, STILL, BETTER, WORSE, SAME = "nueva", "sigue", "mejora", "empeora", "sin cambio"
UNKNOWN, NOT_COMPARED = "sin corte anterior", "sin cifra que comparar"


def alerts_of(
    light: pl.DataFrame, month: int, previous: pl.DataFrame | None, ends: Mapping[int, object], results: pl.DataFrame
) -> pl.DataFrame:
    """The alerts of a cut-off, gravest first.

    Args:
        light: `measure_on_time`.
        month: the one of the cut-off.
        previous: rows of `measure_on_time` at the cut-off before (one per unit); null when there is none.
        ends: the last day of each month.
        results: key `elemento`: `color_resultado` of its indicators.

    Returns:
        Key `nivel, unidad`: `alerta`, `cambio` since the cut-off before and `color_previo`; `soles_en_riesgo` (accrual expected and missing),
        `dias_en_rojo`, colours and ratios of the three stages, `pim_cambio_soles` (null without another snapshot to compare), `color_resultado`
        (null where the unit has no indicators) and `curva`. A grey unit is an alert only when it has PIM or accrual.
    """
    now = light.filter(pl.col("mes") == month).with_columns(alerta=_kind(), soles_en_riesgo=soles_at_risk())
    before = _before(light, previous)
    table = (
        now.filter(pl.col("alerta").is_not_null())
        .join(days_red(light.filter(pl.col("mes") <= month), ends), on=_KEY, how="left", validate="1:1")
        .join(before, on=_KEY, how="left", validate="1:1")
        .join(results.rename({"elemento": "unidad"}), on="unidad", how="left", validate="m:1")
    )
    return (
        table.with_columns(cambio=_change(previous is not None), pim_cambio_soles=pl.col("pim_soles") - pl.col("pim_previo_soles"))
        .select(
            *_KEY,
            "alerta",
            "cambio",
            "color_previo",
            "soles_en_riesgo",
            "dias_en_rojo",
            "pim_soles",
            "pim_cambio_soles",
            "devengado_soles",
            "devengado_esperado_soles",
            "devengado_ratio",
            "color_devengado",
            "color_compromiso",
            "color_certificado",
            "color_resultado",
            "vinculo",
            "curva",
        )
        .sort(_grave(), "soles_en_riesgo", *_KEY, descending=[False, True, False, False], nulls_last=True)
    )


def colour_changes(light: pl.DataFrame, month: int, previous: pl.DataFrame | None) -> pl.DataFrame:
    """How the colour of every unit with money changed since the cut-off before; those that got well are no alert any more, and are here.

    Args:
        light: `measure_on_time`.
        month: the one of the cut-off.
        previous: rows of `measure_on_time` at the cut-off before (one per unit); null when there is none.

    Returns:
        Key `nivel, unidad`: `vinculo`, `color_previo`, `color_devengado`, `cambio` (empeora, mejora, sin cambio, or why it cannot be said: a colour missing or no
        cut-off before), `devengado_ratio`, `devengado_previo_ratio`, `soles_en_riesgo`, `pim_cambio_soles`.
    """
    now = light.filter((pl.col("mes") == month) & has_money()).with_columns(soles_en_riesgo=soles_at_risk())
    table = now.join(_before(light, previous), on=_KEY, how="left", validate="1:1")
    was, is_ = (pl.col(c).replace_strict(_ORDER, default=None, return_dtype=pl.Int8) for c in ("color_previo", "color_devengado"))
    if previous is None:
        change = pl.lit(UNKNOWN)
    else:
        change = (
            pl.when(was.is_null() | is_.is_null())
            .then(pl.lit(NOT_COMPARED))
            .when(is_ > was)
            .then(pl.lit(WORSE))
            .when(is_ < was)
            .then(pl.lit(BETTER))
            .otherwise(pl.lit(SAME))
        )
    return table.select(
        *_KEY,
        "vinculo",
        "color_previo",
        "color_devengado",
        "devengado_ratio",
        "devengado_previo_ratio",
        "soles_en_riesgo",
        cambio=change,
        pim_cambio_soles=pl.col("pim_soles") - pl.col("pim_previo_soles"),
    ).sort(_KEY)


def _kind() -> pl.Expr:
    accrued, reserved = pl.col("color_devengado"), pl.col("color_certificado")
    return (
        pl.when(accrued == RED)
        .then(pl.lit(BEHIND))
        .when(accrued == AMBER)
        .then(pl.lit(SLOW))
        .when(pl.col("adelanto"))
        .then(pl.lit(AHEAD))
        .when((accrued == GREEN) & (reserved == RED))
        .then(pl.lit(UNCERTIFIED))
        .when((accrued == GREY) & has_money())
        .then(pl.lit(MUTE))
    )


def _grave() -> pl.Expr:
    return pl.col("alerta").replace_strict({BEHIND: 0, SLOW: 1, UNCERTIFIED: 2, AHEAD: 3, MUTE: 4}, return_dtype=pl.Int8)


def _before(light: pl.DataFrame, previous: pl.DataFrame | None) -> pl.DataFrame:
    rows = light.clear() if previous is None else previous
    return rows.select(*_KEY, color_previo="color_devengado", devengado_previo_ratio="devengado_ratio", pim_previo_soles="pim_soles")


def _change(known: bool) -> pl.Expr:
    if not known:
        return pl.lit(UNKNOWN)
    was, now = (pl.col(c).replace_strict(_ORDER, default=None, return_dtype=pl.Int8) for c in ("color_previo", "color_devengado"))
    return (
        pl.when((now > 0) & (was.is_null() | (was == 0)))
        .then(pl.lit(NEW))
        .when(was.is_null() | now.is_null())
        .then(pl.lit(NOT_COMPARED))
        .when(now > was)
        .then(pl.lit(WORSE))
        .when(now < was)
        .then(pl.lit(BETTER))
        .when(now > 0)
        .then(pl.lit(STILL))
        .otherwise(pl.lit(SAME))
    )
