"""The names that commands and options had before: each says what it is today, and the answer is the same."""

import json

import pytest

from presupuesto_link.commands.before import COMMANDS, of_today
from presupuesto_link.commands.main import _code
from tests.commands.test_cli import call
from tests.sources.extracts import budget, write_long

TABLE = {
    "auditar --severidad alta --json": "ver auditoria alta --json",
    "auditar --codigo E06 --severidad=alta": "ver auditoria E06 alta",
    "avance --nivel AER --anio 2024": "ver avance --por accion --anio 2024",
    "avance --nivel=accion": "ver avance --por=accion",
    "matriz --ejecucion 2023 --resultado 2024": "ver matriz --anio 2023 --resultado 2024",
    "ranking --primeras 3": "ver ranking --primeras 3",
    "robustez --primeros 5 --salida r": "ver robustez --primeras 5 --salida r",
    "asociacion --eficiencia": "ver asociacion --por eficiencia",
    "semaforo --nivel programa -i ultima": "ver semaforo --por programa -i ultima",
    "proyectar --nivel OER --confianza 0.9": "ver cierre --por objetivo --confianza 0.9",
    "comparar a b --fecha 2025-05-15": "escenario a b --al 2025-05-15",
    "escenario x --fecha 2025-05-15 --corridas 50": "escenario x --al 2025-05-15 --sorteos 50",
    "normas listar --fecha 2025-05-15": "normas listar --al 2025-05-15",
    "graficar": "analizar --solo figuras --salida graficos",
    "graficar --salida g": "analizar --solo figuras --salida g",
    "tablero --instantanea ultima": "analizar --solo tablero --instantanea ultima --salida tablero",
    "tablero -s t.html": "analizar --solo tablero -s t",
    "tablero --salida=t.html": "analizar --solo tablero --salida=t",
    "informe --salida i": "analizar --solo informe --salida i",
    "exportar -i 2025 --vinculos v.csv --sqlite --salida e": "analizar --solo estrella -i 2025 --reglas v.csv --base sqlite --salida e",
    "exportar --duckdb": "analizar --solo estrella --base duckdb --salida estrella",
    "descargar 2024 --tipo gasto --carpeta d": "cargar --descargar 2024 --tipo gasto --salida d",
    "descargar --forzar 2024 -c d": "cargar --forzar --descargar 2024 --salida d",
    "cargar x.csv --fecha-corte 2025-01-31 --nivel R": "cargar x.csv --al 2025-01-31 --nivel R",
    "cargar x.csv --fecha-corte=2025-01-31": "cargar x.csv --al=2025-01-31",
    "ceplan a.xlsx b.xlsx --metas-aoi m.csv --vinculos v.csv": "vincular --poi a.xlsx --poi b.xlsx --metas-aoi m.csv --reglas v.csv",
    "ceplan a.xlsx --salida d.csv --sugerencias s.csv": "vincular --poi a.xlsx --exportar d.csv --sugerir s.csv",
    "vincular v.csv --por ejecutora": "ver vinculo --reglas v.csv --por ejecutora",
    "vincular --almacen a --por nivel --json": "ver vinculo --almacen a --por nivel --json",
}
SAME = ("analizar --salida s", "ver AER.01.03 --json", "vincular v.csv", "--version", "", "almacen listar", "cargar x.csv --al 2025-01-31")


@pytest.mark.parametrize("before", TABLE)
def test_each_name_of_before_is_one_of_today(before):
    found, told = of_today(before.split())
    assert " ".join(found) == TABLE[before]
    assert told.startswith("Ahora es: ")


@pytest.mark.parametrize("given", SAME)
def test_what_is_of_today_is_left_alone_in_silence(given):
    assert of_today(given.split()) == (given.split(), "")


def test_every_command_of_before_is_in_the_table():
    assert {one.split()[0] for one in TABLE} >= set(COMMANDS)


@pytest.mark.parametrize(
    "before", ["auditar --codigo p01 --json", "matriz --ejecucion 2023 --json", "comparar recomendacion-2 agua-y-ambiente --json"]
)
def test_the_answer_is_the_same_and_stderr_says_the_name_of_today(capsys, before):
    code, out, err = call(capsys, *before.split())
    assert (code, err.splitlines()) == (0, [f"Ahora es: presupuesto-link {' '.join(err.split()[3:])}"])
    today, _ = of_today(before.split())
    assert call(capsys, *today) == (0, out, "")
    assert json.loads(out)


def test_an_extract_loaded_and_linked_by_the_names_of_before(capsys, tmp_path):
    extract, store = write_long(tmp_path / "2024-Gasto.csv", budget("7.5")), str(tmp_path / "almacen")
    code, out, err = call(capsys, "cargar", str(extract), "--fecha-corte", "2024-12-31", "--almacen", store)
    assert (code, err) == (0, f"Ahora es: presupuesto-link cargar {extract} --al 2024-12-31 --almacen {store}\n")
    assert "corte 2024-12-31" in out
    code, out, err = call(capsys, "vincular", "--por", "nivel", "--almacen", store, "--json")
    assert (code, err) == (0, f"Ahora es: presupuesto-link ver vinculo --por nivel --almacen {store} --json\n")
    assert json.loads(out)["por"] == "nivel"
    code, _, err = call(capsys, "exportar", "--almacen", store, "--salida", str(tmp_path / "e"))
    assert (code, err) == (0, f"Ahora es: presupuesto-link analizar --solo estrella --almacen {store} --salida {tmp_path / 'e'}\n")
    assert (tmp_path / "e" / "estrella" / "hechos.parquet").is_file()


def test_help_of_a_name_of_before_is_that_of_today(capsys):
    assert _code(["semaforo", "--help"], False) == 0
    assert capsys.readouterr().out.startswith("Uso: presupuesto-link ver semaforo ")
