"""What the template finds under each name; the order in which it is read is in `sections`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from presupuesto_link.dossier import Dossier
from presupuesto_link.presentation.board.sections import shown
from presupuesto_link.presentation.telling.advance import index_table, light_views
from presupuesto_link.presentation.telling.audit import audit_view, corrections_table, reconciliation_view
from presupuesto_link.presentation.telling.cards import card_views
from presupuesto_link.presentation.telling.chosen import names_of
from presupuesto_link.presentation.telling.closing import closing_view
from presupuesto_link.presentation.telling.compromisos import commitments_view
from presupuesto_link.presentation.telling.coverage import link_view
from presupuesto_link.presentation.telling.lines import ten_lines
from presupuesto_link.presentation.telling.matrices import matrix_views
from presupuesto_link.presentation.telling.method import method
from presupuesto_link.presentation.telling.phrases import date, legend_words
from presupuesto_link.presentation.telling.quarter import quarter_view
from presupuesto_link.presentation.telling.ranking import data_table, ranking_view
from presupuesto_link.presentation.telling.rediseno import gaps_view, review_view
from presupuesto_link.presentation.telling.scenarios import compared_view, scenario_views, unsolved_views
from presupuesto_link.presentation.telling.shelf import FigureRef, FigureShelf
from presupuesto_link.presentation.telling.words import money_note, money_words
from presupuesto_link.presentation.theme import HEX, LETTER, TEXT_ON, page_palette


def page_context(dossier: Dossier, figures: Sequence[FigureRef], tables: Mapping[str, str]) -> dict[str, Any]:
    """Everything the template places."""
    analysis, quarter = dossier.analysis, dossier.quarter
    spec, names, shelf = analysis.inputs.spec, names_of(analysis), FigureShelf(figures)
    sections = {
        "spec": spec,
        "no_modela": analysis.no_modela,
        "niveles": analysis.levels,
        "sintetico": dossier.synthetic,
        "fecha_corte": date(spec.fecha_corte),
        "dinero": money_words(analysis.budget),
        "dinero_todo": money_note(analysis),
        "colores": [(name, HEX[name], TEXT_ON[name]) for name in HEX],
        "letras": LETTER,
        "paleta": page_palette(),
        "bandas": legend_words(spec.semaforo),
        "trimestre": quarter_view(quarter, names, shelf) if quarter else None,
        "lineas": ten_lines(dossier),
        "matrices": matrix_views(analysis, names, shelf),
        "ranking": ranking_view(dossier, names, shelf),
        "datos": data_table(analysis, names),
        "fichas": card_views(dossier, names),
        "escenarios": scenario_views(dossier, names, shelf),
        "comparados": compared_view(dossier.compared, names, analysis.levels),
        "no_calculables": unsolved_views(dossier),
        "proyeccion": closing_view(quarter, names, shelf) if quarter else None,
        "cobertura": link_view(quarter, names) if quarter else None,
        "semaforo": light_views(analysis, names, shelf),
        "compromisos": commitments_view(analysis.commitments, names, analysis.levels),
        "rediseno": review_view(analysis, names, dossier.cut_off),
        "brechas": gaps_view(analysis, names, dossier.cut_off),
        "indice": index_table(analysis),
        "auditoria": audit_view(analysis.audit.hallazgos),
        "conciliacion": reconciliation_view(analysis),
        "correcciones": corrections_table(analysis.inputs.plan.correcciones),
        "metodo": method(analysis),
        "tablas": sorted(tables.items()),
    }
    whole = sections | {"otras_figuras": shelf.left()}  # by now every section has taken its own
    return whole | {"secciones": shown(whole)}
