"""Sets of weights: they add up to 1, stay inside their ranges and are uniform there."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from presupuesto_link.errors import SpecError
from presupuesto_link.studies.weights import draw_weights, fixed_weights

ANY = (0.0, 1.0)
DRAWS = 40_000
FOUR_ERRORS = 4 * 0.5 / DRAWS**0.5


@pytest.mark.propiedad
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted), min_size=2, max_size=5), st.integers(0, 2**32))
def test_every_draw_adds_up_to_one_inside_its_ranges(ends, seed):
    ranges = {f"c{i}": tuple(limits) for i, limits in enumerate(ends)}
    low, high = np.array(ends).T
    short = max(low.sum() - 1, 1 - high.sum())  # what is missing for some weights to add up to 1
    assume(not 0 < short < 1e-6)  # closer than binary numbers tell apart
    if short > 0:
        with pytest.raises(SpecError, match="que los pesos puedan sumar 1"):
            draw_weights(ranges, 50, seed)
        return
    drawn = draw_weights(ranges, 50, seed)
    assert drawn.shape == (50, len(ends))
    assert np.abs(drawn.sum(axis=1) - 1).max() < 1e-9
    assert (drawn >= low - 1e-9).all()
    assert (drawn <= high + 1e-9).all()


def test_the_whole_simplex_has_the_mean_and_spread_of_a_flat_dirichlet():
    """Of five: mean 1/5, variance (1/5)(4/5)/6, and P(w > 1/2) = (1/2)**4."""
    drawn = draw_weights(dict.fromkeys("abcde", ANY), DRAWS, 1)
    assert drawn.mean(axis=0) == pytest.approx([0.2] * 5, abs=0.004)
    assert drawn.var(axis=0) == pytest.approx([0.16 / 6] * 5, rel=0.05)
    assert (drawn > 0.5).mean(axis=0) == pytest.approx([1 / 16] * 5, abs=FOUR_ERRORS)


def test_a_least_for_each_leaves_a_smaller_simplex():
    """With 0.1 at least for each of three, w = 0.1 + 0.7 u: P(w > 0.45) = P(u > 1/2) = 1/4."""
    drawn = draw_weights(dict.fromkeys("abc", (0.1, 1.0)), DRAWS, 2)
    assert (drawn > 0.45).mean(axis=0) == pytest.approx([0.25] * 3, abs=FOUR_ERRORS)


def test_a_cut_simplex_is_uniform():
    """With 1/2 at most for each of three, what is left is the triangle of the middle points, where P(w < x) = (2x)**2."""
    drawn = draw_weights(dict.fromkeys("abc", (0.0, 0.5)), DRAWS, 3)
    for x in (0.1, 0.25, 0.4):
        assert (drawn < x).mean(axis=0) == pytest.approx([4 * x * x] * 3, abs=FOUR_ERRORS)


def test_narrow_and_awkward_ranges_are_never_hopeless():
    """A thin region around five weights, and a corner that only the ends of the ranges reach."""
    thin = {name: (w - 0.001, w + 0.001) for name, w in zip("abcde", (0.4, 0.15, 0.15, 0.1, 0.2), strict=True)}
    assert len(np.unique(draw_weights(thin, 1000, 4), axis=0)) == 1000
    corner = {"a": (0.0, 0.6), "b": (0.0, 0.2), "c": (0.0, 0.2001)}
    drawn = draw_weights(corner, 1000, 5)
    assert drawn[:, 0].min() > 0.599


def test_equal_ends_fix_a_component_and_all_of_them_fix_the_set():
    half = draw_weights({"a": (0.25, 0.25), "b": ANY, "c": ANY}, 1000, 6)
    assert np.unique(half[:, 0]).tolist() == [0.25]
    assert half[:, 1].mean() == pytest.approx(0.375, abs=0.03)
    fixed = draw_weights(fixed_weights({"a": 2, "b": 1, "c": 1}), 3, 7)
    assert fixed.tolist() == [[0.5, 0.25, 0.25]] * 3


def test_the_same_seed_gives_the_same_draws_and_another_does_not():
    ranges = {"a": (0.0, 0.5), "b": ANY, "c": (0.1, 0.4)}
    assert np.array_equal(draw_weights(ranges, 100, 8), draw_weights(ranges, 100, 8))
    assert not np.array_equal(draw_weights(ranges, 100, 8), draw_weights(ranges, 100, 9))
