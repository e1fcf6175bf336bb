"""A run whose inputs, options and program are those of the last one, and whose results nobody touched, is not made again.

Sizes and times of files tell at once; where a time changed, the digest decides. Only the standard library is used: nothing heavy is loaded to
find out that there is nothing to do.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import presupuesto_link
from presupuesto_link.commands.asking.here import NEWEST

VERIFY = "--verificar"
_FORMAT = 1
_asked: list[Run] = []


@dataclass(frozen=True)
class Run:
    """What was asked, as it was typed and as the folder and the environment complete it."""

    arguments: tuple[str, ...]
    defaults: Mapping[str, Any]

    @property
    def record(self) -> Path:
        """Where the last run of the same is remembered, in the user's cache."""
        text = json.dumps([str(Path.cwd()), self.arguments, self.defaults], sort_keys=True, default=str)
        return _cache() / f"{sha256(text.encode()).hexdigest()[:32]}.json"

    @property
    def named(self) -> list[Path]:
        """The files and folders that the arguments or the defaults name."""
        values = [
            *self.arguments,
            *(str(one) for value in self.defaults.values() for one in (value if isinstance(value, list) else [value])),
        ]
        paths = [Path(value.partition("=")[2] or value) for value in values if value and not value.startswith("-") and "\0" not in value]
        return [path for path in paths if _exists(path)]


def begin(arguments: Sequence[str], defaults: Mapping[str, Any]) -> Run:
    """Note what is asked, so that `remember` can say of what a run was."""
    kept = tuple(one for one in arguments if one not in (VERIFY, "--json"))
    told = {
        key: value for key, value in defaults.items() if (key, value) != ("instantanea", NEWEST)
    }  # what the store has is looked at itself
    _asked[:] = [Run(kept, told)]
    return _asked[0]


def last_run(run: Run, again: bool) -> tuple[dict[str, Any] | None, list[str]]:
    """The last run of the same when it still holds, or what changed since.

    Args:
        run: what is asked.
        again: compare digests although sizes and times are the same.

    Returns:
        The record (null when there is none or something changed) and the names of what changed.
    """
    try:
        record = json.loads(run.record.read_text(encoding="utf-8"))
        if record["formato"] != _FORMAT:
            return None, []
        changed = [] if record["programa"] == _program() else ["el programa"]
        changed += [Path(path).name for path, seen in record["archivos"].items() if not _same(Path(path), seen, again)]
        changed += [Path(path).name for path, names in record["carpetas"].items() if _names(Path(path)) != names]
    except (OSError, ValueError, KeyError, TypeError):
        return None, []
    return (None if changed else record), changed


def remember(folder: Path, answer: Mapping[str, Any], files: Iterable[Path], folders: Iterable[Path]) -> None:
    """Leave in the user's cache what a run read and wrote; a cache that cannot be written only means that the next run is made again.

    Args:
        folder: the results.
        answer: what was said to another program; `archivos`, the names of the results in the folder.
        files: what was read.
        folders: places where a new file would have been read too.
    """
    if not _asked:
        return
    run = _asked[0]
    results = [folder / name for name in answer["archivos"]]
    read = {path.resolve() for path in (*files, *(one for one in run.named if one.is_file())) if path.is_file()}
    places = {path.resolve() for path in (*folders, *(one for one in run.named if one.is_dir())) if path.is_dir()}
    record = {
        "formato": _FORMAT,
        "programa": _program(),
        "respuesta": dict(answer),
        "archivos": {str(path): _seen(path) for path in sorted(read | {path.resolve() for path in results})},
        "carpetas": {str(path): _names(path) for path in sorted(places - {folder.resolve(), folder.resolve().parent})},
    }
    try:
        run.record.parent.mkdir(parents=True, exist_ok=True)
        part = run.record.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps(record), encoding="utf-8")
        part.replace(run.record)
    except OSError:
        return


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or str(Path.home() / ".cache")
    return Path(home) / "presupuesto-link" / "corridas"


def _program() -> str:
    """A fingerprint of the program itself: it changes when it is updated, or edited."""
    root = Path(presupuesto_link.__file__).parent
    files = sorted(path for path in root.rglob("*") if path.suffix in (".py", ".j2", ".css", ".js", ".toml", ".csv") and path.is_file())
    text = "\n".join(f"{path.relative_to(root)} {stat.st_size} {stat.st_mtime_ns}" for path in files for stat in [path.stat()])
    return sha256(text.encode()).hexdigest()


def _seen(path: Path) -> list[Any]:
    stat = path.stat()
    with path.open("rb") as file:
        return [stat.st_size, stat.st_mtime_ns, file_digest(file, "sha256").hexdigest()]


def _same(path: Path, seen: Sequence[Any], again: bool) -> bool:
    size, changed, digest = seen
    stat = path.stat()
    if stat.st_size != size:
        return False
    if stat.st_mtime_ns == changed and not again:
        return True
    with path.open("rb") as file:
        return bool(file_digest(file, "sha256").hexdigest() == digest)


def _names(path: Path) -> list[str]:
    return sorted(one.name for one in path.iterdir())


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
