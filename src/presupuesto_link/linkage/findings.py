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
from presupuesto_link.wording import enumerate_words, percent, plural, soles


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
    said = [plural(rules.signed, "regla firmada", "reglas firmadas") if rules.signed else "ninguna regla firmada"]
    said += [plural(rules.proposed, "propuesta sin firma", "propuestas sin firma")] if rules.proposed else []
    asked = plural(rules.suggested, "sugerida", "sugeridas") + f" ({'contadas' if with_suggested else 'no contadas'})"
    left = f"; {plural(rules.rejected, 'fila no aplicada', 'filas no aplicadas')}" if rules.rejected else ""
    return enumerate_words([*said, asked]) + left


def signers(rules: Rules, state: str = SIGNED) -> str:
    """The authors of the rules that are signed, or of those in another state, and how many each."""
    counts = Counter(rule.signature[0] for rule in rules.rules if rule.state == state)
    return ", ".join(f"{author} ({count})" for author, count in counts.most_common()) or "nadie"


def unsigned(rules: Rules, with_suggested: bool, signatures: pl.DataFrame) -> str:
    """How many of the rules that count nobody signs, and how much of the linked PIM of a year is theirs, in a sentence; empty when none counts.

    Args:
        rules: those of the file.
        with_suggested: whether suggested rules counted.
        signatures: `Coverage.firmas`; of several years, the last one is told: the PIM of two years is not one amount.
    """
    counted = rules.signed + rules.proposed + (rules.suggested if with_suggested else 0)
    if not counted:
        return ""
    every = "la regla que cuenta" if counted == 1 else f"las {counted:,} reglas que cuentan"
    if rules.signed == counted:
        return f"{every[0].upper()}{every[1:]} {'está firmada' if counted == 1 else 'están firmadas'} por una persona u oficina."
    last = signatures.filter(pl.col("anio") == pl.col("anio").max())
    sums = last.select(pl.col("pim_propuesto_soles", "pim_sugerido_soles", "pim_vinculado_soles").sum()).row(0)
    of = f" de {last['anio'][0]}" if last.height else ""
    open_, whole = sums[0] + sums[1], sums[2]
    if not rules.signed:
        said = f"Ninguna de {every} está firmada por una persona" if counted > 1 else f"{every[0].upper()}{every[1:]} no está firmada"
    else:
        said = f"De {every}, {plural(rules.signed, 'está firmada', 'están firmadas')} y {counted - rules.signed:,} no"
    share = f" ({percent(float(open_ / whole))} de lo vinculado)" if whole else ""
    return f"{said}: {soles(open_, 2)} de PIM{of}{share} son una propuesta, sin firma."
