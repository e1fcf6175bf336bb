"""Solve a transfer problem with HiGHS (scipy), deterministically and to the sol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from presupuesto_link.scenarios.problem import TransferProblem

if TYPE_CHECKING:
    import numpy as np

_SLACK = 1e-9


def solve_transfers(problem: TransferProblem) -> pl.DataFrame:
    """The transfers that fund the most lagging actions, within every limit.

    Three objectives in lexicographic order, so that the same file always gives the same proposal:

    1. maximise sum(score of the receiver x amount);
    2. of those, take first from the donor with the lowest execution and give first to the highest place;
    3. of those, pair donors and receivers in their order (north-west corner).

    Every limit is a whole number of soles and the constraints form a transport polytope, so the vertex HiGHS
    returns is whole too; it is rounded and checked again in integers.

    Returns:
        Key `donante, receptor`: `monto_soles` (Int64 > 0), in donor and receiver order.
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
    first = _minimise(-arcs["peso"].to_numpy(), *limits)
    keep = [(-arcs["peso"].to_numpy(), first.fun + abs(first.fun) * _SLACK)]
    second = _minimise(i * (j.max() + 1) + j, *limits, keep=keep)
    x = np.rint(second.x)
    third = _minimise(-i * j, *_same_margins(i, j, x))
    amounts = np.rint(third.x).astype(np.int64)
    solved = arcs.with_columns(monto_soles=pl.Series(amounts, dtype=pl.Int64)).filter(pl.col("monto_soles") > 0)
    _check(problem, solved)
    return solved.select("donante", "receptor", "monto_soles")


def _sums(labels: np.ndarray) -> np.ndarray:
    """One row per donor (or receiver): which arcs leave it (or reach it)."""
    import numpy as np

    member: np.ndarray = (np.unique(labels)[:, None] == labels[None, :]).astype(float)
    return member


def _limits(problem: TransferProblem, i: np.ndarray, j: np.ndarray) -> tuple[Any, Any, Any, Any]:
    import numpy as np

    rows = [_sums(i), _sums(j)]
    caps = [
        problem.donantes.sort("orden")["tope_soles"].to_numpy(),
        problem.receptores.sort("orden")["tope_soles"].to_numpy(),
    ]
    if problem.maximo_soles is not None:
        rows.append(np.ones((1, i.size)))
        caps.append(np.array([problem.maximo_soles]))
    exact = (
        (np.ones((1, i.size)), np.array([problem.requerido_soles]))
        if problem.requerido_soles is not None
        else (None, None)
    )
    return np.vstack(rows), np.concatenate(caps), *exact


def _same_margins(i: np.ndarray, j: np.ndarray, x: np.ndarray) -> tuple[Any, Any, Any, Any]:
    import numpy as np

    rows = np.vstack([_sums(i), _sums(j)])
    return None, None, rows, np.rint(rows @ x)


def _minimise(
    cost: np.ndarray, upper: Any, caps: Any, exact: Any, amounts: Any, keep: list[tuple[Any, float]] | None = None
) -> Any:
    import numpy as np
    from scipy.optimize import linprog

    for row, cap in keep or []:
        upper, caps = np.vstack([upper, row[None, :]]), np.append(caps, cap)
    result = linprog(cost, A_ub=upper, b_ub=caps, A_eq=exact, b_eq=amounts, bounds=(0, None), method="highs-ds")
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
