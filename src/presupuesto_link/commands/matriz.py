"""`matriz`: execution against result, with the diagnosis of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.options import (
    DEFAULT_ANALYSIS,
    AnalysisOption,
    BudgetOption,
    JsonOption,
    PlanOption,
    PolicyOption,
    ProfileOption,
    open_analysis,
)
from presupuesto_link.commands.printing import print_json, print_table, records

if TYPE_CHECKING:
    import polars as pl

    from presupuesto_link.matrices.matrix import Matrix


def matriz(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    ejecucion: Annotated[int, typer.Option("--ejecucion", help="Año del presupuesto", metavar="AAAA")] = 2023,
    resultado: Annotated[int, typer.Option("--resultado", help="Año del resultado", metavar="AAAA")] = 2024,
    perfil: ProfileOption = None,
    nd: PolicyOption = None,
    gasto: BudgetOption = None,
    plan: PlanOption = None,
    como_json: JsonOption = False,
) -> None:
    """Cruza la ejecución de un año con el resultado de otro y diagnostica cada AER.

    Ejemplo: presupuesto-link matriz --ejecucion 2023 --resultado 2024
    """
    from presupuesto_link.pipeline import analyse

    result = analyse(open_analysis(analisis, gasto, plan, perfil, nd, ((ejecucion, resultado),)))
    cells, diagnosis = result.matrices[0], result.diagnoses[0]
    if como_json:
        print_json(
            anio_ejecucion=ejecucion,
            anio_resultado=resultado,
            celdas=records(cells.celdas),
            acciones=records(diagnosis),
        )
        return
    _print_cells(cells)
    _print_diagnosis(diagnosis)


def _print_cells(matrix: Matrix) -> None:
    from presupuesto_link.wording import soles

    rows = [
        (
            r["banda_ejecucion"],
            r["banda_resultado"],
            str(r["acciones"]),
            soles(r["pim_soles"]),
            soles(r["devengado_soles"]),
            r["lista"],
        )
        for r in matrix.celdas.iter_rows(named=True)
        if r["acciones"]
    ]
    print_table(
        f"Ejecución {matrix.anio_ejecucion} frente a resultado {matrix.anio_resultado} (las transversales no se suman)",
        [
            ("Ejecución", "left"),
            ("Resultado", "left"),
            ("AER", "right"),
            ("PIM", "right"),
            ("Devengado", "right"),
            ("Cuáles", "left"),
        ],
        rows,
    )


def _print_diagnosis(diagnosis: pl.DataFrame) -> None:
    rows = [(r["accion"], r["diagnostico"], r["razon"]) for r in diagnosis.iter_rows(named=True)]
    print_table("Diagnóstico", [("AER", "left"), ("Diagnóstico", "left"), ("Por qué", "left")], rows)
