"""Bytes from the server to `.part`: only those that are missing, when the server has the same version."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import httpx

from presupuesto_link.sources.download.checks import HEAD_BYTES, check_layout
from presupuesto_link.sources.download.connection import ask, check_answer, refuse_page
from presupuesto_link.sources.download.disk import check_space
from presupuesto_link.sources.download.installed import recorded_version
from presupuesto_link.sources.download.job import Job
from presupuesto_link.sources.download.patience import Patience
from presupuesto_link.sources.download.retries import StartOver, TryAgain, count_restart
from presupuesto_link.sources.download.version import length_said, version_said


def is_current(job: Job) -> bool:
    """The file in place is the one the server has."""
    known = recorded_version(job.target)
    if known is None or known.url != job.resource.address:
        return False
    job.say("Preguntando si hay una versión nueva", 0)
    with ask(job, known.if_changed()) as response:
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return True
        check_answer(job, response)
        return known.confirms(version_said(known.url, response.headers, length_said(response.headers)))


def receive_rest(job: Job) -> None:
    """Ask for what is missing and write it."""
    have = job.received() if job.version else 0
    with ask(job, job.version.rest_from(have) if job.version else {}) as response:
        check_answer(job, response)
        chunks: Iterator[bytes] = response.iter_raw()
        if response.status_code == httpx.codes.PARTIAL_CONTENT:
            start = _continue(job, response.headers, have)
        else:
            first = next(chunks, b"")
            refuse_page(job, first)  # before .part is emptied: a page of the network must not cost what is here
            start = _begin(job, response.headers, have)
            chunks = itertools.chain([first], chunks)
        _receive(job, start, chunks)


def _begin(job: Job, headers: httpx.Headers, have: int) -> int:
    """A 200: the whole file comes, whatever was asked for."""
    new = version_said(job.resource.address, headers, length_said(headers))
    if new.total is None and headers.get("Transfer-Encoding", "").lower() != "chunked":
        found = "una respuesta que no dice su tamaño"
        raise job.problem(found, "la cabecera Content-Length", "use otro servidor con --url")
    if have and job.version and job.version.contradicts(new):
        count_restart(job, "el archivo cambió en el servidor")
        job.furthest = 0
    check_space(job.target.parent, (new.total or 0) - job.received())
    job.begin(new)
    return 0


def _continue(job: Job, headers: httpx.Headers, have: int) -> int:
    """A 206: where its bytes go. It may start before what was asked for, never after."""
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", headers.get("Content-Range", "").strip())
    if found is None or job.version is None or int(found[1]) > have:
        raise StartOver("el servidor envió otro trozo del que se le pidió")
    total = int(found[3]) if found[3] != "*" else job.total
    if job.version.contradicts(version_said(job.resource.address, headers, total)):
        raise StartOver("el archivo cambió en el servidor")
    check_space(job.target.parent, (total or 0) - have)
    return int(found[1])


def _receive(job: Job, start: int, chunks: Iterable[bytes]) -> None:
    """Write what comes, from a position on, as long as it comes fast enough and looks like the right file."""
    position, pace = start, _Pace(job.patience)
    with job.part.open("r+b") as file:
        file.seek(start)
        for chunk in chunks:
            file.write(chunk)
            position += len(chunk)
            job.say("Descargando", position)
            if not job.head_checked and position >= HEAD_BYTES:
                file.flush()
                check_layout(job)
            pace.check(len(chunk))


@dataclass
class _Pace:
    """How fast bytes come, over stretches of `silence_s`."""

    patience: Patience
    since: float = field(init=False)
    lately: int = 0

    def __post_init__(self) -> None:
        self.since = self.patience.clock()

    def check(self, received: int) -> None:
        """Count bytes.

        Raises:
            TryAgain: too few came in the last stretch.
        """
        self.lately += received
        now = self.patience.clock()
        if now - self.since < self.patience.silence_s:
            return
        if self.lately < self.patience.slow_bytes_per_s * self.patience.silence_s:
            raise TryAgain(f"sólo llegaron {self.lately:,} bytes en {now - self.since:.0f} s")
        self.since, self.lately = now, 0
