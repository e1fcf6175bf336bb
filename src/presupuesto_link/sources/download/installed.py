"""The file in place and the origin beside it: putting them there, and reading what is there."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from presupuesto_link.errors import InputDataError
from presupuesto_link.sources.download.disk import replace_synced, sync_folder, write_whole
from presupuesto_link.sources.download.job import Job
from presupuesto_link.sources.download.version import Version, version_recorded
from presupuesto_link.sources.origin import read_origin


@dataclass(frozen=True)
class Downloaded:
    """What is now in place, and how it got there.

    Attributes:
        path: the file.
        origin: the `.origen.toml` beside it.
        new: False when the file that was there is the server's, and nothing was downloaded.
        version: address, ETag and Last-Modified, as the server said.
        size: bytes.
        sha256: of the bytes, in hexadecimal.
        date: when it was downloaded.
        resumed_from: bytes that an earlier run had left.
        connections: how many it took.
    """

    path: Path
    origin: Path
    new: bool
    version: Version
    size: int
    sha256: str
    date: str
    resumed_from: int
    connections: int


def install(job: Job, digest: str, today: dt.date) -> Downloaded:
    """Put a whole and checked file, and its origin, in place."""
    version = job.version or Version(job.resource.address)
    size, origin = job.received(), _origin_of(job.target)
    facts = _facts(job, version, size, digest, today)
    replace_synced(job.part, job.target)
    write_whole(origin, _as_toml(f"Origen de {job.target.name}", facts))
    sync_folder(job.target.parent)
    job.meta.unlink(missing_ok=True)
    return Downloaded(job.target, origin, True, version, size, digest, today.isoformat(), job.resumed_from, job.connections)


def _facts(job: Job, version: Version, size: int, digest: str, today: dt.date) -> dict[str, str | int | dt.date | None]:
    return {
        "productor": job.resource.producer,
        "titulo": job.resource.title,
        "url": version.url,
        "etag": version.etag,
        "last_modified": version.last_modified,
        "bytes": size,
        "sha256": digest,
        "fecha_descarga": today,
    }


def _as_toml(title: str, facts: dict[str, str | int | dt.date | None]) -> str:
    lines = [
        f"{key} = {json.dumps(value, ensure_ascii=False) if isinstance(value, str | int) else value}"
        for key, value in facts.items()
        if value is not None
    ]
    return "\n".join([f"# {title}", *lines, ""])


def recorded_version(target: Path) -> Version | None:
    """Which version the file in place is; None when its origin does not say."""
    facts = _recorded(target)
    return version_recorded(facts) if "url" in facts else None


def as_recorded(target: Path) -> Downloaded:
    """The file that was already in place."""
    facts = _recorded(target)
    version, size = version_recorded(facts), int(facts["bytes"])
    digest, date = facts.get("sha256", ""), facts.get("fecha_descarga", "")
    return Downloaded(target, _origin_of(target), False, version, size, digest, date, 0, 1)


def _recorded(target: Path) -> dict[str, str]:
    """The origin of a file in place; empty when it has none, or it is not of that very file."""
    origin = _origin_of(target)
    if not target.is_file() or not origin.is_file() or origin.stat().st_mtime < target.stat().st_mtime:
        return {}
    try:
        facts = read_origin(target)
    except InputDataError:
        return {}
    return facts if facts.get("bytes") == str(target.stat().st_size) else {}


def _origin_of(target: Path) -> Path:
    return target.with_suffix(".origen.toml")
