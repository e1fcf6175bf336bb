"""Solve a reallocation problem, deterministically and to the sol.

Four objectives in lexicographic order, so that the same file always gives the same proposal:

1. the one the scenario seeks (`scenarios.objectives`);
2. of those proposals, the one that moves money least far (same programme, same unit);
3. of those, take first from the donor with the lowest execution and give first to the highest place;
4. of those, a fixed arbitrary order of the arcs.

Caps of bags, actions and objectives nest, so the limits form a network and the vertex HiGHS returns is whole. When the scenario states
limits that cross (a source and an action), a minimum transfer or a maximum number of them, whole numbers are asked of HiGHS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from presupuesto_link.errors import InfeasibleScenarioError
from presupuesto_link.scenarios.limits import Family
from presupuesto_link.scenarios.model import (
    Model,
    Solved,
    is_whole,
    minimise,
    model_of,
    optimal_face,
    with_columns,
    with_rows,
)
from presupuesto_link.scenarios.objectives import aimed, distance_cost
from presupuesto_link.scenarios.problem import ReallocationProblem

_SCATTER, _MODULUS = 2_654_435_761, 1 << 20
_ACTIVE = 1e-6


@dataclass(frozen=True)
class Solution:
    """What HiGHS found.

    Attributes:
        amounts: whole soles over each arc of the problem (Int64).
        value: of the objective, as it is worded (larger is better, except in `mínimo movimiento`).
        marginal: by row name: how much the objective would gain with one more sol of a limit; 0 where it would gain nothing; empty when
            whole numbers had to be asked for, because then it is told by solving again.
        whole: whether whole numbers had to be asked for.
        gap: proven distance to the optimum, relative.
    """

    amounts: np.ndarray
    value: float
    marginal: dict[str, float]
    whole: bool
    gap: float


def solve(problem: ReallocationProblem, families: Sequence[Family] | None = None) -> Solution | None:
    """The proposal, or null when the limits clash (`scenarios.clash` says which).

    Args:
        problem: the problem.
        families: other limits than its own, for questions of the kind "what if".
    """
    limits = problem.families if families is None else tuple(families)
    model = aimed(problem, model_of(limits, problem.i.size))
    if _counts_transfers(problem):
        return _by_transfers(problem, model)
    first = minimise(model)
    if not first.feasible:
        return None
    marginal = {name: max(0.0, abs(float(dual))) for name, dual in zip(model.names, first.row_dual, strict=True)}
    last = _settle(problem, optimal_face(model, first))
    if is_whole(last, model.arcs):
        return _solution(problem, model, last, first.value, marginal, whole=False)
    return _whole(problem, model)


def best_value(problem: ReallocationProblem, families: Sequence[Family] | None = None) -> float | None:
    """Only the value of the first objective; null without solution. What questions that need no proposal ask."""
    limits = problem.families if families is None else tuple(families)
    model = aimed(problem, model_of(limits, problem.i.size))
    solved = minimise(_switched(problem, model)[0] if _counts_transfers(problem) else model)
    return worded(problem, solved.value) if solved.feasible else None


def worded(problem: ReallocationProblem, value: float) -> float:
    """The objective as it is told: what is maximised has lost its minus sign."""
    return value if problem.spec.objetivo.tipo == "mínimo movimiento" else -value


def must_solve(problem: ReallocationProblem) -> Solution:
    """The proposal.

    Raises:
        InfeasibleScenarioError: the limits clash; the message has the smallest set that does.
    """
    solution = solve(problem)
    if solution is None:
        from presupuesto_link.scenarios.clash import explain_clash

        raise InfeasibleScenarioError(*explain_clash(problem))
    return solution


def order_costs(problem: ReallocationProblem) -> tuple[np.ndarray, np.ndarray]:
    """The costs of the third and the fourth objective."""
    i, j = problem.donor_action, problem.receiver_action
    order = i * (problem.receivers.acciones.height + 1.0) + j
    scattered = (np.arange(1, problem.i.size + 1, dtype=np.int64) * _SCATTER) % _MODULUS
    return order, scattered.astype(float)


def _settle(problem: ReallocationProblem, face: Model) -> Solved:
    """Among the optimal proposals, the one the other objectives choose."""
    padding = np.zeros(face.cost.size - face.arcs)
    solved = None
    for cost in (distance_cost(problem), *order_costs(problem)):
        if solved is not None:
            face = optimal_face(face, solved)
        face = replace(face, cost=np.concatenate([cost, padding]))
        solved = minimise(face)
        if not solved.feasible:
            raise RuntimeError("the optimal proposals of a feasible scenario are not feasible")
    assert solved is not None
    return solved


def _solution(
    problem: ReallocationProblem, model: Model, solved: Solved, value: float, marginal: dict[str, float], whole: bool
) -> Solution:
    amounts = np.rint(solved.x[: model.arcs]).astype(np.int64)
    check_amounts(problem, model, amounts)
    return Solution(amounts, worded(problem, value), marginal, whole, solved.gap)


def _whole(problem: ReallocationProblem, model: Model) -> Solution | None:
    """Whole soles asked for: the limits cross and the vertex was not whole."""
    columns = np.zeros(model.cost.size)
    columns[: model.arcs] = 1
    solved = minimise(replace(model, whole=columns))
    return _solution(problem, model, solved, solved.value, {}, whole=True) if solved.feasible else None


def _counts_transfers(problem: ReallocationProblem) -> bool:
    spec = problem.spec
    return spec.transferencia_minima_soles is not None or spec.transferencias_maximas is not None


def _by_transfers(problem: ReallocationProblem, model: Model) -> Solution | None:
    """Transfers between two actions switched on or off, then the same proposal settled among those that are on."""
    switched, pairs = _switched(problem, model)
    chosen = minimise(switched)
    if not chosen.feasible:
        return None
    count = int(pairs.max()) + 1
    on = np.rint(chosen.x[-count:])
    fixed = replace(
        switched,
        whole=None,
        lower=np.concatenate([switched.lower[:-count], on]),
        upper=np.concatenate([switched.upper[:-count], on]),
    )
    first = minimise(fixed)
    last = _settle(problem, optimal_face(fixed, first))
    if not is_whole(last, model.arcs):
        columns = np.zeros(fixed.cost.size)
        columns[: model.arcs] = 1
        last = minimise(replace(fixed, whole=columns))
    solution = _solution(problem, model, last, chosen.value, {}, whole=True)
    return replace(solution, gap=chosen.gap)


def transfers_of(problem: ReallocationProblem) -> np.ndarray:
    """The transfer between two actions that each arc belongs to, numbered from zero."""
    pair = problem.donor_action.astype(np.int64) * problem.receivers.acciones.height + problem.receiver_action
    labels: np.ndarray = np.unique(pair, return_inverse=True)[1]
    return labels


def _switched(problem: ReallocationProblem, model: Model) -> tuple[Model, np.ndarray]:
    """One switch per transfer: least <= amount <= most when it is on, nothing when it is off."""
    from scipy.sparse import csr_array, diags_array, hstack

    spec, pairs = problem.spec, transfers_of(problem)
    count = int(pairs.max()) + 1
    most = np.zeros(count)
    give = problem.donors.acciones["tope_soles"].to_numpy()[problem.donor_action]
    take = problem.receivers.acciones["tope_soles"].to_numpy()[problem.receiver_action]
    most[pairs] = np.minimum(give, take)
    least = float(spec.transferencia_minima_soles or 1)
    sums = csr_array((np.ones(pairs.size), (pairs, np.arange(pairs.size))), shape=(count, model.cost.size))
    off = np.full(count, -np.inf)
    extended = with_columns(model, np.zeros(count), np.ones(count))
    extended = with_rows(
        extended, hstack([sums, diags_array(-most)], format="csr"), off, np.zeros(count), ["apagada"] * count
    )
    extended = with_rows(
        extended,
        hstack([sums, diags_array(np.full(count, -least))], format="csr"),
        np.zeros(count),
        -off,
        ["mínima"] * count,
    )
    if spec.transferencias_maximas is not None:
        row = np.concatenate([np.zeros(model.cost.size), np.ones(count)])
        extended = with_rows(
            extended,
            csr_array(row[None, :]),
            off[:1],
            np.array([float(spec.transferencias_maximas)]),
            ["transferencias"],
        )
    whole = np.concatenate([np.zeros(model.cost.size), np.ones(count)])
    return replace(extended, whole=whole), pairs


def check_amounts(problem: ReallocationProblem, model: Model, amounts: np.ndarray) -> None:
    """The whole amounts satisfy every limit of their own; otherwise this program is wrong, not the user."""
    if amounts.size and amounts.min() < 0:
        raise RuntimeError("a negative transfer")
    start = 0
    for family in problem.families:
        inside = family.labels >= 0
        used = np.bincount(family.labels[inside], amounts[inside].astype(float), minlength=family.size)
        if np.any(used > family.upper + _ACTIVE) or np.any(used < family.lower - _ACTIVE):
            raise RuntimeError(f"limit broken in {family.name}")
        start += family.size
