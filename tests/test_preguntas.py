"""The questions of a budget office: the command of each, as the page writes it, and its figure against a sum made from the raw file alone."""

from __future__ import annotations

import csv
import gzip
import json
import re
import shlex
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from presupuesto_link.commands import main
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "preguntas.md").read_text(encoding="utf-8")
ASKED = dict(re.findall(r"^## (¿[^\n]+)\n\n```\n(.+?)\n```", PAGE, re.MULTILINE | re.DOTALL))
SIAF = ROOT / "data" / "siaf"
FILES = ("gasto_2025_a_junio_sintetico.csv.gz", "gasto_2022_2025_a_agosto_sintetico.csv.gz")
Row = dict[str, str]


def raw(name: str) -> list[Row]:
    with gzip.open(SIAF / name, "rt", encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


BEFORE, ALL = (raw(name) for name in FILES)
NOW = [row for row in ALL if row["ANO_EJE"] == "2025"]
with (ROOT / "analyses" / "cajamarca-2024" / "vinculos.csv").open(encoding="utf-8-sig") as opened:
    RULES = list(csv.DictReader(opened))


def total(measure: str, rows: list[Row] = NOW, **codes: str) -> Decimal:
    """Soles of the rows with some codes: `total("PIM", PROGRAMA_PPTO="0090")`."""
    return sum((Decimal(row[f"MONTO_{measure}"]) for row in rows if all(row[k] == v for k, v in codes.items())), Decimal(0))


def expected(**codes: str) -> Decimal:
    """PIM by the share of the year that its generic and type had accrued by August, on average of the three years before."""
    year, month = defaultdict(Decimal), defaultdict(Decimal)
    for row in ALL:
        key = (row["ANO_EJE"], row["GENERICA"], row["TIPO_ACT_PROY"])
        year[key] += Decimal(row["MONTO_DEVENGADO"])
        month[key] += Decimal(row["MONTO_DEVENGADO"]) if int(row["MES_EJE"]) <= 8 else 0
    curve = {key[1:]: sum(month[(str(y), *key[1:])] / year[(str(y), *key[1:])] for y in (2022, 2023, 2024)) / 3 for key in year}
    return sum(
        (total("PIM", GENERICA=g, TIPO_ACT_PROY=t, **codes) * share for (g, t), share in curve.items() if codes.get("GENERICA", g) == g),
        Decimal(0),
    )


def short(**codes: str) -> Decimal:
    """What is missing to reach what was expected."""
    return expected(**codes) - total("DEVENGADO", **codes)


def said(value: Decimal) -> str:
    return f"S/ {value:,.2f}"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A folder as `nuevo` makes it, with both cut-offs loaded; the simple methods of projection, one of which wins over the models too."""
    folder = tmp_path_factory.mktemp("preguntas") / "oficina"
    with pytest.MonkeyPatch.context() as patch:
        assert main._code(["nuevo", str(folder)], False) == 0
        patch.chdir(folder)
        with Path("analisis.toml").open("a", encoding="utf-8") as more:
            more.write('\n[proyeccion]\nmetodos = ["lineal", "parte del año anterior", "parte media"]\n')
        assert main._code(["cargar", *(str(SIAF / name) for name in FILES)], False) == 0
    return folder


@pytest.fixture
def ask(office, monkeypatch, capsys):
    """The JSON of the commands that the page gives to a question, named by a part of it."""
    monkeypatch.chdir(office)
    capsys.readouterr()

    def asked(part: str) -> list[dict]:
        (lines,) = (block.splitlines() for question, block in ASKED.items() if part in question)
        found = []
        for line in lines:
            assert main._code([*shlex.split(line)[1:], "--json"], False) == 0
            found.append(json.loads(capsys.readouterr().out))
        return found

    return asked


def money(value: str) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01"))


def test_every_question_has_its_test():
    here = (ROOT / "tests" / "test_preguntas.py").read_text(encoding="utf-8")
    parts = re.findall(r'ask\("(.+?)"\)', here)
    assert [q for q in ASKED if sum(part in q for part in parts) != 1] == []
    assert len(ASKED) >= 15


def test_what_an_action_has_and_has_spent(ask):
    (answer,) = ask("cuánto ha gastado")[0]["respuestas"]
    row = next(r for r in answer["cuadros"]["Dinero"] if r["anio"] == 2025)
    own = {"PROGRAMA_PPTO": "1002"}  # the only programme that a rule takes to AER.12.02
    assert (money(row["pim_soles"]), money(row["devengado_soles"])) == (total("PIM", **own), total("DEVENGADO", **own))
    assert (row["al"], row["decide"]) == ("2025-09-01", "sí")
    by_item = {r["rubro"]: money(r["pim_soles"]) for r in answer["cuadros"]["De qué fuente y rubro"]}
    assert by_item == {item: total("PIM", RUBRO=item, **own) for item in ("00", "18")}
    figures = (total("PIM", **own), total("DEVENGADO", **own), *by_item.values())
    assert all(said(figure) in PAGE for figure in figures)


def test_what_is_late(ask):
    (found,) = ask("atrasado y cuánto falta")
    now = {(r["nivel"], r["unidad"]): r for r in found["semaforo"] if r["mes"] == 8}
    (whole,) = (row for (_, unit), row in now.items() if unit == "todo")
    assert abs(money(whole["devengado_esperado_soles"]) - expected()) < Decimal("0.05")
    assert money(whole["devengado_soles"]) == total("DEVENGADO")
    assert said(short()) in PAGE and said(expected()) in PAGE
    worst = min((r for (level, _), r in now.items() if level == "AER" and r["devengado_ratio"]), key=lambda r: r["devengado_ratio"])
    assert f"{worst['unidad']}: {worst['devengado_ratio'] * 100:.1f} %" in PAGE


def test_which_unit_explains_it(ask):
    (found,) = ask("ejecutora lo explica")
    alerts = [r for r in found["alertas"] if r["nivel"] == "ejecutora"]
    most = max(alerts, key=lambda r: Decimal(r["soles_en_riesgo"]))
    assert most["unidad"] == "900001"
    assert abs(money(most["soles_en_riesgo"]) - short(SEC_EJEC="900001")) < Decimal("0.05")
    assert said(short(SEC_EJEC="900001")) in PAGE and short(SEC_EJEC="900001") > short() / 2


def test_which_meta_explains_it(ask):
    (answer,) = ask("qué meta explica")[0]["respuestas"]
    first = answer["cuadros"]["Retraso por meta"][0]
    assert (first["sec_ejec"], first["sec_func"]) == ("900001", "138")
    own = short(SEC_EJEC="900001", SEC_FUNC="138")
    assert abs(money(first["falta_soles"]) - own) < Decimal("0.02")
    assert said(own) in PAGE and said(short(PROGRAMA_PPTO="1002")) in PAGE


def test_what_will_be_left(ask):
    """The projection is not summed again: its parts are, and the close that the generator hid is inside the interval."""
    (found,) = ask("sin gastar en diciembre")
    whole = next(r for r in found["cierre"] if r["unidad"] == "todo")
    left, low, high = (money(whole[f"saldo_libre{which}_soles"]) for which in ("", "_bajo", "_alto"))
    assert money(whole["pim_soles"]) == total("PIM") == left + money(whole["proyectado_soles"])
    with (SIAF / "cierre_2025_sintetico.csv").open(encoding="utf-8-sig") as lines:
        true = sum(Decimal(r["pim_soles"]) - Decimal(r["devengado_soles"]) for r in csv.DictReader(lines))
    assert low < true < high
    assert all(said(figure) in PAGE for figure in (left, low, true))


def test_which_rules_bring_the_money(ask):
    (answer,) = ask("reglas llevan")[0]["respuestas"]
    found = {r["regla"]: r for r in answer["cuadros"]["Reglas que le traen dinero"]}
    written = next(r for r in RULES if r["id"] == "pp-electrificacion-saneamiento")
    own = sum((total("PIM", PROGRAMA_PPTO=one) for one in written["programa"].split(";")), Decimal(0))
    assert written["accion"] == "AER.13.03" and written["programa"] == "0046;0082;0083"
    assert money(found[written["id"]]["pim_soles"]) == own and said(own) in PAGE


def catches(rule: Row, row: Row) -> bool:
    """Whether a rule of programme, type or function takes a line; the names of this file have none of the words that other rules look for."""
    columns = (("programa", "PROGRAMA_PPTO"), ("tipo", "TIPO_ACT_PROY"), ("funcion", "FUNCION"))
    return not rule["texto"] and all(not rule[key] or row[column] in rule[key].split(";") for key, column in columns)


def unlinked() -> list[Row]:
    direct = [rule for rule in RULES if (rule["clase"], rule["estado"]) == ("directo", "propuesta")]
    return [row for row in NOW if not any(catches(rule, row) for rule in direct)]


def test_who_signed(ask):
    (found,) = ask("Quién firmó")
    states = Counter(rule["estado"] for rule in RULES)
    assert states == {"propuesta": 41, "sugerido": 10}
    assert (found["reglas_firmadas"], found["reglas_propuestas"], found["reglas_sugeridas"]) == (0, 41, 10)
    (signed,) = found["firmas"]
    linked = total("PIM") - total("PIM", unlinked())
    assert money(signed["pim_propuesto_soles"]) == money(signed["pim_vinculado_soles"]) == linked
    assert said(linked) in PAGE


def test_what_nobody_links(ask):
    (found,) = ask("queda sin vincular")
    own = total("PIM", unlinked())
    assert sum(money(r["pim_soles"]) for r in found["sin_vincular"]) == own
    by_meta: Counter[tuple[str, str]] = Counter()
    for row in unlinked():
        by_meta[row["SEC_EJEC"], row["SEC_FUNC"]] += Decimal(row["MONTO_PIM"])
    ((meta, largest),) = by_meta.most_common(1)
    assert (found["sin_vincular"][0]["sec_ejec"], found["sin_vincular"][0]["sec_func"]) == meta == ("900001", "141")
    assert said(own) in PAGE and said(largest) in PAGE and f"{own / total('PIM') * 100:.1f} %" in PAGE


def test_what_changed(ask):
    (found,) = ask("cambió desde el corte anterior")
    keys = [k for k in NOW[0] if not k.startswith("MONTO_") and k != "MES_EJE"]
    lines: defaultdict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for sign, rows in ((-1, BEFORE), (1, NOW)):
        for row in rows:
            lines[tuple(row[k] for k in keys)] += sign * Decimal(row["MONTO_PIM"])
    more, less = sum(v for v in lines.values() if v > 0), -sum(v for v in lines.values() if v < 0)
    (moved,) = found["modificaciones"]
    assert (moved["lineas_modificadas"], moved["lineas"]) == (sum(v != 0 for v in lines.values()), len(lines)) == (31, 142)
    assert (money(moved["aumentos_soles"]), money(moved["rebajas_soles"])) == (more, less)
    assert said(more) in PAGE and said(less) in PAGE


@pytest.mark.lento
def test_who_lags_and_how_firm_it_is(ask):
    """The score is checked where it is made; here, that the page tells what the commands say."""
    (ranked,), (firm,) = ask("más rezagadas"), ask("firme es esa lista")
    first = [r["accion"] for r in ranked["filas"] if r["grupo"] == "rezagada"][:5]
    assert f"{', '.join(first[:-1])} y {first[-1]}" in PAGE
    sure = sorted(r["accion"] for r in firm["resumen"] if r["primeros_ratio"] >= 0.95)
    assert f"Sólo {' y '.join(sure)} están" in PAGE and set(sure) < set(first)


def test_what_an_action_may_give_or_receive(ask, office, capsys):
    (answer,) = ask("ceder o recibir")[0]["respuestas"]
    own = {"PROGRAMA_PPTO": "0130"}
    years = [[row for row in ALL if row["ANO_EJE"] == str(year)] for year in (2022, 2023, 2024)]
    absorbed = sum(total("DEVENGADO", rows, **own) / total("PIM", rows, **own) for rows in years) / 3
    receives = int(total("PIM", **own) * Decimal("0.25") * absorbed)
    assert any(f"recibir hasta S/ {receives:,}" in sentence for sentence in answer["dicho"])
    assert main._code(["ver", "AER.12.02"], False) == 0
    gives = int(total("PIM", PROGRAMA_PPTO="1002") / 10)
    assert f"ceder hasta S/ {gives:,}" in capsys.readouterr().out
    assert f"recibir hasta S/ {receives:,}" in PAGE and f"ceder hasta S/ {gives:,}" in PAGE


def test_whether_a_million_may_move_and_what_is_missing(ask):
    (found,) = ask("Puedo pasar")
    (scenario,) = found["escenarios"]
    assert scenario["monto_soles"] == 1_000_000 and scenario["indicativo"]
    (moved,) = scenario["movimientos"]
    (source,) = (line for line in scenario["asientos"] if line["lado"] == "anulación")
    own = {"SEC_EJEC": source["sec_ejec"], "SEC_FUNC": source["sec_func"], "RUBRO": source["rubro"]}
    assert (source["sec_ejec"], source["sec_func"], moved["veredicto"]) == ("900001", "36", "FALTA DATO")
    assert money(source["pim_soles"]) == total("PIM", **own) and source["accion"] == "AER.13.03"
    assert total("PIM", **own) - total("CERTIFICADO", **own) > 1_000_000  # the free balance of the line, by hand
    assert Counter(rule["veredicto"] for rule in scenario["normas"]) == {"FALTA DATO": 5, "REQUIERE": 3}


def test_what_is_found_on_an_action(ask):
    (answer,) = ask("Qué hallazgos")[0]["respuestas"]
    assert [r["codigo"] for r in answer["cuadros"]["Hallazgos"]] == ["E06", "P05"]


def latest(answer: dict) -> tuple[Decimal, Decimal]:
    row = next(r for r in answer["cuadros"]["Dinero"] if r["anio"] == 2025)
    return money(row["pim_soles"]), money(row["devengado_soles"])


def check(answers: list[dict], *codes: dict[str, str]) -> None:
    for answer, own in zip(answers, codes, strict=True):
        figures = (total("PIM", **own), total("DEVENGADO", **own))
        assert latest(answer["respuestas"][0]) == figures
        assert all(said(figure) in PAGE for figure in figures)


def reached(answer: dict) -> set[str]:
    return {r["accion"] for r in answer["respuestas"][0]["cuadros"]["A qué acciones llega"] if r["vinculo"] == "directo"}


def test_what_a_programme_does(ask):
    answers = ask("programa 0090")
    check(answers, {"PROGRAMA_PPTO": "0090"})
    assert reached(answers[0]) == {rule["accion"] for rule in RULES if "0090" in rule["programa"].split(";")} == {"AER.04.01", "AER.13.02"}


def test_what_a_meta_does(ask):
    answers = ask("meta 100 de la ejecutora")
    check(answers, {"SEC_EJEC": "900001", "SEC_FUNC": "100"})
    assert reached(answers[0]) == {"AER.01.03"}


def test_an_item_of_income_and_a_project(ask):
    check(ask("rubro 00"), {"RUBRO": "00"}, {"PRODUCTO_PROYECTO": "2900101"})
