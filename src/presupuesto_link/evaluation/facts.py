"""The facts of an evaluation: advances, colours, index, matrices, diagnoses and ranking. Money tells its own (`YearBudget.facts`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from presupuesto_link.evaluation.diagnosis import DIAGNOSES
from presupuesto_link.evaluation.matrix import Matrix
from presupuesto_link.evaluation.ranking import COMPONENTS
from presupuesto_link.facts import Measure, Source, tell
from presupuesto_link.money.budget import Origin
from presupuesto_link.money.by_action import DIRECT
from presupuesto_link.specs import AnalisisSpec
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.vocabulary import COLOURS

RESULTS = "resultados de los indicadores del plan"
PLAN = "plan"
_SUM = "suma de las acciones con vínculo directo"


def results_source(spec: AnalisisSpec) -> Source:
    """The evaluation that publishes the results."""
    return Source(spec.fuente, spec.fuente, RESULTS, spec.fecha_corte)


def counted_as(profile: str, policy: str) -> str:
    """The variant of an advance: its profile and its way of counting ND."""
    return f"{profile}/{policy}"


def beside(result_year: int) -> str:
    """The variant of what sets a year of money beside a year of results."""
    return f"resultado {result_year}"


def cell_of(spent: str, result: str) -> str:
    """The unit of a cell of a matrix."""
    return f"{spent} × {result}"


def result_facts(
    spec: AnalisisSpec, indicators: pl.DataFrame, elements: pl.DataFrame, index: pl.DataFrame, counts: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """The advances of the analysis' own profile, with both ways of counting ND."""
    source, used = results_source(spec), pl.col("perfil") == spec.avance.perfil
    year, policy = pl.col("anio"), pl.format("{}/{}", "perfil", "politica_nd")
    yield tell(
        elements.filter(used),
        ("avance_ratio", "color", "con_dato", "indicadores"),
        source,
        unidad=pl.col("elemento"),
        filas=pl.format("avance_elementos: elemento={}, anio={}", "elemento", "anio"),
        anio=year,
        variante=policy,
    )
    own: dict[str, Any] = {
        "unidad": pl.col("indicador"),
        "filas": pl.format("avance_indicadores: indicador={}, anio={}", "indicador", "anio"),
        "anio": year,
    }
    yield tell(indicators.filter(used), (Measure("meta"), Measure("obtenido", motivo="nd_motivo")), source, **own)
    advance = (Measure("tipo1_ratio", motivo="tipo1_motivo"), Measure("tipo2_ratio", motivo="tipo2_motivo"), "color")
    yield tell(indicators.filter(used), advance, source, **own, variante=pl.col("perfil"))
    yield tell(
        index.filter(used),
        ("indice_ratio",),
        source,
        unidad=pl.lit(PLAN),
        filas=pl.format("indice: anio={}", "anio"),
        anio=year,
        variante=policy,
    )
    yield tell(
        counts.filter(used),
        (*COLOURS, "total"),
        source,
        unidad=pl.col("nivel"),
        filas=pl.format("conteo_colores: nivel={}, anio={}", "nivel", "anio"),
        anio=year,
        variante=policy,
    )


def ranking_source(spec: AnalisisSpec, origin: Origin) -> Source:
    """Where what crosses money and results comes from: its scope and its day are those of the money."""
    return Source(f"{origin.id}+resultados", f"{origin.cita}; {spec.fuente}", origin.ambito, origin.al)


def crossed_facts(spec: AnalisisSpec, matrix: Matrix, diagnosis: pl.DataFrame, origin: Origin) -> Iterator[pl.DataFrame]:
    """The cells of a matrix, the diagnosis of each action and what the actions of each diagnosis have together."""
    source, years = ranking_source(spec, origin), f"{matrix.anio_ejecucion}_{matrix.anio_resultado}"
    when: dict[str, Any] = {"anio": matrix.anio_ejecucion, "variante": beside(matrix.anio_resultado)}
    yield tell(
        matrix.celdas,
        (Measure("acciones"), Measure("transversales"), *(Measure(name, regla=_SUM) for name in ("pim_soles", "devengado_soles"))),
        source,
        unidad=pl.format("{} × {}", "banda_ejecucion", "banda_resultado"),
        filas=pl.format(f"matriz_{years}: banda_ejecucion={{}}, banda_resultado={{}}", "banda_ejecucion", "banda_resultado"),
        **when,
    )
    yield tell(
        diagnosis,
        (
            Measure("diagnostico", regla="celda de la matriz y dudas de la auditoría"),
            "razon",
            "avance_sin_dudas_ratio",
            "indicadores_en_duda",
        ),
        source,
        unidad=pl.col("accion"),
        filas=pl.format(f"diagnostico_{years}: accion={{}}", "accion"),
        **when,
    )
    yield tell(
        _together(diagnosis, "diagnostico", DIAGNOSES),
        ("acciones", Measure("pim_soles", regla=_SUM)),
        source,
        unidad=pl.col("diagnostico"),
        filas=pl.format(f"diagnostico_{years}: diagnostico={{}}", "diagnostico"),
        **when,
    )


def ranking_facts(spec: AnalisisSpec, ranking: pl.DataFrame, origin: Origin) -> Iterator[pl.DataFrame]:
    """Group, place and score of each action with its components, and what the actions of each group have together."""
    source, weight = ranking_source(spec, origin), ranking.filter(pl.col("vinculo") == DIRECT)["pim_soles"].sum()
    when: dict[str, Any] = {"anio": spec.ranking.anio_ejecucion, "variante": beside(spec.ranking.anio_resultado)}
    parts = (name for one in COMPONENTS for name in (one, f"aporte_{one}"))
    yield tell(
        ranking,
        ("grupo", "puesto", "puntaje_ratio", *parts, "peso_con_dato_ratio"),
        source,
        unidad=pl.col("accion"),
        filas=pl.format("ranking: accion={}", "accion"),
        **when,
    )
    groups = _together(ranking, "grupo", ranking["grupo"].unique(maintain_order=True).to_list())
    share = pl.col("pim_soles").cast(pl.Float64) / (float(weight) or None)
    yield tell(
        groups.with_columns(parte_ratio=share),
        (
            "acciones",
            Measure("pim_soles", regla=_SUM),
            Measure("parte_ratio", regla="su PIM ÷ el de todas las acciones con vínculo directo"),
        ),
        source,
        unidad=pl.col("grupo"),
        filas=pl.format("ranking: grupo={}", "grupo"),
        **when,
    )


def _together(rows: pl.DataFrame, by: str, groups: tuple[str, ...] | list[str]) -> pl.DataFrame:
    """How many actions each group has, and the PIM of those that may be added up."""
    direct = pl.col("pim_soles").filter(pl.col("vinculo") == DIRECT).sum()
    found = rows.group_by(by).agg(pl.len().cast(pl.Int64).alias("acciones"), direct)
    every = pl.DataFrame({by: groups}).join(found, on=by, how="left", maintain_order="left")
    return every.with_columns(pl.col("acciones").fill_null(0), pl.col("pim_soles").fill_null(pl.lit(0, MONEY)))
