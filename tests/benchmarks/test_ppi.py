"""The case built for PPI has the AER table's money, values in range, and runs in the package."""

import sys

import numpy as np
import polars as pl
import pytest

from presupuesto_link import pipeline
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))

import ppi


@pytest.fixture(scope="module")
def analysis():
    return pipeline.analyse(pipeline.load(ppi.ANALYSIS))


@pytest.fixture(scope="module")
def case(analysis):
    return ppi.build_case(analysis, analysis.scenarios[0])


def test_values_are_in_range_and_every_indicator_has_its_aer(case):
    values = case.indicadores.select("inicial", "final", "meta", "exito_ratio").to_numpy()
    assert values.shape == (38, 4)
    assert values.min() >= 0 and values.max() <= 1
    assert case.acciones.height == 25
    assert (
        case.acciones["accion"].gather(case.indicadores["programa"]).to_list() == case.indicadores["accion"].to_list()
    )
    assert case.indicadores.height + case.excluidos.height == 82


def test_the_money_is_the_pim_of_the_aer_table(case, analysis):
    table = analysis.execution.filter(pl.col("vinculo") == "directo").select("accion", "pim_soles")
    both = pl.concat([case.acciones, case.fuera]).join(table, on="accion", how="full", coalesce=True)
    assert both.height == 36
    assert both["pim_antes_soles"].to_list() == both["pim_soles"].to_list()
    assert case.budget("pim_antes_soles", 50, "soles").sum() == pytest.approx(
        float(case.acciones["pim_antes_soles"].sum())
    )


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
