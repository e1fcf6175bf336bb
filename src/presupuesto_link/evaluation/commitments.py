"""What a government plan promised, beside what the regional plan says and what was obtained.

It compares figures, not governments: the promise was for another year than those evaluated, and definitions seldom match. What was obtained is
never worded as the work of anyone.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from presupuesto_link.tables.commitments import AMOUNT, EXACT, FALLING, NONE, CommitmentTables
from presupuesto_link.tables.plan import Plan

REACHED, NOT_REACHED, NO_DATA, NOT_COMPARABLE = "alcanzado", "no alcanzado", "sin dato", "no comparable"
MORE_THAN = "superar"


@dataclass(frozen=True)
class Commitments:
    """The commitments beside the evaluation.

    Attributes:
        comparacion: key `compromiso, indicador`, every commitment but amounts: `tema`, `texto`, `impreso`, `prometido` in `unidad`, `anio_prometido`, `equivalencia`,
            `motivo`, `nombre`, `linea_base` with its year, `meta` and `obtenido` of the last year evaluated (`anio`) and of the one before (`obtenido_previo`), and
            `lectura`: alcanzado or no alcanzado (the last obtained value against the promise, in its sense), sin dato, or no comparable.
            `con_reserva`: the definitions are only alike.
        montos: key `compromiso, accion`: `prometido_soles` (exact), `equivalencia`, `motivo`, `nombre`, `vinculo`, `pim_soles` of `anio_pim` (null
            without PIM) and `veces_pim_ratio` (promise over the PIM of that single year: a size, not a degree of fulfilment).
    """

    comparacion: pl.DataFrame
    montos: pl.DataFrame

    def promises(self, of: pl.Expr) -> int:
        """How many commitments, amounts aside, have some row of `comparacion` like this."""
        return self.comparacion.filter(of)["compromiso"].n_unique()


def measure_commitments(tables: CommitmentTables, plan: Plan, execution: pl.DataFrame) -> Commitments:
    """Put every commitment beside what there is to compare it with.

    Args:
        tables: checked commitments and equivalences.
        plan: indicators and values.
        execution: `measure_execution`, key `anio, accion`.
    """
    pairs = tables.compromisos.join(tables.equivalencias, on="compromiso", how="left", validate="1:m")
    return Commitments(
        _compared(pairs.filter(pl.col("clase") != AMOUNT), plan), _amounts(pairs.filter(pl.col("clase") == AMOUNT), plan, execution)
    )


def _compared(pairs: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    years = plan.valores.filter(pl.col("concepto") == "obtenido")["anio"].unique().sort().to_list()
    last, before = years[-1], years[-2] if len(years) > 1 else None
    values = plan.valores.select("indicador", "concepto", "anio", "valor")

    def of(concept: str, year: int | None, name: str) -> pl.DataFrame:
        rows = values.filter((pl.col("concepto") == concept) & (pl.col("anio") == year))
        return rows.select("indicador", pl.col("valor").alias(name))

    base = values.filter(pl.col("concepto") == "linea_base").select("indicador", linea_base="valor", linea_base_anio="anio")
    table = pairs.rename({"anio": "anio_prometido"}).join(
        plan.indicadores.select("indicador", "nombre"), on="indicador", how="left", validate="m:1"
    )
    for part in (base, of("meta", last, "meta"), of("obtenido", before, "obtenido_previo"), of("obtenido", last, "obtenido")):
        table = table.join(part, on="indicador", how="left", validate="m:1")
    return (
        table.with_columns(lectura=_reading(), con_reserva=~pl.col("equivalencia").is_in([EXACT, NONE]), anio=pl.lit(last, pl.Int32))
        .select(
            "compromiso",
            "indicador",
            "dimension",
            "tema",
            "texto",
            "impreso",
            pl.col("valor").alias("prometido"),
            "unidad",
            pl.col("sentido"),
            "exigencia",
            "anio_prometido",
            "equivalencia",
            "motivo",
            "con_reserva",
            "nombre",
            "linea_base",
            "linea_base_anio",
            "meta",
            "obtenido_previo",
            "obtenido",
            "anio",
            "lectura",
            "lugar",
        )
        .sort("compromiso", "indicador", nulls_last=True)
    )


def _reading() -> pl.Expr:
    got, promised = pl.col("obtenido"), pl.col("valor")
    met = (
        pl.when(pl.col("sentido") == FALLING)
        .then(got <= promised)
        .when(pl.col("exigencia") == MORE_THAN)
        .then(got > promised)
        .otherwise(got >= promised)
    )
    return (
        pl.when(pl.col("indicador").is_null())
        .then(pl.lit(NOT_COMPARABLE))
        .when(got.is_null())
        .then(pl.lit(NO_DATA))
        .when(met)
        .then(pl.lit(REACHED))
        .otherwise(pl.lit(NOT_REACHED))
    )


def _amounts(pairs: pl.DataFrame, plan: Plan, execution: pl.DataFrame) -> pl.DataFrame:
    money = execution.select("accion", "vinculo", "pim_soles", anio_pim="anio")
    named = plan.acciones.select("accion", "nombre")
    table = pairs.join(named, on="accion", how="left", validate="m:1").join(money, on="accion", how="left", validate="m:1")
    times = pl.when(pl.col("pim_soles") > 0).then(pl.col("monto_soles").cast(pl.Float64) / pl.col("pim_soles").cast(pl.Float64))
    return (
        table.with_columns(veces_pim_ratio=times)
        .select(
            "compromiso",
            "accion",
            "dimension",
            "tema",
            "texto",
            "impreso",
            "exigencia",
            pl.col("monto_soles").alias("prometido_soles"),
            pl.col("anio").alias("anio_prometido"),
            "equivalencia",
            "motivo",
            "nombre",
            "vinculo",
            "pim_soles",
            "anio_pim",
            "veces_pim_ratio",
            "lugar",
        )
        .sort("compromiso", "accion", nulls_last=True)
    )
