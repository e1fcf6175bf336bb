"""The command line: Spanish, exit codes, and the same answer as the library."""

import json
import re
import signal
import subprocess
import sys
import threading

import polars as pl
import pytest

from presupuesto_link.commands.main import _code, run
from presupuesto_link.commands.saying.spanish import ORDER
from presupuesto_link.commands.ver import CODE, TOPICS
from tests.conftest import ROOT

COMMANDS = [*ORDER, *(f"ver {topic}" for topic in TOPICS if topic != CODE)]


def call(capsys, *arguments: str) -> tuple[int, str, str]:
    code = _code(list(arguments), debug=False)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(scope="module")
def printed() -> dict[tuple[str, ...], tuple[int, str, str]]:
    """What the default analysis printed, by width and arguments."""
    return {}


@pytest.fixture
def show(capsys, monkeypatch, printed):
    """A table of the default analysis at a width: each is run once, however many tests look at it."""

    def shown(*arguments: str, width: int = 80) -> tuple[int, str, str]:
        key = (str(width), *arguments)
        if key not in printed:
            monkeypatch.setenv("COLUMNS", str(width))
            printed[key] = call(capsys, *arguments)
        return printed[key]

    return shown


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_spanish_and_has_an_example(capsys, command):
    code, out, _ = call(capsys, *command.split(), "--help")
    assert code == 0
    assert re.search(f"Ejemplos?: presupuesto-link {command}", " ".join(out.split()))
    for english in ("Usage", "Options", "Show this", "default:", "required"):
        assert english not in out


def test_the_program_lists_its_commands(capsys):
    code, out, _ = call(capsys, "--help")
    assert code == 0
    assert all(f"\n  {command} " in out for command in ORDER)
    code, out, _ = call(capsys, "ver")
    assert code == 0
    assert all(f"\n  {topic} " in out for topic in TOPICS if topic != CODE)
    code, out, _ = call(capsys)
    assert (code, "presupuesto-link --help" in out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["analiza"], "No existe la orden «analiza». ¿Quiso decir 'analizar'"),
        (["ver", "ranking", "--primera", "3"], "No existe la opción --primera. ¿Quiso decir --primeras?"),
        (["ver", "ranking", "--primeras", "x"], "no es un número entero"),
        (["ver", "ranking", "--primeras", "0"], "debe ser 1 o más"),
        (["ver", "avance", "--perfil", "otro"], "«otro» no es uno de 'ceplan', 'informe_2024'"),
        (["ver", "matriz", "--anio"], "necesita un valor"),
        (["ver", "ranking", "sobra"], "Sobra «sobra»"),
    ],
)
def test_wrong_usage_is_explained_in_spanish_on_stderr(capsys, arguments, message):
    code, out, err = call(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert message in err
    assert "--help" in err


def test_user_errors_exit_1_without_traceback(capsys, tmp_path):
    code, out, err = call(capsys, "ver", "ranking", "--gasto", str(tmp_path / "no.csv"))
    assert (code, out) == (1, "")
    assert "el archivo no existe" in err
    assert "Traceback" not in err


def test_unknown_analysis_lists_the_ones_there_are(capsys):
    code, _, err = call(capsys, "ver", "ranking", "-a", "lima")
    assert code == 1
    assert "cajamarca-2024" in err


def test_a_year_without_budget(capsys):
    code, _, err = call(capsys, "ver", "matriz", "--anio", "2022")
    assert code == 1
    assert "presupuesto de 2022\n  se encontró: ninguna fuente lo tiene" in err
    assert "2023 (tabla de presupuesto por AER de 2023; como lo imprime el Informe" in err
    assert "2024 (PIM, devengado y girado 2024 del Gobierno Regional de Cajamarca" in err


def test_an_infeasible_scenario_names_the_clash(capsys, tmp_path):
    text = (ROOT / "analyses/cajamarca-2024/escenarios/recomendacion-2.toml").read_text(encoding="utf-8")
    path = tmp_path / "imposible.toml"
    path.write_text("monto_requerido_soles = 900000000\n" + text, encoding="utf-8")
    code, _, err = call(capsys, "escenario", str(path))
    assert code == 3
    assert "no caben juntos" in err
    assert "AER.10.01 recibe hasta S/ 2,337,106" in err
    assert "El total movido es S/ 900,000,000" in err


def test_the_money_of_the_analysis_may_be_asked_for_where_a_scenario_names_a_snapshot(capsys, tmp_path):
    text = (ROOT / "analyses/cajamarca-2024/escenarios/recomendacion-2.toml").read_text(encoding="utf-8")
    path = tmp_path / "de-una-instantanea.toml"
    said = '[base]\ninstantanea = "20990101"\nambito = "departamento"\nanio = 2024\n'
    path.write_text(text.replace("[base]\n", said) if "[base]" in text else f"{text}\n{said}", encoding="utf-8")
    code, out, err = call(capsys, "escenario", str(path), "-i", "ninguna", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["escenarios"][0]["monto_soles"] == 7_385_699


def test_debug_shows_the_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "cli.py", "ver", "ranking", "--debug", "--gasto", str(tmp_path / "no.csv")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_cli_py_is_the_same_program(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "--version"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert done.stdout.startswith("presupuesto-link ")


def test_auditar_json_equals_the_library(capsys, analysis):
    code, out, _ = call(capsys, "ver", "auditoria", "--json")
    assert code == 0
    assert json.loads(out)["hallazgos"] == [finding.as_row() for finding in analysis.audit.hallazgos]


def test_auditar_filters(capsys):
    found = json.loads(call(capsys, "ver", "auditoria", "p01", "--json")[1])["hallazgos"]
    assert [f["codigo"] for f in found] == ["P01"]
    found = json.loads(call(capsys, "ver", "auditoria", "baja", "--json")[1])["hallazgos"]
    assert {f["severidad"] for f in found} == {"baja"}


@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_auditar_an_unknown_code_lists_the_ones_there_are(capsys, extra):
    code, out, err = call(capsys, "ver", "auditoria", "ZZZ", *extra)
    assert (code, out) == (1, "")
    assert "ver auditoria" in err
    assert all(known in err for known in ("«ZZZ»", "A01", "C01", "P03"))


def test_matriz_shows_the_pair_that_decides(capsys, tmp_path, analysis):
    folder = ROOT / "analyses" / "cajamarca-2024"
    text = (folder / "analisis.toml").read_text(encoding="utf-8").replace('escenarios = ["recomendacion-2"]', "escenarios = []")
    text = text.replace("anio_resultado = 2024", "anio_resultado = 2023").replace("anio_resultado_previo = 2023\n", "")
    path = tmp_path / "analisis.toml"
    path.write_text(text.replace('"../../data', f'"{ROOT.as_posix()}/data'), encoding="utf-8")
    (tmp_path / "vinculos.csv").write_bytes((folder / "vinculos.csv").read_bytes())
    out = json.loads(call(capsys, "ver", "matriz", "-a", str(path), "--json")[1])
    assert (out["anio_ejecucion"], out["anio_resultado"]) == (2023, 2023)
    out = json.loads(call(capsys, "ver", "matriz", "-a", str(path), "--resultado", "2024", "--json")[1])
    assert (out["anio_ejecucion"], out["anio_resultado"]) == (2023, 2024)
    assert "el que decide" in " ".join(call(capsys, "ver", "matriz", "--help")[1].split())


TABLES = [
    ["ver", "matriz"],
    ["escenario"],
    ["ver", "ranking"],
    ["ver", "avance", "--por", "accion"],
    ["ver", "avance", "--por", "indicador"],
]


@pytest.mark.parametrize("width", [80, pytest.param(100, marks=pytest.mark.lento), 120])
@pytest.mark.parametrize("arguments", TABLES, ids=" ".join)
def test_tables_fit_the_width_and_never_cut_a_code(show, analysis, arguments, width):
    out = show(*arguments, width=width)[1]
    rows = [line for line in out.splitlines() if re.match(r"(?:\s*\d+\s+)?(?:IND\.\d\d\.)?AER\.", line)]
    assert rows
    assert all(len(line.rstrip()) <= width for line in rows)
    codes = set(analysis.inputs.plan.acciones["accion"])
    assert not [c for c in re.findall(r"AER\.[\d.…]+", out) if c.rstrip(".") not in codes]


def test_names_keep_whole_words_at_80_columns(show):
    for arguments, action in ((["ver", "ranking"], "AER.05.01"), (["escenario"], "AER.01.03")):
        out = show(*arguments)[1]
        assert not re.search(r"^\s*[a-zñáéíóú]{1,3}\s*$", out, flags=re.MULTILINE), arguments
        assert f"\n{action}" in out or f" {action} " in out


def test_columns_that_do_not_fit_are_named(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    assert "No caben a este ancho:" in call(capsys, "ver", "ranking")[1]
    monkeypatch.setenv("COLUMNS", "x")
    assert "No caben" not in call(capsys, "ver", "ranking")[1]


def test_missing_data_is_nd_and_missing_money_is_not_zero(show):
    out = show("ver", "matriz")[1]
    assert "gris" not in out
    assert not re.search(r"S/ 0\b", out)
    assert re.search(r"^ND\s+rojo\s+3\s+sin presupuesto\s+—", out, flags=re.MULTILINE)
    for level in ("objetivo", "indicador"):
        out = show("ver", "avance", "--por", level, "--anio", "2024")[1]
        assert "gris" not in out
        assert re.search(r"\bND\b", out)
        assert "razon_" not in out


def test_ranking_json_equals_the_library(capsys, analysis):
    rows = json.loads(call(capsys, "ver", "ranking", "--json")[1])["filas"]
    assert [(r["accion"], r["puesto"], r["puntaje_ratio"], r["pim_soles"]) for r in rows] == [
        (r["accion"], r["puesto"], r["puntaje_ratio"], None if r["pim_soles"] is None else str(r["pim_soles"]))
        for r in analysis.ranking.iter_rows(named=True)
    ]


def test_avance_json_equals_the_library_under_another_profile(capsys, analysis):
    out = call(capsys, "ver", "avance", "--por", "accion", "--anio", "2024", "--perfil", "informe_2024", "--nd", "cero", "--json")[1]
    rows = {row["elemento"]: row["avance_ratio"] for row in json.loads(out)["filas"]}
    expected = analysis.elements.filter(
        (pl.col("perfil") == "informe_2024") & (pl.col("politica_nd") == "cero") & (pl.col("anio") == 2024) & (pl.col("nivel") == "AER")
    )
    assert rows == dict(expected.select("elemento", "avance_ratio").iter_rows())


def test_matriz_json_equals_the_library(capsys, analysis):
    out = json.loads(call(capsys, "ver", "matriz", "--json")[1])
    assert [(c["acciones"], c["pim_soles"], c["lista"]) for c in out["celdas"]] == [
        (c["acciones"], str(c["pim_soles"]), c["lista"]) for c in analysis.matrices[1].celdas.iter_rows(named=True)
    ]


def test_escenario_json_equals_the_library(capsys, dossier):
    (scenario,) = json.loads(call(capsys, "escenario", "--json")[1])["escenarios"]
    assert scenario["monto_soles"] == dossier.scenarios[0].monto_soles
    assert scenario["advertencia"] == dossier.scenarios[0].advertencia


@pytest.mark.parametrize(
    "arguments",
    [
        ["ver", "ranking", "--primeras", "3"],
        ["ver", "matriz"],
        ["escenario"],
        ["ver", "avance", "--por", "indicador", "--anio", "2023"],
        ["ver", "auditoria"],
    ],
)
def test_tables_for_people_print(show, arguments):
    code, out, err = show(*arguments)
    assert (code, err) == (0, "")
    assert "None" not in out
    assert not re.search(r"\bnan\b", out.lower())


def test_run_exits_with_the_code(monkeypatch):
    with pytest.raises(SystemExit) as stop:
        run(["--version"])
    assert stop.value.code == 0


def test_interrupting_says_so(capsys, monkeypatch):
    from presupuesto_link import inputs

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(inputs, "load", stop)
    code, _, err = call(capsys, "ver", "ranking")
    assert code == 130
    assert "Interrumpido" in err


def test_an_interruption_that_a_library_swallows_is_still_one(capsys, monkeypatch):
    from presupuesto_link import inputs
    from presupuesto_link.commands import main

    def swallow(*_: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise KeyError("PolyCollection") from None

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(inputs, "load", swallow)
    monkeypatch.setattr(main, "_asked_to_stop", threading.Event())
    try:
        main._listen()
        code, _, err = call(capsys, "ver", "ranking")
    finally:
        signal.signal(signal.SIGINT, before)
    assert (code, err) == (130, "Interrumpido: no quedó nada escrito a medias.\n")


def test_an_internal_error_has_no_traceback(capsys, monkeypatch):
    from presupuesto_link import inputs

    def fail(*_: object) -> None:
        raise ZeroDivisionError("x")

    monkeypatch.setattr(inputs, "load", fail)
    code, _, err = call(capsys, "ver", "ranking")
    assert code == 1
    assert "Error interno (ZeroDivisionError)" in err
    assert "--debug" in err
