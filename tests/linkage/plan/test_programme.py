"""The financial programme of the POI as a calendar of metas."""

from decimal import Decimal
from fractions import Fraction

import polars as pl

from presupuesto_link.linkage.plan.bridge import MetaLink
from presupuesto_link.linkage.plan.programme import calendar_of_poi, with_blank_months
from presupuesto_link.sources.ceplan import read_export
from presupuesto_link.tables.ceplan import read_poi
from tests.sources.ceplan_samples import FINANCIAL_PLAN, aoi, months, write_book


def link(meta: str, activity: str, part: str = "1", year: int = 2024) -> MetaLink:
    return MetaLink(2, year, "775", meta, activity, Fraction(part), ("Ana", "2024-01-15"))


def test_the_reprogrammed_plan_rules_and_an_activity_gives_its_part(tmp_path):
    """AOI001 was reprogrammed: 10 in January and 30 in February. AOI002 was not: its 40 of the opening plan. Meta 7 has all of one and half the other."""
    path = write_book(
        tmp_path,
        "fin",
        FINANCIAL_PLAN,
        aoi("AOI001", **{"GG ID": 3}, **months("Fn(CS)", 100, *[0] * 11, total=100), **months("Fn(RE)", 10, 30, *[0] * 10, total=40)),
        aoi("AOI002", **{"GG ID": 3}, **months("Fn(CS)", 40, *[0] * 11, total=40)),
        aoi("AOI003", **{"GG ID": 3}, **months("Fn(CS)", 5, *[0] * 11, total=5)),
    )
    poi = read_poi([read_export(path)])
    found = calendar_of_poi(poi, [link("7", "AOI001"), link("7", "AOI002", "1/2"), link("8", "AOI999"), link("9", "AOI003", year=2025)])
    assert found.keys == ("sec_ejec", "sec_func")
    assert found.name == "programación financiera del POI"
    rows = found.meses.filter(pl.col("programado_soles") > 0).select("anio", "sec_func", "mes", "programado_soles").rows()
    assert rows == [(2024, "7", 1, Decimal("30.00")), (2024, "7", 2, Decimal("30.00"))]


def test_a_blank_month_is_not_taken_for_a_zero(tmp_path):
    """AOI002 has eleven blanks: the metas it shares with others have no calendar either, and it is named."""
    path = write_book(
        tmp_path,
        "fin",
        FINANCIAL_PLAN,
        aoi("AOI001", **{"GG ID": 3}, **months("Fn(CS)", *[1] * 12, total=12)),
        aoi("AOI002", **{"GG ID": 3}, **months("Fn(CS)", 40, total=40)),
    )
    poi = read_poi([read_export(path)])
    found = calendar_of_poi(poi, [link("7", "AOI001", "1/2"), link("7", "AOI002", "1/2"), link("8", "AOI001")])
    assert found.meses["sec_func"].unique().to_list() == ["8"]
    assert with_blank_months(poi).rows() == [(2024, "AOI002")]


def test_nothing_signed_is_an_empty_calendar(tmp_path):
    path = write_book(tmp_path, "fin", FINANCIAL_PLAN, aoi("AOI001", **{"GG ID": 3}, **months("Fn(CS)", 100, total=100)))
    assert calendar_of_poi(read_poi([read_export(path)]), []).meses.is_empty()
