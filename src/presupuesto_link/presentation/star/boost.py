"""Linked spending as one flat yearly table in the manner of the World Bank's BOOST: who, what for, with what, where, how much."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from presupuesto_link.presentation.star.star import DIMENSIONS, NO_NAME
from presupuesto_link.tables.gasto import add_up

AMOUNTS = {
    "approved": "pia_soles",
    "revised": "pim_soles",
    "committed": "comprometido_soles",
    "executed": "devengado_soles",
    "paid": "girado_soles",
}
"""Column of BOOST → measure, in exact soles."""
_LABELS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "entidad": {"admin1": ("nivel",), "admin2": ("pliego",), "admin3": ("ejecutora",), "admin_geo": ("departamento_ejecutora",)},
    "categoria_gasto": {"econ_category": ("categoria_gasto",)},
    "clasificador": {
        f"econ{place}": ("tipo_transaccion", "generica", "subgenerica", "subgenerica_det", "especifica", "especifica_det")[:place]
        for place in range(1, 7)
    },
    "funcional": {"func1": ("funcion",), "func2": ("division",), "func3": ("grupo",)},
    "programatica": {"program1": ("programa",), "program_type": ("tipo_producto",), "program2": ("producto",), "program3": ("actividad",)},
    "fuente": {"source1": ("fuente",), "source2": ("rubro",), "source3": ("tipo_recurso",)},
    "lugar": {"geo1": ("departamento_meta",), "geo2": ("departamento_meta", "provincia_meta")},
}
"""Dimension → column of BOOST → the codes before its name; the name is that of the last."""
_KEYS = [d.key for d in DIMENSIONS if d.name in _LABELS]
_TRANSFERS = "4"
COLUMNS = ("year", *(column for columns in _LABELS.values() for column in columns), "transfer", "oer", "aer", "link", *AMOUNTS)


def flat(facts: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Facts without months or metas, as text with code and name.

    Args:
        facts: `star.keyed` rows that are not transversal, every row of each spending unit they have.
        tables: `star.dimension_tables`.

    Returns:
        `COLUMNS`, in the order of the dimensions' keys. `transfer` is 1 for donations and transfers (generic 2.4), which another
        entity may spend again. An amount that no line gives is null.
    """
    by = [*_KEYS, "accion", "vinculo"]
    table = add_up(facts, ["anio", *by])
    for name, columns in _LABELS.items():
        table = table.join(_labelled(tables[name], name, columns), on=f"{name}_id", how="left", validate="m:1", maintain_order="left")
    table = table.join(_action_labels(tables["accion"]), on="accion", how="left", validate="m:1", maintain_order="left")
    amounts = [pl.col(measure).alias(column) for column, measure in AMOUNTS.items()]
    return table.with_columns(*amounts, year=pl.col("anio"), link=pl.col("vinculo")).select(COLUMNS)


def _labelled(members: pl.DataFrame, name: str, columns: Mapping[str, tuple[str, ...]]) -> pl.DataFrame:
    labels = [_label(codes).alias(column) for column, codes in columns.items()]
    if name == "clasificador":
        labels.append(pl.col("generica").eq(_TRANSFERS).fill_null(False).cast(pl.Int8).alias("transfer"))
    return members.select(f"{name}_id", *labels)


def _label(codes: tuple[str, ...]) -> pl.Expr:
    """`0042 APROVECHAMIENTO DE…`: the code in front keeps its zeros in a spreadsheet, and the name is never missing without saying so."""
    own = pl.col(codes[-1])
    name = pl.col(f"nombre_{codes[-1]}").replace(NO_NAME, "(sin nombre)")
    return (
        pl.when(own.is_null())
        .then(name)
        .otherwise(pl.concat_str(pl.concat_str(codes, separator=".", ignore_nulls=True), name, separator=" "))
    )


def _action_labels(actions: pl.DataFrame) -> pl.DataFrame:
    return actions.select(
        "accion", oer=pl.concat_str("objetivo", "nombre_objetivo", separator=" "), aer=pl.concat_str("accion", "nombre", separator=" ")
    )
