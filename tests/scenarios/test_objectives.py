"""Each objective is one object: its words, its value and how a better one is told."""

from typing import get_args

import numpy as np
import pytest

from presupuesto_link.scenarios import objectives
from presupuesto_link.scenarios.compare import run_scenario
from presupuesto_link.scenarios.objectives import OBJECTIVES, PerSol
from presupuesto_link.specs.scenario import ObjetivoSpec
from tests.scenarios.budget import EMPTY, asked, base, line


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


class LastFirst(PerSol):
    """Each sol to the last of the receivers counts ten, to any other one."""

    name, unit = "otro", "soles"

    def cost(self, problem):
        last = problem.receiver_action == problem.receivers.acciones.height - 1
        return np.where(last, -10.0, -1.0)


def test_another_objective_needs_nothing_but_its_class(monkeypatch):
    monkeypatch.setitem(objectives.OBJECTIVES, "prioridad", LastFirst())
    lines = [line("AER.01.01", 100), line("AER.05.01", 80), line("AER.06.01", 70)]
    found = run_scenario(base(lines, {"AER.05.01": 0.9, "AER.06.01": 0.1}), asked(), EMPTY)
    # the last place takes its 70 first; 30 are left for the first
    assert dict(found.transferencias.select("receptor", "monto_soles").iter_rows()) == {"AER.06.01": 70, "AER.05.01": 30}
    assert (found.solution.value, found.unidad) == (70 * 10 + 30, "soles")
