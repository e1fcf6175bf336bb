"""The first scenario: by hand, against brute force, and what must always hold."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import product

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presupuesto_link.errors import InfeasibleScenarioError, SpecError
from presupuesto_link.normas.rulebook import Rulebook
from presupuesto_link.scenarios import compare
from presupuesto_link.scenarios.baseline import baseline_of_actions
from presupuesto_link.scenarios.questions import enough
from presupuesto_link.specs import EscenarioSpec, PesosSpec, validate_spec
from presupuesto_link.tables.levels import Levels
from presupuesto_link.tables.numbers import MONEY
from tests.examples import few

DATE = dt.date(2023, 12, 31)


def run_scenario(actions, ranking, asked):
    """A scenario at AER level, without rules of law."""
    base = baseline_of_actions(actions, ranking, PesosSpec(), DATE, 2023, "prueba")
    return compare.run_scenario(replace(base, niveles=Levels("OER", "AER")), asked, Rulebook(DATE, ()))


def spec(donors=None, receivers=None, **more) -> EscenarioSpec:
    return EscenarioSpec(
        id="prueba",
        titulo="t",
        autor="a",
        pregunta="p",
        no_modela=("nada",),
        donantes={"sin_certificado": "no devengado", "fraccion_saldo_ratio": 0.5, "tope_pim_ratio": 0.1} | (donors or {}),
        receptores={"puestos": 10, "tope_pim_ratio": 0.25, "absorcion": {"modo": "sin descuento"}} | (receivers or {}),
        **more,
    )


def world(rows) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of (code, pim, accrued, result band, score or None)."""
    actions = pl.DataFrame(
        [
            {
                "accion": c,
                "objetivo": "OER.01",
                "nombre": c,
                "vinculo": "directo",
                "pim_soles": p,
                "devengado_soles": d,
                "saldo_soles": p - d,
                "ejecucion_ratio": d / p if p else None,
                "avance_ratio": 1.0 if b == "verde" else 0.5,
                "banda_resultado": b,
                "diagnostico": "sostener" if b == "verde" else "rediseñar",
            }
            for c, p, d, b, _ in rows
        ],
        schema_overrides={"pim_soles": MONEY, "devengado_soles": MONEY, "saldo_soles": MONEY, "ejecucion_ratio": pl.Float64},
    )
    lagging = sorted([(c, s) for c, *_, s in rows if s is not None], key=lambda x: (-x[1], x[0]))
    ranking = pl.DataFrame(
        [{"accion": c, "objetivo": "OER.01", "grupo": "rezagada", "puesto": i, "puntaje_ratio": s} for i, (c, s) in enumerate(lagging, 1)],
        schema={"accion": pl.String, "objetivo": pl.String, "grupo": pl.String, "puesto": pl.Int64, "puntaje_ratio": pl.Float64},
    )
    return actions, ranking


# G1 may give min(50 % of 400, 10 % of 1000) = 100; G2 min(50 % of 10, 10 % of 500) = 5. R1 may take 250, R2 25.
HAND = [("G1", 1000, 600, "verde", None), ("G2", 500, 490, "verde", None), ("R1", 1000, 900, "rojo", 0.9), ("R2", 100, 90, "rojo", 0.3)]


def test_by_hand():
    result = run_scenario(*world(HAND), spec())
    assert result.transferencias.rows() == [("G1", "R1", Decimal("100.00")), ("G2", "R1", Decimal("5.00"))]
    after = {row["accion"]: row for row in result.acciones.iter_rows(named=True)}
    assert after["R1"]["pim_despues_soles"] == Decimal("1105.00")
    assert after["G1"]["en_tope"]
    assert after["R2"]["papel"] == "sin cambio"
    assert after["G1"]["ejecucion_despues_ratio"] == pytest.approx(600 / 900)
    binding = result.restricciones.filter(pl.col("activa"))["restriccion"].to_list()
    assert binding == ["donante:G1", "donante:G2"]
    assert result.restricciones.filter(pl.col("frena"))["restriccion"].to_list() == binding
    assert dict(result.restricciones.select("restriccion", "valor_marginal").iter_rows())["donante:G1"] == pytest.approx(0.9)
    assert result.cautelas == (
        "S/ 105 de S/ 105 irían a AER cuyo diagnóstico es «rediseñar» (R1): antes de mover dinero conviene resolver eso.",
    )
    assert "indicativo" in result.advertencia
    assert "la fuente de financiamiento, el certificado" in result.advertencia


def test_a_maximum_takes_first_from_the_least_executed_and_gives_first_to_the_most_lagging():
    result = run_scenario(*world(HAND), spec(monto_maximo_soles=40))
    assert result.transferencias.rows() == [("G1", "R1", Decimal("40.00"))]
    assert result.restricciones.filter(pl.col("restriccion") == "monto_maximo")["activa"].item()


def test_a_limit_that_is_reached_but_not_worth_relaxing_does_not_hold_the_scenario_back():
    """R1 takes 5 % of 1000 = 50 from G1, which could give 100; G1 comes first only because it executed least."""
    rows = [("G1", 1000, 600, "verde", None), ("G2", 1000, 700, "verde", None), ("R1", 1000, 900, "rojo", 0.9)]
    result = run_scenario(*world(rows), spec(donors={"tope_pim_ratio": 0.03}, receivers={"tope_pim_ratio": 0.05}))
    limits = {row["restriccion"]: (row["activa"], row["frena"]) for row in result.restricciones.iter_rows(named=True)}
    assert limits == {"donante:G1": (True, False), "donante:G2": (False, False), "receptor:R1": (True, True)}


def test_who_may_receive_never_gives_and_who_is_blocked_never_receives():
    both = run_scenario(*world(HAND), spec(donors={"colores_resultado": ("verde", "rojo")}))
    assert set(both.transferencias["donante"]).isdisjoint(both.transferencias["receptor"])
    actions, ranking = world(HAND)
    blocked = actions.with_columns(diagnostico=pl.when(pl.col("accion") == "R1").then(pl.lit("destrabar")).otherwise("diagnostico"))
    result = run_scenario(blocked, ranking, spec())
    assert result.transferencias["receptor"].unique().to_list() == ["R2"]
    assert result.excluidas.select("accion", "motivo").rows() == [("R1", "su diagnóstico es destrabar")]


def test_protected_actions_never_give():
    result = run_scenario(*world(HAND), spec(donors={"protegidas": ("G1",)}))
    assert result.transferencias["donante"].to_list() == ["G2"]


def test_own_execution_discounts_what_an_action_may_receive():
    result = run_scenario(*world(HAND), spec(receivers={"tope_pim_ratio": 0.05, "absorcion": {"modo": "ejecución propia"}}))
    caps = dict(result.acciones.select("accion", "tope_soles").iter_rows())
    assert (caps["R1"], caps["R2"]) == (45, 4)


def test_a_required_amount_that_does_not_fit_names_what_clashes():
    with pytest.raises(
        InfeasibleScenarioError, match=r"no caben juntos: G1 cede hasta S/ 100 .*; G2 cede hasta S/ 5 .*; El total movido es S/ 200"
    ) as error:
        run_scenario(*world(HAND), spec(monto_requerido_soles=200))
    assert len(error.value.problems) == 1


def test_nobody_to_give_or_to_receive():
    with pytest.raises(InfeasibleScenarioError, match="ninguna AER puede dar"):
        run_scenario(*world([("R1", 100, 90, "rojo", 0.5)]), spec())
    with pytest.raises(InfeasibleScenarioError, match="ninguna AER puede recibir"):
        run_scenario(*world([("G1", 100, 50, "verde", None)]), spec())


def test_unknown_protected_action_and_unknown_key():
    with pytest.raises(SpecError, match=r"AER\.99\.99"):
        run_scenario(*world(HAND), spec(donors={"protegidas": ("AER.99.99",)}))
    with pytest.raises(SpecError, match="clave «tope»"):
        validate_spec({"tope": 1}, EscenarioSpec, "x.toml")


TINY = st.lists(st.tuples(st.integers(10, 60), st.floats(0, 1), st.sampled_from(["verde", "rojo"])), min_size=2, max_size=4)


@pytest.mark.propiedad
@settings(max_examples=few(40), deadline=None)
@given(TINY, st.data())
def test_no_other_whole_transfer_scores_more(shapes, data):
    """Brute force over every whole amount that each receiver could get."""
    rows = [
        (f"A{i}", pim, int(pim * share), band, None if band == "verde" else data.draw(st.sampled_from([0.2, 0.5, 0.9])))
        for i, (pim, share, band) in enumerate(shapes)
    ]
    actions, ranking = world(rows)
    try:
        result = run_scenario(actions, ranking, spec())
    except InfeasibleScenarioError:
        return
    give = sum(min(int((p - d) * 0.5 + 1e-6), int(p * 0.1 + 1e-6)) for _, p, d, b, _ in rows if b == "verde" and p > d)
    takers = [(score, int(pim * 0.25 + 1e-6)) for _, pim, _, band, score in rows if band == "rojo"]
    best = max(
        sum(score * amount for (score, _), amount in zip(takers, amounts, strict=True))
        for amounts in product(*(range(cap + 1) for _, cap in takers))
        if sum(amounts) <= give
    )
    score_of = dict(ranking.select("accion", "puntaje_ratio").iter_rows())
    got = sum(score_of[row["receptor"]] * float(row["monto_soles"]) for row in result.transferencias.iter_rows(named=True))
    assert got == pytest.approx(best, abs=1e-6)


@pytest.mark.propiedad
@settings(max_examples=few(25), deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 10**10), st.floats(0, 1.1), st.sampled_from(["verde", "rojo"])), min_size=2, max_size=12),
    st.permutations(range(12)),
)
def test_conservation_limits_and_row_order(shapes, order):
    rows = [
        (f"A{i:02}", pim, int(pim * share), band, None if band == "verde" else 0.1 + 0.07 * i)
        for i, (pim, share, band) in enumerate(shapes)
    ]
    shuffled = [rows[i] for i in order if i < len(rows)]
    try:
        result = run_scenario(*world(rows), spec())
    except InfeasibleScenarioError:
        return
    table = result.acciones
    assert table["pim_antes_soles"].sum() == table["pim_despues_soles"].sum()
    moved = table.filter(pl.col("papel") != "sin cambio")
    assert (moved["cambio_soles"].abs().cast(pl.Int64) <= moved["tope_soles"]).all()
    assert (table["pim_despues_soles"] >= 0).all()
    again = run_scenario(*world(shuffled), spec())
    assert again.transferencias.equals(result.transferencias)


def test_the_least_amount_that_brings_most_of_the_gain_is_one_of_the_curve():
    curve = pl.DataFrame({"monto_soles": [300, 0, 200, 100, 400], "valor": [9.0, 0.0, 8.9, 5.0, 10.0]})
    assert enough(curve, 0.9) == (300, 0.9)
    assert enough(curve, 0.5) == (100, 0.5)
    assert enough(curve.with_columns(valor=pl.lit(0.0)), 0.9) is None
