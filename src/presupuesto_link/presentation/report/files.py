"""The report in both forms, in a folder that is being made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from presupuesto_link.dossier import Dossier

if TYPE_CHECKING:
    from presupuesto_link.presentation.plots import Figure

NAMES = ("informe.docx", "informe.html")


def write_report_files(dossier: Dossier, figures: Sequence[Figure], folder: Path) -> None:
    """Write the report as a Word document and as a page ready to print.

    Args:
        dossier: what is told.
        figures: those drawn of it.
        folder: where; it exists.
    """
    from presupuesto_link.presentation.report.content import report_of
    from presupuesto_link.presentation.report.docx import write_docx
    from presupuesto_link.presentation.report.html import render_html

    report = report_of(dossier, figures)
    write_docx(report, folder / NAMES[0])
    (folder / NAMES[1]).write_text(render_html(report), encoding="utf-8", newline="\n")
