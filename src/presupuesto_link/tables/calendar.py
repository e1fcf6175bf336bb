"""A programme of accrual by month: the compromise schedule (PCA) of an entity or the financial programme of its POI."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.tables.contract import check_columns, not_years, raise_problems
from presupuesto_link.tables.gasto import UNPADDED, WIDTHS
from presupuesto_link.tables.numbers import NumberStyle, detect_style, money, not_numbers
from presupuesto_link.vocabulary import DECEMBER

KEYS = ("sec_ejec", "sec_func", "programa", "fuente", "generica", "accion")
REQUIRED = ("anio", "mes", "programado_soles")


@dataclass(frozen=True)
class Calendar:
    """A programme of accrual by month, whatever it is broken by.

    Attributes:
        keys: the columns of spending it is broken by, some of `KEYS`; none for the whole.
        meses: key `anio`, `keys`, `mes`: exact `programado_soles`.
        name: what it is called beside a figure.
    """

    keys: tuple[str, ...]
    meses: pl.DataFrame
    name: str


def read_calendar(raw: RawTable) -> Calendar:
    """A calendar that people write: `anio`, `mes`, `programado_soles` and any of `KEYS`.

    Each amount is what is programmed for that month alone. A month in which nothing is programmed is written with 0: a blank or a missing
    month would move the rest of the year forward.

    Raises:
        InputDataError: a column is missing or unknown, a year, month or amount is not one or is blank, an amount is negative, a key is
            repeated or lacks some month.
    """
    titles = [title.strip().lower() for title in raw.frame.columns]
    twice = sorted({title for title in titles if titles.count(title) > 1})
    if twice:
        raise InputDataError(
            Problem(str(raw.path), f"columnas repetidas: {', '.join(twice)}", "un título por columna", "quite o renombre la que sobra")
        )
    raw = replace(raw, frame=raw.frame.rename(dict(zip(raw.frame.columns, titles, strict=True))))
    check_columns(raw, REQUIRED)
    keys = tuple(column for column in KEYS if column in raw.frame.columns)
    if "sec_func" in keys and "sec_ejec" not in keys:
        raise InputDataError(
            Problem(
                f"{raw.path}, columna «sec_func»",
                "una meta sin su unidad ejecutora",
                "también la columna sec_ejec: la meta se numera por unidad ejecutora",
                "agregue la columna",
            )
        )
    style, problems = detect_style(raw, ("programado_soles",), amounts=True)
    problems += [*_unknown(raw), *not_years(raw, "anio"), *_months(raw), *not_numbers(raw, "programado_soles", style, (), amounts=True)]
    raise_problems(problems)
    table = raw.frame.select("fila", *_typed(style), *(_code(key) for key in keys))
    raise_problems([*_negative(raw, table), *_repeated(raw, table, keys)])
    raise_problems(list(_short(raw, table, keys)))
    return Calendar(keys, table.drop("fila").sort("anio", *keys, "mes"), f"calendario {raw.name}")


def _typed(style: NumberStyle) -> list[pl.Expr]:
    return [pl.col("anio").cast(pl.Int16), pl.col("mes").cast(pl.Int8), money("programado_soles", style).alias("programado_soles")]


def _code(key: str) -> pl.Expr:
    """A code as `gasto` keeps it; a blank is null."""
    text = pl.col(key).str.strip_chars()
    text = text.str.replace("^0+(.)", "$1") if key in UNPADDED else text.str.pad_start(WIDTHS.get(key, 0), "0")
    return pl.when(pl.col(key).str.strip_chars() != "").then(text).alias(key)


def _unknown(raw: RawTable) -> Iterator[Problem]:
    known = (*REQUIRED, *KEYS)
    for title in raw.frame.columns:
        if title not in known and title not in ("fila", "nota"):
            near = get_close_matches(title, known, n=1)
            hint = f" (¿quiso decir {near[0]}?)" if near else ""
            yield Problem(
                f"{raw.path}, columna «{title}»",
                f"una columna desconocida{hint}",
                "una de: " + ", ".join((*known, "nota")),
                "corrija el título o quite la columna",
            )


def _months(raw: RawTable) -> Iterator[Problem]:
    wrong = raw.frame.filter(~pl.col("mes").str.contains(r"^(?:0?[1-9]|1[0-2])$"))
    for row in wrong.select("fila", "mes").iter_rows():
        yield Problem(f"{raw.path}, fila {row[0]}, columna mes", f"«{row[1]}»", "un mes de 1 a 12", "corrija la celda")


def _negative(raw: RawTable, table: pl.DataFrame) -> Iterator[Problem]:
    for row in table.filter(pl.col("programado_soles") < 0).select("fila", "programado_soles").iter_rows():
        yield Problem(
            f"{raw.path}, fila {row[0]}, columna programado_soles", f"{row[1]}", "un monto de 0 o más", "programe el monto neto del mes"
        )


def _repeated(raw: RawTable, table: pl.DataFrame, keys: tuple[str, ...]) -> Iterator[Problem]:
    key = ["anio", *keys, "mes"]
    twice = table.group_by(key).agg(pl.col("fila").sort()).filter(pl.col("fila").list.len() > 1).sort(key)
    for row in twice.iter_rows(named=True):
        said = ", ".join(f"{name} {row[name]}" for name in key)
        yield Problem(
            f"{raw.path}, filas {', '.join(map(str, row['fila']))}", f"{said}: está repetido", "una fila por mes y clave", "súmelas en una"
        )


def _short(raw: RawTable, table: pl.DataFrame, keys: tuple[str, ...]) -> Iterator[Problem]:
    """Keys without their twelve months."""
    key = ["anio", *keys]
    given = table.group_by(key).agg(pl.col("mes")).filter(pl.col("mes").list.len() < DECEMBER).sort(key, nulls_last=True)
    for row in given.iter_rows(named=True):
        said = ", ".join(f"{name} {row[name]}" for name in key)
        missing = ", ".join(str(month) for month in range(1, DECEMBER + 1) if month not in row["mes"])
        yield Problem(
            f"{raw.path}, {said}",
            f"faltan los meses {missing}",
            "los doce meses, con 0 en el que no se programa nada",
            "agregue esas filas",
        )
