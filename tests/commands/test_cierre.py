"""`ver cierre` as a person uses it, and what it feeds: the donors of a scenario."""

import json
import subprocess
import sys

import polars as pl
import pytest

from presupuesto_link.commands import main
from tests.conftest import ROOT
from tests.sources.extracts import budget, spent, write_long

PRESET = ROOT / "analyses" / "cajamarca-2024" / "escenarios" / "recomendacion-2.toml"
EXTRACT = ROOT / "data" / "siaf" / "gasto_2022_2025_a_agosto_sintetico.csv.gz"


def run(*arguments) -> int:
    return main._code([str(argument) for argument in arguments], False)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("almacen")
    assert run("cargar", EXTRACT, "--almacen", folder) == 0
    return folder


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """The default analysis without the models: one that is fitted is tested elsewhere."""
    base = ROOT / "analyses" / "cajamarca-2024" / "analisis.toml"
    path = tmp_path_factory.mktemp("analisis") / "analisis.toml"
    methods = '["lineal", "parte del año anterior", "parte media"]'
    path.write_text(f'hereda = "{base.as_posix()}"\n[proyeccion]\nmetodos = {methods}\n', encoding="utf-8")
    return path


@pytest.fixture
def single(tmp_path):
    """One year alone, until February."""
    line = {"SEC_FUNC": "7", "PROGRAMA_PPTO": "0138", "GENERICA": "6", "TIPO_ACT_PROY": "2"}
    path = write_long(tmp_path / "2024-Gasto.csv", budget("1200", **line), spent(1, "10", **line), spent(2, "20", **line))
    assert run("cargar", path, "--al", "2024-03-05", "--almacen", tmp_path / "uno") == 0
    return tmp_path / "uno"


def answer(capsys, *arguments):
    assert run(*arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.lento
def test_the_console_says_where_it_comes_from_and_what_it_does_not_know(store, capsys):
    assert run("ver", "cierre", "--almacen", store, "--por", "objetivo") == 0
    said = capsys.readouterr().out
    for words in (
        "DATOS SINTÉTICOS",
        "Método: parte media",
        "Años completos y seguidos de historia: 2022, 2023, 2024",
        "Cierre proyectado en soles, intervalo del 80 %",
        "elegido",
        "todo",
        "932,495,766",
        "no sabe de transferencias",
    ):
        assert words in said


def test_json_adds_up_to_the_centimo_at_every_level(store, quick, capsys):
    found = answer(capsys, "ver", "cierre", "--almacen", store, "-a", quick, "--por", "ejecutora")
    for table in ("cierre", "cierre_ejecutora_y_generica"):
        frame = pl.DataFrame(found[table]).with_columns(pl.col("^.*_soles$").cast(pl.Decimal(18, 2)))
        sums = frame.group_by("nivel").agg(pl.col("^.*_soles$").sum()).drop("nivel")
        assert sums.n_unique() == 1
        assert frame["nivel"].n_unique() == 3
    assert found["sintetico"] is True


def test_with_a_single_year_it_is_linear_and_only_the_limits_are_sure(single, capsys):
    found = answer(capsys, "ver", "cierre", "--almacen", single)
    assert (found["metodo"], found["historia"]) == ("lineal", [])
    whole = next(row for row in found["cierre"] if row["nivel"] == "total")
    assert (whole["devengado_soles"], whole["proyectado_soles"]) == ("30.00", "180.00")
    assert (whole["bajo_soles"], whole["alto_soles"], whole["saldo_libre_bajo_soles"]) == ("30.00", "1200.00", "0.00")


def test_a_closed_year_and_a_month_that_has_not_closed_are_told(store, single, capsys):
    assert run("ver", "cierre", "--almacen", store, "--anio", "2024") == 1
    assert "2024 ya cerró" in capsys.readouterr().err
    assert run("ver", "cierre", "--almacen", single, "--mes", "7") == 1
    assert "el mes 7 no había cerrado al corte 05/03/2024" in capsys.readouterr().err


def test_a_past_month_can_be_projected_from_and_confidence_widens(store, quick, capsys):
    june = answer(capsys, "ver", "cierre", "--almacen", store, "-a", quick, "--mes", "6")
    assert (june["mes"], june["corte"]) == (6, "2025-06-30")
    wide = answer(capsys, "ver", "cierre", "--almacen", store, "-a", quick, "--mes", "6", "--confianza", "0.9")
    ends = [next(r for r in found["cierre"] if r["nivel"] == "total")["alto_soles"] for found in (june, wide)]
    assert float(ends[0]) < float(ends[1])
    assert run("ver", "cierre", "--almacen", store, "--confianza", "0.2") == 2
    assert "0.5" in capsys.readouterr().err


@pytest.mark.lento
def test_the_folder_marks_made_up_data_and_is_not_somebody_elses(store, tmp_path, capsys):
    target = tmp_path / "salida"
    assert run("ver", "cierre", "--almacen", store, "--salida", target) == 0
    assert {p.name for p in (target / "graficos").glob("*.png")} == {"proyeccion_cierre.png", "calibracion_intervalos.png"}
    for table in (target / "tablas").glob("*.csv"):
        assert set(pl.read_csv(table, infer_schema=False)["datos"]) <= {"datos sintéticos"}, table.name
    (tmp_path / "ajena").mkdir()
    (tmp_path / "ajena" / "mio.txt").write_text("mío", encoding="utf-8")
    capsys.readouterr()
    assert run("ver", "cierre", "--almacen", store, "--salida", tmp_path / "ajena") == 1
    assert "una carpeta con otros archivos" in capsys.readouterr().err
    assert [p.name for p in (tmp_path / "ajena").iterdir()] == ["mio.txt"]


def test_no_donor_gives_more_than_what_december_leaves_free(store, quick, capsys):
    free = {
        r["unidad"]: float(r["saldo_libre_bajo_soles"])
        for r in answer(capsys, "ver", "cierre", "--almacen", store, "-a", quick)["cierre"]
        if r["nivel"] == "AER"
    }
    found = answer(capsys, "escenario", PRESET, "-a", quick, "--almacen", store, "--instantanea", "ultima")["escenarios"][0]
    given = {r["accion"]: -float(r["cambio_soles"]) for r in found["acciones"] if r["papel"] == "donante"}
    assert given
    assert all(amount <= free[action] + 0.01 for action, amount in given.items())
    assert any("saldo libre proyectado al cierre (extremo bajo del intervalo)" in said for said in found["cautelas"])
    assert any(amount > 0.9 * free[action] for action, amount in given.items()), "the cap is felt"


@pytest.mark.parametrize(("mode", "said"), [("central", "(valor central)"), ("no usar", "no usa la proyección al cierre")])
def test_a_scenario_may_use_the_central_value_or_none(mode, said, store, quick, tmp_path, capsys):
    text = PRESET.read_text(encoding="utf-8")
    path = tmp_path / "otro.toml"
    path.write_text(text.replace("[donantes]", f'[donantes]\nsaldo_al_cierre = "{mode}"'), encoding="utf-8")
    found = answer(capsys, "escenario", path, "-a", quick, "--almacen", store, "--instantanea", "ultima")["escenarios"][0]
    assert any(said in caution for caution in found["cautelas"])


def test_without_earlier_years_a_scenario_says_there_is_no_projection(single, capsys):
    run("escenario", "recomendacion-2", "--almacen", single, "--instantanea", "ultima", "--json")
    text = capsys.readouterr().out
    assert "saldo libre proyectado al cierre" not in text


@pytest.mark.lento
def test_a_year_without_pim_has_no_figure_and_no_crash(tmp_path, capsys):
    path = write_long(tmp_path / "2024-Gasto.csv", budget("0", SEC_FUNC="7"), spent(1, "10", SEC_FUNC="7"), spent(2, "20", SEC_FUNC="7"))
    assert run("cargar", path, "--al", "2024-03-05", "--almacen", tmp_path / "a") == 0
    for topic in ("cierre", "semaforo"):
        assert run("ver", topic, "--almacen", tmp_path / "a", "--salida", tmp_path / topic) == 0
        assert "Traceback" not in capsys.readouterr().err
    assert not list((tmp_path / "cierre").glob("graficos/*"))
    assert sorted(p.stem for p in (tmp_path / "semaforo").glob("graficos/*.png")) == ["alineamiento", "semaforo_trimestral"]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--mes", "13", "debe ser 12 o menos."),
        ("--mes", "0", "debe ser 1 o más."),
        ("--confianza", "mucha", "no es un número."),
        ("--confianza", "2", "debe ser 0.99 o menos."),
    ],
)
def test_a_value_out_of_range_is_told_in_spanish(option, value, said, store, capsys):
    assert run("ver", "cierre", "--almacen", store, option, value) == 2
    assert said in capsys.readouterr().err


@pytest.mark.lento
def test_every_table_of_a_scenario_on_made_up_money_says_so(store, quick, tmp_path, capsys):
    target = tmp_path / "propuesta"
    assert run("escenario", PRESET, "-a", quick, "--almacen", store, "--instantanea", "ultima", "--salida", target) == 0
    tables = sorted(target.glob("*/tablas/*.csv"))
    assert len(tables) == 8
    for path in tables:
        assert set(pl.read_csv(path, infer_schema=False)["datos"]) <= {"datos sintéticos"}, path.name


@pytest.mark.lento
def test_odd_series_leave_nothing_on_stderr(tmp_path):
    """A fresh interpreter, where statsmodels is imported for the first time while its warnings are being silenced."""
    code = (
        "import numpy as np; from presupuesto_link.quarter.forecast import project; r = np.random.default_rng(1);"
        "past = np.where(r.random((4, 3, 12)) < 0.7, 0, r.lognormal(8, 3, (4, 3, 12))); past[0] = 5;"
        "[project(m, past, past[:, 0, :8]) for m in ('ETS', 'componentes no observados')]"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
