"""`escenario`: a reallocation scenario at AER level."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from presupuesto_link.commands.options import (
    DEFAULT_ANALYSIS,
    AnalysisOption,
    BudgetOption,
    JsonOption,
    PlanOption,
    open_analysis,
)
from presupuesto_link.commands.printing import Column, code, name, number, print_json, print_table, records

if TYPE_CHECKING:
    from presupuesto_link.pipeline import Analysis, Inputs
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
    else:
        for scenario in result.scenarios:
            _print_scenario(scenario)
    _must_be_solved(result)


def _must_be_solved(analysis: Analysis) -> None:
    """A scenario without solution is an error, told after those that have one; all of them are named together."""
    from presupuesto_link.errors import InfeasibleScenarioError

    problems = [problem for _, error in analysis.unsolved for problem in error.problems]
    if problems:
        raise InfeasibleScenarioError(*problems)


def _with_scenario(inputs: Inputs, path: Path | None) -> Inputs:
    from dataclasses import replace

    from presupuesto_link.specs import EscenarioSpec, read_spec

    return inputs if path is None else replace(inputs, scenarios=(read_spec(path, EscenarioSpec),))


def _as_json(scenario: Scenario) -> dict[str, object]:
    return {
        "id": scenario.spec.id,
        "titulo": scenario.spec.titulo,
        "advertencia": scenario.advertencia,
        "cautelas": scenario.cautelas,
        "monto_soles": scenario.monto_soles,
        "transferencias": records(scenario.transferencias),
        "acciones": records(scenario.acciones),
        "restricciones": records(scenario.restricciones),
        "excluidas": records(scenario.excluidas),
        "no_modela": scenario.spec.no_modela,
    }


def _print_scenario(scenario: Scenario) -> None:
    from presupuesto_link.presentation.selection import binding_limits
    from presupuesto_link.wording import soles

    typer.echo(f"\n{scenario.spec.titulo}\n{scenario.advertencia}")
    for sentence in scenario.cautelas:
        typer.echo(f"Cautela: {sentence}")
    typer.echo(f"Se mueven {soles(scenario.monto_soles)}.")
    _print_side(scenario, "donante", "Donantes: antes y después, en soles")
    _print_side(scenario, "receptor", "Receptores: antes y después, en soles")
    typer.echo("* llega a su tope. Ejec.: ejecución antes del cambio.")
    print_table(
        "Límites que frenan el escenario",
        [Column("Límite", least=30), number("Usado")],
        [(r["frase"], soles(r["usado_soles"])) for r in binding_limits(scenario).iter_rows(named=True)],
    )
    for row in scenario.excluidas.iter_rows(named=True):
        typer.echo(f"No puede recibir {row['accion']} (puesto {row['puesto']}): {row['motivo']}.")
    for sentence in scenario.spec.no_modela:
        typer.echo(f"No modela: {sentence}")


def _print_side(scenario: Scenario, role: str, title: str) -> None:
    """The actions that give, or those that receive; amounts without currency, which the title says."""
    import polars as pl

    side = scenario.acciones.filter(pl.col("papel") == role).sort("accion")
    headings = [code("AER"), name(), number("PIM antes"), number("Cambio"), number("PIM después")]
    print_table(
        title,
        [*headings, number("Ejec.", spare=True), number("Avance", spare=True)],
        [_side_row(r) for r in side.iter_rows(named=True)],
    )


def _side_row(row: dict[str, Any]) -> tuple[str, ...]:
    from presupuesto_link.presentation.words import signed_soles
    from presupuesto_link.wording import percent, short_name, soles

    before, change, after = (
        text.replace("S/ ", "")
        for text in (soles(row["pim_antes_soles"]), signed_soles(row["cambio_soles"]), soles(row["pim_despues_soles"]))
    )
    return (
        row["accion"],
        short_name(row["nombre"], 40),
        before,
        change + (" *" if row["en_tope"] else "  "),
        after,
        percent(row["ejecucion_ratio"]),
        percent(row["avance_ratio"]),
    )
