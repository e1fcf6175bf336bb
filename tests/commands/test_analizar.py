"""`analizar`, whole or a part of it, with a quarter, as a person asks for them; figures are drawn in other tests."""

import json

import pytest

from presupuesto_link.commands import main


def run(*arguments):
    return main._code([str(argument) for argument in arguments], False)


@pytest.fixture
def undrawn(monkeypatch):
    monkeypatch.setattr("presupuesto_link.presentation.plots.draw_all", lambda _: ())


@pytest.mark.parametrize("part", [(), ("--solo", "tablero")])
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--anterior", "20250701"), "--anterior"),
        (("--ambito", "todo"), "--ambito"),
        (("--almacen", "otro"), "--almacen"),
        (("--mes", "6", "--anio", "2025"), "--anio, --mes"),
        (("--incluir-sugeridos",), "--incluir-sugeridos"),
        (("--historia", "2024"), "--historia"),
        (("--reglas", "r.csv"), "--reglas"),
    ],
)
def test_what_would_be_ignored_is_told(part, arguments, named, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run("analizar", *part, *arguments) == 2
    assert f"{named} sólo tiene sentido con --instantanea" in " ".join(capsys.readouterr().err.split())
    assert not list(tmp_path.iterdir())


def test_an_empty_store_and_an_unknown_snapshot_are_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run("analizar", "--almacen", tmp_path / "vacio", "--instantanea", "ultima") == 1
    assert "un almacén vacío" in capsys.readouterr().err
    assert run("analizar", "--solo", "informe", "--almacen", tmp_path / "vacio", "--instantanea", "1999") == 1
    assert "no hay ninguna instantánea «1999»" in capsys.readouterr().err
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.lento
def test_the_board_says_where_it_is(undrawn, tmp_path, capsys):
    target = tmp_path / "t"
    assert run("analizar", "--solo", "tablero", "--salida", target) == 0
    assert f"2 archivos en {target}. Abra {target / 'index.html'}" in capsys.readouterr().out
    assert run("analizar", "--solo", "tablero", "--salida", target, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sin_cambios"]
    assert (found["archivos"], found["sintetico"]) == (["index.html", "manifiesto.json"], False)


@pytest.mark.parametrize("part", [(), ("--solo", "tablero"), ("--solo", "estrella")])
def test_a_folder_of_somebody_else_is_refused_before_any_work(part, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("presupuesto_link.inputs.load", None)
    (tmp_path / "mio.docx").write_bytes(b"x")
    assert run("analizar", *part, "--salida", tmp_path) == 1
    assert "una carpeta con otros archivos" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mio.docx"]


def test_a_file_is_no_folder_of_results(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("presupuesto_link.inputs.load", None)
    (tmp_path / "mio.html").write_text("<p>mío</p>", encoding="utf-8")
    assert run("analizar", "--salida", tmp_path / "mio.html") == 1
    assert "se encontró: un archivo" in capsys.readouterr().err


@pytest.mark.lento
def test_the_report_is_two_files(undrawn, tmp_path, capsys):
    assert run("analizar", "--solo", "informe", "--salida", tmp_path / "i", "--json") == 0
    assert json.loads(capsys.readouterr().out)["archivos"] == ["informe.docx", "informe.html", "manifiesto.json"]
