"""`tablero`: the board, alone in one file."""

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


def tablero(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    salida: Annotated[Path, typer.Option("--salida", "-s", help="Archivo .html que se escribe", metavar="ARCHIVO")] = Path("tablero.html"),
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
    """Escribe el tablero en un solo archivo, que se abre sin internet y se puede enviar.

    Ejemplo: presupuesto-link tablero --instantanea ultima --salida tablero.html
    """
    from presupuesto_link.dossier import assemble
    from presupuesto_link.presentation.board.file import check_board, write_board

    check_board(salida)
    asked = Asked(almacen, instantanea, ambito, reglas, incluir_sugeridos, anio, mes, historia or (), anterior)
    with progress() as say:
        inputs = open_analysis(analisis, gasto, plan, perfil, nd, filled=libro_anterior)
        dossier = assemble(inputs, optional_cut(inputs, asked), say)
        write_board(dossier, salida, say)
    size = salida.stat().st_size
    if como_json:
        print_json(archivo=str(salida), bytes=size, sintetico=dossier.synthetic)
        return
    if dossier.synthetic:
        typer.echo("DATOS SINTÉTICOS: ninguna cifra del trimestre es del SIAF.")
    typer.echo(f"Tablero: {salida} ({size / 1e6:.1f} MB, un solo archivo). Ábralo con el navegador.")
