"""The close of the year as a fan, and whether its intervals keep their word."""

from __future__ import annotations

from typing import Any

import polars as pl

from presupuesto_link.presentation.plots.common import PAGE_CM, SMALL_PT, TEXT_PT, Figure, base_theme, grammar, page_labels, pandas_of
from presupuesto_link.presentation.plots.notes import followed_note
from presupuesto_link.presentation.plots.text import wrap
from presupuesto_link.presentation.telling.words import short_amount
from presupuesto_link.presentation.theme import BLUE, INK, LINE, MUTED, PALE_BLUE, VERMILION
from presupuesto_link.quarter.closing import Closing
from presupuesto_link.quarter.projection import Projection
from presupuesto_link.tables.levels import Levels
from presupuesto_link.vocabulary import MONTHS
from presupuesto_link.wording import percent, plural, short_name

_DONE, _AHEAD, _BAND, _TOP = INK, BLUE, PALE_BLUE, VERMILION
_PANEL_CM, _PANELS, _NAME_CM = 4.1, 3, 4.5
_METHOD_NOTE = "La proyección extiende lo visto: no sabe de transferencias, emergencias ni decisiones que aún no ocurren."


def draw_fan(projection: Projection) -> Figure | None:
    """The accrual of each objective, what happened and what is projected, under its PIM; None when nothing has PIM."""
    closing, followed = projection.acciones, projection.followed
    data = _fans(projection)
    if data.is_empty():
        return None
    panels = data["panel"].n_unique()
    height = 6.5 + _PANEL_CM * -(-panels // _PANELS)
    whole = closing.total
    title = (
        f"A diciembre de {followed.year} se devengarían {short_amount(whole['proyectado_soles'])} de {short_amount(whole['pim_soles'])} "
        f"({percent(whole['ejecucion_proyectada_ratio'])}): quedarían libres {short_amount(whole['saldo_libre_soles'])}"
    )
    plot = _fan_plot(data, height) + page_labels(
        title,
        f"Devengado acumulado en millones de soles: observado (negro), proyectado (azul) y su intervalo del {percent(closing.confianza, 0)} (banda). "
        "Línea naranja: PIM, que ninguna proyección supera.",
        followed_note(
            followed, f"Método: {closing.metodo} ({closing.motivo}). {_interval_words(closing, projection.levels)}", _METHOD_NOTE
        ),
        PAGE_CM,
        x="",
        y="Millones de soles",
    )
    alt = f"Abanicos del devengado acumulado por {projection.levels.objetivo}. {title}. El total quedaría entre {short_amount(whole['bajo_soles'])} y {short_amount(whole['alto_soles'])}."
    return Figure("proyeccion_cierre", title, alt, plot, PAGE_CM, height, data, "trimestre_senda")


def draw_calibration(projection: Projection) -> Figure | None:
    """How much of what happened fell inside each interval; None when it cannot be measured."""
    closing = projection.acciones
    data = closing.calibracion
    if data.is_empty():
        return None
    asked = closing.nearest_calibration
    title = (
        f"El intervalo del {percent(asked['confianza_ratio'], 0)} contuvo el {percent(asked['cobertura_ratio'], 0)} de "
        f"{plural(asked['pruebas'], 'cierre pasado', 'cierres pasados')}"
    )
    height = 11.5
    plot = _calibration_plot(data, height) + page_labels(
        title,
        "Cada año pasado se proyectó desde el mismo mes con los errores de los otros años. Sobre la diagonal, el intervalo es más ancho de lo que "
        "promete; debajo, más angosto.",
        followed_note(
            projection.followed,
            f"Método: {closing.metodo}, por {projection.levels.accion}. Años: {', '.join(map(str, closing.anios))}.",
            _METHOD_NOTE,
        ),
        12.0,
        x="Confianza prometida",
        y="Cobertura lograda",
    )
    return Figure("calibracion_intervalos", title, f"Diagrama de calibración. {title}.", plot, 12.0, height, data, "trimestre_calibracion")


def _interval_words(closing: Closing, levels: Levels) -> str:
    single = closing.unidades.filter(pl.col("nivel") == levels.accion)["intervalo"].unique().sort().to_list()
    return f"Intervalo por {levels.accion}: {'; '.join(single)}. El de los {levels.objetivo} y del total suma los extremos de sus partes: es prudente, porque supone que todas yerran hacia el mismo lado."


def _fans(projection: Projection) -> pl.DataFrame:
    """The trails of the whole and of every objective, in millions, with their PIM and the name of their panel."""
    closing = projection.acciones
    names = dict(projection.objetivos.select("objetivo", "nombre").iter_rows())
    units = closing.unidades.filter(pl.col("nivel").is_in(["total", projection.levels.objetivo]) & (pl.col("pim_soles") > 0))
    order = units.with_columns(orden=pl.when(pl.col("nivel") == "total").then(0).otherwise(1)).sort("orden", "unidad")
    panels = {
        unit: "Todo el gasto"
        if level == "total"
        else wrap(f"{unit} {short_name(names.get(unit, ''), 80)}", _NAME_CM, SMALL_PT, bold=True, lines=2)
        for level, unit in order.select("nivel", "unidad").iter_rows()
    }
    trail = closing.senda.join(units.select("nivel", "unidad", "pim_soles"), on=["nivel", "unidad"], how="inner", validate="m:1")
    joined = trail.with_columns(
        pl.when(pl.col("mes") == projection.followed.month).then("devengado_soles").otherwise(pl.col(c)).alias(c)
        for c in ("proyectado_soles", "bajo_soles", "alto_soles")
    )
    return (
        joined.with_columns(
            (pl.selectors.decimal().cast(pl.Float64) / 1e6).name.map(lambda name: name.replace("_soles", "_millones")),
            panel=pl.col("unidad").replace_strict(panels),
        )
        .with_columns(panel=pl.col("panel").cast(pl.Enum(list(panels.values()))))
        .sort("panel", "mes")
    )


def _fan_plot(data: pl.DataFrame, height: float) -> Any:
    p9 = grammar()

    frame = pandas_of(data)
    seen, ahead = frame[frame["devengado_millones"].notna()], frame[frame["proyectado_millones"].notna()]
    return (
        p9.ggplot(frame, p9.aes("mes"))
        + p9.geom_ribbon(ahead, p9.aes(ymin="bajo_millones", ymax="alto_millones"), fill=_BAND, alpha=0.75)
        + p9.geom_hline(pandas_of(data.unique("panel")), p9.aes(yintercept="pim_millones"), color=_TOP, size=0.6)
        + (
            p9.geom_line(seen, p9.aes(y="devengado_millones"), color=_DONE, size=0.8)
            if seen["mes"].nunique() > 1
            else p9.geom_point(seen, p9.aes(y="devengado_millones"), color=_DONE, size=1.2)
        )
        + p9.geom_line(ahead, p9.aes(y="proyectado_millones"), color=_AHEAD, size=0.8, linetype="dashed")
        + p9.facet_wrap("panel", ncol=_PANELS, scales="free_y")
        + p9.scale_x_continuous(breaks=[3, 6, 9, 12], labels=[MONTHS[m - 1][:3] for m in (3, 6, 9, 12)])
        + p9.expand_limits(y=0)
        + p9.scale_y_continuous(labels=lambda marks: [f"{mark:,.0f}" for mark in marks])
        + base_theme(PAGE_CM, height)
        + p9.theme(
            strip_text=p9.element_text(size=SMALL_PT, weight="bold", ha="left", multialignment="left", linespacing=1.1),
            axis_text=p9.element_text(size=SMALL_PT, color=INK),
        )
    )


def _calibration_plot(data: pl.DataFrame, height: float) -> Any:
    p9 = grammar()

    frame = pandas_of(data.with_columns(texto=pl.Series([percent(v, 0) for v in data["cobertura_ratio"]])))
    marks = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    return (
        p9.ggplot(frame, p9.aes("confianza_ratio", "cobertura_ratio"))
        + p9.geom_abline(slope=1, intercept=0, color=MUTED, linetype="dashed")
        + p9.geom_line(color=_AHEAD, size=0.7)
        + p9.geom_point(color=_AHEAD, size=2.6)
        + p9.geom_text(p9.aes(label="texto"), nudge_y=0.035, size=TEXT_PT, color=INK)
        + p9.scale_x_continuous(breaks=marks, labels=[percent(m, 0) for m in marks], limits=(0.45, 1.02))
        + p9.scale_y_continuous(
            breaks=marks, labels=[percent(m, 0) for m in marks], limits=(min(0.45, float(frame["cobertura_ratio"].min()) - 0.05), 1.06)
        )
        + base_theme(12.0, height)
        + p9.theme(panel_grid_major=p9.element_line(color=LINE, size=0.3))
    )
