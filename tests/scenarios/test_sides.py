"""Who may give and who may receive: what is free of a line, and where the ranking is cut."""

from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.scenarios.sides import donors_of, receivers_of
from presupuesto_link.tables.numbers import MONEY
from tests.scenarios.budget import asked, base, line

GIVER, SCORES = "AER.01.01", {"AER.05.01": 0.9, "AER.06.01": 0.5, "AER.07.01": 0.1}
LINES = [line(GIVER, 100), *(line(action, 50) for action in SCORES)]


def giving(certified, accrued, policy):
    """What the giver, with 100 soles, may give: soles certified (null = not known) and accrued."""
    baseline = base(LINES, SCORES)
    own = pl.col("accion") == GIVER
    lines = baseline.lineas.with_columns(
        certificado_soles=pl.when(own).then(pl.lit(certified, MONEY)).otherwise("certificado_soles"),
        devengado_soles=pl.when(own).then(pl.lit(accrued, MONEY)).otherwise("devengado_soles"),
    )
    spec = asked(donantes={"sin_certificado": policy})
    side = donors_of(replace(baseline, lineas=lines), spec, receivers_of(baseline, spec).acciones)
    return dict(side.acciones.select("accion", "tope_soles").iter_rows()), side.excluidas["accion"].to_list()


@pytest.mark.parametrize("policy", ["excluir", "no devengado"])
def test_certified_money_is_never_free_although_it_has_not_been_accrued(policy):
    assert giving(80, 30, policy) == ({GIVER: 20}, [])


def test_a_line_that_does_not_say_its_certificate_gives_what_is_not_accrued_only_when_the_scenario_accepts_it():
    assert giving(None, 30, "no devengado") == ({GIVER: 70}, [])
    assert giving(None, 30, "excluir") == ({}, [GIVER])


def test_the_last_place_asked_for_also_receives():
    def places(count):
        return receivers_of(base(LINES, SCORES), asked(receptores={"puestos": count})).acciones["accion"].to_list()

    assert places(1) == ["AER.05.01"]
    assert places(2) == ["AER.05.01", "AER.06.01"]
    assert places(3) == ["AER.05.01", "AER.06.01", "AER.07.01"]


def caps(side):
    return dict(side.acciones.select("accion", "tope_soles").iter_rows())


@pytest.mark.parametrize(("execution", "factor", "absorbed"), [(0.6, 1.0, 0.6), (0.6, 1.5, 0.9), (0.6, 2.0, 1.0), (1.3, 0.5, 0.5)])
def test_nobody_absorbs_more_than_it_receives_whatever_is_assumed(execution, factor, absorbed):
    """Execution above its budget counts as all of it, before anything is assumed of it and after."""
    assumed = {"absorcion": {"bajo": 0.1, "central": factor, "alto": 3.0, "fuente": "prueba"}}
    asks = asked(receptores={"absorcion": {"modo": "ejecución propia"}}, supuestos=assumed)
    found = receivers_of(base(LINES, SCORES, execution=execution), asks).acciones
    assert found["absorcion_ratio"].to_list() == pytest.approx([absorbed] * 3)
    assert found["tope_soles"].to_list() == [int(50 * absorbed)] * 3


@pytest.mark.parametrize(("share", "soles", "kept"), [(0.3, 0, 30), (0.3, 45, 45), (0.6, 45, 60), (0.0, 0, 0)])
def test_a_giver_keeps_the_larger_of_its_floors(share, soles, kept):
    baseline = base(LINES, SCORES)
    asks = asked(donantes={"piso_pim_ratio": share, "piso_soles": soles, "tope_pim_ratio": 1.0})
    assert caps(donors_of(baseline, asks, receivers_of(baseline, asks).acciones)) == {GIVER: 100 - kept}


def test_a_line_that_can_give_just_the_least_amount_gives_and_no_centimo_is_made_up():
    lines = [line(GIVER, 100, 60, sec_func="1"), line(GIVER, 100, 61, sec_func="2"), *LINES[1:]]
    baseline = base(lines, SCORES)
    asks = asked(donantes={"linea_minima_soles": 40, "tope_pim_ratio": 1.0})
    side = donors_of(baseline, asks, receivers_of(baseline, asks).acciones)
    assert (caps(side), side.lineas["sec_func"].to_list()) == ({GIVER: 40}, ["1"])
    half = asked(donantes={"fraccion_saldo_ratio": 0.333, "tope_pim_ratio": 1.0})
    assert caps(donors_of(baseline, half, receivers_of(baseline, half).acciones)) == {GIVER: 13 + 12}  # 13.32 and 12.987


@pytest.mark.parametrize(("end", "cap"), [("bajo", 15), ("central", 25), ("no usar", 100)])
def test_what_the_projection_leaves_free_is_a_cap_by_the_end_asked_for(end, cap):
    close = pl.DataFrame(
        {"accion": [GIVER], "libre_bajo_soles": [Decimal("15.90")], "libre_central_soles": [Decimal("25.90")]},
        schema={"accion": pl.String, "libre_bajo_soles": MONEY, "libre_central_soles": MONEY},
    )
    baseline = replace(base(LINES, SCORES), cierre=close)
    asks = asked(donantes={"saldo_al_cierre": end, "tope_pim_ratio": 1.0})
    assert caps(donors_of(baseline, asks, receivers_of(baseline, asks).acciones)) == {GIVER: cap}
