"""The money of an action: the table of the evaluation, and, with a linked snapshot, each year by level, unit and source, its light and its close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from presupuesto_link.dossier import Dossier, Quarter
from presupuesto_link.facts import Fact
from presupuesto_link.money.parts import CODES, unit_of_part
from presupuesto_link.presentation.telling.marked import SYNTHETIC
from presupuesto_link.presentation.telling.phrases import capital
from presupuesto_link.presentation.telling.views import Cell, Row, TableView, rated, shown
from presupuesto_link.presentation.telling.words import banded
from presupuesto_link.vocabulary import GOVERNMENTS, MONTHS
from presupuesto_link.wording import percent, soles

_TITLES = {"nivel": "Nivel de gobierno", "ejecutora": "Unidad ejecutora", "fuente": "Fuente de financiamiento"}


def money_tables(dossier: Dossier, code: str, parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[TableView]:
    """The tables of money of an action's card, those with something to say.

    Args:
        dossier: where its money is.
        code: the action.
        parts: the rows of the action in `Quarter.parts`, by level, unit and source; empty without a linked snapshot.
    """
    tables = [_declared(dossier, code)]
    if dossier.quarter:
        tables += [_light(dossier.quarter, code), *(_part(dossier.quarter, by, rows) for by, rows in parts.items() if rows)]
    return [table for table in tables if table.rows]


def _told(quarter: Quarter, caption: str) -> str:
    """A caption of the money of the snapshot, which is not that of the evaluation; made-up money says so."""
    return f"{capital(SYNTHETIC)}. {caption}" if quarter.monitoring.followed.synthetic else caption


def _declared(dossier: Dossier, code: str) -> TableView:
    told = dossier.analysis.facts
    rows = dossier.analysis.execution.filter((pl.col("accion") == code) & pl.col("pim_soles").is_not_null())
    return TableView(
        "Dinero de cada año, con su fuente, su ámbito y el día que es; años de ámbitos distintos no se comparan",
        ("Año", "PIA", "PIM", "Devengado", "Ejecución", "Fuente y ámbito"),
        tuple(
            Row(
                (
                    Cell(str(r["anio"])),
                    *(shown(told.get(code, c, r["anio"]), soles) for c in ("pia_soles", "pim_soles", "devengado_soles")),
                    replace(rated(told.get(code, "ejecucion_ratio", r["anio"]), r["color_ejecucion"]), detail=r["ejecucion_medida"]),
                    Cell(r["fuente_dinero"], f"{r['ambito']}; al {r['al']:%d/%m/%Y}"),
                )
            )
            for r in rows.iter_rows(named=True)
        ),
        frozenset(range(1, 5)),
    )


def _light(quarter: Quarter, code: str) -> TableView:
    """What was expected of it at each cut, and its close."""
    found = quarter.monitoring
    bands = found.analysis.inputs.spec.semaforo
    own = found.light.filter(
        (pl.col("nivel") == quarter.monitoring.levels.accion)
        & (pl.col("unidad") == code)
        & pl.col("mes").is_in(found.cuts)
        & pl.col("pim_soles").is_not_null()
    )

    def of(row: Mapping[str, Any], measure: str) -> Fact:
        return found.facts.get(code, measure, found.followed.year, row["mes"])

    rows = [
        Row(
            (
                Cell(f"{capital(MONTHS[r['mes'] - 1])} de {found.followed.year}"),
                shown(found.facts.get(code, "pim_soles", found.followed.year), soles),
                shown(of(r, "devengado_soles"), soles),
                shown(of(r, "devengado_esperado_soles"), soles, r["curva"] or ""),
                shown(of(r, "devengado_ratio"), lambda v: banded(v, bands), r["devengado_motivo"] or "", r["color_devengado"]),
            )
        )
        for r in own.iter_rows(named=True)
    ]
    return TableView(
        _told(quarter, "Dinero del año en curso según la instantánea vinculada; los meses que ya pasaron, con el PIM de hoy"),
        ("Corte", "PIM", "Devengado", "Esperado", "De lo esperado"),
        (*rows, *_close(quarter, code)),
        frozenset(range(1, 5)),
    )


def _close(quarter: Quarter, code: str) -> list[Row]:
    if quarter.projection is None:
        return []
    closing, told, year = quarter.projection.acciones, quarter.projection.facts, quarter.projection.followed.year
    own = closing.unidades.filter((pl.col("nivel") == quarter.monitoring.levels.accion) & (pl.col("unidad") == code))
    return [
        Row(
            (
                Cell("Cierre proyectado", f"intervalo del {percent(closing.confianza, 0)}: {r['intervalo']}"),
                shown(told.get(code, "pim_soles", year), soles),
                shown(told.get(code, "proyectado_soles", year), soles, f"de {soles(r['bajo_soles'])} a {soles(r['alto_soles'])}"),
                Cell("—"),
                shown(told.get(code, "ejecucion_proyectada_ratio", year), lambda v: f"{percent(v)} del PIM"),
            )
        )
        for r in own.iter_rows(named=True)
    ]


def _part(quarter: Quarter, by: str, rows: Sequence[Mapping[str, Any]]) -> TableView:
    names = _names(quarter, by)
    ordered = sorted(rows, key=lambda r: (-r["anio"], -(r["pim_soles"] or 0)))

    def of(row: Mapping[str, Any], measure: str) -> Fact:
        unit = unit_of_part(row["accion"], by, row[CODES[by]])
        return quarter.facts.get(unit, measure, row["anio"], variante=row["vinculo"])

    return TableView(
        _told(quarter, f"Dinero vinculado por {_TITLES[by].lower()} y año, según la instantánea: no es el de la tabla de la evaluación"),
        ("Año", _TITLES[by], "PIM", "Devengado", f"Parte del PIM de la {quarter.monitoring.levels.accion}"),
        tuple(
            Row(
                (
                    Cell(str(r["anio"])),
                    Cell(names.get(r[CODES[by]], r[CODES[by]] or "ND"), r[CODES[by]] if r[CODES[by]] in names else ""),
                    shown(of(r, "pim_soles"), soles),
                    shown(of(r, "devengado_soles"), soles),
                    shown(of(r, "parte_pim_ratio"), percent),
                )
            )
            for r in ordered
        ),
        frozenset({2, 3, 4}),
    )


def _names(quarter: Quarter, by: str) -> dict[str, str]:
    """The names of the codes, as the source gives them; levels of government have theirs."""
    if by == "nivel":
        return GOVERNMENTS
    given, column = quarter.monitoring.followed.linkage.names, CODES[by]
    if by not in given:
        return {}
    table = given[by].sort("anio") if "anio" in given[by].columns else given[by]
    return dict(table.select(column, "nombre").iter_rows())
