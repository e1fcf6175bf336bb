"""What the data says of the rules: the ones that clash, never catch, have expired or always lose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import polars as pl

from presupuesto_link.findings import Finding
from presupuesto_link.linkage.link import LinkedGasto
from presupuesto_link.linkage.match import CLASH
from presupuesto_link.linkage.rules import SIGNED, TEXT, Rule, Rules
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.wording import plural, soles


def check_link(linked: LinkedGasto, rules: Rules, cube: pl.DataFrame, years: Sequence[int]) -> tuple[Finding, ...]:
    """The findings of a link: those of the rules' own rows first, then those that only the spending shows.

    Args:
        linked: the link.
        rules: the ones applied, with what was wrong with the rest.
        cube: `linkage.coverage.cube` of the linked lines.
        years: the budget years of the spending.
    """
    return (*rules.findings, *_clashes(linked, cube), *_idle(linked, rules, years))


def _clashes(linked: LinkedGasto, cube: pl.DataFrame) -> Iterator[Finding]:
    by_id = {rule.id: rule for rule in linked.rules}
    table = (
        cube.filter(pl.col("motivo") == CLASH)
        .group_by("regla")
        .agg(pl.col("lineas").sum(), pl.col("pim_soles").sum().cast(MONEY), pl.col("devengado_soles").sum().cast(MONEY))
    )
    for row in table.sort("regla").iter_rows(named=True):
        rules = [by_id[name] for name in row["regla"].split("; ")]
        asked = sum(rule.part for rule in rules)
        said = " y ".join(f"{rule.place} → {rule.action} ({float(rule.part):.0%})" for rule in rules)
        yield Finding(
            "V04",
            said,
            f"piden {float(asked):.0%} de las mismas {row['lineas']:,} líneas ({soles(row['pim_soles'], 2)} de PIM)",
            "partes que sumen 100 % o menos, o una regla más específica que la otra",
            "esas líneas quedan sin vincular: no se elige por nadie",
        )


def _idle(linked: LinkedGasto, rules: Rules, years: Sequence[int]) -> Iterator[Finding]:
    """Rules in force and not, that catch nothing or always arrive when nothing is left."""
    caught = set(linked.matches["lugar"].unique().to_list())
    used = set(linked.parts["regla"].drop_nulls().to_list())
    used |= {name for names in linked.parts["regla"].drop_nulls().to_list() for name in names.split("; ")}
    span = ", ".join(map(str, years))
    for place, rule in enumerate(linked.rules):
        if not rule.row:
            continue
        where = f"{rules.source}, {rule.place}"
        if not any(rule.in_force(year) for year in years):
            first, last = (str(year or "…") for year in rule.years)
            yield Finding("V06", where, f"vigente de {first} a {last}", f"una vigencia que alcance a {span}", "no se aplica a estos datos")
        elif place not in caught:
            yield Finding(
                "V07", where, f"ninguna línea tiene {rule.words()}{_absent(rule, linked)}", "al menos una línea", "no vincula nada"
            )
        elif rule.id not in used:
            yield Finding(
                "V08",
                where,
                f"todo lo que atrapa ({rule.words()}) lo toman antes reglas más específicas",
                "al menos una línea propia",
                "no vincula nada",
            )


def _absent(rule: Rule, linked: LinkedGasto) -> str:
    """Which of its columns the table does not have, if any."""
    missing = [column for column in rule.selectors if column != TEXT and column not in linked.seen.columns]
    if TEXT in rule.selectors and not linked.seen.named:
        missing.append("nombres")
    return f" (el extracto no trae {', '.join(missing)})" if missing else ""


def summary(rules: Rules, with_suggested: bool) -> str:
    """How many rules counted, in a sentence."""
    signed = plural(len(rules.rules) - rules.suggested, "regla firmada", "reglas firmadas")
    asked = plural(rules.suggested, "sugerida", "sugeridas")
    said = f"{signed} y {asked} ({'contadas' if with_suggested else 'no contadas'})"
    return said + (f"; {plural(rules.rejected, 'fila no aplicada', 'filas no aplicadas')}" if rules.rejected else "")


def signers(rules: Rules) -> str:
    """Who signs the rules that are signed, and how many each."""
    counts = Counter(rule.signature[0] for rule in rules.rules if rule.state == SIGNED)
    return ", ".join(f"{author} ({count})" for author, count in counts.most_common()) or "nadie"
