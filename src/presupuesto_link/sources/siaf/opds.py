"""OPDS layout (`AAAA-Gasto-OPDS.csv`): like the long one, with fewer columns and the amounts in another order."""

from __future__ import annotations

import polars as pl

from presupuesto_link.sources.siaf.largo import AMOUNT_HEADERS, CODE_HEADERS, NAME_HEADERS, OLD_NAMES, monthly_rows
from presupuesto_link.sources.siaf.layout import Layout

_SOMETIMES = ("nivel", "sector", "pliego", "funcion", "division", "grupo", "departamento_ejecutora")


def _rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    present = set(raw.collect_schema().names())
    codes = {name: header for name, header in CODE_HEADERS.items() if header in present}
    return monthly_rows(raw, codes, AMOUNT_HEADERS)


LAYOUT = Layout(
    name="opds",
    title="gasto de organismos públicos descentralizados (OPDS)",
    columns=frozenset(header for name, header in CODE_HEADERS.items() if name not in _SOMETIMES)
    | frozenset(AMOUNT_HEADERS.values())
    | {"GRUPO_ENTIDAD"},
    rows=_rows,
    names=NAME_HEADERS,
    aliases=OLD_NAMES,
    optional=frozenset(CODE_HEADERS.values()),
    monthly=True,
)
