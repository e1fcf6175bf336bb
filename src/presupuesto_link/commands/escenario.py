"""`escenario`: a reallocation scenario at AER level."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.options import (
    DEFAULT_ANALYSIS,
    AnalysisOption,
    BudgetOption,
    JsonOption,
    PlanOption,
    open_analysis,
)
from presupuesto_link.commands.printing import print_json, print_table, records

if TYPE_CHECKING:
    from presupuesto_link.pipeline import Inputs
    from presupuesto_link.scenarios.compare import Scenario


def escenario(
    archivo: Annotated[
        Path | None,
        typer.Argument(help="Archivo TOML del escenario; sin él, los del análisis", metavar="[ESCENARIO.toml]"),
    ] = None,
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    gasto: BudgetOption = None,
    plan: PlanOption = None,
    como_json: JsonOption = False,
) -> None:
    """Propone mover saldo de AER que ya logran su meta hacia las más rezagadas (indicativo).

    Ejemplo: presupuesto-link escenario mi-escenario.toml
    """
    from presupuesto_link.pipeline import analyse

    result = analyse(_with_scenario(open_analysis(analisis, gasto, plan), archivo))
    if como_json:
        print_json(escenarios=[_as_json(scenario) for scenario in result.scenarios])
        return
    for scenario in result.scenarios:
        _print_scenario(scenario)


def _with_scenario(inputs: Inputs, path: Path | None) -> Inputs:
    from dataclasses import replace

    from presupuesto_link.specs import EscenarioSpec, read_spec

    return inputs if path is None else replace(inputs, scenarios=(read_spec(path, EscenarioSpec),))


def _as_json(scenario: Scenario) -> dict[str, object]:
    return {
        "id": scenario.spec.id,
        "titulo": scenario.spec.titulo,
        "advertencia": scenario.advertencia,
        "monto_soles": scenario.monto_soles,
        "transferencias": records(scenario.transferencias),
        "acciones": records(scenario.acciones),
        "restricciones": records(scenario.restricciones),
        "excluidas": records(scenario.excluidas),
        "no_modela": scenario.spec.no_modela,
    }


def _print_scenario(scenario: Scenario) -> None:
    import polars as pl

    from presupuesto_link.wording import percent, short_name, soles

    typer.echo(f"\n{scenario.spec.titulo}\n{scenario.advertencia}\nSe mueven {soles(scenario.monto_soles)}.")
    moved = scenario.acciones.filter(pl.col("papel") != "sin cambio").sort("papel", "accion")
    rows = [
        (
            r["papel"],
            r["accion"],
            short_name(r["nombre"]),
            soles(r["pim_antes_soles"]),
            soles(r["cambio_soles"]),
            soles(r["pim_despues_soles"]),
            percent(r["ejecucion_ratio"]),
            percent(r["avance_ratio"]),
            "sí" if r["en_tope"] else "no",
        )
        for r in moved.iter_rows(named=True)
    ]
    print_table(
        "Antes y después",
        [
            ("Papel", "left"),
            ("AER", "left"),
            ("Nombre", "left"),
            ("PIM antes", "right"),
            ("Cambio", "right"),
            ("PIM después", "right"),
            ("Ejecución", "right"),
            ("Avance", "right"),
            ("En su tope", "left"),
        ],
        rows,
    )
    active = scenario.restricciones.filter(pl.col("activa"))
    print_table(
        "Límites que frenan el escenario",
        [("Límite", "left"), ("Usado", "right")],
        [(r["frase"], soles(r["usado_soles"])) for r in active.iter_rows(named=True)],
    )
    for row in scenario.excluidas.iter_rows(named=True):
        typer.echo(f"No puede recibir {row['accion']} (puesto {row['puesto']}): {row['motivo']}.")
    for sentence in scenario.spec.no_modela:
        typer.echo(f"No modela: {sentence}")
