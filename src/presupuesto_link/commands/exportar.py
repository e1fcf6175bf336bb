"""`exportar`: linked spending as a star, for Power BI, Excel and SQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.asking.cuts import (
    DEFAULT_STORE,
    Scope,
    ScopeOption,
    SnapshotOption,
    StoreOption,
    SuggestedOption,
    chosen_snapshot,
    raw_rules,
)
from presupuesto_link.commands.asking.options import AnalysisOption, JsonOption, PlanOption, open_analysis
from presupuesto_link.commands.saying.printing import print_json, progress
from presupuesto_link.commands.vincular import YearOption, link
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS
from presupuesto_link.wording import plural, soles

if TYPE_CHECKING:
    from presupuesto_link.presentation.star.star_files import Export, Written


def exportar(
    salida: Annotated[Path, typer.Option("--salida", "-s", help="Carpeta donde se escribe", metavar="CARPETA")],
    instantanea: SnapshotOption = None,
    almacen: StoreOption = DEFAULT_STORE,
    vinculos: Annotated[
        Path | None, typer.Option("--vinculos", help="Reglas en .csv o .xlsx; sin ellas, las del análisis", metavar="REGLAS")
    ] = None,
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    plan: PlanOption = None,
    ambito: ScopeOption = Scope.pliego,
    anio: YearOption = None,
    incluir_sugeridos: SuggestedOption = False,
    sqlite: Annotated[bool, typer.Option("--sqlite", help="Además, una base SQLite con céntimos enteros")] = False,
    duckdb: Annotated[bool, typer.Option("--duckdb", help="Además, una base DuckDB (requiere el complemento duckdb)")] = False,
    como_json: JsonOption = False,
) -> None:
    """Escribe el gasto vinculado para Power BI, Excel y SQL: hechos, dimensiones y una tabla plana.

    Ejemplo: presupuesto-link exportar --instantanea 20250131 --salida tablero --sqlite
    """
    from presupuesto_link.presentation.star.databases import check_duckdb
    from presupuesto_link.presentation.star.star_files import Export, write_star

    if duckdb:
        check_duckdb()
    inputs = open_analysis(analisis, plan=plan)
    store, snapshot = chosen_snapshot(inputs, almacen, instantanea, ambito)
    raw = raw_rules(inputs, vinculos)
    with progress() as say:
        say("Vinculando el gasto")
        linkage = link(inputs, store, snapshot, vinculos, ambito, anio, incluir_sugeridos)
        digests = {raw.name: raw.digest} if raw else {}
        export = Export(linkage, inputs.plan, inputs.spec.vinculo.transversales, digests, sqlite, duckdb)
        files, written = write_star(export, salida, say)
    if como_json:
        print_json(carpeta=str(salida), archivos=files, filas=written.rows, totales_soles=written.soles)
        return
    _print_summary(export, salida, files, written)


def _print_summary(export: Export, folder: Path, files: list[str], written: Written) -> None:
    """What was written, with totals that can be checked against the store."""
    from presupuesto_link.linkage.findings import summary, unsigned

    linkage = export.linkage
    totals, rows = written.soles["hechos"], written.rows
    typer.echo(f"Instantánea {linkage.snapshot.id} · corte {linkage.snapshot.cut_off} · {linkage.scope}")
    typer.echo(f"{linkage.rules.source or 'sin archivo de reglas'}: {summary(linkage.rules, linkage.with_suggested)}.")
    if said := unsigned(linkage.rules, linkage.with_suggested, linkage.coverage.firmas):
        typer.echo(said)
    if linkage.with_suggested and linkage.rules.suggested:
        typer.echo("Atención: estas cifras cuentan reglas sugeridas que nadie ha firmado.")
    typer.echo(
        f"Hechos: {plural(rows['hechos'], 'fila', 'filas')}; PIM {soles(totals['pim_soles'], 2)}, "
        f"devengado {soles(totals['devengado_soles'], 2)}. "
        f"Transversales, aparte y sin sumar: {plural(rows['hechos_transversales'], 'fila', 'filas')}."
    )
    if linkage.findings:
        found = plural(len(linkage.findings), "hallazgo", "hallazgos")
        typer.echo(f"{found} sobre las reglas: véalos con «vincular».")
    typer.echo(f"{len(files)} archivos en {folder}. Empiece por {folder / 'LEAME.txt'}")
