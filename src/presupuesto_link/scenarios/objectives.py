"""What a scenario seeks: one object per objective, with its name, its unit, its terms and what it asks of the rest.

A new objective is a class here, in `OBJECTIVES`, and its name in the list of `specs.ObjetivoSpec.tipo`. Every formula is minimised, so what is
sought has a minus sign.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

import numpy as np
import polars as pl

from presupuesto_link.scenarios.costs import distance_cost, priority_cost
from presupuesto_link.scenarios.fairness import fair_floors, with_floors
from presupuesto_link.scenarios.model import Model, with_columns, with_rows
from presupuesto_link.scenarios.problem import ReallocationProblem
from presupuesto_link.specs import EscenarioSpec


class Objective(ABC):
    """What is sought.

    Attributes:
        name: as the scenario writes it.
        unit: what its value is measured in.
        less_is_better: whether its value is a cost; of a cost, moving nothing is the best.
        by_place: whether the unit and the programme of each bag count, so that only bags that share them are put together.
        unable: when an action cannot receive under it, and why.
    """

    name = ""
    unit = ""
    less_is_better = False
    by_place = False
    unable: tuple[tuple[pl.Expr, str], ...] = ()

    def floors(self, problem: ReallocationProblem, model: Model) -> np.ndarray | None:
        """What has to be known of the limits before `aimed`; null when nothing has to."""
        return None

    @abstractmethod
    def aimed(self, problem: ReallocationProblem, model: Model, floors: np.ndarray | None = None) -> Model:
        """The model with this objective; some need columns or rows of their own.

        Args:
            problem: the problem.
            model: its limits.
            floors: see `floors`, when they are already known.
        """

    @abstractmethod
    def value_of(self, problem: ReallocationProblem, amounts: np.ndarray) -> float:
        """The objective of some amounts, as it is told."""

    def worded(self, value: float) -> float:
        """What the model minimises as it is told: what is maximised loses its minus sign."""
        return value if self.less_is_better else -value

    def gain(self, value: float, before: float) -> float:
        """How much better a value is than another."""
        return before - value if self.less_is_better else value - before


class PerSol(Objective):
    """An objective that adds up a cost per sol of each arc."""

    @abstractmethod
    def cost(self, problem: ReallocationProblem) -> np.ndarray:
        """What a sol over each arc costs."""

    def aimed(self, problem: ReallocationProblem, model: Model, floors: np.ndarray | None = None) -> Model:
        """The costs of the arcs; no other column has any."""
        return replace(model, cost=np.concatenate([self.cost(problem), np.zeros(model.cost.size - model.arcs)]))

    def value_of(self, problem: ReallocationProblem, amounts: np.ndarray) -> float:
        """The cost of the amounts, or what they gain."""
        cost = self.cost(problem)
        return float((cost if self.less_is_better else -cost) @ amounts)


class Priority(PerSol):
    """Max Σ w·a·x: the score of the receiver by the share of the money it can absorb."""

    name = "prioridad"
    unit = "puntaje × soles absorbidos"

    def cost(self, problem: ReallocationProblem) -> np.ndarray:
        """-(priority x absorption) of the receiver of each arc."""
        return priority_cost(problem)


class Gaps(Objective):
    """Max Σ g·a·s_k·y_k: the gap of the receiver (1 - advance) with steps k of its PIM in which each sol counts s_k <= s_(k-1).

    A concave response is an assumption of the scenario, not something measured.
    """

    name = "brechas"
    unit = "brecha × soles absorbidos, con rendimientos decrecientes"
    unable = ((pl.col("avance_ratio").is_null(), "sin avance medido no hay brecha que cerrar"),)

    def aimed(self, problem: ReallocationProblem, model: Model, floors: np.ndarray | None = None) -> Model:
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

    def value_of(self, problem: ReallocationProblem, amounts: np.ndarray) -> float:
        """What the soles received count, each in its step."""
        room, worth = _steps(problem)
        received = np.bincount(problem.receiver_action, amounts.astype(float), minlength=room.shape[0])
        filled = np.clip(received[:, None] - np.cumsum(room, axis=1) + room, 0, room)
        return float((filled * worth).sum())


class LeastMovement(PerSol):
    """Min Σ d·x: each sol by how far it travels: same programme, another programme, another unit."""

    name = "mínimo movimiento"
    unit = "soles × distancia"
    less_is_better = True
    by_place = True

    def cost(self, problem: ReallocationProblem) -> np.ndarray:
        """How far a sol of each arc travels."""
        return distance_cost(problem)


class Fairness(Priority):
    """The fairest distribution among objectives (`scenarios.fairness`); priority decides what is left."""

    name = "equidad"
    unit = "puntaje × soles absorbidos, una vez repartido con equidad"

    def floors(self, problem: ReallocationProblem, model: Model) -> np.ndarray:
        """What each objective receives at least."""
        return fair_floors(problem, model)

    def aimed(self, problem: ReallocationProblem, model: Model, floors: np.ndarray | None = None) -> Model:
        """Priority above the floors."""
        fair = with_floors(problem, model, self.floors(problem, model) if floors is None else floors)
        return super().aimed(problem, fair)


OBJECTIVES: dict[str, Objective] = {objective.name: objective for objective in (Priority(), Gaps(), LeastMovement(), Fairness())}


def objective_of(spec: EscenarioSpec) -> Objective:
    """What a scenario seeks."""
    return OBJECTIVES[spec.objetivo.tipo]


def _steps(problem: ReallocationProblem) -> tuple[np.ndarray, np.ndarray]:
    """Receiver x step: how many soles the step holds, and what each of them counts."""
    actions, steps = problem.receivers.acciones, problem.spec.objetivo.tramos
    pim = actions["pim_soles"].cast(pl.Float64).to_numpy()
    edges = np.floor(np.outer(pim, [0.0, *(step.hasta_pim_ratio for step in steps)]) + 1e-6)
    gain = actions["brecha_ratio"].to_numpy() * actions["absorcion_ratio"].to_numpy()
    return np.diff(edges, axis=1), np.outer(gain, [step.rendimiento for step in steps])
