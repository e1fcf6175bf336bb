"""From money by month to the quarterly traffic light: curves → on time → alerts → alignment with results → composition and modifications.

It is monitoring, as the evaluation's recommendation asks, and never a CEPLAN evaluation: no norm sets a quarterly regional light.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.facts import beside
from presupuesto_link.evaluation.matrix import count_cells
from presupuesto_link.facts import Fact, Facts
from presupuesto_link.inputs import Inputs
from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.money.cut import Cut
from presupuesto_link.money.expected import Curves
from presupuesto_link.money.follow import Followed, closed_month, follow
from presupuesto_link.money.money import light_of
from presupuesto_link.money.on_time import has_money, months_off
from presupuesto_link.quarter.alerts import alerts_of, colour_changes
from presupuesto_link.quarter.facts import alert_facts, alignment_facts, light_facts, linked_facts, since
from presupuesto_link.quarter.modifications import composition_variance, modifications_between, rhythm
from presupuesto_link.quarter.told import monitoring_tables
from presupuesto_link.store.snapshot import Snapshot, check_alike
from presupuesto_link.store.store import Store
from presupuesto_link.tables.bands import colour
from presupuesto_link.tables.gasto import totals_of
from presupuesto_link.tables.levels import Levels, is_action
from presupuesto_link.told import Rows, facts_of
from presupuesto_link.vocabulary import AMBER, GREEN, RED

QUARTERS = (3, 6, 9, 12)


@dataclass(frozen=True)
class Monitoring:
    """The light of a year at a cut-off. Keys and columns of each table are in the function that makes it.

    Attributes:
        analysis: where the advance of the indicators comes from.
        followed: the money.
        curves: what it is measured against.
        light: `measure_on_time`, each month up to the cut-off.
        alerts: `alerts_of` every level.
        changes: `colour_changes` of every unit with money, also of those that are no alert.
        previous: the cut-off before, in words; null when there is none.
        previous_id: its snapshot; null when it is the same one.
        actions: key `accion`: `banda_ejecucion` (money on time), `banda_resultado`, soles, ratios.
        cells: `count_cells` of them: money on time × result on time.
        off: `months_off` of every unit.
        composition, heads: `composition_variance` of every year.
        modifications, modified: `modifications_between` the earlier snapshot and this one; null without another snapshot.
        rhythm: of every year.
        notices: what of the calendars no line uses, and how much of the link nobody signed, in sentences.
        at_cut: soles of each stage on the day of the cut-off, everything that may be added up (null = the source does not give it); null when an
            earlier month was asked for.
    """

    analysis: Evaluation
    followed: Followed
    curves: Curves
    light: pl.DataFrame
    alerts: pl.DataFrame
    changes: pl.DataFrame
    previous: str | None
    previous_id: str | None
    actions: pl.DataFrame
    cells: pl.DataFrame
    off: pl.DataFrame
    composition: pl.DataFrame
    heads: pl.DataFrame
    modifications: pl.DataFrame | None
    modified: pl.DataFrame | None
    rhythm: pl.DataFrame
    notices: tuple[str, ...]
    at_cut: Mapping[str, Decimal | None] | None = None

    @property
    def previous_told(self) -> str | None:
        """The cut-off before with its snapshot, for who must find it again."""
        return f"{self.previous} (instantánea {self.previous_id})" if self.previous_id else self.previous

    @property
    def cuts(self) -> tuple[int, ...]:
        """The quarters closed, and the month of the cut-off."""
        month = self.followed.month
        return tuple(sorted({q for q in QUARTERS if q <= month} | {month}))

    @property
    def levels(self) -> Levels:
        """How the plan calls its levels."""
        return self.analysis.levels

    @property
    def result_year(self) -> int:
        """The year of the results beside the money."""
        return self.analysis.inputs.spec.ranking.anio_resultado

    @property
    def with_money(self) -> pl.DataFrame:
        """The rows of `light` of the actions of the plan with money, at the cut-off."""
        own = (pl.col("nivel") == self.levels.accion) & (pl.col("unidad") != self.levels.sin_accion)
        return self.light.filter(own & has_money() & (pl.col("mes") == self.followed.month))

    @property
    def red(self) -> pl.DataFrame:
        """Those of `with_money` whose accrual is in red."""
        return self.with_money.filter(pl.col("color_devengado") == RED)

    @property
    def action_alerts(self) -> pl.DataFrame:
        """The rows of `alerts` of the actions of the plan."""
        return self.alerts.filter((pl.col("nivel") == self.levels.accion) & (pl.col("unidad") != self.levels.sin_accion))

    @property
    def loose_alert(self) -> bool:
        """Whether spending that no rule links is an alert too: it has its row beside those of the actions."""
        here = (pl.col("nivel") == self.levels.accion) & (pl.col("unidad") == self.levels.sin_accion)
        return not self.alerts.filter(here).is_empty()

    @property
    def at_risk(self) -> Decimal:
        """Soles that the actions of the plan were expected to accrue and have not; transversal ones are not added up."""
        return Decimal(self.action_alerts.filter(pl.col("vinculo") != TRANSVERSAL)["soles_en_riesgo"].sum())

    @property
    def both_green(self) -> int:
        """How many actions are green in money and in result."""
        return self._in_cells((GREEN,), GREEN)

    @property
    def against(self) -> int:
        """How many spend, in green or amber, with their result in red."""
        return self._in_cells((GREEN, AMBER), RED)

    def _in_cells(self, money: tuple[str, ...], result: str) -> int:
        here = pl.col("banda_ejecucion").is_in(money) & (pl.col("banda_resultado") == result)
        return int(self.cells.filter(here)["acciones"].sum())

    def colour_changed(self, *kinds: str) -> pl.DataFrame:
        """The rows of `changes` of every action, linked or not, whose colour changed in one of those ways, by way and code."""
        return self.changes.filter((pl.col("nivel") == self.levels.accion) & pl.col("cambio").is_in(kinds)).sort("cambio", "unidad")

    @cached_property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Every table of it, by the name of its file."""
        found = {
            "semaforo": self.light,
            "alertas": self.alerts,
            "cambios": self.changes,
            "alineamiento": self.actions,
            "alineamiento_celdas": self.cells,
            "meses_fuera_de_ritmo": self.off,
            "composicion": self.composition,
            "composicion_por_unidad": self.heads,
            "ritmo_del_anio": self.rhythm,
            "curvas": self.curves.partes.join(self.curves.curvas, on=["curva", "etapa"], how="left", validate="m:1"),
        }
        if self.modifications is not None and self.modified is not None:
            found |= {"modificaciones": self.modifications, "lineas_modificadas": self.modified}
        return found

    @cached_property
    def rows(self) -> tuple[Rows, ...]:
        """Each of its tables, with the fact that each figure is."""
        return tuple(monitoring_tables(self.followed, self.levels, self.tables, self.analysis.inputs.spec, self.previous_id))

    @cached_property
    def facts(self) -> Facts:
        """Every figure of the light."""
        return facts_of(
            self.rows,
            *light_facts(self.followed, self.levels, self.light, self.cuts, self.at_cut),
            *alert_facts(self.followed, self.levels, self.alerts, self.previous_id),
            *alignment_facts(self.followed, self.actions, beside(self.result_year)),
            *linked_facts(self.followed),
        )

    def now(self, unit: str, measure: str) -> Fact:
        """What a unit has at the last closed month."""
        return self.facts.get(unit, measure, self.followed.year, self.followed.month)

    def told(self, unit: str, measure: str) -> Fact:
        """What an alert, or the change since the cut-off before, says of a unit."""
        return self.facts.get(unit, measure, self.followed.year, self.followed.month, since(self.previous_id))

    def aligned(self, unit: str, measure: str) -> Fact:
        """What a cell of money on time by result has."""
        return self.facts.get(unit, measure, self.followed.year, self.followed.month, beside(self.result_year))


def monitor(analysis: Evaluation) -> Monitoring:
    """The traffic light of the year of a cut.

    The cut-off before is the one that the cut names; by default the latest one of the same extract with that year, if any; failing it, the light
    of the quarter before with the money of today.

    Args:
        analysis: evaluated with a cut whose snapshot has months.

    Raises:
        InputDataError: see `follow`; there is no cut; or the cut-off before is not before.
    """
    inputs, money = analysis.inputs, analysis.money
    cut, monthly = money.cut, money.monthly
    if cut is None or money.linkage is None:
        raise InputDataError(
            Problem("semáforo", "ninguna instantánea", "la instantánea de un extracto con meses", "pídala con --instantanea")
        )
    if monthly is None:
        follow(inputs, cut, money.linkage)  # says why there are no months
        raise AssertionError("a snapshot with months has them")
    followed, curves, light = monthly.followed, monthly.curves, monthly.light
    earlier = _earlier(inputs, cut, followed)
    if earlier is not None and earlier.synthetic:
        followed = replace(followed, synthetic=True)
    previous, said = _before(inputs, followed, curves, light, earlier)
    results = _results(analysis)
    actions = _alignment(analysis, followed, light)
    modifications, modified = modifications_between(earlier.months, followed.months, followed.year) if earlier else (None, None)
    composition, heads = composition_variance(followed.months, inputs.plan.acciones, inputs.plan.niveles)
    alerts = alerts_of(light, followed.month, previous, followed.ends, results)
    return Monitoring(
        analysis,
        followed,
        curves,
        light,
        alerts,
        colour_changes(light, followed.month, previous),
        said,
        earlier.linkage.snapshot.id if earlier else None,
        actions,
        count_cells(actions, (followed.year, inputs.spec.ranking.anio_resultado)),
        months_off(light, inputs.spec.seguimiento, inputs.spec.semaforo),
        composition,
        heads,
        modifications,
        modified,
        rhythm(followed.months),
        (*monthly.notices, *filter(None, (followed.signed,))),
        _at_cut(followed),
    )


def _at_cut(followed: Followed) -> Mapping[str, Decimal | None] | None:
    if not followed.whole:
        return None
    rows = followed.counted.filter(pl.col("anio") == followed.year)
    return totals_of(rows)


def _previous(store: Store, followed: Followed) -> Snapshot | None:
    """The latest earlier snapshot of the same extract with a closed month of the year."""
    now = followed.linkage.snapshot
    same = [
        s
        for s in store.list()
        if s.family == now.family
        and s.cut_off < followed.cut_off.isoformat()
        and followed.year in s.years
        and closed_month(dt.date.fromisoformat(s.cut_off), followed.year)
    ]
    return same[-1] if same else None


def _earlier(inputs: Inputs, cut: Cut, followed: Followed) -> Followed | None:
    before = cut.before or _previous(cut.store, followed)
    if before is None:
        return None
    check_alike(before, followed.linkage.snapshot)
    earlier = follow(inputs, cut.of(before))
    now = followed.linkage.snapshot.cut_off
    if earlier.cut_off > followed.cut_off or (earlier.cut_off == followed.cut_off and before.cut_off >= now):
        raise InputDataError(
            Problem(
                f"corte anterior {before.id}",
                f"es del {earlier.cut_off:%d/%m/%Y}",
                f"un corte anterior al {followed.cut_off:%d/%m/%Y}",
                "elija otra instantánea con --anterior",
            )
        )
    return earlier


def _before(
    inputs: Inputs, followed: Followed, curves: Curves, light: pl.DataFrame, earlier: Followed | None
) -> tuple[pl.DataFrame | None, str | None]:
    """The light of the cut-off before, one row per unit, and which one it is."""
    if earlier is not None:
        old = light_of(inputs, earlier, curves).filter(pl.col("mes") == earlier.month)
        return old, f"{earlier.cut_off:%d/%m/%Y}"
    quarters = [month for month in QUARTERS if month < followed.month]
    if not quarters:
        return None, None
    return (
        light.filter(pl.col("mes") == quarters[-1]),
        f"{followed.ends[quarters[-1]]:%d/%m/%Y} (cierre del trimestre previo en la misma instantánea, con el PIM de hoy)",
    )


def _results(analysis: Evaluation) -> pl.DataFrame:
    """Key `elemento`: the colour of its result in the year of the ranking."""
    return _elements(analysis).select("elemento", color_resultado="color")


def _elements(analysis: Evaluation) -> pl.DataFrame:
    spec = analysis.inputs.spec
    return analysis.elements.filter(
        (pl.col("perfil") == spec.avance.perfil)
        & (pl.col("politica_nd") == spec.avance.politica_nd)
        & (pl.col("anio") == spec.ranking.anio_resultado)
    )


def _alignment(analysis: Evaluation, followed: Followed, light: pl.DataFrame) -> pl.DataFrame:
    """Every action with the colour of its money at the cut-off and that of its result."""
    money = light.filter((pl.col("nivel") == analysis.levels.accion) & (pl.col("mes") == followed.month)).select(
        "vinculo",
        "pim_soles",
        "devengado_soles",
        "devengado_esperado_soles",
        "devengado_ratio",
        "devengado_motivo",
        "curva",
        accion="unidad",
    )
    results = _elements(analysis).filter(is_action()).select("avance_ratio", accion="elemento")
    bands = analysis.inputs.spec.semaforo
    return (
        analysis.inputs.plan.acciones.select("accion", "objetivo", "nombre")
        .join(money, on="accion", how="left", validate="1:1")
        .join(results, on="accion", how="left", validate="1:1")
        .with_columns(banda_ejecucion=colour(pl.col("devengado_ratio"), bands), banda_resultado=colour(pl.col("avance_ratio"), bands))
        .sort("accion")
    )
