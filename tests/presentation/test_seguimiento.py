"""The figures of the light show what the light measured, and say where it comes from."""

import polars as pl
import pytest

from presupuesto_link.commands.asking.cuts import raw_rules
from presupuesto_link.evaluation.evaluate import evaluate
from presupuesto_link.money.cut import Cut
from presupuesto_link.presentation.plots import save_figure
from presupuesto_link.presentation.plots.seguimiento import draw_alignment, draw_quarters
from presupuesto_link.quarter.light import monitor
from presupuesto_link.store.store import Store
from tests.sources.extracts import budget, spent, write_long


@pytest.fixture(scope="module")
def watched(inputs, tmp_path_factory):
    from presupuesto_link.commands import main

    folder = tmp_path_factory.mktemp("seguimiento")
    rows = [budget("1200", ANO_EJE="2025"), *(spent(m, "50", ANO_EJE="2025") for m in range(1, 7))]
    path = write_long(folder / "2025-Gasto.csv", *rows)
    assert main._code(["cargar", str(path), "--al", "2025-06-30", "--almacen", str(folder / "a")], False) == 0
    store = Store(folder / "a")
    return monitor(evaluate(inputs, Cut(store, store.list()[-1], raw_rules(inputs, None))))


def test_each_tile_is_the_light_of_its_month(watched):
    figure = draw_quarters(watched)
    assert figure.data["unidad"].unique().to_list() == ["AER.03.03"]
    # 50 of each 100 expected; the other stages were 0 of what was expected
    assert figure.data["texto"].to_list()[:4] == ["R 50 %", "R 50 %", "R 0 %", "R 0 %"]
    assert "1 de 1 AER con dinero está en rojo" in figure.title
    assert "S/ 300" in figure.title


def test_the_alignment_counts_every_action_once(watched):
    data = draw_alignment(watched).data
    assert data["acciones"].sum() == watched.analysis.inputs.plan.acciones.height
    assert data.filter(pl.col("banda_ejecucion") == "rojo")["acciones"].sum() == 1


@pytest.mark.lento
def test_the_picture_is_the_same_twice(watched, tmp_path):
    for name in ("a", "b"):
        save_figure(draw_quarters(watched), tmp_path / name)
    assert (tmp_path / "a" / "semaforo_trimestral.png").read_bytes() == (tmp_path / "b" / "semaforo_trimestral.png").read_bytes()
