"""Data quality of the indicators: sense, unit, copied or zero targets, figures that contradict each other."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import polars as pl

from presupuesto_link.evaluation.advance import indicator_values
from presupuesto_link.findings import Finding
from presupuesto_link.tables.plan import Plan
from presupuesto_link.wording import enumerate_words, percent, plain_number

_FAR = 5.0
_COUNT_UNITS = ("número",)
_CONCEPTS = {"linea_base": "línea base", "meta": "meta", "obtenido": "valor obtenido", "avance_declarado": "avance"}


def audit_indicators(plan: Plan, indicators: pl.DataFrame) -> list[Finding]:
    """Findings I01 to I09 and C01, from the plan's tables and their advance under the profile in use."""
    values = indicator_values(plan, "impresos")
    return [
        *_sense(plan),
        *_units(values, plan),
        *_copies(values),
        *_zero_targets(values),
        *_contradictions(plan, "I05", "Texto"),
        *_contradictions(plan, "I06", "Cuadro 2"),
        *_corrections(plan),
        *_far(values),
        *_no_progress(indicators),
    ]


def doubts(plan: Plan) -> pl.DataFrame:
    """Indicators whose target or value of a year the audit doubts, so that their advance proves little.

    Returns:
        Key `indicador, anio`: `duda` (Spanish words, several joined by `; `).
    """
    used = indicator_values(plan, "corregidos")
    key = ["indicador", "anio"]
    everything = {
        "el valor es igual a la meta en todos los años": _copied(used).filter(~pl.col("unidad").is_in(_COUNT_UNITS)),
        "la meta y el valor no parecen estar en la misma unidad o definición": _clashing(used),
        "la serie de metas no concuerda con el sentido": _against_sense(plan),
    }
    parts = [used.join(rows, on="indicador", how="semi").select(*key, duda=pl.lit(words)) for words, rows in everything.items()]
    zero = used.filter((pl.col("meta") == 0) & (pl.col("sentido") == "ascendente")).select(*key, duda=pl.lit("la meta es cero"))
    return pl.concat([*parts, zero]).unique().group_by(key).agg(pl.col("duda").sort().str.join("; ")).sort(key)


def _against_sense(plan: Plan) -> pl.DataFrame:
    """Indicators with a target that moves against their sense, or a sense that is neither up nor down."""
    series = (
        indicator_values(plan, "impresos")
        .sort("indicador", "anio")
        .group_by("indicador", maintain_order=True)
        .agg(pl.col("linea_base").first(), pl.col("meta"), pl.col("sentido").first())
    )
    codes = [
        row["indicador"]
        for row in series.iter_rows(named=True)
        if row["sentido"].endswith("permisible") or _contrary(row["sentido"], [row["linea_base"], *row["meta"]])
    ]
    return pl.DataFrame({"indicador": codes}, schema={"indicador": pl.String})


def _no_progress(indicators: pl.DataFrame, amber: float = 0.75) -> list[Finding]:
    """I09: a high Tipo I whose Tipo II says that nothing was gained since the baseline."""
    rows = indicators.filter((pl.col("tipo1_ratio") >= amber) & (pl.col("tipo2_bruto_ratio") <= 0))
    return [
        Finding(
            "I09",
            f"{row['indicador']}, {row['anio']}",
            f"Tipo I {percent(row['tipo1_ratio'])}, Tipo II {percent(row['tipo2_bruto_ratio'])}",
            "avance respecto de la línea base",
            f"{row['nombre']}: línea base {plain_number(row['linea_base'])}, meta {plain_number(row['meta'])}, "
            f"obtenido {plain_number(row['obtenido'])}.",
        )
        for row in rows.iter_rows(named=True)
    ]


def _sense(plan: Plan) -> list[Finding]:
    values = indicator_values(plan, "impresos").sort("indicador", "anio")
    series = values.group_by("indicador", maintain_order=True).agg(
        pl.col("linea_base").first(),
        pl.col("meta"),
        pl.col("nombre").first(),
        pl.col("sentido").first(),
        pl.col("serie_contraria").first(),
        pl.col("sentido_sustento").first(),
    )
    findings = []
    for row in series.iter_rows(named=True):
        steps = [row["linea_base"], *row["meta"]]
        if not (row["serie_contraria"] or _contrary(row["sentido"], steps)):
            continue
        reason = row["serie_contraria"] or "El archivo de indicadores no da la razón del desacuerdo"
        findings.append(
            Finding(
                "I01",
                row["indicador"],
                f"sentido {row['sentido']}",
                "metas " + ", ".join(plain_number(step) for step in steps) + " (línea base y metas)",
                f"{row['nombre']}. {reason}. Sustento del sentido: {row['sentido_sustento']}.",
            )
        )
    return findings


def _contrary(sense: str, steps: list[float | None]) -> bool:
    """Does any step of baseline and targets go against an ascending or descending sense?"""
    known = [step for step in steps if step is not None]
    moves = [b - a for a, b in pairwise(known)]
    return (sense == "ascendente" and any(m < 0 for m in moves)) or (sense == "descendente" and any(m > 0 for m in moves))


def _clashing(values: pl.DataFrame) -> pl.DataFrame:
    """Indicators printed in another unit than their target, or five times away from it in every year."""
    both = values.filter((pl.col("obtenido") > 0) & (pl.col("meta") > 0)).with_columns(veces=pl.col("obtenido") / pl.col("meta"))
    far = (pl.col("veces") > _FAR) | (pl.col("veces") < 1 / _FAR)
    foreign = pl.col("obtenido_con_porcentaje") & ~pl.col("unidad").str.contains("porcentaje|%")
    return (
        both.group_by("indicador")
        .agg(
            far.all().alias("lejos"),
            foreign.any().alias("otra_unidad"),
            pl.len().alias("anios"),
            pl.col("nombre", "unidad").first(),
            pl.col("correccion").drop_nulls().sort().str.join(" y "),
            pl.col("meta", "obtenido", "anio").sort_by("anio"),
        )
        .filter(pl.col("otra_unidad") | (pl.col("lejos") & (pl.col("anios") > 1)))
        .sort("indicador")
    )


def _units(values: pl.DataFrame, plan: Plan) -> list[Finding]:
    findings = []
    for row in _clashing(values).iter_rows(named=True):
        what = (
            "el valor se imprimió con % y la unidad no es porcentual"
            if row["otra_unidad"]
            else f"el valor es más de {_FAR:.0f} veces mayor o menor que la meta en todos los años"
        )
        fix = f" Corrección {row['correccion']}." if row["correccion"] else " No se corrige: no consta con qué convertir."
        findings.append(
            Finding(
                "I02",
                row["indicador"],
                "obtenido " + enumerate_words(map(plain_number, row["obtenido"])),
                f"en {row['unidad']}, como las metas {enumerate_words(map(plain_number, row['meta']))}",
                f"{row['nombre']}: {what}.{fix}",
            )
        )
    return findings


def _far(values: pl.DataFrame) -> list[Finding]:
    clash = _clashing(values)["indicador"]
    once = values.filter(
        (pl.col("obtenido") / pl.col("meta")).abs() > _FAR, pl.col("meta") != 0, ~pl.col("indicador").is_in(clash.to_list())
    )
    return [
        Finding(
            "I08",
            f"{row['indicador']}, {row['anio']}",
            f"obtenido {plain_number(row['obtenido'])}",
            f"meta {plain_number(row['meta'])}",
            f"{row['nombre']}: la distancia puede ser real, un error de signo o una definición distinta.",
        )
        for row in once.iter_rows(named=True)
    ]


def _copied(values: pl.DataFrame) -> pl.DataFrame:
    """Indicators whose value equals a non-zero target in every year, with at least two years."""
    known = values.filter(pl.col("obtenido").is_not_null() & pl.col("meta").is_not_null())
    return (
        known.group_by("indicador")
        .agg(
            (pl.col("obtenido") == pl.col("meta")).all().alias("igual"),
            (pl.col("meta") == 0).any().alias("cero"),
            pl.len().alias("anios"),
            pl.col("nombre", "unidad").first(),
            pl.col("meta").sort_by("anio"),
        )
        .filter(pl.col("igual") & ~pl.col("cero") & (pl.col("anios") > 1))
        .sort("indicador")
    )


def _copies(values: pl.DataFrame) -> list[Finding]:
    return [
        Finding(
            "I03",
            row["indicador"],
            "obtenido " + enumerate_words(map(plain_number, row["meta"])),
            "un valor medido, que rara vez es idéntico a la meta",
            f"{row['nombre']}: puede ser copia de la meta."
            + (" En un conteo pequeño la igualdad es más creíble." if row["unidad"] in _COUNT_UNITS else ""),
        )
        for row in _copied(values).iter_rows(named=True)
    ]


def _zero_targets(values: pl.DataFrame) -> list[Finding]:
    zero = values.filter(pl.col("meta") == 0)
    return [
        Finding(
            "I04",
            f"{row['indicador']}, meta {row['anio']}",
            "meta 0",
            "una meta distinta de cero",
            f"{row['nombre']}: obtenido {plain_number(row['obtenido'])}, avance declarado {row['declarado_impreso']}. "
            "Sin denominador no hay razón de avance; no hay acuerdo sobre qué puntaje darle.",
        )
        for row in zero.iter_rows(named=True)
    ]


def _differences(plan: Plan, source: str) -> pl.DataFrame:
    """Figures of `source` that differ from the indicator's own table beyond printed rounding."""
    own = plan.valores.select(
        elemento="indicador", medida="concepto", anio="anio", propio="impreso", propio_valor="valor_impreso", propio_decimales="decimales"
    )
    published = plan.cifras.filter(pl.col("fuente") == source)
    coarse = pl.min_horizontal("decimales", "propio_decimales").fill_null(0)
    slack = 0.5 * 10.0 ** (-coarse.cast(pl.Float64)) + 1e-9
    one_missing = pl.col("valor").is_null() != pl.col("propio_valor").is_null()
    return (
        published.join(own, on=["elemento", "medida", "anio"], how="inner", validate="m:1")
        .filter(one_missing | ((pl.col("valor") - pl.col("propio_valor")).abs() > slack))
        .join(plan.indicadores.select(elemento="indicador", nombre="nombre", cuadro="cuadro"), on="elemento", how="left", validate="m:1")
        .sort("elemento", "medida", "anio")
    )


def _contradictions(plan: Plan, code: str, source: str) -> list[Finding]:
    """I05 and I06: figures of the text, or of the second print, against the indicator's own table."""
    return [
        Finding(
            code,
            f"{row['elemento']}, {_CONCEPTS[row['medida']]} {row['anio']}",
            f"{_place(row)}: {row['impreso'] or 'celda vacía'}",
            f"{row['cuadro']}: {row['propio'] or 'celda vacía'}",
            f"{row['nombre']}.",
        )
        for row in _differences(plan, source).iter_rows(named=True)
    ]


def _place(row: dict[str, Any]) -> str:
    return f"texto de {row['lugar']}" if row["fuente"] == "Texto" else str(row["fuente"])


def _corrections(plan: Plan) -> list[Finding]:
    return [
        Finding(
            "I07" if row["campo"] in ("nombre", "elemento") else "C01",
            f"{row['tabla']}: {row['donde']}",
            row["encontrado"] or "celda vacía",
            row["usado"],
            f"{row['correccion']} ({row['tipo']}): {row['motivo']}. Evidencia: {row['evidencia']}.",
        )
        for row in plan.correcciones.iter_rows(named=True)
    ]
