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


def test_keys_are_written_as_spending_keeps_them(tmp_path):
    found = calendar(
        tmp_path, "Anio,MES,programado_soles,sec_ejec,sec_func,nota\n2025,03,1500.50,775,0001,x\n2025,4,,775,1,\n"
    )
    assert (found.keys, found.name) == (("sec_ejec", "sec_func"), "calendario pca.csv")
    row = found.meses.row(0, named=True)
    assert found.meses.height == 1
    assert (row["mes"], row["sec_func"], row["programado_soles"]) == (3, "1", Decimal("1500.50"))


def test_the_whole_entity_needs_no_key_and_a_semicolon_brings_the_decimal_comma(tmp_path):
    found = calendar(tmp_path, "anio;mes;programado_soles\n2025;1;1.234,50\n")
    assert (found.keys, found.meses["programado_soles"].to_list()) == ((), [Decimal("1234.50")])


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
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path, text, said):
    with pytest.raises(InputDataError, match=said):
        calendar(tmp_path, text)
