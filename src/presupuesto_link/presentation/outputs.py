"""Write an analysis to a folder: all of it or nothing.

Everything is made in a folder beside the target and moved into place at the end, so that a failure, a full disk or an
interruption leaves the previous results whole.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from presupuesto_link.errors import OutputError, Problem
from presupuesto_link.pipeline import Analysis
from presupuesto_link.presentation.tables import ResultTable, result_tables
from presupuesto_link.sources.embedded import embedded_root

if TYPE_CHECKING:
    from presupuesto_link.presentation.plots import Figure

MANIFEST = "manifiesto.json"
_PART = ".parcial-"
_STALE_SECONDS = 3600
_LIBRARIES = ("jinja2", "matplotlib", "numpy", "plotnine", "polars", "pydantic", "scipy", "xlsxwriter")


def write_analysis(analysis: Analysis, folder: Path, progress: Callable[[str], None] = lambda _: None) -> list[str]:
    """Write tables, workbook, figures, page and manifest.

    Args:
        analysis: what to write.
        folder: target; it may exist if it is empty or holds an earlier result of this program.
        progress: called with a Spanish sentence before each part.

    Returns:
        The files written, relative to the folder, in order.

    Raises:
        OutputError: the folder holds somebody else's files, or cannot be written.
    """
    folder = folder.resolve()
    _must_be_replaceable(folder)
    part = None
    try:
        part = _new_part(folder)
        _write_all(analysis, part, progress)
        _swap(part, folder)
    except OSError as error:
        raise _not_written(folder, error) from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def write_figures(analysis: Analysis, folder: Path) -> tuple[Figure, ...]:
    """Write only the figures, each as PNG and SVG.

    Raises:
        OutputError: the folder cannot be written.
    """
    from presupuesto_link.presentation.plots import draw_all, save_figure

    figures = draw_all(analysis)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for figure in figures:
            save_figure(figure, folder)
    except OSError as error:
        raise _not_written(folder, error) from error
    return figures


def _write_all(analysis: Analysis, folder: Path, progress: Callable[[str], None]) -> None:
    from presupuesto_link.presentation.page import FigureRef, render_page

    tables = result_tables(analysis)
    progress("Escribiendo tablas")
    _write_tables(tables, folder / "tablas")
    progress("Escribiendo el libro de Excel")
    _write_workbook(analysis, tables, folder / "libro.xlsx")
    progress("Dibujando las figuras")
    figures = write_figures(analysis, folder / "graficos")
    progress("Componiendo la página")
    refs = [FigureRef(f.name, f.title, f.alt, f"graficos/{f.name}.svg") for f in figures]
    links = {f"tablas/{table.name}.csv": table.title for table in tables}
    (folder / "index.html").write_text(render_page(analysis, refs, links), encoding="utf-8", newline="\n")
    manifest = json.dumps(_manifest(analysis, folder), ensure_ascii=False, indent=2, sort_keys=True)
    (folder / MANIFEST).write_text(manifest + "\n", encoding="utf-8", newline="\n")


def _write_tables(tables: tuple[ResultTable, ...], folder: Path) -> None:
    folder.mkdir()
    for table in tables:
        table.frame.write_parquet(folder / f"{table.name}.parquet", compression="zstd", statistics=True)
        table.frame.write_csv(folder / f"{table.name}.csv", include_bom=True)


def _write_workbook(analysis: Analysis, tables: tuple[ResultTable, ...], path: Path) -> None:
    from presupuesto_link.presentation.workbook import TableSheet, write_workbook

    spec = analysis.inputs.spec
    about = [
        ("Análisis", spec.titulo),
        ("Pregunta", spec.pregunta),
        ("Fuente", spec.fuente),
        ("Fecha de corte", spec.fecha_corte.isoformat()),
        ("Perfil de avance", spec.avance.perfil),
        ("Política de ND", spec.avance.politica_nd),
        *(("No modela", sentence) for sentence in spec.no_modela),
    ]
    write_workbook(path, {table.name: TableSheet(table.title, table.frame, table.note) for table in tables}, about)


def _manifest(analysis: Analysis, folder: Path) -> dict[str, Any]:
    """What went in, with which versions and parameters, and what came out. No dates, no machine paths."""
    inputs = analysis.inputs
    return {
        "programa": {"nombre": "presupuesto-link", "version": _version("presupuesto-link")},
        "bibliotecas": {name: _version(name) for name in _LIBRARIES},
        "entradas": {_name(path, inputs.path.parent): _digest(path) for path in inputs.files},
        "parametros": {
            "analisis": inputs.spec.model_dump(mode="json", exclude={"fuentes"}),
            "perfiles": [profile.model_dump(mode="json") for profile in inputs.profiles],
            "escenarios": [scenario.spec.model_dump(mode="json") for scenario in analysis.scenarios],
        },
        "salidas": {
            path.relative_to(folder).as_posix(): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()
        },
    }


def _name(path: Path, base: Path) -> str:
    """A name for an input that does not depend on the machine."""
    full, root = path.resolve(), embedded_root().resolve()
    if full.is_relative_to(root):
        return full.relative_to(root).as_posix()
    base = base.resolve()
    return full.relative_to(base).as_posix() if full.is_relative_to(base) else full.name


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "sin instalar"


def _new_part(folder: Path) -> Path:
    """A new folder beside the target to work in; those a killed run left long ago are removed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    for stale in folder.parent.glob(f"{folder.name}{_PART}*"):
        if time.time() - stale.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(stale, ignore_errors=True)
    part = folder.with_name(f"{folder.name}{_PART}{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    return part


def _must_be_replaceable(folder: Path) -> None:
    """Refuse to replace the working folder, somebody else's folder or results that a person has edited."""
    if Path.cwd().is_relative_to(folder):
        raise OutputError(
            Problem(
                str(folder),
                "la carpeta actual o una que la contiene",
                "una carpeta propia para los resultados",
                "use por ejemplo --salida salida",
            )
        )
    if folder.is_file():
        raise OutputError(Problem(str(folder), "un archivo", "una carpeta", "elija otro nombre con --salida"))
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    written = _written_before(folder)
    if not written:
        raise OutputError(
            Problem(
                str(folder),
                "una carpeta con otros archivos",
                "una carpeta nueva, vacía o con resultados anteriores",
                "elija otra carpeta con --salida",
            )
        )

    strange = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
        and path.name != MANIFEST
        and written.get(path.relative_to(folder).as_posix()) != _digest(path)
    )
    if strange:
        raise OutputError(
            Problem(
                str(folder),
                f"archivos agregados o cambiados después de escribirse: {', '.join(strange[:5])}",
                "sólo resultados sin cambios, para reemplazarlos sin perder nada",
                "mueva o copie esos archivos a otra carpeta, o elija otra con --salida",
            )
        )


def _written_before(folder: Path) -> dict[str, str]:
    """Outputs and digests that an earlier manifest of this program declares; empty when there is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        ours = manifest["programa"]["nombre"] == "presupuesto-link"
        return dict(manifest["salidas"]) if ours else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


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


def _not_written(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        Problem(
            str(folder),
            f"no se pudo escribir: {error.strerror or error}",
            "una carpeta en la que se pueda escribir",
            "cierre en Excel los archivos de esa carpeta, revise permisos y espacio, o elija otra con --salida",
        )
    )
