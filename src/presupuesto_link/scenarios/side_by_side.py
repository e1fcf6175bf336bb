"""Several scenarios on the same budget, measured with the same rules."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from presupuesto_link.money.on_time import WHOLE
from presupuesto_link.scenarios.breakdown import BETWEEN, INSIDE
from presupuesto_link.scenarios.compare import MISSING, Scenario
from presupuesto_link.scenarios.costs import distance_cost, priority_cost
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.told import Place, Rows


def summarise(scenarios: Sequence[Scenario]) -> pl.DataFrame:
    """One row per scenario, in the order given.

    Returns:
        Key `escenario`: `titulo`, `objetivo_tipo`, `monto_soles`, `donantes`, `receptores`, `transferencias` (pairs of actions), `movimientos` (between bags),
        `lineas` touched, `notas_3`, `notas_4`, `sin_dato` (movements with a missing fact), `prioridad_por_sol` (score x absorbed sol per sol moved), and
        `distancia_media` (of each sol, by the weights of its own file). Measures are the same for all; their own objectives are not comparable.
    """
    return pl.DataFrame([_row(scenario) for scenario in scenarios])


def _row(scenario: Scenario) -> dict[str, object]:
    moved, amounts = scenario.movimientos, scenario.solution.amounts.astype(float)
    total = amounts.sum()
    return {
        "escenario": scenario.spec.id,
        "titulo": scenario.spec.titulo,
        "objetivo_tipo": scenario.objetivo.name,
        "monto_soles": scenario.monto_soles,
        "donantes": scenario.transferencias["donante"].n_unique(),
        "receptores": scenario.transferencias["receptor"].n_unique(),
        "transferencias": scenario.transferencias.height,
        "movimientos": moved.height,
        "lineas": scenario.lineas,
        "notas_3": int((moved["nota_tipo"] == INSIDE).sum()),
        "notas_4": int((moved["nota_tipo"] == BETWEEN).sum()),
        "sin_dato": int((moved["veredicto"] == MISSING).sum()),
        "prioridad_por_sol": float(-priority_cost(scenario.problem) @ amounts / total) if total else None,
        "distancia_media": float(distance_cost(scenario.problem) @ amounts / total) if total else None,
    }


def comparison(scenarios: Sequence[Scenario]) -> Rows:
    """The table of `summarise` with the fact that each figure is: all start from one budget."""
    base = scenarios[0]
    return Rows("comparacion", summarise(scenarios), base.source, Place(WHOLE, base.baseline.anio, variante="{escenario}", own=True))


def changes(scenarios: Sequence[Scenario]) -> pl.DataFrame:
    """How the PIM of each action changes in each scenario.

    Returns:
        Key `accion`, those that change in some scenario: `nombre`, `pim_antes_soles`, and one column per scenario id with its change (0 = none).
    """
    wide = scenarios[0].acciones.select("accion", "nombre", "pim_antes_soles")
    for scenario in scenarios:
        own = scenario.acciones.select("accion", pl.col("cambio_soles").cast(MONEY).alias(scenario.spec.id))
        wide = wide.join(own, on="accion", how="left", validate="1:1")
    names = [scenario.spec.id for scenario in scenarios]
    return wide.filter(pl.any_horizontal(pl.col(name).fill_null(0) != 0 for name in names)).sort("accion")


def shared(scenarios: Sequence[Scenario]) -> pl.DataFrame:
    """In how many scenarios each transfer between two actions is: key `donante, receptor`: `escenarios`, least and most soles."""
    every = pl.concat([s.transferencias.select("donante", "receptor", "monto_soles") for s in scenarios])
    return (
        every.group_by("donante", "receptor")
        .agg(
            pl.len().cast(pl.Int64).alias("escenarios"), minimo_soles=pl.col("monto_soles").min(), maximo_soles=pl.col("monto_soles").max()
        )
        .sort("escenarios", "donante", "receptor", descending=[True, False, False])
    )
