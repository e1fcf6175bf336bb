"""Scenarios on budget lines: each objective by hand and against brute force, the law on the arcs, and what every proposal keeps."""

from dataclasses import replace
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presupuesto_link.errors import InfeasibleScenarioError, SpecError
from presupuesto_link.normas.rulebook import Rulebook
from presupuesto_link.scenarios import clash, model, questions
from presupuesto_link.scenarios.build import build_problem
from presupuesto_link.scenarios.coarse import coarse
from presupuesto_link.scenarios.compare import run_scenario
from presupuesto_link.scenarios.side_by_side import changes, shared, summarise
from presupuesto_link.scenarios.solve import best_value, solve
from presupuesto_link.specs import ExcepcionSpec
from tests.examples import few
from tests.scenarios.budget import DATE, EMPTY, asked, base, line, norms, rule

# AER.01.01 has 300 free of source 1; AER.02.01, 100 of source 5. AER.05.01 (score 0.9) can take 120 of source 1; AER.06.01 (0.5) 200 of
# source 1 and 50 of source 5.
HAND = [
    line("AER.01.01", 400, 100),
    line("AER.02.01", 200, 100, fuente="5", rubro="18"),
    line("AER.05.01", 120, 120, sec_func="5"),
    line("AER.06.01", 200, 200, sec_func="6", sec_ejec="776"),
    line("AER.06.01", 50, 50, sec_func="7", fuente="5", rubro="18"),
]
SCORES = {"AER.05.01": 0.9, "AER.06.01": 0.5}


def moved(scenario) -> list[tuple[str, str, str, int]]:
    return [(d, r, f, int(m)) for d, r, f, m in scenario.movimientos.select("donante", "receptor", "fuente", "monto_soles").iter_rows()]


def test_priority_by_hand_and_no_source_is_ever_crossed():
    scenario = run_scenario(base(HAND, SCORES), asked(), EMPTY)
    assert moved(scenario) == [
        ("AER.01.01", "AER.05.01", "1", 120),
        ("AER.01.01", "AER.06.01", "1", 180),
        ("AER.02.01", "AER.06.01", "5", 50),
    ]
    assert scenario.solution.value == pytest.approx(0.9 * 120 + 0.5 * 230)
    assert scenario.fuentes.select("fuente", "anulado_soles", "diferencia_soles").rows() == [("1", 300, 0), ("5", 50, 0)]
    assert scenario.movimientos["nota_tipo"].to_list() == [3, 4, 3]
    assert not scenario.indicativo


def test_gaps_with_diminishing_returns_by_hand():
    """Gap 0.5 each. A sol counts 1 up to 10 % of PIM and 0.2 after: 12 + 25 soles count whole before any counts a fifth."""
    steps = [{"hasta_pim_ratio": 0.1, "rendimiento": 1.0}, {"hasta_pim_ratio": 1.0, "rendimiento": 0.2}]
    spec = asked(objetivo={"tipo": "brechas", "tramos": steps}, monto_maximo_soles=100)
    scenario = run_scenario(base(HAND, SCORES), spec, EMPTY)
    assert scenario.monto_soles == 100
    assert scenario.solution.value == pytest.approx(0.5 * (12 + 25) + 0.5 * 0.2 * (100 - 37))
    received = dict(scenario.acciones.select("accion", "cambio_soles").iter_rows())
    assert received["AER.05.01"] >= 12
    assert received["AER.06.01"] >= 25


def test_a_wider_gap_counts_more():
    scenario = run_scenario(
        base(HAND, SCORES, {"AER.05.01": 0.9, "AER.06.01": 0.1}), asked(objetivo={"tipo": "brechas"}, monto_maximo_soles=5), EMPTY
    )
    assert [(r, m) for _, r, _, m in moved(scenario)] == [("AER.06.01", 5)]


def test_least_disturbance_stays_in_the_unit_and_the_programme():
    """80 are required: AER.05.01 is in the same unit and programme as AER.01.01 (1 a sol), AER.06.01 in another unit (4)."""
    scenario = run_scenario(base(HAND, SCORES), asked(objetivo={"tipo": "mínimo movimiento"}, monto_requerido_soles=80), EMPTY)
    assert scenario.monto_soles == 80
    assert scenario.solution.value == pytest.approx(80)
    assert (scenario.movimientos["nota_tipo"] == 3).all()


def test_fairness_gives_both_objectives_the_same_share_of_what_they_may_receive():
    """OER.05 may take 120 and OER.06 200 of source 1 alone: with 160 soles each has half, whatever their scores are."""
    spec = asked(
        objetivo={"tipo": "equidad"},
        donantes={"fraccion_saldo_ratio": 160 / 300, "acciones": ["AER.01.01"]},
        receptores={"lineas": {"fuente": ["1"]}},
    )
    lines = [row for row in HAND if row["fuente"] == "1"]
    scenario = run_scenario(base(lines, SCORES), spec, EMPTY)
    received = dict(scenario.acciones.select("accion", "cambio_soles").iter_rows())
    assert (received["AER.05.01"], received["AER.06.01"]) == (60, 100)


def test_fairness_goes_on_when_one_objective_can_take_no_more():
    """OER.05 can only be reached with source 5, of which there are 10: it stops at 10 and OER.06 goes on to its whole 200."""
    lines = [
        line("AER.01.01", 300),
        line("AER.02.01", 10, fuente="5", rubro="18"),
        line("AER.05.01", 100, 100, fuente="5", rubro="18"),
        line("AER.06.01", 200, 200, sec_func="6"),
    ]
    scenario = run_scenario(base(lines, SCORES), asked(objetivo={"tipo": "equidad"}), EMPTY)
    received = dict(scenario.acciones.select("accion", "cambio_soles").iter_rows())
    assert (received["AER.05.01"], received["AER.06.01"]) == (10, 200)


def test_only_what_is_not_certified_is_free():
    lines = [line("AER.01.01", 400, 390), line("AER.05.01", 100, 100, sec_func="5")]
    scenario = run_scenario(base(lines, SCORES), asked(), EMPTY)
    assert scenario.monto_soles == 10
    unknown = [lines[0] | {"certificado_soles": None}, lines[1]]
    with pytest.raises(InfeasibleScenarioError, match="ninguna línea dice su certificado"):
        run_scenario(base(unknown, {"AER.05.01": 0.9}), asked(), EMPTY)


def test_a_forbidden_arc_does_not_exist_and_says_what_it_costs():
    book = Rulebook(DATE, (rule("R1", "PROHIBIDO", receptor={"accion": ["AER.05.01"]}),))
    scenario = run_scenario(base(HAND, SCORES), asked(), book)
    assert {r for _, r, _, _ in moved(scenario)} == {"AER.06.01"}
    (row,) = questions.rules_worth(scenario).iter_rows(named=True)
    assert (row["regla"], row["transferencias"]) == ("R1", 1)
    assert row["gana"] == pytest.approx(0.9 * 120 - 0.5 * 20)


def test_a_paper_travels_with_its_arc_only_if_the_scenario_accepts_it():
    book = Rulebook(DATE, (rule("R1", "REQUIERE", receptor={"accion": ["AER.05.01"]}),))
    scenario = run_scenario(base(HAND, SCORES), asked(), book)
    assert scenario.reglas.select("movimiento", "regla", "veredicto", "requiere").rows() == [(1, "R1", "REQUIERE", "un papel")]
    assert scenario.movimientos["veredicto"].to_list() == ["REQUIERE", "PERMITIDO", "PERMITIDO"]
    without = run_scenario(base(HAND, SCORES), asked(legal={"admite": ["PERMITIDO"]}), book)
    assert {r for _, r, _, _ in moved(without)} == {"AER.06.01"}


def test_an_undecided_arc_needs_to_be_admitted_and_makes_the_proposal_indicative():
    book = Rulebook(DATE, (rule("R1", "PROHIBIDO", donante={"app": ["PAS"]}),))
    with pytest.raises(InfeasibleScenarioError, match=r"FALTA DATO: 3\); las detienen sobre todo R1"):
        run_scenario(base(HAND, SCORES), asked(), book)
    admitted = run_scenario(base(HAND, SCORES), asked(legal={"admite": ["PERMITIDO", "FALTA DATO"]}), book)
    assert admitted.indicativo
    assert admitted.advertencia.startswith("Es indicativo: a 3 de 3 movimientos les falta un dato")
    told = [{"dato": "app", "valor": "no", "sustento": "Oficio 1"}]
    known = run_scenario(base(HAND, SCORES), asked(legal={"evidencias": told}), book)
    assert not known.indicativo
    assert known.sustentos.select("valor", "lineas", "sustento").rows() == [("no", 5, "Oficio 1")]


def test_an_exception_is_never_applied_by_itself_and_its_cap_holds():
    lifts = ExcepcionSpec.model_validate(
        {
            "id": "EXC-1",
            "articulo": "artículo 1",
            "texto": "una excepción de prueba",
            "confianza": "alta",
            "levanta": ["R1"],
            "cuando": [{"donante": {"rubro": ["18"]}}],
            "requiere": "su sustento",
            "tope_ratio": 0.1,
            "tope_base": {"rubro": ["18"]},
        }
    )
    book = Rulebook(DATE, (rule("R1", "PROHIBIDO", donante={"rubro": ["18"]}),), (lifts,))
    assert {f for _, _, f, _ in moved(run_scenario(base(HAND, SCORES), asked(), book))} == {"1"}
    invoked = asked(legal={"excepciones": [{"id": "EXC-1", "sustento": "Acuerdo 1"}]})
    scenario = run_scenario(base(HAND, SCORES), invoked, book)
    assert ("AER.02.01", "AER.06.01", "5", 25) in moved(scenario)  # 10 % of the 250 soles of rubro 18
    assert "La excepción EXC-1 mueve hasta S/ 25 (10 % de S/ 250)" in scenario.restricciones["frase"].to_list()
    assert scenario.reglas.filter(pl.col("excepcion") == "EXC-1")["veredicto"].to_list() == ["REQUIERE"]
    with pytest.raises(SpecError, match="EXC-9"):
        run_scenario(base(HAND, SCORES), asked(legal={"excepciones": [{"id": "EXC-9", "sustento": "x"}]}), book)


def test_the_real_rules_of_2025_on_lines_that_say_everything():
    """Capital never pays current spending, canon only investments, and pay only pay."""
    facts = [
        {"dato": name, "valor": "no", "sustento": "declaración"}
        for name in ("app", "transferencia_con_destino", "saldo_de_balance", "recursos_fondes", "sentencia_cosa_juzgada")
    ]
    central = {"programa": "9002", "producto": "3999999"}
    lines = [
        line("AER.01.01", 100, 0, **central),
        line(
            "AER.01.01",
            100,
            0,
            sec_func="2",
            generica="6",
            categoria_gasto="6",
            clasificador="2.6.2.3.4",
            inversion="si",
            producto="2111111",
            programa="9002",
        ),
        line("AER.02.01", 100, 0, generica="1", clasificador="2.1.1.1.1.1", **central),
        line("AER.05.01", 500, 500, sec_func="5", **central),
    ]
    scenario = run_scenario(
        base(lines, {"AER.05.01": 0.9}), asked(legal={"evidencias": facts, "admite": ["PERMITIDO", "REQUIERE", "FALTA DATO"]}), norms()
    )
    assert moved(scenario) == [("AER.01.01", "AER.05.01", "1", 100)]
    stopped = scenario.problem.judgement
    assert {"DL1440-48.1.3"} <= set(stopped.main_obstacles(20))
    assert any(name.startswith("LEY32185-9.1") for name in stopped.main_obstacles(20))


def test_limits_cap_and_floor_groups():
    floor = run_scenario(base(HAND, SCORES), asked(limites=[{"lado": "receptor", "objetivo": "OER.06", "minimo_soles": 240}]), EMPTY)
    assert sum(m for _, r, _, m in moved(floor) if r == "AER.06.01") == 240
    cap = run_scenario(base(HAND, SCORES), asked(limites=[{"lado": "donante", "fuente": "1", "maximo_pim_ratio": 0.1}]), EMPTY)
    assert sum(m for _, _, f, m in moved(cap) if f == "1") == 40
    kept = run_scenario(base(HAND, SCORES), asked(donantes={"piso_pim_ratio": 0.9}), EMPTY)
    assert sum(m for d, _, _, m in moved(kept) if d == "AER.01.01") == 40


def test_few_and_large_transfers_are_a_whole_number_programme():
    few = run_scenario(base(HAND, SCORES), asked(transferencias_maximas=1), EMPTY)
    assert moved(few) == [("AER.01.01", "AER.05.01", "1", 120)]  # 0.9 x 120 = 108 against 0.5 x 200 = 100
    large = run_scenario(base(HAND, SCORES), asked(transferencia_minima_soles=150), EMPTY)
    assert [(d, r, m) for d, r, _, m in moved(large)] == [("AER.01.01", "AER.06.01", 200)]
    assert large.solution.whole
    worth = questions.limits_worth(large)
    assert worth["como"].str.starts_with("resuelto de nuevo").all()


def test_what_clashes_is_told_with_nothing_to_spare():
    spec = asked(
        monto_requerido_soles=300, monto_maximo_soles=1000, limites=[{"lado": "receptor", "objetivo": "OER.06", "maximo_soles": 100}]
    )
    with pytest.raises(InfeasibleScenarioError) as error:
        run_scenario(base(HAND, SCORES), spec, EMPTY)
    (problem,) = error.value.problems
    assert "El total movido es S/ 300" in problem.found
    assert "OER.06 recibe a lo más S/ 100" in problem.found
    assert "AER.05.01 recibe hasta S/ 120" in problem.found
    assert "1,000" not in problem.found
    with pytest.raises(InfeasibleScenarioError, match="El total movido es S/ 100; ninguna transferencia es menor que S/ 900"):
        run_scenario(base(HAND, SCORES), asked(transferencia_minima_soles=900, monto_requerido_soles=100), EMPTY)


def test_entries_close_to_the_sol_and_touch_few_lines():
    lines = [line("AER.01.01", 10 * n, 0, sec_func=str(n)) for n in range(1, 8)] + [line("AER.05.01", 200, 200, sec_func="90")]
    scenario = run_scenario(base(lines, SCORES | {}), asked(monto_maximo_soles=100), EMPTY)
    cancelled = scenario.asientos.filter(pl.col("lado") == "anulación")
    assert cancelled.sort("monto_soles", descending=True)["monto_soles"].to_list() == [70, 30]
    assert cancelled["sec_func"].to_list() == ["6", "7"]


@pytest.mark.lento
def test_questions_and_comparison_on_lines():
    scenario = run_scenario(
        base(HAND, SCORES), asked(supuestos={"respuesta": {"bajo": 0, "central": 0.1, "alto": 0.2, "fuente": "supuesto"}}), EMPTY
    )
    curve = questions.frontier(scenario.problem, 5)
    assert curve["monto_soles"].to_list() == [0, 70, 140, 210, 280, 350]
    assert curve["valor"].to_list()[1] == pytest.approx(63)
    assert (curve["por_sol"].drop_nulls().diff().drop_nulls() <= 1e-9).all()  # concave
    levels = questions.by_assumption(scenario)
    high = levels.filter((pl.col("nivel") == "alto") & (pl.col("receptor") == "AER.05.01")).row(0, named=True)
    assert high["avance_supuesto_ratio"] == pytest.approx(0.5 + 0.2 * 100 / 100)  # +100 % of its PIM
    survival = questions.shaken(scenario, 30, seed=3)
    again = questions.shaken(scenario, 30, seed=3)
    assert survival.transferencias.equals(again.transferencias)
    assert survival.con_solucion == 30
    assert survival.transferencias.filter("en_propuesta")["corridas_ratio"].min() > 0.9
    other = run_scenario(base(HAND, SCORES), asked(id="otra", monto_maximo_soles=50), EMPTY)
    table = summarise([scenario, other])
    assert table["monto_soles"].to_list() == [350, 50]
    assert changes([scenario, other])["otra"].to_list() == [-50, 0, 50, 0]
    assert shared([scenario, other]).row(0)[2] == 2


SMALL = st.integers(0, 3)
BAG = st.tuples(st.sampled_from(["1", "5"]), st.sampled_from(["775", "776"]), st.sampled_from(["0042", "0090"]), SMALL)
KINDS = st.sampled_from(["prioridad", "brechas", "mínimo movimiento", "equidad"])


@pytest.mark.propiedad
@settings(max_examples=few(60), deadline=None)
@given(st.lists(BAG, min_size=1, max_size=2), st.lists(BAG, min_size=1, max_size=2), KINDS, st.integers(0, 4), st.booleans())
@pytest.mark.lento
def test_no_whole_proposal_is_better(givers, takers, kind, required, tight):
    """Brute force over every whole amount of every arc, for every objective."""
    lines = [
        line(f"AER.01.0{n}", amount, 0, sec_func=str(n), fuente=f, rubro=f, sec_ejec=u, programa=p)
        for n, (f, u, p, amount) in enumerate(givers, 1)
    ]
    lines += [
        line(f"AER.0{n + 4}.01", amount, amount, sec_func=f"9{n}", fuente=f, rubro=f, sec_ejec=u, programa=p)
        for n, (f, u, p, amount) in enumerate(takers, 1)
    ]
    scores = {f"AER.0{n + 4}.01": 0.3 + 0.2 * n for n in range(1, len(takers) + 1)}
    more = {"monto_requerido_soles": required} if kind == "mínimo movimiento" and required else {}
    if kind == "mínimo movimiento" and not required:
        return
    if tight:
        more["limites"] = [{"lado": "donante", "fuente": "1", "maximo_soles": 2}]
    spec = asked(
        objetivo={"tipo": kind, "tramos": [{"hasta_pim_ratio": 0.5, "rendimiento": 1.0}, {"hasta_pim_ratio": 1.0, "rendimiento": 0.4}]},
        **more,
    )
    try:
        problem = build_problem(base(lines, scores), spec, EMPTY)
    except InfeasibleScenarioError:
        return
    every = list(_whole_proposals(problem, required if kind == "mínimo movimiento" else None, tight))
    solution = solve(problem)
    if not every:
        assert solution is None
        return
    assert solution is not None
    best = max(_value(problem, x, kind) for x in every)
    if kind == "equidad":
        assert _value(problem, solution.amounts, kind) >= best - 1  # whole soles: each share is at most one sol short
    else:
        assert _value(problem, solution.amounts, kind) == pytest.approx(best, abs=1e-6)
    small = coarse(problem).problem
    assert small.i.size <= problem.i.size
    if kind != "equidad":
        assert best_value(small) == pytest.approx(best_value(problem), abs=1e-6)


def _whole_proposals(problem, required, tight):
    give, take = problem.donors.bolsas["tope_soles"].to_list(), problem.receivers.bolsas["tope_soles"].to_list()
    for amounts in product(*(range(min(give[i], take[j]) + 1) for i, j in zip(problem.i, problem.j, strict=True))):
        x = np.array(amounts)
        fits = all(x[problem.i == k].sum() <= cap for k, cap in enumerate(give)) and all(
            x[problem.j == k].sum() <= cap for k, cap in enumerate(take)
        )
        own = problem.donors.bolsas["fuente"].to_numpy()[problem.i] == "1"
        if fits and (not tight or x[own].sum() <= 2) and (required is None or x.sum() == required):
            yield x


def _value(problem, x, kind):
    """The objective written in another way than the solver's."""
    takers = problem.receivers.acciones
    received = [x[problem.receiver_action == k].sum() for k in range(takers.height)]
    if kind == "prioridad":
        return sum(w * r for w, r in zip(takers["peso"], received, strict=True))
    if kind == "brechas":
        pim = [int(p) for p in takers["pim_soles"]]
        return sum(0.5 * (min(r, p // 2) + 0.4 * max(0, r - p // 2)) for r, p in zip(received, pim, strict=True))
    if kind == "mínimo movimiento":
        givers = problem.donors.bolsas
        units = [
            (
                givers["sec_ejec"][int(i)] == problem.receivers.bolsas["sec_ejec"][int(j)],
                givers["programa"][int(i)] == problem.receivers.bolsas["programa"][int(j)],
            )
            for i, j in zip(problem.i, problem.j, strict=True)
        ]
        return -sum(a * (4 if not unit else 1 if programme else 2) for a, (unit, programme) in zip(x, units, strict=True))
    reachable = [k for k in range(takers.height) if (problem.receiver_action == k).any()]
    return min(received[k] for k in reachable)


def test_the_order_of_the_lines_changes_nothing():
    first = run_scenario(base(HAND, SCORES), asked(), EMPTY)
    again = run_scenario(base(HAND[::-1], SCORES), asked(), EMPTY)
    assert first.movimientos.equals(again.movimientos)
    assert first.asientos.equals(again.asientos)


def test_relaxing_a_rule_is_only_a_question():
    book = Rulebook(DATE, (rule("R1", "PROHIBIDO", receptor={"accion": ["AER.05.01"]}),))
    problem = build_problem(base(HAND, SCORES), asked(), book, relaxed=("R1",))
    assert problem.i.size == 3
    assert replace(problem, level="bajo").level == "bajo"


def test_movements_below_a_least_amount_are_left_out_and_what_it_costs_is_told():
    lines = [
        line("AER.01.01", 95, sec_func="1", programa="0042"),
        line("AER.01.01", 6, sec_func="2", programa="0090"),
        line("AER.05.01", 200, 200, sec_func="9"),
    ]
    free = run_scenario(base(lines, SCORES | {}), asked(), EMPTY)
    assert sorted(m for *_, m in moved(free)) == [6, 95]
    scenario = run_scenario(base(lines, SCORES | {}), asked(movimiento_minimo_soles=10), EMPTY)
    assert [m for *_, m in moved(scenario)] == [95]
    assert scenario.solution.value == pytest.approx(0.9 * 95)
    assert any("cuesta 5.9 % de lo que se lograría" in sentence for sentence in scenario.cautelas)


def test_of_two_equal_proposals_the_one_that_asks_least_of_the_law():
    book = Rulebook(DATE, (rule("R1", "REQUIERE", donante={"accion": ["AER.01.01"]}),))
    lines = [line("AER.01.01", 100), line("AER.02.01", 100, sec_func="2"), line("AER.05.01", 60, 60, sec_func="9")]
    scenario = run_scenario(base(lines, {"AER.05.01": 0.9}), asked(), book)
    assert [(d, m) for d, _, _, m in moved(scenario)] == [("AER.02.01", 60)]


def test_what_reaches_nothing_and_what_moves_nothing_are_told():
    told = [{"dato": "app", "valor": "no", "donde": {"programa": ["9999"]}, "sustento": "Oficio 1"}]
    scenario = run_scenario(
        base(HAND, SCORES),
        asked(legal={"evidencias": told}, limites=[{"lado": "receptor", "accion": "AER.01.01", "maximo_soles": 1}]),
        EMPTY,
    )
    assert any("no alcanza a ninguna línea" in sentence for sentence in scenario.cautelas)
    assert any("no alcanza a ninguna transferencia" in sentence for sentence in scenario.cautelas)
    nothing = run_scenario(base(HAND, SCORES), asked(transferencia_minima_soles=10_000), EMPTY)
    assert nothing.monto_soles == 0
    assert any("ninguna transferencia que cabe llega a S/ 10,000" in sentence for sentence in nothing.cautelas)
    free = run_scenario(base(HAND, SCORES), asked(pesos={"AER.05.01": 0, "AER.06.01": 0}), EMPTY)
    assert free.monto_soles == 0


def test_keys_that_cannot_be_meant():
    for wrong, message in (
        ({"donantes": {"acciones": ["AER.05.01"]}, "receptores": {"acciones": ["AER.05.01"]}}, "cede y recibe"),
        ({"donantes": {"acciones": ["AER.01.01"], "protegidas": ["AER.01.01"]}}, "ambas listas"),
        ({"receptores": {"tope_pim_ratio": float("inf")}}, "finite"),
        ({"monto_maximo_soles": 10**20}, "less than or equal"),
    ):
        with pytest.raises(ValueError, match=message):
            asked(**wrong)
    table = [row | {"fuente": None} for row in HAND]
    with pytest.raises(SpecError, match="«fuente», que ninguna línea de la base trae"):
        run_scenario(base(table, SCORES), asked(donantes={"lineas": {"fuente": ["1"]}}), EMPTY)


def test_with_many_arcs_transfers_are_given_up_one_by_one_and_the_distance_to_the_optimum_is_told(monkeypatch):
    """From 120, 180 and 50, the smallest goes and then 120: what is left is worth 0.5 x 200 = 100 of 223."""
    monkeypatch.setattr(model, "LARGE", 0)
    monkeypatch.setattr(clash, "LARGE", 0)
    scenario = run_scenario(base(HAND, SCORES), asked(transferencias_maximas=1), EMPTY)
    assert [(d, r, m) for d, r, _, m in moved(scenario)] == [("AER.01.01", "AER.06.01", 200)]
    assert scenario.solution.gap == pytest.approx(1 - 100 / 223)
    assert any("podría haber una propuesta" in sentence for sentence in scenario.cautelas)
    with pytest.raises(InfeasibleScenarioError, match="no se encontró una propuesta en la que a lo más 1 transferencia"):
        run_scenario(base(HAND, SCORES), asked(transferencias_maximas=1, monto_requerido_soles=300), EMPTY)
