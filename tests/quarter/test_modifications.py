"""Variance of the composition against a table worked out with fractions, modifications of the PIM and the end of the year."""

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.quarter.modifications import composition_variance, modifications_between, rhythm
from presupuesto_link.tables.levels import Levels
from tests.money.monthly import ACTIONS, months, row


def test_variance_of_the_composition_by_hand():
    rows = months(
        row(0, pia="100", pim="180"),
        row(0, pia="300", pim="220", accion="AER.02.01"),
        row(0, pia="100", pim="200", accion=None),
        row(0, pia="999", pim="1", vinculo=TRANSVERSAL),
    )
    # 500 → 600: adjusted 120, 360 and 120; deviations 60, 140 and 80
    wanted = Fraction(60 + 140 + 80, 600)
    summary, detail = composition_variance(rows, ACTIONS, Levels("OER", "AER"))
    found = summary.row(by_predicate=(pl.col("por") == "OER") & (pl.col("de") == "pia") & (pl.col("a") == "pim"), named=True)
    assert (found["total_de_soles"], found["total_a_soles"]) == (Decimal(500), Decimal(600))
    assert found["varianza_ratio"] == pytest.approx(float(wanted))
    assert found["cambio_total_ratio"] == pytest.approx(0.2)
    step = detail.filter((pl.col("por") == "OER") & (pl.col("de") == "pia") & (pl.col("a") == "pim"))
    assert step["unidad"].to_list() == ["OER.02", "sin AER", "OER.01"]
    assert step["ajustado_soles"].to_list() == [Decimal(360), Decimal(120), Decimal(120)]
    assert step["parte_ratio"].to_list() == pytest.approx([1 / 2, 2 / 7, 3 / 14])


def test_a_first_stage_without_money_has_no_variance():
    summary, _ = composition_variance(months(row(0, pia="0", pim="10")), ACTIONS, Levels("OER", "AER"))
    assert summary.filter(pl.col("de") == "pia")["varianza_ratio"].to_list() == [None] * 4


def test_lines_that_move_appear_and_disappear():
    before = months(row(0, pim="100"), row(0, pim="50", fuente="2"), row(0, pim="30", fuente="3"), row(0, pim="20", fuente="5"))
    after = months(row(0, pim="160.50"), row(0, pim="10", fuente="2"), row(0, pim="30", fuente="3"), row(0, pim="7", fuente="4"))
    summary, lines = modifications_between(before, after, 2025)
    # +60.50, −40, 0, −20 (gone), +7 (new)
    found = summary.row(0, named=True)
    assert (found["lineas_modificadas"], found["lineas"]) == (4, 5)
    assert [found[f"{k}_soles"] for k in ("aumentos", "rebajas", "neto")] == [Decimal("67.50"), Decimal(60), Decimal("7.50")]
    assert (found["pim_antes_soles"], found["pim_despues_soles"]) == (Decimal(200), Decimal("207.50"))
    assert found["tamano_ratio"] == pytest.approx(67.5 / 200)
    assert lines["cambio_soles"].to_list() == [Decimal(v) for v in ("60.50", "-40", "-20", "7")]


def test_the_share_of_december_is_only_of_years_that_reach_it():
    table = rhythm(
        months(
            row(0, 2024, pim="200"),
            row(1, 2024, devengado="60"),
            row(10, 2024, devengado="10"),
            row(12, 2024, devengado="30"),
            row(0, 2025, pim="200"),
            row(8, 2025, devengado="50"),
        )
    )
    assert table["parte_diciembre_ratio"].to_list() == [0.3, None]
    assert table["parte_ultimo_trimestre_ratio"].to_list() == [0.4, None]
    assert (table["ejecucion_ratio"].to_list(), table["ultimo_mes"].to_list()) == ([0.5, 0.25], [12, 8])
