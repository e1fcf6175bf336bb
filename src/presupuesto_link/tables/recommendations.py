"""The recommendations of an evaluation, as printed, and with which data each is looked at."""

from __future__ import annotations

import polars as pl

from presupuesto_link.errors import Problem
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.tables.contract import Contract, check_contract, raise_problems

DATA, MONEY, REDESIGN, FOLLOW_UP, ELEMENTS, UNMEASURED = ("datos", "recursos", "rediseno", "seguimiento", "elementos", "sin medida")
WAYS = (DATA, MONEY, REDESIGN, FOLLOW_UP, ELEMENTS, UNMEASURED)
COLUMNS = (
    "recomendacion",
    "problema",
    "responsable",
    "accion_requerida",
    "mecanismo",
    "plazo",
    "lugar",
    "lectura_medida",
    "lectura_elementos",
)
_CONTRACT = Contract(COLUMNS, ("recomendacion",), (("lectura_medida", WAYS),))


def check_recommendations(raw: RawTable | None, known: set[str]) -> pl.DataFrame:
    """The recommendations, in their order.

    Args:
        raw: the table; null when the plan has none.
        known: codes of objectives and actions.

    Returns:
        Key `recomendacion`: the cells as printed, `lectura_medida` (with what it is looked at: one of `WAYS`) and `lectura_elementos` (list of codes
        that its text names, our own reading); empty without a table.

    Raises:
        InputDataError: missing columns, repeated keys, an unknown way or an unknown code.
    """
    if raw is None:
        return pl.DataFrame(schema=dict.fromkeys(COLUMNS[:-1], pl.String) | {"lectura_elementos": pl.List(pl.String)})
    check_contract(raw, _CONTRACT)
    codes = (
        pl.when(pl.col("lectura_elementos") == "")
        .then(pl.lit([], pl.List(pl.String)))
        .otherwise(pl.col("lectura_elementos").str.split(";"))
    )
    frame = raw.frame.with_columns(lectura_elementos=codes)
    raise_problems(
        [
            Problem(
                f"{raw.path}, fila {row['fila']}, columna lectura_elementos",
                f"«{code}»",
                "códigos de objetivos o de acciones separados por ;",
                "corrija el código",
            )
            for row in frame.iter_rows(named=True)
            for code in row["lectura_elementos"]
            if code not in known
        ]
    )
    return frame.drop("fila")
