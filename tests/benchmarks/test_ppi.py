"""The case built for PPI has the AER table's money, values in range, and runs in the package."""

import sys

import numpy as np
import polars as pl
import pytest

from presupuesto_link.evaluation.evaluate import evaluate
from presupuesto_link.inputs import load
from presupuesto_link.scenarios.ground import ground_of, solve_all
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))

import ppi


@pytest.fixture(scope="module")
def analysis():
    return evaluate(load(ppi.ANALYSIS))


@pytest.fixture(scope="module")
def case(analysis):
    return ppi.build_case(analysis, solve_all(ground_of(analysis)).scenarios[0])


def test_values_are_in_range_and_every_indicator_has_its_aer(case):
    values = case.indicadores.select("inicial", "final", "meta", "exito_ratio").to_numpy()
    assert values.shape == (38, 4)
    assert values.min() >= 0 and values.max() <= 1
    assert case.acciones.height == 25
    assert case.acciones["accion"].gather(case.indicadores["programa"]).to_list() == case.indicadores["accion"].to_list()
    assert case.indicadores.height + case.excluidos.height == 82


def test_the_money_is_the_pim_of_the_aer_table(case, analysis):
    table = analysis.budget.ejecucion.filter(pl.col("vinculo") == "directo").select("accion", "pim_soles")
    both = pl.concat([case.acciones, case.fuera]).join(table, on="accion", how="full", coalesce=True)
    assert both.height == 36
    assert both["pim_antes_soles"].to_list() == both["pim_soles"].to_list()
    assert case.budget("pim_antes_soles", 50, "soles").sum() == pytest.approx(float(case.acciones["pim_antes_soles"].sum()))


def test_the_package_takes_the_case():
    pytest.importorskip("policy_priority_inference", reason="pip install presupuesto-link[ppi]")
    pytest.importorskip("joblib", reason="pip install presupuesto-link[ppi]")
    assert callable(ppi.load_ppi().run_ppi)


def test_the_package_runs_the_case_with_its_shapes(case):
    package = pytest.importorskip("policy_priority_inference", reason="pip install presupuesto-link[ppi]")
    start, half = case.vector("inicial"), np.full(38, 1e-8)
    money = case.budget("pim_antes_soles", 5, "soles")
    levels = package.run_ppi(start, half, half, half, Bs=money, B_dict=case.programmes())[0]
    assert levels.shape == (38, 5)
    assert levels[:, 0].tolist() == start.tolist()


@pytest.fixture(scope="module")
def package():
    pytest.importorskip("joblib", reason="pip install presupuesto-link[ppi]")
    pytest.importorskip("policy_priority_inference", reason="pip install presupuesto-link[ppi]")
    return ppi.load_ppi()


def test_a_seed_gives_the_same_draws_so_the_same_money_gives_no_difference(case, package):
    calibration = ppi.Calibration(np.full((38, 3), 1e-8), np.zeros((38, 2)))
    money, ticks = case.budget("pim_antes_soles", 4, "soles"), []
    first = ppi.simulate(package, case, calibration, money, range(5, 8), lambda: ticks.append(1))
    again = ppi.simulate(package, case, calibration, money, range(5, 8), lambda: None)
    assert first.shape == (3, 38)
    assert first.tolist() == again.tolist()
    assert len({tuple(run) for run in first}) == 3
    assert len(ticks) == 3


def test_calibration_stops_where_told_with_a_fit_by_indicator(case, package):
    calibration = ppi.calibrate(package, case, "soles", 1, iterations=2)
    assert calibration.parametros.shape == (38, 3)
    assert (calibration.parametros > 0).all()
    assert calibration.ajuste.max() <= 1


def test_levels_by_aer_are_means_of_its_indicators_and_differences_go_by_pairs():
    indicators = pl.DataFrame({"accion": ["A", "A", "B"], "programa": [0, 0, 1], "final": [0.2, 0.4, 1.0]})
    actions = pl.DataFrame({"accion": ["A", "B"], "pim_antes_soles": [1, 2], "pim_despues_soles": [2, 1]})
    made_up = ppi.Case(indicators, actions, pl.DataFrame(), pl.DataFrame())
    before = np.array([[0.0, 0.2, 0.5], [0.4, 0.6, 0.5]])  # A: 0.1 and 0.5
    after = np.array([[0.2, 0.4, 0.4], [0.4, 0.8, 0.5]])  # A: 0.3 and 0.6, so +0.2 and +0.1; B: -0.1 and 0
    table = ppi.by_action(made_up, before, after)
    found = table.select("observado", "base", "escenario", "diferencia", "p5", "p95", "error").to_numpy()
    # p5 of two values is the least plus a twentieth of the way; the error is |a - b| / 2 with two runs
    assert table["indicadores"].to_list() == [2, 1]
    assert found[0] == pytest.approx([0.3, 0.3, 0.45, 0.15, 0.105, 0.195, 0.05])
    assert found[1] == pytest.approx([1.0, 0.5, 0.45, -0.05, -0.095, -0.005, 0.05])
