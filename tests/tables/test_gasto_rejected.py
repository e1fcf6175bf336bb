"""What went with rejected rows decides whether the rest may be used."""

from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.sources.siaf.layout import AMOUNTS
from presupuesto_link.tables.gasto import MEASURES
from presupuesto_link.tables.gasto_rejected import NOTHING_LOST, TORN, check_rejected, lost_with

YEAR, MONTH, AMOUNT = "año ilegible", "mes fuera de 0 a 12", "devengado no es un monto"


def lost(*given: tuple[str, str | None, dict[str, str]]):
    """Rejected rows: reason, the cell of the year and the amounts."""
    table = [{"motivo": why, "anio": year} | dict.fromkeys(AMOUNTS) | amounts for why, year, amounts in given]
    return lost_with(pl.LazyFrame(table, schema=dict.fromkeys(("motivo", "anio", *AMOUNTS), pl.String)))


def codes(found, devengado: str = "1000", kept: int = 1000) -> list[tuple[str, str]]:
    totals = {2024: dict.fromkeys(MEASURES) | {"devengado_soles": Decimal(devengado)}}
    return [(f.code, f.found) for f in check_rejected(found, totals, kept, "rechazadas.csv")]


def test_nothing_rejected_says_nothing():
    assert codes(NOTHING_LOST) == []


def test_titles_totals_and_blank_lines_lose_nothing():
    rows = lost(
        (YEAR, None, {}),
        (YEAR, "ANO_EJE", {"devengado": "MONTO_DEVENGADO", "pim": "MTO_PIM_01"}),
        (YEAR, "SUBTOTAL REGION CAJAMARCA", {"devengado": "9,999.00", "pim": "50"}),
        (YEAR, " Total general", {"devengado": "9,999.00"}),
        (MONTH, "2024", {}),
    )
    assert (rows.no_records, rows.reasons, rows.soles) == (5, {}, {})
    assert codes(rows) == [("S18", "5 filas")]


@pytest.mark.parametrize(("amount", "code"), [("1.00", "S19"), ("-1.00", "S19"), ("1.01", "S12"), ("1,001.00", "S12")])
def test_one_part_in_a_thousand_of_the_soles_is_the_most(amount, code):
    (told,) = codes(lost((MONTH, "2024", {"devengado": amount})), devengado="999")
    assert told[0] == code


@pytest.mark.parametrize(("kept", "code"), [(999, "S19"), (998, "S12")])
def test_where_the_amount_cannot_be_read_rows_are_counted(kept, code):
    (told,) = codes(lost((AMOUNT, "2024", {"devengado": "mucho"})), kept=kept)
    assert told == (code, "1 fila rechazada; 1 con un monto que no se lee")


def test_a_measure_of_which_nothing_was_kept_is_lost_whole():
    assert codes(lost((MONTH, "2024", {"girado": "0.01"})))[0][0] == "S12"


def test_torn_records_are_told_apart_whatever_they_hold():
    rows = lost((TORN[0], "2024", {"devengado": "0"}), (TORN[1], None, {}))
    assert codes(rows) == [("S29", "2 registros")]
    assert rows.reasons == {}
