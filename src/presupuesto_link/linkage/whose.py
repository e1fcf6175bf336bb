"""Whose spending a link is of: what was asked, and the executing units and entities that its rows really are of."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from presupuesto_link.wording import enumerate_words, plural

NAMED = 3
"""As many codes are named; more are counted."""
ENTITY = ("nivel", "pliego", "sec_ejec")


@dataclass(frozen=True)
class Whose:
    """Whose spending some rows are.

    Attributes:
        asked: what was asked of them, in words.
        ejecutoras: the codes of their executing units; none when the source does not give them.
        part: what leaves only a part of their spending there, as its page says: «Sólo Proyectos».
    """

    asked: str
    ejecutoras: tuple[str, ...] = ()
    part: tuple[str, ...] = ()

    @property
    def few(self) -> bool:
        """Whether so few units are there that they are named: what the rest of the entity spends is then not in the figures."""
        return 0 < len(self.ejecutoras) <= NAMED

    @property
    def units(self) -> str:
        """`sólo la ejecutora 775`, `26 ejecutoras`; nothing when the source does not give them."""
        if not self.few:
            return f"{len(self.ejecutoras):,} ejecutoras" if self.ejecutoras else ""
        return f"sólo {'la ejecutora' if len(self.ejecutoras) == 1 else 'las ejecutoras'} {enumerate_words(self.ejecutoras)}"

    @property
    def alike(self) -> str:
        """What two budgets of the same scope share: the name of the units when they are few, never how many there are, which changes by year."""
        return ", ".join((self.asked, *self._parts, *([self.units] if self.few else [])))

    def __str__(self) -> str:
        return ", ".join((self.asked, *self._parts, *([self.units] if self.units else [])))

    @property
    def _parts(self) -> tuple[str, ...]:
        """Only its first letter is made small: a name stays as the State writes it."""
        return tuple(part[:1].lower() + part[1:] for part in self.part)


def entities_of(rows: pl.LazyFrame) -> pl.DataFrame:
    """Key `ENTITY`: every entity that some spending is of; null where the source does not say it."""
    return rows.select(ENTITY).unique().sort(ENTITY).collect()


def codes(entities: pl.DataFrame, column: str) -> tuple[str, ...]:
    """The codes of a column of `entities_of`, once each."""
    return tuple(entities[column].drop_nulls().unique().sort())


def pliegos_words(entities: pl.DataFrame) -> str:
    """`pliego 452`, `pliegos 451 y 452`, `26 pliegos`; nothing when the source does not give them."""
    found = codes(entities, "pliego")
    if not found or len(found) > NAMED:
        return plural(len(found), "pliego", "pliegos") if found else ""
    return f"{'pliego' if len(found) == 1 else 'pliegos'} {enumerate_words(found)}"


def only_part(entities: pl.DataFrame) -> str:
    """Of which one pliego or level of government everything is, in words; nothing when it is of more, or does not say it."""
    for column, word in (("pliego", "del pliego"), ("nivel", "del nivel de gobierno")):
        found = codes(entities, column)
        if len(found) == 1 and not entities[column].null_count():
            return f"{word} {found[0]}"
    return ""
