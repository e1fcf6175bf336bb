"""`auditar`: what the published figures say against what the data gives."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.asking.options import AnalysisOption, BudgetOption, JsonOption, PlanOption, open_analysis
from presupuesto_link.commands.saying.printing import print_json
from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.findings import FINDING_KINDS, by_kind
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS

if TYPE_CHECKING:
    from presupuesto_link.findings import Finding


class SeverityOption(StrEnum):
    """Severities of a finding."""

    alta = "alta"
    media = "media"
    baja = "baja"


def auditar(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    severidad: Annotated[
        SeverityOption | None,
        typer.Option("--severidad", help="Sólo los hallazgos de esta severidad: alta, media o baja", metavar="SEVERIDAD"),
    ] = None,
    codigo: Annotated[str | None, typer.Option("--codigo", help="Sólo los de este código, por ejemplo P01", metavar="CÓDIGO")] = None,
    gasto: BudgetOption = None,
    plan: PlanOption = None,
    como_json: JsonOption = False,
) -> None:
    """Revisa las cifras publicadas: totales, porcentajes, avances, conteos e índice.

    Ejemplo: presupuesto-link auditar --severidad alta
    """
    from presupuesto_link.evaluation.evaluate import evaluate

    codigo = _known_code(codigo)
    audit = evaluate(open_analysis(analisis, gasto, plan)).audit
    chosen = [
        f for f in audit.hallazgos if (severidad is None or f.kind.severity == severidad.value) and (codigo is None or f.code == codigo)
    ]
    if como_json:
        print_json(hallazgos=[f.as_row() for f in chosen])
        return
    _print_findings(chosen)


def _known_code(code: str | None) -> str | None:
    """The code as the catalogue writes it.

    Raises:
        SpecError: the catalogue has no such code; the message lists the ones it has.
    """
    if code is None or code.strip().upper() in FINDING_KINDS:
        return code and code.strip().upper()
    known = ", ".join(sorted(FINDING_KINDS))
    raise SpecError(Problem("opción --codigo", f"«{code}»", f"uno de {known}", "elija un código de la lista"))


def _print_findings(findings: list[Finding]) -> None:
    """Findings grouped by kind, each with place, found, expected and why."""
    for kind, found in by_kind(findings):
        typer.echo(f"\n{kind.code} · severidad {kind.severity} · {kind.title} ({len(found)})")
        typer.echo(f"   Qué hacer: {kind.remedy}")
        for finding in found:
            typer.echo(
                f" - {finding.place}\n     se encontró: {finding.found}\n     se esperaba: {finding.expected}\n     {finding.explanation}"
            )
    typer.echo(f"\n{len(findings)} hallazgos.")
