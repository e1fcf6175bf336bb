"""Who would give to whom: donors by receivers, with the amount of each pair."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

from presupuesto_link.inputs import Inputs
from presupuesto_link.presentation.plots.common import PAGE_CM, SMALL_PT, Figure, base_theme, grammar, page_labels, pandas_of
from presupuesto_link.presentation.plots.notes import scenario_note
from presupuesto_link.presentation.plots.text import boxed_name, wrap
from presupuesto_link.presentation.telling.words import short_amount
from presupuesto_link.presentation.theme import INK, LINE, LITTLE_TO_MUCH
from presupuesto_link.scenarios.breakdown import folded
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.tables.levels import Levels
from presupuesto_link.wording import percent, plural, short_name

_SHADE = LITTLE_TO_MUCH  # neutral: little to much money; the ink is read on both
_MOST = 12  # rows or columns that a page shows legibly; the rest are added up in one
_REST = "las demás"
_LEAST_SHOWN = 5_000  # half of the last decimal shown
_NAME_CM, _ROW_CM = 5.2, 1.15
_CHROME_CM, _LINE_CM = 6.1, 0.3  # title and note; each line of the names of the columns
_NAME_LINES, _COLUMN_LINES = 3, 5


def draw_transfers(inputs: Inputs, scenario: Scenario) -> Figure | None:
    """A tile per pair of actions, donors in rows and receivers in columns; None when nothing moves."""
    if scenario.transferencias.is_empty():
        return None
    data = _tiles(scenario)
    title = _title(scenario)
    names = dict(scenario.acciones.select("accion", "nombre").iter_rows())
    columns = _column_names(_codes(data, "receptor", "x"), names)
    height = _CHROME_CM + _ROW_CM * data["y"].n_unique() + _LINE_CM * max(name.count("\n") + 1 for name in columns)
    plot = _plot(data, height, columns, _row_names(_codes(data, "donante", "y"), names)) + page_labels(
        title,
        f"{_status(scenario)} Millones de soles que la {inputs.plan.niveles.accion} de cada fila cedería a la de cada columna; más oscuro, más dinero. "
        f"Escenario: {scenario.spec.titulo}.",
        scenario_note(inputs, scenario, scenario.advertencia, _folded(data, inputs.plan.niveles)),
        PAGE_CM,
        x=f"{inputs.plan.niveles.accion} que recibirían",
        y="",
    )
    return Figure(
        f"transferencias_{scenario.spec.id}",
        title,
        _alt(title, scenario, inputs.plan.niveles),
        plot,
        PAGE_CM,
        height,
        data,
        f"escenario_{scenario.spec.id}_transferencias",
    )


def _status(scenario: Scenario) -> str:
    return "Indicativo y borrador, no es una aprobación." if scenario.indicativo else "Borrador, no es una aprobación."


def _tiles(scenario: Scenario) -> pl.DataFrame:
    """Key `donante, receptor`: `monto_soles`, its place (largest donor on top, largest receiver on the left) and its text."""
    placed = (
        folded(scenario.transferencias, _MOST, _REST)
        .select(
            "donante", "receptor", "monto_soles", x=pl.col("receptor_orden").cast(pl.Float64), y=-pl.col("donante_orden").cast(pl.Float64)
        )
        .sort("y", "x", descending=[True, False])
    )
    texts = [_millions(amount) for amount in placed["monto_soles"]]
    return placed.with_columns(texto=pl.Series(texts, dtype=pl.String))


def _millions(amount: Decimal) -> str:
    """Two decimals; what would round to nothing says that it is little, not zero."""
    return f"{amount / 1_000_000:,.2f}" if amount >= _LEAST_SHOWN else "< 0.01"


def _codes(data: pl.DataFrame, side: str, axis: str) -> list[str]:
    """The codes of an axis, in the order of its places."""
    return data.select(side, axis).unique().sort(axis)[side].to_list()


def _plot(data: pl.DataFrame, height: float, columns: list[str], rows: list[str]) -> Any:
    p9 = grammar()

    frame = pandas_of(data.with_columns(millones=pl.col("monto_soles").cast(pl.Float64) / 1e6))
    return (
        p9.ggplot(frame, p9.aes("x", "y"))
        + p9.geom_tile(p9.aes(fill="millones"), color=LINE, width=0.96, height=0.92)
        + p9.geom_text(p9.aes(label="texto"), size=SMALL_PT, color=INK)
        + p9.scale_fill_gradient(low=_SHADE[0], high=_SHADE[1], guide=None)
        + p9.scale_x_continuous(breaks=list(range(len(columns))), labels=columns)
        + p9.scale_y_continuous(breaks=list(range(1 - len(rows), 1)), labels=rows)
        + p9.coord_cartesian(xlim=(-0.5, len(columns) - 0.5), ylim=(0.5 - len(rows), 0.5), expand=False)
        + base_theme(PAGE_CM, height)
        + p9.theme(
            panel_grid_major=p9.element_blank(),
            axis_ticks=p9.element_blank(),
            axis_text_x=p9.element_text(size=SMALL_PT, linespacing=1.1),
            axis_text_y=p9.element_text(size=SMALL_PT, ha="left", multialignment="left", linespacing=1.1),
        )
    )


def _row_names(codes: list[str], names: dict[str, str]) -> list[str]:
    return [boxed_name(code, names.get(code, ""), _NAME_CM, SMALL_PT, _NAME_LINES) for code in codes]


def _column_names(codes: list[str], names: dict[str, str]) -> list[str]:
    """Codes alone when names would not fit under their tile."""
    room = (PAGE_CM - _NAME_CM - 1.2) / len(codes) - 0.15
    if room < 2.2:
        return [wrap(code.replace(".", "\n", 1), room, SMALL_PT) for code in codes]
    return [f"{code}\n" + wrap(short_name(names.get(code, ""), 200), room, SMALL_PT, lines=_COLUMN_LINES) for code in codes]


def _title(scenario: Scenario) -> str:
    pairs, total = scenario.mayores_transferencias, short_amount(scenario.monto_soles)
    largest = pairs.row(0, named=True)
    if pairs.height == 1:
        return f"{total} pasarían de {largest['donante']} a {largest['receptor']}"
    return (
        f"{total} se moverían en {plural(pairs.height, 'transferencia', 'transferencias')}; la mayor, de "
        f"{largest['donante']} a {largest['receptor']}, es el {percent(largest['parte_ratio'], 0)}"
    )


def _folded(data: pl.DataFrame, levels: Levels) -> str:
    folded = [word for side, word in (("donante", "filas"), ("receptor", "columnas")) if (data[side] == _REST).any()]
    return f"En {' y '.join(folded)}, «{_REST}» suma las {levels.accion} de menor monto." if folded else ""


def _alt(title: str, scenario: Scenario, levels: Levels) -> str:
    gives, takes = scenario.donantes.height, scenario.receptores.height
    return (
        f"Cuadro de montos, {'indicativo' if scenario.indicativo else 'en borrador'}: {plural(gives, f'{levels.accion} que cedería', f'{levels.accion} que cederían')} "
        f"en filas y {plural(takes, f'{levels.accion} que recibiría', f'{levels.accion} que recibirían')} en columnas. {title}."
    )
