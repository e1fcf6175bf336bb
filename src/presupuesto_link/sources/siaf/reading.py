"""Open one extract: any container and encoding → a lazy frame of text with normalised headers, and its layout."""

from __future__ import annotations

import csv
import gzip
import shutil
import zipfile
import zlib
from array import array
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.digest import digest_of
from presupuesto_link.sources.siaf.bytes import BLOCK, kind_of, looks_utf8, transcode
from presupuesto_link.sources.siaf.cells import Grid, html_cells, sheet_cells, table_of, text_cells
from presupuesto_link.sources.siaf.layout import RECORD, Layout
from presupuesto_link.sources.siaf.page import Page
from presupuesto_link.sources.siaf.recognising import check_one_cut, recognise

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RawExtract", "digest_of", "open_extract"]

_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class RawExtract:
    """An open extract; usable while the `with` that opened it lasts.

    Attributes:
        path: the file as delivered.
        layout: the one recognised.
        raw: all text, normalised headers, records in file order; `registro` is the number of each in its file, the titles being 1.
        encoding: `utf-8` or `cp1252`.
        ignored: headers of the file that the layout does not use.
        text: the UTF-8 text that `raw` scans; null for a workbook or a page.
        lines: when `raw` has only the records with a needle, how many lines the file has below its header.
        page: what a page of the Consulta Amigable says around its table; null of anything else.
    """

    path: Path
    layout: Layout
    raw: pl.LazyFrame
    encoding: str
    ignored: tuple[str, ...]
    text: Path | None = None
    lines: int | None = None
    page: Page | None = None

    def used(self) -> list[str]:
        """The columns of `raw` that the layout reads."""
        known = self.layout.used | {RECORD}
        return [name for name in self.raw.collect_schema().names() if name in known]


@contextmanager
def open_extract(
    path: Path,
    layouts: Iterable[Layout],
    member: str | None = None,
    needles: tuple[str, ...] = (),
    encoding: str | None = None,
    folder: Path | None = None,
) -> Iterator[RawExtract]:
    """Open an extract, whatever its container.

    Args:
        path: plain, `.gz`, `.zst`, `.zip`, `.xlsx` or HTML saved as `.xls`; recognised by its first bytes.
        layouts: the layouts it may have.
        member: which member of a zip with several.
        needles: codes that every wanted record contains; lets the rest be skipped without parsing it.
        encoding: `utf-8` or `cp1252` when known; otherwise it is found out.
        folder: where to unpack or transcode; the system's temporary folder when not given.

    Raises:
        InputDataError: unreadable, unknown layout, a zip whose member must be named.
    """
    kind = kind_of(path)
    if member and kind != "zip":
        raise InputDataError(Problem(str(path), "un archivo que no es .zip", "un .zip con varios archivos", "quite --miembro"))
    known = list(layouts)
    with TemporaryDirectory(prefix="presupuesto-link-", dir=folder) as work:
        if kind in ("xlsx", "html", "ole"):
            yield _from_cells(path, _cells_of(path, kind), known)
            return
        plain = _unpacked(path, kind, member, Path(work))
        inside = kind if kind == "text" else kind_of(plain)
        if inside in ("xlsx", "html", "ole"):
            yield _from_cells(path, _cells_of(plain, inside), known)
            return
        if not encoding and (cells := text_cells(plain, known)):
            yield _from_cells(path, cells, known)
            return
        found = encoding or ("utf-8" if looks_utf8(plain) else "cp1252")
        delimiter, headers = _header(plain, found, path)
        layout = recognise(headers, known, path)
        text, lines, places = _as_utf8(plain, found, needles, Path(work))
        raw = _scan(text, headers, delimiter, layout)
        raw = raw if places is None else raw.with_columns(_placed(places))
        check_one_cut(raw, path)
        yield RawExtract(path, layout, raw, found, _ignored(headers, layout), text, lines)


def _ignored(headers: list[str], layout: Layout) -> tuple[str, ...]:
    used = layout.used
    names = [layout.rename([header])[header] for header in headers]
    again = {i for i, name in enumerate(names) if name in used and name in names[:i]}
    return tuple(
        f"{header} (repetida)" if i in again else header
        for i, header in enumerate(headers)
        if header and (i in again or names[i] not in used)
    )


def _scan(path: Path, headers: list[str], delimiter: str, layout: Layout) -> pl.LazyFrame:
    names: list[str] = []
    for header in headers:  # a repeated title keeps its first column
        name = layout.rename([header])[header]
        names.append(name if name not in names else f"{name}__{len(names)}")
    schema = dict.fromkeys(names, pl.String)
    return pl.scan_csv(
        path,
        separator=delimiter,
        schema=schema,
        has_header=False,
        skip_rows=1,
        encoding="utf8",
        raise_if_empty=False,
        row_index_name=RECORD,
        row_index_offset=2,
    )


def _placed(places: array[int]) -> pl.Expr:
    """The number of a record in the file, from its number among those that were kept."""
    given = pl.Series(places, dtype=pl.UInt32)
    return pl.col(RECORD).map_batches(lambda kept: given.gather(kept - 2), pl.UInt32, is_elementwise=True)


def _header(path: Path, encoding: str, shown: Path) -> tuple[str, list[str]]:
    with path.open("rb") as file:
        line = file.readline(1 << 20)
    if b"\0" in line:
        raise InputDataError(
            Problem(
                str(shown),
                "un archivo binario, o un texto con ceros binarios",
                "un CSV, un .xlsx o una página de la Consulta Amigable",
                "vuelva a exportarlo; si es texto Unicode, guárdelo como «CSV UTF-8»",
            )
        )
    text = line.decode("utf-8-sig" if encoding == "utf-8" else "cp1252", errors="replace").strip("\r\n")
    if not text.strip():
        raise InputDataError(Problem(f"{shown}, fila 1", "una fila vacía", "los títulos de las columnas", "vuelva a exportar el archivo"))
    delimiter = max(_DELIMITERS, key=text.count)
    try:
        return delimiter, next(csv.reader([text], delimiter=delimiter))
    except csv.Error:
        raise InputDataError(
            Problem(
                f"{shown}, fila 1",
                "una fila que no se puede separar en títulos",
                "los títulos de las columnas, en una línea",
                "vuelva a exportar el archivo",
            )
        ) from None


def _as_utf8(path: Path, encoding: str, needles: tuple[str, ...], folder: Path) -> tuple[Path, int | None, array[int] | None]:
    """The text in UTF-8 and, when some of its records were left out, how many lines it had and where each one kept was."""
    if encoding == "utf-8" and not needles:
        return path, None, None
    target = folder / "utf8.csv"
    with path.open("rb") as source, target.open("wb") as out:
        lines, places = transcode(source, out, tuple(needle.encode("ascii") for needle in needles), encoding)
    return (target, lines, places) if needles else (target, None, None)


def _unpacked(path: Path, kind: str, member: str | None, folder: Path) -> Path:
    """A plain text file with the same bytes, in bounded memory."""
    if kind == "text":
        return path
    target = folder / "plano.csv"
    try:
        with _opened(path, kind, member) as source, target.open("wb") as out:
            shutil.copyfileobj(source, out, BLOCK)
    except (EOFError, zipfile.BadZipFile, zlib.error, gzip.BadGzipFile) as error:
        raise _broken(path, error) from None
    return target


def _broken(path: Path, error: BaseException) -> InputDataError:
    return InputDataError(
        Problem(str(path), f"un archivo comprimido incompleto o dañado ({error})", "un archivo sano", "vuelva a descargarlo o a copiarlo")
    )


@contextmanager
def _opened(path: Path, kind: str, member: str | None) -> Iterator[BinaryIO]:
    if kind == "gzip":
        with gzip.open(path) as file:
            yield cast("BinaryIO", file)
    elif kind == "zstd":
        import pyarrow as pa

        with pa.CompressedInputStream(pa.OSFile(str(path)), "zstd") as file:
            yield cast("BinaryIO", _Zstd(file, path))
    else:
        with zipfile.ZipFile(path) as archive, archive.open(_member(archive, member, path)) as file:
            yield cast("BinaryIO", file)


class _Zstd:
    """A zstd stream whose damage is told apart from a full disk."""

    def __init__(self, file: Any, path: Path) -> None:
        self.file, self.path = file, path

    def read(self, size: int) -> bytes:
        try:
            return bytes(self.file.read(size))
        except OSError as error:
            raise _broken(self.path, error) from None


def _member(archive: zipfile.ZipFile, wanted: str | None, path: Path) -> str:
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    if wanted in names:
        return str(wanted)
    if wanted is None and len(names) == 1:
        return names[0]
    found = f"no contiene «{wanted}»" if wanted else f"contiene {len(names)} archivos"
    raise InputDataError(Problem(str(path), found, "un solo archivo, o cuál de ellos: " + ", ".join(names), "elija uno con --miembro"))


def _cells_of(path: Path, kind: str) -> Grid:
    """A workbook or an HTML page as text cells."""
    if kind == "ole":
        raise InputDataError(
            Problem(
                str(path),
                "un libro .xls antiguo (binario)",
                ".xlsx, .csv o el .xls de la Consulta Amigable",
                "ábralo en Excel y guárdelo como .xlsx",
            )
        )
    return html_cells(path) if kind == "html" else sheet_cells(path)


def _from_cells(path: Path, cells: Grid, layouts: Iterable[Layout]) -> RawExtract:
    """A grid of text with its header found by content."""
    headers, frame, page = table_of(cells, layouts, path)
    layout = recognise(headers, layouts, path)
    first = {name: header for header, name in reversed(layout.rename(headers).items())}
    named = frame.rename({header: name for name, header in first.items()})
    check_one_cut(named.lazy(), path)
    placed = layout.placed(named, page) if layout.placed else named
    return RawExtract(path, layout, placed.lazy(), "utf-8", _ignored(headers, layout), page=page if layout.placed else None)
