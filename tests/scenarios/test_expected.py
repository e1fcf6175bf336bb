"""Every scenario that travels with an analysis has its expected transfers, checked line by line."""

import csv
from dataclasses import replace
from functools import cache

import polars as pl
import pytest

from presupuesto_link.evaluation.evaluate import Evaluation, evaluate
from presupuesto_link.inputs import load
from presupuesto_link.scenarios.ground import ground_of, solve_all
from presupuesto_link.sources.embedded import embedded_analyses
from presupuesto_link.specs import EscenarioSpec, read_spec

SCENARIOS = [
    (name, path) for name, analysis in embedded_analyses().items() for path in sorted((analysis.parent / "escenarios").glob("*.toml"))
]


@cache
def evaluated(name: str) -> Evaluation:
    """An analysis, evaluated once for all its scenarios."""
    return evaluate(load(embedded_analyses()[name]))


def test_there_is_at_least_one():
    assert SCENARIOS


@pytest.mark.parametrize(("name", "path"), SCENARIOS, ids=[f"{name}/{path.stem}" for name, path in SCENARIOS])
def test_transfers_are_the_expected_ones(name, path):
    expected_path = path.parent.parent / "esperado" / f"{path.stem}.csv"
    assert expected_path.is_file(), f"{path.name} has no esperado/{path.stem}.csv"
    with expected_path.open(encoding="utf-8", newline="") as file:
        expected = [(row["donante"], row["receptor"], row["monto_soles"]) for row in csv.DictReader(file)]
    evaluation = evaluated(name)
    inputs = replace(evaluation.inputs, scenarios=(read_spec(path, EscenarioSpec),))
    (result,) = solve_all(ground_of(replace(evaluation, inputs=inputs))).scenarios
    assert [(d, r, str(m)) for d, r, m in result.transferencias.rows()] == expected


def test_the_default_scenario_by_hand(dossier):
    """Caps worked out from the printed table: 10 % of PIM of 04.02 and 13.03; 25 % of PIM times execution of receivers."""
    scenario = dossier.scenarios[0]
    caps = dict(scenario.acciones.select("accion", "tope_soles").iter_rows())
    assert caps["AER.04.02"] == 1_141_624  # 10 % of 11,416,248
    assert caps["AER.13.03"] == 80_427_820  # 10 % of 804,278,207
    assert caps["AER.01.03"] == 12_809_255 // 4  # 25 % of PIM x devengado/PIM = 25 % of devengado
    receivers = scenario.acciones.filter(pl.col("papel") == "receptor")
    assert receivers["en_tope"].all()
    assert scenario.monto_soles == sum(caps[a] for a in receivers["accion"]) == 7_385_699
    assert scenario.excluidas["accion"].to_list() == ["AER.12.03", "AER.07.05", "AER.07.03"]
