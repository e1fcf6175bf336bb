"""What a delivered file has inside: a plain one, or the member of a compressed one that is an extract."""

from __future__ import annotations

import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.siaf.bytes import BLOCK, kind_of

_DAMAGE = (EOFError, zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, struct.error, ValueError, OverflowError)
_JUNK = ("__MACOSX/", "~$", ".", "Thumbs.db", "desktop.ini")
_ENCRYPTED = 0x1
_DEEPEST = 2
_HEAD = 256 << 10
_BIG, _TIMES = 1 << 30, 400
"""A file that grows beyond this when it is opened, and more than so many times, is not an extract: text with names takes ten to forty."""


@dataclass(frozen=True)
class Inside:
    """A plain file.

    Attributes:
        path: where it is.
        kind: as `bytes.kind_of` says.
        member: its name in the `.zip` it came from.
        rest: what was asked for inside it: the sheet of a workbook.
    """

    path: Path
    kind: str
    member: str | None = None
    rest: str | None = None


def plain(path: Path, asked: str | None, folder: Path, is_extract: Callable[[Path, str], bool]) -> Inside:
    """What a file has inside, unpacked in bounded memory.

    Args:
        path: as delivered.
        asked: which member of a zip, or which sheet of a workbook; `libro.xlsx/Hoja1` is a sheet of a member.
        folder: where to unpack.
        is_extract: whether the beginning of a member, given with its kind, can be an extract.

    Raises:
        InputDataError: damaged, with a password, packed in a way that is not known, or with several extracts and none asked for.
    """
    found = _unpacked(path, asked, folder, is_extract)
    for depth in range(_DEEPEST):
        if found.kind not in ("gzip", "zstd", "zip"):
            return found
        deeper = folder / f"dentro-{depth}"
        deeper.mkdir()
        found = replace(_unpacked(found.path, found.rest, deeper, is_extract), member=found.member)
    raise _problem(path, "un archivo comprimido demasiadas veces", "un archivo comprimido una vez", "descomprímalo y cargue lo de adentro")


def _unpacked(path: Path, asked: str | None, folder: Path, is_extract: Callable[[Path, str], bool]) -> Inside:
    kind = kind_of(path)
    if kind in ("gzip", "zstd"):
        target = folder / "plano.csv"
        with _gzip(path) if kind == "gzip" else _zstd(path) as source:
            _copy(source, target, path)
        return Inside(target, kind_of(target), rest=asked)
    if kind != "zip":
        return Inside(path, kind, rest=asked)
    with _zip(path) as archive:
        name, rest = _member(archive, asked, path, folder, is_extract)
        target = folder / ("miembro" + PurePosixPath(name).suffix)
        with _opened(archive, name, path) as source:
            _copy(source, target, path)
    return Inside(target, kind_of(target), name, rest)


def beginning(path: Path, asked: str | None, folder: Path, is_extract: Callable[[Path, str], bool], size: int) -> bytes:
    """The first bytes of what a file has inside, without unpacking the rest; arguments and errors as in `plain`."""
    kind = kind_of(path)
    if kind in ("gzip", "zstd"):
        with _gzip(path) if kind == "gzip" else _zstd(path) as source:
            return _read(source, path, size)
    if kind != "zip":
        with path.open("rb") as file:
            return file.read(size)
    with _zip(path) as archive:
        name, _ = _member(archive, asked, path, folder, is_extract)
        with _opened(archive, name, path) as source:
            return _read(source, path, size)


def _copy(source: BinaryIO, target: Path, path: Path, limit: int | None = None) -> None:
    """The bytes of an opened file, or its beginning; what reading it raises is told apart from a full disk."""
    size, done = path.stat().st_size, 0
    with target.open("wb") as out:
        while block := _read(source, path):
            out.write(block)
            done += len(block)
            if limit and done >= limit:
                return
            if done > _BIG and done > _TIMES * size:
                raise _problem(
                    path, f"un archivo que al abrirse crece más de {_TIMES} veces", "un extracto del SIAF", "revise qué archivo es"
                )


def _read(source: BinaryIO, path: Path, size: int = BLOCK) -> bytes:
    try:
        return source.read(size)
    except (*_DAMAGE, OSError) as error:
        raise _broken(path, error) from None


@contextmanager
def _gzip(path: Path) -> Iterator[BinaryIO]:
    with gzip.open(path) as file:
        yield cast("BinaryIO", file)


@contextmanager
def _zstd(path: Path) -> Iterator[BinaryIO]:
    import pyarrow as pa

    with pa.CompressedInputStream(pa.OSFile(str(path)), "zstd") as file:
        yield cast("BinaryIO", _Zstd(file))


class _Zstd:
    """A zstd stream that gives bytes."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def read(self, size: int) -> bytes:
        return bytes(self.file.read(size))


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise _broken(path, error) from None
    with archive:
        yield archive


@contextmanager
def _opened(archive: zipfile.ZipFile, name: str, path: Path) -> Iterator[BinaryIO]:
    """A member, ready to be read."""
    if archive.getinfo(name).flag_bits & _ENCRYPTED:
        raise _problem(
            path, f"«{name}» tiene contraseña", "un .zip sin contraseña", "descomprímalo con su contraseña y cargue lo de adentro"
        )
    try:
        file = archive.open(name)
    except NotImplementedError:
        raise _problem(
            path,
            f"«{name}» está comprimido de un modo que no se sabe abrir (quizá Deflate64, el de Windows para archivos grandes)",
            "un .zip corriente (Deflate), un .gz o el archivo sin comprimir",
            "descomprímalo con el programa que lo hizo y cargue lo de adentro",
        ) from None
    except (*_DAMAGE, RuntimeError, OSError) as error:
        raise _broken(path, error) from None
    with file:
        yield cast("BinaryIO", file)


def _member(
    archive: zipfile.ZipFile, asked: str | None, path: Path, folder: Path, is_extract: Callable[[Path, str], bool]
) -> tuple[str, str | None]:
    """The member to read and what was asked for inside it."""
    every = [info.filename for info in archive.infolist() if not info.is_dir()]
    if asked in every:
        return str(asked), None
    inside = next((name for name in every if asked and asked.startswith(f"{name}/")), None)
    if asked and inside:
        return inside, asked.removeprefix(f"{inside}/")
    names = [name for name in every if not _is_junk(name)]
    if asked and len(names) > 1:
        raise _ask(path, f"no contiene «{asked}»", names or every)
    found = names if len(names) < 2 else [n for n in names if _may_be(archive, n, path, folder, is_extract)]
    if len(found) == 1:
        return found[0], asked
    if found:
        raise _ask(path, f"contiene {len(found)} extractos", found)
    raise _ask(path, f"contiene {len(every)} archivos y ninguno parece un extracto" if every else "está vacío", names or every)


def _may_be(archive: zipfile.ZipFile, name: str, path: Path, folder: Path, is_extract: Callable[[Path, str], bool]) -> bool:
    """Whether a member is an extract, as far as its beginning tells; of a workbook, all of it."""
    head = folder / ("muestra" + PurePosixPath(name).suffix)
    try:
        with _opened(archive, name, path) as source:
            _copy(source, head, path, _HEAD)
        if head.read_bytes()[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
            with _opened(archive, name, path) as source:
                _copy(source, head, path)
        return is_extract(head, kind_of(head))
    except InputDataError:
        return False
    finally:
        head.unlink(missing_ok=True)


def _is_junk(name: str) -> bool:
    return name.startswith(_JUNK[0]) or PurePosixPath(name).name.startswith(_JUNK[1:])


def _ask(path: Path, found: str, names: Iterable[str]) -> InputDataError:
    return _problem(path, found, "un solo extracto, o cuál de ellos: " + ", ".join(names), "elija uno con --miembro")


def _broken(path: Path, error: BaseException) -> InputDataError:
    said = f"un archivo comprimido incompleto o dañado ({str(error)[:120]})"
    return _problem(path, said, "un archivo sano", "vuelva a descargarlo o a copiarlo")


def _problem(path: Path, found: str, expected: str, remedy: str) -> InputDataError:
    return InputDataError(Problem(str(path), found, expected, remedy))
