"""Each oddity of an extract has its finding, and a clean one has none."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.tables.gasto import KEY, MEASURES, SCHEMA
from presupuesto_link.tables.gasto_checks import (
    check_coverage,
    check_gasto,
    check_names,
    check_printed,
    check_stages,
    check_totals,
    in_whole_soles,
)
from presupuesto_link.tables.gasto_facts import facts_of

CUT_OFF = dt.date(2024, 6, 30)
CODES = {
    "programa": "0002",
    "producto": "3033251",
    "actividad": "5000037",
    "finalidad": "0033251",
    "meta": "00001",
    "pliego": "445",
    "sector": "99",
    "funcion": "20",
    "division": "044",
    "grupo": "0096",
    "rubro": "00",
    "departamento_ejecutora": "06",
    "departamento_meta": "06",
    "ejecutora": "001",
}

UNIT_LINE = ("sec_ejec", "sec_func")


def rows(*cells: dict[str, object]) -> pl.LazyFrame:
    base = dict.fromkeys(SCHEMA) | CODES | {"anio": 2024, "mes": 1, "sec_ejec": "775", "sec_func": "1"}
    table = [base | cell for cell in cells]
    return pl.LazyFrame(
        {c: [None if r[c] is None else Decimal(r[c]) if c in MEASURES else r[c] for r in table] for c in SCHEMA}, schema=SCHEMA
    )


def year(**cells: object) -> dict[str, object]:
    return {"mes": 0, "pia_soles": "0", "pim_soles": "100"} | cells


def codes(frame: pl.LazyFrame, monthly: bool = True, line: tuple[str, ...] = UNIT_LINE) -> list[str]:
    return [f.code for f in check_gasto(facts_of(frame, line), CUT_OFF, monthly, line)]


def found(code: str, frame: pl.LazyFrame) -> str:
    return next(f"{f.found} | {f.explanation}" for f in check_gasto(facts_of(frame, UNIT_LINE), CUT_OFF, True, UNIT_LINE) if f.code == code)


def test_a_clean_extract_has_no_findings():
    assert codes(rows(year(), {"devengado_soles": "40"}, {"mes": 6, "devengado_soles": "-5"})) == []


def test_null_keys():
    frame = rows(year(), {"sec_func": None, "devengado_soles": "40.10"}, {"mes": 2, "sec_ejec": None})
    assert "2 filas sin código | suman S/ 40.10 devengados" in found("S01", frame)


def test_colliding_keys_are_counted_and_copies_told_apart():
    frame = rows(
        year(pim_soles="1"),
        {"devengado_soles": "10"},
        {"devengado_soles": "10"},
        {"devengado_soles": "7"},
        {"mes": 2, "devengado_soles": "1"},
    )
    assert found("S02", frame) == "1 clave repetida, 2 filas de más | se conservan y se suman: S/ 27.00 devengados entre todas"
    assert found("S03", frame).startswith("1 fila idéntica a otra")
    assert frame.collect().height == 5


def test_nulls_in_the_key_do_not_collide_by_themselves():
    assert set(KEY) <= set(SCHEMA)
    assert codes(rows(year(), {"rubro": None}, {"rubro": "00"})) == []


def test_codes_of_the_wrong_width():
    assert "programa: 1 fila | por ejemplo programa «00002»" in found("S04", rows(year(), {"mes": 3, "programa": "00002"}))


def test_movement_after_the_cut_off():
    frame = rows(year(), {"mes": 6, "devengado_soles": "1"}, {"mes": 7, "devengado_soles": "2.50"}, {"mes": 8, "devengado_soles": "0"})
    assert found("S05", frame).startswith("1 fila con movimiento, S/ 2.50 devengados")
    later = check_gasto(facts_of(rows(year(anio=2025), {"anio": 2025, "girado_soles": "1"}), UNIT_LINE), CUT_OFF, True, UNIT_LINE)
    assert [f.place for f in later if f.code == "S05"] == ["2025-01"]


def test_negative_totals_of_a_line_but_not_of_a_month():
    assert codes(rows(year(), {"devengado_soles": "-5"}, {"mes": 2, "devengado_soles": "9"})) == []
    assert found("S06", rows(year(), {"devengado_soles": "-5"})).startswith("devengado: 1")


def test_devengado_without_pim():
    frame = rows(
        year(), {"sec_func": "2", "devengado_soles": "7.25"}, year(sec_func="3", pim_soles="0"), {"sec_func": "3", "devengado_soles": "1"}
    )
    assert found("S07", frame).startswith("2 metas con S/ 8.25 devengados")


def test_an_extract_without_any_pim_does_not_say_it_is_zero():
    assert codes(rows({"devengado_soles": "7.25"})) == []


def test_budget_in_a_month_and_flows_in_month_zero():
    frame = rows(year(devengado_soles="3"), {"pim_soles": "100", "devengado_soles": "1"}, {"mes": 2, "pim_soles": "100"})
    assert "2 filas de un mes con PIA o PIM (S/ 200.00 de PIM) y 1 del mes 0 con movimiento (S/ 3.00" in found("S08", frame)
    assert "S08" not in codes(frame, monthly=False)


def test_pages_of_one_dimension_are_not_judged_by_keys():
    assert codes(rows({"mes": 0, "sec_ejec": None, "sec_func": None, "pim_soles": "5"}), monthly=False, line=()) == []


@pytest.mark.parametrize("name", ["EDUCACIÃ“N", "AÃ‘O", "NÂ° 5", "niÃ±o", "FAMILIAS DEL A\ufffdO", "GESTIÃ\x93N"])
def test_mojibake_is_seen(name):
    table = pl.DataFrame({"programa": ["0002"], "nombre": [name], "nombres": [1]})
    assert [(f.code, f.place) for f in check_names({"programa": table})] == [("S09", "dimensión programa")]


def test_good_names_and_several_names():
    table = pl.DataFrame({"programa": ["1", "2"], "nombre": ["AÑO, GESTIÓN Nº 5 — «Ü»", "B"], "nombres": [1, 2]})
    assert [f.code for f in check_names({"programa": table})] == ["S13"]
    assert check_names({"programa": table.head(1)}) == []


def test_totals_against_published_figures():
    totals = {2024: dict.fromkeys(MEASURES) | {"pim_soles": Decimal("3979303544.60")}}
    assert check_totals(totals, {"pim_soles": Decimal("3979303544")}, Decimal(1)) == []
    (wrong,) = check_totals(totals, {"pim_soles": Decimal("3979303544")}, Decimal("0.5"))
    assert (wrong.code, wrong.explanation) == ("S10", "difieren en S/ 0.60")
    assert check_totals(totals, {"girado_soles": Decimal(1)}, Decimal(1))[0].found == "el extracto no da esa medida"


def test_coverage_lost_since_the_earlier_cut_off():
    before = rows(year(), year(sec_func="2", pim_soles="60"), year(sec_ejec="776", pim_soles="5"), year(anio=2023, sec_ejec="9"))
    assert check_coverage(before, before, "2024-01-31") == []
    (units,) = check_coverage(before, rows(year(), year(sec_func="2")), "2024-01-31")
    assert (units.code, units.found) == ("S11", "1 unidad ejecutora menos")
    (lines,) = check_coverage(before, rows(year(), year(sec_ejec="776")), "2024-01-31")
    assert "1 meta presupuestaria menos" in lines.found
    assert "S/ 60.00: 2024 + 775 + 2" in lines.explanation


def test_what_is_there_twice_is_told_whole_by_month_or_by_unit():
    def of(unit: str, month: int, amounts: range) -> list[dict[str, object]]:
        return [{"sec_ejec": unit, "sec_func": str(n), "mes": month, "devengado_soles": str(n)} for n in amounts]

    once = [*of("775", 1, range(1, 30)), *of("776", 1, range(1, 10)), *of("776", 2, range(1, 30))]
    assert "S20" not in codes(rows(*once))
    assert found("S20", rows(*once, *once)).startswith("67 filas idénticas a otra, de 134 con dinero")
    assert "S03" not in codes(rows(*once, *once))  # it is said once
    place = {
        name: next(f.place for f in check_gasto(facts_of(frame, UNIT_LINE), CUT_OFF, True, UNIT_LINE) if f.code == "S20")
        for name, frame in (
            ("whole", rows(*once, *once)),
            ("month", rows(*once, *of("776", 2, range(1, 30)))),
            ("unit", rows(*once, *of("775", 1, range(1, 30)), *of("777", 1, range(1, 99)))),
        )
    }
    assert place == {
        "whole": "todo el archivo",
        "month": "mes 2 de 2024 y unidad ejecutora 776 de 2024",
        "unit": "unidad ejecutora 775 de 2024",
    }


def test_a_few_equal_rows_or_rows_without_money_are_not_a_file_pasted_twice():
    payees = [{"sec_func": str(n), "devengado_soles": "2500"} for n in range(30)]
    empty = [{"sec_func": str(n), "devengado_soles": "0"} for n in range(90)]
    assert "S20" not in codes(rows(*payees, *payees[:4]))
    assert "S20" not in codes(rows(*payees, *empty, *empty))
    assert "S03" in codes(rows(*payees, *payees[:4]))


@pytest.mark.parametrize(
    ("apart", "whole", "right"), [("2.00", True, True), ("2.01", True, False), ("0.02", False, True), ("0.03", False, False)]
)
def test_a_printed_total_may_differ_by_half_of_the_last_figure_of_each_row(apart, whole, right):
    totals = {2024: dict.fromkeys(MEASURES) | {"pim_soles": Decimal("100.40")}}
    printed = rows({"pim_soles": str(Decimal("100.40") + Decimal(apart))}).collect()
    assert (check_printed(printed, totals, {2024: 4, 2023: 900}, whole) == []) is right


def test_whole_soles_are_told_from_centimos():
    assert in_whole_soles(rows(year(), {"devengado_soles": "7"}))
    assert not in_whole_soles(rows(year(), {"devengado_soles": "7.10"}))


def test_stages_that_no_year_has_and_years_without_pim():
    known = {m: Decimal(1) for m in MEASURES}
    assert check_stages({2024: known}) == []
    told = check_stages(
        {2023: known | {"pim_soles": None, "girado_soles": None}, 2024: known | {"girado_soles": None, "certificado_soles": None}}
    )
    assert [(f.code, f.place, f.kind.effect) for f in told] == [("S25", "PIM 2023", "limita"), ("S26", "girado", "limita")]
