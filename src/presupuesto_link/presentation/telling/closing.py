"""The projection to December on the board: objectives, actions and how far each method was off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from presupuesto_link.dossier import Quarter
from presupuesto_link.facts import Fact
from presupuesto_link.money.on_time import has_money
from presupuesto_link.presentation.telling.quarter_cells import is_own, told, unit_cell, with_sums
from presupuesto_link.presentation.telling.shelf import FigureShelf
from presupuesto_link.presentation.telling.views import Cell, Row, TableView, shown
from presupuesto_link.quarter.projection import Projection
from presupuesto_link.vocabulary import MONTHS
from presupuesto_link.wording import percent, soles

ORIGIN = "De dónde sale el intervalo"


def closing_view(quarter: Quarter, names: Mapping[str, str], shelf: FigureShelf) -> dict[str, Any] | None:
    """The projection to December; null once the year has closed."""
    projection = quarter.projection
    if projection is None:
        return None
    closing, followed = projection.acciones, projection.followed
    names = with_sums(names, projection.levels)
    return told(
        quarter,
        {
            "metodo": closing.metodo,
            "motivo": closing.motivo,
            "desde": MONTHS[followed.month - 1],
            "anio": followed.year,
            "confianza": percent(closing.confianza, 0),
            "figuras": [shelf.take("proyeccion_cierre"), shelf.take("calibracion_intervalos")],
            "oer": _closing_table(projection, quarter.monitoring.levels.objetivo, names),
            "aer": _closing_table(projection, quarter.monitoring.levels.accion, names),
            "errores": _errors_table(projection),
        },
    )


def _closing_table(projection: Projection, level: str, names: Mapping[str, str]) -> TableView:
    closing = projection.acciones
    rows = closing.unidades.filter(pl.col("nivel").is_in([level, "total"]) & has_money())
    ordered = rows.sort(pl.col("nivel") == "total", pl.col("unidad") == projection.levels.sin_accion, "unidad")
    share = percent(closing.confianza, 0)

    def of(row: Mapping[str, Any], measure: str, month: int | None = None) -> Fact:
        return projection.facts.get(row["unidad"], measure, projection.followed.year, month)

    return TableView(
        f"Cierre proyectado por {level}, con su intervalo del {share}",
        (level, "PIM", "Devengado", "Proyectado a diciembre", "Del PIM", f"Quedaría libre (intervalo del {share})", ORIGIN),
        tuple(
            Row(
                (
                    unit_cell(r["unidad"], None, names, is_own(r, projection.levels)),
                    shown(of(r, "pim_soles"), soles),
                    shown(of(r, "devengado_soles", projection.followed.month), soles),
                    shown(of(r, "proyectado_soles"), soles),
                    shown(of(r, "ejecucion_proyectada_ratio"), percent),
                    shown(of(r, "saldo_libre_soles"), soles, _between(r)),
                    Cell(r["intervalo"]),
                )
            )
            for r in ordered.iter_rows(named=True)
        ),
        frozenset(range(1, 6)),
        f"cierre-{level.lower()}",
    )


def _between(row: Mapping[str, Any]) -> str:
    low, high = row["saldo_libre_bajo_soles"], row["saldo_libre_alto_soles"]
    return "" if low is None or high is None else f"entre {soles(low)} y {soles(high)}"


def _errors_table(projection: Projection) -> TableView:
    closing, month = projection.acciones, projection.followed.month
    table = closing.prueba.errors.filter(pl.col("mes_origen") == month).sort("error_ratio")
    return TableView(
        f"Error de cada método al proyectar los años pasados desde {MONTHS[month - 1]}",
        ("Método", "Pruebas", "Error", "Sesgo", "Elegido"),
        tuple(
            Row(
                (
                    Cell(r["metodo"]),
                    Cell(str(r["pruebas"])),
                    Cell(percent(r["error_ratio"])),
                    Cell(percent(r["sesgo_ratio"])),
                    Cell("sí" if r["elegido"] else ""),
                )
            )
            for r in table.iter_rows(named=True)
        ),
        frozenset({1, 2, 3}),
    )
