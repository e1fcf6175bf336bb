"""The robustness of a ranking as a folder: tables, figures and manifest; all of it or nothing (see `folder`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.presentation.folders.results import Results
from presupuesto_link.sources.digest import digest_of
from presupuesto_link.studies.robustness import Robustness

if TYPE_CHECKING:
    from presupuesto_link.presentation.plots import Figure

_DECIMALS = 5  # finer than any sampling error that can be asked for
_LIBRARIES = ("matplotlib", "numpy", "plotnine", "polars")


def robustness_tables(robustness: Robustness) -> dict[str, pl.DataFrame]:
    """The tables by name, with ratios rounded as they are written."""
    found = robustness.aceptabilidad
    tables = {
        "resumen": robustness.resumen,
        "puestos": found.puestos,
        "pesos_centrales": found.centrales,
        "parejas": found.parejas,
        "lecturas": robustness.lecturas,
        "efectos": robustness.efectos,
        "efectos_por_accion": robustness.efectos_por_accion,
    }
    return {name: frame.with_columns(pl.selectors.float().round(_DECIMALS) + 0.0) for name, frame in tables.items()}


def robustness_results(analysis: Evaluation, robustness: Robustness) -> Results:
    """What is left of the robustness of the ranking of an analysis: its tables and its figures."""
    from presupuesto_link.presentation.plots.robustez import draw_acceptability, draw_intervals

    def draw() -> tuple[Figure | None, ...]:
        return draw_intervals(analysis, robustness), draw_acceptability(analysis, robustness)

    return Results("robustez", _about(analysis, robustness), _LIBRARIES, robustness_tables(robustness), draw)


def _about(analysis: Evaluation, robustness: Robustness) -> dict[str, object]:
    """What went in. No machine paths."""
    return {
        "analisis": analysis.inputs.spec.titulo,
        "robustez": robustness.spec.model_dump(mode="json"),
        "entradas": {path.name: digest_of(path) for path in analysis.inputs.files},
    }
