"""A linear model with named rows, its solution by HiGHS (scipy), and the face of its optimal solutions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from presupuesto_link.scenarios.limits import Family

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_TINY = 1e-9  # relative to the largest cost: below this a dual is noise
_WHOLE = 1e-5
_NODES = 200_000
LARGE = 2_000
"""Arcs from which whole numbers are not asked for exactly."""
INFEASIBLE, OPTIMAL = 2, 0


@dataclass(frozen=True)
class Model:
    """Minimise `cost · x` with `row_lower <= A x <= row_upper` and `lower <= x <= upper`.

    Attributes:
        cost, lower, upper: per column. The first `arcs` columns are soles moved over each arc.
        matrix: rows x columns, sparse.
        row_lower, row_upper: per row.
        names: of the rows.
        arcs: how many columns are arcs.
        whole: columns that must be whole; null for a linear programme.
    """

    cost: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    matrix: csr_array
    row_lower: np.ndarray
    row_upper: np.ndarray
    names: tuple[str, ...]
    arcs: int
    whole: np.ndarray | None = None


@dataclass(frozen=True)
class Solved:
    """A solution.

    Attributes:
        x: value of each column; empty without solution.
        value: of the objective.
        row_dual, column_dual: how the minimum changes with one more unit of a row's limit, or of a column's (both signs; zero for a
            programme with whole columns, which has none).
        status: `OPTIMAL` or `INFEASIBLE`.
        gap: proven distance to the optimum, relative (0 for linear programmes).
    """

    x: np.ndarray
    value: float
    row_dual: np.ndarray
    column_dual: np.ndarray
    status: int
    gap: float = 0.0

    @property
    def feasible(self) -> bool:
        """Whether there is a solution."""
        return self.status == OPTIMAL


def model_of(families: Sequence[Family], arcs: int) -> Model:
    """The limits as a model without objective."""
    from scipy.sparse import coo_array

    rows, columns, start = [], [], 0
    for family in families:
        inside = np.flatnonzero(family.labels >= 0)
        rows.append(family.labels[inside] + start)
        columns.append(inside)
        start += family.size
    row, column = (np.concatenate([np.asarray(part, dtype=np.int32) for part in parts]) for parts in (rows, columns))
    matrix = coo_array((np.ones(row.size), (row, column)), shape=(start, arcs)).tocsr()
    return Model(
        np.zeros(arcs),
        np.zeros(arcs),
        np.full(arcs, np.inf),
        matrix,
        np.concatenate([family.lower for family in families]),
        np.concatenate([family.upper for family in families]),
        tuple(key for family in families for key in family.keys),
        arcs,
    )


def with_columns(model: Model, cost: np.ndarray, upper: np.ndarray) -> Model:
    """The model with more columns, from zero to `upper`, that no row looks at yet."""
    from scipy.sparse import csr_array, hstack

    empty = csr_array((model.matrix.shape[0], cost.size))
    return replace(
        model,
        cost=np.concatenate([model.cost, cost]),
        lower=np.concatenate([model.lower, np.zeros(cost.size)]),
        upper=np.concatenate([model.upper, upper]),
        matrix=hstack([model.matrix, empty], format="csr"),
    )


def with_rows(model: Model, rows: csr_array, lower: np.ndarray, upper: np.ndarray, names: Sequence[str]) -> Model:
    """The model with more rows."""
    from scipy.sparse import vstack

    return replace(
        model,
        matrix=vstack([model.matrix, rows], format="csr"),
        row_lower=np.concatenate([model.row_lower, lower]),
        row_upper=np.concatenate([model.row_upper, upper]),
        names=(*model.names, *names),
    )


def minimise(model: Model) -> Solved:
    """Solve with HiGHS: dual simplex, or branch and bound when some column must be whole. Same model, same solution."""
    return _linear(model) if model.whole is None else _integer(model)


def _linear(model: Model) -> Solved:
    from scipy.optimize import linprog

    equal = model.row_lower == model.row_upper
    above, below = ~equal & np.isfinite(model.row_upper), ~equal & np.isfinite(model.row_lower)
    inequalities, limits = _stack(model, above, below)
    result = linprog(
        model.cost,
        A_ub=inequalities,
        b_ub=limits,
        A_eq=model.matrix[equal] if equal.any() else None,
        b_eq=model.row_upper[equal] if equal.any() else None,
        bounds=np.column_stack([model.lower, model.upper]),
        method="highs-ds",
    )
    if result.status == INFEASIBLE:
        return _without_solution()
    if not result.success:
        raise RuntimeError(f"HiGHS did not solve the model: {result.message}")
    dual = np.zeros(model.row_upper.size)
    dual[equal] = result.eqlin.marginals if equal.any() else 0
    count = int(above.sum())
    if limits is not None:
        dual[above] += result.ineqlin.marginals[:count]
        dual[below] -= result.ineqlin.marginals[count:]
    return Solved(result.x, float(result.fun), dual, result.lower.marginals + result.upper.marginals, OPTIMAL)


def _stack(model: Model, above: np.ndarray, below: np.ndarray) -> tuple[Any, Any]:
    """Upper limits, then lower limits with their sign turned."""
    from scipy.sparse import vstack

    if not below.any():
        return (model.matrix[above], model.row_upper[above]) if above.any() else (None, None)
    parts = vstack([model.matrix[above], -model.matrix[below]], format="csr")
    return parts, np.concatenate([model.row_upper[above], -model.row_lower[below]])


def is_large(model: Model) -> bool:
    """Whether asking for whole numbers exactly would take too long."""
    return model.arcs > LARGE


def _integer(model: Model) -> Solved:
    from scipy.optimize import Bounds, LinearConstraint, milp

    result = milp(
        model.cost,
        integrality=model.whole,
        bounds=Bounds(model.lower, model.upper),
        constraints=LinearConstraint(model.matrix, model.row_lower, model.row_upper),
        options={"mip_rel_gap": 0.0, "node_limit": _NODES},
    )
    if result.x is None:
        if result.status != INFEASIBLE:
            raise RuntimeError(f"HiGHS did not solve the model: {result.message}")
        return _without_solution()
    none = np.zeros(model.row_upper.size)
    return Solved(result.x, float(result.fun), none, np.zeros(model.cost.size), OPTIMAL, float(result.mip_gap or 0.0))


def _without_solution() -> Solved:
    empty = np.zeros(0)
    return Solved(empty, float("nan"), empty, empty, INFEASIBLE)


def optimal_face(model: Model, solved: Solved) -> Model:
    """The model whose solutions are exactly the optimal ones of a linear programme.

    By complementary slackness every optimal solution leaves at its limit each row and column whose dual is not zero, and nothing else is
    asked of it. Unlike a row that fixes the objective, this keeps the shape of a network, so the vertices stay whole.
    """
    noise = _TINY * max(1.0, float(np.abs(model.cost).max(initial=0.0)))
    held, pushed = np.abs(solved.row_dual) > noise, solved.column_dual
    at_upper = held & (solved.row_dual < 0)
    at_lower = held & (solved.row_dual > 0)
    return replace(
        model,
        row_lower=np.where(at_upper, model.row_upper, model.row_lower),
        row_upper=np.where(at_lower, model.row_lower, model.row_upper),
        lower=np.where(pushed < -noise, model.upper, model.lower),
        upper=np.where(pushed > noise, model.lower, model.upper),
    )


def is_whole(solved: Solved, columns: int) -> bool:
    """Whether the first columns are whole soles."""
    x = solved.x[:columns]
    return bool(np.all(np.abs(x - np.rint(x)) < _WHOLE))
