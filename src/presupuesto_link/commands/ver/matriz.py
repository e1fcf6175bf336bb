"""`matriz`: execution against result, with the diagnosis of each action."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from presupuesto_link.commands.asking.cuts import CsvOption
from presupuesto_link.commands.asking.groups import Measure, Money, grouped
from presupuesto_link.commands.asking.options import AnalysisOption, JsonOption
from presupuesto_link.commands.saying.printing import Column, code, number, print_csv, print_json, print_table, records
from presupuesto_link.presentation.theme import band_name
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS
from presupuesto_link.wording import soles

if TYPE_CHECKING:
    import polars as pl

    from presupuesto_link.evaluation.matrix import Matrix
    from presupuesto_link.tables.levels import Levels


_CODES = Column("Cuáles", least=20)


@grouped
def matriz(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    resultado: Annotated[
        int | None, typer.Option("--resultado", help="Año del resultado", metavar="AAAA", show_default="el que decide")
    ] = None,
    *,
    medida: Measure,
    dinero: Money,
    en_csv: CsvOption = False,
    como_json: JsonOption = False,
) -> None:
    """Cruza la ejecución de un año con el resultado de otro y diagnostica cada acción.

    Ejemplo: presupuesto-link ver matriz --anio 2023 --resultado 2024
    """
    from presupuesto_link.evaluation.evaluate import facts_of, matrix_of

    inputs = dinero.open(analisis, medida)
    levels = inputs.plan.niveles
    analysis = replace(dinero, anio=None).evaluated(inputs)
    cells, diagnosis = matrix_of(analysis, dinero.anio, resultado)
    if en_csv:
        print_csv(diagnosis)
        return
    if como_json:
        print_json(
            anio_ejecucion=cells.anio_ejecucion,
            anio_resultado=cells.anio_resultado,
            ejecucion_medida=cells.medida,
            ambito=cells.ambito,
            fuente=cells.cita,
            sintetico=cells.sintetico,
            al=cells.al,
            ritmo_al=cells.ritmo_al,
            firma=cells.firma,
            celdas=records(cells.celdas),
            acciones=records(diagnosis),
            hechos=facts_of(analysis, cells, diagnosis).records(),
        )
        return
    _print_cells(cells, levels)
    _print_diagnosis(diagnosis, levels)
    typer.echo(cells.nota)


def _print_cells(matrix: Matrix, levels: Levels) -> None:
    rows = [
        (band_name(r["banda_ejecucion"]), band_name(r["banda_resultado"]), str(r["acciones"]), *_money(r), r["lista"])
        for r in matrix.celdas.iter_rows(named=True)
        if r["acciones"]
    ]
    print_table(
        f"Ejecución {matrix.anio_ejecucion} ({matrix.medida}) frente a resultado {matrix.anio_resultado} (las transversales no se suman)",
        [code("Ejecución"), code("Resultado"), number(levels.accion), number("PIM"), number("Devengado", spare=True), _CODES],
        rows,
    )


def _money(cell: dict[str, Any]) -> tuple[str, str]:
    """PIM and devengado of a cell; words, never zero, where its actions have no budget that may be added up."""
    from presupuesto_link.vocabulary import GREY

    if cell["banda_ejecucion"] == GREY:
        return "sin presupuesto", "—"
    if cell["acciones"] == cell["transversales"]:
        return "no se suma", "—"
    return soles(cell["pim_soles"]), soles(cell["devengado_soles"])


def _print_diagnosis(diagnosis: pl.DataFrame, levels: Levels) -> None:
    rows = [(r["accion"], r["diagnostico"], r["razon"]) for r in diagnosis.iter_rows(named=True)]
    print_table("Diagnóstico", [code(levels.accion), Column("Diagnóstico"), Column("Por qué", least=30)], rows)
