"""Workbooks (`.xlsx`, `.xlsb`, the old `.xls`, `.ods`): one sheet as a grid of text."""

from __future__ import annotations

import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from presupuesto_link.errors import InputDataError, Problem

Grid = list[list[str]]
_DENSE, _TIMES = 20_000_000, 50
"""A sheet is read as a rectangle: one of more cells than these, and so many times those written, would only fill the memory."""
_BLOCK, _TAIL = 1 << 20, 8 << 10
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension ref="(?:[A-Z]+[0-9]+:)?([A-Z]+)([0-9]+)"')
_CELL = re.compile(rb'<(?:\w+:)?c r="([A-Z]+)([0-9]+)"[^>]*[^/]>(?:<(?:\w+:)?f\b[^<]*(?:</(?:\w+:)?f>)?)?<(?:\w+:)?(?:v|is)\b')
_FAR = re.compile(rb'c r="[A-Z]{3}')
_LETTERS_OF_TWO, _LAST_COLUMN = 702, 16_384
_EMPTY_ROWS = re.compile(rb'number-rows-repeated="([0-9]{6,})"')
_FAR_IN_ODS = re.compile(
    rb'number-columns-repeated="[0-9]{4,}"[^>]*/>(?:<table:(?:covered-)?table-cell[^>]*/>)*<table:table-cell[^>]*office:value-type'
)
_NINE_DECIMALS = re.compile(r"-?\d+\.\d{9}")


def sheet_grid(path: Path, choose: Callable[[Sequence[str]], str | None], wanted: str, remedy: str) -> Grid:
    """The cells of a sheet, as text without spaces at their ends; a blank is empty text.

    Args:
        path: the workbook.
        choose: the sheet to read among those there are; null when none serves.
        wanted: what was looked for, for the message.
        remedy: what to do when it is not there.

    Raises:
        InputDataError: the workbook cannot be opened, a sheet is damaged or too sparse, or no sheet serves.
    """
    book = Book(path)
    sheet = choose(book.sheets)
    if sheet is None:
        found = f"no hay {wanted}; tiene {', '.join(book.sheets)}"
        raise InputDataError(Problem(str(path), found, f"una {wanted}", remedy))
    return [[cell.strip() for cell in row] for row in book.cells(sheet)]


def has_sheet(path: Path, name: str) -> bool:
    """Whether a workbook has a sheet.

    Raises:
        InputDataError: the workbook cannot be opened.
    """
    return name in Book(path).sheets


class Book:
    """An open workbook.

    Args:
        path: the workbook; what it is is told by its content, not by its name.
        shown: the file that the person gave, when it is inside another.

    Raises:
        InputDataError: it cannot be opened, or one of its sheets would take the memory of the machine for a few cells.
    """

    def __init__(self, path: Path, shown: Path | None = None) -> None:
        import fastexcel

        self.path = shown or path
        if not path.is_file():
            found = "una carpeta" if path.is_dir() else "el archivo no existe"
            raise InputDataError(Problem(str(path), found, "un libro .xlsx", "revise la ruta escrita"))
        self._refuse_sparse(path)
        content = path.read_bytes()
        try:
            self._book: Any = fastexcel.read_excel(content)
        except Exception:
            raise _not_opened(self.path, content) from None
        self.sheets: list[str] = list(self._book.sheet_names)

    def cells(self, sheet: str) -> Grid:
        """Every cell of a sheet as text, from its first row; a number has the digits that tell it from any other.

        Raises:
            InputDataError: the sheet is damaged, or is not a table (a chart).
        """
        try:
            frame = self._book.load_sheet(sheet, header_row=None, dtypes="string", skip_rows=0).to_polars()
        except Exception:
            raise InputDataError(
                Problem(
                    f"{self.path}, hoja «{sheet}»",
                    "una hoja que no se puede leer: está dañada, o no es de celdas",
                    "un libro sano",
                    "ábralo en Excel y guárdelo de nuevo como .xlsx",
                )
            ) from None
        return [["" if cell is None else _shortest(str(cell)) for cell in row] for row in frame.rows()]

    def _refuse_sparse(self, path: Path) -> None:
        try:
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                        with archive.open(name) as file:
                            far = _far_cell(iter(partial(file.read, _BLOCK), b""))
                        if far:
                            raise self._sparse(far)
                    elif name == "content.xml" and _is_sparse_ods(archive.read(name)):
                        raise self._sparse("")
        except InputDataError:
            raise
        except Exception:
            return

    def _sparse(self, cell: str) -> InputDataError:
        where = f"una celda escrita muy lejos de la tabla ({cell})" if cell else "celdas escritas muy lejos de la tabla"
        return InputDataError(
            Problem(
                str(self.path),
                f"{where}, casi siempre un espacio que no se ve",
                "una hoja que termina donde termina su tabla",
                "en Excel: Ctrl+Fin, borre las filas y columnas que sobran y guarde",
            )
        )


def _far_cell(blocks: Iterable[bytes]) -> str:
    """The last cell written in a sheet when the rectangle up to it is enormous for what is in it; otherwise empty."""
    cells, far, last, size, kept = 0, False, None, (0, 0), b""
    for block in blocks:
        part = kept + block
        size = size if size[0] else _ref(_DIMENSION.search(part))
        cells += block.count(b"c r=")
        far = far or bool(_FAR.search(part))
        last = _last(_CELL.finditer(part[-_TAIL:])) or _last(_CELL.finditer(part)) or last
        kept = part[-_TAIL:]
    column, row = _ref(last)
    columns = _LAST_COLUMN if far else size[0] if size[1] == row and size[0] >= column else _LETTERS_OF_TWO
    area = columns * row
    return f"{last[1].decode()}{row}" if last and area > _DENSE and area > _TIMES * cells else ""


def _is_sparse_ods(content: bytes) -> bool:
    """Whether a sheet of an `.ods` has something after a long run of empty rows, or of empty cells; at its end it always has both."""
    for table in content.split(b"</table:table>"):
        written = max(table.rfind(b"office:value-type"), 0)
        if _EMPTY_ROWS.search(table, 0, written) or _FAR_IN_ODS.search(table):
            return True
    return False


def _last(found: Iterator[re.Match[bytes]]) -> re.Match[bytes] | None:
    return next(iter(deque(found, maxlen=1)), None)


def _ref(found: re.Match[bytes] | None) -> tuple[int, int]:
    """Column and row, from 1, of `CM1048576`; zeros of none."""
    if not found:
        return 0, 0
    column = 0
    for letter in found[1]:
        column = column * 26 + letter - ord("A") + 1
    return column, int(found[2])


def _shortest(cell: str) -> str:
    """A number as the reader writes it, with nine decimals, → its shortest spelling (`1234567890.339999914` → `1234567890.34`)."""
    return repr(float(cell)) if _NINE_DECIMALS.fullmatch(cell) else cell


def _not_opened(path: Path, content: bytes) -> InputDataError:
    """A workbook that no reader opens, and what to do."""
    old = content.startswith(b"\xd0\xcf\x11\xe0")  # an .xlsx with a password is kept inside one of these too
    return InputDataError(
        Problem(
            str(path),
            f"{'un libro .xls antiguo' if old else 'un libro'} que no se puede abrir: no es de Excel, tiene clave o está dañado",
            "un .xlsx sano",
            "ábralo en Excel y guárdelo de nuevo como .xlsx, sin clave",
        )
    )
