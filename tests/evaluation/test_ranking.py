"""The lag score by hand, its order and its ties."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presupuesto_link.evaluation.matrix import Matrix
from presupuesto_link.evaluation.ranking import COMPONENTS, rank_actions
from presupuesto_link.specs import RankingSpec
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
