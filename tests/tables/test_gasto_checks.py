"""Each oddity of an extract has its finding, and a clean one has none."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.tables.gasto import KEY, MEASURES, SCHEMA
from presupuesto_link.tables.gasto_checks import check_coverage, check_gasto, check_names, check_rejected, check_totals
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


def test_rejected_rows_are_reported():
    assert check_rejected({}, "rechazadas.csv") == []
    (finding,) = check_rejected({"año ilegible": 2, "pim no es un monto": 1}, "rechazadas.csv")
    assert (finding.found, finding.kind.severity) == ("3 filas rechazadas", "alta")
