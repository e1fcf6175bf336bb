"""The workbook in which a budget office edits the rules: lists to choose from, what is left to link, and the rules themselves.

`sources.links.read_links` reads the sheet `vinculos` back; everything is written as text, so that `0042` stays `0042` and what
comes back is what went out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from presupuesto_link.linkage.match import EXCLUDED
from presupuesto_link.linkage.rules import COLUMNS, DIRECT, NOBODY, PROPOSED, SIGNED, SUGGESTED, TRANSVERSAL
from presupuesto_link.presentation.theme import HEAD, INK, LINE
from presupuesto_link.presentation.workbook.book_parts import column_letter, lines_of, offer, page_setup, quoted_name, set_height
from presupuesto_link.presentation.workbook.new_book import new_book
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.sources.links import SHEET
from presupuesto_link.sources.siaf.layout import NAMES
from presupuesto_link.vocabulary import CONFIDENCES

if TYPE_CHECKING:
    from presupuesto_link.linkage.snapshot import Linkage
    from presupuesto_link.tables.plan import Plan

_SPARE_ROWS = 500
_README_WIDTH = 110
_UNLINKED_ROWS = 2_000
_LISTED = ("programa", "funcion", "division", "grupo", "sec_ejec", "fuente", "rubro", "departamento_meta", "nivel", "pliego")
_NAMED_BY = {"sec_ejec": "ejecutora"}
_WORDS = {"clase": (DIRECT, TRANSVERSAL), "confianza": CONFIDENCES, "estado": (SIGNED, PROPOSED, SUGGESTED), "tipo": ("2", "3")}
_WIDE = {"id": 28, "accion": 12, "texto": 30, "origen": 34, "nota": 44, "nombre": 70, "autor": 18, "fecha": 12}


def write_rules_book(path: Path, linkage: Linkage, plan: Plan, raw: RawTable | None) -> None:
    """Write the workbook; a file that is there is never replaced, since a person may have edited it.

    Args:
        path: the `.xlsx` to make.
        linkage: the link the rules give now.
        plan: for the names of the actions.
        raw: the rules as they were read; null for an empty sheet.

    Raises:
        OutputError: the file is there, or cannot be written.
    """
    with new_book(path, "Reglas de vínculo") as book:
        _fill(_Book(book), linkage, plan, raw)


@dataclass
class _Book:
    """The workbook and its formats."""

    book: Any

    def __post_init__(self) -> None:
        add = self.book.add_format
        self.head = add(
            {"bold": True, "bg_color": HEAD, "font_color": INK, "bottom": 1, "bottom_color": LINE, "text_wrap": True, "valign": "top"}
        )
        self.text = add({"num_format": "@", "valign": "top"})
        self.money = add({"num_format": "#,##0.00", "valign": "top"})
        self.ratio = add({"num_format": "0.0%", "valign": "top"})
        self.long = add({"text_wrap": True, "valign": "top"})
        self.title = add({"bold": True, "font_size": 16, "font_color": INK})

    def sheet(self, name: str, titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> Any:
        """A sheet with its titles frozen, a filter, and each value in its own kind of cell."""
        sheet = self.book.add_worksheet(name)
        for column, title in enumerate(titles):
            sheet.write_string(0, column, title, self.head)
            sheet.set_column(column, column, _WIDE.get(title, 16 if title.endswith("_soles") else 13))
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                self._write(sheet, number, column, value, titles[column])
        page_setup(sheet, name)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(titles) - 1)
        return sheet

    def _write(self, sheet: Any, row: int, column: int, value: Any, title: str) -> None:
        if value is None:
            return
        if isinstance(value, str):
            sheet.write_string(row, column, value, self.text)
        else:
            style = self.money if title.endswith("_soles") else self.ratio if title.endswith("_ratio") else None
            sheet.write_number(row, column, float(value), style)


def _fill(book: _Book, linkage: Linkage, plan: Plan, raw: RawTable | None) -> None:
    codes = _codes(linkage)
    _readme(book, linkage, plan.niveles.accion)
    titles, rows = _rules(raw)
    sheet = book.sheet(SHEET, titles, rows)
    _lists(book, sheet, titles, len(rows), plan, codes)
    _frame(book, "sin_vincular", _unlinked(linkage))
    _frame(book, plan.niveles.accion, plan.acciones.select("accion", "objetivo", "nombre").sort("accion"))
    width = max((len(values) for values in codes.values()), default=0)
    columns = {
        f"{name}{suffix}": [*(v[turn] for v in values), *([None] * (width - len(values)))]
        for name, values in codes.items()
        for turn, suffix in enumerate(("", "_nombre"))
    }
    _frame(book, "codigos", pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)))
    cover = linkage.coverage
    _frame(book, "cobertura", cover.tasas)
    _frame(book, "cobertura_aer", cover.acciones)
    _frame(book, "cobertura_reglas", cover.reglas)
    if linkage.findings:
        _frame(book, "hallazgos", pl.DataFrame([finding.as_row() for finding in linkage.findings]))


_HELP = {
    "id": "Un nombre distinto por regla",
    "accion": f"El código de la acción; {NOBODY} si alguien decidió que no financian ninguna",
    "desde": "Primer año de vigencia; vacío es sin límite",
    "hasta": "Último año de vigencia; vacío es sin límite",
    "sec_func": "La meta; exige sec_ejec y el mismo año en desde y hasta",
    "proyecto": "Código único de inversión (CUI)",
    "tipo": "2 proyecto, 3 actividad",
    "clasificador": "2.6, 2.3.1…",
    "texto": "Palabras del nombre; riego* alcanza a riegos",
    "parte": "De 0 a 1, de lo que dejaron las reglas más específicas; vacío es todo",
    "clase": "directo, o transversal: aparte y sin sumar",
    "confianza": "alta, media o baja",
    "estado": "firmado, por una persona; propuesta: cuenta, y se dice que nadie la firmó; sugerido: no cuenta hasta que se firme",
    "autor": "Quién responde por la regla",
    "fecha": "Desde cuándo, AAAA-MM-DD",
    "origen": "De dónde sale",
    "nota": "Lo que haya que recordar",
}
"""What to write under each title of the rules; other titles take codes."""


def _frame(book: _Book, name: str, frame: pl.DataFrame) -> None:
    plain = frame.with_columns(pl.col(pl.Boolean).replace_strict({True: "sí", False: "no"}, return_dtype=pl.String))
    book.sheet(name, plain.columns, plain.rows())


def _rules(raw: RawTable | None) -> tuple[list[str], list[list[str]]]:
    """Every column a rule may have, in its usual order, with the person's own columns at the end."""
    if raw is None:
        return list(COLUMNS), []
    own = {title.strip().lower(): title for title in raw.frame.columns if title != "fila"}
    titles = [*COLUMNS, *(name for name in own if name not in COLUMNS)]
    return titles, [[str(row[own[t]] or "") if t in own else "" for t in titles] for row in raw.frame.iter_rows(named=True)]


def _lists(book: _Book, sheet: Any, titles: Sequence[str], used: int, plan: Plan, codes: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Lists to choose from. A code list only warns, because a cell may hold several codes separated by `;`."""
    last = used + _SPARE_ROWS
    for column, title in enumerate(titles):
        sheet.set_column(column, column, _WIDE.get(title, 13), book.text)
        if title in COLUMNS:
            note = _HELP.get(title, "Códigos que la línea debe cumplir, separados por «;»; vacío es cualquiera")
            sheet.write_comment(0, column, note, {"author": "presupuesto-link"})
        cells = (1, last, column)
        if title == "accion":
            offer(
                sheet,
                cells,
                f"={quoted_name(plan.niveles.accion)}!$A$2:$A${plan.acciones.height + 1}",
                f"Elija una {plan.niveles.accion} de la lista, o escriba {NOBODY}.",
            )
        elif title in _WORDS:
            offer(sheet, cells, list(_WORDS[title]), "Elija una palabra de la lista.", "stop")
        elif codes.get(title):
            letter = column_letter(2 * list(codes).index(title))
            source = f"=codigos!${letter}$2:${letter}${len(codes[title]) + 1}"
            offer(sheet, cells, source, "Ese código no está en los datos. Varios códigos se separan con «;».")


def _codes(linkage: Linkage) -> dict[str, list[tuple[str, str]]]:
    """The codes that the data has, with their names, in the order of the code."""
    found = {}
    for column in _LISTED:
        values = linkage.cube[column].drop_nulls().unique().sort().to_list() if column in linkage.cube.columns else []
        names = _called(linkage.names, column)
        if values:
            found[column] = [(value, names.get(value, "")) for value in values]
    return found


def _called(names: Mapping[str, pl.DataFrame], column: str) -> dict[str, str]:
    dimension = _NAMED_BY.get(column, column)
    table = names.get(dimension)
    return {} if table is None or column not in NAMES.get(dimension, ()) else dict(table.select(column, "nombre").unique(column).rows())


def _unlinked(linkage: Linkage) -> pl.DataFrame:
    """The largest lines without action, with names; the codes have the titles of the rules, to be copied."""
    table = linkage.coverage.sin_vincular.filter(pl.col("motivo") != EXCLUDED).head(_UNLINKED_ROWS)
    for column, alias in (("producto", "producto_nombre"), ("actividad", "actividad_nombre"), ("programa", "programa_nombre")):
        names = _called(linkage.names, column)
        table = table.with_columns(pl.col(column).replace_strict(names or {"": ""}, default=None, return_dtype=pl.String).alias(alias))
    goal = linkage.names.get("finalidad")
    key = ["anio", "sec_ejec", "sec_func", "finalidad"]
    named = table.join(goal.select(*key, pl.col("nombre").alias("finalidad_nombre")), on=key, how="left") if goal is not None else table
    return named.sort(["pim_soles", "devengado_soles", *key], descending=[True, True, *(False for _ in key)], nulls_last=True)


def _readme(book: _Book, linkage: Linkage, action: str) -> None:
    sheet = book.book.add_worksheet("Léame")
    sheet.set_column(0, 0, _README_WIDTH)
    sheet.write_string(0, 0, f"Reglas de vínculo entre el gasto y las {action}", book.title)
    lines = (
        f"Instantánea {linkage.snapshot.id}, corte {linkage.snapshot.cut_off}, {linkage.scope}.",
        "Edite sólo la hoja «vinculos»: una regla por fila. Las demás hojas son de consulta y se vuelven a escribir cada vez.",
        f"id: un nombre distinto por regla. accion: la {action}; {NOBODY} dice que esas líneas no financian ninguna {action} y que alguien lo decidió.",
        "Selectores: los códigos que deben cumplirse a la vez; vacío es cualquiera. Varios códigos en una celda se separan con «;».",
        "Gana la regla más específica: la que mira lo más fino (meta, finalidad, proyecto, actividad, texto, programa, grupo, división, función, clasificador…).",
        "parte: de 0 a 1, de lo que dejaron las reglas más específicas. Dos reglas igual de específicas que pidan más de 1 chocan y no se aplican.",
        "sec_func exige sec_ejec y el mismo año en desde y hasta, porque la meta se renumera cada año.",
        "texto: palabras del nombre de la finalidad, el proyecto o la actividad, sin importar tildes; * al final deja seguir la palabra (riego*).",
        "clase transversal: se muestra aparte y no se suma. estado propuesta: cuenta, y se dice que nadie la firmó. estado sugerido: no cuenta hasta que alguien escriba firmado.",
        "autor y fecha: quién responde por la regla y desde cuándo. Sin firma no se aplica.",
        "La hoja «sin_vincular» trae lo que falta, de mayor a menor PIM, con los códigos listos para copiar en «vinculos».",
        "Al terminar: guarde el libro y ejecute  presupuesto-link vincular ESTE-LIBRO.xlsx",
    )
    for row, line in enumerate(lines, 2):
        sheet.write_string(row, 0, line, book.long)
        set_height(sheet, row, lines_of(line, _README_WIDTH))
    page_setup(sheet, "Léame")
