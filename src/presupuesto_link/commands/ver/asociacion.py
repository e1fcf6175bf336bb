"""`asociacion`: execution beside advance, and how little so few actions can tell."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from presupuesto_link.commands.asking.cuts import CsvOption, FolderOption
from presupuesto_link.commands.asking.groups import Money, grouped
from presupuesto_link.commands.asking.options import AnalysisOption, JsonOption, old
from presupuesto_link.commands.saying.printing import Column, code, name, number, print_csv, print_json, print_table, progress, records
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS
from presupuesto_link.wording import percent, short_name, soles

if TYPE_CHECKING:
    from presupuesto_link.inputs import Inputs
    from presupuesto_link.studies.association import AssociationStudy, Case

_SHOWN = 5


class By(StrEnum):
    """What else is shown of each action."""

    eficiencia = "eficiencia"


@grouped
def asociacion(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    semilla: Annotated[
        int | None, old("--semilla", help="Semilla de los remuestreos", metavar="N", min=0, show_default="la del análisis")
    ] = None,
    salida: FolderOption = None,
    por: Annotated[
        By | None, typer.Option("--por", help="eficiencia: muestra también ese puntaje de cada acción", metavar="MEDIDA")
    ] = None,
    *,
    dinero: Money,
    en_csv: CsvOption = False,
    como_json: JsonOption = False,
) -> None:
    """Mira si ejecutar y avanzar van juntos, y dice primero cuánto pueden decir tan pocas acciones.

    Ejemplo: presupuesto-link ver asociacion --salida asociacion
    """
    from presupuesto_link.studies.association import study_association

    inputs = _seeded(dinero.open(analisis), semilla)
    with progress() as say:
        say("Estimando")
        study = study_association(dinero.evaluated(inputs))
        written = _write(study, salida)
    if en_csv:
        from presupuesto_link.presentation.folders.association_folder import study_tables

        print_csv(study_tables(study)["estimaciones"])
        return
    if como_json:
        _print_as_json(study, por is By.eficiencia)
        return
    _print_study(study, por is By.eficiencia)
    if salida:
        typer.echo(f"{written} archivos en {salida}.")


def _seeded(inputs: Inputs, seed: int | None) -> Inputs:
    """The same inputs with another seed."""
    from dataclasses import replace

    if seed is None:
        return inputs
    settings = inputs.spec.asociacion.model_copy(update={"semilla": seed})
    return replace(inputs, spec=inputs.spec.model_copy(update={"asociacion": settings}))


def _write(study: AssociationStudy, folder: Path | None) -> int:
    from presupuesto_link.presentation.folders.association_folder import association_results
    from presupuesto_link.presentation.folders.results import write_results

    return len(write_results(association_results(study), folder)) if folder else 0


def _print_as_json(study: AssociationStudy, with_scores: bool) -> None:
    from presupuesto_link.presentation.folders.association_folder import sentences, study_tables

    tables = {key: records(table) for key, table in study_tables(study).items() if with_scores or key != "eficiencia"}
    print_json(pruebas=study.pruebas, lectura=sentences(study), **tables)


def _print_study(study: AssociationStudy, with_scores: bool) -> None:
    """First what can be said, then the tables."""
    from presupuesto_link.presentation.telling.association_words import plain_answer

    for sentence in plain_answer(study):
        typer.echo(f"{sentence}\n")
    for spent, result, scope in study.fuera:
        typer.echo(f"El par {spent}–{result} queda fuera: su dinero es de otro ámbito ({scope}).\n")
    for case in study.principal:
        _print_estimates(study, case)
        _print_influence(study, case)
    _print_other_ways(study)
    _print_panel(study)
    if with_scores:
        for case in study.principal:
            _print_scores(study, case)


def _print_estimates(study: AssociationStudy, case: Case) -> None:
    from presupuesto_link.presentation.telling.association_words import interval, probability, reading, title_of, years_of

    spec = study.inputs.spec.asociacion
    rows = [
        (title_of(r), *interval(r), probability(r["p"]), probability(r["p_holm"]), str(r["n"]), reading(r, spec))
        for r in study.of(case, "estimaciones").iter_rows(named=True)
    ]
    columns = [Column("Medida", least=20), number("Estimación"), number("Intervalo"), number("p"), number("p con\nHolm")]
    print_table(
        f"Estimaciones: {years_of(case)} (perfil {case.perfil}, ND: {case.politica_nd}). Pendientes en puntos de avance (pp) por 10 puntos de ejecución",
        [*columns, number(study.inputs.plan.niveles.accion, spare=True), Column("Qué dice", least=24)],
        rows,
    )


def _print_influence(study: AssociationStudy, case: Case) -> None:
    from presupuesto_link.presentation.telling.association_words import signed, years_of

    table = study.of(case, "influencia")
    if table.is_empty():
        return
    shown = table.sort("distancia_cook", "accion", descending=[True, False]).head(_SHOWN)
    keys = ("residuo_estudentizado", "apalancamiento", "distancia_cook", "dffits")
    rows = [
        (
            r["accion"],
            *("—" if r[key] is None else f"{r[key]:.2f}".replace("-", "−") for key in keys),
            f"{signed(r['pendiente_sin_ella'] * 10, 1)} pp",
        )
        for r in shown.iter_rows(named=True)
    ]
    headings = [number("Residuo estudentizado"), number("Apalan-\ncamiento"), number("Cook"), number("DFFITS", spare=True)]
    print_table(
        f"Las {study.inputs.plan.niveles.accion} que más deciden los mínimos cuadrados: {years_of(case)}",
        [code(study.inputs.plan.niveles.accion), *headings, number("Pendiente sin ella")],
        rows,
    )


def _print_other_ways(study: AssociationStudy) -> None:
    """The three figures of execution under every other profile and ND policy."""
    from presupuesto_link.presentation.telling.association_words import interval, probability, title_of

    others = [case for case in study.columnas if case not in study.principal]
    rows = [
        (
            f"{case.anio_ejecucion}–{case.anio_resultado}",
            case.perfil,
            case.politica_nd,
            title_of(r),
            *interval(r),
            probability(r["p"]),
            probability(r["p_holm"]),
        )
        for case in others
        for r in study.of(case, "estimaciones").iter_rows(named=True)
        if r["variable"] == "ejecucion" and not r["sin_accion"]
    ]
    if rows:
        keys = [code("Años"), code("Perfil"), code("ND"), Column("Medida", least=16)]
        print_table(
            "Con otras formas de medir el avance",
            [*keys, number("Estimación"), number("Intervalo"), number("p"), number("p con\nHolm")],
            rows,
        )


def _print_panel(study: AssociationStudy) -> None:
    """The panel of the analysis' own way of measuring advance; one sentence when there is none."""
    from presupuesto_link.presentation.telling.association_words import interval, probability, reading, title_of

    spec = study.inputs.spec
    own = [r for r in study.panel.iter_rows(named=True) if (r["perfil"], r["politica_nd"]) == (spec.avance.perfil, spec.avance.politica_nd)]
    if all(r["estimacion"] is None for r in own):
        reasons = list(dict.fromkeys(r["motivo"] for r in own))
        typer.echo(f"Panel (la misma {study.inputs.plan.niveles.accion} en varios años): no se estima; {'; '.join(reasons)}.\n")
        return
    rows: list[tuple[Any, ...]] = [
        (str(r["desfase_anios"]), title_of(r), *interval(r), probability(r["p"]), probability(r["p_holm"]), reading(r, spec.asociacion))
        for r in own
    ]
    columns = [number("Años de\ndesfase"), Column("Medida", least=20), number("Estimación"), number("Intervalo")]
    print_table(
        f"Panel: la misma {study.inputs.plan.niveles.accion} en varios años",
        [*columns, number("p"), number("p con\nHolm"), Column("Qué dice", least=24)],
        rows,
    )


def _print_scores(study: AssociationStudy, case: Case) -> None:
    """The efficiency of each action, after what it cannot say."""
    from presupuesto_link.presentation.telling.association_words import SCORE_LIMITS, on_the_frontier

    table = study.of(case, "eficiencia").sort("puntaje_ratio", "accion", descending=[True, False], nulls_last=True)
    typer.echo(f"{SCORE_LIMITS} {on_the_frontier(table, study.inputs.plan.niveles)}\n")
    rows = [
        (
            r["accion"],
            short_name(r["nombre"]),
            soles(r["pim_soles"]),
            percent(r["avance_ratio"]),
            percent(r["puntaje_ratio"]),
            "—" if r["factor"] is None else f"{r['factor']:.2f}",
            r["referentes"],
            "—" if r["puntaje_sin_referente_ratio"] is None else percent(r["puntaje_sin_referente_ratio"]),
        )
        for r in table.iter_rows(named=True)
    ]
    columns = [
        code(study.inputs.plan.niveles.accion),
        name(),
        number("PIM"),
        number("Avance"),
        number("Puntaje"),
        number("Factor", spare=True),
    ]
    print_table(
        f"Eficiencia, segunda opinión: PIM {case.anio_ejecucion} y avance {case.anio_resultado}",
        [*columns, Column("Referentes", spare=True), number("Sin el\nreferente", spare=True)],
        rows,
    )
