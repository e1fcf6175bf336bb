"""What the checks need to know of the rows of an extract, in few rows that add up from one piece of it to the next.

A piece is looked at once, while it is in memory; nothing of it is held afterwards but these sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from presupuesto_link.tables.gasto import KEY, MEASURES, WIDTHS
from presupuesto_link.tables.numbers import known_sum

ANNUAL = ("pia_soles", "pim_soles")
FLOWS = tuple(measure for measure in MEASURES if measure not in ANNUAL)
EXAMPLE = "ejemplo_"


@dataclass(frozen=True)
class Facts:
    """Sums of some rows.

    Attributes:
        months: by `anio` and `mes`: `filas`; each measure (soles; null when no row has it); `movidas`, rows with a flow ≠ 0, and
            their `devengado_movido`; `presupuestadas`, rows with PIA or PIM ≠ 0, and their `pim_presupuestado`; `devengadas`, rows
            with devengado ≠ 0; `con_dinero`, rows with any amount ≠ 0.
        lines: by year and the codes of a line (spending unit and meta, or the action), each measure (0 when no row has it).
        codes: one row: `sin_clave`, rows without some code of the line, and their `devengado_soles`; `sin_ninguna`, rows with money and
            without any code of the line (of all the codes, when there is no line), and their `pim_ninguna` and `devengado_ninguna`; for
            each code of `WIDTHS` the rows with another width, and the first of those codes as `ejemplo_<code>`.
        keys: one row: `claves` in more than one row, rows `de_mas`, `copias` the same in everything, and their `devengado_soles`.
        copies: by `anio`, `sec_ejec` and `mes` of the pieces with some repeated key: `con_dinero`, rows with any amount ≠ 0, and
            `copias`, how many of them are the same as one before in everything.
    """

    months: pl.DataFrame
    lines: pl.DataFrame
    codes: pl.DataFrame
    keys: pl.DataFrame
    copies: pl.DataFrame


def facts_of(rows: pl.LazyFrame, line: Sequence[str]) -> Facts:
    """The facts of typed rows (`tables.gasto.SCHEMA`) that have every row of the keys they have.

    Args:
        rows: a piece of the extract.
        line: the codes every row must have (see `sources.siaf.layout.Layout.line`); none when the layout has no such key.
    """
    months, lines, codes = pl.collect_all([_months(rows), _lines(rows, line), _codes(rows, line)])
    repeated = _repeated(rows)
    return Facts(months, lines, codes, _keys(repeated), _copies(rows, repeated))


def add_facts(pieces: Sequence[Facts]) -> Facts:
    """The facts of all the pieces; a line may have rows in several, a key may not."""
    numbers, examples = pl.exclude(f"^{EXAMPLE}.*$").sum(), pl.col(f"^{EXAMPLE}.*$").min()
    months = pl.concat(piece.months for piece in pieces).group_by("anio", "mes")
    return Facts(
        months.agg(pl.exclude(MEASURES).sum(), *(known_sum(measure) for measure in MEASURES)).sort("anio", "mes"),
        pl.concat(piece.lines for piece in pieces).group_by(pl.exclude(MEASURES)).agg(pl.col(MEASURES).sum()),
        pl.concat(piece.codes for piece in pieces).select(numbers, examples),
        pl.concat(piece.keys for piece in pieces).sum(),
        pl.concat(piece.copies for piece in pieces),
    )


def _months(rows: pl.LazyFrame) -> pl.LazyFrame:
    moved = pl.any_horizontal(pl.col(flow).fill_null(0) != 0 for flow in FLOWS)
    budgeted = pl.any_horizontal(pl.col(measure).fill_null(0) != 0 for measure in ANNUAL)
    return (
        rows.with_columns(movida=moved, presupuestada=budgeted, con_dinero=moved | budgeted)
        .group_by("anio", "mes")
        .agg(
            pl.len().alias("filas"),
            *(known_sum(measure) for measure in MEASURES),
            pl.col("movida").sum().alias("movidas"),
            pl.col("con_dinero").sum(),
            pl.col("devengado_soles").filter("movida").sum().alias("devengado_movido"),
            pl.col("presupuestada").sum().alias("presupuestadas"),
            pl.col("pim_soles").filter("presupuestada").sum().alias("pim_presupuestado"),
            (pl.col("devengado_soles") != 0).sum().alias("devengadas"),
        )
    )


def _lines(rows: pl.LazyFrame, line: Sequence[str]) -> pl.LazyFrame:
    return rows.group_by("anio", *line).agg(pl.col(*MEASURES).sum())


def _codes(rows: pl.LazyFrame, line: Sequence[str]) -> pl.LazyFrame:
    blank = pl.any_horizontal(pl.lit(False), *(pl.col(code).is_null() for code in line))
    moved = pl.any_horizontal(pl.col(measure).fill_null(0) != 0 for measure in MEASURES)
    bare = moved & pl.all_horizontal(pl.col(code).is_null() for code in line or KEY[2:])
    wrong = {code: pl.col(code).str.len_chars() != width for code, width in WIDTHS.items()}
    return rows.select(
        blank.sum().alias("sin_clave"),
        pl.col("devengado_soles").filter(blank).sum(),
        bare.sum().alias("sin_ninguna"),
        pl.col("pim_soles").filter(bare).sum().alias("pim_ninguna"),
        pl.col("devengado_soles").filter(bare).sum().alias("devengado_ninguna"),
        *(test.sum().alias(code) for code, test in wrong.items()),
        *(pl.col(code).filter(test).min().alias(EXAMPLE + code) for code, test in wrong.items()),
    )


def _repeated(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows that may have a repeated key, chosen by its hash; the keys themselves are still to be compared."""
    hashes = rows.select(pl.struct(KEY).hash().alias("huella")).collect()["huella"]
    doubled = hashes.filter(hashes.is_duplicated()).unique()
    return rows.clear() if doubled.is_empty() else rows.filter(pl.struct(KEY).hash().is_in(doubled.implode()))


def _copies(rows: pl.LazyFrame, repeated: pl.LazyFrame) -> pl.DataFrame:
    """Rows with money that are the same as another; none of a piece without repeated keys, of which nothing is asked."""
    place = ("anio", "sec_ejec", "mes")
    with_money = pl.any_horizontal(pl.col(measure).fill_null(0) != 0 for measure in MEASURES)
    same = repeated.filter(with_money).group_by(*KEY, *MEASURES).agg(copias=pl.len() - 1).filter(pl.col("copias") > 0)
    copies = same.group_by(place).agg(pl.col("copias").sum()).collect()
    asked = rows.clear() if copies.is_empty() else rows.filter(with_money)
    whole = asked.group_by(place).agg(con_dinero=pl.len()).collect()
    return whole.join(copies, on=place, how="left", nulls_equal=True).with_columns(pl.col("copias").fill_null(0))


def _keys(repeated: pl.LazyFrame) -> pl.DataFrame:
    """Repeated keys, counted."""
    money = [pl.col(measure) for measure in MEASURES]
    groups = repeated.group_by(KEY).agg(
        pl.len().alias("filas"), pl.struct(money).n_unique().alias("distintas"), pl.col("devengado_soles").sum()
    )
    return (
        groups.filter(pl.col("filas") > 1)
        .select(
            pl.len().alias("claves"),
            (pl.col("filas") - 1).sum().alias("de_mas"),
            (pl.col("filas") - pl.col("distintas")).sum().alias("copias"),
            pl.col("devengado_soles").sum(),
        )
        .collect()
    )
