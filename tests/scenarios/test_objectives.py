"""Each objective is one object: its words, its value and how a better one is told."""

from typing import get_args

import pytest

from presupuesto_link.scenarios.objectives import OBJECTIVES
from presupuesto_link.specs.scenario import ObjetivoSpec


def test_what_a_file_may_seek_and_the_objectives_are_the_same_names():
    assert set(get_args(ObjetivoSpec.model_fields["tipo"].annotation)) == OBJECTIVES.keys()


def test_each_objective_says_what_it_is_measured_in():
    assert all(objective.unit for objective in OBJECTIVES.values())


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_gain_is_told_with_the_sign_of_what_is_sought(name):
    better, worse = (3.0, 5.0) if name == "mínimo movimiento" else (5.0, 3.0)
    assert OBJECTIVES[name].gain(better, worse) == 2


def test_only_what_is_maximised_loses_its_minus_sign():
    assert {name: objective.worded(-7.0) for name, objective in OBJECTIVES.items()} == {
        "prioridad": 7,
        "brechas": 7,
        "mínimo movimiento": -7,
        "equidad": 7,
    }
