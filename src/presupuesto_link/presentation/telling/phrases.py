"""Small words of the page's sentences and headings."""

from __future__ import annotations

import datetime as dt

from presupuesto_link.presentation.telling.words import band_words
from presupuesto_link.specs import SemaforoSpec
from presupuesto_link.vocabulary import EXCLUDE, GREY, MONTHS, ZERO
from presupuesto_link.wording import NO_DATA

POLICY_HEADERS: dict[str, str] = {EXCLUDE: "excluyendo ND", ZERO: "ND como 0"}


def date(day: dt.date) -> str:
    """`31 de octubre de 2025`."""
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"


def score(ratio: float | None) -> str:
    """From 0 to 1, as in the figure: a score is not a percentage of anything."""
    return NO_DATA if ratio is None else f"{ratio:.3f}"


def agree(count: int, one: str, many: str) -> str:
    """The word that agrees with a count."""
    return one if count == 1 else many


def counted(count: int, one: str, many: str, none: str) -> str:
    """`ninguna mejoró`, `1 mejoró`, `3 mejoraron`."""
    return none if count == 0 else f"{count:,} {agree(count, one, many)}"


def capital(text: str) -> str:
    """The text with its first letter in upper case and the rest as it is."""
    return text[:1].upper() + text[1:]


def legend_words(bands: SemaforoSpec) -> dict[str, str]:
    """The bands in words, as a legend: grey also says how it is written in a cell."""
    return band_words(bands) | {GREY: f"sin dato ({NO_DATA})"}
