"""The light and the projection as folders: tables, figures and what they are made of; all of it or nothing (see `folder`)."""

from __future__ import annotations

from typing import Any

from presupuesto_link.money.follow import Followed
from presupuesto_link.presentation.folders.results import Results
from presupuesto_link.presentation.telling.quarter_tables import monitoring_tables, projection_tables
from presupuesto_link.quarter.light import Monitoring
from presupuesto_link.quarter.projection import Projection

_LIBRARIES = ("matplotlib", "numpy", "plotnine", "polars", "scipy", "statsmodels")


def monitoring_results(result: Monitoring) -> Results:
    """What is left of the light: its tables and its figures."""
    from presupuesto_link.presentation.plots.seguimiento import draw_alignment, draw_quarters

    about = about_followed(result.followed) | {"corte_anterior": result.previous_told, "anio_resultado": result.result_year}
    tables, made_up = monitoring_tables(result), result.followed.synthetic
    return Results("semaforo", about, _LIBRARIES, tables, lambda: (draw_quarters(result), draw_alignment(result)), synthetic=made_up)


def projection_results(result: Projection) -> Results:
    """What is left of the projection: its tables and its figures."""
    from presupuesto_link.presentation.plots.proyeccion import draw_calibration, draw_fan

    closing, tables, made_up = result.acciones, projection_tables(result), result.followed.synthetic
    extra = {"metodo": closing.metodo, "motivo": closing.motivo, "anios": list(closing.anios), "confianza": closing.confianza}
    about = about_followed(result.followed) | extra
    return Results("proyectar", about, _LIBRARIES, tables, lambda: (draw_fan(result), draw_calibration(result)), synthetic=made_up)


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
