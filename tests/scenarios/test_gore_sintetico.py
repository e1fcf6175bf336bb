"""A made-up year of a regional government, from the extract to the draft of its modification: load, link, propose, write."""

import csv
import json

import openpyxl
import pytest

from presupuesto_link.commands import main
from tests.sources.extracts import budget, spent, write_long

pytestmark = pytest.mark.lento  # a whole regional government, loaded and solved

CENTRAL = {
    "PROGRAMA_PPTO": "9002",
    "PRODUCTO_PROYECTO": "3999999",
    "CATEGORIA_GASTO": "5",
    "GENERICA": "3",
    "SUBGENERICA": "1",
    "SUBGENERICA_DET": "5",
}
WATER = CENTRAL | {"SEC_FUNC": "10", "META_NOMBRE": "GESTION DEL AGUA"}
ROADS = CENTRAL | {"SEC_FUNC": "20", "META_NOMBRE": "CAMINOS"}
FOREST = CENTRAL | {"SEC_FUNC": "30", "META_NOMBRE": "FORESTACION"}
PAY = ROADS | {"SEC_FUNC": "21", "GENERICA": "1", "SUBGENERICA": "1", "SUBGENERICA_DET": "1", "META_NOMBRE": "PLANILLA"}
CANON = ROADS | {"SEC_FUNC": "22", "FUENTE_FINANCIAMIENTO": "5", "RUBRO": "18", "META_NOMBRE": "CAMINOS CANON"}
FOREST_CANON = FOREST | {"SEC_FUNC": "31", "FUENTE_FINANCIAMIENTO": "5", "RUBRO": "18"}
RULES = """id,accion,texto,autor,fecha
caminos,AER.13.03,CAMINOS,una persona,2025-01-31
planilla,AER.13.03,PLANILLA,una persona,2025-01-31
forestacion,AER.01.03,FORESTACION,una persona,2025-01-31
agua,AER.01.01,GESTION DEL AGUA,una persona,2025-01-31
"""
FACTS = "\n".join(
    f'[[legal.evidencias]]\ndato = "{name}"\nvalor = "no"\nsustento = "Oficio 12-2025 de la Oficina de Presupuesto"\n'
    for name in ("app", "transferencia_con_destino", "saldo_de_balance", "recursos_fondes", "sentencia_cosa_juzgada")
)
SCENARIO = f"""
id = "sintetico-bosques"
titulo = "Caminos hacia forestación (datos sintéticos)"
autor = "una persona"
pregunta = "¿Cuánto cabe?"
no_modela = ["el efecto del dinero"]
[donantes]
acciones = ["AER.13.03"]
fraccion_saldo_ratio = 0.5
[receptores]
acciones = ["AER.01.03"]
tope_pim_ratio = 1.0
[receptores.absorcion]
modo = "sin descuento"
{FACTS}
"""


def run(*arguments) -> int:
    return main._code([str(argument) for argument in arguments], False)


@pytest.fixture
def place(tmp_path, capsys):
    """In thousands. Roads: 1 000 with 400 certified; pay: 500 free; roads with canon: 300 free. Forests: 200, and 80 with canon, all spent."""
    write_long(
        tmp_path / "gore_sintetico_2025.csv",
        *(
            record | {"ANO_EJE": "2025"}
            for record in (
                budget("1000000", **ROADS),
                spent(3, "400000", **ROADS) | {"MONTO_CERTIFICADO": "400000"},
                budget("500000", **PAY),
                budget("300000", **CANON),
                budget("200000", **FOREST),
                spent(3, "200000", **FOREST) | {"MONTO_CERTIFICADO": "200000"},
                budget("80000", **FOREST_CANON),
                spent(3, "80000", **FOREST_CANON) | {"MONTO_CERTIFICADO": "80000"},
                budget("50000", **WATER),
            )
        ),
    )
    (tmp_path / "vinculos.csv").write_text(RULES, encoding="utf-8")
    (tmp_path / "bosques.toml").write_text(SCENARIO, encoding="utf-8")
    assert run("cargar", tmp_path / "gore_sintetico_2025.csv", "--al", "2025-07-31", "--almacen", tmp_path / "almacen") == 0
    capsys.readouterr()
    return tmp_path


def propose(place, *more) -> int:
    return run(
        "escenario",
        place / "bosques.toml",
        "--instantanea",
        "ultima",
        "--almacen",
        place / "almacen",
        "--reglas",
        place / "vinculos.csv",
        *more,
    )


def test_the_optimum_is_the_one_worked_out_by_hand(place, capsys):
    """Roads may give 300 (half of 600 free) but forests take 200; pay may not leave 2.1.1; canon only goes to investments."""
    assert propose(place, "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)["escenarios"]
    assert found["base"].startswith("datos sintéticos, gore_sintetico_2025.csv")
    assert (found["monto_soles"], found["indicativo"]) == (200_000, False)
    (entry_out, entry_in) = found["asientos"]
    assert (entry_out["lado"], entry_out["sec_func"], entry_out["clasificador"], entry_out["monto_soles"]) == (
        "anulación",
        "20",
        "2.3.1.5.1.2",
        "200000.00",
    )
    assert (entry_in["lado"], entry_in["sec_func"], entry_in["certificado_soles"]) == ("habilitación", "30", "200000.00")
    assert found["movimientos"][0]["nota_tipo"] == 3
    assert found["fuentes"] == [
        {
            "pliego": "445",
            "fuente": "1",
            "rubro": "00",
            "anulado_soles": "200000.00",
            "habilitado_soles": "200000.00",
            "diferencia_soles": "0.00",
        }
    ]
    assert found["restricciones"][-1]["usado_soles"] == 200_000


def test_recommendation_2_on_a_linked_year(place, capsys):
    """Forests may take 25 % of 280 000 by an execution of 1 = 70 000; roads may give 10 % of 1 800 000: half of 600 000 free is more."""
    assert (
        run(
            "escenario",
            "recomendacion-2",
            "--instantanea",
            "ultima",
            "--almacen",
            place / "almacen",
            "--reglas",
            place / "vinculos.csv",
            "--json",
        )
        == 0
    )
    (found,) = json.loads(capsys.readouterr().out)["escenarios"]
    assert [(row["donante"], row["receptor"], row["monto_soles"]) for row in found["transferencias"]] == [
        ("AER.13.03", "AER.01.03", "70000.00")
    ]
    caps = {row["restriccion"]: row["limite_soles"] for row in found["restricciones"]}
    assert (caps["donante:AER.13.03"], caps["receptor:AER.01.03"]) == (180_000, 70_000)
    assert found["indicativo"]
    assert {row["fuente"] for row in found["movimientos"]} == {"1"}


@pytest.mark.lento
def test_the_folder_has_the_draft_its_tables_and_its_figures(place, capsys):
    (place / "metas_aoi.csv").write_text(
        "anio,sec_ejec,sec_func,aoi,autor,fecha\n2025,775,20,AOI00044500001,una persona,2025-02-01\n", encoding="utf-8"
    )
    assert propose(place, "--preguntas", "--corridas", "10", "--metas-aoi", place / "metas_aoi.csv", "--salida", place / "salida") == 0
    folder = place / "salida" / "sintetico-bosques"
    book = openpyxl.load_workbook(folder / "propuesta-borrador.xlsx")
    for sheet in book:
        text = " ".join(str(cell.value) for row in sheet.iter_rows(max_row=4) for cell in row if cell.value)
        assert "BORRADOR" in text, sheet.title
    plan = " ".join(str(cell.value) for row in book["POI"].iter_rows() for cell in row if cell.value)
    assert "AOI00044500001" in plan
    with (folder / "tablas" / "por_fuente.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["diferencia_soles"] for row in csv.DictReader(file)] == ["0.00"]
    assert {path.name for path in (folder / "graficos").glob("*.png")} == {
        "escenario_sintetico-bosques.png",
        "frontera_sintetico-bosques.png",
        "transferencias_sintetico-bosques.png",
    }
    assert json.loads((place / "salida" / "manifiesto.json").read_text(encoding="utf-8"))
    assert "Borrador, tablas y figuras" in capsys.readouterr().out


def test_without_the_declared_facts_nothing_is_allowed(place, capsys):
    text = (place / "bosques.toml").read_text(encoding="utf-8").replace(FACTS, "")
    (place / "bosques.toml").write_text(text, encoding="utf-8")
    assert propose(place) == 3
    err = capsys.readouterr().err
    assert "FALTA DATO" in err
    assert "declare evidencias" in err


def test_a_budget_is_only_modified_in_its_own_year(place, capsys):
    assert propose(place, "--al", "2026-03-01") == 1
    assert "la norma de 2026 sobre el presupuesto de 2025" in capsys.readouterr().err


def test_a_value_that_a_fact_does_not_have_is_an_error_and_not_a_no(place, capsys):
    path = place / "bosques.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('dato = "app"\nvalor = "no"', 'dato = "app"\nvalor = "Sí"'), encoding="utf-8")
    assert propose(place) == 1
    err = capsys.readouterr().err
    assert "«Sí»" in err
    assert "PAS o PAO o PAMO o OTRA o no" in err


def test_a_run_without_solution_keeps_what_was_there(place, capsys):
    assert propose(place, "--salida", place / "salida") == 0
    before = sorted(path.name for path in (place / "salida").rglob("*"))
    path = place / "bosques.toml"
    path.write_text("monto_requerido_soles = 900000000\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    capsys.readouterr()
    assert propose(place, "--salida", place / "salida", "--json") == 3
    told = capsys.readouterr()
    assert json.loads(told.out)["sin_solucion"][0]["found"].startswith("no caben juntos")
    assert "lo que había sigue ahí" in told.err
    assert sorted(path.name for path in (place / "salida").rglob("*")) == before


def test_the_same_scenario_twice_is_refused(place, capsys):
    assert propose(place, place / "bosques.toml") == 2
    assert "sintetico-bosques" in capsys.readouterr().err


def test_what_is_certified_is_never_given(place, capsys):
    """Roads have 600 000 free: with the whole balance asked for and more room, no line goes below its certificado."""
    path = place / "bosques.toml"
    text = path.read_text(encoding="utf-8").replace(
        "fraccion_saldo_ratio = 0.5", 'fraccion_saldo_ratio = 1.0\nsin_certificado = "no devengado"'
    )
    path.write_text(text.replace("tope_pim_ratio = 1.0", "tope_pim_ratio = 100\ntope_linea_pim_ratio = 100"), encoding="utf-8")
    assert propose(place, "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)["escenarios"]
    given = [row for row in found["asientos"] if row["lado"] == "anulación"]
    assert [(row["sec_func"], row["monto_soles"]) for row in given] == [("20", "600000.00")]
    assert all(float(row["pim_soles"]) - float(row["monto_soles"]) >= float(row["certificado_soles"]) for row in given)


def test_what_is_asked_wrong_says_where(place, capsys):
    assert run("escenario", "nada", "--almacen", place / "almacen") == 1
    assert "uno de: agua-y-ambiente, cierre-de-brechas" in capsys.readouterr().err
    assert propose(place, "--anio", "2019") == 1
    assert "no tiene filas de 2019" in capsys.readouterr().err
    assert propose(place, "--al", "ayer") == 2
    assert "no es una fecha, por ejemplo" in capsys.readouterr().err


def test_scenarios_side_by_side(capsys):
    assert run("escenario", "recomendacion-2", "agua-y-ambiente", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["monto_soles"] for row in found["resumen"]] == [7_385_699, 5_649_743]
    assert sorted(found) == sorted(["escenarios", "sin_solucion", "resumen", "cambios", "transferencias"])
    assert run("escenario", "recomendacion-2", "recomendacion-2") == 2
    capsys.readouterr()
    assert run("escenario", "recomendacion-2", "minimo-movimiento") == 0
    assert "Prioridad por sol" in capsys.readouterr().out


def test_the_same_from_python(place):
    from presupuesto_link import Cut, EscenarioSpec, Store, embedded_analyses, evaluate, ground_of, load, propose, read_links, read_spec

    inputs, store = load(embedded_analyses()["cajamarca-2024"]), Store(place / "almacen")
    ground = ground_of(evaluate(inputs, Cut(store, store.list()[-1], read_links(place / "vinculos.csv"))))
    scenario = propose(ground, read_spec(place / "bosques.toml", EscenarioSpec))
    assert scenario.monto_soles == 200_000
