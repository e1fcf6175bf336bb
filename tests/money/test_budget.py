"""A year's budget by hand: when it has closed, what its actions add up to, and what its execution is measured against."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.money.budget import linked_budget, rows_of
from presupuesto_link.money.by_action import link_by_action
from presupuesto_link.money.execution import measure_execution
from presupuesto_link.money.pace import BY_DAY, pace_by_day
from presupuesto_link.specs import SemaforoSpec
from presupuesto_link.tables.numbers import MONEY
from tests.money.kept import PLAN, line, linked, origin, pace, year_budget


def of(frame, action):
    return frame.row(by_predicate=pl.col("accion") == action, named=True)


@pytest.mark.parametrize(("al", "closed"), [("2024-12-30", False), ("2024-12-31", True), ("2025-01-01", True)])
def test_a_year_is_closed_from_its_last_day(al, closed):
    budget = year_budget(2024, origin(al), ("A", 1000, 600))
    assert budget.cerrado is closed
    assert budget.ejecucion["anio_cerrado"].unique().to_list() == [closed]


def test_a_closed_year_adds_up_what_is_linked_directly_and_is_judged_by_its_pim():
    """1,000 + 500 of PIM, 600 + 150 accrued: half. The transversal 9,000 are beside."""
    budget = year_budget(2024, origin("2024-12-31"), ("A", 1000, 600), ("B", 500, 150), ("T", 9000, 9000), transversal=("T",))
    found = budget.totales
    assert (found["pia_soles"], found["pim_soles"], found["devengado_soles"]) == (Decimal(1600), Decimal(1500), Decimal(750))
    assert (found["saldo_soles"], found["devengado_pim_ratio"], found["ejecucion_ratio"]) == (Decimal(750), 0.5, 0.5)
    assert (found["esperado_soles"], found["certificado_soles"]) == (None, None)
    assert of(budget.ejecucion, "A")["saldo_soles"] == Decimal(400)
    assert budget.medida == "devengado ÷ PIM"


def test_a_year_in_course_is_judged_by_what_was_expected_then_and_not_by_its_pim_nor_by_what_came_after():
    """Of 1,500, 750 were expected and 600 accrued by the end of June: 80 %. On the day of the cut 900 are accrued: 60 % of the PIM."""
    late = pace("2024-06-30", ("A", 400, 500), ("B", 200, 250), ("T", 50, 100))
    money = (("A", 1000, 650), ("B", 500, 250), ("T", 9000, 9000))
    budget = year_budget(2024, origin("2024-07-20"), *money, transversal=("T",), late=late)
    found = budget.totales
    assert (found["devengado_al_ritmo_soles"], found["esperado_soles"], found["ejecucion_ratio"]) == (Decimal(600), Decimal(750), 0.8)
    assert (found["devengado_soles"], found["saldo_soles"], found["devengado_pim_ratio"]) == (Decimal(900), Decimal(600), 0.6)
    one = of(budget.ejecucion, "A")
    assert (one["ejecucion_ratio"], one["devengado_pim_ratio"], one["color_ejecucion"]) == (0.8, 0.65, "amarillo")
    assert (one["al"], one["ritmo_al"]) == (dt.date(2024, 7, 20), dt.date(2024, 6, 30))


def test_a_stage_that_the_source_does_not_give_leaves_no_balance():
    found = year_budget(2024, origin("2024-12-31"), ("A", 1000, None)).totales
    assert (found["pim_soles"], found["devengado_soles"], found["saldo_soles"], found["ejecucion_ratio"]) == (
        Decimal(1000),
        None,
        None,
        None,
    )


@pytest.mark.parametrize(("al", "months"), [("2024-06-30", [6]), ("2024-06-29", []), ("2024-02-29", [2])])
def test_what_was_expected_is_of_its_own_day_and_of_a_month_only_on_the_last_of_it(al, months):
    facts = year_budget(2024, origin("2024-07-20"), ("A", 1000, 650), late=pace(al, ("A", 400, 500))).facts.tabla
    mine = facts.filter(pl.col("unidad") == "A")
    assert mine["mes"].drop_nulls().unique().to_list() == months
    day = {row["medida"]: row["al"] for row in mine.filter(pl.col("mes").is_null()).iter_rows(named=True)}
    assert day["pim_soles"] == day["devengado_pim_ratio"] == dt.date(2024, 7, 20)
    assert day["esperado_soles"] == day["ejecucion_ratio"] == dt.date.fromisoformat(al)


def test_a_link_gives_a_year_its_own_lines_and_only_the_actions_that_have_some():
    found = linked(line("A", 2023, pim="70"), line("A", pim="10", devengado="4"), line("B", 2023, pim="5"))
    rows, beside = rows_of(found, 2024)
    assert rows.select("accion", "pim_soles", "devengado_soles", "girado_soles").rows() == [("A", Decimal(10), Decimal(4), None)]
    assert beside == ()


def test_an_action_is_beside_when_its_rules_say_it_or_the_analysis_does():
    found = linked(line("A", pim="10"), line("B", pim="20"), line("T", pim="30"), transversal=("T",))
    kinds = linked_budget(found, 2024, PLAN, ("B",), SemaforoSpec()).linked.acciones["vinculo"].to_list()
    assert kinds == ["directo", "transversal", "transversal"]


def test_a_row_without_money_is_no_link_and_one_stage_is_enough_for_one():
    table = pl.DataFrame(
        {"accion": ["A", "B", "T"], "pim_soles": [Decimal(0), Decimal(0), None], "devengado_soles": [Decimal(0), Decimal(3), None]},
        schema={"accion": pl.String, "pim_soles": MONEY, "devengado_soles": MONEY},
    )
    found = link_by_action(table, PLAN, ("T",), 2024)
    assert found.acciones["vinculo"].to_list() == ["fila sin monto", "directo", "fila sin monto"]
    assert found.cobertura.select("acciones", "pia_soles", "devengado_soles").rows() == [
        (1, None, Decimal(3)),
        (0, None, Decimal(0)),
        (2, None, Decimal(0)),
        (0, None, Decimal(0)),
    ]


def amounts(*rows):
    frame = pl.DataFrame(rows, schema={"accion": pl.String, "pim_soles": MONEY, "devengado_soles": MONEY}, orient="row")
    return frame.sort("accion")


def test_every_execution_that_cannot_be_said_says_why():
    late = pace("2024-06-30", ("due", 1, 4), ("early", 1, 0), ("zero", 1, 4), ("silent", None, 4), ("negative", 1, 0))
    cases = amounts(
        ("due", Decimal(10), Decimal(2)),
        ("early", Decimal(10), Decimal(2)),
        ("negative", Decimal(-5), Decimal(1)),
        ("silent", Decimal(10), None),
        ("unlinked", None, None),
        ("zero", Decimal(0), Decimal(2)),
    )
    whole = {r["accion"]: (r["ejecucion_ratio"], r["ejecucion_motivo"]) for r in measure_execution(cases).iter_rows(named=True)}
    assert whole == {
        "due": (0.2, None),
        "early": (0.2, None),
        "negative": (None, "PIM negativo"),
        "silent": (None, "sin devengado"),
        "unlinked": (None, "sin PIM vinculado"),
        "zero": (None, "PIM igual a cero"),
    }
    course = {
        r["accion"]: (r["ejecucion_ratio"], r["ejecucion_motivo"]) for r in measure_execution(cases, late.acciones).iter_rows(named=True)
    }
    assert course == whole | {"due": (0.25, None), "early": (None, "no se espera nada todavía a esta fecha")}


def test_the_pim_of_september_is_a_denominator_only_when_it_is_money():
    early = pl.DataFrame(
        {"accion": ["A", "B"], "pim_setiembre_soles": [Decimal(800), Decimal(0)]},
        schema={"accion": pl.String, "pim_setiembre_soles": MONEY},
    )
    found = measure_execution(
        amounts(("A", Decimal(1000), Decimal(600)), ("B", Decimal(10), Decimal(5)), ("T", Decimal(1), Decimal(1))), None, early
    )
    assert found["devengado_pim_setiembre_ratio"].to_list() == [0.75, None, None]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2024, 1, 1), "1.00"),  # a year of 366 days, and the day of the cut counts
        (dt.date(2024, 2, 29), "60.00"),
        (dt.date(2024, 12, 31), "366.00"),
        (dt.date(2023, 12, 31), "0.00"),
        (dt.date(2023, 12, 1), "0.00"),  # a year that has not begun expects nothing, never less than nothing
    ],
)
def test_without_months_the_pim_is_expected_day_by_day(day, expected):
    found = pace_by_day(linked(line("A", pim="366", devengado="15")), 2024, day, PLAN)
    row = of(found.acciones, "A")
    due = Decimal(expected)
    assert (found.al, row["esperado_soles"], row["devengado_al_ritmo_soles"], row["curva"]) == (day, due, Decimal(15), BY_DAY)
    assert row["esperado_ratio"] == (pytest.approx(15 / float(due)) if due else None)
    assert row["esperado_motivo"] == (None if due else "no se espera nada todavía a esta fecha")


def test_a_pace_by_day_that_cannot_be_said_says_why_and_is_to_the_centimo():
    """100 of 366 days of one sol are 27.3 céntimos."""
    found = pace_by_day(linked(line("A", pim="1.00", devengado="0.27"), line("B", pim="366")), 2024, dt.date(2024, 4, 9), PLAN).acciones
    assert (of(found, "A")["esperado_soles"], of(found, "A")["esperado_ratio"]) == (Decimal("0.27"), 1.0)
    silent, unlinked = of(found, "B"), of(found, "T")
    assert (silent["esperado_ratio"], silent["esperado_motivo"]) == (None, "sin devengado")
    assert (unlinked["esperado_soles"], unlinked["esperado_ratio"], unlinked["esperado_motivo"]) == (None, None, None)


def test_money_of_an_action_that_the_plan_lacks_is_never_dropped_in_silence():
    table = pl.DataFrame({"accion": ["Z"], "pim_soles": [Decimal(5)]}, schema={"accion": pl.String, "pim_soles": MONEY})
    with pytest.raises(RuntimeError, match="does not conserve money"):
        link_by_action(table, PLAN, (), 2024)
