"""Open one extract: any container and encoding → a lazy frame of text with normalised headers, and its layout."""

from __future__ import annotations

import csv
import shutil
import zipfile
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, cast

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.siaf.bytes import BLOCK, kind_of, looks_utf8, transcode
from presupuesto_link.sources.siaf.layout import Layout, recognise

if TYPE_CHECKING:
    from collections.abc import Iterator

_DELIMITERS = (",", ";", "\t", "|")
_HEADER_ROWS = 20


@dataclass(frozen=True)
class RawExtract:
    """An open extract; usable while the `with` that opened it lasts.

    Attributes:
        path, digest, size: the file as delivered.
        layout: the one recognised.
        raw: all text, normalised headers, records in file order.
        encoding: `utf-8` or `cp1252`.
        ignored: headers of the file that the layout does not use.
    """

    path: Path
    digest: str
    size: int
    layout: Layout
    raw: pl.LazyFrame
    encoding: str
    ignored: tuple[str, ...]


@contextmanager
def open_extract(
    path: Path, layouts: Iterable[Layout], member: str | None = None, needles: tuple[str, ...] = (), encoding: str | None = None,
) -> Iterator[RawExtract]:
    """Open an extract, whatever its container.

    Args:
        path: plain, `.gz`, `.zst`, `.zip`, `.xlsx` or HTML saved as `.xls`; recognised by its first bytes.
        layouts: the layouts it may have.
        member: which member of a zip with several.
        needles: codes that every wanted record contains; lets a latin-1 file be read without transcoding all of it.
        encoding: `utf-8` or `cp1252` when known; otherwise it is found out.

    Raises:
        InputDataError: unreadable, unknown layout, a zip whose member must be named.
    """
    kind = kind_of(path)
    with TemporaryDirectory(prefix="presupuesto-link-") as folder:
        if kind in ("xlsx", "html", "ole"):
            raw, layout, ignored = _from_cells(path, kind, layouts)
            yield RawExtract(path, _digest(path), path.stat().st_size, layout, raw, "utf-8", ignored)
            return
        plain = _unpacked(path, kind, member, Path(folder))
        found = encoding or ("utf-8" if looks_utf8(plain) else "cp1252")
        delimiter, headers = _header(plain, found, path)
        layout = recognise(headers, layouts, path)
        text = _as_utf8(plain, found, needles, Path(folder))
        raw = _scan(text, headers, delimiter, layout)
        yield RawExtract(path, _digest(path), path.stat().st_size, layout, raw, found, _ignored(headers, layout))


def _digest(path: Path) -> str:
    total = sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            total.update(block)
    return total.hexdigest()


def _ignored(headers: list[str], layout: Layout) -> tuple[str, ...]:
    used = layout.columns | set(layout.names.values())
    return tuple(header for header, name in layout.rename(headers).items() if header and name not in used)


def _scan(path: Path, headers: list[str], delimiter: str, layout: Layout) -> pl.LazyFrame:
    names = [layout.rename([header])[header] for header in headers]
    return pl.scan_csv(path, separator=delimiter, schema=dict.fromkeys(names, pl.String), infer_schema=False, encoding="utf8")


def _header(path: Path, encoding: str, shown: Path) -> tuple[str, list[str]]:
    with path.open("rb") as file:
        line = file.readline(1 << 20)
    text = line.decode("utf-8-sig" if encoding == "utf-8" else "cp1252", errors="replace").strip("\r\n")
    if not text.strip():
        raise InputDataError(Problem(f"{shown}, fila 1", "una fila vacía", "los títulos de las columnas", "vuelva a exportar el archivo"))
    delimiter = max(_DELIMITERS, key=text.count)
    return delimiter, next(csv.reader([text], delimiter=delimiter))


def _as_utf8(path: Path, encoding: str, needles: tuple[str, ...], folder: Path) -> Path:
    if encoding == "utf-8":
        return path
    target = folder / "utf8.csv"
    with path.open("rb") as source, target.open("wb") as out:
        transcode(source, out, tuple(needle.encode("cp1252") for needle in needles))
    return target


def _unpacked(path: Path, kind: str, member: str | None, folder: Path) -> Path:
    """A plain text file with the same bytes, in bounded memory."""
    if kind == "text":
        return path
    target = folder / "plano.csv"
    with _opened(path, kind, member) as source, target.open("wb") as out:
        shutil.copyfileobj(source, out, BLOCK)
    return target


@contextmanager
def _opened(path: Path, kind: str, member: str | None) -> Iterator[BinaryIO]:
    if kind == "gzip":
        import gzip

        with gzip.open(path) as file:
            yield cast(BinaryIO, file)
    elif kind == "zstd":
        import pyarrow as pa

        with pa.CompressedInputStream(pa.OSFile(str(path)), "zstd") as file:
            yield cast(BinaryIO, file)
    else:
        with zipfile.ZipFile(path) as archive, archive.open(_member(archive, member, path)) as file:
            yield cast(BinaryIO, file)


def _member(archive: zipfile.ZipFile, wanted: str | None, path: Path) -> str:
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    if wanted in names:
        return str(wanted)
    if wanted is None and len(names) == 1:
        return names[0]
    found = f"no contiene «{wanted}»" if wanted else f"contiene {len(names)} archivos"
    raise InputDataError(Problem(str(path), found, "un solo archivo, o cuál de ellos: " + ", ".join(names), "elija uno con --miembro"))


def _from_cells(path: Path, kind: str, layouts: Iterable[Layout]) -> tuple[pl.LazyFrame, Layout, tuple[str, ...]]:
    """A workbook or an HTML page as text cells, with its header found by content."""
    if kind == "ole":
        raise InputDataError(Problem(str(path), "un libro .xls antiguo (binario)", ".xlsx, .csv o el .xls de la Consulta Amigable",
                                     "ábralo en Excel y guárdelo como .xlsx"))
    if kind == "html":
        from presupuesto_link.sources.siaf.cells import html_cells

        cells = html_cells(path)
    else:
        from presupuesto_link.sources.siaf.cells import sheet_cells

        cells = sheet_cells(path)
    from presupuesto_link.sources.siaf.cells import table_of

    headers, frame = table_of(cells, layouts, path)
    layout = recognise(headers, layouts, path)
    return frame.rename(layout.rename(headers), strict=False).lazy(), layout, _ignored(headers, layout)
