"""A calendar that people write: what is read, and every wrong cell in Spanish."""

from decimal import Decimal

import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.sources.delimited import read_delimited
from presupuesto_link.tables.calendar import read_calendar

HEAD = "anio,mes,programado_soles"


def calendar(folder, text):
    path = folder / "pca.csv"
    path.write_text(text, encoding="utf-8")
    return read_calendar(read_delimited(path))


def months(row, but=()):
    """A row for each month, with {m} in its place, except some."""
    return "".join(row.format(m=month) + "\n" for month in range(1, 13) if month not in but)


def test_keys_are_written_as_spending_keeps_them(tmp_path):
    text = "Anio,MES,programado_soles,sec_ejec,sec_func,nota\n2025,03,1500.50,775,0001,x\n"
    found = calendar(tmp_path, text + months("2025,{m},0,775,1,", but=[3]))
    assert (found.keys, found.name) == (("sec_ejec", "sec_func"), "calendario pca.csv")
    row = found.meses.row(2, named=True)
    assert found.meses.height == 12
    assert found.meses["programado_soles"].sum() == Decimal("1500.50")
    assert (row["mes"], row["sec_func"], row["programado_soles"]) == (3, "1", Decimal("1500.50"))


def test_the_whole_entity_needs_no_key_and_a_semicolon_brings_the_decimal_comma(tmp_path):
    found = calendar(tmp_path, "anio;mes;programado_soles\n2025;1;1.234,50\n" + months("2025;{m};0", but=[1]))
    assert (found.keys, found.meses["programado_soles"].to_list()) == ((), [Decimal("1234.50"), *[Decimal(0)] * 11])


def test_a_missing_month_would_move_the_rest_of_the_year_forward(tmp_path):
    with pytest.raises(
        InputDataError, match=r"anio 2025, generica 3\n  se encontró: faltan los meses 5, 12\n  se esperaba: los doce meses, con 0"
    ):
        calendar(tmp_path, f"{HEAD},generica\n" + months("2025,{m},10,3", but=[5, 12]) + months("2025,{m},10,1"))


def test_a_blank_month_is_not_a_zero_nor_advised(tmp_path):
    with pytest.raises(InputDataError, match=r"fila 2, columna programado_soles\n  se encontró: «»") as told:
        calendar(tmp_path, f"{HEAD}\n2025,1,\n" + months("2025,{m},10", but=[1]))
    assert "déjela vacía" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}\n2025,13,1\n", r"fila 2, columna mes\n  se encontró: «13»\n  se esperaba: un mes de 1 a 12"),
        (f"{HEAD}\n2025,,1\n", r"columna mes\n  se encontró: «»"),
        (f"{HEAD}\n2025,1,mil\n", r"fila 2, columna programado_soles\n  se encontró: «mil»\n  se esperaba: un número"),
        (f"{HEAD}\n2025,1,-5\n", r"se encontró: -5.00\n  se esperaba: un monto de 0 o más"),
        (f"{HEAD},fuentes\n2025,1,5,1\n", r"columna «fuentes»\n  se encontró: una columna desconocida \(¿quiso decir fuente\?\)"),
        (f"{HEAD},fuente\n2025,1,5,1\n2025,01,6,1\n", r"filas 2, 3\n  se encontró: anio 2025, fuente 1, mes 1: está repetido"),
        (f"{HEAD},sec_func\n2025,1,5,1\n", r"una meta sin su unidad ejecutora"),
        ("anio,mes\n2025,1\n", r"faltan las columnas programado_soles"),
        ("", r"el archivo está vacío"),
        (f"{HEAD},MES\n2025,1,5,2\n", r"columnas repetidas: mes"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, said):
    with pytest.raises(InputDataError, match=said):
        calendar(tmp_path, text)
