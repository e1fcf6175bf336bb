"""`escenario`: a reallocation proposal that obeys the budget law, and the answers to what an analyst asks of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from presupuesto_link.commands.asking.groups import Proposals, grouped
from presupuesto_link.commands.asking.options import JsonOption, old, rare
from presupuesto_link.commands.asking.scenarios import Question
from presupuesto_link.commands.saying.compared_text import compared_as_json, print_compared
from presupuesto_link.commands.saying.printing import bar, print_json, progress, records
from presupuesto_link.commands.saying.scenario_text import print_answers, print_scenario
from presupuesto_link.errors import InfeasibleScenarioError

if TYPE_CHECKING:
    import polars as pl

    from presupuesto_link.inputs import Inputs
    from presupuesto_link.presentation.folders.scenario_folder import Answers
    from presupuesto_link.scenarios.compare import Scenario
    from presupuesto_link.specs import EscenarioSpec
    from presupuesto_link.tables.levels import Levels

_POINTS, _RUNS, _SEED = 20, 200, 7


@grouped
def escenario(
    archivos: Annotated[
        list[str] | None,
        typer.Argument(
            help="Archivo TOML del escenario, o nombre de uno del análisis; varios se comparan; sin él, los del análisis",
            metavar="ESCENARIO",
            show_default=False,
        ),
    ] = None,
    *,
    de: Annotated[list[str] | None, typer.Option("--de", help="Pregunta sin archivo: sólo ceden estas acciones", metavar="ACCIÓN")] = None,
    a: Annotated[list[str] | None, typer.Option("--a", help="Pregunta sin archivo: sólo reciben estas acciones", metavar="ACCIÓN")] = None,
    monto: Annotated[str | None, typer.Option("--monto", help="Con --de o --a: lo más que se mueve en total", metavar="SOLES")] = None,
    sobre: Proposals,
    preguntas: Annotated[
        bool,
        typer.Option(
            "--preguntas",
            help="Responde además: qué cuesta cada norma y cada tope, hasta dónde llega el dinero y qué depende de los supuestos",
        ),
    ] = False,
    sorteos: Annotated[
        int, rare("--sorteos", help="Cuántas veces se sacuden los pesos con --preguntas", metavar="N", min=1, max=100_000)
    ] = _RUNS,
    semilla: Annotated[int, old("--semilla", help="Semilla de esas corridas", metavar="N", min=0)] = _SEED,
    metas_aoi: Annotated[
        Path | None,
        rare("--metas-aoi", help="Tabla firmada de metas y AOI: con ella el borrador lista los AOI cuyo POI cambia", metavar="TABLA"),
    ] = None,
    salida: Annotated[
        Path | None,
        typer.Option("--salida", "-s", help="Escribe el borrador de la modificación (Excel), las tablas y las figuras", metavar="CARPETA"),
    ] = None,
    como_json: JsonOption = False,
) -> None:
    """Propone anulaciones y habilitaciones que caben en la norma, y dice qué las frena y qué papeles piden.

    Ejemplo: presupuesto-link escenario recomendacion-2 --instantanea ultima --salida propuesta
    """
    inputs, specs, run = sobre.asked(archivos or [], Question(tuple(de or ()), tuple(a or ()), monto))
    solved, failed = _solve_all(_apart(specs), run)
    answered = [(scenario, _answers(scenario, sorteos, semilla) if preguntas else None) for scenario in solved]
    if salida and not failed:
        from presupuesto_link.presentation.folders.scenario_folder import write_scenarios

        write_scenarios(answered, inputs, salida, _activities(metas_aoi, inputs))
    if como_json:
        unsolved = [asdict(problem) for error in failed for problem in error.problems]
        print_json(
            escenarios=[as_json(scenario, answers) for scenario, answers in answered], sin_solucion=unsolved, **compared_as_json(solved)
        )
    elif len(specs) > 1 and not preguntas:
        print_compared(solved, inputs.plan.niveles)
    else:
        _print_all(answered, inputs.plan.niveles, None if failed else salida)
    if salida and failed:
        typer.echo(f"No se escribió nada en {salida}: un escenario no tiene solución, y lo que había sigue ahí.", err=True)
    _must_be_solved(failed)


def _apart(specs: tuple[EscenarioSpec, ...]) -> tuple[EscenarioSpec, ...]:
    """Scenarios with different ids: each is written in a folder of its own name."""
    ids = [spec.id for spec in specs]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise typer.BadParameter(f"dos escenarios tienen el id «{', '.join(twice)}»: cambie uno de los dos.")
    return specs


def _solve_all(specs: Iterable[Any], run: Any) -> tuple[list[Scenario], list[InfeasibleScenarioError]]:
    """Every scenario that has a solution; one without it does not hold back the others."""
    solved, failed = [], []
    with progress() as say:
        for spec in specs:
            say(f"Resolviendo «{spec.id}»")
            try:
                solved.append(run(spec))
            except InfeasibleScenarioError as error:
                failed.append(error)
    return solved, failed


def _must_be_solved(failed: list[InfeasibleScenarioError]) -> None:
    """A scenario without solution is an error, told after those that have one; all of them are named together."""
    problems = [problem for error in failed for problem in error.problems]
    if problems:
        raise InfeasibleScenarioError(*problems)


def _answers(scenario: Scenario, runs: int, seed: int) -> Answers:
    """The questions of an analyst, with a bar for the slow one."""
    from presupuesto_link.presentation.folders.scenario_folder import Answers
    from presupuesto_link.scenarios import questions

    with progress() as say:
        say("Calculando qué cuesta cada norma y cada tope")
        rules, limits = questions.rules_worth(scenario), questions.limits_worth(scenario)
        curve, levels = questions.frontier(scenario.problem, _POINTS), questions.by_assumption(scenario)
    with bar(f"Sacudiendo los pesos {runs} veces", runs) as tick:
        survival = questions.shaken(scenario, runs, seed, tick=tick)
    return Answers(rules, limits, curve, levels, survival)


def _activities(path: Path | None, inputs: Inputs) -> pl.DataFrame | None:
    """The AOI of each meta, by fiscal year, as the signed table says; rows that cannot be used are told and left out."""
    if path is None:
        return None
    import polars as pl

    from presupuesto_link.linkage.plan.bridge import read_bridge
    from presupuesto_link.sources.links import read_links

    bridge = read_bridge(read_links(path, "metas_aoi"), None, inputs.plan.acciones["accion"], inputs.spec.vinculo.transversales)
    for finding in bridge.findings:
        typer.echo(f"{path.name}, {finding.place}: {finding.found}; se esperaba {finding.expected}.", err=True)
    rows = [(link.year, link.sec_ejec, link.sec_func, link.aoi) for link in bridge.metas]
    return pl.DataFrame(rows, schema={"anio": pl.Int64, "sec_ejec": pl.String, "sec_func": pl.String, "aoi": pl.String}, orient="row")


def _print_all(answered: list[tuple[Scenario, Answers | None]], levels: Levels, folder: Path | None) -> None:
    for scenario, answers in answered:
        print_scenario(scenario, levels)
        if answers:
            print_answers(answers, scenario.unidad)
    if folder and answered:
        typer.echo(f"Borrador, tablas y figuras: {folder}")


def as_json(scenario: Scenario, answers: Answers | None) -> dict[str, object]:
    """A scenario for another program."""
    found: dict[str, object] = {
        "id": scenario.spec.id,
        "titulo": scenario.spec.titulo,
        "base": scenario.baseline.titulo,
        "fecha": scenario.baseline.fecha,
        "indicativo": scenario.indicativo,
        "advertencia": scenario.advertencia,
        "avisos": scenario.book.avisos,
        "cautelas": scenario.cautelas,
        "objetivo": scenario.spec.objetivo.tipo,
        "valor": scenario.solution.value,
        "unidad": scenario.unidad,
        "monto_soles": scenario.monto_soles,
        "no_modela": scenario.spec.no_modela,
    }
    tables: dict[str, pl.DataFrame] = {
        "transferencias": scenario.transferencias,
        "acciones": scenario.acciones,
        "movimientos": scenario.movimientos,
        "asientos": scenario.asientos,
        "normas": scenario.reglas,
        "fuentes": scenario.fuentes,
        "restricciones": scenario.restricciones,
        "excluidas": scenario.excluidas,
        **(answers.tables() if answers else {}),
    }
    return found | {name: records(table) for name, table in tables.items()} | {"hechos": scenario.facts.records()}
