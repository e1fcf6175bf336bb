"""The figures of a dossier, in the order they are read.

Each module draws one figure: it prepares a polars frame (`Figure.data`), words a title from it and converts it to
pandas once, at the plot's door. Plotnine, matplotlib and pandas are imported only when something is drawn.
"""

from __future__ import annotations

from presupuesto_link.dossier import Dossier, Quarter
from presupuesto_link.presentation.plots.burbujas import draw_bubbles
from presupuesto_link.presentation.plots.common import Figure, save_figure
from presupuesto_link.presentation.plots.escenario import draw_scenario
from presupuesto_link.presentation.plots.matriz import draw_matrix
from presupuesto_link.presentation.plots.proyeccion import draw_calibration, draw_fan
from presupuesto_link.presentation.plots.ranking import draw_ranking
from presupuesto_link.presentation.plots.seguimiento import draw_alignment, draw_quarters
from presupuesto_link.presentation.plots.semaforo import draw_actions_light, draw_objectives_light
from presupuesto_link.presentation.plots.transferencias import draw_transfers

__all__ = ["Figure", "draw_all", "save_figure"]


def draw_all(dossier: Dossier) -> tuple[Figure, ...]:
    """Every figure of a dossier, always in the same order: those of the quarter, when there is one, go last.

    A figure with nothing to show is left out: bubbles without any action that has both measures, a ranking without
    lagging actions, a scenario that moves nothing. The intervals of places of the ranking are those of the command `robustez`, with
    all its draws: another number of them could put the end of an interval one place away.
    """
    figures = (*_of_analysis(dossier), *(_of_quarter(dossier.quarter) if dossier.quarter else ()))
    return tuple(figure for figure in figures if figure is not None)


def _of_analysis(dossier: Dossier) -> list[Figure | None]:
    analysis = dossier.analysis
    matrices = [draw_matrix(analysis, matrix) for matrix in analysis.matrices]
    bubbles = [draw_bubbles(analysis, matrix, diagnosis) for matrix, diagnosis in zip(analysis.matrices, analysis.diagnoses, strict=True)]
    lights = [draw_objectives_light(analysis), draw_actions_light(analysis)]
    scenarios = [draw(analysis.inputs, scenario) for scenario in dossier.scenarios for draw in (draw_scenario, draw_transfers)]
    return [*matrices, *bubbles, draw_ranking(analysis, dossier.robustness), *lights, *scenarios]


def _of_quarter(quarter: Quarter) -> list[Figure | None]:
    light = [draw_quarters(quarter.monitoring), draw_alignment(quarter.monitoring)]
    return light if quarter.projection is None else [*light, draw_fan(quarter.projection), draw_calibration(quarter.projection)]
