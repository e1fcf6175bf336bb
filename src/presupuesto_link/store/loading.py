"""From a SIAF extract to a snapshot: open → filter → type → reject in sight → sort → check → keep.

Nothing here holds the file in memory: rows stream from the text to sorted runs in the store's working folder, and from there, some
spending units at a time, to the snapshot. Names are counted while the rows arrive and the checks add up while they are written, so
that no row is read a third time.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any
from uuid import uuid4

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.findings import Finding
from presupuesto_link.sources.digest import digest_of
from presupuesto_link.sources.lock import new_part
from presupuesto_link.sources.siaf import LAYOUTS
from presupuesto_link.sources.siaf.dated import Said, cut_off_of, days_said
from presupuesto_link.sources.siaf.glance import glance
from presupuesto_link.sources.siaf.layout import RECORD, Layout
from presupuesto_link.sources.siaf.named import not_a_file, year_said
from presupuesto_link.sources.siaf.page import Page
from presupuesto_link.sources.siaf.reading import RawExtract, open_extract
from presupuesto_link.sources.siaf.records import REASON, reasons_of
from presupuesto_link.store.load_report import (
    NOTHING_PUBLISHED,
    REJECTED,
    LoadReport,
    Published,
    Refused,
    closing_report,
    findings_of,
    lost_lines,
    published_findings,
    same_money,
    unchecked_of,
)
from presupuesto_link.store.quality import Accepted, of_effect, quality_of, stored
from presupuesto_link.store.snapshot import Extract, Kept, Snapshot, snapshot_id
from presupuesto_link.store.sorted_parquet import Runs, chunks, write_sorted
from presupuesto_link.store.store import FORMAT, GOALS_FILE, Store, add_up
from presupuesto_link.tables.gasto import (
    SCHEMA,
    TABLE_VERSION,
    Filters,
    about_amounts,
    keep,
    other_sums,
    printed_totals,
    rejected_rows,
    type_rows,
)
from presupuesto_link.tables.gasto_checks import (
    check_gasto,
    check_initial,
    check_names,
    check_others,
    check_printed,
    check_stages,
    in_whole_soles,
)
from presupuesto_link.tables.gasto_facts import Facts, add_facts, facts_of
from presupuesto_link.tables.gasto_names import Names
from presupuesto_link.tables.gasto_rejected import NOTHING_LOST, Lost, check_rejected, lost_with
from presupuesto_link.tables.goals import check_goals, goals_of
from presupuesto_link.tables.page_checks import check_page
from presupuesto_link.vocabulary import QUARTERS

_SAMPLE = 1 << 20
_DISK_ERROR = re.compile(r"([^:]{1,200}) \(os error \d+\)|^parquet: (.*)")
_UTF8_ERROR = re.compile(r"utf-?8", re.IGNORECASE)
_SAID = 2_000
"""Polars quotes the file in its errors, 100 kB of it at times; what it says of the disk or of the encoding is short."""

Progress = Callable[[str, int, int, int], None]
"""What is being done, bytes done, bytes in all (0 when not known), records."""


EVERYTHING = Filters()


def load_extract(  # noqa: PLR0913, PLR0917 - the options of `cargar`
    path: Path,
    store: Store,
    filters: Filters = EVERYTHING,
    cut_off: dt.date | Said | None = None,
    member: str | None = None,
    published: Published = NOTHING_PUBLISHED,
    progress: Progress = lambda *_: None,
    accepted: Accepted | None = None,
    numbers: str | None = None,
) -> LoadReport:
    """Load one extract as a snapshot; the same file with the same filters and cut-off date is loaded once.

    Args:
        path: the extract, in any layout, encoding and container.
        store: where it is kept.
        filters: which rows; they are applied while reading.
        cut_off: the day the figures are of; taken from the file's origin or name when not given, never from today.
        member: which file of a zip with several, or which sheet of a workbook.
        published: totals to check against.
        progress: called with what is being done, and how much of how much.
        accepted: who keeps it in spite of what prevents it, and why.
        numbers: `punto` or `coma`, the decimal sign, for a file that does not tell it.

    Raises:
        Refused: what was found prevents the load (`findings.Effect`) and nobody accepted it; nothing new is kept, and the rejected rows
            stay in the store's folder `rechazadas`.
        InputDataError: unreadable or unknown file, no cut-off date, no row left by the filters, amounts that can be read in two ways.
        OutputError: the store cannot be written; what it had is whole.
    """
    asked = _asked(path, filters, cut_off, member, numbers)
    size, changed = path.stat().st_size, path.stat().st_mtime_ns
    with ExitStack() as stack:
        digest_once_read = stack.enter_context(_hashing(path, lambda done: progress("Comprobando", done, size, 0)))
        ahead = stack.enter_context(_opened_ahead(path, store, filters, member, numbers))
        digest = digest_once_read()

        def make(part: Path) -> dict[str, Any]:
            with _disk_errors():
                made = asked.read_into(part, digest, progress, ahead)
            if path.stat().st_mtime_ns != changed:
                raise InputDataError(Problem(str(path), "el archivo cambió mientras se leía", "un archivo quieto", "repita la carga"))
            return _judged(path, store, Snapshot(asked.id(digest), made), part, published, accepted)

        snapshot, new = store.write(asked.id(digest), make)
    if not new and published.totals:
        snapshot = _compared(path, store, snapshot, published, accepted)
    store.refused_rows(snapshot.id).unlink(missing_ok=True)  # they are in the snapshot
    return closing_report(path, store, snapshot, new, snapshot.folder / REJECTED)


def _judged(path: Path, store: Store, snapshot: Snapshot, part: Path, published: Published, accepted: Accepted | None) -> dict[str, Any]:
    """The manifest of what was read into a folder, with all its findings and what they make of it.

    Raises:
        Refused: some of them prevent the load and nobody accepted it.
    """
    rows = pl.scan_parquet(sorted(part.glob("gasto/*/*.parquet")), hive_partitioning=False)
    beside = [finding for finding in same_money(store, snapshot) if finding.kind.effect != "informa"]
    more = [*published_findings(snapshot, rows, published), *lost_lines(store, snapshot, rows), *beside]
    manifest = _with_findings(snapshot, more, published, accepted)
    if of_effect(findings_of(Snapshot(snapshot.id, manifest)), "impide") and not accepted:
        rejected = store.refused_rows(snapshot.id)
        if (part / REJECTED).is_file():
            rejected.parent.mkdir(exist_ok=True)
            shutil.copyfile(part / REJECTED, rejected)
        raise Refused(closing_report(path, store, Snapshot(snapshot.id, manifest), False, rejected))
    return manifest


def _compared(path: Path, store: Store, snapshot: Kept, published: Published, accepted: Accepted | None) -> Kept:
    """A snapshot that the store had, once its totals are compared with the published ones."""
    found, before = published_findings(snapshot, store.read(snapshot.id), published), snapshot.accepted
    manifest = _with_findings(snapshot, found, published, accepted or before)
    if found and not accepted and not (before and "S10" in snapshot.manifest["aceptado"]["hallazgos"]):
        raise Refused(closing_report(path, store, Kept(snapshot.id, manifest, snapshot.folder), False, snapshot.folder / REJECTED))
    return store.rewrite(snapshot.id, manifest)


def _with_findings(snapshot: Snapshot, more: list[Finding], published: Published, accepted: Accepted | None) -> dict[str, Any]:
    """Its manifest with more findings; those of an earlier comparison with published totals give way to those of this one."""
    before = [finding for finding in findings_of(snapshot) if not (published.totals and finding.code == "S10")]
    findings, manifest = before + more, dict(snapshot.manifest)
    told = {"publicado": {m: str(v) for m, v in published.totals.items()}} if published.totals else {}
    return manifest | told | quality_of(findings, accepted) | {"hallazgos": [stored(finding) for finding in findings]}


def read_extract(path: Path, filters: Filters = EVERYTHING, cut_off: dt.date | Said | None = None, member: str | None = None) -> Extract:
    """One extract read, checked and described as `load_extract` does, held in memory and kept nowhere: for tables that are small.

    Args:
        path: as in `load_extract`.
        filters: as in `load_extract`.
        cut_off: as in `load_extract`.
        member: as in `load_extract`.

    Raises:
        InputDataError: as `load_extract`.
        OSError: the temporary folder cannot be written.
    """
    asked, digest = _asked(path, filters, cut_off, member), digest_of(path)
    with TemporaryDirectory(prefix="presupuesto-link-") as folder:
        part = Path(folder)
        with _disk_errors():
            manifest = asked.read_into(part, digest, lambda *_: None, None)
        rows = pl.concat(pl.read_parquet(file, memory_map=False) for file in sorted(part.glob("gasto/*/*.parquet")))
        names = {file.stem: pl.read_parquet(file, memory_map=False) for file in sorted(part.glob("dimensiones/*.parquet"))}
    return Extract(asked.id(digest), manifest | {"id": asked.id(digest), "archivos": {}}, rows.lazy(), names)


@dataclass(frozen=True)
class _Asked:
    """What is asked of one file, and the day and year its figures are of."""

    path: Path
    filters: Filters
    member: str | None
    day: dt.date
    said_by: str
    said: Mapping[str, str]
    numbers: str | None = None

    def id(self, digest: str) -> str:
        """The id of what comes out of it."""
        return snapshot_id(
            self.day.isoformat(),
            sha256=digest,
            filtros=self.filters.as_dict(),
            miembro=self.member or "",
            tabla=TABLE_VERSION,
            anio=self.said.get("anio", ""),
            **({"numeros": self.numbers} if self.numbers else {}),
        )

    def read_into(self, part: Path, digest: str, progress: Progress, ahead: RawExtract | None) -> dict[str, Any]:
        """Fill a folder with its rows and names; the manifest, but for `id` and `archivos`."""
        size = self.path.stat().st_size
        made = _Loading(self.path, part, self.filters, self.member, progress, self.day, ahead, self.said, self.numbers).run()
        made["fuente"] = {"nombre": self.path.name, "sha256": digest, "bytes": size} | made["fuente"]
        return made | {"fecha_corte": self.day.isoformat(), "fecha_corte_de": self.said_by, "filtros": self.filters.as_dict()}


def _asked(path: Path, filters: Filters, cut_off: dt.date | Said | None, member: str | None, numbers: str | None = None) -> _Asked:
    if not path.is_file():
        raise not_a_file(path)
    said = () if cut_off else days_said(path)
    if not cut_off and len(said) != 1:  # what is no extract is told before a day is asked for, and the years of its figures may decide it
        said = glance(path, LAYOUTS, member).days
    day, said_by = cut_off_of(path, cut_off, said)
    return _Asked(path, filters, member, day, said_by, year_said(path, LAYOUTS, member, filters.anio, day.year, numbers), numbers)


@contextmanager
def _hashing(path: Path, progress: Callable[[int], None]) -> Iterator[Callable[[], str]]:
    """The SHA-256 of a file, found by a thread meanwhile (hashing leaves the interpreter free); what is yielded waits for it."""
    stop = Event()

    def going_on(done: int) -> None:
        if stop.is_set():
            raise CancelledError
        progress(done)

    with ThreadPoolExecutor(1) as pool:
        digest = pool.submit(digest_of, path, going_on)
        try:
            yield digest.result
        finally:
            stop.set()


@contextmanager
def _opened_ahead(path: Path, store: Store, filters: Filters, member: str | None, numbers: str | None) -> Iterator[RawExtract]:
    """The extract unpacked, its wanted records picked out and their width seen, in a working folder of the store, while the file is hashed."""
    try:
        work = new_part(store.folder, f"lectura-{uuid4().hex}")
    except OSError as error:
        raise store.not_written(error) from error
    try:
        with ExitStack() as stack:
            try:
                extract = stack.enter_context(open_extract(path, LAYOUTS, member, filters.needles, folder=work, numbers=numbers))
            except OSError as error:
                raise store.not_written(error) from error
            yield extract
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Polars wraps the errors of the disk in its own, even losing which one it was; here they are what they were."""
    try:
        yield
    except pl.exceptions.PolarsError as error:
        found = _DISK_ERROR.search(_said(error))
        if not found:
            raise
        raise OSError((found[1] or found[2]).strip()) from error


class _LookAgainError(Exception):
    """Some amount of a big text is not plain: how its columns are written has to be decided from all of them."""


@dataclass(frozen=True)
class _Read:
    """What is known when the last record has been read."""

    layout: Layout
    records: int
    reasons: Mapping[str, int]
    source: dict[str, Any]
    runs: Runs
    names: Names
    printed: pl.DataFrame
    others: Mapping[str, pl.DataFrame]
    goals: pl.DataFrame
    page: Page | None = None


@dataclass(frozen=True)
class _Loading:
    """One file on its way into a working folder of the store."""

    path: Path
    part: Path
    filters: Filters
    member: str | None
    progress: Progress
    day: dt.date
    ahead: RawExtract | None = None
    said: Mapping[str, str] = field(default_factory=dict)
    numbers: str | None = None

    def run(self) -> dict[str, Any]:
        """Fill the folder; the manifest without what the caller knows."""
        work = self.part / "trabajo"
        work.mkdir()
        read = self._converted(work)
        if not read.runs.units:
            raise self._nothing(read)
        self.progress("Ordenando", 0, 0, 0)
        line = read.layout.line
        facts = add_facts([facts_of(rows.lazy(), line) for rows in write_sorted(read.runs, self.part, list(SCHEMA))])
        shutil.rmtree(work)
        if read.goals.height:
            read.goals.write_parquet(self.part / GOALS_FILE, compression="zstd")
        self.progress("Revisando", 0, 0, 0)
        layout, page, (_, totals), kept = read.layout, read.page, add_up(facts.months.lazy()), int(facts.months["filas"].sum())
        rows = {int(year): int(count) for year, count in facts.months.group_by("anio").agg(pl.col("filas").sum()).iter_rows()}
        findings = [
            *check_rejected(self._lost(), totals, kept, REJECTED),
            *check_gasto(facts, self.day, layout.monthly, line),
            *check_names(self._name_tables(read.names)),
            *check_printed(read.printed, totals, rows, read.printed.height > 0 and self._in_whole_soles()),
            *check_others(read.others, totals, kept),
            *check_initial(totals),
            *check_goals(read.goals),
            *check_stages(totals, part_of_year=page is not None and page.period[1] > 0),
            *([] if page is None else check_page(page, totals, kept, read.records)),
        ]
        return {
            "programa": {"nombre": "presupuesto-link", "version": version("presupuesto-link")},
            "bibliotecas": {"polars": version("polars")},
            "formato": FORMAT,
            "tabla_version": TABLE_VERSION,
            "fuente": read.source,
            "filas": {"registros_leidos": read.records, "guardadas": kept, "rechazadas": sum(read.reasons.values())}
            | ({"de_total": read.printed.height} if read.printed.height else {}),
            "totales": {str(y): {m: None if v is None else str(v) for m, v in t.items()} for y, t in totals.items()},
            "ultimo_mes_con_devengado": _last_months(facts),
            **({} if page is None else page.as_manifest()),
            **quality_of(findings, None),
            "hallazgos": [stored(finding) for finding in findings],
            "no_comprobado": unchecked_of(layout, read.source["columnas_sin_usar"]),
        }

    def _lost(self) -> Lost:
        """What went with the rejected rows."""
        path = self.part / REJECTED
        return lost_with(pl.scan_csv(path, infer_schema=False)) if path.is_file() else NOTHING_LOST

    def _in_whole_soles(self) -> bool:
        return in_whole_soles(pl.scan_parquet(sorted(self.part.glob("gasto/*/*.parquet")), hive_partitioning=False))

    def _converted(self, work: Path) -> _Read:
        """Every wanted row, typed, in runs. A text that only looked UTF-8, or plainly written, is read again as what it is."""
        encoding, thorough = None, False
        for _ in range(3):
            try:
                return self._convert(work, encoding, thorough)
            except _LookAgainError:
                thorough = True
            except pl.exceptions.PolarsError as error:
                if _DISK_ERROR.search(_said(error)):
                    raise
                if encoding is None and _UTF8_ERROR.search(_said(error)):
                    encoding = "cp1252"
                elif not thorough:
                    thorough = True
                else:
                    raise self._unreadable() from None
        raise self._unreadable()

    def _convert(self, work: Path, encoding: str | None, thorough: bool) -> _Read:
        with self._opened(encoding, thorough, work) as extract:
            layout = extract.layout
            raw, counted = self._counted(extract)
            rows = type_rows(self._wanted(extract, layout.named(raw)))
            runs, names, reasons = Runs(work / "tandas"), Names(), Counter[str]()
            for chunk in chunks(rows.collect_batches(maintain_order=True)):
                good = chunk.filter(pl.col("rechazo").is_null())
                reasons.update(dict(chunk["rechazo"].drop_nulls().value_counts().iter_rows()))
                if not extract.looked and about_amounts(reasons):
                    raise _LookAgainError
                if good.height:
                    names.add(good)
                    runs.add(good.select(*SCHEMA, RECORD))
            torn = extract.torn_after(counted[0])
            reasons.update(reasons_of(torn))
            if reasons:
                self._write_rejected(extract, torn)
            source: dict[str, Any] = {"miembro": extract.member} | ({"hoja": extract.sheet} if extract.sheet else {})
            source |= {
                "forma": layout.name,
                "codificacion": extract.encoding,
                "numeros": extract.numbers,
                "columnas_sin_usar": list(extract.ignored),
            }
            source |= self.said
            printed = printed_totals(layout, extract.raw, self.filters, yearless=bool(self.said))
            others = other_sums(layout, extract.raw, self.filters)
            records = counted[0] + torn.height if extract.lines is None else extract.lines
            goals = goals_of(layout, extract.raw, self.filters)
            return _Read(layout, records, _most_first(reasons), source, runs, names, printed, others, goals, extract.page)

    def _opened(self, encoding: str | None, thorough: bool, work: Path) -> AbstractContextManager[RawExtract]:
        if self.ahead and encoding is None and not thorough:
            return nullcontext(self.ahead)
        return open_extract(self.path, LAYOUTS, self.member, self.filters.needles, encoding, work, thorough, self.numbers)

    def _counted(self, extract: RawExtract) -> tuple[pl.LazyFrame, list[int]]:
        """The columns in use, and a count of the records that grows while they are read, for the bar and the summary."""
        used, counted = extract.used(), [0]
        size, width = _bytes_of(extract.text)
        raw = extract.raw.select(used)

        def count(batch: pl.DataFrame) -> pl.DataFrame:
            counted[0] += batch.height
            self.progress("Leyendo", min(size, int(counted[0] * width)), size, counted[0])
            return batch

        schema = raw.collect_schema()
        counting = raw.map_batches(
            count, streamable=True, projection_pushdown=False, predicate_pushdown=False, slice_pushdown=False, schema=schema
        )
        return counting, counted

    def _wanted(self, extract: RawExtract, raw: pl.LazyFrame) -> pl.LazyFrame:
        rows = extract.layout.rows(raw)
        return keep(rows.with_columns(anio=pl.lit(self.said["anio"])) if self.said else rows, self.filters)

    def _write_rejected(self, extract: RawExtract, torn: pl.DataFrame) -> None:
        """The rejected rows with the line of their record, counting the titles as 1, and the records that cannot be read."""
        rows = rejected_rows(self._wanted(extract, extract.raw)).rename({"rechazo": REASON})
        both = pl.concat([torn.lazy(), rows], how="diagonal") if torn.height else rows
        both.sink_csv(self.part / REJECTED, include_bom=True)

    def _name_tables(self, names: Names) -> dict[str, pl.DataFrame]:
        folder, tables = self.part / "dimensiones", names.tables()
        for name, table in tables.items():
            folder.mkdir(exist_ok=True)
            table.write_parquet(folder / f"{name}.parquet", compression="zstd", statistics=True)
        return tables

    def _nothing(self, read: _Read) -> InputDataError:
        asked = ", ".join(f"{name} {value}" for name, value in self.filters.as_dict().items()) or "ninguno"
        why = f"; {sum(read.reasons.values()):,} rechazadas: " + "; ".join(read.reasons) if read.reasons else ""
        return InputDataError(
            Problem(
                str(self.path),
                f"ninguna fila útil de {read.records:,} registros (filtros: {asked}){why}",
                "al menos una fila",
                "revise los filtros y el archivo: una respuesta vacía es un error, no un cero",
            )
        )

    def _unreadable(self) -> InputDataError:
        return InputDataError(
            Problem(
                str(self.path),
                "registros que no se pueden separar en columnas",
                "tantas celdas como títulos en cada registro",
                "busque comillas o separadores sueltos, o vuelva a exportar el archivo",
            )
        )


def _said(error: Exception) -> str:
    """The beginning and the end of what an error says."""
    said = str(error)
    return said if len(said) <= 2 * _SAID else said[:_SAID] + said[-_SAID:]


def _bytes_of(text: Path | None) -> tuple[int, float]:
    """The size of a text and about how many bytes a record takes."""
    if text is None:
        return 0, 0.0
    with text.open("rb") as file:
        sample = file.read(_SAMPLE)
    return text.stat().st_size, len(sample) / max(1, sample.count(b"\n") - 1)


def _most_first(reasons: Counter[str]) -> dict[str, int]:
    """Why rows were rejected → how many, the most frequent reason first."""
    return dict(sorted(reasons.items(), key=lambda found: (-found[1], found[0])))


def _last_months(facts: Facts) -> dict[str, int]:
    """Per year, the last month with devengado ≠ 0; a year whose devengado has no month is left out."""
    moved = facts.months.filter(pl.col("devengadas") > 0, pl.col("mes") > 0).with_columns(pl.col("mes").replace(QUARTERS))
    return {str(year): month for year, month in moved.group_by("anio").agg(pl.col("mes").max()).sort("anio").iter_rows()}
