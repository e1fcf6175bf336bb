"""The financial programme of the POI as a calendar of metas, through the signed table of metas and activities."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from presupuesto_link.linkage.bridge import MetaLink
from presupuesto_link.tables.calendar import Calendar
from presupuesto_link.tables.ceplan import VERSIONS, Poi
from presupuesto_link.tables.numbers import MONEY

PREFERRED = (VERSIONS["RE"], VERSIONS["CS"])
"""The reprogrammed plan rules; what was consistent with the opening budget, where nothing was reprogrammed."""


def calendar_of_poi(poi: Poi, links: Sequence[MetaLink]) -> Calendar:
    """What the activities of each meta have programmed by month.

    Args:
        poi: its `financiera` in the versions `PREFERRED`; the follow-up is what happened, not what was programmed.
        links: signed rows meta → AOI. An activity that several metas finance gives each the same shape, weighed by its part.

    Returns:
        A calendar by `sec_ejec, sec_func`. A meta without link, or whose activities programme nothing, is not in it.
    """
    table = pl.DataFrame(
        [(link.year, link.sec_ejec, link.sec_func, link.aoi, float(link.part)) for link in links],
        schema={"anio": pl.Int16, "sec_ejec": pl.String, "sec_func": pl.String, "aoi": pl.String, "parte": pl.Float64},
        orient="row",
    )
    joined = table.join(_programmed(poi), on=["anio", "aoi"], how="inner", validate="m:m")
    months = joined.group_by("anio", "sec_ejec", "sec_func", "mes").agg(
        programado_soles=(pl.col("monto_soles").cast(pl.Float64) * pl.col("parte")).sum().round(2).cast(MONEY)
    )
    return Calendar(
        ("sec_ejec", "sec_func"), months.sort("anio", "sec_ejec", "sec_func", "mes"), "programación financiera del POI"
    )


def _programmed(poi: Poi) -> pl.DataFrame:
    """Key `anio, aoi, mes`: soles of the version that rules each activity."""
    order = pl.col("version").replace_strict(
        {v: n for n, v in enumerate(PREFERRED)}, default=None, return_dtype=pl.Int8
    )
    given = poi.financiera.filter(pl.col("version").is_in(PREFERRED) & (pl.col("monto_soles").fill_null(0) != 0))
    ruling = given.with_columns(orden=order).filter(pl.col("orden") == pl.col("orden").min().over("anio", "aoi"))
    return ruling.group_by("anio", "aoi", "mes").agg(pl.col("monto_soles").sum())
