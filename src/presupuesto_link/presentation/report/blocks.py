"""What a report is made of, whatever it is written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from presupuesto_link.presentation.telling.views import TableView

if TYPE_CHECKING:
    from presupuesto_link.presentation.plots import Figure


@dataclass(frozen=True)
class Paragraph:
    """A sentence or more; `lead` goes in bold before it, a `note` is smaller, and `facts` are the keys of the figures it says."""

    text: str
    lead: str = ""
    note: bool = False
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Points:
    """A list, numbered or not."""

    items: tuple[Paragraph, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Drawing:
    """A figure with its number-less caption: its own title says what it finds."""

    figure: Figure


Block = Paragraph | Points | TableView | Drawing


@dataclass(frozen=True)
class Section:
    """A heading and what it has under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """The whole: what goes on the cover, a warning for every page if there is one, and the sections in order."""

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    banner: str
    sections: tuple[Section, ...]
