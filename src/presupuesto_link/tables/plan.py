"""The plan's tables, typed and keyed: objectives, actions, indicators, values and published figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from presupuesto_link.errors import Problem
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.specs.analysis import NivelesSpec
from presupuesto_link.tables.contract import Contract, check_contract, check_references, not_years, raise_problems
from presupuesto_link.tables.corrections import apply_corrections, check_known_tables, corrections_table
from presupuesto_link.tables.levels import Levels, levels_of
from presupuesto_link.tables.numbers import NumberStyle, decimals, detect_style, not_numbers, number
from presupuesto_link.tables.recommendations import check_recommendations

SENSES = ("ascendente", "descendente", "máximo permisible", "mínimo permisible")
CONCEPTS = ("linea_base", "meta", "obtenido", "avance_declarado")
MEASURES = (
    *CONCEPTS,
    "conteo_rojo",
    "conteo_amarillo",
    "conteo_verde",
    "conteo_nd",
    "conteo_total",
    "indice_gestion",
    "banda_amarilla",
    "avance_global",
)
ND_MARKS = ("ND", "")

CONTRACTS = {
    "objetivos": Contract(("objetivo", "nombre", "seccion"), ("objetivo",)),
    "acciones": Contract(("accion", "objetivo", "nombre", "seccion"), ("accion",)),
    "indicadores": Contract(
        ("indicador", "elemento", "nombre", "unidad", "sentido", "sentido_sustento", "serie_contraria", "relevancia", "seccion", "cuadro"),
        ("indicador",),
        (("sentido", SENSES),),
    ),
    "valores": Contract(
        ("indicador", "concepto", "anio", "impreso", "nd_causa", "nd_motivo"), ("indicador", "concepto", "anio"), (("concepto", CONCEPTS),)
    ),
    "cifras_publicadas": Contract(
        ("fuente", "elemento", "medida", "anio", "impreso", "leido", "lugar"),
        ("fuente", "elemento", "medida", "anio", "lugar"),
        (("medida", MEASURES),),
    ),
}


@dataclass(frozen=True)
class Plan:
    """The plan, checked.

    Attributes:
        niveles: how the plan calls its objectives and its actions.
        objetivos: key `objetivo`; `nombre`, `seccion`, `correccion`.
        acciones: key `accion`; `objetivo`, `nombre`, `seccion`.
        indicadores: key `indicador`; `elemento` (an objective or action), `nivel`, `objetivo`, `nombre`, `unidad`,
            `sentido`, `sentido_sustento`, `serie_contraria`, `relevancia` (Int8, null = not stated),
            `seccion`, `cuadro`.
        valores: key `indicador, concepto, anio`; `impreso` text, `valor_impreso` and `valor` (corrected)
            Float64 in the indicator's unit, null = ND; `decimales`, `con_porcentaje`, `nd_causa`,
            `nd_motivo`, `correccion`.
        cifras: figures published elsewhere in the report; `valor` Float64, null when not a number.
        correcciones: key `correccion`; what was found, what is used, why, on what evidence.
        recomendaciones: `check_recommendations`; empty when the plan has none.
    """

    niveles: Levels
    objetivos: pl.DataFrame
    acciones: pl.DataFrame
    indicadores: pl.DataFrame
    valores: pl.DataFrame
    cifras: pl.DataFrame
    correcciones: pl.DataFrame
    recomendaciones: pl.DataFrame


def check_plan(raw: dict[str, RawTable], corrections: tuple[dict[str, Any], ...], niveles: NivelesSpec | None = None) -> Plan:
    """Type, key and correct the plan's raw tables.

    Raises:
        InputDataError: a table breaks its contract, a code refers to nothing, a value is not a number,
            codes do not name their level, or a correction went stale. Problems of a table are reported together.
    """
    for name, contract in CONTRACTS.items():
        check_contract(raw[name], contract)
    check_known_tables(corrections, tuple(CONTRACTS))
    _check_contents(raw)
    frames = {name: apply_corrections(raw[name], name, corrections) for name in CONTRACTS}
    _check_links(raw)
    levels = levels_of(raw["objetivos"], raw["acciones"], niveles or NivelesSpec())
    return Plan(
        niveles=levels,
        objetivos=frames["objetivos"].select("objetivo", "nombre", "seccion", "correccion").sort("objetivo"),
        acciones=frames["acciones"].select("accion", "objetivo", "nombre", "seccion").sort("accion"),
        indicadores=_indicators(raw["indicadores"], frames, levels),
        valores=_values(raw["valores"], frames["valores"]),
        cifras=_published(frames["cifras_publicadas"]),
        correcciones=corrections_table(corrections),
        recomendaciones=check_recommendations(
            raw.get("recomendaciones"), {*frames["objetivos"]["objetivo"], *frames["acciones"]["accion"]}
        ),
    )


def _check_contents(raw: dict[str, RawTable]) -> None:
    """Names that are not blank, years that can be, relevance from 1, and a target for every value."""
    problems = [
        Problem(f"{raw[name].path}, fila {row['fila']}, columna nombre", "una celda vacía", "un nombre", "complete el nombre")
        for name in ("objetivos", "acciones", "indicadores")
        for row in raw[name].frame.filter(pl.col("nombre") == "").iter_rows(named=True)
    ]
    problems += not_years(raw["valores"], "anio") + not_years(raw["cifras_publicadas"], "anio")
    low = raw["indicadores"].frame.filter(~pl.col("relevancia").str.contains(r"^[1-9]?$"))
    problems += [
        Problem(
            f"{raw['indicadores'].path}, fila {row['fila']}, columna relevancia",
            f"«{row['relevancia']}»",
            "vacío o un entero de 1 (muy relevante) a 9",
            "corrija la celda",
        )
        for row in low.iter_rows(named=True)
    ]
    raise_problems([*problems, *_without_target(raw["valores"]), *_not_counts(raw["cifras_publicadas"])])


def _without_target(values: RawTable) -> list[Problem]:
    """Obtained values and declared advances of a year for which there is no target row."""
    targets = values.frame.filter(pl.col("concepto") == "meta").select("indicador", "anio")
    later = values.frame.filter(pl.col("concepto").is_in(["obtenido", "avance_declarado"]))
    return [
        Problem(
            f"{values.path}, fila {row['fila']}, columna anio",
            f"{row['concepto']} de {row['indicador']} en {row['anio']}",
            "un año en que el indicador tenga meta",
            "corrija el año o agregue la fila de la meta",
        )
        for row in later.join(targets, on=["indicador", "anio"], how="anti").iter_rows(named=True)
    ]


def _not_counts(published: RawTable) -> list[Problem]:
    """Counts written with words need their number in `leido`."""
    counts = published.frame.filter(pl.col("medida").str.starts_with("conteo_"))
    read = pl.when(pl.col("leido") == "").then(pl.col("impreso")).otherwise(pl.col("leido"))
    return [
        Problem(
            f"{published.path}, fila {row['fila']}, columna leido",
            f"«{row['impreso']}» sin su número",
            "un número entero",
            "escriba en leido el número que dicen las letras",
        )
        for row in counts.filter(~read.str.contains(r"^[0-9]+$")).iter_rows(named=True)
    ]


def _check_links(raw: dict[str, RawTable]) -> None:
    objectives, actions = raw["objetivos"].frame["objetivo"], raw["acciones"].frame["accion"]
    elements = [*objectives, *actions]
    raise_problems(
        check_references(raw["acciones"], "objetivo", objectives, "objetivos.csv")
        + check_references(raw["indicadores"], "elemento", elements, "objetivos.csv o acciones.csv")
        + check_references(raw["valores"], "indicador", raw["indicadores"].frame["indicador"], "indicadores.csv")
    )


def _indicators(table: RawTable, frames: dict[str, pl.DataFrame], levels: Levels) -> pl.DataFrame:
    style = NumberStyle(".")
    raise_problems(not_numbers(table, "relevancia", style))
    owner = pl.concat(
        [
            frames["objetivos"].select(elemento="objetivo", objetivo="objetivo", nivel=pl.lit(levels.objetivo)),
            frames["acciones"].select(elemento="accion", objetivo="objetivo", nivel=pl.lit(levels.accion)),
        ]
    )
    return (
        frames["indicadores"]
        .join(owner, on="elemento", how="left", validate="m:1")
        .select(
            "indicador",
            "elemento",
            "nivel",
            "objetivo",
            pl.col("nombre").str.strip_chars_end("."),
            "unidad",
            "sentido",
            "sentido_sustento",
            pl.col("serie_contraria").replace("", None),
            number("relevancia", style).cast(pl.Int8),
            "seccion",
            "cuadro",
        )
        .sort("indicador")
    )


def _values(table: RawTable, corrected: pl.DataFrame) -> pl.DataFrame:
    style, problems = detect_style(table, ("impreso",))
    year = NumberStyle(".")
    raise_problems(problems + not_numbers(table, "impreso", style, ND_MARKS))
    if "impreso_impreso" not in corrected.columns:
        corrected = corrected.with_columns(impreso_impreso="impreso")
    return corrected.select(
        "indicador",
        "concepto",
        number("anio", year).cast(pl.Int32),
        pl.col("impreso_impreso").alias("impreso"),
        number("impreso_impreso", style).alias("valor_impreso"),
        number("impreso", style).alias("valor"),
        decimals("impreso", style).alias("decimales"),
        pl.col("impreso_impreso").str.ends_with("%").alias("con_porcentaje"),
        pl.col("nd_causa").replace("", None),
        pl.col("nd_motivo").replace("", None),
        "correccion",
    ).sort("indicador", "concepto", "anio")


def _published(frame: pl.DataFrame) -> pl.DataFrame:
    style = NumberStyle(".")
    read = pl.when(pl.col("leido") == "").then(pl.col("impreso")).otherwise(pl.col("leido")).alias("leido")
    return frame.with_columns(read).select(
        "fuente",
        "elemento",
        "medida",
        number("anio", style).cast(pl.Int32),
        "impreso",
        number("leido", style).alias("valor"),
        decimals("leido", style).alias("decimales"),
        "lugar",
        "correccion",
    )
