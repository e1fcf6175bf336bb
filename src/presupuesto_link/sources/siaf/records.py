"""Records of a text: each has as many cells as titles, or it is told apart and never read.

A reader that projects columns looks only at those, so a separator without quotes inside a name would move money to another column in
silence. Here every record is counted. Two ways, because national files have gigabytes and are well written:

- `plainly_written` counts newlines and looks at what stands before them, and Polars counts the records. When both agree no cell has a
  newline, and when no line ends in a separator a blank last cell cannot be mistaken for a missing one: then Polars' own columns tell
  the width of each record (see `reading`), at no cost.
- Otherwise `mend` goes through the lines, most of them in blocks, and writes a copy in which those facts hold: a record of another
  width is an empty line there, unescaped quotes are escaped, and a record of several lines is followed by as many empty ones, so that
  the place of a record is always its line in the file.
"""

from __future__ import annotations

import io
import itertools
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from presupuesto_link.sources.siaf.bytes import BLOCK, line_blocks
from presupuesto_link.sources.siaf.layout import RECORD

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Places = NDArray[np.int64]

MORE, FEWER = "tiene más celdas que títulos", "tiene menos celdas que títulos"
UNCLOSED, CUT = "tiene una comilla sin cerrar", "está incompleto: el archivo se corta ahí"
FOOT = "no es un registro: es lo que una base de datos escribe al final"
REASON, TEXT = "motivo", "texto"
TORN_SCHEMA = {RECORD: pl.UInt32, REASON: pl.String, TEXT: pl.String}
"""A record that cannot be read: its line in the file, why, and its text, or the beginning of it."""
SHOWN = 300
LOOKED = 8
"""Columns after the last title that are looked at: something in one of them is a cell too many."""
FOOTER = r'^[\s",;]*\(?\d[\d,.]* (?:filas?|rows?|registros?)\b[^,;|\t]*$'
"""What a database writes after its last record: `(2 filas)`, `(2 rows affected)`. It is no record."""
_NEWLINE, _RETURN, _QUOTE = ord("\n"), ord("\r"), ord('"')
_FOOTER = re.compile(FOOTER, re.IGNORECASE)
_LONGEST = 50
"""Lines of one record; a quote that is not closed in as many is a stray one."""
_CLOSED, _OPEN = re.compile(r'"((?:[^"]|"")*+)"'), re.compile(r'"(?:[^"]|"")*+')
_WITH_TEXT, _NAMED = 100_000, 5


@dataclass
class Torn:
    """Records that cannot be read, in the order of the file."""

    lines: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def add(self, line: int, reason: str, text: str) -> None:
        """One more."""
        self.lines.append(line)
        self.reasons.append(reason)
        self.texts.append(text[:SHOWN] if len(self.texts) < _WITH_TEXT else "")

    def frame(self) -> pl.DataFrame:
        """As `TORN_SCHEMA`."""
        return pl.DataFrame({RECORD: self.lines, REASON: self.reasons, TEXT: self.texts}, schema=TORN_SCHEMA)


def reasons_of(torn: pl.DataFrame) -> dict[str, int]:
    """Why records cannot be read, with the lines of the first of them → how many."""
    found = {}
    for (reason,), rows in torn.group_by(REASON, maintain_order=True):
        lines = [f"{line:,}" for line in rows[RECORD].head(_NAMED)]
        more = " y otras" if rows.height > _NAMED else ""
        found[f"{reason} ({'línea' if rows.height == 1 else 'líneas'} {', '.join(lines)}{more})"] = rows.height
    return found


def plainly_written(path: Path, delimiter: str, records: int) -> bool:
    """Whether every line of a text is one record and none ends in a separator, so that a blank cell is not a missing one.

    Nor has it more blank cells in a row than `LOOKED` columns after the last title would see beyond.

    Args:
        path: the text, titles in its first line.
        delimiter: what separates its cells.
        records: how many records a reader that knows quotes counts below the titles.
    """
    import numpy as np

    sign, lines, told = ord(delimiter), 0, bytearray(BLOCK + 2)
    blanks, tail = delimiter.encode() * (LOOKED + 1), b""
    page, (ends, before) = np.frombuffer(told, np.uint8), np.empty((2, BLOCK), np.bool_)
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(memoryview(told)[2:]):  # two bytes of the block before stay in front
            if told.find(blanks, 2, size + 2) >= 0 or blanks in tail + told[2 : 2 + min(size, LOOKED)]:
                return False
            tail = (tail + bytes(told[max(2, size + 2 - LOOKED) : size + 2]))[-LOOKED:]
            end, place = ends[:size], before[:size]
            np.equal(page[2 : size + 2], _NEWLINE, out=end)
            lines += int(np.count_nonzero(end))
            for away in (
                (1, 2) if told.find(b"\r", 1, size + 2) >= 0 else (1,)
            ):  # a separator, or that and a return, and the end of the line
                np.equal(page[2 - away : size + 2 - away], sign, out=place)
                place &= end
                if away > 1 and np.count_nonzero(place):
                    place &= page[1 : size + 1] == _RETURN
                if np.count_nonzero(place):
                    return False
            page[:2] = page[size : size + 2].copy()
    unended = page[1] != _NEWLINE
    return bool(lines - 1 + unended == records and not (unended and page[1] == sign))


def mend(source: BinaryIO, target: BinaryIO, delimiter: str, width: int) -> pl.DataFrame:
    """Write a text whose records are all of one width, and tell those that are not (`TORN_SCHEMA`).

    Args:
        source: the text in UTF-8, titles in its first line.
        target: where it goes; its first line is there only to be skipped.
        delimiter: what separates the cells.
        width: how many titles there are.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
    """
    torn, sign, line = Torn(), delimiter.encode(), 2
    target.write(b"-\n")
    source.readline()
    for block in line_blocks(source):
        whole = block if block.endswith(b"\n") else block + b"\n"
        whole.decode("utf-8")
        if _sound(whole, sign, width):
            target.write(_with_last_cells(whole, sign))
            line += whole.count(b"\n")
            continue
        for record in records_of(deque(io.BytesIO(block)), source.readline, delimiter, width):
            if record.reason:
                torn.add(line, record.reason, record.text)
            elif record.cells:
                target.write(sign.join(b'"' + cell.replace('"', '""').encode() + b'"' for cell in record.cells))
            target.write(b"\n" * record.lines)
            line += record.lines
    return torn.frame()


def _sound(block: bytes, sign: bytes, width: int) -> bool:
    """Whether every line of a block is a record of the right width that any reader understands the same way, none of them blank."""
    blank = sign * (width - 1)
    has_blank = block.startswith(blank) or any(b"\n" + blank + end in block for end in (b"\n", b"\r"))
    return width_and_quotes(block, sign[0], width) and not (width > 1 and has_blank)


def _with_last_cells(block: bytes, sign: bytes) -> bytes:
    """The same lines, with a blank last cell written so that it is not taken for a missing one."""
    for end in (b"\n", b"\r\n"):
        if sign + end in block:
            block = block.replace(sign + end, sign + b'""' + end)
    return block


@dataclass(frozen=True)
class Record:
    """One record of a text, blank or not, sound or not.

    Attributes:
        cells: none when it is blank or cannot be read.
        lines: how many of the text it takes.
        reason: why it cannot be read; empty when it can.
        text: as it is written, when it cannot be read.
    """

    cells: list[str]
    lines: int
    reason: str = ""
    text: str = ""


def records_of(waiting: deque[bytes], more: Callable[[], bytes], delimiter: str, width: int) -> Iterator[Record]:
    """The records of some lines.

    A record may take several lines, inside well written quotes. One whose quote is never closed, or only after a line that is a whole
    record by itself, is one line that cannot be read: a stray quote does not swallow those that follow.

    Args:
        waiting: the lines, with their ends.
        more: the line after them, empty at the end of the text.
        delimiter: what separates the cells.
        width: how many cells a record has.
    """
    while waiting:
        first = waiting.popleft()
        cells, is_open = split(_text(first), delimiter, width)
        taken = _rest_of(first, waiting, more, (delimiter, width)) if is_open else []
        if taken:
            cells, is_open = split(_text(b"".join((first, *taken))), delimiter, width)
        lines, blank = 1 + len(taken), not is_open and not any(map(str.strip, cells))
        if blank or (not is_open and len(cells) == width):
            yield Record([] if blank else cells, lines)
            continue
        reason = UNCLOSED if is_open else MORE if len(cells) > width else FEWER
        if _FOOTER.match(_text(first).rstrip('"')):
            reason = FOOT
        elif not first.endswith(b"\n") and reason != MORE:
            reason = CUT
        yield Record([], lines, reason, _text(first))


def _rest_of(first: bytes, waiting: deque[bytes], more: Callable[[], bytes], shape: tuple[str, int]) -> list[bytes]:
    """The lines that complete a record whose first one ends inside quotes, taken from those that wait; none when they do not.

    A quote inside those lines that neither closes a cell nor is doubled is the beginning of another record's cell.
    """
    delimiter, width = shape
    taken: list[bytes] = []
    while len(taken) < _LONGEST and (following := waiting.popleft() if waiting else more()):
        taken.append(following)
        alone, together = (_strictly(_text(text), delimiter) for text in (following, b"".join((first, *taken))))
        if together is None or (alone and len(alone) == width and alone[-1] is not None and any(alone)):
            break
        if together[-1] is not None:
            return taken
    waiting.extendleft(reversed(taken))
    return []


def _text(line: bytes) -> str:
    return line.decode("utf-8").rstrip("\r\n")


def split(record: str, delimiter: str, width: int) -> tuple[list[str], bool]:
    """The cells of a record, and whether its end is inside quotes.

    A well written record has one reading. In another, quotes that should be doubled (`"I.E. "SAN LUIS" 1"`) are part of the cell: only
    one before a separator, or at the end, closes it; where two together may be read either way, as they are in `"I.E. "SAN LUIS""`, the
    reading of the right width is taken.

    Args:
        record: without its end of line.
        delimiter: what separates the cells.
        width: how many cells it should have.
    """
    if '"' not in record:
        return record.split(delimiter), False
    found = _strictly(record, delimiter)
    if found is None:
        readings = [list(_split(record, delimiter, doubled)) for doubled in (True, False)]
        found = next((cells for cells in readings if len(cells) == width and cells[-1] is not None), readings[0])
    return [cell or "" for cell in found], found[-1] is None


def _strictly(record: str, delimiter: str) -> list[str | None] | None:
    """The cells of a record, the last None when it is not closed; nothing when a quote is neither at the ends of a cell nor doubled."""
    cells: list[str | None] = []
    place = 0
    while True:
        if record.startswith('"', place):
            found = _CLOSED.match(record, place)
            if not found:
                return [*cells, None] if _OPEN.fullmatch(record, place) else None
            cell, end = found[1].replace('""', '"'), found.end()
        else:
            end = record.find(delimiter, place)
            end = len(record) if end < 0 else end
            cell = record[place:end]
            if '"' in cell:
                return None
        cells.append(cell)
        if end == len(record):
            return cells
        if not record.startswith(delimiter, end):
            return None
        place = end + 1


def _split(record: str, delimiter: str, doubled: bool) -> Iterator[str | None]:
    """The cells of a record; the last is None when it is not closed. With `doubled`, `""` before a separator is a quote in a cell."""
    place, size = 0, len(record)
    while True:
        if not record.startswith('"', place):
            end = record.find(delimiter, place)
            yield record[place:] if end < 0 else record[place:end]
        else:
            end, cell = _quoted(record, place + 1, delimiter, doubled)
            yield cell
            if cell is None:
                return
        if end < 0 or end >= size:
            return
        place = end + 1


def _quoted(record: str, place: int, delimiter: str, doubled: bool) -> tuple[int, str | None]:
    """Where the separator after a quoted cell is (-1 when the record ends), and the cell; None when no quote closes it."""
    parts: list[str] = []
    while (found := record.find('"', place)) >= 0:
        parts.append(record[place:found])
        run = sum(1 for _ in itertools.takewhile(lambda i: record.startswith('"', i), itertools.count(found)))
        after = found + run
        at_end = after == len(record)
        closes = at_end or record.startswith(delimiter, after)
        if closes and (run % 2 or not doubled):
            parts.append('"' * (run // 2 if run % 2 else run - 1))
            return (-1 if at_end else after), "".join(parts)
        parts.append('"' * (run if run % 2 else run // 2))
        place = after
    return -1, None


def width_and_quotes(block: bytes, sign: int, width: int) -> bool:
    """Whether every line of a block of whole lines has `width` cells and every quote in it opens, closes or is doubled.

    Exact: lines all quoted are told by `","`, each of whose quotes is then accounted for; others by the separators outside quotes,
    once each quote is seen to open after a separator and to close before one.
    """
    import numpy as np

    page = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(page == _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    quotes = page == _QUOTE
    count = int(np.count_nonzero(quotes))
    if count == 2 * width * len(ends) and _all_quoted(page, quotes, (starts, ends), sign, width):
        return True
    signs = np.flatnonzero(page == sign)
    counts = _per_line(signs, ends)
    if count:
        places = np.flatnonzero(quotes)
        if np.any(_per_line(places, ends) % 2) or not _open_and_close(page, places, sign):
            return False
        before = np.searchsorted(signs, places)
        inside = before[1::2] - before[0::2]
        counts = counts - np.bincount(np.searchsorted(ends, places[0::2]), inside, len(ends)).astype(np.int64)
    return bool(np.all(counts == width - 1))


def _all_quoted(page: Bytes, quotes: NDArray[np.bool_], lines: tuple[Places, Places], sign: int, width: int) -> bool:
    """Whether every cell of every line is in quotes, with none inside. There are `2 * width` quotes a line on average."""
    import numpy as np

    starts, ends = lines
    between = np.flatnonzero((page[1:-1] == sign) & quotes[:-2] & quotes[2:]) + 1
    last = ends - 1 - (page[ends - 1] == _RETURN)
    if len(between) != (width - 1) * len(ends) or not (np.all(quotes[starts]) and np.all(quotes[last]) and np.all(last > starts)):
        return False
    if width == 1:
        return True
    grid = between.reshape(len(ends), width - 1)
    inside = np.all(grid[:, 0] - 1 > starts) and np.all(grid[:, -1] + 1 < last)
    return bool(inside and np.all(np.diff(grid, axis=1) > 2))


def _open_and_close(page: Bytes, places: Places, sign: int) -> bool:
    """Whether each odd quote stands after a separator, a newline or a quote, and each even one before one of those."""
    import numpy as np

    opening, closing = places[0::2], places[1::2]
    before = page[np.maximum(opening - 1, 0)]
    after = page[closing + 1]
    opens = (before == sign) | (before == _NEWLINE) | (before == _QUOTE) | (opening == 0)
    closes = (after == sign) | (after == _NEWLINE) | (after == _QUOTE) | (after == _RETURN)
    return bool(np.all(opens) and np.all(closes))


def _per_line(places: Places, ends: Places) -> Places:
    """How many of some places are in each line."""
    import numpy as np

    return np.diff(np.searchsorted(places, ends), prepend=0)
