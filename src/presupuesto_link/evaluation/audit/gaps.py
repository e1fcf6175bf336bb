"""The register of missing data: every value that should be there and is not, since when, and which colour rests on it."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from presupuesto_link.tables.filled import SHEETS
from presupuesto_link.tables.plan import Plan
from presupuesto_link.vocabulary import EXCLUDE

TO_FILL = SHEETS["brechas_de_datos"].to_fill
CORRECTED = "retirado por una corrección"
NO_SOURCE = "La evaluación no nombra la fuente de datos del indicador: complétela quien lo reporta"


class Missing(NamedTuple):
    """Indicators that miss some value, colours of a year that rest on how it is counted, and years of an element without any colour."""

    indicadores: int
    colores: int
    sin_color: int


def count_gaps(gaps: pl.DataFrame) -> Missing:
    """What the register has."""
    colours, blind = gaps.filter("color_depende_nd"), gaps.filter(pl.col("con_dato") == 0)
    return Missing(gaps["indicador"].n_unique(), *(rows.select("elemento", "anio").unique().height for rows in (colours, blind)))


def register_gaps(plan: Plan, elements: pl.DataFrame) -> pl.DataFrame:
    """Every obtained value that is ND, in the order of the plan.

    The evaluation's first recommendation asks to complete and update the indicators; this is the list to work with.

    Args:
        plan: its `valores` say each ND with its cause and reason.
        elements: `aggregate_elements` of one profile, both ND policies.

    Returns:
        Key `indicador, anio`: `elemento`, `nivel`, `objetivo`, `nombre`, `unidad`, `nd_causa`, `nd_motivo` (as the evaluation says them, or the correction that
        took the value away), `sin_dato_desde`
        (first evaluated year of the run without data that reaches this one), `ultimo_valor` with `ultimo_anio` (obtained or baseline
        before that run; null without one), `indicadores` and `con_dato` of its element that year, `color_excluir`, `color_cero` (of the
        element, counting ND either way), `color_depende_nd`, `que_depende` in words; and null, to be filled: `TO_FILL`, with
        `fuente_motivo`.
    """
    obtained = plan.valores.filter(pl.col("concepto") == "obtenido")
    missing = _with_reason(obtained.filter(pl.col("valor").is_null()), plan.correcciones)
    dated = missing.join(_runs(obtained), on=["indicador", "anio"], how="left", validate="1:1")
    known = dated.join(_last_known(plan.valores, dated), on=["indicador", "anio"], how="left", validate="1:1")
    owners = plan.indicadores.with_row_index("orden").select("orden", "indicador", "elemento", "nivel", "objetivo", "nombre", "unidad")
    placed = known.join(owners, on="indicador", how="left", validate="m:1").join(
        _colours(elements), on=["elemento", "anio"], how="left", validate="m:1"
    )
    return (
        placed.sort("orden", "anio")
        .with_columns(
            que_depende=_depends(),
            fuente_motivo=pl.lit(NO_SOURCE),
            **{name: pl.lit(None, pl.Date if name.startswith("fecha") else pl.String) for name in TO_FILL},
        )
        .select(
            "indicador",
            "anio",
            "elemento",
            "nombre",
            "nd_causa",
            "nd_motivo",
            "sin_dato_desde",
            "que_depende",
            *TO_FILL,
            "fuente_motivo",
            "nivel",
            "objetivo",
            "unidad",
            "ultimo_valor",
            "ultimo_anio",
            "indicadores",
            "con_dato",
            "color_excluir",
            "color_cero",
            "color_depende_nd",
        )
    )


def _with_reason(missing: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """Key `indicador, anio`: why there is no value; one that a correction took away says which correction."""
    told = missing.join(corrections.select("correccion", "motivo"), on="correccion", how="left", validate="m:1")
    return told.select(
        "indicador",
        "anio",
        nd_causa=pl.coalesce("nd_causa", pl.when(pl.col("motivo").is_not_null()).then(pl.lit(CORRECTED))),
        nd_motivo=pl.coalesce("nd_motivo", pl.format("{}: {}", "correccion", "motivo")),
    )


def _runs(obtained: pl.DataFrame) -> pl.DataFrame:
    """Key `indicador, anio`, of the ND: the first year of its run of ND."""
    known = pl.col("anio").filter(pl.col("valor").is_not_null())
    marked = obtained.sort("indicador", "anio").with_columns(
        tramo=pl.col("valor").is_not_null().cast(pl.Int32).cum_sum().over("indicador"), conocidos=known.count().over("indicador")
    )
    empty = marked.filter(pl.col("valor").is_null())
    return empty.select("indicador", "anio", sin_dato_desde=pl.col("anio").min().over("indicador", "tramo"))


def _last_known(values: pl.DataFrame, missing: pl.DataFrame) -> pl.DataFrame:
    """Key `indicador, anio`, of the ND: the last obtained value or baseline before its run."""
    seen = values.filter(pl.col("concepto").is_in(["obtenido", "linea_base"]) & pl.col("valor").is_not_null()).select(
        "indicador", ultimo_anio="anio", ultimo_valor="valor"
    )
    pairs = missing.select("indicador", "anio", "sin_dato_desde").join(seen, on="indicador", how="inner", validate="m:m")
    before = pairs.filter(pl.col("ultimo_anio") < pl.col("sin_dato_desde")).sort("ultimo_anio")
    return before.group_by("indicador", "anio", maintain_order=True).agg(pl.col("ultimo_valor", "ultimo_anio").last())


def _colours(elements: pl.DataFrame) -> pl.DataFrame:
    """Key `elemento, anio`: its colour counting the ND either way."""
    wide = elements.pivot("politica_nd", index=["elemento", "anio"], values="color")
    facts = elements.filter(pl.col("politica_nd") == EXCLUDE).select("elemento", "anio", "indicadores", "con_dato", "color_depende_nd")
    return facts.join(
        wide.select("elemento", "anio", color_excluir="excluir", color_cero="cero"), on=["elemento", "anio"], how="left", validate="1:1"
    )


def _depends() -> pl.Expr:
    who = pl.col("elemento")
    return (
        pl.when(pl.col("con_dato") == 0)
        .then(pl.format("{} no tiene ningún dato: queda sin color y fuera de todo juicio", who))
        .when(pl.col("color_depende_nd"))
        .then(pl.format("el color de {}: {} si el ND se excluye, {} si cuenta como 0", who, "color_excluir", "color_cero"))
        .otherwise(pl.format("el promedio de {}, que sigue en {} se cuente como se cuente", who, "color_excluir"))
    )
