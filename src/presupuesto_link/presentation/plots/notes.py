"""What is said under a figure: where it comes from, and what must be known to read it."""

from __future__ import annotations

import polars as pl

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.inputs import Inputs
from presupuesto_link.money.budget import YearBudget
from presupuesto_link.money.by_action import TRANSVERSAL
from presupuesto_link.money.follow import Followed
from presupuesto_link.presentation.telling.words import DAGGER
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.wording import enumerate_words


def source_note(analysis: Evaluation, *notes: str, money: YearBudget | None = None) -> str:
    """Source and day of what the figure shows, then what must be known to read it.

    Args:
        analysis: where the results come from.
        notes: sentences; the empty ones are left out.
        money: the budget that the figure shows, with its own source, scope and day; null when it shows none.
    """
    spec = analysis.inputs.spec
    source = f"Fuente: {spec.fuente}. Fecha de corte: {spec.fecha_corte:%d/%m/%Y}."
    if money is not None and money.linkage is not None:
        source = f"Dinero: {money.origen.cita}. Resultados: {spec.fuente}, {spec.fecha_corte:%d/%m/%Y}."
    elif money is not None:
        source += f" Ámbito del dinero: {money.origen.ambito}."
    unsigned = money.origen.firma if money is not None else ""
    return "\n".join([source, *(note for note in (unsigned, *notes) if note)])


def scenario_note(inputs: Inputs, scenario: Scenario, *notes: str) -> str:
    """Where the money and the advance of a scenario come from, then what must be known to read the figure."""
    spec = inputs.spec
    source = f"Presupuesto: {scenario.baseline.titulo}. Avance: {spec.fuente}. Fecha de corte del avance: {spec.fecha_corte:%d/%m/%Y}."
    return "\n".join([source, *(note for note in notes if note)])


def followed_note(followed: Followed, *notes: str) -> str:
    """Where the money of a year in course comes from, then what must be known to read the figure."""
    origin = followed.linkage.snapshot.manifest["fuente"]["nombre"]
    made_up = "DATOS SINTÉTICOS. " if followed.synthetic else ""
    late = "" if followed.month_end == followed.cut_off else f"; lo hecho y lo esperado, al {followed.month_end:%d/%m/%Y}"
    source = f"{made_up}Fuente: {origin} (instantánea {followed.linkage.snapshot.id}), {followed.linkage.scope}. Corte: {followed.cut_off:%d/%m/%Y}{late}."
    return "\n".join([source, *(note for note in (followed.signed, *notes) if note)])


def transversal_note(actions: pl.DataFrame, text: str) -> str:
    """`† 07.01 es transversal: …`, or nothing when no action is."""
    codes = actions.filter(pl.col("vinculo") == TRANSVERSAL)["accion"].sort().to_list()
    verb = "es transversal" if len(codes) == 1 else "son transversales"
    return f"{DAGGER} {enumerate_words(codes)} {verb}: {text}" if codes else ""
