"""Printed numbers to exact numbers.

The State prints money and indicators as text: `S/ 1,234.00`, `18.75%`, `-7.70%`, `1.234,5`. Which sign
is the decimal one is decided once per column, from the cells that leave no doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from presupuesto_link.errors import Problem
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.sources.printed import COMMA_IN_MONEY, ONLY_COMMA, ONLY_POINT, POINT_IN_MONEY, bare

DecimalSign = Literal[".", ","]
MONEY = pl.Decimal(18, 2)

_NUMBER = {
    ".": r"^[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?%?$",
    ",": r"^[-+]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?%?$",
}
_MONEY = {
    ".": r"^[-+]?(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(?:\.[0-9]{1,2}0*)?$",
    ",": r"^[-+]?(?:[0-9]{1,3}(?:\.[0-9]{3}){1,4}|[0-9]{1,15})(?:,[0-9]{1,2}0*)?$",
}


@dataclass(frozen=True)
class NumberStyle:
    """How a table writes numbers: its decimal sign."""

    decimal: DecimalSign


def detect_style(table: RawTable, columns: tuple[str, ...], amounts: bool = False) -> tuple[NumberStyle, list[Problem]]:
    """The decimal sign of a table's numeric columns.

    A `;` file whose cells leave doubt is read with decimal comma, as Excel in Spanish writes it; any other, with decimal
    point. Cells that prove both signs are a problem, never a guess. With `amounts`, `107,424` proves that the comma
    separates thousands, because no amount has three decimals.
    """
    only_comma, only_point = (COMMA_IN_MONEY, POINT_IN_MONEY) if amounts else (ONLY_COMMA, ONLY_POINT)
    cells = pl.concat([table.frame.select(bare(column).alias("celda"), "fila") for column in columns])
    comma = cells.filter(pl.col("celda").str.contains(only_comma))
    point = cells.filter(pl.col("celda").str.contains(only_point))
    default: DecimalSign = "," if table.delimiter == ";" else "."
    if comma.height and point.height:
        a, b = comma.row(0, named=True), point.row(0, named=True)
        return NumberStyle(default), [
            Problem(
                f"{table.path}, filas {a['fila']} y {b['fila']}",
                f"«{a['celda']}» usa coma decimal y «{b['celda']}» usa punto decimal",
                "un solo signo decimal",
                "escriba todos los números de la misma forma",
            )
        ]
    if comma.height or point.height:
        return NumberStyle("," if comma.height else "."), []
    return NumberStyle(default), []


def not_numbers(table: RawTable, column: str, style: NumberStyle, allowed: tuple[str, ...] = ("",), amounts: bool = False) -> list[Problem]:
    """Problems for every cell of `column` that is neither a number (an amount) nor one of the allowed marks."""
    pattern = (_MONEY if amounts else _NUMBER)[style.decimal]
    wrong = table.frame.filter(~bare(column).str.contains(pattern) & ~pl.col(column).is_in(allowed))
    kind = "un número que sea un monto en soles, con dos decimales como máximo" if amounts else "un número"
    expected = " o ".join([kind, *(mark or "vacío" for mark in allowed)]) if allowed not in ((), ("",)) else kind
    remedy = "corrija la celda; si el dato no existe, déjela vacía" if "" in allowed else "corrija la celda"
    return [
        Problem(f"{table.path}, fila {row['fila']}, columna {column}", f"«{row[column]}»", expected, remedy)
        for row in wrong.select("fila", column).iter_rows(named=True)
    ]


def known_sum(column: str) -> pl.Expr:
    """The sum of a column under its name; null where no row has it, which is not a zero."""
    return pl.when(pl.col(column).count() > 0).then(pl.col(column).sum()).alias(column)


def plain(column: str, style: NumberStyle) -> pl.Expr:
    """The cell as plain digits with a point, null when it is not a number."""
    thousands = "," if style.decimal == "." else "."
    digits = bare(column).str.strip_suffix("%").str.replace_all(thousands, "", literal=True)
    return pl.when(bare(column).str.contains(_NUMBER[style.decimal])).then(digits.str.replace(style.decimal, ".", literal=True))


def money(column: str, style: NumberStyle) -> pl.Expr:
    """The cell as exact soles with two decimals; null when blank."""
    return plain(column, style).str.replace(r"(\.[0-9]{2})0+$", "$1").cast(MONEY, strict=False)


def number(column: str, style: NumberStyle) -> pl.Expr:
    """The cell as Float64 in its own unit (a printed `18.75%` is 18.75); null when it is not a number."""
    return plain(column, style).cast(pl.Float64)


def decimals(column: str, style: NumberStyle) -> pl.Expr:
    """How many decimals the cell was printed with; null when it is not a number."""
    text = plain(column, style)
    return text.str.extract(r"\.(\d+)$").fill_null("").str.len_chars().cast(pl.Int8).mul(pl.when(text.is_not_null()).then(1))
