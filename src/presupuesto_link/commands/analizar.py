"""`analizar`: the whole analysis or the whole quarter, written to a folder from one computation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from presupuesto_link.commands.asking.groups import Linked, Story, grouped
from presupuesto_link.commands.asking.here import NEWEST, NONE
from presupuesto_link.commands.asking.options import AcceptOption, AnalysisOption, JsonOption, rare
from presupuesto_link.commands.saying.printing import print_json, progress
from presupuesto_link.errors import InputDataError
from presupuesto_link.presentation.writing.folder import check_folder
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS
from presupuesto_link.wording import plural

if TYPE_CHECKING:
    from presupuesto_link.dossier import Dossier
    from presupuesto_link.store.load_report import LoadReport


class Part(StrEnum):
    """What `analizar` may write (`outputs.PARTS`)."""

    tablas = "tablas"
    libro = "libro"
    figuras = "figuras"
    tablero = "tablero"
    informe = "informe"
    escenarios = "escenarios"
    estrella = "estrella"


class Base(StrEnum):
    """Databases that the star may also be written to."""

    sqlite = "sqlite"
    duckdb = "duckdb"


@grouped
def analizar(
    archivos: Annotated[
        list[str] | None,
        typer.Argument(
            help="Extractos del trimestre o carpetas con ellos, que antes se cargan; sin ellos, lo que ya está en el almacén",
            metavar="ARCHIVO",
        ),
    ] = None,
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    salida: Annotated[Path, typer.Option("--salida", "-s", help="Carpeta de resultados", metavar="CARPETA")] = Path("salida"),
    *,
    pedido: Story,
    al: Annotated[str | None, rare("--al", help="Día de las cifras de los archivos, si no lo dicen", metavar="AAAA-MM-DD")] = None,
    aceptar: AcceptOption = None,
    solo: Annotated[
        list[Part] | None, typer.Option("--solo", help="Escribe sólo esa parte; se puede repetir", show_default="todas")
    ] = None,
    base: Annotated[list[Base] | None, rare("--base", help="Además de la estrella, una base: sqlite o duckdb", metavar="BASE")] = None,
    verificar: Annotated[bool, rare("--verificar", help="Compara otra vez las huellas antes de decir que nada cambió")] = False,
    como_json: JsonOption = False,
) -> None:
    """Hace el análisis completo, o el trimestre si se le dan archivos: tablero, libro, informe, tablas, figuras y borradores.

    Ejemplo: presupuesto-link analizar 2026-09_siaf.xlsx --salida salida
    """
    from presupuesto_link.presentation.folders.outputs import ANALYSIS, parts_of, write_analysis

    check_folder(salida, ANALYSIS, _filled(salida, pedido))
    loaded = _loaded(archivos, pedido, al, aceptar, como_json) if archivos else ()
    if loaded:
        pedido = replace(pedido, instantanea=loaded[-1].snapshot.id)
    parts = [part.value for part in solo] if solo else None
    bases = [one.value for one in base or ()]
    if parts == [Part.estrella.value]:
        _only_the_star(analisis, pedido, salida, bases, como_json)  # what somebody filled stays beside it
        return
    pedido = replace(pedido, libro_anterior=pedido.libro_anterior or _filled(salida, pedido))
    with progress() as say:
        dossier = pedido.assembled(analisis, say)
        written = write_analysis(dossier, salida, say, parts_of(dossier, parts), bases, aceptar or "")
    answer = {
        "carpeta": str(salida),
        "archivos": written,
        "hallazgos": len(dossier.analysis.audit.hallazgos),
        "sintetico": dossier.synthetic,
        "instantaneas": [report.snapshot.id for report in loaded],
    }
    _remember(dossier, salida, answer)
    if como_json:
        print_json(**answer, sin_cambios=False)
        return
    print_summary(dossier, salida, len(written))


def _remember(dossier: Dossier, folder: Path, answer: dict[str, Any]) -> None:
    """Note what was read, so that the same run is not made twice."""
    from presupuesto_link.commands.asking.here import here
    from presupuesto_link.commands.asking.unchanged import remember

    inputs, cut, office = dossier.analysis.inputs, dossier.analysis.money.cut, here()
    own = [inputs.path.parent / one for one in (inputs.spec.vinculo.reglas, inputs.spec.seguimiento.calendario) if one]
    kept = (
        [
            one.folder / "manifiesto.json"
            for one in (cut.snapshot, *cut.history, *([cut.before] if cut.before else []))
            if hasattr(one, "folder")
        ]
        if cut
        else []
    )
    places = [
        inputs.scenario_folder,
        inputs.norms_folder,
        *([cut.store.snapshots] if cut else []),
        *([inputs.path.parent] if office else []),
    ]
    remember(folder, answer, [*inputs.files, *own, *kept, *([office.path] if office else [])], places)


def _filled(folder: Path, asked: Story) -> Path | None:
    """The workbook of the last run, when somebody wrote in it and nobody names one of elsewhere."""
    from presupuesto_link.presentation.folders.outputs import FILLED
    from presupuesto_link.presentation.writing.folder import filled_since

    if asked.libro_anterior is not None:
        return asked.libro_anterior if asked.libro_anterior.resolve().parent == folder.resolve() else None
    return next((folder / name for name in ("libro.xlsx", FILLED) if filled_since(folder, name)), None)


def _loaded(files: Sequence[str], asked: Story, day: str | None, accepted: str | None, alone: bool) -> tuple[LoadReport, ...]:
    """The extracts in the store, the last cut-off last; what the load says that prevents an analysis stops it."""
    from presupuesto_link.commands.asking.extracts import given_extracts, somebody_answers, with_days
    from presupuesto_link.commands.cargar import accepted_for, load_all, no_filters, no_totals
    from presupuesto_link.store.store import Store

    extracts, unknown = given_extracts(files, day, None)
    extracts, undated = with_days(extracts, somebody_answers() and not alone)
    refused = (*unknown, *undated)
    reports, failed = load_all(extracts, refused, Store(asked.almacen), no_filters(), None, no_totals(), None, accepted_for(accepted))
    if failed:
        raise InputDataError(*(problem for _, error in failed for problem in error.problems))
    return tuple(sorted(reports, key=lambda report: report.snapshot.cut_off))


def _only_the_star(analysis: str, asked: Story, folder: Path, bases: Sequence[str], as_json_text: bool) -> None:
    """The linked spending and nothing else: the rest is not computed for it."""
    from presupuesto_link.commands.asking.cuts import raw_rules
    from presupuesto_link.commands.saying.star_text import print_star
    from presupuesto_link.presentation.folders.outputs import write_only_star
    from presupuesto_link.presentation.star.star_files import Export

    chosen = NEWEST if asked.instantanea in (None, NONE) else asked.instantanea
    linked = Linked(asked.almacen, chosen, asked.ambito, asked.anio, asked.reglas, asked.incluir_sugeridos, analysis, asked.plan)
    with progress() as say:
        say("Vinculando el gasto")
        inputs, linkage = linked.linked()
        raw = raw_rules(inputs, asked.reglas)
        digests = {raw.name: raw.digest} if raw else {}
        export = Export(linkage, inputs.plan, inputs.spec.vinculo.transversales, digests, "sqlite" in bases, "duckdb" in bases)
        files, written = write_only_star(export, folder, say, _filled(folder, asked))
    if as_json_text:
        print_json(carpeta=str(folder), archivos=files, filas=written.rows, totales_soles=written.soles)
        return
    print_star(export, folder, files, written)


def print_summary(dossier: Dossier, folder: Path, files: int) -> None:
    """The screen of the run: what was read, or what the quarter says; and where everything is."""
    from presupuesto_link.commands.ver.ranking import print_ranking
    from presupuesto_link.presentation.telling.screen import screen_lines
    from presupuesto_link.presentation.telling.summary import summary_lines
    from presupuesto_link.sources.filled import UNPLACED

    result = dossier.analysis
    if dossier.synthetic:
        typer.echo("DATOS SINTÉTICOS: el dinero de la instantánea no es del SIAF.")
    for line in screen_lines(dossier) if dossier.quarter else summary_lines(dossier):
        typer.echo(line)
    typer.echo("")
    if not dossier.quarter:
        print_ranking(result, 10)
    if result.unplaced is not None and result.unplaced.height:
        many = plural(result.unplaced.height, "fila llenada ya no sale", "filas llenadas ya no salen")
        typer.echo(f"{many} en el libro nuevo: lo escrito quedó en su hoja «{UNPLACED}».")
    first = next((name for name in ("index.html", "libro.xlsx", "informe.docx") if (folder / name).is_file()), "")
    typer.echo(f"{files} archivos en {folder}.{f' Abra {folder / first}' if first else ''}")
