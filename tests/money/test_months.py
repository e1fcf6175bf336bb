"""The calendar of what is followed: when a month ends, when it has closed, and of which day each figure is."""

import datetime as dt

import polars as pl
import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.money.cut import Cut
from presupuesto_link.money.follow import closed_month, complete_years, follow, has_months, month_ends
from presupuesto_link.store.snapshot import Snapshot
from tests.money.kept import Shelf, line, linked, manifest


def following(*flows, cut_off="2025-09-10", month=None, year=2025, transversal=(), **about):
    """What is followed of a PIM and of (month, accrual) of an action."""
    lines = [line("A", year, pim="1200"), *(line("A", year, m, devengado=v) for m, v in flows), line("T", year, 1, devengado="9")]
    own = linked(*lines, cut_off=cut_off, transversal=transversal)
    return follow(None, Cut(Shelf(), own.snapshot, None, month=month, **about), own)


FLOWS = [(m, "10") for m in range(1, 10)]


@pytest.mark.parametrize("year", [2023, 2024, 2100])
def test_the_day_after_a_month_ends_is_the_first_of_the_next(year):
    ends = month_ends(year)
    assert list(ends) == list(range(1, 13))
    after = [day + dt.timedelta(1) for day in ends.values()]
    assert after == [dt.date(year, m, 1) for m in range(2, 13)] + [dt.date(year + 1, 1, 1)]


@pytest.mark.parametrize(
    ("cut_off", "month"),
    [
        ("2023-12-31", 0),
        ("2024-01-30", 0),
        ("2024-01-31", 1),
        ("2024-02-28", 1),  # a leap year
        ("2024-02-29", 2),
        ("2024-12-30", 11),
        ("2024-12-31", 12),
        ("2025-01-01", 12),
    ],
)
def test_a_month_has_closed_on_its_last_day(cut_off, month):
    assert closed_month(dt.date.fromisoformat(cut_off), 2024) == month


def test_the_years_before_that_are_whole_are_those_that_had_ended():
    past = Snapshot("s", manifest("2024-12-30", (2022, 2023, 2024)))
    assert complete_years(past, 2025) == [2022, 2023]
    assert complete_years(past, 2023) == [2022]
    assert complete_years(Snapshot("s", manifest("2024-12-31", (2024,))), 2025) == [2024]
    with pytest.raises(InputDataError, match="al menos un año anterior a 2022 que hubiera cerrado"):
        complete_years(past, 2022)


@pytest.mark.parametrize(
    ("cut_off", "asked", "month", "day", "month_end", "whole"),
    [
        ("2025-09-10", None, 8, "2025-09-10", "2025-08-31", True),
        ("2025-09-10", 8, 8, "2025-09-10", "2025-08-31", True),
        ("2025-09-10", 2, 2, "2025-02-28", "2025-02-28", False),
        ("2025-09-30", None, 9, "2025-09-30", "2025-09-30", True),
        ("2025-11-30", None, 9, "2025-09-30", "2025-09-30", False),  # nothing accrued after September
    ],
)
def test_figures_by_month_are_of_its_end_and_annual_ones_of_the_cut_off(cut_off, asked, month, day, month_end, whole):
    found = following(*FLOWS, cut_off=cut_off, month=asked)
    assert (found.month, found.cut_off.isoformat(), found.month_end.isoformat(), found.whole) == (month, day, month_end, whole)


def test_a_year_that_ended_is_followed_to_its_last_day_and_not_to_the_cut_off():
    found = following(*FLOWS, (12, "1"), cut_off="2026-02-10")
    assert (found.month, found.closed, found.cut_off, found.whole) == (12, True, dt.date(2025, 12, 31), True)
    before = following(*FLOWS, (11, "1"), (12, "1"), cut_off="2026-02-10", month=11)
    assert (before.closed, before.cut_off, before.whole) == (False, dt.date(2025, 11, 30), False)


def test_a_month_without_accrual_and_the_annual_row_are_no_months():
    zero = [line("A", 2025, pim="1200", devengado="40"), line("A", 2025, 1, devengado="5"), line("A", 2025, 2, devengado="0.00")]
    own = linked(*zero, cut_off="2025-06-30")
    assert follow(None, Cut(Shelf(), own.snapshot, None), own).month == 1
    annual = linked(zero[0], zero[2], cut_off="2025-06-30")
    assert not has_months(annual, 2025)
    assert has_months(own, 2025)
    assert not has_months(own, 2024)
    with pytest.raises(InputDataError, match="ningún devengado por mes en 2025"):
        follow(None, Cut(Shelf(), annual.snapshot, None), annual)


def test_what_may_be_added_up_leaves_out_what_is_transversal():
    found = following(*FLOWS, transversal=("T",))
    assert set(found.months["accion"].drop_nulls()) == {"A", "T"}
    counted = found.counted.filter(pl.col("mes") == 1).group_by("accion").agg(pl.col("devengado_soles").sum())
    assert {action: float(v) for action, v in counted.iter_rows()} == {"A": 10.0, None: 9.0}


def test_one_made_up_source_is_enough_and_each_year_comes_from_one_snapshot():
    past = linked(line("A", 2024, 1, devengado="7"), cut_off="2025-01-31")
    made_up = Linkage(Snapshot("p", manifest("2025-01-31", (2024,), "2024_sintetico.csv")), *list(vars(past).values())[1:])
    own = linked(line("A", 2025, 1, devengado="5"), line("A", 2024, 1, devengado="99"), cut_off="2025-06-30")
    cut = Cut(Shelf(), own.snapshot, None, history=(made_up.snapshot,))
    found = follow(None, cut, own, {"p": made_up})
    assert (found.synthetic, dict(found.history)) == (True, {2024: "p", 2025: "s"})
    assert [float(v) for v in found.months.sort("anio")["devengado_soles"]] == [7.0, 5.0]
    assert not follow(None, Cut(Shelf(), own.snapshot, None), own).synthetic
