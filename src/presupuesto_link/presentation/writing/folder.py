"""A folder of results replaced whole or not at all, and only when it holds untouched results of the same command.

Everything is made in a folder beside the target and moved into place at the end, so that a failure, a full disk or an
interruption leaves the previous results whole.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from hashlib import file_digest
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from presupuesto_link.errors import OutputError, Problem, system_reason

MANIFEST = "manifiesto.json"
PROGRAM = "presupuesto-link"
_PART = ".parcial-"
_STALE_SECONDS = 3600


def replace_folder(folder: Path, command: str, write: Callable[[Path], None], carried: Path | None = None) -> list[str]:
    """Make a folder with what `write` puts in it, in the place of what `command` wrote there before.

    Args:
        folder: target; it may exist if it is empty or holds untouched results of the same command.
        command: the command whose manifest `write` leaves in the folder.
        write: fills an empty folder, manifest included.
        carried: a file in it that somebody changed and that `write` keeps.

    Returns:
        The files written, relative to the folder, in order.

    Raises:
        OutputError: the folder holds somebody else's files, or cannot be written.
    """
    folder, part = folder.resolve(), None
    _must_be_replaceable(folder, command, carried)
    try:
        part = _new_part(folder)
        write(part)
        _swap(part, folder)
    except OSError as error:
        raise _not_written(folder, error) from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
    return files_in(folder)


def check_folder(folder: Path, command: str, carried: Path | None = None) -> None:
    """Refuse a folder that may not be replaced before any long work is done for it.

    Args:
        folder: target.
        command: as `replace_folder`.
        carried: a file in it that somebody changed and whose content goes to the new one.

    Raises:
        OutputError: as `replace_folder`.
    """
    _must_be_replaceable(folder.resolve(), command, carried)


def filled_since(folder: Path, name: str) -> bool:
    """Whether a file of earlier results has what somebody wrote: it was changed after it was written, or carried over what an earlier one had."""
    manifest = _manifest(folder)
    path = folder / name
    written = dict(manifest.get("salidas") or {})
    return name in written and path.is_file() and (bool(manifest.get("llenado")) or written[name] != digest(path))


def write_manifest(folder: Path, command: str, content: dict[str, Any]) -> None:
    """Leave beside the results what they are made of and the digest of each: what a later run may replace."""
    manifest = content | {"orden": command, "salidas": {name: digest(folder / name) for name in files_in(folder)}}
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def made_with(libraries: Sequence[str]) -> dict[str, Any]:
    """The program and the versions it ran with, as every manifest says them."""
    return {
        "programa": {"nombre": PROGRAM, "version": library_version(PROGRAM)},
        "bibliotecas": {name: library_version(name) for name in libraries},
    }


def library_version(name: str) -> str:
    """The version of an installed package, for manifests."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "sin instalar"


def digest(path: Path) -> str:
    """The SHA-256 of a file of any size."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def files_in(folder: Path) -> list[str]:
    """Every file below a folder, relative to it, in order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _new_part(folder: Path) -> Path:
    """A new folder beside the target to work in; those a killed run left long ago are removed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    for stale in folder.parent.glob(f"{folder.name}{_PART}*"):
        ours = stale.name.removeprefix(f"{folder.name}{_PART}").isdigit()  # a process number, as below
        if ours and time.time() - stale.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(stale, ignore_errors=True)
    part = folder.with_name(f"{folder.name}{_PART}{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    return part


def _must_be_replaceable(folder: Path, command: str, carried: Path | None = None) -> None:
    """Refuse to replace the working folder, somebody else's folder or results that a person has edited."""
    if Path.cwd().is_relative_to(folder):
        raise _refusal(
            folder, "la carpeta actual o una que la contiene", "una carpeta propia para los resultados", "use por ejemplo --salida salida"
        )
    if folder.is_file():
        raise _refusal(folder, "un archivo", "una carpeta", "elija otro nombre con --salida")
    if folder.is_dir() and any(folder.iterdir()):
        _must_be_untouched(folder, command, carried)


def _must_be_untouched(folder: Path, command: str, carried: Path | None) -> None:
    earlier, written = _written_before(folder)
    if earlier != command:
        raise _refusal(
            folder,
            f"los resultados de «{earlier}»" if earlier else "una carpeta con otros archivos",
            f"una carpeta nueva, vacía o con resultados anteriores de «{command}»",
            "elija otra carpeta con --salida",
        )
    known = {MANIFEST, *([carried.name] if carried else [])}
    strange = [name for name in files_in(folder) if name not in known and written.get(name) != digest(folder / name)]
    if strange:
        raise _refusal(
            folder,
            f"archivos agregados o cambiados después de escribirse: {', '.join(strange[:5])}",
            "sólo resultados sin cambios, para reemplazarlos sin perder nada",
            "mueva o copie esos archivos a otra carpeta, o elija otra con --salida",
        )


def _written_before(folder: Path) -> tuple[str, dict[str, str]]:
    """The command whose manifest is there and the outputs it declares; nothing when there is no manifest of ours."""
    try:
        manifest = _manifest(folder)
        ours, outputs = manifest["programa"]["nombre"] == PROGRAM, dict(manifest["salidas"])
        return (str(manifest.get("orden", "analizar")), outputs) if ours and outputs else ("", {})
    except (KeyError, TypeError, AttributeError):
        return "", {}


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _swap(part: Path, folder: Path) -> None:
    """Move the finished folder into place; the earlier one comes back if the move fails."""
    earlier = part.with_name(part.name + "-anterior")
    if folder.is_dir():
        folder.replace(earlier)
    try:
        part.replace(folder)
    except OSError:
        if earlier.is_dir():
            earlier.replace(folder)
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def _refusal(folder: Path, found: str, expected: str, remedy: str) -> OutputError:
    return OutputError(Problem(str(folder), found, expected, remedy))


def _not_written(folder: Path, error: OSError) -> OutputError:
    return _refusal(
        folder,
        f"no se pudo escribir: {system_reason(error)}",
        "una carpeta en la que se pueda escribir",
        "cierre en Excel los archivos de esa carpeta, revise permisos y espacio, o elija otra con --salida",
    )
