"""What a layout is: the headers that identify it and how its records become rows of one shape.

Every layout ends in the same columns (`CODES` then `AMOUNTS`), all text, one row per key and month: month 0 is the annual
row (PIA, PIM and whatever the layout only gives for the year); months 1 to 12 carry flows. Where a layout does not give a
measure at that grain the cell is null, so that adding a column up never counts anything twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from presupuesto_link.sources.siaf.page import Page
from presupuesto_link.sources.siaf.titles import normalise
from presupuesto_link.vocabulary import DECEMBER

CODES = (
    "anio",
    "mes",
    "nivel",
    "sector",
    "pliego",
    "sec_ejec",
    "ejecutora",
    "sec_func",
    "programa",
    "tipo_producto",
    "producto",
    "actividad",
    "funcion",
    "division",
    "grupo",
    "meta",
    "finalidad",
    "departamento_ejecutora",
    "departamento_meta",
    "fuente",
    "rubro",
    "tipo_recurso",
    "categoria_gasto",
    "tipo_transaccion",
    "generica",
    "subgenerica",
    "subgenerica_det",
    "especifica",
    "especifica_det",
    "provincia_meta",
    "accion",
    "distrito_meta",
    "gobierno_local",
)
AMOUNTS = ("pia", "pim", "certificado", "comprometido_anual", "comprometido", "devengado", "girado")
NAMES: Mapping[str, tuple[str, ...]] = {
    "pliego": ("sector", "pliego"),
    "ejecutora": ("anio", "sec_ejec"),
    "programa": ("programa",),
    "producto": ("producto",),
    "actividad": ("actividad",),
    "funcion": ("funcion",),
    "division": ("division",),
    "grupo": ("grupo",),
    "finalidad": ("anio", "sec_ejec", "sec_func", "finalidad"),
    "departamento_meta": ("departamento_meta",),
    "fuente": ("fuente",),
    "rubro": ("fuente", "rubro"),
    "tipo_recurso": ("rubro", "tipo_recurso"),
    "generica": ("generica",),
    "subgenerica": ("generica", "subgenerica"),
    "subgenerica_det": ("generica", "subgenerica", "subgenerica_det"),
    "especifica": ("generica", "subgenerica", "subgenerica_det", "especifica"),
    "especifica_det": ("generica", "subgenerica", "subgenerica_det", "especifica", "especifica_det"),
    "provincia_meta": ("departamento_meta", "provincia_meta"),
    "accion": ("accion",),
    "distrito_meta": ("departamento_meta", "provincia_meta", "distrito_meta"),
}
MONTHS = tuple(range(1, DECEMBER + 1))
RECORD = "registro"
NAME_PREFIX = "nombre_"
ZEROS = r"(?i)^[\s(+\-]*(?:s/\.?)?[\s0.,+\-]*(?:0e[+\-]?[0-9]+)?\)?\s*$"
"""A cell that adds nothing: blank, a dash or a zero, however it is written."""


NOT_KEYS = frozenset({"anio", "mes", "nivel", "meta", "tipo_producto", "tipo_transaccion", "categoria_gasto"})
"""Codes that say something of the money and do not place it: with these alone nobody knows whose it is."""


@dataclass(frozen=True)
class Layout:
    """One way in which a SIAF extract arrives: what identifies it, and what else it may bring.

    `recognising.fitted` makes of it the layout of one file: with that file's own spellings, and what it does not bring told.

    Attributes:
        name: short identifier, kept with every load.
        title: Spanish name for messages.
        rows: reshapes the raw records (normalised headers, all text) into `CODES + AMOUNTS`; what is not there is null.
        columns: normalised headers a file must have to be this layout.
        core: what else it must have: words for it → headers of which one is enough.
        codes: code → the header that gives it, when it is there.
        amounts: measure → the headers that give it: one of the year, or one per month.
        goals: column of `tables.goals` → the header of that part of a line's physical goal, when it is there.
        names: for each dimension of `NAMES` the layout names, the header of its name.
        aliases: other normalised spellings of a header, certain whatever the other headers are.
        witnessed: spellings that mean a header only beside some other header: spelling → header, and the headers that prove it.
        told: spellings that could be read otherwise → how they were read, as a Spanish sentence for `unchecked`.
        optional: more normalised headers that are used when they are there.
        name_of: the name inside the cell of a header of `names`.
        monthly: whether every flow has its month, so that month 0 must carry the budget and nothing else.
        line: the codes that every row must have and that, with the year, tell what is spent apart; none when the layout has no such key.
        totals: the total rows the file prints, reshaped as `rows` does; `rows` must leave them out.
        others: other breakdowns of the same money that the file prints, words → rows reshaped as `rows` does; `rows` must leave them out.
        yearless: whether the file may not carry its year, so that somebody else has to say it.
        unchecked: what this layout gives nobody to check, as Spanish sentences.
        placed: completes the records with what the page says around its table; none when the layout is no page.
    """

    name: str
    title: str
    rows: Callable[[pl.LazyFrame], pl.LazyFrame]
    columns: frozenset[str] = frozenset()
    core: Mapping[str, frozenset[str]] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    amounts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    goals: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    witnessed: Mapping[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    name_of: Callable[[str], pl.Expr] = pl.col
    monthly: bool = False
    line: tuple[str, ...] = ("sec_ejec", "sec_func")
    totals: Callable[[pl.LazyFrame], pl.LazyFrame] | None = None
    others: Callable[[pl.LazyFrame], Mapping[str, pl.LazyFrame]] | None = None
    yearless: bool = False
    unchecked: tuple[str, ...] = ()
    placed: Callable[[pl.DataFrame, Page], pl.DataFrame] | None = None

    @cached_property
    def amount_titles(self) -> frozenset[str]:
        """The headers of `amounts`."""
        return frozenset(title for titles in self.amounts.values() for title in titles)

    @cached_property
    def code_titles(self) -> frozenset[str]:
        """The headers of `codes`."""
        return frozenset(self.codes.values())

    @cached_property
    def used(self) -> frozenset[str]:
        """The headers that the layout reads."""
        return self.columns | self.optional | self.code_titles | {*self.names.values(), *self.goals.values()} | self.amount_titles

    def rename(self, headers: Iterable[str]) -> dict[str, str]:
        """Each header of a file → the normalised header of this layout."""
        plain = {header: normalise(header) for header in headers}
        return {header: self.aliases.get(name, name) for header, name in plain.items()}

    def named(self, raw: pl.LazyFrame) -> pl.LazyFrame:
        """The raw records with one more column per name the file gives (`nombre_<dimension>`), which `rows` lets through."""
        present = set(raw.collect_schema().names())
        names = {name: header for name, header in self.names.items() if header in present}
        return raw.with_columns(self.name_of(header).alias(NAME_PREFIX + name) for name, header in names.items())


def placing(codes: Mapping[str, str]) -> frozenset[str]:
    """The headers of the codes of which one is enough to place money."""
    return frozenset(header for code, header in codes.items() if code not in NOT_KEYS)


def given(raw: pl.LazyFrame, headers: Mapping[str, str]) -> dict[str, str]:
    """Those of some headers (by code or measure) that the records have."""
    present = set(raw.collect_schema().names())
    return {name: header for name, header in headers.items() if header in present}


def exploded(
    raw: pl.LazyFrame, codes: Mapping[str, pl.Expr], annual: Mapping[str, str], monthly: Mapping[str, Sequence[str]]
) -> pl.LazyFrame:
    """One record with a column per month and measure → one annual row and one row per month with any movement.

    A month whose flows are all zero or blank adds nothing and is left out; the annual row always stays. A cell that is not a number
    stays too, to be rejected in sight. Of `monthly`, a month that the records do not have is null.
    """
    present = set(raw.collect_schema().names())

    def cell(column: str) -> pl.Expr:
        return pl.col(column) if column in present else pl.lit(None, pl.String)

    lists = {measure: pl.concat_list(pl.lit(None, pl.String), *map(cell, columns)) for measure, columns in monthly.items()}
    moves = pl.any_horizontal(pl.lit(value=False), *(~pl.col(measure).str.contains(ZEROS) for measure in monthly))
    base = raw.select(
        *(expr.alias(code) for code, expr in codes.items()),
        *(pl.col(c).alias(m) for m, c in annual.items()),
        pl.lit([str(month) for month in (0, *MONTHS)]).alias("mes"),
        *(expr.alias(m) for m, expr in lists.items()),
        *carried(raw),
    )
    rows = base.explode("mes", *monthly).filter((pl.col("mes") == "0") | moves)
    first = pl.col("mes") == "0"
    return complete(rows.with_columns(pl.when(first).then(pl.col(m)).alias(m) for m in annual))


def complete(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Add the columns a layout does not have, as nulls, and put all of them in order; carried columns go last."""
    have = rows.collect_schema().names()
    missing = [pl.lit(None, pl.String).alias(column) for column in (*CODES, *AMOUNTS) if column not in have]
    return rows.with_columns(missing).select(*CODES, *AMOUNTS, *carried(rows))


def with_later_codes(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of a snapshot made before some code existed, with that code as nulls, in today's order."""
    have = rows.collect_schema().names()
    missing = [code for code in CODES if code not in have]
    if not missing:
        return rows
    rest = [column for column in have if column not in CODES]
    return rows.with_columns(pl.lit(None, pl.String).alias(code) for code in missing).select(*CODES, *rest)


def carried(raw: pl.LazyFrame) -> list[str]:
    """Columns that go through a reshaping as they are: the record's number and the names."""
    return [column for column in raw.collect_schema().names() if column == RECORD or column.startswith(NAME_PREFIX)]
