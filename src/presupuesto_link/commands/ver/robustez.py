"""`robustez`: how much of the ranking stands whatever the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.asking.cuts import CsvOption, FolderOption
from presupuesto_link.commands.asking.groups import Money, grouped
from presupuesto_link.commands.asking.options import AnalysisOption, JsonOption, old, rare
from presupuesto_link.commands.saying.printing import Column, code, name, number, print_csv, print_json, print_table, records
from presupuesto_link.presentation.telling.robustness_words import DOUBTS, central_words, how, interval, options_words, sentences, share
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS
from presupuesto_link.wording import points, short_name

if TYPE_CHECKING:
    from presupuesto_link.studies.robustness import Robustness


@grouped
def robustez(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    sorteos: Annotated[int | None, rare("--sorteos", help="Cuántos juegos de pesos se sortean", metavar="N", min=1, max=1_000_000)] = None,
    semilla: Annotated[int | None, old("--semilla", help="Semilla de los sorteos", metavar="N", min=0)] = None,
    primeras: Annotated[
        int | None, typer.Option("--primeras", "-n", help="Cuántas acciones forman la lista que se decide", metavar="N", min=1)
    ] = None,
    salida: FolderOption = None,
    *,
    dinero: Money,
    en_csv: CsvOption = False,
    como_json: JsonOption = False,
) -> None:
    """Dice qué acciones rezagadas lo son con cualquier peso, cuáles dependen de los pesos o de la lectura, y qué duda importa más.

    Ejemplo: presupuesto-link ver robustez --salida robustez
    """
    from presupuesto_link.studies.robustness import study_robustness

    analysis = dinero.evaluated(dinero.open(analisis))
    given = {"sorteos": sorteos, "semilla": semilla, "primeros": primeras}
    spec = analysis.inputs.spec.robustez.model_copy(update={key: n for key, n in given.items() if n is not None})
    found = study_robustness(analysis, spec)
    if salida:
        from presupuesto_link.presentation.folders.results import write_results
        from presupuesto_link.presentation.folders.robustness_folder import robustness_results

        write_results(robustness_results(analysis, found), salida)
    if en_csv:
        print_csv(found.resumen)
        return
    if como_json:
        _print_json(found)
        return
    _print_actions(found)
    _print_effects(found)
    _print_words(found)
    if salida:
        typer.echo(f"Tablas y figuras: {salida}")


def _print_json(found: Robustness) -> None:
    from presupuesto_link.presentation.folders.robustness_folder import robustness_tables

    print_json(
        robustez=found.spec.model_dump(mode="json"),
        error_maximo=found.aceptabilidad.error_maximo,
        frases=sentences(found),
        **{title: records(table) for title, table in robustness_tables(found).items()},
    )


def _print_actions(found: Robustness) -> None:
    """The actions that ever have a place, in the order of the ranking."""
    weights: dict[str, dict[str, float | None]] = {}
    for action, component, weight in found.aceptabilidad.centrales.select("accion", "componente", "peso_central_ratio").iter_rows():
        weights.setdefault(action, {})[component] = weight
    rows = [
        (
            "–" if r["puesto"] is None else str(r["puesto"]),
            r["accion"],
            short_name(r["nombre"]),
            interval(r["puesto_bajo"], r["puesto_alto"]),
            share(r["primeros_ratio"]),
            share(r["primera_ratio"]),
            share(r["sin_puesto_ratio"]),
            central_words(weights[r["accion"]]),
        )
        for r in found.con_puesto.iter_rows(named=True)
    ]
    print_table(
        f"Qué tan firme es el ranking ({len(rows)} {found.levels.accion} con puesto en algún caso)",
        [
            number("#"),
            code(found.levels.accion),
            name(),
            number("Puestos"),
            number(f"Entre\nlas {found.spec.primeros}"),
            number("Pri-\nmera"),
            number("Sin puesto", spare=True),
            Column("Sería primera si pesan más", least=24, spare=True),
        ],
        rows,
    )
    typer.echo(
        "#: puesto en el análisis. Puestos: entre cuáles queda en el 90 % central de los casos en que está rezagada. Sin puesto: casos en que "
        "está en meta o sin dato; ahí no cuenta entre las primeras.\n"
    )


def _print_effects(found: Robustness) -> None:
    rows = [
        (
            DOUBTS[r["duda"]],
            options_words(found.spec, r["duda"]),
            f"{r['entran']:.1f}",
            f"{r['salen']:.1f}",
            "ninguna" if r["accion"] is None else f"{r['accion']} ({points(r['cambio_ratio'], 0)})",
        )
        for r in found.efectos.iter_rows(named=True)
    ]
    print_table(
        f"Cuánto mueve cada duda, por sí sola, la lista de las {found.spec.primeros} del análisis (promedio de {found.levels.accion})",
        [
            Column("Duda", least=22),
            Column("Qué se da por posible", least=20),
            number("Entran"),
            number("Salen"),
            Column("La que más se mueve", least=20),
        ],
        rows,
    )


def _print_words(found: Robustness) -> None:
    for sentence in sentences(found):
        typer.echo(sentence)
    typer.echo(how(found))
