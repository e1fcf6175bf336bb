"""From money by month to the close of the year: by action and objective, or by unit and generic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.facts import Facts
from presupuesto_link.inputs import Inputs
from presupuesto_link.money.follow import Followed
from presupuesto_link.quarter.closing import Closing, project_close
from presupuesto_link.quarter.told import closing_tables
from presupuesto_link.tables.levels import Levels
from presupuesto_link.told import Rows, facts_of


@dataclass(frozen=True)
class Projection:
    """The close of a year.

    Attributes:
        followed: the money it starts from.
        levels: how the plan calls its own.
        objetivos: of the plan, key `objetivo`, with `nombre`.
        acciones: levels of the plan and total (see `quarter.closing.Closing`).
        ejecutoras: levels «ejecutora · genérica», ejecutora and total; null unless asked for.
    """

    followed: Followed
    levels: Levels
    objetivos: pl.DataFrame
    acciones: Closing
    ejecutoras: Closing | None

    @cached_property
    def rows(self) -> tuple[Rows, ...]:
        """Each of its tables, with the fact that each figure is."""
        parts = (("", self.acciones), ("_ejecutora_y_generica", self.ejecutoras))
        return tuple(row for suffix, part in parts if part for row in closing_tables(self.followed, self.levels, part, suffix))

    @cached_property
    def facts(self) -> Facts:
        """The close of every unit and of the whole, its path, and how far the methods may be trusted."""
        return facts_of(self.rows)


def project(inputs: Inputs, followed: Followed, by_unit: bool = False, tick: Callable[[], None] = lambda: None) -> Projection:
    """Project what is followed to its close.

    Args:
        inputs: the analysis: its plan and its `[proyeccion]`.
        followed: `money.follow.follow`.
        by_unit: also by unit and generic, which fits as many models again.
        tick: called once per model fitted.

    Raises:
        InputDataError: the year has closed.
    """
    if followed.closed:
        raise InputDataError(
            Problem(
                f"instantánea {followed.linkage.snapshot.id}",
                f"{followed.year} ya cerró: hay devengado hasta diciembre",
                "un mes de corte de 1 a 11",
                "use --mes para proyectar desde un mes anterior, o siga otro año con --anio",
            )
        )
    spec, rows, levels = inputs.spec.proyeccion, followed.counted, inputs.plan.niveles
    owners = inputs.plan.acciones.select("accion", "objetivo")
    placed = rows.join(owners, on="accion", how="left", validate="m:1")
    named = placed.with_columns(pl.col("accion", "objetivo").fill_null(levels.sin_accion))
    year, month = followed.year, followed.month
    by_action = project_close(named, (levels.accion, ("accion",)), (levels.objetivo, "objetivo"), year, month, spec, tick)
    if not by_unit:
        return Projection(followed, levels, inputs.plan.objetivos, by_action, None)
    given = rows.with_columns(pl.lit(None, pl.String).alias(c) for c in ("sec_ejec", "generica") if c not in rows.columns)
    parts = ("ejecutora y genérica", ("sec_ejec", "generica"))
    by_unit_too = project_close(given, parts, ("ejecutora", "sec_ejec"), year, month, spec, tick)
    return Projection(followed, levels, inputs.plan.objetivos, by_action, by_unit_too)


def with_confidence(inputs: Inputs, confidence: float | None) -> Inputs:
    """The same inputs with another confidence of the intervals; null keeps that of the analysis."""
    if confidence is None:
        return inputs
    spec = inputs.spec.proyeccion.model_copy(update={"confianza": confidence})
    return replace(inputs, spec=inputs.spec.model_copy(update={"proyeccion": spec}))
