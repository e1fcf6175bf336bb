"""An analysis that starts from another: the keys it does not write are those of the one it names with `hereda`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.specs.analysis import AnalisisSpec
from presupuesto_link.specs.base import read_toml, validate_spec

KEY = "hereda"
_PATHS = (
    ("fuentes", "plan"),
    ("fuentes", "gasto_aer"),
    ("fuentes", "perfiles"),
    ("fuentes", "normas"),
    ("fuentes", "compromisos"),
    ("fuentes", "extractos"),
    ("vinculo", "reglas"),
    ("seguimiento", "calendario"),
)
_OWN = ("escenarios",)
"""What lies in the folder of each analysis and is not inherited."""


def read_analysis(path: Path) -> tuple[AnalisisSpec, tuple[Path, ...]]:
    """Read an `analisis.toml` and, first, the one it inherits from.

    A section is merged key by key; a list or a value replaces what was there. Paths of the inherited file keep pointing where they
    pointed. Scenarios are those of the analysis' own folder.

    Returns:
        The spec, whole, and the files it was read from, its own first.

    Raises:
        SpecError: a file is missing or not valid, or the files inherit from one another in a circle.
    """
    data, files = _merged(path, ())
    return validate_spec(data, AnalisisSpec, str(path)), files


def _merged(path: Path, seen: tuple[Path, ...]) -> tuple[dict[str, Any], tuple[Path, ...]]:
    if path.resolve() in seen:
        raise SpecError(
            Problem(
                f"{path}, clave «{KEY}»", "un análisis que hereda de sí mismo", "una cadena que termina", "quite la clave de uno de ellos"
            )
        )
    data = read_toml(path)
    named = data.get(KEY)
    if not isinstance(named, str):
        return data, (path,)
    base = path.parent / named
    given, files = _merged(base, (*seen, path.resolve()))
    inherited = {key: value for key, value in given.items() if key not in (*_OWN, KEY)}
    return _over(_moved(inherited, base.parent, path.parent), {"escenarios": [], **data}), (path, *files)


def _over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The tables of `base` with the keys of `own` on top."""
    both = {
        key: _over(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value for key, value in own.items()
    }
    return base | both


def _moved(data: dict[str, Any], old: Path, new: Path) -> dict[str, Any]:
    """Paths relative to one folder, relative to another."""
    moved = dict(data)
    for section, key in _PATHS:
        table = moved.get(section)
        if isinstance(table, dict) and isinstance(table.get(key), str):
            moved[section] = table | {key: _from(old, table[key], new)}
        elif isinstance(table, dict) and isinstance(table.get(key), list):
            moved[section] = table | {key: [_from(old, str(one), new) for one in table[key]]}
    return moved


def _from(old: Path, place: str, new: Path) -> str:
    return Path(os.path.relpath(old / place, new)).as_posix()
