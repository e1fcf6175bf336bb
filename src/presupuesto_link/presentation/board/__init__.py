"""The board: one self-contained HTML file for directors and the budget office.

Everything the template shows is built here as plain text; the template only places it. The file needs no network and nothing
beside it; without its script it is read whole, and with it tables are sorted and filtered and what is seen has an address.
`sections` is its table of contents; each group of sections has a module.
"""

from __future__ import annotations

from presupuesto_link.presentation.board.render import render_page
from presupuesto_link.presentation.telling.lines import Line, ten_lines
from presupuesto_link.presentation.telling.shelf import FigureRef

__all__ = ["FigureRef", "Line", "render_page", "ten_lines"]
