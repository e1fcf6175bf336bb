"""Of what day the figures of a file are, and who says it: the page itself, the origin beside it or its name. Never the clock."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

from presupuesto_link.days import WRITTEN, date_of, day_in, end_of
from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.origin import read_origin
from presupuesto_link.sources.siaf.page import consulted_in
from presupuesto_link.vocabulary import MONTHS

_PAGE_BYTES, _WORKBOOK_BYTES, _HEAD_ROWS = 64 << 10, 4 << 20, 20
_ORIGIN_KEYS = ("fecha_corte", "last_modified", "fecha_descarga")
_ENDS = r"(?<!\d){}(?!\d)"
_WHOLE = (
    re.compile(_ENDS.format(r"(?P<y>20\d\d)[-_. ]?(?P<m>0[1-9]|1[0-2])[-_. ]?(?P<d>0[1-9]|[12]\d|3[01])")),
    re.compile(_ENDS.format(r"(?P<d>\d\d)(?P<s>[-_. ])(?P<m>\d\d)(?P=s)(?P<y>20\d\d)")),
    re.compile(_ENDS.format(r"(?P<d>(?!20)\d\d)(?P<m>\d\d)(?P<y>20\d\d)")),  # 20092010 may be two years
)
_SIX = re.compile(_ENDS.format(r"(\d\d)(\d\d)(\d\d)"))
_MONTH = re.compile(_ENDS.format(r"(?P<y>20\d\d)[-_. ](?P<m>0[1-9]|1[0-2])"))
_NAMES = "|".join((*MONTHS, "septiembre"))
_NAMED = re.compile(
    rf"(?<![^\W\d_])(?P<n>{_NAMES})[-_. ]?(?:de[l_ ])?(?P<y>20\d\d)(?!\d)|(?<!\d)(?P<y2>20\d\d)[-_. ]?(?P<n2>{_NAMES})(?![^\W\d_])",
    re.IGNORECASE,
)
_TRIM = r"(?:(?P<q{0}>[1-4])(?:er|do|ro|to)?[-_. ]?T|T(?P<p{0}>[1-4])|(?P<r{0}>IV|I{{1,3}})[-_. ]?T)(?:RIM(?:ESTRE)?)?"
_QUARTER = re.compile(
    rf"(?<![^\W_]){_TRIM.format(1)}[-_. ]?(?P<y>20\d\d)(?!\d)|(?<!\d)(?P<y2>20\d\d)[-_. ]?{_TRIM.format(2)}(?![^\W_])", re.IGNORECASE
)
_CENTURY = 20
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}
_NAME, _PAGE, _STATED = "nombre del archivo", "página", "origen (fecha_corte)"


@dataclass(frozen=True)
class Said:
    """A day, and who says that the figures are of it."""

    day: dt.date
    who: str


def days_said(path: Path, years: Sequence[int] = (), last: dt.date | None = None) -> tuple[Said, ...]:
    """What the first who says a day says: one reading, several when a name may be read so, or none.

    The page is believed before the origin beside the file, and that before its name.

    Args:
        path: the file.
        years: those of its figures, when they are known: no cut-off is of an earlier year.
        last: the latest day there can be; a name that says a later one says nothing.
    """
    small = path.stat().st_size <= _WORKBOOK_BYTES
    own = (_of_page(path) if small else ()) or _of_origin(path)
    named = tuple(_likely(_of_name(path.name), years, last))
    return _apart(own, named) or named or (() if small else _of_page(path))


def cut_off_of(path: Path, given: dt.date | Said | None, said: Sequence[Said] | None = None) -> tuple[dt.date, str]:
    """The cut-off date, and who says it.

    Args:
        path: the file.
        given: what the caller says, which is believed first.
        said: what `days_said` found, when it was asked already.

    Raises:
        InputDataError: nobody says it, or the name may be read as several days.
    """
    if given:
        return (given.day, given.who) if isinstance(given, Said) else (given, "opción")
    found = days_said(path) if said is None else said
    if len(found) != 1:
        raise no_day(path, found)
    return found[0].day, found[0].who


def no_day(path: Path, said: Sequence[Said]) -> InputDataError:
    """What to tell when the day has to be asked for."""
    read = " o ".join(f"{one.day}" for one in said)
    return InputDataError(
        Problem(
            str(path),
            f"el nombre puede decir {read}" if said else "nadie dice de qué día son las cifras",
            "la fecha de corte del extracto",
            f"agregue --al AAAA-MM-DD (el día en que se exportó o descargó; también se escribe {WRITTEN.rpartition(' ')[2]})",
        )
    )


def beside(path: Path) -> tuple[Path, Path]:
    """The names under which the origin of a file may be: without its last extension, or without any."""
    return path, path.with_name(path.name.partition(".")[0])


def without_whole_days(name: str) -> str:
    """A file's name without the days that it says whole."""
    for form in _WHOLE:
        name = form.sub(" ", name)
    return name


def without_days(name: str) -> str:
    """A file's name without the days and periods that it may say, so that two cut-offs of one thing are called the same."""
    name = without_whole_days(name)
    for form in (_QUARTER, _NAMED, _MONTH):
        name = form.sub(" ", name)
    return _SIX.sub(lambda found: " " if any(_six(found)) else found[0], name)


def _apart(own: tuple[Said, ...], named: tuple[Said, ...]) -> tuple[Said, ...]:
    """What the page or the origin says, and that the name says another whole day, when it does."""
    others = " o ".join(f"{one.day}" for one in named if one.who == _NAME and one.day not in {said.day for said in own})
    stated = all(one.who in (_PAGE, _STATED) for one in own)
    return tuple(Said(one.day, f"{one.who}; el nombre dice {others}") for one in own) if others and stated else own


def _of_page(path: Path) -> tuple[Said, ...]:
    day = consulted_in(_head(path))
    return (Said(day, _PAGE),) if day else ()


def _of_origin(path: Path) -> tuple[Said, ...]:
    for place in beside(path):
        origin = read_origin(place)
        for key in _ORIGIN_KEYS:
            if day := _as_date(origin.get(key, "")):
                return (Said(day, f"origen ({key})"),)
    return ()


def _of_name(name: str) -> list[Said]:
    """The readings of a name: whole dates; without any, six digits, and then a month or a quarter, which are of their last day."""
    whole = [day for form in _WHOLE for found in form.finditer(name) if (day := date_of(int(found["y"]), int(found["m"]), int(found["d"])))]
    if whole:
        return [Said(day, _NAME) for day in dict.fromkeys(whole)]
    six = [said for found in _SIX.finditer(name) for said in _six(found)]
    return list(dict.fromkeys(six or _periods(name)))


def _six(found: re.Match[str]) -> Iterator[Said]:
    """`231025`: the 23rd of October of 2025, or the 25th of October of 2023; `202510`: the end of that month."""
    one, two, three = (int(part) for part in found.groups())
    yield from (Said(day, f"{_NAME}, {found[0]}") for day in (date_of(2000 + three, two, one), date_of(2000 + one, two, three)) if day)
    if one == _CENTURY and 1 <= three <= len(MONTHS):
        yield Said(end_of(2000 + two, three), f"{_NAME}, {found[0]}: fin del mes")


def _periods(name: str) -> Iterator[Said]:
    for found in _QUARTER.finditer(name):
        parts = {key: value for key, value in found.groupdict().items() if value}
        year = int(parts.get("y") or parts["y2"])
        told = next(value for key, value in parts.items() if key[0] in "qpr").upper()
        yield Said(end_of(year, 3 * (_ROMAN.get(told) or int(told))), f"{_NAME}, {found[0]}: fin del trimestre")
    for found in _NAMED.finditer(name):
        month = (found["n"] or found["n2"]).lower().replace("septiembre", "setiembre")
        yield Said(end_of(int(found["y"] or found["y2"]), MONTHS.index(month) + 1), f"{_NAME}, {found[0]}: fin del mes")
    for found in _MONTH.finditer(name):
        yield Said(end_of(int(found["y"]), int(found["m"])), f"{_NAME}, {found[0]}: fin del mes")


def _likely(readings: Iterable[Said], years: Sequence[int], last: dt.date | None) -> list[Said]:
    """Without those that have not come yet and, of several, without those before the year of the figures."""
    come = [one for one in readings if last is None or one.day <= last]
    later = [one for one in come if one.day.year >= max(years, default=0)]
    return later or come


def _head(path: Path) -> str:
    """The beginning of a page, of its workbook or of its text."""
    from presupuesto_link.sources.siaf.bytes import kind_of
    from presupuesto_link.sources.siaf.cells import BOOKS, as_text, first_rows

    kind = kind_of(path)
    if kind in BOOKS:
        return " ".join(cell for row in first_rows(path, _HEAD_ROWS) for cell in row)
    if kind not in ("html", "text"):
        return ""
    with path.open("rb") as file:
        return as_text(file.read(_PAGE_BYTES))


def _as_date(text: str) -> dt.date | None:
    """A day of an origin: as people write it, or as a server of the Web says it."""
    if day := day_in(text) or day_in(text[:10]):
        return day
    try:
        return parsedate_to_datetime(text).date()
    except ValueError:
        return None
