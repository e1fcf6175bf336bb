"""From indicators to actions, objectives and the index, always under both ND policies."""

from __future__ import annotations

import polars as pl

from presupuesto_link.specs import SemaforoSpec
from presupuesto_link.tables.bands import colour
from presupuesto_link.tables.levels import is_action
from presupuesto_link.vocabulary import COLOURS, EXCLUDE, POLICIES, ZERO


def aggregate_elements(indicators: pl.DataFrame, bands: SemaforoSpec) -> pl.DataFrame:
    """Advance of every action and objective as the weighted mean of its own indicators.

    Weights follow relevance: `w_k = (Rmin - (R_k - 1)) / sum(Rmin - (R_i - 1))`, with R = 1 the most relevant
    and Rmin the largest R of the element; indicators of unstated relevance weigh the same. Under `excluir` the
    mean is over the indicators with data (weights rescaled); under `cero` an ND counts as 0. An element is ND
    only when every indicator is ND, under either policy.

    Args:
        indicators: output of `measure_advance`; one or more profiles.
        bands: edges of the traffic light.

    Returns:
        Key `perfil, politica_nd, anio, elemento`: `nivel`, `objetivo`, `indicadores`, `con_dato`,
        `avance_ratio` (Float64 in [0, 1], null = ND), `color`, `color_depende_nd` (Boolean).
    """
    key = ["perfil", "anio", "elemento"]
    weighted = indicators.with_columns(peso=_weight(key))
    have = pl.col("tipo1_ratio").is_not_null()
    both = weighted.group_by(*key, "nivel", "objetivo").agg(
        pl.len().cast(pl.Int64).alias("indicadores"),
        have.sum().cast(pl.Int64).alias("con_dato"),
        suma=(pl.col("tipo1_ratio") * pl.col("peso")).sum(),
        peso_con_dato=pl.col("peso").filter(have).sum(),
        peso_total=pl.col("peso").sum(),
    )
    divisor = {EXCLUDE: "peso_con_dato", ZERO: "peso_total"}
    frame = pl.concat(
        [
            both.with_columns(
                pl.lit(policy).alias("politica_nd"),
                avance_ratio=pl.when(pl.col("con_dato") > 0).then((pl.col("suma") / pl.col(divisor[policy])).clip(0, 1)),
            )
            for policy in POLICIES
        ]
    ).with_columns(color=colour(pl.col("avance_ratio"), bands))
    return (
        frame.with_columns(color_depende_nd=pl.col("color").n_unique().over(key) > 1)
        .select(
            "perfil",
            "politica_nd",
            "anio",
            "elemento",
            "nivel",
            "objetivo",
            "indicadores",
            "con_dato",
            "avance_ratio",
            "color",
            "color_depende_nd",
        )
        .sort("perfil", "politica_nd", "anio", "elemento")
    )


def measure_index(elements: pl.DataFrame) -> pl.DataFrame:
    """An own index of the plan, **not official**: the simple mean of its objectives' advance.

    No public formula of the «Índice de Gestión» was found. Under `excluir` the mean is over objectives with
    data; under `cero` an ND objective counts as 0.

    Returns:
        Key `perfil, politica_nd, anio`: `objetivos`, `con_dato`, `indice_ratio`, `formula`, `oficial` (False).
    """
    advance = pl.col("avance_ratio")
    return (
        elements.filter(~is_action())
        .group_by("perfil", "politica_nd", "anio")
        .agg(
            pl.col("nivel").first(),
            pl.len().cast(pl.Int64).alias("objetivos"),
            advance.count().cast(pl.Int64).alias("con_dato"),
            disponible=advance.mean(),
            todos=advance.fill_null(0).mean(),
        )
        .with_columns(
            indice_ratio=pl.when(pl.col("politica_nd") == ZERO).then("todos").otherwise("disponible"),
            formula=pl.when(pl.col("politica_nd") == ZERO)
            .then(pl.format("media de los {}, ND como 0", "nivel"))
            .otherwise(pl.format("media de los {} con dato", "nivel")),
            oficial=pl.lit(False),
        )
        .select("perfil", "politica_nd", "anio", "objetivos", "con_dato", "indice_ratio", "formula", "oficial")
        .sort("perfil", "politica_nd", "anio")
    )


def count_colours(elements: pl.DataFrame) -> pl.DataFrame:
    """How many elements of each level are in each colour.

    Returns:
        Key `perfil, politica_nd, anio, nivel`: `rojo`, `amarillo`, `verde`, `gris`, `total` (Int64).
    """
    is_colour = {name: (pl.col("color") == name).sum().cast(pl.Int64) for name in COLOURS}
    return (
        elements.group_by("perfil", "politica_nd", "anio", "nivel")
        .agg(**is_colour, total=pl.len().cast(pl.Int64))
        .sort("perfil", "politica_nd", "anio", "nivel", descending=[False, False, False, True])
    )


def _weight(key: list[str]) -> pl.Expr:
    relevance = pl.col("relevancia").cast(pl.Float64)
    complete = relevance.null_count().over(key) == 0
    return pl.when(complete).then(relevance.max().over(key) - (relevance - 1)).otherwise(1.0)
