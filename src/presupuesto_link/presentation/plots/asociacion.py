"""Execution beside advance, one mark per action: together, once the rest is held constant, who decides the line and where it fails."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from presupuesto_link.presentation.plots.common import PAGE_CM, Figure, base_theme, grammar, page_labels, pandas_of
from presupuesto_link.presentation.plots.text import width_cm
from presupuesto_link.presentation.telling.association_words import held, row_of, signed, years_of
from presupuesto_link.presentation.theme import BLUE, INK, MUTED, PAPER, VERMILION
from presupuesto_link.studies.association import AssociationStudy, Case
from presupuesto_link.studies.influence import line_without, most_influential, usual_limits, worst_fitted
from presupuesto_link.tables.levels import short_code
from presupuesto_link.wording import MINUS, percent, short_name

_HEIGHT_CM, _PANEL_CM = 15.5, (15.6, 9.6)
_NAME_PT = 6.5
_MARK, _LOUD = BLUE, VERMILION
_SHARE, _POINTS, _PLAIN = "porcentaje", "puntos", "llano"
_STEPS, _MOST_MARKS, _HAIR = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0), 8, 1e-6
_BOXES = 80


@dataclass(frozen=True)
class _Axes:
    """What is drawn on each axis, how far it reaches and how its marks are written: percentages, signed points or as they are."""

    x: str
    y: str
    span_x: tuple[float, float]
    span_y: tuple[float, float]
    title_x: str
    title_y: str
    marks_x: str = _SHARE
    marks_y: str = _SHARE


@dataclass(frozen=True)
class _Line:
    """A line under the marks, where no name is written."""

    x: tuple[float, float]
    y: tuple[float, float]
    color: str = MUTED
    size: float = 0.3
    style: str = "solid"

    def moved(self, x: tuple[float, float], y: tuple[float, float]) -> _Line:
        """The same, measured from another origin and in another unit: `(value - origin) * unit` on each axis."""
        ends_x, ends_y = ((value - x[0]) * x[1] for value in self.x), ((value - y[0]) * y[1] for value in self.y)
        return replace(self, x=(next(ends_x), next(ends_x)), y=(next(ends_y), next(ends_y)))


@dataclass(frozen=True)
class _Words:
    """Name of the file, title, how to read it and what else must be known."""

    name: str
    title: str
    reading: str
    note: str


def draw_association(study: AssociationStudy) -> tuple[Figure, ...]:
    """The figures of each year pair; those of the regression are left out where there is none."""
    figures: list[Figure] = []
    for case in study.principal:
        figures.append(_scatter(study, case))
        if study.of(case, "influencia").height:
            figures += [draw(study, case) for draw in (_partial, _influence, _residuals)]
    return tuple(figures)


def _scatter(study: AssociationStudy, case: Case) -> Figure:
    data = study.of(case, "muestra").filter(pl.col("motivo").is_null())
    axes = _Axes(
        "ejecucion_ratio",
        "avance_ratio",
        _reach(data["ejecucion_ratio"], 1.0),
        (-0.08, 1.16),
        f"Ejecución {case.anio_ejecucion}: devengado ÷ PIM",
        f"Avance {case.anio_resultado} respecto de la meta",
    )
    words = _Words(
        "dispersion",
        _correlation_title(study, case, data.height),
        f"Cada punto es una {study.inputs.plan.niveles.accion} (código). Si ejecutar y avanzar fueran siempre juntos, los puntos subirían de izquierda a derecha.",
        f"El avance no pasa de 100 %: por eso tantas {study.inputs.plan.niveles.accion} están arriba. No aparecen las {study.inputs.plan.niveles.accion} sin presupuesto propio o sin dato.",
    )
    return _figure(study, case, words, data, axes, [])


def _correlation_title(study: AssociationStudy, case: Case, n: int) -> str:
    row = row_of(study, case, "spearman")
    if row is None or row["estimacion"] is None:
        return f"Con {n} {study.inputs.plan.niveles.accion} no se estima cómo van juntos {years_of(case)}"
    zero = "incluye el cero" if row["inferior"] <= 0 <= row["superior"] else "no incluye el cero"
    return (
        f"Con {n} {study.inputs.plan.niveles.accion}, la correlación entre {years_of(case)} es {signed(row['estimacion'])} y su intervalo "
        f"({signed(row['inferior'])} a {signed(row['superior'])}) {zero}"
    )


def _partial(study: AssociationStudy, case: Case) -> Figure:
    data = study.of(case, "influencia")
    row, first = row_of(study, case, "mco") or {}, most_influential(data)
    start, other = line_without(data, first)
    rest = (held(row, study.inputs.spec.asociacion) or f"en todas las {study.inputs.plan.niveles.accion}, ").removesuffix(", ")
    axes = _Axes(
        "ejecucion_parcial_ratio",
        "avance_parcial_ratio",
        _reach(data["ejecucion_parcial_ratio"]),
        _reach(data["avance_parcial_ratio"], 0.0, 0.12),
        "Ejecución por encima o por debajo de lo esperable (puntos)",
        "Avance por encima o por debajo de lo esperable (puntos)",
        _POINTS,
        _POINTS,
    )
    sure = percent(study.inputs.spec.asociacion.confianza, 0)
    words = _Words(
        "regresion_parcial",
        f"{rest[0].upper()}{rest[1:]}, 10 puntos más de ejecución {case.anio_ejecucion} acompañan a {signed(row['estimacion'] * 10, 1)} puntos de "
        f"avance {case.anio_resultado}; sin {first}, a {signed(other * 10, 1)}",
        f"Regresión parcial: lo esperable es lo que corresponde {rest}. Línea continua: con todas las {study.inputs.plan.niveles.accion}; de rayas: sin {first}.",
        f"Intervalo de la pendiente ({sure}): {signed(row['inferior'] * 10, 1)} a {signed(row['superior'] * 10, 1)} puntos de avance por cada 10 de ejecución. "
        + _name(study, first),
    )
    lines = [
        _Line(axes.span_x, (0, 0)),
        _sloped(0.0, float(row["estimacion"]), axes.span_x, _Line((0, 0), (0, 0), _MARK, 0.8)),
        _sloped(start, other, axes.span_x, _Line((0, 0), (0, 0), _LOUD, 0.7, "dashed")),
    ]
    return _figure(study, case, words, data.with_columns(destacada=pl.col("accion") == first), axes, lines)


def _sloped(start: float, slope: float, span: tuple[float, float], look: _Line) -> _Line:
    return replace(look, x=span, y=(start + slope * span[0], start + slope * span[1]))


def _influence(study: AssociationStudy, case: Case) -> Figure:
    data = study.of(case, "influencia")
    limits, row = usual_limits(data, study.columnas[case]), row_of(study, case, "mco") or {}
    first = data.filter(pl.col("accion") == most_influential(data)).row(0, named=True)
    right = max(_reach(data["apalancamiento"])[1], limits["apalancamiento"] * 1.08)
    axes = _Axes(
        "apalancamiento",
        "residuo_estudentizado",
        (0.0, right),
        _reach(data["residuo_estudentizado"], 2.4, 0.12),
        "Apalancamiento: cuán distinta es de las demás en ejecución y en lo que se mantiene igual",
        "Residuo estudentizado: cuánto se aparta de la recta",
        _PLAIN,
        _PLAIN,
    )
    words = _Words(
        "influencia",
        f"{first['accion']} es la {study.inputs.plan.niveles.accion} que más decide la recta de {years_of(case)}: sin ella, 10 puntos más de ejecución pasarían de acompañar "
        f"a {signed(row['estimacion'] * 10, 1)} puntos de avance a {signed(first['pendiente_sin_ella'] * 10, 1)}",
        f"Arriba y abajo, las {study.inputs.plan.niveles.accion} que la recta no describe; a la derecha, las que se parecen poco a las demás. Tamaño: distancia de Cook, cuánto cambia la recta sin ella.",
        f"Líneas: límites usuales, {limits['apalancamiento']:.2f} de apalancamiento y ±2 de residuo. En naranja, distancia de Cook mayor de {limits['distancia_cook']:.2f}. "
        + _name(study, first["accion"]),
    )
    marked = data.with_columns(
        destacada=pl.col("distancia_cook") > limits["distancia_cook"], radio_mm=1.0 + 9 * pl.col("distancia_cook").sqrt()
    )
    dashed, edge = _Line((0, 0), (0, 0), MUTED, 0.4, "dashed"), limits["apalancamiento"]
    lines = [
        _Line(axes.span_x, (0, 0)),
        *(replace(dashed, x=axes.span_x, y=(at, at)) for at in (-limits["residuo_estudentizado"], limits["residuo_estudentizado"])),
        replace(dashed, x=(edge, edge), y=axes.span_y),
    ]
    return _figure(study, case, words, marked, axes, lines)


def _residuals(study: AssociationStudy, case: Case) -> Figure:
    data = study.of(case, "influencia")
    worst = worst_fitted(data)
    axes = _Axes(
        "ajustado_ratio",
        "residuo_ratio",
        _reach(data["ajustado_ratio"]),
        _reach(data["residuo_ratio"], 0.0, 0.12),
        "Avance que le tocaría según la recta",
        "Lo que le falta (−) o le sobra (+), en puntos",
        _SHARE,
        _POINTS,
    )
    side = "por debajo" if worst["residuo_ratio"] < 0 else "por encima"
    words = _Words(
        "residuos",
        f"Donde más falla la recta de {years_of(case)} es en {worst['accion']}: su avance está {abs(worst['residuo_ratio']) * 100:.0f} puntos {side} de lo que le tocaría",
        f"Si la recta describiera bien a las {study.inputs.plan.niveles.accion}, los puntos estarían repartidos sin forma alrededor del cero.",
        f"La línea de rayas es el techo: el avance no pasa de 100 %, así que ninguna {study.inputs.plan.niveles.accion} puede estar por encima de ella. "
        + _name(study, worst["accion"]),
    )
    left, right = (float(end) for end in (min(data["ajustado_ratio"]), max(data["ajustado_ratio"])))
    lines = [_Line(axes.span_x, (0, 0)), _Line((left, right), (1 - left, 1 - right), MUTED, 0.4, "dashed")]
    return _figure(study, case, words, data.with_columns(destacada=pl.col("accion") == worst["accion"]), axes, lines)


def _name(study: AssociationStudy, action: str) -> str:
    """The code of an action with its name, as a sentence."""
    names = dict(study.inputs.plan.acciones.select("accion", "nombre").iter_rows())
    name = short_name(names.get(action, ""), 90)
    return f"{action}: {name}" + ("" if name.endswith("…") else ".")


def _figure(study: AssociationStudy, case: Case, words: _Words, data: pl.DataFrame, axes: _Axes, lines: list[_Line]) -> Figure:
    """A figure of one mark per action, with every action named."""
    p9 = grammar()

    placed, spec = _named(data.sort("accion"), axes, lines), study.inputs.spec
    source = f"Fuente: {spec.fuente}. Fecha de corte: {spec.fecha_corte:%d/%m/%Y}. Perfil {case.perfil}, ND: {case.politica_nd}."
    plot = (
        p9.ggplot(pandas_of(placed), p9.aes(axes.x, axes.y))
        + [
            p9.annotate("segment", x=one.x[0], xend=one.x[1], y=one.y[0], yend=one.y[1], color=one.color, size=one.size, linetype=one.style)
            for one in lines
        ]
        + p9.geom_segment(p9.aes(xend="guia_x", yend="guia_y"), color=MUTED, size=0.2)
        + p9.geom_point(p9.aes(size="radio_mm", fill="destacada"), color=PAPER, stroke=0.3, alpha=0.85)
        + p9.geom_text(p9.aes("nombre_x", "nombre_y", label="codigo"), size=_NAME_PT, color=INK)
        + p9.scale_size_identity()
        + p9.scale_fill_manual(values={False: _MARK, True: _LOUD}, guide=None)
        + p9.scale_x_continuous(**_marks(axes.marks_x, axes.span_x))
        + p9.scale_y_continuous(**_marks(axes.marks_y, axes.span_y))
        + p9.coord_cartesian(xlim=axes.span_x, ylim=axes.span_y, expand=False)
        + base_theme(PAGE_CM, _HEIGHT_CM)
        + page_labels(
            words.title,
            words.reading,
            f"{source}\n{words.note}\nVan juntas o no: nada de esto dice que una venga de la otra.",
            PAGE_CM,
            x=axes.title_x,
            y=axes.title_y,
        )
    )
    pair = f"{case.anio_ejecucion}_{case.anio_resultado}"
    alt = f"Gráfico de puntos, uno por {study.inputs.plan.niveles.accion}. {words.title}."
    return Figure(f"{words.name}_{pair}", words.title, alt, plot, PAGE_CM, _HEIGHT_CM, placed)


def _marks(kind: str, span: tuple[float, float]) -> dict[str, Any]:
    """Where an axis is marked and how each mark is written."""
    if kind == _PLAIN:
        return {"labels": lambda marks: [f"{mark:g}".replace("-", MINUS) for mark in marks]}
    write: Callable[[float], str] = (lambda mark: signed(mark * 100, 0)) if kind == _POINTS else (lambda mark: percent(mark, 0))
    step = next(step for step in _STEPS if (span[1] - span[0]) / step <= _MOST_MARKS)
    places = [i * step for i in range(math.ceil(span[0] / step), math.floor(span[1] / step) + 1)]
    breaks = [place for place in places if kind == _POINTS or 0 <= place <= 1 + _HAIR]
    return {"breaks": breaks, "labels": [write(place) for place in breaks]}


def _reach(values: pl.Series, at_least: float | None = None, room: float = 0.07) -> tuple[float, float]:
    """The ends of an axis: the values and what it must reach (on both sides of zero, when some are below), with room for names."""
    wanted = [*values.to_list(), *([] if at_least is None else [at_least])]
    if at_least is not None and min(wanted) < 0:
        wanted.append(-at_least)
    pad = max(room * (max(wanted) - min(wanted)), _HAIR)
    return min(wanted) - pad, max(wanted) + pad


def _named(data: pl.DataFrame, axes: _Axes, lines: list[_Line]) -> pl.DataFrame:
    """The frame with each code, where it is written and where its line ends."""
    from presupuesto_link.presentation.plots.labels import Crowd, leader_ends, place_labels

    full = data.with_columns(
        pl.lit(False).alias(name) if name == "destacada" else pl.lit(2.0).alias(name)
        for name in ("destacada", "radio_mm")
        if name not in data.columns
    )
    codes = [short_code(code) for code in full["accion"]]
    (left, right), (low, high), (wide, tall) = axes.span_x, axes.span_y, _PANEL_CM
    per_x, per_y = wide / (right - left), tall / (high - low)
    crowd = Crowd(
        x=(full[axes.x].to_numpy() - left) * per_x,
        y=(full[axes.y].to_numpy() - low) * per_y,
        radius=(full["radio_mm"] / 20).to_numpy(),
        width=np.array([width_cm(code, _NAME_PT) + 0.1 for code in codes]),
        height=_NAME_PT * 0.0353 + 0.06,
        room=_PANEL_CM,
        blocked=_blocked([one.moved((left, per_x), (low, per_y)) for one in lines]),
    )
    name_x, name_y = place_labels(crowd)
    end_x, end_y = leader_ends(crowd, name_x, name_y)
    return full.with_columns(
        codigo=pl.Series(codes),
        nombre_x=pl.Series(name_x / per_x + left),
        nombre_y=pl.Series(name_y / per_y + low),
        guia_x=pl.Series(end_x / per_x + left),
        guia_y=pl.Series(end_y / per_y + low),
    )


def _blocked(lines: list[_Line]) -> npt.NDArray[np.float64]:
    """Small boxes along each line, in centimetres of the panel."""
    along = np.linspace(0, 1, _BOXES)
    boxes = [np.empty((0, 4))]
    for one in lines:
        x, y = (ends[0] + along * (ends[1] - ends[0]) for ends in (one.x, one.y))
        half = max(abs(one.x[1] - one.x[0]), abs(one.y[1] - one.y[0])) / _BOXES / 2
        thick_x, thick_y = (half if ends[1] != ends[0] else 0.03 for ends in (one.x, one.y))
        boxes.append(np.column_stack([x - thick_x, y - thick_y, x + thick_x, y + thick_y]))
    return np.vstack(boxes)
