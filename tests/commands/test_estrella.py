"""`analizar --solo estrella` from the command line."""

import json

import polars as pl
import pytest

from tests.commands.test_cargar import call
from tests.sources.extracts import budget, spent, write_long

STAR = ["analizar", "--solo", "estrella"]
RULES = "id,accion,programa,autor,fecha\nmaterno,AER.03.03,0002,ana,2024-06-30\n"


@pytest.fixture
def loaded(tmp_path, capsys):
    """A store with one snapshot, and the options that name it."""
    extract = write_long(
        tmp_path / "gasto_20240630.csv",
        budget("1000.10", "900"),
        spent(1, "100.05"),
        budget("7", PLIEGO="440", SEC_EJEC="9", PROGRAMA_PPTO="0042"),
    )
    call(capsys, "cargar", extract, "--almacen", tmp_path / "almacen")
    (rules := tmp_path / "vinculos.csv").write_text(RULES, encoding="utf-8")
    return ["--almacen", tmp_path / "almacen", "--instantanea", "20240630", "--reglas", rules, "--salida", tmp_path / "tablero"]


def test_an_export_says_what_it_wrote(capsys, loaded, tmp_path):
    code, out, err = call(capsys, *STAR, *loaded, "--base", "sqlite")
    assert (code, err) == (0, "")
    for words in (
        "corte 2024-06-30",
        "gasto del Gobierno Regional de Cajamarca (pliego 445)",
        "1 regla firmada",
        "La regla que cuenta está firmada por una persona u oficina.",
        "2 filas; PIM S/ 1,000.10, devengado S/ 100.05",
        "0 filas",
        "LEAME.txt",
    ):
        assert words in out
    assert pl.read_parquet(tmp_path / "tablero" / "estrella" / "hechos.parquet")["accion"].to_list() == ["AER.03.03"] * 2
    assert (tmp_path / "tablero" / "estrella" / "presupuesto.sqlite").is_file()
    assert call(capsys, *STAR, *loaded)[0] == 0  # its own earlier export is replaced
    assert not (tmp_path / "tablero" / "estrella" / "presupuesto.sqlite").exists()


def test_json_is_exact_and_the_scope_changes_the_total(capsys, loaded):
    got = json.loads(call(capsys, *STAR, *loaded, "--ambito", "todo", "--json")[1])
    assert got["filas"] == {"hechos": 3, "hechos_transversales": 0}
    assert got["totales_soles"]["hechos"]["pim_soles"] == "1007.10"
    assert got["totales_soles"]["hechos_transversales"]["pim_soles"] is None
    for name in ("hechos.parquet", "dim_accion.parquet", "boost.csv", "LEAME.txt", "manifiesto.json"):
        assert f"estrella/{name}" in got["archivos"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--instantanea", "no-hay"], "no hay ninguna instantánea «no-hay»"),
        (["--anio", "2020"], "ninguna fila"),
        (["--reglas", "no-hay.csv"], "el archivo no existe"),
        (["--analisis", "otro"], "opción --analisis"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(capsys, loaded, tmp_path, change, words):
    option, value = change
    given = [*loaded, *change]
    if option in loaded:
        given = loaded[:]
        given[loaded.index(option) + 1] = value
    code, out, err = call(capsys, *STAR, *given)
    assert (code, out) == (1, "")
    assert words in err
    assert "Traceback" not in err
    assert not (tmp_path / "tablero").exists()


def test_duckdb_is_asked_for_by_its_name(capsys, loaded, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, _, err = call(capsys, *STAR, *loaded, "--base", "duckdb")
    assert code == 1
    assert "DuckDB no está instalado" in err
    assert not (tmp_path / "tablero").exists()
