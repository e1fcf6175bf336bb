"""`vincular --poi` as a person uses it: what the chain links, what is missing, the differences, and the rules it leaves for `vincular`."""

import csv
import json
from decimal import Decimal

import pytest

from presupuesto_link.commands import main
from tests.sources.ceplan_samples import FINANCIAL_PLAN, RELATION, aoi, months, write_book, write_links, write_text
from tests.sources.extracts import budget, spent, write_long

CODES = {"PROGRAMA_PPTO": "0138", "FUNCION": "15", "PRODUCTO_PROYECTO": "3000132", "ACTIVIDAD_ACCION_OBRA": "5001437"}
ROAD, SHARED, LOST = (CODES | {"SEC_FUNC": "7"}, CODES | {"SEC_FUNC": "8"}, {"SEC_FUNC": "9", "PROGRAMA_PPTO": "9001", "FUNCION": "03"})
ALONE = {"SEC_FUNC": "5", "PROGRAMA_PPTO": "0042", "PRODUCTO_PROYECTO": "3000528", "ACTIVIDAD_ACCION_OBRA": "5004488"}
METAS, AEIS = "anio,sec_ejec,sec_func,aoi,parte,autor,fecha,nota", "aei,accion,parte,autor,fecha,nota"
SIGNED = "Ana,2026-01-05,sintético"


@pytest.fixture
def folder(tmp_path, capsys):
    path = write_long(
        tmp_path / "2024-Gasto.csv",
        budget("100", **ROAD),
        spent(2, "33.33", **ROAD),
        budget("50.01", **SHARED),
        budget("7.5", **LOST),
        budget("20", **ALONE),
    )
    assert run("cargar", path, "--al", "2024-12-31", "--almacen", tmp_path / "almacen") == 0
    write_book(
        tmp_path,
        "relacion",
        RELATION,
        aoi("A1", "AEI.01.01"),
        aoi("A2", "AEI.01.02"),
        aoi("A3", "AEI.09.01"),
        aoi("A4", "AEI.01.01", **{"Categoria ID": "0042", "Producto ID": "3000528", "Actividad Presupuestal ID": "5004488"}),
    )
    write_text(tmp_path, "programa", FINANCIAL_PLAN, aoi("A3", "AEI.09.01", **{"GG ID": "3"}, **months("Fn(RE)", "12.50")), delimiter=";")
    write_links(tmp_path, "metas_aoi", METAS, f"2024,775,7,A1,1,{SIGNED}", f"2024,775,0008,A1,1/3,{SIGNED}", f"2024,775,8,A2,2/3,{SIGNED}")
    write_links(tmp_path, "aei_aer", AEIS, f"AEI.01.01,AER.13.01,,{SIGNED}", f"AEI.01.02,AER.01.01,1,{SIGNED}")
    capsys.readouterr()
    return tmp_path


def run(*arguments):
    return main._code([str(argument) for argument in arguments], False)


def ceplan(folder, *more):
    return (
        "vincular",
        "--poi",
        folder / "sintetico_relacion.xlsx",
        "--poi",
        folder / "sintetico_programa.csv",
        "--metas-aoi",
        folder / "sintetico_metas_aoi.csv",
        "--aei-aer",
        folder / "sintetico_aei_aer.csv",
        "--almacen",
        folder / "almacen",
        *more,
    )


def answer(capsys, *arguments):
    assert run(*arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_the_chain_what_is_missing_and_the_difference_with_the_rules_by_hand(folder, capsys):
    found = answer(capsys, *ceplan(folder))
    assert (found["tasas"][0]["pim_soles"], found["tasas"][0]["pim_vinculado_soles"]) == ("177.51", "150.01")
    money = {row["accion"]: row["pim_soles"] for row in found["acciones"] if row["lineas"]}
    assert money == {"AER.13.01": "116.67", "AER.01.01": "33.34"}  # 100 and a third of 50.01; two thirds of it
    assert [(row["sec_func"], row["paso"]) for row in found["metas"]] == [
        ("7", "completo"),
        ("8", "completo"),
        ("5", "meta sin AOI"),
        ("9", "meta sin AOI"),
    ]
    assert [(row["aoi"], row["programado_soles"]) for row in found["aoi_sin_meta"]] == [("A3", "12.50"), ("A4", None)]
    assert [(row["aei"], row["programado_soles"]) for row in found["aei_sin_aer"]] == [("AEI.09.01", "12.50")]
    assert [(row["sec_func"], row["aoi"]) for row in found["sugerencias"]] == [("5", "A4")]
    # the starter rules send 0138 to AER.13.01 and 0042 to AER.01.01
    assert [
        (row["sec_func"], row["aer_ceplan"], row["aer_manual"], row["pim_diferente_soles"], row["acuerdo"]) for row in found["diferencias"]
    ] == [
        ("8", "AER.01.01; AER.13.01", "AER.13.01", "33.34", "distinto"),
        ("5", None, "AER.01.01", "20.00", "sólo manual"),
        ("7", "AER.13.01", "AER.13.01", "0.00", "igual"),
        ("9", None, None, "0.00", "ninguno"),
    ]
    assert sum(Decimal(row["pim_soles"]) for row in found["comparacion"] if row["pim_soles"]) == Decimal("177.51")
    assert found["hallazgos"] == []


def test_a_person_reads_the_same_figures(folder, capsys):
    assert run(*ceplan(folder)) == 0
    out = capsys.readouterr().out
    for words in (
        "sintetico_relacion.xlsx: relación AOI–AEI, 4 filas, 4 AOI",
        "sintetico_programa.csv: programación financiera, 1 fila, 1 AOI",
        "toda la cadena",
        "se corta: meta sin AOI",
        "2024: 3 reglas derivadas vinculan 150.01 de 177.51 soles de PIM.",
        "Metas que no llegan a una AER (2 de 2)",
        "AOI sin meta (2 de 2)",
        "AEI sin AER (1 de 1)",
        "1 meta tiene una sola AOI posible",
        "Mayores diferencias (2 de 2)",
        "Hallazgos del puente: ninguno.",
    ):
        assert words in out, words


def test_without_pim_the_differences_are_told_in_what_was_accrued(folder, capsys):
    path = write_long(folder / "mensual.csv", spent(1, "30.03", **ROAD), spent(2, "0.06", **SHARED))
    assert run("cargar", path, "--al", "2025-03-01", "--almacen", folder / "almacen") == 0
    capsys.readouterr()
    assert run(*ceplan(folder, "--instantanea", "20250301")) == 0
    out = capsys.readouterr().out
    assert "vinculan 30.09 de 30.09 soles de devengado." in out
    assert "Devengado que cambia" in out
    (row,) = [line.split() for line in out.splitlines() if line.startswith("775-8")]
    assert row[-3:] == ["0.06", "0.04", "distinto"]  # two thirds of it


@pytest.mark.lento
def test_the_derived_rules_give_the_same_link_in_vincular(folder, capsys):
    target = folder / "derivadas.csv"
    assert run(*ceplan(folder, "--exportar", target)) == 0
    assert f"Reglas derivadas: {target}" in capsys.readouterr().out
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["id"], row["parte"], row["desde"], row["autor"], row["fecha"]) for row in rows] == [
        ("ceplan-2024-775-0007-AER.13.01", "1", "2024", "Ana", "2026-01-05"),
        ("ceplan-2024-775-0008-AER.01.01", "2/3", "2024", "Ana", "2026-01-05"),
        ("ceplan-2024-775-0008-AER.13.01", "1/3", "2024", "Ana", "2026-01-05"),
    ]
    linked = answer(capsys, "vincular", target, "--almacen", folder / "almacen")
    money = {row["accion"]: row["pim_soles"] for row in linked["acciones"] if row["lineas"]}
    assert money == {"AER.13.01": "116.67", "AER.01.01": "33.34"}
    assert linked["hallazgos"] == []
    before = target.read_bytes()
    assert run(*ceplan(folder, "--exportar", target)) == 1
    assert "el archivo ya existe" in capsys.readouterr().err
    assert target.read_bytes() == before
    again = folder / "otras.csv"
    assert run(*ceplan(folder, "--exportar", again)) == 0
    assert again.read_bytes() == before  # the same bytes for the same files


@pytest.mark.lento
def test_suggestions_are_not_applied_until_somebody_signs_them(folder, capsys):
    target = folder / "sugeridas.csv"
    assert run(*ceplan(folder, "--sugerir", target)) == 0
    capsys.readouterr()
    unsigned = [*ceplan(folder)]
    unsigned[6] = target
    found = answer(capsys, *unsigned)
    assert [row["codigo"] for row in found["hallazgos"]] == ["V09"]
    assert found["reglas"] == []
    text = target.read_text(encoding="utf-8-sig").replace(",A4,1,,,", ",A4,1,Eva,2026-02-02,")
    target.write_text(text, encoding="utf-8")
    assert [row["regla"] for row in answer(capsys, *unsigned)["reglas"]] == ["ceplan-2024-775-0005-AER.13.01"]


def test_without_signed_tables_everything_is_missing_and_the_suggestions_begin_them(folder, capsys):
    found = answer(capsys, *ceplan(folder)[:5], "--almacen", folder / "almacen", "--sugerir", folder / "s.csv")
    assert {row["paso"] for row in found["metas"]} == {"meta sin AOI"}
    assert [row["aei"] for row in found["aei_sin_aer"]] == ["AEI.01.01", "AEI.01.02", "AEI.09.01"]
    assert (found["reglas"], found["hallazgos"]) == ([], [])
    assert (folder / "s.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith('2024,775,5,A4,1,,,"Sugerida')


def test_rules_by_hand_of_ones_own(folder, capsys):
    own = folder / "vinculos.csv"
    own.write_text(f"id,accion,sec_ejec,sec_func,desde,hasta,autor,fecha\nuna,AER.13.01,775,7,2024,2024,{SIGNED[:14]}\n", encoding="utf-8")
    found = answer(capsys, *ceplan(folder, "--reglas", own))
    assert found["reglas_manuales"] == 1
    assert {row["acuerdo"]: row["metas"] for row in found["comparacion"]} == {
        "igual": 1,
        "distinto": 0,
        "sólo CEPLAN": 1,
        "sólo manual": 0,
        "ninguno": 2,
    }


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda f: (f / "sintetico_metas_aoi.csv").write_text("anio,sec_ejec\n2024,775\n", encoding="utf-8"),
            "faltan las columnas sec_func, aoi, autor, fecha",
        ),
        (lambda f: (f / "sintetico_aei_aer.csv").unlink(), "el archivo no existe"),
        (lambda f: write_book(f, "relacion", RELATION, aoi("A1", POI="2019")), "el POI"),
    ],
)
def test_files_that_cannot_be_used_are_explained_and_nothing_is_written(folder, capsys, spoil, said):
    spoil(folder)
    (folder / "sintetico_programa.csv").unlink()
    arguments = [*ceplan(folder, "--exportar", folder / "x.csv")]
    del arguments[3:5]
    assert run(*arguments) == 1
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert said in err or "gasto de 2024 y POI de 2019" in err
    assert not (folder / "x.csv").exists()
