"""What a load tells when it ends: what the snapshot says of itself, and what only that moment can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from presupuesto_link.findings import Finding
from presupuesto_link.sources.siaf.layout import AMOUNTS, Layout
from presupuesto_link.store.store import Kept, Store
from presupuesto_link.tables.gasto import MEASURES
from presupuesto_link.tables.gasto_checks import check_coverage, check_totals
from presupuesto_link.tables.page_checks import check_same_money

REJECTED = "rechazadas.csv"


@dataclass(frozen=True)
class Published:
    """Published totals to check against: measure → soles, and how many soles apart still agree."""

    totals: Mapping[str, Decimal] = field(default_factory=dict)
    tolerance: Decimal = Decimal(1)


NOTHING_PUBLISHED = Published()


@dataclass(frozen=True)
class LoadReport:
    """What a load did.

    Attributes:
        path: the file.
        snapshot: where it is kept.
        is_new: false when the store had it already and nothing was written.
        findings: of the rows, of the totals asked for and of what an earlier cut-off had.
        unchecked: what nobody looked at, in Spanish sentences.
        rejected: the file of rejected rows, when there are any.
    """

    path: Path
    snapshot: Kept
    is_new: bool
    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...]
    rejected: Path | None


def unchecked_of(layout: Layout, totals: Mapping[int, Mapping[str, Decimal | None]], ignored: list[str]) -> list[str]:
    """What nobody can look at in a file of this layout, in Spanish sentences; kept in the manifest."""
    missing = [a.replace("_", " ") for a, m in zip(AMOUNTS, MEASURES, strict=True) if all(t[m] is None for t in totals.values())]
    said = [f"{layout.title} no da: {', '.join(missing)}"] if missing else []
    said += layout.unchecked
    if ignored:
        said.append(f"{len(ignored)} columnas del archivo no se usan: {', '.join(ignored[:6])}{'…' if len(ignored) > 6 else ''}")
    return said


def closing_report(path: Path, store: Store, snapshot: Kept, new: bool, published: Published) -> LoadReport:
    """What the snapshot says of itself, and what only this moment can say: published totals and the cut-off before."""
    unchecked, findings = (list(snapshot.manifest["no_comprobado"]), [Finding(**row) for row in snapshot.manifest["hallazgos"]])
    if published.totals:
        findings += check_totals(snapshot.totals, published.totals, published.tolerance)
    else:
        unchecked.append("los totales, contra una cifra publicada (--total-publicado pim=…)")
    before = store.previous(snapshot)
    if before and snapshot.manifest["fuente"]["forma"] != "amigable":
        findings += check_coverage(store.read(before.id), store.read(snapshot.id), before.cut_off)
    else:
        unchecked.append("si se perdió alguna unidad ejecutora: no hay un corte anterior del mismo archivo y año")
    findings += _same_money(store, snapshot)
    rejected = snapshot.folder / REJECTED
    return LoadReport(path, snapshot, new, tuple(findings), tuple(unchecked), rejected if rejected.is_file() else None)


def _same_money(store: Store, snapshot: Kept) -> list[Finding]:
    """The page against the others of its consultation that the store has."""
    others = store.same_money(snapshot)
    base = max((*others, snapshot), key=lambda s: (s.standing, s.id))
    told = [(_named(s), s.totals, s.manifest["filas"]["guardadas"]) for s in (snapshot, *others)]
    return check_same_money(*told[0], told[1:], _named(base))


def _named(snapshot: Kept) -> str:
    return str(snapshot.manifest["fuente"]["nombre"])


def stored(finding: Finding) -> dict[str, str]:
    """A finding as the manifest keeps it."""
    return {
        "code": finding.code,
        "place": finding.place,
        "found": finding.found,
        "expected": finding.expected,
        "explanation": finding.explanation,
    }
