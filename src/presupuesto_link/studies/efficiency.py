"""An efficiency score of each action, as a second opinion: how far its advance is from the best seen with no more PIM.

Data envelopment analysis, output-oriented, with variable returns to scale (Banker, Charnes and Cooper 1984). It compares unlike
actions as if a sol bought the same advance in all of them, with one input and one output, so a single small action that reaches its
target may set the frontier alone.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

Floats: TypeAlias = npt.NDArray[np.float64]
_TINY = 1e-9
_SHARE = 1e-6  # a smaller share of a mixture is the solver's rounding
_SLACK = 1e-12
_SAME = 1e-6  # scores that differ less are read as one
_DECIMALS = 9  # of a frontier and a score: what is beyond is the solver's
SCORES = {
    "frontera_ratio": pl.Float64,
    "puntaje_ratio": pl.Float64,
    "factor": pl.Float64,
    "motivo": pl.String,
    "referentes": pl.String,
    "veces_referente": pl.Int64,
    "puntaje_sin_referente_ratio": pl.Float64,
}


def measure_efficiency(actions: pl.DataFrame) -> pl.DataFrame:
    """Score every action against the frontier of all.

    For each action, `frontera_ratio` is the largest advance of a mixture of actions that together need no more PIM than it (a linear
    programme); `puntaje_ratio` = advance / frontier, in [0, 1]; `factor` = frontier / advance, at least 1. Of the mixtures
    that reach the frontier, the one with the least PIM gives its `referentes`.

    Args:
        actions: key `accion`: `pim_soles` (positive), `avance_ratio` in [0, 1].

    Returns:
        Key `accion`: the columns given, `frontera_ratio`, `puntaje_ratio`, `factor` (null with its `motivo` when the advance is
        zero), `referentes` (codes, comma-separated), `veces_referente` (how many others look up to it) and
        `puntaje_sin_referente_ratio`: its score without the action that most others look up to (null for that one). The score is null when
        even the frontier is zero.
    """
    ordered = actions.sort("accion")
    if ordered.is_empty():
        return ordered.with_columns(pl.lit(None, kind).alias(name) for name, kind in SCORES.items())
    money, advance = ordered["pim_soles"].cast(pl.Float64).to_numpy(), ordered["avance_ratio"].to_numpy()
    solved = [_project(i, money, advance) for i in range(ordered.height)]
    frontier, mixtures = (np.array([top for top, _ in solved]).round(_DECIMALS), np.array([shares for _, shares in solved]))
    peers = mixtures > _SHARE
    times = peers.sum(axis=0) - peers.diagonal()
    return _table(ordered, frontier, peers, times, _scores_without(int(times.argmax()), money, advance))


def compare_scores(scores: pl.DataFrame) -> tuple[int, int]:
    """How many scores repeat the advance, and how many would change without the action that most others look up to."""
    score = pl.col("puntaje_ratio")
    same, moved = (score - pl.col("avance_ratio")).abs() < _SAME, (score - pl.col("puntaje_sin_referente_ratio")).abs() > _SAME
    return scores.filter(same).height, scores.filter(moved).height


def _table(ordered: pl.DataFrame, frontier: Floats, peers: npt.NDArray[np.bool_], times: Floats, without: Floats) -> pl.DataFrame:
    codes = np.array(ordered["accion"])
    zero = pl.col("avance_ratio") == 0
    return ordered.with_columns(
        frontera_ratio=pl.Series(frontier), puntaje_ratio=pl.Series(_ratio(ordered["avance_ratio"].to_numpy(), frontier)).fill_nan(None)
    ).with_columns(
        factor=pl.when(~zero).then(pl.col("frontera_ratio") / pl.col("avance_ratio")),
        motivo=pl.when(zero).then(pl.lit("avance igual a cero: ningún factor lo lleva a la frontera")),
        referentes=pl.Series([", ".join(codes[mine]) for mine in peers], dtype=pl.String),
        veces_referente=pl.Series(times, dtype=pl.Int64),
        puntaje_sin_referente_ratio=pl.Series(without).fill_nan(None),
    )


def _project(i: int, money: Floats, advance: Floats) -> tuple[float, Floats]:
    """The frontier at the PIM of an action, and the cheapest mixture that reaches it."""
    shares, needed = _relative(i, money, advance)
    top = _solve(-shares, needed, 1.0)
    return float(advance @ top), _solve(needed, -shares, _SLACK - float(shares @ top))


def _frontier(i: int, money: Floats, advance: Floats) -> float:
    """The frontier at the PIM of an action."""
    shares, needed = _relative(i, money, advance)
    return float(advance @ _solve(-shares, needed, 1.0))


def _relative(i: int, money: Floats, advance: Floats) -> tuple[Floats, Floats]:
    """Advance against the largest and PIM against that of an action, so that tolerances mean the same for a small one."""
    return advance / max(float(advance.max()), _TINY), money / money[i]


def _solve(objective: Floats, row: Floats, limit: float) -> Floats:
    """The shares, adding up to one, that make the objective least under one limit."""
    from scipy.optimize import linprog

    found = linprog(objective, A_ub=row[None, :], b_ub=[limit], A_eq=np.ones((1, len(row))), b_eq=[1.0], method="highs")
    shares: Floats = found.x
    return shares


def _scores_without(leader: int, money: Floats, advance: Floats) -> Floats:
    """Every score when one action is not there; NaN for itself."""
    keep = [i for i in range(len(money)) if i != leader]
    scores = np.full(len(money), np.nan)
    if keep:
        frontier = np.array([_frontier(i, money[keep], advance[keep]) for i in range(len(keep))])
        scores[keep] = _ratio(advance[keep], frontier)
    return scores


def _ratio(advance: Floats, frontier: Floats) -> Floats:
    """Advance over frontier, never above one by rounding; NaN where the frontier is zero."""
    scores: Floats = np.divide(advance, frontier, out=np.full(len(advance), np.nan), where=frontier > _TINY)
    return np.minimum(scores, 1.0).round(_DECIMALS)
