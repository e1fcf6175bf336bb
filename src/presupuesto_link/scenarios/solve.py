"""Solve a transfer problem with HiGHS (scipy), deterministically and to the sol."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from presupuesto_link.scenarios.problem import TransferProblem

if TYPE_CHECKING:
    import numpy as np

_SLACK = 1e-3  # in score x soles: far below what moving one sol is worth, far above the solver's tolerance


@dataclass(frozen=True)
class Solution:
    """What HiGHS found.

    Attributes:
        transferencias: key `donante, receptor`: `monto_soles` (Int64 > 0), in donor and receiver order.
        valor_marginal: by limit (`donante:…`, `receptor:…`, `monto_maximo`): how much the objective (score x soles) would
            gain with one more sol of limit; 0 for a limit that does not hold the scenario back, even if it is reached.
    """

    transferencias: pl.DataFrame
    valor_marginal: dict[str, float]


def solve_transfers(problem: TransferProblem) -> Solution:
    """The transfers that fund the most lagging actions, within every limit.

    Three objectives in lexicographic order, so that the same file always gives the same proposal:

    1. maximise sum(score of the receiver x amount);
    2. of those, take first from the donor with the lowest execution and give first to the highest place;
    3. of those, pair donors and receivers in their order (north-west corner).

    Every limit is a whole number of soles and the constraints form a transport polytope, so the vertex HiGHS
    returns is whole too; it is rounded and checked again in integers.

    """
    import numpy as np

    arcs = (
        problem.arcos.join(
            problem.donantes.select(donante="accion", i="orden"), on="donante", how="left", validate="m:1"
        )
        .join(
            problem.receptores.select(receptor="accion", j="orden", peso="peso"),
            on="receptor",
            how="left",
            validate="m:1",
        )
        .sort("i", "j")
    )
    i, j = arcs["i"].to_numpy().astype(float), arcs["j"].to_numpy().astype(float)
    limits = _limits(problem, i, j)
    priority = -arcs["peso"].to_numpy()
    first = _minimise(priority, limits)
    second = _minimise(i * (j.max() + 1) + j, limits.at_most(priority, first.fun + _SLACK))
    third = _minimise(-i * j, _same_margins(i, j, np.rint(second.x)))
    amounts = np.rint(third.x).astype(np.int64)
    solved = arcs.with_columns(monto_soles=pl.Series(amounts, dtype=pl.Int64)).filter(pl.col("monto_soles") > 0)
    _check(problem, solved)
    return Solution(solved.select("donante", "receptor", "monto_soles"), _marginal_values(problem, first))


def _marginal_values(problem: TransferProblem, result: Any) -> dict[str, float]:
    """The dual of each limit in the first objective, by name."""
    names = [
        *(f"donante:{code}" for code in problem.donantes.sort("orden")["accion"]),
        *(f"receptor:{code}" for code in problem.receptores.sort("orden")["accion"]),
        *(["monto_maximo"] if problem.maximo_soles is not None else []),
    ]
    return {name: max(0.0, -float(dual)) for name, dual in zip(names, result.ineqlin.marginals, strict=True)}


@dataclass(frozen=True)
class _Limits:
    """Rows of `A x <= b` and `A x = b` over the arcs; None when there are none."""

    upper: np.ndarray | None
    caps: np.ndarray | None
    exact: np.ndarray | None
    amounts: np.ndarray | None

    def at_most(self, row: np.ndarray, cap: float) -> _Limits:
        """The same limits plus one more row."""
        import numpy as np

        upper = row[None, :] if self.upper is None else np.vstack([self.upper, row])
        caps = np.array([cap]) if self.caps is None else np.append(self.caps, cap)
        return _Limits(upper, caps, self.exact, self.amounts)


def _sums(labels: np.ndarray) -> np.ndarray:
    """One row per donor (or receiver): which arcs leave it (or reach it)."""
    import numpy as np

    member: np.ndarray = (np.unique(labels)[:, None] == labels[None, :]).astype(float)
    return member


def _limits(problem: TransferProblem, i: np.ndarray, j: np.ndarray) -> _Limits:
    """What donors may give, receivers may take and the whole scenario may or must move."""
    import numpy as np

    caps = [side.sort("orden")["tope_soles"].to_numpy() for side in (problem.donantes, problem.receptores)]
    limits = _Limits(np.vstack([_sums(i), _sums(j)]), np.concatenate(caps).astype(float), None, None)
    everything = np.ones(i.size)
    if problem.maximo_soles is not None:
        limits = limits.at_most(everything, problem.maximo_soles)
    if problem.requerido_soles is None:
        return limits
    return replace(limits, exact=everything[None, :], amounts=np.array([float(problem.requerido_soles)]))


def _same_margins(i: np.ndarray, j: np.ndarray, x: np.ndarray) -> _Limits:
    """Each donor gives and each receiver takes what `x` says."""
    import numpy as np

    rows = np.vstack([_sums(i), _sums(j)])
    return _Limits(None, None, rows, np.rint(rows @ x))


def _minimise(cost: np.ndarray, limits: _Limits) -> Any:
    from scipy.optimize import linprog

    result = linprog(
        cost,
        A_ub=limits.upper,
        b_ub=limits.caps,
        A_eq=limits.exact,
        b_eq=limits.amounts,
        bounds=(0, None),
        method="highs-ds",
    )
    if not result.success:
        raise RuntimeError(f"HiGHS did not solve a feasible transport problem: {result.message}")
    return result


def _check(problem: TransferProblem, solved: pl.DataFrame) -> None:
    """The rounded amounts satisfy every limit; otherwise this program is wrong, not the user."""
    for side, column in ((problem.donantes, "donante"), (problem.receptores, "receptor")):
        used = solved.group_by(accion=pl.col(column)).agg(pl.col("monto_soles").sum())
        over = side.join(used, on="accion", how="inner").filter(pl.col("monto_soles") > pl.col("tope_soles"))
        if over.height:
            raise RuntimeError(f"limit broken: {over.to_dicts()}")
    total = int(solved["monto_soles"].sum())
    if problem.requerido_soles not in (None, total) or (
        problem.maximo_soles is not None and total > problem.maximo_soles
    ):
        raise RuntimeError(f"total broken: {total}")
