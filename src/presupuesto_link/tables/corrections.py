"""Corrections to what a provider published: each is a row somebody can read, and fails when it goes stale."""

from __future__ import annotations

from typing import Any

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.delimited import RawTable

_KEYS = {"id", "tabla", "donde", "campo", "encontrado", "usado", "tipo", "motivo", "evidencia", "filas"}
_REQUIRED = _KEYS - {"filas"}


def apply_corrections(table: RawTable, name: str, corrections: tuple[dict[str, Any], ...]) -> pl.DataFrame:
    """Apply the corrections of one table.

    Args:
        table: the raw table.
        name: its name in `correcciones.toml`.
        corrections: all rows of `correcciones.toml`.

    Returns:
        The table's frame with, for every corrected column `c`, the value to use in `c`, the printed one in
        `c_impreso`, and the correction's id in `correccion` (null where nothing changed).

    Raises:
        InputDataError: a correction lacks a key, or does not find exactly the rows and the value it
            expects: the provider mended its error and the row must be retired.
    """
    mine = [row for row in corrections if row.get("tabla") == name]
    frame = table.frame.with_columns(pl.lit(None, pl.String).alias("correccion"))
    fields = sorted({str(row.get("campo")) for row in mine})
    frame = frame.with_columns(pl.col(field).alias(f"{field}_impreso") for field in fields if field in frame.columns)
    problems = []
    for row in mine:
        problem = _broken(row, table) or _stale(row, frame, table)
        if problem:
            problems.append(problem)
            continue
        here = _where(row)
        frame = frame.with_columns(
            pl.when(here).then(pl.lit(row["usado"])).otherwise(pl.col(row["campo"])).alias(row["campo"]),
            pl.when(here).then(pl.lit(row["id"])).otherwise(pl.col("correccion")).alias("correccion"),
        )
    if problems:
        raise InputDataError(*problems)
    return frame


def check_known_tables(corrections: tuple[dict[str, Any], ...], tables: tuple[str, ...]) -> None:
    """Every correction names a table that exists and has an id of its own; otherwise it would be ignored in silence.

    Raises:
        InputDataError: naming each offending correction.
    """
    ids = [str(row.get("id")) for row in corrections]
    problems = [
        Problem(
            f"correcciones.toml, corrección {row.get('id', '(sin id)')}",
            f"tabla «{row.get('tabla')}»",
            "una de " + ", ".join(tables),
            "corrija el nombre de la tabla",
        )
        for row in corrections
        if row.get("tabla") not in tables
    ]
    problems += [
        Problem("correcciones.toml", f"la corrección {code} está repetida", "un id distinto por corrección", "cambie uno de los id")
        for code in sorted({code for code in ids if ids.count(code) > 1})
    ]
    if problems:
        raise InputDataError(*problems)


def corrections_table(corrections: tuple[dict[str, Any], ...]) -> pl.DataFrame:
    """The corrections as a table, key `correccion`, one row each, all text."""
    return pl.DataFrame(
        [
            {
                "correccion": row["id"],
                "tabla": row["tabla"],
                "donde": ", ".join(f"{k} = {v}" for k, v in row["donde"].items()),
                "campo": row["campo"],
                "encontrado": row["encontrado"],
                "usado": row["usado"],
                "tipo": row["tipo"],
                "motivo": row["motivo"],
                "evidencia": row["evidencia"],
            }
            for row in corrections
        ],
        schema=dict.fromkeys(("correccion", "tabla", "donde", "campo", "encontrado", "usado", "tipo", "motivo", "evidencia"), pl.String),
    )


def _where(row: dict[str, Any]) -> pl.Expr:
    return pl.all_horizontal(
        pl.col(f"{column}_impreso" if column == row["campo"] else column) == str(value) for column, value in row["donde"].items()
    )


def _broken(row: dict[str, Any], table: RawTable) -> Problem | None:
    where = f"correcciones.toml, corrección {row.get('id', '(sin id)')}"
    missing, extra = sorted(_REQUIRED - row.keys()), sorted(row.keys() - _KEYS)
    if missing or extra:
        found = "; ".join(filter(None, (f"faltan {', '.join(missing)}" if missing else "", f"sobran {', '.join(extra)}" if extra else "")))
        return Problem(where, found, "las claves " + ", ".join(sorted(_KEYS)), "complete la corrección")
    unknown = [column for column in (*row["donde"], row["campo"]) if column not in table.frame.columns]
    if unknown:
        return Problem(where, f"columnas que no existen: {', '.join(unknown)}", f"columnas de {table.name}", "corrija los nombres")
    return None


def _stale(row: dict[str, Any], frame: pl.DataFrame, table: RawTable) -> Problem | None:
    expected = int(row.get("filas", 1))
    matched = frame.filter(_where(row) & (pl.col(f"{row['campo']}_impreso") == row["encontrado"]))
    if matched.height == expected:
        return None
    place = ", ".join(f"{k} = {v}" for k, v in row["donde"].items())
    return Problem(
        f"{table.path}, corrección {row['id']} ({place}, columna {row['campo']})",
        f"{matched.height} filas con el valor «{row['encontrado']}»",
        f"{expected}",
        "la fuente cambió: revise el dato y retire o actualice la corrección",
    )
