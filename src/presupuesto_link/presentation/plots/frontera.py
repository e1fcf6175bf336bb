"""What each amount moved would gain: the curve of a scenario's best value by its ceiling, with the proposal on it."""

from __future__ import annotations

from typing import Any

import polars as pl

from presupuesto_link.inputs import Inputs
from presupuesto_link.presentation.plots.common import PAGE_CM, SMALL_PT, Figure, base_theme, grammar, page_labels, pandas_of
from presupuesto_link.presentation.plots.notes import scenario_note
from presupuesto_link.presentation.telling.words import short_amount
from presupuesto_link.presentation.theme import GIVES, INK, MUTED, PAPER, TAKES
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.scenarios.questions import enough
from presupuesto_link.wording import percent, soles

_HEIGHT_CM = 10.5
_CURVE, _POINT = TAKES, GIVES
_MOST_GAIN = 0.9  # the title says how much money brings this part of the gain
_LEFT = 0.6  # a mark to the right of this part of the axis has its text on the left


def draw_frontier(inputs: Inputs, scenario: Scenario, frontier: pl.DataFrame) -> Figure | None:
    """The step curve; None when there are fewer than two amounts that have a value.

    Args:
        inputs: for the source and the cut-off date.
        scenario: the proposal whose point is marked.
        frontier: key `monto_soles` (Int): `valor` (Float), the objective gained when up to that amount may move; a null value (no
            solution) is left out, never drawn as zero.
    """
    known = frontier.select(pl.col("monto_soles").cast(pl.Int64), "valor").drop_nulls()
    if known.height < 2:
        return None
    data = _with_proposal(known, scenario)
    title, (sought, step) = _title(data, scenario), _words(scenario)
    plot = _plot(data, scenario) + page_labels(
        title,
        f"{'Indicativo y borrador' if scenario.indicativo else 'Borrador'}, no es una aprobación. {sought}; "
        f"el rombo es la propuesta. Escenario: {scenario.spec.titulo}.",
        scenario_note(
            inputs,
            scenario,
            scenario.advertencia,
            f"Se mide en {scenario.unidad}. Cada escalón es un monto calculado; entre dos montos no se ha calculado nada{step}.",
        ),
        PAGE_CM,
        x="Monto que se mueve (millones de S/)",
        y="Valor del objetivo (millones)",
    )
    return Figure(f"frontera_{scenario.spec.id}", title, _alt(title, data, scenario), plot, PAGE_CM, _HEIGHT_CM, data)


def _words(scenario: Scenario) -> tuple[str, str]:
    """What the curve is, and what a step means between two amounts; less is better only where what is sought is to move little."""
    if scenario.objetivo.less_is_better:
        return "Lo menos que costaría mover cada monto", ""
    return (
        "Lo más que se ganaría si pudiera moverse hasta cada monto",
        ", y el escalón sólo dice que no se gana menos que en el de la izquierda",
    )


def _with_proposal(known: pl.DataFrame, scenario: Scenario) -> pl.DataFrame:
    """The amounts in order, with that of the proposal: it has also been worked out, so that the curve goes through its mark."""
    own = pl.DataFrame({"monto_soles": [scenario.monto_soles], "valor": [scenario.solution.value]}, schema=known.schema)
    return pl.concat([own, known]).unique("monto_soles", keep="first").sort("monto_soles")


def _plot(data: pl.DataFrame, scenario: Scenario) -> Any:
    p9 = grammar()

    scaled = data.with_columns(x=pl.col("monto_soles").cast(pl.Float64) / 1e6, y=pl.col("valor") / 1e6)
    mark = _mark(scenario, data["monto_soles"].to_list()[-1] / 1e6)
    return (
        p9.ggplot(pandas_of(scaled), p9.aes("x", "y"))
        + p9.geom_step(color=_CURVE, size=0.7, direction="hv")
        + p9.geom_point(color=_CURVE, fill=PAPER, size=1.6)
        + p9.geom_segment(mark, p9.aes(x="x", xend="x", y=0, yend="y"), color=MUTED, size=0.3, linetype="dashed", inherit_aes=False)
        + p9.geom_point(mark, color=_POINT, fill=_POINT, shape="D", size=3)
        + p9.geom_text(mark, p9.aes("tx", "ty", label="texto", ha="ha"), size=SMALL_PT, color=INK, va="top", lineheight=1.25)
        + p9.expand_limits(x=0, y=0)
        + base_theme(PAGE_CM, _HEIGHT_CM)
    )


def _mark(scenario: Scenario, reach: float) -> Any:
    """The proposal: where it is, and its text on the side that has room, under the curve."""
    import pandas as pd

    x, y = scenario.monto_soles / 1e6, scenario.solution.value / 1e6
    left = x > _LEFT * max(x, reach)
    shift = 0.02 * max(x, reach)
    text = f"La propuesta mueve\n{soles(scenario.monto_soles)}"
    return pd.DataFrame(
        [{"x": x, "y": y, "tx": x - shift if left else x + shift, "ty": y * 0.3, "ha": "right" if left else "left", "texto": text}]
    )


def _title(data: pl.DataFrame, scenario: Scenario) -> str:
    """How much money brings most of the gain; what is sought by moving little has no gain to share out."""
    found = None if scenario.objetivo.less_is_better else enough(data, _MOST_GAIN)
    if found is None:
        return f"Lo que costaría mover hasta {short_amount(data['monto_soles'][-1])}"
    amount, part = found
    return f"Con {short_amount(amount)} se lograría el {percent(part, 0)} de la mayor ganancia calculada"


def _alt(title: str, data: pl.DataFrame, scenario: Scenario) -> str:
    return (
        f"Curva en escalones de {data.height} montos, {'indicativa' if scenario.indicativo else 'en borrador'}. {title}. "
        f"La propuesta mueve {soles(scenario.monto_soles)}."
    )
