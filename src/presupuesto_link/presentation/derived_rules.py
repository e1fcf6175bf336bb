"""Files that a person takes on from here: derived rules that `vincular` reads, and suggestions to sign. Nothing that exists is replaced."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import polars as pl

from presupuesto_link.errors import OutputError, Problem, system_reason
from presupuesto_link.linkage.bridge import METAS_AOI
from presupuesto_link.linkage.rules import Rule
from presupuesto_link.presentation.csv_files import write_csv

RULE_COLUMNS = (
    "id", "accion", "desde", "hasta", "sec_ejec", "sec_func", "parte", "clase", "confianza", "estado", "autor", "fecha", "origen", "nota",
)  # fmt: skip


def write_rules(path: Path, rules: Sequence[Rule]) -> None:
    """Write rules about metas as a `vinculos.csv`, with their parts exact.

    Raises:
        OutputError: the file is there, or cannot be written.
    """
    rows = [
        (r.id, r.action, *(str(year) if year else None for year in r.years), *(";".join(r.selectors[c]) for c in ("sec_ejec", "sec_func")), exact(r.part),
         r.kind, r.confidence, r.state, *r.signature, *r.origin)
        for r in rules
    ]  # fmt: skip
    _write(path, pl.DataFrame(rows, schema=dict.fromkeys(RULE_COLUMNS, pl.String), orient="row"))


def write_suggestions(path: Path, suggestions: pl.DataFrame) -> None:
    """Write suggestions as a `metas_aoi.csv` without author or date: nobody has signed them, so they are not applied.

    Args:
        path: the file to make.
        suggestions: `linkage.ceplan.Chain.sugerencias`.

    Raises:
        OutputError: the file is there, or cannot be written.
    """
    text = suggestions.with_columns(
        pl.col("anio").cast(pl.String), pl.lit("1").alias("parte"), pl.lit(None, pl.String).alias("autor"), pl.lit(None, pl.String).alias("fecha"),
        pl.lit("Sugerida: única AOI y única meta de su unidad con este programa, producto y actividad").alias("nota"),
    )  # fmt: skip
    _write(path, text.select(*METAS_AOI, pl.col("nombre").alias("nombre_aoi")))


def exact(part: Fraction) -> str:
    """`0.25`; `1/3` where no decimal is exact."""
    denominator = part.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return str(part) if denominator != 1 else f"{Decimal(part.numerator) / Decimal(part.denominator):f}"


def _write(path: Path, frame: pl.DataFrame) -> None:
    if path.exists():
        raise OutputError(Problem(str(path), "el archivo ya existe", "un nombre nuevo", "elija otro nombre: el archivo puede tener cambios hechos a mano"))  # fmt: skip
    part = path.with_name(f".parcial-{uuid4().hex}.csv")
    try:
        write_csv(frame, part)
        part.replace(path)
    except OSError as error:
        raise OutputError(Problem(str(path), f"no se pudo escribir: {system_reason(error)}", "una carpeta con permiso y espacio", "revise la ruta")) from error  # fmt: skip
    finally:
        part.unlink(missing_ok=True)
