"""Linked spending by month: what monitoring and projections look at."""

from __future__ import annotations

import polars as pl

from presupuesto_link.linkage.link import LinkedGasto

MONTHLY = ("anio", "mes", "sec_ejec", "sec_func", "programa", "tipo_producto", "fuente", "generica", "accion", "vinculo")


def by_month(linked: LinkedGasto) -> pl.DataFrame:
    """Key `MONTHLY`: exact soles of every measure (null = no line gives it); `mes` 0 is the annual row, 1 to 12 are flows.

    Transversal rows are there, and are never to be added to the rest.
    """
    present = linked.gasto.collect_schema().names()
    return linked.totals([column for column in MONTHLY if column in present or column in ("accion", "vinculo")])
