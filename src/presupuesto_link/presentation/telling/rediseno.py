"""What to review of each action, and the data that are missing: sheets to read here and to fill in the workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from presupuesto_link.evaluation.audit.gaps import count_gaps
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.redesign import REVIEWS, count_reviews
from presupuesto_link.presentation.telling.phrases import agree, capital, counted, date
from presupuesto_link.presentation.telling.views import Cell, Row, TableView, card_of
from presupuesto_link.tables.filled import count_answers
from presupuesto_link.wording import NO_DATA, plain_number, plural, short_name, soles


def review_view(analysis: Evaluation, names: Mapping[str, str], today: dt.date) -> dict[str, Any]:
    """The redesign sheet: how much there is to review, of what kind, each thing with its figures and, from a filled workbook, who answers for it.

    `today` is the cut-off at which a date has passed.
    """
    rows = analysis.reviews
    filled = analysis.unplaced is not None
    found = count_reviews(rows)
    return {
        "frase": (
            f"{plural(found.elementos, f'{analysis.levels.accion} u {analysis.levels.objetivo} tiene', f'{analysis.levels.accion} y {analysis.levels.objetivo} tienen')} algo que revisar; "
            f"{found.alta} {agree(found.alta, 'tiene', 'tienen')} algo de prioridad alta."
        ),
        "llenado": _answered(rows, "fecha_compromiso", today) if filled else "",
        "clases": _kinds_table(rows, found.casos),
        "tabla": TableView(
            "Qué revisar, de mayor a menor prioridad y PIM",
            (
                f"{analysis.levels.accion} u {analysis.levels.objetivo}",
                "Indicador",
                "Qué revisar",
                "Con qué cifras",
                "Qué hacer",
                "Prioridad",
                "PIM",
                *(["Responsable y decisión"] if filled else []),
            ),
            tuple(_review_row(row, names, filled) for row in rows.iter_rows(named=True)),
            frozenset({6}),
            "rediseno",
        ),
    }


def gaps_view(analysis: Evaluation, names: Mapping[str, str], today: dt.date) -> dict[str, Any]:
    """The register of missing data: how many, how many colours rest on them, each one and, from a filled workbook, who will bring it."""
    rows = analysis.gaps
    filled = analysis.unplaced is not None
    found = count_gaps(rows)
    return {
        "frase": (
            f"Faltan {plural(rows.height, 'valor', 'valores')} de {plural(found.indicadores, 'indicador', 'indicadores')}. "
            f"{plural(found.colores, 'color de un año cambia', 'colores de un año cambian')} según cómo se cuenten, y "
            f"{plural(found.sin_color, 'vez', 'veces')} no hay color porque no hay ningún dato."
            if rows.height
            else "No falta ningún dato."
        ),
        "llenado": _answered(rows, "fecha_esperada", today) if filled else "",
        "tabla": TableView(
            "Datos que faltan, qué se sabe y qué depende de ellos",
            (
                "Indicador",
                "Año",
                "De quién es",
                "Por qué no está",
                "Sin dato desde",
                "Último dato",
                "Qué depende",
                *(["Responsable y fuente"] if filled else []),
            ),
            tuple(_gap_row(row, names, filled) for row in rows.iter_rows(named=True)),
            frozenset({1, 4, 5}),
            "brechas",
        ),
    }


def _kinds_table(rows: pl.DataFrame, count: Mapping[str, int]) -> TableView:
    remedy = dict(rows.select("que_revisar", "remedio").unique().iter_rows())
    return TableView(
        "Cuánto hay de cada cosa",
        ("Qué revisar", "Prioridad", "Casos", "Qué hacer"),
        tuple(
            Row((Cell(r.title), Cell(r.priority), Cell(str(count[kind])), Cell(remedy[kind])))
            for kind, r in REVIEWS.items()
            if kind in count
        ),
        frozenset({2}),
    )


def _answered(rows: pl.DataFrame, when: str, today: dt.date) -> str:
    """How many have somebody in charge and a date, and how many dates have passed."""
    named, dated, late = count_answers(rows, when, today)
    return (
        f"De {plural(rows.height, 'fila', 'filas')}, {counted(named, 'tiene', 'tienen', 'ninguna tiene')} responsable y {counted(dated, 'tiene', 'tienen', 'ninguna tiene')} fecha"
        + (f"; {counted(late, 'ya venció', 'ya vencieron', 'ninguna venció')} al {date(today)}." if dated else ".")
    )


def _answer_cell(row: Mapping[str, Any], when: str, what: str) -> Cell:
    day = row[when]
    return Cell(
        row["responsable"] or "sin responsable", "; ".join(part for part in (f"{day:%d/%m/%Y}" if day else "", row[what] or "") if part)
    )


def _review_row(row: Mapping[str, Any], names: Mapping[str, str], filled: bool) -> Row:
    return Row(
        (
            _who(row, names),
            Cell(row["indicador"] or "—", short_name(row["nombre"] or "", 80)),
            Cell(row["titulo"]),
            Cell(row["evidencia"]),
            Cell(row["remedio"]),
            Cell(row["prioridad_revision"]),
            Cell(soles(row["pim_soles"])),
            *([_answer_cell(row, "fecha_compromiso", "decision")] if filled else []),
        )
    )


def _gap_row(row: Mapping[str, Any], names: Mapping[str, str], filled: bool) -> Row:
    last = plain_number(row["ultimo_valor"])
    return Row(
        (
            Cell(row["indicador"], short_name(row["nombre"], 80)),
            Cell(str(row["anio"])),
            _who(row, names),
            Cell(capital(row["nd_causa"] or NO_DATA), row["nd_motivo"] or ""),
            Cell(str(row["sin_dato_desde"])),
            Cell(last, str(row["ultimo_anio"] or "")),
            Cell(capital(row["que_depende"])),
            *([_answer_cell(row, "fecha_esperada", "fuente_dato")] if filled else []),
        )
    )


def _who(row: Mapping[str, Any], names: Mapping[str, str]) -> Cell:
    code = row["elemento"]
    return Cell(code, short_name(names.get(code, "")), href=card_of(code) if code != row["objetivo"] else "")
