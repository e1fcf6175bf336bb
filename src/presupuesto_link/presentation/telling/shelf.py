"""The figures of the board: each is inside the file, placed in its section once; the others go to the end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

_SIZE, _PX_PER_PT = re.compile(r'<svg[^>]* width="([\d.]+)pt" height="([\d.]+)pt"'), 96 / 72
_PLAIN = " !$&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"


@dataclass(frozen=True)
class FigureRef:
    """A figure of the board: its name, title, description and drawing."""

    name: str
    title: str
    alt: str
    svg: str

    @property
    def size(self) -> tuple[int, int] | None:
        """Its width and height in pixels, so that a page keeps its place before drawing it; null if the drawing does not say."""
        found = _SIZE.search(self.svg[:2000])
        return (round(float(found[1]) * _PX_PER_PT), round(float(found[2]) * _PX_PER_PT)) if found else None

    @property
    def uri(self) -> str:
        """The drawing as an address that needs no network and no file: percent-encoded, which is shorter than base64."""
        return "data:image/svg+xml," + quote(" ".join(self.svg.split()), safe=_PLAIN)


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
