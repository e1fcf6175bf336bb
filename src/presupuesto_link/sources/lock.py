"""Who is working in a store: a lock file, and working folders that carry the process that owns them.

Everything here works on Windows too: no `fcntl`. A process is told apart from a later one with the same number by the moment it
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

from presupuesto_link.errors import OutputError, Problem

PART = ".parcial-"
LOCK = ".cerradura"
_WAIT_SECONDS, _STEP_SECONDS = 60.0, 0.05
_HALF_WRITTEN_SECONDS = 10.0
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


@contextmanager
def locked(folder: Path, wait_seconds: float = _WAIT_SECONDS) -> Iterator[None]:
    """Hold the store's lock.

    Raises:
        OutputError: another process keeps it for longer than the wait.
    """
    lock, limit = folder / LOCK, time.monotonic() + wait_seconds
    while not _taken(lock):
        _break_stale(lock)
        if time.monotonic() > limit:
            raise OutputError(
                Problem(str(lock), "otro proceso está escribiendo en el almacén", "el almacén libre",
                        "espere a que termine y repita la orden")
            )  # fmt: skip
        time.sleep(_STEP_SECONDS)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _taken(lock: Path) -> bool:
    """Create the lock with our name in it, unless it is there."""
    try:
        handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return False
    except PermissionError:
        if os.name == "nt":  # being deleted by its owner at this moment
            return False
        raise
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(owner())
    return True


def _break_stale(lock: Path) -> None:
    """Remove a lock whose owner died. Only one process at a time may try, so that none removes a lock newly taken."""
    if not _stale(lock):
        return
    breaker = lock.with_name(lock.name + "-rota")
    try:
        os.close(os.open(breaker, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except (FileExistsError, PermissionError):
        if _age(breaker) > _HALF_WRITTEN_SECONDS:
            breaker.unlink(missing_ok=True)
        return
    try:
        if _stale(lock):
            lock.unlink(missing_ok=True)
    finally:
        breaker.unlink(missing_ok=True)


def _stale(lock: Path) -> bool:
    try:
        who = lock.read_text(encoding="ascii")
    except OSError:
        return False
    return not is_alive(who) if who else _age(lock) > _HALF_WRITTEN_SECONDS


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
