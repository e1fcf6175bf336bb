"""A workbook that a person takes on from here: whole or not at all, and never over one that is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from presupuesto_link.errors import OutputError, Problem, system_reason
from presupuesto_link.presentation.workbook.book_parts import CREATED, OPTIONS


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
    from xlsxwriter.exceptions import FileCreateError

    if path.exists():
        raise OutputError(
            Problem(
                str(path),
                "una carpeta" if path.is_dir() else "el libro ya existe",
                "un nombre nuevo",
                "elija otro nombre: el libro puede tener cambios hechos a mano",
            )
        )
    part = path.with_name(f".parcial-{uuid4().hex}.xlsx")
    try:
        book = Workbook(str(part), OPTIONS)
        book.set_properties({"title": title, "author": "presupuesto-link", "created": CREATED})
        yield book
        book.close()
        part.replace(path)
    except (OSError, FileCreateError) as error:
        cause = error if isinstance(error, OSError) else error.args[0]  # xlsxwriter wraps what the disk said
        reason = system_reason(cause) if isinstance(cause, OSError) else str(cause)
        raise OutputError(
            Problem(str(path), f"no se pudo escribir: {reason}", "una carpeta con permiso y espacio", "revise la ruta")
        ) from error
    finally:
        part.unlink(missing_ok=True)
