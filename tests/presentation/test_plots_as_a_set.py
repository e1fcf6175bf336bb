"""The figures looked at as a set: nothing overlaps or is cut, all can be read on A4, and all say what they find and where it comes from."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from presupuesto_link.dossier import Dossier
from presupuesto_link.presentation.plots import Figure, draw_all
from presupuesto_link.presentation.plots.asociacion import draw_association
from presupuesto_link.presentation.plots.robustez import draw_acceptability, draw_intervals
from presupuesto_link.presentation.plots.vinculo import draw_linkage
from presupuesto_link.presentation.theme import HEX, LETTER, TEXT_ON
from presupuesto_link.studies.association import study_association

SMALLEST_PT = 6.5
A4_CM = 17.5
NAMES = (
    "matriz_2023_2023",
    "matriz_2023_2024",
    "matriz_2024_2024",
    "burbujas_2023_2023",
    "burbujas_2023_2024",
    "burbujas_2024_2024",
    "ranking",
    "semaforo_oer",
    "semaforo_aer",
    "escenario_recomendacion-2",
    "transferencias_recomendacion-2",
    "semaforo_trimestral",
    "alineamiento",
    "proyeccion_cierre",
    "calibracion_intervalos",
    "intervalos_ranking",
    "aceptabilidad",
    *(f"{kind}_{pair}" for pair in ("2023_2023", "2023_2024") for kind in ("dispersion", "regresion_parcial", "influencia", "residuos")),
    "cobertura_por_programa",
    "reglas_acumuladas",
)


@pytest.fixture(scope="module")
def figures(dossier: Dossier, quarter_dossier: Dossier) -> dict[str, Figure]:
    analysis, firm = dossier.analysis, dossier.robustness
    drawn = [
        *draw_all(dossier),
        *draw_all(quarter_dossier)[-4:],
        draw_intervals(analysis, firm),
        draw_acceptability(analysis, firm),
        *draw_association(study_association(analysis)),
        *draw_linkage(quarter_dossier.quarter.monitoring.followed.linkage, quarter_dossier.analysis.levels),
    ]
    return {figure.name: figure for figure in drawn if figure is not None}


def texts(drawn: Any) -> list[tuple[str, Any, float]]:
    """Every text of a drawn figure, where it is and how big."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    canvas = FigureCanvasAgg(drawn)
    canvas.draw()
    found = []
    for text in drawn.findobj(Text):
        box = text.get_window_extent(canvas.get_renderer())
        if text.get_visible() and text.get_text().strip() and box.width > 0:
            found.append((text.get_text().strip(), box, text.get_fontsize()))
    return found


@pytest.mark.lento
@pytest.mark.parametrize("name", NAMES)
def test_nothing_overlaps_is_cut_or_is_too_small(name: str, figures: dict[str, Figure]):
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    with mpl.rc_context({"font.family": "DejaVu Sans"}):
        drawn = figures[name].plot.draw()
        found, page = texts(drawn), drawn.bbox
        plt.close(drawn)
    assert len(found) > 8
    for text, box, size in found:
        assert size >= SMALLEST_PT, text
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= page.x1 + 1 and box.y1 <= page.y1 + 1, text
    for (one, a, _), (other, b, _) in combinations(found, 2):
        wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert not (one != other and wide > 1.5 and high > 2), (one, other)


@pytest.mark.lento
def test_the_set_is_all_there_and_each_says_what_it_finds_and_from_where(figures: dict[str, Figure]):
    assert set(figures) == set(NAMES)
    for name, figure in figures.items():
        said = figure.plot.labels
        title, subtitle, caption = (getattr(said, part) for part in ("title", "subtitle", "caption"))
        assert " ".join(title.split()) == " ".join(figure.title.split()), name
        assert len(subtitle) > 20, name
        assert "Fuente" in caption or caption.startswith(("Presupuesto:", "Dinero:")), (
            name
        )  # a scenario names the source of each of its two parts
        assert "orte" in caption, name
        assert len(figure.alt) > 40, name
        assert figure.width_cm <= A4_CM and figure.height_cm <= 25, name


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = np.array([int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_letter_on_each_colour_can_be_read():
    for name, colour in HEX.items():
        assert contrast(colour, TEXT_ON[name]) >= 4.5, name
    assert len(set(LETTER.values())) == len(HEX)


# Viénot, Brettel and Mollon (1999): linear RGB as somebody without red or green cones sees it.
BLIND = {
    "protanopia": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deuteranopia": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
}


def lab(linear: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of linear RGB."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("kind", BLIND)
def test_the_colours_differ_without_red_or_green_cones(kind: str):
    """At least 15 units of difference (CIE 1976), several times what an eye can tell; the letter says the rest."""
    seen = {}
    for name, colour in HEX.items():
        channels = np.array([int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)])
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        seen[name] = lab(np.clip(np.array(BLIND[kind]) @ linear, 0, 1))
    apart = {(a, b): float(np.linalg.norm(seen[a] - seen[b])) for a, b in combinations(seen, 2)}
    assert min(apart.values()) >= 15, apart
