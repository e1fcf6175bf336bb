"""The star in one file that answers SQL: SQLite always, DuckDB when it is installed.

The same star gives the same SQLite bytes. DuckDB gives each file it makes an identifier of its own: only its tables are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from presupuesto_link.errors import OutputError, Problem
from presupuesto_link.presentation.star.star import KEYS
from presupuesto_link.tables.gasto import MEASURES

SQLITE, DUCKDB = "presupuesto.sqlite", "presupuesto.duckdb"
FACT_FILES = ("hechos", "hechos_transversales")
FIGURES = "cifras"
"""What the lines of each action add up to, with the key that the other results show it under."""
_SOLES = (*MEASURES, "valor_soles")
_ROWS_AT_ONCE = 65_536
_VIEWS = {"hechos": "v_hechos", "hechos_transversales": "v_hechos_transversales"}


def write_sqlite(folder: Path) -> None:
    """The parquet files of a folder as `presupuesto.sqlite`: whole céntimos in `*_centimos`, and views in soles with every name.

    Raises:
        OSError: it cannot be written.
    """
    import sqlite3

    connection = sqlite3.connect(folder / SQLITE, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")  # the folder is moved into place only when it is whole
        connection.execute("BEGIN")
        for name in (*(f"dim_{dimension}" for dimension in KEYS), *FACT_FILES, FIGURES):
            _fill_sqlite(connection, folder / f"{name}.parquet", name)
        for table, view in _VIEWS.items():
            connection.execute(_view(table, view, _columns(folder), centimos=True))
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise OSError(f"SQLite: {error}") from error
    finally:
        connection.close()


def _fill_sqlite(connection: Any, path: Path, table: str) -> None:
    schema = pl.read_parquet_schema(path)
    connection.execute(f"CREATE TABLE {table} ({', '.join(_sqlite_columns(schema, table))})")
    marks = ", ".join("?" * len(schema))
    for rows in read_batches(path):
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows.select(_centimos(schema)).iter_rows())


def _sqlite_columns(schema: Mapping[str, Any], table: str) -> Iterator[str]:
    """One declaration per column: the key of a dimension is primary, and those of the facts refer to it."""
    parents = {key: f"dim_{dimension}" for dimension, key in KEYS.items()}
    for column, kind in schema.items():
        name = _stored(column)
        affinity = "INTEGER" if column in _SOLES or kind.is_integer() or kind == pl.Boolean else "REAL" if kind.is_float() else "TEXT"
        parent = parents.get(column)
        if table in FACT_FILES and parent:
            yield f"{name} {affinity} NOT NULL REFERENCES {parent} ({column})"
        else:
            yield f"{name} {affinity}" + (" PRIMARY KEY NOT NULL" if parent == table else "")


def _stored(column: str) -> str:
    return column.replace("_soles", "_centimos") if column in _SOLES else column


def _centimos(schema: Mapping[str, Any]) -> list[pl.Expr]:
    return [
        (pl.col(c) * 100).cast(pl.Int64) if c in _SOLES else pl.col(c).cast(pl.String) if kind == pl.Date else pl.col(c)
        for c, kind in schema.items()
    ]


def read_batches(path: Path) -> Iterator[pl.DataFrame]:
    """The rows of a parquet file in order, a few at a time."""
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            yield frame


def _columns(folder: Path) -> dict[str, list[str]]:
    return {dimension: list(pl.read_parquet_schema(folder / f"dim_{dimension}.parquet")) for dimension in KEYS}


def _view(table: str, view: str, columns: Mapping[str, list[str]], centimos: bool) -> str:
    """Facts with every code and name beside them, and amounts in soles; a column that two dimensions have is taken once."""
    shown: dict[str, str] = {}
    for dimension, own in columns.items():
        for column in own:
            alias = f"nombre_{dimension}" if column == "nombre" else column
            shown.setdefault(alias, f"dim_{dimension}.{column} AS {alias}")
    shown |= {column: f"{table}.{column}" for column in ("vinculo", "motivo")}
    shown |= {m: f"{table}.{_stored(m)} / 100.0 AS {m}" if centimos else f"{table}.{m}" for m in MEASURES}
    joins = " ".join(f"JOIN dim_{d} ON dim_{d}.{key} = {table}.{key}" for d, key in KEYS.items())
    return f"CREATE VIEW {view} AS SELECT {', '.join(shown.values())} FROM {table} {joins}"


def check_duckdb() -> None:
    """Know before any work whether DuckDB is there.

    Raises:
        OutputError: it is not installed.
    """
    from importlib.util import find_spec

    if find_spec("duckdb") is None:
        raise OutputError(
            Problem(
                "opción --duckdb",
                "DuckDB no está instalado",
                "el complemento «duckdb»",
                'instálelo con: python -m pip install "presupuesto-link[duckdb]"; o use --sqlite, que no necesita nada más',
            )
        )


def write_duckdb(folder: Path) -> None:
    """The parquet files of a folder as `presupuesto.duckdb`: exact decimals, and the same views as in SQLite.

    Raises:
        OSError: it cannot be written.
    """
    import duckdb

    try:
        with duckdb.connect(folder / DUCKDB, config={"threads": 1}) as connection:
            for name in (*(f"dim_{dimension}" for dimension in KEYS), *FACT_FILES, FIGURES):
                path = str(folder / f"{name}.parquet").replace("'", "''")
                connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{path}')")
            for dimension, key in KEYS.items():
                connection.execute(f"ALTER TABLE dim_{dimension} ADD PRIMARY KEY ({key})")
            for table, view in _VIEWS.items():
                connection.execute(_view(table, view, _columns(folder), centimos=False))
    except duckdb.IOException as error:
        raise OSError(f"DuckDB: {error}") from error
