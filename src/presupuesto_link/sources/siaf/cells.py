"""Workbooks and the HTML that the Consulta Amigable calls `.xls`: grids of text, whose header is found by content."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.siaf.layout import RECORD, Layout, normalise

Grid = list[list[str]]
_HEADER_ROWS = 20
_YEAR = re.compile(r"A.o de Ejecuci.n:\s*(\d{4})", re.IGNORECASE)


def sheet_cells(path: Path) -> Grid:
    """The first sheet of a workbook, every cell as text."""
    try:
        frame = pl.read_excel(
            path,
            has_header=False,
            infer_schema_length=0,
            engine="calamine",
            raise_if_empty=False,
            drop_empty_rows=False,
        )
    except Exception as error:
        raise InputDataError(
            Problem(
                str(path),
                f"un libro que no se puede abrir ({error})",
                "un .xlsx sano",
                "ábralo en Excel y guárdelo de nuevo",
            )
        ) from None
    return [["" if cell is None else str(cell) for cell in row] for row in frame.rows()]


def html_cells(path: Path) -> Grid:
    """A Consulta Amigable page: its two-row header flattened, then the records; the year asked for as a first column."""
    from lxml import html

    content = path.read_bytes()
    text = content.decode("utf-8") if _is_utf8(content) else content.decode("cp1252", errors="replace")
    page = html.fromstring(text)
    header = [_clean(cell) for cell in page.xpath("//table[contains(@class, 'MapTable')]//tr[1]/td")]
    second = [_clean(cell) for cell in page.xpath("//table[contains(@class, 'MapTable')]//tr[2]/td")]
    flat = [
        name
        for title in header
        for name in (second if normalise(title).startswith("EJECUCION") and second else [title])
    ]
    records = [
        [_clean(cell) for cell in row.xpath("./td")] for row in page.xpath("//table[contains(@class, 'Data')]//tr")
    ]
    found = _YEAR.search(" ".join(page.text_content().split()))
    if not records or not flat:
        raise InputDataError(
            Problem(
                str(path),
                "una página sin filas de datos",
                "la tabla de la Consulta Amigable",
                "repita la consulta: una respuesta vacía es un error, no un cero",
            )
        )
    year = found.group(1) if found else ""
    return [["AÑO DE EJECUCION", *flat], *([year, *record] for record in records)]


def table_of(cells: Grid, layouts: Iterable[Layout], path: Path) -> tuple[list[str], pl.DataFrame]:
    """The header (the row that some layout knows best among the first twenty) and the records below it.

    Columns without a title and rows without any cell are left out; a repeated title keeps its first
    column. `registro` is the number of the row in the sheet.
    """
    known = list(layouts)
    scores = [max(_fit(row, layout) for layout in known) for row in cells[:_HEADER_ROWS]]
    if not scores or max(scores) == 0:
        raise InputDataError(
            Problem(
                str(path),
                "ninguna fila con títulos conocidos",
                "los títulos de un extracto del SIAF en las primeras filas",
                "vuelva a exportar el archivo",
            )
        )
    start = scores.index(max(scores))
    titles = [cell.strip() for cell in cells[start]]
    keep = [i for i, title in enumerate(titles) if title and titles.index(title) == i]
    numbered = [
        (number, row) for number, row in enumerate(cells[start + 1 :], start + 2) if any(cell.strip() for cell in row)
    ]
    records = [row for _, row in numbered]
    columns = {titles[i]: [row[i].strip() if i < len(row) else "" for row in records] for i in keep}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return list(columns), frame.with_columns(pl.Series(RECORD, [number for number, _ in numbered], dtype=pl.UInt32))


def _fit(row: list[str], layout: Layout) -> float:
    names = set(layout.rename(row).values())
    return len(layout.columns & names) / len(layout.columns)


def _clean(cell: object) -> str:
    return " ".join(cell.text_content().replace("\xa0", " ").split())  # type: ignore[attr-defined]


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
