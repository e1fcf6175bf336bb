"""Insisting: what to do when a connection fails or what is here does not serve, and when to stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from presupuesto_link.errors import DownloadError
from presupuesto_link.sources.download.job import Job

T = TypeVar("T")


class TryAgain(Exception):
    """The connection failed; what is here stays good. `wait_s` is the least wait the server asked for."""

    def __init__(self, found: str, wait_s: float = 0.0) -> None:
        super().__init__(found)
        self.wait_s = wait_s


class StartOver(Exception):
    """What is here cannot be completed; begin from the first byte."""


def insist(job: Job, action: Callable[[Job], T]) -> T:
    """Do something that the network may break until it is done or there is no more use in trying.

    Raises:
        DownloadError: too many tries that brought nothing new, or too many beginnings.
    """
    while True:
        try:
            return action(job)
        except TryAgain as trouble:
            _pause(job, trouble)
        except StartOver as reason:
            count_restart(job, str(reason))
            job.forget()


def count_restart(job: Job, reason: str) -> None:
    """Count one more beginning; give up after too many."""
    job.restarts += 1
    if job.restarts > job.patience.restarts:
        job.forget()
        raise job.problem(
            f"se empezó de nuevo {job.patience.restarts} veces; en la última, {reason}",
            "el mismo archivo, completo, durante toda la descarga",
            "repita la orden más tarde (el portal rehace sus archivos cada día) o use otro servidor con --url",
        )
    job.say(f"{reason}: se empieza de nuevo")


def _pause(job: Job, trouble: TryAgain) -> None:
    """Wait before another try; give up after too many that brought nothing new."""
    received = job.received()
    if received >= job.furthest + job.patience.progress_bytes:
        job.furthest, job.failures = received, 0
    job.failures += 1
    if job.failures > job.patience.attempts:
        raise _given_up(job, trouble, received)
    seconds = max(job.patience.wait_s(job.failures), min(trouble.wait_s, job.patience.longest_wait_s))
    job.say(f"{trouble}; se reintenta en {seconds:.0f} s", received)
    job.patience.sleep(seconds)


def _given_up(job: Job, trouble: TryAgain, received: int) -> DownloadError:
    return job.problem(
        f"{job.patience.attempts + 1} intentos seguidos sin avanzar; en el último, {trouble}",
        "el archivo completo" + (f", de {job.total:,} bytes" if job.total else ""),
        f"repita la orden más tarde: seguirá desde los {received:,} bytes que quedaron en {job.part}"
        if received
        else "revise la conexión (y HTTPS_PROXY, si su red usa proxy), repita la orden más tarde o dé otra con --url",
    )
