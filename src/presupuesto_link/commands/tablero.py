"""`tablero`: the board, alone in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from presupuesto_link.commands.asking.groups import Story, grouped
from presupuesto_link.commands.asking.options import AnalysisOption, JsonOption
from presupuesto_link.commands.saying.printing import print_json, progress
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS


@grouped
def tablero(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    salida: Annotated[Path, typer.Option("--salida", "-s", help="Archivo .html que se escribe", metavar="ARCHIVO")] = Path("tablero.html"),
    *,
    pedido: Story,
    como_json: JsonOption = False,
) -> None:
    """Escribe el tablero en un solo archivo, que se abre sin internet y se puede enviar.

    Ejemplo: presupuesto-link tablero --instantanea ultima --salida tablero.html
    """
    from presupuesto_link.presentation.board.file import check_board, write_board

    check_board(salida)
    with progress() as say:
        dossier = pedido.assembled(analisis, say)
        write_board(dossier, salida, say)
    size = salida.stat().st_size
    if como_json:
        print_json(archivo=str(salida), bytes=size, sintetico=dossier.synthetic)
        return
    if dossier.synthetic:
        typer.echo("DATOS SINTÉTICOS: ninguna cifra del trimestre es del SIAF.")
    typer.echo(f"Tablero: {salida} ({size / 1e6:.1f} MB, un solo archivo). Ábralo con el navegador.")
