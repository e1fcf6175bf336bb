"""Bytes to raw text table: encoding and delimiter are detected, labels and values stay untouched."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.unreadable import unreadable
from presupuesto_link.wording import CONTROL, plural

_SHOWN = 10
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class RawTable:
    """A file as it arrived: every column text, rows in file order.

    Attributes:
        frame: all columns `String`, blanks as empty text, plus `fila` (UInt32), the record's number
            counting the header as 1, for messages.
        path: the file.
        encoding: `utf-8`, `utf-16` (what Excel calls «texto Unicode») or `cp1252`.
        delimiter: the one detected in the header.
        digest: SHA-256 of the bytes, in hexadecimal.
    """

    frame: pl.DataFrame
    path: Path
    encoding: str
    delimiter: str
    digest: str

    @property
    def name(self) -> str:
        """File name for messages."""
        return self.path.name


def read_delimited(path: Path) -> RawTable:
    """Read a delimited text file without interpreting any value.

    UTF-8 (with or without BOM) is tried first; bytes that are not UTF-8 are read as cp1252, which is
    what Excel for Windows writes in Peru. The delimiter is the most frequent of `, ; tab |` in the header.

    Raises:
        InputDataError: missing or empty file, no rows, repeated headers, a record with more or fewer cells
            than the header, or a control character, which no document or figure can write.
    """
    text, encoding, digest = decoded(path)
    if not text.strip():
        raise InputDataError(
            Problem(str(path), "el archivo está vacío", "una fila de títulos y al menos una de datos", "vuelva a exportar el archivo")
        )
    delimiter = _sniff_delimiter(text)
    (_, labels), *records = _records(text, delimiter, path)
    header = [label.strip() for label in labels]
    _check_shape(path, header, records)
    frame = pl.DataFrame(
        {"fila": [number for number, _ in records]}
        | {label: [row[i].strip() if i < len(row) else "" for _, row in records] for i, label in enumerate(header)},
        schema={"fila": pl.UInt32} | dict.fromkeys(header, pl.String),
    )
    return RawTable(frame, path, encoding, delimiter, digest)


def decoded(path: Path) -> tuple[str, str, str]:
    """The text of a file, its encoding (see `read_delimited`) and the SHA-256 of its bytes."""
    content = _read_bytes(path)
    return *_decode(content, path), sha256(content).hexdigest()


def _records(text: str, delimiter: str, path: Path) -> list[tuple[int, list[str]]]:
    """Numbered records with some cell; a quote that never closes is an error, not a giant cell."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, list[str]]] = []
    try:
        records.extend((number, row) for number, row in enumerate(reader, start=1) if any(row))
    except csv.Error:
        raise InputDataError(
            Problem(
                f"{path}, después de la fila {records[-1][0] if records else 0}",
                "una comilla que no se cierra o está mal puesta",
                "comillas por pares",
                "corrija la comilla en esa fila",
            )
        ) from None
    return records


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error, "un archivo de datos") from None


def _decode(content: bytes, path: Path) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), "utf-16"
    if b"\0" in content[:4096]:
        raise InputDataError(
            Problem(str(path), "un archivo binario (¿un libro de Excel?)", "un CSV de texto", "guárdelo como «CSV UTF-8» desde Excel")
        )
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "cp1252"


def _sniff_delimiter(text: str) -> str:
    header = text.lstrip().splitlines()[0]
    return max(DELIMITERS, key=header.count)


def _check_shape(path: Path, header: list[str], records: list[tuple[int, list[str]]]) -> None:
    problems = []
    repeated = sorted({label for label in header if header.count(label) > 1})
    if repeated:
        problems.append(
            Problem(
                f"{path}, fila 1",
                f"títulos repetidos: {', '.join(repeated)}",
                "un título distinto por columna",
                "cambie el nombre de las columnas repetidas",
            )
        )
    if not records:
        problems.append(Problem(str(path), "sólo hay una fila de títulos", "al menos una fila de datos", "vuelva a exportar el archivo"))
    problems += [
        Problem(
            f"{path}, fila {number}",
            plural(len(row), "celda", "celdas"),
            f"{len(header)} como en los títulos",
            "agregue las celdas que faltan o ponga entre comillas el texto que contenga el separador",
        )
        for number, row in records
        if len(row) != len(header)
    ]
    problems += [
        Problem(
            f"{path}, fila {number}, columna {label}",
            f"un carácter de control, que no se ve (U+{ord(found[0]):04X}, tras «{cell[: found.start()][-20:]}»)",
            "texto",
            "bórrelo y escriba de nuevo la celda",
        )
        for number, row in records
        for label, cell in zip(header, row, strict=False)
        if (found := CONTROL.search(cell))
    ][:_SHOWN]
    if problems:
        raise InputDataError(*problems)
