"""What the template places: tables of cells that are already text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from presupuesto_link.facts import Fact
from presupuesto_link.wording import percent


@dataclass(frozen=True)
class Cell:
    """A table cell: text, a second muted line, a traffic-light colour, a link, and the key of the fact whose value it shows; a sentence has several."""

    text: str
    detail: str = ""
    color: str = ""
    href: str = ""
    fact: str = ""
    facts: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether its column needs room, because the second line is a name or a sentence."""
        return len(self.detail) > 30


@dataclass(frozen=True)
class Row:
    """A table row; the first cell is its header. `anchor` is its id in the page, if it has one."""

    cells: tuple[Cell, ...]
    anchor: str = ""


@dataclass(frozen=True)
class TableView:
    """A table ready to be placed: `numeric` are the columns aligned to the right; one with a `key` can be sorted, filtered and sent as seen."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    numeric: frozenset[int] = frozenset()
    key: str = ""

    def without(self, *heads: str) -> TableView:
        """The same table without some columns; those it does not have are no matter."""
        kept = [n for n, head in enumerate(self.headers) if head not in heads]
        return replace(
            self,
            headers=tuple(self.headers[n] for n in kept),
            rows=tuple(replace(row, cells=tuple(row.cells[n] for n in kept)) for row in self.rows),
            numeric=frozenset(kept.index(n) for n in self.numeric if n in kept),
        )


def chip(ratio: float | None, color: str) -> Cell:
    """A percentage on its traffic-light colour."""
    return Cell(percent(ratio), color=color)


def shown(fact: Fact, write: Callable[[Any], str], detail: str = "", color: str = "") -> Cell:
    """The value of a fact as it is written, with its key."""
    return Cell(write(fact.valor), detail, color, fact=fact.clave)


def rated(fact: Fact | None, color: str, detail: str = "") -> Cell:
    """A fact that is a ratio, on its traffic-light colour; what has no fact has no datum."""
    return Cell(percent(None), detail, color) if fact is None else shown(fact, percent, detail, color)


def who(code: str, names: Mapping[str, str], href: str = "") -> Cell:
    """An element of the plan: its code and, below, its name."""
    return Cell(code, names[code], href=href)


def card_of(code: str) -> str:
    """The link to an action's card."""
    return f"#{card_id(code)}"


def card_id(code: str) -> str:
    """The id of an action's card in the page."""
    return f"ficha-{code}"
