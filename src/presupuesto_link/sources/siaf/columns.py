"""Tables whose records carry no text to cut: Parquet, and JSON as the API of the open data portal answers it, or a record a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any

import polars as pl

from presupuesto_link.errors import InputDataError, Problem

_WHOLE = 256 << 20
"""A JSON document is read whole; one a record a line, some at a time."""
_AT_ONCE = 20_000


def parquet_columns(path: Path, shown: Path) -> pl.LazyFrame:
    """Every column as text, as it would be written by hand: exact decimals, and the shortest spelling of a binary number.

    Raises:
        InputDataError: damaged, or a column that is a list or a record.
    """
    try:
        frame = pl.scan_parquet(path, glob=False)
        schema = frame.collect_schema()
        frame.head(1).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputDataError(
            Problem(
                str(shown), f"un Parquet incompleto o dañado ({str(error)[:120]})", "un archivo sano", "vuelva a copiarlo o a escribirlo"
            )
        ) from None
    flat = [name for name, kind in schema.items() if not kind.is_nested()]
    return frame.select(pl.col(name).cast(pl.String) for name in flat)


def json_columns(path: Path, shown: Path, folder: Path) -> pl.LazyFrame:
    """The records of an answer of the datastore (`result.records`, or `records`), of a list, or one a line; numbers as they are written.

    Raises:
        InputDataError: not JSON, cut, without records, or records with others inside.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            by_line = _is_by_line(file.readline())
            file.seek(0)
            records = map(_loads, filter(str.strip, file)) if by_line else iter(_document(path, file.read(), shown))
            return _framed(records, shown, folder)
    except (ValueError, RecursionError) as error:
        place = f"línea {error.lineno}" if isinstance(error, json.JSONDecodeError) and not by_line else "no se entiende o está cortado"
        raise InputDataError(
            Problem(str(shown), f"un JSON que no se puede leer ({place})", "la respuesta completa de la consulta", "repita la descarga")
        ) from None


def _is_by_line(first: str) -> bool:
    """Whether the first line is a whole record of flat values."""
    try:
        found = _loads(first)
    except ValueError:
        return False
    return isinstance(found, dict) and not {"result", "records", "success", "error"} & {*found}


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=str, parse_int=str)


def _document(path: Path, text: str, shown: Path) -> list[Any]:
    if path.stat().st_size > _WHOLE:
        raise InputDataError(
            Problem(str(shown), "un documento JSON de más de 256 MB", "un registro por línea, o CSV", "descargue el recurso en CSV")
        )
    found = _loads(text)
    inside = found.get("result", found) if isinstance(found, dict) else found
    found = inside.get("records", inside) if isinstance(inside, dict) else inside
    if isinstance(found, list):
        _check_total(inside, len(found), shown)
        return found
    raise InputDataError(
        Problem(
            str(shown),
            "un JSON sin lista de registros" + (" (la API dice que la consulta falló)" if found.get("success") is False else ""),
            "result.records, una lista de registros o un registro por línea",
            "repita la consulta al datastore con su resource_id, o descargue el CSV",
        )
    )


def _check_total(answer: Any, given: int, shown: Path) -> None:
    """The service gives a hundred records unless it is asked for more, and says how many there are."""
    total = str(answer.get("total", "")) if isinstance(answer, dict) else ""
    if total.isdecimal() and int(total) > given:
        raise InputDataError(
            Problem(
                str(shown),
                f"{given:,} registros de los {int(total):,} que dice la respuesta",
                "todos los registros",
                "pida los demás (limit y offset), o descargue el CSV entero",
            )
        )


def _framed(records: Iterator[Any], shown: Path, folder: Path) -> pl.LazyFrame:
    """Records → text columns, in files of `folder` when they are many."""
    parts: list[pl.LazyFrame] = []
    while batch := list(islice(records, _AT_ONCE)):
        if not all(isinstance(record, dict) for record in batch):
            raise ValueError
        names = dict.fromkeys(chain.from_iterable(batch))
        columns = {name: [_text(record.get(name), shown) for record in batch] for name in names}
        target = folder / f"registros-{len(parts):05}.parquet"
        pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)).write_parquet(target, compression="lz4")
        parts.append(pl.scan_parquet(target))
    if not parts:
        raise InputDataError(
            Problem(str(shown), "un JSON sin registros", "al menos uno", "repita la consulta: una respuesta vacía es un error, no un cero")
        )
    return pl.concat(parts, how="diagonal")


def _text(value: Any, shown: Path) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float, Decimal)):
        return str(value)
    raise InputDataError(
        Problem(str(shown), "registros con listas u otros registros dentro", "un valor en cada campo", "descargue el recurso en CSV")
    )
