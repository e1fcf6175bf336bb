"""`ranking`: lagging actions for the adjustment of the POI."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from presupuesto_link.commands.asking.cuts import CsvOption, FirstOption
from presupuesto_link.commands.asking.groups import Measure, Money, grouped
from presupuesto_link.commands.asking.options import AnalysisOption, JsonOption
from presupuesto_link.commands.saying.printing import Column, code, name, number, print_csv, print_json, print_table, records
from presupuesto_link.presentation.telling.words import lagging_words, money_words
from presupuesto_link.presentation.theme import COMPONENT_LOOKS
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS
from presupuesto_link.wording import NO_DATA, percent, short_name, soles

if TYPE_CHECKING:
    import polars as pl

    from presupuesto_link.evaluation.decision import Decision
    from presupuesto_link.evaluation.evaluate import Evaluation
    from presupuesto_link.tables.levels import Levels


@grouped
def ranking(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    primeras: FirstOption = None,
    *,
    medida: Measure,
    dinero: Money,
    en_csv: CsvOption = False,
    como_json: JsonOption = False,
) -> None:
    """Ordena las acciones rezagadas con un puntaje cuyos componentes se ven; los ND van aparte.

    Ejemplo: presupuesto-link ver ranking --primeras 10
    """
    inputs = dinero.open(analisis, medida)
    if como_json:
        _print_json(dinero.evaluated(inputs))
        return
    result = dinero.decided(inputs)
    if en_csv:
        print_csv(result.ranking)
        return
    print_ranking(result, primeras)
    _print_waiting(result.ranking, result.levels)


def _print_json(result: Evaluation) -> None:
    from presupuesto_link.presentation.telling.words import money_facts

    print_json(
        dinero=money_facts(result.budget),
        pesos=result.inputs.spec.ranking.pesos.as_dict(),
        filas=records(result.ranking),
        hechos=result.facts.of(result.ranking.columns, (result.budget.anio,)).records(),
    )


def print_ranking(analysis: Decision, first: int | None = None) -> None:
    """Print the lagging actions with the components of their score, and what lagging means."""
    from presupuesto_link.evaluation.ranking import COMPONENTS

    lagging = analysis.lagging
    shown = lagging.head(first) if first else lagging
    rows = [
        (
            str(r["puesto"]),
            r["accion"],
            short_name(r["nombre"]),
            f"{r['puntaje_ratio']:.3f}",
            *(NO_DATA if r[c] is None else f"{r[c]:.2f}" for c in COMPONENTS),
            percent(r["avance_ratio"]),
        )
        for r in shown.iter_rows(named=True)
    ]
    print_table(
        f"{analysis.levels.accion} rezagadas ({shown.height} de {lagging.height})",
        [number("#"), code(analysis.levels.accion), name(), number("Pun-\ntaje"), *_component_columns(), number("Avance")],
        rows,
    )
    typer.echo(lagging_words(analysis.inputs.spec, analysis.levels))
    typer.echo(money_words(analysis.budget))


def _component_columns() -> list[Column]:
    from presupuesto_link.evaluation.ranking import COMPONENTS

    return [number(COMPONENT_LOOKS[component].brief, spare=True) for component in COMPONENTS]


def _print_waiting(table: pl.DataFrame, levels: Levels) -> None:
    import polars as pl

    from presupuesto_link.evaluation.ranking import NO_DATA as WAITING

    rows = [
        (str(r["puesto"]), r["accion"], short_name(r["nombre"]), soles(r["pim_soles"]))
        for r in table.filter(pl.col("grupo") == WAITING).iter_rows(named=True)
    ]
    print_table(
        f"Prioridad de dato: {levels.accion} sin resultado medible", [number("#"), code(levels.accion), name(), number("PIM")], rows
    )
