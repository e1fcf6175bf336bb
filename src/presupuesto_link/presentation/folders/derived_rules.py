"""Files that a person takes on from here: derived rules that `vincular` reads, and suggestions to sign. Nothing that exists is replaced."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import polars as pl

from presupuesto_link.linkage.plan.bridge import METAS_AOI
from presupuesto_link.linkage.rules import Rule
from presupuesto_link.presentation.writing.csv_files import write_new_csv

RULE_COLUMNS = (
    "id",
    "accion",
    "desde",
    "hasta",
    "sec_ejec",
    "sec_func",
    "parte",
    "clase",
    "confianza",
    "estado",
    "autor",
    "fecha",
    "origen",
    "nota",
)


def write_rules(path: Path, rules: Sequence[Rule]) -> None:
    """Write rules about metas as a `vinculos.csv`, with their parts exact.

    Raises:
        OutputError: the file is there, or cannot be written.
    """
    rows = [
        (
            r.id,
            r.action,
            *(str(year) if year else None for year in r.years),
            *(";".join(r.selectors[c]) for c in ("sec_ejec", "sec_func")),
            exact(r.part),
            r.kind,
            r.confidence,
            r.state,
            *r.signature,
            *r.origin,
        )
        for r in rules
    ]
    write_new_csv(pl.DataFrame(rows, schema=dict.fromkeys(RULE_COLUMNS, pl.String), orient="row"), path)


def write_suggestions(path: Path, suggestions: pl.DataFrame) -> None:
    """Write suggestions as a `metas_aoi.csv` without author or date: nobody has signed them, so they are not applied.

    Args:
        path: the file to make.
        suggestions: `linkage.plan.ceplan.Chain.sugerencias`.

    Raises:
        OutputError: the file is there, or cannot be written.
    """
    text = suggestions.with_columns(
        pl.col("anio").cast(pl.String),
        pl.lit("1").alias("parte"),
        pl.lit(None, pl.String).alias("autor"),
        pl.lit(None, pl.String).alias("fecha"),
        pl.lit("Sugerida: única AOI y única meta de su unidad con este programa, producto y actividad").alias("nota"),
    )
    write_new_csv(text.select(*METAS_AOI, pl.col("nombre").alias("nombre_aoi")), path)


def exact(part: Fraction) -> str:
    """`0.25`; `1/3` where no decimal is exact."""
    denominator = part.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return str(part) if denominator != 1 else f"{Decimal(part.numerator) / Decimal(part.denominator):f}"
