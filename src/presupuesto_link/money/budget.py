"""A year's budget by action, from one source: exact soles by stage, whose they are, of which day, and what its execution is measured against.

A closed year is judged by what was accrued of its PIM; a year in course, by what was accrued of what was expected by then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import polars as pl

from presupuesto_link.facts import Facts, Measure, Source, tell
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.money.by_action import DIRECT, LinkedBudget, link_by_action
from presupuesto_link.money.execution import measure_execution
from presupuesto_link.specs import SemaforoSpec
from presupuesto_link.store.snapshot import Kept
from presupuesto_link.tables.bands import colour
from presupuesto_link.tables.gasto import MEASURES
from presupuesto_link.tables.numbers import MONEY, known_sum
from presupuesto_link.vocabulary import DECEMBER, LINKED, MoneyKind
from presupuesto_link.wording import share_of

Kind = MoneyKind
NO_SOURCE = "sin fuente de dinero"


@dataclass(frozen=True)
class Origin:
    """Where a year's money comes from: with the year, what tells one budget from another.

    Attributes:
        id: the snapshot's, or the name of the printed table.
        titulo: as it is named in a sentence.
        cita: as it is cited under a figure.
        ambito: whose spending, in words; budgets of different scopes are never crossed, regressed or compared unasked.
        clase: printed by a document, or linked from the lines of an extract.
        al: the day its amounts are of.
        sintetico: whether they are made up.
        quien: the part of the scope that budgets of the same scope share; by default, the whole of it.
        unidades: which executing units are in it, or how many; empty when the source does not say it.
        firma: how much of the link rests on rules that nobody signed, in a sentence; empty when there are no rules.
    """

    id: str
    titulo: str
    cita: str
    ambito: str
    clase: Kind
    al: dt.date
    sintetico: bool = False
    firma: str = ""
    quien: str = ""
    unidades: str = ""

    @property
    def alike(self) -> str:
        """What it shares with the budgets of the same scope, with which it may be crossed, regressed or compared."""
        return self.quien or self.ambito

    @property
    def source(self) -> Source:
        """The same as the source of its facts."""
        return Source(self.id, self.cita, self.ambito, self.al)


@dataclass(frozen=True)
class Pace:
    """What each action was expected to have accrued in a year in course, and how much of it was.

    Attributes:
        al: the day both are of: the end of the last closed month, or the cut-off where the source has no months.
        acciones: key `accion`: `devengado_al_ritmo_soles`, `esperado_soles`, `esperado_ratio` (null with `esperado_motivo`), `curva` in words.
    """

    al: dt.date
    acciones: pl.DataFrame


@dataclass(frozen=True)
class YearBudget:
    """What each action has in one year, from one source.

    Attributes:
        anio: fiscal year.
        origen: source, scope and day.
        linked: `link_by_action` of it.
        bandas: the edges of its colours.
        ritmo: the pace of a year in course; null once it has closed.
        linkage: the link it comes from; null for a printed table.
        setiembre: key `accion`: `pim_setiembre_soles`, the PIM on 30 September of a closed year, when a snapshot of that day is kept.
    """

    anio: int
    origen: Origin
    linked: LinkedBudget
    bandas: SemaforoSpec
    ritmo: Pace | None = None
    linkage: Linkage | None = field(default=None, repr=False)
    setiembre: pl.DataFrame | None = field(default=None, repr=False)

    @property
    def cerrado(self) -> bool:
        """Whether the year had ended on the day of its amounts."""
        return self.origen.al >= dt.date(self.anio, DECEMBER, 31)

    @property
    def medida(self) -> str:
        """What its execution is, for a heading or an axis."""
        return "devengado ÷ PIM" if self.ritmo is None else f"devengado ÷ lo esperado al {self.ritmo.al:%d/%m/%Y}"

    @property
    def de_que(self) -> str:
        """Of what its execution is a part, for a sentence: «ejecutó 80 % …»."""
        return f"de su PIM {self.anio}" if self.ritmo is None else f"de lo esperado al {self.ritmo.al:%d/%m/%Y}"

    @cached_property
    def totales(self) -> dict[str, Any]:
        """What the directly linked actions have together.

        Soles by stage (null = the source does not give it), `saldo_soles`, `devengado_pim_ratio`, `esperado_soles`, `devengado_al_ritmo_soles`, and
        the execution by which the year is judged.
        """
        rows = self.ejecucion.filter(pl.col("vinculo") == DIRECT)
        names = (*MEASURES, "esperado_soles", "devengado_al_ritmo_soles")
        sums = rows.select(known_sum(n).cast(MONEY) for n in names).row(0, named=True)
        done, due = (
            (sums["devengado_soles"], sums["pim_soles"])
            if self.ritmo is None
            else (sums["devengado_al_ritmo_soles"], sums["esperado_soles"])
        )
        pim, spent = sums["pim_soles"], sums["devengado_soles"]
        left = None if pim is None or spent is None else pim - spent
        return sums | {"saldo_soles": left, "devengado_pim_ratio": share_of(spent, pim), "ejecucion_ratio": share_of(done, due)}

    @cached_property
    def ejecucion(self) -> pl.DataFrame:
        """Key `accion`: `measure_execution` with its colour, and the source, scope, day and measure of every figure."""
        measured = measure_execution(self.linked.acciones, None if self.ritmo is None else self.ritmo.acciones, self.setiembre)
        return measured.with_columns(
            pl.lit(self.medida).alias("ejecucion_medida"),
            pl.lit(self.de_que).alias("ejecucion_de"),
            pl.lit(self.origen.titulo).alias("fuente_dinero"),
            pl.lit(self.origen.cita).alias("cita"),
            pl.lit(self.origen.ambito).alias("ambito"),
            pl.lit(self.origen.al).alias("al"),
            pl.lit(None if self.ritmo is None else self.ritmo.al, pl.Date).alias("ritmo_al"),
            pl.lit(self.cerrado).alias("anio_cerrado"),
            pl.lit(self.origen.sintetico).alias("sintetico"),
            color_ejecucion=colour(pl.col("ejecucion_ratio"), self.bandas),
        )

    @cached_property
    def facts(self) -> Facts:
        """What each action has, and those of each kind of link together."""
        table = f"presupuesto {self.anio} ({self.origen.id})"
        made = "suma de las líneas que las reglas vinculan" if self.origen.clase == LINKED else "como lo imprime su fuente"
        whole = pl.DataFrame([self.totales], schema_overrides=dict.fromkeys(_TOGETHER, MONEY))
        together = "suma de las acciones con ese vínculo"
        linked = pl.format(f"{table}: vinculo={{}}", "vinculo")
        return Facts.join(
            *self._told(self.ejecucion, pl.col("accion"), pl.format(f"{table}: accion={{}}", "accion"), made),
            *self._told(whole, pl.lit(DIRECT), pl.lit(f"{table}: vinculo={DIRECT}"), together),
            tell(
                self.linked.cobertura,
                ("acciones", *MEASURES),
                self.origen.source,
                unidad=pl.col("vinculo"),
                filas=linked,
                anio=self.anio,
                regla=together,
            ),
        )

    def _told(self, rows: pl.DataFrame, unit: pl.Expr, where: pl.Expr, made: str) -> Iterator[pl.DataFrame]:
        """The figures of some rows; what was expected by a day is of that day, and of a month when it is the last of it."""
        why, late = ("ejecucion_motivo", "esperado_motivo") if "ejecucion_motivo" in rows.columns else ("", "")
        about: dict[str, Any] = {"source": self.origen.source, "unidad": unit, "filas": where, "anio": self.anio}
        yield tell(rows, MEASURES, **about, regla=made)
        yield tell(rows, ["saldo_soles", Measure("devengado_pim_ratio", motivo=why, regla="devengado ÷ PIM")], **about)
        judged: list[str | Measure] = [Measure("ejecucion_ratio", motivo=why, regla=self.medida), "color_ejecucion"]
        if self.ritmo is None:
            yield tell(rows, judged, **about)
            return
        about["source"] = replace(self.origen.source, al=self.ritmo.al)
        ratio = {"motivo": late, "regla": self.medida}
        yield tell(rows, [*judged, "devengado_al_ritmo_soles", "esperado_soles", Measure("esperado_ratio", **ratio)], **about)
        if (self.ritmo.al + dt.timedelta(days=1)).day == 1:
            by_month = [
                Measure("devengado_soles", "devengado_al_ritmo_soles"),
                Measure("devengado_esperado_soles", "esperado_soles"),
                Measure("devengado_ratio", "esperado_ratio", **ratio),
            ]
            yield tell(rows, by_month, **about, mes=self.ritmo.al.month)


_TOGETHER = (*MEASURES, "saldo_soles", "esperado_soles", "devengado_al_ritmo_soles")


def rows_of(linkage: Linkage, year: int) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """What a link gives each action in a year, exact (null = no line gives the stage), and the actions its rules hold beside the rest."""
    rows = linkage.coverage.acciones.filter((pl.col("anio") == year) & (pl.col("lineas") > 0))
    return rows.select("accion", *MEASURES), tuple(rows.filter(pl.col("transversal"))["accion"])


def linked_budget(
    linkage: Linkage, year: int, actions: pl.DataFrame, transversal: tuple[str, ...], bands: SemaforoSpec, pace: Pace | None = None
) -> YearBudget:
    """The budget of a year of a link.

    Args:
        linkage: of any snapshot or extract.
        year: one of its years.
        actions: the plan's, key `accion`.
        transversal: actions shown beside and never added, besides those that the rules say.
        bands: edges of the colours.
        pace: of a year in course.
    """
    rows, beside = rows_of(linkage, year)
    linked = link_by_action(rows, actions, tuple(sorted({*transversal, *beside})), year)
    return YearBudget(year, origin_of(linkage, year), linked, bands, pace, linkage)


def origin_of(linkage: Linkage, year: int) -> Origin:
    """Source, scope and day of a year of a link; made-up money says so."""
    snapshot = linkage.snapshot
    cut_off = dt.date.fromisoformat(snapshot.cut_off)
    name = str(snapshot.manifest["fuente"]["nombre"])
    made_up = "datos sintéticos, " if snapshot.synthetic else ""
    return Origin(
        snapshot.id,
        f"{made_up}{name} ({'instantánea' if isinstance(snapshot, Kept) else 'extracto del análisis'} {snapshot.id})",
        f"{'Datos sintéticos' if snapshot.synthetic else 'SIAF'}: {name}, {linkage.scope}, corte {cut_off:%d/%m/%Y}",
        linkage.scope,
        LINKED,
        cut_off,
        snapshot.synthetic,
        linkage.signed(year),
        linkage.whose.alike,
        linkage.whose.units,
    )
