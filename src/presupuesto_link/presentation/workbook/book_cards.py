"""The sheets for people: the summary in sentences, and the card of each action, to which every table's codes lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from presupuesto_link.dossier import Dossier
from presupuesto_link.presentation.telling.cards import card_views
from presupuesto_link.presentation.telling.chosen import names_of
from presupuesto_link.presentation.telling.lines import Line, ten_lines
from presupuesto_link.presentation.telling.quarter_lines import quarter_lines
from presupuesto_link.presentation.telling.views import Cell, TableView
from presupuesto_link.presentation.telling.words import amount_of
from presupuesto_link.presentation.workbook.book_parts import Styles, lines_of, page_setup, quoted_name, set_height, text_style, write_value

SUMMARY, CARDS = "Resumen", "Fichas"
_WIDTHS = (46, 30, 18, 18, 18, 18, 18, 18, 18)
_SHORT = 24
_TEXT_WIDTH = 110
_SAID, _KEYS, _HIDDEN = 2, len(_WIDTHS), {"hidden": True}
"""Where the keys of what a line says, and of each figure of a card, are written."""


class PeopleSheets:
    """«Resumen» and «Fichas».

    Where each card begins is known before anything is written, so that tables can lead there.
    """

    names: tuple[str, ...] = (SUMMARY, CARDS)

    def __init__(self, dossier: Dossier, banner: str) -> None:
        self._dossier, self._banner = dossier, banner
        self._title = f"Fichas por {dossier.analysis.levels.accion}"
        self._cards = card_views(dossier, names_of(dossier.analysis))
        self._rows: dict[str, int] = {}
        row = 2
        for card in self._cards:
            self._rows[card["codigo"]] = row
            row += len(_blocks(card)) + 1

    def place_of(self, code: str) -> str | None:
        """The internal address of an action's card."""
        row = self._rows.get(code)
        return None if row is None else f"{quoted_name(CARDS)}!A{row + 1}"

    def write(self, book: Any, styles: Styles) -> None:
        """Write both sheets."""
        self._write_summary(book.add_worksheet(SUMMARY), styles)
        self._write_cards(book.add_worksheet(CARDS), styles)

    def _write_summary(self, sheet: Any, styles: Styles) -> None:
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, 1, _TEXT_WIDTH)
        sheet.set_column(_SAID, _SAID, None, None, _HIDDEN)
        sheet.write_string(0, 0, SUMMARY, styles.title)
        row = 1
        if self._banner:
            sheet.write_string(row, 0, self._banner, styles.banner)
            row += 1
        for title, lines in self._summaries():
            sheet.write_string(row + 1, 0, title, styles.section)
            row = _write_lines(sheet, row + 2, lines, styles)
        page_setup(sheet, SUMMARY, self._banner)

    def _summaries(self) -> list[tuple[str, Sequence[Line]]]:
        quarter = self._dossier.quarter
        own = ("La evaluación en diez líneas", ten_lines(self._dossier))
        return [("El trimestre en diez líneas", quarter_lines(quarter)), own] if quarter else [own]

    def _write_cards(self, sheet: Any, styles: Styles) -> None:
        sheet.hide_gridlines(2)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.set_column(_KEYS, _KEYS + len(_WIDTHS) - 1, None, None, _HIDDEN)
        sheet.write_string(0, 0, self._title, styles.title)
        sheet.write_url(0, 4, "internal:'Léame'!A1", styles.link, "volver a Léame")
        sheet.freeze_panes(1, 0)
        for card in self._cards:
            for offset, block in enumerate(_blocks(card)):
                _write_block(sheet, self._rows[card["codigo"]] + offset, block, styles)
        page_setup(sheet, self._title, self._banner)
        sheet.set_h_pagebreaks([self._rows[card["codigo"]] for card in self._cards[1:]])


def _write_lines(sheet: Any, row: int, lines: Sequence[Line], styles: Styles) -> int:
    for number, line in enumerate(lines, start=1):
        text = f"{line.lead} {line.text}"
        sheet.write_number(row, 0, number, styles.cell("0", False))
        sheet.write_string(row, 1, text, text_style(text, True, styles))
        sheet.write_string(row, _SAID, " ".join(line.facts))
        set_height(sheet, row, lines_of(text, _TEXT_WIDTH))
        row += 1
    return row


def _blocks(card: Mapping[str, Any]) -> list[tuple[str, Sequence[Any]]]:
    """The rows of a card: what kind each is and its cells."""
    rows: list[tuple[str, Sequence[Any]]] = [
        ("titulo", (f"{card['codigo']} {card['nombre']}",)),
        ("texto", (f"{card['objetivo']}: {card['objetivo_nombre']}",)),
        ("texto", (f"{card['diagnostico']}. {card['razon']}",)),
        ("texto", (f"Ranking: {card['puesto']}",)),
    ]
    for table in (card["indicadores"], *card["dinero"]):
        rows += _table_rows(table)
    rows += [("texto", (f"Regla {r['regla']}: {r['atrapa']} ({r['parte']} de cada línea; {r['estado']})",)) for r in card["reglas"]]
    for r in card["revisar"]:
        who = f" Responsable: {r['quien']}." if r["quien"] else ""
        rows.append(("texto", (f"Revisar: {r['que']}. {r['cifras']}. {r['hacer']}.{who}",)))
    rows += [("texto", (f"{f.code} {f.place}: {f.found}; se esperaba {f.expected}.",)) for f in card["hallazgos"]]
    return rows


def _table_rows(table: TableView) -> list[tuple[str, Sequence[Any]]]:
    if not table.rows:
        return []
    body = [("fila", row.cells) for row in table.rows]
    return [
        ("texto", (table.caption,)),
        ("encabezado", [(head, place in table.numeric) for place, head in enumerate(table.headers)]),
        *body,
    ]


def _write_block(sheet: Any, row: int, block: tuple[str, Sequence[Any]], styles: Styles) -> None:
    kind, cells = block
    if kind == "titulo":
        for column in range(len(_WIDTHS)):
            sheet.write_blank(row, column, None, styles.section)
        sheet.write_string(row, 0, cells[0], styles.section)
    elif kind == "texto":
        sheet.merge_range(row, 0, row, len(_WIDTHS) - 1, "", text_style(cells[0], True, styles))
        sheet.write_string(row, 0, cells[0], text_style(cells[0], True, styles))
        set_height(sheet, row, lines_of(cells[0], sum(_WIDTHS)))
    elif kind == "encabezado":
        for column, (head, right) in enumerate(cells):
            sheet.write_string(row, column, head, styles.head_right if right else styles.head)
        set_height(sheet, row, max(-(-len(head) // (_WIDTHS[column] - 2)) for column, (head, _) in enumerate(cells)))
    else:
        _write_row(sheet, row, cells, styles)


def _write_row(sheet: Any, row: int, cells: Sequence[Cell], styles: Styles) -> None:
    """Figures as numbers, with their colour; a long note goes in a comment, and a short one after its text."""
    tallest = 1
    for column, cell in enumerate(cells):
        if cell.fact:
            sheet.write_string(row, _KEYS + column, cell.fact)
        value, number = amount_of(cell.text) if column or cell.text.isdigit() else (None, "")
        aside = bool(cell.detail) and (value is not None or bool(cell.color) or (column > 0 and len(cell.detail) > _SHORT))
        if aside:
            sheet.write_comment(row, column, cell.detail, {"author": "presupuesto-link", "x_scale": 2})
        if value is not None:
            sheet.write_number(row, column, value, styles.lit(cell.color, number) if cell.color else styles.cell(number, False))
            continue
        text = f"{cell.text} ({cell.detail})" if cell.detail and not aside else cell.text
        if cell.color:
            sheet.write_string(row, column, text, styles.lit(cell.color, "General"))
        else:
            write_value(sheet, (row, column), text, "General", True, styles)
        tallest = max(tallest, -(-len(text) // (_WIDTHS[column] - 3)))
    set_height(sheet, row, tallest)
