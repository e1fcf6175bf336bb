"""The promises of a government plan: as printed, beside what can be compared, and never more than that."""

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.evaluation.commitments import measure_commitments
from presupuesto_link.presentation.telling.compromisos import commitments_view
from presupuesto_link.sources.commitments import read_commitments
from presupuesto_link.tables.commitments import check_commitments
from presupuesto_link.tables.levels import Levels
from tests.conftest import ROOT, SHARED

DATA, FOLDER = ROOT / "data" / "compromisos", ROOT / "analyses" / "compromisos-2018-2022"
PROMISES = "compromiso,dimension,tema,texto,impreso,valor,unidad,clase,sentido,exigencia,anio,linea_base_impresa,lugar"
MATCHES = "compromiso,indicador,accion,equivalencia,motivo"
ONE = "C1,D,T,Bajar a 10%,10%,10,porcentaje,indicador,descendente,,2022,,L"


@pytest.fixture(scope="module")
def plan_text() -> str:
    path = SHARED / "fuentes" / "002_4c038b6d4a455ae9.txt"
    if not path.is_file():
        pytest.skip("the government plan is not beside this repository")
    return re.sub(r"\s+", "", path.read_text(encoding="utf-8"))


def test_every_sentence_and_figure_is_as_printed(plan_text, inputs):
    """White space apart: the table of the document breaks its sentences into narrow lines."""
    rows = inputs.commitments.compromisos
    assert rows.height == 26
    for row in rows.iter_rows(named=True):
        assert re.sub(r"\s+", "", row["texto"]) in plan_text, row["compromiso"]
        assert re.sub(r"\s+", "", row["impreso"]) in re.sub(r"\s+", "", row["texto"]), row["compromiso"]


NOT_PROMISES = {
    "2018",
    "2022",
    "2025",
    "2030",  # years
    "2",
    "1",  # «Nivel 2», «III-1»
    "36",  # the age of whom the anaemia is measured
    "13%",  # the baseline of illiteracy, beside its target
}


def test_no_printed_figure_was_left_out(inputs):
    """Every number of the summary of the plan is in some sentence transcribed, or is no promise; item numbers apart."""
    path = SHARED / "fuentes" / "002_4c038b6d4a455ae9.txt"
    if not path.is_file():
        pytest.skip("the government plan is not beside this repository")
    summary = path.read_text(encoding="utf-8").split("II. RESUMEN DEL PLAN DE GOBIERNO")[1]
    lines = [re.sub(r"^\s*\d+\.\s?-?", "", line) for line in summary.splitlines()]
    printed = {number for line in lines for number in re.findall(r"\d+(?:\.\d+)?%?", line)}
    told = {number for text in inputs.commitments.compromisos["texto"] for number in re.findall(r"\d+(?:\.\d+)?%?", text)}
    assert printed - told - NOT_PROMISES == set()
    assert len(told) >= 20


def test_the_figures_are_those_printed(inputs):
    """Read again from the printed figure, with its words for millions and thousands."""
    words = {"dos": 2.0}
    for row in inputs.commitments.compromisos.iter_rows(named=True):
        printed = row["impreso"]
        first = re.match(r"[\d.]+", printed)
        value = (
            words[printed]
            if first is None
            else float(first[0]) * (1e6 if "millones" in printed else 1e3 if re.fullmatch(r"\d+ mil", printed) else 1)
        )
        assert row["valor"] == value, row["compromiso"]
        if row["clase"] == "monto":
            assert float(row["monto_soles"]) == value


@pytest.mark.parametrize("name", ["comparacion", "montos"])
def test_the_analysis_gives_what_was_transcribed_by_hand(analysis, name):
    expected = pl.read_csv(FOLDER / "esperado" / f"{name}.csv")
    found = getattr(analysis.commitments, name)
    if name == "comparacion":
        found = found.filter(pl.col("indicador").is_not_null())
    ours = found.select(expected.columns).with_columns(pl.selectors.decimal().cast(pl.Float64))
    assert ours.rows() == expected.rows()


def test_its_page_says_those_figures(analysis):
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    found = analysis.commitments
    for row in found.montos.drop_nulls("accion").iter_rows(named=True):
        assert (
            f"{row['prometido_soles']:,.0f} | {row['accion'].removeprefix('AER.')} | {row['pim_soles']:,.0f} | {row['veces_pim_ratio']:.2f}"
            in page
        )
    readings = found.comparacion.unique("compromiso")["lectura"].value_counts()
    assert dict(readings.iter_rows()) == {"no comparable": 15, "no alcanzado": 4, "sin dato": 1}
    assert "5 se pueden poner al lado" in page
    assert found.comparacion.filter(pl.col("indicador").is_not_null())["con_reserva"].all()


def folder(tmp_path: Path, promises: str, matches: str) -> Path:
    (tmp_path / "compromisos.csv").write_text(f"{PROMISES}\n{promises}\n", encoding="utf-8")
    (tmp_path / "equivalencias.csv").write_text(f"{MATCHES}\n{matches}\n", encoding="utf-8")
    return tmp_path


def one(analysis, tmp_path, promise, match):
    plan = analysis.inputs.plan
    tables = check_commitments(read_commitments(folder(tmp_path, promise, match)), plan)
    return measure_commitments(tables, plan, analysis.budget.ejecucion)


@pytest.mark.parametrize(
    ("value", "sense", "limit", "reading"),
    [
        ("10.6", "descendente", "", "alcanzado"),
        ("10.5", "descendente", "", "no alcanzado"),
        ("10.6", "ascendente", "", "alcanzado"),
        ("10.6", "ascendente", "superar", "no alcanzado"),
        ("10.7", "ascendente", "", "no alcanzado"),
    ],
)
def test_the_edge_belongs_to_who_reaches_it(analysis, tmp_path, value, sense, limit, reading):
    """Illiteracy was 10.6 in 2024."""
    promise = f"C1,D,T,x,{value},{value},porcentaje,indicador,{sense},{limit},2022,,L"
    found = one(analysis, tmp_path, promise, "C1,IND.01.AER.04.02,,exacta,La misma").comparacion.row(0, named=True)
    assert (found["lectura"], found["con_reserva"], found["obtenido"]) == (reading, False, 10.6)


def test_a_transversal_action_is_marked_and_an_action_without_money_has_no_ratio(analysis, tmp_path):
    promise = "C1,D,T,x,1 millón,1000000,soles,monto,,,2022,,L"
    found = one(analysis, tmp_path, promise, "C1,,AER.07.01,parecida,m\nC1,,AER.03.02,parecida,m").montos
    assert found.select("accion", "vinculo", "veces_pim_ratio").rows()[0] == ("AER.03.02", "sin fila", None)
    assert found["vinculo"][1] == "transversal"


@pytest.mark.parametrize(
    ("promise", "match", "said"),
    [
        (ONE.replace(",10,p", ",diez,p"), "C1,,,ninguna,m", "columna valor\n  se encontró: «diez»"),
        (ONE.replace("descendente", ""), "C1,,,ninguna,m", "ascendente o descendente, porque es un indicador"),
        (ONE.replace("2022", "22"), "C1,,,ninguna,m", "un año de 1990 a 2100"),
        (ONE, "C2,,,ninguna,m", "compromiso C1\n  se encontró: ninguna fila"),
        (ONE, "C1,IND.99,,exacta,m", "un código de indicadores.csv"),
        (ONE, "C1,,AER.03.03,exacta,m", "sólo la columna indicador"),
        (ONE, "C1,IND.01.AER.04.02,,ninguna,m", "ningún código, porque no hay equivalencia"),
        (ONE, "C1,IND.01.AER.04.02,,igual,m", "uno de exacta, parecida, ninguna"),
        (ONE, "C1,IND.01.AER.04.02,,exacta,", "la razón de la equivalencia"),
        (ONE, "C1,IND.01.AER.04.02,,exacta,m\nC1,IND.01.AER.04.02,,exacta,m", "la misma equivalencia repetida"),
        (f"{ONE}\n{ONE}", "C1,,,ninguna,m", "compromiso = C1 está repetido"),
    ],
)
def test_what_is_wrong_is_told_where_it_is(analysis, tmp_path, promise, match, said):
    with pytest.raises(InputDataError) as told:
        one(analysis, tmp_path, promise, match)
    assert said in str(told.value)


def test_without_commitments_there_is_no_section(analysis):
    assert commitments_view(None, {}, Levels("OER", "AER")) is None
    assert replace(analysis, commitments=None).commitments is None


def test_zero_and_one_are_said_right(analysis):
    found = analysis.commitments
    text = commitments_view(found, {}, analysis.levels)["frase"]
    assert "De 20 cifras prometidas que no son montos, 15 no tienen en la evaluación con qué compararse" in text
    assert "De las otras 5, 4 no se alcanzaron, 1 no tiene dato y ninguna se alcanzó" in text
