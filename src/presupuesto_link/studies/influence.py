"""Which actions decide a regression: how far each lies, how badly it fits and what changes without it."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

Floats: TypeAlias = npt.NDArray[np.float64]
INFLUENCE = {
    "accion": pl.String,
    "ajustado_ratio": pl.Float64,
    "residuo_ratio": pl.Float64,
    "residuo_estudentizado": pl.Float64,
    "apalancamiento": pl.Float64,
    "distancia_cook": pl.Float64,
    "dffits": pl.Float64,
    "pendiente_sin_ella": pl.Float64,
    "ejecucion_parcial_ratio": pl.Float64,
    "avance_parcial_ratio": pl.Float64,
}


def of_fit(fit: Any, actions: tuple[str, ...], outcome: Floats, matrix: Floats, column: int) -> pl.DataFrame:
    """The place of each action in a least-squares fit.

    Args:
        fit: the statsmodels results; None when there is no fit.
        actions: code of each row.
        outcome: what was explained.
        matrix: what it was explained with.
        column: of the variable whose slope is followed.

    Returns:
        Key `accion`: fitted value and residual, externally studentised residual, leverage, Cook's distance (Cook 1977), DFFITS
        (Belsley, Kuh and Welsch 1980), the slope without that action, and the two residuals of the added-variable plot: what is
        left of the variable and of the outcome once the other columns are taken out. Empty when there is no fit.
    """
    if fit is None:
        return pl.DataFrame(schema=INFLUENCE)
    found = fit.get_influence()
    others = np.delete(matrix, column, axis=1)
    columns = (
        fit.fittedvalues,
        fit.resid,
        found.resid_studentized_external,
        found.hat_matrix_diag,
        found.cooks_distance[0],
        found.dffits[0],
        fit.params[column] - found.dfbeta[:, column],
        _left_over(matrix[:, column], others),
        _left_over(outcome, others),
    )
    values = dict(zip(list(INFLUENCE)[1:], columns, strict=True))
    return pl.DataFrame({"accion": list(actions), **values}, schema=INFLUENCE).fill_nan(None)


def most_influential(influence: pl.DataFrame) -> str:
    """The action with the largest Cook's distance; ties by code."""
    ordered = influence.sort("distancia_cook", "accion", descending=[True, False], nulls_last=True)
    return str(ordered["accion"][0])


def line_without(influence: pl.DataFrame, action: str) -> tuple[float, float]:
    """Height at zero and slope of the line of the added-variable plot without an action: through the middle of the others."""
    rest = influence.filter(pl.col("accion") != action)
    slope = float(influence.filter(pl.col("accion") == action)["pendiente_sin_ella"][0])
    x, y = (float(rest[name].sum()) / rest.height for name in ("ejecucion_parcial_ratio", "avance_parcial_ratio"))
    return y - slope * x, slope


def worst_fitted(influence: pl.DataFrame) -> dict[str, Any]:
    """The row of the action furthest from the line; ties by code."""
    return influence.sort(pl.col("residuo_ratio").abs(), "accion", descending=[True, False]).row(0, named=True)


def usual_limits(influence: pl.DataFrame, columns: int) -> dict[str, float]:
    """From where each diagnostic is usually looked at: 2k/n, 4/n, 2·√(k/n) and 2, with n actions and k columns."""
    n = influence.height
    return {"apalancamiento": 2 * columns / n, "distancia_cook": 4 / n, "dffits": 2 * (columns / n) ** 0.5, "residuo_estudentizado": 2.0}


def _left_over(values: Floats, columns: Floats) -> Floats:
    """What is left of some values once the columns are taken out by least squares."""
    fitted: Floats = columns @ np.linalg.lstsq(columns, values, rcond=None)[0]
    return values - fitted
