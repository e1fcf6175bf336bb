"""The backtest chooses honestly and its intervals keep their word on years whose seasonality is known."""

import numpy as np
import polars as pl
import pytest

from presupuesto_link.quarter.backtest import backtest, calibration, growth_of, quantiles, scale_of, try_on_years
from presupuesto_link.quarter.forecast import project
from presupuesto_link.specs import METHODS

SHAPE = np.array((2, 5, 7, 8, 8, 9, 8, 8, 9, 10, 11, 15), dtype=float) / 100
BASELINES = ("lineal", "parte del año anterior", "parte media")


def years(series: int, count: int, seed: int, noise: float = 130.0) -> np.ndarray:
    """Made-up years of one known seasonality, shape (series, count, 12)."""
    rng = np.random.default_rng(seed)
    level = rng.lognormal(14, 1, series)
    totals = level[:, None] * np.exp(rng.normal(0.03 * np.arange(count), 0.1, (series, count)))
    return rng.dirichlet(SHAPE * noise, (series, count)) * totals[:, :, None]


def test_the_error_table_by_hand():
    """Two years, two series, from June: the linear method repeats the first half.

    Series 1 accrues 60 by June and 60 after: exact. Series 2 accrues 40 and then 80: says 40, misses 40. Error 40 of 140 left = 2/7, and it
    falls short, so the bias is +2/7.
    """
    even, late = [10.0] * 12, [40 / 6] * 6 + [80 / 6] * 6
    found = backtest(np.array([[even, even], [even, late]]), 6, ("lineal",))
    row = found.errors.filter(pl.col("mes_origen") == 6).row(0, named=True)
    assert (row["metodo"], row["pruebas"], row["elegido"]) == ("lineal", 2, True)
    assert row["error_ratio"] == pytest.approx(2 / 7)
    assert row["sesgo_ratio"] == pytest.approx(2 / 7)
    assert row["error_mediano_ratio"] == pytest.approx((0 + 1) / 2)  # 0 of 60, and 40 of the 40 it said


def test_all_methods_are_compared_on_the_same_years_and_series():
    found = backtest(years(6, 4, 1), 7)
    here = found.errors.filter(pl.col("comparado"))
    assert here.height == 5
    assert here["pruebas"].to_list() == [12] * 5  # models can only be tried on the last two years
    assert found.errors["elegido"].sum() == 1
    best = here.sort("error_ratio").row(0, named=True)
    assert found.chosen == best["metodo"]
    assert "desde el mes 7 de 2 años pasados: 12 pruebas" in found.reason


def test_a_model_that_cannot_be_tried_is_not_chosen():
    found = backtest(years(6, 2, 1), 7)
    assert set(found.errors["metodo"]) == set(BASELINES)
    assert found.chosen in BASELINES


def test_baselines_are_tried_from_every_month():
    found = backtest(years(4, 2, 1), 7)
    assert found.errors.group_by("metodo").len()["len"].to_list() == [11] * 3


@pytest.mark.parametrize(("count", "said"), [(0, "sin años anteriores"), (1, "menos de dos años completos y seguidos")])
def test_with_too_little_history_nothing_is_chosen_and_it_says_so(count, said):
    found = backtest(years(3, count, 1), 5)
    assert found.chosen is None
    assert found.trials is None
    assert found.errors.is_empty()
    assert said in found.reason


def test_of_two_methods_with_the_same_error_the_simplest_wins():
    same = np.tile(SHAPE * 100, (3, 3, 1))
    found = backtest(same, 6, ("parte del año anterior", "parte media"))
    assert found.chosen == "parte del año anterior"


def test_ends_of_the_interval_by_hand():
    """Of 9 errors, 80 % leaves one tenth on each side: place (9 + 1)·0.1 = 1, the extremes. 8 are too few."""
    errors = np.arange(1.0, 10.0)
    assert quantiles(errors, 0.80) == (1.0, 9.0)
    assert quantiles(errors[:8], 0.80) is None
    assert quantiles(np.arange(1.0, 40.0), 0.95) == (1.0, 39.0)
    assert quantiles(np.append(np.arange(1.0, 20.0), np.nan), 0.80) == (2.0, 18.0)


def test_an_error_is_never_in_proportion_to_almost_nothing():
    assert scale_of(np.array([50.0, 0.0, -3.0]), np.array([100.0, 200.0, 100.0])).tolist() == [50.0, 2.0, 3.0]


def coverage(seeds: range, month: int, methods: tuple = METHODS, confidence: float = 0.80) -> tuple[float, set[str]]:
    """The share of made-up closes inside their interval, over 240 series of each seed; and no choice worse than a baseline."""
    inside, chosen = [], set()
    for seed in seeds:
        history = years(240, 5, seed)
        past, last = history[:, :4], history[:, 4]
        found = backtest(past, month, methods)
        said = project(found.chosen, past, last[:, :month]).sum(axis=1)
        done = last[:, month:].sum(axis=1)
        ends = quantiles(found.trials.errors[:, :, -1], confidence)
        error = (done - said) / (scale_of(said, past.sum(axis=2).mean(axis=1)) * growth_of(found.chosen, 4))
        inside.append(((error >= ends[0]) & (error <= ends[1])).mean())
        rivals = [np.abs(done - project(m, past, last[:, :month]).sum(axis=1)).sum() for m in BASELINES]
        assert np.abs(done - said).sum() <= min(rivals)
        chosen.add(found.chosen)
    return float(np.mean(inside)), chosen


@pytest.mark.parametrize("month", [3, 6, 8, 10])
def test_the_interval_of_80_holds_between_75_and_85_of_the_closes(month):
    """2,400 made-up series of known seasonality, whose last year the method has not seen."""
    kept, _ = coverage(range(1, 11), month, BASELINES)
    assert 0.75 <= kept <= 0.85


@pytest.mark.lento
def test_models_cover_what_they_promise_and_beat_every_baseline():
    """Over 480 series a model is chosen, it is no worse than any baseline and its interval holds what it promises."""
    kept, chosen = coverage(range(2, 4), 6)
    assert 0.75 <= kept <= 0.85
    assert chosen <= {"ETS", "componentes no observados"}


def test_the_calibration_tries_each_year_against_the_others():
    kept = calibration(try_on_years("parte media", years(240, 5, 1), 8))
    assert kept["pruebas"].to_list() == [960] * 6
    assert all(abs(row["cobertura_ratio"] - row["confianza_ratio"]) < 0.04 for row in kept.iter_rows(named=True))


def test_a_mean_of_more_years_is_off_by_less():
    assert growth_of("parte media", 1) == pytest.approx(2**0.5)
    assert growth_of("ETS", 4) == pytest.approx(1.25**0.5)
    assert growth_of("parte del año anterior", 1) == growth_of("lineal", 0) == 1


def test_one_year_cannot_be_checked_against_others():
    trials = try_on_years("parte media", years(30, 2, 1), 6)
    assert calibration(trials).is_empty()
