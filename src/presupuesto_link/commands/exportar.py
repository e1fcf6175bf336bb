"""`exportar`: linked spending as a star, for Power BI, Excel and SQL."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.cargar import DEFAULT_STORE, StoreOption
from presupuesto_link.commands.options import DEFAULT_ANALYSIS, AnalysisOption, JsonOption, PlanOption, open_analysis
from presupuesto_link.commands.printing import print_json, progress

if TYPE_CHECKING:
    from presupuesto_link.pipeline import Inputs
    from presupuesto_link.presentation.star_files import Export, Written
    from presupuesto_link.sources.delimited import RawTable


class ScopeChoice(StrEnum):
    """Whose spending."""

    pliego = "pliego"
    departamento = "departamento"
    todo = "todo"


def exportar(
    salida: Annotated[Path, typer.Option("--salida", "-s", help="Carpeta donde se escribe", metavar="CARPETA")],
    instantanea: Annotated[str, typer.Option("--instantanea", help="Instantánea del almacén", metavar="ID")],
    almacen: StoreOption = DEFAULT_STORE,
    vinculos: Annotated[
        Path | None,
        typer.Option("--vinculos", help="Reglas en .csv o .xlsx; sin ellas, las del análisis", metavar="REGLAS"),
    ] = None,
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    plan: PlanOption = None,
    ambito: Annotated[
        ScopeChoice,
        typer.Option(
            "--ambito",
            help="De quién es el gasto: pliego (el gobierno regional), departamento (todos los niveles, donde recae) o todo",
        ),
    ] = ScopeChoice.pliego,
    anio: Annotated[
        int | None, typer.Option("--anio", help="Sólo este año", metavar="AAAA", min=1990, max=2100)
    ] = None,
    incluir_sugeridos: Annotated[
        bool, typer.Option("--incluir-sugeridos", help="Cuenta también las reglas sugeridas, que nadie ha firmado")
    ] = False,
    sqlite: Annotated[bool, typer.Option("--sqlite", help="Además, una base SQLite con céntimos enteros")] = False,
    duckdb: Annotated[
        bool, typer.Option("--duckdb", help="Además, una base DuckDB (requiere el complemento duckdb)")
    ] = False,
    como_json: JsonOption = False,
) -> None:
    """Escribe el gasto vinculado para Power BI, Excel y SQL: hechos, dimensiones y una tabla plana.

    Ejemplo: presupuesto-link exportar --instantanea 20250131 --salida tablero --sqlite
    """
    from presupuesto_link.linking import link_snapshot
    from presupuesto_link.presentation.databases import check_duckdb
    from presupuesto_link.presentation.star_files import Export, write_star
    from presupuesto_link.sources.store import Store

    if duckdb:
        check_duckdb()
    inputs = open_analysis(analisis, plan=plan)
    spec, raw, store = inputs.spec.vinculo, _rules(inputs, vinculos), Store(almacen)
    with progress() as say:
        linkage = link_snapshot(
            store, store.get(instantanea), raw, inputs.plan.acciones, spec.transversales, spec.ambito, ambito.value, anio, incluir_sugeridos
        )  # fmt: skip
        export = Export(linkage, inputs.plan, spec.transversales, {raw.name: raw.digest} if raw else {}, sqlite, duckdb)
        files, written = write_star(export, salida, say)
    if como_json:
        print_json(carpeta=str(salida), archivos=files, filas=written.rows, totales_soles=written.soles)
        return
    _print_summary(export, salida, files, written)


def _rules(inputs: Inputs, path: Path | None) -> RawTable | None:
    """The rules given, or those of the analysis; null when it has none."""
    from presupuesto_link.sources.links import read_links

    own = inputs.spec.vinculo.reglas
    place = path or (inputs.path.parent / own if own else None)
    return read_links(place) if place else None


def _print_summary(export: Export, folder: Path, files: list[str], written: Written) -> None:
    """What was written, with totals that can be checked against the store."""
    from presupuesto_link.linkage.findings import summary
    from presupuesto_link.wording import plural, soles

    linkage = export.linkage
    totals = written.soles["hechos"]
    typer.echo(f"Instantánea {linkage.snapshot.id} · corte {linkage.snapshot.cut_off} · {linkage.scope}")
    typer.echo(f"{linkage.rules.source or 'sin archivo de reglas'}: {summary(linkage.rules, linkage.with_suggested)}.")
    if linkage.with_suggested and linkage.rules.suggested:
        typer.echo("Atención: estas cifras cuentan reglas sugeridas que nadie ha firmado.")
    typer.echo(
        f"Hechos: {plural(written.rows['hechos'], 'fila', 'filas')}; PIM {soles(totals['pim_soles'], 2)}, devengado {soles(totals['devengado_soles'], 2)}. "
        f"Transversales, aparte y sin sumar: {plural(written.rows['hechos_transversales'], 'fila', 'filas')}."
    )
    if linkage.findings:
        typer.echo(f"{plural(len(linkage.findings), 'hallazgo', 'hallazgos')} sobre las reglas.")
    typer.echo(f"{len(files)} archivos en {folder}. Empiece por {folder / 'LEAME.txt'}")
