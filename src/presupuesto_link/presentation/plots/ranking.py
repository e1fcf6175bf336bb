"""The lagging actions as bars whose pieces add up to the score."""

from __future__ import annotations

from typing import Any

import polars as pl

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.ranking import COMPONENTS, heaviest
from presupuesto_link.presentation.plots.common import PAGE_CM, SMALL_PT, TEXT_PT, Figure, base_theme, grammar, page_labels, pandas_of
from presupuesto_link.presentation.plots.notes import source_note
from presupuesto_link.presentation.plots.text import boxed_name
from presupuesto_link.presentation.telling.robustness_words import outside_words, places, readings_words, weights_words
from presupuesto_link.presentation.telling.words import limit, trend_note, trend_words
from presupuesto_link.presentation.theme import COMPONENT_LOOKS, INK, MUTED
from presupuesto_link.studies.robustness import Robustness
from presupuesto_link.tables.levels import Levels
from presupuesto_link.wording import enumerate_words, percent, plural

_NAME_CM, _ROW_CM = 6.3, 1.0
_WITHOUT_INTERVAL, _WITH_INTERVAL = 1.14, 1.36  # width of the panel, in longest bars
_WRITTEN_FROM = 0.075  # of the longest bar; a narrower piece has no room for its figure


def draw_ranking(analysis: Evaluation, robustness: Robustness | None = None) -> Figure | None:
    """Which actions lag most and why, and, when its robustness is given, between which places each falls; None when none lags."""
    lagging = analysis.lagging
    if lagging.is_empty():
        return None
    data = _pieces(lagging, robustness)
    title, rule = _title(lagging, analysis.levels), analysis.inputs.spec.ranking
    height = 6.8 + _ROW_CM * lagging.height
    plot = _plot(data, lagging, height) + page_labels(
        title,
        f"Puntaje de rezago, de 0 (sin motivo de atención) a 1 (máximo); cada tramo es lo que aporta un componente. "
        f"Avance {rule.anio_resultado}, {trend_words(rule)}, ejecución ({analysis.budget.medida}) y PIM {rule.anio_ejecucion}.",
        _note(analysis, lagging, robustness),
        PAGE_CM,
        x="Puntaje de rezago (0 a 1)",
        y="",
    )
    return Figure("ranking", title, _alt(title, lagging), plot, PAGE_CM, height, data, "ranking")


def _pieces(lagging: pl.DataFrame, robustness: Robustness | None) -> pl.DataFrame:
    """One row per action and component: `aporte` and where its piece begins and ends, and the interval of places in words."""
    order = pl.Series(COMPONENTS)
    return (
        lagging.with_columns(y=-pl.int_range(pl.len()), intervalo=_intervals(lagging, robustness))
        .unpivot(
            [f"aporte_{name}" for name in COMPONENTS],
            index=["y", "puesto", "accion", "nombre", "puntaje_ratio", "peso_con_dato_ratio", "intervalo"],
            variable_name="componente",
            value_name="aporte_ratio",
        )
        .with_columns(pl.col("componente").str.strip_prefix("aporte_"))
        .with_columns(capa=pl.col("componente").replace_strict(order, range(len(order)), return_dtype=pl.Int64))
        .sort("y", "capa", descending=[True, False])
        .with_columns(hasta=pl.col("aporte_ratio").fill_null(0).cum_sum().over("y"))
        .with_columns(desde=pl.col("hasta") - pl.col("aporte_ratio").fill_null(0))
        .with_columns(pl.col("componente").replace_strict({name: look.label for name, look in COMPONENT_LOOKS.items()}))
    )


def _intervals(lagging: pl.DataFrame, robustness: Robustness | None) -> pl.Series:
    """`puestos 3–9` for each action; empty when nobody asked."""
    if robustness is None:
        return pl.Series([""] * lagging.height, dtype=pl.String)
    ends = lagging.select("accion").join(
        robustness.resumen.select("accion", "puesto_bajo", "puesto_alto"), on="accion", how="left", maintain_order="left"
    )
    return pl.Series([places(low, high) for _, low, high in ends.iter_rows()], dtype=pl.String)


def _plot(data: pl.DataFrame, lagging: pl.DataFrame, height: float) -> Any:
    p9 = grammar()

    colours = {look.label: look.color for look in COMPONENT_LOOKS.values()}
    ends = lagging.select("puntaje_ratio", y=-pl.int_range(pl.len()), texto=_score())
    top = float(ends["puntaje_ratio"].max())  # type: ignore[arg-type]
    return (
        p9.ggplot(pandas_of(data.filter(pl.col("aporte_ratio").fill_null(0) > 0)))
        + p9.geom_rect(p9.aes(xmin="desde", xmax="hasta", ymin="y - 0.36", ymax="y + 0.36", fill="componente"))
        + _figures(data)
        + p9.geom_text(
            pandas_of(ends),
            p9.aes("puntaje_ratio", "y", label="texto"),
            ha="left",
            nudge_x=0.012 * top,
            size=TEXT_PT,
            fontweight="bold",
            color=INK,
        )
        + _interval_layer(data, top)
        + p9.scale_fill_manual(values=colours, limits=list(colours), name=" ")
        + p9.guides(fill=p9.guide_legend(nrow=2, byrow=True))
        + p9.scale_x_continuous(
            breaks=[i / 10 for i in range(11) if i / 10 < top + 0.05], labels=lambda marks: [f"{mark:.1f}" for mark in marks]
        )
        + p9.scale_y_continuous(breaks=[-i for i in range(lagging.height)], labels=_names(lagging))
        + p9.coord_cartesian(
            xlim=(0, top * (_WITH_INTERVAL if data["intervalo"][0] else _WITHOUT_INTERVAL)), ylim=(0.4 - lagging.height, 0.6), expand=False
        )
        + base_theme(PAGE_CM, height)
        + p9.theme(
            panel_grid_major_y=p9.element_blank(),
            axis_text_y=p9.element_text(size=SMALL_PT, ha="left", multialignment="left", linespacing=1.1),
            legend_title=p9.element_blank(),
        )
    )


def _interval_layer(data: pl.DataFrame, top: float) -> list[Any]:
    """The interval of places of each action, in a column at the right."""
    p9 = grammar()
    written = data.unique("y", maintain_order=True).filter(pl.col("intervalo") != "")
    if written.is_empty():
        return []
    return [
        p9.geom_text(
            pandas_of(written), p9.aes(y="y", label="intervalo"), x=top * (_WITH_INTERVAL - 0.01), ha="right", size=SMALL_PT, color=MUTED
        )
    ]


def _figures(data: pl.DataFrame) -> list[Any]:
    """The contribution written on each piece wide enough for it."""
    p9 = grammar()

    layers, least = [], _WRITTEN_FROM * float(data["hasta"].max())  # type: ignore[arg-type]
    for look in COMPONENT_LOOKS.values():
        wide = data.filter((pl.col("componente") == look.label) & (pl.col("aporte_ratio") >= least))
        frame = pandas_of(wide.with_columns(centro=(pl.col("desde") + pl.col("hasta")) / 2, texto=_two("aporte_ratio")))
        layers.append(p9.geom_text(frame, p9.aes("centro", "y", label="texto"), size=SMALL_PT, color=look.ink))
    return [layer for layer in layers if len(layer.data)]


def _two(column: str) -> pl.Expr:
    cents = (pl.col(column) * 100).round().cast(pl.Int64)
    return pl.format("{}.{}", cents // 100, (cents % 100).cast(pl.String).str.zfill(2))


def _score() -> pl.Expr:
    star = pl.when(pl.col("peso_con_dato_ratio") < 1).then(pl.lit(" *")).otherwise(pl.lit(""))
    return pl.concat_str(_two("puntaje_ratio"), star)


def _names(lagging: pl.DataFrame) -> list[str]:
    return [boxed_name(f"{row['puesto']}. {row['accion']}", row["nombre"], _NAME_CM, SMALL_PT, 3) for row in lagging.iter_rows(named=True)]


def _title(lagging: pl.DataFrame, levels: Levels) -> str:
    leaders = enumerate_words(lagging.filter(pl.col("puesto") <= 3)["accion"].to_list())
    largest, part = heaviest(lagging)
    count = plural(lagging.height, f"{levels.accion} rezagada", f"{levels.accion} rezagadas")
    return f"{leaders} encabezan las {count}: la {_noun(largest)} aporta el {percent(part, 0)} de los puntajes"


def _noun(name: str) -> str:
    return COMPONENT_LOOKS[name].label.lower()


def _note(analysis: Evaluation, lagging: pl.DataFrame, robustness: Robustness | None) -> str:
    rule = analysis.inputs.spec.ranking
    weights = enumerate_words(f"{_noun(name)} {percent(part, 0)}" for name, part in rule.pesos.partes.items())
    chosen = enumerate_words(rule.objetivos_prioritarios)
    priority = f"Prioridad: pertenece a {chosen}." if chosen else ""
    missing = lagging.filter(pl.col("peso_con_dato_ratio") < 1)["accion"].sort().to_list()
    star = f"* Faltan datos para algún componente ({enumerate_words(missing)}): el puntaje usa sólo los que hay."
    return source_note(
        analysis,
        f"Rezagada: avance {rule.anio_resultado} menor de {limit(rule.rezagada_bajo_ratio)}. Pesos: {weights}.",
        f"Brecha de avance o de ejecución: lo que falta para 100 %. {trend_note(rule)} Peso presupuestal: lugar de su PIM entre las {analysis.levels.accion}. {priority}",
        star if missing else "",
        _doubts(robustness, lagging) if robustness else "",
        f"Las {analysis.levels.accion} sin resultado medible no tienen puesto: se listan aparte como prioridad de dato.",
        money=analysis.budget,
    )


def _doubts(robustness: Robustness, lagging: pl.DataFrame) -> str:
    spec = robustness.spec
    return (
        f"Puestos, a la derecha: entre cuáles queda en el 90 % central de los casos en que está rezagada, con otros pesos "
        f"({weights_words(spec)}) y otras lecturas ({readings_words(spec)}); {spec.sorteos:,} sorteos."
        + outside_words(robustness.outside(lagging))
    )


def _alt(title: str, lagging: pl.DataFrame) -> str:
    first, last = lagging.row(0, named=True), lagging.row(-1, named=True)
    return (
        f"Barras apiladas del puntaje de rezago. {title}. El puntaje va de {first['puntaje_ratio']:.2f} "
        f"({first['accion']}) a {last['puntaje_ratio']:.2f} ({last['accion']})."
    )
