"""The robustness of a ranking as a folder: tables, figures and manifest; all of it or nothing (see `folder`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.presentation.folders.results import Results, write_results
from presupuesto_link.sources.digest import digest_of
from presupuesto_link.studies.robustness import Robustness

if TYPE_CHECKING:
    from presupuesto_link.presentation.plots import Figure

COMMAND = "robustez"
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


def write_robustness(analysis: Evaluation, robustness: Robustness, folder: Path) -> list[str]:
    """Write the tables as CSV and the figures as PNG and SVG.

    Args:
        analysis: whose ranking it is.
        robustness: `study_robustness` of it.
        folder: target; it may exist if it is empty or holds an earlier study of this program.

    Returns:
        The files written, relative to the folder, in order.

    Raises:
        OutputError: the folder holds somebody else's files, or cannot be written.
    """
    from presupuesto_link.presentation.plots.robustez import draw_acceptability, draw_intervals

    def draw() -> tuple[Figure | None, ...]:
        return draw_intervals(analysis, robustness), draw_acceptability(analysis, robustness)

    about, tables = _about(analysis, robustness), robustness_tables(robustness)
    return write_results(Results(COMMAND, about, _LIBRARIES, tables, draw), folder)


def _about(analysis: Evaluation, robustness: Robustness) -> dict[str, object]:
    """What went in. No machine paths."""
    return {
        "analisis": analysis.inputs.spec.titulo,
        "robustez": robustness.spec.model_dump(mode="json"),
        "entradas": {path.name: digest_of(path) for path in analysis.inputs.files},
    }
