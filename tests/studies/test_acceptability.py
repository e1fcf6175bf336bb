"""SMAA-2 against cases worked out by hand, and against the ranking itself."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presupuesto_link.errors import SpecError
from presupuesto_link.evaluation.matrix import Matrix
from presupuesto_link.evaluation.ranking import COMPONENTS, LAGGING, NO_DATA, ON_TARGET, rank_actions
from presupuesto_link.specs import PesosSpec, RankingSpec
from presupuesto_link.studies.acceptability import NEVER_FIRST, Acceptability, measure_acceptability
from presupuesto_link.studies.counting import Reading
from presupuesto_link.studies.weights import fixed_weights
from tests.evaluation.test_ranking import previous, table

ANY = (0.0, 1.0)
DRAWS = 40_000
FOUR_ERRORS = 4 * 0.5 / DRAWS**0.5


def only(*names: str) -> dict[str, tuple[float, float]]:
    """Free weights for these components and none for the others."""
    return {name: ANY if name in names else (0.0, 0.0) for name in COMPONENTS}


TWO = only("brecha_avance", "tendencia")
THREE = only("brecha_avance", "tendencia", "prioridad")


def reading(rows: dict[str, tuple[float | None, float | None, float | None]], share=1.0, **groups: str) -> Reading:
    """Actions with `brecha_avance`, `tendencia` and `prioridad`; lagging unless said otherwise."""
    return Reading(
        "de prueba",
        pl.DataFrame(
            [
                {"accion": a, "grupo": groups.get(a, LAGGING), "brecha_avance": x, "tendencia": y, "prioridad": z}
                for a, (x, y, z) in rows.items()
            ],
            schema={"accion": pl.String, "grupo": pl.String, "brecha_avance": pl.Float64, "tendencia": pl.Float64, "prioridad": pl.Float64},
        ).with_columns(brecha_ejecucion=pl.lit(0.0), peso_presupuestal=pl.lit(0.0)),
        share,
    )


def measure(*readings: Reading, ranges=THREE, draws=DRAWS, seed=1, first=1) -> Acceptability:
    return measure_acceptability(readings, ranges, draws, seed, first)


def of(result: Acceptability, column: str) -> dict[str, float | None]:
    return dict(result.acciones.select("accion", column).iter_rows())


def central(result: Acceptability, action: str) -> dict[str, float | None]:
    rows = result.centrales.filter(pl.col("accion") == action)
    return dict(rows.select("componente", "peso_central_ratio").iter_rows())


def test_two_actions_and_two_criteria():
    """A scores w and B scores (1 - w)/2: A is first when w > 1/3. Its mean weight there is 2/3, and that of B 1/6."""
    result = measure(reading({"A": (1, 0, 0), "B": (0, 0.5, 0)}), ranges=TWO)
    assert of(result, "primera_ratio") == pytest.approx({"A": 2 / 3, "B": 1 / 3}, abs=FOUR_ERRORS)
    assert central(result, "A")["brecha_avance"] == pytest.approx(2 / 3, abs=0.01)
    assert central(result, "B")["brecha_avance"] == pytest.approx(1 / 6, abs=0.01)
    assert of(result, "confianza_ratio") == {"A": 1.0, "B": 1.0}
    assert of(result, "puesto_esperado") == pytest.approx({"A": 4 / 3, "B": 5 / 3}, abs=2 * FOUR_ERRORS)


def test_three_criteria_one_for_each_action():
    """Any order is as likely: 1/3 each place. The largest of three weights is 11/18 on average, and the others 7/36."""
    result = measure(reading({"A": (1, 0, 0), "B": (0, 1, 0), "C": (0, 0, 1)}))
    assert result.puestos["aceptabilidad_ratio"].to_list() == pytest.approx([1 / 3] * 9, abs=FOUR_ERRORS)
    assert central(result, "C")["prioridad"] == pytest.approx(11 / 18, abs=0.01)
    assert central(result, "C")["tendencia"] == pytest.approx(7 / 36, abs=0.01)
    assert central(result, "C")["peso_presupuestal"] == 0


def test_one_criterion_against_two():
    """w1 > w2 + w3 only when w1 > 1/2: the quarter of the triangle at that corner."""
    result = measure(reading({"A": (1, 0, 0), "B": (0, 1, 1)}))
    assert of(result, "primera_ratio") == pytest.approx({"A": 0.25, "B": 0.75}, abs=FOUR_ERRORS)
    (pair,) = result.parejas.filter(pl.col("accion") == "A").iter_rows(named=True)
    assert pair["gana_ratio"] == pytest.approx(0.25, abs=FOUR_ERRORS)
    assert pair["ambas_ratio"] == 1


def test_ranges_of_weights_are_obeyed():
    """Between 0.2 and 0.6, w > 1/2 one draw of four."""
    ranges = {**TWO, "brecha_avance": (0.2, 0.6)}
    result = measure(reading({"A": (1, 0, 0), "B": (0, 1, 0)}), ranges=ranges)
    assert of(result, "primera_ratio")["A"] == pytest.approx(0.25, abs=FOUR_ERRORS)
    assert 0.5 <= central(result, "A")["brecha_avance"] <= 0.6


def test_a_missing_component_gives_its_weight_to_the_others():
    """A has only `brecha_avance`, 0.5: its score is 0.5 with any weights; B scores w, more than A half of the draws."""
    result = measure(reading({"A": (0.5, None, None), "B": (1, 0, 0)}), ranges=TWO)
    assert of(result, "primera_ratio")["B"] == pytest.approx(0.5, abs=FOUR_ERRORS)


def test_an_action_that_is_always_behind_has_no_central_weights_and_says_why():
    result = measure(reading({"A": (0.9, 0.9, 1), "B": (0.1, 0.1, 0)}))
    assert of(result, "primera_ratio") == {"A": 1.0, "B": 0.0}
    assert set(central(result, "B").values()) == {None}
    assert result.centrales.filter(pl.col("accion") == "B")["motivo"].unique().to_list() == [NEVER_FIRST]
    assert result.centrales.filter(pl.col("accion") == "A")["motivo"].null_count() == 5
    assert of(result, "confianza_ratio") == {"A": 1.0, "B": None}


def test_ties_share_the_lower_place_and_are_told_apart_from_wins():
    result = measure(reading({"A": (0.5, 0.5, 0.5), "B": (0.5, 0.5, 0.5), "C": (0.1, 0.1, 0.1)}), first=2)
    assert result.puestos.filter(pl.col("aceptabilidad_ratio") > 0).rows() == [("A", 1, 1.0), ("B", 1, 1.0), ("C", 3, 1.0)]
    assert of(result, "primeros_ratio") == {"A": 1.0, "B": 1.0, "C": 0.0}
    assert result.parejas.filter(pl.col("accion") == "A").select("otra", "gana_ratio", "empata_ratio").rows() == [
        ("B", 0.0, 1.0),
        ("C", 1.0, 0.0),
    ]


def test_readings_count_with_their_probability_and_places_are_given_that_there_is_one():
    """With A lagging only in the first reading (0.3): first there, without a place in the other."""
    rows = {"A": (0.9, 0.9, 1), "B": (0.1, 0.1, 0), "C": (None, None, 0)}
    result = measure(reading(rows, 3.0, C=NO_DATA), reading(rows, 7.0, A=ON_TARGET, C=NO_DATA))
    assert of(result, "rezagada_ratio") == pytest.approx({"A": 0.3, "B": 1.0, "C": 0.0})
    assert of(result, "en_meta_ratio") == pytest.approx({"A": 0.7, "B": 0.0, "C": 0.0})
    assert of(result, "sin_dato_ratio") == pytest.approx({"A": 0.0, "B": 0.0, "C": 1.0})
    assert of(result, "primera_ratio") == pytest.approx({"A": 0.3, "B": 0.7, "C": 0.0})
    assert of(result, "puesto_esperado") == pytest.approx({"A": 1.0, "B": 1.3, "C": None})
    assert of(result, "puesto_alto") == {"A": 1, "B": 2, "C": None}
    assert of(result, "confianza_ratio") == pytest.approx({"A": 0.3, "B": 0.7, "C": None})
    assert set(result.puestos["accion"]) == {"A", "B"}
    assert result.parejas.filter(pl.col("accion") == "A")["ambas_ratio"].item() == pytest.approx(0.3)


def test_quantiles_are_the_first_place_that_reaches_the_share():
    """First 0.04, second 0.48, third 0.48: the interval goes from 2 to 3, and the middle is 2."""
    best, worse, worst = (0.9, 0.9, 1), (0.5, 0.5, 1), (0.1, 0.1, 0)
    order = [("A", "B", "C", 0.04), ("B", "A", "C", 0.48), ("B", "C", "A", 0.48)]
    readings = [reading({one: best, two: worse, three: worst}, share) for one, two, three, share in order]
    row = measure(*readings, draws=10).acciones.row(0, named=True)
    assert (row["puesto_bajo"], row["puesto_mediano"], row["puesto_alto"]) == (2, 2, 3)


def test_thirds_add_up_to_the_whole_without_dust():
    rows = {"A": (0.9, 0.9, 1), "B": (0.1, 0.1, 0)}
    result = measure(*(reading(rows, share) for share in (0.1, 0.2, 0.3)), draws=7, first=2)
    assert result.acciones.select("rezagada_ratio", "primeros_ratio", "en_meta_ratio").rows() == [(1.0, 1.0, 0.0)] * 2
    assert result.parejas.select("gana_ratio", "empata_ratio").rows() == [(1.0, 0.0), (0.0, 0.0)]


def test_nobody_lagging_is_an_answer():
    result = measure(reading({"A": (0, 0, 0), "B": (None, None, 0)}, A=ON_TARGET, B=NO_DATA), draws=10)
    assert of(result, "primeros_ratio") == {"A": 0.0, "B": 0.0}
    assert of(result, "puesto_esperado") == {"A": None, "B": None}
    assert result.puestos.is_empty() and result.centrales.is_empty() and result.parejas.is_empty()


ADVANCES = st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=6, max_size=6)
PESOS = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.7, 1.0]), min_size=5, max_size=5).filter(any)


def ranked_of(advances, weights, order=range(6)) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The ranking with those weights, and with the weights by default: the same components."""
    rows = [(f"A{i}", f"OER.0{i % 3}", advances[i], 0.1 * i if i % 2 else None, 100 * i or None) for i in order]
    before = previous([(f"A{i}", 0.8) for i in range(3)])
    spec = RankingSpec(objetivos_prioritarios=("OER.01",), pesos=weights)
    matrix: Matrix = table(rows)
    return rank_actions(matrix, before, spec), rank_actions(matrix, before, spec.model_copy(update={"pesos": PesosSpec()}))


@pytest.mark.propiedad
@given(ADVANCES, PESOS)
@pytest.mark.lento
def test_with_one_set_of_weights_the_places_are_those_of_the_ranking(advances, numbers):
    weights = PesosSpec(**dict(zip(COMPONENTS, numbers, strict=True)))
    expected, components = ranked_of(advances, weights)
    result = measure_acceptability([Reading("una", components)], fixed_weights(weights.as_dict()), 3, 1)
    certain = result.puestos.filter(pl.col("aceptabilidad_ratio") == 1).select("accion", "puesto")
    lagging = expected.filter(pl.col("grupo") == LAGGING).select("accion", "puesto").sort("accion")
    assert certain.rows() == lagging.rows()
    on_target = pl.col("avance_ratio").fill_null(0) >= 0.95  # whatever the weights; the ranking asks first for weight with data
    waiting = expected.filter((pl.col("grupo") == NO_DATA) & ~on_target)["accion"].sort().to_list()
    assert result.acciones.filter(pl.col("sin_dato_ratio") == 1)["accion"].to_list() == waiting


@pytest.mark.propiedad
@given(ADVANCES, st.permutations(range(6)))
@pytest.mark.lento
def test_the_order_of_rows_never_matters_and_shares_add_up(advances, order):
    one = measure_acceptability([Reading("una", ranked_of(advances, PesosSpec())[1])], only(*COMPONENTS), 200, 3, 2)
    other = measure_acceptability([Reading("una", ranked_of(advances, PesosSpec(), order)[1])], only(*COMPONENTS), 200, 3, 2)
    for name in ("acciones", "puestos", "centrales", "parejas"):
        assert getattr(one, name).equals(getattr(other, name))
    added = one.puestos.group_by("accion").agg(pl.col("aceptabilidad_ratio").sum())
    joined = added.join(one.acciones, on="accion")
    assert np.allclose(joined["aceptabilidad_ratio"], joined["rezagada_ratio"])
    states = one.acciones.select(pl.sum_horizontal("rezagada_ratio", "sin_dato_ratio", "en_meta_ratio")).to_series()
    assert np.allclose(states, 1)
    swapped = one.parejas.select(accion="otra", otra="accion", pierde_ratio="gana_ratio")
    pairs = one.parejas.join(swapped, on=["accion", "otra"])
    assert pairs.height == one.parejas.height
    assert np.allclose(pairs["gana_ratio"] + pairs["pierde_ratio"] + pairs["empata_ratio"], 1)


def test_the_same_seed_gives_the_same_and_the_error_is_told():
    rows = {"A": (1, 0, 0.2), "B": (0, 1, 0), "C": (0.4, 0.3, 0.3)}
    one, again, other = measure(reading(rows)), measure(reading(rows)), measure(reading(rows), seed=2)
    assert one.acciones.equals(again.acciones) and one.parejas.equals(again.parejas)
    assert not one.acciones.equals(other.acciones)
    assert one.error_maximo == pytest.approx(0.0025)
    assert (one.acciones["primeros_error"] <= one.error_maximo).all()
    share = of(one, "primeros_ratio")["A"]
    assert of(one, "primeros_error")["A"] == pytest.approx((share * (1 - share) / DRAWS) ** 0.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"draws": 0}, "sorteos\n  se encontró: 0\n  se esperaba: uno o más"),
        ({"first": 0}, "primeros\n  se encontró: 0"),
        ({"readings": []}, "se encontró: ninguna lectura"),
        ({"readings": [reading({"A": (1, 1, 1)}, -1.0)]}, "probabilidades que no sean negativas"),
        ({"readings": [reading({"A": (1, 1, 1)}), reading({"B": (1, 1, 1)})]}, "las mismas acciones en todas"),
        ({"ranges": {"brecha": ANY}}, "faltan o sobran: brecha, brecha_avance"),
        ({"ranges": {**THREE, "tendencia": (0.7, 0.2)}}, r"tendencia \[0.7, 0.2\]"),
        ({"ranges": only()}, "que los pesos puedan sumar 1"),
    ],
)
def test_what_makes_no_sense_is_refused_in_spanish(change, message):
    asked = {"readings": [reading({"A": (1, 0, 0)})], "ranges": THREE, "draws": 10, "seed": 1, "first": 1} | change
    with pytest.raises(SpecError, match=message):
        measure_acceptability(**asked)
