"""What a scenario seeks, as costs over its arcs. Each formula is minimised, so what is sought has a minus sign.

* `prioridad`: max Σ w·a·x, the score of the receiver by the share of the money it can absorb.
* `brechas`: max Σ g·a·s_k·y_k, its gap (1 - advance) with steps k of its PIM in which each sol counts s_k <= s_(k-1). A concave
  response is an assumption of the scenario, not something measured.
* `mínimo movimiento`: min Σ d·x, each sol by how far it travels: same programme, another programme, another unit.
* `equidad`: the least funded objective is funded as much as it can be, then the next (leximin); an objective's funding is a share of what
  its actions may receive.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from presupuesto_link.scenarios.model import Model, minimise, with_columns, with_rows
from presupuesto_link.scenarios.problem import ReallocationProblem

_NOISE = 1e-7
UNITS = {
    "prioridad": "puntaje × soles absorbidos",
    "brechas": "brecha × soles absorbidos, con rendimientos decrecientes",
    "mínimo movimiento": "soles × distancia",
    "equidad": "puntaje × soles absorbidos, una vez repartido con equidad",
}


def priority_cost(problem: ReallocationProblem) -> np.ndarray:
    """-(priority x absorption) of the receiver of each arc."""
    actions = problem.receivers.acciones
    gain = actions["peso"].to_numpy() * actions["absorcion_ratio"].to_numpy()
    cost: np.ndarray = -gain[problem.receiver_action]
    return cost


def distance_cost(problem: ReallocationProblem) -> np.ndarray:
    """How far a sol of each arc travels; an unknown unit or programme counts as another one."""
    weights = problem.spec.objetivo.movimiento
    unit, programme = _same(problem, "sec_ejec"), _same(problem, "programa")
    cost: np.ndarray = np.where(unit, np.where(programme, weights.mismo_programa, weights.otro_programa), weights.otra_ejecutora)
    return cost


def same_unit(problem: ReallocationProblem) -> np.ndarray:
    """Whether both ends of each arc are known to be of the same unit."""
    return _same(problem, "sec_ejec")


def _same(problem: ReallocationProblem, column: str) -> np.ndarray:
    both = pl.concat([problem.donors.bolsas[column], problem.receivers.bolsas[column]])
    codes = both.rank("dense").fill_null(0).to_numpy()
    split = problem.donors.bolsas.height
    giving, taking = codes[:split][problem.i], codes[split:][problem.j]
    same: np.ndarray = (giving == taking) & (giving > 0)
    return same


def value_of(problem: ReallocationProblem, amounts: np.ndarray) -> float:
    """The objective of some amounts, as it is told."""
    kind = problem.spec.objetivo.tipo
    if kind == "mínimo movimiento":
        return float(distance_cost(problem) @ amounts)
    if kind != "brechas":
        return float(-priority_cost(problem) @ amounts)
    room, worth = _steps(problem)
    received = np.bincount(problem.receiver_action, amounts.astype(float), minlength=room.shape[0])
    filled = np.clip(received[:, None] - np.cumsum(room, axis=1) + room, 0, room)
    return float((filled * worth).sum())


def _steps(problem: ReallocationProblem) -> tuple[np.ndarray, np.ndarray]:
    """Receiver x step: how many soles the step holds, and what each of them counts."""
    actions, steps = problem.receivers.acciones, problem.spec.objetivo.tramos
    pim = actions["pim_soles"].cast(pl.Float64).to_numpy()
    edges = np.floor(np.outer(pim, [0.0, *(step.hasta_pim_ratio for step in steps)]) + 1e-6)
    gain = actions["brecha_ratio"].to_numpy() * actions["absorcion_ratio"].to_numpy()
    return np.diff(edges, axis=1), np.outer(gain, [step.rendimiento for step in steps])


def aimed(problem: ReallocationProblem, model: Model, floors: np.ndarray | None = None) -> Model:
    """The model with the objective of the scenario; some need columns or rows of their own.

    Args:
        problem: the problem.
        model: its limits.
        floors: for `equidad`, what each objective receives at least (`fair_floors`), when it is already known.
    """
    kind = problem.spec.objetivo.tipo
    if kind == "brechas":
        return _with_steps(problem, model)
    if kind == "mínimo movimiento":
        return replace(model, cost=distance_cost(problem))
    if kind == "equidad":
        return _with_floors(problem, model, fair_floors(problem, model) if floors is None else floors)
    return replace(model, cost=priority_cost(problem))


def _with_steps(problem: ReallocationProblem, model: Model) -> Model:
    """One column per receiver and step; what a receiver gets is what its steps hold."""
    from scipy.sparse import coo_array

    room, value = _steps(problem)
    extended = with_columns(model, -value.ravel(), room.ravel())
    actions, arcs, (count, steps) = problem.receivers.acciones, model.arcs, value.shape
    rows = np.concatenate([problem.receiver_action, np.repeat(np.arange(count), steps)])
    columns = np.concatenate([np.arange(arcs), arcs + np.arange(value.size)])
    signs = np.concatenate([np.ones(arcs), -np.ones(value.size)])
    balance = coo_array((signs, (rows, columns)), shape=(count, extended.cost.size)).tocsr()
    zero = np.zeros(count)
    return with_rows(extended, balance, zero, zero, [f"tramos:{code}" for code in actions["accion"]])


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


def _with_floors(problem: ReallocationProblem, model: Model, floors: np.ndarray) -> Model:
    """Floors that make the distribution among objectives the fairest one; priority decides what is left."""
    codes, place, _ = objectives_needs(problem)
    rows = _sums(place[problem.receiver_action], len(codes), model.cost.size)
    fair = with_rows(model, rows, floors, np.full(len(codes), np.inf), [f"equidad:{code}" for code in codes])
    return replace(fair, cost=np.concatenate([priority_cost(problem), np.zeros(model.cost.size - model.arcs)]))


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
