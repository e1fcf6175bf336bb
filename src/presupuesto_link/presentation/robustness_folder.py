"""The robustness of a ranking as a folder: tables, figures and manifest; all of it or nothing (see `folder`)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from presupuesto_link.pipeline import Analysis
from presupuesto_link.presentation.csv_files import write_csv
from presupuesto_link.presentation.folder import PROGRAM, replace_folder, write_manifest
from presupuesto_link.presentation.outputs import library_version
from presupuesto_link.sources.digest import digest_of
from presupuesto_link.studies.robustness import Robustness

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


def write_robustness(analysis: Analysis, robustness: Robustness, folder: Path) -> list[str]:
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
    from presupuesto_link.presentation.plots.common import save_figure
    from presupuesto_link.presentation.plots.robustez import draw_acceptability, draw_intervals

    def write(part: Path) -> None:
        (part / "tablas").mkdir()
        for name, frame in robustness_tables(robustness).items():
            write_csv(frame, part / "tablas" / f"{name}.csv")
        for figure in (draw_intervals(analysis, robustness), draw_acceptability(analysis, robustness)):
            if figure is not None:
                save_figure(figure, part / "graficos")
        write_manifest(part, COMMAND, _about(analysis, robustness))

    return replace_folder(folder, COMMAND, write)


def _about(analysis: Analysis, robustness: Robustness) -> dict[str, object]:
    """What went in. No machine paths."""
    return {
        "programa": {"nombre": PROGRAM, "version": library_version(PROGRAM)},
        "bibliotecas": {name: library_version(name) for name in _LIBRARIES},
        "analisis": analysis.inputs.spec.titulo,
        "robustez": robustness.spec.model_dump(mode="json"),
        "entradas": {path.name: digest_of(path) for path in analysis.inputs.files},
    }
