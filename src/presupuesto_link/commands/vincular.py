"""`vincular`: the rules by which every sol reaches an action: to edit, to suggest, to explain, and what the operational plan says instead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.asking.cuts import FirstOption, FolderOption, MetasOption, PoiOption, raw_rules
from presupuesto_link.commands.asking.groups import Linked, grouped
from presupuesto_link.commands.asking.options import JsonOption, rare
from presupuesto_link.commands.saying.bridge_text import bridge_as_json, print_bridging
from presupuesto_link.commands.saying.linkage_text import as_json, explained, facts, print_explanation, print_linkage
from presupuesto_link.commands.saying.printing import print_json, records
from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.embedded import embedded_root
from presupuesto_link.wording import shell_word

if TYPE_CHECKING:
    import polars as pl

    from presupuesto_link.inputs import Inputs
    from presupuesto_link.linkage.plan.bridging import Bridging
    from presupuesto_link.linkage.snapshot import Linkage

_SHOWN = 15


@grouped
def vincular(
    archivo: Annotated[
        Path | None, typer.Argument(help="Reglas en .csv o .xlsx; sin ellas, las de la oficina o las del análisis", metavar="REGLAS")
    ] = None,
    *,
    vinculado: Linked,
    explicar: Annotated[
        str | None,
        typer.Option("--explicar", help="Por qué una meta fue adonde fue, y qué regla casi la atrapa", metavar="SEC_EJEC-SEC_FUNC"),
    ] = None,
    exportar: Annotated[
        Path | None,
        typer.Option(
            "--exportar",
            help="Escribe un libro para editar las reglas en Excel (.xlsx); con --poi, las reglas derivadas (.csv)",
            metavar="ARCHIVO",
        ),
    ] = None,
    sugerir: Annotated[
        Path | None,
        typer.Option(
            "--sugerir",
            help="Escribe reglas sugeridas para lo que quedó sin vincular; con --poi, parejas de meta y AOI",
            metavar="ARCHIVO.csv",
        ),
    ] = None,
    poi: PoiOption = None,
    metas_aoi: MetasOption = None,
    aei_aer: Annotated[
        Path | None, rare("--aei-aer", help="Tabla firmada de AEI y AER, con --poi; aún sin ella, muestra lo que falta", metavar="TABLA")
    ] = None,
    salida: FolderOption = None,
    primeras: FirstOption = None,
    como_json: JsonOption = False,
) -> None:
    """Revisa las reglas que llevan el gasto a las acciones: las edita, las sugiere, las explica y las compara con el POI.

    Ejemplo: presupuesto-link vincular --exportar reglas.xlsx
    """
    _one_answer(explicar, sugerir if not poi else None, exportar if not poi else None, salida)
    asked = replace(vinculado, reglas=archivo or vinculado.reglas)
    if poi:
        _bridge(asked, poi, (metas_aoi, aei_aer), (exportar, sugerir), primeras or _SHOWN, como_json)
        return
    inputs, linkage = asked.linked()
    if explicar:
        _explain(linkage, asked, explicar, como_json)
        return
    if exportar:
        from presupuesto_link.presentation.workbook.rules_book import write_rules_book

        write_rules_book(exportar, linkage, inputs.plan, raw_rules(inputs, asked.reglas))
    if salida:
        from presupuesto_link.presentation.folders.linkage_folder import linkage_results
        from presupuesto_link.presentation.folders.results import write_results

        write_results(linkage_results(linkage, inputs.plan), salida)
    if sugerir:
        _suggest(linkage, inputs, sugerir, como_json)
        return
    if como_json:
        print_json(**as_json(linkage))
        return
    print_linkage(linkage, primeras or _SHOWN, inputs.plan.niveles)
    if salida:
        typer.echo(f"Tablas y figuras: {salida}")
    if exportar:
        typer.echo(f"Libro para editar: {exportar}. Cuando lo guarde: presupuesto-link vincular {shell_word(str(exportar))}")


def _one_answer(explain: str | None, suggest: Path | None, book: Path | None, folder: Path | None) -> None:
    """Options that answer different questions are not given together: one of them would be left without answer."""
    asked = [name for name, given in (("--explicar", explain), ("--sugerir", suggest)) if given]
    written = [name for name, given in (("--exportar", book), ("--salida", folder)) if given]
    if len(asked) > 1 or (asked and written):
        raise typer.BadParameter(f"{' y '.join([*asked, *written])} no van juntas: repita la orden con cada una.")
    for name, path, ending in (("--exportar", book, ".xlsx"), ("--sugerir", suggest, ".csv")):
        if path and path.suffix.lower() != ending:
            raise typer.BadParameter(f"{name}: «{path.name}» no termina en {ending}.")


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


def _explain(linkage: Linkage, asked: Linked, wanted: str, as_json_text: bool) -> None:
    from presupuesto_link.linkage.explain import explain
    from presupuesto_link.store.store import Store

    unit, _, meta = (part.strip().lstrip("0") or "0" for part in wanted.partition("-"))
    if "-" not in wanted or not (unit.isdigit() and meta.isdigit()):
        raise typer.BadParameter(f"--explicar: «{wanted}» no es SEC_EJEC-SEC_FUNC, por ejemplo 775-45.")
    years = linkage.cube["anio"].unique().to_list()
    lines = Store(asked.almacen).read(linkage.snapshot.id, filters={"anio": years, "sec_ejec": unit, "sec_func": meta})
    found = explain(lines, linkage.linked, linkage.names)
    if not found:
        raise InputDataError(
            Problem(
                f"instantánea {linkage.snapshot.id}",
                f"ninguna línea de la meta {unit}-{meta}",
                "una meta que esté en los datos",
                "revise los códigos; la lista de metas sin vincular la da «ver vinculo --json»",
            )
        )
    if as_json_text:
        print_json(**facts(linkage), explicaciones=[explained(one) for one in found])
        return
    for one in found:
        print_explanation(one)


def _bridge(
    asked: Linked,
    exports: list[str],
    signed: tuple[Path | None, Path | None],
    files: tuple[Path | None, Path | None],
    shown: int,
    as_json_text: bool,
) -> None:
    """What the operational plan says each meta is for, beside the rules by hand."""
    from presupuesto_link.presentation.folders.derived_rules import write_rules, write_suggestions

    result = _bridged(asked, exports, *signed)
    rules, suggestions = files
    if rules:
        write_rules(rules, result.chain.rules)
    if suggestions:
        write_suggestions(suggestions, result.chain.sugerencias)
    if as_json_text:
        print_json(**bridge_as_json(result))
        return
    print_bridging(result, shown)
    if rules:
        typer.echo(f"Reglas derivadas: {rules}. Para usarlas: presupuesto-link vincular {shell_word(str(rules))}")
    if suggestions:
        typer.echo(f"Parejas por firmar: {suggestions}. Complete autor y fecha y páselas a la tabla de --metas-aoi.")


def _bridged(asked: Linked, exports: list[str], metas_aoi: Path | None, aei_aer: Path | None) -> Bridging:
    from presupuesto_link.linkage.plan.bridging import Given, bridge_snapshot
    from presupuesto_link.sources.ceplan import read_export
    from presupuesto_link.sources.links import read_links
    from presupuesto_link.sources.siaf.named import expand

    inputs, store, snapshot = asked.opened()
    given = Given(
        tuple(read_export(path) for path in expand(exports)),
        read_links(metas_aoi, "metas_aoi") if metas_aoi else None,
        read_links(aei_aer, "aei_aer") if aei_aer else None,
        raw_rules(inputs, asked.reglas),
    )
    return bridge_snapshot(store, snapshot, given, inputs.plan.acciones, inputs.spec.vinculo, asked.ambito.value)
