"""What the link covers: each ratio over its own total, and central actions and allotments without products told apart."""

from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.linkage.coverage import NOT_LINKED, NOT_SIGNED, by_class, cover, cube, running_share, whole_pim
from presupuesto_link.linkage.link import link_gasto
from presupuesto_link.linkage.rules import TRANSVERSAL, Rules
from presupuesto_link.tables.numbers import MONEY
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


def test_programmes_beyond_those_shown_go_together_and_no_money_is_lost():
    codes = ["0001", "0002", "0003", "0004", None]
    pim = [Decimal(50), Decimal(40), Decimal(30), Decimal(20), Decimal(10)]
    counted = pl.DataFrame(
        {
            "programa": codes,
            "vinculo": ["directo", "directo", "no vinculado", "directo", "no vinculado"],
            "estado": ["firmado", "sugerido", None, "firmado", None],
            "confianza": ["alta", "media", None, "baja", None],
            "pim_soles": pl.Series(pim, dtype=MONEY),
        }
    )
    table = by_class(counted, 2)
    assert table["grupo"].to_list() == ["0001", "0002", *["otras 3 categorías"] * 2]
    assert table["pim_soles"].sum() == whole_pim(counted) == sum(pim)
    assert dict(table.select("clase", "pim_soles").rows()) == {
        "confianza alta": Decimal(50),
        NOT_SIGNED: Decimal(40),
        "confianza baja": Decimal(20),
        NOT_LINKED: Decimal(40),
    }
    assert table["vinculado_ratio"].round(3).to_list()[-2:] == [0.333, 0.333]
    assert by_class(counted, 4)["grupo"].to_list() == codes


def test_the_running_share_is_of_all_the_money_and_leaves_out_who_links_nothing():
    counted = pl.DataFrame({"pim_soles": pl.Series([Decimal(60), Decimal(40)], dtype=MONEY)})
    rules = pl.DataFrame(
        {
            "regla": ["a", "nadie", "b"],
            "clase": ["directo", "directo", "directo"],
            "accion": ["AER.01.01", "NINGUNA", "AER.01.02"],
            "pim_soles": pl.Series([Decimal(50), Decimal(30), Decimal(10)], dtype=MONEY),
        }
    )
    assert running_share(counted, rules).rows() == [(1, 0.5, "a"), (2, 0.6, "b")]


def test_transversal_money_is_in_no_total_and_its_action_is_told_apart():
    """Of 1,000, 400 are linked; the 600 that a transversal action counts again are among those left out."""
    plan = pl.DataFrame({"accion": ["A", "B", "C", "D"], "objetivo": ["O"] * 4, "nombre": ["n"] * 4})
    table = gasto(*({"programa": programme, "pim_soles": pim} for programme, pim in (("1", "100.00"), ("2", "300.00"), ("3", "600.00"))))
    rules = (rule("a", "A", programa="1"), rule("b", "B", programa="2"), rule("beside", "C", kind=TRANSVERSAL, programa="3"))
    found = link_gasto(table.lazy(), Rules(rules), {}, ("A", "B", "C", "D"), (2024,))
    told = cover(cube(found), found.rules, plan)
    assert told.tasas.select("pim_soles", "pim_vinculado_soles").row(0) == (Decimal(1000), Decimal(400))
    parts = {row["vinculo"]: row["parte_pim_ratio"] for row in told.resumen.iter_rows(named=True)}
    assert parts == {"directo": pytest.approx(0.4), TRANSVERSAL: pytest.approx(0.6), "no vinculado": pytest.approx(0.6)}
    own = {row["accion"]: (row["transversal"], row["pim_soles"], row["devengado_soles"]) for row in told.acciones.iter_rows(named=True)}
    assert own == {
        "A": (False, Decimal(100), None),
        "B": (False, Decimal(300), None),
        "C": (True, Decimal(600), None),
        "D": (False, None, None),
    }
    assert told.con_dinero["accion"].to_list() == ["B", "A", "C"]
