"""The light of a quarter by hand: what it adds up, the cut-off before it, and money on time beside results."""

import datetime as dt
from dataclasses import fields
from decimal import Decimal
from types import SimpleNamespace

import polars as pl
import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.evaluation.matrix import count_cells
from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.money.cut import Cut
from presupuesto_link.money.follow import Followed, month_ends
from presupuesto_link.quarter import light as quarter
from presupuesto_link.quarter.alerts import alerts_of
from presupuesto_link.specs import SemaforoSpec
from presupuesto_link.tables.levels import Levels
from tests.money.kept import Shelf, inputs_of, line, linked
from tests.money.monthly import ACTIONS, months, row
from tests.money.test_on_time import light

ENDS, LEVELS = month_ends(2025), Levels("OER", "AER")
NO_RESULTS = pl.DataFrame(schema={"elemento": pl.String, "color_resultado": pl.String})


def followed(table=None, month=6, cut_off=ENDS[6]):
    snapshot = SimpleNamespace(cut_off=cut_off.isoformat())
    return Followed(SimpleNamespace(snapshot=snapshot), 2025, month, cut_off, table, {}, False)


def monitoring(**given):
    blank = dict.fromkeys((f.name for f in fields(quarter.Monitoring)), None)
    return quarter.Monitoring(**blank | {"analysis": SimpleNamespace(levels=LEVELS)} | given)


def spending(action, pim, accrued, **codes):
    return row(0, pim=pim, accion=action, **codes), row(1, devengado=accrued, accion=action, **codes)


MONEY = (
    *spending("AER.01.01", "1000", "100"),  # 400 behind of the 500 expected by June
    *spending("AER.02.01", "200", "90"),  # 10 behind, in amber
    *spending("AER.01.02", "600", "0", vinculo=TRANSVERSAL),
    *spending(None, "800", "0", vinculo="no vinculado"),
)


def test_soles_at_risk_are_of_the_actions_that_add_up():
    table = light(months(*MONEY), until=7)
    found = monitoring(followed=followed(), light=table, alerts=alerts_of(table, 6, None, ENDS, NO_RESULTS))
    assert found.at_risk == Decimal(410)
    assert set(found.action_alerts["unidad"]) == {"AER.01.01", "AER.01.02", "AER.02.01"}
    assert sorted(found.with_money["unidad"]) == ["AER.01.01", "AER.01.02", "AER.02.01"]
    assert sorted(found.red["unidad"]) == ["AER.01.01", "AER.01.02"]


@pytest.mark.parametrize(("month", "cuts"), [(2, (2,)), (3, (3,)), (5, (3, 5)), (6, (3, 6)), (11, (3, 6, 9, 11)), (12, (3, 6, 9, 12))])
def test_the_cuts_are_the_quarters_closed_and_the_month_looked_at(month, cuts):
    assert monitoring(followed=followed(month=month)).cuts == cuts


def test_who_spends_against_its_result_and_who_is_fine_in_both():
    pairs = [
        ("verde", "verde"),
        ("verde", "amarillo"),
        ("amarillo", "verde"),
        ("verde", "rojo"),
        ("amarillo", "rojo"),
        ("rojo", "rojo"),
        ("gris", "rojo"),
    ]
    actions = pl.DataFrame(
        [
            {"accion": str(n), "banda_ejecucion": m, "banda_resultado": r, "vinculo": "directo", "pim_soles": 1, "devengado_soles": 1}
            for n, (m, r) in enumerate(pairs)
        ]
    )
    found = monitoring(cells=count_cells(actions, (2025, 2024)))
    assert (found.both_green, found.against) == (1, 2)


@pytest.mark.parametrize(
    ("accrued", "advance", "bands"),
    [
        ("375.00", 0.75, ("amarillo", "amarillo")),
        ("374.99", 0.7499, ("rojo", "rojo")),
        ("475.00", 0.95, ("verde", "verde")),
        ("474.99", 0.9499, ("amarillo", "amarillo")),
        ("500.00", 1.0, ("verde", "verde")),
        ("900.00", None, ("verde", "gris")),
    ],
)
def test_money_is_on_time_by_what_was_expected_and_not_by_the_budget_of_the_year(accrued, advance, bands):
    """500 of 1,000 are expected by June, and 250 by March; results are those of the year of the ranking."""
    table = light(months(*spending("AER.01.01", "1000", accrued)))
    elements = pl.DataFrame(
        [
            {"perfil": p, "politica_nd": n, "anio": y, "elemento": "AER.01.01", "objetivo": "OER.01", "avance_ratio": a, "color": "?"}
            for p, n, y, a in (
                ("p", "cero", 2024, advance),
                ("p", "cero", 2023, 0.1),
                ("q", "cero", 2024, 0.2),
                ("p", "excluir", 2024, 0.3),
            )
        ],
        schema_overrides={"avance_ratio": pl.Float64},
    )
    spec = SimpleNamespace(
        avance=SimpleNamespace(perfil="p", politica_nd="cero"), ranking=SimpleNamespace(anio_resultado=2024), semaforo=SemaforoSpec()
    )
    plan = SimpleNamespace(acciones=ACTIONS.with_columns(nombre=pl.lit("n")))
    analysis = SimpleNamespace(levels=LEVELS, elements=elements, inputs=SimpleNamespace(spec=spec, plan=plan))
    found = quarter._alignment(analysis, followed(), table)
    one = found.row(by_predicate=pl.col("accion") == "AER.01.01", named=True)
    assert (one["banda_ejecucion"], one["banda_resultado"]) == bands
    assert one["devengado_esperado_soles"] == Decimal(500)
    assert found.height == ACTIONS.height


@pytest.mark.parametrize(("month", "before"), [(2, None), (3, None), (4, 3), (6, 3), (7, 6), (12, 9)])
def test_without_another_snapshot_the_quarter_before_is_the_last_one_that_closed_earlier(month, before):
    table = pl.DataFrame({"mes": list(range(1, 13))})
    found, said = quarter._before(inputs_of(), followed(month=month), None, table, None)
    if before is None:
        assert (found, said) == (None, None)
    else:
        assert found["mes"].to_list() == [before]
        assert said.startswith(f"{ENDS[before]:%d/%m/%Y} (cierre del trimestre previo")


def year(*flows, anio=2025):
    return line("A", anio, pim="1200"), *(line("A", anio, m, devengado=v) for m, v in flows)


def test_the_snapshot_before_is_the_last_of_the_same_extract_with_a_month_of_the_year():
    shelf, flows = Shelf(), year((1, "10"), (2, "10"))
    shelf.put("2025-01-20", *flows)  # no month had closed
    shelf.put("2025-02-28", *flows)
    last = shelf.put("2025-03-31", *flows)
    shelf.put("2025-04-30", *flows, pliego="445")  # loaded otherwise: another extract
    shelf.put("2025-05-31", *year((1, "10"), anio=2024))  # without the year
    now = shelf.put("2025-06-30", *flows)
    shelf.put("2025-07-31", *flows)
    here = Followed(SimpleNamespace(snapshot=now), 2025, 6, dt.date(2025, 6, 30), None, {}, False)
    assert quarter._previous(shelf, here) is last
    first = Followed(SimpleNamespace(snapshot=last), 2025, 2, dt.date(2025, 2, 28), None, {}, False)
    assert quarter._previous(shelf, first) is None


def test_the_snapshot_before_is_of_an_earlier_day():
    shelf = Shelf()
    now, same, earlier = (shelf.put(day, *year((1, "10"), (2, "10"))) for day in ("2025-06-30", "2025-06-30", "2025-03-31"))
    here = Followed(SimpleNamespace(snapshot=now), 2025, 2, dt.date(2025, 2, 28), None, {}, False)
    assert quarter._earlier(inputs_of(), Cut(shelf, now, None, before=earlier), here).month == 2
    with pytest.raises(InputDataError, match="un corte anterior al 28/02/2025"):
        quarter._earlier(inputs_of(), Cut(shelf, now, None, before=same), here)


def test_what_there_is_at_the_cut_leaves_out_what_is_transversal_and_is_not_told_of_an_earlier_month():
    own = linked(line("A", 2025, pim="100"), line("A", 2024, pim="7"), line("T", 2025, pim="40"), cut_off="2025-06-30", transversal=("T",))
    table = months(row(0, pim="100"), row(0, 2024, pim="7"), row(0, pim="40", vinculo=TRANSVERSAL)).with_columns(
        pl.lit(None, pl.Decimal(18, 2)).alias(name) for name in ("comprometido_anual_soles", "girado_soles")
    )
    here = Followed(own, 2025, 6, ENDS[6], table, {}, False)
    assert quarter._at_cut(here)["pim_soles"] == Decimal(100)
    assert quarter._at_cut(Followed(own, 2025, 3, ENDS[3], table, {}, False)) is None


def test_what_no_rule_links_is_an_alert_beside_those_of_the_actions():
    """The table of alerts has its row: who counts those of the actions must say that there is another."""
    table = light(months(*MONEY), until=7)
    found = monitoring(followed=followed(), light=table, alerts=alerts_of(table, 6, None, ENDS, NO_RESULTS))
    rows = found.alerts.filter(pl.col("nivel") == LEVELS.accion)
    assert found.loose_alert
    assert rows.height == found.action_alerts.height + 1
    without = rows.filter(pl.col("unidad") != LEVELS.sin_accion)
    assert not monitoring(followed=followed(), light=table, alerts=without).loose_alert
