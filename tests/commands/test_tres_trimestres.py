"""An office works three quarters in its folder: what a person reads on the screen, and what nothing may lose."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from presupuesto_link.commands.main import _code
from presupuesto_link.sources.embedded import embedded_root

SIAF = embedded_root() / "data" / "siaf"
JUNE, AUGUST = "gasto_2025_a_junio_sintetico.csv.gz", "gasto_2022_2025_a_agosto_sintetico.csv.gz"
REAL = Path(__file__).resolve().parents[3] / "shared" / "casos" / "uso" / "siaf_web_445_20251030.xlsx"
FAST = ("--solo", "tablas", "--solo", "libro", "--solo", "escenarios")
pytestmark = pytest.mark.lento


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tres") / "Oficina de Presupuesto ñ"
    assert _code(["nuevo", str(folder), "--nombre", "Gobierno Regional de Cajamarca", "--pliego", "445"], False) == 0
    for name in (JUNE, AUGUST):
        shutil.copy(SIAF / name, folder)
        shutil.copy(SIAF / name.replace(".gz", ".origen.toml"), folder)
    return folder


@pytest.fixture(autouse=True)
def _inside(office, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(office)
    monkeypatch.setenv("XDG_CACHE_HOME", str(office.parent / "cache"))


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = _code(list(arguments), False)
    said = capsys.readouterr()
    return code, said.out, said.err


def decision(path: Path, write: str = "") -> str:
    """The decision that somebody wrote in the redesign sheet, wherever its row is now; with a text, written in the first row first."""
    book = openpyxl.load_workbook(path)
    sheet = book["rediseno"]
    column = next(one.column for one in sheet[1] if one.value == "decision")
    if write:
        sheet.cell(2, column).value = write
        book.save(path)
    return "".join(str(row[0].value or "") for row in sheet.iter_rows(min_row=2, min_col=column, max_col=column))


def test_the_first_quarter_is_one_command_and_one_screen(capsys, office):
    code, out, _ = run(capsys, "analizar", JUNE, *FAST)
    assert code == 0
    assert out.startswith("DATOS SINTÉTICOS")
    titles = ["Qué hay", "Qué cambió", "Qué está atrasado", "Qué se podría mover", "Qué pide una decisión", "Lo que sigue"]
    assert [line for line in out.splitlines() if line in titles] == titles
    assert "Reglas del vínculo: vinculos.csv" in out
    assert "menos de lo esperado" in out
    assert out.count("presupuesto-link ") >= 3
    assert (office / "salida" / "libro.xlsx").is_file()


def test_the_same_again_is_not_made_again(capsys, office):
    before = (office / "salida" / "manifiesto.json").stat().st_mtime_ns
    code, out, _ = run(capsys, "analizar", JUNE, *FAST)
    assert (code, out.startswith("Nada cambió desde la última corrida")) == (0, True)
    assert (office / "salida" / "manifiesto.json").stat().st_mtime_ns == before
    assert json.loads(run(capsys, "analizar", JUNE, *FAST, "--json")[1])["sin_cambios"] is True


def test_the_second_quarter_carries_what_was_filled_and_says_what_changed(capsys, office):
    decision(office / "salida" / "libro.xlsx", "Revisar en el POI 2027")
    code, out, _ = run(capsys, "analizar", AUGUST, *FAST)
    assert code == 0
    assert decision(office / "salida" / "libro.xlsx") == "Revisar en el POI 2027"
    assert decision(office / "salida" / "libro_llenado.xlsx") == "Revisar en el POI 2027"
    assert "fines de agosto" in out
    assert len(json.loads(run(capsys, "almacen", "listar", "--json")[1])["instantaneas"]) == 2


def test_rules_that_change_change_the_run_and_are_named(capsys, office):
    rules = office / "vinculos.csv"
    text = rules.read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("pp-1001-dit,")]
    before = json.loads(run(capsys, "ver", "AER.03.04", "--json")[1])["respuestas"][0]["cuadros"]
    rules.write_text("".join(lines), encoding="utf-8")
    after = json.loads(run(capsys, "ver", "AER.03.04", "--json")[1])["respuestas"][0]["cuadros"]
    assert next(row["anio"] for row in before["Dinero"]) == 2025
    assert all(row["anio"] != 2025 for row in after["Dinero"])
    _, _, err = run(capsys, "analizar", AUGUST, *FAST)
    assert "Cambió desde la última corrida: vinculos.csv" in err
    assert decision(office / "salida" / "libro.xlsx") == "Revisar en el POI 2027"
    rules.write_text(text, encoding="utf-8")


def test_a_quarter_interrupted_leaves_the_last_one_and_runs_again(capsys, office):
    kept = (office / "salida" / "manifiesto.json").read_bytes()
    command = [sys.executable, "-m", "presupuesto_link", "analizar", AUGUST, "--solo", "libro"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ, text=True)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1.5)
    process.terminate()
    _, err = process.communicate(timeout=60)
    if os.name == "posix":
        assert process.returncode == 143
        assert "Interrumpido: no quedó nada escrito a medias." in err
    assert (office / "salida" / "manifiesto.json").read_bytes() == kept
    assert run(capsys, "analizar", AUGUST, *FAST)[0] == 0
    assert decision(office / "salida" / "libro.xlsx") == "Revisar en el POI 2027"


@pytest.mark.skipif(not REAL.is_file(), reason="el libro real del SIAF no está aquí")
def test_the_third_quarter_is_the_real_workbook(capsys, office):
    code, out, _ = run(capsys, "analizar", str(REAL), *FAST)
    assert code == 0
    assert "SINTÉTICOS" not in out.splitlines()[0]
    assert "Al 30 de octubre de 2025 se habían devengado S/ 28,495,619.31" in out
    assert decision(office / "salida" / "libro.xlsx") == "Revisar en el POI 2027"
    rows = json.loads(run(capsys, "ver", "775", "--json")[1])["respuestas"][0]["cuadros"]["Dinero"]
    assert (rows[0]["devengado_soles"], rows[0]["pim_soles"], rows[0]["certificado_soles"]) == ("28495619.31", "48103240.00", "38480622.56")
