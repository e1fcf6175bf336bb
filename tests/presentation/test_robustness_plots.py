"""The figures of the robustness plot what the study says, and the ranking carries its intervals."""

from dataclasses import replace

import polars as pl
import pytest

from presupuesto_link.presentation.plots.ranking import draw_ranking
from presupuesto_link.presentation.plots.robustez import draw_acceptability, draw_intervals
from presupuesto_link.presentation.telling.robustness_words import central_words, interval, places, share
from presupuesto_link.specs import RobustezSpec
from presupuesto_link.studies.robustness import Robustness, study_robustness


@pytest.fixture(scope="module")
def found(analysis) -> Robustness:
    return study_robustness(analysis, RobustezSpec(sorteos=4000))


def test_intervals_are_those_of_the_study_in_order(analysis, found):
    figure = draw_intervals(analysis, found)
    placed = found.resumen.filter(pl.col("rezagada_ratio") > 0)
    columns = ["accion", "puesto_bajo", "puesto_mediano", "puesto_alto", "primeros_ratio"]
    assert figure.data.select(columns).sort("accion").equals(placed.select(columns).sort("accion"))
    assert figure.data["primeros_ratio"].is_sorted(descending=True)
    assert figure.height_cm <= 25.7
    sure = placed.filter(pl.col("clase") == "siempre")["accion"].sort()
    assert all(code in figure.title for code in sure)
    assert f"; {placed.filter(pl.col('clase') == 'depende').height} AER dependen" in figure.title


def test_the_heat_map_has_every_share_and_that_of_no_place(analysis, found):
    figure = draw_acceptability(analysis, found)
    shares = figure.data.filter(pl.col("puesto").is_not_null()).select("accion", "puesto", "aceptabilidad_ratio")
    assert shares.sort("accion", "puesto").equals(found.aceptabilidad.puestos.sort("accion", "puesto"))
    added = figure.data.group_by("accion").agg(pl.col("aceptabilidad_ratio").sum())["aceptabilidad_ratio"]
    assert (added - 1).abs().max() < 1e-9
    top = found.resumen.sort("primera_ratio").row(-1, named=True)
    assert figure.title.startswith(f"{top['accion']} es la más rezagada en el {share(top['primera_ratio'])}")


def test_both_say_source_date_and_how_it_was_done(analysis, found):
    for figure in (draw_intervals(analysis, found), draw_acceptability(analysis, found)):
        caption = figure.plot.labels.caption.replace("\n", " ")
        assert analysis.inputs.spec.fuente in caption
        assert "31/10/2025" in caption
        assert "4,000 juegos de pesos sorteados" in caption
        assert "con 4 lecturas del avance" in caption
        assert figure.alt.endswith(".")


def test_nobody_with_a_place_draws_nothing(analysis, found):
    empty = replace(found, resumen=found.resumen.with_columns(clase=pl.lit("sin puesto")))
    assert draw_intervals(analysis, empty) is None
    assert draw_acceptability(analysis, empty) is None


def test_many_actions_still_fit_a_page(analysis, found):
    """48 actions with a place: shorter rows, and no figures in cells that have no room."""
    codes = found.resumen["accion"].to_list()
    rows = found.resumen.with_columns(clase=pl.lit("depende"), puesto_bajo=pl.lit(1), puesto_mediano=pl.lit(20), puesto_alto=pl.lit(48))
    cells = pl.DataFrame(
        {"accion": codes, "puesto": list(range(1, 49)), "aceptabilidad_ratio": [1.0] * 48}, schema=found.aceptabilidad.puestos.schema
    )
    many = replace(found, resumen=rows, aceptabilidad=replace(found.aceptabilidad, puestos=cells))
    for figure in (draw_intervals(analysis, many), draw_acceptability(analysis, many)):
        assert figure.height_cm <= 25.7
        assert figure.data["accion"].n_unique() == 48


def test_the_ranking_carries_the_interval_only_when_it_is_known(analysis, found):
    with_it, without = draw_ranking(analysis, found), draw_ranking(analysis)
    ends = {row["accion"]: places(row["puesto_bajo"], row["puesto_alto"]) for row in found.resumen.iter_rows(named=True)}
    written = dict(with_it.data.select("accion", "intervalo").iter_rows())
    assert written == {action: ends[action] for action in written}
    assert set(without.data["intervalo"]) == {""}
    assert "Puestos, a la derecha" in with_it.plot.labels.caption
    assert "Puestos, a la derecha" not in without.plot.labels.caption


@pytest.mark.parametrize(("ratio", "words"), [(0.0, "0 %"), (0.004, "< 1 %"), (0.25, "25 %"), (0.996, "> 99 %"), (1.0, "100 %")])
def test_a_share_never_says_all_or_nothing_of_what_is_not(ratio, words):
    assert share(ratio) == words


def test_small_words():
    assert (interval(3, 9), interval(4, 4), interval(None, None)) == ("3–9", "4", "–")
    assert (places(3, 9), places(4, 4), places(None, None)) == ("puestos 3–9", "puesto 4", "sin puesto")
    weights = {"brecha_avance": 0.43, "prioridad": 0.21, "tendencia": 0.1}
    assert central_words(weights) == "brecha de avance 43 % y prioridad 21 %"
    assert central_words({"brecha_avance": None}) == "nunca es primera"
