"""The one way of saying that a file cannot be read."""

from __future__ import annotations

from pathlib import Path

from presupuesto_link.errors import InputDataError, Problem, system_reason


def unreadable(path: Path, error: OSError, expected: str) -> InputDataError:
    """What to raise when the system refuses a file; `expected` says what it should have been."""
    if isinstance(error, FileNotFoundError):
        return InputDataError(Problem(str(path), "el archivo no existe", expected, "revise la ruta escrita"))
    reason = f"no se puede leer ({system_reason(error)})"
    return InputDataError(Problem(str(path), reason, "un archivo legible", "revise los permisos o ciérrelo en Excel"))
