"""Each scenario: who would give and receive, what stops it and what it does not model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from presupuesto_link.dossier import Dossier
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.facts import counted_as
from presupuesto_link.facts import Fact
from presupuesto_link.money.on_time import WHOLE
from presupuesto_link.presentation.telling.lines import said
from presupuesto_link.presentation.telling.phrases import score
from presupuesto_link.presentation.telling.selection import binding_limits, reached_limits, unsolved_reason
from presupuesto_link.presentation.telling.shelf import FigureShelf
from presupuesto_link.presentation.telling.views import Cell, Row, TableView, card_of, rated, shown, who
from presupuesto_link.presentation.telling.words import signed_soles
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.scenarios.side_by_side import changes, comparison, summarise
from presupuesto_link.tables.levels import Levels
from presupuesto_link.told import facts_of
from presupuesto_link.wording import enumerate_words, percent, plain_number, plural, soles

_LEAST = 2


def scenario_views(dossier: Dossier, names: Mapping[str, str], shelf: FigureShelf) -> list[dict[str, Any]]:
    """Every scenario, in the order of the analysis, on the money that decides."""
    return [
        {"figuras": [shelf.take(f"{name}_{scenario.spec.id}") for name in ("escenario", "transferencias")]}
        | _scenario_view(scenario, names, dossier.analysis)
        for scenario in dossier.scenarios
    ]


def compared_view(scenarios: Sequence[Scenario], names: Mapping[str, str], levels: Levels) -> dict[str, TableView] | None:
    """Several scenarios on the same budget, side by side; null when there is nothing to compare."""
    if len(scenarios) < _LEAST:
        return None
    return {"resumen": _summary_table(scenarios), "cambios": _side_table(scenarios, names, levels)}


def _summary_table(scenarios: Sequence[Scenario]) -> TableView:
    told, year = facts_of([comparison(scenarios)]), scenarios[0].baseline.anio

    def of(scenario: str, measure: str) -> Fact:
        return told.get(WHOLE, measure, year, variante=scenario)

    return TableView(
        "Los escenarios con las mismas medidas; sus objetivos propios no se comparan",
        ("Escenario", "Se movería", "Ceden", "Reciben", "Transferencias", "Con dato legal pendiente", "Prioridad por sol"),
        tuple(
            Row(
                (
                    Cell(row["titulo"], row["escenario"]),
                    shown(of(row["escenario"], "monto_soles"), soles),
                    *(shown(of(row["escenario"], c), plain_number) for c in ("donantes", "receptores", "transferencias")),
                    Cell(
                        f"{row['sin_dato']} de {row['movimientos']}",
                        facts=said(*(of(row["escenario"], c) for c in ("sin_dato", "movimientos"))),
                    ),
                    shown(of(row["escenario"], "prioridad_por_sol"), score),
                )
            )
            for row in summarise(scenarios).iter_rows(named=True)
        ),
        frozenset(range(1, 7)),
        "escenarios",
    )


def _side_table(scenarios: Sequence[Scenario], names: Mapping[str, str], levels: Levels) -> TableView:
    ids = [scenario.spec.id for scenario in scenarios]
    return TableView(
        f"Cambio del PIM de cada {levels.accion} en cada escenario, en soles",
        (levels.accion, "PIM de hoy", *ids),
        tuple(
            Row(
                (
                    who(row["accion"], names, card_of(row["accion"])),
                    shown(_of(scenarios[0], row["accion"], "pim_antes_soles"), soles),
                    *(shown(_of(scenario, row["accion"], "cambio_soles"), signed_soles) for scenario in scenarios),
                )
            )
            for row in changes(scenarios).iter_rows(named=True)
        ),
        frozenset(range(1, len(ids) + 2)),
        "escenarios-cambios",
    )


def unsolved_views(dossier: Dossier) -> list[dict[str, str]]:
    """The scenarios without solution: their title, why, and what to do."""
    return [
        {"titulo": spec.titulo, "motivo": unsolved_reason(error), "remedio": "; ".join(problem.remedy for problem in error.problems)}
        for spec, error in dossier.unsolved
    ]


def _scenario_view(scenario: Scenario, names: Mapping[str, str], analysis: Evaluation) -> dict[str, Any]:
    return {
        "id": scenario.spec.id,
        "titulo": scenario.spec.titulo,
        "pregunta": scenario.spec.pregunta,
        "monto": shown(_of(scenario, "todo", "monto_soles"), soles),
        "base": f"{scenario.baseline.titulo}; norma al {scenario.baseline.fecha:%d/%m/%Y}",
        "veredictos": _verdicts_table(scenario),
        "advertencia": scenario.advertencia,
        "cautelas": (*scenario.cautelas, *_donors_to_review(scenario, analysis.reviews)),
        "no_modela": scenario.spec.no_modela,
        "absorcion": scenario.spec.receptores.absorcion.modo != "sin descuento",
        "frenos": binding_limits(scenario)["frase"].to_list(),
        "alcanzados": reached_limits(scenario)["frase"].to_list(),
        "holgura": plural(scenario.holgados, "tope tiene holgura", "topes tienen holgura"),
        "excluidas": [_excluded(row) for row in scenario.excluidas.iter_rows(named=True)],
        "transferencias": _transfers_table(scenario, names),
        "cambios": _changes_table(scenario, names, analysis),
    }


def _verdicts_table(scenario: Scenario) -> TableView:
    """What the law says of the movements, in sum: how many and how many soles under each verdict."""
    rows = scenario.veredictos
    return TableView(
        "Lo que dice la norma de cada movimiento, línea por línea",
        ("Veredicto", "Movimientos", "Monto"),
        tuple(
            Row((Cell(r["veredicto"]), Cell(str(r["movimientos"])), shown(_of(scenario, r["veredicto"], "monto_soles"), soles)))
            for r in rows.iter_rows(named=True)
        ),
        frozenset({1, 2}),
    )


def _donors_to_review(scenario: Scenario, reviews: pl.DataFrame) -> Iterable[str]:
    """What the redesign sheet says first of each action that would give."""
    urgent = reviews.filter(pl.col("prioridad_revision") == "alta")
    for donor in sorted(scenario.transferencias["donante"].unique()):
        said = urgent.filter(pl.col("elemento") == donor)["titulo"].unique(maintain_order=True).to_list()
        if said:
            yield f"{donor} cedería, pero la hoja de rediseño pide antes mirar: {enumerate_words(f'«{title}»' for title in said)}."


def _excluded(row: Mapping[str, Any]) -> str:
    return f"{row['accion']} ({row['puesto']}.º del ranking): {row['motivo']}"


def _transfers_table(scenario: Scenario, names: Mapping[str, str]) -> TableView:
    rows = tuple(_transfer_rows(scenario, names))
    return TableView("Transferencias del escenario", ("Cede", "Recibe", "Monto"), rows, frozenset({2}))


def _transfer_rows(scenario: Scenario, names: Mapping[str, str]) -> Iterable[Row]:
    """One row per transfer; a donor is named once, where it first gives."""
    seen: set[str] = set()
    for row in scenario.transferencias.iter_rows(named=True):
        giver = row["donante"]
        first = Cell(giver, href=card_of(giver)) if giver in seen else who(giver, names, card_of(giver))
        seen.add(giver)
        amount = _of(scenario, f"{giver} → {row['receptor']}", "monto_soles")
        yield Row((first, who(row["receptor"], names, card_of(row["receptor"])), shown(amount, soles)))


def _changes_table(scenario: Scenario, names: Mapping[str, str], analysis: Evaluation) -> TableView:
    moved = scenario.acciones.filter(pl.col("cambio_soles") != 0).sort("papel", "cambio_soles", "accion")
    return TableView(
        f"Antes y después de las {analysis.levels.accion} que cambian; la ejecución posterior supone el mismo devengado",
        (analysis.levels.accion, "Papel", "PIM antes", "Cambio", "PIM después", "Ejecución antes", "Ejecución después", "Avance"),
        tuple(_change_row(scenario, row, names, analysis) for row in moved.iter_rows(named=True)),
        frozenset(range(2, 8)),
    )


def _change_row(scenario: Scenario, row: Mapping[str, Any], names: Mapping[str, str], analysis: Evaluation) -> Row:
    code, spec = row["accion"], analysis.inputs.spec
    rank, variant = spec.ranking, counted_as(spec.avance.perfil, spec.avance.politica_nd)
    return Row(
        (
            who(code, names),
            Cell(row["papel"], "en su tope" if row["en_tope"] else "con holgura"),
            shown(_of(scenario, code, "pim_antes_soles"), soles),
            shown(_of(scenario, code, "cambio_soles"), signed_soles),
            shown(_of(scenario, code, "pim_despues_soles"), soles),
            shown(analysis.facts.get(code, "ejecucion_ratio", rank.anio_ejecucion), percent),
            shown(_of(scenario, code, "ejecucion_despues_ratio"), percent),
            rated(analysis.facts.find(code, "avance_ratio", rank.anio_resultado, variante=variant), row["banda_resultado"]),
        )
    )


def _of(scenario: Scenario, unit: str, measure: str) -> Fact:
    return scenario.facts.get(unit, measure, scenario.baseline.anio, variante=scenario.spec.id)
