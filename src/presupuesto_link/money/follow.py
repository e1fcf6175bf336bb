"""From a snapshot, and those of earlier years, to linked money by month: what a traffic light and a projection look at."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.inputs import Inputs
from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.money.cut import Cut, link_cut
from presupuesto_link.money.months import by_month
from presupuesto_link.store.snapshot import Snapshot, check_alike
from presupuesto_link.vocabulary import DECEMBER, QUARTERS


@dataclass(frozen=True)
class Followed:
    """A year's linked money by month, and the years before it.

    Attributes:
        linkage: the link of the snapshot followed.
        year: the one followed.
        month: last closed month looked at, 1 to 12.
        cut_off: the day of the snapshot, or the end of an earlier month asked for; never after the year. Annual amounts are of it.
        months: `linkage.months.by_month` of every year, each from one snapshot only.
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
    def by_quarter(self) -> bool:
        """Whether the source gives whole quarters: of the months between their ends nobody knows anything."""
        return self.linkage.snapshot.by_quarter

    @property
    def counted(self) -> pl.DataFrame:
        """The months without transversal rows: what may be added up."""
        return self.months.filter(pl.col("vinculo") != TRANSVERSAL)

    @property
    def closed(self) -> bool:
        """Whether the whole year is looked at."""
        return self.month >= DECEMBER

    @property
    def month_end(self) -> dt.date:
        """The day of every figure by month: what is accrued, committed or expected «by then» is of it, not of the cut-off."""
        return self.ends[self.month]

    @property
    def whole(self) -> bool:
        """Whether the annual amounts of the snapshot are those of this cut-off, and not of a later one."""
        return self.cut_off == min(dt.date.fromisoformat(self.linkage.snapshot.cut_off), self.ends[DECEMBER])

    @property
    def signed(self) -> str:
        """How much of the link of the year nobody signed, in a sentence; empty when no rule counts."""
        return self.linkage.signed(self.year)

    @property
    def ends(self) -> dict[int, dt.date]:
        """The last day of each month of the year."""
        return month_ends(self.year)


def follow(inputs: Inputs, cut: Cut, linkage: Linkage | None = None, past: Mapping[str, Linkage] | None = None) -> Followed:
    """Linked money by month of the year of a cut, and of the years before it.

    Args:
        inputs: the analysis: its plan and its link.
        cut: what is asked.
        linkage: the link of its snapshot, when it is already there.
        past: the links of its history, by snapshot, when they are.

    Raises:
        InputDataError: no such year, no accrual by month, or a month that had not closed.
    """
    snapshot, chosen = cut.snapshot, cut.chosen_year
    own_link = linkage or link_cut(inputs, cut)
    own = by_month(own_link.linked)
    frames, origin = {y: own for y in snapshot.years if y <= chosen}, dict.fromkeys(snapshot.years, snapshot)
    for earlier in cut.history:
        check_alike(earlier, snapshot)
        complete = complete_years(earlier, chosen)
        table = by_month(((past or {}).get(earlier.id) or link_cut(inputs, cut, earlier)).linked)
        frames |= dict.fromkeys(complete, table)
        origin |= dict.fromkeys(complete, earlier)
    used = {y: origin[y] for y in sorted(frames)}
    months = pl.concat([frames[y].filter(pl.col("anio") == y) for y in used], how="diagonal_relaxed")
    return _followed(own_link, months, chosen, cut.month, used)


def has_months(linkage: Linkage, year: int) -> bool:
    """Whether the link of a snapshot has accrual by month in a year."""
    return not _moved(by_month(linkage.linked).filter(pl.col("anio") == year)).is_empty()


def complete_years(past: Snapshot, year: int) -> list[int]:
    """The years before another that a snapshot holds whole: one cut before December ended would bend every curve.

    Raises:
        InputDataError: it holds none.
    """
    cut_off = dt.date.fromisoformat(past.cut_off)
    if past.by_quarter:
        raise InputDataError(
            Problem(
                f"opción --historia, instantánea {past.id}",
                "da trimestres y no meses",
                "un extracto por meses",
                "pida la consulta por meses y cárguela",
            )
        )
    complete = [y for y in past.years if y < year and closed_month(cut_off, y) == DECEMBER]
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


def _followed(linkage: Linkage, months: pl.DataFrame, year: int, month: int | None, used: Mapping[int, Snapshot]) -> Followed:
    snapshot = linkage.snapshot
    cut_off = dt.date.fromisoformat(snapshot.cut_off)
    last = _month(snapshot, months.filter(pl.col("anio") == year), year, cut_off, month)
    ends = month_ends(year)
    day = min(cut_off, ends[DECEMBER]) if last == closed_month(cut_off, year) else ends[last]
    return Followed(linkage, year, last, day, months, {y: s.id for y, s in used.items()}, any(s.synthetic for s in used.values()))


def month_ends(year: int) -> dict[int, dt.date]:
    """The last day of each month of a year."""
    return {month: dt.date(year, month, calendar.monthrange(year, month)[1]) for month in range(1, DECEMBER + 1)}


def closed_month(cut_off: dt.date, year: int) -> int:
    """The last month of a year that had ended by a day; 0 when none had."""
    if cut_off.year != year:
        return DECEMBER if cut_off.year > year else 0
    tomorrow = cut_off + dt.timedelta(1)
    return DECEMBER if tomorrow.year > year else tomorrow.month - 1


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
    if asked is not None and snapshot.by_quarter and asked not in QUARTERS.values():
        raise InputDataError(
            Problem(
                where,
                f"da trimestres, y {asked} no es el mes en que termina uno",
                "3, 6, 9 o 12",
                "elija otro --mes, o cargue la consulta por meses",
            )
        )
    return asked or min(closed, max(moved.to_list()))


def _moved(rows: pl.DataFrame) -> pl.Series:
    """The months with accrual, once per row."""
    return rows.filter((pl.col("mes") > 0) & (pl.col("devengado_soles").fill_null(0) != 0))["mes"]
