"""The store («almacén»): immutable snapshots of spending, each with the evidence of where it comes from.

    almacen/instantaneas/<id>/gasto/anio=AAAA/parte-000.parquet · registros/anio=AAAA/parte-000.parquet
                             dimensiones/<name>.parquet · metas_fisicas.parquet · manifiesto.json

A snapshot's id comes from its content, so the same file twice is one snapshot. It is made in a working folder and moved into place
whole: at any moment the store holds complete snapshots and nothing else that is read.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from presupuesto_link.days import day_in
from presupuesto_link.errors import InputDataError, OutputError, Problem, system_reason
from presupuesto_link.sources.digest import digest_of
from presupuesto_link.sources.lock import PART, clean_parts, locked, new_part, owner
from presupuesto_link.sources.siaf.layout import AMOUNTS, with_later_codes
from presupuesto_link.store.lines import LINES, intervals, with_lines
from presupuesto_link.store.moved import moved, summed
from presupuesto_link.store.snapshot import Kept, Snapshot, Totals, check_alike
from presupuesto_link.tables.goals import SCHEMA as GOALS_SCHEMA
from presupuesto_link.tables.numbers import known_sum

FORMAT = 2
"""Of a snapshot and its manifest. 1, which does not say it, is that of version 0.1.0: no quality and no records of its rows; it is read as
it is, and `store.migration` brings it to this one."""
MANIFEST = "manifiesto.json"
SNAPSHOTS = "instantaneas"
GOALS_FILE = "metas_fisicas.parquet"
REFUSED = "rechazadas"
MEASURES = tuple(f"{name}_soles" for name in AMOUNTS)
COMPARE_KEYS = ("pliego", "sec_ejec", "programa", "producto")
_MIN_PREFIX = 4


def _as_prefix(wanted: str) -> str:
    """A date as the beginning of an id: `2025-01-31` and `31/01/2025` are `20250131`."""
    day = day_in(wanted)
    return f"{day:%Y%m%d}" if day else wanted


class Store:
    """A folder of snapshots. Reading never locks; writing and removing do, for an instant.

    Attributes:
        folder: where it is.
        snapshots: the folder of each snapshot, by id.
        lasting: whether it is still there after the command that uses it: a trial's is not.
    """

    def __init__(self, folder: Path, lasting: bool = True) -> None:
        self.folder = folder.resolve()
        self.snapshots = self.folder / SNAPSHOTS
        self.lasting = lasting

    def refused_rows(self, name: str) -> Path:
        """Where the rejected rows of a load that was not kept stay for a person to look at; there when it had some."""
        return self.folder / REFUSED / f"{name}.csv"

    def list(self) -> tuple[Kept, ...]:
        """Every snapshot, oldest cut-off first; of those of one day and year, the one to work with last."""
        found = [self._open(path) for path in self.snapshots.glob("*") if (path / MANIFEST).is_file()]
        return tuple(sorted(found, key=lambda s: (s.cut_off, s.years, s.standing, s.has_records, s.id)))

    def find(self, wanted: str) -> Kept | None:
        """The snapshot with that id, if it is there."""
        path = self.snapshots / wanted
        return self._open(path) if wanted and (path / MANIFEST).is_file() else None

    def get(self, wanted: str) -> Kept:
        """The snapshot with that id, the one that took its place, or the only one of that date or whose id begins or ends so.

        Raises:
            InputDataError: there is none, or more than one.
        """
        exact = self.find(wanted)
        if exact:
            return exact
        wanted = _as_prefix(wanted)
        near = [
            s for s in self.list() if len(wanted) >= _MIN_PREFIX and any(n.startswith(wanted) or n.endswith(wanted) for n in s.known_as)
        ]
        if len(near) == 1:
            return near[0]
        known = ", ".join(s.id for s in (near or self.list())) or "ninguna: el almacén está vacío"
        found = f"«{wanted}» corresponde a {len(near)} instantáneas" if near else f"no hay ninguna instantánea «{wanted}»"
        raise InputDataError(Problem(str(self.folder), found, f"una de: {known}", "vea la lista con «almacen listar»"))

    def write(self, name: str, make: Callable[[Path], dict[str, Any]]) -> tuple[Kept, bool]:
        """Add a snapshot, whole or not at all.

        Args:
            name: its id; when it is already there nothing is written.
            make: fills a working folder and returns the manifest, to which `id` and `archivos` are added.

        Returns:
            The snapshot, and whether it is new.

        Raises:
            OutputError: the store cannot be written; what was there is still whole.
        """
        try:
            self.snapshots.mkdir(parents=True, exist_ok=True)
            with locked(self.folder):
                clean_parts(self.folder)
            there = self.find(name)
            if there:
                return there, False
            with self._part(name) as part:
                manifest = make(part) | {"id": name}
                manifest["archivos"] = _seal(part)
                _write_synced(part / MANIFEST, _text_of(manifest))
                new = self._commit(part, name)
        except OSError as error:
            raise self.not_written(error) from error
        return self.get(name), new

    def rewrite(self, name: str, manifest: Mapping[str, Any]) -> Kept:
        """Put another manifest in the place of a snapshot's, at once; its files stay.

        Raises:
            OutputError: the store cannot be written; the manifest is the one it was.
        """
        kept = self.get(name)
        if manifest == kept.manifest:
            return kept
        try:
            with locked(self.folder), self._part(name) as part:
                _write_synced(part / MANIFEST, _text_of(manifest))
                (part / MANIFEST).replace(kept.folder / MANIFEST)
                _sync(kept.folder)
        except OSError as error:
            raise self.not_written(error) from error
        return self.get(name)

    def read(
        self, wanted: str, columns: Sequence[str] | None = None, filters: Mapping[str, Any] | None = None, lines: bool = False
    ) -> pl.LazyFrame:
        """The rows of a snapshot, lazily; only the years, row groups and columns asked for are read.

        Args:
            wanted: its id.
            columns: which; all by default.
            filters: column → value, or several values in a list.
            lines: with where each row comes from (`store.lines.LINES`; null in a snapshot that has no records). Every row is then read.

        Raises:
            InputDataError: a file is missing or has not the size that the manifest declares.
        """
        snapshot, tests = self.get(wanted), dict(filters or {})
        _check_sizes(snapshot)
        years = _values(tests["anio"]) if "anio" in tests else snapshot.years
        files = [path for year in years for path in sorted((snapshot.folder / "gasto" / f"anio={year}").glob("*.parquet"))]
        some = files or sorted(snapshot.folder.glob("gasto/*/*.parquet"))[:1]
        rows = with_lines(some) if lines else pl.scan_parquet(some, hive_partitioning=False)
        rows = with_later_codes(rows if files else rows.clear())
        rows = rows.filter(*(pl.col(column).is_in(_values(value)) for column, value in tests.items())) if tests else rows
        return rows.select(columns) if columns is not None else rows

    def lines_of(self, wanted: str, filters: Mapping[str, Any] | None = None, measure: str | None = None) -> pl.DataFrame:
        """The records of the file that a figure of a snapshot comes from.

        Args:
            wanted: its id.
            filters: which rows, as `read` takes them.
            measure: only the rows that have some of it (`pim_soles`).

        Returns:
            One row per stretch of records that follow each other, by file and record: `archivo` (its name), `desde` and `hasta` (both in it;
            the titles are 1, and in a workbook they are rows of its sheet).

        Raises:
            InputDataError: the snapshot has no records, or as `read`.
        """
        snapshot = self.get(wanted)
        if not snapshot.has_records:
            raise InputDataError(
                Problem(
                    snapshot.id,
                    f"no dice de qué registros sale cada fila: {snapshot.why_no_records}",
                    "una instantánea con sus registros",
                    "si tiene el archivo de origen: almacen migrar --origen ARCHIVO",
                )
            )
        rows = self.read(snapshot.id, [*LINES, *([measure] if measure else [])], filters, lines=True)
        rows = rows.filter(pl.col(measure) != 0) if measure else rows
        found = intervals(rows.select(*LINES).collect())
        names = dict(enumerate(snapshot.files))
        return found.with_columns(pl.col("archivo").replace_strict(names, return_dtype=pl.String))

    def dimension(self, wanted: str, name: str) -> pl.DataFrame:
        """A table of names of a snapshot: its key columns, `nombre` and `nombres` (how many the file had for that key)."""
        snapshot = self.get(wanted)
        path = snapshot.folder / "dimensiones" / f"{name}.parquet"
        if not path.is_file():
            known = ", ".join(sorted(p.stem for p in path.parent.glob("*.parquet"))) or "ninguna"
            raise InputDataError(Problem(snapshot.id, f"no tiene la dimensión «{name}»", f"una de: {known}", "elija otra"))
        return pl.read_parquet(path)

    def goals(self, wanted: str) -> pl.DataFrame:
        """The physical goals of a snapshot (`tables.goals.SCHEMA`); empty when its file gave none."""
        path = self.get(wanted).folder / GOALS_FILE
        return pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=GOALS_SCHEMA)

    def verify(self, wanted: str) -> tuple[Problem, ...]:
        """Read every file again: digests against the manifest, then rows and totals added up again."""
        snapshot = self.get(wanted)
        problems = [*_changed_files(snapshot)]
        if not problems:
            problems += _changed_totals(snapshot, add_up(self.read(snapshot.id)))
        return tuple(problems)

    def compare(self, before: str, after: str, keys: Sequence[str] = COMPARE_KEYS) -> pl.DataFrame:
        """What moved between two snapshots, by year and the given keys.

        Returns:
            `anio`, the keys, `medida`, `antes_soles`, `despues_soles`, `diferencia_soles` and `cambio` (`aparece`, `desaparece` or
            `cambia`), one row per key and measure that moved, by key. A measure that one of the two does not give is left out.

        Raises:
            InputDataError: they have no year in common, or are of another scope or period.
        """
        old, new = self.get(before), self.get(after)
        years = sorted(set(old.years) & set(new.years))
        if not years:
            raise InputDataError(
                Problem(
                    f"{old.id} y {new.id}",
                    f"años {_list(old.years)} y {_list(new.years)}",
                    "un año en común",
                    "compare dos cortes del mismo año",
                )
            )
        check_alike(old, new)
        by = ["anio", *dict.fromkeys(key for key in keys if key != "anio")]
        measures = [m for m in MEASURES if all(s.totals[y][m] is not None for s in (old, new) for y in years)]
        sides = [summed(self.read(s.id, filters={"anio": years}), by, measures) for s in (old, new)]
        return moved(sides[0], sides[1], by)

    def superseded(self, keep: int) -> tuple[Kept, ...]:
        """The snapshots older than the newest `keep` of their year, layout, filters and file, and those loaded again with their records."""
        groups: dict[tuple[Any, ...], list[Kept]] = {}
        again = {_read_from(s) for s in self.list() if s.has_records}
        for snapshot in self.list():
            if not snapshot.has_records and _read_from(snapshot) in again:
                continue  # the same file was loaded again with its records
            for year in snapshot.years:
                groups.setdefault((year, *snapshot.family), []).append(snapshot)
        kept = {s.id for group in groups.values() for s in group[-keep:]}
        return tuple(s for s in self.list() if s.id not in kept)

    def previous(self, snapshot: Snapshot) -> Kept | None:
        """The cut-off before this one of the same file and year."""
        older = [
            s
            for s in self.list()
            if s.id != snapshot.id and s.family == snapshot.family and s.cut_off < snapshot.cut_off and set(s.years) & set(snapshot.years)
        ]
        return older[-1] if older else None

    def same_money(self, snapshot: Snapshot) -> tuple[Kept, ...]:
        """The pages of the same consultation by other dimensions, the base last when it is not this one."""
        return tuple(s for s in self.list() if s.same_money(snapshot))

    def remove(self, wanted: Sequence[str]) -> None:
        """Delete snapshots: each disappears at once and is then erased."""
        try:
            with locked(self.folder):
                clean_parts(self.folder)
                for name in wanted:
                    snapshot = self.get(name)
                    gone = self.folder / f"{PART}{owner()}-{snapshot.id}-borrada"
                    snapshot.folder.replace(gone)
                    shutil.rmtree(gone, ignore_errors=True)
        except OSError as error:
            raise self.not_written(error) from error

    @contextmanager
    def _part(self, name: str) -> Iterator[Path]:
        part = new_part(self.folder, name)
        try:
            yield part
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _commit(self, part: Path, name: str) -> bool:
        """Move the working folder into place; false when another process put the same snapshot first."""
        with locked(self.folder):
            if self.find(name):
                return False
            part.replace(self.snapshots / name)
            _sync(self.snapshots)
        return True

    def _open(self, path: Path) -> Kept:
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            _ = manifest["fuente"], manifest["totales"], manifest["archivos"], manifest["fecha_corte"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputDataError(
                Problem(
                    str(path / MANIFEST),
                    f"un manifiesto que no se puede leer ({error})",
                    "el que escribió el programa",
                    "borre esa carpeta y cargue otra vez el archivo",
                )
            ) from None
        kept = Kept(path.name, manifest, path)
        if kept.format > FORMAT:
            raise InputDataError(
                Problem(
                    str(path / MANIFEST),
                    f"una instantánea de formato {kept.format}, de una versión posterior del programa",
                    f"formato {FORMAT} o anterior",
                    "actualice presupuesto-link, o use otro almacén con --almacen",
                )
            )
        return kept

    def not_written(self, error: OSError) -> OutputError:
        """What to tell a person when the disk refuses; what the store had is whole."""
        return OutputError(
            Problem(
                str(self.folder),
                f"no se pudo escribir: {system_reason(error)}",
                "una carpeta con permiso y espacio",
                "revise permisos y espacio, o use otra carpeta con --almacen; lo guardado antes sigue entero",
            )
        )


def add_up(rows: pl.LazyFrame) -> tuple[int, Totals]:
    """Rows, and exact soles per year and measure (null when no row has the measure)."""
    sums = [known_sum(m) for m in MEASURES]
    table = rows.group_by("anio").agg(pl.len().alias("filas"), *sums).collect().sort("anio")
    return int(table["filas"].sum()), {row["anio"]: {m: row[m] for m in MEASURES} for row in table.iter_rows(named=True)}


def _read_from(snapshot: Snapshot) -> tuple[str, ...]:
    """What it was read from: file, filters, day and the member of a zip."""
    source = snapshot.manifest["fuente"]
    return source["sha256"], json.dumps(snapshot.manifest["filtros"], sort_keys=True), snapshot.cut_off, source.get("miembro") or ""


def _check_sizes(snapshot: Kept) -> None:
    """A snapshot cut short or with a file less is told before it is read; `Store.verify` also looks at what the files say."""
    for name, declared in snapshot.manifest["archivos"].items():
        path = snapshot.folder / name
        if not path.is_file() or path.stat().st_size != declared["bytes"]:
            found = "un archivo cortado o cambiado" if path.is_file() else "falta un archivo"
            raise InputDataError(
                Problem(
                    f"{snapshot.id}/{name}",
                    found,
                    "el que declara el manifiesto",
                    "revísela con «almacen verificar»; si está dañada, bórrela y cargue otra vez el archivo de origen",
                )
            )


def _changed_files(snapshot: Kept) -> Iterator[Problem]:
    listed = snapshot.manifest["archivos"]
    present = {p.relative_to(snapshot.folder).as_posix() for p in snapshot.folder.rglob("*") if p.is_file()} - {MANIFEST}
    remedy = "borre la instantánea con «almacen podar» o a mano y cargue otra vez el archivo de origen"
    for name in sorted(listed.keys() - present):
        yield Problem(f"{snapshot.id}/{name}", "el archivo falta", "el que declara el manifiesto", remedy)
    for name in sorted(present - listed.keys()):
        yield Problem(f"{snapshot.id}/{name}", "un archivo de más", "sólo los del manifiesto", "retírelo")
    for name in sorted(listed.keys() & present):
        if digest_of(snapshot.folder / name) != listed[name]["sha256"]:
            yield Problem(f"{snapshot.id}/{name}", "el contenido cambió", f"sha256 {listed[name]['sha256']}", remedy)


def _changed_totals(snapshot: Kept, added: tuple[int, Totals]) -> Iterator[Problem]:
    rows, totals = added
    remedy = "el manifiesto se cambió a mano: cargue otra vez el archivo de origen"
    if rows != snapshot.manifest["filas"]["guardadas"]:
        yield Problem(snapshot.id, f"{rows:,} filas", f"{snapshot.manifest['filas']['guardadas']:,} filas", remedy)
    if totals != snapshot.totals:
        yield Problem(snapshot.id, "las filas no suman los totales de control", "los totales del manifiesto", remedy)


def _seal(part: Path) -> dict[str, dict[str, Any]]:
    """Flush every file to disk; its digest and size by relative path."""
    files = sorted(path for path in part.rglob("*") if path.is_file())
    for path in files:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    for folder in {path.parent for path in files}:
        _sync(folder)
    return {p.relative_to(part).as_posix(): {"sha256": digest_of(p), "bytes": p.stat().st_size} for p in files}


def _text_of(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)


def _sync(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be flushed there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _values(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple, set)) else [value]


def _list(values: Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values)
