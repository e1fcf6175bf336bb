"""The quarter on the board: its light by objective and action, its alerts, its alignment with results, its close and its link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from presupuesto_link.dossier import Quarter
from presupuesto_link.evaluation.facts import cell_of
from presupuesto_link.money.on_time import WHOLE, has_money
from presupuesto_link.presentation.telling.lines import said
from presupuesto_link.presentation.telling.monitoring_words import MONITORING, before_words, curve_words
from presupuesto_link.presentation.telling.phrases import capital, date
from presupuesto_link.presentation.telling.quarter_cells import is_own, told, unit_cell, with_sums
from presupuesto_link.presentation.telling.quarter_lines import quarter_lines
from presupuesto_link.presentation.telling.shelf import FigureShelf
from presupuesto_link.presentation.telling.views import Cell, Row, TableView, card_of, shown
from presupuesto_link.presentation.telling.words import DAGGER, banded, money_note, short_amount
from presupuesto_link.quarter.light import Monitoring
from presupuesto_link.vocabulary import AMBER, COLOURS, GREEN, GREY, MONTHS, RED, STAGES
from presupuesto_link.wording import soles

CURVE = "Curva"
_ROWS = (GREEN, AMBER, RED, GREY)


def quarter_view(quarter: Quarter, names: Mapping[str, str], shelf: FigureShelf) -> dict[str, Any]:
    """Everything of the quarter but its close and its link."""
    found = quarter.monitoring
    followed, names = found.followed, with_sums(names, found.levels)
    return told(
        quarter,
        {
            "lineas": quarter_lines(quarter),
            "titulo": f"al {date(followed.cut_off)}",
            "mes": MONTHS[followed.month - 1],
            "esperado": curve_words(found),
            "advertencia": MONITORING,
            "instantanea": followed.linkage.snapshot.id,
            "anterior": found.previous_told,
            "antes": before_words(found),
            "ambito": followed.linkage.scope,
            "figura": shelf.take("semaforo_trimestral"),
            "oer": _light_table(found, quarter.monitoring.levels.objetivo, names),
            "aer": _light_table(found, quarter.monitoring.levels.accion, names),
            "alertas": _alerts_table(found, names),
            "alineamiento": _alignment(found, names),
            "dos_presupuestos": money_note(found.analysis),
            "avisos": found.notices,
        },
    )


def _light_table(found: Monitoring, level: str, names: Mapping[str, str]) -> TableView:
    months = [*found.cuts]
    rows = found.light.filter((pl.col("nivel") == level) & has_money())
    whole = found.light.filter(pl.col("nivel") == "total")
    units = sorted(rows["unidad"].unique(), key=lambda unit: (unit == found.levels.sin_accion, unit))
    by = {(r["unidad"], r["mes"]): r for r in pl.concat([rows, whole]).iter_rows(named=True)}
    last = months[-1]
    headers = (
        level,
        "PIM de hoy",
        *(f"Devengado a {MONTHS[month - 1]}" for month in months),
        f"Compromiso a {MONTHS[last - 1]}",
        f"Certificado a {MONTHS[last - 1]}",
        "Devengado en soles",
        CURVE,
    )
    told = TableView(
        f"Lo hecho entre lo esperado a cada fecha, por {level}, siempre con el PIM de hoy. {DAGGER}: transversal, no se suma",
        headers,
        tuple(_light_row(found, by, unit, months, names) for unit in [*units, WHOLE] if (unit, last) in by),
        frozenset({1, *range(2, 4 + len(months)), 4 + len(months)}),
        f"trimestre-{level.lower()}",
    )
    alike = len({row.cells[-1].text for row in told.rows}) <= 1  # it is told once, above the table
    return told.without(CURVE) if alike else told


def _light_row(found: Monitoring, by: Mapping[tuple[str, int], Any], unit: str, months: list[int], names: Mapping[str, str]) -> Row:
    now, bands = by[unit, months[-1]], found.analysis.inputs.spec.semaforo
    facts, year = found.facts, found.followed.year

    def light(row: Mapping[str, Any], stage: str) -> Cell:
        ahead = " ▲" if stage == "devengado" and row["adelanto"] else ""
        fact = facts.get(unit, f"{stage}_ratio", year, row["mes"])
        return shown(fact, lambda ratio: banded(ratio, bands) + ahead, fact.motivo or "", row[f"color_{stage}"])

    return Row(
        (
            unit_cell(unit, now["vinculo"], names, is_own(now, found.levels)),
            shown(facts.get(unit, "pim_soles", year), soles),
            *(light(by[unit, month], "devengado") if (unit, month) in by else Cell("ND", color=GREY) for month in months),
            *(light(now, stage) for stage in tuple(STAGES)[1:]),
            shown(facts.get(unit, "devengado_soles", year, months[-1]), soles),
            Cell(now["curva"] or ""),
        )
    )


def _alerts_table(found: Monitoring, names: Mapping[str, str]) -> TableView:
    alerts = found.alerts.filter(pl.col("nivel") == found.levels.accion)
    bands = found.analysis.inputs.spec.semaforo
    return TableView(
        f"Alertas por {found.levels.accion}, de la más grave a la menos grave. «sin {found.levels.accion}»: lo que ninguna regla vincula",
        (
            found.levels.accion,
            "Alerta",
            "Cambio",
            "Soles que faltan para lo esperado",
            "Días en rojo",
            "% de lo esperado",
            f"Resultado {found.result_year}",
        ),
        tuple(
            Row(
                (
                    unit_cell(r["unidad"], r["vinculo"], names, is_own(r, found.levels)),
                    Cell(capital(r["alerta"])),
                    Cell(r["cambio"], (r["color_previo"] and f"antes, {r['color_previo']}") or ""),
                    shown(found.told(r["unidad"], "soles_en_riesgo"), soles),
                    shown(found.told(r["unidad"], "dias_en_rojo"), lambda days: f"{days:.0f}"),
                    shown(found.now(r["unidad"], "devengado_ratio"), lambda ratio: banded(ratio, bands), color=r["color_devengado"]),
                    Cell("ND" if r["color_resultado"] in (None, GREY) else r["color_resultado"], color=r["color_resultado"] or GREY),
                )
            )
            for r in alerts.iter_rows(named=True)
        ),
        frozenset({3, 4, 5}),
        "alertas",
    )


def _alignment(found: Monitoring, names: Mapping[str, str]) -> dict[str, Any]:
    """Money on time by result on time, as a grid of counts with their codes."""
    cells = {(r["banda_ejecucion"], r["banda_resultado"]): r for r in found.cells.iter_rows(named=True)}
    order = (*(c for c in COLOURS if c != GREY), GREY)
    return {
        "columnas": order,
        "filas": [{"banda": spent, "celdas": [_alignment_cell(found, cells[spent, result], names) for result in order]} for spent in _ROWS],
        "anio": found.followed.year,
        "resultado": found.result_year,
    }


def _alignment_cell(found: Monitoring, row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    codes = [code for code in row["lista"].split(", ") if code]
    unit = cell_of(row["banda_ejecucion"], row["banda_resultado"])
    count, pim = (found.aligned(unit, measure) for measure in ("acciones", "pim_soles"))
    return {
        "acciones": int(count.valor),
        "hechos": said(count, *([pim] if count.valor and pim.valor else [])),
        "cuenta": f"{count.valor:.0f} {found.levels.accion}",
        "pim": f"PIM {short_amount(pim.valor)}" if count.valor and pim.valor else "",
        "nota": "",
        "lista": [{"codigo": code, "nombre": names[code], "href": card_of(code)} for code in codes],
    }
