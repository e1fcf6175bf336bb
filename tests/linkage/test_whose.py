"""Whose spending a link is of: what its rows say, not only what was asked."""

import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.linkage.snapshot import chosen_spending
from presupuesto_link.linkage.whose import Whose
from tests.money.kept import SCOPES, Shelf, line


def asked(scope, *lines):
    shelf = Shelf()
    return chosen_spending(shelf, shelf.put("2024-12-31", *lines), SCOPES, scope)[2]


@pytest.mark.parametrize(
    ("units", "words", "alike"),
    [
        ((), "gasto", "gasto"),
        (("775",), "gasto, sólo la ejecutora 775", "gasto, sólo la ejecutora 775"),
        (("775", "776"), "gasto, sólo las ejecutoras 775 y 776", "gasto, sólo las ejecutoras 775 y 776"),
        (("1", "2", "3", "4"), "gasto, 4 ejecutoras", "gasto"),
    ],
)
def test_few_units_are_named_and_are_another_scope_and_many_are_counted(units, words, alike):
    assert (str(Whose("gasto", units)), Whose("gasto", units).alike) == (words, alike)


def test_one_unit_of_the_pliego_is_never_told_as_the_whole():
    said = asked("pliego", line("A", pim="1", sec_ejec="775"), line("A", pim="1", sec_ejec="775", pliego="452"))
    assert str(said) == "gasto del Gobierno Regional de Cajamarca (pliego 445), sólo la ejecutora 775"


@pytest.mark.parametrize(
    ("pliegos", "words"), [(("452",), "pliego 452"), (("445", "452"), "pliegos 445 y 452"), (("1", "2", "3", "4"), "4 pliegos")]
)
def test_all_of_a_snapshot_says_of_which_entities_it_is(pliegos, words):
    said = asked("todo", *(line("A", pim="1", sec_ejec="9", pliego=code) for code in pliegos))
    assert str(said) == f"todo el gasto de la instantánea: {words}, sólo la ejecutora 9"


@pytest.mark.parametrize(
    ("others", "found"), [({"pliego": "445", "nivel": "R"}, "del pliego 445"), ({"pliego": "446", "nivel": "R"}, "del nivel de gobierno R")]
)
def test_one_entity_or_level_is_not_what_everybody_spends_in_the_department(others, found):
    with pytest.raises(InputDataError, match=f"todas sus filas son {found}"):
        asked("departamento", line("A", pim="1", departamento_meta="06", nivel="R"), line("A", pim="1", departamento_meta="06", **others))


def test_what_every_level_spends_in_the_department_is_told_as_such():
    said = asked(
        "departamento",
        line("A", pim="1", departamento_meta="06", nivel="R"),
        line("A", pim="1", departamento_meta="06", nivel="M", pliego="301"),
    )
    assert str(said).startswith("gasto de todos los niveles de gobierno que recae en Cajamarca")
