"""Bytes of a text extract: what they are, and latin-1 to UTF-8 in blocks, never the whole file in memory.

A latin-1 national file of which one pliego is wanted is not transcoded whole: a record is kept when it has the bytes the code must
have. That is only a superset of what is wanted; the real filter runs again on the parsed columns, so correctness never rests on it.
"""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from presupuesto_link.errors import InputDataError, Problem

BLOCK = 8 << 20
_SAMPLES, _ENDLESS = 24, 32 << 20
GZIP, ZSTD, ZIP, OLE = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def kind_of(path: Path) -> str:
    """`text`, `html`, `gzip`, `zstd`, `zip`, `xlsx` or `ole`, from the first bytes and never from the extension."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError:
        raise InputDataError(
            Problem(str(path), "el archivo no existe", "un extracto del SIAF", "revise la ruta escrita")
        ) from None
    except OSError as error:
        raise InputDataError(
            Problem(
                str(path),
                f"no se puede leer ({error.strerror})",
                "un archivo legible",
                "revise los permisos o ciérrelo en Excel",
            )
        ) from None
    for magic, kind in ((GZIP, "gzip"), (ZSTD, "zstd"), (OLE, "ole")):
        if head.startswith(magic):
            return kind
    if head.startswith(ZIP):
        try:
            with zipfile.ZipFile(path) as archive:
                return "xlsx" if "[Content_Types].xml" in archive.namelist() else "zip"
        except zipfile.BadZipFile:
            raise InputDataError(
                Problem(
                    str(path),
                    "un archivo comprimido incompleto o dañado",
                    "un .zip o .xlsx sano",
                    "vuelva a descargarlo o a copiarlo",
                )
            ) from None
    return (
        "html"
        if head.lstrip().lower().startswith((b"<html", b"<style", b"<!doctype", b"<table", b"<body", b"<meta"))
        else "text"
    )


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


def transcode(source: BinaryIO, target: BinaryIO, needles: tuple[bytes, ...] = (), encoding: str = "cp1252") -> int:
    """Write a text as UTF-8, header first; with needles, only the records that contain one of them.

    Returns:
        The lines read below the header.
    """
    header, lines = True, 0
    for block in record_blocks(source):
        if header:
            first, _, block = block.partition(b"\n")  # noqa: PLW2901 - the rest of the first block
            target.write(_utf8(first + b"\n", encoding))
            header = False
        lines += block.count(b"\n") + (not block.endswith(b"\n") and bool(block))
        target.write(_utf8(keep_records(block, needles) if needles else block, encoding))
    return lines


def record_blocks(source: BinaryIO) -> Iterator[bytes]:
    """The text in blocks that end where a record ends: at a newline outside quotes."""
    rest = b""
    while chunk := source.read(BLOCK):
        rest += chunk
        cut = _record_end(rest)
        if not cut and len(rest) > _ENDLESS:  # a stray quote: no record is this long
            cut = rest.rfind(b"\n") + 1
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest


def _record_end(block: bytes) -> int:
    """The end of the last whole record of a block that starts at one; 0 when there is none."""
    end, quotes_after = len(block), 0
    total = block.count(b'"')
    while (newline := block.rfind(b"\n", 0, end)) >= 0:
        quotes_after += block.count(b'"', newline, end)
        if (total - quotes_after) % 2 == 0:
            return newline + 1
        end = newline
    return 0


def keep_records(block: bytes, needles: tuple[bytes, ...]) -> bytes:
    """The records of a block that contain a needle."""
    lines: dict[int, int] = {}
    for needle in needles:
        counted = quotes = 0
        position = block.find(needle)
        while position >= 0:
            start = block.rfind(b"\n", 0, position) + 1
            end = block.find(b"\n", position) + 1 or len(block)
            quotes += block.count(b'"', counted, start)
            counted = start
            if quotes % 2 or block.count(b'"', start, end) % 2:  # the line begins or ends inside quotes
                return _keep_by_record(block, needles)
            lines[start] = end
            position = block.find(needle, end)
    return b"".join(block[start : lines[start]] for start in sorted(lines))


def _keep_by_record(block: bytes, needles: tuple[bytes, ...]) -> bytes:
    """The slow way, for blocks with a newline inside quotes near a needle."""
    kept, record = [], b""
    for line in io.BytesIO(block):
        record += line
        if record.count(b'"') % 2 == 0:
            if any(needle in record for needle in needles):
                kept.append(record)
            record = b""
    return b"".join(kept) + (record if any(needle in record for needle in needles) else b"")


def _utf8(block: bytes, encoding: str) -> bytes:
    if encoding == "utf-8":
        return block
    try:
        text = block.decode("cp1252")
    except UnicodeDecodeError:  # five bytes are not in cp1252; latin-1 has them all
        text = block.decode("latin-1")
    return text.encode("utf-8")
