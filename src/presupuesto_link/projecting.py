"""From money by month to the close of the year: by action and objective, or by unit and generic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.following import Followed
from presupuesto_link.measures.closing import Closing, project_close
from presupuesto_link.pipeline import Inputs

_DECEMBER = 12


@dataclass(frozen=True)
class Projection:
    """The close of a year.

    Attributes:
        followed: the money it starts from.
        acciones: levels AER, OER and total (see `measures.closing.Closing`).
        ejecutoras: levels «ejecutora · genérica», ejecutora and total; null unless asked for.
    """

    followed: Followed
    acciones: Closing
    ejecutoras: Closing | None


def project(
    inputs: Inputs, followed: Followed, by_unit: bool = False, tick: Callable[[], None] = lambda: None
) -> Projection:
    """Project what is followed to its close.

    Args:
        inputs: the analysis: its plan and its `[proyeccion]`.
        followed: `following.follow`.
        by_unit: also by unit and generic, which fits as many models again.
        tick: called once per model fitted.

    Raises:
        InputDataError: the year has closed.
    """
    if followed.month >= _DECEMBER:
        raise InputDataError(
            Problem(f"instantánea {followed.linkage.snapshot.id}", f"{followed.year} ya cerró: hay devengado hasta diciembre", "un mes de corte de 1 a 11",
                    "use --mes para proyectar desde un mes anterior, o siga otro año con --anio")
        )  # fmt: skip
    spec, rows = inputs.spec.proyeccion, followed.counted
    owners = inputs.plan.acciones.select("accion", "objetivo")
    placed = rows.join(owners, on="accion", how="left", validate="m:1")
    year, month = followed.year, followed.month
    by_action = project_close(placed, ("AER", ("accion",)), ("OER", "objetivo"), year, month, spec, tick)
    if not by_unit:
        return Projection(followed, by_action, None)
    given = rows.with_columns(
        pl.lit(None, pl.String).alias(c) for c in ("sec_ejec", "generica") if c not in rows.columns
    )
    parts = ("ejecutora y genérica", ("sec_ejec", "generica"))
    return Projection(
        followed, by_action, project_close(given, parts, ("ejecutora", "sec_ejec"), year, month, spec, tick)
    )
