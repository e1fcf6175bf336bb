"""Power by Fisher's formula, checked by hand and by simulation."""

import math

import numpy as np
import pytest

from presupuesto_link.studies.power import chance_of_seeing, detectable_correlation, measure_power, pairs_needed


def test_by_hand_for_thirty_pairs():
    # (1.959964 + 0.841621) / √27 = 0.539165; tanh = 0.492356. atanh(0.3)·√27 = 1.608328; Φ(-0.351636) + Φ(-3.568292) = 0.362729
    power = measure_power(30, 0.05, 0.80, 0.30)
    assert power.correlacion_minima == pytest.approx(0.492356, abs=1e-6)
    assert power.potencia_referencia == pytest.approx(0.362729, abs=1e-6)
    assert power.semiancho_esperado == pytest.approx(math.tanh(1.959964 / math.sqrt(27)), abs=1e-6)
    assert power.n_necesario == 85


@pytest.mark.parametrize(("correlation", "pairs"), [(0.1, 783), (0.3, 85)])
def test_pairs_needed_are_the_usual_ones(correlation, pairs):
    assert pairs_needed(correlation, 0.05, 0.80) == pairs


def test_a_simulation_agrees():
    n, draws, generator = 30, 20_000, np.random.default_rng(11)
    for true in (detectable_correlation(n, 0.05, 0.80), 0.30):
        x, noise = generator.normal(size=(2, draws, n))
        y = true * x + math.sqrt(1 - true**2) * noise
        x, y = (v - v.mean(axis=1, keepdims=True) for v in (x, y))
        r = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
        seen = (np.abs(np.arctanh(r)) * math.sqrt(n - 3) > 1.959964).mean()
        assert seen == pytest.approx(chance_of_seeing(true, n, 0.05), abs=0.015)


def test_too_few_pairs_tell_nothing():
    power = measure_power(3, 0.05, 0.80, 0.30)
    assert (power.correlacion_minima, power.potencia_referencia, power.semiancho_esperado) == (None, None, None)
    assert power.n_necesario == 85
