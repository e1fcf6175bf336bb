"""`informe`: the report for the Consejo Regional, in Word and ready to print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from presupuesto_link.commands.asking.cuts import (
    DEFAULT_STORE,
    Asked,
    BeforeOption,
    CutOption,
    HistoryOption,
    MonthOption,
    RulesOption,
    Scope,
    ScopeOption,
    StoreOption,
    SuggestedOption,
    YearOption,
    optional_cut,
)
from presupuesto_link.commands.asking.options import (
    AnalysisOption,
    BudgetOption,
    FilledOption,
    JsonOption,
    PlanOption,
    PolicyOption,
    ProfileOption,
    open_analysis,
)
from presupuesto_link.commands.saying.printing import print_json, progress
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS


def informe(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    salida: Annotated[Path, typer.Option("--salida", "-s", help="Carpeta del informe", metavar="CARPETA")] = Path("informe"),
    perfil: ProfileOption = None,
    nd: PolicyOption = None,
    gasto: BudgetOption = None,
    plan: PlanOption = None,
    almacen: StoreOption = DEFAULT_STORE,
    instantanea: CutOption = None,
    ambito: ScopeOption = Scope.pliego,
    anio: YearOption = None,
    mes: MonthOption = None,
    anterior: BeforeOption = None,
    historia: HistoryOption = None,
    reglas: RulesOption = None,
    incluir_sugeridos: SuggestedOption = False,
    libro_anterior: FilledOption = None,
    como_json: JsonOption = False,
) -> None:
    """Escribe el informe para el Consejo Regional: un documento de Word y una página lista para imprimir.

    Ejemplo: presupuesto-link informe --instantanea ultima --anterior 20250701 --salida informe
    """
    from presupuesto_link.dossier import assemble
    from presupuesto_link.presentation.folders.report_folder import COMMAND, write_report
    from presupuesto_link.presentation.writing.folder import check_folder

    check_folder(salida, COMMAND)
    asked = Asked(almacen, instantanea, ambito, reglas, incluir_sugeridos, anio, mes, historia or (), anterior)
    with progress() as say:
        inputs = open_analysis(analisis, gasto, plan, perfil, nd, filled=libro_anterior)
        dossier = assemble(inputs, optional_cut(inputs, asked), say)
        written = write_report(dossier, salida, say)
    if como_json:
        print_json(carpeta=str(salida), archivos=written, sintetico=dossier.synthetic)
        return
    if dossier.synthetic:
        typer.echo("DATOS SINTÉTICOS: ninguna cifra del trimestre es del SIAF.")
    typer.echo(f"Informe en {salida}: informe.docx (Word) e informe.html (para imprimir o guardar como PDF).")
