"""Workbooks that people fill: one sheet as a grid of text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from presupuesto_link.errors import InputDataError, Problem

Grid = list[list[str]]


def sheet_grid(path: Path, choose: Callable[[Sequence[str]], str | None], wanted: str, remedy: str) -> Grid:
    """The cells of a sheet, as text without spaces at their ends; a blank is empty text.

    Args:
        path: the `.xlsx`.
        choose: the sheet to read among those there are; null when none serves.
        wanted: what was looked for, for the message.
        remedy: what to do when it is not there.

    Raises:
        InputDataError: the workbook cannot be opened, or no sheet serves.
    """
    book = _opened(path)
    sheet = choose(book.sheet_names)
    if sheet is None:
        found = f"no hay {wanted}; tiene {', '.join(book.sheet_names)}"
        raise InputDataError(Problem(str(path), found, f"una {wanted}", remedy))
    cells = book.load_sheet(sheet, header_row=None, dtypes="string", skip_rows=0).to_polars()
    return [["" if cell is None else str(cell).strip() for cell in row] for row in cells.rows()]


def has_sheet(path: Path, name: str) -> bool:
    """Whether a workbook has a sheet.

    Raises:
        InputDataError: the workbook cannot be opened.
    """
    return name in _opened(path).sheet_names


def _opened(path: Path) -> Any:
    import fastexcel

    if not path.is_file():
        found = "una carpeta" if path.is_dir() else "el archivo no existe"
        raise InputDataError(Problem(str(path), found, "un libro .xlsx", "revise la ruta escrita"))
    try:
        return fastexcel.read_excel(path)
    except Exception:
        raise not_opened(path) from None


def not_opened(path: Path) -> InputDataError:
    """A workbook that no reader opens, and what to do."""
    return InputDataError(
        Problem(
            str(path),
            "un libro que no se puede abrir: no es de Excel, tiene clave o está dañado",
            "un .xlsx sano",
            "ábralo en Excel y guárdelo de nuevo como .xlsx, sin clave",
        )
    )
