"""The table of contents of the page: what the template finds under each name, in the order it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from presupuesto_link.pipeline import Analysis
from presupuesto_link.presentation.page.advance import index_table, light_views
from presupuesto_link.presentation.page.audit import audit_view, corrections_table, reconciliation_view
from presupuesto_link.presentation.page.facts import names_of
from presupuesto_link.presentation.page.figures import FigureRef, FigureShelf
from presupuesto_link.presentation.page.lines import ten_lines
from presupuesto_link.presentation.page.matrices import matrix_views
from presupuesto_link.presentation.page.method import method
from presupuesto_link.presentation.page.ranking import data_table, ranking_view
from presupuesto_link.presentation.page.scenarios import scenario_views, unsolved_views
from presupuesto_link.presentation.page.words import date, legend_words
from presupuesto_link.presentation.theme import HEX, LETTER, TEXT_ON


def page_context(analysis: Analysis, figures: Sequence[FigureRef], tables: Mapping[str, str]) -> dict[str, Any]:
    """Everything the template places."""
    spec, names, shelf = analysis.inputs.spec, names_of(analysis), FigureShelf(figures)
    sections = {
        "spec": spec,
        "fecha_corte": date(spec.fecha_corte),
        "colores": [(name, HEX[name], TEXT_ON[name]) for name in HEX],
        "letras": LETTER,
        "bandas": legend_words(spec.semaforo),
        "lineas": ten_lines(analysis),
        "matrices": matrix_views(analysis, names, shelf),
        "ranking": ranking_view(analysis, names, shelf),
        "datos": data_table(analysis, names),
        "escenarios": scenario_views(analysis, names, shelf),
        "no_calculables": unsolved_views(analysis),
        "semaforo": light_views(analysis, names, shelf),
        "indice": index_table(analysis),
        "auditoria": audit_view(analysis.audit.hallazgos),
        "conciliacion": reconciliation_view(analysis),
        "correcciones": corrections_table(analysis.inputs.plan.correcciones),
        "metodo": method(analysis),
        "tablas": sorted(tables.items()),
    }
    return sections | {"otras_figuras": shelf.left()}  # last: by now every section has taken its own
