"""The commitments of a government plan and what they are compared with, as they arrived."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from presupuesto_link.sources.delimited import RawTable, read_delimited


@dataclass(frozen=True)
class RawCommitments:
    """The two tables of a folder of commitments."""

    compromisos: RawTable
    equivalencias: RawTable

    @property
    def files(self) -> tuple[Path, Path]:
        """The files read, for the manifest."""
        return self.compromisos.path, self.equivalencias.path


def read_commitments(folder: Path) -> RawCommitments:
    """Read `compromisos.csv` and `equivalencias.csv` without interpreting any value.

    Raises:
        InputDataError: a file is missing or unreadable.
    """
    return RawCommitments(read_delimited(folder / "compromisos.csv"), read_delimited(folder / "equivalencias.csv"))
