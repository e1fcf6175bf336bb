"""`ver robustez` says what the library says, writes it whole, and explains bad input in Spanish."""

import json

import polars as pl
import pytest

from presupuesto_link.presentation.folders.robustness_folder import robustness_tables
from presupuesto_link.presentation.telling.robustness_words import interval, sentences, share
from presupuesto_link.specs import RobustezSpec
from presupuesto_link.studies.robustness import Robustness, study_robustness
from tests.commands.test_cli import call
from tests.conftest import ROOT

FEW = ["ver", "robustez", "--sorteos", "3000", "--semilla", "4"]


@pytest.fixture(scope="module")
def found(analysis) -> Robustness:
    return study_robustness(analysis, RobustezSpec(sorteos=3000, semilla=4))


def test_help_is_spanish_and_has_an_example(capsys):
    code, out, _ = call(capsys, "ver", "robustez", "--help")
    assert code == 0
    assert "Ejemplo: presupuesto-link ver robustez --salida robustez" in " ".join(out.split())


def test_json_is_the_library(capsys, found):
    code, out, err = call(capsys, *FEW, "--json")
    given = json.loads(out)
    assert (code, err) == (0, "")
    for name, table in robustness_tables(found).items():
        assert given[name] == table.to_dicts(), name
    assert given["frases"] == sentences(found)
    assert given["robustez"]["sorteos"] == 3000
    assert given["robustez"]["perfiles"] == ["ceplan", "informe_2024"]


def test_the_table_and_the_sentences_are_the_library(capsys, found, monkeypatch):
    monkeypatch.setenv("COLUMNS", "130")
    code, out, _ = call(capsys, *FEW)
    assert code == 0
    first = found.resumen.row(0, named=True)
    (line,) = [line for line in out.splitlines() if line.split()[1:2] == [first["accion"]]]
    assert line.startswith(" 1")
    assert interval(first["puesto_bajo"], first["puesto_alto"]) in line.split()
    assert share(first["primeros_ratio"]) in line
    assert "brecha de avance" in line
    for sentence in sentences(found):
        assert sentence in out
    assert "hasta 0.91 puntos. Semilla 4." in out
    placed = found.resumen.filter(pl.col("rezagada_ratio") > 0)
    assert f"({placed.height} AER con puesto en algún caso)" in out


def test_another_length_of_the_list(capsys, analysis):
    code, out, _ = call(capsys, *FEW, "--primeras", "3", "--json")
    asked = study_robustness(analysis, RobustezSpec(sorteos=3000, semilla=4, primeros=3))
    assert code == 0
    assert json.loads(out)["resumen"] == robustness_tables(asked)["resumen"].to_dicts()


@pytest.mark.lento
def test_the_folder_holds_every_table_and_both_figures(capsys, found, tmp_path):
    folder = tmp_path / "robustez"
    code, out, _ = call(capsys, *FEW, "--salida", str(folder))
    assert code == 0
    assert out.endswith(f"Tablas y figuras: {folder}\n")
    tables = robustness_tables(found)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    figures = {f"graficos/{name}.{kind}" for name in ("intervalos_ranking", "aceptabilidad") for kind in ("png", "svg")}
    assert files == figures | {f"tablas/{name}.csv" for name in tables} | {"manifiesto.json"}
    written = pl.read_csv(folder / "tablas" / "resumen.csv", schema=tables["resumen"].schema)
    assert written.equals(tables["resumen"])
    manifest = json.loads((folder / "manifiesto.json").read_text(encoding="utf-8"))
    assert (manifest["orden"], manifest["robustez"]["semilla"]) == ("robustez", 4)


def test_a_folder_of_somebody_else_is_left_alone(capsys, tmp_path):
    (tmp_path / "mio.txt").write_text("mío", encoding="utf-8")
    code, _, err = call(capsys, *FEW, "--salida", str(tmp_path))
    assert code == 1
    assert "una carpeta con otros archivos" in err
    assert [path.name for path in tmp_path.iterdir()] == ["mio.txt"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--sorteos", "0"], "debe ser"), (["--primeras", "0"], "debe ser 1 o más"), (["--semilla", "x"], "no es un número entero")],
)
def test_wrong_usage_is_explained(capsys, arguments, message):
    code, out, err = call(capsys, "ver", "robustez", *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_bad_ranges_in_the_file_are_named(capsys, tmp_path):
    base = (ROOT / "analyses" / "cajamarca-2024" / "analisis.toml").as_posix()
    path = tmp_path / "analisis.toml"
    path.write_text(f'hereda = "{base}"\n[robustez.pesos]\nprioridad = [0.5, 0.2]\n', encoding="utf-8")
    code, out, err = call(capsys, "ver", "robustez", "-a", str(path))
    assert (code, out) == (1, "")
    assert "«robustez.pesos»" in err
    assert "un mínimo que no pase del máximo en prioridad: 0.5 es mayor que 0.2" in err


def test_a_profile_that_is_not_loaded_is_named(capsys, tmp_path):
    base = (ROOT / "analyses" / "cajamarca-2024" / "analisis.toml").as_posix()
    path = tmp_path / "analisis.toml"
    path.write_text(f'hereda = "{base}"\n[robustez]\nperfiles = ["otro"]\n', encoding="utf-8")
    code, _, err = call(capsys, "ver", "robustez", "-a", str(path))
    assert code == 1
    assert "perfiles que el análisis carga: ceplan, informe_2024" in err
