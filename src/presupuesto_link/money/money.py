"""Every budget there is for an analysis: its cut's years, the extracts it links itself and its printed table, in that order.

Where two sources have a year, the first in that order decides and the other stands beside it in the reconciliation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.inputs import Inputs
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.money.budget import NO_SOURCE, Origin, Pace, YearBudget, linked_budget, rows_of
from presupuesto_link.money.by_action import link_by_action
from presupuesto_link.money.cut import Cut, holds, link_cut, link_own
from presupuesto_link.money.expected import Curves, check_calendars, curves_of
from presupuesto_link.money.follow import Followed, closed_month, complete_years, follow, has_months
from presupuesto_link.money.on_time import measure_on_time
from presupuesto_link.money.pace import pace_by_day, pace_of
from presupuesto_link.money.reconciliation import reconcile
from presupuesto_link.sources.origin import read_origin
from presupuesto_link.specs import UNSAID, SemaforoSpec
from presupuesto_link.vocabulary import DECEMBER, PRINTED, QUARTERS


@dataclass(frozen=True)
class Monthly:
    """The year of a cut by month: what its pace, its light and its projection look at.

    Attributes:
        followed: the money.
        curves: what it is measured against.
        light: `measure_on_time`, each month up to the cut-off.
        notices: what of the calendars no line uses, in sentences.
    """

    followed: Followed
    curves: Curves
    light: pl.DataFrame
    notices: tuple[str, ...]


@dataclass(frozen=True)
class Money:
    """The budgets of an analysis.

    Attributes:
        budgets: every year of every source, the ones that decide first.
        cut: what was asked; null without a snapshot.
        linkage: the link of the cut's snapshot; null without one.
        monthly: the year of the cut by month; null without a snapshot, or when its source has no months.
    """

    budgets: tuple[YearBudget, ...]
    cut: Cut | None = None
    linkage: Linkage | None = None
    monthly: Monthly | None = None

    @cached_property
    def chosen(self) -> dict[int, YearBudget]:
        """The budget that decides, by year."""
        return {budget.anio: budget for budget in reversed(self.budgets)}

    def of(self, year: int) -> YearBudget:
        """The budget that decides for a year.

        Raises:
            InputDataError: no source has it; those that there are, by source, are listed.
        """
        if year in self.chosen:
            return self.chosen[year]
        raise InputDataError(
            Problem(
                f"presupuesto de {year}",
                "ninguna fuente lo tiene",
                f"uno de los años que hay: {self.listed()}",
                f"elija otro año, o cargue {year} con «presupuesto-link cargar» y pida su instantánea",
            )
        )

    def listed(self) -> str:
        """Which years each source has, in words."""
        sources: dict[tuple[str, str], list[int]] = {}
        for budget in sorted(self.budgets, key=lambda b: b.anio):
            sources.setdefault((budget.origen.titulo, budget.origen.ambito), []).append(budget.anio)
        told = (f"{', '.join(map(str, years))} ({title}; {scope})" for (title, scope), years in sources.items())
        return "; ".join(told) or "ninguno"

    @cached_property
    def ejecucion(self) -> pl.DataFrame:
        """Key `anio, accion`: `YearBudget.ejecucion` of every year, from the source that decides."""
        return pl.concat([self.chosen[year].ejecucion for year in sorted(self.chosen)])

    @cached_property
    def conciliacion(self) -> pl.DataFrame:
        """`reconcile` of every source that does not decide with the one that does."""
        return reconcile((self.chosen[budget.anio], budget) for budget in self.budgets if self.chosen[budget.anio] is not budget)

    @property
    def sintetico(self) -> bool:
        """Whether the money of some source is made up."""
        return any(budget.origen.sintetico for budget in self.budgets)

    def decision_year(self, asked: int) -> int:
        """The year of the money that decides: the cut's; without one, the year asked for; without it, the last one closed."""
        if self.cut is not None:
            return self.cut.chosen_year
        if asked != UNSAID:
            return asked
        closed = [year for year, budget in self.chosen.items() if budget.cerrado]
        return max(closed or self.chosen)

    def pairs(self, asked: Iterable[tuple[int, int]], results: list[int], decision: tuple[int, int]) -> tuple[tuple[int, int], ...]:
        """Which years of money are set beside which results.

        Those asked for, where there is no cut. With one, or without asking: every closed year with the result of its own year, or else the
        next one there is, or the last; and the pair that decides, last.

        Args:
            asked: the pairs of the analysis.
            results: the years with some result.
            decision: the year of the money and of the result that decide.
        """
        wanted = tuple(asked)
        if wanted and self.cut is None:
            return wanted
        own = {b.anio for b in self.budgets if b.cerrado and (self.cut is None or self._of_cut(b))}
        automatic = [(year, min((r for r in results if r >= year), default=max(results))) for year in sorted(own)] if results else []
        return tuple(dict.fromkeys([*(pair for pair in automatic if pair != decision), decision]))

    def _of_cut(self, budget: YearBudget) -> bool:
        assert self.linkage is not None
        return budget.linkage is not None and budget.origen.alike == self.linkage.whose.alike


def money_of(inputs: Inputs, cut: Cut | None = None, only: int = UNSAID) -> Money:
    """Every budget of an analysis, linked once.

    Args:
        inputs: the analysis: its plan, its link, its printed table and the extracts it links.
        cut: the snapshot asked for, if any.
        only: the year that is looked at: extracts of another one, as their origin says, are not linked.

    Raises:
        InputDataError: see `follow` and `link_snapshot`; or an extract is not of the year that its origin says.
    """
    beside = (*_extracts(inputs, only), *_printed(inputs))
    if cut is None:
        return Money(beside or (_nothing(inputs),))
    linkage = link_cut(inputs, cut)
    past = {snapshot.id: link_cut(inputs, cut, snapshot) for snapshot in cut.history}
    year, cut_off = cut.chosen_year, dt.date.fromisoformat(cut.snapshot.cut_off)
    monthly = _monthly(inputs, cut, linkage, past) if has_months(linkage, year) else None
    origins = {y: linkage for y in cut.snapshot.years if y <= year}
    for snapshot in cut.history:
        origins |= dict.fromkeys(complete_years(snapshot, year), past[snapshot.id])
    budgets = [
        _of_year(inputs, cut, link, y, _pace(link, y, year, cut_off, monthly, inputs)) for y, link in sorted(origins.items(), reverse=True)
    ]
    return Money((*budgets, *beside), cut, linkage, monthly)


def _of_year(inputs: Inputs, cut: Cut, linkage: Linkage, year: int, pace: Pace | None) -> YearBudget:
    budget = linked_budget(linkage, year, inputs.plan.acciones, inputs.spec.vinculo.transversales, _bands(inputs), pace)
    return replace(budget, setiembre=_september(inputs, cut, year)) if budget.cerrado else budget


def _september(inputs: Inputs, cut: Cut, year: int) -> pl.DataFrame | None:
    """The PIM of each action on 30 September, the other denominator in use for a closed year, from the snapshot of that day if the store has it."""
    that_day = dt.date(year, 9, 30).isoformat()
    kept = [
        s
        for s in cut.store.list()
        if s.cut_off == that_day
        and year in s.years
        and s.part == cut.snapshot.part
        and holds(cut.store, s, inputs.spec.vinculo.ambito, cut.scope)
    ]
    if not kept:
        return None
    rows, _ = rows_of(link_cut(inputs, cut, kept[-1]), year)
    return rows.select("accion", pim_setiembre_soles="pim_soles")


def _monthly(inputs: Inputs, cut: Cut, linkage: Linkage, past: dict[str, Linkage]) -> Monthly:
    followed = follow(inputs, cut, linkage, past)
    notices = check_calendars(followed.counted.filter(pl.col("anio") == followed.year), followed.year, cut.calendars)
    curves = curves_of(followed.counted, followed.year, inputs.spec.seguimiento, cut.calendars)
    return Monthly(followed, curves, light_of(inputs, followed, curves), notices)


def light_of(inputs: Inputs, followed: Followed, curves: Curves) -> pl.DataFrame:
    """`measure_on_time` of what is followed, against some curves."""
    specs = (inputs.spec.seguimiento, inputs.spec.semaforo)
    light = measure_on_time(followed.months, curves, inputs.plan.acciones, inputs.plan.niveles, followed.year, followed.month, specs)
    return light.filter(pl.col("mes").is_in(QUARTERS.values())) if followed.by_quarter else light


def _pace(linkage: Linkage, year: int, asked: int, cut_off: dt.date, monthly: Monthly | None, inputs: Inputs) -> Pace | None:
    """The pace of a year that had not closed; null of one that had."""
    month = monthly.followed.month if monthly and year == asked else closed_month(cut_off, year)
    if month == DECEMBER:
        return None
    if monthly is not None and year == asked:
        return pace_of(monthly.light, monthly.followed, inputs.plan.niveles)
    return pace_by_day(linkage, year, cut_off, inputs.plan.acciones)


def _bands(inputs: Inputs) -> SemaforoSpec:
    return inputs.spec.semaforo


def _extracts(inputs: Inputs, only: int = UNSAID) -> tuple[YearBudget, ...]:
    """The extracts that the analysis links itself, the later years first."""
    found = []
    for path in inputs.extracts:
        about = read_origin(path)
        told = about.get("anio")
        if told is not None and only != UNSAID and told != str(only):
            continue
        linkage = link_own(inputs, path)
        _must_be_of(path, told, linkage.snapshot.years)
        cut_off = dt.date.fromisoformat(linkage.snapshot.cut_off)
        found += [
            linked_budget(
                linkage,
                year,
                inputs.plan.acciones,
                inputs.spec.vinculo.transversales,
                _bands(inputs),
                _pace(linkage, year, year, cut_off, None, inputs),
            )
            for year in linkage.snapshot.years
        ]
        found = [_named(budget, about) if budget.linkage is linkage else budget for budget in found]
    return tuple(sorted(found, key=lambda budget: -budget.anio))


def _must_be_of(path: Path, told: str | None, years: Sequence[int]) -> None:
    if told is not None and [told] != [str(year) for year in years]:
        raise InputDataError(
            Problem(
                f"{path.with_suffix('.origen.toml')}, anio",
                f"dice {told}",
                f"el año de sus filas: {', '.join(map(str, years))}",
                "corrija anio en el archivo de origen, o quítelo",
            )
        )


def _named(budget: YearBudget, about: Mapping[str, str]) -> YearBudget:
    """The budget as its origin file calls and cites it; as its file is called where there is none."""
    title, producer, own = about.get("titulo"), about.get("productor"), budget.origen
    if not title:
        return budget
    cite = f"{f'{producer}. ' if producer else ''}{title}, corte {own.al:%d/%m/%Y}"
    return replace(budget, origen=replace(own, titulo=title, cita=cite))


def _printed(inputs: Inputs) -> tuple[YearBudget, ...]:
    """The printed table of the analysis."""
    table, spec = inputs.budget, inputs.spec
    year = spec.fuentes.anio_gasto
    if table is None or year is None:
        return ()
    linked = link_by_action(table.filas, inputs.plan.acciones, spec.vinculo.transversales, year)
    origin = Origin(
        table.lugar,
        f"tabla de presupuesto por {inputs.plan.niveles.accion} de {year}",
        spec.fuente,
        spec.fuentes.ambito_gasto,
        PRINTED,
        dt.date(year, DECEMBER, 31),
    )
    return (YearBudget(year, origin, linked, spec.semaforo),)


def _nothing(inputs: Inputs) -> YearBudget:
    """No money at all: every action without budget, and why."""
    spec, actions = inputs.spec, inputs.plan.acciones
    year = spec.anio_evaluado
    linked = link_by_action(actions.select("accion").clear(), actions, (), year)
    origin = Origin(NO_SOURCE, NO_SOURCE, NO_SOURCE, NO_SOURCE, PRINTED, dt.date(year, DECEMBER, 31))
    return YearBudget(year, origin, linked, spec.semaforo)
