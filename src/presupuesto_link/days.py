"""A day as people write it."""

from __future__ import annotations

import datetime as dt
import re

_FORMS = (
    re.compile(r"(?P<year>\d{4})(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
    re.compile(r"(?P<day>\d{1,2})(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<year>\d{4})"),
)
_HOUR = re.compile(r"[ T]\d{2}:\d{2}(:\d{2})?$")
WRITTEN = "2025-10-30 o 30/10/2025"
"""How it may be written, for messages."""


def day_in(text: str) -> dt.date | None:
    """The day that a whole text is (`2025-10-30`, `20251030`, `30/10/2025`, `30-10-2025`; an hour does not count); null when it is none."""
    whole = _HOUR.sub("", text.strip())
    found = next((found for form in _FORMS if (found := form.fullmatch(whole))), None)
    return date_of(*(int(found[part]) for part in ("year", "month", "day"))) if found else None


def date_of(year: int, month: int, day: int) -> dt.date | None:
    """The day of the calendar; null when there is no such day."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def end_of(year: int, month: int) -> dt.date:
    """The last day of a month."""
    return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(1)
