"""Which month of a year is followed, and from which snapshot each earlier year comes."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.commands import main
from presupuesto_link.errors import InputDataError
from presupuesto_link.evaluation.evaluate import evaluate
from presupuesto_link.money.cut import Cut
from presupuesto_link.money.follow import follow
from presupuesto_link.quarter.light import monitor
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.store import Store
from tests.sources.extracts import budget, spent, write_long
from tests.sources.pages import BY_MONTH, BY_QUARTER, WIDE, html


@pytest.fixture
def load(tmp_path, capsys):
    def loaded(cut_off, *records, name="2025-Gasto.csv"):
        path = write_long(tmp_path / name, *records)
        code = main._code(["cargar", str(path), "--al", cut_off, "--almacen", str(tmp_path / "almacen")], False)
        assert code == 0, capsys.readouterr().err
        return next(s for s in Store(tmp_path / "almacen").list() if s.cut_off == cut_off)

    return loaded


def year(anio, *flows, pim="1200"):
    return [budget(pim, ANO_EJE=str(anio)), *(spent(m, v, ANO_EJE=str(anio)) for m, v in flows)]


FLOWS = [(m, "10") for m in range(1, 8)]


@pytest.mark.parametrize(
    ("cut_off", "month"), [("2025-07-01", 6), ("2025-06-30", 6), ("2025-06-29", 5), ("2025-01-31", 1), ("2026-02-03", 7)]
)
def test_the_month_is_the_last_closed_with_accrual(inputs, tmp_path, load, cut_off, month):
    snapshot = load(cut_off, *year(2025, *FLOWS))
    assert follow(inputs, Cut(Store(tmp_path / "almacen"), snapshot, None)).month == month


def test_a_later_year_closes_december(inputs, tmp_path, load):
    snapshot = load("2026-02-03", *year(2025, *FLOWS, (12, "1")))
    found = follow(inputs, Cut(Store(tmp_path / "almacen"), snapshot, None))
    assert (found.month, found.cut_off.isoformat()) == (12, "2025-12-31")


@pytest.mark.parametrize(
    ("cut_off", "asked", "said"),
    [
        ("2025-01-30", {}, "ningún mes de 2025 había cerrado"),
        ("2025-06-29", {"month": 6}, "el mes 6 no había cerrado al corte 29/06/2025"),
        ("2025-06-29", {"year": 2023}, "no tiene filas de 2023"),
    ],
)
def test_what_cannot_be_followed_is_said(inputs, tmp_path, load, cut_off, asked, said):
    snapshot = load(cut_off, *year(2025, *FLOWS))
    with pytest.raises(InputDataError, match=said):
        follow(inputs, Cut(Store(tmp_path / "almacen"), snapshot, None, **asked))


def test_an_extract_without_months_is_said(inputs, tmp_path, load):
    snapshot = load("2025-06-30", *year(2025))
    with pytest.raises(InputDataError, match="ningún devengado por mes en 2025"):
        follow(inputs, Cut(Store(tmp_path / "almacen"), snapshot, None))


def test_the_later_history_of_the_list_wins_over_the_snapshots_own_year(inputs, tmp_path, load):
    first = load("2025-01-10", *year(2024, (1, "7")), name="a.csv")
    second = load("2025-01-20", *year(2024, (1, "9")), name="b.csv")
    snapshot = load("2025-06-30", *year(2025, *FLOWS), *year(2024, (1, "5")))
    store = Store(tmp_path / "almacen")
    for history, wanted in (((), 5), ((first,), 7), ((first, second), 9), ((second, first), 7)):
        found = follow(inputs, Cut(store, snapshot, None, history=history))
        past = found.months.filter(pl.col("anio") == 2024)
        assert past["devengado_soles"].sum() == Decimal(wanted)
        assert found.history[2024] == (history[-1] if history else snapshot).id


def test_the_cut_off_before_is_the_same_extract_else_a_quarter_else_none(inputs, tmp_path, load):
    load("2025-01-15", *year(2025, (1, "10")))  # no month of 2025 had closed: it is no cut-off to compare with
    store = Store(tmp_path / "almacen")
    snapshot = load("2025-05-31", *year(2025, *FLOWS))
    assert monitor(evaluate(inputs, Cut(store, snapshot, None, month=3))).previous is None
    assert (
        monitor(evaluate(inputs, Cut(store, snapshot, None))).previous
        == "31/03/2025 (cierre del trimestre previo en la misma instantánea, con el PIM de hoy)"
    )
    later = load("2025-06-30", *year(2025, *FLOWS, pim="1300"))
    found = monitor(evaluate(inputs, Cut(store, later, None)))
    assert found.previous_told == f"31/05/2025 (instantánea {snapshot.id})"
    assert found.modifications["neto_soles"].item() == Decimal(100)
    assert found.cells["acciones"].sum() == inputs.plan.acciones.height
    with pytest.raises(InputDataError, match="es del 30/06/2025\n  se esperaba: un corte anterior al 31/05/2025"):
        monitor(evaluate(inputs, Cut(store, snapshot, None, before=later)))


def test_a_source_by_quarters_is_looked_at_only_where_they_end(inputs, tmp_path):
    steps = [*WIDE, ["Pliego 445: GOBIERNO REGIONAL", "120", "120", "30", "30", "30", "30", "30", "25.0"]]
    store = Store(tmp_path / "almacen")
    snapshot = load_extract(html(tmp_path / "p.xls", "Trimestre", steps, BY_QUARTER), store, cut_off=dt.date(2026, 8, 22)).snapshot
    cut = Cut(store, snapshot, None)
    found = monitor(evaluate(inputs, cut))
    whole = found.light.filter(pl.col("nivel") == "total")
    assert (found.followed.month, whole["mes"].to_list()) == (6, [3, 6])
    assert whole.select("devengado_soles", "devengado_esperado_soles").rows() == [
        (Decimal("10.00"), Decimal("30.00")),
        (Decimal("30.00"), Decimal("60.00")),
    ]
    with pytest.raises(InputDataError, match="5 no es el mes en que termina uno"):
        follow(inputs, Cut(store, snapshot, None, month=5))


def test_a_cut_before_and_a_history_of_another_scope_are_refused(inputs, tmp_path):
    steps = [*WIDE, ["Pliego 445: GOBIERNO REGIONAL", "120", "120", "30", "30", "30", "30", "30", "25.0"]]
    store = Store(tmp_path / "almacen")
    whole = load_extract(html(tmp_path / "a.xls", "Mes", steps, BY_MONTH), store, cut_off=dt.date(2026, 4, 2)).snapshot
    part = load_extract(html(tmp_path / "b.xls", "Mes", steps, BY_MONTH, "Sólo Proyectos"), store, cut_off=dt.date(2026, 3, 2)).snapshot
    for asked in ({"before": part}, {"history": (part,)}):
        with pytest.raises(InputDataError, match="todo el gasto de su entidad"):
            monitor(evaluate(inputs, Cut(store, whole, None, **asked)))
