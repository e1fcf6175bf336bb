"""What is said of the money is computed from it: its days, its signatures, its source, and what it lacks."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import polars as pl
import pytest

from presupuesto_link.evaluation.diagnosis import diagnose
from presupuesto_link.evaluation.matrix import cross_years
from presupuesto_link.linkage.whose import Whose
from presupuesto_link.money.follow import month_ends
from presupuesto_link.money.money import Money
from presupuesto_link.presentation.plots.matriz import cell_tiles, spent_words
from presupuesto_link.presentation.plots.notes import followed_note
from presupuesto_link.presentation.plots.text import listed, width_cm
from presupuesto_link.presentation.telling.coverage import rules_words
from presupuesto_link.presentation.telling.lines import _link_line
from presupuesto_link.presentation.telling.method import method
from presupuesto_link.presentation.telling.monitoring_words import before_words
from presupuesto_link.presentation.telling.robustness_words import outside_words
from presupuesto_link.specs import MatricesSpec, SemaforoSpec
from presupuesto_link.specs.analysis import AnalisisSpec
from presupuesto_link.studies.robustness import Robustness
from presupuesto_link.tables.levels import Levels
from presupuesto_link.vocabulary import LINKED, PRINTED
from tests.evaluation.test_decision import NO_DOUBT, indicators
from tests.evaluation.test_matrix import results
from tests.money.kept import line, linked, origin, pace, year_budget

UNSIGNED = "Ninguna de las 2 reglas que cuentan está firmada por una persona: S/ 3.00 de PIM son una propuesta, sin firma."


@pytest.fixture(scope="module")
def course():
    """A year cut on 30 October and judged by September: by then 60 of the 100 that were expected, 70 on the day of the cut."""
    late = pace("2025-09-30", ("A", 60, 100), ("T", 10, 10))
    whose = replace(origin("2025-10-30"), firma=UNSIGNED)
    return year_budget(2025, whose, ("A", 130, 70), ("T", 9, 2), transversal=("T",), late=late)


@pytest.fixture(scope="module")
def matrix(course):
    return cross_years(Money((course,)), results(("A", 0.9), ("T", 0.9)), (2025, 2024), SemaforoSpec())


def test_a_row_that_shows_the_ratio_shows_what_it_divides(matrix):
    found = diagnose(matrix, indicators(("A", "I", 0.9)), NO_DOUBT, MatricesSpec()).filter(pl.col("accion") == "A").row(0, named=True)
    assert (found["devengado_soles"], found["al"]) == (70, dt.date(2025, 10, 30))
    assert (found["devengado_al_ritmo_soles"], found["esperado_soles"], found["ritmo_al"]) == (60, 100, dt.date(2025, 9, 30))
    assert "60.0 % de lo esperado al 30/09/2025 (S/ 60 de S/ 100)" in found["razon"]
    cell = matrix.celdas.filter(pl.col("devengado_soles") > 0).row(0, named=True)
    assert (cell["devengado_soles"], cell["devengado_al_ritmo_soles"], cell["esperado_soles"]) == (70, 60, 100)


def test_the_note_of_a_matrix_says_both_days_and_who_signs(matrix):
    assert "PIM y devengado: al 30/10/2025; el devengado que se divide entre lo esperado: al 30/09/2025." in matrix.nota
    assert UNSIGNED in matrix.nota


def test_a_closed_year_has_one_day():
    closed = year_budget(2024, origin("2024-12-31"), ("A", 130, 70))
    told = cross_years(Money((closed,)), results(("A", 0.9)), (2024, 2024), SemaforoSpec())
    assert told.dias == ""
    assert "esperado_soles" not in told.celdas.columns


def test_executing_is_told_by_the_limit_that_counts_it(matrix):
    assert spent_words(matrix, MatricesSpec()) == "gastaron 75 % o más de lo esperado al 30/09/2025"


def test_money_that_is_not_added_up_is_not_zero(matrix):
    """The action alone in its cell is transversal."""
    tiles = cell_tiles(matrix.acciones, matrix.celdas, Levels("OER", "AER"))
    assert tiles.filter(pl.col("lista") == "T")["dinero"].to_list() == ["no se suma"]
    assert tiles.filter(pl.col("lista") == "A")["dinero"].to_list() == ["S/ 130"]


@pytest.mark.parametrize("count", [1, 5, 19, 20, 21, 48])
def test_a_code_is_never_cut(count):
    codes = [f"{n:02}.{n:02}" for n in range(count)]
    text = listed(codes, 3.1, 6.5, 5)
    words = text.replace("\u00a0 ", " ").split()
    shown = [word for word in words if word in codes]
    assert shown == codes[: len(shown)]
    assert all(width_cm(row, 6.5) <= 3.1 for row in text.split("\n"))
    assert text.count("\n") < 5
    assert text.endswith(f"y\u00a0{count - len(shown)}\u00a0más") if len(shown) < count else "más" not in text


def test_the_place_that_falls_outside_its_own_interval_says_so():
    resumen = pl.DataFrame({"accion": ["A", "B", "C"], "puesto_bajo": [2, 2, None], "puesto_alto": [10, 4, None]})
    places = pl.DataFrame({"accion": ["A", "B", "C"], "puesto": [1, 2, 3]})
    found = Robustness.outside(SimpleNamespace(resumen=resumen), places)
    assert found == ["A"]
    assert outside_words(found).startswith(" El puesto de A con los pesos y la lectura del análisis queda fuera de ese intervalo")
    assert outside_words([]) == ""


def test_nobody_is_said_to_sign_what_nobody_signed(monkeypatch):
    link = linked(line("A", pim="1"))
    monkeypatch.setattr(type(link), "signed", lambda self, year: UNSIGNED)
    said = rules_words(replace(link, rules=replace(link.rules, source="vinculos.csv")), 2024)
    assert said == f"Cada sol se vincula por las reglas de vinculos.csv; lo que queda sin vincular se dice, no se reparte. {UNSIGNED}"


def test_a_figure_of_a_year_in_course_says_its_days_and_how_much_nobody_signed():
    snapshot = SimpleNamespace(id="s", manifest={"fuente": {"nombre": "f.xlsx"}})
    link = SimpleNamespace(snapshot=snapshot, scope=str(Whose("gasto", ("775",))))
    followed = SimpleNamespace(
        linkage=link, synthetic=False, cut_off=dt.date(2025, 10, 30), month_end=dt.date(2025, 9, 30), signed=UNSIGNED
    )
    source, *notes = followed_note(followed, "Nota.").split("\n")
    assert source.endswith("sólo la ejecutora 775. Corte: 30/10/2025; lo hecho y lo esperado, al 30/09/2025.")
    assert notes == [UNSIGNED, "Nota."]


def test_execution_is_what_the_year_is_judged_by(analysis, course):
    assert dict(method(analysis))["Ejecución"].startswith("Devengado entre PIM.")
    late = replace(analysis, money=Money((replace(course, anio=analysis.pair[0]),)))
    assert "devengado ÷ lo esperado al 30/09/2025" in dict(method(late))["Ejecución"]


def test_a_limit_of_one_source_is_told_only_when_that_source_decides(analysis):
    spec = AnalisisSpec.model_validate(
        analysis.inputs.spec.model_dump() | {"no_modela": ("siempre", {"frase": "la tabla no tiene fuente", "dinero": "impresa"})}
    )
    assert spec.unsaid(PRINTED) == ("siempre", "la tabla no tiene fuente")
    assert spec.unsaid(LINKED) == ("siempre",)


def test_a_reason_true_of_one_source_does_not_speak_of_its_amount(analysis):
    assert "monto" not in analysis.inputs.spec.vinculo.motivo_transversal


@pytest.mark.parametrize(
    ("previous", "own", "words"),
    [
        (None, None, "Los días en rojo se cuentan con el PIM de hoy, hasta el 30/09/2025."),
        ("30/06/2025", None, "«Antes» es el color del cierre del trimestre previo, con el PIM de hoy; "),
        ("31/08/2025", "s", "«Antes» es el color del corte anterior, con el PIM que tenía entonces; "),
    ],
)
def test_before_is_told_with_the_budget_it_was_measured_with(previous, own, words):
    followed = SimpleNamespace(month_end=month_ends(2025)[9])
    assert before_words(SimpleNamespace(previous=previous, previous_id=own, followed=followed)).startswith(words)


def test_actions_without_money_are_told_with_the_units_that_the_source_brings(dossier, course):
    budget = replace(course, anio=dossier.analysis.pair[0], origen=replace(course.origen, unidades="sólo la ejecutora 775"))
    line = _link_line(replace(dossier.analysis, money=Money((budget,))))
    assert "no tienen presupuesto vinculado" in line.lead
    assert "La fuente del dinero trae sólo la ejecutora 775." in line.text
