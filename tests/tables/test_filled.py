"""What people wrote on the sheets goes to the new ones, whole."""

import datetime as dt

import polars as pl
import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.sources.filled import UNPLACED
from presupuesto_link.tables.filled import AGAIN, GONE, Sheet, carry_over

SHEET = Sheet(("elemento", "indicador"), ("responsable", "fecha_compromiso", "decision"))
NEW = pl.DataFrame({"elemento": ["A", "A", "B"], "indicador": ["1", None, "2"], "valor": [1.0, 2.0, 3.0]}).with_columns(
    responsable=pl.lit(None, pl.String), fecha_compromiso=pl.lit(None, pl.Date), decision=pl.lit(None, pl.String)
)


def written(*rows):
    names = ["elemento", "indicador", "responsable", "fecha_compromiso", "decision"]
    return pl.DataFrame(
        [(n, *row) for n, row in enumerate(rows, start=2)], schema={"fila": pl.UInt32} | dict.fromkeys(names, pl.String), orient="row"
    ).with_columns(escrita_en=pl.lit("hoja"))


def test_each_cell_goes_to_the_row_of_its_key_and_the_order_stays():
    new, gone = carry_over(
        NEW,
        written(("B", "2", "Juana", "2026-12-31 00:00:00", ""), ("A", "", "", "31/01/2027", "-seguir"), ("A", "1", "", "", "")),
        SHEET,
        "libro",
    )
    assert new.columns == NEW.columns
    assert new.schema == NEW.schema
    assert new.drop(SHEET.to_fill).equals(NEW.drop(SHEET.to_fill))
    assert new.select(SHEET.to_fill).rows() == [
        (None, None, None),
        (None, dt.date(2027, 1, 31), "-seguir"),
        ("Juana", dt.date(2026, 12, 31), None),
    ]
    assert gone.is_empty()


def test_what_no_longer_has_a_row_is_kept_with_its_reason():
    new, gone = carry_over(NEW, written(("C", "", "Pedro", "2026-12-31", "cerrar"), ("C", "9", "", "", "")), SHEET, "libro")
    assert new.equals(NEW)
    assert gone.rows() == [(2, "C", None, "Pedro", dt.date(2026, 12, 31), "cerrar", GONE)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [("A", "1", "", "fin de mes", "")],
            r"libro, hoja «hoja», fila 2, columna fecha_compromiso\n  se encontró: «fin de mes»\n  se esperaba: una fecha",
        ),
        ([("A", "1", "", "31/02/2026", "")], "«31/02/2026»"),
        (
            [("A", "1", "x", "", ""), ("B", "2", "", "", ""), ("A", "1", "y", "", "")],
            r"libro, hoja «hoja», filas 2, 4\n  se encontró: la misma fila escrita más de una vez \(A, 1\)",
        ),
        ([("A", "1", "a\x07b", "", "")], r"fila 2, columna responsable\n  se encontró: un carácter de control.*U\+0007"),
    ],
)
def test_what_cannot_be_taken_over_is_named_with_its_cell(rows, message):
    with pytest.raises(InputDataError, match=message):
        carry_over(NEW, written(*rows), SHEET, "libro")


def test_two_blank_copies_of_a_row_are_nobodys_problem():
    new, _ = carry_over(NEW, written(("A", "1", "", "", ""), ("A", "1", "Ana", "", "")), SHEET, "libro")
    assert new["responsable"].to_list() == ["Ana", None, None]


def test_what_comes_back_gets_what_was_written_then_and_the_last_word_wins():
    kept = written(("A", "1", "de antes", "", ""), ("B", "2", "vuelve", "", ""), ("C", "9", "sigue fuera", "", ""))
    before = pl.concat([written(("A", "1", "de ahora", "", "")), kept.with_columns(escrita_en=pl.lit(UNPLACED))])
    new, gone = carry_over(NEW, before, SHEET, "libro")
    assert new["responsable"].to_list() == ["de ahora", None, "vuelve"]
    assert gone.select("elemento", "responsable", "motivo").rows() == [("C", "sigue fuera", GONE), ("A", "de antes", AGAIN)]
