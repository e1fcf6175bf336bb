"""Small tables as grids of text, whose header is found by content: workbooks, Consulta Amigable pages, and either saved again as CSV."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.siaf.layout import RECORD, Layout
from presupuesto_link.sources.siaf.page import YEAR_TITLE, Page, page_of
from presupuesto_link.sources.siaf.recognising import MOST_TITLES, fitted, score
from presupuesto_link.sources.siaf.titles import normalise
from presupuesto_link.sources.workbook import not_opened

Grid = list[list[str]]
_HEADER_ROWS = 40
_SMALL = 32 << 20
_YEAR_CELL = re.compile(r"(?i)^(?:a.o |ejercicio )?((?:19|20)\d{2})(?:\.0)?$")
_DELIMITERS = (",", ";", "\t", "|")


def sheet_cells(path: Path) -> Grid:
    """The first sheet of a workbook, every cell as text."""
    try:
        frame = pl.read_excel(path, has_header=False, infer_schema_length=0, engine="calamine", raise_if_empty=False, drop_empty_rows=False)
    except Exception:
        raise not_opened(path) from None
    return [["" if cell is None else str(cell) for cell in row] for row in frame.rows()]


def html_cells(path: Path) -> Grid:
    """A Consulta Amigable page: what it says of itself, its two-row header, then the records."""
    from lxml import html

    page = html.fromstring(as_text(path.read_bytes()))
    tables = page.xpath("//table[contains(@class, 'MapTable')]")
    header = [_spread(row) for row in (tables[0].xpath(".//tr")[:2] if tables else [])]
    if len(header) > 1:  # cells two rows high are not in the second
        lower = iter(header[1])
        header[1] = [next(lower, "") if normalise(title).startswith("EJECUCION") else "" for title in header[0]]
    records = [_spread(row) for row in page.xpath("//table[contains(@class, 'Data')]//tr")]
    if not records or not header:
        raise InputDataError(
            Problem(
                str(path),
                "una página sin filas de datos",
                "la tabla de la Consulta Amigable",
                "repita la consulta: una respuesta vacía es un error, no un cero",
            )
        )
    path_rows = [_spread(row) for row in page.xpath("//table[contains(@class, 'History')]//tr")]
    for told in page.xpath(
        "//style | //script | //table[contains(@class, 'History') or contains(@class, 'MapTable') or contains(@class, 'Data')]"
    ):
        told.drop_tree()
    return [[" ".join(page.text_content().split())], *path_rows, *header, *records]


def text_cells(path: Path, layouts: Iterable[Layout]) -> Grid | None:
    """A small text whose titles are not simply its first line: a page saved again with its heading, or UTF-16.

    None when it is an ordinary extract, too big for this, or no layout's titles are all in its first rows.
    """
    known = list(layouts)
    with path.open("rb") as file:
        first, second = file.readline(1 << 20), file.readline(1 << 20)
    strange = first.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\r" in first.strip(b"\r\n")  # UTF-16, or lines of old Macs
    if path.stat().st_size > _SMALL or (not strange and _is_header(as_text(first), as_text(second), known)):
        return None
    text = as_text(path.read_bytes())
    for delimiter in _DELIMITERS:
        if any(_fits(row, known) for row in _candidates(list(itertools.islice(_reader(text, delimiter), _HEADER_ROWS)))):
            return list(_reader(text, delimiter))
    return None


def as_text(content: bytes) -> str:
    """Bytes of a small file as text: UTF-16 with its mark, UTF-8, or what Windows writes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def table_of(cells: Grid, layouts: Iterable[Layout], path: Path) -> tuple[list[str], pl.DataFrame, Page]:
    """The header (the row, or pair of rows, that some layout knows best among the first forty), the records below it and what stands above.

    Columns without a title and rows without any cell are left out; a repeated title keeps its first column. `registro` is the number
    of the row in the sheet. A year that stands above the header becomes a column.
    """
    known = list(layouts)
    candidates = _candidates(cells)
    scores = [_fit(row, known) for row in candidates]
    if not scores or max(scores) == 0:
        raise InputDataError(
            Problem(
                str(path),
                "ninguna fila con títulos conocidos",
                "los títulos de un extracto del SIAF en las primeras filas",
                "vuelva a exportar el archivo",
            )
        )
    best = scores.index(max(scores))
    start, above = _rows_of(best, cells)
    titles = _with_years([cell.strip() for cell in candidates[best]], above[-1] if above else [])
    keep = [i for i, title in enumerate(titles) if title and titles.index(title) == i]
    numbered = [(number, row) for number, row in enumerate(cells[start:], start + 1) if any(cell.strip() for cell in row)]
    records = [row for _, row in numbered]
    columns = {titles[i]: [row[i].strip() if i < len(row) else "" for row in records] for i in keep}
    page = page_of(above, titles)
    if page.year and not {normalise(title) for title in columns} & {normalise(YEAR_TITLE), "ANO"}:
        columns[YEAR_TITLE] = [page.year] * len(records)
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    known_titles = [*filter(None, titles), *list(columns)[len(keep) :]]
    return known_titles, frame.with_columns(pl.Series(RECORD, [number for number, _ in numbered], dtype=pl.UInt32)), page


def _candidates(cells: Grid) -> Grid:
    """The first rows, then each with the one below laid over it, as a two-row header is read."""
    top = cells[:_HEADER_ROWS]
    return [*top, *(_laid_over(lower, upper) for upper, lower in itertools.pairwise(top))]


def _rows_of(candidate: int, cells: Grid) -> tuple[int, Grid]:
    """Where the records begin and what is above the header."""
    single = len(cells[:_HEADER_ROWS])
    header, height = (candidate, 1) if candidate < single else (candidate - single, 2)
    return header + height, cells[:header]


def _laid_over(lower: Sequence[str], upper: Sequence[str]) -> list[str]:
    return [low if low.strip() else up for low, up in itertools.zip_longest(lower, upper, fillvalue="")]


def _fit(row: list[str], layouts: Iterable[Layout]) -> float:
    """How much of a row some layout knows; 1 and more when the row has all that the layout must have."""
    return max(score(fitted(layout, row)) for layout in layouts) if len(row) <= MOST_TITLES else 0.0


def _fits(row: list[str], layouts: Iterable[Layout]) -> bool:
    return _fit(row, layouts) >= 1


def _is_header(first: str, second: str, layouts: Sequence[Layout]) -> bool:
    """Whether the first line of a text has all its titles: the second laid over it, as in a two-row header, does not have more."""
    for delimiter in _DELIMITERS:
        upper, lower = (next(iter(_reader(line, delimiter)), []) for line in (first, second))
        if _fits(upper, layouts) and _fit(_laid_over(lower, upper), layouts) <= _fit(upper, layouts):
            return True
    return False


def _with_years(titles: list[str], above: Sequence[str]) -> list[str]:
    """Titles under several years, as a table with the years side by side has them: each with the year that is over it."""
    years = [found[1] if (found := _YEAR_CELL.match(cell.strip())) else cell.strip() for cell in above]
    if len({year for year in years if _YEAR_CELL.match(year)}) < 2:
        return titles
    over, told = "", []
    for title, cell in itertools.zip_longest(titles, years[: len(titles)], fillvalue=""):
        over = cell or over
        told.append(f"{title} {over}" if title and _YEAR_CELL.match(over) else title)
    return told


def _reader(text: str, delimiter: str) -> Iterable[list[str]]:
    """The rows of a text, until one has a cell longer than the reader takes: no table this module reads has one."""
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        return


def _spread(row: object) -> list[str]:
    """The cells of a row of a page; one that spans columns is followed by as many of its own."""
    cells = row.xpath("./td|./th")  # type: ignore[attr-defined]
    return [text for cell in cells for text in [_clean(cell)] * int(cell.get("colspan") or 1)]


def _clean(cell: object) -> str:
    return " ".join(cell.text_content().replace("\xa0", " ").split())  # type: ignore[attr-defined]
