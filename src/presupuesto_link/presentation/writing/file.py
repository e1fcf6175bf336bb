"""One file written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from presupuesto_link.errors import OutputError, Problem, system_reason


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A name beside a file to write under, put in its place when the block ends well.

    Raises:
        OutputError: the file cannot be written.
    """
    part = path.with_name(f".parcial-{uuid4().hex}{path.suffix}")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        reason = f"no se pudo escribir: {system_reason(error)}"
        raise OutputError(Problem(str(path), reason, "una carpeta con permiso y espacio", "revise la ruta")) from error
    finally:
        part.unlink(missing_ok=True)
