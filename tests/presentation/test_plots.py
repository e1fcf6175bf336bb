"""What each figure plots is what the analysis says; files are stable and drawing is lazy."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.dossier import Dossier
from presupuesto_link.money.by_action import TRANSVERSAL
from presupuesto_link.presentation.plots import Figure, draw_all, save_figure
from presupuesto_link.presentation.plots.frontera import draw_frontier
from presupuesto_link.presentation.plots.text import width_cm, wrap
from presupuesto_link.presentation.plots.transferencias import draw_transfers
from presupuesto_link.presentation.telling.words import short_amount
from presupuesto_link.tables.levels import short_code
from presupuesto_link.tables.numbers import MONEY


@pytest.fixture(scope="module")
def figures(dossier: Dossier) -> dict[str, Figure]:
    return {figure.name: figure for figure in draw_all(dossier)}


def test_figures_come_in_a_fixed_order_and_fit_an_a4_page(figures):
    assert list(figures) == [
        "matriz_2023_2023",
        "matriz_2023_2024",
        "matriz_2024_2024",
        "burbujas_2023_2023",
        "burbujas_2023_2024",
        "burbujas_2024_2024",
        "ranking",
        "semaforo_oer",
        "semaforo_aer",
        "escenario_recomendacion-2",
        "transferencias_recomendacion-2",
    ]
    assert all(figure.width_cm <= 17.5 and figure.height_cm <= 25.7 for figure in figures.values())


def test_every_figure_has_source_date_title_and_alt_text(figures, analysis):
    for figure in figures.values():
        labels = figure.plot.labels
        assert labels.title.replace("\n", " ") == figure.title
        caption = labels.caption.replace("\n", " ")
        assert analysis.inputs.spec.fuente in caption
        assert "31/10/2025" in caption
        assert labels.subtitle
        assert figure.alt.endswith(".")


def test_matrix_counts_every_action_and_sums_only_direct_money(figures, analysis):
    for matrix in analysis.matrices:
        data = figures[f"matriz_{matrix.anio_ejecucion}_{matrix.anio_resultado}"].data
        direct = matrix.acciones.filter(pl.col("vinculo") != TRANSVERSAL)
        assert data.height == 16
        assert data["acciones"].sum() == matrix.acciones.height
        assert data["pim_soles"].sum() == direct["pim_soles"].sum()
        written = " ".join(data["codigos"]).replace("†", "").split()
        assert sorted(written) == sorted(short_code(code) for code in matrix.acciones["accion"])
        beside = matrix.acciones.filter(pl.col("vinculo") == TRANSVERSAL)["accion"].to_list()
        assert ("07.01†" in " ".join(data["codigos"])) == (beside == ["AER.07.01"])


def test_matrix_title_is_counted_from_the_matrix(figures, analysis):
    matrix, limits = analysis.matrices[1], analysis.inputs.spec.matrices
    spends = pl.col("ejecucion_ratio") >= limits.ejecuta_desde_ratio
    achieves = pl.col("avance_ratio") >= limits.logra_desde_ratio
    both = matrix.acciones.filter(spends & achieves).height
    failed = matrix.acciones.filter(spends & ~achieves).height
    title = figures["matriz_2023_2024"].title
    assert title.startswith(f"{both} de {matrix.acciones.height} AER")
    assert f"; {failed} ejecutaron" in title


def test_bubbles_are_the_actions_with_both_measures(figures, analysis):
    both = pl.col("ejecucion_ratio").is_not_null() & pl.col("avance_ratio").is_not_null()
    for matrix, diagnosis in zip(analysis.matrices, analysis.diagnoses, strict=True):
        figure = figures[f"burbujas_{matrix.anio_ejecucion}_{matrix.anio_resultado}"]
        expected = diagnosis.filter(both).select("accion", "ejecucion_ratio", "avance_ratio", "diagnostico")
        assert figure.data.select(expected.columns).sort("accion").equals(expected.sort("accion"))
        assert f"De {expected.height} AER" in figure.title


def test_bubble_area_is_proportional_to_the_money(figures):
    data = figures["burbujas_2023_2024"].data.filter((pl.col("vinculo") != TRANSVERSAL) & (pl.col("tamano_mm") > pl.col("tamano_mm").min()))
    per_sol = (data["tamano_mm"] ** 2) / data["pim_soles"].cast(pl.Float64)
    assert per_sol.max() == pytest.approx(per_sol.min())


@pytest.mark.parametrize("name", ["burbujas_2023_2023", "burbujas_2023_2024"])
def test_bubble_names_do_not_overlap(figures, name):
    figure = figures[name]
    (left, right), (low, high) = figure.plot.coordinates.limits.x, figure.plot.coordinates.limits.y
    per_x, per_y = 15.3 / (right - left), 13.4 / (high - low)
    boxes = []
    for row in figure.data.iter_rows(named=True):
        wide, tall = width_cm(row["codigo"], 7), 0.24
        wide, tall = (tall, wide) if row["arriba"] else (wide, tall)
        x, y = row["nombre_x"] * per_x, row["nombre_y"] * per_y
        boxes.append((x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2))
        assert left * per_x <= boxes[-1][0] and boxes[-1][2] <= right * per_x, row["codigo"]
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_ranking_pieces_add_up_to_the_score(figures, analysis):
    data, lagging = figures["ranking"].data, analysis.ranking.filter(pl.col("grupo") == "rezagada")
    total = data.group_by("accion", maintain_order=True).agg(pl.col("aporte_ratio").sum(), pl.col("puntaje_ratio").first())
    assert total["accion"].to_list() == lagging["accion"].to_list()
    assert (total["aporte_ratio"] - total["puntaje_ratio"]).abs().max() < 1e-8
    assert lagging["accion"][0] in figures["ranking"].title
    assert " aporta el " in figures["ranking"].title and "explica" not in figures["ranking"].title
    caption = figures["ranking"].plot.labels.caption
    assert all(code in caption for code in lagging.filter(pl.col("peso_con_dato_ratio") < 1)["accion"])


@pytest.mark.parametrize(("name", "level", "count"), [("semaforo_oer", "OER", 13), ("semaforo_aer", "AER", 48)])
def test_light_shows_both_policies_of_the_profile_in_use(figures, analysis, name, level, count):
    data = figures[name].data
    expected = analysis.elements.filter((pl.col("perfil") == analysis.inputs.spec.avance.perfil) & (pl.col("nivel") == level))
    key = ["anio", "politica_nd", "elemento"]
    columns = [*key, "color", "avance_ratio"]
    assert data.height == count * 4
    assert data.select(columns).sort(key).equals(expected.select(columns).sort(key))
    letter = data["texto"].str.split(" ").list.first().replace_strict({"R": "rojo", "A": "amarillo", "V": "verde", "ND": "gris"})
    assert (letter == data["color"]).all()


def test_scenario_conserves_money_and_is_worded_as_indicative(figures, dossier):
    scenario, figure = dossier.scenarios[0], figures["escenario_recomendacion-2"]
    assert figure.data["cambio_soles"].sum() == 0
    assert figure.data["monto_soles"].sum() == 2 * scenario.monto_soles
    assert (figure.data["pim_antes_soles"] + figure.data["cambio_soles"] == figure.data["pim_despues_soles"]).all()
    assert figure.plot.labels.subtitle.startswith("Indicativo")
    assert "−S/ 6,244,075" in figure.data["texto"][0]


def test_transfers_are_every_pair_and_add_up_to_what_moves(figures, dossier):
    scenario, figure = dossier.scenarios[0], figures["transferencias_recomendacion-2"]
    columns = ["donante", "receptor", "monto_soles"]
    assert figure.data.select(columns).sort(columns).equals(scenario.transferencias.select(columns).sort(columns))
    assert figure.data.row(0, named=True) == {
        "donante": "AER.13.03",
        "receptor": "AER.01.03",
        "monto_soles": Decimal("2060689.00"),
        "x": 0.0,
        "y": 0.0,
        "texto": "2.06",
    }
    assert figure.plot.labels.subtitle.startswith("Indicativo y borrador")
    assert "5 transferencias" in figure.title


def test_many_transfers_are_folded_without_losing_money(analysis, dossier):
    """15 donors by 15 receivers: the 11 largest of each side, and one that adds up the other 4."""
    codes = [(f"AER.{i:02}.01", f"AER.{j:02}.02", Decimal(1000 * i + j)) for i in range(15) for j in range(15)]
    pairs = pl.DataFrame(codes, schema={"donante": pl.String, "receptor": pl.String, "monto_soles": MONEY}, orient="row")
    figure = draw_transfers(analysis.inputs, replace(dossier.scenarios[0], transferencias=pairs))
    assert figure.data["donante"].n_unique() == figure.data["receptor"].n_unique() == 12
    assert figure.data["monto_soles"].sum() == pairs["monto_soles"].sum()
    assert figure.data.filter(pl.col("y") == -11)["donante"].unique().to_list() == ["las demás"]
    assert "< 0.01" in figure.data["texto"].to_list()
    assert "0.00" not in figure.data["texto"].to_list()
    assert "En filas y columnas, «las demás»" in figure.plot.labels.caption.replace("\n", " ")


def test_nothing_that_moves_draws_no_transfers(analysis, dossier):
    scenario = dossier.scenarios[0]
    assert draw_transfers(analysis.inputs, replace(scenario, transferencias=scenario.transferencias.clear())) is None


@pytest.mark.lento
def test_the_frontier_goes_through_the_proposal_and_leaves_out_what_has_no_value(analysis, dossier, tmp_path):
    scenario = dossier.scenarios[0]
    frontier = pl.DataFrame({"monto_soles": [9_000_000, 0, 3_000_000, 99], "valor": [3.4e6, 0.0, 1.7e6, None]})
    figure = draw_frontier(analysis.inputs, scenario, frontier)
    assert figure.data.rows() == [(0, 0.0), (3_000_000, 1.7e6), (7_385_699, scenario.solution.value), (9_000_000, 3.4e6)]
    assert figure.plot.labels.subtitle.startswith("Indicativo y borrador")
    assert scenario.unidad in figure.plot.labels.caption.replace("\n", " ")
    assert figure.title == "Con S/ 7.4 M se lograría el 100 % de la mayor ganancia calculada"
    first, second = save_figure(figure, tmp_path / "a"), save_figure(replace(figure), tmp_path / "b")
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(first, second, strict=True))


def test_the_frontier_of_a_cost_is_not_worded_as_a_gain(analysis, dossier):
    scenario = dossier.scenarios[0]
    aim = scenario.spec.objetivo.model_copy(update={"tipo": "mínimo movimiento"})
    problem = replace(scenario.problem, spec=scenario.spec.model_copy(update={"objetivo": aim}))
    frontier = pl.DataFrame({"monto_soles": [1_000_000, 9_000_000], "valor": [1.0e6, 9.0e6]})
    figure = draw_frontier(analysis.inputs, replace(scenario, problem=problem), frontier)
    assert figure.title == "Lo que costaría mover hasta S/ 9.0 M"
    assert "gana" not in f"{figure.plot.labels.subtitle} {figure.plot.labels.caption}"


def test_one_amount_is_no_frontier(analysis, dossier):
    frontier = pl.DataFrame({"monto_soles": [1, 2], "valor": [None, 3.0]})
    assert draw_frontier(analysis.inputs, dossier.scenarios[0], frontier) is None


@pytest.mark.lento
def test_saving_twice_gives_the_same_bytes_and_leaves_no_open_figure(figures, tmp_path):
    import matplotlib.pyplot as plt

    figure = figures["matriz_2023_2024"]
    first, second = save_figure(figure, tmp_path / "a"), save_figure(replace(figure), tmp_path / "b")
    assert [path.name for path in first] == ["matriz_2023_2024.png", "matriz_2023_2024.svg"]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(first, second, strict=True))
    assert b"<dc:date>" not in first[1].read_bytes()
    assert plt.get_fignums() == []


def test_importing_plots_loads_no_plotting_library():
    code = "import sys, presupuesto_link.presentation.plots; print([m for m in ('plotnine', 'matplotlib', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_wrapped_text_fits_and_is_cut_with_an_ellipsis():
    text = "Fortalecer la articulación multinivel, pública, privada y de cooperación"
    rows = wrap(text, 4, 7).split("\n")
    assert " ".join(rows) == text
    assert all(width_cm(row, 7) <= 4 for row in rows)
    cut = wrap(text, 4, 7, lines=2).split("\n")
    assert len(cut) == 2 and cut[1].endswith("…") and width_cm(cut[1], 7) <= 4


def test_short_forms():
    assert short_code("AER.01.03") == "01.03"
    assert short_amount(479_350) == "S/ 479,350"
    assert short_amount(3_078_950_931) == "S/ 3,079.0 M"
    assert short_amount(None) == "ND"


def test_spread_keeps_order_gap_and_room():
    import numpy as np

    from presupuesto_link.presentation.plots.labels import spread

    placed = spread(np.array([0.0, 0.1, 0.1, 5.0]), 1.0, 0.0, 10.0)
    assert placed.tolist() == pytest.approx([0.0, 1.0, 2.0, 5.0])
    assert spread(np.array([9.8, 9.9, 10.0]), 1.0, 0.0, 10.0).tolist() == pytest.approx([8.0, 9.0, 10.0])
