"""The fields that the law looks at, from the codes of a SIAF extract."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from presupuesto_link.sources.siaf.layout import NAMES

_CLASSIFIER = ("generica", "subgenerica", "subgenerica_det", "especifica", "especifica_det")
_CATEGORY = {"1": "5", "2": "5", "3": "5", "6": "6"}
_PROJECT = {"2": "si", "PROYECTO": "si", "3": "no", "ACTIVIDAD": "no", "PRODUCTO": "no"}
_TEXTS = {"finalidad_nombre": "finalidad", "producto_nombre": "producto"}


def legal_fields(lines: pl.LazyFrame, names: Mapping[str, pl.DataFrame] | None = None) -> pl.LazyFrame:
    """Add what rules speak of.

    Args:
        lines: rows with the codes of `sources.siaf.layout.CODES` (those that are there).
        names: the snapshot's tables of names; without them the names are null.

    Returns:
        The rows plus `clasificador` ("2.3.2.7.11.99", as far as the extract goes; null without generic), `categoria_gasto` filled where
        the extract leaves it null and the generic decides it (2.1 to 2.3 current, 2.6 capital; 2.4, 2.5 and the rest stay null: the
        generic does not say), `inversion` ("si", "no" or null), `finalidad_nombre` and `producto_nombre`.
    """
    present = lines.collect_schema().names()
    given = [
        pl.col(name) if name in present else pl.lit(None, pl.String).alias(name)
        for name in (*_CLASSIFIER, "categoria_gasto", "tipo_producto")
    ]
    full = lines.with_columns(given)
    category = pl.col("generica").replace_strict(_CATEGORY, default=None, return_dtype=pl.String)
    added = full.with_columns(
        clasificador=_classifier(),
        categoria_gasto=pl.coalesce("categoria_gasto", category),
        inversion=pl.col("tipo_producto").replace_strict(_PROJECT, default=None, return_dtype=pl.String),
    )
    for column, dimension in _TEXTS.items():
        added = _named(added, column, (names or {}).get(dimension), NAMES[dimension])
    return added


def _classifier() -> pl.Expr:
    """2.generic.subgeneric…, up to the first level that is not there."""
    text, open_ = pl.format("2.{}", "generica"), pl.lit(True)
    for level in _CLASSIFIER[1:]:
        open_ = open_ & pl.col(level).is_not_null()
        text = pl.when(open_).then(pl.concat_str(text, pl.lit("."), pl.col(level))).otherwise(text)
    return pl.when(pl.col("generica").is_not_null()).then(text)


def _named(lines: pl.LazyFrame, column: str, names: pl.DataFrame | None, key: tuple[str, ...]) -> pl.LazyFrame:
    present = lines.collect_schema().names()
    if names is None or not set(key) <= set(present) or "nombre" not in names.columns:
        return lines.with_columns(pl.lit(None, pl.String).alias(column))
    single = names.group_by(key).agg(pl.col("nombre").first().alias(column))
    return lines.join(single.lazy(), on=list(key), how="left", validate="m:1", nulls_equal=True)
