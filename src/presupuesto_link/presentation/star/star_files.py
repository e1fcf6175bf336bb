"""Write a link as a star: parquet, a flat CSV, SQLite or DuckDB, a page that says what each file is, and the manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from presupuesto_link.linkage.link import LinkedGasto
from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.money.parts import linked_facts
from presupuesto_link.presentation.star.boost import flat
from presupuesto_link.presentation.star.databases import FACT_FILES, FIGURES, check_duckdb, write_duckdb, write_sqlite
from presupuesto_link.presentation.star.star import CODES, TEXTS, complete, dimension_tables, keyed
from presupuesto_link.presentation.star.star_readme import README, readme
from presupuesto_link.presentation.writing.csv_files import harmless
from presupuesto_link.presentation.writing.folder import made_with, write_manifest
from presupuesto_link.tables.gasto import MEASURES, totals_of
from presupuesto_link.tables.levels import Levels
from presupuesto_link.tables.plan import Plan

EXPORT = "estrella"
BOOST = "boost.csv"
ROWS_AT_ONCE = 150_000
_ROW_GROUP = 65_536
_LIBRARIES = ("polars", "pyarrow")


@dataclass(frozen=True)
class Export:
    """What to export.

    Attributes:
        linkage: the link.
        plan: the plan whose actions it links to.
        transversal: actions that are never added.
        inputs: name of each file the rules and the plan come from → SHA-256.
        sqlite: also one SQLite file.
        duckdb: also one DuckDB file.
    """

    linkage: Linkage
    plan: Plan
    transversal: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    sqlite: bool = False
    duckdb: bool = False


@dataclass
class Written:
    """What has been written: rows and exact soles of each file of facts (null when no row gives the measure)."""

    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FACT_FILES, 0))
    soles: dict[str, dict[str, Decimal | None]] = field(default_factory=lambda: {name: dict.fromkeys(MEASURES) for name in FACT_FILES})

    def add(self, name: str, facts: pl.DataFrame) -> None:
        """Count some rows."""
        self.rows[name] += facts.height
        for measure, soles in totals_of(facts).items():
            if soles is not None:
                self.soles[name][measure] = (self.soles[name][measure] or Decimal(0)) + soles


def write_star(export: Export, folder: Path, progress: Callable[[str], None] = lambda _: None) -> Written:
    """Write everything to a new folder; who calls makes sure that it is all of it or nothing.

    Args:
        export: what.
        folder: made here.
        progress: called with a Spanish sentence before each part.

    Returns:
        What it holds.

    Raises:
        OutputError: DuckDB is asked for and is not installed.
    """
    if export.duckdb:
        check_duckdb()
    folder.mkdir()
    written = Written()
    linkage = export.linkage
    linked = replace(linkage.linked, gasto=complete(linkage.linked.gasto))
    progress("Escribiendo las dimensiones")
    tables = dimension_tables(linked, linkage.cube["regla"], linkage.names, export.plan, export.transversal)
    for name, table in tables.items():
        table.write_parquet(folder / f"dim_{name}.parquet", compression="zstd", statistics=True)
    progress("Escribiendo los hechos")
    _write_facts(linked, tables, export.plan.niveles, folder, written)
    _conserve(linkage.cube, written)
    linked_facts(linkage, export.plan.acciones).tabla.write_parquet(folder / f"{FIGURES}.parquet", compression="zstd", statistics=True)
    _write_databases(export, folder, progress)
    (folder / README).write_text(readme(export.linkage, export.plan, written.rows, tables, folder), encoding="utf-8-sig", newline="\r\n")
    write_manifest(folder, EXPORT, about_star(export, written))
    return written


def _write_databases(export: Export, folder: Path, progress: Callable[[str], None]) -> None:
    if export.sqlite:
        progress("Escribiendo la base SQLite")
        write_sqlite(folder)
    if export.duckdb:
        progress("Escribiendo la base DuckDB")
        write_duckdb(folder)


def _write_facts(linked: LinkedGasto, tables: Mapping[str, pl.DataFrame], levels: Levels, folder: Path, written: Written) -> None:
    """Both files of facts and the flat CSV, in one pass over a few spending units at a time."""
    from pyarrow.parquet import ParquetWriter

    writers: dict[str, Any] = {}
    try:
        with (folder / BOOST).open("wb") as boost:
            for number, batch in enumerate(_batches(linked)):
                facts = keyed(batch, tables, levels)
                beside = pl.col("vinculo") == TRANSVERSAL
                for name, rows in zip(FACT_FILES, (facts.filter(~beside), facts.filter(beside)), strict=True):
                    written.add(name, rows)
                    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
                    if name not in writers:
                        writers[name] = ParquetWriter(folder / f"{name}.parquet", table.schema, compression="zstd")
                    writers[name].write_table(table, row_group_size=_ROW_GROUP)
                first = number == 0
                harmless(flat(facts.filter(~beside), tables)).write_csv(boost, include_bom=first, include_header=first)
    finally:
        for writer in writers.values():
            writer.close()


def _batches(linked: LinkedGasto) -> Iterator[pl.DataFrame]:
    """The linked lines of whole spending units, about `ROWS_AT_ONCE` at a time, in the order of the units.

    Each batch is read and linked by itself: a line's link depends on that line alone, so memory is bounded whatever the snapshot's size.
    """
    first = [pl.col(column).min() for column in ("nivel", "pliego")]
    units = linked.gasto.group_by("anio", "sec_ejec").agg(*first, pl.len()).collect().sort("anio", "nivel", "pliego", "sec_ejec")
    runs = units.with_columns(run=(pl.col("len").cum_sum().over("anio") - 1) // ROWS_AT_ONCE)
    for (year, _), run in runs.group_by("anio", "run", maintain_order=True):
        own = (pl.col("anio") == year) & pl.col("sec_ejec").is_in(run["sec_ejec"].implode(), nulls_equal=True)
        yield replace(linked, gasto=linked.gasto.filter(own)).lines.select(*CODES, "mes", *TEXTS, *MEASURES).collect()


def _conserve(cube: pl.DataFrame, written: Written) -> None:
    """What is in the files is what was linked, to the céntimo; anything else is a defect of this program."""
    beside = pl.col("vinculo") == TRANSVERSAL
    for name, rows in zip(FACT_FILES, (cube.filter(~beside), cube.filter(beside)), strict=True):
        expected = totals_of(rows)
        if expected != written.soles[name] or int(rows["lineas"].sum()) != written.rows[name]:
            raise RuntimeError(f"{name} does not hold the linked spending: {written.soles[name]} != {expected}")


def about_star(export: Export, written: Written) -> dict[str, Any]:
    """What went in and what came out. No dates of the run, no machine paths."""
    linkage, source = export.linkage, export.linkage.snapshot.manifest["fuente"]
    return {
        **made_with((*_LIBRARIES, *(["duckdb"] if export.duckdb else []))),
        "entradas": dict(export.inputs),
        "instantanea": {
            "id": linkage.snapshot.id,
            "fecha_corte": linkage.snapshot.cut_off,
            "archivo": source["nombre"],
            "sha256": source.get("sha256"),
        },
        "parametros": {
            "ambito": linkage.scope,
            "anios": linkage.cube["anio"].unique().sort().to_list(),
            "reglas": linkage.rules.source,
            "incluye_sugeridos": linkage.with_suggested,
            "transversales": list(export.transversal),
        },
        "filas": written.rows,
        "totales_soles": {name: {m: None if v is None else str(v) for m, v in soles.items()} for name, soles in written.soles.items()},
    }
