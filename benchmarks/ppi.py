"""Cajamarca as a case for Policy Priority Inference: normalised indicators, and the PIM by AER before and after a scenario.

PPI (Guerrero and Castañeda; PyPI `policy_priority_inference`) simulates an agent government that spends a budget on programmes and
indicators that rise or fall. Here a programme is an AER and its budget is its PIM. What is simulated from this case is
neither a forecast nor an effect of the money.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from presupuesto_link import pipeline
from presupuesto_link.measures.advance import indicator_values
from presupuesto_link.scenarios.compare import Scenario

ANALYSIS = Path(__file__).resolve().parent.parent / "analyses" / "cajamarca-2024" / "analisis.toml"
LESS_IS_BETTER = ("descendente", "máximo permisible")
UNITS = {"soles": 1.0, "millones": 1e6}


@dataclass(frozen=True)
class Case:
    """Cajamarca as PPI reads it.

    Attributes:
        indicadores: key `indicador`: `accion`, `programa` (row of the budget), and in 0-1, more is better: `inicial`, `final`,
            `meta`; `exito_ratio` = rises / changes seen.
        acciones: key `accion`, in row order: `pim_antes_soles`, `pim_despues_soles` (Decimal).
        excluidos: key `indicador`: `motivo`.
        fuera: AER with directly linked budget and no usable indicator: the same two amounts.
    """

    indicadores: pl.DataFrame
    acciones: pl.DataFrame
    excluidos: pl.DataFrame
    fuera: pl.DataFrame

    def vector(self, column: str) -> np.ndarray:
        """A fresh copy, because PPI writes on some of what it is given."""
        return self.indicadores[column].to_numpy().copy()

    def budget(self, column: str, periods: int, unit: str) -> np.ndarray:
        """The disbursement schedule: a row per AER, its PIM in equal parts by period."""
        pim = self.acciones[column].cast(pl.Float64).to_numpy() / UNITS[unit]
        return np.repeat(pim[:, None] / periods, periods, axis=1)

    def programmes(self) -> dict[int, list[int]]:
        """Which row of the budget serves each indicator."""
        return {row: [programme] for row, programme in enumerate(self.indicadores["programa"])}


def build_case(analysis: pipeline.Analysis, scenario: Scenario) -> Case:
    """The case from the plan's observed values and the scenario's amounts by AER."""
    ranking = analysis.inputs.spec.ranking
    funded = scenario.acciones.select("accion", "pim_antes_soles", "pim_despues_soles").sort("accion")
    judged = _judged(_observed(analysis, ranking.anio_resultado_previo, ranking.anio_resultado), funded["accion"])
    used = judged.filter(pl.col("motivo").is_null())
    actions = funded.join(used, on="accion", how="semi")
    programme = actions.select("accion", programa=pl.int_range(pl.len()))
    indicators = _normalised(used).join(programme, on="accion", how="left", validate="m:1").sort("indicador")
    return Case(
        indicators,
        actions,
        judged.filter(pl.col("motivo").is_not_null()).select("indicador", "motivo"),
        funded.join(used, on="accion", how="anti"),
    )


def _observed(analysis: pipeline.Analysis, first: int, last: int) -> pl.DataFrame:
    """AER indicators with baseline, both years' values and the last target, in their own units."""
    values = indicator_values(analysis.inputs.plan, "corregidos").filter(pl.col("nivel") == "AER")
    before = values.filter(pl.col("anio") == first).select("indicador", v0="obtenido")
    return (
        values.filter(pl.col("anio") == last)
        .join(before, on="indicador", how="left", validate="1:1")
        .select("indicador", "sentido", "v0", accion="elemento", base="linea_base", v1="obtenido", goal="meta")
    )


def _judged(values: pl.DataFrame, funded: pl.Series) -> pl.DataFrame:
    """Why an indicator cannot enter, null when it can."""
    unknown = pl.any_horizontal(pl.col("base", "v0", "v1", "goal").is_null())
    reason = (
        pl.when(~pl.col("accion").is_in(funded.implode()))
        .then(pl.lit("su AER no tiene presupuesto vinculado que se pueda sumar"))
        .when(unknown)
        .then(pl.lit("ND en la línea base, la meta o alguno de los dos años"))
        .when(pl.col("v0") == pl.col("v1"))
        .then(pl.lit("sin cambio entre los dos años: PPI no lo puede calibrar"))
    )
    return values.with_columns(motivo=reason)


def _normalised(values: pl.DataFrame) -> pl.DataFrame:
    """To 0-1 between the least and the most of what is known of each indicator, turned so that more is better."""
    low, high = pl.min_horizontal("base", "v0", "v1", "goal"), pl.max_horizontal("base", "v0", "v1", "goal")

    def scaled(column: str) -> pl.Expr:
        share = (pl.col(column) - low) / (high - low)
        return pl.when(pl.col("sentido").is_in(LESS_IS_BETTER)).then(1 - share).otherwise(share)

    steps = values.select(
        "indicador", "accion", base=scaled("base"), inicial=scaled("v0"), final=scaled("v1"), meta=scaled("goal")
    )
    changes = [pl.col("inicial") - pl.col("base"), pl.col("final") - pl.col("inicial")]
    rises = pl.sum_horizontal(change > 0 for change in changes)
    seen = pl.sum_horizontal(change != 0 for change in changes)
    return steps.with_columns(exito_ratio=rises / seen).drop("base")


def load_ppi() -> Any:
    """The package; importing it silences every warning of the process, so that is undone."""
    with warnings.catch_warnings():
        import policy_priority_inference

    return policy_priority_inference
