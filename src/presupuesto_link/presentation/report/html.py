"""The report as a page ready to print on A4, with everything inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from presupuesto_link.presentation.report.blocks import Drawing, Paragraph, Points, Report
from presupuesto_link.presentation.telling.shelf import FigureRef
from presupuesto_link.presentation.telling.views import TableView
from presupuesto_link.presentation.theme import HEX, LETTER, TEXT_ON, page_palette

_KINDS: Mapping[type, str] = {Paragraph: "parrafo", Points: "lista", TableView: "tabla", Drawing: "figura"}


def render_html(report: Report) -> str:
    """The report as HTML: no script, no network, nothing beside it.

    Args:
        report: what is told.

    Returns:
        UTF-8 text, the same for the same report.
    """
    from presupuesto_link.presentation.board.render import environment

    sections = [
        {"titulo": section.title, "id": f"s{number}", "bloques": [_block(block) for block in section.blocks]}
        for number, section in enumerate(report.sections, start=1)
    ]
    context = {
        "informe": report,
        "secciones": sections,
        "colores": [(name, HEX[name], TEXT_ON[name]) for name in HEX],
        "letras": LETTER,
        "paleta": page_palette(),
        "bandas": {},
    }
    return f"{environment().get_template('informe.html.j2').render(context)}\n"


def _block(block: Any) -> dict[str, Any]:
    value = block
    if isinstance(block, Drawing):
        figure = block.figure
        value = FigureRef(figure.name, figure.title, figure.alt, figure.drawn.inline)
    return {"clase": _KINDS[type(block)], "valor": value}
