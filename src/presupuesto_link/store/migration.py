"""Snapshots of an earlier version → today's format, without losing any.

A snapshot whose source file is at hand is read again, so that its rows say which records they come from; when the sums are the same, the
new one takes its place and answers to its id. One whose source is not at hand keeps its files as they are: its manifest gets what it
lacks, and says why its rows have no records. At any moment every figure that the store had is in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from presupuesto_link.errors import InputDataError
from presupuesto_link.store.load_report import findings_of
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.quality import quality_of, stored, unguarded
from presupuesto_link.store.snapshot import Kept
from presupuesto_link.store.store import FORMAT, Store, add_up
from presupuesto_link.tables.gasto import Filters
from presupuesto_link.tables.gasto_checks import check_stages

Outcome = Literal["al día", "leída otra vez", "sin registros", "otras cifras", "no se pudo leer otra vez"]
NO_SOURCE = "se cargó con la versión 0.1.0, que no los guardaba, y al migrarla no se dio el archivo de origen"


@dataclass(frozen=True)
class Migrated:
    """What became of a snapshot.

    Attributes:
        before: as it was.
        after: the one that has its figures now; itself, with another manifest, unless it was read again.
        outcome: what was done.
        why: what to know of it, in Spanish; empty when there is nothing.
    """

    before: Kept
    after: Kept
    outcome: Outcome
    why: str = ""


def migrate(store: Store, snapshot: Kept, sources: Mapping[str, Path]) -> Migrated:
    """Bring one snapshot to today's format.

    Args:
        store: where it is.
        snapshot: of any earlier format; one of today's that has no records is read again too when its source is given.
        sources: SHA-256 → a file that somebody gives.

    Raises:
        OutputError: the store cannot be written; what it had is whole.
    """
    source = sources.get(snapshot.manifest["fuente"]["sha256"])
    if snapshot.format == FORMAT and (snapshot.has_records or source is None):
        return Migrated(snapshot, snapshot, "al día", snapshot.why_no_records)
    if source is None:
        return Migrated(snapshot, _described(store, snapshot), "sin registros", NO_SOURCE)
    return _read_again(store, snapshot, source)


def _described(store: Store, snapshot: Kept) -> Kept:
    """The same files under a manifest of today."""
    if snapshot.format == FORMAT:
        return snapshot
    missing = check_stages(add_up(store.read(snapshot.id))[1], bool(snapshot.period))
    findings = [*findings_of(snapshot), *missing, unguarded(snapshot.id)]
    told = {"formato": FORMAT, "sin_registros": NO_SOURCE, "hallazgos": [stored(finding) for finding in findings]}
    return store.rewrite(snapshot.id, dict(snapshot.manifest) | told | quality_of(findings, None))


def _read_again(store: Store, snapshot: Kept, source: Path) -> Migrated:
    manifest = snapshot.manifest
    filters = Filters(**manifest["filtros"])
    day, member = dt.date.fromisoformat(snapshot.cut_off), manifest["fuente"].get("miembro")
    try:
        again = load_extract(source, store, filters, day, member)
    except InputDataError as error:
        why = f"hoy la carga se detiene: {error.problems[0].found}"
        return Migrated(snapshot, _described(store, snapshot), "no se pudo leer otra vez", why)
    if not isinstance(again.snapshot, Kept) or _sums(store, again.snapshot) != _sums(store, snapshot):
        why = f"con la lectura de hoy da otras cifras ({again.snapshot.id}): se conservan las dos; vea qué cambió con «almacen comparar»"
        return Migrated(snapshot, _described(store, snapshot), "otras cifras", why)
    told = {"fecha_corte_de": manifest["fecha_corte_de"], "reemplaza": [snapshot.id, *manifest.get("reemplaza", [])]}
    new = store.rewrite(again.snapshot.id, dict(again.snapshot.manifest) | told)
    store.remove([snapshot.id])
    return Migrated(snapshot, new, "leída otra vez")


def _sums(store: Store, snapshot: Kept) -> tuple[int, object]:
    return add_up(store.read(snapshot.id))
