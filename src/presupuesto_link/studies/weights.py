"""Sets of weights drawn at random: any that adds up to 1, or any of those inside stated ranges.

Both are uniform: every possible set is as likely as any other. Inside ranges, all components but the one with the widest range are drawn
from their own ranges, the last one is what is missing to 1, and the draw is kept when it is inside its range too. That is exact rejection,
and it is never hopeless: once the ranges are cut to what can happen, at least 1 of each (k - 1)! draws is kept, with k components (1 of 24
with five). A walk inside the region (hit-and-run) would be only approximately uniform and needs a length that nobody can check.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import factorial

import numpy as np

from presupuesto_link.errors import Problem, SpecError

_CLOSE = 1e-9  # shares written with decimals add up to 1 only nearly


def draw_weights(ranges: Mapping[str, tuple[float, float]], draws: int, seed: int) -> np.ndarray:
    """Draw sets of weights, uniformly among those that add up to 1 inside the ranges.

    Args:
        ranges: least and most of each component, shares of the total weight. Equal ends fix a component.
        draws: how many.
        seed: of the draws; the same gives the same.

    Returns:
        Draws x components, in the order of `ranges`; each row adds up to 1.

    Raises:
        SpecError: no set of weights inside the ranges adds up to 1.
    """
    low, high = _cut(ranges)
    generator = np.random.default_rng(seed)
    left = 1 - low.sum()
    if np.all(high - low <= _CLOSE):
        return np.tile(low / low.sum(), (draws, 1))
    if np.all(high - low >= left - _CLOSE):  # only the least of each stops anything
        parts = generator.standard_exponential((draws, low.size))
        drawn: np.ndarray = low + left * parts / parts.sum(axis=1, keepdims=True)
        return drawn
    return _kept(low, high, draws, generator)


def fixed_weights(weights: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """The ranges that leave one set of weights only, brought to add up to 1."""
    total = sum(weights.values())
    return {name: (weight / total, weight / total) for name, weight in weights.items()}


def _cut(ranges: Mapping[str, tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """The ranges without the ends that no set that adds up to 1 reaches."""
    ends = np.array(list(ranges.values()), dtype=float)
    low, high = ends[:, 0], ends[:, 1]
    if np.any(low > high) or low.sum() > 1 + _CLOSE or high.sum() < 1 - _CLOSE:
        told = ", ".join(f"{name} [{least:g}, {most:g}]" for name, (least, most) in ranges.items())
        raise SpecError(
            Problem(
                "rangos de los pesos", told, "mínimos que no pasen de sus máximos, y que los pesos puedan sumar 1", "ensanche algún rango"
            )
        )
    return np.maximum(low, 1 - (high.sum() - high)), np.minimum(high, 1 - (low.sum() - low))


def _kept(low: np.ndarray, high: np.ndarray, draws: int, generator: np.random.Generator) -> np.ndarray:
    """Exact rejection: all but the widest range are drawn, and the widest takes what is left."""
    widest = int(np.argmax(high - low))
    others = np.flatnonzero((np.arange(low.size) != widest) & (high - low > _CLOSE))
    drawn, filled = np.tile(low, (draws, 1)), 0
    while filled < draws:
        size = (draws - filled) * factorial(others.size) + 64
        tried = np.tile(low, (min(size, 1 << 18), 1))
        tried[:, others] += generator.random((len(tried), others.size)) * (high - low)[others]
        tried[:, widest] = 1 - (tried.sum(axis=1) - low[widest])
        inside = (tried[:, widest] >= low[widest]) & (tried[:, widest] <= high[widest])
        some = tried[inside][: draws - filled]
        drawn[filled : filled + len(some)] = some
        filled += len(some)
    return drawn
