"""Spanish numbers and short sentences, written one way everywhere (see docs/decisions/0003).

Numbers follow the es-PE locale, which is also how the MEF and the Report print them: comma for thousands,
point for decimals.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from decimal import Decimal

from presupuesto_link.vocabulary import MONTHS

NO_DATA = "ND"
MINUS = "\u2212"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # what no document, page or figure can write
RISKY_STARTS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet may take for a formula


def period_words(kind: str, number: int) -> str:
    """`el trimestre I`, `agosto`; empty of a year."""
    if kind == "trimestre":
        return f"el trimestre {('I', 'II', 'III', 'IV')[number - 1]}"
    return MONTHS[number - 1] if kind == "mes" else ""


def soles(value: Decimal | float | None, decimals: int = 0) -> str:
    """`S/ 14,701,288,105`; `ND` when there is no amount."""
    return NO_DATA if value is None else f"S/ {amount(value, decimals)}"


def amount(value: Decimal | float | None, decimals: int = 0) -> str:
    """`14,701,288,105`: soles for a column whose heading says so; `ND` when there is none."""
    return NO_DATA if value is None else _grouped(float(value) if decimals else _half_up(value), decimals)


def millions(amount: Decimal | float | None) -> str:
    """`S/ 5,801.0 M`; `ND` when there is no amount."""
    return NO_DATA if amount is None else f"S/ {_grouped(float(amount) / 1e6, 1)} M"


def percent(ratio: float | None, decimals: int = 1) -> str:
    """`84.7 %` from the ratio 0.847; `ND` when there is none."""
    return NO_DATA if ratio is None else f"{_grouped(ratio * 100, decimals)} %"


def share_of(part: Decimal | None, whole: Decimal | None) -> float | None:
    """A part of a whole as a ratio; null where one of them is missing or the whole is zero."""
    return None if part is None or not whole else float(part / whole)


def points(ratio: float | None, decimals: int = 1) -> str:
    """`+12.3 pp` from a difference of ratios."""
    return NO_DATA if ratio is None else f"{'+' if ratio > 0 else ''}{_grouped(ratio * 100, decimals)} pp"


def plain_number(value: float | None) -> str:
    """A value in its own unit, without needless zeros: `1,909.43`, `0.015`, `67.7`."""
    if value is None:
        return NO_DATA
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def enumerate_words(words: Iterable[str], last: str = "y") -> str:
    """`a, b y c`."""
    items = list(words)
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


_NAME = r"(?:(?:La|Las|Los|San|Madre) )?(?:de )?[A-ZÁÉÍÓÚÑ]\w+"
_DEPARTMENT = re.compile(rf"\s*\b(?:en el|del|para el) departamento de {_NAME}")


def short_name(name: str, width: int = 60) -> str:
    """An element's name without what every name repeats, cut at a word."""
    text = _DEPARTMENT.sub("", name).strip()
    return text if len(text) <= width else text[: width - 1].rsplit(" ", 1)[0].rstrip(",;") + "…"


def plural(count: int, singular: str, several: str) -> str:
    """`1 acción`, `3 acciones`."""
    return f"{count:,} {singular if count == 1 else several}"


def shell_word(text: str) -> str:
    """A path or a value as it is typed on a command line: between quotation marks when it has spaces or other signs."""
    if text and re.fullmatch(r"[\w@%+=:,./\\-]+", text):
        return text
    return shlex.quote(text) if set(text) & set('$`"!') else f'"{text}"'


def _half_up(amount: Decimal | float) -> float:
    return float(Decimal(str(amount)).to_integral_value(rounding="ROUND_HALF_UP"))


def _grouped(value: float, decimals: int) -> str:
    text = f"{abs(value):,.{decimals}f}"
    negative = value < 0 and float(text.replace(",", "")) != 0
    return (MINUS if negative else "") + text
