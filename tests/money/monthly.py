"""Linked spending by month of a few rows, as `money.months.by_month` gives it."""

from decimal import Decimal
from typing import Any

import polars as pl

from presupuesto_link.linkage.rules import DIRECT
from presupuesto_link.tables.numbers import MONEY

CODES = {
    "sec_ejec": "000775",
    "sec_func": "1",
    "programa": "0002",
    "tipo_producto": "3",
    "fuente": "1",
    "generica": "3",
    "accion": "AER.01.01",
    "vinculo": DIRECT,
}
SOLES = ("pia_soles", "pim_soles", "certificado_soles", "comprometido_soles", "devengado_soles")
SCHEMA = {"anio": pl.Int16, "mes": pl.Int8} | dict.fromkeys(CODES, pl.String) | dict.fromkeys(SOLES, MONEY)
ACTIONS = pl.DataFrame({"accion": ["AER.01.01", "AER.01.02", "AER.02.01"], "objetivo": ["OER.01", "OER.01", "OER.02"]})


def row(mes: int, anio: int = 2025, **cells: Any) -> dict[str, Any]:
    """A row; amounts are text and null unless given, codes those of `CODES`."""
    money = {f"{k}_soles": Decimal(v) for k, v in cells.items() if f"{k}_soles" in SOLES}
    codes = {k: v for k, v in cells.items() if k in CODES}
    return {"anio": anio, "mes": mes} | CODES | dict.fromkeys(SOLES) | codes | money


def months(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SCHEMA, orient="row")
