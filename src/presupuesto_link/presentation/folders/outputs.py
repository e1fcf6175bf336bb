"""Write an analysis, or only its figures, to a folder: all of it or nothing (see `folder`)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from presupuesto_link.dossier import Dossier
from presupuesto_link.errors import AskedError, Problem
from presupuesto_link.presentation.folders.monitoring_folder import about_followed
from presupuesto_link.presentation.folders.scenario_folder import write_drafts
from presupuesto_link.presentation.report.files import write_report_files
from presupuesto_link.presentation.telling.tables import ResultTable, quarter_tables, result_tables
from presupuesto_link.presentation.writing.csv_files import write_csv
from presupuesto_link.presentation.writing.folder import digest, made_with, replace_folder, write_manifest
from presupuesto_link.sources.embedded import embedded_root

if TYPE_CHECKING:
    from presupuesto_link.presentation.plots import Figure
    from presupuesto_link.presentation.star.star_files import Export, Written

ANALYSIS = "analizar"  # the command whose results a folder may hold
PARTS = ("tablas", "libro", "figuras", "tablero", "informe", "escenarios", "estrella")
"""What an analysis may write, in the order in which it does."""
FILLED = "libro_llenado.xlsx"  # the workbook of the run before, as somebody left it
_LIBRARIES = ("jinja2", "matplotlib", "numpy", "plotnine", "polars", "pydantic", "scipy", "xlsxwriter")


def parts_of(dossier: Dossier, asked: Collection[str] | None) -> Collection[str]:
    """The parts that are written: those asked for, or all; the star only of a snapshot.

    Raises:
        AskedError: the star is asked for and there is no snapshot.
    """
    linked = dossier.analysis.money.linkage is not None
    if asked and "estrella" in asked and not linked:
        raise AskedError(
            Problem("--solo estrella", "no hay instantánea", "el gasto de una", "cárguela con «cargar», o dé sus archivos a «analizar»")
        )
    return asked or tuple(part for part in PARTS if linked or part != "estrella")


def write_analysis(
    dossier: Dossier,
    folder: Path,
    progress: Callable[[str], None] = lambda _: None,
    parts: Collection[str] = PARTS[:-1],
    bases: Collection[str] = (),
    accepted: str = "",
) -> list[str]:
    """Write tables, workbook, figures, board, report, drafts of scenarios and manifest, each figure drawn once.

    Args:
        dossier: what to write.
        folder: target; it may exist if it is empty or holds an earlier analysis of this program.
        progress: called with a Spanish sentence before each part.
        parts: those of `PARTS` to write.
        bases: databases written beside the star: sqlite, duckdb.
        accepted: why the findings of the load do not prevent the analysis, as somebody says.

    Returns:
        The files written, relative to the folder, in order.

    Raises:
        OutputError: the folder holds somebody else's files, or cannot be written.
    """
    filled = dossier.analysis.inputs.filled
    book = filled.path if filled else None
    carried = book if book is not None and book.resolve().parent == folder.resolve() else None

    def write(part: Path) -> None:
        _write_parts(dossier, part, progress, parts, bases)
        _keep(carried, part)
        write_manifest(
            part, ANALYSIS, manifest_of(dossier) | ({"aceptado": accepted} if accepted else {}) | ({"llenado": True} if filled else {})
        )

    return replace_folder(folder, ANALYSIS, write, carried)


def _keep(filled: Path | None, part: Path) -> None:
    """The workbook that somebody filled in the folder to be replaced, as it was left."""
    if filled is not None:
        shutil.copyfile(filled, part / FILLED)


def write_only_star(export: Export, folder: Path, progress: Callable[[str], None], filled: Path | None = None) -> tuple[list[str], Written]:
    """Write the linked spending alone, without computing anything else; a workbook that somebody filled in the folder stays there.

    Raises:
        OutputError: see `write_analysis` and `write_star`.
    """
    from presupuesto_link.presentation.star.star_files import about_star, write_star

    written: list[Written] = []

    def write(part: Path) -> None:
        written.append(write_star(export, part / "estrella", progress))
        _keep(filled, part)
        write_manifest(part, ANALYSIS, about_star(export, written[0]) | ({"llenado": True} if filled else {}))

    return replace_folder(folder, ANALYSIS, write, filled), written[0]


def _write_parts(dossier: Dossier, folder: Path, progress: Callable[[str], None], parts: Collection[str], bases: Collection[str]) -> None:
    tables = (*result_tables(dossier), *(quarter_tables(dossier.quarter) if dossier.quarter else ()))
    if "tablas" in parts:
        progress("Escribiendo tablas")
        _write_tables(tables, folder / "tablas")
    if "libro" in parts:
        progress("Escribiendo el libro de Excel")
        _write_workbook(dossier, tables, folder / "libro.xlsx")
    figures = _drawn(dossier, folder / "graficos", progress, parts)
    if "tablero" in parts:
        progress("Componiendo el tablero")
        links = {f"tablas/{table.name}.csv": table.title for table in tables} if "tablas" in parts else {}
        _write_board(dossier, figures, links, folder / "index.html")
    if "informe" in parts:
        progress("Escribiendo el informe")
        write_report_files(dossier, figures, folder)
    if "escenarios" in parts and dossier.scenarios:
        progress("Escribiendo los borradores de los escenarios")
        write_drafts(dossier.scenarios, folder / "escenarios")
    if "estrella" in parts:
        _write_star(dossier, folder / "estrella", progress, bases)


def _write_star(dossier: Dossier, folder: Path, progress: Callable[[str], None], bases: Collection[str]) -> None:
    from presupuesto_link.presentation.star.star_files import Export, write_star

    inputs, money = dossier.analysis.inputs, dossier.analysis.money
    assert money.linkage is not None and money.cut is not None
    rules = money.cut.rules
    given = {rules.name: rules.digest} if rules else {}
    write_star(
        Export(money.linkage, inputs.plan, inputs.spec.vinculo.transversales, given, "sqlite" in bases, "duckdb" in bases), folder, progress
    )


def _drawn(dossier: Dossier, folder: Path, progress: Callable[[str], None], parts: Collection[str]) -> tuple[Figure, ...]:
    """The figures that some part needs, on disk when they are asked for."""
    if not {"figuras", "tablero", "informe"} & set(parts):
        return ()
    progress("Dibujando las figuras")
    if "figuras" in parts:
        return _write_figures(dossier, folder)
    from presupuesto_link.presentation.plots import draw_all

    return draw_all(dossier)


def _write_board(dossier: Dossier, figures: tuple[Figure, ...], links: dict[str, str], path: Path) -> None:
    from presupuesto_link.presentation.board.file import board_text

    path.write_text(board_text(dossier, figures, links), encoding="utf-8", newline="\n")


def _write_figures(dossier: Dossier, folder: Path) -> tuple[Figure, ...]:
    from presupuesto_link.presentation.plots import draw_all, save_figure

    figures = draw_all(dossier)
    for figure in figures:
        save_figure(figure, folder)
    return figures


def _write_tables(tables: tuple[ResultTable, ...], folder: Path) -> None:
    folder.mkdir()
    for table in tables:
        table.frame.write_parquet(folder / f"{table.name}.parquet", compression="zstd", statistics=True)
        write_csv(table.frame, folder / f"{table.name}.csv")


def _write_workbook(dossier: Dossier, tables: tuple[ResultTable, ...], path: Path) -> None:
    from presupuesto_link.presentation.workbook.dossier_book import write_dossier_book

    write_dossier_book(dossier, tables, path)


def manifest_of(dossier: Dossier) -> dict[str, Any]:
    """What went in, with which versions and parameters. No dates, no machine paths."""
    inputs, quarter = dossier.analysis.inputs, dossier.quarter
    return {
        **made_with(_LIBRARIES),
        "entradas": {_name(path, inputs.path.parent): digest(path) for path in inputs.files},
        "parametros": {
            "analisis": inputs.spec.model_dump(mode="json", exclude={"fuentes"}),
            "perfiles": [profile.model_dump(mode="json") for profile in inputs.profiles],
            "escenarios": [scenario.model_dump(mode="json") for scenario in inputs.scenarios],
        },
        **({"trimestre": about_followed(quarter.monitoring.followed)} if quarter else {}),
    }


def _name(path: Path, base: Path) -> str:
    """A name for an input that does not depend on the machine."""
    full, root = path.resolve(), embedded_root().resolve()
    if full.is_relative_to(root):
        return full.relative_to(root).as_posix()
    base = base.resolve()
    return full.relative_to(base).as_posix() if full.is_relative_to(base) else full.name
