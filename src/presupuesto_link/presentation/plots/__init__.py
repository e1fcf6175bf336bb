"""The figures of an analysis, in the order they are read.

Each module draws one figure: it prepares a polars frame (`Figure.data`), words a title from it and converts it to
pandas once, at the plot's door. Plotnine, matplotlib and pandas are imported only when something is drawn.
"""

from __future__ import annotations

from presupuesto_link.pipeline import Analysis
from presupuesto_link.presentation.plots.burbujas import draw_bubbles
from presupuesto_link.presentation.plots.common import Figure, save_figure
from presupuesto_link.presentation.plots.escenario import draw_scenario
from presupuesto_link.presentation.plots.matriz import draw_matrix
from presupuesto_link.presentation.plots.ranking import draw_ranking
from presupuesto_link.presentation.plots.semaforo import draw_actions_light, draw_objectives_light
from presupuesto_link.presentation.plots.transferencias import draw_transfers
from presupuesto_link.studies.robustness import study_robustness

__all__ = ["Figure", "draw_all", "save_figure"]


def draw_all(analysis: Analysis) -> tuple[Figure, ...]:
    """Every figure of an analysis, always in the same order.

    A figure with nothing to show is left out: bubbles without any action that has both measures, a ranking without
    lagging actions, a scenario that moves nothing. The intervals of places of the ranking are those of the command `robustez`, with
    all its draws: another number of them could put the end of an interval one place away.
    """
    matrices = [draw_matrix(analysis, matrix) for matrix in analysis.matrices]
    bubbles = [
        draw_bubbles(analysis, matrix, diagnosis)
        for matrix, diagnosis in zip(analysis.matrices, analysis.diagnoses, strict=True)
    ]
    lights = [draw_objectives_light(analysis), draw_actions_light(analysis)]
    scenarios = [
        draw(analysis.inputs, scenario) for scenario in analysis.scenarios for draw in (draw_scenario, draw_transfers)
    ]
    figures = [*matrices, *bubbles, draw_ranking(analysis, study_robustness(analysis)), *lights, *scenarios]
    return tuple(figure for figure in figures if figure is not None)
