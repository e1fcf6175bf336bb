"""How good a snapshot is, as its manifest says it: complete, partial with its limits, or accepted by somebody in spite of something.

A finding's effect decides it (`findings.Effect`). One that prevents a load and was not accepted by anybody only stands in a manifest of
version 0.1.0, which did not stop for it, or of an extract that is in no store: there it is a limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from presupuesto_link.findings import Effect, Finding
from presupuesto_link.wording import enumerate_words

Quality = Literal["completa", "parcial", "aceptada"]
NOBODY = "alguien que no dio su nombre"


@dataclass(frozen=True)
class Accepted:
    """Who keeps a load in spite of what prevents it, and why.

    Attributes:
        reason: in the person's words.
        by: who answers for it; null when nobody is named.
    """

    reason: str
    by: str | None = None


def of_effect(findings: Iterable[Finding], effect: Effect) -> list[Finding]:
    """The findings with that effect on a load."""
    return [finding for finding in findings if finding.kind.effect == effect]


def told(finding: Finding) -> str:
    """A finding as one sentence of a summary: what it is, where and what was found."""
    return f"{finding.kind.title} ({finding.place}: {finding.found})"


def quality_of(findings: Iterable[Finding], accepted: Accepted | None) -> dict[str, Any]:
    """`calidad`, `limites` and `aceptado` (null when nothing had to be accepted) of a manifest.

    Args:
        findings: all those of the load.
        accepted: who accepts the ones that prevent it.
    """
    known = list(findings)
    against, limits = of_effect(known, "impide"), of_effect(known, "limita")
    if against and accepted:
        kept = {"motivo": accepted.reason, "quien": accepted.by, "hallazgos": sorted({finding.code for finding in against})}
        return {"calidad": "aceptada", "limites": [told(finding) for finding in limits], "aceptado": kept}
    limits = against + limits
    return {"calidad": "parcial" if limits else "completa", "limites": [told(finding) for finding in limits], "aceptado": None}


def quality_words(manifest: Mapping[str, Any]) -> str:
    """The quality of a snapshot in one line, without its limits: `aceptada por la oficina, pese a S10: «…»`."""
    accepted = manifest["aceptado"]
    if not accepted:
        return str(manifest["calidad"])
    who, codes = accepted["quien"] or NOBODY, enumerate_words(accepted["hallazgos"])
    return f"aceptada por {who}, pese a {codes}: «{accepted['motivo']}»"


def unguarded(snapshot: str) -> Finding:
    """What is not known of a snapshot of version 0.1.0, whose load stopped for nothing that it found."""
    return Finding(
        "S30",
        f"instantánea {snapshot}",
        "se cargó con la versión 0.1.0",
        "una carga que se detiene por lo que la impide",
        "no se comprobó si el archivo está pegado dos veces ni si sus registros están enteros",
    )


def stored(finding: Finding) -> dict[str, str]:
    """A finding as the manifest keeps it."""
    return dict(vars(finding))
