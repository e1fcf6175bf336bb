"""How sure the place of each action in the ranking is, when weights and readings of the data are in doubt (SMAA-2).

SMAA-2 asks with which sets of weights an action gets each place, instead of asking for one set. Weights are drawn at random, every action is
scored and placed as `ranking.rank_actions` does, and the shares of the draws are told. References: Lahdelma, R. and Salminen, P. (2001),
SMAA-2: Stochastic Multicriteria Acceptability Analysis for Group Decision Making, Operations Research 49(3), 444-454; Tervonen, T. and
Lahdelma, R. (2007), Implementing stochastic multicriteria acceptability analysis, European Journal of Operational Research 178(2), 500-513.

A reading is one way of measuring the components: profile, ND policy, threshold. Every reading is looked at with the same draws and counts
with its probability, so that readings are compared without sampling noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.matrices.ranking import COMPONENTS, LAGGING, NO_DATA, ON_TARGET, TIE_DECIMALS
from presupuesto_link.matrices.weights import draw_weights

LOW, MIDDLE, HIGH = 0.05, 0.50, 0.95
"""The quantiles of the interval of places, and its middle."""
NEVER_FIRST = "ningún sorteo la pone primera"
_CHUNK = 2048  # draws looked at together: their scores stay in the cache of the processor


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
class Acceptability:
    """What the draws say. Shares are of draws and readings together, from 0 to 1.

    Attributes:
        acciones: key `accion`, in order: `primeros_ratio` (among the first `primeros`), `primeros_error` (standard error of sampling, at
            most), `primera_ratio`, `confianza_ratio` (first with its own central weights; null when never first), `rezagada_ratio` (has a
            place), `sin_dato_ratio`, `en_meta_ratio` (these three add up to 1); and, given that it has a place, `puesto_esperado`,
            `puesto_bajo`, `puesto_mediano` and `puesto_alto` (quantiles 0.05, 0.50 and 0.95), null when it never has one.
        puestos: key `accion, puesto`, the actions that ever have a place by all places there are: `aceptabilidad_ratio`. Those of an action
            add up to its `rezagada_ratio`; ties share the lower place, as in the ranking.
        centrales: key `accion, componente`, the same actions: `peso_central_ratio`, the mean weights with which the action is first (they
            add up to 1), and `motivo`, why there are none.
        parejas: key `accion, otra`, every ordered pair that ever has a place together: `ambas_ratio`, how often they do, and, given that,
            `gana_ratio` (it is more lagging than the other) and `empata_ratio`.
        sorteos, semilla, primeros: what was asked.
        error_maximo: the standard error of sampling of any share here, at most.
    """

    acciones: pl.DataFrame
    puestos: pl.DataFrame
    centrales: pl.DataFrame
    parejas: pl.DataFrame
    sorteos: int
    semilla: int
    primeros: int
    error_maximo: float


def measure_acceptability(
    readings: Sequence[Reading], ranges: Mapping[str, tuple[float, float]], draws: int, seed: int, first: int = 10
) -> Acceptability:
    """Draw weights and tell how often each action has each place.

    Args:
        readings: one or more, of the same actions; their probabilities are brought to add up to 1.
        ranges: least and most weight of each component, all of them; see `weights.draw_weights`.
        draws: how many sets of weights.
        seed: of the draws.
        first: how many places form the list that is decided.

    Raises:
        SpecError: there are no draws or readings, readings are of different actions, or no set of weights is inside the ranges.
    """
    _check(readings, ranges, draws, first)
    weights = draw_weights({name: ranges[name] for name in COMPONENTS}, draws, seed)
    parts = _parts(readings)
    counts = _counted(parts, weights)
    return _told(parts, counts, draws, seed, first)


def _check(readings: Sequence[Reading], ranges: Mapping[str, object], draws: int, first: int) -> None:
    """Refuse what makes no sense to ask."""
    names = {frozenset(reading.acciones["accion"]) for reading in readings}
    shares = [reading.probabilidad for reading in readings]
    strange = sorted(set(ranges) ^ set(COMPONENTS))
    checks = [
        (draws < 1, "sorteos", str(draws), "uno o más", "pida más sorteos"),
        (first < 1, "primeros", str(first), "uno o más", "pida una lista más larga"),
        (
            min(shares, default=0) < 0 or sum(shares) <= 0,
            "probabilidad de las lecturas",
            ", ".join(f"{share:g}" for share in shares) or "ninguna lectura",
            "al menos una lectura, con probabilidades que no sean negativas y sumen más que cero",
            "corrija las lecturas",
        ),
        (
            len(names) > 1,
            "lecturas",
            "acciones distintas de una lectura a otra",
            "las mismas acciones en todas",
            "arme todas las lecturas con el mismo plan",
        ),
        (
            bool(strange),
            "rangos de los pesos",
            f"faltan o sobran: {', '.join(strange)}",
            f"un rango por componente: {', '.join(COMPONENTS)}",
            "corrija los nombres",
        ),
    ]
    if problems := [Problem(*told) for wrong, *told in checks if wrong]:
        raise SpecError(*problems)


@dataclass(frozen=True)
class _Part:
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


def _parts(readings: Sequence[Reading]) -> list[_Part]:
    total = sum(reading.probabilidad for reading in readings)
    parts = []
    for reading in readings:
        table = reading.acciones.sort("accion")
        groups = table.select(
            (pl.col("grupo") == name).alias(name) for name in (LAGGING, NO_DATA, ON_TARGET)
        ).to_numpy()
        lagging = np.flatnonzero(groups[:, 0])
        values = table.select(pl.col(COMPONENTS).cast(pl.Float64)).to_numpy()[lagging]
        known = ~np.isnan(values)
        parts.append(
            _Part(
                reading.probabilidad / total,
                groups,
                lagging,
                np.where(known, values, 0.0),
                known,
                tuple(table["accion"]),
            )
        )
    return parts


def _scores(part: _Part, weights: np.ndarray) -> np.ndarray:
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
class _Counts:
    """Shares of draws and readings: actions x places (0 first: without score), actions x actions, and actions x components."""

    places: np.ndarray
    wins: np.ndarray
    together: np.ndarray
    weights: np.ndarray

    @classmethod
    def none(cls, size: int) -> _Counts:
        return cls(
            np.zeros((size, size + 1)),
            np.zeros((size, size)),
            np.zeros((size, size)),
            np.zeros((size, len(COMPONENTS))),
        )


def _counted(parts: Sequence[_Part], weights: np.ndarray) -> _Counts:
    """What every reading says of every draw, each with the probability of its reading."""
    counts = _Counts.none(len(parts[0].actions))
    for part in parts:
        own, share, size = _count(part, weights), part.probability / len(weights), part.lagging.size
        both = np.ix_(part.lagging, part.lagging)
        counts.places[part.lagging, : size + 1] += own.places * share
        counts.wins[both] += own.wins * share
        counts.together[both] += own.together * share
        counts.weights[part.lagging] += own.weights * share
    return counts


def _count(part: _Part, weights: np.ndarray) -> _Counts:
    """The draws of one reading, looked at a few thousand at a time."""
    size = part.lagging.size
    counts = _Counts.none(size)
    row = np.arange(size)[:, None] * (size + 1)
    for start in range(0, len(weights), _CHUNK):
        chunk = weights[start : start + _CHUNK]
        places, wins = _placed(_scores(part, chunk))
        counts.wins[...] += wins
        counts.places[...] += np.bincount((places + row).ravel(), minlength=size * (size + 1)).reshape(size, size + 1)
        scored = (places > 0).astype(float)
        counts.together[...] += scored @ scored.T
        counts.weights[...] += (places == 1).astype(float) @ chunk
    return counts


def _told(parts: Sequence[_Part], counts: _Counts, draws: int, seed: int, first: int) -> Acceptability:
    """The counts as tables."""
    actions, most = list(parts[0].actions), max(part.lagging.size for part in parts)
    ever = np.flatnonzero(counts.places[:, 1:].sum(axis=1) > 0)
    central = _central(counts)
    return Acceptability(
        _per_action(parts, counts, central, draws, first),
        _per_place([actions[i] for i in ever.tolist()], counts.places[ever, 1 : most + 1]),
        _per_component([actions[i] for i in ever.tolist()], central[ever]),
        _per_pair(actions, counts),
        draws,
        seed,
        first,
        0.5 / float(np.sqrt(draws)),
    )


def _central(counts: _Counts) -> np.ndarray:
    """Actions x components: mean weights with which each is first; not a number when it never is."""
    central = np.full_like(counts.weights, np.nan)
    np.divide(counts.weights, counts.places[:, 1:2], out=central, where=counts.places[:, 1:2] > 0)
    return central


def _confidence(parts: Sequence[_Part], central: np.ndarray) -> np.ndarray:
    """How probable it is that each action is first with its own central weights; not a number when it has none."""
    sure = np.where(np.isnan(central[:, 0]), np.nan, 0.0)
    for part in parts:
        own = np.flatnonzero(~np.isnan(central[part.lagging, 0]))
        if own.size:
            places = _placed(_scores(part, central[part.lagging[own]]))[0]
            sure[part.lagging[own]] += part.probability * (places[own, np.arange(own.size)] == 1)
    return sure


def _per_action(parts: Sequence[_Part], counts: _Counts, central: np.ndarray, draws: int, first: int) -> pl.DataFrame:
    places = counts.places[:, 1:]
    groups = sum((part.groups * part.probability for part in parts), np.zeros((len(places), 3)))
    lagging = groups[:, 0] - counts.places[:, 0]
    among = places[:, :first].sum(axis=1).clip(0, 1)
    given = np.full_like(places, np.nan)
    np.divide(places, lagging[:, None], out=given, where=lagging[:, None] > 0)
    cumulated = given.cumsum(axis=1)
    quantiles = {name: _quantile(cumulated, share) for name, share in (("puesto_bajo", LOW), ("puesto_mediano", MIDDLE), ("puesto_alto", HIGH))}  # fmt: skip
    table = pl.DataFrame({
        "accion": parts[0].actions, "primeros_ratio": among, "primeros_error": np.sqrt(among * (1 - among) / draws),
        "primera_ratio": places[:, 0], "confianza_ratio": _confidence(parts, central), "rezagada_ratio": lagging,
        "sin_dato_ratio": groups[:, 1] + counts.places[:, 0], "en_meta_ratio": groups[:, 2],
        "puesto_esperado": given @ np.arange(1, len(places) + 1), **quantiles,
    })  # fmt: skip
    return table.with_columns(pl.selectors.float().fill_nan(None)).with_columns(pl.col(quantiles.keys()).cast(pl.Int64))


def _quantile(cumulated: np.ndarray, share: float) -> np.ndarray:
    """The first place by which that share of the draws is reached; not a number without any place."""
    reached = np.argmax(cumulated >= share - 1e-12, axis=1) + 1.0
    return np.where(np.isnan(cumulated[:, 0]), np.nan, reached)


def _per_place(actions: Sequence[str], places: np.ndarray) -> pl.DataFrame:
    count, most = places.shape
    return pl.DataFrame({
        "accion": np.repeat(np.array(actions, dtype=object), most).tolist(), "puesto": np.tile(np.arange(1, most + 1), count),
        "aceptabilidad_ratio": places.ravel(),
    }, schema={"accion": pl.String, "puesto": pl.Int64, "aceptabilidad_ratio": pl.Float64})  # fmt: skip


def _per_component(actions: Sequence[str], central: np.ndarray) -> pl.DataFrame:
    flat = pl.Series(central.ravel(), dtype=pl.Float64).fill_nan(None)
    return pl.DataFrame({
        "accion": [action for action in actions for _ in COMPONENTS], "componente": list(COMPONENTS) * len(actions), "peso_central_ratio": flat,
    }, schema={"accion": pl.String, "componente": pl.String, "peso_central_ratio": pl.Float64}).with_columns(
        motivo=pl.when(pl.col("peso_central_ratio").is_null()).then(pl.lit(NEVER_FIRST))
    )  # fmt: skip


def _per_pair(actions: Sequence[str], counts: _Counts) -> pl.DataFrame:
    one, other = np.nonzero(counts.together * ~np.eye(len(actions), dtype=bool))
    both, wins, losses = counts.together[one, other], counts.wins[one, other], counts.wins[other, one]
    return pl.DataFrame({
        "accion": [actions[i] for i in one.tolist()], "otra": [actions[j] for j in other.tolist()], "ambas_ratio": both,
        "gana_ratio": wins / both, "empata_ratio": ((both - wins - losses) / both).clip(0, 1),
    }, schema={"accion": pl.String, "otra": pl.String, "ambas_ratio": pl.Float64, "gana_ratio": pl.Float64, "empata_ratio": pl.Float64})  # fmt: skip
