"""`informe`: the report for the Consejo Regional, in Word and ready to print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from presupuesto_link.commands.asking.groups import Story, grouped
from presupuesto_link.commands.asking.options import AnalysisOption, JsonOption
from presupuesto_link.commands.saying.printing import print_json, progress
from presupuesto_link.presentation.writing.folder import check_folder
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS


@grouped
def informe(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    salida: Annotated[Path, typer.Option("--salida", "-s", help="Carpeta del informe", metavar="CARPETA")] = Path("informe"),
    *,
    pedido: Story,
    como_json: JsonOption = False,
) -> None:
    """Escribe el informe para el Consejo Regional: un documento de Word y una página lista para imprimir.

    Ejemplo: presupuesto-link informe --instantanea ultima --anterior 20250701 --salida informe
    """
    from presupuesto_link.presentation.folders.report_folder import COMMAND, write_report

    check_folder(salida, COMMAND)
    with progress() as say:
        dossier = pedido.assembled(analisis, say)
        written = write_report(dossier, salida, say)
    if como_json:
        print_json(carpeta=str(salida), archivos=written, sintetico=dossier.synthetic)
        return
    if dossier.synthetic:
        typer.echo("DATOS SINTÉTICOS: ninguna cifra del trimestre es del SIAF.")
    typer.echo(f"Informe en {salida}: informe.docx (Word) e informe.html (para imprimir o guardar como PDF).")
