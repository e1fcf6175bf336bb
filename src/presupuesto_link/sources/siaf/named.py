"""Which files a person means, and of what day their figures are."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from glob import glob
from pathlib import Path

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.origin import read_origin

_DATE = re.compile(r"(?<!\d)(20\d{2})[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])(?!\d)")


def expand(patterns: Iterable[str]) -> list[Path]:
    """The files that paths and globs name, each once, in order.

    Raises:
        InputDataError: a glob that names no file.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        wild = any(sign in pattern for sign in "*?[") and not Path(pattern).exists()
        paths = sorted(glob(pattern, recursive=True)) if wild else [pattern]  # noqa: PTH207 - absolute patterns too
        if not paths:
            raise InputDataError(
                Problem(pattern, "ningún archivo con ese nombre", "al menos un extracto", "revise la ruta")
            )
        found |= dict.fromkeys(Path(path) for path in paths)
    return list(found)


def cut_off_of(path: Path, given: dt.date | None) -> tuple[dt.date, str]:
    """The cut-off date, and who says it: the caller, the file's origin or its name.

    Raises:
        InputDataError: nobody says it.
    """
    if given:
        return given, "opción"
    for beside in (path, path.with_name(path.name.partition(".")[0])):
        origin = read_origin(beside)
        for key in ("fecha_corte", "last_modified", "fecha_descarga"):
            day = _as_date(origin.get(key, ""))
            if day:
                return day, f"origen ({key})"
    found = _DATE.search(path.name)
    day = _as_date("-".join(found.groups())) if found else None
    if day:
        return day, "nombre del archivo"
    raise InputDataError(
        Problem(str(path), "nadie dice de qué día son las cifras", "la fecha de corte del extracto",
                "agregue --fecha-corte AAAA-MM-DD (el día en que se exportó o descargó)")
    )  # fmt: skip


def _as_date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).date()
    except ValueError:
        return None
