"""From a snapshot, and those of earlier years, to linked money by month: what a traffic light and a projection look at."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.inputs import Inputs
from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.linkage.snapshot import Linkage, Scope, link_snapshot
from presupuesto_link.money.months import by_month
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.store.store import Snapshot, Store

_DECEMBER = 12


@dataclass(frozen=True)
class Followed:
    """A year's linked money by month, and the years before it.

    Attributes:
        linkage: the link of the snapshot followed.
        year: the one followed.
        month: last closed month, 1 to 12.
        cut_off: the day of the figures; never after the year, whatever the snapshot's.
        months: `money.months.by_month` of every year, each from one snapshot only.
        history: year → the snapshot it comes from.
        synthetic: whether some source says that its data are made up.
    """

    linkage: Linkage
    year: int
    month: int
    cut_off: dt.date
    months: pl.DataFrame
    history: Mapping[int, str]
    synthetic: bool

    @property
    def counted(self) -> pl.DataFrame:
        """The months without transversal rows: what may be added up."""
        return self.months.filter(pl.col("vinculo") != TRANSVERSAL)

    @property
    def ends(self) -> dict[int, dt.date]:
        """The last day of each month of the year."""
        return month_ends(self.year)


@dataclass(frozen=True)
class Link:
    """How snapshots are linked: the signed rules, whose spending, and whether suggested rules count."""

    rules: RawTable | None
    scope: Scope = "pliego"
    with_suggested: bool = False


def follow(  # noqa: PLR0913, PLR0917 - the options of `semaforo` and `proyectar`
    inputs: Inputs,
    store: Store,
    snapshot: Snapshot,
    link: Link,
    year: int | None = None,
    month: int | None = None,
    history: Sequence[Snapshot] = (),
) -> Followed:
    """Link a snapshot, and those that hold earlier years, by month.

    Args:
        inputs: the analysis: its plan and its link.
        store: where the snapshots are.
        snapshot: the one followed; the earlier years it holds are history too.
        link: rules and scope, the same for all.
        year: the one followed; the last of the snapshot by default.
        month: last month looked at; by default the last one closed at the cut-off with some accrual.
        history: other snapshots with earlier years; of two that hold a year, the later one of the list counts.

    Raises:
        InputDataError: no such year, no accrual by month, or a month that had not closed.
    """
    chosen = chosen_year(snapshot, year)
    linkage = _linked(inputs, store, snapshot, link)
    own = by_month(linkage.linked)
    frames, origin = {y: own for y in snapshot.years if y <= chosen}, dict.fromkeys(snapshot.years, snapshot)
    for past in history:
        complete = _complete_years(past, chosen)
        table = by_month(_linked(inputs, store, past, link).linked)
        frames |= dict.fromkeys(complete, table)
        origin |= dict.fromkeys(complete, past)
    used = {y: origin[y] for y in sorted(frames)}
    months = pl.concat([frames[y].filter(pl.col("anio") == y) for y in used], how="diagonal_relaxed")
    return _followed(linkage, months, chosen, month, used)


def _complete_years(past: Snapshot, year: int) -> list[int]:
    """The years before another that a snapshot holds whole: one cut before December ended would bend every curve."""
    cut_off = dt.date.fromisoformat(past.cut_off)
    complete = [y for y in past.years if y < year and closed_month(cut_off, y) == _DECEMBER]
    if not complete:
        raise InputDataError(
            Problem(
                f"opción --historia, instantánea {past.id}",
                f"años {', '.join(map(str, past.years))} al corte {cut_off:%d/%m/%Y}",
                f"al menos un año anterior a {year} que hubiera cerrado a esa fecha",
                "elija otra instantánea con «almacen listar»",
            )
        )
    return complete


def in_course(linkage: Linkage, year: int) -> Followed | None:
    """What a linked snapshot knows of a year in course from itself alone; null when the year has closed, or it has no earlier year or no months."""
    snapshot = linkage.snapshot
    closed = closed_month(dt.date.fromisoformat(snapshot.cut_off), year)
    earlier = [y for y in snapshot.years if y < year]
    if not earlier or not 1 <= closed < _DECEMBER:
        return None
    months = by_month(linkage.linked).filter(pl.col("anio") <= year)
    if _moved(months.filter(pl.col("anio") == year)).is_empty():
        return None
    return _followed(linkage, months, year, None, dict.fromkeys((*earlier, year), snapshot))


def _followed(linkage: Linkage, months: pl.DataFrame, year: int, month: int | None, used: Mapping[int, Snapshot]) -> Followed:
    snapshot = linkage.snapshot
    cut_off = dt.date.fromisoformat(snapshot.cut_off)
    last = _month(snapshot, months.filter(pl.col("anio") == year), year, cut_off, month)
    ends = month_ends(year)
    day = min(cut_off, ends[_DECEMBER]) if last == closed_month(cut_off, year) else ends[last]
    return Followed(linkage, year, last, day, months, {y: s.id for y, s in used.items()}, any(s.synthetic for s in used.values()))


def month_ends(year: int) -> dict[int, dt.date]:
    """The last day of each month of a year."""
    return {month: dt.date(year, month, calendar.monthrange(year, month)[1]) for month in range(1, 13)}


def _linked(inputs: Inputs, store: Store, snapshot: Snapshot, link: Link) -> Linkage:
    spec = inputs.spec.vinculo
    return link_snapshot(
        store, snapshot, link.rules, inputs.plan.acciones, spec.transversales, spec.ambito, link.scope, None, link.with_suggested
    )


def chosen_year(snapshot: Snapshot, year: int | None) -> int:
    """The year asked for, or the last of the snapshot.

    Raises:
        InputDataError: it has no such year.
    """
    if year is not None and year not in snapshot.years:
        years = ", ".join(map(str, snapshot.years))
        raise InputDataError(
            Problem(f"instantánea {snapshot.id}", f"no tiene filas de {year}", f"uno de sus años: {years}", "elija otro --anio")
        )
    return year or max(snapshot.years)


def closed_month(cut_off: dt.date, year: int) -> int:
    """The last month of a year that had ended by a day; 0 when none had."""
    if cut_off.year != year:
        return _DECEMBER if cut_off.year > year else 0
    tomorrow = cut_off + dt.timedelta(1)
    return _DECEMBER if tomorrow.year > year else tomorrow.month - 1


def _month(snapshot: Snapshot, rows: pl.DataFrame, year: int, cut_off: dt.date, asked: int | None) -> int:
    """The month asked for, or the last closed one with accrual."""
    moved = _moved(rows)
    closed = closed_month(cut_off, year)
    where = f"instantánea {snapshot.id}"
    if moved.is_empty():
        raise InputDataError(
            Problem(
                where,
                f"ningún devengado por mes en {year}",
                "un extracto con meses: el mensual del portal o el del SIAF web",
                "cárguelo con «cargar» y elija su instantánea",
            )
        )
    if not closed:
        raise InputDataError(
            Problem(
                where,
                f"corte {cut_off:%d/%m/%Y}: ningún mes de {year} había cerrado",
                "un corte posterior al 30 de enero",
                "elija otra instantánea",
            )
        )
    if asked is not None and asked > closed:
        raise InputDataError(
            Problem(
                where,
                f"el mes {asked} no había cerrado al corte {cut_off:%d/%m/%Y}",
                f"un mes de 1 a {closed}",
                "elija otro --mes o cargue un extracto posterior",
            )
        )
    return asked or min(closed, max(moved.to_list()))


def _moved(rows: pl.DataFrame) -> pl.Series:
    """The months with accrual, once per row."""
    return rows.filter((pl.col("mes") > 0) & (pl.col("devengado_soles").fill_null(0) != 0))["mes"]
