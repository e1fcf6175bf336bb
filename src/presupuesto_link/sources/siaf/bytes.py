"""Bytes of a text extract: what they are, and latin-1 to UTF-8 in blocks, never the whole file in memory.

A latin-1 national file of which one pliego is wanted is not transcoded whole: a record is kept when it has the bytes the code must
have. That is only a superset of what is wanted; the real filter runs again on the parsed columns, so correctness never rests on it.
"""

from __future__ import annotations

import codecs
import io
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.unreadable import unreadable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

BLOCK = 120 << 10
"""Small enough to stay in the processor's cache between one pass and the next, and for its memory to be used again."""
_SAMPLES, _ENDLESS = 24, 32 << 20
_NEWLINE, _QUOTE = ord("\n"), ord('"')
GZIP, ZSTD, ZIP, OLE, PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"


def kind_of(path: Path) -> str:
    """`text`, `html`, `json`, `parquet`, `gzip`, `zstd`, `zip`, `xlsx`, `ods` or `ole`, from the first bytes and never from the extension."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise unreadable(path, error, "un extracto del SIAF") from None
    for magic, kind in ((GZIP, "gzip"), (ZSTD, "zstd"), (OLE, "ole"), (PARQUET, "parquet")):
        if head.startswith(magic):
            return kind
    if head.startswith(ZIP):
        return _kind_of_zip(path)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith((b"{", b"[")):
        return "json"
    return "html" if start.startswith((b"<html", b"<style", b"<!doctype", b"<table", b"<body", b"<meta")) else "text"


def _kind_of_zip(path: Path) -> str:
    """A workbook is a zip too; an `.ods` says what it is in its first member, uncompressed."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
                return "xlsx"
            return "ods" if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype") else "zip"
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError):
        raise InputDataError(
            Problem(str(path), "un archivo comprimido incompleto o dañado", "un .zip o .xlsx sano", "vuelva a descargarlo o a copiarlo")
        ) from None


def looks_utf8(path: Path) -> bool:
    """Are the beginning, the end and some blocks between them UTF-8? A later surprise is caught when parsing."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for index in range(_SAMPLES + 1):
            file.seek(max(0, min(size - (256 << 10), index * size // _SAMPLES)))
            if not _valid(file.read(256 << 10)):
                return False
    return True


def _valid(block: bytes) -> bool:
    """UTF-8, but for a character cut at either end of the block."""
    start = next((i for i, byte in enumerate(block[:4]) if byte & 0xC0 != 0x80), 0)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(block[start:])
    except UnicodeDecodeError:
        return False
    return True


def transcode(source: BinaryIO, target: BinaryIO, needles: tuple[bytes, ...] = (), encoding: str = "cp1252") -> tuple[int, array[int]]:
    """Write a text as UTF-8, header first; with needles, only the records that contain one of them.

    Returns:
        The lines read below the header, and the line of the text (the header is 1) of each line kept; 0 and none without needles.
    """
    target.write(_utf8(source.readline(), encoding))
    if not needles:
        for block in line_blocks(source):
            target.write(_utf8(block, encoding))
        return 0, array("I")
    lines, places = 0, array("I")
    for block, quotes in record_blocks(source):
        kept, count, found = keep_records(block, quotes, needles)
        target.write(_utf8(kept, encoding))
        places.extend(lines + 2 + place for place in found)
        lines += count
    return lines, places


def record_blocks(source: BinaryIO) -> Iterator[tuple[bytes, Mask]]:
    """The text in blocks that end where a record ends (at a newline outside quotes), and where their quotes are."""
    import numpy as np

    for block in line_blocks(source):
        quotes = np.frombuffer(block, np.uint8) == _QUOTE
        if np.count_nonzero(quotes) % 2 == 0:
            yield block, quotes
            continue
        parts, size, odd = [block], len(block), 1
        while odd and size <= _ENDLESS and (line := source.readline()):  # a stray quote: no record is this long
            parts.append(line)
            size, odd = size + len(line), (odd + line.count(b'"')) % 2
        whole = b"".join(parts)
        yield whole, np.frombuffer(whole, np.uint8) == _QUOTE


def line_blocks(source: BinaryIO) -> Iterator[bytes]:
    """The text in blocks of whole lines."""
    while block := source.read(BLOCK):
        yield block if block.endswith(b"\n") else block + source.readline()


def keep_records(block: bytes, quotes: Mask, needles: tuple[bytes, ...]) -> tuple[bytes, int, list[int]]:
    """The records of a block that contain a needle, how many lines it has, and how many stand before each line of those records.

    NumPy looks at every byte some times faster than `bytes.find` and `bytes.count`, and lets another thread work meanwhile.
    """
    import numpy as np

    page = np.frombuffer(block, np.uint8)
    newlines = page == _NEWLINE
    lines = int(np.count_nonzero(newlines)) + (not block.endswith(b"\n"))
    kept, odd, end, line = [], False, 0, 0
    places: list[int] = []
    for place in sorted({place for needle in needles for place in _places(block, page, needle)}):
        if place < end:
            continue
        start, before = block.rfind(b"\n", end, place) + 1 or end, end
        end = block.find(b"\n", place) + 1 or len(block)
        odd ^= bool(np.count_nonzero(quotes[before:start]) % 2)
        if odd or block.count(b'"', start, end) % 2:  # the line begins or ends inside quotes
            whole, places = _keep_by_record(block, needles)
            return whole, lines, places
        line += int(np.count_nonzero(newlines[before:start]))
        places.append(line)
        line += 1
        kept.append(block[start:end])
    return b"".join(kept), lines, places


def _places(block: bytes, page: Bytes, needle: bytes) -> Iterator[int]:
    """Where a needle begins: byte by byte over the whole page at once, then exactly in the few words of eight that have it."""
    import numpy as np

    places = len(page) - len(needle) + 1
    if places <= 0:
        return
    found = np.zeros(-(-places // 8) * 8, np.bool_)
    np.equal(page[:places], needle[0], out=found[:places])
    for offset, byte in enumerate(needle[1:], 1):
        found[:places] &= page[offset : places + offset] == byte
    for word in np.flatnonzero(found.view(np.uint64)).tolist():
        place, last = block.find(needle, word * 8, word * 8 + 7 + len(needle)), word * 8 + 7
        while place >= 0:
            yield place
            place = block.find(needle, place + 1, last + len(needle))


def _keep_by_record(block: bytes, needles: tuple[bytes, ...]) -> tuple[bytes, list[int]]:
    """The slow way, for blocks with a newline inside quotes near a needle."""
    kept: list[bytes] = []
    places: list[int] = []
    record, begins = b"", 0
    lines = list(io.BytesIO(block))
    for number, line in enumerate(lines):
        record += line
        if record.count(b'"') % 2 and number + 1 < len(lines):
            continue
        if any(needle in record for needle in needles):
            kept.append(record)
            places.extend(range(begins, number + 1))
        record, begins = b"", number + 1
    return b"".join(kept), places


def _utf8(block: bytes, encoding: str) -> bytes:
    if encoding == "utf-8":
        return block
    try:
        text = block.decode("cp1252")
    except UnicodeDecodeError:  # five bytes are not in cp1252; latin-1 has them all
        text = block.decode("latin-1")
    return text.encode("utf-8")
