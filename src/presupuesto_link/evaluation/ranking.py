"""Ranking of lagging actions for the adjustment of the POI: a documented score, every component in sight."""

from __future__ import annotations

import polars as pl

from presupuesto_link.evaluation.matrix import Matrix
from presupuesto_link.money.by_action import DIRECT
from presupuesto_link.specs import PesosSpec, RankingSpec

COMPONENTS = tuple(PesosSpec.model_fields)
LAGGING, NO_DATA, ON_TARGET = "rezagada", "prioridad de dato", "en meta"
TIE_DECIMALS = 9  # scores closer than this share their place


def rank_actions(matrix: Matrix, previous: pl.DataFrame, spec: RankingSpec) -> pl.DataFrame:
    """Score and order the actions.

    Components, each in [0, 1], higher = more reason to attend to it:

    * `brecha_avance` = 1 - advance of the result year;
    * `tendencia` = how much the advance fell from the previous year (0 when it rose or stayed);
    * `brecha_ejecucion` = 1 - execution (execution above 1 counts as 1);
    * `peso_presupuestal` = place of its PIM among the directly linked actions (average rank / count);
    * `prioridad` = 1 when its objective is one of `objetivos_prioritarios`.

    Score = sum(w·c) / sum(w) over the components with data; `peso_con_dato_ratio` says how much of the weight that
    was. A missing component is never 0. Only actions whose advance is below `rezagada_bajo_ratio` have a place in the
    ranking; those without result form `prioridad de dato`, ordered by priority and PIM; the rest are `en meta`.

    Args:
        matrix: the matrix of the ranking's year pair.
        previous: advance by element of the previous result year (`elemento`, `avance_ratio`).
        spec: years, weights, threshold and priority objectives.

    Returns:
        Key `accion`, in order: `grupo`, `puesto` (ties share the lower place; null when en meta), `puntaje_ratio`,
        the components, their contributions (`aporte_…`, which add up to the score) and what they come from.
    """
    before = previous.select(avance_previo_ratio="avance_ratio", accion="elemento")
    frame = (
        matrix.acciones.join(before, on="accion", how="left", validate="1:1")
        .with_columns(_components(spec))
        .with_columns(_group(spec).alias("grupo"))
    )
    return _placed(_scored(frame, spec.pesos))


def heaviest(lagging: pl.DataFrame) -> tuple[str, float]:
    """The component that gives most to the scores of some actions, and what part of them it gives."""
    given = {name: float(lagging[f"aporte_{name}"].sum()) for name in COMPONENTS}
    most = max(COMPONENTS, key=lambda name: given[name])
    return most, given[most] / sum(given.values())


def _components(spec: RankingSpec) -> list[pl.Expr]:
    advance, execution = pl.col("avance_ratio"), pl.col("ejecucion_ratio")
    own = pl.when(pl.col("vinculo") == DIRECT).then(pl.col("pim_soles").cast(pl.Float64))
    return [
        (1 - advance).alias("brecha_avance"),
        (pl.col("avance_previo_ratio") - advance).clip(0, 1).alias("tendencia"),
        (1 - execution.clip(0, 1)).alias("brecha_ejecucion"),
        (own.rank("average") / own.count()).alias("peso_presupuestal"),
        pl.col("objetivo").is_in(spec.objetivos_prioritarios).cast(pl.Float64).alias("prioridad"),
    ]


def _group(spec: RankingSpec) -> pl.Expr:
    scorable = pl.any_horizontal(pl.col(name).is_not_null() for name, weight in spec.pesos.as_dict().items() if weight > 0)
    return (
        pl.when(pl.col("avance_ratio").is_null() | ~scorable)
        .then(pl.lit(NO_DATA))
        .when(pl.col("avance_ratio") < spec.rezagada_bajo_ratio)
        .then(pl.lit(LAGGING))
        .otherwise(pl.lit(ON_TARGET))
    )


def _scored(frame: pl.DataFrame, weights: PesosSpec) -> pl.DataFrame:
    total = sum(weights.as_dict().values())
    available = pl.sum_horizontal(
        pl.when(pl.col(name).is_not_null()).then(weight).otherwise(0.0) for name, weight in weights.as_dict().items()
    )
    has_result = pl.col("avance_ratio").is_not_null() & (available > 0)
    shares = [
        pl.when(has_result).then(pl.col(name) * weight / available).alias(f"aporte_{name}") for name, weight in weights.as_dict().items()
    ]
    return frame.with_columns((available / total).alias("peso_con_dato_ratio"), *shares).with_columns(
        puntaje_ratio=pl.when(has_result).then(pl.sum_horizontal(f"aporte_{name}" for name in COMPONENTS).round(TIE_DECIMALS))
    )


def _placed(frame: pl.DataFrame) -> pl.DataFrame:
    """Order each group and give places; the order of the input rows never matters."""
    lagging = (
        frame.filter(pl.col("grupo") == LAGGING)
        .sort("puntaje_ratio", "accion", descending=[True, False])
        .with_columns(puesto=pl.col("puntaje_ratio").rank("min", descending=True).cast(pl.Int64))
    )
    waiting = (
        frame.filter(pl.col("grupo") == NO_DATA)
        .sort("prioridad", "pim_soles", "accion", descending=[True, True, False], nulls_last=True)
        .with_columns(puesto=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    )
    fine = frame.filter(pl.col("grupo") == ON_TARGET).sort("accion").with_columns(puesto=pl.lit(None, pl.Int64))
    return pl.concat([lagging, waiting, fine]).select(
        "grupo",
        "puesto",
        "accion",
        "objetivo",
        "nombre",
        "puntaje_ratio",
        *COMPONENTS,
        *(f"aporte_{name}" for name in COMPONENTS),
        "peso_con_dato_ratio",
        "avance_ratio",
        "avance_previo_ratio",
        "ejecucion_ratio",
        pl.selectors.by_name("ejecucion_medida", "ambito", "al", require_all=False),
        "pim_soles",
        "saldo_soles",
        "vinculo",
        "banda_resultado",
        "color_depende_nd",
    )
