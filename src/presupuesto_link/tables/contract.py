"""What a raw table must satisfy before anything is computed from it, with all problems reported together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.delimited import RawTable

_SHOWN = 10


@dataclass(frozen=True)
class Contract:
    """Columns a table must have, its key (empty when it may have blanks), and the columns that only admit some values."""

    columns: tuple[str, ...]
    key: tuple[str, ...]
    vocabularies: tuple[tuple[str, tuple[str, ...]], ...] = ()


def check_columns(table: RawTable, columns: Iterable[str]) -> None:
    """Raise `InputDataError` naming every missing column and the ones that were found."""
    present = [label for label in table.frame.columns if label != "fila"]
    missing = [column for column in columns if column not in present]
    if missing:
        raise InputDataError(
            Problem(
                str(table.path),
                f"faltan las columnas {', '.join(missing)}; el archivo tiene {', '.join(present)}",
                "las columnas " + ", ".join(columns),
                "agregue las columnas o corrija sus títulos",
            )
        )


def check_contract(table: RawTable, contract: Contract) -> None:
    """Check columns, key and vocabularies of a raw table.

    Raises:
        InputDataError: missing columns (at once), or every repeated or blank key and every value
            outside its vocabulary (together).
    """
    check_columns(table, contract.columns)
    problems = [*_blank_keys(table, contract.key), *_repeated_keys(table, contract.key)] if contract.key else []
    for column, allowed in contract.vocabularies:
        problems += _outside(table, column, allowed)
    raise_problems(problems)


def raise_problems(problems: list[Problem]) -> None:
    """Raise the collected problems, if any; very long lists are cut and say so."""
    if len(problems) > _SHOWN:
        rest = len(problems) - _SHOWN
        problems = [
            *problems[:_SHOWN],
            Problem("(más filas)", f"{rest} problemas más de estas clases", "ninguno", "corrija los anteriores y vuelva a ejecutar"),
        ]
    if problems:
        raise InputDataError(*problems)


def check_references(table: RawTable, column: str, known: Iterable[str], owner: str) -> list[Problem]:
    """Problems for every value of `column` that is not among the known codes of `owner`."""
    codes = sorted(set(known))
    unknown = table.frame.filter(~pl.col(column).is_in(codes))
    return [
        Problem(
            f"{table.path}, fila {row['fila']}, columna {column}",
            f"«{row[column]}»",
            f"un código de {owner}{_nearest(row[column], codes)}",
            f"corrija el código o agréguelo a {owner}",
        )
        for row in unknown.select("fila", column).iter_rows(named=True)
    ]


def _nearest(value: str, codes: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(value, codes, n=1)
    return f" (¿quiso decir {near[0]}?)" if near else ""


def _blank_keys(table: RawTable, key: tuple[str, ...]) -> list[Problem]:
    blank = table.frame.filter(pl.any_horizontal(pl.col(column) == "" for column in key))
    return [
        Problem(f"{table.path}, fila {row['fila']}, columna {column}", "una celda vacía", "un código", "complete la celda o borre la fila")
        for row in blank.iter_rows(named=True)
        for column in key
        if row[column] == ""
    ]


def _repeated_keys(table: RawTable, key: tuple[str, ...]) -> list[Problem]:
    repeated = (
        table.frame.filter(pl.all_horizontal(pl.col(column) != "" for column in key))
        .group_by(key)
        .agg(pl.col("fila").sort())
        .filter(pl.col("fila").list.len() > 1)
        .sort(key)
    )
    return [
        Problem(
            f"{table.path}, filas {', '.join(map(str, row['fila']))}",
            f"{' + '.join(key)} = {' + '.join(row[column] for column in key)} está repetido",
            "una sola fila por " + " + ".join(key),
            "deje una sola fila o cambie el código",
        )
        for row in repeated.iter_rows(named=True)
    ]


def _outside(table: RawTable, column: str, allowed: tuple[str, ...]) -> list[Problem]:
    wrong = table.frame.filter(~pl.col(column).is_in(allowed))
    return [
        Problem(
            f"{table.path}, fila {row['fila']}, columna {column}", f"«{row[column]}»", "uno de " + ", ".join(allowed), "corrija el valor"
        )
        for row in wrong.select("fila", column).iter_rows(named=True)
    ]


def not_years(table: RawTable, column: str) -> list[Problem]:
    """Problems for every cell that is not a year from 1990 to 2100."""
    wrong = table.frame.filter(~pl.col(column).str.contains(r"^(199[0-9]|20[0-9]{2}|2100)$"))
    return [
        Problem(f"{table.path}, fila {row['fila']}, columna {column}", f"«{row[column]}»", "un año de 1990 a 2100", "corrija el año")
        for row in wrong.select("fila", column).iter_rows(named=True)
    ]
