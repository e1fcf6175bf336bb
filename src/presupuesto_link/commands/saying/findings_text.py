"""How findings are printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import typer

from presupuesto_link.findings import Finding, by_kind, worst_first


def print_findings(findings: Iterable[Finding], none: str, rest: Callable[[Sequence[Finding]], str], most: int = 4) -> None:
    """Findings by kind, the worst first; many of one kind are told in one line.

    Args:
        findings: what to tell.
        none: what is said when there are none.
        rest: how those of a kind that are left are told.
        most: how many of a kind are told one by one.
    """
    every = by_kind(worst_first(findings))
    for kind, found in every:
        typer.echo(f"{kind.code} ({kind.severity}) {kind.title}: {len(found)}. {kind.remedy}")
        for finding in found[:most]:
            typer.echo(f"   {finding.place}: {finding.found}; se esperaba {finding.expected}; {finding.explanation}.")
        if left := found[most:]:
            typer.echo(f"   y {len(left)} más: {rest(left)}.")
    if not every:
        typer.echo(none)
