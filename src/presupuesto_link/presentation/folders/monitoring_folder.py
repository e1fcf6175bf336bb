"""The light and the projection as folders: tables, figures and what they are made of; all of it or nothing (see `folder`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from presupuesto_link.money.follow import Followed
from presupuesto_link.presentation.folders.results import Results, write_results
from presupuesto_link.presentation.telling.quarter_tables import monitoring_tables, projection_tables
from presupuesto_link.quarter.light import Monitoring
from presupuesto_link.quarter.projection import Projection

if TYPE_CHECKING:
    from presupuesto_link.presentation.plots import Figure

_LIBRARIES = ("matplotlib", "numpy", "plotnine", "polars", "scipy", "statsmodels")


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
        "mes_al": followed.month_end.isoformat(),
        "reglas": {
            "archivo": linkage.rules.source,
            "sha256": linkage.rules.digest,
            "firmadas": linkage.rules.signed,
            "propuestas_sin_firma": linkage.rules.proposed,
            "cuenta_sugeridas": linkage.with_suggested,
        },
    }
