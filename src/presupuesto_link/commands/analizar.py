"""`analizar`: the whole analysis, written to a folder."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.asking.groups import Story, grouped
from presupuesto_link.commands.asking.options import AnalysisOption, JsonOption
from presupuesto_link.commands.ranking import print_ranking
from presupuesto_link.commands.saying.printing import print_json, progress
from presupuesto_link.presentation.writing.folder import check_folder
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS
from presupuesto_link.wording import plural

if TYPE_CHECKING:
    from presupuesto_link.dossier import Dossier


class Part(StrEnum):
    """What `analizar` may write (`outputs.PARTS`)."""

    tablas = "tablas"
    libro = "libro"
    figuras = "figuras"
    tablero = "tablero"
    informe = "informe"
    escenarios = "escenarios"


@grouped
def analizar(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    salida: Annotated[Path, typer.Option("--salida", "-s", help="Carpeta de resultados", metavar="CARPETA")] = Path("salida"),
    *,
    pedido: Story,
    solo: Annotated[
        list[Part] | None, typer.Option("--solo", help="Escribe sólo esa parte; se puede repetir", show_default="todas")
    ] = None,
    como_json: JsonOption = False,
) -> None:
    """Hace el análisis completo: tablas, libro de Excel, figuras, tablero, informe y el borrador de cada escenario.

    Ejemplo: presupuesto-link analizar --salida salida --instantanea ultima
    """
    from presupuesto_link.presentation.folders.outputs import ANALYSIS, PARTS, write_analysis

    check_folder(salida, ANALYSIS)
    with progress() as say:
        dossier = pedido.assembled(analisis, say)
        written = write_analysis(dossier, salida, say, [part.value for part in solo] if solo else PARTS)
    result = dossier.analysis
    if como_json:
        print_json(carpeta=str(salida), archivos=written, hallazgos=len(result.audit.hallazgos))
        return
    print_summary(dossier, salida, len(written))


def print_summary(dossier: Dossier, folder: Path, files: int) -> None:
    """What was read, what was found, the ten most lagging actions and where everything is."""
    from presupuesto_link.presentation.telling.summary import summary_lines
    from presupuesto_link.sources.filled import UNPLACED

    result = dossier.analysis
    if dossier.synthetic:
        typer.echo("DATOS SINTÉTICOS: el dinero de la instantánea no es del SIAF.")
    for line in summary_lines(dossier):
        typer.echo(line)
    typer.echo("")
    print_ranking(result, 10)
    if result.unplaced is not None and result.unplaced.height:
        many = plural(result.unplaced.height, "fila llenada ya no sale", "filas llenadas ya no salen")
        typer.echo(f"{many} en el libro nuevo: lo escrito quedó en su hoja «{UNPLACED}».")
    first = next((name for name in ("index.html", "libro.xlsx", "informe.docx") if (folder / name).is_file()), "")
    typer.echo(f"{files} archivos en {folder}.{f' Abra {folder / first}' if first else ''}")
