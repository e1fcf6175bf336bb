"""The lag score by hand, its order and its ties."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presupuesto_link.evaluation.matrix import Matrix
from presupuesto_link.evaluation.ranking import COMPONENTS, heaviest, rank_actions
from presupuesto_link.specs import PesosSpec, RankingSpec
from presupuesto_link.tables.numbers import MONEY

SPEC = RankingSpec(objetivos_prioritarios=("OER.01",))


def table(rows) -> Matrix:
    """Rows of (code, objective, advance, execution, pim)."""
    frame = pl.DataFrame(
        [
            {
                "accion": c,
                "objetivo": o,
                "nombre": c,
                "avance_ratio": a,
                "ejecucion_ratio": e,
                "pim_soles": p,
                "saldo_soles": 0,
                "vinculo": "directo" if p is not None else "sin fila",
                "banda_resultado": "rojo",
                "color_depende_nd": False,
            }
            for c, o, a, e, p in rows
        ],
        schema={
            "accion": pl.String,
            "objetivo": pl.String,
            "nombre": pl.String,
            "avance_ratio": pl.Float64,
            "ejecucion_ratio": pl.Float64,
            "pim_soles": MONEY,
            "saldo_soles": MONEY,
            "vinculo": pl.String,
            "banda_resultado": pl.String,
            "color_depende_nd": pl.Boolean,
        },
    )
    return Matrix(2023, 2024, frame, pl.DataFrame())


def previous(rows) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"elemento": pl.String, "avance_ratio": pl.Float64}, orient="row")


def test_the_score_by_hand():
    """A: 0.40*0.6 + 0.15*0.2 + 0.15*0.5 + 0.10*1.0 + 0.20*1 = 0.645; B lacks money: (0.40*0.5 + 0.15*0 + 0.20*0)/0.75."""
    ranked = rank_actions(
        table([("A", "OER.01", 0.4, 0.5, 200), ("C", "OER.02", 1.0, 1.0, 100), ("B", "OER.02", 0.5, None, None)]),
        previous([("A", 0.6), ("B", 0.3), ("C", 1.0)]),
        SPEC,
    )
    scores = {row["accion"]: row for row in ranked.iter_rows(named=True)}
    assert scores["A"]["puntaje_ratio"] == pytest.approx(0.645)
    assert scores["B"]["puntaje_ratio"] == pytest.approx(0.2 / 0.75)
    assert scores["B"]["peso_con_dato_ratio"] == pytest.approx(0.75)
    assert scores["B"]["brecha_ejecucion"] is None
    assert (scores["A"]["puesto"], scores["B"]["puesto"], scores["C"]["puesto"]) == (1, 2, None)
    assert scores["C"]["grupo"] == "en meta"


def test_ties_share_the_lower_place_and_nd_is_apart():
    ranked = rank_actions(
        table(
            [
                ("B", "OER.02", 0.5, 0.8, 100),
                ("A", "OER.02", 0.5, 0.8, 100),
                ("D", "OER.02", 0.9, 0.8, 100),
                ("N", "OER.02", None, 0.8, 100),
                ("M", "OER.01", None, 0.8, 50),
            ]
        ),
        previous([]),
        SPEC,
    )
    assert ranked.select("accion", "grupo", "puesto").rows() == [
        ("A", "rezagada", 1),
        ("B", "rezagada", 1),
        ("D", "rezagada", 3),
        ("M", "prioridad de dato", 1),
        ("N", "prioridad de dato", 2),
    ]
    assert ranked.filter(pl.col("accion") == "N")["puntaje_ratio"].item() is None


def ranked_of(*rows, before=(), spec=SPEC):
    return {row["accion"]: row for row in rank_actions(table(rows), previous(list(before)), spec).iter_rows(named=True)}


def test_the_edge_of_those_that_lag_is_on_target():
    found = ranked_of(("A", "OER.02", 0.95, 0.5, 100), ("B", "OER.02", 0.9499, 0.5, 100))
    assert [found[code]["grupo"] for code in "AB"] == ["en meta", "rezagada"]


def test_more_than_all_the_budget_is_no_gap_and_what_rose_is_no_fall():
    found = ranked_of(("A", "OER.02", 0.5, 1.3, 100), ("B", "OER.02", 0.5, 0.9, 100), before=[("A", 0.3), ("B", 0.75)])
    assert [(found[code]["brecha_ejecucion"], found[code]["tendencia"]) for code in "AB"] == [(0.0, 0.0), (pytest.approx(0.1), 0.25)]


def test_the_weight_of_a_budget_is_its_place_among_those_linked_directly_and_equal_ones_share_it():
    """PIM of 10, 20, 20 and 40: places 1, 2.5, 2.5 and 4 of 4. The transversal 30, larger than two of them, has none."""
    rows = table([(code, "OER.02", 0.5, 0.5, pim) for code, pim in (("A", 10), ("B", 20), ("C", 20), ("D", 40), ("T", 30))])
    beside = pl.when(pl.col("accion") == "T").then(pl.lit("transversal")).otherwise("vinculo").alias("vinculo")
    ranked = rank_actions(Matrix(2023, 2024, rows.acciones.with_columns(beside), pl.DataFrame()), previous([]), SPEC)
    assert dict(ranked.select("accion", "peso_presupuestal").rows()) == {"A": 0.25, "B": 0.625, "C": 0.625, "D": 1.0, "T": None}


def test_scores_closer_than_the_eye_can_tell_share_their_place():
    found = ranked_of(("A", "OER.02", 0.5, None, None), ("B", "OER.02", 0.5 - 1e-12, None, None), ("C", "OER.02", 0.5 - 1e-6, None, None))
    assert [found[code]["puesto"] for code in "ABC"] == [2, 2, 1]


def test_those_that_wait_for_data_go_by_priority_then_the_largest_budget_and_those_without_it_last():
    rows = [("A", "OER.02", None, 0.5, None), ("B", "OER.02", None, 0.5, 10), ("C", "OER.02", None, 0.5, 90), ("D", "OER.01", None, 0.5, 1)]
    found = ranked_of(*rows)
    assert sorted(found, key=lambda code: found[code]["puesto"]) == ["D", "C", "B", "A"]


def test_an_action_without_any_of_the_components_that_weigh_waits_for_data():
    spec = RankingSpec(pesos=PesosSpec(brecha_avance=0, tendencia=0, brecha_ejecucion=1, peso_presupuestal=0, prioridad=0))
    found = ranked_of(("A", "OER.02", 0.5, 0.6, 100), ("B", "OER.02", 0.5, None, None), spec=spec)
    assert [(found[code]["grupo"], found[code]["puntaje_ratio"]) for code in "AB"] == [("rezagada", 0.4), ("prioridad de dato", None)]


def test_the_component_that_gives_most_and_its_part():
    """0.40 x 0.5 of advance, 0.15 x 0.8 of execution, 0.10 of a whole budget: 0.20 of 0.42 once weighed over 0.85 for both."""
    ranked = rank_actions(table([("A", "OER.02", 0.5, 0.2, 100)]), previous([]), SPEC)
    most, part = heaviest(ranked)
    assert (most, part) == ("brecha_avance", pytest.approx(0.20 / 0.42))
    assert ranked["pim_soles"].to_list() == [Decimal(100)]


@pytest.mark.propiedad
@given(st.permutations(range(6)), st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_the_order_of_rows_never_matters(order, advances):
    rows = [(f"A{i}", f"OER.0{i % 3}", advances[i], 0.1 * i, 100 * i or None) for i in range(6)]
    before = previous([(f"A{i}", 0.5) for i in range(6)])
    assert rank_actions(table(rows), before, SPEC).equals(rank_actions(table([rows[i] for i in order]), before, SPEC))


def test_contributions_add_up_to_the_score_on_the_report(analysis):
    scored = analysis.ranking.filter(pl.col("puntaje_ratio").is_not_null())
    added = scored.select(pl.sum_horizontal(f"aporte_{name}" for name in COMPONENTS)).to_series()
    assert (added - scored["puntaje_ratio"]).abs().max() < 1e-8
    assert scored["puntaje_ratio"].is_between(0, 1).all()


def test_groups_of_the_report(analysis):
    groups = dict(analysis.ranking.group_by("grupo").len().iter_rows())
    assert groups == {"rezagada": 17, "prioridad de dato": 9, "en meta": 22}
    assert analysis.ranking["accion"][0] == "AER.01.03"
    assert analysis.ranking.filter(pl.col("accion") == "AER.07.01")["peso_presupuestal"].item() is None
