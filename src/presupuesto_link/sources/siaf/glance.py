"""What a file is, seen from its beginning and before anything of it is loaded: its layout, what it is of, its years and its day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from presupuesto_link.errors import InputDataError
from presupuesto_link.sources.siaf.bytes import OLE, PARQUET, ZIP, kind_of
from presupuesto_link.sources.siaf.cells import may_be_extract
from presupuesto_link.sources.siaf.containers import beginning
from presupuesto_link.sources.siaf.dated import Said, days_said
from presupuesto_link.sources.siaf.layout import RECORD, Layout
from presupuesto_link.sources.siaf.named import not_a_file
from presupuesto_link.sources.siaf.page import Page
from presupuesto_link.sources.siaf.reading import RawExtract, open_extract

_WHOLE, _BEGINNING, _RECORDS = 4 << 20, 1 << 20, 2000
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Glance:
    """A file that is an extract.

    Attributes:
        path: the file.
        layout: the one recognised.
        titles: its columns, without the years that they may say.
        page: what a page of the Consulta Amigable says around its table; null of anything else.
        years: those of its first records; none when they do not say it.
        days: of what day its figures are (`dated.days_said`).
    """

    path: Path
    layout: Layout
    titles: frozenset[str]
    page: Page | None
    years: tuple[int, ...]
    days: tuple[Said, ...]

    @property
    def day(self) -> Said | None:
        """The day, when there is no doubt of it."""
        return self.days[0] if len(self.days) == 1 else None

    @property
    def series(self) -> tuple[object, ...]:
        """What two cut-offs of one thing share: the layout, the titles and whose spending it says it is."""
        if self.page is None:
            return self.layout.name, self.titles
        scope = tuple((step.title, step.code) for step in self.page.scope)
        return self.layout.name, self.titles, scope, self.page.includes, self.page.by

    @property
    def about(self) -> str:
        """What the series is, in a line."""
        if self.page is None:
            return self.layout.title
        path = " › ".join(f"{step.title} {step.code}" for step in self.page.scope)
        by = ", ".join(name.replace("_", " ") for name in self.page.by)
        return " · ".join(filter(None, (self.layout.title, path, self.page.includes, f"por {by}" if by else "")))


def glance(path: Path, layouts: Iterable[Layout], member: str | None = None, last: dt.date | None = None) -> Glance:
    """Recognise a file.

    Args:
        path: the file.
        layouts: those it may have.
        member: which file of a zip with several.
        last: the latest day there can be.

    Raises:
        InputDataError: it cannot be read, or is no extract.
    """
    if not path.is_file():
        raise not_a_file(path)
    known = list(layouts)
    with _beginning(path, member, known) as (place, inside):
        try:
            with open_extract(place, known, inside) as extract:
                years = _years(extract)
                titles = frozenset(_YEAR.sub("AAAA", name) for name in extract.raw.collect_schema().names() if name != RECORD)
                return Glance(path, extract.layout, titles, extract.page, years, days_said(path, years, last))
        except InputDataError as error:
            told = (replace(problem, where=problem.where.replace(str(place), str(path))) for problem in error.problems)
            raise InputDataError(*told) from None


@contextmanager
def _beginning(path: Path, member: str | None, layouts: list[Layout]) -> Iterator[tuple[Path, str | None]]:
    """The file, or the first records of a big text by themselves; and which member of it to open."""
    if path.stat().st_size <= _WHOLE or kind_of(path) not in ("text", "gzip", "zstd", "zip"):
        yield path, member
        return
    with TemporaryDirectory(prefix="presupuesto-link-") as work:
        head = beginning(path, member, Path(work), partial(may_be_extract, layouts=layouts), _BEGINNING)
        if head.startswith((ZIP, OLE, PARQUET)) or b"\n" not in head:
            yield path, member
            return
        place = Path(work) / "comienzo.csv"
        place.write_bytes(head[: head.rindex(b"\n") + 1])
        yield place, None


def _years(extract: RawExtract) -> tuple[int, ...]:
    """Those of the first records; none when they cannot be read, which the load will tell."""
    rows = extract.layout.rows(extract.raw.head(_RECORDS)).select("anio").unique()
    try:
        found = rows.collect()["anio"].drop_nulls().to_list()
    except pl.exceptions.PolarsError:
        return ()
    return tuple(sorted(int(text) for text in found if _YEAR.fullmatch(text.strip())))
