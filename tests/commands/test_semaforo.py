"""`ver semaforo` as a person uses it: the light, its tables and figures, and what goes wrong."""

import csv
import json

import pytest

from presupuesto_link.commands import main
from tests.conftest import ROOT
from tests.sources.extracts import budget, spent, write_long


def run(*arguments):
    return main._code([str(argument) for argument in arguments], False)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("semaforo") / "almacen"
    for name, cut in (("2022_2025_a_agosto", "2025-09-01"), ("2025_a_junio", "2025-07-01")):
        path = ROOT / "data" / "siaf" / f"gasto_{name}_sintetico.csv.gz"
        assert run("cargar", path, "--almacen", folder, "--al", cut) == 0
    return folder


@pytest.fixture
def ask(store, capsys):
    capsys.readouterr()

    def asked(*arguments):
        code = run("ver", "semaforo", "--almacen", store, *arguments)
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return asked


def test_json_adds_up_to_the_centimo_in_every_month(ask, inputs):
    code, out, _ = ask("--anterior", "20250701", "--json")
    found = json.loads(out)
    assert (code, found["sintetico"], found["anio"], found["mes"]) == (0, True, 2025, 8)
    for month in range(1, 9):
        rows = [r for r in found["semaforo"] if r["mes"] == month]
        parts = [r for r in rows if r["nivel"] == "AER" and r["vinculo"] == "directo" and r["pim_soles"]]
        (whole,) = [r for r in rows if r["nivel"] == "total"]
        for column in ("pim_soles", "devengado_soles"):
            assert sum(_centimos(r[column]) for r in parts) == _centimos(whole[column])
    assert sum(cell["acciones"] for cell in found["alineamiento_celdas"]) == inputs.plan.acciones.height


def _centimos(text):
    return int(text.replace(".", ""))


@pytest.mark.parametrize(("level", "word"), [("objetivo", "OER"), ("programa", "programa")])
def test_every_level_is_printed_with_its_label(ask, level, word):
    code, out, _ = ask("--anterior", "20250701", "--por", level)
    assert code == 0
    assert out.startswith("DATOS SINTÉTICOS")
    assert f"Por {word}, en soles (" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--instantanea", "20250701", "--anterior", "20250901"), "un corte anterior al 01/07/2025"),
        (("--mes", "9"), "el mes 9 no había cerrado"),
        (("--anio", "2019"), "no tiene filas de 2019"),
        (("--poi", "x.xlsx"), "--poi y --metas-aoi van juntas"),
        (("--anterior", "19990101"), "19990101"),
        (("--calendario", "no-existe.csv"), "no-existe.csv"),
    ],
)
def test_what_goes_wrong_is_said_in_spanish(ask, arguments, said):
    code, out, err = ask(*arguments)
    assert code != 0
    assert said in " ".join(err.split())
    assert not out


def test_somebody_elses_folder_is_refused_and_left_as_it_was(ask, tmp_path):
    (tmp_path / "mio.txt").write_text("mío", encoding="utf-8")
    code, _, err = ask("--salida", tmp_path)
    assert code != 0
    assert err
    assert [p.name for p in tmp_path.iterdir()] == ["mio.txt"]


def test_the_folder_says_that_its_data_are_made_up(ask, tmp_path, monkeypatch):
    monkeypatch.setattr("presupuesto_link.presentation.plots.seguimiento.draw_quarters", lambda _: None)
    monkeypatch.setattr("presupuesto_link.presentation.plots.seguimiento.draw_alignment", lambda _: None)
    assert ask("--anterior", "20250701", "--salida", tmp_path / "s")[0] == 0
    tables = sorted((tmp_path / "s" / "tablas").glob("*.csv"))
    assert len(tables) == 12
    for path in tables:
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert {r["datos"] for r in csv.DictReader(file)} == {"datos sintéticos"}, path.name


@pytest.fixture
def little(tmp_path):
    """One AER with PIM and accrual, another with accrual alone: money that must not vanish from the screen."""
    usual = {"SEC_FUNC": "7", "PROGRAMA_PPTO": "0138", "GENERICA": "6", "TIPO_ACT_PROY": "2"}
    odd = {"SEC_FUNC": "8", "PROGRAMA_PPTO": "0002", "GENERICA": "3", "TIPO_ACT_PROY": "3"}
    path = write_long(
        tmp_path / "2024-Gasto.csv", budget("1200", **usual), spent(1, "100", **usual), spent(2, "100", **usual), spent(2, "50.25", **odd)
    )
    assert run("cargar", path, "--al", "2024-03-05", "--almacen", tmp_path / "uno") == 0
    return tmp_path / "uno"


def test_accrual_without_pim_is_shown_and_is_an_alert(little, capsys):
    capsys.readouterr()
    assert run("ver", "semaforo", "--almacen", little) == 0
    out = capsys.readouterr().out
    assert "AER.03.03" in out
    assert "sin cifra" in out
    assert "todo" in out
    found = _json(capsys, "ver", "semaforo", "--almacen", little)
    now = [r for r in found["semaforo"] if r["mes"] == 2]
    alone = next(r for r in now if r["unidad"] == "AER.03.03")
    assert (alone["devengado_soles"], alone["color_devengado"]) == ("50.25", "gris")
    assert next(r for r in now if r["nivel"] == "total")["devengado_soles"] == "250.25"


def _json(capsys, *arguments):
    assert run(*arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_what_of_a_calendar_is_not_used_is_said(little, capsys, tmp_path):
    rows = [f"2024,{m},{p},100" for p in ("0138", "9999") for m in range(1, 13)]
    path = tmp_path / "pca.csv"
    path.write_text("\n".join(["anio,mes,programa,programado_soles", *rows]), encoding="utf-8")
    capsys.readouterr()
    assert run("ver", "semaforo", "--almacen", little, "--calendario", path) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "1 de sus 2 claves no están en el gasto de 2024 y no se usan (programa: 9999)" in out
    assert any("9999" in said for said in _json(capsys, "ver", "semaforo", "--almacen", little, "--calendario", path)["observaciones"])


def test_a_transversal_action_is_marked_and_the_last_row_is_the_whole(ask):
    _, out, _ = ask("--anterior", "20250701", "--primeras", "1")
    assert "AER.07.01†" in out
    assert "† AER transversal: su dinero se mide aparte" in out
    assert "(24 con dinero de 48)" in out
    table = out.partition("Alertas")[0]
    assert any(line.startswith("todo ") for line in table.splitlines())
