"""Which files a person means, and of what year their figures are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.origin import read_origin
from presupuesto_link.sources.siaf.dated import beside, without_whole_days

if TYPE_CHECKING:
    from presupuesto_link.sources.siaf.layout import Layout

_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_TABLE_BYTES = 4 << 20


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
    named = {int(year) for year in _YEAR.findall(without_whole_days(path.name)) if int(year) <= last}
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
    text = next((year for place in beside(path) if (year := read_origin(place).get("anio", ""))), "")
    if text and not _YEAR.fullmatch(text):
        raise InputDataError(Problem(f"{path.stem}.origen.toml, anio", f"«{text}»", "un año, por ejemplo anio = 2023", "corrija la línea"))
    return int(text) if text else None
