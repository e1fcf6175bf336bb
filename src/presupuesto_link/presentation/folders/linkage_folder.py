"""A link as a folder: its tables, its figures and what they are made of; all of it or nothing (see `folder`)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from presupuesto_link.linkage.coverage import BREAKDOWNS, breakdown
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.presentation.folders.results import Results, write_results
from presupuesto_link.tables.plan import Plan

COMMAND = "vincular"
_LIBRARIES = ("matplotlib", "plotnine", "polars")


def write_linkage(linkage: Linkage, plan: Plan, folder: Path) -> list[str]:
    """Write every table of the coverage as CSV and parquet, and the figures as PNG and SVG.

    Args:
        linkage: what to write.
        plan: the plan of its actions.
        folder: target; it may exist if it is empty or holds an earlier link of this program.

    Returns:
        The files written, relative to the folder, in order.

    Raises:
        OutputError: the folder holds somebody else's files, or cannot be written.
    """
    from presupuesto_link.presentation.plots.vinculo import draw_linkage

    results = Results(
        COMMAND, _about(linkage), _LIBRARIES, _tables(linkage, plan), lambda: draw_linkage(linkage, plan.niveles), parquet=True
    )
    return write_results(results, folder)


def _tables(linkage: Linkage, plan: Plan) -> dict[str, pl.DataFrame]:
    cover = linkage.coverage
    tables = {
        "tasas": cover.tasas,
        "resumen": cover.resumen,
        "acciones": cover.acciones,
        "reglas": cover.reglas,
        "sin_vincular": cover.sin_vincular,
    }
    tables |= {f"cobertura_por_{name}": frame for name, frame in cover.dimensiones.items()}
    tables |= {f"aer_por_{name}": breakdown(linkage.cube, plan.acciones, name) for name in BREAKDOWNS}
    if linkage.findings:
        tables["hallazgos"] = pl.DataFrame([finding.as_row() for finding in linkage.findings])
    return tables


def _about(linkage: Linkage) -> dict[str, object]:
    """What went in. No dates but the cut-off, no machine paths."""
    manifest = linkage.snapshot.manifest
    return {
        "instantanea": {"id": linkage.snapshot.id, "fecha_corte": linkage.snapshot.cut_off, "fuente": manifest["fuente"]},
        "ambito": linkage.scope,
        "reglas": {
            "archivo": linkage.rules.source,
            "sha256": linkage.rules.digest,
            "aplicadas": len(linkage.linked.rules),
            "firmadas": linkage.rules.signed,
            "propuestas_sin_firma": linkage.rules.proposed,
            "sugeridas": linkage.rules.suggested,
            "cuenta_sugeridas": linkage.with_suggested,
        },
    }
