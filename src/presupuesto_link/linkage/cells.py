"""Lines that no rule can tell apart are one cell: what makes linking millions of lines a small problem.

Each column that some rule looks at is coded by the values the rules name (0 = any other value), and the codes are packed into one or
more whole numbers. The distinct numbers are the cells: a few thousand, however many lines there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import polars as pl

from presupuesto_link.linkage.rules import PRECEDENCE, TEXT, Rule

Names = Mapping[str, pl.DataFrame]
"""Dimension → its table of names (`store.store.Store.dimension`): key columns, `nombre`."""
NAMED = {"finalidad": ("anio", "sec_ejec", "sec_func", "finalidad"), "producto": ("producto",), "actividad": ("actividad",)}
"""Where a text is looked for, and the key of each name."""
CELL = "casilla"
_WORD_BITS = 62


@dataclass(frozen=True)
class Catalogue:
    """What the rules can see of a line.

    Attributes:
        values: column → the values some rule names (metas with their unit, see `Rule.coded`); a line's code is the place of its value from 1, and 0 when no rule names it.
        phrases: the phrases that rules look for in names.
        texts: dimension → (table of key and `conjunto`, the phrases of each set); sets begin at 1.
        words: the coded columns packed in each number of a cell, with their sizes.
        named: whether the table comes with names to look in.
    """

    values: Mapping[str, tuple[str, ...]]
    phrases: tuple[str, ...]
    texts: Mapping[str, tuple[pl.DataFrame, tuple[tuple[int, ...], ...]]]
    words: tuple[tuple[tuple[str, int], ...], ...]
    named: bool

    @property
    def columns(self) -> list[str]:
        """The columns of the spending that some rule looks at: lines equal in all of them are in the same cell."""
        own = ["sec_ejec"] if "sec_func" in self.values else []
        return list(dict.fromkeys([*self.values, *own, *(column for name in self.texts for column in NAMED[name])]))

    @property
    def keys(self) -> list[str]:
        """The columns of a cell's key."""
        return [f"{CELL}_{number}" for number in range(len(self.words))]


def catalogue(rules: Sequence[Rule], years: Sequence[int], columns: Sequence[str], names: Names) -> Catalogue:
    """What these rules look at, in these years, in a table with these columns.

    A column the table does not have stays out: its rules catch nothing.
    """
    usable = set(columns) - ({"sec_func"} if "sec_ejec" not in columns else set())
    named: dict[str, dict[str, None]] = {column: {} for column in PRECEDENCE if column != TEXT and column in usable}
    phrases: dict[str, None] = {}
    for rule in rules:
        for column, wanted in rule.coded.items():
            (phrases if column == TEXT else named.get(column, {})).update(dict.fromkeys(wanted))
    values = {"anio": tuple(map(str, sorted(years)))} | {c: tuple(v) for c, v in named.items() if v}
    texts = {
        name: found for name in NAMED if (found := _sets(names.get(name), NAMED[name], tuple(phrases))) and set(NAMED[name]) <= set(columns)
    }
    sizes = [(c, len(v) + 1) for c, v in values.items()] + [(f"{TEXT}_{n}", len(sets) + 1) for n, (_, sets) in texts.items()]
    return Catalogue(values, tuple(phrases), texts, _packed(sizes), any(name in names for name in NAMED))


def _packed(sizes: Sequence[tuple[str, int]]) -> tuple[tuple[tuple[str, int], ...], ...]:
    """Coded columns into as few numbers as hold them."""
    words: list[list[tuple[str, int]]] = [[]]
    for item in sizes:
        if prod(size for _, size in [*words[-1], item]) >= 1 << _WORD_BITS:
            words.append([])
        words[-1].append(item)
    return tuple(tuple(word) for word in words)


def _sets(
    names: pl.DataFrame | None, key: Sequence[str], phrases: tuple[str, ...]
) -> tuple[pl.DataFrame, tuple[tuple[int, ...], ...]] | None:
    """Which phrases each name has: key and `conjunto`, and the phrases of each set; null when no name has any."""
    if names is None or not phrases:
        return None
    needles = [needle(phrase) for phrase in phrases]
    bare = names.select(*key, pl.concat_str(pl.lit(" "), _plain("nombre"), pl.lit(" ")).alias("texto"))
    hit = bare.select(*key, pl.col("texto").str.extract_many(needles, overlapping=True).alias("halladas")).filter(
        pl.col("halladas").list.len() > 0
    )
    if hit.is_empty():
        return None
    place = {text: number for number, text in enumerate(needles)}
    found = [tuple(sorted({place[text] for text in row})) for row in hit["halladas"].to_list()]
    sets = tuple(dict.fromkeys(found))
    number = {phrases_of: index for index, phrases_of in enumerate(sets, 1)}
    return hit.select(*key).with_columns(pl.Series("conjunto", [number[f] for f in found], pl.UInt32)), sets


def needle(phrase: str) -> str:
    """What to look for in a bare name between spaces: whole words; a `*` at an end lets the word go on."""
    return ("" if phrase.startswith("*") else " ") + phrase.strip("*") + ("" if phrase.endswith("*") else " ")


def _plain(column: str) -> pl.Expr:
    """`rules.plain_text` over a column."""
    bare = pl.col(column).str.normalize("NFKD").str.to_uppercase().str.replace_all(r"\p{M}", "")
    return bare.str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars(" ")


def with_cells(gasto: pl.LazyFrame, seen: Catalogue) -> pl.LazyFrame:
    """The lines with the key of their cell (`Catalogue.keys`, UInt64). Lazy and streaming; rows stay as they are."""
    coded = gasto
    for name, (table, _) in seen.texts.items():
        alias = f"{TEXT}_{name}"
        if len(NAMED[name]) == 1:
            coded = coded.with_columns(_coded(pl.col(name), table[name].to_list(), table["conjunto"].to_list()).alias(alias))
        else:
            coded = coded.join(table.lazy().rename({"conjunto": alias}), on=NAMED[name], how="left", validate="m:1")
            coded = coded.with_columns(pl.col(alias).cast(pl.UInt64).fill_null(0))
    words = [_word(word, seen).alias(key) for key, word in zip(seen.keys, seen.words, strict=True)]
    return coded.with_columns(words).drop([f"{TEXT}_{name}" for name in seen.texts])


def _word(word: Sequence[tuple[str, int]], seen: Catalogue) -> pl.Expr:
    """The codes of some columns as the digits of one number."""
    number, base = pl.lit(0, pl.UInt64), 1
    for column, size in word:
        code = _code(column, seen) if column in seen.values else pl.col(column)
        number, base = number + code * pl.lit(base, pl.UInt64), base * size
    return number


def _code(column: str, seen: Catalogue) -> pl.Expr:
    """The place of a line's value among those that rules name, from 1; 0 for any other."""
    values: list[object] = [int(year) for year in seen.values[column]] if column == "anio" else list(seen.values[column])
    value = pl.concat_str("sec_ejec", pl.lit("-"), "sec_func") if column == "sec_func" else pl.col(column)
    return _coded(value, values, list(range(1, len(values) + 1)))


def _coded(value: pl.Expr, values: Sequence[object], codes: Sequence[int]) -> pl.Expr:
    return value.replace_strict(values, codes, default=0, return_dtype=pl.UInt64)


def open_cells(cells: pl.DataFrame, seen: Catalogue) -> pl.DataFrame:
    """The cells with the code of each column again (UInt32, 0 = no rule names its value); phrases as `texto`, a list of their places.

    Args:
        cells: distinct `Catalogue.keys`.
        seen: what the rules look at.
    """
    digits = []
    for key, word in zip(seen.keys, seen.words, strict=True):
        base = 1
        for column, size in word:
            digits.append(((pl.col(key) // base) % size).cast(pl.UInt32).alias(column))
            base *= size
    opened = cells.with_columns(digits)
    lists = [_phrases(name, sets) for name, (_, sets) in seen.texts.items()]
    return opened.with_columns((pl.concat_list(lists).list.unique() if lists else pl.lit([], pl.List(pl.UInt32))).alias(TEXT))


def _phrases(name: str, sets: Sequence[tuple[int, ...]]) -> pl.Expr:
    """The phrases of a set of a dimension."""
    listed = pl.Series([[], *map(list, sets)], dtype=pl.List(pl.UInt32))
    return pl.lit(listed).gather(pl.col(f"{TEXT}_{name}"))
