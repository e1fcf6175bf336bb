"""Why a line went where it went, and what nearly caught it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from presupuesto_link.linkage.cells import NAMED, Names, needle, with_cells
from presupuesto_link.linkage.link import LinkedGasto
from presupuesto_link.linkage.match import CLASH, COMPLEMENT, WHOLE
from presupuesto_link.linkage.rules import PRECEDENCE, TEXT, TRANSVERSAL, Rule, plain_text
from presupuesto_link.tables.numbers import known_sum

CHAIN = ("anio", "sec_ejec", "sec_func", "programa", "producto", "actividad", "funcion", "division", "grupo", "finalidad")
_SHOWN = 5


@dataclass(frozen=True)
class Taken:
    """What a rule that catches the lines takes of them: its part of the whole, and why when it is nothing."""

    rule: Rule
    part: Fraction
    why: str


@dataclass(frozen=True)
class Missed:
    """A rule that fails in one selector only: which one, what it asks for and what the lines have."""

    rule: Rule
    column: str
    asked: tuple[str, ...]
    has: str | None


@dataclass(frozen=True)
class Explanation:
    """The lines of a meta that no rule tells apart.

    Attributes:
        values: their codes, of `CHAIN` and of whatever else some rule looks at; null where they differ or are blank.
        names: the names of finalidad, producto and actividad.
        lines: how many they are; `pim` and `devengado` in exact soles, null when no line gives them.
        taken: every rule that catches them, in the order in which they take their part.
        unlinked: the part that goes nowhere, and why.
        missed: rules that fail in one selector, finest first.
    """

    values: Mapping[str, Any]
    names: Mapping[str, str]
    lines: int
    pim: Decimal | None
    devengado: Decimal | None
    taken: tuple[Taken, ...]
    unlinked: tuple[Fraction, str | None]
    missed: tuple[Missed, ...]


def explain(lines: pl.LazyFrame, linked: LinkedGasto, names: Names) -> tuple[Explanation, ...]:
    """Explain some lines of the spending that was linked, largest PIM first.

    Args:
        lines: rows of `gasto` (those of a meta, say).
        linked: the link of the table they belong to.
        names: tables of names.
    """
    keys, has = linked.seen.keys, lines.collect_schema().names()
    if "accion" in has:
        lines, has = lines.rename({"accion": "accion_declarada"}), [*has, "accion_declarada"]
    shown = [column for column in dict.fromkeys((*CHAIN, *PRECEDENCE)) if column in has]
    same = [pl.when(pl.col(c).n_unique() == 1).then(pl.col(c).first()).alias(c) for c in shown]
    money = [known_sum(m) for m in ("pim_soles", "devengado_soles")]
    cells = with_cells(lines, linked.seen).group_by(keys).agg(pl.len().alias("lineas"), *money, *same).collect()
    every = cells.sort(["pim_soles", *keys], descending=[True, *(False for _ in keys)], nulls_last=True)
    return tuple(_one(row, keys, linked, names) for row in every.iter_rows(named=True))


def _one(row: Mapping[str, Any], keys: Sequence[str], linked: LinkedGasto, names: Names) -> Explanation:
    here = [pl.col(key) == row[key] for key in keys]
    caught = [linked.rules[place] for place in linked.matches.filter(here).sort("lugar")["lugar"].to_list()]
    parts = {p["regla"] or p["motivo"]: p for p in linked.parts.filter(here, pl.col("vinculo") != COMPLEMENT).iter_rows(named=True)}
    left = next((p for p in parts.values() if p["vinculo"] == "no vinculado"), None)
    values = {key: value for key, value in row.items() if key not in keys and key not in ("lineas", "pim_soles", "devengado_soles")}
    called = _names(values, names)
    missed = [near for rule in linked.rules if rule not in caught and (near := _near(rule, values, called))]
    return Explanation(
        values,
        called,
        row["lineas"],
        row["pim_soles"],
        row["devengado_soles"],
        tuple(_taken(caught, parts, left)),
        (Fraction(left["parte"], WHOLE), left["motivo"]) if left else (Fraction(0), None),
        tuple(missed[:_SHOWN]),
    )


def _taken(caught: Sequence[Rule], parts: Mapping[str, Mapping[str, Any]], left: Mapping[str, Any] | None) -> Iterator[Taken]:
    clashing = left["regla"].split("; ") if left and left["motivo"] == CLASH else []
    for rule in caught:
        part = parts.get(rule.id)
        if part:
            why = "aparte, no se suma" if rule.kind == TRANSVERSAL else "toma su parte"
            yield Taken(rule, Fraction(part["parte"], WHOLE), why)
        else:
            yield Taken(
                rule,
                Fraction(0),
                "choca con otra regla igual de específica"
                if rule.id in clashing
                else "llega tarde: reglas más específicas ya tomaron todo",
            )


def _near(rule: Rule, values: Mapping[str, Any], names: Mapping[str, str]) -> Missed | None:
    """The one selector in which it fails; null when there are more, or none but its years."""
    failing = [column for column, asked in rule.selectors.items() if not _holds(column, asked, values, names)]
    year = values.get("anio")
    if year is not None and not rule.in_force(int(year)):
        failing.append("vigencia")
    if failing == ["vigencia"]:
        return Missed(rule, "vigencia", tuple(str(y or "…") for y in rule.years), str(year))
    if len(failing) != 1 or len(rule.selectors) == 1:  # a rule of one selector that fails is not near
        return None
    column = failing[0]
    return Missed(rule, column, rule.selectors[column], " / ".join(names.values()) if column == TEXT else values.get(column))


def _holds(column: str, asked: Sequence[str], values: Mapping[str, Any], names: Mapping[str, str]) -> bool:
    if column != TEXT:
        return values.get(column) in asked
    texts = [f" {plain_text(name)} " for name in names.values()]
    return any(needle(phrase) in text for phrase in asked for text in texts)


def _names(values: Mapping[str, Any], names: Names) -> dict[str, str]:
    """The names that its codes have."""
    found = {}
    for dimension, key in NAMED.items():
        table = names.get(dimension)
        if table is not None and all(values.get(column) is not None for column in key):
            row = table.filter(pl.col(column) == values[column] for column in key)
            if row.height:
                found[dimension] = str(row["nombre"][0])
    return found
