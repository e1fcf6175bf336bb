"""A figure is drawn once for all that show it; its text is text, and its marks say which row they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest

from presupuesto_link.dossier import Dossier
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.presentation.plots import Figure, draw_all, save_figure
from presupuesto_link.presentation.plots.burbujas import draw_bubbles
from presupuesto_link.presentation.plots.escenario import draw_scenario
from presupuesto_link.presentation.plots.semaforo import draw_objectives_light
from presupuesto_link.presentation.plots.text import short_code
from presupuesto_link.presentation.plots.transferencias import draw_transfers

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def bubbles(analysis: Evaluation) -> Figure:
    figure = draw_bubbles(analysis, analysis.matrices[1], analysis.diagnoses[1])
    assert figure is not None
    return figure


@pytest.fixture(scope="module")
def transfers(dossier: Dossier) -> Figure:
    figure = draw_transfers(dossier.analysis.inputs, dossier.scenarios[0])
    assert figure is not None
    return figure


@pytest.fixture
def draws(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The drawings that plotnine makes from now on."""
    from plotnine import ggplot

    made: list[str] = []
    draw: Callable[..., object] = ggplot.draw
    monkeypatch.setattr(ggplot, "draw", lambda plot, **options: (made.append(plot.labels.title), draw(plot, **options))[1])
    return made


def test_files_board_and_report_share_one_drawing(transfers, draws, tmp_path):
    figure = replace(transfers)
    png, svg = save_figure(figure, tmp_path)
    assert png.read_bytes() == figure.drawn.png()
    assert svg.read_text(encoding="utf-8").endswith(f"{figure.drawn.inline}\n")
    assert figure.drawn.png(200) != figure.drawn.png()
    assert len(draws) == 1


@pytest.mark.lento
def test_a_whole_analysis_draws_each_figure_once(dossier: Dossier, draws, tmp_path):
    from presupuesto_link.presentation.folders.outputs import write_analysis

    write_analysis(dossier, tmp_path / "salida")
    assert len(draws) == len(set(draws)) == len(draw_all(dossier))


@pytest.mark.lento
def test_what_is_asked_first_changes_nothing(bubbles):
    one, other = replace(bubbles), replace(bubbles)
    first = one.drawn.inline, one.drawn.png(150), one.drawn.png()
    last = (other.drawn.png(), other.drawn.png(150), other.drawn.inline)[::-1]
    assert first == last


def test_the_png_has_the_printed_size_and_no_transparency(transfers):
    from PIL import Image

    seen = Image.open(BytesIO(transfers.drawn.png()))
    assert seen.mode == "RGB"
    assert [round(side / 300 * 2.54, 1) for side in seen.size] == pytest.approx([transfers.width_cm, transfers.height_cm], abs=0.1)
    assert {round(dpi) for dpi in seen.info["dpi"]} == {300}


def test_the_text_of_an_svg_is_text_in_a_family_that_any_browser_has(transfers):
    root = ET.fromstring(transfers.drawn.svg)
    texts = list(root.iter(f"{SVG}text"))
    assert transfers.title in " ".join(text.text or "" for text in texts)
    assert {"2.06", "AER que recibirían"} <= {text.text for text in texts}
    assert all("'DejaVu Sans', Verdana, sans-serif" in text.get("style", "") for text in texts)
    assert "<metadata" not in transfers.drawn.svg


def test_ids_are_of_the_figure_and_every_reference_is_found(bubbles, transfers):
    own = {figure.name: re.findall(r' id="([^"]+)"', figure.drawn.inline) for figure in (bubbles, transfers)}
    for figure in (bubbles, transfers):
        ids = own[figure.name]
        assert len(ids) == len(set(ids))
        assert all(id.startswith(f"{figure.name}-") for id in ids)
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', figure.drawn.inline)) <= set(ids)
        assert f"{figure.name}-marca-1" in ids
    assert not set(own[bubbles.name]) & set(own[transfers.name])


def marks(figure: Figure) -> dict[str, list[str]]:
    """The texts of the marks of each key; a mark without text is an empty one."""
    found: dict[str, list[str]] = {}
    for mark in ET.fromstring(figure.drawn.inline).iter():
        if mark.get("data-clave"):
            found.setdefault(mark.get("data-clave", ""), []).append("".join(mark.itertext()).strip())
    return found


def test_each_mark_of_an_action_has_its_code(bubbles):
    """A bubble, its line and its name."""
    found = marks(bubbles)
    assert set(found) == set(bubbles.data["accion"])
    assert {code: max(texts).rstrip("†") for code, texts in found.items()} == {code: short_code(code) for code in found}
    assert {len(texts) for texts in found.values()} == {3}


def test_a_bubble_is_where_its_action_is(bubbles):
    """From left to right, and from the top down, marks are in the order of their actions."""
    centres: dict[str, list[float]] = {}
    for group in ET.fromstring(bubbles.drawn.inline).iter(f"{SVG}path"):
        corners = [float(n) for n in re.findall(r"-?[\d.]+", group.get("d", ""))]
        if group.get("data-clave") and group.get("d", "").strip().endswith("z"):
            centres[group.get("data-clave", "")] = [(min(corners[k::2]) + max(corners[k::2])) / 2 for k in (0, 1)]
    placed = bubbles.data.filter(bubbles.data["accion"].is_in(list(centres)))
    assert placed.height >= bubbles.data.height - 1  # the hollow one may be drawn apart
    for k, (column, sign) in enumerate((("ejecucion_ratio", 1), ("avance_ratio", -1))):
        measured = [(sign * value, centres[code][k]) for code, value in placed.select("accion", column).iter_rows()]
        assert all(one[1] <= other[1] + 1 for one in measured for other in measured if one[0] < other[0])


def test_a_pair_is_named_by_both_and_a_facet_keeps_its_rows(dossier, transfers):
    assert set(marks(transfers)) == {" ".join(pair) for pair in transfers.data.select("donante", "receptor").iter_rows()}
    assert marks(transfers)["AER.13.03 AER.01.03"] == ["", "2.06"]
    figure = draw_scenario(dossier.analysis.inputs, dossier.scenarios[0])
    assert figure is not None
    texts = dict(figure.data.select("accion", "texto").iter_rows())
    assert {code: [text.split()[0] for text in found if text] for code, found in marks(figure).items()} == {
        code: [text.split()[0]] for code, text in texts.items()
    }


def places(figure: Figure) -> dict[str, tuple[list[list[float]], list[list[float]]]]:
    """Of each key, the corners of its tiles and the points of its texts."""
    found: dict[str, tuple[list[list[float]], list[list[float]]]] = {}
    for mark in ET.fromstring(figure.drawn.inline).iter():
        if key := mark.get("data-clave"):
            tiles, texts = found.setdefault(key, ([], []))
            if mark.get("d"):
                corners = [float(n) for n in re.findall(r"-?[\d.]+", mark.get("d", ""))]
                tiles.append([limit(corners[k::2]) for limit in (min, max) for k in (0, 1)])
            texts += [[float(text.get(axis, "nan")) for axis in "xy"] for text in mark.iter(f"{SVG}text")]
    return found


@pytest.mark.parametrize("facets", [False, True])
def test_the_text_of_a_tile_is_on_a_tile_of_its_key(analysis, transfers, facets):
    for tiles, texts in places(draw_objectives_light(analysis) if facets else transfers).values():
        assert len(texts) == (4 if facets else 1) <= len(tiles)
        for x, y in texts:
            assert any(left <= x <= right and low <= y <= high for left, low, right, high in tiles)
