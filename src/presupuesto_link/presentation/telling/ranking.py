"""The ranking of lagging actions, and the actions that first need data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from presupuesto_link.dossier import Dossier
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.facts import beside, counted_as
from presupuesto_link.evaluation.ranking import COMPONENTS, LAGGING, ON_TARGET
from presupuesto_link.evaluation.ranking import NO_DATA as DATA_FIRST
from presupuesto_link.facts import Fact
from presupuesto_link.presentation.telling.chosen import diagnosis_of
from presupuesto_link.presentation.telling.phrases import score
from presupuesto_link.presentation.telling.robustness_words import how, places, sentences
from presupuesto_link.presentation.telling.shelf import FigureShelf
from presupuesto_link.presentation.telling.views import Cell, Row, TableView, card_of, rated, shown, who
from presupuesto_link.presentation.telling.words import lagging_words
from presupuesto_link.presentation.theme import COMPONENT_LOOKS
from presupuesto_link.specs import RankingSpec
from presupuesto_link.wording import enumerate_words, percent, plural, soles

_MEANING = {
    "brecha_avance": "lo que le falta para su meta",
    "tendencia": "cuánto bajó su avance desde el año anterior",
    "brecha_ejecucion": "la parte del PIM que no devengó",
    "peso_presupuestal": "el lugar de su PIM entre las {accion} con presupuesto",
    "prioridad": "si su {objetivo} es de los priorizados",
}


def ranking_view(dossier: Dossier, names: Mapping[str, str], shelf: FigureShelf) -> dict[str, Any]:
    """Figure, table with the interval of places, and how to read the score."""
    analysis = dossier.analysis
    spec = analysis.inputs.spec.ranking
    weights = _weights(spec)
    on_target = analysis.ranking.filter(pl.col("grupo") == ON_TARGET)
    return {
        "figura": shelf.take("ranking"),
        "tabla": _ranking_table(dossier, names),
        "firmeza": sentences(dossier.robustness),
        "como": how(dossier.robustness),
        "componentes": [
            (COMPONENT_LOOKS[n].label, weights[n], _MEANING[n].format(objetivo=analysis.levels.objetivo, accion=analysis.levels.accion))
            for n in COMPONENTS
        ],
        "rezagada": lagging_words(analysis.inputs.spec, analysis.levels),
        "prioritarios": enumerate_words(spec.objetivos_prioritarios) or "ninguno",
        "en_meta": enumerate_words(on_target["accion"]),
        "en_meta_cuenta": plural(on_target.height, f"{dossier.analysis.levels.accion} está", f"{dossier.analysis.levels.accion} están"),
    }


def data_table(analysis: Evaluation, names: Mapping[str, str]) -> TableView:
    """The actions whose result cannot be measured, in the order in which to get their data."""
    year = analysis.inputs.spec.ranking.anio_ejecucion
    waiting = analysis.ranking.filter(pl.col("grupo") == DATA_FIRST)
    return TableView(
        f"{analysis.levels.accion} sin resultado medible, ordenadas por objetivo prioritario y PIM",
        ("Orden", analysis.levels.accion, "Objetivo prioritario", "PIM", f"Ejecución {year}"),
        tuple(_data_row(analysis, row, names) for row in waiting.iter_rows(named=True)),
        frozenset({3, 4}),
        "prioridad-de-dato",
    )


def _weights(spec: RankingSpec) -> dict[str, str]:
    """The part of the score that each component may give, in words."""
    return {name: percent(part, 0) for name, part in spec.pesos.partes.items()}


def _ranking_table(dossier: Dossier, names: Mapping[str, str]) -> TableView:
    analysis, spec = dossier.analysis, dossier.analysis.inputs.spec.ranking
    firm = {row["accion"]: row for row in dossier.robustness.resumen.iter_rows(named=True)}
    weights, diagnosis = _weights(spec), diagnosis_of(analysis)
    lagging = analysis.ranking.filter(pl.col("grupo") == LAGGING)
    return TableView(
        f"{analysis.levels.accion} rezagadas: puntaje de 0 a 1 y aporte de cada componente (ejecución {spec.anio_ejecucion}: {analysis.budget.medida}; resultado {spec.anio_resultado})",
        (
            "Puesto",
            dossier.analysis.levels.accion,
            "Puntaje",
            *(f"{COMPONENT_LOOKS[name].label} ({weights[name]})" for name in COMPONENTS),
            f"Avance {spec.anio_resultado} y diagnóstico",
            f"Ejecución {spec.anio_ejecucion} y PIM",
        ),
        tuple(_ranking_row(analysis, row, firm[row["accion"]], names, diagnosis[row["accion"]]) for row in lagging.iter_rows(named=True)),
        frozenset(range(2, 10)),
        "ranking",
    )


def _ranking_row(analysis: Evaluation, row: Mapping[str, Any], firm: Mapping[str, Any], names: Mapping[str, str], diagnosis: str) -> Row:
    known, code, ranked = row["peso_con_dato_ratio"], row["accion"], _Ranked(analysis)
    return Row(
        (
            shown(ranked.of(code, "puesto"), _place, places(firm["puesto_bajo"], firm["puesto_alto"])),
            who(code, names, card_of(code)),
            shown(ranked.of(code, "puntaje_ratio"), score, "" if known > 1 - 1e-9 else f"dato en {percent(known, 0)} del peso"),
            *(shown(ranked.of(code, f"aporte_{name}"), score) for name in COMPONENTS),
            rated(ranked.advance(code), row["banda_resultado"], diagnosis),
            ranked.execution(code, soles(row["pim_soles"])),
        )
    )


def _data_row(analysis: Evaluation, row: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    code, ranked = row["accion"], _Ranked(analysis)
    return Row(
        (
            shown(ranked.of(code, "puesto"), _place),
            who(code, names, card_of(code)),
            Cell("sí" if row["prioridad"] else "no", row["objetivo"]),
            shown(ranked.money(code, "pim_soles"), soles),
            ranked.execution(code),
        )
    )


class _Ranked:
    """The facts of the actions of a ranking."""

    def __init__(self, analysis: Evaluation) -> None:
        self._facts, spec = analysis.facts, analysis.inputs.spec
        self._ranking, self._counted = spec.ranking, counted_as(spec.avance.perfil, spec.avance.politica_nd)

    def of(self, code: str, measure: str) -> Fact:
        return self._facts.get(code, measure, self._ranking.anio_ejecucion, variante=beside(self._ranking.anio_resultado))

    def money(self, code: str, measure: str) -> Fact:
        return self._facts.get(code, measure, self._ranking.anio_ejecucion)

    def advance(self, code: str) -> Fact | None:
        return self._facts.find(code, "avance_ratio", self._ranking.anio_resultado, variante=self._counted)

    def execution(self, code: str, detail: str = "") -> Cell:
        """Its execution on its colour."""
        return rated(self.money(code, "ejecucion_ratio"), self.money(code, "color_ejecucion").valor, detail)


def _place(place: float) -> str:
    return f"{place:.0f}.º"
