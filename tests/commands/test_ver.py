"""`ver`: everything known of a code, with sums equal to those of the extract, and how what is not known is told."""

import csv
import io
import json
import re
from decimal import Decimal

import pytest

from tests.commands.test_cargar import call
from tests.commands.test_vincular import OTHER, PAY, ROAD
from tests.sources.extracts import budget, spent, write_long

OWN = {"RUBRO": "18", "SEC_FUNC": "12"}
RECORDS = (
    budget("100", **ROAD),
    spent(2, "33.33", **ROAD),
    budget("50", **PAY),
    budget("7.5"),
    budget("20.05", **OWN),
    spent(3, "4.01", **OWN),
    budget("1000", **OTHER),
)
COLUMNS = {
    "ejecutora": ("SEC_EJEC",),
    "programa": ("PROGRAMA_PPTO",),
    "meta": ("SEC_EJEC", "SEC_FUNC"),
    "rubro": ("RUBRO",),
    "fuente": ("FUENTE_FINANCIAMIENTO",),
    "producto o proyecto": ("PRODUCTO_PROYECTO",),
}


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    return write_long(tmp_path_factory.mktemp("ver") / "gasto_20241231.csv", *RECORDS)


@pytest.fixture(scope="module")
def store(extract):
    from presupuesto_link.commands.main import _code

    folder = extract.parent / "almacen"
    assert _code(["cargar", str(extract), "--almacen", str(folder), "--json"], False) == 0
    return folder


@pytest.fixture
def look(store, capsys):
    capsys.readouterr()

    def asked(code, *more):
        done, out, err = call(capsys, "ver", code, "--almacen", store, "--instantanea", "ultima", *more)
        assert (done, err) == (0, "")
        return out

    return asked


def in_the_extract(extract, kind, code):
    """PIM and devengado of pliego 445 with a code, added up from the file itself."""
    with extract.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["PLIEGO"] == "445"]
    own = [row for row in rows if "-".join(row[column] for column in COLUMNS[kind]) == code]
    assert own
    return tuple(sum(Decimal(row[column] or 0) for row in own) for column in ("MONTO_PIM", "MONTO_DEVENGADO"))


@pytest.mark.parametrize(
    ("asked", "kind", "code"),
    [
        ("775", "ejecutora", "775"),
        ("0138", "programa", "0138"),
        ("138", "programa", "0138"),
        ("775-7", "meta", "775-7"),
        ("0775-0007", "meta", "775-7"),
        ("meta:775-12", "meta", "775-12"),
        ("18", "rubro", "18"),
        ("rubro:00", "rubro", "00"),
        ("fuente:1", "fuente", "1"),
        ("cui:2345678", "producto o proyecto", "2345678"),
    ],
)
def test_the_sums_of_a_code_are_those_of_the_extract(look, extract, asked, kind, code):
    """A transversal copy is shown and never added: the project of the road reaches two actions."""
    (found,) = json.loads(look(asked, "--json"))["respuestas"]
    assert (found["clase"], found["codigo"]) == (kind, code)
    pim, accrued = in_the_extract(extract, kind, code)
    (money,) = found["cuadros"]["Dinero"]
    assert (Decimal(money["pim_soles"]), Decimal(money["devengado_soles"] or 0)) == (pim, accrued)
    inside = found["cuadros"].get("De qué se compone", [])
    assert not inside or sum(Decimal(row["pim_soles"]) for row in inside) == pim
    reached = found["cuadros"]["A qué acciones llega"]
    assert sum(Decimal(row["pim_soles"]) for row in reached if row["vinculo"] != "transversal") == pim
    assert any("corte 2024-12-31" in said for said in found["dicho"])
    assert any("no se suma" in said for said in found["dicho"]) == any(row["vinculo"] == "transversal" for row in reached)


def test_a_road_is_shown_in_its_two_actions_and_added_once(look):
    (found,) = json.loads(look("775-7", "--json"))["respuestas"]
    assert {(row["accion"], row["vinculo"], row["pim_soles"]) for row in found["cuadros"]["A qué acciones llega"]} == {
        ("AER.13.01", "directo", "100.00"),
        ("AER.07.01", "transversal", "100.00"),
    }
    assert found["cuadros"]["Dinero"][0]["pim_soles"] == "100.00"


def test_an_action_says_its_money_its_rules_and_its_result(look, analysis):
    (found,) = json.loads(look("aer.13.01", "--json"))["respuestas"]
    assert (found["codigo"], found["clase"]) == ("AER.13.01", "AER")
    now = found["cuadros"]["Dinero"][0]
    assert (now["anio"], now["pim_soles"], now["devengado_soles"], now["decide"]) == (2024, "100.00", "33.33", "sí")
    assert [row["regla"] for row in found["cuadros"]["Reglas que le traen dinero"]] == ["pp-0138-transporte"]
    assert [(row["sec_ejec"], row["sec_func"], row["pim_soles"]) for row in found["cuadros"]["Retraso por meta"]] == [
        ("775", "7", "100.00")
    ]
    own = analysis.chosen.filter(elemento="AER.13.01").sort("anio")
    assert [row["avance_ratio"] for row in found["cuadros"]["Avance"]] == own["avance_ratio"].to_list()
    assert len(found["cuadros"]["Qué revisar"]) == 3


def test_the_money_of_an_objective_is_that_of_its_actions_without_what_is_transversal(look):
    (found,) = json.loads(look("OER.13", "--json"))["respuestas"]
    (money,) = found["cuadros"]["Dinero de sus acciones, sin lo transversal"]
    assert money == {"pim_soles": "100.00", "devengado_soles": "33.33"}
    (apart,) = json.loads(look("OER.07", "--json"))["respuestas"]
    assert "Dinero de sus acciones, sin lo transversal" not in apart["cuadros"]  # AER.07.01 has money of others alone
    assert any(row["accion"] == "AER.07.01" and row["pim_soles"] == "100.00" for row in apart["cuadros"]["Acciones"])


def test_an_indicator_says_its_values_and_the_plan_needs_no_snapshot(capsys, analysis):
    code, out, _ = call(capsys, "ver", "ind.01.aer.13.01", "--json")
    (found,) = json.loads(out)["respuestas"]
    assert (code, found["codigo"], found["clase"]) == (0, "IND.01.AER.13.01", "indicador")
    assert (
        len(found["cuadros"]["Valores que trae el documento"]) == analysis.inputs.plan.valores.filter(indicador="IND.01.AER.13.01").height
    )


def test_a_code_of_several_kinds_says_how_to_ask_for_one(look):
    answers = json.loads(look("3", "--json"))["respuestas"]
    assert [one["clase"] for one in answers] == ["genérica"]
    assert look("775", "--csv") == "anio,pia_soles,pim_soles,certificado_soles,devengado_soles\n2024,0.00,177.55,0.00,37.34\n"


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("code", ["775", "775-7", "AER.13.01", "OER.13", "IND.01.AER.13.01"])
def test_no_code_and_no_figure_is_cut_at_any_width(look, monkeypatch, code, width):
    monkeypatch.setenv("COLUMNS", str(width))
    out = look(code)
    assert not [word for word in re.findall(r"\S*…", out) if re.fullmatch(r"(?:AER|OER|IND)?[\d.,A-Z]*…", word)]


@pytest.mark.parametrize(
    ("asked", "near"),
    [("AER.13.1", "AER.13.01"), ("OER.133", "OER.13"), ("IND.01.AER.1301", "IND.01.AER.13.01"), ("776", "775"), ("775-77", "775-7")],
)
def test_an_unknown_code_names_the_nearest(capsys, store, asked, near):
    code, out, err = call(capsys, "ver", asked, "--almacen", store, "-i", "ultima", "--json")
    assert (code, out) == (1, "")
    error = json.loads(err)["error"]
    assert (error["codigo"], error["clase"]) == (1, "AskedError")
    (problem,) = error["problemas"]
    assert set(problem) == {"where", "found", "expected", "remedy"}
    assert near in problem["expected"]
    assert problem["where"] == f"ver {asked}"


def test_a_code_of_the_spending_without_a_snapshot_says_what_to_load(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = call(capsys, "ver", "775-7", "--json")
    assert (code, json.loads(err)["error"]["clase"]) == (1, "InputDataError")
    assert "presupuesto-link analizar ARCHIVO" in err


@pytest.mark.parametrize(
    ("arguments", "number", "kind"),
    [
        (["ver", "AER.01.03", "--primeras", "x"], 2, "Uso"),
        (["ver", "ranking", "--gasto", "no.csv"], 1, "InputDataError"),
        (["ver", "auditoria", "ZZZ"], 1, "AskedError"),
        (["nada"], 2, "Uso"),
    ],
)
def test_under_json_every_error_is_json(capsys, arguments, number, kind):
    code, out, err = call(capsys, *arguments, "--json")
    error = json.loads(err)["error"]
    assert (code, out) == (number, "")
    assert (error["codigo"], error["clase"]) == (number, kind)
    assert error["mensaje"]
    assert isinstance(error["problemas"], list)


def test_the_help_of_all_lists_every_exit_code(capsys):
    told = json.loads(call(capsys, "ver", "ayuda", "--json")[1])["codigos_de_salida"]
    assert set(told) == {"0", "1", "2", "3", "130", "143"}
    out = call(capsys, "ver", "ayuda")[1]
    assert all(re.search(rf"^{number} ", out, re.MULTILINE) for number in told)


@pytest.mark.parametrize("command", ["", "ver", "ver AER.01.03", "ver ranking", "analizar", "almacen listar"])
def test_h_is_help(capsys, command):
    short, long = (call(capsys, *command.split(), option) for option in ("-h", "--help"))
    assert short == long
    assert (short[0], short[1].startswith("Uso: presupuesto-link")) == (0, True)


def test_the_csv_of_a_topic_is_its_main_table(capsys, analysis):
    rows = list(csv.DictReader(io.StringIO(call(capsys, "ver", "ranking", "--csv")[1])))
    assert [row["accion"] for row in rows] == analysis.ranking["accion"].to_list()
