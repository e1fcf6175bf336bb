"""What a sol over each arc counts: objectives, ties and comparisons use the same."""

from __future__ import annotations

import numpy as np
import polars as pl

from presupuesto_link.scenarios.problem import ReallocationProblem


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
