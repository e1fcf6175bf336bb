"""The quarter on the board: its light by objective and action, its alerts, its alignment with results, its close and its link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from presupuesto_link.dossier import Quarter
from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.measures.on_time import NO_ACTION, WHOLE, has_money
from presupuesto_link.measures.semaforo import COLOURS, GREY
from presupuesto_link.monitoring import Monitoring
from presupuesto_link.presentation.monitoring_words import MONITORING, curve_words
from presupuesto_link.presentation.page.figures import FigureShelf
from presupuesto_link.presentation.page.quarter_lines import quarter_lines
from presupuesto_link.presentation.page.views import Cell, Row, TableView, card_of
from presupuesto_link.presentation.page.words import capital, date
from presupuesto_link.presentation.results import SYNTHETIC
from presupuesto_link.presentation.words import DAGGER, banded, short_amount
from presupuesto_link.projecting import Projection
from presupuesto_link.wording import MONTHS, percent, plural, short_name, soles

_STAGES = ("devengado", "compromiso", "certificado")
_ROWS = ("verde", "amarillo", "rojo", "gris")


def quarter_view(quarter: Quarter, names: Mapping[str, str], shelf: FigureShelf) -> dict[str, Any]:
    """Everything of the quarter but its close and its link."""
    found = quarter.monitoring
    followed = found.followed
    return _told(quarter, {
        "lineas": quarter_lines(quarter),
        "titulo": f"al {date(followed.cut_off)}",
        "esperado": curve_words(found),
        "advertencia": MONITORING,
        "anterior": found.previous,
        "ambito": followed.linkage.scope,
        "figura": shelf.take("semaforo_trimestral"),
        "oer": _light_table(found, "OER", names),
        "aer": _light_table(found, "AER", names),
        "alertas": _alerts_table(found, names),
        "alineamiento": _alignment(found, names),
        "avisos": found.notices,
    })  # fmt: skip


def closing_view(quarter: Quarter, names: Mapping[str, str], shelf: FigureShelf) -> dict[str, Any] | None:
    """The projection to December; null once the year has closed."""
    projection = quarter.projection
    if projection is None:
        return None
    closing, followed = projection.acciones, projection.followed
    return _told(quarter, {
        "metodo": closing.metodo,
        "motivo": closing.motivo,
        "desde": MONTHS[followed.month - 1],
        "anio": followed.year,
        "confianza": percent(closing.confianza, 0),
        "figuras": [shelf.take("proyeccion_cierre"), shelf.take("calibracion_intervalos")],
        "oer": _closing_table(projection, "OER", names),
        "aer": _closing_table(projection, "AER", names),
        "errores": _errors_table(projection),
    })  # fmt: skip


def link_view(quarter: Quarter, names: Mapping[str, str]) -> dict[str, Any]:
    """How much of the money reaches an action, by which rules, and what does not."""
    linkage, year = quarter.monitoring.followed.linkage, quarter.monitoring.followed.year
    cover = linkage.coverage
    return _told(quarter, {
        "anio": year,
        "ambito": linkage.scope,
        "reglas_archivo": linkage.rules.source,
        "tasas": _rates_table(cover.tasas.filter(pl.col("anio") == year), year),
        "reglas": _rules_table(cover.reglas.filter(pl.col("anio") == year), names, year),
        "sin_vincular": _unlinked_table(cover.sin_vincular.filter(pl.col("anio") == year), linkage.names, year),
    })  # fmt: skip


def _told(quarter: Quarter, view: dict[str, Any]) -> dict[str, Any]:
    """The view; each table of made-up money says so in its own caption, because a table travels alone."""
    if not quarter.monitoring.followed.synthetic:
        return view
    return {
        name: replace(value, caption=f"{capital(SYNTHETIC)}. {value.caption}")
        if isinstance(value, TableView)
        else value
        for name, value in view.items()
    }


def _light_table(found: Monitoring, level: str, names: Mapping[str, str]) -> TableView:
    months = [*found.cuts]
    rows = found.light.filter((pl.col("nivel") == level) & has_money())
    whole = found.light.filter(pl.col("nivel") == "total")
    units = sorted(rows["unidad"].unique(), key=lambda unit: (unit == NO_ACTION, unit))
    by = {(r["unidad"], r["mes"]): r for r in pl.concat([rows, whole]).iter_rows(named=True)}
    last = months[-1]
    headers = (
        level, "PIM de hoy", *(f"Devengado a {MONTHS[month - 1]}" for month in months), f"Compromiso a {MONTHS[last - 1]}",
        f"Certificado a {MONTHS[last - 1]}", "Devengado en soles", "Curva",
    )  # fmt: skip
    return TableView(
        f"Lo hecho entre lo esperado a cada fecha, por {level}. {DAGGER}: transversal, no se suma",
        headers,
        tuple(_light_row(found, by, unit, months, names) for unit in [*units, WHOLE] if (unit, last) in by),
        frozenset({1, *range(2, 4 + len(months)), 4 + len(months)}),
        f"trimestre-{level.lower()}",
    )


def _light_row(
    found: Monitoring, by: Mapping[tuple[str, int], Any], unit: str, months: list[int], names: Mapping[str, str]
) -> Row:
    now, bands = by[unit, months[-1]], found.analysis.inputs.spec.semaforo

    def light(row: Mapping[str, Any], stage: str) -> Cell:
        ahead = " ▲" if stage == "devengado" and row["adelanto"] else ""
        return Cell(banded(row[f"{stage}_ratio"], bands) + ahead, row[f"{stage}_motivo"] or "", row[f"color_{stage}"])

    return Row((
        _unit_cell(unit, now["vinculo"], names), Cell(soles(now["pim_soles"])),
        *(light(by[unit, month], "devengado") if (unit, month) in by else Cell("ND", color=GREY) for month in months),
        *(light(now, stage) for stage in _STAGES[1:]), Cell(soles(now["devengado_soles"])), Cell(now["curva"] or ""),
    ))  # fmt: skip


def _unit_cell(unit: str, link: str | None, names: Mapping[str, str]) -> Cell:
    mark = DAGGER if link == TRANSVERSAL else ""
    said = {NO_ACTION: "gasto que ninguna regla vincula", WHOLE: "todo el gasto, sin lo transversal"}
    return Cell(
        f"{unit}{mark}",
        said.get(unit, short_name(names.get(unit, ""))),
        href=card_of(unit) if unit.startswith("AER.") else "",
    )


def _alerts_table(found: Monitoring, names: Mapping[str, str]) -> TableView:
    alerts = found.alerts.filter(pl.col("nivel") == "AER")
    bands = found.analysis.inputs.spec.semaforo
    return TableView(
        f"Alertas de las AER, de la más grave a la menos grave ({plural(alerts.height, 'alerta', 'alertas')})",
        ("AER", "Alerta", "Cambio", "Soles que faltan para lo esperado", "Días en rojo", "De lo esperado", f"Resultado {found.result_year}"),
        tuple(
            Row((
                _unit_cell(r["unidad"], r["vinculo"], names), Cell(capital(r["alerta"])), Cell(r["cambio"], (r["color_previo"] and f"antes, {r['color_previo']}") or ""),
                Cell(soles(r["soles_en_riesgo"])), Cell(str(r["dias_en_rojo"])), Cell(banded(r["devengado_ratio"], bands), color=r["color_devengado"]),
                Cell("ND" if r["color_resultado"] in (None, GREY) else r["color_resultado"], color=r["color_resultado"] or GREY),
            ))
            for r in alerts.iter_rows(named=True)
        ),
        frozenset({3, 4, 5}), "alertas",
    )  # fmt: skip


def _alignment(found: Monitoring, names: Mapping[str, str]) -> dict[str, Any]:
    """Money on time by result on time, as a grid of counts with their codes."""
    cells = {(r["banda_ejecucion"], r["banda_resultado"]): r for r in found.cells.iter_rows(named=True)}
    order = (*(c for c in COLOURS if c != GREY), GREY)
    return {
        "columnas": order,
        "filas": [
            {"banda": spent, "celdas": [_alignment_cell(cells[spent, result], names) for result in order]}
            for spent in _ROWS
        ],
        "anio": found.followed.year,
        "resultado": found.result_year,
    }


def _alignment_cell(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    codes = [code for code in row["lista"].split(", ") if code]
    return {
        "acciones": row["acciones"],
        "cuenta": f"{row['acciones']} AER",
        "pim": f"PIM {short_amount(row['pim_soles'])}" if row["acciones"] and row["pim_soles"] else "",
        "nota": "",
        "lista": [{"codigo": code, "nombre": names[code], "href": card_of(code)} for code in codes],
    }


def _closing_table(projection: Projection, level: str, names: Mapping[str, str]) -> TableView:
    closing = projection.acciones
    rows = closing.unidades.filter(pl.col("nivel").is_in([level, "total"]) & has_money())
    ordered = rows.sort(pl.col("nivel") == "total", pl.col("unidad") == NO_ACTION, "unidad")
    share = percent(closing.confianza, 0)
    return TableView(
        f"Cierre proyectado por {level}, con su intervalo del {share}",
        (level, "PIM", "Devengado", "Proyectado a diciembre", "Del PIM", "Quedaría libre", "Libre, extremo bajo", "Libre, extremo alto", "De dónde sale el intervalo"),
        tuple(
            Row((
                _unit_cell(r["unidad"], None, names), *(Cell(soles(r[c])) for c in ("pim_soles", "devengado_soles", "proyectado_soles")),
                Cell(percent(r["ejecucion_proyectada_ratio"])),
                *(Cell(soles(r[c])) for c in ("saldo_libre_soles", "saldo_libre_bajo_soles", "saldo_libre_alto_soles")), Cell(r["intervalo"]),
            ))
            for r in ordered.iter_rows(named=True)
        ),
        frozenset(range(1, 8)), f"cierre-{level.lower()}",
    )  # fmt: skip


def _errors_table(projection: Projection) -> TableView:
    closing, month = projection.acciones, projection.followed.month
    table = closing.prueba.errors.filter(pl.col("mes_origen") == month).sort("error_ratio")
    return TableView(
        f"Error de cada método al proyectar los años pasados desde {MONTHS[month - 1]}",
        ("Método", "Pruebas", "Error", "Sesgo", "Elegido"),
        tuple(
            Row((Cell(r["metodo"]), Cell(str(r["pruebas"])), Cell(percent(r["error_ratio"])), Cell(percent(r["sesgo_ratio"])), Cell("sí" if r["elegido"] else "")))
            for r in table.iter_rows(named=True)
        ),
        frozenset({1, 2, 3}),
    )  # fmt: skip


def _rates_table(rates: pl.DataFrame, year: int) -> TableView:
    return TableView(
        f"Qué parte del dinero de {year} llega a una AER",
        ("Base", "PIM", "PIM vinculado", "Cobertura", "Devengado vinculado", "Cobertura del devengado"),
        tuple(
            Row((
                Cell(capital(r["base"])), Cell(soles(r["pim_soles"])), Cell(soles(r["pim_vinculado_soles"])), Cell(percent(r["cobertura_ratio"])),
                Cell(soles(r["devengado_vinculado_soles"])), Cell(percent(r["cobertura_devengado_ratio"])),
            ))
            for r in rates.iter_rows(named=True)
        ),
        frozenset(range(1, 6)),
    )  # fmt: skip


def _rules_table(rules: pl.DataFrame, names: Mapping[str, str], year: int) -> TableView:
    return TableView(
        f"Reglas que vinculan el gasto de {year}, por PIM",
        ("Regla", "AER", "Qué atrapa", "PIM", "Parte acumulada", "Estado y firma"),
        tuple(
            Row((
                Cell(r["regla"], f"fila {r['fila']}"), _unit_cell(r["accion"] or "NINGUNA", r["clase"], names), Cell(r["atrapa"]), Cell(soles(r["pim_soles"])),
                Cell(percent(r["parte_acumulada_ratio"])), Cell(r["estado"], f"{r['autor'] or 'sin autor'}, {r['fecha'] or 'sin fecha'}"),
            ))
            for r in rules.iter_rows(named=True)
        ),
        frozenset({3, 4}), "reglas",
    )  # fmt: skip


_UNLINKED = 25


def _unlinked_table(lines: pl.DataFrame, names: Mapping[str, pl.DataFrame], year: int) -> TableView:
    shown = lines.head(_UNLINKED)
    programmes = dict(names["programa"].select("programa", "nombre").iter_rows()) if "programa" in names else {}
    return TableView(
        f"Lo mayor que ninguna AER recibe en {year} ({shown.height} de {plural(lines.height, 'línea', 'líneas')})",
        ("Ejecutora y meta", "Programa", "Motivo", "PIM", "Devengado"),
        tuple(
            Row((
                Cell(f"{r.get('sec_ejec') or 'ND'}-{r.get('sec_func') or 'ND'}"), Cell(r.get("programa") or "ND", programmes.get(r.get("programa"), "")),
                Cell(r["motivo"] or ""), Cell(soles(r["pim_soles"])), Cell(soles(r["devengado_soles"])),
            ))
            for r in shown.iter_rows(named=True)
        ),
        frozenset({3, 4}), "sin-vincular",
    )  # fmt: skip
