"""Open one extract: any container and encoding → a lazy frame of text with normalised headers, and its layout."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.digest import digest_of
from presupuesto_link.sources.siaf.bytes import looks_utf8, transcode
from presupuesto_link.sources.siaf.cells import BOOKS, Found, book_cells, html_cells, may_be_extract, table_of, text_cells
from presupuesto_link.sources.siaf.columns import json_columns, parquet_columns
from presupuesto_link.sources.siaf.containers import Inside, plain
from presupuesto_link.sources.siaf.layout import RECORD, Layout
from presupuesto_link.sources.siaf.numbers import SIGNS, amount_columns, decided, restyled, told
from presupuesto_link.sources.siaf.page import Page
from presupuesto_link.sources.siaf.recognising import check_one_cut, recognise
from presupuesto_link.sources.siaf.records import FEWER, FOOT, FOOTER, LOOKED, MORE, REASON, SHOWN, TEXT, TORN_SCHEMA, mend, plainly_written

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RawExtract", "digest_of", "open_extract"]

_DELIMITERS = (",", ";", "\t", "|")
_SMALL = 32 << 20
_EXTRA = tuple(f"__de_mas_{i}" for i in range(LOOKED))
"""Columns after the last title: a record with something in one has more cells than titles."""


@dataclass(frozen=True)
class RawExtract:
    """An open extract; usable while the `with` that opened it lasts.

    Attributes:
        path: the file as delivered.
        layout: the one recognised.
        raw: all text, normalised headers, records in file order, only those with as many cells as titles; `registro` is the line of each in
            its file, the titles being 1.
        encoding: `utf-8` or `cp1252`.
        ignored: headers of the file that the layout does not use.
        text: the UTF-8 text that `raw` scans; null for a workbook, a page or a table of another kind.
        lines: when `raw` has only the records with a needle, how many lines the file has below its header.
        page: what a page of the Consulta Amigable says around its table; null of anything else.
        torn: the other records (`records.TORN_SCHEMA`).
        expected: how many records there are in all when `torn` is not known yet; null when it is.
        member: which file of a zip it is.
        sheet: which sheet of a workbook.
        numbers: how it writes its amounts: `punto`, `coma`, or the columns of each (see `numbers`); in `raw` they are `1234.56`.
        looked: whether every amount was looked at; those of a big text are taken to have a decimal point until some is rejected.
    """

    path: Path
    layout: Layout
    raw: pl.LazyFrame
    encoding: str
    ignored: tuple[str, ...]
    text: Path | None = None
    lines: int | None = None
    page: Page | None = None
    torn: pl.LazyFrame = field(default_factory=lambda: pl.LazyFrame(schema=TORN_SCHEMA))
    expected: int | None = None
    member: str | None = None
    sheet: str | None = None
    numbers: str = "punto"
    looked: bool = True

    def used(self) -> list[str]:
        """The columns of `raw` that the layout reads."""
        known = self.layout.used | {RECORD}
        return [name for name in self.raw.collect_schema().names() if name in known]

    def torn_after(self, read: int) -> pl.DataFrame:
        """The records that cannot be read, once `read` of `raw` have been: a text is gone through again only if some are missing."""
        return pl.DataFrame(schema=TORN_SCHEMA) if read == self.expected else self.torn.collect()


@contextmanager
def open_extract(  # noqa: PLR0913, PLR0917 - what is known of a file before it is opened
    path: Path,
    layouts: Iterable[Layout],
    member: str | None = None,
    needles: tuple[str, ...] = (),
    encoding: str | None = None,
    folder: Path | None = None,
    thorough: bool = False,
    numbers: str | None = None,
) -> Iterator[RawExtract]:
    """Open an extract, whatever its container.

    Args:
        path: text, a workbook, a page saved as `.xls`, Parquet or JSON, as it is or in a `.gz`, `.zst` or `.zip`; recognised by its first bytes.
        layouts: the layouts it may have.
        member: which member of a zip with several, or which sheet of a workbook; `libro.xlsx/Hoja1` is a sheet of a member.
        needles: codes that every wanted record contains; lets the rest be skipped without parsing it.
        encoding: `utf-8` or `cp1252` when known; otherwise it is found out.
        folder: where to unpack or transcode; the system's temporary folder when not given.
        thorough: whether a big text is gone through line by line and amount by amount even if nothing seems wrong with it, as small ones are.
        numbers: `punto` or `coma`, the decimal sign, when somebody said it.

    Raises:
        InputDataError: unreadable, unknown layout, a member or a sheet that must be named.
    """
    known = list(layouts)
    with TemporaryDirectory(prefix="presupuesto-link-", dir=folder) as work:
        inside = plain(path, member, Path(work), partial(may_be_extract, layouts=known))
        if inside.rest and inside.kind not in BOOKS:
            found = "un archivo que no es .zip ni libro" if inside.member is None else f"«{inside.member}» no es un libro"
            raise InputDataError(Problem(str(path), found, "un .zip con varios archivos o un libro con varias hojas", "quite --miembro"))
        yield _Opening(path, inside, known, Path(work), numbers).opened(needles, encoding, thorough)


@dataclass(frozen=True)
class _Opening:
    """One file being opened, and where it may write."""

    path: Path
    inside: Inside
    layouts: list[Layout]
    work: Path
    numbers: str | None

    def opened(self, needles: tuple[str, ...], encoding: str | None, thorough: bool) -> RawExtract:
        """As a table of text, by what it is."""
        file, kind = self.inside.path, self.inside.kind
        if kind == "parquet":
            return self._from_columns(parquet_columns(file, self.path))
        if kind == "json":
            return self._from_columns(json_columns(file, self.path, self.work))
        if kind in BOOKS:
            return self._from_cells(book_cells(file, self.layouts, self.inside.rest, self.path))
        if kind == "html":
            return self._from_cells(html_cells(file, self.path))
        if not encoding and (found := text_cells(file, self.layouts)):
            return self._from_cells(found)
        return self._from_text(needles, encoding or ("utf-8" if looks_utf8(file) else "cp1252"), thorough)

    def _from_text(self, needles: tuple[str, ...], encoding: str, thorough: bool) -> RawExtract:
        extract, headers = self._text(needles, encoding, thorough)
        if not thorough and self.inside.path.stat().st_size > _SMALL:
            return self._made(extract, headers, None)
        whole = self._text((), extract.encoding, thorough)[0] if needles else extract
        return self._made(extract, headers, whole.raw)

    def _text(self, needles: tuple[str, ...], encoding: str, thorough: bool) -> tuple[RawExtract, list[str]]:
        """The records of a text, with its amounts as they are, and its titles."""
        delimiter, headers = _header(self.inside.path, encoding, self.path)
        layout = recognise(headers, self.layouts, self.path)
        text, lines, places = _as_utf8(self.inside.path, encoding, needles, self.work)
        names = _names(headers, layout)
        try:
            sound, torn, expected = self._records(text, names, delimiter, thorough)
        except UnicodeDecodeError:
            return self._text(needles, "cp1252", thorough)
        raw = _scan(sound, names, delimiter).filter(_is_sound(names)).select(RECORD, *names)
        if places is not None:
            raw, torn = raw.with_columns(_placed(places)), torn.with_columns(_placed(places))
        told = {"text": sound, "lines": lines, "torn": torn, "expected": expected}
        return RawExtract(self.path, layout, raw, encoding, (), **told), headers  # type: ignore[arg-type]

    def _made(self, extract: RawExtract, headers: list[str], cells: pl.LazyFrame | None) -> RawExtract:
        """The extract, with its amounts as `1234.56` once all its cells have been looked at, or somebody has said how they are written."""
        check_one_cut(extract.raw, self.path)
        columns, signs = amount_columns(extract.layout, extract.raw.collect_schema().names()), dict[str, str]()
        if self.numbers:
            signs = dict.fromkeys(columns, SIGNS[self.numbers])
        elif cells is not None:
            signs = decided(cells, columns, self.path)
        return replace(
            extract,
            raw=restyled(extract.raw, signs),
            ignored=_ignored(headers, extract.layout),
            member=self.inside.member,
            numbers=told(signs),
            looked=bool(self.numbers) or cells is not None,
        )

    def _records(self, text: Path, names: list[str], delimiter: str, thorough: bool) -> tuple[Path, pl.LazyFrame, int | None]:
        """The text to scan, its records of another width, and how many there are in all if that is still to be seen.

        A big text is scanned as it is when its lines are its records; a small one, or another, is gone through (see `records`).
        """
        if not thorough and text.stat().st_size > _SMALL:
            scanned = _scan(text, names, delimiter)
            records = int(scanned.select(pl.len()).collect().item())
            if plainly_written(text, delimiter, records):
                return text, _torn(scanned, names, delimiter), records
        target = text.with_name(f"registros-{text.stem}.csv") if text.parent == self.work else self.work / "registros.csv"
        with text.open("rb") as source, target.open("wb") as out:
            torn = mend(source, out, delimiter, len(names))
        return target, torn.lazy(), None

    def _from_columns(self, frame: pl.LazyFrame) -> RawExtract:
        """A table that is already in columns; its records are numbered from 1."""
        headers = frame.collect_schema().names()
        layout = recognise(headers, self.layouts, self.path)
        names = _names(headers, layout)
        raw = frame.rename(dict(zip(headers, names, strict=True))).with_row_index(RECORD, offset=1)
        return self._made(RawExtract(self.path, layout, raw, "utf-8", ()), headers, raw)

    def _from_cells(self, found: Found) -> RawExtract:
        """A grid of text with its header found by content."""
        headers, frame, page = table_of(found.cells, self.layouts, self.path)
        layout = recognise(headers, self.layouts, self.path)
        first = {name: header for header, name in reversed(layout.rename(headers).items())}
        named = frame.rename({header: name for name, header in first.items()})
        placed = layout.placed(named, page) if layout.placed else named
        page_or_none = page if layout.placed else None
        raw = placed.lazy()
        extract = RawExtract(self.path, layout, raw, "utf-8", (), page=page_or_none, torn=found.torn.lazy(), sheet=found.sheet)
        return self._made(extract, headers, raw)


def _ignored(headers: list[str], layout: Layout) -> tuple[str, ...]:
    used = layout.used
    names, seen, told = [layout.rename([header])[header] for header in headers], set[str](), []
    for header, name in zip(headers, names, strict=True):
        again = name in used and name in seen
        seen.add(name)
        if header and (again or name not in used):
            told.append(f"{header} (repetida)" if again else header)
    return tuple(told)


def _names(headers: list[str], layout: Layout) -> list[str]:
    """A name for each column; a repeated title keeps its first one."""
    names: dict[str, None] = {}
    for header in headers:
        name = layout.rename([header])[header]
        names[name if name not in names else f"{name}__{len(names)}"] = None
    return list(names)


def _scan(path: Path, names: list[str], delimiter: str) -> pl.LazyFrame:
    """The records of a text, with columns for what they may have after the last title."""
    return pl.scan_csv(
        path,
        separator=delimiter,
        schema=dict.fromkeys((*names, *_EXTRA), pl.String),
        has_header=False,
        skip_rows=1,
        encoding="utf8",
        raise_if_empty=False,
        missing_columns="insert",
        extra_columns="ignore",
        glob=False,
        row_index_name=RECORD,
        row_index_offset=2,
    )


def _is_sound(names: list[str]) -> pl.Expr:
    """A record with its last cell and none after it; in a text that has been looked at (`records`) a blank one is not a missing one."""
    return pl.col(names[-1]).is_not_null() & pl.all_horizontal(pl.col(name).is_null() for name in _EXTRA)


def _torn(scanned: pl.LazyFrame, names: list[str], delimiter: str) -> pl.LazyFrame:
    """The records that are not sound nor empty lines, as `records.TORN_SCHEMA`."""
    extra = pl.any_horizontal(pl.col(name).is_not_null() for name in _EXTRA)
    foot = pl.col(names[0]).str.contains(f"(?i){FOOTER}").fill_null(value=False)
    reason = pl.when(extra).then(pl.lit(MORE)).when(foot).then(pl.lit(FOOT)).otherwise(pl.lit(FEWER))
    written = pl.any_horizontal(pl.col(name).is_not_null() for name in (*names, *_EXTRA))
    text = pl.concat_str([pl.col(name).fill_null("") for name in (*names, *_EXTRA)], separator=delimiter)
    return scanned.filter(~_is_sound(names) & written).select(RECORD, reason.alias(REASON), text.str.slice(0, SHOWN).alias(TEXT))


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
    target = folder / f"utf8-{len(needles)}.csv"
    with path.open("rb") as source, target.open("wb") as out:
        lines, places = transcode(source, out, tuple(needle.encode("ascii") for needle in needles), encoding)
    return (target, lines, places) if needles else (target, None, None)
