"""Which snapshot is taken, whose spending it must hold, and which of the years of several snapshots decide."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.money.cut import Cut, holds, latest_of, link_cut
from presupuesto_link.money.money import money_of
from presupuesto_link.vocabulary import DEPARTMENT, EVERYTHING, PLIEGO
from tests.money.kept import SCOPES, Shelf, inputs_of, line

OWN = line("A", pim="10")
OTHERS = line("A", pim="10", pliego="452")


def test_the_newest_snapshot_with_the_spending_is_taken_and_those_of_other_entities_passed_over():
    shelf = Shelf()
    shelf.put("2025-03-31", OWN)
    newest = shelf.put("2025-05-31", OWN)
    shelf.put("2025-06-30", OTHERS)
    shelf.put("2025-07-31", OTHERS, pliego="452")
    shelf.put("2025-04-30", OWN)
    assert latest_of(shelf, SCOPES, PLIEGO) is newest


@pytest.mark.parametrize(("scope", "filters"), [(PLIEGO, {"departamento_meta": "06"}), (DEPARTMENT, {"pliego": "445"})])
def test_an_older_snapshot_is_never_taken_in_place_of_the_own_newest_that_holds_only_a_part(scope, filters):
    shelf = Shelf()
    shelf.put("2025-03-31", OWN | {"departamento_meta": "06"})
    shelf.put("2025-05-31", OWN | {"departamento_meta": "06"}, **filters)
    with pytest.raises(InputDataError, match=r"20250531-1\n  se encontró: se cargó sólo con"):
        latest_of(shelf, SCOPES, scope)


def test_when_no_snapshot_holds_the_spending_the_reason_of_the_newest_is_told():
    shelf = Shelf()
    shelf.put("2025-03-31", OTHERS)
    shelf.put("2025-05-31", OTHERS)
    with pytest.raises(InputDataError, match="20250531-1"):
        latest_of(shelf, SCOPES, PLIEGO)
    with pytest.raises(InputDataError, match="un almacén vacío"):
        latest_of(Shelf(), SCOPES, PLIEGO)


def test_a_snapshot_holds_a_scope_when_it_has_its_rows_and_no_other_filter():
    shelf = Shelf()
    own, others, part = shelf.put("2025-03-31", OWN), shelf.put("2025-04-30", OTHERS), shelf.put("2025-05-31", OWN, nivel="R")
    assert [holds(shelf, one, SCOPES, PLIEGO) for one in (own, others, part)] == [True, False, False]
    assert holds(shelf, others, SCOPES, EVERYTHING)


def test_the_link_of_a_cut_is_of_its_scope_and_of_the_snapshot_asked_for():
    shelf = Shelf()
    own, other = shelf.put("2025-03-31", OWN, line("A", pim="7", pliego="452")), shelf.put("2025-04-30", line("A", pim="3"))

    def pim(cut, snapshot=None):
        return link_cut(inputs_of(), cut, snapshot).coverage.acciones.filter(pl.col("lineas") > 0)["pim_soles"].item()

    assert pim(Cut(shelf, own, None)) == Decimal(10)
    assert pim(Cut(shelf, own, None, EVERYTHING)) == Decimal(17)
    assert pim(Cut(shelf, own, None), other) == Decimal(3)
    assert link_cut(inputs_of(), Cut(shelf, own, None, with_suggested=True)).with_suggested


def test_the_cut_before_is_of_the_same_year_at_its_own_last_month_and_without_other_history():
    shelf = Shelf()
    before, snapshot = shelf.put("2025-03-31", OWN | {"anio": 2024}), shelf.put("2026-01-31", OWN, line("A", 2025), line("A", 2026))
    cut = Cut(shelf, snapshot, None, year=2024, month=6, history=(before,), before=before).of(before)
    assert (cut.snapshot, cut.year, cut.month, cut.history, cut.before) == (before, 2024, None, (), None)
    assert Cut(shelf, snapshot, None).chosen_year == 2026
    assert Cut(shelf, snapshot, None).of(before).year == 2026


def test_a_cut_has_its_own_year_and_those_before_and_a_history_that_closed_rules_over_them():
    shelf = Shelf()
    past = shelf.put("2024-01-31", line("A", 2022, pim="22"), line("A", 2023, pim="23"), line("A", pim="99"))
    snapshot = shelf.put("2025-07-01", *(line("A", y, pim="5") for y in (2022, 2023, 2024, 2025)))
    money = money_of(inputs_of(), Cut(shelf, snapshot, None, year=2024, history=(past,)))
    assert [(b.anio, b.totales["pim_soles"], b.origen.id) for b in money.budgets] == [
        (2024, Decimal(5), snapshot.id),
        (2023, Decimal(23), past.id),
        (2022, Decimal(22), past.id),
    ]


def test_only_the_year_in_course_has_a_pace():
    shelf = Shelf()
    snapshot = shelf.put("2025-07-01", *(line("A", y, pim="365", devengado="91") for y in (2024, 2025)))
    money = money_of(inputs_of(), Cut(shelf, snapshot, None))
    closed, course = money.of(2024), money.of(2025)
    assert (closed.ritmo, closed.medida, closed.totales["ejecucion_ratio"]) == (None, "devengado ÷ PIM", pytest.approx(91 / 365))
    assert (course.ritmo.al, course.totales["esperado_soles"], course.totales["ejecucion_ratio"]) == (
        dt.date(2025, 7, 1),
        Decimal(182),
        0.5,
    )


def test_the_pim_of_september_comes_from_the_last_snapshot_of_that_day_with_the_scope_and_only_of_a_closed_year():
    shelf = Shelf()
    shelf.put("2024-09-29", line("A", pim="1"))
    shelf.put("2024-09-30", line("A", pim="2"))
    shelf.put("2024-09-30", line("A", pim="3"))
    shelf.put("2024-09-30", line("A", pim="4", pliego="452"))
    shelf.put("2025-09-30", line("A", 2025, pim="6"))
    snapshot = shelf.put("2025-10-15", line("A", pim="10"), line("A", 2025, pim="20"))
    money = money_of(inputs_of(), Cut(shelf, snapshot, None))
    assert money.of(2024).setiembre.rows() == [("A", Decimal(3))]
    assert money.of(2025).setiembre is None
    shelf.kept = {snapshot.id: shelf.kept[snapshot.id]}
    assert money_of(inputs_of(), Cut(shelf, snapshot, None)).of(2024).setiembre is None


def test_with_months_the_pace_is_of_the_last_one_that_closed_and_a_year_that_ended_has_none():
    """50 a month of 1,200: 400 of the 800 that equal twelfths expect by the end of August."""
    shelf = Shelf()
    flows = [line("A", 2025, pim="1200"), *(line("A", 2025, m, devengado="50") for m in range(1, 13))]
    snapshot = shelf.put("2025-09-10", *flows[:10])
    course = money_of(inputs_of(), Cut(shelf, snapshot, None)).of(2025)
    assert (course.ritmo.al, course.totales["esperado_soles"], course.totales["ejecucion_ratio"]) == (
        dt.date(2025, 8, 31),
        Decimal(800),
        0.5,
    )
    assert course.totales["devengado_soles"] == Decimal(450)
    ended = shelf.put("2025-12-31", *flows)
    closed = money_of(inputs_of(), Cut(shelf, ended, None)).of(2025)
    assert (closed.ritmo, closed.totales["ejecucion_ratio"], closed.medida) == (None, 0.5, "devengado ÷ PIM")
