"""A download under way: its part files, which version they are, and how far it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from presupuesto_link.errors import DownloadError, Problem
from presupuesto_link.sources.download.disk import beside, write_whole
from presupuesto_link.sources.download.patience import Patience
from presupuesto_link.sources.download.resources import Resource
from presupuesto_link.sources.download.version import Version


@dataclass(frozen=True)
class Progress:
    """How far a download is: bytes of the file here, bytes of the whole (if known) and what is being done."""

    received: int
    total: int | None
    doing: str


@dataclass
class Job:
    """A download under way.

    Attributes:
        client, resource, target, patience, report: what `download` was given, and a connection.
        version: which one the bytes in `part` are; None when there are none that serve.
        head_checked: the first rows in `part` have been seen to be right.
        connections, restarts: how many so far.
        failures: in a row, without bringing anything new.
        furthest: the most bytes that there have been.
        resumed_from: bytes that an earlier run had left.
    """

    client: httpx.Client
    resource: Resource
    target: Path
    patience: Patience
    report: Callable[[Progress], None]
    version: Version | None = None
    head_checked: bool = False
    connections: int = 0
    restarts: int = 0
    failures: int = 0
    furthest: int = 0
    resumed_from: int = 0

    @property
    def part(self) -> Path:
        """The bytes received."""
        return beside(self.target, ".part")

    @property
    def meta(self) -> Path:
        """Which version the bytes received are."""
        return beside(self.target, ".part.json")

    @property
    def total(self) -> int | None:
        """Bytes of the whole file, when they are known."""
        return self.version.total if self.version else None

    def received(self) -> int:
        """Bytes in `part`."""
        return self.part.stat().st_size if self.part.is_file() else 0

    def say(self, doing: str, received: int | None = None) -> None:
        """Report what is being done."""
        self.report(Progress(self.received() if received is None else received, self.total, doing))

    def problem(self, found: str, expected: str, remedy: str) -> DownloadError:
        """A failure of the server or of what it sends."""
        return DownloadError(Problem(self.resource.address, found, expected, remedy))

    def take_up(self) -> None:
        """Go on from what an earlier run left, if it is of this address."""
        self.version = self._noted()
        self.resumed_from = self.furthest = self.received() if self.version else 0

    def _noted(self) -> Version | None:
        try:
            version = Version(**json.loads(self.meta.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return version if version.url == self.resource.address and self.part.is_file() else None

    def begin(self, version: Version) -> None:
        """Empty `part` and note which version it will be."""
        self.version, self.head_checked, self.resumed_from = version, False, 0
        self.part.write_bytes(b"")
        write_whole(self.meta, json.dumps(asdict(version), ensure_ascii=False, indent=2))

    def forget(self) -> None:
        """Drop the bytes received."""
        self.part.unlink(missing_ok=True)
        self.meta.unlink(missing_ok=True)
        self.version, self.head_checked, self.furthest, self.resumed_from = None, False, 0, 0
