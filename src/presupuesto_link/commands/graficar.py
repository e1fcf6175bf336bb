"""`graficar`: only the plots."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from presupuesto_link.commands.asking.options import (
    AnalysisOption,
    BudgetOption,
    JsonOption,
    PlanOption,
    PolicyOption,
    ProfileOption,
    open_analysis,
)
from presupuesto_link.commands.saying.printing import print_json
from presupuesto_link.presentation.writing.folder import check_folder
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS


def graficar(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    salida: Annotated[Path, typer.Option("--salida", "-s", help="Carpeta donde se escriben", metavar="CARPETA")] = Path("graficos"),
    perfil: ProfileOption = None,
    nd: PolicyOption = None,
    gasto: BudgetOption = None,
    plan: PlanOption = None,
    como_json: JsonOption = False,
) -> None:
    """Dibuja las figuras del análisis en PNG y SVG.

    Ejemplo: presupuesto-link graficar --salida graficos
    """
    from presupuesto_link.dossier import assemble
    from presupuesto_link.presentation.folders.outputs import FIGURES, write_figures

    check_folder(salida, FIGURES)
    figures = write_figures(assemble(open_analysis(analisis, gasto, plan, perfil, nd)), salida)
    if como_json:
        print_json(carpeta=str(salida), figuras=[{"nombre": f.name, "titulo": f.title, "texto": f.alt} for f in figures])
        return
    for figure in figures:
        typer.echo(f"{figure.name}: {figure.title}")
    typer.echo(f"{len(figures)} figuras en PNG y SVG en {salida}")
