"""Ways of projecting, against figures worked out by hand and against statsmodels called directly."""

import warnings

import numpy as np
import pytest

from presupuesto_link.quarter.forecast import project

EVEN = [10.0] * 12
LATE = [0.0] * 6 + [20.0] * 6
RISING = [float(month) for month in range(1, 13)]  # adds up to 78; the first quarter is 6


def past(*years: list[float]) -> np.ndarray:
    """One series with these complete years."""
    return np.array([years], dtype=float)


def test_linear_repeats_the_mean_month():
    found = project("lineal", past(RISING), np.array([[1.0, 2.0, 6.0]]))
    assert found.shape == (1, 9)
    assert found[0].tolist() == [3.0] * 9


def test_the_share_of_last_year_grows_what_is_accrued_as_it_grew():
    """12 by March, where last year had 6 of 78: twice last year's months."""
    found = project("parte del año anterior", past(EVEN, RISING), np.array([[2.0, 4.0, 6.0]]))
    assert found[0] == pytest.approx([2.0 * month for month in range(4, 13)])


def test_the_mean_share_weighs_every_year_the_same():
    """Shares by June: 1/2 of an even year and 21/78 of a rising one of ten times the money; their mean is 5/13, so 50 → 130."""
    tens = [10 * month for month in RISING]
    found = project("parte media", past(EVEN, tens), np.full((1, 6), 50 / 6))
    assert 50 + found.sum() == pytest.approx(50 / ((1 / 2 + 21 / 78) / 2))


def test_nothing_accrued_so_far_has_no_share_to_grow_by():
    """Neither a year that starts late nor one that has not started: the mean of the months that are left, of those years."""
    late = project("parte media", past(LATE, LATE), np.zeros((1, 6)))
    assert late[0].tolist() == [20.0] * 6
    idle = project("parte media", past(EVEN, EVEN), np.zeros((1, 3)))
    assert idle[0].tolist() == [10.0] * 9


@pytest.mark.parametrize("method", ["parte del año anterior", "parte media", "ETS", "componentes no observados"])
def test_without_years_only_the_linear_one_speaks(method):
    assert np.isnan(project(method, np.zeros((1, 0, 12)), np.ones((1, 4)))).all()
    assert np.isfinite(project("lineal", np.zeros((1, 0, 12)), np.ones((1, 4)))).all()


@pytest.mark.parametrize("method", ["ETS", "componentes no observados"])
def test_models_need_two_years_and_some_money(method):
    assert np.isnan(project(method, past(RISING), np.ones((1, 4)))).all()
    assert np.isnan(project(method, np.zeros((1, 2, 12)), np.zeros((1, 4)))).all()


def seasonal_series(seed: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.tile(np.array(RISING), 3) * np.exp(rng.normal(0, 0.1, 36))


@pytest.mark.parametrize("zero", [False, True], ids=["every month moves", "a month without accrual"])
def test_models_are_those_of_statsmodels(zero):
    """On the logarithm when every month moves, on the amounts when one does not; scaled by the mean, which changes nothing else."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    values = seasonal_series()
    if zero:
        values[0] = 0.0
    known = values[:30]
    scale = np.abs(known).mean()
    plain = known / scale if zero else np.log(known / scale)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ets = (
            ETSModel(plain, error="add", seasonal="add", seasonal_periods=12, initialization_method="heuristic")
            .fit(disp=False, maxiter=200)
            .forecast(6)
        )
        level = UnobservedComponents(plain, level="llevel", seasonal=12, stochastic_seasonal=False).fit(disp=False, maxiter=100).forecast(6)
    for method, expected in (("ETS", ets), ("componentes no observados", level)):
        found = project(method, known[:24].reshape(1, 2, 12), known[24:].reshape(1, 6))
        assert found[0] == pytest.approx((expected if zero else np.exp(expected)) * scale, rel=1e-9)


def test_one_tick_per_model_fitted():
    ticks: list[int] = []
    series = np.repeat(seasonal_series()[:24].reshape(1, 2, 12), 3, axis=0)
    project("componentes no observados", series, np.ones((3, 2)), lambda: ticks.append(1))
    project("parte media", series, np.ones((3, 2)), lambda: ticks.append(1))
    assert len(ticks) == 3
