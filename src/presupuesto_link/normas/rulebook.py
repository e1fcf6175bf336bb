"""The rules in force on a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from presupuesto_link.specs.norms import CondicionSpec, ExcepcionSpec, FormalidadSpec, NormaSpec, ReglaSpec


@dataclass(frozen=True)
class Rulebook:
    """What is in force.

    Attributes:
        fecha: the date of the modification.
        reglas: rules, in the order of their files.
        excepciones: what may be invoked.
        formalidades: what every modification needs.
        avisos: Spanish sentences about norms that are missing or only partly known.
    """

    fecha: dt.date
    reglas: tuple[ReglaSpec, ...]
    excepciones: tuple[ExcepcionSpec, ...] = ()
    formalidades: tuple[FormalidadSpec, ...] = ()
    avisos: tuple[str, ...] = ()

    @cached_property
    def conditions(self) -> tuple[CondicionSpec, ...]:
        """Every condition of rules and exceptions, in order."""
        of_rules = [condition for rule in self.reglas for condition in (*rule.cuando, *rule.salvo)]
        return (*of_rules, *(condition for item in self.excepciones for condition in item.cuando))

    def without(self, rules: Iterable[str]) -> Rulebook:
        """The same without some rules: to know what each one costs, never to propose."""
        dropped = set(rules)
        return replace(self, reglas=tuple(rule for rule in self.reglas if rule.id not in dropped))


def in_force(norms: Iterable[NormaSpec], date: dt.date) -> Rulebook:
    """The rules of a date.

    A rule that another norm suspends on that date is left out. Without the annual law of the year, a rule that leaves every transfer
    undecided takes its place: what nobody has loaded allows nothing.
    """
    norms = tuple(norms)
    current = [
        norm
        for norm in norms
        if norm.vigente_desde <= date and (norm.vigente_hasta is None or date <= norm.vigente_hasta)
    ]
    suspended = {rule for norm in current for rule in norm.suspende}
    rules = tuple(rule for norm in current for rule in norm.regla if _valid(rule, date) and rule.id not in suspended)
    notices = tuple(f"{norm.titulo}: {norm.nota}" for norm in current if norm.estado == "por cargar")
    if not any(norm.tipo == "anual" and norm.anio == date.year and norm.estado == "vigente" for norm in norms):
        rules = (*rules, _missing_law(date.year))
        notices = (*notices, f"No está cargada la ley anual de presupuesto de {date.year}: ninguna transferencia de ese año puede darse por permitida.")  # fmt: skip
    return Rulebook(
        date,
        rules,
        tuple(item for norm in current for item in norm.excepcion if _valid(item, date)),
        tuple(item for norm in current for item in norm.formalidad if _valid(item, date)),
        notices,
    )


def _valid(item: ReglaSpec | ExcepcionSpec | FormalidadSpec, date: dt.date) -> bool:
    return (item.desde is None or item.desde <= date) and (item.hasta is None or date <= item.hasta)


def _missing_law(year: int) -> ReglaSpec:
    return ReglaSpec(
        id=f"ANUAL-{year}",
        articulo=f"ley anual de presupuesto {year}",
        texto=f"Las restricciones de la ley anual de {year} no están cargadas y nadie las ha revisado para esta transferencia.",
        confianza="alta",
        veredicto="FALTA DATO",
        requiere=f"cargar en las normas la ley anual de {year}, o revisarla a mano",
    )
