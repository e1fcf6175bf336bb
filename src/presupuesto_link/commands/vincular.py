"""`vincular`: every sol of a snapshot to an AER, by signed rules; what is left out and why."""

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
from presupuesto_link.commands.saying.linkage_text import as_json, explained, facts, print_breakdown, print_explanation, print_linkage
from presupuesto_link.commands.saying.printing import print_json, records
from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS, embedded_root

if TYPE_CHECKING:
    import polars as pl

    from presupuesto_link.inputs import Inputs
    from presupuesto_link.linkage.snapshot import Linkage
    from presupuesto_link.store.store import Snapshot, Store

_SHOWN = 15


YearOption = Annotated[int | None, typer.Option("--anio", help="Sólo este año", metavar="AAAA", min=1990, max=2100)]
RulesArgument = Annotated[
    Path | None, typer.Argument(help="Reglas en .csv o .xlsx; sin ellas, las del análisis", metavar="[REGLAS]", show_default=False)
]


def vincular(
    reglas: RulesArgument = None,
    almacen: StoreOption = DEFAULT_STORE,
    instantanea: SnapshotOption = None,
    ambito: ScopeOption = Scope.pliego,
    anio: YearOption = None,
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    plan: PlanOption = None,
    incluir_sugeridos: SuggestedOption = False,
    explicar: Annotated[
        str | None,
        typer.Option("--explicar", help="Por qué una meta fue adonde fue, y qué regla casi la atrapa", metavar="SEC_EJEC-SEC_FUNC"),
    ] = None,
    exportar: Annotated[
        Path | None, typer.Option("--exportar", help="Escribe un libro para editar las reglas en Excel", metavar="LIBRO.xlsx")
    ] = None,
    salida: Annotated[
        Path | None, typer.Option("--salida", help="Escribe tablas y figuras de la cobertura en esa carpeta", metavar="CARPETA")
    ] = None,
    sugerir: Annotated[
        Path | None, typer.Option("--sugerir", help="Escribe reglas sugeridas para lo que quedó sin vincular", metavar="ARCHIVO.csv")
    ] = None,
    por: Annotated[
        str | None,
        typer.Option(
            "--por", help="Cada AER según: nivel, ejecutora, fuente, rubro, programa, departamento o provincia", metavar="DIMENSIÓN"
        ),
    ] = None,
    primeras: Annotated[int, typer.Option("--primeras", help="Cuántas filas mostrar en cada cuadro", metavar="N", min=1)] = _SHOWN,
    como_json: JsonOption = False,
) -> None:
    """Vincula el gasto de una instantánea con las AER del plan y dice qué queda fuera y por qué.

    Ejemplo: presupuesto-link vincular vinculos.xlsx --instantanea 20250131 --ambito pliego
    """
    _one_answer(explicar, sugerir, por, exportar, salida)
    inputs = open_analysis(analisis, plan=plan)
    store, snapshot = chosen_snapshot(inputs, almacen, instantanea, ambito)
    linkage = link(inputs, store, snapshot, reglas, ambito, anio, incluir_sugeridos)
    if explicar:
        _explain(linkage, store, explicar, como_json)
        return
    if exportar:
        from presupuesto_link.presentation.workbook.rules_book import write_rules_book

        write_rules_book(exportar, linkage, inputs.plan, raw_rules(inputs, reglas))
    if salida:
        from presupuesto_link.presentation.folders.linkage_folder import linkage_results
        from presupuesto_link.presentation.folders.results import write_results

        write_results(linkage_results(linkage, inputs.plan), salida)
    if sugerir:
        _suggest(linkage, inputs, sugerir, como_json)
        return
    if por:
        _break(linkage, inputs, por, primeras, como_json)
        return
    if como_json:
        print_json(**as_json(linkage))
        return
    print_linkage(linkage, primeras, inputs.plan.niveles)
    if salida:
        typer.echo(f"Tablas y figuras: {salida}")
    if exportar:
        typer.echo(f"Libro para editar: {exportar}. Cuando lo guarde: presupuesto-link vincular {exportar.name}")


def _one_answer(explain: str | None, suggest: Path | None, by: str | None, book: Path | None, folder: Path | None) -> None:
    """Options that answer different questions are not given together: one of them would be left without answer."""
    asked = [name for name, given in (("--explicar", explain), ("--sugerir", suggest), ("--por", by)) if given]
    written = [name for name, given in (("--exportar", book), ("--salida", folder)) if given]
    if len(asked) > 1 or (asked and written):
        raise typer.BadParameter(f"{' y '.join([*asked, *written])} no van juntas: repita la orden con cada una.")
    for name, path, ending in (("--exportar", book, ".xlsx"), ("--sugerir", suggest, ".csv")):
        if path and path.suffix.lower() != ending:
            raise typer.BadParameter(f"{name}: «{path.name}» no termina en {ending}.")


def link(inputs: Inputs, store: Store, snapshot: Snapshot, rules: Path | None, scope: Scope, year: int | None, suggested: bool) -> Linkage:
    """One call of the library."""
    from presupuesto_link.linkage.coverage import measured_actions
    from presupuesto_link.linkage.snapshot import link_snapshot

    spec = inputs.spec.vinculo
    return link_snapshot(
        store,
        snapshot,
        raw_rules(inputs, rules),
        measured_actions(inputs.plan),
        spec.transversales,
        spec.ambito,
        scope.value,
        year,
        suggested,
    )


def _suggest(linkage: Linkage, inputs: Inputs, path: Path, as_json_text: bool) -> None:
    """One suggestion per line that nothing links, in a file that `vincular` reads once a person has signed them."""
    import datetime as dt

    from presupuesto_link.linkage.suggest import Limits, suggest_rules
    from presupuesto_link.presentation.writing.csv_files import write_new_csv

    plan, day = inputs.plan, dt.date.fromisoformat(linkage.snapshot.cut_off)
    found = suggest_rules(
        linkage.coverage.sin_vincular,
        _programmes(inputs),
        plan.acciones,
        plan.indicadores,
        linkage.names,
        day,
        inputs.spec.vinculo.transversales,
        Limits(per_line=1),
    )
    write_new_csv(found, path)
    if as_json_text:
        print_json(**facts(linkage), archivo=str(path), sugerencias=records(found))
        return
    typer.echo(f"{found.height:,} sugerencias en {path}, una por línea sin vincular, de mayor a menor PIM.")
    typer.echo("Son preguntas, no decisiones: revise cada una, ponga su nombre y la fecha, y cambie «sugerido» por «firmado».")
    typer.echo("Para ver qué pasaría si se aceptaran todas: péguelas en su archivo de reglas y use --incluir-sugeridos.")


def _programmes(inputs: Inputs) -> pl.DataFrame:
    from presupuesto_link.linkage.programmes import check_programmes
    from presupuesto_link.sources.delimited import read_delimited

    return check_programmes(read_delimited(embedded_root() / "data" / "vinculos" / "programas.csv"), inputs.plan.acciones["accion"])


def _break(linkage: Linkage, inputs: Inputs, by: str, shown: int, as_json_text: bool) -> None:
    from presupuesto_link.linkage.coverage import BREAKDOWNS, breakdown

    if by not in BREAKDOWNS:
        raise typer.BadParameter(f"--por: «{by}» no es uno de {', '.join(BREAKDOWNS)}.")
    table = breakdown(linkage.cube, inputs.plan.acciones, by)
    if as_json_text:
        print_json(**facts(linkage), por=by, filas=records(table))
        return
    print_breakdown(linkage, table, by, shown, inputs.plan.niveles)


def _explain(linkage: Linkage, store: Store, wanted: str, as_json_text: bool) -> None:
    from presupuesto_link.linkage.explain import explain

    unit, _, meta = (part.strip().lstrip("0") or "0" for part in wanted.partition("-"))
    if "-" not in wanted or not (unit.isdigit() and meta.isdigit()):
        raise typer.BadParameter(f"--explicar: «{wanted}» no es SEC_EJEC-SEC_FUNC, por ejemplo 775-45.")
    years = linkage.cube["anio"].unique().to_list()
    lines = store.read(linkage.snapshot.id, filters={"anio": years, "sec_ejec": unit, "sec_func": meta})
    found = explain(lines, linkage.linked, linkage.names)
    if not found:
        raise InputDataError(
            Problem(
                f"instantánea {linkage.snapshot.id}",
                f"ninguna línea de la meta {unit}-{meta}",
                "una meta que esté en los datos",
                "revise los códigos; la lista de metas sin vincular la da «vincular --json»",
            )
        )
    if as_json_text:
        print_json(**facts(linkage), explicaciones=[explained(one) for one in found])
        return
    for one in found:
        print_explanation(one)
