"""Amounts as the State prints them: `S/ 1,234.00`, `1.234,50`; and which cells prove which sign is the decimal one."""

from __future__ import annotations

import polars as pl

ONLY_COMMA = r"(?:,[0-9]{1,2}%?$)|(?:,[0-9]{4,}%?$)|(?:\.[0-9]{3}[.,])"
ONLY_POINT = r"(?:\.[0-9]{1,2}%?$)|(?:\.[0-9]{4,}%?$)|(?:,[0-9]{3}[.,])"
# An amount has at most two decimals, so one sign before exactly three digits can only separate thousands.
COMMA_IN_MONEY = ONLY_COMMA + r"|(?:^[-+]?[1-9][0-9]{0,2}\.[0-9]{3}$)"
POINT_IN_MONEY = ONLY_POINT + r"|(?:^[-+]?[1-9][0-9]{0,2},[0-9]{3}$)"


def bare(column: str) -> pl.Expr:
    """The cell without `S/`, spaces or no-break spaces."""
    return pl.col(column).str.replace(r"(?i)^\s*s/\.?", "").str.replace_all(r"[\s\u00a0\u202f]", "")
