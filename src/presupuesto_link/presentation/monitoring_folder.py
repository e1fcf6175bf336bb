"""The light and the projection as folders: tables, figures and what they are made of; all of it or nothing (see `folder`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from presupuesto_link.following import Followed
from presupuesto_link.monitoring import Monitoring
from presupuesto_link.presentation.results import Results, write_results
from presupuesto_link.projecting import Projection

if TYPE_CHECKING:
    from presupuesto_link.presentation.plots import Figure

_LIBRARIES = ("matplotlib", "numpy", "plotnine", "polars", "scipy", "statsmodels")


def monitoring_tables(result: Monitoring) -> dict[str, pl.DataFrame]:
    """Every table of the light, by file name."""
    plan = result.analysis.inputs.plan
    names = unit_names(result.followed, plan.acciones, plan.objetivos)
    tables = {
        "semaforo": _named(result.light, names),
        "alertas": _named(result.alerts, names),
        "cambios": _named(result.changes, names),
        "alineamiento": result.actions,
        "alineamiento_celdas": result.cells,
        "meses_fuera_de_ritmo": _named(result.off, names),
        "composicion": result.composition,
        "composicion_por_unidad": result.heads,
        "ritmo_del_anio": result.rhythm,
        "curvas": result.curves.partes.join(result.curves.curvas, on=["curva", "etapa"], how="left", validate="m:1"),
    }
    if result.modifications is not None and result.modified is not None:
        tables |= {"modificaciones": result.modifications, "lineas_modificadas": result.modified}
    return tables


def projection_tables(result: Projection) -> dict[str, pl.DataFrame]:
    """Every table of the projection, by file name."""
    names = unit_names(result.followed, result.followed.linkage.coverage.acciones, result.objetivos)
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


def write_monitoring(result: Monitoring, folder: Path) -> list[str]:
    """Write the tables of the light as CSV and its figures as PNG and SVG.

    Raises:
        OutputError: the folder holds somebody else's files, or cannot be written.
    """
    from presupuesto_link.presentation.plots.seguimiento import draw_alignment, draw_quarters

    extra = {"corte_anterior": result.previous_told, "anio_resultado": result.result_year}
    return _write(
        "semaforo", folder, result.followed, monitoring_tables(result), lambda: (draw_quarters(result), draw_alignment(result)), extra
    )


def write_projection(result: Projection, folder: Path) -> list[str]:
    """Write the tables of the projection as CSV and its figures as PNG and SVG.

    Raises:
        OutputError: the folder holds somebody else's files, or cannot be written.
    """
    from presupuesto_link.presentation.plots.proyeccion import draw_calibration, draw_fan

    closing = result.acciones
    extra = {"metodo": closing.metodo, "motivo": closing.motivo, "anios": list(closing.anios), "confianza": closing.confianza}
    return _write(
        "proyectar", folder, result.followed, projection_tables(result), lambda: (draw_fan(result), draw_calibration(result)), extra
    )


def _named(table: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """The table with the name of each unit beside its code."""
    joined = table.join(names, on=["nivel", "unidad"], how="left", validate="m:1", maintain_order="left")
    return joined.select("nivel", "unidad", "nombre", pl.exclude("nivel", "unidad", "nombre"))


def unit_names(followed: Followed, actions: pl.DataFrame, objectives: pl.DataFrame) -> pl.DataFrame:
    """Key `nivel, unidad`: the name that the plan or the source gives it.

    Args:
        followed: where the names of units, sources and programmes are.
        actions: columns `accion`, `nombre`.
        objectives: columns `objetivo`, `nombre`.
    """
    given = followed.linkage.names
    parts = [
        actions.select(nivel=pl.lit("AER"), unidad="accion", nombre="nombre").unique(maintain_order=True),
        objectives.select(nivel=pl.lit("OER"), unidad="objetivo", nombre="nombre"),
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


def _write(
    command: str,
    folder: Path,
    followed: Followed,
    tables: Mapping[str, pl.DataFrame],
    draw: Callable[[], tuple[Figure | None, ...]],
    extra: dict[str, Any],
) -> list[str]:
    about = about_followed(followed) | extra
    return write_results(Results(command, about, _LIBRARIES, tables, draw, synthetic=followed.synthetic), folder)


def about_followed(followed: Followed) -> dict[str, Any]:
    """What went in. No dates but the cut-off, no machine paths."""
    linkage = followed.linkage
    return {
        "instantanea": {"id": linkage.snapshot.id, "fecha_corte": linkage.snapshot.cut_off, "fuente": linkage.snapshot.manifest["fuente"]},
        "sintetico": followed.synthetic,
        "ambito": linkage.scope,
        "anio": followed.year,
        "mes": followed.month,
        "historia": {str(year): origin for year, origin in followed.history.items()},
        "reglas": {"archivo": linkage.rules.source, "sha256": linkage.rules.digest, "cuenta_sugeridas": linkage.with_suggested},
    }
