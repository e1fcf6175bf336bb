"""What names the facts of an evaluation, and those that are in none of its tables: what a group has together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl

from presupuesto_link.evaluation.diagnosis import DIAGNOSES
from presupuesto_link.evaluation.matrix import PACE, Matrix
from presupuesto_link.facts import Measure, Source, tell
from presupuesto_link.money.budget import Origin
from presupuesto_link.money.by_action import DIRECT
from presupuesto_link.specs import AnalisisSpec
from presupuesto_link.tables.numbers import MONEY

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


def ranking_source(spec: AnalisisSpec, origin: Origin) -> Source:
    """Where what crosses money and results comes from: its scope and its day are those of the money."""
    return Source(f"{origin.id}+resultados", f"{origin.cita}; {spec.fuente}", origin.ambito, origin.al)


def crossed_facts(spec: AnalisisSpec, matrix: Matrix, diagnosis: pl.DataFrame, origin: Origin) -> Iterator[pl.DataFrame]:
    """What the actions of each diagnosis have together, and what those of each cell had by the day of the pace of a year in course."""
    source, years = ranking_source(spec, origin), f"{matrix.anio_ejecucion}_{matrix.anio_resultado}"
    when: dict[str, Any] = {"anio": matrix.anio_ejecucion, "variante": beside(matrix.anio_resultado)}
    yield tell(
        _together(diagnosis, "diagnostico", DIAGNOSES),
        ("acciones", Measure("pim_soles", regla=_SUM)),
        source,
        unidad=pl.col("diagnostico"),
        filas=pl.format(f"diagnostico_{years}: diagnostico={{}}", "diagnostico"),
        **when,
    )
    late = [name for name in PACE if name in matrix.celdas.columns]
    if late and matrix.ritmo_al:
        yield tell(
            matrix.celdas,
            [Measure(name, regla=_SUM) for name in late],
            replace(source, al=matrix.ritmo_al),
            unidad=pl.format("{} × {}", "banda_ejecucion", "banda_resultado"),
            filas=pl.format(f"matriz_{years}: banda_ejecucion={{}}, banda_resultado={{}}", "banda_ejecucion", "banda_resultado"),
            **when,
        )


def ranking_facts(spec: AnalisisSpec, ranking: pl.DataFrame, origin: Origin) -> Iterator[pl.DataFrame]:
    """What the actions of each group have together."""
    source, weight = ranking_source(spec, origin), ranking.filter(pl.col("vinculo") == DIRECT)["pim_soles"].sum()
    when: dict[str, Any] = {"anio": spec.ranking.anio_ejecucion, "variante": beside(spec.ranking.anio_resultado)}
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
