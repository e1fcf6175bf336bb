"""The link keeps every sol and every action."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presupuesto_link.errors import SpecError
from presupuesto_link.money.by_action import link_by_action
from presupuesto_link.tables.numbers import MONEY

ACTIONS = pl.DataFrame({"accion": [f"A{i}" for i in range(5)], "objetivo": ["O"] * 5, "nombre": ["n"] * 5})
CENTS = st.one_of(st.none(), st.integers(0, 10**14).map(lambda c: Decimal(c) / 100))


def budget(amounts: list[tuple[Decimal | None, Decimal | None, Decimal | None]]) -> pl.DataFrame:
    rows = [(f"A{i}", *money) for i, money in enumerate(amounts)]
    return pl.DataFrame(rows, schema={"accion": pl.String, "pia_soles": MONEY, "pim_soles": MONEY, "devengado_soles": MONEY}, orient="row")


@pytest.mark.propiedad
@given(st.lists(st.tuples(CENTS, CENTS, CENTS), min_size=1, max_size=5), st.sets(st.sampled_from([f"A{i}" for i in range(5)])))
def test_money_is_conserved_to_the_centimo(amounts, transversal):
    linked = link_by_action(budget(amounts), ACTIONS, tuple(sorted(transversal)), 2023)
    for i, measure in enumerate(("pia_soles", "pim_soles", "devengado_soles")):
        total = sum((row[i] or Decimal(0) for row in amounts), Decimal(0))
        assert linked.cobertura[measure].sum() == total
    assert linked.cobertura["acciones"].sum() == linked.acciones.height == 5


def test_the_four_kinds_of_link():
    linked = link_by_action(
        budget([(Decimal(1), Decimal(2), Decimal(1)), (Decimal(1), Decimal(2), Decimal(1)), (None, None, None)]), ACTIONS, ("A1",), 2023
    )
    assert dict(linked.acciones.select("accion", "vinculo").iter_rows()) == {
        "A0": "directo",
        "A1": "transversal",
        "A2": "fila sin monto",
        "A3": "sin fila",
        "A4": "sin fila",
    }
    assert linked.direct["accion"].to_list() == ["A0"]


def test_a_transversal_action_that_does_not_exist():
    with pytest.raises(SpecError, match="A9"):
        link_by_action(budget([(None, None, None)]), ACTIONS, ("A9",), 2023)
