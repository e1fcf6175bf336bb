"""The financial programme of the POI as a calendar of metas, through the signed table of metas and activities."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from presupuesto_link.linkage.plan.bridge import MetaLink
from presupuesto_link.tables.calendar import Calendar
from presupuesto_link.tables.ceplan import VERSIONS, Poi
from presupuesto_link.tables.numbers import MONEY, known_sum
from presupuesto_link.vocabulary import DECEMBER

_META = ("anio", "sec_ejec", "sec_func")
PREFERRED = (VERSIONS["RE"], VERSIONS["CS"])
"""The reprogrammed plan rules; what was consistent with the opening budget, where nothing was reprogrammed."""


def calendar_of_poi(poi: Poi, links: Sequence[MetaLink]) -> Calendar:
    """What the activities of each meta have programmed by month.

    Args:
        poi: its `financiera` in the versions `PREFERRED`; the follow-up is what happened, not what was programmed.
        links: signed rows meta → AOI. An activity that several metas finance gives each the same shape, weighed by its part.

    Returns:
        A calendar by `sec_ejec, sec_func`. A meta without link, whose activities programme nothing, or one of whose activities has
        some month blank (see `with_blank_months`), is not in it.
    """
    table = pl.DataFrame(
        [(link.year, link.sec_ejec, link.sec_func, link.aoi, float(link.part)) for link in links],
        schema={"anio": pl.Int16, "sec_ejec": pl.String, "sec_func": pl.String, "aoi": pl.String, "parte": pl.Float64},
        orient="row",
    )
    blank = with_blank_months(poi)
    doubtful = table.join(blank, on=["anio", "aoi"], how="semi").select(_META).unique()
    sure = table.join(doubtful, on=list(_META), how="anti")
    joined = sure.join(_programmed(poi), on=["anio", "aoi"], how="inner", validate="m:m")
    months = joined.group_by("anio", "sec_ejec", "sec_func", "mes").agg(
        programado_soles=(pl.col("monto_soles").cast(pl.Float64) * pl.col("parte")).sum().round(2).cast(MONEY)
    )
    return Calendar(("sec_ejec", "sec_func"), months.sort("anio", "sec_ejec", "sec_func", "mes"), "programación financiera del POI")


def with_blank_months(poi: Poi) -> pl.DataFrame:
    """Key `anio, aoi`: activities that programme money but not in every month: whether a blank is a 0 only the planning office knows."""
    months = _programmed(poi).drop_nulls("monto_soles").group_by("anio", "aoi").len()
    return months.filter(pl.col("len") < DECEMBER).select("anio", "aoi").sort("anio", "aoi")


def _programmed(poi: Poi) -> pl.DataFrame:
    """Key `anio, aoi, mes`: soles of the version that rules each activity, that with some money; null where no row gives the month."""
    order = pl.col("version").replace_strict({v: n for n, v in enumerate(PREFERRED)}, default=None, return_dtype=pl.Int8)
    given = poi.financiera.filter(pl.col("version").is_in(PREFERRED)).with_columns(orden=order)
    moved = given.filter(pl.col("monto_soles").fill_null(0) != 0)
    ruling = moved.group_by("anio", "aoi").agg(pl.col("orden").min())
    rows = given.join(ruling, on=["anio", "aoi", "orden"], how="semi")
    total = known_sum("monto_soles")
    return rows.group_by("anio", "aoi", "mes").agg(total.cast(MONEY).alias("monto_soles"))
