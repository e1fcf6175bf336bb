"""`analizar`: the whole analysis, written to a folder."""

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
    PolicyOption,
    ProfileOption,
    open_analysis,
)
from presupuesto_link.commands.printing import print_json, progress
from presupuesto_link.commands.ranking import print_ranking

if TYPE_CHECKING:
    from presupuesto_link.pipeline import Analysis


def analizar(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    salida: Annotated[Path, typer.Option("--salida", "-s", help="Carpeta de resultados", metavar="CARPETA")] = Path(
        "salida"
    ),
    perfil: ProfileOption = None,
    nd: PolicyOption = None,
    gasto: BudgetOption = None,
    plan: PlanOption = None,
    como_json: JsonOption = False,
) -> None:
    """Hace el análisis completo: tablas, libro de Excel, figuras y una página que los muestra.

    Ejemplo: presupuesto-link analizar --salida salida
    """
    from presupuesto_link.pipeline import analyse
    from presupuesto_link.presentation.outputs import write_analysis

    result = analyse(open_analysis(analisis, gasto, plan, perfil, nd))
    with progress() as say:
        written = write_analysis(result, salida, say)
    if como_json:
        print_json(carpeta=str(salida), archivos=written, hallazgos=len(result.audit.hallazgos))
        return
    print_summary(result, salida, len(written))


def print_summary(result: Analysis, folder: Path, files: int) -> None:
    """What was read, what was found, the ten most lagging actions and where everything is."""
    from presupuesto_link.presentation.summary import summary_lines

    for line in summary_lines(result):
        typer.echo(line)
    typer.echo("")
    print_ranking(result, 10)
    typer.echo(f"{files} archivos en {folder}. Abra {folder / 'index.html'}")
