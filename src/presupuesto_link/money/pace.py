"""The pace of a year in course: what each action accrued of what was expected of it by a day."""

from __future__ import annotations

import datetime as dt

import polars as pl

from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.money.budget import Pace, rows_of
from presupuesto_link.money.follow import Followed
from presupuesto_link.tables.levels import Levels
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.vocabulary import DECEMBER

BY_DAY = "parte del año transcurrida, día a día"
TOO_EARLY, NO_ACCRUAL = "no se espera nada todavía a esta fecha", "sin devengado"


def pace_of(light: pl.DataFrame, followed: Followed, levels: Levels) -> Pace:
    """The pace that the light measures at its month: the same figures, of the same day.

    Args:
        light: `measure_on_time`.
        followed: what it was measured on.
        levels: the plan's.
    """
    rows = light.filter((pl.col("nivel") == levels.accion) & (pl.col("mes") == followed.month)).select(
        accion="unidad",
        devengado_al_ritmo_soles="devengado_soles",
        esperado_soles="devengado_esperado_soles",
        esperado_ratio="devengado_ratio",
        esperado_motivo="devengado_motivo",
        curva="curva",
    )
    return Pace(followed.month_end, rows)


def pace_by_day(linkage: Linkage, year: int, day: dt.date, actions: pl.DataFrame) -> Pace:
    """The pace of a year whose source has no months: the PIM is expected day by day until the end of the year, and nothing before it begins.

    Args:
        linkage: of an annual source.
        year: the one in course.
        day: its cut-off.
        actions: the plan's, key `accion`.
    """
    first, last = dt.date(year, 1, 1), dt.date(year, DECEMBER, 31)
    part = max(0, (day - first).days + 1) / ((last - first).days + 1)
    rows, _ = rows_of(linkage, year)
    due = (pl.col("pim_soles").cast(pl.Float64) * part).round(2)
    table = actions.select("accion").join(rows.select("accion", "pim_soles", "devengado_soles"), on="accion", how="left", validate="1:1")
    ratio = pl.when((due > 0) & pl.col("devengado_soles").is_not_null()).then(pl.col("devengado_soles").cast(pl.Float64) / due)
    return Pace(
        day,
        table.select(
            "accion",
            devengado_al_ritmo_soles="devengado_soles",
            esperado_soles=due.cast(MONEY),
            esperado_ratio=ratio,
            esperado_motivo=pl.when(ratio.is_null() & (pl.col("pim_soles") > 0)).then(
                pl.when(pl.col("devengado_soles").is_null()).then(pl.lit(NO_ACCRUAL)).otherwise(pl.lit(TOO_EARLY))
            ),
            curva=pl.lit(BY_DAY),
        ),
    )
