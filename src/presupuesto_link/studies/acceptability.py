"""How sure the place of each action in the ranking is, when weights and readings of the data are in doubt (SMAA-2).

SMAA-2 asks with which sets of weights an action gets each place, instead of asking for one set. Weights are drawn at random, every action is
scored and placed as `evaluation.ranking.rank_actions` does, and the shares of the draws are told. References: Lahdelma, R. and Salminen, P. (2001),
SMAA-2: Stochastic Multicriteria Acceptability Evaluation for Group Decision Making, Operations Research 49(3), 444-454; Tervonen, T. and
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
from presupuesto_link.evaluation.ranking import COMPONENTS
from presupuesto_link.studies.counting import Counts, Part, Reading, central_weights, clean, confidence, count_draws, parts_of
from presupuesto_link.studies.weights import draw_weights

LOW, MIDDLE, HIGH = 0.05, 0.50, 0.95
"""The quantiles of the interval of places, and its middle."""
NEVER_FIRST = "ningún sorteo la pone primera"


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
    parts = parts_of(readings)
    counts = count_draws(parts, weights)
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


def _told(parts: Sequence[Part], counts: Counts, draws: int, seed: int, first: int) -> Acceptability:
    """The counts as tables."""
    actions, most = list(parts[0].actions), max(part.lagging.size for part in parts)
    ever = np.flatnonzero(counts.groups[:, 0] > counts.places[:, 0])
    central = central_weights(counts)
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


def _per_action(parts: Sequence[Part], counts: Counts, central: np.ndarray, draws: int, first: int) -> pl.DataFrame:
    places = counts.places[:, 1:]
    lagging = counts.groups[:, 0] - counts.places[:, 0]
    among = clean(places[:, :first].sum(axis=1)).clip(0, 1)
    given = np.full_like(places, np.nan)
    np.divide(places, lagging[:, None], out=given, where=lagging[:, None] > 0)
    cumulated = given.cumsum(axis=1)
    quantiles = {
        name: _quantile(cumulated, share) for name, share in (("puesto_bajo", LOW), ("puesto_mediano", MIDDLE), ("puesto_alto", HIGH))
    }
    table = pl.DataFrame(
        {
            "accion": parts[0].actions,
            "primeros_ratio": among,
            "primeros_error": np.sqrt(among * (1 - among) / draws),
            "primera_ratio": places[:, 0],
            "confianza_ratio": confidence(parts, central),
            "rezagada_ratio": lagging,
            "sin_dato_ratio": counts.groups[:, 1] + counts.places[:, 0],
            "en_meta_ratio": counts.groups[:, 2],
            "puesto_esperado": given @ np.arange(1, len(places) + 1),
            **quantiles,
        }
    )
    return table.with_columns(pl.selectors.float().fill_nan(None)).with_columns(pl.col(quantiles.keys()).cast(pl.Int64))


def _quantile(cumulated: np.ndarray, share: float) -> np.ndarray:
    """The first place by which that share of the draws is reached; not a number without any place."""
    reached = np.argmax(cumulated >= share - 1e-12, axis=1) + 1.0
    return np.where(np.isnan(cumulated[:, 0]), np.nan, reached)


def _per_place(actions: Sequence[str], places: np.ndarray) -> pl.DataFrame:
    count, most = places.shape
    return pl.DataFrame(
        {
            "accion": [action for action in actions for _ in range(most)],
            "puesto": np.tile(np.arange(1, most + 1), count),
            "aceptabilidad_ratio": places.ravel(),
        },
        schema={"accion": pl.String, "puesto": pl.Int64, "aceptabilidad_ratio": pl.Float64},
    )


def _per_component(actions: Sequence[str], central: np.ndarray) -> pl.DataFrame:
    flat = pl.Series(central.ravel(), dtype=pl.Float64).fill_nan(None)
    return pl.DataFrame(
        {
            "accion": [action for action in actions for _ in COMPONENTS],
            "componente": list(COMPONENTS) * len(actions),
            "peso_central_ratio": flat,
        },
        schema={"accion": pl.String, "componente": pl.String, "peso_central_ratio": pl.Float64},
    ).with_columns(motivo=pl.when(pl.col("peso_central_ratio").is_null()).then(pl.lit(NEVER_FIRST)))


def _per_pair(actions: Sequence[str], counts: Counts) -> pl.DataFrame:
    one, other = np.nonzero(counts.together * ~np.eye(len(actions), dtype=bool))
    both, wins, losses = counts.together[one, other], counts.wins[one, other], counts.wins[other, one]
    return pl.DataFrame(
        {
            "accion": [actions[i] for i in one.tolist()],
            "otra": [actions[j] for j in other.tolist()],
            "ambas_ratio": both,
            "gana_ratio": wins / both,
            "empata_ratio": clean((both - wins - losses) / both),
        },
        schema={"accion": pl.String, "otra": pl.String, "ambas_ratio": pl.Float64, "gana_ratio": pl.Float64, "empata_ratio": pl.Float64},
    )
