"""The extracts that a command is given, as a person looks at them: first what each file is, then of what day its figures are."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from presupuesto_link.commands.asking.options import asked_day
from presupuesto_link.errors import InputDataError, PresupuestoLinkError, Problem
from presupuesto_link.wording import enumerate_words

if TYPE_CHECKING:
    from presupuesto_link.sources.siaf.dated import Said
    from presupuesto_link.sources.siaf.glance import Glance

_ENDINGS = (".csv", ".txt", ".gz", ".zst", ".zip", ".xlsx", ".xls", ".ods", ".parquet", ".json", ".jsonl")
_NOT_OURS = ("~$", ".")  # what a spreadsheet leaves while a book is open, and hidden files
_FIRST_DAY = dt.date(1990, 1, 1)
_TOLD = "quien cargó"

Failed = tuple[Path, PresupuestoLinkError]


@dataclass(frozen=True)
class Given:
    """A file to load.

    Attributes:
        path: the file.
        seen: what it is; null when it was not looked at, because nothing had to be decided.
        day: of what day its figures are; null when nobody says it.
    """

    path: Path
    seen: Glance | None
    day: Said | None


def given_extracts(archivos: Sequence[str], al: str | None, member: str | None) -> tuple[tuple[Given, ...], tuple[Failed, ...]]:
    """The files to load, by series and then by day, and those that are no extract.

    Args:
        archivos: files, patterns and folders.
        al: the day of the figures of all of them, as the command line says it.
        member: which file of a zip with several.

    Raises:
        typer.BadParameter: `al` is no day of some figures.
        InputDataError: the only file is no extract, or there is none.
    """
    from presupuesto_link.sources.siaf.dated import Said
    from presupuesto_link.sources.siaf.named import expand

    day = day_of_figures(al)
    said = Said(day, "opción") if day else None
    paths = expand(_inside(archivos))
    if said and len(paths) == 1:
        return (Given(paths[0], None, said),), ()
    found, failed = _looked_at(paths, member)
    dated = [Given(one.path, one, said or one.day) for one in found]
    series = list(dict.fromkeys(one.series for one in found))
    order = {one.path: (series.index(one.series), str(one.day.day) if one.day else "", one.path.name) for one in found}
    return tuple(sorted(dated, key=lambda one: order[one.path])), failed


def _looked_at(paths: Sequence[Path], member: str | None) -> tuple[list[Glance], tuple[Failed, ...]]:
    from presupuesto_link.sources.siaf import LAYOUTS
    from presupuesto_link.sources.siaf.glance import glance

    found, failed = [], []
    for path in paths:
        try:
            found.append(glance(path, LAYOUTS, member, _tomorrow()))
        except PresupuestoLinkError as error:
            if len(paths) == 1:
                raise
            failed.append((path, error))
    return found, tuple(failed)


def with_days(extracts: Sequence[Given], asks: bool) -> tuple[tuple[Given, ...], tuple[Failed, ...]]:
    """The files with their day, asked once on a terminal: the one found is offered, and one for all that say none; and those left without.

    Args:
        extracts: the files.
        asks: whether somebody is there to answer.

    Raises:
        InputDataError: there is only one file, nobody says its day and nobody can be asked.
    """
    from presupuesto_link.sources.siaf.dated import no_day

    if len(extracts) == 1 and asks and extracts[0].seen:
        return (_confirmed(extracts[0], extracts[0].seen),), ()
    without = [one for one in extracts if one.day is None]
    if not without:
        return tuple(extracts), ()
    if asks:
        names = enumerate_words(one.path.name for one in without)
        day = _asked(f"¿De qué día son las cifras de {names}? (AAAA-MM-DD)", None)
        return tuple(one if one.day else replace(one, day=day) for one in extracts), ()
    errors = tuple((one.path, no_day(one.path, one.seen.days if one.seen else ())) for one in without)
    if len(extracts) == 1:
        raise errors[0][1]
    return tuple(one for one in extracts if one.day), errors


def somebody_answers() -> bool:
    """Whether a question may be asked on the terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def day_of_figures(text: str | None, option: str = "--al") -> dt.date | None:
    """The day of some figures: not before 1990, and come already."""
    day = asked_day(text, option)
    if day and not _FIRST_DAY <= day <= _tomorrow():
        raise typer.BadParameter(f"{option}: «{text}» no puede ser el día de unas cifras: es de antes de 1990 o no ha llegado.")
    return day


def _tomorrow() -> dt.date:
    return dt.date.today() + dt.timedelta(days=1)  # a day more than today, for clocks further east


def _confirmed(one: Given, seen: Glance) -> Given:
    """The file with the day that somebody confirms or says."""
    read = f"; el nombre puede decir {enumerate_words((str(said.day) for said in seen.days), 'o')}" if len(seen.days) > 1 else ""
    origin = f", según {one.day.who}" if one.day else read
    return replace(one, day=_asked(f"{one.path.name} es {seen.about}. ¿De qué día son las cifras{origin}? (AAAA-MM-DD)", one.day))


def _asked(question: str, offered: Said | None) -> Said:
    from presupuesto_link.sources.siaf.dated import Said

    def read(text: str) -> dt.date | None:
        return day_of_figures(text, "Fecha")

    day = typer.prompt(question, default=offered.day.isoformat() if offered else None, value_proc=read, err=True)
    return offered if offered and day == offered.day else Said(day, _TOLD)


def _inside(given: Iterable[str]) -> list[str]:
    """The files of each folder given, in the order of their names; files as they are."""
    found: list[str] = []
    for one in given:
        if not one.strip():
            remedy = "escriba su ruta; si es una variable, revise que no esté vacía"
            raise InputDataError(Problem("extracto", "un nombre vacío", "un archivo del SIAF, o una carpeta con ellos", remedy))
        if not Path(one).is_dir():
            found.append(one)
            continue
        inside = sorted(str(path) for path in Path(one).iterdir() if path.is_file() and _is_one(path.name))
        if not inside:
            raise InputDataError(
                Problem(one, "una carpeta sin extractos", f"archivos {', '.join(_ENDINGS)}", "elija otra carpeta, o un archivo")
            )
        found += inside
    return found


def _is_one(name: str) -> bool:
    return name.lower().endswith(_ENDINGS) and not name.startswith(_NOT_OURS)


def series_of(extracts: Sequence[Given]) -> list[tuple[str, list[Given]]]:
    """The files by what they are, in their order; those that were not looked at are left out."""
    groups: dict[object, list[Given]] = {}
    for one in extracts:
        if one.seen:
            groups.setdefault(one.seen.series, []).append(one)
    return [(group[0].seen.about, group) for group in groups.values() if group[0].seen]
