"""How sure the ranking is: between which places each action falls, and how often it has each place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.presentation.plots.common import PAGE_CM, SMALL_PT, TEXT_PT, Figure, base_theme, grammar, page_labels, pandas_of
from presupuesto_link.presentation.plots.notes import source_note
from presupuesto_link.presentation.plots.text import wrap
from presupuesto_link.presentation.telling.robustness_words import how, interval, share
from presupuesto_link.presentation.theme import BLUE, FEW_TO_MANY, INK, LINE, MUTED, NEVER_TO_ALWAYS, ORANGE, PAPER, SLATE
from presupuesto_link.studies.robustness import ALWAYS, DEPENDS, NEVER, Robustness
from presupuesto_link.tables.levels import Levels
from presupuesto_link.wording import enumerate_words, plural, short_name

_NAME_CM, _ROWS_CM, _ROW_CM, _HEADING_CM = 5.6, 16.5, 0.74, 1.1
_LOOKS = {ALWAYS: (BLUE, "o"), DEPENDS: (ORANGE, "s"), NEVER: (SLATE, "^")}  # colour and shape of each class
_CLASSES = {ALWAYS: "Segura (95 % o más)", DEPENDS: "Depende", NEVER: "Casi nunca (5 % o menos)"}
_SHADE = NEVER_TO_ALWAYS
_WRITTEN_FROM, _LIGHT_FROM = 0.02, 0.55  # a cell's share is written from here, in white ink from there
_NAMED = 6  # more actions than these are counted in the title, not named
_WRITABLE = 30  # with more places than these there is no room to write in the cells


def draw_intervals(analysis: Evaluation, robustness: Robustness) -> Figure | None:
    """Between which places each action falls; None when none ever has a place."""
    data = _rows(robustness)
    if data.is_empty():
        return None
    first, height = robustness.spec.primeros, _height(data.height)
    title = _title(robustness)
    plot = _intervals(data, robustness, height) + page_labels(
        title,
        f"Barra: puestos entre los que queda el 90 % central de los casos en que está rezagada; marca llena: el del medio; rombo: su "
        f"puesto en el análisis. A la derecha, en cuántos casos está entre las {first} y en cuántos no tiene puesto.",
        _note(analysis, robustness),
        PAGE_CM,
        x="Puesto en el ranking de rezago (1 es la más rezagada)",
        y="",
    )
    return Figure("intervalos_ranking", title, _alt(title, data, analysis.levels), plot, PAGE_CM, height, data)


def draw_acceptability(analysis: Evaluation, robustness: Robustness) -> Figure | None:
    """How often each action has each place; None when none ever has one."""
    rows = _rows(robustness)
    if rows.is_empty():
        return None
    data, height = _cells(rows, robustness), _height(rows.height)
    title = _leader(robustness.lider)
    plot = _heat(data, rows, robustness, height) + page_labels(
        title,
        f"En qué parte de los casos, en %, ocupa cada {analysis.levels.accion} cada puesto; la última columna, en cuáles no tiene puesto porque su avance "
        f"está en meta o no tiene dato. Las {robustness.spec.primeros} primeras, a la izquierda de la línea.",
        _note(analysis, robustness, f"{_blank(data)} Un empate cuenta en el puesto menor, como en el ranking."),
        PAGE_CM,
        x="Puesto en el ranking de rezago (1 es la más rezagada)",
        y="",
    )
    return Figure("aceptabilidad", title, _alt(title, rows, analysis.levels), plot, PAGE_CM, height, data)


def _rows(robustness: Robustness) -> pl.DataFrame:
    """The actions that ever have a place, the surest of the first ones on top."""
    return robustness.con_puesto.sort("primeros_ratio", "puesto_esperado", "accion", descending=[True, False, False]).with_columns(
        y=-pl.int_range(pl.len()).cast(pl.Float64)
    )


def _height(count: int) -> float:
    return 7.4 + _body(count)


def _body(count: int) -> float:
    """Height of the rows, which get narrower when there are many."""
    return min(_ROWS_CM, _ROW_CM * count)


def _names(rows: pl.DataFrame) -> list[str]:
    lines = 2 if rows.height * _ROW_CM <= _ROWS_CM + _ROW_CM else 1
    size = SMALL_PT if rows.height <= 30 else SMALL_PT - 1.5
    return [wrap(f"{row['accion']} {short_name(row['nombre'], 200)}", _NAME_CM, size, lines=lines) for row in rows.iter_rows(named=True)]


def _scale_y(rows: pl.DataFrame) -> list[Any]:
    p9 = grammar()
    size = SMALL_PT if rows.height <= 30 else SMALL_PT - 1.5
    return [
        p9.scale_y_continuous(breaks=rows["y"].to_list(), labels=_names(rows)),
        p9.theme(
            axis_text_y=p9.element_text(size=size, ha="left", multialignment="left", linespacing=1.05), legend_title=p9.element_blank()
        ),
    ]


def _intervals(rows: pl.DataFrame, robustness: Robustness, height: float) -> Any:
    p9 = grammar()

    most, first = float(rows["puesto_alto"].max()), robustness.spec.primeros  # type: ignore[arg-type]
    data = pandas_of(rows.with_columns(pl.col("clase").replace_strict(_CLASSES)))
    colours, shapes = ({_CLASSES[name]: look[i] for name, look in _LOOKS.items()} for i in (0, 1))
    right, step = most + 0.5, max(most * 0.11, 1.0)
    columns = pandas_of(_columns(rows, right + step, right + 2.3 * step))
    headings = pandas_of(pl.DataFrame({"x": [right + step, right + 2.3 * step], "texto": [f"Entre\nlas {first}", "Sin\npuesto"]}))
    return (
        p9.ggplot(data)
        + p9.annotate("rect", xmin=0.4, xmax=min(first, most) + 0.5, ymin=-rows.height + 0.4, ymax=0.6, fill=FEW_TO_MANY[0])
        + p9.geom_segment(p9.aes("puesto_bajo", "y", xend="puesto_alto", yend="y", color="clase"), size=1.6)
        + p9.geom_point(p9.aes("puesto_mediano", "y", fill="clase", shape="clase"), size=3, color=PAPER, stroke=0.3)
        + p9.geom_point(data[data["puesto"].notna()], p9.aes("puesto", "y"), shape="D", size=2.2, color=INK, fill="none", stroke=0.6)
        + p9.geom_text(columns, p9.aes("x", "y", label="texto"), size=SMALL_PT, color=INK, ha="right")
        + p9.geom_text(headings, p9.aes("x", label="texto"), y=0.75, size=SMALL_PT, color=MUTED, ha="right", va="bottom", lineheight=1.1)
        + p9.scale_color_manual(values=colours, limits=list(colours), name=" ")
        + p9.scale_fill_manual(values=colours, limits=list(colours), name=" ")
        + p9.scale_shape_manual(values=shapes, limits=list(shapes), name=" ")
        + p9.scale_x_continuous(breaks=_breaks(int(most)))
        + p9.coord_cartesian(
            xlim=(0.4, right + 2.4 * step), ylim=(0.4 - rows.height, 0.6 + _HEADING_CM * rows.height / _body(rows.height)), expand=False
        )
        + base_theme(PAGE_CM, height)
        + _scale_y(rows)
        + p9.theme(panel_grid_major_y=p9.element_line(color=LINE, size=0.2))
    )


def _columns(rows: pl.DataFrame, one: float, other: float) -> pl.DataFrame:
    """The two figures written at the right of each row."""
    texts = [
        (row["y"], share(row["primeros_ratio"]), share(row["sin_puesto_ratio"]) if row["sin_puesto_ratio"] else "–")
        for row in rows.iter_rows(named=True)
    ]
    return pl.DataFrame(
        [(x, y, text) for y, first, second in texts for x, text in ((one, first), (other, second))],
        schema={"x": pl.Float64, "y": pl.Float64, "texto": pl.String},
        orient="row",
    )


def _breaks(most: int) -> list[int]:
    """1, 5, 10… without two of them touching."""
    return [1, *range(5, most + 1, 5)]


def _blank(data: pl.DataFrame) -> str:
    """What a cell without figure means."""
    return "Casilla sin número: menos de 2 %." if _most(data) <= _WRITABLE else "Más oscuro: en más casos."


def _most(data: pl.DataFrame) -> int:
    """The last place there is."""
    return int(data["puesto"].max())  # type: ignore[arg-type]


def _cells(rows: pl.DataFrame, robustness: Robustness) -> pl.DataFrame:
    """One row per action and place, and one more per action for having none."""
    places = robustness.aceptabilidad.puestos.with_columns(x=pl.col("puesto").cast(pl.Float64))
    apart = float(places["puesto"].max()) + 1.6  # type: ignore[arg-type]
    without = rows.select("accion", pl.lit(None, pl.Int64).alias("puesto"), aceptabilidad_ratio="sin_puesto_ratio", x=pl.lit(apart))
    cells = pl.concat([places, without]).join(rows.select("accion", "y"), on="accion", validate="m:1")
    return cells.sort("y", "x", descending=[True, False]).with_columns(
        texto=pl.when(pl.col("aceptabilidad_ratio") >= _WRITTEN_FROM)
        .then((pl.col("aceptabilidad_ratio") * 100).round().cast(pl.Int64).cast(pl.String))
        .otherwise(pl.lit(""))
    )


def _heat(data: pl.DataFrame, rows: pl.DataFrame, robustness: Robustness, height: float) -> Any:
    p9 = grammar()

    most, largest = _most(data), float(data["aceptabilidad_ratio"].max())  # type: ignore[arg-type]
    darkest = 1.0 if most <= _WRITABLE else largest  # without figures, only the shades tell cells apart
    apart, first = float(data["x"].max()), min(robustness.spec.primeros, most)  # type: ignore[arg-type]
    written = data.filter(pl.col("texto") != "") if most <= _WRITABLE else data.head(0)
    dark = pl.col("aceptabilidad_ratio") >= _LIGHT_FROM
    texts = [
        p9.geom_text(pandas_of(part), p9.aes("x", "y", label="texto"), size=SMALL_PT, color=ink)
        for part, ink in ((written.filter(~dark), INK), (written.filter(dark), PAPER))
        if part.height
    ]
    return (
        p9.ggplot(pandas_of(data), p9.aes("x", "y"))
        + p9.geom_tile(p9.aes(fill="aceptabilidad_ratio"), color=PAPER, size=0.4)
        + texts
        + p9.annotate("segment", x=first + 0.5, xend=first + 0.5, y=0.5, yend=0.5 - rows.height, color=INK, size=0.6)
        + p9.scale_fill_gradient(low=_SHADE[0], high=_SHADE[1], limits=(0, darkest), guide=None)
        + p9.scale_x_continuous(
            breaks=[*(range(1, most + 1) if most <= _WRITABLE else _breaks(most)), apart],
            labels=lambda marks: ["Sin\npuesto" if mark == apart else f"{mark:.0f}" for mark in marks],
        )
        + p9.coord_cartesian(xlim=(0.4, apart + 1.1), ylim=(0.4 - rows.height, 0.6), expand=False)
        + base_theme(PAGE_CM, height)
        + _scale_y(rows)
        + p9.theme(panel_grid_major=p9.element_blank(), axis_text_x=p9.element_text(size=TEXT_PT if most <= 24 else SMALL_PT))
    )


def _title(robustness: Robustness) -> str:
    """How many of the first places do not depend on anything."""
    first = robustness.spec.primeros
    codes, depends = robustness.of_class(ALWAYS), len(robustness.of_class(DEPENDS))
    if not codes:
        return f"Ninguna {robustness.levels.accion} es segura entre las {first} más rezagadas: {depends} dependen de los pesos y de cómo se lea el avance"
    named = enumerate_words(codes) if len(codes) <= _NAMED else f"{len(codes)} {robustness.levels.accion}"
    sure = f"{named} {'es segura' if len(codes) == 1 else 'son seguras'} entre las {first} más rezagadas"
    return f"{sure}; {plural(depends, f'{robustness.levels.accion} depende', f'{robustness.levels.accion} dependen')} de los pesos y de cómo se lea el avance"


def _leader(top: Mapping[str, Any]) -> str:
    """Which action is first most often."""
    return f"{top['accion']} es la más rezagada en el {share(top['primera_ratio'])} de los casos, más que ninguna"


def _note(analysis: Evaluation, robustness: Robustness, *more: str) -> str:
    return source_note(
        analysis,
        f"Caso: un juego de pesos con una lectura. {how(robustness)}",
        "Sin puesto: en algunas lecturas su avance está en meta o no tiene dato, y entonces no cuenta entre las primeras.",
        *more,
    )


def _alt(title: str, rows: pl.DataFrame, levels: Levels) -> str:
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    return (
        f"{title}. {plural(rows.height, f'{levels.accion} tiene', f'{levels.accion} tienen')} puesto alguna vez; de {first['accion']} "
        f"(puestos {interval(first['puesto_bajo'], first['puesto_alto'])}) a {last['accion']} "
        f"(puestos {interval(last['puesto_bajo'], last['puesto_alto'])})."
    )
