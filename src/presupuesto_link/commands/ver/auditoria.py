"""`auditoria`: what the published figures say against what the data gives."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.asking.cuts import CsvOption
from presupuesto_link.commands.asking.options import AnalysisOption, BudgetOption, JsonOption, PlanOption, open_analysis
from presupuesto_link.commands.saying.printing import print_csv, print_json
from presupuesto_link.errors import AskedError, Problem
from presupuesto_link.findings import FINDING_KINDS, by_kind
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS

if TYPE_CHECKING:
    from presupuesto_link.findings import Finding
    from presupuesto_link.tables.plan import Plan


SEVERITIES = ("alta", "media", "baja")


def auditoria(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    solo: Annotated[
        list[str] | None,
        typer.Argument(
            help="Sólo una severidad (alta, media, baja), una clase de hallazgo (P01), un código del plan, o varios",
            metavar="SEVERIDAD|CÓDIGO",
        ),
    ] = None,
    gasto: BudgetOption = None,
    plan: PlanOption = None,
    en_csv: CsvOption = False,
    como_json: JsonOption = False,
) -> None:
    """Revisa las cifras publicadas: totales, porcentajes, avances, conteos e índice.

    Ejemplo: presupuesto-link ver auditoria alta
    """
    import polars as pl

    from presupuesto_link.evaluation.evaluate import evaluate

    inputs = open_analysis(analisis, gasto, plan)
    asked = [_known(one, inputs.plan) for one in solo or ()]
    chosen = _chosen(evaluate(inputs).audit.hallazgos, inputs.plan, asked)
    if en_csv:
        print_csv(pl.DataFrame([f.as_row() for f in chosen]))
        return
    if como_json:
        print_json(hallazgos=[f.as_row() for f in chosen])
        return
    _print_findings(chosen)


def _known(wanted: str, plan: Plan) -> str:
    """A severity, a kind of finding or a code of the plan, as they are written.

    Raises:
        AskedError: it is none of them; the nearest are named.
    """
    codes = [*plan.objetivos["objetivo"], *plan.acciones["accion"], *plan.indicadores["indicador"]]
    known: dict[str, str] = {one.upper(): one for one in (*SEVERITIES, *FINDING_KINDS, *codes)}
    text = wanted.strip().upper()
    if text in known:
        return known[text]
    near = get_close_matches(text, known, 3)
    meant = f"{' o '.join(f'¿«{known[one]}»?' for one in near)} " if near else ""
    expected = f"{meant}{', '.join(SEVERITIES)}, un código del plan, o una clase: {', '.join(sorted(FINDING_KINDS))}"
    raise AskedError(Problem("ver auditoria", f"«{wanted}»", expected, "corríjalo o quítelo"))


def _chosen(findings: Sequence[Finding], plan: Plan, asked: Sequence[str]) -> list[Finding]:
    """Those of any of the severities, of any of the kinds and that name any of the codes of the plan or an indicator of it; what is not asked does not choose."""
    from presupuesto_link.lookup import findings_of

    severities, kinds = ({one for one in asked if one in every} for every in (SEVERITIES, FINDING_KINDS))
    places = [one for one in asked if one not in severities | kinds]
    own = [code for place in places for code in (place, *plan.indicadores.filter(elemento=place)["indicador"])]
    named = {id(finding) for finding in findings_of(findings, *own)}
    return [
        one
        for one in findings
        if (not severities or one.kind.severity in severities) and (not kinds or one.code in kinds) and (not places or id(one) in named)
    ]


def _print_findings(findings: Sequence[Finding]) -> None:
    """Findings grouped by kind, each with place, found, expected and why."""
    for kind, found in by_kind(findings):
        typer.echo(f"\n{kind.code} · severidad {kind.severity} · {kind.title} ({len(found)})")
        typer.echo(f"   Qué hacer: {kind.remedy}")
        for finding in found:
            typer.echo(
                f" - {finding.place}\n     se encontró: {finding.found}\n     se esperaba: {finding.expected}\n     {finding.explanation}"
            )
    typer.echo(f"\n{len(findings)} hallazgos.")
