"""The named rules of Avance Tipo I, as Polars expressions of the obtained value and the target.

Each rule gives the *raw* ratio; the advance is that ratio clipped to [0, 1]. `VO` is the obtained value,
`LE` the expected achievement (target) of the year. Where the sources agree on nothing (zero or negative
targets) the choice is written beside the rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

Formula = Callable[[pl.Expr, pl.Expr], pl.Expr]


@dataclass(frozen=True)
class Rule:
    """A rule of Avance Tipo I.

    Attributes:
        name: identifier used in profiles and output tables.
        title: its Spanish name, for people.
        formula: how a person would write it.
        raw: raw ratio from (VO, LE); null when the rule does not apply.
    """

    name: str
    title: str
    formula: str
    raw: Formula

    def capped(self, value: pl.Expr, target: pl.Expr) -> pl.Expr:
        """The advance: raw ratio clipped to [0, 1]."""
        return self.raw(value, target).clip(0, 1)


def _ascending(value: pl.Expr, target: pl.Expr) -> pl.Expr:
    """VO/LE. A negative target is met from above: below it, LE/VO tells how near."""
    return pl.when(target > 0).then(value / target).when((target < 0) & (value >= target)).then(1.0).when(target < 0).then(target / value)


def _descending(value: pl.Expr, target: pl.Expr) -> pl.Expr:
    """Met: LE/VO (>= 1) where it exists, else 1. Missed: LE/VO; both negative, VO/LE; mixed signs, 0."""
    met = value <= target
    return (
        pl.when(met & (value > 0))
        .then(target / value)
        .when(met)
        .then(1.0)
        .when(target > 0)
        .then(target / value)
        .when(value < 0)
        .then(value / target)
        .when(value.is_not_null() & target.is_not_null())
        .then(0.0)
    )


def _inverted(value: pl.Expr, target: pl.Expr) -> pl.Expr:
    """VO/LE when the descending target is met, 0 when missed: doing better scores less."""
    return pl.when((value <= target) & (target > 0)).then(value / target).when((value > target) & (target > 0)).then(0.0)


def _ceiling(value: pl.Expr, target: pl.Expr) -> pl.Expr:
    return (value <= target).cast(pl.Float64)


def _floor(value: pl.Expr, target: pl.Expr) -> pl.Expr:
    return (value >= target).cast(pl.Float64)


def _zero_target_met(value: pl.Expr, target: pl.Expr) -> pl.Expr:
    return pl.when(target == 0).then((value >= 0).cast(pl.Float64))


def _zero_target_unmet(value: pl.Expr, target: pl.Expr) -> pl.Expr:
    return pl.when((target == 0) & value.is_not_null()).then(0.0)


def _signed_ratio(value: pl.Expr, target: pl.Expr) -> pl.Expr:
    return pl.when((target < 0) & (value < 0)).then(value / target)


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("razon_ascendente", "razón ascendente", "VO/LE, entre 0 y 1", _ascending),
        Rule("razon_descendente", "razón descendente", "1 si VO ≤ LE; si no, LE/VO", _descending),
        Rule("razon_invertida", "razón invertida", "VO/LE si VO ≤ LE; si no, 0", _inverted),
        Rule("tope_maximo", "tope máximo", "1 si VO ≤ LE; si no, 0", _ceiling),
        Rule("piso_minimo", "piso mínimo", "1 si VO ≥ LE; si no, 0", _floor),
        Rule("meta_cero_cumplida", "meta cero cumplida", "con LE = 0: 1 si VO ≥ 0", _zero_target_met),
        Rule("meta_cero_sin_avance", "meta cero sin avance", "con LE = 0: 0", _zero_target_unmet),
        Rule("razon_con_signo", "razón con signo", "VO/LE con los dos negativos", _signed_ratio),
    )
}
