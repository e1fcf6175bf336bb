"""The page says what the library says, loads nothing from elsewhere and can be read by everybody."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote

import polars as pl
import pytest

from presupuesto_link.dossier import Dossier
from presupuesto_link.errors import InfeasibleScenarioError, Problem
from presupuesto_link.evaluation.diagnosis import DIAGNOSES
from presupuesto_link.evaluation.evaluate import Evaluation, evaluate
from presupuesto_link.inputs import with_settings
from presupuesto_link.presentation.board import FigureRef, render_page, ten_lines
from presupuesto_link.presentation.telling.method import method
from presupuesto_link.presentation.telling.selection import binding_limits, reached_limits
from presupuesto_link.presentation.telling.words import lagging_words
from presupuesto_link.tables.levels import Levels
from presupuesto_link.wording import millions, percent, soles

VOID = {"meta", "link", "img", "br"}
EVIL = '<script>alert("x")</script><img src=http://malo.pe/x onerror=alert(1)>'


class Reader(HTMLParser):
    """Tags with their attributes, in order, and the visible text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(html)
        self.close()
        self.text = re.sub(r"\s+", " ", "".join(self.words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.words.append(data)

    def all(self, *names: str) -> list[dict[str, str]]:
        return [attrs for tag, attrs in self.tags if tag in names]


def figures(dossier: Dossier) -> list[FigureRef]:
    analysis = dossier.analysis
    pairs = [f"{m.anio_ejecucion}_{m.anio_resultado}" for m in analysis.matrices]
    names = [
        *(f"{kind}_{pair}" for pair in pairs for kind in ("matriz", "burbujas")),
        "ranking",
        "semaforo_oer",
        "semaforo_aer",
        *(f"{kind}_{s.spec.id}" for s in dossier.scenarios for kind in ("escenario", "transferencias")),
        "desconocida",
    ]
    return [FigureRef(n, f"Título de {n}", f"Descripción de {n}", f"<svg><title>{n}</title></svg>") for n in names]


@pytest.fixture(scope="module")
def html(dossier: Dossier) -> str:
    return render_page(dossier, figures(dossier), {"tablas/ranking.csv": "Ranking"})


@pytest.fixture(scope="module")
def page(html: str) -> Reader:
    return Reader(html)


def sentences(dossier: Dossier) -> str:
    return " ".join(f"{line.lead} {line.text}" for line in ten_lines(dossier))


def test_the_ten_lines_are_ten_and_are_in_the_page(dossier: Dossier, page: Reader) -> None:
    lines = ten_lines(dossier)
    assert len(lines) == 10
    assert all(f"{line.lead} {line.text}" in page.text for line in lines)


def test_the_numbers_of_the_ten_lines_are_those_of_the_library(analysis: Evaluation, dossier: Dossier) -> None:
    spec, words = analysis.inputs.spec, sentences(dossier)
    direct = analysis.linked.direct
    pim, spent = direct["pim_soles"].sum(), direct["devengado_soles"].sum()
    counts = analysis.counts.filter((pl.col("perfil") == "ceplan") & (pl.col("anio") == 2024))
    aer = counts.filter((pl.col("nivel") == "AER") & (pl.col("politica_nd") == "excluir")).row(0, named=True)
    index = analysis.index.filter((pl.col("perfil") == "ceplan") & (pl.col("anio") == 2024))
    groups = dict(analysis.ranking.group_by("grupo").len().iter_rows())
    for expected in (
        percent(float(spent / pim)),
        millions(pim),
        millions(spent),
        millions(pim - spent),
        f"{analysis.linked.acciones.height - direct.height - 1} de {analysis.linked.acciones.height} AER no tienen presupuesto",
        f"{aer['verde']} de {aer['total']} AER están en verde y {aer['rojo']} en rojo",
        f"{groups['rezagada']} AER están rezagadas",
        f"{groups['prioridad de dato']} AER son «prioridad de dato»",
        *analysis.ranking.filter(pl.col("grupo") == "rezagada").head(3)["accion"],
        millions(dossier.scenarios[0].monto_soles),
        f"{len(analysis.audit.hallazgos)} observaciones",
        *(percent(ratio) for ratio in index["indice_ratio"]),
    ):
        assert expected in words, expected
    assert spec.ranking.anio_resultado == 2024


def test_the_numbers_of_the_published_evaluation(dossier: Dossier) -> None:
    """Worked out by hand from the evaluation's table: sums of the direct rows, without AER.07.01."""
    words = sentences(dossier)
    for expected in ("81.7 %", "S/ 5,801.0 M", "S/ 4,740.5 M", "11 de 48 AER", "S/ 8,900.2 M", "134 observaciones", "55.65 %"):
        assert expected in words, expected


def test_the_diagnoses_add_up_and_the_transversal_money_is_never_added(analysis: Evaluation, page: Reader) -> None:
    frame = analysis.diagnoses[1]
    direct = frame.filter(pl.col("vinculo") == "directo")
    shown = re.findall(
        r"(Rediseñar|Destrabar|Revisar meta|Completar dato|Sin presupuesto vinculado|Sostener) · (\d+) AER · ([^.]+(?:\.\d M)?)\.",
        page.text,
    )
    first = {name.lower(): (int(count), money) for name, count, money in shown[: len(DIAGNOSES)]}
    assert sum(count for count, _ in first.values()) == frame.height
    for name, (count, money) in first.items():
        assert count == frame.filter(pl.col("diagnostico") == name).height
        total = direct.filter(pl.col("diagnostico") == name)["pim_soles"].sum()
        assert money == (f"PIM {millions(total)}" if total else "sin PIM vinculado")


def test_every_action_has_its_reason_and_every_cell_its_list(analysis: Evaluation, page: Reader) -> None:
    for matrix, frame in zip(analysis.matrices, analysis.diagnoses, strict=True):
        assert all(re.sub(r"\s+", " ", reason) in page.text for reason in frame["razon"])
        anchors = {f"dx-{matrix.anio_ejecucion}-{matrix.anio_resultado}-{code}" for code in frame["accion"]}
        assert anchors <= {attrs.get("id") for _, attrs in page.tags}
    cards = {f"ficha-{code}" for code in analysis.inputs.plan.acciones["accion"]}
    assert cards <= {attrs.get("id") for tag, attrs in page.tags if tag == "details"}
    assert {f"#{card}" for card in cards} <= {a.get("href") for a in page.all("a")}


def test_ranking_scenario_findings_and_limits_are_there(analysis: Evaluation, dossier: Dossier, page: Reader) -> None:
    for row in analysis.ranking.filter(pl.col("grupo") == "rezagada").iter_rows(named=True):
        assert f"{row['puntaje_ratio']:.3f}" in page.text
    for scenario in dossier.scenarios:
        assert scenario.advertencia in page.text
        assert all(soles(amount) in page.text for amount in scenario.transferencias["monto_soles"])
        assert all(sentence in page.text for sentence in scenario.restricciones.filter(pl.col("activa"))["frase"])
    for finding in analysis.audit.hallazgos:
        for text in (finding.kind.title, finding.kind.remedy, finding.place, finding.explanation):
            assert re.sub(r"\s+", " ", text) in page.text
    assert all(sentence in page.text for sentence in analysis.no_modela)
    assert set(analysis.inputs.plan.correcciones["correccion"]) <= set(re.findall(r"C-\d+", page.text))


def test_the_own_index_is_marked_and_the_published_one_is_not_reproducible(page: Reader) -> None:
    section = page.text.split("Índice del plan")[1].split("Auditoría de lo publicado")[0]
    assert section.count("Propio, no oficial") >= 2
    assert "no es reproducible" in section
    assert "55.65 %" in section


def test_nothing_comes_from_elsewhere(html: str, page: Reader) -> None:
    for attrs in (attrs for _, attrs in page.tags):
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            assert not re.match(r"(?i)\s*([a-z]+:)?//|https?:|javascript:", attrs.get(name, "")), attrs
    assert not page.all("iframe", "object", "form")
    (script,) = re.findall(r"<script>(.*)</script>", html, re.S)
    policy = next(m["content"] for m in page.all("meta") if "content" in m and "default-src" in m["content"])
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|import\(|eval\(|innerHTML", script)
    assert "url(" not in html
    assert "@import" not in html
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)


def test_every_figure_is_inside_once_with_its_description(dossier: Dossier, page: Reader) -> None:
    images = page.all("img")
    assert sorted(unquote(i["src"]) for i in images) == sorted(f"data:image/svg+xml,{f.svg}" for f in figures(dossier))
    assert all(image["alt"].strip() for image in images)


def test_links_inside_the_page_lead_somewhere_and_ids_are_unique(page: Reader) -> None:
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")} <= set(ids)
    assert {"libro.xlsx", "manifiesto.json", "tablas/", "tablas/ranking.csv"} <= {a["href"] for a in page.all("a")}


def test_headings_are_in_order_and_tags_balanced(page: Reader) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert not page.unbalanced
    assert not page.open


def test_tables_have_captions_and_scopes(page: Reader) -> None:
    assert page.all("html") == [{"lang": "es"}]
    assert len(page.all("table")) == len(page.all("caption")) > 30
    assert all(th.get("scope") in ("col", "row") for th in page.all("th"))


def test_colour_is_never_alone(page: Reader, html: str) -> None:
    chips = re.findall(r'<span class="chip (\w+)"><b aria-hidden="true">(\w+)</b>.*?<span class="oculto"> \(([^)]+)\)', html)
    assert len(chips) == len([1 for _, a in page.tags if a.get("class", "").startswith("chip ")])
    assert {(c, letter, word) for c, letter, word in chips} == {
        ("rojo", "R", "rojo"),
        ("amarillo", "A", "amarillo"),
        ("verde", "V", "verde"),
        ("gris", "ND", "sin dato"),
    }


def test_the_same_analysis_gives_the_same_page(dossier: Dossier, inputs, html: str) -> None:
    again = replace(dossier, analysis=evaluate(inputs))
    assert render_page(again, figures(again), {"tablas/ranking.csv": "Ranking"}) == html
    assert len(html.encode("utf-8")) < 1_500_000


def _poisoned(dossier: Dossier) -> tuple[Dossier, Sequence[FigureRef]]:
    analysis = dossier.analysis
    plan = replace(analysis.inputs.plan, acciones=analysis.inputs.plan.acciones.with_columns(nombre=pl.lit(EVIL)))
    spec = analysis.inputs.spec.model_copy(update={"titulo": EVIL, "no_modela": (EVIL,)})
    bad = replace(
        analysis,
        inputs=replace(analysis.inputs, plan=plan, spec=spec),
        ranking=analysis.ranking.with_columns(nombre=pl.lit(EVIL)),
        diagnoses=tuple(d.with_columns(razon=pl.lit(EVIL)) for d in analysis.diagnoses),
    )
    return replace(dossier, analysis=bad), [FigureRef("ranking", EVIL, f'"{EVIL}', f'"{EVIL}')]


def test_names_from_the_data_are_never_markup(dossier: Dossier) -> None:
    page = Reader(render_page(*_poisoned(dossier)))
    assert len(page.all("script")) == 1
    assert len(page.all("img")) == 1
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert EVIL in page.text


def test_an_analysis_without_scenarios_figures_or_published_index(dossier: Dossier) -> None:
    analysis = dossier.analysis
    plan = analysis.inputs.plan
    bare_plan = replace(plan, cifras=plan.cifras.filter(pl.col("medida") != "indice_gestion"), correcciones=plan.correcciones.clear())
    empty = replace(analysis.audit, hallazgos=())
    bare = replace(
        dossier,
        analysis=replace(analysis, audit=empty, inputs=replace(analysis.inputs, plan=bare_plan)),
        solved=replace(dossier.solved, scenarios=(), compared=()),
    )
    page = Reader(render_page(bare, []))
    assert not page.all("img")
    for expected in (
        "No se pidió ningún escenario",
        "No hay índice publicado de 2024",
        "No se encontró ninguna diferencia",
        "No se corrigió ningún valor",
        "El análisis no tiene escenarios",
    ):
        assert expected in page.text
    assert len(ten_lines(bare)) == 10


def test_other_settings_change_the_words_with_the_numbers(dossier: Dossier, inputs) -> None:
    other = evaluate(with_settings(inputs, perfil="informe_2024", politica_nd="cero", pares=((2023, 2023),)))
    told = replace(dossier, analysis=other)
    words = sentences(told)
    count = other.counts.filter(
        (pl.col("perfil") == "informe_2024") & (pl.col("politica_nd") == "cero") & (pl.col("anio") == 2024) & (pl.col("nivel") == "AER")
    ).row(0, named=True)
    assert f"{count['verde']} de {count['total']} AER están en verde y {count['rojo']} en rojo" in words
    assert "Cruzando el gasto de 2023 (devengado ÷ PIM) con el resultado de 2023" in words
    assert "contando el ND como 0; excluyendo los ND serían" in words
    assert not Reader(render_page(told, [])).unbalanced


def test_association_is_never_worded_as_effect(page: Reader) -> None:
    ours = page.text.lower()
    for wording in ("por gastar", "gracias a", "debido al gasto", "logra porque", "produce el resultado"):
        assert wording not in ours


def test_matching_the_figures_the_rules_were_deduced_from_proves_nothing(page: Reader) -> None:
    section = page.text.split("Conciliación de los avances declarados")[1].split("Correcciones usadas")[0]
    assert "deducida de estas mismas cifras (coincidir no la prueba)" in section
    assert "razón ascendente" in section
    assert "valor en fracción" in section
    assert "razon" not in section


def test_what_is_kept_aside_is_named(analysis: Evaluation) -> None:
    words = dict(method(analysis))["Presupuesto vinculado"]
    reason = analysis.inputs.spec.vinculo.motivo_transversal
    assert words.startswith("Sólo se suman las AER de vínculo directo. AER.07.01 queda aparte: ")
    assert words.endswith(f": {reason[0].lower()}{reason[1:].rstrip('.')}.")


@pytest.mark.parametrize(
    ("across", "reason", "end"),
    [
        ((), "Vuelve a contar.", "directo."),
        (("AER.01.01",), "", "directo. AER.01.01 queda aparte."),
        (("AER.01.01", "AER.02.01"), "Cuentan otra vez.", "AER.01.01 y AER.02.01 quedan aparte: cuentan otra vez."),
    ],
)
def test_what_is_kept_aside_follows_the_spec(analysis: Evaluation, across, reason, end) -> None:
    link = analysis.inputs.spec.vinculo.model_copy(update={"transversales": across, "motivo_transversal": reason})
    inputs = replace(analysis.inputs, spec=analysis.inputs.spec.model_copy(update={"vinculo": link}))
    assert dict(method(replace(analysis, inputs=inputs)))["Presupuesto vinculado"].endswith(end)


def test_lagging_and_achieving_are_told_apart(analysis: Evaluation, page: Reader) -> None:
    spec = analysis.inputs.spec
    assert lagging_words(spec, Levels("OER", "AER")) in page.text
    assert "menor de 95 % (por debajo del verde)" in lagging_words(spec, Levels("OER", "AER"))
    assert "de 75 % o más (fuera del rojo)" in lagging_words(spec, Levels("OER", "AER"))
    other = spec.model_copy(update={"ranking": spec.ranking.model_copy(update={"rezagada_bajo_ratio": 0.7})})
    assert "menor de 70 %;" in lagging_words(other, Levels("OER", "AER"))
    assert "lograr y estar" not in lagging_words(other, Levels("OER", "AER"))
    assert "par usado para decidir" not in page.text
    assert "el ranking y los escenarios usan estos años" in page.text


def test_what_was_achieved_and_what_is_to_be_sustained_add_up(analysis: Evaluation, page: Reader) -> None:
    """Counted in the diagnosis table: 20 actions executed and achieved 75 % or more, 17 of them to be sustained."""
    assert "Ejecutaron y lograron 20 AER (75 % o más del PIM y 75 % o más de avance): 17 por sostener y 3" in page.text


def test_a_limit_that_is_only_reached_does_not_stop_the_scenario(dossier: Dossier) -> None:
    scenario = dossier.scenarios[0]
    limits = scenario.restricciones.with_columns(frena=pl.col("activa") & (pl.int_range(pl.len()) > 2))
    loose = replace(scenario, restricciones=limits, cautelas=("Conviene esperar.",))
    other = replace(dossier, solved=replace(dossier.solved, scenarios=(loose,)))
    stops, reached = binding_limits(loose), reached_limits(loose)
    assert stops.height and reached.height
    assert f"{stops.height} topes lo frenan" in sentences(other)
    text = Reader(render_page(other, [])).text
    before, after = text.split("Topes que se alcanzan sin frenar nada")
    assert all(sentence in before for sentence in stops["frase"])
    assert all(sentence in after for sentence in reached["frase"])
    assert "Conviene esperar." in before


def test_a_scenario_without_solution_is_on_the_page(dossier: Dossier) -> None:
    analysis = dossier.analysis
    error = InfeasibleScenarioError(Problem("escenario x", "nadie puede dar", "al menos una AER", "amplíe el tope"))
    spec = analysis.inputs.scenarios[0]
    none = replace(dossier, solved=replace(dossier.solved, scenarios=(), compared=(), unsolved=((spec, error),)))
    text = Reader(render_page(none, [])).text
    assert f"Escenario no calculable: {spec.titulo}" in text
    assert "nadie puede dar, y se esperaba al menos una AER. Qué hacer: amplíe el tope." in text
    assert "El análisis no tiene escenarios" not in text
    assert "Ningún escenario se pudo calcular." in sentences(none)


def test_wide_tables_scroll_in_a_named_box_of_their_own(page: Reader, html: str) -> None:
    boxes = [attrs for attrs in page.all("div") if attrs.get("class") == "desliza"]
    assert len(boxes) == len(page.all("table"))
    assert all(box["role"] == "region" and box["tabindex"] == "0" and box["aria-label"] for box in boxes)
    rule = re.search(r"\.desliza \{([^}]*)\}", html)
    assert rule and "overflow-x: auto" in rule[1] and "position: relative" in rule[1]
