"""The light: ratios, edges of the colours, reasons of the greys, and money that adds up."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.money.expected import curves_of
from presupuesto_link.money.follow import month_ends
from presupuesto_link.money.on_time import days_red, measure_on_time, months_off, named_units, soles_at_risk
from presupuesto_link.specs import SeguimientoSpec, SemaforoSpec
from presupuesto_link.tables.levels import Levels
from presupuesto_link.vocabulary import STAGES
from tests.examples import few
from tests.money.monthly import ACTIONS, months, row

SPEC, BANDS = SeguimientoSpec(), SemaforoSpec()


def light(frame, until=6, calendars=()):
    counted = frame.filter(pl.col("vinculo") != TRANSVERSAL)
    return measure_on_time(frame, curves_of(counted, 2025, SPEC, calendars), ACTIONS, Levels("OER", "AER"), 2025, until, (SPEC, BANDS))


def at(table, unit, month=6, level="AER"):
    return table.row(by_predicate=(pl.col("nivel") == level) & (pl.col("unidad") == unit) & (pl.col("mes") == month), named=True)


def spending(pim, accrued, **codes):
    return months(row(0, pim=pim, **codes), row(1, devengado=accrued, **codes))


@pytest.mark.parametrize(
    ("accrued", "colour", "ahead"),
    [
        ("374.99", "rojo", False),
        ("375.00", "amarillo", False),
        ("474.99", "amarillo", False),
        ("475.00", "verde", False),
        ("550.00", "verde", False),
        ("550.01", "verde", True),
    ],
)
def test_edges_belong_to_the_band_above_and_only_more_than_the_notice_is_ahead(accrued, colour, ahead):
    found = at(light(spending("1000", accrued)), "AER.01.01")  # by June half is expected: 500
    assert (found["devengado_esperado_soles"], found["color_devengado"], found["adelanto"]) == (Decimal(500), colour, ahead)
    assert found["devengado_ratio"] == pytest.approx(float(accrued) / 500)


def test_an_edge_in_centimos_is_still_the_edge():
    assert at(light(spending("0.80", "0.30")), "AER.01.01")["color_devengado"] == "amarillo"  # 0.30 of 0.40


def test_every_grey_says_why():
    table = light(
        months(row(0, pim="0", accion="AER.01.02"), row(1, devengado="9", accion="AER.01.02"), row(0, pim="-5"), row(1, devengado="1"))
    )
    assert at(table, "AER.01.01")["devengado_motivo"] == "sin PIM"
    paid = at(table, "AER.01.02")
    assert (paid["devengado_soles"], paid["devengado_ratio"], paid["devengado_motivo"], paid["color_devengado"]) == (
        Decimal(9),
        None,
        "sin PIM",
        "gris",
    )
    gone = at(table, "AER.02.01")
    assert (gone["devengado_motivo"], gone["pim_soles"], gone["color_certificado"]) == ("ninguna línea vinculada", None, "gris")


def test_nothing_due_yet_is_grey_and_so_is_a_stage_without_months():
    history = [row(12, y, devengado="5") for y in (2022, 2023, 2024)]
    found = at(light(months(*history, row(0, pim="100", certificado="80"), row(1, devengado="10"))), "AER.01.01")
    assert found["devengado_motivo"] == "no se espera nada todavía a esta fecha"
    assert (found["certificado_soles"], found["certificado_motivo"]) == (None, "la fuente no da esta etapa por mes")


def test_each_stage_is_measured_by_its_own_money():
    found = at(light(months(row(0, pim="100"), row(1, certificado="50", comprometido="45", devengado="20"))), "AER.01.01")
    # by June half of the PIM is expected of each stage: 50
    assert {stage: (found[f"{stage}_soles"], found[f"{stage}_ratio"], found[f"color_{stage}"]) for stage in STAGES} == {
        "certificado": (Decimal(50), 1.0, "verde"),
        "compromiso": (Decimal(45), 0.9, "amarillo"),
        "devengado": (Decimal(20), 0.4, "rojo"),
    }


def test_transversal_money_is_beside_and_never_added():
    other = {"accion": "AER.01.02", "vinculo": TRANSVERSAL}
    table = light(months(row(0, pim="100"), row(1, devengado="50"), row(0, pim="40", **other), row(2, devengado="4", **other)))
    beside = at(table, "AER.01.02")
    assert (beside["pim_soles"], beside["devengado_soles"], beside["vinculo"]) == (Decimal(40), Decimal(4), TRANSVERSAL)
    for level, unit in (("total", "todo"), ("OER", "OER.01"), ("fuente", "1")):
        assert at(table, unit, level=level)["pim_soles"] == Decimal(100)


@pytest.mark.parametrize("column", ["fuente", "programa", "sec_func", "sec_ejec"])
def test_a_layout_without_a_column_has_no_light_by_it(column):
    table = light(spending("1000", "500").drop(column))
    assert at(table, "AER.01.01")["color_devengado"] == "verde"
    level = {"sec_ejec": "ejecutora"}.get(column, column)
    assert table.filter(pl.col("nivel") == level).is_empty()


def test_the_curve_and_its_shares_are_beside_every_row():
    history = [row(1, y, devengado="5") for y in (2022, 2023, 2024)]
    table = light(months(*history, row(0, pim="75"), row(0, pim="25", generica="6"), row(1, devengado="1")))
    found = at(table, "AER.01.01")
    assert found["curva"] == "estacionalidad 75 % + lineal 25 %"
    assert [found[f"parte_{k}_ratio"] for k in ("calendario", "estacionalidad", "lineal")] == [0.0, 0.75, 0.25]
    assert found["devengado_esperado_soles"] == Decimal("87.50")  # 75 × 1 + 25 × 6/12


def test_days_in_red_count_from_the_close_of_the_first_month_of_the_run():
    # 100 a month expected; cumulated 0, 200, 200, 200: red, green, red (0.67), red (0.5)
    table = light(months(row(0, pim="1200"), row(2, devengado="200")), until=4)
    days = days_red(table, month_ends(2025))
    assert days.filter(pl.col("unidad") == "AER.01.01")["dias_en_rojo"].item() == 30  # 31 March to 30 April
    back = days_red(table.filter(pl.col("mes") <= 2), month_ends(2025))
    assert back["dias_en_rojo"].to_list() == [0] * back.height


def test_soles_at_risk_is_what_is_missing_of_what_was_expected():
    risk = light(spending("1000", "400")).with_columns(r=soles_at_risk())
    assert at(risk, "AER.01.01")["r"] == Decimal(100)
    assert at(risk, "AER.01.01", 1)["r"] == Decimal(0)
    assert at(risk, "AER.02.01")["r"] is None


@pytest.mark.parametrize(("accrued", "risk"), [("474.99", "25.01"), ("475.00", "0"), ("499.00", "0"), ("600.00", "0")])
def test_what_green_lacks_is_not_at_risk(accrued, risk):
    found = light(spending("1000", accrued)).with_columns(r=soles_at_risk())  # 500 are expected by June
    assert at(found, "AER.01.01")["r"] == Decimal(risk)


def test_months_off_look_at_each_month_alone():
    # 100 a month: 74, 75, 110, 111, 0, 100
    flows = [row(m, devengado=v) for m, v in enumerate(("74", "75", "110", "111", "0", "100"), 1)]
    off = months_off(light(months(row(0, pim="1200"), *flows)), SPEC, BANDS).filter(pl.col("unidad") == "AER.01.01")
    assert off.row(0)[2:] == (6, 2, 1, "1, 5", "4")


def test_months_of_which_nothing_was_expected_are_not_looked_at():
    history = [row(m, y, devengado="5") for y in (2022, 2023, 2024) for m in (5, 12)]
    table = light(months(*history, row(0, pim="100"), row(1, devengado="10"), row(5, devengado="20")))
    off = months_off(table, SPEC, BANDS).filter(pl.col("unidad") == "AER.01.01")
    assert off.row(0)[2:] == (1, 1, 0, "5", "")  # only of May something was expected: 50


def test_what_has_no_action_is_in_the_light_and_is_no_unit():
    table = light(months(row(0, pim="100"), row(0, pim="9", accion=None, vinculo="no vinculado"), row(1, devengado="50")))
    now = table.filter((pl.col("nivel") == "AER") & (pl.col("mes") == 6))
    assert (now.height, named_units(now, Levels("OER", "AER"))) == (4, 3)


CENTIMOS = st.integers(-10_000, 1_000_000).map(lambda c: str(Decimal(c) / 100))
LINE = st.tuples(
    st.integers(0, 6),
    CENTIMOS,
    st.sampled_from(["AER.01.01", "AER.02.01", None]),
    st.sampled_from(["3", "6", None]),
    st.sampled_from(["1", "2"]),
)


@pytest.mark.propiedad
@settings(max_examples=few(25))
@given(st.lists(LINE, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_money_is_conserved_and_the_order_of_rows_is_irrelevant(lines, chance):
    rows = [row(m, accion=a, generica=g, fuente=f, **{"devengado" if m else "pim": v}) for m, v, a, g, f in lines]
    table = light(months(*rows))
    actions = table.filter(pl.col("nivel") == "AER").group_by("mes").agg(pl.col("pim_soles", "devengado_soles").sum()).sort("mes")
    for month in range(1, 7):
        whole = at(table, "todo", month, "total")
        spent = sum((Decimal(v) for m, v, *_ in lines if 0 < m <= month), Decimal(0))
        assert whole["pim_soles"] == actions["pim_soles"][month - 1] == sum((Decimal(v) for m, v, *_ in lines if not m), Decimal(0))
        assert (whole["devengado_soles"] or 0) == actions["devengado_soles"][month - 1] == spent
    chance.shuffle(rows)
    assert light(months(*rows)).equals(table)
