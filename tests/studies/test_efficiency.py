"""Scores by hand and against a maintained package with another solver."""

import numpy as np
import polars as pl
import pytest

from presupuesto_link.studies.efficiency import measure_efficiency
from presupuesto_link.tables.numbers import MONEY


def actions(pim, advance) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "accion": [chr(ord("A") + i) for i in range(len(pim))],
            "pim_soles": pl.Series(pim).cast(MONEY),
            "avance_ratio": pl.Series(advance, dtype=pl.Float64),
        }
    )


def test_by_hand():
    # Frontier through A (100, 0.25), B (200, 0.75) and C (300, 1). D has 400 and 0.5: C is better. E has 150: half A, half B gives 0.5.
    table = measure_efficiency(actions([100, 200, 300, 400, 150], [0.25, 0.75, 1.0, 0.5, 0.25]))
    assert table["frontera_ratio"].to_list() == pytest.approx([0.25, 0.75, 1.0, 1.0, 0.5])
    assert table["puntaje_ratio"].to_list() == pytest.approx([1, 1, 1, 0.5, 0.5])
    assert table["factor"].to_list() == pytest.approx([1, 1, 1, 2, 2])
    assert table["referentes"].to_list() == ["A", "B", "C", "C", "A, B"]
    assert table["veces_referente"].to_list() == [1, 1, 1, 0, 0]
    # The first of those most looked up to is A; without it E is the smallest, so nobody is better with so little.
    assert table["puntaje_sin_referente_ratio"].to_list() == [None, 1, 1, 0.5, 1]


def test_the_cheapest_that_reaches_the_frontier_is_the_peer():
    table = measure_efficiency(actions([500, 100, 900], [1.0, 1.0, 0.4]))
    assert table["referentes"].to_list() == ["B", "B", "B"]
    assert table["puntaje_ratio"].to_list() == pytest.approx([1, 1, 0.4])
    assert table["veces_referente"].to_list() == [0, 2, 0]


def test_no_advance_has_no_factor():
    table = measure_efficiency(actions([100, 200], [0.5, 0.0]))
    assert table["puntaje_ratio"].to_list() == pytest.approx([1, 0])
    assert table["factor"].to_list() == [pytest.approx(1), None]
    assert table["motivo"].to_list() == [None, "avance igual a cero: ningún factor lo lleva a la frontera"]


def test_when_nobody_advances_there_is_no_score():
    table = measure_efficiency(actions([100, 200], [0.0, 0.0]))
    assert table["frontera_ratio"].to_list() == [0, 0]
    assert table["puntaje_ratio"].to_list() == [None, None]
    assert table["factor"].to_list() == [None, None]


def test_one_action_and_none():
    assert measure_efficiency(actions([100], [0.3]))["puntaje_ratio"].to_list() == [1]
    empty = measure_efficiency(actions([], []))
    assert empty.is_empty()
    assert empty.columns == measure_efficiency(actions([100], [0.3])).columns


def test_rows_in_any_order():
    frame = actions([100, 200, 300, 400, 150], [0.25, 0.75, 1.0, 0.5, 0.25])
    assert measure_efficiency(frame).equals(measure_efficiency(frame.reverse()))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of its solver's next version
@pytest.mark.parametrize("seed", [1, 2])
def test_scores_equal_another_package_with_another_solver(seed, analysis):
    dea = pytest.importorskip("Pyfrontier.frontier_model", reason="the extra «dea» is not installed")
    if seed == 1:
        draw = np.random.default_rng(seed)
        frame = actions([round(float(v)) for v in np.exp(draw.uniform(10, 21, 20))], draw.uniform(0.05, 1, 20))
    else:
        rows = analysis.matrices[1].acciones.filter((pl.col("vinculo") == "directo") & (pl.col("avance_ratio") > 0))
        frame = rows.filter(pl.col("ejecucion_ratio").is_not_null()).select("accion", "pim_soles", "avance_ratio")
    table = measure_efficiency(frame)
    money = table["pim_soles"].cast(pl.Float64).to_numpy()
    model = dea.EnvelopDEA("VRS", "out")
    model.fit((money / money.max())[:, None], table["avance_ratio"].to_numpy()[:, None])
    theirs = np.array([result.score for result in model.results])
    assert 1 / table["puntaje_ratio"].to_numpy() == pytest.approx(theirs, rel=1e-6)
    assert table["factor"].to_numpy() == pytest.approx(theirs, rel=1e-6)
