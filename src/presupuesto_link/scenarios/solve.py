"""Solve a reallocation problem, deterministically and to the sol.

Objectives in lexicographic order, so that the same file always gives the same proposal:

1. the one the scenario seeks (`scenarios.objectives`);
2. of those proposals, the one that asks least of the law: permitted before a paper, a paper before an exception, an exception before a doubt;
3. of those, take first from the donor with the lowest execution and give first to the highest place;
4. of those, pair donors and receivers in their order (north-west corner), and what is left by a fixed arbitrary order of the pairs;
5. of those, the one that moves money least far (same programme, same unit), from the largest bags to the largest bags.

The first four look at actions and verdicts only, so they are settled on the problem with merged bags (`scenarios.coarse`) and its optimal faces are
told to the whole problem, where the fifth decides. Caps of bags, actions and objectives nest, so the limits form a network and the
vertex HiGHS returns is whole. When the scenario states limits that cross (a source and an action), a minimum transfer or a maximum
number of them, whole numbers are asked of HiGHS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from presupuesto_link.scenarios.coarse import Coarse, coarse
from presupuesto_link.scenarios.costs import distance_cost
from presupuesto_link.scenarios.limits import Family
from presupuesto_link.scenarios.model import Model, Solved, is_large, is_whole, minimise, model_of, optimal_face, with_columns, with_rows
from presupuesto_link.scenarios.objectives import objective_of
from presupuesto_link.scenarios.problem import ReallocationProblem

_SCATTER, _MODULUS = 2_654_435_761, 1 << 20
_ACTIVE, _ROUNDS, _MARGIN = 1e-6, 12, 100
_SLACK = 1e-3  # in units of the objective: far below what moving one sol is worth, far above the solver's tolerance


@dataclass(frozen=True)
class Solution:
    """What HiGHS found.

    Attributes:
        amounts: whole soles over each arc of the problem (Int64).
        value: of the objective, as it is worded (larger is better, except of an objective whose `less_is_better`).
        marginal: by row name: how much the objective would gain with one more sol of a limit; 0 where it would gain nothing; empty when
            whole numbers had to be asked for, because then it is told by solving again.
        whole: whether whole numbers had to be asked for.
        gap: proven distance to the optimum, relative.
        unbounded: the value without the least movement the scenario asks for; null when it asks for none.
    """

    amounts: np.ndarray
    value: float
    marginal: dict[str, float]
    whole: bool
    gap: float
    unbounded: float | None = None


def solve(problem: ReallocationProblem) -> Solution | None:
    """The proposal, or null when the limits clash (`scenarios.clash` says which)."""
    solution, least = _solve(problem), problem.spec.movimiento_minimo_soles
    return solution if solution is None or least is None else _without_small(problem, solution, least)


def _without_small(problem: ReallocationProblem, solution: Solution, least: int) -> Solution:
    """The proposal without movements below a least amount: arcs that carry less are taken away and it is solved again, a few times.

    A heuristic, because asking for it exactly needs a switch per arc: what it costs is told (`unbounded`). What is still small at the end is
    not moved, unless something the scenario requires would then be missing.
    """
    best, amounts = solution.value, solution.amounts
    arcs = np.arange(problem.i.size)
    for _ in range(_ROUNDS):
        small = (amounts > 0) & (amounts < least)
        if not small.any():
            break
        fewer = arcs[~small[arcs]]
        again = _solve(problem.only(fewer)) if fewer.size else None
        if again is None:
            break
        arcs, solution = fewer, again
        amounts = np.zeros(problem.i.size, dtype=np.int64)
        amounts[arcs] = again.amounts
    if not any(np.any(family.lower > 0) for family in problem.families):
        amounts = np.where(amounts < least, 0, amounts)
    return replace(solution, amounts=amounts, value=objective_of(problem.spec).value_of(problem, amounts), unbounded=best)


def _solve(problem: ReallocationProblem) -> Solution | None:
    objective, merged = objective_of(problem.spec), coarse(problem)
    small = model_of(merged.problem.families, merged.problem.i.size)
    floors = objective.floors(merged.problem, small)
    small = objective.aimed(merged.problem, small, floors)
    limits = model_of(problem.families, problem.i.size)
    large = objective.aimed(problem, limits, floors)
    if _counts_transfers(problem):
        switched = _chosen_transfers(merged.problem, small)
        if switched is None:
            return None
        small = _fixed(merged.problem, small, switched)
        large = _fixed(problem, large, switched)
        gap = switched.gap
        first = minimise(small)
        value = first.value
    else:
        first = minimise(small)
        value, gap = first.value, 0.0
    if not first.feasible:
        return None
    counted = _counts_transfers(problem)
    marginal = {} if counted else _marginal(small, first)
    last = _settle(problem, merged, small, large, first)
    if not is_whole(last, large.arcs):
        last = _rounded(limits, last)
    if not is_whole(last, large.arcs):
        return _whole(problem, large)
    return _solution(problem, last, value, marginal, counted, gap)


def _chosen_transfers(problem: ReallocationProblem, model: Model) -> Solved | None:
    """Which transfers exist: those of an optimal proposal; of those, the fewest; of those, in the order of donors and receivers."""
    if is_large(model):
        return _descended(problem, model)
    switched = _switched(problem, model)
    solved = best = minimise(switched)
    if not best.feasible:
        return None
    count, order = np.zeros(switched.cost.size), np.zeros(switched.cost.size)
    count[model.cost.size :] = 1
    order[: model.arcs] = _order_costs(problem)[1]
    for cost in (count, order):
        switched = replace(_held(switched, solved.value), cost=cost)
        settled = minimise(switched)
        if not settled.feasible:
            break
        solved = settled
    return replace(solved, gap=best.gap)


def _descended(problem: ReallocationProblem, model: Model) -> Solved | None:
    """Which transfers exist when there are too many arcs to ask for it exactly: the smallest is given up, one at a time, while there is a solution.

    The gap is the distance to the solution that counts no transfers, which no proposal can better.
    """
    pairs, least, _ = _transfer_bounds(problem)
    limit = problem.spec.transferencias_maximas or least.size
    solved = minimise(model)
    if not solved.feasible:
        return None
    best, kept = solved.value, np.zeros(least.size, dtype=bool)
    while True:
        flow = np.bincount(pairs, solved.x[: model.arcs], minlength=least.size)
        used = flow > _ACTIVE
        small = used & (flow < least - _ACTIVE)
        if not small.any() and used.sum() <= limit:
            gap = abs(solved.value - best) / max(abs(best), 1.0)
            return replace(solved, x=np.concatenate([solved.x, used]), gap=gap)
        order = sorted(np.flatnonzero(used & ~kept), key=lambda k: (not small[k], flow[k], k))
        for given_up in order:
            left = used.copy()
            left[given_up] = False
            upper = model.upper.copy()
            upper[: model.arcs] = np.where(left[pairs], upper[: model.arcs], 0.0)
            again = minimise(replace(model, upper=upper))
            if again.feasible:
                solved = again
                break
            kept[given_up] = True
        else:
            return None


def _held(model: Model, value: float) -> Model:
    """The model with its objective held at a value that was reached."""
    from scipy.sparse import csr_array

    return with_rows(model, csr_array(model.cost[None, :]), np.array([-np.inf]), np.array([value + _SLACK]), ["óptimo"])


def _marginal(model: Model, solved: Solved) -> dict[str, float]:
    """What one more sol of each limit is worth; that of an action counts the dearest of its bags."""
    found: dict[str, float] = {}
    for name, dual in zip(model.names, solved.row_dual, strict=True):
        found[name] = abs(float(dual))
    for name, dual in list(found.items()):
        if name.startswith("bolsa "):
            owner = name.removeprefix("bolsa ").rpartition(":")[0]
            found[f"saldo de {owner}"] = max(found.get(f"saldo de {owner}", 0.0), dual)
    return found


def best_value(problem: ReallocationProblem, families: Sequence[Family] | None = None) -> float | None:
    """Only the value of the first objective; null without solution. What questions that need no proposal ask."""
    limits = problem.families if families is None else tuple(families)
    objective = objective_of(problem.spec)
    model = objective.aimed(problem, model_of(limits, problem.i.size))
    solved = minimise(_switched(problem, model) if _counts_transfers(problem) else model)
    return objective.worded(solved.value) if solved.feasible else None


def _settle(problem: ReallocationProblem, merged: Coarse, small: Model, large: Model, first: Solved) -> Solved:
    """Among the optimal proposals, the one the other objectives choose."""
    large = optimal_face(large, merged.lifted(small, large, first))
    small = optimal_face(small, first)
    for cost in _order_costs(merged.problem):
        small = _costing(small, cost)
        solved = _feasible(minimise(small))
        large = optimal_face(_costing(large, cost[merged.arc]), merged.lifted(small, large, solved))
        small = optimal_face(small, solved)
    for cost in (distance_cost(problem), _size_cost(problem)):
        large = _costing(large, cost)
        solved = _feasible(minimise(large))
        large = optimal_face(large, solved)
    return solved


def _order_costs(problem: ReallocationProblem) -> list[np.ndarray]:
    """The costs of the second, the third and the fourth objective."""
    i, j = problem.donor_action.astype(float), problem.receiver_action.astype(float)
    width = problem.receivers.acciones.height + 1.0
    pair = (i * width + j + 1).astype(np.int64)
    return [problem.burden, i * width + j + 1, -(i + 1) * (j + 1), (pair * _SCATTER % _MODULUS).astype(float)]


def _size_cost(problem: ReallocationProblem) -> np.ndarray:
    """Small bags cost more than large ones; a fixed arbitrary order of the arcs decides what is left."""
    ranks = [
        pool.bolsas["tope_soles"].rank("ordinal", descending=True).to_numpy().astype(float) for pool in (problem.donors, problem.receivers)
    ]
    scattered = (np.arange(1, problem.i.size + 1, dtype=np.int64) * _SCATTER) % _MODULUS
    cost: np.ndarray = ranks[0][problem.i] + ranks[1][problem.j] + scattered / (2.0 * _MODULUS)
    return cost


def _costing(model: Model, cost: np.ndarray) -> Model:
    return replace(model, cost=np.concatenate([cost, np.zeros(model.cost.size - model.arcs)]))


def _feasible(solved: Solved) -> Solved:
    if not solved.feasible:
        raise RuntimeError("the optimal proposals of a feasible scenario are not feasible")
    return solved


def _solution(problem: ReallocationProblem, solved: Solved, value: float, marginal: dict[str, float], whole: bool, gap: float) -> Solution:
    amounts = np.rint(solved.x[: problem.i.size]).astype(np.int64)
    check_amounts(problem, amounts)
    return Solution(amounts, objective_of(problem.spec).worded(value), marginal, whole, gap)


def _rounded(limits: Model, solved: Solved) -> Solved:
    """Each amount taken up or down to a whole sol, within every limit but the least of a transfer, which carries a margin for it."""
    x = solved.x[: limits.arcs]
    whole = np.rint(x)
    near = np.abs(x - whole) < _ACTIVE
    tight = replace(limits, cost=-np.ones(limits.arcs), lower=np.where(near, whole, np.floor(x)), upper=np.where(near, whole, np.ceil(x)))
    found = minimise(tight)
    return found if found.feasible else solved


def _whole(problem: ReallocationProblem, model: Model) -> Solution | None:
    """Whole soles asked for: the limits cross and the vertex was not whole."""
    columns = np.zeros(model.cost.size)
    columns[: model.arcs] = 1
    solved = minimise(replace(_seeking(problem, model), whole=columns))
    return _solution(problem, solved, solved.value, {}, True, solved.gap) if solved.feasible else None


def _seeking(problem: ReallocationProblem, model: Model) -> Model:
    """The model with the cost of the first objective again."""
    return replace(model, cost=objective_of(problem.spec).aimed(problem, model_of(problem.families, problem.i.size)).cost)


def _counts_transfers(problem: ReallocationProblem) -> bool:
    spec = problem.spec
    return spec.transferencia_minima_soles is not None or spec.transferencias_maximas is not None


def _fixed(problem: ReallocationProblem, model: Model, switched: Solved) -> Model:
    """The transfers that were switched on with their least amount, and nothing over the others.

    What is off is closed column by column and the most of a transfer is already in the caps of its ends, so that few rows cross the network.
    """
    pairs, least, _ = _transfer_bounds(problem)
    on = np.rint(switched.x[-least.size :]) > 0
    upper = model.upper.copy()
    upper[: model.arcs] = np.where(on[pairs], upper[: model.arcs], 0.0)
    margin = _MARGIN if is_large(model) and problem.spec.transferencia_minima_soles else 0
    rows = csr_rows(pairs, least.size, model.cost.size)[on]
    names = [f"transferencia:{k}" for k in np.flatnonzero(on)]
    return with_rows(replace(model, upper=upper), rows, least[on] + margin, np.full(len(names), np.inf), names)


def transfers_of(problem: ReallocationProblem) -> np.ndarray:
    """The transfer between two actions that each arc belongs to, numbered from zero."""
    pair = problem.donor_action.astype(np.int64) * problem.receivers.acciones.height + problem.receiver_action
    labels: np.ndarray = np.unique(pair, return_inverse=True)[1]
    return labels


def _transfer_bounds(problem: ReallocationProblem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The transfer of each arc, and the least and the most of each when there is any."""
    pairs = transfers_of(problem)
    count = int(pairs.max()) + 1
    give = problem.donors.acciones["tope_soles"].to_numpy()[problem.donor_action]
    take = problem.receivers.acciones["tope_soles"].to_numpy()[problem.receiver_action]
    most = np.zeros(count)
    most[pairs] = np.minimum(give, take)
    return pairs, np.full(count, float(problem.spec.transferencia_minima_soles or 1)), most


def csr_rows(label: np.ndarray, count: int, columns: int) -> Any:
    """One row per label that adds up its arcs."""
    from scipy.sparse import csr_array

    return csr_array((np.ones(label.size), (label, np.arange(label.size))), shape=(count, columns))


def _switched(problem: ReallocationProblem, model: Model) -> Model:
    """One switch per transfer: least <= amount <= most when it is on, nothing when it is off."""
    from scipy.sparse import csr_array, diags_array, hstack

    pairs, least, most = _transfer_bounds(problem)
    count, none = least.size, np.zeros(least.size)
    off = np.full(count, -np.inf)
    sums = csr_rows(pairs, count, model.cost.size)
    extended = with_columns(model, none, np.ones(count))
    extended = with_rows(extended, hstack([sums, diags_array(-most)], format="csr"), off, none, ["apagada"] * count)
    extended = with_rows(extended, hstack([sums, diags_array(-least)], format="csr"), none, -off, ["mínima"] * count)
    if problem.spec.transferencias_maximas is not None:
        row = np.concatenate([np.zeros(model.cost.size), np.ones(count)])
        limit = np.array([float(problem.spec.transferencias_maximas)])
        extended = with_rows(extended, csr_array(row[None, :]), off[:1], limit, ["transferencias"])
    return replace(extended, whole=np.concatenate([np.zeros(model.cost.size), np.ones(count)]))


def check_amounts(problem: ReallocationProblem, amounts: np.ndarray) -> None:
    """The whole amounts satisfy every limit of their own; otherwise this program is wrong, not the user."""
    if amounts.size and amounts.min() < 0:
        raise RuntimeError("a negative transfer")
    for family in problem.families:
        inside = family.labels >= 0
        used = np.bincount(family.labels[inside], amounts[inside].astype(float), minlength=family.size)
        if np.any(used > family.upper + _ACTIVE) or np.any(used < family.lower - _ACTIVE):
            raise RuntimeError(f"limit broken in {family.name}")
