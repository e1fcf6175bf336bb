"""Two links of the same spending, meta by meta, with the soles that would change hands."""

from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.linkage.coverage import cube
from presupuesto_link.linkage.link import link_gasto
from presupuesto_link.linkage.plan.compare import compare_with_manual
from presupuesto_link.linkage.rules import TRANSVERSAL, Rules
from tests.linkage.spending import gasto, rule

ACTIONS = ("AER.01.01", "AER.04.01", "AER.11.02")


def linked(spending: pl.DataFrame, *rules) -> pl.DataFrame:
    return cube(link_gasto(spending.lazy(), Rules(rules), {}, ACTIONS, (2024,)))


def metas(*rows: tuple) -> pl.DataFrame:
    return gasto(*({"sec_ejec": "775", "sec_func": number, "pim_soles": pim, "devengado_soles": spent} for number, pim, spent in rows))


def of(number: str, action: str, part: object = 1, **more):
    return rule(f"{number}-{action}", action, part, sec_ejec="775", sec_func=number, **more)


def test_what_differs_most_comes_first_and_every_sol_is_there():
    spending = metas(
        ("1", "100.00", "40.00"),
        ("2", "90.00", "10.00"),
        ("3", "30.00", None),
        ("4", "20.00", "20.00"),
        ("5", "5.00", "1.00"),
        ("6", "0.10", "0.05"),
    )
    by_plan = linked(
        spending,
        of("1", "AER.01.01"),
        of("2", "AER.01.01", "1/3"),
        of("3", "AER.04.01"),
        of("6", "AER.01.01", "1/3"),
        of("6", "AER.04.01", "1/3"),
        of("6", "AER.11.02", "1/3"),
    )
    by_hand = linked(spending, of("1", "AER.01.01"), of("2", "AER.01.01"), of("4", "AER.11.02"), of("6", "AER.01.01"))
    found = compare_with_manual(by_plan, by_hand)
    rows = found.metas.select("sec_func", "aer_ceplan", "aer_manual", "pim_diferente_soles", "devengado_diferente_soles", "acuerdo").rows()
    # 2: two thirds of 90.00 and 10.00 (6.67 of them are left without AER); 6: 0.10 − 0.04 and 0.05 − 0.02
    assert rows == [
        ("2", "AER.01.01", "AER.01.01", Decimal("60.00"), Decimal("6.67"), "distinto"),
        ("3", "AER.04.01", None, Decimal("30.00"), None, "sólo CEPLAN"),
        ("4", None, "AER.11.02", Decimal("20.00"), Decimal("20.00"), "sólo manual"),
        ("6", "AER.01.01; AER.04.01; AER.11.02", "AER.01.01", Decimal("0.06"), Decimal("0.03"), "distinto"),
        ("1", "AER.01.01", "AER.01.01", Decimal("0.00"), Decimal("0.00"), "igual"),
        ("5", None, None, Decimal("0.00"), Decimal("0.00"), "ninguno"),
    ]
    assert found.resumen.select("acuerdo", "metas", "pim_soles", "devengado_soles", "pim_diferente_soles").rows() == [
        ("igual", 1, Decimal("100.00"), Decimal("40.00"), Decimal("0.00")),
        ("distinto", 2, Decimal("90.10"), Decimal("10.05"), Decimal("60.06")),
        ("sólo CEPLAN", 1, Decimal("30.00"), None, Decimal("30.00")),  # nobody says what it has accrued: not a zero
        ("sólo manual", 1, Decimal("20.00"), Decimal("20.00"), Decimal("20.00")),
        ("ninguno", 1, Decimal("5.00"), Decimal("1.00"), Decimal("0.00")),
    ]
    assert found.metas["pim_soles"].sum() == spending["pim_soles"].sum() == Decimal("245.10")


def test_the_other_way_round_moves_the_same_soles():
    spending = metas(("1", "100.01", "3.33"), ("2", "7.77", "7.77"))
    one = linked(spending, of("1", "AER.01.01", "1/3"), of("1", "AER.04.01", "2/3"), of("2", "AER.11.02", "1/7"))
    two = linked(spending, of("1", "AER.04.01", "1/3"), of("2", "AER.11.02"))
    columns = ["sec_func", "pim_diferente_soles", "devengado_diferente_soles"]
    assert compare_with_manual(one, two).metas.select(columns).equals(compare_with_manual(two, one).metas.select(columns))


def test_transversal_money_is_apart_and_lines_without_meta_are_kept():
    spending = pl.concat([metas(("1", "10.00", "1.00")), gasto({"sec_ejec": "775", "pim_soles": "2.00"}, {"pim_soles": "3.00"})])
    found = compare_with_manual(
        linked(spending, of("1", "AER.01.01")), linked(spending, of("1", "AER.01.01"), of("1", "AER.11.02", kind=TRANSVERSAL))
    )
    assert dict(found.metas.select("sec_func", "acuerdo").filter(pl.col("sec_func").is_not_null()).iter_rows()) == {"1": "igual"}
    assert found.metas["pim_soles"].sum() == Decimal("15.00")
    assert found.metas.height == 3


def test_links_of_other_spending_are_refused():
    one, other = linked(metas(("1", "10.00", "1.00"))), linked(metas(("1", "11.00", "1.00")))
    with pytest.raises(ValueError, match="not links of the same spending"):
        compare_with_manual(one, other)
