"""What a Consulta Amigable page says of itself above its table: the day of the consult and the year asked for."""

from __future__ import annotations

import datetime as dt
import re

YEAR_TITLE = "AÑO DE EJECUCION"
_YEAR = re.compile(r"A.{1,2}o de Ejecuci.{1,2}n:?\s*(\d{4})", re.IGNORECASE)
_DAY = re.compile(r"Fecha de la Consulta:?\s*(\d{1,2})[\s/-]+(?:de\s+)?(\w+)[\s/-]+(?:del?\s+)?(\d{4})", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>|&nbsp;|\xa0")
_MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre")


def year_in(text: str) -> str:
    """The year asked for; empty when the text does not say it."""
    found = _YEAR.search(text)
    return found[1] if found else ""


def consulted_in(text: str) -> dt.date | None:
    """The day of the consult (`21-septiembre-2021`); None when the text does not say it, or says no day."""
    found = _DAY.search(_TAG.sub(" ", text))
    if not found:
        return None
    word = found[2].lower().replace("setiembre", "septiembre")
    month = int(word) if word.isdecimal() else _MONTHS.index(word) + 1 if word in _MONTHS else 0
    try:
        return dt.date(int(found[3]), month, int(found[1]))
    except ValueError:
        return None
