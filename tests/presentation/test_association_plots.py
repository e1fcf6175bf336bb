"""What each figure of the association plots is what the study says."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from presupuesto_link.presentation.plots.asociacion import draw_association
from presupuesto_link.presentation.plots.common import save_figure
from presupuesto_link.presentation.plots.text import short_code
from presupuesto_link.studies.association import study_association
from presupuesto_link.studies.influence import most_influential

pytestmark = pytest.mark.lento  # eight figures


@pytest.fixture(scope="module")
def study(analysis):
    return study_association(analysis)


@pytest.fixture(scope="module")
def figures(study):
    return {figure.name: figure for figure in draw_association(study)}


def test_they_come_in_order_with_source_and_warning(figures, analysis):
    names = ("dispersion", "regresion_parcial", "influencia", "residuos")
    assert list(figures) == [f"{name}_2023_{year}" for year in (2023, 2024) for name in names]
    for figure in figures.values():
        caption = figure.plot.labels.caption.replace("\n", " ")
        assert analysis.inputs.spec.fuente in caption
        assert "31/10/2025" in caption
        assert "nada de esto dice que una venga de la otra" in caption
        assert figure.plot.labels.title.replace("\n", " ") == figure.title
        assert figure.width_cm <= 17.5


def test_every_action_is_there_and_named(figures, study):
    for case in study.principal:
        counted = study.of(case, "muestra").filter(pl.col("motivo").is_null())
        for name in ("dispersion", "regresion_parcial", "influencia", "residuos"):
            data = figures[f"{name}_{case.anio_ejecucion}_{case.anio_resultado}"].data
            assert data["codigo"].to_list() == [short_code(code) for code in counted["accion"]]


def test_titles_are_the_figures(figures):
    assert (
        figures["dispersion_2023_2024"].title
        == "Con 30 AER, la correlación entre ejecución 2023 y avance 2024 es +0.23 y su intervalo (−0.16 a +0.57) incluye el cero"
    )
    assert (
        figures["regresion_parcial_2023_2024"].title
        == "A igual PIM y dimensión, 10 puntos más de ejecución 2023 acompañan a +7.8 puntos de avance 2024; sin AER.08.02, a +3.5"
    )


def test_the_loud_mark_is_the_one_the_title_names(figures, study):
    for case in study.principal:
        table, pair = study.of(case, "influencia"), f"{case.anio_ejecucion}_{case.anio_resultado}"
        loud = figures[f"regresion_parcial_{pair}"].data.filter("destacada")["accion"].to_list()
        assert loud == [most_influential(table)]
        beyond = table.filter(pl.col("distancia_cook") > 4 / table.height)["accion"].to_list()
        assert figures[f"influencia_{pair}"].data.filter("destacada")["accion"].to_list() == beyond


def test_names_are_apart(figures):
    """Outside the scatter, whose ceiling is a crowd, no two names are in the same place."""
    for name, figure in figures.items():
        if not name.startswith("dispersion"):
            wide, tall = (figure.data[axis].max() - figure.data[axis].min() for axis in ("nombre_x", "nombre_y"))
            places = list(figure.data.select("nombre_x", "nombre_y").iter_rows())
            for i, (x, y) in enumerate(places):
                for other_x, other_y in places[:i]:
                    assert abs(x - other_x) > 0.035 * wide or abs(y - other_y) > 0.018 * tall


@pytest.mark.lento
def test_the_same_study_draws_the_same_bytes(figures, tmp_path):
    figure = figures["influencia_2023_2023"]
    once, again = (save_figure(replace(figure), tmp_path / name) for name in ("a", "b"))
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]
