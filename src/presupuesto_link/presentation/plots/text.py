"""Text that fits its box, by the widths of the letters themselves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from presupuesto_link.presentation.plots.drawn import FONT
from presupuesto_link.wording import plural, short_name


def wrap(text: str, room_cm: float, size_pt: float, *, bold: bool = False, lines: int = 0) -> str:
    """Break a text so that no line is wider than `room_cm`; with `lines`, cut what does not fit with «…»."""
    rows = [row for part in text.split("\n") for row in _break(part, room_cm, size_pt, bold)]
    if lines and len(rows) > lines:
        rows = [*rows[: lines - 1], _cut(" ".join(rows[lines - 1 :]), room_cm, size_pt, bold)]
    return "\n".join(rows)


def listed(codes: Sequence[str], room_cm: float, size_pt: float, lines: int) -> str:
    """Codes in lines no wider than `room_cm`; those that do not fit are counted, and none is ever cut: «… y 3 más»."""
    for kept in range(len(codes), 0, -1):
        left = len(codes) - kept
        text = wrap("\u00a0 ".join([*codes[:kept], *([f"y\u00a0{left}\u00a0más"] if left else [])]), room_cm, size_pt)
        if text.count("\n") < lines:
            return text.replace("\u00a0\n", "\n")
    return plural(len(codes), "código", "códigos") if codes else ""


def boxed_name(code: str, name: str, room_cm: float, size_pt: float, lines: int) -> str:
    """A code and its name, without what every name repeats, broken to fit beside a figure."""
    return wrap(f"{code} {short_name(name, 200)}", room_cm, size_pt, lines=lines)


def width_cm(text: str, size_pt: float, bold: bool = False) -> float:
    """Printed width of a line of text."""
    return sum(_advance(letter, bold) for letter in text) * size_pt / 72 * 2.54


def _break(text: str, room_cm: float, size_pt: float, bold: bool) -> list[str]:
    rows = [""]
    for word in text.split(" "):
        longer = f"{rows[-1]} {word}".strip(" ")
        if rows[-1] and width_cm(longer, size_pt, bold) > room_cm:
            rows.append(word)
        else:
            rows[-1] = longer
    return rows


def _cut(text: str, room_cm: float, size_pt: float, bold: bool) -> str:
    if width_cm(text, size_pt, bold) <= room_cm:
        return text
    while text and width_cm(f"{text}…", size_pt, bold) > room_cm:
        text = text[:-1]
    return f"{text.rstrip(' ,;(')}…"


@lru_cache(maxsize=1024)
def _advance(letter: str, bold: bool) -> float:
    """Width of a letter in ems, from the font itself."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, weight="bold" if bold else "normal", size=100)
    pair: float = text_to_path.get_text_width_height_descent(f"{letter}{letter}x", font, False)[0]
    one: float = text_to_path.get_text_width_height_descent(f"{letter}x", font, False)[0]
    return (pair - one) / 100
