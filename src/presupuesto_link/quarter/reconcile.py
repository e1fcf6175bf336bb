"""Projections of the parts and of the whole made to agree, within what the budget allows."""

from __future__ import annotations

import numpy as np

from presupuesto_link.quarter.forecast import Array

_LEAST = 1e-12


def reconcile(parts: Array, groups: Array, belongs: Array, spread: tuple[Array, Array], ceiling: Array) -> Array:
    """The parts closest to every projection, each as far as it is usually off, that add up and keep within their limits.

    Weighted least squares with the variance of each projection (Wickramasuriya, Athanasopoulos and Hyndman, 2019, "WLS with variance
    scaling"), solved with bounds, so that no part is below zero or above what its budget leaves.

    Args:
        parts: what each part was projected to add, shape (n,).
        groups: what each group was projected to add by itself, shape (k,).
        belongs: 1 where a part is in a group, shape (k, n).
        spread: usual error of parts and of groups, same units; those of zero or NaN weigh as little as the largest.
        ceiling: the most each part can add, shape (n,).

    Returns:
        The parts, shape (n,), between 0 and `ceiling`. A group is the sum of its parts.
    """
    from scipy.optimize import lsq_linear

    scale = max(float(np.abs(parts).max(initial=0)), _LEAST)
    said = np.concatenate([parts, groups]) / scale
    error = np.concatenate(spread) / scale
    usable = np.isfinite(error) & (error > 0)
    worst = error[usable].max() if usable.any() else 1.0
    weight = 1 / np.maximum(np.where(usable, error, worst), _LEAST)
    design = np.concatenate([np.eye(len(parts)), belongs]) * weight[:, None]
    top = np.maximum(ceiling / scale, 0)
    found = lsq_linear(design, said * weight, bounds=(np.zeros(len(parts)), np.maximum(top, _LEAST)), method="bvls", tol=1e-12)
    result: Array = np.clip(found.x, 0, top) * scale
    return result
