"""The fields of the law that a spending line does not carry as such but that its codes decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import polars as pl

from presupuesto_link.sources.siaf.layout import NAMES

F = TypeVar("F", pl.DataFrame, pl.LazyFrame)
_LEVELS = ("generica", "subgenerica", "subgenerica_det", "especifica", "especifica_det")
_SPENDING = "2"
_CURRENT, _CAPITAL = ("1", "2", "3"), "6"
_REGIONAL_SECTOR = "99"
_NAMED = {"finalidad_nombre": "finalidad", "producto_nombre": "producto"}


def legal_fields(lines: F, names: Mapping[str, pl.DataFrame] | None = None) -> F:
    """Add the fields that rules look at, made from the codes of the SIAF.

    Args:
        lines: with any of the codes of the canonical table; those that are not there count as null.
        names: tables of names of the snapshot (see `linkage.snapshot.dimensions`), for `finalidad_nombre` and `producto_nombre`.

    Returns:
        The lines, in the same order, with `clasificador` (`2.3.2.7.11.99`, as deep as the codes go; null when the generica is not known
        or the transaction is not spending), `categoria_gasto` and `nivel` filled where the codes leave no doubt, `inversion`
        (`si`, `no` or null) and the two names when their tables are given.
    """
    have = set(lines.lazy().collect_schema().names())
    made = lines.with_columns(_classifier(have)).with_columns(_category(have), _investment(have), _level(have))
    for column, table in _NAMED.items():
        if names and table in names and set(NAMES[table]) <= have:
            made = _named(made, names[table], table, column)
    return made


def _code(name: str, have: set[str]) -> pl.Expr:
    """A code without spaces or leading zeros; null when blank or when there is no such column."""
    if name not in have:
        return pl.lit(None, pl.String)
    bare = pl.col(name).cast(pl.String).str.strip_chars().str.replace("^0+(.)", "$1")
    return pl.when(bare != "").then(bare)


def _classifier(have: set[str]) -> pl.Expr:
    """The codes joined down to the first one that is not known."""
    kind = _code("tipo_transaccion", have).fill_null(_SPENDING)
    path: pl.Expr = pl.when(kind == _SPENDING).then(kind + "." + _code(_LEVELS[0], have))
    known: pl.Expr = path
    for level in _LEVELS[1:]:
        path = path + "." + _code(level, have)  # null from the first level that is not known
        known = pl.coalesce(path, known)
    return known.alias("clasificador")


def _category(have: set[str]) -> pl.Expr:
    """The category given; else what the generica leaves no doubt about. 2.4 and 2.5 may be either."""
    kind = pl.col("clasificador").str.extract(r"^2\.(\d+)", 1)
    sure = pl.when(kind.is_in(_CURRENT)).then(pl.lit("5")).when(kind == _CAPITAL).then(pl.lit("6"))
    return pl.coalesce(_code("categoria_gasto", have), sure).alias("categoria_gasto")


def _investment(have: set[str]) -> pl.Expr:
    kind = _code("tipo_producto", have).str.to_uppercase()
    return (
        pl.when(kind.is_in(["2", "PROYECTO"])).then(pl.lit("si")).when(kind.is_in(["3", "ACTIVIDAD"])).then(pl.lit("no")).alias("inversion")
    )


def _level(have: set[str]) -> pl.Expr:
    """The level given; sector 99 is that of regional governments."""
    regional = pl.when(_code("sector", have) == _REGIONAL_SECTOR).then(pl.lit("R"))
    return pl.coalesce(_code("nivel", have), regional).alias("nivel")


def _named(lines: F, table: pl.DataFrame, dimension: str, column: str) -> F:
    """The lines with the name of a dimension."""
    keys = list(NAMES[dimension])
    one = table.select(*keys, pl.col("nombre").alias(column))
    other = one.lazy() if isinstance(lines, pl.LazyFrame) else one
    return lines.join(other, on=keys, how="left", maintain_order="left")
