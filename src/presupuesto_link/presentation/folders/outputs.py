"""Write an analysis, or only its figures, to a folder: all of it or nothing (see `folder`)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from presupuesto_link.dossier import Dossier
from presupuesto_link.presentation.folders.monitoring_folder import about_followed
from presupuesto_link.presentation.folders.scenario_folder import write_drafts
from presupuesto_link.presentation.report.files import write_report_files
from presupuesto_link.presentation.telling.tables import ResultTable, quarter_tables, result_tables
from presupuesto_link.presentation.writing.csv_files import write_csv
from presupuesto_link.presentation.writing.folder import digest, made_with, replace_folder, write_manifest
from presupuesto_link.sources.embedded import embedded_root

if TYPE_CHECKING:
    from presupuesto_link.presentation.plots import Figure

ANALYSIS, FIGURES = "analizar", "graficar"  # the commands whose results a folder may hold
PARTS = ("tablas", "libro", "figuras", "tablero", "informe", "escenarios")
"""What an analysis may write, in the order in which it does."""
_LIBRARIES = ("jinja2", "matplotlib", "numpy", "plotnine", "polars", "pydantic", "scipy", "xlsxwriter")


def write_analysis(
    dossier: Dossier, folder: Path, progress: Callable[[str], None] = lambda _: None, parts: Collection[str] = PARTS
) -> list[str]:
    """Write tables, workbook, figures, board, report, drafts of scenarios and manifest, each figure drawn once.

    Args:
        dossier: what to write.
        folder: target; it may exist if it is empty or holds an earlier analysis of this program.
        progress: called with a Spanish sentence before each part.
        parts: those of `PARTS` to write.

    Returns:
        The files written, relative to the folder, in order.

    Raises:
        OutputError: the folder holds somebody else's files, or cannot be written.
    """
    return replace_folder(folder, ANALYSIS, lambda part: _write_parts(dossier, part, progress, parts))


def write_figures(dossier: Dossier, folder: Path) -> tuple[Figure, ...]:
    """Write only the figures, each as PNG and SVG, and their manifest.

    Args:
        dossier: what to draw.
        folder: target; it may exist if it is empty or holds earlier figures of this program.

    Raises:
        OutputError: the folder holds somebody else's files, or cannot be written.
    """
    drawn: list[Figure] = []

    def write(part: Path) -> None:
        drawn.extend(_write_figures(dossier, part))
        write_manifest(part, FIGURES, manifest_of(dossier))

    replace_folder(folder, FIGURES, write)
    return tuple(drawn)


def _write_parts(dossier: Dossier, folder: Path, progress: Callable[[str], None], parts: Collection[str]) -> None:
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
    write_manifest(folder, ANALYSIS, manifest_of(dossier))


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
