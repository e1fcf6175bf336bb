"""Execution beside advance when there is more than one year of both: the same action followed through time."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from presupuesto_link.specs import AsociacionSpec
from presupuesto_link.studies.correlation import ACTIONS, ESTIMATES, EXECUTION, LEAST, SIZE, YEARS, Estimate, choose_sample

Floats: TypeAlias = npt.NDArray[np.float64]
_LEAST_YEARS = 2


def measure_panel(observations: pl.DataFrame, spec: AsociacionSpec) -> pl.DataFrame:
    """How advance goes with execution over several years.

    * `panel_con_anios`: least squares with an intercept per year: compares actions within each year;
    * `panel_con_anios_y_aer`: with an intercept per action as well: compares each action with itself in other years, so what does
      not change in an action does not count. Only actions with two years or more.

    Both hold the PIM constant when the analysis does, and their covariance is clustered by action (Student's t with one degree of
    freedom less than actions).

    Args:
        observations: key `accion, anio`: the columns `measure_association` asks for; `anio` is that of the execution.
        spec: what is held constant and the confidence.

    Returns:
        Key `estimador`: the columns of `Association.estimaciones`; null with its `motivo` when it cannot be had.
    """
    used = choose_sample(observations).filter(pl.col("motivo").is_null()).drop("motivo").sort("accion", "anio")
    repeated = used.filter(pl.len().over("accion") >= _LEAST_YEARS)
    rows = [_fit(used, YEARS, ["anio"], spec), _fit(repeated, ACTIONS, ["anio", "accion"], spec)]
    if used["anio"].n_unique() < _LEAST_YEARS:
        reason = f"hay ejecución y avance de {_years(used)}; el panel pide dos o más"
        rows = [Estimate(row.estimador, EXECUTION, row.n, motivo=reason) for row in rows]
    return pl.DataFrame([asdict(row) for row in rows], schema=ESTIMATES)


def _years(used: pl.DataFrame) -> str:
    years = used["anio"].unique().sort().to_list()
    return f"un solo año ({years[0]})" if years else "ningún año"


def _fit(rows: pl.DataFrame, name: str, intercepts: list[str], spec: AsociacionSpec) -> Estimate:
    """The coefficient of execution with those intercepts."""
    empty = Estimate(name, EXECUTION, rows.height)
    matrix = _matrix(rows, intercepts, spec) if rows.height else np.empty((0, 1))
    if reason := _why_not(rows, matrix):
        return replace(empty, motivo=reason)
    fit = _clustered(rows["avance_ratio"].to_numpy(), matrix, rows["accion"])
    low, high = fit.conf_int(alpha=1 - spec.confianza)[0]
    return replace(empty, estimacion=float(fit.params[0]), inferior=float(low), superior=float(high), p=float(fit.pvalues[0]))


def _clustered(outcome: Floats, matrix: Floats, actions: pl.Series) -> Any:
    from statsmodels.regression.linear_model import OLS

    groups = actions.rank("dense").to_numpy().astype(int)
    return OLS(outcome, matrix).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)


def _matrix(rows: pl.DataFrame, intercepts: list[str], spec: AsociacionSpec) -> Floats:
    """Execution first, then the PIM, a constant and one column per value of each intercept but its first."""
    columns = {EXECUTION: rows["ejecucion_ratio"].to_numpy()}
    if "pim" in spec.controles:
        columns[SIZE] = np.log10(rows["pim_soles"].cast(pl.Float64).to_numpy())
    columns["constante"] = np.ones(rows.height)
    for key in intercepts:
        for value in rows[key].unique().sort()[1:]:
            columns[f"{key} {value}"] = (rows[key] == value).cast(pl.Float64).to_numpy()
    return np.column_stack(list(columns.values()))


def _why_not(rows: pl.DataFrame, matrix: Floats) -> str | None:
    """Why these rows give no coefficient of execution."""
    if (actions := rows["accion"].n_unique()) < LEAST:
        return f"sólo {actions} acciones con los años que hacen falta; se piden {LEAST}"
    if np.ptp(rows["avance_ratio"].to_numpy()) == 0:
        return "todos los avances son iguales"
    if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        return "la ejecución varía demasiado poco para separarla de lo que se mantiene constante"
    return None
