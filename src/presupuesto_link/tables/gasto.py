"""The canonical table of spending: every layout's rows, typed, with exact amounts.

`mes` 0 is the annual row (PIA, PIM and totals that have no month); 1 to 12 are flows. A measure that a layout does not give at a row's
grain is null there, so adding a column up is always right and a repeated PIM cannot be added by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from presupuesto_link.sources.siaf.layout import AMOUNTS, CODES
from presupuesto_link.tables.numbers import MONEY

WIDTHS = {
    "programa": 4, "producto": 7, "actividad": 7, "finalidad": 7, "meta": 5, "pliego": 3, "sector": 2, "funcion": 2, "division": 3,
    "grupo": 4, "rubro": 2, "departamento_ejecutora": 2, "departamento_meta": 2, "ejecutora": 3,
}  # fmt: skip
UNPADDED = ("sec_ejec", "sec_func")
MEASURES = tuple(f"{name}_soles" for name in AMOUNTS)
KEY = CODES
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = (
    {"anio": pl.Int16, "mes": pl.Int8} | dict.fromkeys(CODES[2:], pl.String) | dict.fromkeys(MEASURES, MONEY)
)


@dataclass(frozen=True)
class Filters:
    """Which rows to keep; null keeps all. Codes are compared after padding."""

    pliego: str | None = None
    departamento_meta: str | None = None
    nivel: str | None = None
    anio: int | None = None

    @property
    def needles(self) -> tuple[str, ...]:
        """Text that every wanted record contains, for the byte filter of latin-1 files."""
        return (self.pliego,) if self.pliego else ()


def type_rows(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Text rows of a layout (`CODES + AMOUNTS`) → `SCHEMA`, plus `rechazo` (why a row cannot be used, null when it can).

    Codes are stripped, a blank is null, and padded to the width the MEF gives them; SEC_EJEC and SEC_FUNC lose leading zeros, so that
    screens (`0001`) and files (`1`) agree. Amounts take up to two decimals and thousands commas.
    """
    text = rows.with_columns(pl.col(*CODES, *AMOUNTS).str.strip_chars().replace("", None))
    typed = text.with_columns(
        pl.col("anio").cast(pl.Int16, strict=False).alias("anio_leido"), pl.col("mes").cast(pl.Int8, strict=False).alias("mes_leido"),
        *(pl.col(code).str.pad_start(width, "0") for code, width in WIDTHS.items()),
        *(pl.col(code).str.strip_chars_start("0").replace("", "0") for code in UNPADDED),
        *(_amount(name).alias(f"{name}_soles") for name in AMOUNTS))
    return typed.with_columns(rechazo=_rejection()).with_columns(anio="anio_leido", mes="mes_leido").select(*SCHEMA, "rechazo")


def keep(rows: pl.LazyFrame, filters: Filters) -> pl.LazyFrame:
    """The rows that pass the filters. Works before or after typing, on text or typed columns."""
    tests = []
    if filters.pliego:
        tests.append(pl.col("pliego").str.strip_chars().str.pad_start(3, "0") == filters.pliego.zfill(3))
    if filters.departamento_meta:
        tests.append(pl.col("departamento_meta").str.strip_chars().str.pad_start(2, "0") == filters.departamento_meta.zfill(2))
    if filters.nivel:
        tests.append(pl.col("nivel").str.strip_chars() == filters.nivel.upper())
    if filters.anio:
        tests.append(pl.col("anio").cast(pl.String).str.strip_chars() == str(filters.anio))
    return rows.filter(*tests) if tests else rows


def _amount(name: str) -> pl.Expr:
    return pl.col(name).str.replace_all(",", "", literal=True).cast(MONEY, strict=False)


def _rejection() -> pl.Expr:
    """The first reason why a row cannot be used."""
    year, month = pl.col("anio_leido"), pl.col("mes_leido")
    reason = pl.when(year.is_null() | ~year.is_between(1990, 2100)).then(pl.lit("año ilegible")).when(
        month.is_null() | ~month.is_between(0, 12)).then(pl.lit("mes fuera de 0 a 12"))
    for name in AMOUNTS:
        reason = reason.when(pl.col(name).is_not_null() & pl.col(f"{name}_soles").is_null()).then(pl.lit(f"{name} no es un monto"))
        exact = pl.col(name).str.contains(r"\.\d{2}\d*[1-9]")
        reason = reason.when(exact).then(pl.lit(f"{name} tiene fracciones de céntimo"))
    return reason.otherwise(None)
