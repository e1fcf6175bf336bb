"""The portal's bulk files: streamed, resumed and checked; a target is replaced only by a whole and right file.

Until it is done, a download lives beside its target in `<name>.part` (the bytes), `<name>.part.json` (which version of
which address they are) and `<name>.part.lock` (one download of a file at a time). Whatever stops it, the next run
goes on from the last byte, as long as the server still has that version.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from presupuesto_link.sources.download.checks import WrongFileError, check_whole, digest_part, layout_problem
from presupuesto_link.sources.download.connection import open_client
from presupuesto_link.sources.download.disk import alone, disk_error
from presupuesto_link.sources.download.installed import Downloaded, as_recorded, install
from presupuesto_link.sources.download.job import Job, Progress
from presupuesto_link.sources.download.patience import Patience
from presupuesto_link.sources.download.resources import Resource, find_resource
from presupuesto_link.sources.download.retries import insist
from presupuesto_link.sources.download.transfer import is_current, receive_rest
from presupuesto_link.sources.download.version import Version

__all__ = ["Downloaded", "Patience", "Progress", "Resource", "Version", "download", "find_resource", "layout_problem"]


def download(
    resource: Resource,
    folder: Path,
    today: dt.date,
    force: bool = False,
    patience: Patience | None = None,
    report: Callable[[Progress], None] = lambda _: None,
) -> Downloaded:
    """Bring a file to a folder, whole and checked, with its origin beside it.

    Args:
        resource: what to download (see `find_resource`).
        folder: where; made when it does not exist.
        today: date written in the origin.
        force: download even when the file here is the server's.
        patience: waits and tries.
        report: called as bytes arrive and before each wait.

    Returns:
        The file in place. Proxy and certificates come from the environment (`HTTPS_PROXY`, `SSL_CERT_FILE`).

    Raises:
        DownloadError: the server does not have it or keeps failing, what came is not the file, or it cannot be
            written. The previous file is still whole, and the bytes received wait for the next run when they serve.
    """
    target = folder / resource.name
    patience = patience or Patience()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(target), open_client(patience) as client:
            return _bring(Job(client, resource, target, patience, report), today, force)
    except OSError as error:
        raise disk_error(target, error) from error


def _bring(job: Job, today: dt.date, force: bool) -> Downloaded:
    job.take_up()
    if not force and insist(job, is_current):
        job.forget()
        return as_recorded(job.target)
    try:
        digest = insist(job, _complete)
    except WrongFileError:
        job.forget()
        raise
    return install(job, digest, today)


def _complete(job: Job) -> str:
    receive_rest(job)
    check_whole(job)
    return digest_part(job)
