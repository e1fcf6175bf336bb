"""A link as a folder: its tables, its figures and what they are made of; all of it or nothing (see `folder`)."""

from __future__ import annotations

import polars as pl

from presupuesto_link.linkage.coverage import BREAKDOWNS, breakdown
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.presentation.folders.results import Results
from presupuesto_link.tables.plan import Plan

_LIBRARIES = ("matplotlib", "plotnine", "polars")


def linkage_results(linkage: Linkage, plan: Plan) -> Results:
    """What is left of a link to the actions of a plan: every table of its coverage and its figures."""
    from presupuesto_link.presentation.plots.vinculo import draw_linkage

    return Results(
        "vincular", _about(linkage), _LIBRARIES, _tables(linkage, plan), lambda: draw_linkage(linkage, plan.niveles), parquet=True
    )


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
