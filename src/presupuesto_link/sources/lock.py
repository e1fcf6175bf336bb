"""Who is working in a folder: a lock that the system drops with its process, and working folders that carry the process that owns them.

Everything here works on Windows too. A process is told apart from a later one with the same number by the moment it
was born, where the system says it.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from presupuesto_link.errors import OutputError, Problem

PART = ".parcial-"
LOCK = ".cerradura"
_WAIT_SECONDS, _STEP_SECONDS = 60.0, 0.05
_FORGOTTEN_SECONDS = 86_400.0


def owner() -> str:
    """This process as `number-birth`."""
    return f"{os.getpid()}-{_birth(os.getpid())}"


def is_alive(who: str) -> bool:
    """Is the process named by `owner()` still running?"""
    number, _, birth = who.partition("-")
    if not number.isdigit() or not _exists(int(number)):
        return False
    return not birth or _birth(int(number)) in ("", birth)


def new_part(folder: Path, name: str) -> Path:
    """An empty working folder of this process."""
    part = folder / f"{PART}{owner()}-{name}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    return part


def clean_parts(folder: Path) -> int:
    """Remove the working folders of processes that died; how many there were."""
    stale = [path for path in folder.glob(f"{PART}*") if _abandoned(path)]
    for path in stale:
        shutil.rmtree(path, ignore_errors=True)
    return len(stale)


class Busy(Exception):
    """Somebody else holds the lock."""


@contextmanager
def held(lock: Path, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold a lock file; the system drops it when the process ends, however it ends.

    Raises:
        Busy: somebody else keeps it for longer than the wait.
    """
    limit = time.monotonic() + wait_seconds
    while (file := _taken(lock)) is None:
        if time.monotonic() >= limit:
            raise Busy
        time.sleep(_STEP_SECONDS)
    with file:
        try:
            yield
        finally:
            with suppress(OSError):  # Windows does not delete an open file: it stays, empty and harmless
                lock.unlink()


@contextmanager
def locked(folder: Path, wait_seconds: float = _WAIT_SECONDS) -> Iterator[None]:
    """Hold the store's lock.

    Raises:
        OutputError: another process keeps it for longer than the wait.
    """
    lock = folder / LOCK
    try:
        with held(lock, wait_seconds):
            yield
    except Busy:
        raise OutputError(
            Problem(str(lock), "otro proceso está escribiendo en el almacén", "el almacén libre", "espere a que termine y repita la orden")
        ) from None


def _taken(lock: Path) -> IO[bytes] | None:
    """The lock file, open and ours; None when it is another's, or was deleted by its owner while we opened it."""
    try:
        file = lock.open("a+b")
    except PermissionError:
        if sys.platform == "win32":  # being deleted at this moment
            return None
        raise
    with suppress(FileNotFoundError):
        if _lock(file) and os.fstat(file.fileno()).st_ino == lock.stat().st_ino:
            return file
    file.close()
    return None


def _lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _abandoned(part: Path) -> bool:
    number, birth = [*part.name.removeprefix(PART).split("-"), "", ""][:2]
    return not is_alive(f"{number}-{birth}") or _age(part) > _FORGOTTEN_SECONDS


def _age(path: Path) -> float:
    with suppress(OSError):
        return time.time() - path.stat().st_mtime
    return 0.0


def _birth(number: int) -> str:
    """When a process began, in the system's own ticks; empty where that is not to be known."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{number}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
    return ""


def _exists(number: int) -> bool:
    if sys.platform == "win32":
        import ctypes

        query, still_active = 0x1000, 259
        handle = ctypes.windll.kernel32.OpenProcess(query, False, number)
        if not handle:
            return False
        code = ctypes.c_ulong()
        ctypes.windll.kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
        ctypes.windll.kernel32.CloseHandle(handle)
        return code.value == still_active
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
