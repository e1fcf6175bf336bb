"""The rules that people sign, as they arrive: `vinculos.csv`, or the sheet `vinculos` of a workbook."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.delimited import RawTable, read_delimited
from presupuesto_link.sources.digest import digest_of
from presupuesto_link.sources.siaf.bytes import kind_of
from presupuesto_link.sources.workbook import sheet_grid

SHEET = "vinculos"


def read_links(path: Path, sheet: str = SHEET) -> RawTable:
    """Read the rules without interpreting any cell; `fila` is the row a person sees in the file.

    Args:
        path: delimited text, or a workbook whose rules are in `sheet`.
        sheet: the sheet of a workbook.

    Raises:
        InputDataError: unreadable file, a workbook without that sheet, repeated titles or no rows.
    """
    if path.is_file() and kind_of(path) == "xlsx":
        return read_sheet(path, sheet)
    return read_delimited(path)


def read_sheet(path: Path, sheet: str) -> RawTable:
    """One sheet of a workbook as text: titles in its first row, rows without any cell left out.

    Raises:
        InputDataError: the workbook cannot be opened, has no such sheet, repeats a title or has no rows.
    """
    rows = sheet_grid(
        path, lambda names: sheet if sheet in names else None, f"hoja «{sheet}»", "cambie el nombre de la hoja que tiene las filas"
    )
    return RawTable(_framed(path, sheet, rows), path, "utf-8", ",", digest_of(path))


def _framed(path: Path, sheet: str, rows: list[list[str]]) -> pl.DataFrame:
    titles = rows[0] if rows else []
    repeated = sorted({title for title in titles if title and titles.count(title) > 1})
    records = [(number, row) for number, row in enumerate(rows[1:], 2) if any(row)]
    if repeated or not records:
        found = f"títulos repetidos: {', '.join(repeated)}" if repeated else "ninguna fila debajo de los títulos"
        raise InputDataError(Problem(f"{path}, hoja {sheet}", found, "títulos distintos y al menos una fila", "corrija la hoja"))
    columns = {title: [row[i] for _, row in records] for i, title in enumerate(titles) if title}
    return pl.DataFrame(
        {"fila": [number for number, _ in records]} | columns, schema={"fila": pl.UInt32} | dict.fromkeys(columns, pl.String)
    )
