"""Is what came the file? Its size, its columns, its year and its last row; a web page never gets this far."""

from __future__ import annotations

import csv
from pathlib import Path

from presupuesto_link.errors import DownloadError, Problem
from presupuesto_link.sources.digest import digest_of
from presupuesto_link.sources.download.job import Job
from presupuesto_link.sources.download.resources import Resource
from presupuesto_link.sources.download.retries import StartOver, TryAgain

HEAD_BYTES = 65_536
_Trouble = tuple[str, str, str]


class WrongFileError(DownloadError):
    """What came is not the file asked for; its bytes are of no use."""


def check_whole(job: Job) -> None:
    """Size, columns, year, and a last row that is not cut.

    Raises:
        TryAgain: some bytes are missing.
        StartOver: the bytes cannot be those of the file.
        WrongFileError: the first rows are not those of the kind and year asked for.
    """
    size, total = job.received(), job.total
    if total is not None and size < total:
        raise TryAgain(f"llegaron {size:,} de {total:,} bytes")
    if total is not None and size > total:
        raise StartOver(f"hay {size:,} bytes y el archivo es de {total:,}")
    check_layout(job)
    if _is_cut(job.part):
        raise StartOver("la última fila está cortada, como si el servidor hubiera dicho un tamaño menor")


def check_layout(job: Job) -> None:
    """The first rows are those of the kind and year asked for.

    Raises:
        WrongFileError: they are not.
    """
    with job.part.open("rb") as file:
        trouble = layout_problem(file.read(HEAD_BYTES), job.resource)
    if trouble:
        raise WrongFileError(Problem(job.resource.address, *trouble))
    job.head_checked = True


def digest_part(job: Job) -> str:
    """SHA-256 of what was received, in hexadecimal.

    Raises:
        StartOver: there are zeros in it, which mean that a crash of the machine left holes.
    """
    return digest_of(job.part, lambda read: job.say("Verificando", read), _refuse_zeros)


def _refuse_zeros(block: bytes) -> None:
    if b"\0" in block:
        raise StartOver("hay ceros binarios dentro del archivo")


def layout_problem(first: bytes, resource: Resource) -> _Trouble | None:
    """What is wrong with the first bytes of a file (found, expected, remedy), or None.

    Args:
        first: from the beginning, with at least two rows if the file has them.
        resource: the layouts and the year they should be of.
    """
    rows = _first_rows(first)
    titles = [label.strip().upper() for label in rows[0]] if rows else []
    return _titles_problem(first, set(titles), resource) or _year_problem(titles, rows[1:], resource)


def _titles_problem(first: bytes, columns: set[str], resource: Resource) -> _Trouble | None:
    missing = min(([c for c in wanted if c not in columns] for wanted in resource.layouts.values()), key=len)
    if not missing:
        return None
    more = f" y {len(missing) - 6} más" if len(missing) > 6 else ""
    return (
        f"{_kind_of(first, len(columns))}; faltan {', '.join(missing[:6])}{more}",
        f"las columnas de {' o '.join(resource.layouts)}",
        "revise --tipo y --url: no se reemplazó nada",
    )


def _year_problem(titles: list[str], rows: list[list[str]], resource: Resource) -> _Trouble | None:
    if not rows:
        return "una fila de títulos y ninguna de datos", "al menos una fila", "repita la orden más tarde"
    year = dict(zip(titles, rows[0], strict=False)).get("ANO_EJE", "").strip()
    if year != str(resource.year):
        return f"filas de ANO_EJE {year}", f"filas de {resource.year}", "revise el año y --url: no se reemplazó nada"
    return None


def _kind_of(first: bytes, columns: int) -> str:
    if first.startswith(b"PK\x03\x04"):
        return "un archivo ZIP o Excel"
    if first.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        return "un archivo comprimido"
    return "un archivo vacío" if not first else f"{columns} columnas"


def _is_cut(path: Path) -> bool:
    """The last row neither ends nor has as many cells as the titles."""
    with path.open("rb") as file:
        titles = _first_rows(file.read(HEAD_BYTES))[0]
        file.seek(max(0, path.stat().st_size - HEAD_BYTES))
        tail = file.read().rstrip(b"\x1a\0")
    if tail.endswith((b"\n", b"\r")):
        return False
    rows = _split([tail.splitlines()[-1].decode("utf-8", errors="replace")])
    return not rows or len(rows[0]) != len(titles)


def _first_rows(first: bytes) -> list[list[str]]:
    lines = [line for line in first.decode("utf-8-sig", errors="replace").splitlines() if line.strip()][:2]
    return _split(lines)


def _split(lines: list[str]) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=max(",;\t|", key=lines[0].count) if lines else ","))
    except csv.Error:
        return []
