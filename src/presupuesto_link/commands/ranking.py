"""`ranking`: lagging actions for the adjustment of the POI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.asking.cuts import (
    DEFAULT_STORE,
    Asked,
    CutOption,
    RulesOption,
    Scope,
    ScopeOption,
    StoreOption,
    SuggestedOption,
    YearOption,
    optional_cut,
)
from presupuesto_link.commands.asking.options import (
    DEFAULT_ANALYSIS,
    AnalysisOption,
    BudgetOption,
    JsonOption,
    PlanOption,
    PolicyOption,
    ProfileOption,
    open_analysis,
)
from presupuesto_link.commands.saying.printing import Column, code, name, number, print_json, print_table, records

if TYPE_CHECKING:
    import polars as pl

    from presupuesto_link.evaluation.evaluate import Evaluation


def ranking(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    primeras: Annotated[int | None, typer.Option("--primeras", help="Cuántas AER rezagadas mostrar", metavar="N", min=1)] = None,
    perfil: ProfileOption = None,
    nd: PolicyOption = None,
    gasto: BudgetOption = None,
    plan: PlanOption = None,
    almacen: StoreOption = DEFAULT_STORE,
    instantanea: CutOption = None,
    ambito: ScopeOption = Scope.pliego,
    anio: YearOption = None,
    reglas: RulesOption = None,
    incluir_sugeridos: SuggestedOption = False,
    como_json: JsonOption = False,
) -> None:
    """Ordena las AER rezagadas con un puntaje cuyos componentes se ven; los ND van aparte.

    Ejemplo: presupuesto-link ranking --primeras 10
    """
    from presupuesto_link.evaluation.evaluate import evaluate

    asked = Asked(almacen, instantanea, ambito, reglas, incluir_sugeridos, anio)
    inputs = open_analysis(analisis, gasto, plan, perfil, nd)
    result = evaluate(inputs, optional_cut(inputs, asked))
    if como_json:
        from presupuesto_link.presentation.telling.words import money_facts

        shown = result.facts.of(result.ranking.columns, (result.budget.anio,))
        print_json(
            dinero=money_facts(result.budget),
            pesos=result.inputs.spec.ranking.pesos.as_dict(),
            filas=records(result.ranking),
            hechos=shown.records(),
        )
        return
    print_ranking(result, primeras)
    _print_waiting(result.ranking)


def print_ranking(analysis: Evaluation, first: int | None = None) -> None:
    """Print the lagging actions with the components of their score, and what lagging means."""
    import polars as pl

    from presupuesto_link.evaluation.ranking import COMPONENTS, LAGGING
    from presupuesto_link.presentation.telling.words import lagging_words, money_words
    from presupuesto_link.wording import NO_DATA, percent, short_name

    lagging = analysis.ranking.filter(pl.col("grupo") == LAGGING)
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
        f"AER rezagadas ({shown.height} de {lagging.height})",
        [number("#"), code("AER"), name(), number("Pun-\ntaje"), *_component_columns(), number("Avance")],
        rows,
    )
    typer.echo(lagging_words(analysis.inputs.spec))
    typer.echo(money_words(analysis.budget))


def _component_columns() -> list[Column]:
    from presupuesto_link.evaluation.ranking import COMPONENTS
    from presupuesto_link.presentation.theme import COMPONENT_LOOKS

    return [number(COMPONENT_LOOKS[component].brief, spare=True) for component in COMPONENTS]


def _print_waiting(table: pl.DataFrame) -> None:
    import polars as pl

    from presupuesto_link.evaluation.ranking import NO_DATA as WAITING
    from presupuesto_link.wording import short_name, soles

    rows = [
        (str(r["puesto"]), r["accion"], short_name(r["nombre"]), soles(r["pim_soles"]))
        for r in table.filter(pl.col("grupo") == WAITING).iter_rows(named=True)
    ]
    print_table("Prioridad de dato: AER sin resultado medible", [number("#"), code("AER"), name(), number("PIM")], rows)
