"""How many draws of weights give each place: the arrays under `acceptability`.

Places come from counting who is above, action by action, and not from sorting: the same pass gives the ties and every pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from presupuesto_link.evaluation.ranking import COMPONENTS, LAGGING, NO_DATA, ON_TARGET, TIE_DECIMALS

_CHUNK = 2048  # draws looked at together: their scores stay in the cache of the processor
_SHARE_DECIMALS = 12  # shares add up thousandths of readings: what is beyond is not of the draws


@dataclass(frozen=True)
class Reading:
    """One way of measuring the actions.

    Attributes:
        nombre: what tells it from the others.
        acciones: key `accion`: `grupo` (rezagada, prioridad de dato or en meta) and the components, each in [0, 1] or null.
        probabilidad: how much it counts.
    """

    nombre: str
    acciones: pl.DataFrame
    probabilidad: float = 1.0


@dataclass(frozen=True)
class Part:
    """A reading as arrays.

    Attributes:
        probability: share of all readings.
        groups: actions x (rezagada, prioridad de dato, en meta), true in one of them.
        lagging: which actions may have a place, in order of code.
        values, known: lagging actions x components; a missing value is 0 and not known.
    """

    probability: float
    groups: np.ndarray
    lagging: np.ndarray
    values: np.ndarray
    known: np.ndarray
    actions: tuple[str, ...]


def parts_of(readings: Sequence[Reading]) -> list[Part]:
    """The readings as arrays, their actions in order of code."""
    total = sum(reading.probabilidad for reading in readings)
    parts = []
    for reading in readings:
        table = reading.acciones.sort("accion")
        groups = table.select((pl.col("grupo") == name).alias(name) for name in (LAGGING, NO_DATA, ON_TARGET)).to_numpy()
        lagging = np.flatnonzero(groups[:, 0])
        values = table.select(pl.col(COMPONENTS).cast(pl.Float64)).to_numpy()[lagging]
        known = ~np.isnan(values)
        parts.append(Part(reading.probabilidad / total, groups, lagging, np.where(known, values, 0.0), known, tuple(table["accion"])))
    return parts


def _scores(part: Part, weights: np.ndarray) -> np.ndarray:
    """Lagging actions x draws: sum(w·c) / sum(w) over the components with data; not a number when none of them weighs.

    Added up component by component, and not as a product of matrices, so that equal actions have the same score to the last bit.
    """
    size = (part.lagging.size, len(weights))
    added, weighed = np.zeros(size), np.zeros(size)
    for k, weight in enumerate(weights.T):
        added += part.values[:, k, None] * weight
        weighed += part.known[:, k, None] * weight
    score = np.full(size, np.nan)
    np.divide(added, weighed, out=score, where=weighed > 0)
    return score.round(TIE_DECIMALS, out=score)


def _placed(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places (0 without score), and in how many draws each action (row) is more lagging than each other (column)."""
    size = len(scores)
    places = np.ones(scores.shape, dtype=np.uint8 if size < 255 else np.uint16)
    wins = np.zeros((size, size))
    for i, own in enumerate(scores):
        above = own > scores
        places += above.view(np.uint8)
        wins[i] = np.count_nonzero(above, axis=1)
    places[np.isnan(scores)] = 0
    return places, wins


@dataclass(frozen=True)
class Counts:
    """How much happens, in draws or in shares of draws and readings.

    Attributes:
        groups: actions x (rezagada, prioridad de dato, en meta), as the readings say.
        places: actions x places, from 0 (lagging, but none of its components weighs) on.
        wins: actions x actions: the one of the row is more lagging than that of the column.
        together: actions x actions: both have a place.
        weights: actions x components: the weights with which it is first, added up.
    """

    groups: np.ndarray
    places: np.ndarray
    wins: np.ndarray
    together: np.ndarray
    weights: np.ndarray

    @classmethod
    def none(cls, size: int) -> Counts:
        """Nothing counted yet."""
        return cls(
            np.zeros((size, 3)),
            np.zeros((size, size + 1)),
            np.zeros((size, size)),
            np.zeros((size, size)),
            np.zeros((size, len(COMPONENTS))),
        )


def count_draws(parts: Sequence[Part], weights: np.ndarray) -> Counts:
    """What every reading says of every draw, each with the probability of its reading."""
    counts = Counts.none(len(parts[0].actions))
    for part in parts:
        own, share, size = _count(part, weights), part.probability / len(weights), part.lagging.size
        both = np.ix_(part.lagging, part.lagging)
        counts.places[part.lagging, : size + 1] += own.places * share
        counts.wins[both] += own.wins * share
        counts.together[both] += own.together * share
        counts.weights[part.lagging] += own.weights * share
        counts.groups[...] += part.groups * part.probability
    return replace(counts, groups=clean(counts.groups), places=clean(counts.places))


def clean(shares: np.ndarray) -> np.ndarray:
    """Shares without the dust of adding them up, so that all is 1 and none is 0."""
    return shares.round(_SHARE_DECIMALS) + 0.0


def _count(part: Part, weights: np.ndarray) -> Counts:
    """The draws of one reading, looked at a few thousand at a time."""
    size = part.lagging.size
    counts = Counts.none(size)
    row = np.arange(size)[:, None] * (size + 1)
    for start in range(0, len(weights), _CHUNK):
        chunk = weights[start : start + _CHUNK]
        places, wins = _placed(_scores(part, chunk))
        counts.wins[...] += wins
        counts.places[...] += np.bincount((places + row).ravel(), minlength=size * (size + 1)).reshape(size, size + 1)
        if places.all():
            counts.together[...] += len(chunk)
        else:
            scored = (places > 0).astype(float)
            counts.together[...] += scored @ scored.T
        counts.weights[...] += (places == 1).astype(float) @ chunk
    return counts


def central_weights(counts: Counts) -> np.ndarray:
    """Actions x components: mean weights with which each is first; not a number when it never is."""
    central = np.full_like(counts.weights, np.nan)
    np.divide(counts.weights, counts.places[:, 1:2], out=central, where=counts.places[:, 1:2] > 0)
    return central


def confidence(parts: Sequence[Part], central: np.ndarray) -> np.ndarray:
    """How probable it is that each action is first with its own central weights; not a number when it has none."""
    sure = np.where(np.isnan(central[:, 0]), np.nan, 0.0)
    for part in parts:
        own = np.flatnonzero(~np.isnan(central[part.lagging, 0]))
        if own.size:
            places = _placed(_scores(part, central[part.lagging[own]]))[0]
            sure[part.lagging[own]] += part.probability * (places[own, np.arange(own.size)] == 1)
    return clean(sure)
