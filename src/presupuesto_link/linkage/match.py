"""Which rules catch which cells, and what part of each cell every one of them takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby

import polars as pl

from presupuesto_link.linkage.cells import Catalogue, open_cells
from presupuesto_link.linkage.rules import DIRECT, NOBODY, SUGGESTED, TEXT, TRANSVERSAL, UNLINKED, Rule

WHOLE = 1_000_000_000
"""A part is a whole number of thousand-millionths; those of a line add up to all of it."""
NO_RULE, REST, CLASH, EXCLUDED = "sin regla", "resto sin asignar", "choque de reglas", "excluido por una regla"
COMPLEMENT = "complemento"
_PARTS = {
    "patron": pl.UInt32,
    "grupo": pl.UInt32,
    "orden": pl.UInt32,
    "parte": pl.Int64,
    "regla": pl.String,
    "vinculo": pl.String,
    "accion": pl.String,
    "motivo": pl.String,
    "confianza": pl.String,
    "estado": pl.String,
}


def match_cells(cells: pl.DataFrame, rules: Sequence[Rule], seen: Catalogue) -> pl.DataFrame:
    """Every rule that catches every cell, whether or not it wins.

    Args:
        cells: distinct `Catalogue.keys`.
        rules: in the order of `linkage.rules.ordered`.
        seen: what those rules look at.

    Returns:
        `Catalogue.keys` and `lugar` (place of the rule in `rules`), in that order, one row per pair.
    """
    opened = open_cells(cells, seen)
    places = {column: {value: place for place, value in enumerate(values, 1)} for column, values in seen.values.items()}
    phrases = {phrase: place for place, phrase in enumerate(seen.phrases)}
    found = [pl.DataFrame(schema=dict.fromkeys(seen.keys, pl.UInt64) | {"lugar": pl.UInt32})]
    for columns, group in _by_columns(rules):
        tables = [column for column in columns if column != TEXT]
        if not set(tables) <= seen.values.keys():
            continue
        side = opened.explode(TEXT).filter(pl.col(TEXT).is_not_null()) if TEXT in columns else opened
        wanted = _wanted(group, ["anio", *columns], places | {TEXT: phrases}, seen)
        found.append(side.join(wanted, on=["anio", *columns], how="inner").select(*seen.keys, "lugar").unique())
    return pl.concat(found).sort(*seen.keys, "lugar")


def _by_columns(rules: Sequence[Rule]) -> Iterator[tuple[tuple[str, ...], list[tuple[int, Rule]]]]:
    """The rules that look at the same columns, together."""
    groups: dict[tuple[str, ...], list[tuple[int, Rule]]] = {}
    for place, rule in enumerate(rules):
        groups.setdefault(tuple(rule.coded), []).append((place, rule))
    return iter(groups.items())


def _wanted(group: Sequence[tuple[int, Rule]], columns: Sequence[str], places: dict[str, dict[str, int]], seen: Catalogue) -> pl.DataFrame:
    """One row per combination of codes a rule accepts, years in force included."""
    table = pl.DataFrame(
        [
            {"lugar": place, "anio": [places["anio"][year] for year in seen.values["anio"] if rule.in_force(int(year))]}
            | {column: [places[column][value] for value in rule.coded[column]] for column in columns if column != "anio"}
            for place, rule in group
        ],
        schema={"lugar": pl.UInt32} | {column: pl.List(pl.UInt32) for column in columns},
    )
    for column in columns:
        table = table.explode(column).filter(pl.col(column).is_not_null())
    return table


def allocate(cells: pl.DataFrame, matches: pl.DataFrame, rules: Sequence[Rule], keys: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What part of each cell goes where.

    Cells caught by the same rules share a pattern. Within a pattern the rules take their part in order: each takes its part of what the
    finer ones left. Equally specific rules that ask for more than there is clash, and what was left stays unlinked.

    Returns:
        The cells with `patron`; and the parts, key `patron, grupo, orden`: `parte` (of `WHOLE`), `regla`, `vinculo`, `accion`, `motivo`
        (null when linked), `confianza`, `estado`. Group 0 adds up to `WHOLE`; each transversal action is a group of its own, with the
        complement that nobody takes.
    """
    caught = _that_matter(matches, rules, keys).group_by(keys).agg(pl.col("lugar").sort().cast(pl.String).str.join(" ").alias("reglas"))
    every = cells.join(caught, on=keys, how="left", validate="1:1").with_columns(pl.col("reglas").fill_null(""))
    patterns = every.select(*keys, (pl.col("reglas").rank("dense") - 1).cast(pl.UInt32).alias("patron"))
    rows = [
        row
        for number, places in enumerate(every["reglas"].unique().sort().to_list())
        for row in _parts(number, [rules[int(place)] for place in places.split()])
    ]
    return patterns, pl.DataFrame(rows, schema=_PARTS, orient="row")


def _that_matter(matches: pl.DataFrame, rules: Sequence[Rule], keys: Sequence[str]) -> pl.DataFrame:
    """The matches without the direct rules that come after one that takes all: they change nothing, and make patterns many."""
    levels = [place for place, (_, level) in enumerate(groupby(rules, key=_level)) for _ in level]
    whole = [rule.kind == DIRECT and rule.part == 1 for rule in rules]
    about = pl.DataFrame(
        {"lugar": range(len(rules)), "nivel": levels, "entera": whole, "aparte": [rule.kind == TRANSVERSAL for rule in rules]},
        schema={"lugar": pl.UInt32, "nivel": pl.Int64, "entera": pl.Boolean, "aparte": pl.Boolean},
    )
    last = pl.col("nivel").filter("entera").min().over(keys)
    told = matches.join(about, on="lugar", how="inner", validate="m:1").with_columns(ultimo=last)
    return told.filter(pl.col("aparte") | pl.col("ultimo").is_null() | (pl.col("nivel") <= pl.col("ultimo")))


def _level(rule: Rule) -> tuple[bool, int]:
    """What rules of the same turn share."""
    return rule.state == SUGGESTED, rule.specificity


def _parts(pattern: int, caught: Sequence[Rule]) -> Iterator[tuple[object, ...]]:
    """The rows of a pattern; the rules come in the order of `linkage.rules.ordered`."""
    direct = [rule for rule in caught if rule.kind == DIRECT]
    for place, (share, row) in enumerate(_rounded(list(_cascade(direct)))):
        yield (pattern, 0, place, share, *row)
    beside = [rule for rule in caught if rule.kind == TRANSVERSAL]
    for group, action in enumerate(dict.fromkeys(sorted(rule.action for rule in beside)), 1):
        own = [rule for rule in beside if rule.action == action]
        for place, (share, row) in enumerate(_rounded([(part, _apart(row)) for part, row in _cascade(own)])):
            yield (pattern, group, place, share, *row)


def _apart(row: tuple[object, ...]) -> tuple[object, ...]:
    """A part of a transversal action's own group; what none of its rules takes is only there to complete the whole."""
    rule, kind, action, *rest = row
    return (rule, TRANSVERSAL, action, *rest) if kind == DIRECT else (None, COMPLEMENT, None, None, None, None)


def _cascade(rules: Sequence[Rule]) -> Iterator[tuple[Fraction, tuple[object, ...]]]:
    """Each direct rule's part, in their order, and then what nobody takes."""
    left, reason, said = Fraction(1), NO_RULE, None
    for _, level in groupby(rules, key=_level):
        level_rules = list(level)
        asked = sum(rule.part for rule in level_rules)
        if asked > 1:
            reason, said = CLASH, "; ".join(rule.id for rule in level_rules)
            break
        for rule in level_rules:
            row = (rule.id, DIRECT, rule.action, None) if rule.action != NOBODY else (rule.id, UNLINKED, None, EXCLUDED)
            yield left * rule.part, (*row, rule.confidence, rule.state)
        left, reason = left * (1 - asked), REST
        if not left:
            break
    if left:
        yield left, (said, UNLINKED, None, reason, None, None)


def _rounded(parts: Sequence[tuple[Fraction, tuple[object, ...]]]) -> list[tuple[int, tuple[object, ...]]]:
    """Parts as whole numbers that add up to `WHOLE`: what is cut off goes to the largest remainders, the first when equal."""
    floors = [int(part * WHOLE) for part, _ in parts]
    order = sorted(range(len(parts)), key=lambda place: (floors[place] - parts[place][0] * WHOLE, place))
    for place in order[: WHOLE - sum(floors)]:
        floors[place] += 1
    return [(floor, row) for floor, (_, row) in zip(floors, parts, strict=True) if floor]
