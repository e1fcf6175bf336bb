"""A workbook that a person takes on from here: whole or not at all, and never over one that is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from presupuesto_link.errors import OutputError, Problem
from presupuesto_link.presentation.workbook.book_parts import CREATED, OPTIONS, close_book
from presupuesto_link.presentation.writing.file import whole_file


@contextmanager
def new_book(path: Path, title: str) -> Iterator[Any]:
    """An xlsxwriter workbook, put in its place when the block ends well; a file that is there is never replaced.

    Args:
        path: the `.xlsx` to make.
        title: of its properties.

    Raises:
        OutputError: the file is there, or cannot be written.
    """
    from xlsxwriter import Workbook

    if path.exists():
        raise OutputError(
            Problem(
                str(path),
                "una carpeta" if path.is_dir() else "el libro ya existe",
                "un nombre nuevo",
                "elija otro nombre: el libro puede tener cambios hechos a mano",
            )
        )
    with whole_file(path) as part:
        book = Workbook(str(part), OPTIONS)
        book.set_properties({"title": title, "author": "presupuesto-link", "created": CREATED})
        yield book
        close_book(book)
