"""What decides by hand: the year before, the printed table among others, and the pair of years of a matrix."""

from dataclasses import replace
from types import SimpleNamespace

import polars as pl
import pytest

from presupuesto_link.evaluation import evaluate as evaluation
from presupuesto_link.evaluation.decision import decide
from presupuesto_link.evaluation.evaluate import matrix_of
from presupuesto_link.money.budget import YearBudget
from presupuesto_link.money.by_action import link_by_action
from presupuesto_link.money.money import Money
from presupuesto_link.specs import MatricesSpec, SemaforoSpec
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.vocabulary import PRINTED
from tests.evaluation.test_matrix import NO_DOUBT, execution, indicators, results
from tests.money.kept import origin

ONE = "AER.01.02"


def money(actions, year, pim, spent, **about):
    table = pl.DataFrame(
        {"accion": [ONE], "pim_soles": [pim], "devengado_soles": [spent]},
        schema={"accion": pl.String, "pim_soles": MONEY, "devengado_soles": MONEY},
    )
    return YearBudget(year, origin(f"{year}-12-31", **about), link_by_action(table, actions, (), year), SemaforoSpec())


@pytest.fixture
def small(inputs):
    """The plan with one indicator: of a target of 10 a year, 8 were obtained in 2022, 9 in 2023 and 5 in 2024."""
    one = inputs.plan.indicadores.filter(pl.col("elemento") == ONE).head(1).with_columns(sentido=pl.lit("ascendente"))
    cells = [("linea_base", 2020, 1.0), *(("meta", y, 10.0) for y in (2022, 2023, 2024))]
    cells += [("obtenido", y, v) for y, v in ((2022, 8.0), (2023, 9.0), (2024, 5.0))]
    blank = inputs.plan.valores.clear()
    rows = pl.DataFrame(
        [{"indicador": one["indicador"].item(), "concepto": c, "anio": y, "valor": v, "valor_impreso": v} for c, y, v in cells]
    )
    values = pl.concat([blank, rows.cast({n: blank.schema[n] for n in rows.columns})], how="diagonal")
    return replace(inputs, plan=replace(inputs.plan, indicadores=one, valores=values))


def with_ranking(inputs, **years):
    spec = inputs.spec
    return replace(inputs, spec=spec.model_copy(update={"ranking": spec.ranking.model_copy(update=years)}))


@pytest.mark.parametrize(("before", "trend"), [(2023, 0.4), (2022, 0.3)])
def test_the_trend_is_measured_from_the_year_before_and_the_gap_from_the_year_of_the_result(small, before, trend):
    """From 0.9, or 0.8, to 0.5; three quarters of the PIM of 2023 were accrued."""
    inputs = with_ranking(small, anio_ejecucion=2023, anio_resultado=2024, anio_resultado_previo=before)
    actions = inputs.plan.acciones
    found = decide(inputs, None, Money((money(actions, 2023, 100, 75), money(actions, 2024, 100, 10))))
    row = found.ranking.row(by_predicate=pl.col("accion") == ONE, named=True)
    assert (row["brecha_avance"], row["tendencia"], row["brecha_ejecucion"]) == (0.5, pytest.approx(trend), 0.25)
    assert (row["avance_ratio"], row["grupo"], row["puesto"]) == (0.5, "rezagada", 1)
    assert found.lagging["accion"].to_list() == [ONE]
    assert found.pair == (2023, 2024)


@pytest.mark.parametrize(("policy", "advance"), [("excluir", 0.5), ("cero", 0.25)])
def test_what_nobody_knows_counts_as_the_analysis_says(small, policy, advance):
    """Of two indicators one has no obtained value."""
    code = small.plan.indicadores["indicador"].item()
    targets = small.plan.valores.filter(pl.col("concepto") != "obtenido").with_columns(indicador=pl.lit(f"{code}-b"))
    both = pl.concat([small.plan.indicadores, small.plan.indicadores.with_columns(indicador=pl.lit(f"{code}-b"))])
    plan = replace(small.plan, indicadores=both, valores=pl.concat([small.plan.valores, targets]))
    years = with_ranking(replace(small, plan=plan), anio_ejecucion=2023, anio_resultado=2024, anio_resultado_previo=2023)
    own = years.spec.avance.model_copy(update={"politica_nd": policy})
    found = decide(replace(years, spec=years.spec.model_copy(update={"avance": own})), None, Money((money(plan.acciones, 2023, 100, 75),)))
    row = found.ranking.row(by_predicate=pl.col("accion") == ONE, named=True)
    assert (row["avance_ratio"], row["avance_previo_ratio"]) == (advance, pytest.approx(0.9 * advance / 0.5))
    assert found.chosen["politica_nd"].unique().to_list() == [policy]


def test_the_printed_table_is_the_printed_one_although_another_source_decides(inputs):
    actions = inputs.plan.acciones
    linked, printed = money(actions, 2023, 100, 75), money(actions, 2023, 70, 7, kind=PRINTED)
    assert evaluation._printed(SimpleNamespace(budget="table"), Money((linked, printed))) == ("table", printed.linked)
    assert evaluation._printed(SimpleNamespace(budget=None), Money((linked,))) is None


@pytest.mark.parametrize(
    ("asked", "pair", "found"),
    [
        ((), (2022, 2024), (0.2, 0.9)),
        ((2023, None), (2023, 2024), (0.8, 0.9)),
        ((None, 2023), (2022, 2023), (0.2, 0.4)),
        ((2023, 2023), (2023, 2023), (0.8, 0.4)),
    ],
)
def test_a_year_that_is_not_asked_for_is_that_of_the_pair_that_decides(asked, pair, found):
    spent = {2022: execution(("A", 0.2, "directo")).with_columns(anio=pl.lit(2022, pl.Int32)), 2023: execution(("A", 0.8, "directo"))}
    advance = pl.concat([results(("A", 0.9)), results(("A", 0.4)).with_columns(anio=pl.lit(2023, pl.Int32))])
    analysis = SimpleNamespace(
        pair=(2022, 2024),
        inputs=SimpleNamespace(spec=SimpleNamespace(semaforo=SemaforoSpec(), matrices=MatricesSpec())),
        money=SimpleNamespace(of=lambda year: SimpleNamespace(ejecucion=spent[year], origen=SimpleNamespace(firma=""))),
        chosen=advance,
        scored=indicators(("A", "I", 0.9)),
        audit=SimpleNamespace(dudas=NO_DOUBT),
    )
    matrix, diagnosed = matrix_of(analysis, *asked)
    assert (matrix.anio_ejecucion, matrix.anio_resultado) == pair
    assert diagnosed.select("ejecucion_ratio", "avance_ratio").row(0) == found


def test_what_was_promised_is_set_beside_the_money_of_the_year_that_decides(small, monkeypatch):
    seen = []
    monkeypatch.setattr(evaluation, "measure_commitments", lambda _tables, _plan, spent: seen.append(spent["anio"].unique().item()))
    inputs = replace(with_ranking(small, anio_ejecucion=2023, anio_resultado=2024, anio_resultado_previo=2022), budget=None)
    actions = inputs.plan.acciones
    evaluation.evaluate(replace(inputs, commitments="tables"), None, Money((money(actions, 2023, 100, 75), money(actions, 2024, 100, 10))))
    assert seen == [2023]
