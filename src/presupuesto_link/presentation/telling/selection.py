"""The part of an analysis that page, figures and summary show."""

from __future__ import annotations

import polars as pl

from presupuesto_link.errors import InfeasibleScenarioError
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.scenarios.compare import Scenario


def of_profile(analysis: Evaluation, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of the analysis' own profile; the other profiles are only in the tables."""
    return frame.filter(pl.col("perfil") == analysis.inputs.spec.avance.perfil)


def binding_limits(scenario: Scenario) -> pl.DataFrame:
    """The limits that really stop the scenario from moving more."""
    return scenario.restricciones.filter(pl.col("frena"))


def reached_limits(scenario: Scenario) -> pl.DataFrame:
    """The limits that are reached without stopping anything: with more room, nothing else would move."""
    return scenario.restricciones.filter(pl.col("activa") & ~pl.col("frena"))


def unsolved_reason(error: InfeasibleScenarioError) -> str:
    """Why a scenario has no solution, in one sentence without its full stop."""
    return "; ".join(f"{problem.found}, y se esperaba {problem.expected}" for problem in error.problems)
