"""Small tables of spending, and an independent way of linking them: line by line, with fractions."""

from decimal import Decimal
from fractions import Fraction

import polars as pl

from presupuesto_link.linkage.rules import DIRECT, NOBODY, SUGGESTED, TEXT, Rule
from presupuesto_link.tables.gasto import MEASURES, SCHEMA

WHOLE = 10**9


def gasto(*rows: dict) -> pl.DataFrame:
    """Rows of `gasto`; amounts as text, what is not given is null."""
    full = [{"anio": 2024, "mes": 0} | row for row in rows]
    typed = [{c: Decimal(r[c]) if c in MEASURES and r.get(c) is not None else r.get(c) for c in SCHEMA} for r in full]
    return pl.DataFrame(typed, schema=SCHEMA)


def rule(name: str, action: str, part: object = 1, **given: object) -> Rule:
    """A rule; selectors by name, with one value or a tuple."""
    own = {key: given.pop(key) for key in ("years", "kind", "confidence", "state") if key in given}
    selectors = {column: value if isinstance(value, tuple) else (value,) for column, value in given.items()}
    return Rule(name, 2, action, selectors, part=Fraction(part), **own)


def by_hand(line: dict, rules: list[Rule]) -> dict[str | None, Decimal]:
    """Céntimos of a line's PIM by action (null = not linked), without the engine: rules in order, then largest remainder."""
    caught = [r for r in rules if r.kind == DIRECT and r.in_force(line["anio"]) and _catches(r, line)]
    keys = sorted({(r.state == SUGGESTED, -r.specificity) for r in caught})
    left, parts = Fraction(1), []
    for key in keys:
        level = sorted((r for r in caught if (r.state == SUGGESTED, -r.specificity) == key), key=lambda r: r.id)
        asked = sum(r.part for r in level)
        if asked > 1:
            break
        parts += [(left * r.part, None if r.action == NOBODY else r.action) for r in level]
        left *= 1 - asked
    parts = [part for part in [*parts, (left, None)] if part[0]]
    shares = _largest_remainder([p * WHOLE for p, _ in parts], WHOLE)
    cents = int(line["pim_soles"] * 100)
    given = _largest_remainder([Fraction(cents * share, WHOLE) for share in shares], cents)
    found: dict[str | None, Decimal] = {}
    for (_, action), amount in zip(parts, given, strict=True):
        found[action] = found.get(action, Decimal(0)) + Decimal(amount) / 100
    return found


def _catches(r: Rule, line: dict) -> bool:
    return all(line[column] in values for column, values in r.selectors.items() if column != TEXT)


def _largest_remainder(exact: list[Fraction], total: int) -> list[int]:
    floors = [x.numerator // x.denominator for x in exact]
    order = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for i in order[: total - sum(floors)]:
        floors[i] += 1
    return floors
