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
    return alerts_of(table, 6, previous, ends, ends[6], RESULTS).filter(pl.col("unidad") == "AER.01.01").to_dicts()


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
    found = alerts_of(table, 6, gone.filter(pl.col("mes") == 6), ends, ends[6], RESULTS)
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
