"""The operational plan as typed tables: exact amounts, blanks that stay null, and nothing counted twice."""

from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.sources.ceplan import read_export
from presupuesto_link.tables.ceplan import plan_code, read_poi
from tests.sources.ceplan_samples import (
    FINANCIAL_DONE,
    FINANCIAL_PLAN,
    PHYSICAL_DONE,
    PHYSICAL_PLAN,
    RELATION,
    SPENT,
    aoi,
    months,
    titles,
    write_book,
    write_text,
)


def plan(*paths):
    return read_poi([read_export(path) for path in paths])


def given(table: pl.DataFrame, value: str) -> list[tuple]:
    kept = [c for c in table.columns if c not in ("anio", "ubigeo")]
    return table.filter(pl.col(value).is_not_null()).select(kept).rows()


def test_an_activity_is_one_row_with_codes_as_the_spending_writes_them(tmp_path):
    path = write_book(
        tmp_path,
        "rel",
        RELATION,
        aoi("aoi 001", "AEI 1.2 Caminos", **{"Categoria ID": 138, "Producto ID": 3000132.0, "Activo AO": "NO", "Ubigeo": 60101}),
    )
    (row,) = plan(path).aoi.to_dicts()
    assert row == {
        "anio": 2024,
        "aoi": "AOI001",
        "centro_costo": "01.02",
        "centro_costo_nombre": "Gerencia de Infraestructura",
        "nombre": "Mantener caminos",
        "unidad_medida": "KILÓMETRO",
        "oei": "OEI.01",
        "aei": "AEI.01.02",
        "programa": "0138",
        "producto": "3000132",
        "actividad": "5001437",
        "ubigeo": "060101",
        "activo": False,
    }


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("AEI.01.02", "AEI.01.02"),
        ("aei 1.2", "AEI.01.02"),
        ("AEI01.02 Mejorar", "AEI.01.02"),
        ("OEI.3", "OEI.03"),
        ("", None),
        ("  ", None),
        ("Otra", "OTRA"),
    ],
)
def test_codes_of_the_institutional_plan(cell, code):
    assert pl.DataFrame({"aei": [cell]}).select(plan_code("aei")).item() == code


def test_money_is_exact_and_a_blank_is_not_a_zero(tmp_path):
    rows = [
        aoi("A1", **{"GG ID": 3}, **months("Fn(CS)", 0.1, 0.2, 0.30000000000000004), **months("Fn(RE)", "1,234,567.89", 0)),
        aoi("A1", **{"GG ID": 6}, **months("Fn(CS)", 1000)),
        aoi("A2", **{"GG ID": 3}),
    ]
    found = plan(write_book(tmp_path, "fin", FINANCIAL_PLAN, *rows))
    assert given(found.financiera, "monto_soles") == [
        ("A1", "3", "consistente", 1, Decimal("0.10")),
        ("A1", "3", "consistente", 2, Decimal("0.20")),
        ("A1", "3", "consistente", 3, Decimal("0.30")),
        ("A1", "3", "reprogramado", 1, Decimal("1234567.89")),
        ("A1", "3", "reprogramado", 2, Decimal("0.00")),
        ("A1", "6", "consistente", 1, Decimal("1000.00")),
    ]
    assert found.financiera.height == 3 * 2 * 12  # every month of every row, null when blank
    assert found.findings == ()


def test_physical_goals_in_three_versions(tmp_path):
    planned = write_book(tmp_path, "pf", PHYSICAL_PLAN, aoi("A1", **months("F(CS)", 1, 2), **months("F(RE)", 1, 2.5)))
    done = write_text(tmp_path, "ef", PHYSICAL_DONE, aoi("A1", **months("F(SE)", "", "2,5")), delimiter=";")
    found = plan(planned, done)
    assert given(found.fisica, "cantidad") == [
        ("A1", "consistente", 1, 1.0),
        ("A1", "consistente", 2, 2.0),
        ("A1", "reprogramado", 1, 1.0),
        ("A1", "reprogramado", 2, 2.5),
        ("A1", "seguimiento", 2, 2.5),
    ]
    assert found.exportaciones.rows() == [
        ("sintetico_pf.xlsx", "programación física", 1, 1),
        ("sintetico_ef.csv", "ejecución física", 1, 1),
    ]


def test_what_was_accrued_is_follow_up(tmp_path):
    spent = dict(zip((f"Dev {month}" for month in SPENT), ["10.50", *[""] * 10, "-0.25"], strict=True))
    path = write_text(tmp_path, "dev", FINANCIAL_DONE, aoi("A1", **{"Generica Gasto": "3"}, **spent))
    assert given(plan(path).financiera, "monto_soles") == [
        ("A1", "3", "seguimiento", 1, Decimal("10.50")),
        ("A1", "3", "seguimiento", 12, Decimal("-0.25")),
    ]


def test_a_complete_export_repeats_the_goal_in_each_generic_expense_and_it_counts_once(tmp_path):
    header = [*FINANCIAL_PLAN, *titles("F(CS)", "F(RE)")]
    rows = [aoi("A1", **{"GG ID": gg}, **months("F(CS)", 5), **months("Fn(CS)", 7)) for gg in (3, 6)]
    found = plan(write_book(tmp_path, "completo", header, *rows))
    assert found.fisica["cantidad"].sum() == 5
    assert found.financiera["monto_soles"].sum() == Decimal("14.00")


def test_two_goals_for_the_same_activity_and_month_are_refused(tmp_path):
    rows = [aoi("A1", **months("F(SE)", 5)), aoi("A1", **months("F(SE)", 6))]
    with pytest.raises(InputDataError, match=r"fila 4\n.*la AOI A1 tiene meta física 5 y 6 en el mes 1 \(seguimiento\)"):
        plan(write_book(tmp_path, "dos", PHYSICAL_DONE, *rows))


def test_the_same_money_in_two_files_is_refused(tmp_path):
    one = write_book(tmp_path, "uno", FINANCIAL_PLAN, aoi("A1", **months("Fn(CS)", 5)))
    two = write_text(tmp_path, "otro", FINANCIAL_PLAN, aoi("A1", **months("Fn(CS)", 5)))
    with pytest.raises(
        InputDataError, match=r"sintetico_uno.xlsx y sintetico_otro.csv\n.*los dos traen el dinero consistente de 1 AOI \(la primera, A1\)"
    ):
        plan(one, two)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Fn(CS) 01": "mucho"}, "fila 4, columna FN(CS) 01\n  se encontró: «mucho»"),
        ({"Fn(CS) 02": "1.005"}, "fila 4, columna FN(CS) 02\n  se encontró: «1.005»\n  se esperaba: soles con dos decimales"),
        ({"POI": "el año"}, "fila 4, columna POI\n  se encontró: no es un año"),
        ({"Activo AO": "QUIZÁ"}, "fila 4, columna ACTIVO AO\n  se encontró: no es SI ni NO"),
    ],
)
def test_a_cell_that_cannot_be_used_says_where(tmp_path, cells, said):
    with pytest.raises(InputDataError) as error:
        plan(write_book(tmp_path, "mala", FINANCIAL_PLAN, aoi("A1", **cells)))
    assert said in str(error.value)


def test_codes_that_disagree_are_nobodys_choice(tmp_path):
    rel = write_book(tmp_path, "rel", RELATION, aoi("A1", "AEI.01.01"), aoi("A2"))
    other = write_book(tmp_path, "pf", PHYSICAL_PLAN, aoi("A1", "AEI.02.01"), aoi("A2", "", **{"Actividad Operativa": "Otro nombre"}))
    found = plan(rel, other)
    assert found.aoi.select("aoi", "aei", "nombre").rows() == [("A1", None, "Mantener caminos"), ("A2", "AEI.01.01", "Mantener caminos")]
    assert [(f.code, f.place, f.found) for f in found.findings] == [("K04", "AOI A1 de 2024", "aei AEI.01.01 y AEI.02.01")]


def test_rows_without_activity_equal_rows_and_wrong_totals_are_told(tmp_path):
    full = months("Fn(CS)", *[1] * 12, total=13)
    rows = [aoi("A1", **{"GG ID": 3}, **full), aoi("A2"), aoi("A2"), {"Centro de Costo": "TOTAL", **months("Fn(CS)", 12)}]
    found = plan(write_book(tmp_path, "fin", FINANCIAL_PLAN, *rows))
    assert [(f.code, f.place, f.found) for f in found.findings] == [
        ("K06", "sintetico_fin.xlsx, filas 7", "1 sin código de AOI"),
        ("S03", "sintetico_fin.xlsx, filas 5, 6", "2 filas iguales en todo"),
        ("K05", "sintetico_fin.xlsx, fila 4, columna FN(CS) TOTAL", "13.00"),
    ]
    assert found.financiera["monto_soles"].sum() == Decimal("12.00")  # the row of totals is not added again
    with pytest.raises(InputDataError, match="ninguna fila con código de AOI"):
        plan(write_book(tmp_path, "totales", RELATION, {"POI": "2024"}))


def test_an_activity_in_several_places_has_no_single_one_and_its_goals_are_apart(tmp_path):
    rows = [aoi("A1", **months("F(SE)", 5)), aoi("A1", Ubigeo="060201", **months("F(SE)", 6))]
    found = plan(write_book(tmp_path, "lugares", PHYSICAL_DONE, *rows))
    assert (found.aoi["ubigeo"].to_list(), found.findings) == ([None], ())
    assert found.fisica.filter(pl.col("mes") == 1).select("ubigeo", "cantidad").rows() == [("060101", 5.0), ("060201", 6.0)]
