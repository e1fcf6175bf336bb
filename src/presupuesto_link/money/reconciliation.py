"""Two sources of one year, action by action: what each says, the difference, and the likely reason; nothing is corrected here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from presupuesto_link.money.budget import YearBudget
from presupuesto_link.tables.numbers import MONEY

SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "anio": pl.Int32,
    "accion": pl.String,
    "nombre": pl.String,
    "fuente_dinero": pl.String,
    "ambito": pl.String,
    "pim_soles": MONEY,
    "devengado_soles": MONEY,
    "otra_fuente_dinero": pl.String,
    "otro_ambito": pl.String,
    "otro_pim_soles": MONEY,
    "otro_devengado_soles": MONEY,
    "diferencia_pim_soles": MONEY,
    "motivo_probable": pl.String,
}
MADE_UP = "una de las dos es sintética"
SAME, OTHER_SCOPE, OTHER_DAY = "coinciden", "miden ámbitos distintos: no se comparan sin decirlo", "son de días distintos"
ONLY_HERE, ONLY_THERE, RULES = (
    "sólo esta fuente le da dinero",
    "sólo la otra fuente le da dinero",
    "las reglas del vínculo o lo impreso difieren",
)


def reconcile(pairs: Iterable[tuple[YearBudget, YearBudget]]) -> pl.DataFrame:
    """Each year that two sources have.

    Args:
        pairs: the budget that decides and the other, of the same year.

    Returns:
        `SCHEMA`, key `anio, accion, otra_fuente_dinero`: every action with money in one of them; `diferencia_pim_soles` is the one that decides minus
        the other, null where one of them has no amount.
    """
    tables = [_pair(*pair) for pair in pairs]
    return pl.concat(tables) if tables else pl.DataFrame(schema=SCHEMA)


def _pair(own: YearBudget, other: YearBudget) -> pl.DataFrame:
    theirs = other.linked.acciones.select("accion", otro_pim_soles="pim_soles", otro_devengado_soles="devengado_soles")
    both = own.linked.acciones.join(theirs, on="accion", how="left", validate="1:1")
    mine, yours = pl.col("pim_soles"), pl.col("otro_pim_soles")
    apart = own.origen.alike != other.origen.alike
    reason = (
        pl.when(mine.is_null())
        .then(pl.lit(ONLY_THERE))
        .when(yours.is_null())
        .then(pl.lit(ONLY_HERE))
        .when(mine == yours)
        .then(pl.lit(SAME))
        .when(pl.lit(own.origen.sintetico != other.origen.sintetico))
        .then(pl.lit(MADE_UP))
        .otherwise(pl.lit(OTHER_SCOPE if apart else OTHER_DAY if own.origen.al != other.origen.al else RULES))
    )
    return (
        both.filter(mine.is_not_null() | yours.is_not_null())
        .with_columns(
            fuente_dinero=pl.lit(own.origen.titulo),
            ambito=pl.lit(own.origen.ambito),
            otra_fuente_dinero=pl.lit(other.origen.titulo),
            otro_ambito=pl.lit(other.origen.ambito),
            diferencia_pim_soles=(mine - yours).cast(MONEY),
            motivo_probable=reason,
        )
        .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        .sort("anio", "accion")
    )
