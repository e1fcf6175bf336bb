"""Which projection to believe, and how far it can be off: a rolling-origin backtest and the interval its errors give.

The errors are those the same method made in earlier years from the same month. Their quantiles, in proportion to what was left to
accrue, are the interval (split conformal prediction: Vovk et al., 2005; Lei et al., 2018), whatever the method's own assumptions are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from presupuesto_link.quarter.forecast import MODELS, YEARS_FOR_MODEL, Array, Tick, project
from presupuesto_link.specs import METHODS, Method
from presupuesto_link.vocabulary import DECEMBER
from presupuesto_link.wording import plural

NOMINAL = (0.50, 0.60, 0.70, 0.80, 0.90, 0.95)
_LEAST_SCALE = 0.01  # of a usual year: what is left is never taken for less, or a tiny rest would make a giant error


@dataclass(frozen=True)
class Trials:
    """What a method said from a month of each past year, and what happened.

    Attributes:
        method, month: which method and origin.
        said, done: cumulated flows after the origin, shape (targets, series, 12 − month); NaN where the method says nothing.
        scale: what was left to accrue according to it, shape (targets, series).
        growth: `growth_of` the years it had learnt from, shape (targets,).
    """

    method: Method
    month: int
    said: Array
    done: Array
    scale: Array
    growth: Array

    @property
    def errors(self) -> Array:
        """Done less said, in proportion to the scale and to how much a method with those years can be off; NaN where nothing was said."""
        result: Array = (self.done - self.said) / (self.scale * self.growth[:, None])[:, :, None]
        return result


@dataclass(frozen=True)
class Backtest:
    """The error table and the method it chooses.

    Attributes:
        errors: key `metodo, mes_origen`: `pruebas` (series × years), `error_ratio` (sum of absolute errors over the sum of what was
            left), `sesgo_ratio` (same, signed: above 0 when more was accrued than said), `error_mediano_ratio`, `comparado` (whether it is in
            the comparison) and `elegido`.
        chosen: the method; null when there is nothing to test with.
        reason: why that one, in Spanish.
        trials: of the chosen method at the origin; null when there is none.
    """

    errors: pl.DataFrame
    chosen: Method | None
    reason: str
    trials: Trials | None


def backtest(past: Array, month: int, methods: Sequence[Method] = METHODS, tick: Tick = lambda: None) -> Backtest:
    """Try every method from the same month of each past year, and baselines from every other month too.

    Args:
        past: complete years of the series that have all of them, shape (series, years, 12).
        month: the origin, 1 to 11.
        methods: those that compete, simplest first: of two with the same error the first is chosen.
        tick: called once per model fitted.

    Returns:
        All methods are compared on the same series and years: those where every one of them says something. A model needs
        `YEARS_FOR_MODEL` years before the one it is tried on; with fewer years of history it is not tried, so it is not chosen.
    """
    years = past.shape[1]
    here = [try_on_years(method, past, month, tick) for method in methods if method not in MODELS or years > YEARS_FOR_MODEL]
    usable = [trial for trial in here if trial.said.size and np.isfinite(trial.said).any()]
    if years < 2 or not usable:
        return Backtest(_no_errors(), None, _untried(years), None)
    shared = np.logical_and.reduce([np.isfinite(trial.said[:, :, -1]) for trial in _same_targets(usable)])
    table = [_summary(trial, shared, compared=True) for trial in _same_targets(usable)]
    others = [m for m in methods if m not in MODELS]
    for origin in range(1, DECEMBER):
        if origin != month:
            table += [_summary(try_on_years(m, past, origin, tick), None, compared=False) for m in others]
    frame = pl.DataFrame(table, schema=_SCHEMA, orient="row")
    best = min((row for row in table if row[6]), key=lambda row: (round(row[3], 9), list(methods).index(row[0])))
    chosen = next(trial for trial in usable if trial.method == best[0])
    marked = frame.with_columns(elegido=(pl.col("metodo") == best[0]) & (pl.col("mes_origen") == month))
    tried = plural(shared.shape[0], "año pasado", "años pasados")
    reason = f"el de menor error al probarlo desde el mes {month} de {tried}: {plural(best[2], 'prueba', 'pruebas')}"
    return Backtest(marked.sort("mes_origen", "metodo"), chosen.method, reason, chosen)


_SCHEMA = {
    "metodo": pl.String,
    "mes_origen": pl.Int64,
    "pruebas": pl.Int64,
    "error_ratio": pl.Float64,
    "sesgo_ratio": pl.Float64,
    "error_mediano_ratio": pl.Float64,
    "comparado": pl.Boolean,
}


def _no_errors() -> pl.DataFrame:
    return pl.DataFrame(schema={**_SCHEMA, "elegido": pl.Boolean})


def _untried(years: int) -> str:
    """Why nothing could be tried: too little history, or only models, which need more of it than the rest."""
    if years == 0:
        return "sin años anteriores completos: sólo cabe repartir por igual lo devengado"
    if years == 1:
        return "menos de dos años completos y seguidos de historia: se usa la parte del año anterior, sin prueba posible"
    return (
        f"los métodos pedidos necesitan más de {YEARS_FOR_MODEL} años completos y seguidos para probarse y hay {years}: se usa la parte del año anterior, "
        "sin prueba posible"
    )


def try_on_years(method: Method, past: Array, month: int, tick: Tick = lambda: None) -> Trials:
    """The method tried from the same month of every year that has enough years before it."""
    first = YEARS_FOR_MODEL if method in MODELS else 1
    targets = range(first, past.shape[1])
    said = [project(method, past[:, :t], past[:, t, :month], tick).cumsum(axis=1) for t in targets]
    done = [past[:, t, month:].cumsum(axis=1) for t in targets]
    empty = np.empty((0, past.shape[0], DECEMBER - month))
    stacked = np.stack(said) if said else empty
    usual = np.stack([past[:, :t].sum(axis=2).mean(axis=1) for t in targets]) if said else empty[:, :, 0]
    growth = np.array([growth_of(method, t) for t in targets])
    return Trials(method, month, stacked, np.stack(done) if done else empty, scale_of(stacked[:, :, -1], usual), growth)


def growth_of(method: Method, years: int) -> float:
    """How much wider the errors of a mean of some years are than those of one that knew the mean: √(1 + 1/n).

    Without it, the errors made with few years would widen the interval of a projection that has more. Methods that look at no mean of
    years do not learn from more of them.
    """
    learns = method in MODELS or method == "parte media"
    return math.sqrt(1 + 1 / years) if learns and years else 1.0


def scale_of(left: Array, usual_year: Array) -> Array:
    """What an error is in proportion to: what was left to accrue, never less than a hundredth of a usual year."""
    floor = np.maximum(np.abs(usual_year) * _LEAST_SCALE, 1e-9)
    result: Array = np.maximum(np.abs(left), floor)
    return result


def _same_targets(trials: Sequence[Trials]) -> list[Trials]:
    """The trials of the years that all of them could try."""
    fewest = min(len(trial.said) for trial in trials)
    return [Trials(t.method, t.month, t.said[-fewest:], t.done[-fewest:], t.scale[-fewest:], t.growth[-fewest:]) for t in trials]


def _summary(trial: Trials, shared: npt.NDArray[np.bool_] | None, compared: bool) -> tuple[Method, int, int, float, float, float, bool]:
    said, done = trial.said[:, :, -1], trial.done[:, :, -1]
    where = np.isfinite(said) if shared is None else shared
    error = (done - said)[where]
    total = float(np.abs(done[where]).sum())
    median = float(np.median(np.abs((done - said) / trial.scale)[where])) if where.any() else math.nan
    whole = float(np.abs(error).sum()) / total if total > 0 else math.inf
    bias = float(error.sum()) / total if total > 0 else math.nan
    return trial.method, trial.month, int(where.sum()), whole, bias, median, compared


def quantiles(errors: Array, confidence: float) -> tuple[float, float] | None:
    """The ends that leave out the same on each side, with the finite-sample correction.

    Null when the errors are too few for any of them to be that extreme: 9 are needed for 80 %, 39 for 95 %.
    """
    known = np.sort(errors[np.isfinite(errors)])
    place = math.floor((len(known) + 1) * (1 - confidence) / 2 + 1e-9)
    return None if place < 1 else (float(known[place - 1]), float(known[-place]))


def calibration(trials: Trials) -> pl.DataFrame:
    """Whether the intervals keep their word: each past year against the errors of the others.

    Returns:
        Key `confianza_ratio`: `cobertura_ratio` (share of what happened inside), `pruebas`; empty with a single year to try on.
    """
    errors = trials.errors[:, :, -1]
    rows = []
    for confidence in NOMINAL:
        inside: list[bool] = []
        for year in range(len(errors)):
            ends = quantiles(np.delete(errors, year, axis=0), confidence)
            known = errors[year][np.isfinite(errors[year])]
            if ends is not None:
                inside += ((known >= ends[0]) & (known <= ends[1])).tolist()
        if inside:
            rows.append((confidence, sum(inside) / len(inside), len(inside)))
    schema = {"confianza_ratio": pl.Float64, "cobertura_ratio": pl.Float64, "pruebas": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")
