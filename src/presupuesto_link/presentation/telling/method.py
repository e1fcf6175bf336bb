"""How the numbers were made, in one sentence per term."""

from __future__ import annotations

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.money.budget import YearBudget
from presupuesto_link.presentation.telling.phrases import agree, legend_words
from presupuesto_link.presentation.telling.words import limit
from presupuesto_link.specs import VinculoSpec
from presupuesto_link.tables.levels import Levels
from presupuesto_link.vocabulary import POLICY_WORDS
from presupuesto_link.wording import enumerate_words


def method(analysis: Evaluation) -> list[tuple[str, str]]:
    """Terms and what they mean under the settings of this analysis."""
    spec = analysis.inputs.spec
    profile = next(p for p in analysis.inputs.profiles if p.nombre == spec.avance.perfil)
    bands, limits = legend_words(spec.semaforo), spec.matrices
    return [
        ("Ejecución", f"{_execution(analysis.budget)} Sin PIM no hay ejecución: se muestra ND, nunca 0 %."),
        ("Avance", f"Perfil «{profile.nombre}»: {profile.descripcion}. Fuente: {profile.fuente}."),
        (
            f"De indicador a {analysis.levels.accion} y {analysis.levels.objetivo}",
            "Promedio de sus propios indicadores, ponderado por relevancia cuando se conoce, de 0 a 100 %.",
        ),
        ("ND", f"Las matrices y el ranking se calculan {POLICY_WORDS[spec.avance.politica_nd]}; el semáforo muestra las dos formas."),
        ("Semáforo", "; ".join(f"{color}: {words}" for color, words in bands.items()) + "."),
        (
            "Diagnóstico",
            f"Gasta quien ejecuta {limit(limits.ejecuta_desde_ratio)} o más; logra quien avanza {limit(limits.logra_desde_ratio)} o más.",
        ),
        ("Presupuesto vinculado", _linked(spec.vinculo, analysis.levels)),
        ("Lectura", f"Que una {analysis.levels.accion} gaste y logre describe dos hechos juntos; no prueba que uno cause el otro."),
    ]


def _execution(budget: YearBudget) -> str:
    """By what the year that decides is judged, and what any other is."""
    if budget.ritmo is None:
        return "Devengado entre PIM."
    return f"En {budget.anio}, que no ha cerrado, {budget.medida}; en un año cerrado, devengado entre PIM."


def _linked(spec: VinculoSpec, levels: Levels) -> str:
    """Which money is added up and, by name, which is kept aside and why."""
    text = f"Sólo se suman las {levels.accion} de vínculo directo."
    if not spec.transversales:
        return text
    reason = spec.motivo_transversal.rstrip(".")
    aside = f"{enumerate_words(spec.transversales)} {agree(len(spec.transversales), 'queda', 'quedan')} aparte"
    return f"{text} {aside}{': ' if reason else ''}{reason[:1].lower()}{reason[1:]}."
