"""The rules in force on a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from presupuesto_link.vocabulary import Side

if TYPE_CHECKING:
    from presupuesto_link.specs import CondicionSpec, ExcepcionSpec, FormalidadSpec, NormaSpec, ReglaSpec

E = TypeVar("E", "ReglaSpec", "ExcepcionSpec", "FormalidadSpec")


@dataclass(frozen=True)
class Rulebook:
    """What the law says on a date.

    Attributes:
        fecha: date of the operation.
        reglas: rules in force, none of them suspended.
        excepciones: exceptions that a scenario may invoke.
        formalidades: what every modification needs.
        avisos: what a person must know about the book, in Spanish.
    """

    fecha: date
    reglas: tuple[ReglaSpec, ...]
    excepciones: tuple[ExcepcionSpec, ...] = ()
    formalidades: tuple[FormalidadSpec, ...] = ()
    avisos: tuple[str, ...] = ()

    def without(self, rules: Sequence[str]) -> Rulebook:
        """The same without some rules: to know what each one costs, never to propose."""
        return replace(self, reglas=tuple(rule for rule in self.reglas if rule.id not in rules))

    @cached_property
    def conditions(self) -> tuple[CondicionSpec, ...]:
        """Every condition of the book, once each, in the order of the columns of `side_truth`."""
        found = [c for rule in self.reglas for c in (*rule.cuando, *rule.salvo)]
        found += [c for exception in self.excepciones for c in exception.cuando]
        return tuple({c.model_dump_json(): c for c in found}.values())

    @cached_property
    def column(self) -> dict[str, int]:
        """Position in `conditions` of each condition, by its JSON."""
        return {c.model_dump_json(): i for i, c in enumerate(self.conditions)}

    def fields(self, side: Side) -> tuple[str, ...]:
        """The fields of a side that some condition looks at, those compared between both sides included."""
        names = {name for c in self.conditions for name, _, _ in c.selectors(side)}
        names |= {name for c in self.conditions for name in (*c.iguales, *c.distintos)}
        return tuple(sorted(names))


def in_force(norms: Sequence[NormaSpec], day: date) -> Rulebook:
    """The book of a date.

    Args:
        norms: every norm there is; those not in force that day, or still to be loaded, add nothing.
        day: date of the operation.

    Returns:
        The book. When the annual budget law of that year is not loaded it has one more rule, `ANUAL-<year>`, that leaves every
        transfer undecided, and a warning.
    """
    live = [n for n in norms if n.estado == "vigente" and _holds(n.vigente_desde, n.vigente_hasta, day)]
    suspended = {name for norm in live for name in norm.suspende}
    rules = [rule for norm in live for rule in _valid(norm.regla, day) if rule.id not in suspended]
    notices: list[str] = []
    if not any(norm.tipo == "anual" and norm.anio == day.year for norm in live):
        rules.append(_missing_year(day.year))
        notices.append(
            f"No está cargada la ley de presupuesto de {day.year}: ninguna transferencia puede darse por permitida. "
            "Cargue sus artículos como dice la guía de normas."
        )
    exceptions = tuple(e for norm in live for e in _valid(norm.excepcion, day))
    formalities = tuple(f for norm in live for f in _valid(norm.formalidad, day))
    return Rulebook(day, tuple(rules), exceptions, formalities, tuple(notices))


def _holds(since: date | None, until: date | None, day: date) -> bool:
    return (since is None or since <= day) and (until is None or day <= until)


def _valid(entries: Sequence[E], day: date) -> list[E]:
    return [entry for entry in entries if _holds(entry.desde, entry.hasta, day)]


def _missing_year(year: int) -> ReglaSpec:
    from presupuesto_link.specs import ReglaSpec

    return ReglaSpec(
        id=f"ANUAL-{year}",
        articulo=f"Ley de presupuesto {year}",
        veredicto="FALTA DATO",
        confianza="alta",
        texto=f"La ley anual de presupuesto de {year} no está cargada y puede prohibir o condicionar la operación.",
        requiere=f"Artículos de la ley de presupuesto de {year} sobre modificaciones presupuestarias",
    )
