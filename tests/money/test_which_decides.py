"""Which source, which year and which results a decision stands on, and what the source that does not decide says beside it."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from presupuesto_link.money import money as every
from presupuesto_link.money.cut import Cut
from presupuesto_link.money.money import Money, money_of
from presupuesto_link.money.reconciliation import reconcile
from presupuesto_link.store.snapshot import Snapshot
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.vocabulary import PRINTED
from tests.money.kept import Shelf, inputs_of, line, linked, manifest, origin, year_budget


def closed(year, name="f", pim=100, **about):
    return year_budget(year, origin(f"{year}-12-31", name, **about), ("A", pim, 50))


def course(year, name="f", **about):
    return year_budget(year, origin(f"{year}-08-31", name, **about), ("A", 100, 50))


def cut_of(*years, **asked):
    return Cut(Shelf(), Snapshot("s", manifest("2025-08-31", years)), None, **asked)


def test_of_two_sources_with_a_year_the_first_decides_and_the_other_is_beside():
    first, second, alone = closed(2023, "uno", 100), closed(2023, "dos", 70), closed(2022, "dos")
    money = Money((first, second, alone))
    assert money.of(2023) is first
    assert money.of(2022) is alone
    assert money.ejecucion["anio"].unique(maintain_order=True).to_list() == [2022, 2023]
    beside = money.conciliacion
    assert beside.select("anio", "fuente_dinero", "otra_fuente_dinero", "diferencia_pim_soles").rows() == [
        (2023, "fuente uno", "fuente dos", Decimal(30))
    ]
    assert Money((second, first, alone)).of(2023) is second


def test_the_year_that_decides_is_the_cuts_else_the_one_asked_for_else_the_last_closed():
    budgets = (closed(2022), closed(2023), course(2024))
    assert Money(budgets).decision_year(0) == 2023
    assert Money(budgets).decision_year(2022) == 2022
    assert Money((course(2024), course(2025))).decision_year(0) == 2025
    assert Money(budgets, cut_of(2023, 2024)).decision_year(2022) == 2024
    assert Money(budgets, cut_of(2023, 2024, year=2023)).decision_year(2022) == 2023


@pytest.mark.parametrize(
    ("results", "decision", "pairs"),
    [
        ([2022, 2023, 2024], (2023, 2024), ((2022, 2022), (2023, 2023), (2023, 2024))),  # each closed year with its own result
        ([2023, 2024], (2023, 2023), ((2022, 2023), (2023, 2023))),  # else the next there is
        ([2020, 2021], (2023, 2021), ((2022, 2021), (2023, 2021))),  # else the last
        ([2022, 2023], (2022, 2022), ((2023, 2023), (2022, 2022))),  # the one that decides is last, and once
        ([], (2023, 2023), ((2023, 2023),)),
    ],
)
def test_the_pairs_of_years_that_nobody_asked_for(results, decision, pairs):
    assert Money((closed(2023), closed(2022), course(2024))).pairs((), results, decision) == pairs


def test_the_pairs_asked_for_are_of_an_analysis_without_a_cut():
    asked = ((2022, 2023),)
    assert Money((closed(2022),)).pairs(asked, [2022], (2022, 2022)) == asked
    money = Money((closed(2022),), cut_of(2022), linked(line("A", 2022, pim="1")))
    assert money.pairs(asked, [2022], (2022, 2022)) == ((2022, 2022),)


def test_with_a_cut_only_the_closed_years_of_its_own_scope_are_set_beside_results():
    link = linked(line("A", 2022, pim="1"), scope="pliego")
    own = closed(2022, scope="pliego")
    other = closed(2021, scope="departamento")
    by_cut = [type(b)(b.anio, b.origen, b.linked, b.bandas, b.ritmo, link) for b in (own, other, course(2024, scope="pliego"))]
    printed = closed(2020, scope="pliego", kind=PRINTED)
    money = Money((*by_cut, printed), cut_of(2022, 2024), link)
    assert money.pairs((), [2020, 2021, 2022], (2024, 2022)) == ((2022, 2022), (2024, 2022))


def test_years_are_listed_by_source_from_the_first():
    money = Money((closed(2023), closed(2022), closed(2021, "otra")))
    assert money.listed() == "2021 (fuente otra; pliego); 2022, 2023 (fuente f; pliego)"
    assert Money(()).listed() == "ninguno"


@pytest.mark.parametrize(
    ("mine", "theirs", "why"),
    [
        ((100, {}), (100, {"scope": "otro", "made_up": True}), "coinciden"),
        ((100, {}), (70, {"made_up": True, "scope": "otro"}), "una de las dos es sintética"),
        ((100, {"made_up": True}), (70, {"made_up": True}), "las reglas del vínculo o lo impreso difieren"),
        ((100, {}), (70, {"scope": "otro", "al": "2023-01-31"}), "miden ámbitos distintos: no se comparan sin decirlo"),
        ((100, {}), (70, {"al": "2023-01-31"}), "son de días distintos"),
        ((100, {}), (70, {}), "las reglas del vínculo o lo impreso difieren"),
    ],
)
def test_two_sources_of_a_year_differ_by_the_first_reason_that_holds(mine, theirs, why):
    one, other = (
        year_budget(2022, origin(**({"al": "2022-12-31", "name": n} | about)), ("A", pim, 5))
        for n, (pim, about) in (("uno", mine), ("dos", theirs))
    )
    (row,) = reconcile([(one, other)]).iter_rows(named=True)
    assert row["motivo_probable"] == why
    assert row["diferencia_pim_soles"] == Decimal(mine[0] - theirs[0])
    assert (row["fuente_dinero"], row["otra_fuente_dinero"]) == ("fuente uno", "fuente dos")


def test_an_action_that_one_source_lacks_has_no_difference():
    one = year_budget(2022, origin("2022-12-31", "uno"), ("A", 100, 5))
    other = year_budget(2022, origin("2022-12-31", "dos"), ("B", 70, 6))
    found = reconcile([(one, other)]).select("accion", "pim_soles", "otro_pim_soles", "diferencia_pim_soles", "motivo_probable").rows()
    assert found == [
        ("A", Decimal(100), None, None, "sólo esta fuente le da dinero"),
        ("B", None, Decimal(70), None, "sólo la otra fuente le da dinero"),
    ]


def test_the_cut_decides_over_the_extracts_of_the_analysis_and_these_over_its_printed_table(monkeypatch):
    own, printed = (
        (closed(2024, "extracto"), closed(2023, "extracto")),
        tuple(closed(y, "impresa", kind=PRINTED) for y in (2024, 2023, 2022)),
    )
    monkeypatch.setattr(every, "_extracts", lambda *_: own)
    monkeypatch.setattr(every, "_printed", lambda _: printed)
    shelf = Shelf()
    snapshot = shelf.put("2025-01-31", line("A", 2024, pim="5"))
    money = money_of(inputs_of(), Cut(shelf, snapshot, None))
    assert [money.of(y).origen.id for y in (2024, 2023, 2022)] == [snapshot.id, "extracto", "impresa"]
    alone = money_of(inputs_of())
    assert [alone.of(y).origen.id for y in (2024, 2023, 2022)] == ["extracto", "extracto", "impresa"]


def test_the_extracts_of_an_analysis_go_from_the_latest_year_and_are_named_by_their_origin(monkeypatch):
    links = {
        Path("a"): linked(line("A", 2022, pim="5"), line("A", 2023, pim="6"), cut_off="2023-12-31"),
        Path("b"): linked(line("A", pim="7"), cut_off="2024-12-31"),
    }
    monkeypatch.setattr(every, "link_own", lambda _, path: links[path])
    monkeypatch.setattr(every, "read_origin", lambda path: {"titulo": f"Tabla {path}", "productor": "MEF"} if path.name == "a" else {})
    inputs = inputs_of()
    inputs.extracts = tuple(links)
    assert [(b.anio, b.origen.titulo, b.ritmo) for b in every._extracts(inputs)] == [
        (2024, "gasto.csv (extracto del análisis s)", None),
        (2023, "Tabla a", None),
        (2022, "Tabla a", None),
    ]
    assert every._extracts(inputs)[1].origen.cita == "MEF. Tabla a, corte 31/12/2023"


def test_a_printed_table_is_of_a_year_that_closed():
    rows = pl.DataFrame({"accion": ["A"], "pim_soles": [Decimal(9)]}, schema={"accion": pl.String, "pim_soles": MONEY})
    inputs = inputs_of()
    inputs.budget, inputs.spec.fuente = SimpleNamespace(filas=rows, lugar="tabla.csv"), "Informe"
    inputs.spec.fuentes = SimpleNamespace(anio_gasto=2023, ambito_gasto="todo el departamento")
    (budget,) = money_of(inputs).budgets
    assert (budget.anio, budget.cerrado, budget.origen.al, budget.origen.clase) == (2023, True, dt.date(2023, 12, 31), PRINTED)
    assert budget.totales["pim_soles"] == Decimal(9)
