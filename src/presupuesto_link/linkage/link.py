"""Spending to regional strategic actions: every line linked, split or left out with its reason, and every céntimo accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from presupuesto_link.linkage.cells import Catalogue, Names, catalogue, with_cells
from presupuesto_link.linkage.match import COMPLEMENT, WHOLE, allocate, match_cells
from presupuesto_link.linkage.money import split_money, with_shares
from presupuesto_link.linkage.rules import TRANSVERSAL, Rule, Rules, declared_rules, ordered
from presupuesto_link.tables.gasto import MEASURES
from presupuesto_link.tables.numbers import known_sum

RESULT = ("accion", "vinculo", "regla", "motivo", "confianza", "estado")


@dataclass(frozen=True)
class LinkedGasto:
    """Spending with its link.

    Attributes:
        gasto: lazily, the spending; what its own source says of the action is `accion_declarada`.
        rules: the rules in the order in which they take their part.
        seen: what those rules look at.
        matches: every pair of cell and rule (see `linkage.match.match_cells`).
        parts: what part of each cell goes where (see `linkage.match.allocate`), with the cell's key.
        alike: lines equal in all that a rule looks at (and in what totals will be asked by) added up, with the key of their cell.
    """

    gasto: pl.LazyFrame
    rules: tuple[Rule, ...]
    seen: Catalogue
    matches: pl.DataFrame
    parts: pl.DataFrame
    alike: pl.DataFrame

    @property
    def lines(self) -> pl.LazyFrame:
        """Lazily, every column of the spending plus `RESULT`, one row per line and part.

        `accion` (null when not linked), `vinculo` (directo, transversal, no vinculado), `regla`, `motivo` (why it is not linked),
        `confianza`, `estado`. Amounts are those of the part. Adding up what is not transversal gives the table that came in, for every
        measure, month and source.
        """
        whole = self._keyed.join(self._whole, on=self.seen.keys, how="inner", validate="m:m").select(*self._columns, *RESULT)
        return pl.concat([whole, self._split]) if self._has_split else whole

    def totals(self, by: Sequence[str]) -> pl.DataFrame:
        """`lineas` and exact soles of every measure (null = no line gives it) by columns of the spending or of `RESULT`, sorted by them.

        The same as grouping `lines`, but lines that no rule tells apart are added up before they are linked, which is many times less
        work. Only the lines that are split are divided one by one.
        """
        own = [column for column in by if column in self._columns and column not in RESULT]
        alike = self.alike if set(own) <= set(self.alike.columns) else _alike(self.gasto, self.seen, own)
        frames = [alike.lazy().join(self._whole, on=self.seen.keys, how="inner", validate="m:m").select(*by, "lineas", *MEASURES)]
        if self._has_split:
            frames.append(self._split.select(*by, pl.lit(1, pl.UInt32).alias("lineas"), *MEASURES))
        every = pl.concat(frames).group_by(by).agg(pl.col("lineas").sum(), *_sums())
        return every.collect().sort(by, nulls_last=True)

    def split_lines(self) -> int:
        """How many lines are divided among several destinations."""
        parted = self.parts.filter((pl.col("parte") != WHOLE) & (pl.col("grupo") == 0)).select(self.seen.keys).unique()
        return int(self.alike.join(parted, on=self.seen.keys, how="semi")["lineas"].sum())

    @property
    def _columns(self) -> list[str]:
        return self.gasto.collect_schema().names()

    @property
    def _keyed(self) -> pl.LazyFrame:
        return with_cells(self.gasto, self.seen)

    @property
    def _has_split(self) -> bool:
        return bool((self.parts["parte"] != WHOLE).any())

    @property
    def _whole(self) -> pl.LazyFrame:
        """The cells that go whole to one place."""
        return self.parts.filter(pl.col("parte") == WHOLE).lazy()

    @property
    def _split(self) -> pl.LazyFrame:
        """The lines of the other cells, divided. Only lines that some rule with a part of them may catch are looked at."""
        keys = self.seen.keys
        parted = with_shares(self.parts.filter(pl.col("parte") != WHOLE), [*keys, "grupo"]).lazy()
        alike = self.alike.join(self.parts.filter(pl.col("parte") != WHOLE), on=keys, how="semi").select(self.seen.columns).unique()
        near = self.gasto.filter(_may_catch([rule for rule in self.rules if rule.part != 1], self.seen))
        near = near.join(alike.lazy(), on=self.seen.columns, how="semi", nulls_equal=True)
        shared = split_money(with_cells(near, self.seen).join(parted, on=keys, how="inner", validate="m:m"))
        return shared.filter(pl.col("vinculo") != COMPLEMENT).select(*self._columns, *RESULT)


def _sums() -> list[pl.Expr]:
    return [known_sum(measure) for measure in MEASURES]


def _declares(gasto: pl.LazyFrame, columns: Sequence[str]) -> bool:
    """Whether the source of some row says which action it is of."""
    return "accion_declarada" in columns and bool(gasto.select(pl.col("accion_declarada").is_not_null().any()).collect().item())


def _alike(gasto: pl.LazyFrame, seen: Catalogue, by: Iterable[str]) -> pl.DataFrame:
    """Lines that are the same for every rule and in `by`, added up, with the key of their cell."""
    summed = gasto.group_by(list(dict.fromkeys([*seen.columns, *by]))).agg(pl.len().alias("lineas"), *_sums())
    return with_cells(summed, seen).collect()


def _may_catch(rules: Sequence[Rule], seen: Catalogue) -> pl.Expr:
    """Lines that some of the rules may catch: every one that some does, and few others."""
    wanted: dict[tuple[str, ...], dict[str, set[str]]] = {}
    for rule in rules:
        columns = tuple(column for column in rule.selectors if column in seen.values)
        for column in columns:
            wanted.setdefault(columns, {}).setdefault(column, set()).update(rule.selectors[column])
        if not columns:
            return pl.lit(True)
    tests = [pl.all_horizontal(pl.col(column).is_in(sorted(values)) for column, values in group.items()) for group in wanted.values()]
    return pl.any_horizontal(tests) if tests else pl.lit(False)


def link_gasto(  # noqa: PLR0913, PLR0917 - what a link is made of
    gasto: pl.LazyFrame,
    rules: Rules,
    names: Names,
    actions: Iterable[str],
    years: Sequence[int],
    by: Sequence[str] = (),
    transversal: Sequence[str] = (),
) -> LinkedGasto:
    """Link spending to actions.

    Args:
        gasto: typed spending (`tables.gasto.SCHEMA`); rows whose own source names their action are linked to it first.
        rules: those that count (see `Rules.chosen`).
        names: tables of names, for rules that look at texts.
        actions: the AER of the plan.
        years: the budget years of the spending.
        by: columns of the spending by which totals will be asked; others can be, at the price of another pass.
        transversal: actions whose money is that of others, for rows that declare them.
    """
    columns = gasto.collect_schema().names()
    if "accion" in columns:
        gasto = gasto.rename({"accion": "accion_declarada"})
        columns = gasto.collect_schema().names()
    every = tuple(ordered([*rules.rules, *(declared_rules(actions, transversal) if _declares(gasto, columns) else ())]))
    seen = catalogue(every, years, columns, names)
    alike = _alike(gasto, seen, [column for column in by if column in columns])
    cells = alike.select(seen.keys).unique().sort(seen.keys)
    matches = match_cells(cells, every, seen)
    patterns, parts = allocate(cells, matches, every, seen.keys)
    placed = patterns.join(parts, on="patron", how="inner", validate="m:m").sort(*seen.keys, "grupo", "orden")
    return LinkedGasto(gasto, every, seen, matches, placed, alike)


def conservation(gasto: pl.LazyFrame, linked: LinkedGasto) -> None:
    """Check that what is linked and what is not add up to the spending, for every measure, year, month and source.

    Raises:
        RuntimeError: they do not, which is a defect of this program and never of the data.
    """
    by = ["anio", "mes", "fuente"]
    before = gasto.group_by(by).agg(_sums()).collect().sort(by, nulls_last=True)
    counted = linked.totals([*by, "vinculo"]).filter(pl.col("vinculo") != TRANSVERSAL)
    after = counted.group_by(by).agg(_sums()).sort(by, nulls_last=True)
    if not before.equals(after.select(pl.col(name).cast(kind) for name, kind in before.schema.items())):
        raise RuntimeError("the link does not conserve money")
