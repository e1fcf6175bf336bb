"""Files that are whole or are not there: a lock, atomic writes, room enough, and the words for a disk that fails."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from presupuesto_link.errors import DownloadError, Problem
from presupuesto_link.sources.lock import Busy, held

_WORDS = {
    errno.ENOSPC: "no queda espacio en el disco",
    errno.EACCES: "no hay permiso para escribir",
    errno.EPERM: "no hay permiso para escribir",
    errno.EROFS: "el disco es de sólo lectura",
    errno.EFBIG: "el disco no admite archivos tan grandes (¿FAT32?)",
    errno.EISDIR: "es una carpeta",
    errno.ENOTDIR: "hay un archivo donde debería haber una carpeta",
    errno.EEXIST: "hay un archivo donde debería haber una carpeta",
}


def beside(path: Path, suffix: str) -> Path:
    """The path with something after its name."""
    return path.with_name(path.name + suffix)


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Hold the lock of a target.

    Raises:
        DownloadError: somebody else holds it.
    """
    try:
        with held(beside(target, ".part.lock")):
            yield
    except Busy:
        found = "otra descarga del mismo archivo en curso"
        raise DownloadError(Problem(str(target), found, "una sola a la vez", "espere a que termine o deténgala")) from None


def replace_synced(part: Path, target: Path) -> None:
    """Put a finished file in the place of another once its bytes are on the disk."""
    with part.open("r+b") as file:
        os.fsync(file.fileno())
    part.replace(target)


def write_whole(path: Path, text: str) -> None:
    """Write a small file, or leave the one that was there."""
    part = beside(path, ".tmp")
    part.write_text(text, encoding="utf-8", newline="\n")
    replace_synced(part, path)


def sync_folder(folder: Path) -> None:
    """See that the names in a folder are on the disk too."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network disks cannot
            os.fsync(handle)
    finally:
        os.close(handle)


def check_space(folder: Path, needed: int) -> None:
    """There is room for so many bytes.

    Raises:
        DownloadError: there is not.
    """
    free = shutil.disk_usage(folder).free
    if needed > free:
        expected, remedy = f"{needed:,} bytes para lo que falta", "libere espacio o elija otra carpeta con --salida"
        raise DownloadError(Problem(str(folder), f"{free:,} bytes libres", expected, remedy))


def disk_error(target: Path, error: OSError) -> DownloadError:
    """What the system says of a disk that fails, for the person."""
    return DownloadError(
        Problem(
            str(error.filename or target),
            _WORDS.get(error.errno or 0, error.strerror or str(error)),
            "una carpeta donde se pueda escribir el archivo completo",
            "libere espacio, revise los permisos, cierre el archivo si está abierto o elija otra carpeta con --salida",
        )
    )
