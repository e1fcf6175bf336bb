"""What every output of the quarterly light says alike; it imports nothing heavy."""

from __future__ import annotations

import polars as pl

from presupuesto_link.quarter.light import Monitoring

MONITORING = "Es un seguimiento de la ejecución dentro del año, como pide la recomendación de la evaluación; no es una evaluación CEPLAN."
CENTRAL = "las acciones centrales (9001) ni las asignaciones que no resultan en productos (9002)"


def before_words(monitoring: Monitoring) -> str:
    """What «antes» is, with which PIM, and until when days in red are counted."""
    was = ""
    if monitoring.previous is not None:
        own = monitoring.previous_id is not None
        was = (
            "«Antes» es el color del corte anterior, con el PIM que tenía entonces; "
            if own
            else "«Antes» es el color del cierre del trimestre previo, con el PIM de hoy; "
        )
    days = f"los días en rojo se cuentan con el PIM de hoy, hasta el {monitoring.followed.month_end:%d/%m/%Y}."
    return f"{was}{days}" if was else f"{days[0].upper()}{days[1:]}"


def curve_words(monitoring: Monitoring) -> str:
    """What accrual is measured against in the whole, by share of the PIM."""
    whole = monitoring.light.filter((pl.col("nivel") == "total") & (pl.col("mes") == monitoring.followed.month))
    said = str(whole["curva"].item())
    most = monitoring.analysis.inputs.spec.seguimiento.anios_maximos
    years = sorted(y for y in monitoring.followed.history if y < monitoring.followed.year)[-most:]
    own = f" propia de {min(years)} a {max(years)}, por genérica y tipo de gasto" if "estacionalidad" in said and years else ""
    even = " (doceavos iguales)" if "lineal" in said else ""
    return f"{said}{own}{even}"
