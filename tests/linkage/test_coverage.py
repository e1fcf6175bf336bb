"""What the link covers: each ratio over its own total, and central actions and allotments without products told apart."""

from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.linkage.coverage import cover, cube
from presupuesto_link.linkage.link import link_gasto
from presupuesto_link.linkage.rules import Rules
from tests.linkage.spending import gasto, rule

ACTIONS = pl.DataFrame({"accion": ["AER.01.01"], "objetivo": ["OER.01"], "nombre": ["Riego"]})


def covered(*rows):
    """The coverage of rows of programme, PIM and accrual (as text), of which one rule links programme 0042."""
    table = gasto(*({"programa": programme, "pim_soles": pim, "devengado_soles": accrued} for programme, pim, accrued in rows))
    found = link_gasto(table.lazy(), Rules((rule("r", "AER.01.01", programa="0042"),)), {}, ("AER.01.01",), (2024,))
    return cover(cube(found), found.rules, ACTIONS)


def test_each_ratio_is_over_its_own_total():
    found = covered(("0042", "400.00", "90.00"), ("0068", "600.00", "30.00"))
    rates = found.tasas.row(0, named=True)
    assert (rates["pim_vinculado_soles"], rates["devengado_vinculado_soles"]) == (Decimal(400), Decimal(90))
    assert rates["cobertura_ratio"] == pytest.approx(0.4)  # 400 of 1,000
    assert rates["cobertura_devengado_ratio"] == pytest.approx(0.75)  # 90 of 120
    of_linked = found.dimensiones["programa"].row(by_predicate=pl.col("programa") == "0042", named=True)
    assert (of_linked["cobertura_ratio"], of_linked["cobertura_devengado_ratio"]) == (1, 1)


@pytest.mark.parametrize("programme", ["9001", "9002"])
def test_what_is_not_a_product_is_left_out_of_the_second_base_only(programme):
    found = covered(("0042", "400.00", "90.00"), (programme, "600.00", "30.00"))
    whole, without = found.tasas.iter_rows(named=True)
    assert (whole["base"], whole["pim_soles"], whole["devengado_soles"]) == ("todo el gasto", Decimal(1000), Decimal(120))
    assert (without["base"], without["pim_soles"], without["devengado_soles"]) == ("sin 9001 ni 9002", Decimal(400), Decimal(90))
    assert (whole["cobertura_ratio"], without["cobertura_ratio"]) == (pytest.approx(0.4), 1)


@pytest.mark.parametrize("programme", ["0068", None])
def test_any_other_programme_and_none_at_all_stay_in_both_bases(programme):
    found = covered(("0042", "400.00", "90.00"), (programme, "600.00", "30.00"))
    assert found.tasas["pim_soles"].to_list() == [Decimal(1000), Decimal(1000)]
