"""Where to write the names of a crowd of points so that none hides another: same points, same places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

_ANGLES = np.deg2rad(np.arange(90, 450, 15, dtype=float))
_RADII = np.arange(0.25, 4.6, 0.15)
_SWEEPS = 8
_OVERLAP, _CROSSES_LABEL, _ON_POINT, _CROSSES_LINE, _OVER_POINT = 200.0, 60.0, 25.0, 12.0, 3.0


@dataclass(frozen=True)
class Crowd:
    """Points to name, all in centimetres of the panel.

    Attributes:
        x, y, radius: of each point.
        width, height: of each name.
        room: width and height of the panel.
        blocked: rectangles (x0, y0, x1, y1) where nothing is written.
    """

    x: Floats
    y: Floats
    radius: Floats
    width: Floats
    height: float
    room: tuple[float, float]
    blocked: Floats


def place_labels(crowd: Crowd) -> tuple[Floats, Floats]:
    """The centre of each name, near its point and clear of names, points and leader lines.

    Greedy with sweeps: the most crowded point chooses first, then every name chooses again given the others.
    """
    order = _by_crowding(crowd)
    centre_x, centre_y = np.full(len(crowd.x), np.nan), np.full(len(crowd.x), np.nan)
    for _ in range(_SWEEPS):
        before = centre_x.copy(), centre_y.copy()
        for i in order:
            options = _options(crowd, i)
            best = int(np.argmin(_cost(crowd, i, options, centre_x, centre_y)))
            centre_x[i], centre_y[i] = options[best]
        if np.array_equal(before[0], centre_x) and np.array_equal(before[1], centre_y):
            break  # nobody moved, so nobody ever will
    return centre_x, centre_y


def spread(wanted: Floats, gap: float, low: float, high: float) -> Floats:
    """Places in the same order as `wanted` (sorted), at least `gap` apart and as near as possible to it.

    Least squares under order (pool adjacent violators), then kept between `low` and `high`; when they do not fit,
    the gap shrinks.
    """
    gap = min(gap, (high - low) / max(1, len(wanted) - 1))
    steps = np.arange(len(wanted)) * gap
    pools: list[list[float]] = []
    for value in wanted - steps:
        pools.append([float(value), 1.0])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (a, n), (b, m) = pools[-2], pools.pop()
            pools[-1] = [(a * n + b * m) / (n + m), n + m]
    flat = np.array([mean for mean, size in pools for _ in range(int(size))], float)
    ceiling = high - (len(wanted) - 1) * gap
    placed: Floats = np.clip(flat, low, max(low, ceiling)) + steps
    return placed


def leader_ends(crowd: Crowd, centre_x: Floats, centre_y: Floats) -> tuple[Floats, Floats]:
    """Where the line from each point to its name stops: at the edge of the name, or at the point if it is inside."""
    away_x, away_y = centre_x - crowd.x, centre_y - crowd.y
    with np.errstate(divide="ignore"):
        reach = np.minimum(crowd.width / 2 / np.abs(away_x), crowd.height / 2 / np.abs(away_y))
    share = np.clip(1 - reach, 0, None)
    return crowd.x + away_x * share, crowd.y + away_y * share


def _by_crowding(crowd: Crowd) -> list[int]:
    away = np.hypot(crowd.x[:, None] - crowd.x, crowd.y[:, None] - crowd.y)
    near = (away < 1.5).sum(axis=1)
    return sorted(range(len(crowd.x)), key=lambda i: (-int(near[i]), float(crowd.x[i]), i))


def _options(crowd: Crowd, i: int) -> Floats:
    """Places around a point, inside the panel."""
    reach = crowd.radius[i] + _RADII[:, None]
    x = crowd.x[i] + (reach + crowd.width[i] / 2 * np.abs(np.cos(_ANGLES))) * np.cos(_ANGLES)
    y = crowd.y[i] + (reach + crowd.height / 2 * np.abs(np.sin(_ANGLES))) * np.sin(_ANGLES)
    places = np.column_stack([x.ravel(), y.ravel()])
    half = np.array([crowd.width[i] / 2, crowd.height / 2])
    inside = ((places - half >= 0) & (places + half <= np.array(crowd.room))).all(axis=1)
    chosen: Floats = places[inside] if inside.any() else np.clip(places[:1], half, np.array(crowd.room) - half)
    return chosen


def _cost(crowd: Crowd, i: int, options: Floats, centre_x: Floats, centre_y: Floats) -> Floats:
    point = np.array([crowd.x[i], crowd.y[i]])
    own = _boxes(options[:, 0], options[:, 1], crowd.width[i], crowd.height)
    others = [j for j in range(len(crowd.x)) if j != i and not np.isnan(centre_x[j])]
    taken = _boxes(centre_x[others], centre_y[others], crowd.width[others], crowd.height)
    line: Floats = _along(point, options)
    cost: Floats = np.hypot(*(options - point).T) - crowd.radius[i]
    cost = cost + _OVERLAP * _overlaps(own, np.vstack([taken, crowd.blocked])).sum(axis=1)
    cost += _CROSSES_LABEL * _touches(line, taken).sum(axis=1)
    cost += _CROSSES_LABEL * _covered(own, crowd, others, centre_x, centre_y)
    cost += _CROSSES_LINE * _crossings(point, options, crowd, others, centre_x, centre_y)
    marks = _boxes(crowd.x, crowd.y, 2 * crowd.radius, 2 * crowd.radius)
    cost += _ON_POINT * _overlaps(own, marks).sum(axis=1)
    cost += _OVER_POINT * _touches(line, np.delete(marks, i, axis=0)).sum(axis=1)
    return cost


def _boxes(x: Floats, y: Floats, width: Any, height: Any) -> Floats:
    return np.column_stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2])


def _overlaps(a: Floats, b: Floats) -> Flags:
    """Which boxes of `a` (rows) touch which of `b` (columns)."""
    apart = (a[:, None, 2] <= b[:, 0]) | (a[:, None, 0] >= b[:, 2]) | (a[:, None, 3] <= b[:, 1])
    result: Flags = ~(apart | (a[:, None, 1] >= b[:, 3]))
    return result


def _along(start: Floats, ends: Floats, steps: int = 16) -> Floats:
    """Points along the lines from `start` to each end: shape (ends, steps, 2)."""
    t = np.linspace(0.1, 0.97, steps)[None, :, None]
    line: Floats = start + t * (ends[:, None, :] - start)
    return line


def _touches(lines: Floats, boxes: Floats) -> Flags:
    """Which lines pass over which boxes."""
    x, y = lines[:, :, None, 0], lines[:, :, None, 1]
    inside = (x > boxes[:, 0]) & (x < boxes[:, 2]) & (y > boxes[:, 1]) & (y < boxes[:, 3])
    return np.asarray(inside.any(axis=1), np.bool_)


def _covered(own: Floats, crowd: Crowd, others: list[int], centre_x: Floats, centre_y: Floats) -> Floats:
    """How many leader lines of the others each option would cover."""
    total = np.zeros(len(own))
    for j in others:
        line: Floats = _along(np.array([crowd.x[j], crowd.y[j]]), np.array([[centre_x[j], centre_y[j]]]))
        total += _touches(line, own)[0]
    return total


def _crossings(point: Floats, options: Floats, crowd: Crowd, others: list[int], centre_x: Floats, centre_y: Floats) -> Floats:
    """How many leader lines of the others each option's own line would cross."""
    total = np.zeros(len(options))
    for j in others:
        a, b = np.array([crowd.x[j], crowd.y[j]]), np.array([centre_x[j], centre_y[j]])
        apart = _side(point, options, a) != _side(point, options, b)
        total += apart & (_turn(a, b, point[None, :]) != _turn(a, b, options))
    return total


def _side(start: Floats, ends: Floats, other: Floats) -> Flags:
    """On which side of each line `start`–`ends` the other point is."""
    d, o = ends - start, other - start
    return np.asarray(d[:, 0] * o[1] - d[:, 1] * o[0] > 0, np.bool_)


def _turn(a: Floats, b: Floats, points: Floats) -> Flags:
    d, o = b - a, points - a
    return np.asarray(d[0] * o[:, 1] - d[1] * o[:, 0] > 0, np.bool_)
