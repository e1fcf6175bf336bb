"""Spending to regional strategic actions: every line linked, split or left out with its reason, and every céntimo accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

import polars as pl

from presupuesto_link.linkage.cells import Catalogue, Names, catalogue, with_cells
from presupuesto_link.linkage.match import COMPLEMENT, WHOLE, allocate, match_cells
from presupuesto_link.linkage.money import split_money
from presupuesto_link.linkage.rules import TRANSVERSAL, Rule, Rules, declared_rules, ordered
from presupuesto_link.tables.gasto import MEASURES

RESULT = ("accion", "vinculo", "regla", "motivo", "confianza", "estado")
_PART, _LINE = ("grupo", "orden", "parte"), "linea"


@dataclass(frozen=True)
class LinkedGasto:
    """Spending with its link.

    Attributes:
        lines: lazily, every column of `gasto` plus `RESULT`: `accion` (null when not linked), `vinculo` (directo, transversal, no
            vinculado), `regla`, `motivo` (why it is not linked), `confianza`, `estado`. Amounts are those of the part. Adding up what
            is not transversal gives the table that came in, for every measure, month and source.
        rules: the rules in the order in which they take their part.
        seen: what those rules look at.
        matches: every pair of cell and rule (see `linkage.match.match_cells`).
        parts: what part of each cell goes where (see `linkage.match.allocate`), with the cell's key.
    """

    lines: pl.LazyFrame
    rules: tuple[Rule, ...]
    seen: Catalogue
    matches: pl.DataFrame
    parts: pl.DataFrame


def link_gasto(
    gasto: pl.LazyFrame, rules: Rules, names: Names, actions: Iterable[str], years: Sequence[int]
) -> LinkedGasto:
    """Link spending to actions.

    Args:
        gasto: typed spending (`tables.gasto.SCHEMA`); rows whose own source names their action are linked to it first.
        rules: those that count (see `Rules.chosen`).
        names: tables of names, for rules that look at texts.
        actions: the AER of the plan.
        years: the budget years of the spending.
    """
    columns = gasto.collect_schema().names()
    if "accion" in columns:
        gasto = gasto.rename({"accion": "accion_declarada"})
        columns = gasto.collect_schema().names()
    every = tuple(ordered([*rules.rules, *(declared_rules(actions) if "accion_declarada" in columns else ())]))
    seen = catalogue(every, years, columns, names)
    keyed = with_cells(gasto, seen)
    cells = keyed.select(seen.keys).unique().collect().sort(seen.keys)
    matches = match_cells(cells, every, seen)
    patterns, parts = allocate(cells, matches, every, seen.keys)
    placed = patterns.join(parts, on="patron", how="inner", validate="m:m").sort(*seen.keys, "grupo", "orden")
    return LinkedGasto(_linked(keyed, placed, seen.keys, columns), every, seen, matches, placed)


def _linked(keyed: pl.LazyFrame, placed: pl.DataFrame, keys: list[str], columns: list[str]) -> pl.LazyFrame:
    """The lines of cells that go whole to one place, and those that are split."""
    split = pl.col("parte") != WHOLE
    whole = placed.filter(~split).lazy()
    parted = placed.filter(split).lazy()
    straight = keyed.join(whole, on=keys, how="inner", validate="m:m").select(*columns, *RESULT)
    if placed.filter(split).is_empty():
        return straight
    lines = keyed.join(parted.select(keys).unique(), on=keys, how="semi").with_row_index(_LINE)
    shared = split_money(lines.join(parted, on=keys, how="inner", validate="m:m"), [_LINE, "grupo"])
    return pl.concat([straight, shared.filter(pl.col("vinculo") != COMPLEMENT).select(*columns, *RESULT)])


def conservation(gasto: pl.LazyFrame, lines: pl.LazyFrame) -> None:
    """Check that what is linked and what is not add up to the spending, for every measure, year, month and source.

    Raises:
        RuntimeError: they do not, which is a defect of this program and never of the data.
    """
    by = ["anio", "mes", "fuente"]
    sums = [pl.col(measure).sum() for measure in MEASURES]
    before = gasto.group_by(by).agg(sums).collect().sort(by, nulls_last=True)
    after = lines.filter(pl.col("vinculo") != TRANSVERSAL).group_by(by).agg(sums).collect().sort(by, nulls_last=True)
    if not before.equals(after.select(pl.col(name).cast(kind) for name, kind in before.schema.items())):
        raise RuntimeError("the link does not conserve money")


def total(lines: pl.LazyFrame, measure: str) -> Decimal:
    """Exact soles of a measure, transversal apart."""
    kept = lines.filter(pl.col("vinculo") != TRANSVERSAL)
    return cast("Decimal", kept.select(pl.col(measure).sum()).collect().item())
