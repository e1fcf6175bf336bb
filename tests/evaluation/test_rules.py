"""Each rule on values worked out by hand, and what must hold for every value."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presupuesto_link.evaluation.rules import RULES
from presupuesto_link.specs import SemaforoSpec
from presupuesto_link.tables.bands import colour


def apply(rule: str, value: float | None, target: float | None) -> tuple[float | None, float | None]:
    frame = pl.DataFrame({"vo": [value], "le": [target]}, schema={"vo": pl.Float64, "le": pl.Float64})
    vo, le = pl.col("vo"), pl.col("le")
    return frame.select(raw=RULES[rule].raw(vo, le), capped=RULES[rule].capped(vo, le)).row(0)


@pytest.mark.parametrize(
    ("rule", "value", "target", "raw", "capped"),
    [
        ("razon_ascendente", 3.15, 4.20, 0.75, 0.75),
        ("razon_ascendente", 6.0, 4.0, 1.5, 1.0),
        ("razon_ascendente", -7.7, 4.3, -7.7 / 4.3, 0.0),
        ("razon_ascendente", -1.0, -2.0, 1.0, 1.0),
        ("razon_ascendente", -4.0, -2.0, 0.5, 0.5),
        ("razon_descendente", 10.0, 20.0, 2.0, 1.0),
        ("razon_descendente", 25.0, 20.0, 0.8, 0.8),
        ("razon_descendente", 0.0, 20.0, 1.0, 1.0),
        ("razon_descendente", -1.14, -1.18, 1.14 / 1.18, 1.14 / 1.18),
        ("razon_descendente", 3.0, -1.0, 0.0, 0.0),
        ("razon_invertida", 10.0, 20.0, 0.5, 0.5),
        ("razon_invertida", 25.0, 20.0, 0.0, 0.0),
        ("tope_maximo", 20.0, 20.0, 1.0, 1.0),
        ("tope_maximo", 20.1, 20.0, 0.0, 0.0),
        ("piso_minimo", 20.0, 20.0, 1.0, 1.0),
        ("piso_minimo", 19.9, 20.0, 0.0, 0.0),
        ("meta_cero_cumplida", 57.0, 0.0, 1.0, 1.0),
        ("meta_cero_cumplida", 57.0, 1.0, None, None),
        ("meta_cero_sin_avance", 0.0, 0.0, 0.0, 0.0),
    ],
)
def test_by_hand(rule, value, target, raw, capped):
    got_raw, got_capped = apply(rule, value, target)
    assert got_raw == (None if raw is None else pytest.approx(raw))
    assert got_capped == (None if capped is None else pytest.approx(capped))


@pytest.mark.parametrize("rule", list(RULES))
def test_nd_is_never_a_number(rule):
    assert apply(rule, None, 10.0) == (None, None)
    assert apply(rule, 10.0, None) == (None, None)


FINITE = st.floats(-1e6, 1e6, allow_nan=False)


@pytest.mark.propiedad
@given(st.sampled_from(list(RULES)), FINITE, FINITE)
def test_advance_is_always_between_zero_and_one(rule, value, target):
    capped = apply(rule, value, target)[1]
    assert capped is None or 0 <= capped <= 1


@pytest.mark.propiedad
@given(st.floats(0.01, 1e4), st.floats(0.01, 1e4), st.floats(0.01, 1e4))
def test_doing_better_never_scores_less_under_the_guide(a, b, target):
    low, high = sorted((a, b))
    assert apply("razon_ascendente", low, target)[1] <= apply("razon_ascendente", high, target)[1]
    assert apply("razon_descendente", low, target)[1] >= apply("razon_descendente", high, target)[1]


def test_the_inverted_rule_punishes_doing_better():
    assert apply("razon_invertida", 10.0, 20.0)[1] < apply("razon_invertida", 19.0, 20.0)[1]


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(0, "rojo"), (74.999, "rojo"), (75, "amarillo"), (94.999, "amarillo"), (95, "verde"), (100, "verde"), (130, "verde"), (None, "gris")],
)
def test_edges_of_the_bands(percent, expected):
    frame = pl.DataFrame({"r": [None if percent is None else percent / 100]}, schema={"r": pl.Float64})
    assert frame.select(colour(pl.col("r"), SemaforoSpec())).item() == expected
