"""The order of the rows in the input files never matters, for the whole analysis."""

import random
from pathlib import Path

import pytest

from presupuesto_link.dossier import assemble
from presupuesto_link.inputs import load
from presupuesto_link.presentation.telling.tables import result_tables
from presupuesto_link.sources.embedded import embedded_analyses


def shuffle(path: Path, seed: int) -> None:
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    random.Random(seed).shuffle(rows)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.lento)])
def test_every_table_is_the_same(plan_folder, budget_file, seed):
    files = {"plan": plan_folder, "gasto_aer": budget_file}
    before = assemble(load(embedded_analyses()["cajamarca-2024"], files))
    for name in ("objetivos", "acciones", "indicadores", "valores", "cifras_publicadas"):
        shuffle(plan_folder / f"{name}.csv", seed)
    shuffle(budget_file, seed)
    again = assemble(load(embedded_analyses()["cajamarca-2024"], files))
    for one, other in zip(result_tables(before), result_tables(again), strict=True):
        assert one.frame.equals(other.frame), one.name
