"""The board as one file: it goes anywhere alone, and replaces only a board that nobody has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from presupuesto_link.dossier import Dossier
from presupuesto_link.errors import OutputError, Problem
from presupuesto_link.presentation.writing.file import whole_file

if TYPE_CHECKING:
    from presupuesto_link.presentation.plots import Figure

INSIDE = ("semaforo_trimestral", "proyeccion_cierre", "calibracion_intervalos", "burbujas_", "ranking", "escenario_", "transferencias_")
"""Beginnings of the names of the figures that go inside: of the others the board has its own tables, which can be sorted and read aloud."""
_SEAL = "\n<!-- presupuesto-link: sha256 {} -->\n"


def board_text(dossier: Dossier, figures: Sequence[Figure], tables: Mapping[str, str] | None = None) -> str:
    """The board with its drawings inside, and its seal at the end.

    Args:
        dossier: what it shows.
        figures: those drawn of the dossier; only those of `INSIDE` are used.
        tables: title of every table written beside it, by path.
    """
    from presupuesto_link.presentation.board import FigureRef, render_page

    refs = [FigureRef(f.name, f.title, f.alt, f.drawn.inline) for f in figures if f.name.startswith(INSIDE)]
    return _sealed(render_page(dossier, refs, tables))


def write_board(dossier: Dossier, path: Path, progress: Callable[[str], None] = lambda _: None) -> None:
    """Write the board to a file, whole or not at all.

    Args:
        dossier: what it shows.
        path: the `.html` to make; one that is there is replaced only when it is a board of this program that nobody has changed.
        progress: called with a Spanish sentence before each part.

    Raises:
        OutputError: what is there is not to be replaced, or the file cannot be written.
    """
    from presupuesto_link.presentation.plots import draw_all

    check_board(path)
    progress("Dibujando las figuras")
    figures = draw_all(dossier)
    progress("Componiendo el tablero")
    text = board_text(dossier, figures)
    with whole_file(path) as part:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8", newline="\n")


def _sealed(text: str) -> str:
    body = text.rstrip("\n")
    return body + _SEAL.format(sha256(body.encode()).hexdigest())


def check_board(path: Path) -> None:
    """Refuse a path that may not be written before any long work is done for it.

    Raises:
        OutputError: it is not a name for a page, or what is there is not an untouched board.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise _refusal(path, f"«{path.name}»", "un nombre que termine en .html", "use por ejemplo --salida tablero.html")
    if path.is_dir():
        raise _refusal(path, "una carpeta", "un archivo .html", "elija otro nombre con --salida")
    if path.exists() and not _ours(path):
        raise _refusal(
            path,
            "un archivo que no es un tablero sin cambios de este programa",
            "un nombre nuevo o un tablero anterior sin cambios",
            "elija otro nombre con --salida",
        )


def _ours(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return _sealed(text.rpartition("\n<!--")[0]) == text


def _refusal(path: Path, found: str, expected: str, remedy: str) -> OutputError:
    return OutputError(Problem(str(path), found, expected, remedy))
