"""The results of a command as a folder: tables, figures, texts and what they are made of; all of it or nothing (see `folder`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from presupuesto_link.presentation.telling.marked import marked
from presupuesto_link.presentation.writing.csv_files import write_csv
from presupuesto_link.presentation.writing.folder import made_with, replace_folder, write_manifest

if TYPE_CHECKING:
    from presupuesto_link.presentation.plots import Figure

TABLES, FIGURES = "tablas", "graficos"


@dataclass(frozen=True)
class Results:
    """What a command leaves.

    Attributes:
        command: whose results they are; only that command may replace them.
        about: what went in, for the manifest; no machine paths, no dates but the cut-off.
        libraries: those whose version the manifest names.
        tables: by file name, without ending.
        draw: gives the figures; those that have nothing to show are null.
        texts: by file name, with ending.
        parquet: whether tables are written as parquet too.
        synthetic: whether the money is made up, which each row of each table then says.
    """

    command: str
    about: Mapping[str, Any]
    libraries: Sequence[str]
    tables: Mapping[str, pl.DataFrame]
    draw: Callable[[], Iterable[Figure | None]]
    texts: Mapping[str, str] = field(default_factory=dict)
    parquet: bool = False
    synthetic: bool = False


def write_results(results: Results, folder: Path) -> list[str]:
    """Write a folder of results: tables as CSV (and parquet), figures as PNG and SVG, texts and manifest.

    Args:
        results: what to write.
        folder: target; it may exist if it is empty or holds earlier results of the same command.

    Returns:
        The files written, relative to the folder, in order.

    Raises:
        OutputError: the folder holds somebody else's files, or cannot be written.
    """
    return replace_folder(folder, results.command, lambda part: _write(results, part))


def _write(results: Results, folder: Path) -> None:
    from presupuesto_link.presentation.plots.common import save_figure

    (folder / TABLES).mkdir()
    for name, frame in results.tables.items():
        _write_table(marked(frame, results.synthetic), folder / TABLES, name, results.parquet)
    for figure in results.draw():
        if figure is not None:
            save_figure(figure, folder / FIGURES)
    for name, text in results.texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    write_manifest(folder, results.command, {**made_with(results.libraries), **results.about})


def _write_table(frame: pl.DataFrame, folder: Path, name: str, parquet: bool) -> None:
    if parquet:
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd", statistics=True)
    write_csv(frame, folder / f"{name}.csv")
