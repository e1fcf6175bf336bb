"""The traffic light of objectives and of actions, by year and under both ways of counting ND."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.presentation.plots.common import PAGE_CM, SMALL_PT, Figure, base_theme, grammar, page_labels, pandas_of
from presupuesto_link.presentation.plots.notes import source_note
from presupuesto_link.presentation.plots.text import boxed_name
from presupuesto_link.presentation.telling.selection import of_profile
from presupuesto_link.presentation.telling.words import band_words
from presupuesto_link.presentation.theme import HEX, INK, LETTER, PAPER, TEXT_ON
from presupuesto_link.tables.levels import short_code
from presupuesto_link.vocabulary import AMBER, EXCLUDE, GREEN, GREY, RED, ZERO
from presupuesto_link.wording import enumerate_words, percent

_POLICY = {EXCLUDE: "ND no se cuenta", ZERO: "ND cuenta\ncomo 0 %"}
_OBJECTIVE, _ACTION = "objetivo", "accion"
_LINES = {_OBJECTIVE: 3, _ACTION: 1}
_ROW_CM = {_OBJECTIVE: 1.0, _ACTION: 0.375}
_NAME_CM = {_OBJECTIVE: 7.0, _ACTION: 7.7}
_TEXT_PT = {_OBJECTIVE: SMALL_PT, _ACTION: 6.5}
_HEAD_CM = 0.75
_GAP = {_OBJECTIVE: 0.0, _ACTION: 0.3}  # rows of white between objectives


def draw_objectives_light(analysis: Evaluation) -> Figure:
    """Colour and advance of each objective."""
    return _draw(analysis, _OBJECTIVE, analysis.inputs.plan.objetivos.select("objetivo", "nombre", elemento="objetivo"))


def draw_actions_light(analysis: Evaluation) -> Figure:
    """Colour and advance of each action; made to fit one A4 page."""
    return _draw(analysis, _ACTION, analysis.inputs.plan.acciones.select("objetivo", "nombre", elemento="accion"))


def _draw(analysis: Evaluation, level: str, names: pl.DataFrame) -> Figure:
    data = _tiles(analysis, level, names)
    word = analysis.levels.named(level)
    count = analysis.colour_counts(word, EXCLUDE, max(data["anio"]))
    title = _title(count, data, word)
    height = 5.6 + _ROW_CM[level] * (1 - float(data["y"].min()))  # type: ignore[arg-type]
    plot = _plot(data, level, height) + page_labels(
        title,
        "Letra del semáforo (R rojo, A amarillo, V verde, ND sin dato), avance respecto de la meta del año (%) "
        "y, si faltan datos, entre paréntesis (indicadores con dato/indicadores).",
        _note(analysis, data, level),
        PAGE_CM,
        x="",
        y="",
    )
    return Figure(
        f"semaforo_{word.lower()}", title, _alt(title, data, f"{count['total']} {word}"), plot, PAGE_CM, height, data, "avance_elementos"
    )


def _tiles(analysis: Evaluation, level: str, names: pl.DataFrame) -> pl.DataFrame:
    """One row per element, year and ND policy of the profile in use, with its place and text."""
    rows = names.sort("elemento").with_columns(
        y=-pl.int_range(pl.len()).cast(pl.Float64) - _GAP[level] * (pl.col("objetivo").rank("dense") - 1)
    )
    frame = (
        of_profile(analysis, analysis.elements)
        .filter(pl.col("nivel") == analysis.levels.named(level))
        .drop("objetivo")
        .join(rows, on="elemento", how="inner", validate="m:1")
        .with_columns(x=pl.col("politica_nd").replace_strict({EXCLUDE: 1.0, ZERO: 2.0}))
        .sort("anio", "elemento", "x")
    )
    return frame.with_columns(texto=pl.Series([_text(row) for row in frame.iter_rows(named=True)], dtype=pl.String))


def _text(row: dict[str, Any]) -> str:
    if row["color"] == GREY:
        return LETTER[GREY]
    share = "" if row["con_dato"] == row["indicadores"] else f" ({row['con_dato']}/{row['indicadores']})"
    return f"{LETTER[row['color']]} {percent(row['avance_ratio'])}{share}"


def _plot(data: pl.DataFrame, level: str, height: float) -> Any:
    p9 = grammar()

    painted = pandas_of(data.with_columns(fondo=pl.col("color").replace_strict(HEX)))
    changes = painted[painted["color_depende_nd"]]
    plot = (
        p9.ggplot(painted, p9.aes("x", "y"))
        + p9.geom_tile(p9.aes(fill="fondo"), color=PAPER, size=0.4, width=0.98, height=0.94)
        + p9.scale_fill_identity()
        + p9.facet_wrap("anio", nrow=1)
        + _heads(level)
        + p9.scale_y_continuous(**_axis(data, level))
        + p9.coord_cartesian(xlim=(0.45, 2.55), ylim=(float(painted["y"].min()) - 0.55, 0.5 + _HEAD_CM / _ROW_CM[level]), expand=False)
        + base_theme(PAGE_CM, height)
        + p9.theme(
            panel_grid_major=p9.element_blank(),
            axis_ticks=p9.element_blank(),
            axis_text_x=p9.element_blank(),
            axis_text_y=p9.element_text(size=_TEXT_PT[level], ha="left", multialignment="left", linespacing=1.1),
            panel_spacing_x=0.012,
        )
    )
    if len(changes):
        plot += p9.geom_tile(changes, fill="none", color=INK, size=0.8, width=0.95, height=0.86)
    return plot + [
        p9.geom_text(painted[painted["color"] == colour], p9.aes(label="texto"), color=TEXT_ON[colour], size=_TEXT_PT[level])
        for colour in (RED, AMBER, GREEN, GREY)
        if (painted["color"] == colour).any()
    ]


def _heads(level: str) -> Any:
    """The two ways of counting ND, as heads of the columns."""
    import pandas as pd

    p9 = grammar()

    heads = pd.DataFrame({"x": [1.0, 2.0], "texto": list(_POLICY.values())})
    place = 0.5 + _HEAD_CM / 2 / _ROW_CM[level]
    return p9.geom_text(heads, p9.aes("x", label="texto"), y=place, size=SMALL_PT, color=INK, lineheight=1.15)


def _axis(data: pl.DataFrame, level: str) -> dict[str, Any]:
    rows = data.select("elemento", "nombre", "y").unique().sort("y")
    labels = [
        boxed_name(
            row["elemento"] if level == _OBJECTIVE else short_code(row["elemento"]),
            row["nombre"],
            _NAME_CM[level],
            _TEXT_PT[level],
            _LINES[level],
        )
        for row in rows.iter_rows(named=True)
    ]
    return {"breaks": rows["y"].to_list(), "labels": labels}


def _title(count: Mapping[str, int], data: pl.DataFrame, level: str) -> str:
    year = count["anio"]
    changes = data.filter((pl.col("anio") == year) & pl.col("color_depende_nd"))["elemento"].unique().sort().to_list()
    which = changes[0] if len(changes) == 1 else f"{len(changes)} {level}"
    tail = f"; el color de {which} depende de cómo se cuente el ND" if changes else ""
    return (
        f"En {year}, {count[RED]} de {count['total']} {level} están en rojo, "
        f"{count[AMBER]} en amarillo, {count[GREEN]} en verde y {count['gris']} sin dato{tail}"
    )


def _note(analysis: Evaluation, data: pl.DataFrame, level: str) -> str:
    spec = analysis.inputs.spec
    words = band_words(spec.semaforo)
    changes = data.filter(pl.col("color_depende_nd"))
    edge = "" if changes.is_empty() else "Borde negro: el color cambia según cómo se cuente el ND."
    return source_note(
        analysis,
        f"Semáforo: rojo, {words[RED]}; amarillo, {words[AMBER]}; verde, {words[GREEN]}. ND: ningún indicador con dato. "
        f"Perfil de cálculo: {spec.avance.perfil}.",
        "«ND no se cuenta»: media de los indicadores con dato. «ND cuenta como 0 %»: cada indicador sin dato baja la "
        f"media. El título usa la primera. {edge}",
    )


def _alt(title: str, data: pl.DataFrame, elements: str) -> str:
    years = enumerate_words(str(year) for year in data["anio"].unique().sort())
    changes = data.filter(pl.col("color_depende_nd"))["elemento"].unique().sort().to_list()
    tail = f" El color depende del ND en algún año en {enumerate_words(changes)}." if changes else ""
    return f"Semáforo de los {elements} en {years}. {title}.{tail}"
