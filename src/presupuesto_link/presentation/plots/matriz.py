"""The execution-versus-result matrix as a grid of tiles."""

from __future__ import annotations

from typing import Any

import polars as pl

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.matrix import WHOLE_YEAR, Matrix
from presupuesto_link.money.by_action import TRANSVERSAL
from presupuesto_link.presentation.plots.common import PAGE_CM, SMALL_PT, TEXT_PT, Figure, base_theme, grammar, page_labels, pandas_of
from presupuesto_link.presentation.plots.notes import source_note, transversal_note
from presupuesto_link.presentation.plots.text import listed, wrap
from presupuesto_link.presentation.telling.words import DAGGER, band_words, limit, short_amount, year_pair
from presupuesto_link.presentation.theme import FEW_TO_MANY, HEX, INK, LETTER, LINE, PAPER, TEXT_ON
from presupuesto_link.specs import MatricesSpec, SemaforoSpec
from presupuesto_link.tables.levels import Levels, short_code
from presupuesto_link.vocabulary import AMBER, GREEN, GREY, RED
from presupuesto_link.wording import plural

GRID_CM = 17.0
_TILE_CM, _CODE_LINES = 3.2, 5
_SHADE = FEW_TO_MANY  # neutral: few to many actions
_PLACE = {RED: 1.0, AMBER: 2.0, GREEN: 3.0}  # grey stands apart on both axes
_GREY_X, _GREY_Y = 4.12, -0.12


def draw_matrix(analysis: Evaluation, matrix: Matrix) -> Figure:
    """How many actions, how much money and which codes are in each cell."""
    data = cell_tiles(matrix.acciones, matrix.celdas, analysis.levels)
    title = _title(analysis, matrix)
    plot = cell_grid(data, analysis.inputs.spec.semaforo) + page_labels(
        title,
        f"Número de {analysis.levels.accion}, su PIM {matrix.anio_ejecucion} (S/ o millones de S/) y sus códigos, por semáforo de ejecución "
        f"({matrix.medida}) y semáforo de resultado (avance de sus indicadores). Más oscuro: más {analysis.levels.accion}.",
        _note(analysis, matrix),
        PAGE_CM,
        x=f"Resultado {matrix.anio_resultado}: avance respecto de la meta del año",
        y=f"Ejecución {matrix.anio_ejecucion}: {matrix.medida}",
    )
    return Figure(
        f"matriz_{year_pair(matrix)}",
        title,
        _alt(title, matrix, analysis.levels),
        plot,
        PAGE_CM,
        GRID_CM,
        data,
        f"matriz_{year_pair(matrix)}",
    )


def cell_tiles(actions: pl.DataFrame, cells: pl.DataFrame, levels: Levels) -> pl.DataFrame:
    """The 16 cells (`evaluation.matrix.count_cells`) with their place on the grid and their texts."""
    shared = set(actions.filter(pl.col("vinculo") == TRANSVERSAL)["accion"])
    rows = list(cells.iter_rows(named=True))
    return cells.with_columns(
        x=pl.col("banda_resultado").replace_strict({**_PLACE, GREY: _GREY_X}, return_dtype=pl.Float64),
        y=pl.col("banda_ejecucion").replace_strict({**_PLACE, GREY: _GREY_Y}, return_dtype=pl.Float64),
        cuenta=pl.Series([plural(row["acciones"], levels.accion, levels.accion) if row["acciones"] else "–" for row in rows]),
        dinero=pl.Series([_money(row) for row in rows], dtype=pl.String),
        codigos=pl.Series([_codes(row, shared) for row in rows]),
    )


def _money(row: dict[str, Any]) -> str:
    if row["acciones"] == 0:
        return ""
    if row["banda_ejecucion"] == GREY:
        return "sin presupuesto"
    return "no se suma" if row["acciones"] == row["transversales"] else short_amount(row["pim_soles"])


def _codes(row: dict[str, Any], shared: set[str]) -> str:
    codes = [short_code(code) + (DAGGER if code in shared else "") for code in row["lista"].split(", ") if code]
    return listed(codes, _TILE_CM - 0.1, SMALL_PT, _CODE_LINES)


def cell_grid(data: pl.DataFrame, bands: SemaforoSpec, height: float = GRID_CM) -> Any:
    """The grid of `cell_tiles`, with a band of colour along each axis."""
    p9 = grammar()

    frame, words = pandas_of(data), band_words(bands)
    return (
        p9.ggplot(frame, p9.aes("x", "y"))
        + p9.geom_tile(frame[frame["acciones"] == 0], fill=PAPER, color=LINE, width=0.97, height=0.97)
        + p9.geom_tile(frame[frame["acciones"] > 0], p9.aes(fill="acciones"), color=LINE, width=0.97, height=0.97)
        + p9.geom_text(p9.aes(label="cuenta"), nudge_y=0.35, size=11, fontweight="bold", color=INK)
        + p9.geom_text(p9.aes(label="dinero"), nudge_y=0.19, size=TEXT_PT, color=INK)
        + p9.geom_text(p9.aes(label="codigos"), nudge_y=0.085, size=SMALL_PT, color=INK, va="top", lineheight=1.02)
        + _strips()
        + p9.scale_fill_gradient(low=_SHADE[0], high=_SHADE[1], guide=None)
        + p9.scale_x_continuous(breaks=[1, 2, 3, _GREY_X], labels=_axis(words))
        + p9.scale_y_continuous(breaks=[_GREY_Y, 1, 2, 3], labels=[_axis(words)[i] for i in (3, 0, 1, 2)])
        + p9.coord_cartesian(xlim=(0.31, 4.6), ylim=(-0.75, 3.48), expand=False)
        + base_theme(PAGE_CM, height)
        + p9.theme(panel_grid_major=p9.element_blank(), axis_ticks=p9.element_blank(), axis_text_y=p9.element_text(multialignment="right"))
    )


def _strips() -> list[Any]:
    """The traffic light along both axes: a coloured band with its letter."""
    import pandas as pd

    p9 = grammar()

    layers: list[Any] = []
    for colour in (RED, AMBER, GREEN, GREY):
        across = {"x": _PLACE.get(colour, _GREY_X), "y": _GREY_Y - 0.56, "w": 0.97, "h": 0.11}
        along = {"x": 0.405, "y": _PLACE.get(colour, _GREY_Y), "w": 0.16, "h": 0.97}
        band = pd.DataFrame([across, along])
        layers += [
            p9.geom_tile(band, p9.aes("x", "y", width="w", height="h"), fill=HEX[colour], inherit_aes=False),
            p9.geom_text(band, p9.aes("x", "y"), label=LETTER[colour], size=SMALL_PT, color=TEXT_ON[colour], fontweight="bold"),
        ]
    return layers


def _axis(words: dict[str, str]) -> list[str]:
    names = {RED: "Rojo", AMBER: "Amarillo", GREEN: "Verde", GREY: "ND"}
    return [f"{name}\n" + wrap(words[colour], 2.4, TEXT_PT) for colour, name in names.items()]


def _title(analysis: Evaluation, matrix: Matrix) -> str:
    found = matrix.achievement(analysis.inputs.spec.matrices)
    return (
        f"{found.logran} de {found.acciones} {analysis.levels.accion} {spent_words(matrix, analysis.inputs.spec.matrices)} y lograron su "
        f"resultado {matrix.anio_resultado}; {found.no_logran} {'gastaron tanto' if matrix.ritmo_al else 'ejecutaron'} y no lo lograron"
    )


def spent_words(matrix: Matrix, limits: MatricesSpec) -> str:
    """What those that execute did, for a sentence: as much of their PIM, or of what was expected of a year in course, as the analysis asks."""
    verb = "ejecutaron" if matrix.medida == WHOLE_YEAR else "gastaron"
    return f"{verb} {limit(limits.ejecuta_desde_ratio)} o más {matrix.de_que}"


def _note(analysis: Evaluation, matrix: Matrix) -> str:
    limits = analysis.inputs.spec.matrices
    return source_note(
        analysis,
        f"Ejecuta: {limit(limits.ejecuta_desde_ratio)} o más {matrix.de_que}. Logra: avance de "
        f"{limit(limits.logra_desde_ratio)} o más. ND en ejecución: {analysis.levels.accion} sin presupuesto vinculado; "
        "ND en resultado: ningún indicador con dato. Las que ejecutan y logran se cuentan aquí aunque su logro descanse en "
        "indicadores que la auditoría observa; su diagnóstico es entonces «revisar meta», no «sostener».",
        transversal_note(matrix.acciones, "se cuenta como acción, pero su PIM no se suma."),
        matrix.dias,
        money=analysis.money.of(matrix.anio_ejecucion),
    )


def _alt(title: str, matrix: Matrix, levels: Levels) -> str:
    top = matrix.mayor_celda
    return (
        f"Matriz de 16 casillas. {title}. La casilla con más acciones es ejecución en {_word(top['banda_ejecucion'])} y "
        f"resultado en {_word(top['banda_resultado'])}, con {plural(top['acciones'], levels.accion, levels.accion)}."
    )


def _word(colour: str) -> str:
    return "ND" if colour == GREY else colour
