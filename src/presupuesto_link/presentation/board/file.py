"""The board as one file, which goes anywhere alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from presupuesto_link.dossier import Dossier

if TYPE_CHECKING:
    from presupuesto_link.presentation.plots import Figure

INSIDE = ("semaforo_trimestral", "proyeccion_cierre", "calibracion_intervalos", "burbujas_", "ranking", "escenario_", "transferencias_")
"""Beginnings of the names of the figures that go inside: of the others the board has its own tables, which can be sorted and read aloud."""


def board_text(dossier: Dossier, figures: Sequence[Figure], tables: Mapping[str, str] | None = None) -> str:
    """The board with its drawings inside.

    Args:
        dossier: what it shows.
        figures: those drawn of the dossier; only those of `INSIDE` are used.
        tables: title of every table written beside it, by path.
    """
    from presupuesto_link.presentation.board import FigureRef, render_page

    refs = [FigureRef(f.name, f.title, f.alt, f.drawn.inline) for f in figures if f.name.startswith(INSIDE)]
    return render_page(dossier, refs, tables)
