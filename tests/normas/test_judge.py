"""Three-valued truth, the book of a date and verdicts of transfers."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presupuesto_link.errors import SpecError
from presupuesto_link.normas.judge import judge
from presupuesto_link.normas.rulebook import in_force
from presupuesto_link.normas.truth import legal_class, side_truth
from presupuesto_link.specs import NormaSpec, read_norms
from presupuesto_link.vocabulary import VERDICTS
from tests.conftest import ROOT
from tests.examples import few

NORMS = read_norms(ROOT / "data" / "normas")
BOOK = in_force(NORMS, dt.date(2025, 5, 15))
UNSURE = pl.Series([None], dtype=pl.String)


def book(*rules, **norm):
    given_rules = [{"id": f"R{n}", "articulo": "1", "texto": "t", "confianza": "alta", **rule} for n, rule in enumerate(rules)]
    facts = {"id": "N", "titulo": "n", "tipo": "anual", "anio": 2025, "estado": "vigente", "vigente_desde": "2025-01-01", "fuente": "f"}
    return in_force([NormaSpec.model_validate({**facts, **norm, "regla": given_rules})], dt.date(2025, 5, 15))


def verdicts(rules, donors, receivers, **more):
    found = judge(rules, donors, receivers, np.arange(donors.height), np.arange(receivers.height), **more)
    return [VERDICTS[code] for code in found.codes]


def three(name):
    """Rows where a field is false, unknown and true of the value it is asked for."""
    return [{name: "no"}, {name: None}, {name: "PAS" if name == "app" else "si"}]


@pytest.mark.parametrize(("left", "right", "both"), [(a, b, min(a, b)) for a in range(3) for b in range(3)])
def test_and_is_the_least(left, right, both):
    rules = book({"veredicto": "PROHIBIDO", "cuando": [{"donante": {"app": ["PAS"]}, "receptor": {"anexo_i": ["si"]}}]})
    donor, receiver = (
        pl.DataFrame([rows[n]], schema=dict.fromkeys(rows[0], pl.String)) for rows, n in ((three("app"), left), (three("anexo_i"), right))
    )
    assert judge(rules, donor, receiver, np.zeros(1, int), np.zeros(1, int)).applies("R0").tolist() == [both]


@pytest.mark.parametrize(("left", "right", "either"), [(a, b, max(a, b)) for a in range(3) for b in range(3)])
def test_or_is_the_greatest(left, right, either):
    rules = book({"veredicto": "PROHIBIDO", "cuando": [{"donante": {"app": ["PAS"]}}, {"receptor": {"anexo_i": ["si"]}}]})
    donor, receiver = (
        pl.DataFrame([rows[n]], schema=dict.fromkeys(rows[0], pl.String)) for rows, n in ((three("app"), left), (three("anexo_i"), right))
    )
    assert judge(rules, donor, receiver, np.zeros(1, int), np.zeros(1, int)).applies("R0").tolist() == [either]


def test_not_turns_truth_around_and_leaves_doubt():
    rules = book(
        {"veredicto": "PROHIBIDO", "cuando": [{"donante_no": {"app": ["PAS"]}}]},
        {"veredicto": "PROHIBIDO", "salvo": [{"donante": {"app": ["PAS"]}}]},
    )
    donors = pl.DataFrame(three("app"))
    found = judge(rules, donors, pl.DataFrame({"app": ["no"]}), np.arange(3), np.zeros(3, int))
    assert found.applies("R0").tolist() == found.applies("R1").tolist() == [2, 1, 0]


def test_comparing_a_field_of_both_sides():
    rules = book(
        {"veredicto": "PROHIBIDO", "cuando": [{"distintos": ["rubro"]}]}, {"veredicto": "PERMITIDO", "cuando": [{"iguales": ["rubro"]}]}
    )
    donors, receivers = pl.DataFrame({"rubro": ["18", "18", None]}), pl.DataFrame({"rubro": ["18", "15", "15"]})
    found = judge(rules, donors, receivers, np.arange(3), np.arange(3))
    assert found.applies("R0").tolist() == [0, 2, 1]
    assert found.applies("R1").tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("code", "truth"), [("2.1.1", 2), ("2.1.1.13.1.1", 2), ("2.1.11", 0), ("2.1", 1), ("2", 1), ("2.3.1.1", 0), ("2.1.10.1", 0), (None, 1)]
)
def test_a_code_above_the_pattern_may_or_may_not_be(code, truth):
    rules = book({"veredicto": "PROHIBIDO", "cuando": [{"donante": {"clasificador": ["2.1.1"]}}]})
    assert side_truth(pl.DataFrame({"clasificador": [code]}, schema={"clasificador": pl.String}), rules, "donante").tolist() == [[truth]]


def test_names_match_without_accents_or_case():
    rules = book({"veredicto": "PROHIBIDO", "cuando": [{"donante": {"finalidad_nombre": ["asignación por  Jornada"]}}]})
    rows = pl.DataFrame({"finalidad_nombre": ["PAGO DE LA ASIGNACION POR JORNADA DE TRABAJO", "OTRA", None]})
    assert side_truth(rows, rules, "donante").ravel().tolist() == [2, 0, 1]


def test_rows_the_law_does_not_tell_apart_have_one_class():
    rows = pl.DataFrame({"rubro": ["18", "00", "18", "09"], "meta": ["1", "2", "3", "4"]})
    rules = book({"veredicto": "PROHIBIDO", "cuando": [{"donante": {"rubro": ["18"]}}]})
    groups = legal_class(side_truth(rows, rules, "donante"))
    assert groups[0] == groups[2] != groups[1] == groups[3]


def test_doubt_is_missing_data_unless_the_rule_only_allows():
    donors = pl.DataFrame({"app": UNSURE})
    for verdict, said in (
        ("PROHIBIDO", "FALTA DATO"),
        ("REQUIERE", "FALTA DATO"),
        ("FALTA DATO", "FALTA DATO"),
        ("PERMITIDO", "PERMITIDO"),
    ):
        rules = book({"veredicto": verdict, "requiere": "x", "cuando": [{"donante": {"app": ["PAS"]}}]})
        assert verdicts(rules, donors, donors) == [said]


def test_the_worst_rule_decides_and_the_only_obstacle_is_named():
    rules = book(
        {"veredicto": "REQUIERE", "requiere": "informe"},
        {"veredicto": "PROHIBIDO", "cuando": [{"donante": {"rubro": ["18"]}}]},
        {"veredicto": "FALTA DATO", "cuando": [{"donante": {"app": ["PAS"]}}]},
    )
    donors = pl.DataFrame({"rubro": ["18", "00", "18"], "app": ["no", "PAS", "PAS"]})
    found = judge(rules, donors, donors, np.arange(3), np.arange(3))
    assert [VERDICTS[code] for code in found.codes] == ["PROHIBIDO", "FALTA DATO", "PROHIBIDO"]
    assert found.blocking.count.tolist() == [1, 1, 2] and found.blocking.only.tolist() == [1, 2, -1]
    strict = judge(rules, donors, donors, np.arange(3), np.arange(3), admitted=["PERMITIDO"])
    assert strict.blocking.count.tolist() == [2, 2, 3]


def test_an_explanation_names_what_is_missing_and_its_side():
    donors = pl.DataFrame({"programa": ["0002"], "inversion": ["no"], "metas_fisicas_alcanzadas": UNSURE})
    found = judge(BOOK, donors, pl.DataFrame({"programa": ["0016"]}), np.zeros(1, int), np.zeros(1, int))
    said = found.explain(np.zeros(1, int)).filter(pl.col("regla") == "LEY32185-33.A-METAS").to_dicts()
    assert said[0]["veredicto"] == "FALTA DATO" and said[0]["faltan"] == "metas físicas alcanzadas (donante)"


def test_the_law_of_the_year_suspends_a_permanent_rule():
    before, during = in_force(NORMS, dt.date(2024, 5, 15)), BOOK
    assert "DL1440-48.1.4.A-METAS" in {rule.id for rule in before.reglas}
    assert "DL1440-48.1.4.A-METAS" not in {rule.id for rule in during.reglas}
    assert "DL1440-48.1.3" in {rule.id for rule in during.reglas}


@pytest.mark.parametrize("year", [2024, 2026])
def test_without_the_law_of_the_year_nothing_is_allowed(year):
    rules = in_force(NORMS, dt.date(year, 5, 15))
    assert rules.reglas[-1].id == f"ANUAL-{year}" and str(year) in rules.avisos[0]
    assert set(verdicts(rules, *_clear())) == {"FALTA DATO"}


def test_a_transfer_with_everything_known_can_be_allowed():
    assert BOOK.avisos == ()
    assert verdicts(BOOK, *_clear()) == ["PERMITIDO"]


def test_entries_hold_only_between_their_dates():
    forbids = {"veredicto": "PROHIBIDO"}
    rules = book({**forbids, "hasta": "2025-05-14"}, {**forbids, "hasta": "2025-05-15"}, {**forbids, "desde": "2025-05-16"})
    assert [rule.id for rule in rules.reglas] == ["R1"]


def test_a_deadline_to_ask_for_an_opinion_does_not_end_the_exception():
    last = {e.id: e.requiere for e in in_force(NORMS, dt.date(2025, 12, 31)).excepciones}
    for letter in "CDEF":
        assert "hasta el 31 de octubre de 2025" in last[f"EXC-LEY32185-9.1.{letter}"]
    assert "hasta el 28 de febrero de 2025" in last["EXC-LEY32185-28.2"]


def _said(rule, donor, receiver, invoked=()):
    """Verdict of a rule of 2025 on one transfer, and what is missing; nothing when it does not concern it."""
    found = judge(BOOK, pl.DataFrame([donor]), pl.DataFrame([receiver]), np.zeros(1, int), np.zeros(1, int), invoked=invoked)
    rows = found.explain(np.zeros(1, int)).filter(pl.col("regla") == rule)
    return rows.select("veredicto", "faltan").row(0) if rows.height else ()


def test_payroll_is_proved_financed_even_with_an_exception():
    donor = {"clasificador": "2.1.1.1.1.2", "reorganizacion_de_entidad": "si"}
    receiver = {"clasificador": "2.3.1.5.1.2", "reorganizacion_de_entidad": "no"}
    assert _said("LEY32185-9.1-DONANTE", donor, receiver, ["EXC-LEY32185-9.1.A"])[0] == "REQUIERE"
    assert _said("LEY32185-9.1-PLANILLA", donor, receiver, ["EXC-LEY32185-9.1.A"]) == ("REQUIERE", None)


def test_humanitarian_goods_not_declared_are_missing_data():
    donor, receiver = {"clasificador": "2.2.2.3.1.1", "programa": "0068", "nivel": "R"}, {"clasificador": "2.3.1.5.1.2"}
    verdict, missing = _said("LEY32185-9.9", donor, receiver)
    assert verdict == "FALTA DATO" and missing == "bienes de ayuda humanitaria, o su transporte y estiba (donante)"
    assert _said("LEY32185-9.9", {**donor, "ayuda_humanitaria": "no"}, receiver) == ()


@pytest.mark.parametrize(
    ("rule", "donor", "receiver"),
    [
        ("DL1440-73.2-TOPE", {}, {"clasificador": "2.3.1.5.1.2"}),
        ("DL1440-73.2-LIMITE", {"fuente": "4"}, {"clasificador": "2.6.2.2.2.2"}),
        ("LEY32185-58.5", {"fuente": "1", "programa": "9001", "inversion": "no"}, {}),
        ("LEY32185-58.5", {"fuente": "1", "programa": "0068", "inversion": "no", "clasificador": "2.1.1.1.1.2"}, {}),
        ("LEY32185-58.5", {"fuente": "5", "programa": "0068", "inversion": "si"}, {}),
        ("TRANSFERIDOS-DESTINO", {"fuente": "2"}, {}),
        ("TRANSFERIDOS-DESTINO", {"fuente": "5", "rubro": "15"}, {}),
        ("DL1440-48.1.5", {"clasificador": "2.1.1.1.1.2"}, {}),
    ],
)
def test_a_fact_is_asked_only_where_it_can_matter(rule, donor, receiver):
    assert _said(rule, {"sec_func": "1", **donor}, {"sec_func": "2", **receiver}) == ()


@pytest.mark.parametrize(
    ("rule", "donor", "receiver"),
    [
        ("DL1440-73.2-TOPE", {}, {"clasificador": "2.5.5.1.1.1"}),
        ("DL1440-73.2-TOPE", {}, {"clasificador": "2.5"}),
        ("LEY32185-58.5", {"fuente": "1", "inversion": "si"}, {}),
        ("LEY32185-58.5", {"fuente": "1", "programa": "9002", "clasificador": "2.3.1.5.1.2"}, {}),
        ("TRANSFERIDOS-DESTINO", {"fuente": "4", "rubro": "13"}, {}),
        ("TRANSFERIDOS-DESTINO", {"fuente": "5", "rubro": "18"}, {}),
        ("TRANSFERIDOS-DESTINO", {}, {}),
        ("DL1440-48.1.5", {"clasificador": "2.6.2.2.2.2"}, {}),
    ],
)
def test_a_fact_not_declared_where_it_matters_is_missing(rule, donor, receiver):
    assert _said(rule, {"sec_func": "1", **donor}, {"sec_func": "2", **receiver})[0] == "FALTA DATO"


@pytest.mark.parametrize(
    ("fuente", "rubro", "covered"),
    [
        ("1", "00", True),
        ("2", "09", True),
        ("5", "07", True),
        ("5", "08", True),
        ("5", "15", True),
        ("5", "18", True),
        ("5", "04", False),
        ("3", "19", False),
        ("4", "13", False),
        (None, None, False),
    ],
)
def test_article_53_names_its_sources(fuente, rubro, covered):
    donor = {"categoria_gasto": "6", "fuente": fuente, "rubro": rubro}
    receiver = {"categoria_gasto": "5", "programa": "0068", "actividad": "5006144", "emergencia_nivel_4_5": "si"}
    verdict, _ = _said("DL1440-48.1.3", donor, receiver, ["EXC-LEY32185-53"])
    assert verdict == ("REQUIERE" if covered else "PROHIBIDO")


def test_the_exceptions_of_emergencies_lift_all_of_article_11_and_of_programmes():
    lifted = {e.id: set(e.levanta) for e in BOOK.excepciones}
    article = {rule.id for rule in BOOK.reglas if rule.id.startswith("LEY32185-11.")}
    programmes = {"LEY32185-33.A-METAS", "LEY32185-33.A-EVIDENCIA", "LEY32185-33.A-FUERA", "DL1440-48.1.4.C", "DL1440-48.1.4.D"}
    for name in ("53", "54-CANON", "54-FONCOR"):
        assert lifted[f"EXC-LEY32185-{name}"] >= article | programmes | {"DL1440-48.1.3"}
    assert len(article) == 7 and lifted["EXC-LEY32185-59"] >= programmes
    assert not lifted["EXC-LEY32185-DCF15"] & {rule for rule in programmes if rule.startswith("LEY32185")}


def test_an_exception_of_another_year_cannot_be_invoked():
    with pytest.raises(SpecError, match="EXC-LEY32185-53"):
        judge(in_force(NORMS, dt.date(2026, 5, 15)), *_clear(), np.zeros(1, int), np.zeros(1, int), invoked=["EXC-LEY32185-53"])


def test_fields_say_what_to_bring():
    assert {"pliego", "metas_fisicas_alcanzadas", "clasificador"} <= set(BOOK.fields("donante"))
    assert "expediente_tecnico_aprobado" not in BOOK.fields("donante")
    assert "expediente_tecnico_aprobado" in BOOK.fields("receptor")


VALUES = {
    "pliego": ["445"],
    "nivel": ["R"],
    "sec_ejec": ["775", "776"],
    "programa": ["0002", "0068", "9001"],
    "producto": ["3000001", "3000882", "2001621"],
    "actividad": ["5006144", "5000003"],
    "fuente": ["1", "5"],
    "rubro": ["00", "18"],
    "categoria_gasto": ["5", "6"],
    "inversion": ["si", "no"],
    "clasificador": ["2.1.1.1.1.2", "2.3.1.5.1.2", "2.3.2.7.11.99", "2.6.2.2.2.2", "2.2.1.1.1.1"],
    "finalidad_nombre": ["ADMINISTRACION", "REPRO-AFP"],
    "app": ["no", "PAS"],
    "saldo_de_balance": ["no", "libre", "con_destino"],
}


def _side(draw, side):
    return {name: draw(st.sampled_from(VALUES.get(name, ["si", "no"]))) for name in BOOK.fields(side)}


@pytest.mark.propiedad
@settings(max_examples=few(30))
@given(st.data())
def test_a_missing_field_never_makes_a_transfer_allowed(data):
    donor, receiver = _side(data.draw, "donante"), _side(data.draw, "receptor")
    side = data.draw(st.sampled_from([donor, receiver]))
    name = data.draw(st.sampled_from(sorted(side)))
    whole = verdicts(BOOK, pl.DataFrame([donor]), pl.DataFrame([receiver]))[0]
    del side[name]
    less = verdicts(BOOK, pl.DataFrame([donor]), pl.DataFrame([receiver]))[0]
    assert less != "PERMITIDO" or whole == "PERMITIDO"
    assert VERDICTS.index(less) >= min(VERDICTS.index(whole), VERDICTS.index("FALTA DATO"))


def _clear():
    """A transfer inside acciones centrales of which everything is known."""
    common = {
        "pliego": "445",
        "nivel": "R",
        "sec_ejec": "775",
        "programa": "9001",
        "producto": "3999999",
        "actividad": "5000003",
        "finalidad_nombre": "ADMINISTRACION GENERAL",
        "fuente": "1",
        "rubro": "00",
        "categoria_gasto": "5",
        "inversion": "no",
        "app": "no",
        "saldo_de_balance": "no",
        "transferencia_con_destino": "no",
    }
    donor, receiver = {**common, "clasificador": "2.3.1.5.1.2"}, {**common, "clasificador": "2.3.1.5.3.1"}
    return pl.DataFrame([donor]), pl.DataFrame([receiver])
