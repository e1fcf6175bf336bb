"""The per-action budget table: PIA, PIM and devengado of one year, exact to the céntimo."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

import polars as pl

from presupuesto_link.errors import Problem
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.tables.contract import check_columns, raise_problems
from presupuesto_link.tables.numbers import NumberStyle, detect_style, money, not_numbers, number

COLUMNS = ("AE", "PIA", "PIM", "DEVENGADO")
MEASURES = ("pia", "pim", "devengado")
_PRINTED = {"pia": "PIA", "pim": "PIM", "devengado": "DEVENGADO"}
_PERCENT = "% EJECUCIÓN"
_TOTAL = r"(?i)^\s*total"


@dataclass(frozen=True)
class AerBudget:
    """The budget table, checked.

    Attributes:
        filas: key `accion`; `anio`, `pia_soles`, `pim_soles`, `devengado_soles` (Decimal(18,2), null =
            printed blank), `ejecucion_impresa_ratio` (Float64, null when absent), `<measure>_con_prefijo`
            (Boolean: the cell was printed with `S/`), `fila`.
        total: the printed total row, same columns without `accion`; empty when the file has none.
        lugar: how findings name the table.
    """

    filas: pl.DataFrame
    total: pl.DataFrame
    lugar: str


def check_budget(raw: RawTable, year: int, actions: pl.DataFrame, place: str | None = None) -> AerBudget:
    """Type and check the per-action budget table.

    Args:
        raw: the table as it arrived; the code of the action is in column `AE`, as `AER.01.01` or `AER 01.01`.
        year: the fiscal year of the amounts.
        actions: the plan's actions, key `accion`.
        place: what findings call this table; by default, its file name.

    Raises:
        InputDataError: a column is missing, an amount is not a number or is negative, a code is repeated
            or unknown. All are reported together.
    """
    raw = _with_standard_titles(raw)
    check_columns(raw, COLUMNS)
    style, problems = detect_style(raw, tuple(_PRINTED.values()), amounts=True)
    problems += [p for column in _PRINTED.values() for p in not_numbers(raw, column, style, amounts=True)]
    frame = _typed(raw, style, year)
    is_total = pl.any_horizontal(pl.col(column).str.contains(_TOTAL) for column in ("AE", "OER") if column in frame.columns)
    rows = frame.filter(~is_total)
    problems += _blank(raw, rows) + _unknown(raw, rows, actions) + _repeated(raw, rows) + _negative(raw, rows)
    raise_problems(problems)
    keep = ["anio", *(f"{m}_soles" for m in MEASURES), "ejecucion_impresa_ratio", *(f"{m}_con_prefijo" for m in MEASURES), "fila"]
    return AerBudget(rows.select("accion", *keep).sort("accion"), frame.filter(is_total).select(keep), place or raw.name)


def _with_standard_titles(raw: RawTable) -> RawTable:
    """The same table with the titles this module knows, whatever their case and accents."""
    known = {_plain_title(title): title for title in (*COLUMNS, "OER", _PERCENT)}
    found = {label: known[_plain_title(label)] for label in raw.frame.columns if _plain_title(label) in known}
    return replace(raw, frame=raw.frame.rename(found)) if len(set(found.values())) == len(found) else raw


def _plain_title(title: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", title.upper()) if c.isalnum() or c == "%")


def _typed(raw: RawTable, style: NumberStyle, year: int) -> pl.DataFrame:
    percent = (number(_PERCENT, style) / 100) if _PERCENT in raw.frame.columns else pl.lit(None, pl.Float64)
    return raw.frame.with_columns(
        pl.lit(year, pl.Int32).alias("anio"),
        pl.col("AE").str.to_uppercase().str.replace_all(r"[\s.]+", ".").alias("accion"),
        *(money(column, style).alias(f"{measure}_soles") for measure, column in _PRINTED.items()),
        *(pl.col(column).str.contains("(?i)s/").alias(f"{measure}_con_prefijo") for measure, column in _PRINTED.items()),
        percent.alias("ejecucion_impresa_ratio"),
    )


def _blank(raw: RawTable, rows: pl.DataFrame) -> list[Problem]:
    return [
        Problem(
            f"{raw.path}, fila {row['fila']}, columna AE",
            "una celda vacía",
            "el código de una acción",
            "complete el código o borre la fila",
        )
        for row in rows.filter(pl.col("accion") == "").sort("fila").iter_rows(named=True)
    ]


def _unknown(raw: RawTable, rows: pl.DataFrame, actions: pl.DataFrame) -> list[Problem]:
    missing = rows.filter(pl.col("accion") != "").join(actions, on="accion", how="anti")
    return [
        Problem(
            f"{raw.path}, fila {row['fila']}, columna AE",
            f"«{row['AE']}»",
            "una acción de acciones.csv",
            "corrija el código; si es una nota o un subtotal, borre la fila; si es una acción nueva, agréguela a acciones.csv",
        )
        for row in missing.sort("fila").iter_rows(named=True)
    ]


def _repeated(raw: RawTable, rows: pl.DataFrame) -> list[Problem]:
    twice = (
        rows.filter(pl.col("accion") != "")
        .group_by("accion")
        .agg(pl.col("fila").sort())
        .filter(pl.col("fila").list.len() > 1)
        .sort("accion")
    )
    return [
        Problem(
            f"{raw.path}, filas {', '.join(map(str, row['fila']))}",
            f"{row['accion']} está repetida",
            "una fila por acción",
            "sume las filas o deje una sola",
        )
        for row in twice.iter_rows(named=True)
    ]


def _negative(raw: RawTable, rows: pl.DataFrame) -> list[Problem]:
    return [
        Problem(
            f"{raw.path}, fila {row['fila']}, columna {_PRINTED[measure]}",
            f"{row[f'{measure}_soles']}",
            "un monto anual mayor o igual que cero",
            "revise el signo",
        )
        for measure in MEASURES
        for row in rows.filter(pl.col(f"{measure}_soles") < 0).sort("fila").iter_rows(named=True)
    ]
