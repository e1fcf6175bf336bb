"""`auditoria`: what the published figures say against what the data gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.asking.cuts import CsvOption
from presupuesto_link.commands.asking.options import AnalysisOption, BudgetOption, JsonOption, PlanOption, open_analysis
from presupuesto_link.commands.saying.printing import print_csv, print_json
from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.findings import FINDING_KINDS, by_kind
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS

if TYPE_CHECKING:
    from presupuesto_link.findings import Finding


SEVERITIES = ("alta", "media", "baja")


def auditoria(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    solo: Annotated[
        list[str] | None, typer.Argument(help="Sólo una severidad (alta, media, baja), un código (P01) o ambos", metavar="SEVERIDAD|CÓDIGO")
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

    severities = [one for one in map(str.lower, solo or ()) if one in SEVERITIES]
    codes = [_known_code(one) for one in solo or () if one.lower() not in SEVERITIES]
    audit = evaluate(open_analysis(analisis, gasto, plan)).audit
    chosen = [f for f in audit.hallazgos if (not severities or f.kind.severity in severities) and (not codes or f.code in codes)]
    if en_csv:
        print_csv(pl.DataFrame([f.as_row() for f in chosen]))
        return
    if como_json:
        print_json(hallazgos=[f.as_row() for f in chosen])
        return
    _print_findings(chosen)


def _known_code(code: str) -> str:
    """The code as the catalogue writes it.

    Raises:
        SpecError: the catalogue has no such code; the message lists the ones it has.
    """
    if code.strip().upper() in FINDING_KINDS:
        return code.strip().upper()
    known = ", ".join(sorted(FINDING_KINDS))
    raise SpecError(Problem("ver auditoria", f"«{code}»", f"alta, media, baja o uno de {known}", "elija uno de la lista"))


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
