"""What the first and the last sheet of a proposal of modification say: nothing that the scenario does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.scenarios.proposal import touches_investment
from presupuesto_link.wording import enumerate_words, plain_number, plural

Line = tuple[str, str, Decimal | int | None]
"""Concept, text and amount in soles (null = it has none)."""


def opening_lines(scenario: Scenario) -> Iterator[Line]:
    """What is asked, of what budget, under which norms and towards which aim."""
    spec, base, book = scenario.spec, scenario.baseline, scenario.book
    yield "Título", spec.titulo, None
    yield "Autor", spec.autor, None
    yield "Pregunta", spec.pregunta, None
    yield "Línea base", base.titulo, None
    yield "Fecha de corte", f"{base.fecha:%d/%m/%Y}; año fiscal {base.anio}", None
    yield ("Normas", f"{plural(len(book.reglas), 'regla vigente', 'reglas vigentes')} a esa fecha: {_norms(scenario)}", None)
    yield "Advertencia", scenario.advertencia, None
    yield from (("Aviso sobre normas", notice, None) for notice in book.avisos)
    yield ("Objetivo", f"{scenario.objetivo.name}: {plain_number(round(scenario.solution.value, 2))}, medido en {scenario.unidad}", None)


def detail_lines(scenario: Scenario) -> Iterator[Line]:
    """Who gives and receives, what is not modelled, what is said against it and what holds it back."""
    yield from _actors(scenario)
    yield from (("No modela", sentence, None) for sentence in scenario.spec.no_modela)
    yield from (("Cautela", sentence, None) for sentence in scenario.cautelas)
    held = scenario.restricciones.filter("frena")
    yield from (("Límite que la frena", row["frase"], row["usado_soles"]) for row in held.sort("restriccion").iter_rows(named=True))
    yield from (("No participa", f"{row['accion']}: {row['motivo']}", None) for row in scenario.excluidas.iter_rows(named=True))


def _norms(scenario: Scenario) -> str:
    """The norms of the rules, without their articles."""
    return enumerate_words(dict.fromkeys(rule.articulo.partition(",")[0] for rule in scenario.book.reglas)) or "ninguna"


def _actors(scenario: Scenario) -> Iterator[Line]:
    """Who gives and who receives, with what it changes; the largest first."""
    for rows, word in ((scenario.donantes, "Cede"), (scenario.receptores, "Recibe")):
        yield from ((word, f"{row['accion']} {row['nombre']}", row["monto_soles"]) for row in rows.iter_rows(named=True))


def signatures(scenario: Scenario) -> list[str]:
    """Who has to sign, in order."""
    investment = touches_investment(scenario)
    program = {True: ["OPMI"], None: ["OPMI (si comprende inversiones: falta el dato)"], False: []}[investment]
    return ["Elaborado por", "Oficina de Presupuesto", "Oficina de Planeamiento", *program, "Titular del pliego"]
