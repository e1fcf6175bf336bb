"""Small tables as grids of text, whose header is found by content: workbooks, Consulta Amigable pages, and either saved again as CSV."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.siaf.layout import RECORD, Layout
from presupuesto_link.sources.siaf.page import YEAR_TITLE, Page, page_of, tells_more
from presupuesto_link.sources.siaf.recognising import MOST_TITLES, fitted, score
from presupuesto_link.sources.siaf.records import FEWER, MORE, TORN_SCHEMA, Torn, records_of, split
from presupuesto_link.sources.siaf.titles import normalise
from presupuesto_link.sources.workbook import Book, Grid

BOOKS = ("xlsx", "ole", "ods")
_HEADER_ROWS = 40
_SMALL = 32 << 20
_YEAR_CELL = re.compile(r"(?i)^(?:a.o |ejercicio )?((?:19|20)\d{2})(?:\.0)?$")
_WIDEST = 1000
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Found:
    """The table of a file as a grid.

    Attributes:
        cells: every row, those above the titles too; a row's place is its line in the file, or its row in the sheet.
        torn: the records whose cells are not as many as the titles (`records.TORN_SCHEMA`).
        sheet: of a workbook, the one it is in.
    """

    cells: Grid
    torn: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=TORN_SCHEMA))
    sheet: str | None = None


def book_cells(path: Path, layouts: Iterable[Layout], asked: str | None, shown: Path) -> Found:
    """The sheet of a workbook that has the titles of some layout; the one that has most of them when none has all.

    Args:
        path: the workbook.
        layouts: those it may have.
        asked: the sheet to read.
        shown: the file that the person gave.

    Raises:
        InputDataError: the workbook cannot be opened, has not the sheet asked for, or several fit and none was asked for.
    """
    book, known = Book(path, shown), list(layouts)
    if asked and asked not in book.sheets:
        raise _which(shown, f"no tiene la hoja «{asked}»", book.sheets)
    if asked or len(book.sheets) == 1:
        name = asked or book.sheets[0]
        return Found(book.cells(name), sheet=name)
    grids = {name: cells for name in book.sheets if (cells := _cells_or_none(book, name))}
    if not grids:
        return Found([], sheet=None)
    scores = {name: _score(cells, known) for name, cells in grids.items()}
    fits = [name for name, found in scores.items() if found >= 1]
    if len(fits) > 1:
        raise _which(shown, f"{len(fits)} hojas son extractos", fits)
    name = fits[0] if fits else max(scores, key=lambda sheet: scores[sheet])
    return Found(grids[name], sheet=name)


def first_rows(path: Path, rows: int) -> Grid:
    """The beginning of each sheet of a workbook."""
    book = Book(path)
    return [row for name in book.sheets for row in (_cells_or_none(book, name) or [])[:rows]]


def _cells_or_none(book: Book, name: str) -> Grid | None:
    try:
        return book.cells(name)
    except InputDataError:
        return None  # a chart, or one damaged sheet among others


def _which(path: Path, found: str, names: Sequence[str]) -> InputDataError:
    return InputDataError(Problem(str(path), found, "una sola hoja, o cuál de ellas: " + ", ".join(names), "elija una con --miembro"))


def html_cells(path: Path, shown: Path) -> Found:
    """A Consulta Amigable page (what it says of itself, its two-row header, then the records), or the biggest table of another page."""
    from lxml import html

    content = as_text(path.read_bytes())
    if "<frameset" in content.lower():
        raise _frameset(shown, content)
    page = html.fromstring(content)
    tables = page.xpath("//table[contains(@class, 'MapTable')]")
    header = [_spread(row) for row in (tables[0].xpath(".//tr")[:2] if tables else [])]
    if len(header) > 1:  # cells two rows high are not in the second
        lower = iter(header[1])
        header[1] = [next(lower, "") if normalise(title).startswith("EJECUCION") else "" for title in header[0]]
    records = [_spread(row) for row in page.xpath("//table[contains(@class, 'Data')]//tr")]
    if not header:
        return Found(_biggest_table(page, shown))
    if not records:
        raise _no_rows(shown)
    path_rows = [_spread(row) for row in page.xpath("//table[contains(@class, 'History')]//tr")]
    for told in page.xpath(
        "//style | //script | //table[contains(@class, 'History') or contains(@class, 'MapTable') or contains(@class, 'Data')]"
    ):
        told.drop_tree()
    above = [[" ".join(page.text_content().split())], *path_rows, *header]
    sound, torn = _of_width(records, max(map(len, header)), len(above) + 1)
    return Found([*above, *sound], torn)


def _biggest_table(page: Any, shown: Path) -> Grid:
    """The rows of the table with most of them, as other systems write a table that opens in Excel."""
    tables = [[_spread(row) for row in table.xpath(".//tr[not(ancestor::table[2])]")] for table in page.xpath("//table")]
    found: Grid = max(tables, key=len, default=[])
    if len(found) > 1:
        return found
    raise _no_rows(shown)


def _no_rows(shown: Path) -> InputDataError:
    return InputDataError(
        Problem(
            str(shown),
            "una página sin filas de datos",
            "la tabla de la Consulta Amigable",
            "repita la consulta: una respuesta vacía es un error, no un cero",
        )
    )


def _frameset(shown: Path, content: str) -> InputDataError:
    """What Excel leaves when a book is saved as a page: a frame around sheets that are in another folder."""
    sheet = re.search(r"""(?i)(?:href|src)\s*=\s*["']?([^"'>\s]+\.html?)""", content)
    inside = f" (los datos están en {sheet[1]})" if sheet else ""
    return InputDataError(
        Problem(
            str(shown),
            f"el cascarón que deja Excel al «Guardar como» página web: no tiene filas{inside}",
            "la tabla misma, en .xlsx, .csv o la página tal como se descargó",
            "abra el archivo en Excel y guárdelo como «Libro de Excel (.xlsx)», o descargue la página de nuevo sin abrirla en Excel",
        )
    )


def _of_width(records: Grid, width: int, first: int) -> tuple[Grid, pl.DataFrame]:
    """The rows with as many cells as titles, the others blank in their place, and those others (`TORN_SCHEMA`)."""
    torn = Torn()
    kept: Grid = []
    for number, row in enumerate(records, first):
        filled = any(cell.strip() for cell in row)
        if filled and len(row) != width:
            torn.add(number, MORE if len(row) > width else FEWER, " | ".join(row))
        kept.append(row if filled and len(row) == width else [])
    return kept, torn.frame()


def text_cells(path: Path, layouts: Iterable[Layout]) -> Found | None:
    """A small text whose titles are not simply its first line: a page saved again with its heading, or UTF-16.

    None when it is an ordinary extract, too big for this, or no layout's titles are all in its first rows.
    """
    known = list(layouts)
    with path.open("rb") as file:
        first, second = file.readline(1 << 20), file.readline(1 << 20)
    strange = first.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\r" in first.strip(b"\r\n")  # UTF-16, or lines of old Macs
    if path.stat().st_size > _SMALL or (not strange and _is_header(as_text(first), as_text(second), known)):
        return None
    text = re.sub(r"\r\n?", "\n", as_text(path.read_bytes()))
    for delimiter in _DELIMITERS:
        head = _head(text, delimiter)
        scores = [_fit(row, known) for row in _candidates(head)]
        if max(scores, default=0) >= 1:
            start, _ = _rows_of(scores.index(max(scores)), head)
            while start < len(head) and not head[start]:  # titles of several lines, or blank ones below them
                start += 1
            return _below(text, head[:start], delimiter)
    return None


def may_be_extract(path: Path, kind: str, layouts: Iterable[Layout]) -> bool:
    """Whether the beginning of a file, or a whole workbook, has the titles of some layout; a page or an answer in JSON may be one."""
    known = list(layouts)
    if kind in BOOKS:
        return _score(book_cells(path, known, None, path).cells, known) >= 1
    if kind != "text":
        return kind in ("html", "json", "parquet")
    text = re.sub(r"\r\n?", "\n", as_text(path.read_bytes(), cut=True))
    return any(_fits(row, known) for delimiter in _DELIMITERS for row in _candidates(_head(text, delimiter)))


def _head(text: str, delimiter: str) -> Grid:
    """The first rows, each in the place of its line."""
    reader, grid = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), Grid()
    with suppress(csv.Error):
        while len(grid) < _HEADER_ROWS and (row := next(reader, None)) is not None:
            grid.append(row)
            grid += [[]] * (reader.line_num - len(grid))
    return grid[:_HEADER_ROWS]


def _below(text: str, head: Grid, delimiter: str) -> Found:
    """A grid of the rows down to the titles and the records below them."""
    lines = io.BytesIO(text.encode("utf-8")).readlines()[len(head) :]
    cells, torn, width = list(head), Torn(), len(next(row for row in reversed(head) if row))
    for record in records_of(deque(lines), bytes, delimiter, width):
        row = record.cells
        if record.reason == FEWER and tells_more(record.text.split(delimiter)[0]):
            row = split(record.text, delimiter, width)[0]
        elif record.reason:
            torn.add(len(cells) + 1, record.reason, record.text)
        cells += [row, *([[]] * (record.lines - 1))]
    return Found(cells, torn.frame())


def as_text(content: bytes, cut: bool = False) -> str:
    """Bytes of a small file as text: UTF-16 with its mark, UTF-8, or what Windows writes. With `cut`, the last character may be half."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if cut and error.start > len(content) - 4:
            return content[: error.start].decode("utf-8-sig")
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


def _score(cells: Grid, layouts: Sequence[Layout]) -> float:
    """How much of its titles the row that some layout knows best has; 1 and more when it has all that the layout must have."""
    return max((_fit(row, layouts) for row in _candidates(cells)), default=0.0)


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
    return [text for cell in cells for text in [_clean(cell)] * _span(cell.get("colspan"))]


def _span(told: str | None) -> int:
    """How many columns a cell takes; browsers read `2px` as 2 and what is no number as 1."""
    found = re.match(r"\s*([0-9]{1,6})", told or "")
    return min(max(int(found[1]), 1), _WIDEST) if found else 1


def _clean(cell: object) -> str:
    return " ".join(cell.text_content().replace("\xa0", " ").split())  # type: ignore[attr-defined]
