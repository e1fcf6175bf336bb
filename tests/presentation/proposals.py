"""A small proposal with every code of a budget line, made up for the tests: two sources, two units, one investment."""

import datetime as dt
from dataclasses import replace

import polars as pl

from presupuesto_link.normas.rulebook import in_force
from presupuesto_link.scenarios.baseline import baseline_of_actions
from presupuesto_link.scenarios.compare import Scenario, run_scenario
from presupuesto_link.specs import EscenarioSpec, PesosSpec
from presupuesto_link.specs.norms import read_norms
from presupuesto_link.tables.levels import Levels
from presupuesto_link.tables.numbers import MONEY
from tests.conftest import ROOT

DATE = dt.date(2025, 6, 30)
_CODES = (
    "accion",
    "sec_ejec",
    "sec_func",
    "programa",
    "producto",
    "fuente",
    "rubro",
    "categoria_gasto",
    "generica",
    "clasificador",
    "inversion",
)
_LINES = [
    (("AER.01.01", "775", "0001", "9002", "3999999", "1", "00", "5", "3", "2.3.2.7", "no"), 1_000_000, 600_000),
    (("AER.01.01", "776", "0002", "9002", "2001621", "5", "18", "6", "6", "2.6.2.2", "si"), 1_000_000, 200_000),
    (("AER.02.01", "775", "0003", "9002", "3999999", "1", "00", "5", "3", "2.3.1.5", "no"), 300_000, 250_000),
    (("AER.02.01", "776", "0004", "9002", "2003333", "5", "18", "6", "6", "2.6.2.3", "si"), 500_000, 400_000),
    (("AER.02.02", "776", "0005", "9002", "3999999", "1", "00", "5", "3", "2.3.1.5", "no"), 400_000, 350_000),
]
_SPEC = {
    "id": "prueba",
    "titulo": "Prueba con líneas",
    "autor": "una persona",
    "pregunta": "¿Quién cede?",
    "no_modela": ("el efecto del dinero",),
    "donantes": {"fraccion_saldo_ratio": 0.5},
    "receptores": {"tope_pim_ratio": 0.5, "absorcion": {"modo": "sin descuento"}},
    "legal": {
        "admite": ("PERMITIDO", "REQUIERE", "FALTA DATO"),
        "evidencias": ({"dato": "expediente_tecnico_aprobado", "donde": {"inversion": ("si",)}, "valor": "si", "sustento": "RD 12-2025"},),
    },
}


def detailed(**more: object) -> Scenario:
    """AER.01.01 may give 200 000 of source 1 and 400 000 of source 5."""
    lines = pl.DataFrame(
        [(*codes, pim, held) for codes, pim, held in _LINES], schema=[*_CODES, "pim_soles", "certificado_soles"], orient="row"
    )
    full = lines.with_columns(
        vinculo=pl.lit("directo"),
        pliego=pl.lit("445"),
        funcion=pl.lit("10"),
        actividad=pl.lit("5000001"),
        finalidad=pl.lit("0000001"),
        tipo_recurso=pl.lit("0"),
        finalidad_nombre=pl.lit("=riego"),
        devengado_soles=pl.col("certificado_soles"),
    )
    book = in_force(read_norms(ROOT / "data" / "normas"), DATE)
    base = baseline_of_actions(_actions(full), _ranking(), PesosSpec(), DATE, DATE.year, "líneas de prueba", full)
    return run_scenario(replace(base, niveles=Levels("OER", "AER")), EscenarioSpec.model_validate(_SPEC | more), book)


def _actions(lines: pl.DataFrame) -> pl.DataFrame:
    gives = pl.col("accion") == "AER.01.01"
    return (
        lines.group_by("accion", "vinculo")
        .agg(pl.col("pim_soles").sum().cast(MONEY), pl.col("devengado_soles").sum().cast(MONEY))
        .sort("accion")
        .with_columns(
            objetivo=pl.col("accion").str.replace("AER", "OER").str.head(6),
            nombre=pl.format("Acción {}", "accion"),
            saldo_soles=(pl.col("pim_soles") - pl.col("devengado_soles")).cast(MONEY),
            ejecucion_ratio=pl.col("devengado_soles").cast(pl.Float64) / pl.col("pim_soles").cast(pl.Float64),
            avance_ratio=pl.when(gives).then(1.0).otherwise(0.4),
            banda_resultado=pl.when(gives).then(pl.lit("verde")).otherwise(pl.lit("rojo")),
            diagnostico=pl.when(gives).then(pl.lit("sostener")).otherwise(pl.lit("rediseñar")),
        )
    )


def _ranking() -> pl.DataFrame:
    rows = [("AER.02.01", "OER.02", "rezagada", 1, 0.9), ("AER.02.02", "OER.02", "rezagada", 2, 0.6)]
    return pl.DataFrame(rows, schema=["accion", "objetivo", "grupo", "puesto", "puntaje_ratio"], orient="row")
