"""Ways of projecting the months that are left of a year, for many series at once.

Every method takes the complete past years of each series and the months of the current one, and gives the flows of the
remaining months. Honest baselines come first; the statistical models have to beat them in the backtest to be used.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from presupuesto_link.specs import Method
from presupuesto_link.vocabulary import DECEMBER

Array = npt.NDArray[np.float64]
Tick = Callable[[], None]
MODELS: tuple[Method, ...] = ("ETS", "componentes no observados")
YEARS_FOR_MODEL = 2


def project(method: Method, past: Array, current: Array, tick: Tick = lambda: None) -> Array:
    """The flows of the months that are left.

    Args:
        method: one of `specs.METHODS`.
        past: complete years, shape (series, years, 12).
        current: months so far, shape (series, m), 1 ≤ m ≤ 11.
        tick: called once per series by the methods that fit one model each.

    Returns:
        Shape (series, 12 − m); NaN where the method cannot say anything: no year to look at, fewer than `YEARS_FOR_MODEL`, or a
        model that does not converge.
    """
    years = past.shape[1]
    if method == "lineal":
        return _even(current)
    if years == 0 or (method in MODELS and years < YEARS_FOR_MODEL):
        return np.full((current.shape[0], DECEMBER - current.shape[1]), np.nan)
    if method in MODELS:
        fit = _ets if method == "ETS" else _components
        return _one_by_one(fit, past, current, tick)
    return _by_share(past[:, -1:] if method == "parte del año anterior" else past, current)


def _even(current: Array) -> Array:
    """What is accrued so far, spread over every month."""
    months = current.shape[1]
    return np.repeat(current.mean(axis=1)[:, None], DECEMBER - months, axis=1)


def _by_share(past: Array, current: Array) -> Array:
    """The accrual so far grown as the past years grew from the same month to December; every year weighs the same.

    A series with nothing accrued so far, now or in those years, has no share to grow by: it gets the mean of the months of those years.
    """
    month = current.shape[1]
    totals = past.sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = past / totals[:, :, None]
    known = np.where(totals[:, :, None] > 0, shares, np.nan)
    counted = np.isfinite(known[:, :, 0]).sum(axis=1)
    mean = np.divide(np.nansum(known, axis=1), counted[:, None], out=np.zeros((past.shape[0], DECEMBER)), where=counted[:, None] > 0)
    so_far, before = current.sum(axis=1), mean[:, :month].sum(axis=1)
    usable = (so_far > 0) & (before > 0)
    factor = np.divide(so_far, before, out=np.zeros_like(so_far), where=usable)
    grown: Array = np.where(usable[:, None], mean[:, month:] * factor[:, None], past[:, :, month:].mean(axis=1))
    return grown


def _one_by_one(fit: Callable[[Array, int], Array], past: Array, current: Array, tick: Tick) -> Array:
    left = DECEMBER - current.shape[1]
    series = np.concatenate([past.reshape(past.shape[0], -1), current], axis=1)
    out = np.full((len(series), left), np.nan)
    for n, values in enumerate(series):
        out[n] = _modelled(fit, values, left)
        tick()
    return out


def _modelled(fit: Callable[[Array, int], Array], values: Array, left: int) -> Array:
    """Fit on the logarithm when every month moves, so that a season is a proportion; on the amounts when some month does not."""
    scale = np.abs(values).mean()
    if not scale > 0:
        return np.full(left, np.nan)
    import statsmodels.tools.sm_exceptions  # noqa: F401 - it asks for its warnings to be shown, so it goes before they are silenced

    plain = values / scale
    logs = bool((plain > 0).all())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = fit(np.log(plain) if logs else plain, left)
        except (ValueError, FloatingPointError, np.linalg.LinAlgError):
            return np.full(left, np.nan)
    result: Array = (np.exp(found) if logs else found) * scale
    return result if np.isfinite(result).all() else np.full(left, np.nan)


def _ets(values: Array, left: int) -> Array:
    """Additive errors and seasonality, no trend (Hyndman et al., 2008)."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    model: Any = ETSModel(values, error="add", trend=None, seasonal="add", seasonal_periods=DECEMBER, initialization_method="heuristic")
    fitted: Array = np.asarray(model.fit(disp=False, maxiter=200).forecast(left))
    return fitted


def _components(values: Array, left: int) -> Array:
    """Local level and fixed monthly seasonality (Harvey, 1989)."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    model: Any = UnobservedComponents(values, level="llevel", seasonal=DECEMBER, stochastic_seasonal=False)
    fitted: Array = np.asarray(model.fit(disp=False, maxiter=100).forecast(left))
    return fitted
