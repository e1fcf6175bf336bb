"""The proposal of budget modification as a workbook: what a budget office needs to check it, complete it and sign it, and nothing already approved.

Grounds and signatures are left empty on purpose: a person declares them.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from presupuesto_link.presentation.theme import HEAD
from presupuesto_link.presentation.workbook.book_parts import column_letter
from presupuesto_link.presentation.workbook.new_book import new_book
from presupuesto_link.presentation.workbook.proposal_sheet import (
    COUNT,
    DRAFT_BANNER,
    MONEY,
    NONE,
    RATIO,
    RULE,
    Column,
    Placed,
    ProposalBook,
)
from presupuesto_link.presentation.workbook.proposal_tables import detail_lines, opening_lines, signatures
from presupuesto_link.scenarios.breakdown import CANCEL, ENABLE
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.scenarios.proposal import activities, before_after, metas, note_lines, pairs, papers, rules
from presupuesto_link.wording import enumerate_words

GROUNDS = (
    "a) fin cumplido con saldo",
    "b) finalidad suprimida",
    "c) cambio de prioridad de los OEI",
    "d) saldo libre proyectado al cierre",
)
"""DL 1440, art. 48, párr. 48.1, num. 1: why a line may be annulled."""
SUPPORTS = ("déficit proyectado", "meta nueva o mayor")
"""The same, num. 2: why a line may be enabled."""
_ACTION = Column("accion", "{accion}", 11)
_AMOUNT = Column("monto_soles", "Monto (S/)", 17, MONEY)
_BALANCED = (Column("anulado_soles", "Anulado (S/)", 20, MONEY), Column("habilitado_soles", "Habilitado (S/)", 20, MONEY))
_LINE = (
    Column("movimiento", "Mov.", 6, COUNT),
    Column("nota", "Nota tipo", 8, empty="falta dato"),
    Column("sec_ejec", "UE (sec_ejec)", 10),
    Column("funcion", "Función", 9),
    Column("programa", "Programa", 10),
    Column("producto", "Producto / proyecto", 11),
    Column("actividad", "Actividad / obra", 11),
    Column("sec_func", "Meta (sec_func)", 11),
    Column("finalidad", "Finalidad", 10),
    Column("finalidad_nombre", "Nombre de la finalidad", 48),
    Column("fuente", "Fuente", 8),
    Column("rubro", "Rubro", 7),
    Column("tipo_recurso", "Tipo de recurso", 9),
    Column("categoria_gasto", "Categoría", 10),
    Column("generica", "Genérica", 9),
    Column("clasificador", "Clasificador", 14),
    _ACTION,
    Column("pim_soles", "PIM (S/)", 15, MONEY),
    Column("certificado_soles", "Certificado (S/)", 15, MONEY),
    Column("libre_soles", "Libre (S/)", 15, MONEY),
    _AMOUNT,
)
_GROUND = Column("causal", "Causal del 48.1.1 (a, b, c o d): por declarar", 26, choices=GROUNDS)
_SUPPORT = Column("sustento", "Sustento del 48.1.2: por declarar", 26, choices=SUPPORTS)
_PAIRS = (
    Column("movimiento", "Mov.", 6, COUNT),
    Column("donante", "{accion} que cede", 12),
    Column("receptor", "{accion} que recibe", 12),
    Column("sec_ejec_donante", "UE que cede", 10),
    Column("sec_ejec_receptor", "UE que recibe", 10),
    Column("fuente", "Fuente", 8),
    Column("rubro", "Rubro", 8),
    Column("programa_donante", "Programa que cede", 11),
    Column("programa_receptor", "Programa que recibe", 11),
    Column("generica_donante", "Genérica que cede", 10),
    Column("generica_receptor", "Genérica que recibe", 10),
    Column("nota", "Nota tipo", 15),
    _AMOUNT,
    Column("veredicto", "Veredicto", 14),
    Column("reglas", "Reglas que lo dan", 60, empty=NONE),
)
_RULES = (
    Column("regla", "Regla", 24),
    Column("articulo", "Artículo", 22),
    Column("texto", "Lo que dice", 48),
    Column("veredicto", "Veredicto", 14),
    Column("requiere", "Documento que pide", 34, empty=NONE),
    Column("faltan", "Dato que falta", 30, empty=NONE),
    Column("confianza", "Confianza", 11),
    Column("excepcion", "Excepción", 18, empty=NONE),
    Column("movimientos", "Movimientos", 13, COUNT),
    Column("monto_soles", "Mueven (S/)", 17, MONEY),
    Column("numeros", "Cuáles (Mov.)", 30),
)
_PAPERS = (
    Column("grupo", "Grupo", 22),
    Column("documento", "Documento", 45),
    Column("articulo", "Artículo", 28, empty=NONE),
    Column("detalle", "Por qué", 50),
    Column("movimientos", "Movimientos", 18, empty=NONE),
    Column("adjunto", "N.° o enlace del documento: por llenar", 24),
)
_SOURCES = (
    Column("pliego", "Pliego", 12),
    Column("fuente", "Fuente", 12),
    Column("rubro", "Rubro", 12),
    *_BALANCED,
    Column("diferencia_soles", "Diferencia (S/)", 20, MONEY),
)
_ACTIONS = (
    _ACTION,
    Column("nombre", "Nombre", 50),
    Column("papel", "Papel", 12),
    Column("pim_antes_soles", "PIM antes (S/)", 19, MONEY),
    Column("cambio_soles", "Cambio (S/)", 18, MONEY),
    Column("pim_despues_soles", "PIM después (S/)", 19, MONEY),
    Column("ejecucion_ratio", "Ejecución antes", 11, RATIO),
    Column("ejecucion_despues_ratio", "Ejecución después*", 12, RATIO),
    Column("avance_ratio", "Avance del resultado", 12, RATIO),
    Column("diagnostico", "Diagnóstico", 18),
)
_METAS = (
    Column("sec_ejec", "UE (sec_ejec)", 14),
    Column("sec_func", "Meta (sec_func)", 14),
    Column("acciones", "{accion}", 24),
    *_BALANCED,
    Column("cambio_soles", "Cambio de la meta (S/)", 19, MONEY),
)
_AOI = (*_METAS[:2], Column("aoi", "AOI", 22), Column("nombre", "Nombre de la AOI", 45), *_METAS[2:])
_CHANGE = ("pim_antes_soles", "cambio_soles", "pim_despues_soles")
_INTRO = {
    "pares": "De qué {accion} a qué {accion} va el dinero y el peor veredicto de las reglas que le tocan.",
    "reglas": "Lo que cada regla dice, primero lo peor y luego lo que más dinero mueve. Un movimiento está en cada regla que lo alcanza: no sume "
    "los montos. La confianza es la de la lectura de la norma. El detalle por movimiento está en tablas/normas.csv.",
    "papeles": "Lo que el expediente necesita. Nada de esto lo adjunta el programa.",
    "acciones": "* Con el mismo devengado: sólo cambia el PIM. No es un pronóstico.",
}
_NO_BRIDGE = (
    "No se dio la tabla de metas y AOI: no se sabe qué AOI cambian. Revísela con «presupuesto-link vincular --poi EXPORTE --metas-aoi TABLA --aei-aer TABLA» "
    "y pásela a «presupuesto-link escenario» con --metas-aoi. "
    "Mientras tanto, estas son las metas (sec_ejec y sec_func) cuyo POI hay que revisar."
)
_BRIDGED = (
    "AOI de las metas que la propuesta toca: su programación física y financiera cambia. Los montos son de la meta entera; "
    "si tiene varias AOI, se repiten y hay que repartirlos en CEPLAN."
)
_SUMMARY = (22, 100, 20)
_SIGNATURE = ("Nombre", "Cargo", "Fecha", "Firma")


Total = tuple[str, float]
"""The cell of a total and its value."""


def write_proposal(scenario: Scenario, path: Path, aoi: pl.DataFrame | None = None) -> None:
    """Write the proposal; the same scenario gives the same bytes.

    Args:
        scenario: a solved scenario.
        path: the `.xlsx` to make; one that is there is never replaced, since a person may have declared grounds in it.
        aoi: columns `sec_ejec, sec_func, aoi` and, if known, `nombre`: the activities of each meta (as `linkage.plan.ceplan.Chain.pasos` has
            them); null when no bridge is loaded.

    Raises:
        OutputError: the file is there, or cannot be written.
    """
    action = scenario.baseline.niveles.accion
    with new_book(path, f"Propuesta de modificación presupuestaria: {scenario.spec.titulo}") as raw:
        book = ProposalBook(raw, notices(scenario))
        summary = book.sheet("Resumen", _SUMMARY, "Propuesta de modificación presupuestaria en el nivel funcional programático.")
        totals = (_notes(book, scenario, CANCEL, "Anulaciones", _GROUND), _notes(book, scenario, ENABLE, "Habilitaciones", _SUPPORT))
        _summary(book, scenario, *summary, totals)
        book.table("Movimientos", _titled(_PAIRS, action), pairs(scenario), _INTRO["pares"].format(accion=action), ("monto_soles",))
        book.table("Normas", _RULES, rules(scenario), _INTRO["reglas"])
        book.table("Documentos", _PAPERS, papers(scenario), _INTRO["papeles"])
        _sources(book, scenario)
        book.table(f"{action} antes y después", _titled(_ACTIONS, action), before_after(scenario), _INTRO["acciones"], _CHANGE)
        _plan(book, scenario, aoi)
        _signatures(book, scenario)


def _titled(columns: tuple[Column, ...], action: str) -> tuple[Column, ...]:
    """The columns with the plan's word for an action."""
    return tuple(replace(column, title=column.title.format(accion=action)) for column in columns)


def notices(scenario: Scenario) -> tuple[str, ...]:
    """What every sheet says first."""
    said = scenario.advertencia.removeprefix("Es indicativo: ")
    return (DRAFT_BANNER, f"INDICATIVO: {said}") if scenario.indicativo else (DRAFT_BANNER,)


def _summary(book: ProposalBook, scenario: Scenario, sheet: Any, row: int, totals: tuple[Total, Total]) -> None:
    """The first page; its amounts are looked up in the sheets they come from."""
    for place, (title, side) in enumerate((("Concepto", "left"), ("Contenido", "left"), ("Soles", "right"))):
        sheet.write_string(row, place, title, book.style(bold=True, bg_color=HEAD, bottom=1, align=side))
    sheet.freeze_panes(row + 1, 0)
    sheet.repeat_rows(0, row)
    opening, detail = list(opening_lines(scenario)), list(detail_lines(scenario))
    first = row + 1 + len(opening)
    given, taken = totals
    moved = (
        ("Monto que se anula", "Total de la hoja «Anulaciones»", f"={given[0]}", given[1]),
        ("Monto que se habilita", "Total de la hoja «Habilitaciones»", f"={taken[0]}", taken[1]),
        ("Diferencia", "Habilitado menos anulado: siempre cero", f"=C{first + 2}-C{first + 1}", taken[1] - given[1]),
    )
    for place, (concept, text, amount) in enumerate(opening, row + 1):
        _line(book, sheet, place, concept, text, amount)
    for place, (concept, text, formula, value) in enumerate(moved, first):
        _line(book, sheet, place, concept, text, None)
        sheet.write_formula(place, 2, formula, book.style(num_format=MONEY, bold=True, **RULE), value)
    for place, (concept, text, amount) in enumerate(detail, first + len(moved)):
        _line(book, sheet, place, concept, text, amount)


def _line(book: ProposalBook, sheet: Any, row: int, concept: str, text: str, amount: Decimal | int | None) -> None:
    book.line(sheet, row, _SUMMARY[1], concept, text)
    if amount is not None:
        sheet.write_number(row, 2, float(amount), book.style(num_format=MONEY, **RULE))


def _notes(book: ProposalBook, scenario: Scenario, side: str, name: str, declared: Column) -> Total:
    """The lines of one side; where its total is and how much."""
    frame = note_lines(scenario, side)
    shown, unknown = _known(frame, _titled(_LINE, scenario.baseline.niveles.accion))
    columns = (*shown, declared)
    intro = f"Una fila por línea de {side}. «sin dato»: la fuente no lo trae. La última columna la declara la Oficina de Presupuesto."
    _, placed = book.table(name, columns, frame, f"{intro}{unknown}", ("monto_soles",))
    letter = column_letter([column.name for column in columns].index("monto_soles"))
    return f"{name}!{letter}{_total(placed) + 1}", float(scenario.monto_soles)


def _known(frame: pl.DataFrame, columns: tuple[Column, ...]) -> tuple[tuple[Column, ...], str]:
    """The columns of a line that some line has, and a sentence with those that none has: a page of «sin dato» hides the rest."""
    empty = [column for column in columns if frame.height and frame[column.name].is_null().all()]
    named = enumerate_words(column.title for column in empty)
    return tuple(column for column in columns if column not in empty), f" Sin dato en ninguna línea: {named}." if empty else ""


def _total(placed: Placed) -> int:
    if placed.total is None:
        raise RuntimeError("the table has no totals")
    return placed.total


def _sources(book: ProposalBook, scenario: Scenario) -> None:
    """Annulled and enabled by source; the difference is a formula, so that whoever edits an amount sees it."""
    frame, amounts = scenario.fuentes, ("anulado_soles", "habilitado_soles", "diferencia_soles")
    sheet, placed = book.table(
        "Por fuente", _SOURCES, frame, "Lo anulado y lo habilitado de cada pliego, fuente y rubro: la diferencia es cero.", amounts
    )
    for row, difference in enumerate(frame["diferencia_soles"].to_list(), placed.first):
        sheet.write_formula(row, 5, f"=E{row + 1}-D{row + 1}", book.style(num_format=MONEY, **RULE), float(difference))


def _plan(book: ProposalBook, scenario: Scenario, aoi: pl.DataFrame | None) -> None:
    action = scenario.baseline.niveles.accion
    if aoi is None:
        book.table("POI", _titled(_METAS, action), metas(scenario), _NO_BRIDGE)
    else:
        book.table("POI", _titled(_AOI, action), activities(scenario, aoi), _BRIDGED)


def _signatures(book: ProposalBook, scenario: Scenario) -> None:
    """Empty blocks: who signs answers for it."""
    widths = (38, 34, 30, 16, 34)
    sheet, row = book.sheet("Firmas", widths, "Nadie ha firmado. Mientras esté vacía, la propuesta no tiene efecto alguno.")
    box = book.style(border=1)
    for place, title in enumerate(("", *_SIGNATURE)):
        sheet.write_string(row, place, title, book.style(bold=True, bg_color=HEAD, border=1))
    for place, who in enumerate(signatures(scenario), row + 1):
        sheet.set_row(place, 54)
        sheet.write_string(place, 0, who, book.style(bold=True, border=1, text_wrap=True))
        for blank in range(1, len(widths)):
            sheet.write_blank(place, blank, None, box)
