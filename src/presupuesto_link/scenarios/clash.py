"""The proposal of a scenario or why there is none: a smallest set of its limits that cannot hold together, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from presupuesto_link.errors import InfeasibleScenarioError, Problem
from presupuesto_link.scenarios.coarse import coarse
from presupuesto_link.scenarios.limits import INF, Family
from presupuesto_link.scenarios.model import LARGE
from presupuesto_link.scenarios.problem import ReallocationProblem
from presupuesto_link.scenarios.solve import Solution, best_value, solve
from presupuesto_link.specs import EscenarioSpec
from presupuesto_link.wording import enumerate_words, plural, soles

_SHOWN = 6
_PLURALS = {"donante": "donantes", "receptor": "receptores", "límite": "límites", "excepción": "excepciones"}


def must_solve(problem: ReallocationProblem) -> Solution:
    """The proposal.

    Raises:
        InfeasibleScenarioError: the limits clash; the message has the smallest set that does.
    """
    solution = solve(problem)
    if solution is None:
        raise InfeasibleScenarioError(*explain_clash(problem))
    return solution


def explain_clash(problem: ReallocationProblem) -> list[Problem]:
    """The limits that clash: taking away any one of them makes the scenario feasible.

    Found by the deletion filter (Chinneck and Dravnieks, 1991) from both ends; the smaller set is told. Caps of bags count with their action.
    """
    free = replace(problem, spec=_free_of_transfers(problem))
    if problem.i.size > LARGE and free.spec != problem.spec:
        if best_value(free) is not None:
            return [_not_found(problem)]
        problem = free
    problem = coarse(problem).problem  # the same clashes, with fewer bags to look at
    units = _units(problem.families)
    sets = [_irreducible(problem, order) for order in (units, units[::-1])]
    chosen = min(sets, key=len)
    where = f"escenario {problem.spec.id}"
    sentences = [*_told(problem, chosen), *_transfers(problem)]
    required = problem.spec.monto_requerido_soles
    remedy = "baje lo que se exige o amplíe uno de esos límites" if required or problem.spec.limites else "amplíe uno de esos límites"
    return [Problem(f"{where}, límites", f"no caben juntos: {'; '.join(sentences)}", "límites que puedan cumplirse a la vez", remedy)]


def _units(families: Sequence[Family]) -> list[tuple[tuple[int, int], ...]]:
    """Limits as they are told: one row each, except bags, which come in together per action."""
    units: list[tuple[tuple[int, int], ...]] = []
    for place, family in enumerate(families):
        if family.shown:
            units += [((place, row),) for row in range(family.size)]
            continue
        groups: dict[str, list[tuple[int, int]]] = {}
        for row, key in enumerate(family.keys):
            groups.setdefault(key.rpartition(":")[0], []).append((place, row))
        units += [tuple(group) for group in groups.values()]
    return units


def _irreducible(problem: ReallocationProblem, units: Sequence[tuple[tuple[int, int], ...]]) -> list[tuple[tuple[int, int], ...]]:
    """Drop each limit that is not needed for the clash."""
    kept = list(units)
    if best_value(problem) is not None or best_value(problem, _only(problem.families, [])) is None:
        return []
    for unit in list(units):
        fewer = [other for other in kept if other is not unit]
        if best_value(problem, _only(problem.families, fewer)) is None:
            kept = fewer
    return kept


def _only(families: Sequence[Family], units: Iterable[tuple[tuple[int, int], ...]]) -> tuple[Family, ...]:
    """The families with every other row freed."""
    held = {pair for unit in units for pair in unit}
    return tuple(_freed(family, [row for row in range(family.size) if (place, row) not in held]) for place, family in enumerate(families))


def _freed(family: Family, rows: Sequence[int]) -> Family:
    lower, upper = family.lower.copy(), family.upper.copy()
    lower[list(rows)], upper[list(rows)] = -INF, 1e12  # a budget of any country fits below; a ray would not be a clash
    return replace(family, lower=lower, upper=upper)


def _told(problem: ReallocationProblem, units: Sequence[tuple[tuple[int, int], ...]]) -> list[str]:
    """The sentences of the limits; many of one side are told together."""
    sentences: list[str] = []
    groups: dict[str, list[tuple[int, int]]] = {}
    for unit in units:
        family = problem.families[unit[0][0]]
        if family.shown:
            groups.setdefault(family.name, []).extend(unit)
        else:
            sentences.append(_bags(family, [row for _, row in unit]))
    for name, pairs in groups.items():
        families = [(problem.families[place], row) for place, row in pairs]
        texts = list(dict.fromkeys(family.sentences[row] for family, row in families))
        if len(texts) <= _SHOWN:
            sentences += texts
            continue
        total = sum(float(family.upper[row]) for family, row in families)
        codes = sorted({family.keys[row].split(":")[1] for family, row in families})
        sentences.append(
            f"los topes de {plural(len(codes), name, _PLURALS.get(name, name))} ({enumerate_words(codes)}), que suman {_soles(total)}"
        )
    return sentences


def _bags(family: Family, rows: Sequence[int]) -> str:
    """What the lines of an action can give or take, once the law has left out those it leaves out."""
    action = family.keys[rows[0]].split(":")[1]
    verb = "ceden" if family.name.endswith("donante") else "reciben"
    return f"las líneas de {action} que la norma deja usar {verb} hasta {_soles(float(family.upper[list(rows)].sum()))}"


def _soles(amount: float) -> str:
    return soles(int(np.rint(amount)))


def _transfers(problem: ReallocationProblem) -> list[str]:
    """What is asked of the transfers, when without it there would be a solution."""
    spec = problem.spec
    least, most = spec.transferencia_minima_soles, spec.transferencias_maximas
    if (least is None and most is None) or best_value(replace(problem, spec=_free_of_transfers(problem))) is None:
        return []
    return [
        *([f"ninguna transferencia es menor que {_soles(least)} (transferencia_minima_soles)"] if least is not None else []),
        *([f"a lo más {plural(most, 'transferencia', 'transferencias')} (transferencias_maximas)"] if most is not None else []),
    ]


def _free_of_transfers(problem: ReallocationProblem) -> EscenarioSpec:
    return problem.spec.model_copy(update={"transferencia_minima_soles": None, "transferencias_maximas": None})


def _not_found(problem: ReallocationProblem) -> Problem:
    """With so many arcs the transfers are looked for by giving up the smallest, which may miss a proposal: it says so."""
    asked = "; ".join(_transfers(problem))
    return Problem(
        f"escenario {problem.spec.id}, transferencias",
        f"no se encontró una propuesta en la que {asked}; sin eso sí la hay. Con {problem.i.size:,} arcos se busca quitando las menores, de modo que podría existir",
        "un número y un mínimo de transferencias que se puedan cumplir",
        "suba transferencias_maximas, baje transferencia_minima_soles, o use movimiento_minimo_soles",
    )
