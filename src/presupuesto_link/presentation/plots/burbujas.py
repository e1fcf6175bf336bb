"""Execution against advance, one bubble per action, named one by one."""

from __future__ import annotations

from typing import Any

import polars as pl

from presupuesto_link.evaluation.diagnosis import GET_DATA, NO_BUDGET, REDESIGN, REVIEW_TARGET, SUSTAIN, UNBLOCK, count_diagnoses
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.matrix import Matrix
from presupuesto_link.money.by_action import TRANSVERSAL
from presupuesto_link.presentation.plots.common import PAGE_CM, SMALL_PT, Figure, base_theme, grammar, page_labels, pandas_of
from presupuesto_link.presentation.plots.notes import source_note, transversal_note
from presupuesto_link.presentation.plots.text import width_cm
from presupuesto_link.presentation.telling.words import DAGGER, limit, year_pair
from presupuesto_link.presentation.theme import DIAGNOSIS_MARKS, INK, KEY_FILL, MUTED, PAPER
from presupuesto_link.specs import MatricesSpec
from presupuesto_link.tables.levels import Levels, short_code
from presupuesto_link.wording import percent, plural, soles

_HEIGHT_CM, _PANEL_CM = 21.8, (15.3, 13.4)  # the panel is a little larger in print: names never get tighter
_LARGEST_MM, _SMALLEST_MM, _SHARED_MM = 15.0, 1.7, 4.0
_KEY_SOLES = (1e9, 5e8, 1e8, 5e7, 1e7, 1e6, 1e5)
_TOP, _BOTTOM = 1.31, -0.09
_PILE_FROM = 0.95
_NAME_PT, _UPRIGHT_CM = 7.0, 0.4


def draw_bubbles(analysis: Evaluation, matrix: Matrix, diagnosis: pl.DataFrame) -> Figure | None:
    """What each action spent and achieved; None when no action has both."""
    limits = analysis.inputs.spec.matrices
    data = _bubbles(diagnosis, limits)
    if data.is_empty():
        return None
    title = _title(data, matrix, analysis.levels)
    plot = _plot(data, limits) + page_labels(
        title,
        f"Cada marca es una {analysis.levels.accion} (código). Eje horizontal: ejecución {matrix.anio_ejecucion} ({matrix.medida}, %). "
        f"Eje vertical: avance {matrix.anio_resultado} respecto de la meta (%). Área: PIM {matrix.anio_ejecucion} (S/). "
        "Color y forma: diagnóstico.",
        _note(analysis, diagnosis, limits, matrix.anio_ejecucion),
        PAGE_CM,
        x=f"Ejecución {matrix.anio_ejecucion}: {matrix.medida}",
        y=f"Avance {matrix.anio_resultado} respecto de la meta del año",
    )
    return Figure(
        f"burbujas_{year_pair(matrix)}", title, _alt(title, data), plot, PAGE_CM, _HEIGHT_CM, data, f"diagnostico_{year_pair(matrix)}"
    )


def _bubbles(diagnosis: pl.DataFrame, limits: MatricesSpec) -> pl.DataFrame:
    """Actions with both measures: marker size in mm, name and where the name goes."""
    shared = pl.col("vinculo") == TRANSVERSAL
    money = pl.col("pim_soles").cast(pl.Float64)
    largest = money.filter(~shared).max()  # of every action with budget: all year pairs share the scale
    data = (
        diagnosis.select("accion", "nombre", "vinculo", "diagnostico", "pim_soles", "ejecucion_ratio", "avance_ratio")
        .with_columns(
            tamano_mm=pl.when(shared).then(_SHARED_MM).otherwise((_LARGEST_MM * (money / largest).sqrt()).clip(lower_bound=_SMALLEST_MM))
        )
        .filter(pl.col("ejecucion_ratio").is_not_null() & pl.col("avance_ratio").is_not_null())
        .sort("tamano_mm", "accion", descending=[True, False])
    )
    codes = [short_code(code) + (DAGGER if link == TRANSVERSAL else "") for code, link in data["accion", "vinculo"].rows()]
    data = data.with_columns(codigo=pl.Series(codes, dtype=pl.String))
    return _named(data, limits) if data.height else data


def _span(data: pl.DataFrame, limits: MatricesSpec) -> tuple[float, float]:
    """The ends of the horizontal axis: the data, the threshold and 100 %, with room for names."""
    spent = [*data["ejecucion_ratio"], limits.ejecuta_desde_ratio, 1.0]
    return min(spent) - 0.06, max(spent) + 0.045


def _named(data: pl.DataFrame, limits: MatricesSpec) -> pl.DataFrame:
    """The frame with `nombre_x`, `nombre_y` (where each code is written), `guia_x`, `guia_y` (where its line ends).

    Advance is capped at 100 %, so actions pile up there: those are named above, upright and in the order of their
    execution (`arriba`), and the others beside their bubble.
    """
    (left, right), (wide, tall) = _span(data, limits), _PANEL_CM
    per_x, per_y = wide / (right - left), tall / (_TOP - _BOTTOM)
    placed = data.with_columns(
        arriba=pl.col("avance_ratio") >= _PILE_FROM,
        x=(pl.col("ejecucion_ratio") - left) * per_x,
        y=(pl.col("avance_ratio") - _BOTTOM) * per_y,
        ancho=pl.Series([width_cm(code, _NAME_PT) + 0.12 for code in data["codigo"]]),
    )
    edges = ((limits.ejecuta_desde_ratio - left) * per_x, (limits.logra_desde_ratio - _BOTTOM) * per_y)
    above, beside = _above(placed.filter("arriba"), per_y), _beside(placed.filter(~pl.col("arriba")), placed, edges)
    names = pl.concat([above, beside]).select(
        "accion",
        "arriba",
        *((pl.col(f"{name}_x") / per_x + left) for name in ("nombre", "guia")),
        *((pl.col(f"{name}_y") / per_y + _BOTTOM) for name in ("nombre", "guia")),
    )
    return data.join(names, on="accion", how="left", validate="1:1", maintain_order="left")


def _above(pile: pl.DataFrame, per_y: float) -> pl.DataFrame:
    """Names of the actions at the ceiling: one row of upright codes, in order, over the largest bubble."""
    from presupuesto_link.presentation.plots.labels import spread

    ordered = pile.sort("x", "y", "accion", descending=[False, True, False])
    base = (1 - _BOTTOM) * per_y + _LARGEST_MM / 20 + 0.35
    return ordered.with_columns(
        nombre_x=pl.Series(spread(ordered["x"].to_numpy(), _UPRIGHT_CM, 0.25, _PANEL_CM[0] - 0.25), dtype=pl.Float64),
        nombre_y=base + pl.col("ancho") / 2,
        guia_y=pl.lit(base),
    ).with_columns(guia_x="nombre_x")


def _beside(rest: pl.DataFrame, everything: pl.DataFrame, edges: tuple[float, float]) -> pl.DataFrame:
    """Names of the other actions: near their bubble, clear of bubbles, names, threshold lines and quadrant names."""
    import numpy as np

    from presupuesto_link.presentation.plots.labels import Crowd, leader_ends, place_labels

    (wide, tall), (edge_x, edge_y) = _PANEL_CM, edges
    pile = everything.filter("arriba")
    x, y, half = (pile[name].to_numpy() for name in ("x", "y", "tamano_mm"))
    ceiling = float(y.min()) if len(y) else tall
    lines = [[edge_x - 0.03, 0, edge_x + 0.03, tall], [0, edge_y - 0.03, wide, edge_y + 0.03]]
    zones = [[0, ceiling, wide, tall], [0, 0, wide, 0.6], *lines]
    marks = np.column_stack([x - half / 20, y - half / 20, x + half / 20, y + half / 20])
    crowd = Crowd(
        x=rest["x"].to_numpy(),
        y=rest["y"].to_numpy(),
        radius=rest["tamano_mm"].to_numpy() / 20,
        width=rest["ancho"].to_numpy(),
        height=_NAME_PT * 0.0353 + 0.08,
        room=_PANEL_CM,
        blocked=np.vstack([np.array(zones, float), marks]),
    )
    name_x, name_y = place_labels(crowd)
    end_x, end_y = leader_ends(crowd, name_x, name_y)
    columns = {"nombre_x": name_x, "nombre_y": name_y, "guia_y": end_y, "guia_x": end_x}
    return rest.with_columns(pl.Series(key, values, pl.Float64) for key, values in columns.items())


def _plot(data: pl.DataFrame, limits: MatricesSpec) -> Any:
    p9 = grammar()

    span = _span(data, limits)
    frame = pandas_of(data)
    steps = [i / 10 for i in range(16)]
    return (
        p9.ggplot(frame, p9.aes("ejecucion_ratio", "avance_ratio"))
        + _thresholds(limits)
        + _quadrants(*span)
        + p9.geom_segment(p9.aes(xend="guia_x", yend="guia_y"), color=MUTED, size=0.25)
        + _marks(data)
        + _names(frame)
        + p9.scale_x_continuous(breaks=steps, labels=[percent(step, 0) for step in steps])
        + p9.scale_y_continuous(breaks=steps[:11:2], labels=[percent(step, 0) for step in steps[:11:2]])
        + p9.coord_cartesian(xlim=span, ylim=(_BOTTOM, _TOP), expand=False)
        + p9.guides(
            fill=p9.guide_legend(order=1),
            shape=p9.guide_legend(override_aes={"size": 3}, order=1),
            size=p9.guide_legend(override_aes={"shape": "o", "fill": KEY_FILL, "color": PAPER}, order=2),
        )
        + base_theme(PAGE_CM, _HEIGHT_CM)
        + p9.theme(legend_box="vertical", legend_box_just="left", legend_spacing=0.004, legend_margin=0)
    )


def _thresholds(limits: MatricesSpec) -> list[Any]:
    """From where an action executes and achieves; the upright line stops under the names."""
    p9 = grammar()

    look = {"linetype": "dashed", "color": MUTED, "size": 0.5}
    edge = limits.ejecuta_desde_ratio
    return [
        p9.annotate("segment", x=edge, xend=edge, y=_BOTTOM, yend=1.1, **look),
        p9.geom_hline(yintercept=limits.logra_desde_ratio, **look),
    ]


def _marks(data: pl.DataFrame) -> list[Any]:
    """The bubbles, largest below; transversal actions hollow."""
    p9 = grammar()

    factor = pl.col("diagnostico").replace_strict({key: mark.scale for key, mark in DIAGNOSIS_MARKS.items()})
    sized = data.with_columns(tamano=pl.col("tamano_mm") * factor, sumada=pl.col("vinculo") != TRANSVERSAL)
    shown = [key for key in DIAGNOSIS_MARKS if key in set(data["diagnostico"])]
    hollow = pandas_of(sized.filter(~pl.col("sumada")))
    return [
        p9.geom_point(
            pandas_of(sized.filter("sumada")),
            p9.aes(fill="diagnostico", shape="diagnostico", size="tamano"),
            color=PAPER,
            stroke=0.4,
            alpha=0.78,
        ),
        *([p9.geom_point(hollow, p9.aes(shape="diagnostico", size="tamano"), fill="none", color=INK)] if len(hollow) else []),
        p9.scale_fill_manual(values={key: DIAGNOSIS_MARKS[key].color for key in shown}, limits=shown, name="Diagnóstico"),
        p9.scale_shape_manual(values={key: DIAGNOSIS_MARKS[key].shape for key in shown}, limits=shown, name="Diagnóstico"),
        _size_key(data),
    ]


def _size_key(data: pl.DataFrame) -> Any:
    """How much money a size is: round amounts within the data."""
    p9 = grammar()

    rows = data.filter(pl.col("vinculo") != TRANSVERSAL).sort("pim_soles").tail(1)
    largest, size = [*rows.select(pl.col("pim_soles").cast(pl.Float64), "tamano_mm").rows(), (0.0, 0.0)][0]
    sizes = {amount: size * (amount / largest) ** 0.5 for amount in _KEY_SOLES if amount <= largest}
    shown = {amount: mm for amount, mm in sizes.items() if mm >= _SMALLEST_MM}
    words = [f"S/ {amount / 1e6:,.0f} M" if amount >= 1e6 else soles(amount) for amount in shown]
    return p9.scale_size_identity(guide="legend", breaks=list(shown.values()), labels=words, name="PIM")


def _names(frame: Any) -> list[Any]:
    """The codes: upright over the ceiling, level elsewhere."""
    p9 = grammar()

    words = p9.aes("nombre_x", "nombre_y", label="codigo")
    parts = ((frame[frame["arriba"]], 90), (frame[~frame["arriba"]], 0))
    return [p9.geom_text(part, words, size=_NAME_PT, color=INK, angle=angle) for part, angle in parts if len(part)]


def _quadrants(left: float, right: float) -> list[Any]:
    """The name of each quadrant, at its outer corner."""
    import pandas as pd

    p9 = grammar()

    pad = 0.006
    high, low = _TOP - 0.03, _BOTTOM + 0.03
    west, east = (
        pd.DataFrame({"x": [x, x], "y": [high, low], "texto": names})
        for x, names in (
            (left + pad, ["REVISAR META: logra sin ejecutar", "DESTRABAR: ni ejecuta ni logra"]),
            (right - pad, ["SOSTENER: ejecuta y logra", "REDISEÑAR: ejecuta y no logra"]),
        )
    )
    return [
        p9.geom_text(part, p9.aes("x", "y", label="texto"), ha=side, size=SMALL_PT, color=MUTED, fontweight="bold")
        for part, side in ((west, "left"), (east, "right"))
    ]


def _title(data: pl.DataFrame, matrix: Matrix, levels: Levels) -> str:
    count = count_diagnoses(data)
    return (
        f"De {plural(count.total(), levels.accion, levels.accion)} con gasto {matrix.anio_ejecucion} y resultado {matrix.anio_resultado}: "
        f"{count[SUSTAIN]} para sostener, {count[REDESIGN]} para rediseñar, {count[UNBLOCK]} para destrabar y "
        f"{count[REVIEW_TARGET]} con meta por revisar"
    )


def _note(analysis: Evaluation, diagnosis: pl.DataFrame, limits: MatricesSpec, year: int) -> str:
    absent = count_diagnoses(diagnosis)
    return source_note(
        analysis,
        f"Líneas punteadas: {limit(limits.ejecuta_desde_ratio)} de ejecución y {limit(limits.logra_desde_ratio)} "
        f"de avance. El color manda sobre la zona: «revisar meta» incluye, ejecuten o no, {analysis.levels.accion} cuyo resultado descansa en indicadores que la auditoría observa. "
        "Las marcas más pequeñas tienen un tamaño mínimo visible.",
        f"No aparecen {absent[NO_BUDGET]} {analysis.levels.accion} sin presupuesto vinculado ni {absent[GET_DATA]} sin dato de resultado. "
        f"El nombre de cada {analysis.levels.accion} está en la figura del semáforo por {analysis.levels.accion}.",
        transversal_note(diagnosis, "marca hueca; su tamaño no representa su PIM, que no se suma."),
        money=analysis.money.of(year),
    )


def _alt(title: str, data: pl.DataFrame) -> str:
    redesign = data.filter(pl.col("diagnostico").is_in([REDESIGN, UNBLOCK]))["codigo"].sort().to_list()
    tail = f" No logran su resultado: {', '.join(redesign)}." if redesign else ""
    return f"Gráfico de burbujas de ejecución contra avance. {title}.{tail}"
