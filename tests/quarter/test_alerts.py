"""Which units are alerts, and what changed since the cut-off before."""

from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.money.follow import month_ends
from presupuesto_link.quarter.alerts import alerts_of, colour_changes
from tests.money.monthly import months, row
from tests.money.test_on_time import light

RESULTS = pl.DataFrame({"elemento": ["AER.01.01"], "color_resultado": ["verde"]})


def alert(now, before=None):
    """The alert of AER.01.01 in June, with accrual `now` of 500 expected and `before` of 500 expected."""
    ends = month_ends(2025)
    table, old = (light(months(row(0, pim=pim), row(1, devengado=v))) if v else None for pim, v in (("1000", now), ("990", before)))
    previous = None if old is None else old.filter(pl.col("mes") == 6)
    return alerts_of(table, 6, previous, ends, RESULTS).filter(pl.col("unidad") == "AER.01.01").to_dicts()


@pytest.mark.parametrize(
    ("now", "before", "kind", "change"),
    [
        ("400", "495", "atraso", "nueva"),
        ("400", "400", "atraso", "sigue"),
        ("400", "100", "atraso", "mejora"),
        ("100", "400", "atraso grave", "empeora"),
        ("600", "495", "adelanto por revisar", "sin cambio"),
        ("100", None, "atraso grave", "sin corte anterior"),
    ],
)
def test_kind_and_change(now, before, kind, change):
    (found,) = alert(now, before)
    assert (found["alerta"], found["cambio"], found["color_resultado"]) == (kind, change, "verde")
    assert found["soles_en_riesgo"] == max(Decimal(500) - Decimal(now), 0)
    assert found["pim_cambio_soles"] == (None if before is None else Decimal(10))


def test_what_is_on_time_is_no_alert():
    assert alert("500") == []


def test_a_unit_without_figure_before_is_new_and_never_said_to_lack_a_cut_off():
    ends = month_ends(2025)
    table = light(months(row(0, pim="1000"), row(1, devengado="400")))
    gone = light(months(row(0, pim="10", accion="AER.02.01"), row(1, devengado="5", accion="AER.02.01")))
    found = alerts_of(table, 6, gone.filter(pl.col("mes") == 6), ends, RESULTS)
    assert found.filter(pl.col("unidad") == "AER.01.01")["cambio"].item() == "nueva"


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        ("500", "100", "mejora"),
        ("500", "400", "mejora"),
        ("400", "495", "empeora"),
        ("400", "400", "sin cambio"),
        ("500", None, "sin corte anterior"),
    ],
)
def test_what_got_well_is_no_alert_and_is_a_change(now, before, change):
    """From red or amber to green it leaves the alerts: counting improvements among them would miss it."""
    table, old = (light(months(row(0, pim="1000"), row(1, devengado=v))) if v else None for v in (now, before))
    previous = None if old is None else old.filter(pl.col("mes") == 6)
    found = colour_changes(table, 6, previous).filter(pl.col("unidad") == "AER.01.01").row(0, named=True)
    assert found["cambio"] == change


def test_a_unit_that_was_not_there_cannot_be_compared():
    table = light(months(row(0, pim="1000"), row(1, devengado="400")))
    gone = light(months(row(0, pim="10", accion="AER.02.01"), row(1, devengado="5", accion="AER.02.01")))
    found = colour_changes(table, 6, gone.filter(pl.col("mes") == 6))
    assert found.filter(pl.col("unidad") == "AER.01.01")["cambio"].item() == "sin cifra que comparar"


def june(*rows, results=RESULTS, light_until=6):
    ends = month_ends(2025)
    return alerts_of(light(months(*rows), light_until), 6, None, ends, results)


def staged(accrued, certified, committed, **codes):
    """A PIM of 1,000, of which 500 of each stage are expected by June."""
    return (row(0, pim="1000", **codes), row(1, devengado=accrued, certificado=certified, comprometido=committed, **codes))


@pytest.mark.parametrize(
    ("accrued", "certified", "committed", "kind"),
    [
        ("500", "100", "500", "sin certificar a tiempo"),
        ("500", "500", "100", None),  # what is not committed in time is no alert by itself
        ("600", "100", "500", "adelanto por revisar"),
        ("475", "375", "500", None),  # on both edges
        ("475", "374.99", "500", "sin certificar a tiempo"),
        ("474.99", "100", "500", "atraso"),
        ("374.99", "500", "500", "atraso grave"),
    ],
)
def test_the_certificate_is_an_alert_only_where_accrual_is_on_time(accrued, certified, committed, kind):
    found = june(*staged(accrued, certified, committed)).filter(pl.col("unidad") == "AER.01.01")
    assert found["alerta"].to_list() == ([] if kind is None else [kind])


def test_the_gravest_come_first_and_of_equals_the_one_with_most_money_behind():
    cases = {"1": ("600", "500"), "2": ("500", "100"), "3": ("400", "500"), "4": ("420", "500"), "5": ("100", "500"), "6": ("50", "500")}
    rows = [r for unit, (accrued, certified) in cases.items() for r in staged(accrued, certified, "500", sec_ejec=unit)]
    silent = (row(0, pim="0", sec_ejec="7"), row(1, devengado="9", sec_ejec="7"))
    found = june(*rows, *silent).filter(pl.col("nivel") == "ejecutora")
    assert found["unidad"].to_list() == ["6", "5", "3", "4", "2", "1", "7"]
    assert found["soles_en_riesgo"].to_list() == [Decimal(v) for v in (450, 400, 100, 80, 0, 0)] + [None]


def test_a_unit_without_money_is_neither_an_alert_nor_a_change():
    rows = staged("500", "500", "500")
    assert june(*rows).is_empty()
    changes = colour_changes(light(months(*rows)), 6, None)
    assert changes.filter(pl.col("nivel") == "AER")["unidad"].to_list() == ["AER.01.01"]


def test_days_in_red_do_not_see_beyond_the_month_of_the_cut():
    """Red since January until June; in July it got well."""
    rows = (row(0, pim="1200"), row(7, devengado="700"))
    found = june(*rows, light_until=7).filter(pl.col("unidad") == "AER.01.01")
    assert found["dias_en_rojo"].to_list() == [150]  # from 31 January to 30 June


def test_a_larger_budget_than_before_is_a_change_above_zero():
    table, old = (light(months(row(0, pim=pim), row(1, devengado="400"))) for pim in ("1000", "990"))
    found = colour_changes(table, 6, old.filter(pl.col("mes") == 6))
    assert found.filter(pl.col("unidad") == "AER.01.01")["pim_cambio_soles"].item() == Decimal(10)
