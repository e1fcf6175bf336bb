"""What a new user may well do wrong with `cargar`: every answer is Spanish, none is a traceback, none is a wrong figure in silence."""

import json
import zipfile

import pytest

from tests.commands.test_cargar import call
from tests.sources.extracts import budget, long_text, spent

TEXT = long_text(budget("5"), spent(1, "2"))
TITLES, *RECORDS = TEXT.splitlines()


def twice_titled() -> str:
    return "\n".join([f'{TITLES},"MONTO_PIM"', *(f'{record},"999"' for record in RECORDS)]) + "\n"


REFUSED = {
    "empty": (b"", "una fila vacía"),
    "zeros": (b"\0" * 5000, "un archivo binario, o un texto con ceros binarios"),
    "utf-16 without its mark": (TEXT.encode("utf-16-le"), "un archivo binario, o un texto con ceros binarios"),
    "empty zip": (b"PK\x05\x06" + b"\0" * 18, "un archivo binario"),
    "pdf": (b"%PDF-1.4\n" + bytes(range(1, 256)) * 30, "ninguna forma conocida de extracto"),
    "one huge line": (b"x" * 2_000_000, "una fila que no se puede separar en títulos"),
    "titles only": (f"{TITLES}\n".encode(), "ninguna fila útil de 0 registros"),
    "a web page": (b"<html><body>nada</body></html>", "una página sin filas de datos"),
    "a broken workbook": (b"PK\x03\x04" + b"x" * 500, "incompleto o dañado"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + b"x" * 500, "un libro .xls antiguo que no se puede abrir"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_an_extract_is_refused_in_spanish_and_leaves_nothing(capsys, tmp_path, case):
    content, message = REFUSED[case]
    path, store = tmp_path / "a_20240131.csv", tmp_path / "almacen"
    path.write_bytes(content)
    code, out, err = call(capsys, "cargar", path, "--almacen", store)
    assert (code, out) == (1, "")
    assert message in err
    for word in ("Error interno", "Traceback", "schema", "column names", "could not", "\0"):
        assert word not in err
    assert not list(store.glob("instantaneas/*"))


TORN = {
    "more cells than titles": (f'{TITLES}\n{RECORDS[0]},"x","y"\n{RECORDS[1]}\n', "tiene más celdas que títulos (línea 2): 1"),
    "a quote that never closes": (f"{TITLES}\n{RECORDS[0][:-1]}\n{RECORDS[1]}\n", "tiene una comilla sin cerrar (línea 2): 1"),
}


@pytest.mark.parametrize("case", TORN)
def test_a_record_that_cannot_be_read_stops_the_load_and_says_its_line(capsys, tmp_path, case):
    content, message = TORN[case]
    path, store = tmp_path / "a_20240131.csv", tmp_path / "almacen"
    path.write_text(content, encoding="utf-8")
    code, _, err = call(capsys, "cargar", path, "--almacen", store)
    assert code == 1
    assert "Registros cortados o corridos" in err
    assert message in err
    assert not list(store.glob("instantaneas/*"))


ACCEPTED = {
    "crlf": TEXT.replace("\n", "\r\n").encode(),
    "lines of old Macs": TEXT.replace("\n", "\r").encode(),
    "utf-16": TEXT.encode("utf-16"),
    "a blank line above": f"\n{TEXT}".encode(),
    "a blank line below": f"{TEXT}\n\n".encode(),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_is_an_extract_all_the_same_is_read_whole(capsys, tmp_path, case):
    path = tmp_path / "a_20240131.txt"
    path.write_bytes(ACCEPTED[case])
    code, out, _ = call(capsys, "cargar", path, "--almacen", tmp_path / "almacen", "--json")
    (load,) = json.loads(out)["cargas"]
    assert (code, load["totales"]["2024"]["pim_soles"], load["totales"]["2024"]["devengado_soles"]) == (0, "5.00", "2.00")


def test_an_amount_told_twice_is_refused(capsys, tmp_path):
    path = tmp_path / "a_20240131.csv"
    path.write_text(twice_titled(), encoding="utf-8")
    code, out, err = call(capsys, "cargar", path, "--almacen", tmp_path / "almacen")
    assert (code, out) == (1, "")
    assert "dicen lo mismo «MONTO_PIM» y «MONTO_PIM»" in err


def test_a_workbook_inside_a_zip_is_read(capsys, tmp_path):
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "libro.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["AE", "PIA", "PIM", "DEVENGADO"])
        sheet.write_row(1, 0, ["AER 01.01", "S/ 1.00", 2, 3])
    path = tmp_path / "aer_2023.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(tmp_path / "libro.xlsx", "libro.xlsx")
    out = call(capsys, "cargar", path, "--almacen", tmp_path / "almacen", "--al", "2024-01-31", "--json")[1]
    assert json.loads(out)["cargas"][0]["totales"]["2023"]["pim_soles"] == "2.00"


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--al", "2999-01-01"], 2, "no puede ser el día de unas cifras"),
        (["--al", "0001-01-01"], 2, "no puede ser el día"),
        (["--al", ""], 2, "no es una fecha"),
        (["--tolerancia", "-5"], 2, "es menos que cero"),
        (["--pliego", ""], 2, "no es un código de 3 cifras"),
        (["--miembro", "x"], 1, "un archivo que no es .zip"),
        (["--total-publicado", "pim="], 2, "no es un monto en soles"),
    ],
)
def test_option_values_that_cannot_be(capsys, tmp_path, options, code, message):
    path = tmp_path / "a_20240131.csv"
    path.write_text(TEXT, encoding="utf-8")
    done, out, err = call(capsys, "cargar", path, "--almacen", tmp_path / "almacen", *options)
    assert (done, out) == (code, "")
    assert message in err
    assert "Invalid" not in err


def test_a_folder_a_missing_file_and_a_store_that_is_a_file(capsys, tmp_path):
    path = tmp_path / "a_20240131.csv"
    path.write_text(TEXT, encoding="utf-8")
    store = ["--almacen", tmp_path / "almacen"]
    (tmp_path / "vacia").mkdir()
    assert "una carpeta sin extractos" in call(capsys, "cargar", tmp_path / "vacia", *store)[2]
    assert "el archivo no existe" in call(capsys, "cargar", tmp_path / "no.csv", *store)[2]
    assert json.loads(call(capsys, "cargar", tmp_path, *store, "--json")[1])["cargas"][0]["archivo"] == path.name
    code, _, err = call(capsys, "cargar", path, "--almacen", path)
    assert (code, "no se pudo escribir" in err) == (1, True)


def test_comparing_a_snapshot_with_itself_says_that_nothing_moved(capsys, tmp_path):
    path, store = tmp_path / "a_20240131.csv", tmp_path / "almacen"
    path.write_text(TEXT, encoding="utf-8")
    call(capsys, "cargar", path, "--almacen", store)
    assert "Nada se movió entre" in call(capsys, "almacen", "comparar", "20240131", "20240131", "--almacen", store)[1]
