"""The figures beside the page: each is placed in its section once; the others go to the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class FigureRef:
    """A figure beside the page: its path is relative to the page, and the PNG has the same path with `.png`."""

    name: str
    title: str
    alt: str
    path: str

    @property
    def png(self) -> str:
        """The path of the same figure as PNG."""
        return str(PurePosixPath(self.path).with_suffix(".png"))


class FigureShelf:
    """Where sections take their figures from; it remembers which ones nobody took."""

    def __init__(self, figures: Iterable[FigureRef]) -> None:
        self._figures = {figure.name: figure for figure in figures}
        self._taken: set[str] = set()

    def take(self, name: str) -> FigureRef | None:
        """The figure of that name, if it was drawn."""
        self._taken.add(name)
        return self._figures.get(name)

    def left(self) -> list[FigureRef]:
        """The figures that no section has taken so far, in order."""
        return [figure for name, figure in self._figures.items() if name not in self._taken]
