"""Every table of a quarter, by file name, with the name of each unit beside its code."""

from __future__ import annotations

import polars as pl

from presupuesto_link.money.follow import Followed
from presupuesto_link.quarter.light import Monitoring
from presupuesto_link.quarter.projection import Projection
from presupuesto_link.tables.levels import Levels


def monitoring_tables(result: Monitoring) -> dict[str, pl.DataFrame]:
    """Every table of the light, by file name."""
    plan = result.analysis.inputs.plan
    names = unit_names(result.followed, result.levels, plan.acciones, plan.objetivos)
    return {name: _named(table, names) if {"nivel", "unidad"} <= set(table.columns) else table for name, table in result.tables.items()}


def projection_tables(result: Projection) -> dict[str, pl.DataFrame]:
    """Every table of the projection, by file name."""
    names = unit_names(result.followed, result.levels, result.followed.linkage.coverage.acciones, result.objetivos)
    tables: dict[str, pl.DataFrame] = {}
    for title, closing in (("", result.acciones), ("_ejecutora_y_generica", result.ejecutoras)):
        if closing is not None:
            tables |= {
                f"cierre{title}": _named(closing.unidades, names),
                f"senda{title}": closing.senda,
                f"errores_de_metodos{title}": closing.prueba.errors,
                f"calibracion{title}": closing.calibracion,
            }
    return tables


def _named(table: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """The table with the name of each unit beside its code."""
    joined = table.join(names, on=["nivel", "unidad"], how="left", validate="m:1", maintain_order="left")
    return joined.select("nivel", "unidad", "nombre", pl.exclude("nivel", "unidad", "nombre"))


def unit_names(followed: Followed, levels: Levels, actions: pl.DataFrame, objectives: pl.DataFrame) -> pl.DataFrame:
    """Key `nivel, unidad`: the name that the plan or the source gives it.

    Args:
        followed: where the names of units, sources and programmes are.
        levels: the plan's.
        actions: columns `accion`, `nombre`.
        objectives: columns `objetivo`, `nombre`.
    """
    given = followed.linkage.names
    parts = [
        actions.select(nivel=pl.lit(levels.accion), unidad="accion", nombre="nombre").unique(maintain_order=True),
        objectives.select(nivel=pl.lit(levels.objetivo), unidad="objetivo", nombre="nombre"),
    ]
    for level, name, column in (
        ("ejecutora", "ejecutora", "sec_ejec"),
        ("fuente", "fuente", "fuente"),
        ("programa", "programa", "programa"),
    ):
        if name in given:
            table = given[name]
            recent = table.sort("anio") if "anio" in table.columns else table
            parts.append(
                recent.select(nivel=pl.lit(level), unidad=pl.col(column), nombre=pl.col("nombre")).unique(
                    ["nivel", "unidad"], keep="last", maintain_order=True
                )
            )
    units = [part for part in parts if part["nivel"].first() == "ejecutora"]
    return pl.concat([*parts, *(_by_generic(unit, given["generica"]) for unit in units if "generica" in given)])


def _by_generic(units: pl.DataFrame, generics: pl.DataFrame) -> pl.DataFrame:
    """The names of each unit's generics, as a budget office writes them."""
    pairs = units.join(generics.select("generica", titulo="nombre").unique("generica"), how="cross")
    return pairs.select(
        nivel=pl.lit("ejecutora y genérica"),
        unidad=pl.format("{} · {}", "unidad", "generica"),
        nombre=pl.format("2.{} {}, {}", "generica", "titulo", "nombre"),
    )
