"""Exports of CEPLAN V.01 (POI by operational activity), as they arrive: a workbook, or the same saved as CSV.

The header is the row of the first twenty with most titles of CEPLAN, and what the export is about is known from its columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from errno import EISDIR
from pathlib import Path

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.delimited import DELIMITERS, RawTable, decoded
from presupuesto_link.sources.digest import digest_of
from presupuesto_link.sources.siaf.bytes import kind_of
from presupuesto_link.sources.siaf.titles import normalise
from presupuesto_link.sources.unreadable import unreadable
from presupuesto_link.sources.workbook import Grid, sheet_grid
from presupuesto_link.vocabulary import MONTHS

SHEETS = ("DATA", "POI_Por_ActividadOperativaAnual")
RELATION, PHYSICAL_PLAN, FINANCIAL_PLAN = "relación AOI–AEI", "programación física", "programación financiera"
PHYSICAL_DONE, FINANCIAL_DONE = "ejecución física", "ejecución financiera"
KINDS: dict[str, tuple[tuple[str, ...], ...]] = {
    FINANCIAL_DONE: (("DEV",), ("GENERICA GASTO", "GENERICA DE GASTO")),
    FINANCIAL_PLAN: (("FN(CS)", "GG ID"),),
    PHYSICAL_PLAN: (("F(CS)",), ("F(RE)",)),
    PHYSICAL_DONE: (("F(SE)",),),
    RELATION: (("ACTIVIDAD OPERATIVA ID",), ("AEI",)),
}
"""What each export has: of every group, a title that begins like one of its texts. The first that fits is the export."""
TITLES: dict[str, tuple[str, ...]] = {
    "anio": ("POI", "ANO", "ANO POI"),
    "aoi": ("ACTIVIDAD OPERATIVA ID", "ACT OPERAT.", "ACT OPERAT"),
    "centro_costo": ("CENTRO COSTO ID",),
    "centro_costo_nombre": ("CENTRO DE COSTO",),
    "nombre": ("ACTIVIDAD OPERATIVA",),
    "unidad_medida": ("UNIDAD DE MEDIDA", "UNIDAD MEDIDA"),
    "oei": ("OEI",),
    "aei": ("AEI",),
    "programa": ("CATEGORIA ID",),
    "producto": ("PRODUCTO ID",),
    "actividad": ("ACTIVIDAD PRESUPUESTAL ID",),
    "ubigeo": ("UBIGEO",),
    "activo": ("ACTIVO AO",),
    "generica": ("GG ID", "GENERICA GASTO", "GENERICA DE GASTO"),
}
"""Column → the titles it may have, the best first."""
REQUIRED = ("anio", "aoi")
_MONTHLY = re.compile(r"(F|FN) ?\((CS|RE|SE)(\d?)\) ?(\d{2}|TOTAL)")
_EDITION = re.compile(r"^(FN?) ?\((CS|RE|SE)\d\)")
_SPENT = re.compile(r"DEV[A-Z.]*[ _-]*(?:(ENE|FEB|MAR|ABR|MAY|JUN|JUL|AGO|SET|SEP|OCT|NOV|DIC)[A-Z]*|(\d{2})|(TOTAL))")
_AMOUNT = re.compile(
    r"\b(?:PIA|PIM|DEV(?:ENGADO)?|MONTO|SOLES|PRESUPUESTO|COSTO|CERTIFICA\w+|COMPROM\w+|GIRADO|PROGRAMADO|EJECUTADO)\b|^FN? ?\(|\b(?:\d{2}|TOTAL)$"
)
_NUMBER = r"^[-(]?(?:S/\.?)? ?[0-9][0-9.,\s]*\)?$"
_MONTHS = tuple(name[:3].upper() for name in MONTHS)
_HEADER_ROWS = 20


@dataclass(frozen=True)
class RawExport:
    """One export.

    Attributes:
        kind: what it is about, one of `KINDS`.
        raw: every cell as text under its title in upper case, without accents; `fila` is the row a person sees.
    """

    kind: str
    raw: RawTable

    def title(self, column: str) -> str | None:
        """The title under which a column of `TITLES` comes; null when it does not."""
        return next((title for title in TITLES[column] if title in self.raw.frame.columns), None)


@dataclass(frozen=True)
class Month:
    """What a column of amounts is: physical or financial, which version and edition of it, and which month (0 is the year's total)."""

    financial: bool
    version: str
    month: int
    edition: str = ""


def month_of(title: str) -> Month | None:
    """What a title in upper case says: `FN(RE) 03`, `F(RE1) 03`, `F(SE) TOTAL`, `DEV MAR`; null for any other."""
    if found := _MONTHLY.fullmatch(title):
        month = 0 if found[4] == "TOTAL" else int(found[4])
        return Month(found[1] == "FN", found[2], month, found[3]) if month <= len(_MONTHS) else None
    if found := _SPENT.fullmatch(title):
        number = int(found[2]) if found[2] else 0 if found[3] else _MONTHS.index(found[1].replace("SEP", "SET")) + 1
        return Month(True, "SE", number) if number <= len(_MONTHS) else None
    return None


def months_of(titles: Iterable[str]) -> dict[str, Month]:
    """The columns of amounts that are understood, by title.

    A numbered edition (`F(RE1)`) is its version when it is the only one; beside the version without a number it is another thing, and of
    several nobody says which is in force: those are left out.
    """
    found = {title: month for title in titles if (month := month_of(title))}
    editions: dict[tuple[bool, str], set[str]] = {}
    for month in found.values():
        editions.setdefault((month.financial, month.version), set()).add(month.edition)
    return {t: m for t, m in found.items() if not m.edition or editions[m.financial, m.version] == {m.edition}}


def unread(frame: pl.DataFrame) -> list[str]:
    """The titles that look like those of amounts, have some number below and are not understood."""
    known = {title for titles in TITLES.values() for title in titles} | {*months_of(frame.columns)}
    strange = [title for title in frame.columns if title not in known and title != "fila" and _AMOUNT.search(title)]
    return [title for title in strange if frame[title].str.contains(_NUMBER).any()]


def read_export(path: Path) -> RawExport:
    """Read an export without interpreting any cell.

    Raises:
        InputDataError: unreadable file, no sheet or titles of CEPLAN, or a kind of export that is not known.
    """
    if not path.is_file():
        raise unreadable(
            path, FileNotFoundError() if not path.exists() else IsADirectoryError(EISDIR, ""), "una exportación de CEPLAN V.01"
        )
    kind = kind_of(path)
    if kind not in ("xlsx", "text"):
        raise InputDataError(
            Problem(
                str(path),
                f"un archivo de otra clase ({kind})",
                "un .xlsx exportado de CEPLAN V.01, o el mismo guardado como CSV",
                "ábralo en Excel y guárdelo como .xlsx o «CSV UTF-8»",
            )
        )
    grid, encoding, delimiter, digest = _workbook(path) if kind == "xlsx" else _text(path)
    frame = _framed(path, grid)
    return RawExport(_kind(path, frame.columns), RawTable(frame, path, encoding, delimiter, digest))


def _kind(path: Path, titles: list[str]) -> str:
    """The first kind of `KINDS` that has all it needs."""
    plain = [_EDITION.sub(r"\1(\2)", title) for title in titles]
    missing = {
        kind: [" o ".join(group) for group in groups if not any(t.startswith(begin) for t in plain for begin in group)]
        for kind, groups in KINDS.items()
    }
    absent = [" o ".join(TITLES[column]) for column in REQUIRED if not any(t in titles for t in TITLES[column])]
    found = next((kind for kind, lacks in missing.items() if not lacks), None)
    if found and not absent:
        return found
    said = f"faltan las columnas {', '.join(absent)}" if found else "ninguna clase conocida de exportación de CEPLAN V.01"
    needs = "; ".join(f"{kind}: falta {', '.join(lacks)}" for kind, lacks in missing.items() if lacks)
    raise InputDataError(
        Problem(
            str(path),
            f"{said}; el archivo tiene {', '.join(t for t in titles if t != 'fila')}",
            "el código de la AOI y su año" if found else needs,
            "vuelva a exportar de CEPLAN V.01 sin quitar ni renombrar columnas",
        )
    )


def _workbook(path: Path) -> tuple[Grid, str, str, str]:
    """The cells of the sheet of an export; a workbook with a single sheet needs no name for it."""
    grid = sheet_grid(
        path,
        lambda names: next((name for name in SHEETS if name in names), names[0] if len(names) == 1 else None),
        f"hoja {' o '.join(SHEETS)}",
        "dé ese nombre a la hoja de la exportación",
    )
    return grid, "utf-8", "", digest_of(path)


def _text(path: Path) -> tuple[Grid, str, str, str]:
    """The cells of a CSV; its delimiter is the one that finds most titles."""
    text, encoding, digest = decoded(path)
    head = "\n".join(text.splitlines()[: 2 * _HEADER_ROWS])
    delimiter = max(DELIMITERS, key=lambda sign: max(map(_known, csv.reader(io.StringIO(head), delimiter=sign)), default=0))
    grid: Grid = []
    try:
        grid.extend([cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise InputDataError(
            Problem(
                f"{path}, después de la fila {len(grid)}",
                "una comilla que no se cierra o está mal puesta",
                "comillas por pares",
                "corrija la comilla en esa fila",
            )
        ) from None
    return grid, encoding, delimiter, digest


def _known(row: list[str]) -> int:
    """How many titles of CEPLAN a row has."""
    every = {title for titles in TITLES.values() for title in titles}
    return len({title for title in map(_plain, row) if title in every or month_of(title)})


def _plain(cell: str) -> str:
    return " ".join(normalise(cell).split())


def _framed(path: Path, grid: Grid) -> pl.DataFrame:
    """The rows below the header, those without any cell left out; a repeated title keeps its first column."""
    scores = [_known(row) for row in grid[:_HEADER_ROWS]]
    if max(scores, default=0) < len(REQUIRED):
        raise InputDataError(
            Problem(
                str(path),
                f"ninguna fila con títulos de CEPLAN entre las primeras {_HEADER_ROWS}",
                "títulos como POI, Actividad Operativa ID o AEI",
                "vuelva a exportar de CEPLAN V.01 sin quitar ni renombrar columnas",
            )
        )
    start = scores.index(max(scores))
    titles = [_plain(cell) for cell in grid[start]]
    records = [(number, row) for number, row in enumerate(grid[start + 1 :], start + 2) if any(row)]
    _check_rows(path, titles, records)
    _check_titles(path, titles)
    keep = [place for place, title in enumerate(titles) if title and titles.index(title) == place]
    columns = {titles[i]: [row[i] if i < len(row) else "" for _, row in records] for i in keep}
    schema = {"fila": pl.UInt32} | dict.fromkeys(columns, pl.String)
    return pl.DataFrame({"fila": [number for number, _ in records]} | columns, schema=schema)


def _check_titles(path: Path, titles: list[str]) -> None:
    """No column of amounts comes twice: nobody says which is the good one."""
    twice = [title for title in dict.fromkeys(titles) if month_of(title) and titles.count(title) > 1]
    if twice:
        raise InputDataError(
            Problem(
                f"{path}, títulos",
                f"columnas de montos repetidas: {', '.join(twice[:6])}",
                "una sola columna por monto, versión y mes",
                "deje la que vale y vuelva a guardar el archivo",
            )
        )


def _check_rows(path: Path, titles: list[str], records: list[tuple[int, list[str]]]) -> None:
    """There are rows, and none has a cell beyond the last title: a delimiter inside a text would shift the amounts."""
    long = [number for number, row in records if any(row[len(titles) :])]
    if long or not records:
        found = f"más celdas que los {len(titles)} títulos" if long else "ninguna fila debajo de los títulos"
        where = f"{path}, fila {long[0]}" if long else str(path)
        raise InputDataError(
            Problem(
                where,
                found,
                "al menos una fila, y tantas celdas como títulos",
                "ponga entre comillas el texto que contenga el separador"
                if long
                else "vuelva a exportar: una respuesta vacía es un error, no un cero",
            )
        )
