"""The board of a quarter: whole, alone in a file, and honest about what is made up."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.dossier import Dossier, assemble
from presupuesto_link.presentation.board import FigureRef, render_page
from presupuesto_link.presentation.board.file import board_text
from presupuesto_link.presentation.plots import draw_all
from presupuesto_link.presentation.telling.quarter_lines import quarter_lines
from presupuesto_link.wording import percent, soles
from tests.presentation.test_page import Reader

INSIDE = [
    FigureRef(n, f"Título de {n}", f"Descripción de {n}", "<svg/>")
    for n in ("semaforo_trimestral", "proyeccion_cierre", "calibracion_intervalos")
]


@pytest.fixture(scope="module")
def page(quarter_dossier: Dossier) -> Reader:
    return Reader(render_page(quarter_dossier, INSIDE))


def test_the_quarter_comes_first_in_ten_lines(quarter_dossier: Dossier, page: Reader):
    lines = quarter_lines(quarter_dossier.quarter)
    assert len(lines) == 10
    assert all(f"{line.lead} {line.text}" in page.text for line in lines)
    assert page.text.index(lines[0].lead) < page.text.index("La evaluación en diez líneas", page.text.index(lines[0].lead))


def test_its_figures_are_those_of_the_light_and_of_the_close(quarter_dossier: Dossier, page: Reader):
    """S/ 530.6 M of 1,130.2 M accrued and 6 of 24 AER in red, as the analysis' own page says and its test recomputes from the raw file."""
    words = " ".join(f"{line.lead} {line.text}" for line in quarter_lines(quarter_dossier.quarter))
    for expected in (
        "Al 1 de setiembre de 2025 se habían devengado S/ 530,591,664.83: el 46.9 % del PIM",
        "A fines de agosto se habían devengado S/ 530.6 M, el 84.0 % de los",
        "6 de 24 AER con dinero están en rojo",
        "S/ 77.1 M",
        "Otros S/ 23.1 M faltan en gasto que ninguna regla vincula.",
    ):
        assert expected in words
    closing = quarter_dossier.quarter.projection.acciones.unidades.filter(pl.col("nivel") == "total").row(0, named=True)
    assert percent(closing["ejecucion_proyectada_ratio"]) in words
    assert soles(closing["proyectado_soles"]) in page.text


def test_the_two_budgets_are_told_apart_where_they_meet(quarter_dossier: Dossier, dossier: Dossier, page: Reader):
    """One budget decides on the page of a quarter; the printed table is named beside it, with its scope, and never compared with it."""
    said = "Dinero de 2025: datos sintéticos, gasto_2022_2025_a_agosto_sintetico.csv.gz"
    assert said in page.text
    assert (
        "Otro dinero, aparte y sin compararlo con ése: 2023: tabla de presupuesto por AER de 2023 (como lo imprime el Informe" in page.text
    )


def test_every_alert_rule_and_breakdown_is_on_the_board(quarter_dossier: Dossier, page: Reader):
    found = quarter_dossier.quarter.monitoring
    for row in found.alerts.filter(pl.col("nivel") == "AER").iter_rows(named=True):
        assert soles(row["soles_en_riesgo"]) in page.text
    rules = found.followed.linkage.coverage.reglas.filter(pl.col("anio") == 2025)
    assert all(rule in page.text for rule in rules["regla"])
    for title in (
        "Dinero vinculado por nivel de gobierno y año",
        "Dinero vinculado por unidad ejecutora y año",
        "Dinero vinculado por fuente de financiamiento y año",
    ):
        assert title in page.text


def test_the_money_of_a_card_adds_up_to_the_action(quarter_dossier: Dossier):
    """The parts by source of AER.01.03 in 2025 add up to its PIM in the light."""
    from presupuesto_link.presentation.telling.cards import card_views
    from presupuesto_link.presentation.telling.chosen import names_of

    (card,) = [c for c in card_views(quarter_dossier, names_of(quarter_dossier.analysis)) if c["codigo"] == "AER.01.03"]
    by_source = next(t for t in card["dinero"] if "por fuente" in t.caption)
    parts = [Decimal(re.sub(r"[^\d]", "", row.cells[2].text)) for row in by_source.rows if row.cells[0].text == "2025"]
    light = quarter_dossier.quarter.monitoring.light
    pim = light.filter((pl.col("unidad") == "AER.01.03") & (pl.col("mes") == 8))["pim_soles"].item()
    assert len(parts) == 2
    assert abs(sum(parts) - pim) <= 1  # each is shown in whole soles


def test_a_finding_of_an_indicator_is_on_the_card_of_its_action(dossier: Dossier):
    from presupuesto_link.presentation.telling.cards import card_views
    from presupuesto_link.presentation.telling.chosen import names_of

    cards = {c["codigo"]: c for c in card_views(dossier, names_of(dossier.analysis))}
    assert [f.code for f in cards["AER.01.03"]["hallazgos"]] == ["I01"]
    named = {f.place for c in cards.values() for f in c["hallazgos"]}
    every = {f.place for f in dossier.analysis.audit.hallazgos if re.search(r"AER\.\d\d\.\d\d", f.place)}
    assert named == every


def test_made_up_money_says_so_first_and_last(quarter_dossier: Dossier, dossier: Dossier, page: Reader):
    assert page.text.strip().split("DATOS SINTÉTICOS")[0].strip().endswith("Ir al resumen")
    assert page.text.count("DATOS SINTÉTICOS") >= 2
    assert "DATOS SINTÉTICOS" not in Reader(render_page(dossier, [])).text


def test_without_a_quarter_nothing_of_it_is_promised(dossier: Dossier):
    page = Reader(render_page(dossier, []))
    ids = {a.get("id") for _, a in page.tags}
    assert not {"trimestre", "proyeccion", "cobertura", "archivos"} & ids
    assert {a["href"] for a in page.all("a") if a["href"].startswith("#")} <= {f"#{i}" for i in ids}


def test_a_closed_year_has_nothing_to_project(quarter_dossier: Dossier):
    closed = replace(quarter_dossier, quarter=replace(quarter_dossier.quarter, projection=None))
    page = Reader(render_page(closed, []))
    assert "El año ya cerró: no hay nada que proyectar." in page.text
    assert "proyeccion" not in {a.get("id") for _, a in page.tags}


def test_a_figure_keeps_its_place_before_it_is_drawn():
    """Without its size, what is below would jump when the figure above is drawn."""
    drawn = FigureRef(
        "ranking", "t", "d", '<?xml version="1.0"?>\n<svg xmlns:xlink="x" width="496.06pt" height="674.64pt" viewBox="0 0 1 1"/>'
    )
    assert (drawn.size, INSIDE[0].size) == ((661, 900), None)


def test_links_lead_somewhere_and_ids_are_unique(page: Reader):
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a")} <= set(ids)
    keys = [t["data-clave"] for t in page.all("table") if "data-clave" in t]
    assert len(keys) == len(set(keys))


@pytest.mark.lento
@pytest.mark.parametrize("kind", ["dossier", "quarter_dossier"])
def test_with_its_figures_it_is_under_five_megabytes_and_the_same_twice(kind, request):
    shown = request.getfixturevalue(kind)
    text = board_text(shown, draw_all(shown))
    assert board_text(shown, draw_all(shown)) == text
    assert 1_000_000 < len(text.encode()) < 5_000_000


@pytest.mark.lento
def test_the_scenarios_of_the_folder_are_compared_with_the_one_of_the_analysis(inputs):
    """Amounts as the golden results of each file say: 7,385,699; 98,838,028; 3,471,913; 5,649,743; 5,000,000."""
    whole = assemble(inputs)
    assert whole.compared[0].spec.id == "recomendacion-2"
    assert sorted(int(s.monto_soles) for s in whole.compared) == [3_471_913, 5_000_000, 5_649_743, 7_385_699, 98_838_028]
    page = Reader(render_page(whole, []))
    section = page.text.split("Escenarios comparados")[1]
    assert all(soles(s.monto_soles) in section for s in whole.compared)


@pytest.mark.parametrize(
    ("change", "spread", "said"),
    [
        (0.1, 0.03, "creció un 10.0 %, y un 1.5 % de él pasó de unos OER a otros."),
        (-1.0, None, "bajó un 100.0 %."),
        (None, None, "No se puede medir cuánto cambió el presupuesto entre PIA y PIM."),
    ],
)
def test_what_moved_is_told_with_and_without_a_spread(change, spread, said, quarter_dossier: Dossier):
    """Without PIM there is a change of the whole and nothing to spread."""
    found = quarter_dossier.quarter.monitoring
    step = (pl.col("anio") == 2025) & (pl.col("por") == "OER") & (pl.col("de") == "pia") & (pl.col("a") == "pim")
    composition = found.composition.filter(step).with_columns(
        cambio_total_ratio=pl.lit(change, pl.Float64), varianza_ratio=pl.lit(spread, pl.Float64)
    )
    line = quarter_lines(replace(quarter_dossier.quarter, monitoring=replace(found, composition=composition)))[8]
    assert line.lead.endswith(said)
    assert ("varianza" in line.text) is (spread is not None)
