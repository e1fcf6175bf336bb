"""The fairest distribution among objectives: the least funded is funded as much as it can be, then the next (leximin).

The funding of an objective is a share of what its actions may receive.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from presupuesto_link.scenarios.model import Model, minimise, with_columns, with_rows
from presupuesto_link.scenarios.problem import ReallocationProblem

_NOISE = 1e-7


def objectives_needs(problem: ReallocationProblem) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The objectives that may receive, the row of each receiving action among them, and what each may receive."""
    actions = problem.receivers.acciones
    codes = sorted(set(actions["objetivo"]))
    place = np.array([codes.index(code) for code in actions["objetivo"]])
    reachable = np.isin(np.arange(actions.height), problem.receiver_action)
    need = np.bincount(place, actions["tope_soles"].to_numpy() * reachable, minlength=len(codes))
    return codes, place, need


def fair_floors(problem: ReallocationProblem, model: Model) -> np.ndarray:
    """The whole soles of each objective in the fairest distribution (leximin of its share of what it may receive)."""
    codes, place, need = objectives_needs(problem)
    label = place[problem.receiver_action]
    open_, settled = {k for k in range(len(codes)) if need[k] > 0}, dict[int, float]()
    while open_:
        level, held = _raise(model, label, need, open_, settled)
        for k in held:
            settled[k] = np.floor(need[k] * level + _NOISE)
            open_.discard(k)
    return np.array([settled.get(k, 0.0) for k in range(len(codes))])


def with_floors(problem: ReallocationProblem, model: Model, floors: np.ndarray) -> Model:
    """The model in which each objective receives at least its floor."""
    codes, place, _ = objectives_needs(problem)
    rows = _sums(place[problem.receiver_action], len(codes), model.cost.size)
    return with_rows(model, rows, floors, np.full(len(codes), np.inf), [f"equidad:{code}" for code in codes])


def _raise(model: Model, label: np.ndarray, need: np.ndarray, open_: set[int], settled: dict[int, float]) -> tuple[float, list[int]]:
    """Lift the common share of the open objectives as far as it goes, and which of them stop it there."""
    from scipy.sparse import csr_array, hstack

    with_level = with_columns(replace(model, cost=np.zeros(model.cost.size)), np.array([-1.0]), np.array([1.0]))
    keys = sorted(open_) + sorted(settled)
    share = np.array([-need[k] if k in open_ else 0.0 for k in keys])
    sums = _sums(label, need.size, model.cost.size)[keys]
    rows = hstack([sums, csr_array(share[:, None])], format="csr")
    lower = np.array([0.0 if k in open_ else settled[k] for k in keys])
    lifted = with_rows(with_level, rows, lower, np.full(len(keys), np.inf), [f"nivel:{k}" for k in keys])
    solved = minimise(lifted)
    if not solved.feasible:
        return 0.0, sorted(open_)
    level = float(solved.x[-1])
    duals = solved.row_dual[-len(keys) :]
    held = [k for k, dual in zip(keys, duals, strict=True) if k in open_ and abs(dual) * need[k] > _NOISE]
    return level, held or sorted(open_)


def _sums(label: np.ndarray, count: int, columns: int) -> Any:
    from scipy.sparse import coo_array

    return coo_array((np.ones(label.size), (label, np.arange(label.size))), shape=(count, columns)).tocsr()
