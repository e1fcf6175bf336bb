"""Which files a person means, and of what day and year their figures are."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.origin import read_origin
from presupuesto_link.sources.siaf.page import consulted_in

if TYPE_CHECKING:
    from presupuesto_link.sources.siaf.layout import Layout

_DATE = re.compile(r"(?<!\d)(20\d{2})[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_PAGE_BYTES, _TABLE_BYTES = 64 << 10, 4 << 20


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
            raise InputDataError(Problem(pattern, "ningún archivo con ese nombre", "al menos un extracto", "revise la ruta"))
        found |= dict.fromkeys(Path(path) for path in paths)
    return list(found)


def not_a_file(path: Path) -> InputDataError:
    """What to tell of a path that is not a file that can be read."""
    if path.is_dir():
        return InputDataError(
            Problem(str(path), "es una carpeta", "un extracto del SIAF", f"nombre el archivo, o todos con «{path / '*.csv'}»")
        )
    found = "no es un archivo corriente" if path.exists() else "el archivo no existe"
    return InputDataError(Problem(str(path), found, "un extracto del SIAF", "revise la ruta escrita"))


def cut_off_of(path: Path, given: dt.date | None) -> tuple[dt.date, str]:
    """The cut-off date, and who says it: the caller, the file's origin, its name or the page itself.

    Raises:
        InputDataError: nobody says it.
    """
    if given:
        return given, "opción"
    for beside in _beside(path):
        origin = read_origin(beside)
        for key in ("fecha_corte", "last_modified", "fecha_descarga"):
            day = _as_date(origin.get(key, ""))
            if day:
                return day, f"origen ({key})"
    found = _DATE.search(path.name)
    day = _as_date("-".join(found.groups())) if found else None
    if day:
        return day, "nombre del archivo"
    day = consulted_in(_head(path))
    if day:
        return day, "página"
    raise InputDataError(
        Problem(
            str(path),
            "nadie dice de qué día son las cifras",
            "la fecha de corte del extracto",
            "agregue --al AAAA-MM-DD (el día en que se exportó o descargó)",
        )
    )


def year_of(path: Path, given: int | None, last: int) -> tuple[int, str]:
    """The year of a table that does not carry it, and who says it: the file's origin (`anio`), its name or the caller.

    Args:
        path: the table.
        given: the year asked for.
        last: the year of the cut-off date; a later one in the name (`PDRC_2033.csv`) is of something else.

    Raises:
        InputDataError: nobody says it, or the caller says another than the file.
    """
    origin = _origin_year(path)
    named = {int(year) for year in _YEAR.findall(_DATE.sub(" ", path.name)) if int(year) <= last}
    said, who = (origin, "origen") if origin else (next(iter(named)) if len(named) == 1 else None, "nombre del archivo")
    if given and said and given != said:
        raise InputDataError(
            Problem(
                str(path),
                f"es de {said} según el {who}, y se pidió {given}",
                "el mismo año",
                "quite --anio, o escriba el año correcto (anio = …) en el archivo .origen.toml que está al lado",
            )
        )
    if said or given:
        return (said, who) if said else (int(given or 0), "opción")
    raise InputDataError(
        Problem(
            str(path),
            "nadie dice de qué año son las cifras",
            "el año fiscal de la tabla",
            "agregue --anio AAAA, o una línea anio = AAAA al archivo .origen.toml que está al lado, o el año al nombre del archivo",
        )
    )


def year_said(
    path: Path, layouts: Iterable[Layout], member: str | None, given: int | None, last: int, numbers: str | None = None
) -> dict[str, str]:
    """`anio` and `anio_de` of a table whose records do not carry their year; empty when they do, it has none, or it is a big extract.

    Args:
        path: the file.
        layouts: those it may have.
        member: which file of a zip with several.
        given: the year asked for.
        last: the year of the cut-off date.
        numbers: the decimal sign when somebody said it.

    Raises:
        InputDataError: as `year_of`, or the file cannot be opened.
    """
    from presupuesto_link.sources.siaf.reading import open_extract

    if path.stat().st_size > _TABLE_BYTES:
        return {}
    with open_extract(path, layouts, member, numbers=numbers) as extract:
        if not extract.layout.yearless:
            return {}
        years = extract.layout.rows(extract.raw).select("anio").collect()["anio"]
    if years.is_empty() or years.null_count() < len(years):
        return {}
    year, who = year_of(path, given, last)
    return {"anio": str(year), "anio_de": who}


def _origin_year(path: Path) -> int | None:
    text = next((year for beside in _beside(path) if (year := read_origin(beside).get("anio", ""))), "")
    if text and not _YEAR.fullmatch(text):
        raise InputDataError(Problem(f"{path.stem}.origen.toml, anio", f"«{text}»", "un año, por ejemplo anio = 2023", "corrija la línea"))
    return int(text) if text else None


def _beside(path: Path) -> tuple[Path, Path]:
    """The names under which the origin of a file may be: without its last extension, or without any."""
    return path, path.with_name(path.name.partition(".")[0])


def _head(path: Path) -> str:
    """The beginning of a page, of its workbook or of its text."""
    from presupuesto_link.sources.siaf.bytes import kind_of
    from presupuesto_link.sources.siaf.cells import BOOKS, as_text, first_rows

    kind = kind_of(path)
    if kind in BOOKS:
        return " ".join(cell for row in first_rows(path, 20) for cell in row)
    if kind not in ("html", "text"):
        return ""
    with path.open("rb") as file:
        return as_text(file.read(_PAGE_BYTES))


def _as_date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).date()
    except ValueError:
        return None
