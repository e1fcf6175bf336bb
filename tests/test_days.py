"""A day as people write it, in an option and in the name of a file."""

import datetime as dt

import pytest

from presupuesto_link.days import day_in, end_of
from presupuesto_link.sources.siaf.dated import days_said, without_days
from tests.sources.extracts import budget, write_long

THE_30TH = dt.date(2025, 10, 30)
LAST = dt.date(2026, 11, 28)


@pytest.mark.parametrize(
    "text", ["2025-10-30", "20251030", "30/10/2025", "30-10-2025", "30.10.2025", " 2025/10/30 ", "2025-10-30 00:00:00", "2025-10-30T08:15"]
)
def test_every_way_of_writing_a_day_is_the_same_day(text):
    assert day_in(text) == THE_30TH


@pytest.mark.parametrize("text", ["", "31/02/2025", "2025-13-01", "30/10/25", "30/10-2025", "2025", "ayer", "2025-10", "1/2/3/2025"])
def test_what_is_no_day_is_none(text):
    assert day_in(text) is None


def test_the_end_of_a_month():
    assert [end_of(2024, 2), end_of(2025, 12)] == [dt.date(2024, 2, 29), dt.date(2025, 12, 31)]


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("siaf_web_445_20251030.xlsx", ["2025-10-30"]),
        ("gasto 30-10-2025.csv", ["2025-10-30"]),
        ("30.10.2025.xls", ["2025-10-30"]),
        ("30102025.csv", ["2025-10-30"]),
        ("07_HT_PPTO_231025.xlsx", ["2025-10-23"]),  # of figures of 2025: it is not the 25th of October of 2023
        ("251030.csv", ["2025-10-30"]),  # the 25th of October of 2030 has not come
        ("202510.csv", ["2025-10-31"]),
        ("2026-09_siaf.xlsx", ["2026-09-30"]),
        ("agosto_2025.xls", ["2025-08-31"]),
        ("gasto-2025-setiembre.xls", ["2025-09-30"]),
        ("1T_2025.xls", ["2025-03-31"]),
        ("2025_IIT.xlsx", ["2025-06-30"]),
        ("III_trim_2025.xls", ["2025-09-30"]),
        ("4T2026.xls", []),  # it has not ended
        ("del_20250101_al_20250630.csv", ["2025-01-01", "2025-06-30"]),
        ("2025-Gasto.csv", []),
        ("2009_2010.csv", []),
        ("20092010.csv", []),
        ("gasto_000775.csv", []),
        ("gasto_2022_2025_a_agosto.csv.gz", []),
        ("GASTOT1.csv", []),
    ],
)
def test_the_name_of_a_file_says_its_day_or_may_be_read_as_several(tmp_path, name, days):
    path = write_long(tmp_path / name, budget("1", ANO_EJE="2025"))
    assert [str(one.day) for one in days_said(path, (2025,), LAST)] == days


def test_six_digits_are_asked_about_when_nothing_decides(tmp_path):
    path = write_long(tmp_path / "07_HT_PPTO_231025.csv", budget("1"))
    assert [str(one.day) for one in days_said(path, (2023,), LAST)] == ["2025-10-23", "2023-10-25"]
    assert [str(one.day) for one in days_said(path)] == ["2025-10-23", "2023-10-25"]


def test_the_name_without_days_is_the_same_for_every_cut_off():
    for one, other in (
        ("HT_231025.xlsx", "HT_231125.xlsx"),
        ("g_20251030.csv", "g_30-11-2025.csv"),
        ("p_1T_2024.xls", "p_2T_2024.xls"),
        ("p agosto 2025.xls", "p setiembre 2025.xls"),
    ):
        assert without_days(one).split() == without_days(other).split()
    assert without_days("2024-Gasto_000775.csv") == "2024-Gasto_000775.csv"
