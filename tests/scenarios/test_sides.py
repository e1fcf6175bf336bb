"""Who may give and who may receive: what is free of a line, and where the ranking is cut."""

from dataclasses import replace

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
