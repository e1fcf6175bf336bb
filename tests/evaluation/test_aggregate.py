"""Means, relevance weights and both ND policies."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presupuesto_link.evaluation.aggregate import aggregate_elements, measure_index
from presupuesto_link.money.execution import measure_execution
from presupuesto_link.specs import SemaforoSpec
from presupuesto_link.tables.numbers import MONEY


def indicators(advances: list[float | None], relevance: list[int | None] | None = None, element="AER.01.01", level="AER") -> pl.DataFrame:
    n = len(advances)
    return pl.DataFrame(
        {
            "perfil": ["p"] * n,
            "anio": [2024] * n,
            "elemento": [element] * n,
            "nivel": [level] * n,
            "objetivo": [element if level == "OER" else "OER.01"] * n,
            "tipo1_ratio": advances,
            "relevancia": relevance or [None] * n,
        },
        schema_overrides={"tipo1_ratio": pl.Float64, "relevancia": pl.Int8, "anio": pl.Int32},
    )


def both(frame: pl.DataFrame) -> dict[str, float | None]:
    return dict(aggregate_elements(frame, SemaforoSpec()).select("politica_nd", "avance_ratio").iter_rows())


def test_nd_left_out_or_counted_as_zero():
    assert both(indicators([0.8, None])) == {"excluir": pytest.approx(0.8), "cero": pytest.approx(0.4)}


def test_nd_only_when_every_indicator_is_nd():
    assert both(indicators([None, None])) == {"excluir": None, "cero": None}


def test_relevance_weights():
    """R = 1, 2, 3: weights 3, 2, 1 of 6. With the second ND left out: 3 and 1 of 4."""
    assert both(indicators([1.0, 0.5, 0.0], [1, 2, 3]))["cero"] == pytest.approx((3 * 1 + 2 * 0.5) / 6)
    assert both(indicators([1.0, None, 0.0], [1, 2, 3])) == {"excluir": pytest.approx(3 / 4), "cero": pytest.approx(3 / 6)}


def test_equal_or_unstated_relevance_is_the_plain_mean():
    assert both(indicators([1.0, 0.5], [2, 2]))["cero"] == pytest.approx(0.75)
    assert both(indicators([1.0, 0.5], [1, None]))["cero"] == pytest.approx(0.75)


@pytest.mark.propiedad
@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_bounds_order_and_policy(advances, random):
    result = both(indicators(advances))
    shuffled = advances.copy()
    random.shuffle(shuffled)
    assert both(indicators(shuffled)) == {k: (None if v is None else pytest.approx(v)) for k, v in result.items()}
    known = [a for a in advances if a is not None]
    if known:
        assert 0 <= result["cero"] <= result["excluir"] <= 1
        assert min(known) - 1e-9 <= result["excluir"] <= max(known) + 1e-9


def test_the_index_is_the_mean_of_objectives():
    frame = pl.concat([indicators([a], element=f"OER.0{i}", level="OER") for i, a in enumerate([1.0, 0.5, None])])
    index = dict(measure_index(aggregate_elements(frame, SemaforoSpec())).select("politica_nd", "indice_ratio").iter_rows())
    assert index == {"excluir": pytest.approx(0.75), "cero": pytest.approx(0.5)}


def test_execution_without_pim_is_null_with_its_reason():
    frame = pl.DataFrame(
        {"accion": ["a", "b", "c"], "pim_soles": [200, 0, None], "devengado_soles": [150, 10, None]},
        schema={"accion": pl.String, "pim_soles": MONEY, "devengado_soles": MONEY},
    )
    rows = measure_execution(frame).select("ejecucion_ratio", "ejecucion_motivo", "saldo_soles").rows()
    assert rows[0][:2] == (0.75, None)
    assert rows[1][:2] == (None, "PIM igual a cero")
    assert rows[2] == (None, "sin PIM vinculado", None)
