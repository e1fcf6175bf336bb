"""What a load tells when it ends: what the snapshot says of itself, and what only that moment can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.findings import Finding
from presupuesto_link.sources.siaf.layout import Layout
from presupuesto_link.store.quality import of_effect
from presupuesto_link.store.snapshot import Kept, Snapshot
from presupuesto_link.store.store import Store
from presupuesto_link.tables.gasto_checks import TOLERANCE, check_coverage, check_totals, in_whole_soles, rounding_of
from presupuesto_link.tables.page_checks import check_same_money

REJECTED = "rechazadas.csv"


@dataclass(frozen=True)
class Published:
    """Published totals to check against.

    Attributes:
        totals: measure → soles.
        tolerance: how many soles apart still agree; when nobody says it, 1, or half a sol per row when they are in whole soles.
    """

    totals: Mapping[str, Decimal] = field(default_factory=dict)
    tolerance: Decimal | None = None


NOTHING_PUBLISHED = Published()


@dataclass(frozen=True)
class LoadReport:
    """What a load did.

    Attributes:
        path: the file.
        snapshot: what was read; `Kept` when it is in the store.
        is_new: false when the store had it already, or it was not kept, and nothing was written.
        findings: of the rows, of the totals asked for and of what an earlier cut-off had.
        unchecked: what nobody looked at, in Spanish sentences.
        rejected: the file of rejected rows, when there are any and it will last.
    """

    path: Path
    snapshot: Snapshot
    is_new: bool
    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...]
    rejected: Path | None

    @property
    def kept(self) -> bool:
        """Whether the store has it."""
        return isinstance(self.snapshot, Kept)


class Refused(InputDataError):
    """What a load found prevents its use and nobody accepted it: nothing new was kept.

    Attributes:
        report: what was read and found.
    """

    title = "La carga se detuvo y no se guardó nada nuevo"

    def __init__(self, report: LoadReport) -> None:
        self.report = report
        where = f" Las filas rechazadas están en {report.rejected}." if report.rejected else ""
        super().__init__(
            *(
                Problem(
                    f"{report.path.name}: {finding.place}",
                    f"{finding.code} {finding.kind.title}: {finding.found}; {finding.explanation}",
                    finding.expected,
                    f'{finding.kind.remedy}{where} Si aun así se puede usar: --aceptar "motivo"',
                )
                for finding in of_effect(report.findings, "impide")
            )
        )


def unchecked_of(layout: Layout, ignored: list[str]) -> list[str]:
    """What nobody can look at in a file of this layout, in Spanish sentences; kept in the manifest."""
    said = list(layout.unchecked)
    if ignored:
        said.append(f"{len(ignored)} columnas del archivo no se usan: {', '.join(ignored[:6])}{'…' if len(ignored) > 6 else ''}")
    return said


def closing_report(path: Path, store: Store, snapshot: Snapshot, new: bool, rejected: Path) -> LoadReport:
    """What a snapshot says of itself, and what nobody looked at in this load."""
    findings, unchecked = findings_of(snapshot), list(snapshot.manifest["no_comprobado"])
    codes = {finding.code for finding in findings}
    if "publicado" not in snapshot.manifest:
        unchecked.append("los totales, contra una cifra publicada (--total-publicado pim=…)")
    if "S11" not in codes and not _comparable(store, snapshot):
        unchecked.append("si se perdió alguna unidad ejecutora: no hay un corte anterior del mismo archivo y año")
    beside = [finding for finding in same_money(store, snapshot) if finding.kind.effect == "informa"]  # of the store as it is now
    there = rejected if store.lasting and rejected.is_file() else None
    return LoadReport(path, snapshot, new, (*findings, *beside), tuple(unchecked), there)


def findings_of(snapshot: Snapshot) -> tuple[Finding, ...]:
    """The findings that the manifest of a snapshot keeps."""
    return tuple(Finding(**row) for row in snapshot.manifest["hallazgos"])


def published_findings(snapshot: Snapshot, rows: pl.LazyFrame, published: Published) -> list[Finding]:
    """The published totals that the snapshot does not have."""
    if not published.totals:
        return []
    kept = snapshot.manifest["filas"]["guardadas"]
    tolerance = published.tolerance
    if tolerance is None:
        tolerance = max(TOLERANCE, rounding_of(kept, whole=True)) if in_whole_soles(rows) else TOLERANCE
    return check_totals(snapshot.totals, published.totals, tolerance)


def lost_lines(store: Store, snapshot: Snapshot, rows: pl.LazyFrame) -> list[Finding]:
    """What the cut-off before had and this one has not."""
    before = _comparable(store, snapshot)
    return check_coverage(store.read(before.id), rows, before.cut_off) if before else []


def _comparable(store: Store, snapshot: Snapshot) -> Kept | None:
    return store.previous(snapshot) if snapshot.manifest["fuente"]["forma"] != "amigable" else None


def same_money(store: Store, snapshot: Snapshot) -> list[Finding]:
    """The page against the others of its consultation that the store has."""
    others = store.same_money(snapshot)
    base = max((*others, snapshot), key=lambda s: (s.standing, s.id))
    told = [(_named(s), s.totals, s.manifest["filas"]["guardadas"]) for s in (snapshot, *others)]
    return check_same_money(*told[0], told[1:], _named(base))


def _named(snapshot: Snapshot) -> str:
    return str(snapshot.manifest["fuente"]["nombre"])
