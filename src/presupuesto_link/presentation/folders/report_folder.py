"""The report as a folder: Word, page and manifest; all of it or nothing (see `folder`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from presupuesto_link.dossier import Dossier
from presupuesto_link.presentation.folders.outputs import manifest_of
from presupuesto_link.presentation.report.files import write_report_files
from presupuesto_link.presentation.writing.folder import replace_folder, write_manifest

COMMAND = "informe"


def write_report(dossier: Dossier, folder: Path, progress: Callable[[str], None] = lambda _: None) -> list[str]:
    """Write the report in both forms.

    Args:
        dossier: what is told.
        folder: target; it may exist if it is empty or holds an earlier report of this program.
        progress: called with a Spanish sentence before each part.

    Returns:
        The files written, relative to the folder, in order.

    Raises:
        OutputError: the folder holds somebody else's files, or cannot be written.
    """
    from presupuesto_link.presentation.plots import draw_all

    def write(part: Path) -> None:
        progress("Dibujando las figuras")
        figures = draw_all(dossier)
        progress("Escribiendo el informe")
        write_report_files(dossier, figures, part)
        write_manifest(part, COMMAND, manifest_of(dossier))

    return replace_folder(folder, COMMAND, write)
