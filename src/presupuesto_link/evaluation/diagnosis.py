"""What the cell of an action suggests doing about it, with its reason in words."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl

from presupuesto_link.evaluation.matrix import PACE, Matrix
from presupuesto_link.specs import MatricesSpec
from presupuesto_link.tables.levels import is_action
from presupuesto_link.vocabulary import AMBER
from presupuesto_link.wording import enumerate_words, percent, soles

SUSTAIN, REDESIGN, UNBLOCK = "sostener", "rediseñar", "destrabar"
REVIEW_TARGET, GET_DATA, NO_BUDGET = "revisar meta", "completar dato", "sin presupuesto vinculado"
DIAGNOSES = (SUSTAIN, REDESIGN, UNBLOCK, REVIEW_TARGET, GET_DATA, NO_BUDGET)


def diagnose(matrix: Matrix, indicators: pl.DataFrame, doubts: pl.DataFrame, limits: MatricesSpec) -> pl.DataFrame:
    """Diagnose every action of a matrix.

    In this order: without linked budget → *sin presupuesto vinculado*; result ND → *completar dato*; achieves
    without executing, or a result that rests on indicators whose target or value is in doubt → *revisar meta*; executes
    and achieves → *sostener*; executes and does not achieve → *rediseñar*; neither → *destrabar*. A result rests on
    doubted indicators when without them no indicator is left, or their mean falls on the other side of the threshold.

    Args:
        matrix: one matrix.
        indicators: output of `measure_advance` for the profile of the matrix.
        doubts: key `indicador, anio`: `duda`, why the audit doubts its target or value of that year.
        limits: from which ratio an action executes and achieves.

    Returns:
        Key `anio_ejecucion, anio_resultado, accion`: the matrix' columns plus `avance_sin_dudas_ratio`
        (null when no undoubted indicator has data), `indicadores_en_duda`, `diagnostico`, `razon`.
    """
    scored = (
        indicators.filter((pl.col("anio") == matrix.anio_resultado) & is_action())
        .join(
            doubts.filter(pl.col("anio") == matrix.anio_resultado).select("indicador", "duda"), on="indicador", how="left", validate="m:1"
        )
        .filter(pl.col("tipo1_ratio").is_not_null())
    )
    doubted = scored.group_by(pl.col("elemento").alias("accion")).agg(
        pl.col("tipo1_ratio").filter(pl.col("duda").is_null()).mean().alias("avance_sin_dudas_ratio"),
        pl.col("indicador").filter(pl.col("duda").is_not_null()).sort().alias("indicadores_en_duda"),
        pl.col("duda").filter(pl.col("duda").is_not_null()).unique().sort().alias("dudas"),
    )
    frame = matrix.acciones.join(doubted, on="accion", how="left", validate="1:1").with_columns(
        _diagnosis(limits).alias("diagnostico"), pl.col("indicadores_en_duda").list.join(", ").fill_null("")
    )
    reasons = [_reason(row, limits, matrix.de_que) for row in frame.iter_rows(named=True)]
    return frame.drop("dudas").with_columns(pl.Series("razon", reasons, pl.String))


def count_diagnoses(diagnosed: pl.DataFrame) -> Counter[str]:
    """How many of some diagnosed actions have each diagnosis."""
    return Counter(diagnosed["diagnostico"])


def _diagnosis(limits: MatricesSpec) -> pl.Expr:
    executes = pl.col("ejecucion_ratio") >= limits.ejecuta_desde_ratio
    achieves = pl.col("avance_ratio") >= limits.logra_desde_ratio
    without = pl.col("avance_sin_dudas_ratio") >= limits.logra_desde_ratio
    shaky = (pl.col("indicadores_en_duda").list.len() > 0) & (without.is_null() | (without != achieves))
    return (
        pl.when(pl.col("ejecucion_ratio").is_null())
        .then(pl.lit(NO_BUDGET))
        .when(pl.col("avance_ratio").is_null())
        .then(pl.lit(GET_DATA))
        .when(shaky | (achieves & ~executes))
        .then(pl.lit(REVIEW_TARGET))
        .when(executes & achieves)
        .then(pl.lit(SUSTAIN))
        .when(executes)
        .then(pl.lit(REDESIGN))
        .otherwise(pl.lit(UNBLOCK))
    )


def _reason(row: dict[str, Any], limits: MatricesSpec, of_what: str) -> str:
    """The reason of one action's diagnosis, in one or two sentences."""
    spent = f"Ejecutó {percent(row['ejecucion_ratio'])} {of_what}{_divided(row)}"
    result = f"su avance {row['anio_resultado']} es {percent(row['avance_ratio'])}"
    words = {
        NO_BUDGET: _without_budget(row),
        GET_DATA: f"{spent}, pero ningún indicador tiene dato que permita medir su resultado de {row['anio_resultado']}.",
        SUSTAIN: f"{spent} y {result}: gasta y logra.",
        REDESIGN: f"{spent}, pero {result}: gasta y no logra; conviene revisar qué se hace con el dinero.",
        UNBLOCK: f"{spent} y {result}: ni gasta ni logra; conviene quitar primero lo que frena el gasto.",
    }
    text = words.get(row["diagnostico"]) or _target(row, limits, spent, result)
    if row["diagnostico"] == SUSTAIN and row["banda_resultado"] == AMBER:
        text += " Está en amarillo: vigilar."
    if row["color_depende_nd"]:
        text += f" El color del resultado depende de cómo se cuente el ND ({row['con_dato']} de {row['indicadores']} indicadores con dato)."
    return text


def _divided(row: dict[str, Any]) -> str:
    """What the execution of a year in course divides: its devengado is not that of the day of the amounts."""
    done, due = (row.get(name) for name in PACE)
    return "" if done is None or due is None else f" ({soles(done)} de {soles(due)})"


def _without_budget(row: dict[str, Any]) -> str:
    result = (
        "y tampoco tiene resultado medible"
        if row["avance_ratio"] is None
        else f"y su avance {row['anio_resultado']} es {percent(row['avance_ratio'])}"
    )
    return f"No tiene presupuesto vinculado en {row['anio_ejecucion']} ({row['ejecucion_motivo']}) {result}."


def _target(row: dict[str, Any], limits: MatricesSpec, spent: str, result: str) -> str:
    achieves = row["avance_ratio"] >= limits.logra_desde_ratio
    if not achieves:
        text = f"{spent} y {result}, pero ese resultado descansa en indicadores observados: confírmelos antes de concluir."
    elif row["ejecucion_ratio"] < limits.ejecuta_desde_ratio:
        text = f"{spent} y aun así {result}: la meta puede ser fácil, ajena al presupuesto o depender de otros."
    else:
        text = f"{spent} y {result}, pero el logro no se sostiene sin los indicadores observados."
    return text + (f" Observaciones: {enumerate_words(row['dudas'])}." if row["dudas"] else "")
