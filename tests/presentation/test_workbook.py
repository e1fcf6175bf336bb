"""The workbook holds the tables' own values, never a formula, and the same bytes each time."""

from __future__ import annotations

import datetime as dt
import math
import time
import zipfile
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.presentation.theme import HEX
from presupuesto_link.presentation.workbook.book_table import TableSheet
from presupuesto_link.presentation.workbook.workbook import sheet_names, write_workbook

ABOUT = [("Análisis", "Prueba"), ("Pregunta", "=¿cuánto?")]
RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\tcon tabulador", "\rcon retorno", '=HYPERLINK("http://x")', "http://x.pe", "0123"]


def one(frame: pl.DataFrame) -> dict[str, TableSheet]:
    return {"hoja": TableSheet("Una hoja", frame, "Una nota")}


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name).decode("utf-8") for name in book.namelist()}


def read(path: Path, sheet: str) -> pl.DataFrame:
    return pl.read_excel(path, sheet_name=sheet, engine="calamine", infer_schema_length=None)


@pytest.fixture(scope="module")
def result(analysis: Evaluation) -> dict[str, TableSheet]:
    return {
        "presupuesto": TableSheet("Presupuesto por AER", analysis.execution, "Montos en soles"),
        "avance": TableSheet("Avance", analysis.elements, "Con las dos políticas"),
        "conciliacion": TableSheet("Conciliación", analysis.audit.conciliacion, "Reglas en lista"),
        "ranking": TableSheet("Ranking", analysis.ranking, ""),
    }


@pytest.fixture(scope="module")
def book(result: dict[str, TableSheet], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("libro") / "libro.xlsx"
    write_workbook(path, result, ABOUT)
    return path


def same(written: object, original: object) -> bool:
    if isinstance(original, list):
        return (written or "") == ", ".join(original)
    if isinstance(original, float | int | Decimal) and not isinstance(original, bool):
        return isinstance(written, int | float) and math.isclose(float(written), float(original), rel_tol=1e-14, abs_tol=1e-15)
    if isinstance(original, bool):
        return written == ("sí" if original else "no")
    return (written or None) == (original or None) if isinstance(original, str) else written == original


@pytest.mark.parametrize("sheet", ["presupuesto", "avance", "conciliacion", "ranking"])
def test_every_value_is_that_of_its_table(book: Path, result: dict[str, TableSheet], sheet: str) -> None:
    frame, back = result[sheet].frame, read(book, sheet)
    assert back.columns == frame.columns
    assert back.height == frame.height
    for column in frame.columns:
        pairs = list(zip(back[column], frame[column].to_list(), strict=True))
        wrong = [pair for pair in pairs if not same(*pair)]
        assert not wrong, (column, wrong[:3])


def test_amounts_are_numbers_exact_to_the_centimo(tmp_path: Path) -> None:
    amounts = ["0.01", "0.10", "0.29", "1.005", "8900240200.37", "9999999999999.99", "-1234567.89", "0.00", "4740482810.07"]
    exact = pl.Series("pim_soles", [Decimal(a).quantize(Decimal("0.01")) for a in amounts] + [None], pl.Decimal(18, 2))
    write_workbook(tmp_path / "l.xlsx", one(pl.DataFrame({"pim_soles": exact, "fila": range(len(exact))})), ABOUT)
    back = read(tmp_path / "l.xlsx", "hoja")["pim_soles"]
    assert back.dtype == pl.Float64
    assert [None if v is None else Decimal(repr(v)).quantize(Decimal("0.01")) for v in back] == exact.to_list()
    assert back.sum() == float(sum(v for v in exact if v is not None))


def test_a_number_excel_cannot_hold_is_text(tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": pl.Series([Decimal("1234567890123456.78")], dtype=pl.Decimal(18, 2)), "y": [2**53 + 1]})
    write_workbook(tmp_path / "l.xlsx", one(frame), ABOUT)
    assert read(tmp_path / "l.xlsx", "hoja").row(0) == ("1234567890123456.78", str(2**53 + 1))


def test_text_never_becomes_a_formula_a_link_or_a_number(tmp_path: Path) -> None:
    write_workbook(tmp_path / "l.xlsx", one(pl.DataFrame({"=texto": RISKY})), [("=concepto", "=1+1")])
    files = parts(tmp_path / "l.xlsx")
    assert not any("<f>" in body or "<f " in body for body in files.values())
    assert not any('Target="http' in body for name, body in files.items() if "worksheets/_rels" in name)
    back = read(tmp_path / "l.xlsx", "hoja")
    assert back.columns == ["=texto"]
    assert [value.strip() for value in back["=texto"]] == [value.strip() for value in RISKY]
    assert 'quotePrefix="1"' in files["xl/styles.xml"]


@pytest.mark.lento
def test_twice_gives_the_same_bytes(book: Path, result: dict[str, TableSheet], tmp_path: Path) -> None:
    time.sleep(2.1)  # zip files keep even seconds
    write_workbook(tmp_path / "otra.xlsx", result, ABOUT)
    assert sha256((tmp_path / "otra.xlsx").read_bytes()).digest() == sha256(book.read_bytes()).digest()
    assert "2000-01-01T00:00:00Z" in parts(book)["docProps/core.xml"]


def test_the_first_sheet_tells_what_there_is(book: Path, result: dict[str, TableSheet]) -> None:
    cells = pl.read_excel(book, sheet_id=1, engine="calamine", has_header=False, infer_schema_length=None)
    text = [str(value) for row in cells.iter_rows() for value in row if value is not None]
    assert text[0] == "Léame"
    assert {"Prueba", "=¿cuánto?", *result, *(sheet.title for sheet in result.values())} <= set(text)
    assert parts(book)["xl/worksheets/sheet1.xml"].count("<hyperlink ") == len(result)


def test_sheets_are_easy_to_read(book: Path) -> None:
    sheet, styles = parts(book)["xl/worksheets/sheet2.xml"], parts(book)["xl/styles.xml"]
    assert 'state="frozen"' in sheet
    assert "<autoFilter " in parts(book)["xl/tables/table1.xml"]
    assert "0.0%" in styles
    for name, colour in HEX.items():
        assert f"&quot;{name}&quot;" in sheet or f'"{name}"' in sheet
        assert f"FF{colour[1:]}" in styles


def test_only_text_colour_columns_are_painted(tmp_path: Path) -> None:
    frame = pl.DataFrame({"color_depende_nd": [True], "banda_resultado": ["rojo"], "nombre": ["rojo"]})
    write_workbook(tmp_path / "l.xlsx", one(frame), ABOUT)
    sheet = parts(tmp_path / "l.xlsx")["xl/worksheets/sheet2.xml"]
    assert 'conditionalFormatting sqref="B2"' in sheet
    assert sheet.count("<conditionalFormatting ") == 1


def test_missing_is_blank_and_not_zero(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a_ratio": [None, 0.0, math.nan], "b": ["", "", "x"], "c": [None, True, False], "d": "."})
    write_workbook(tmp_path / "l.xlsx", one(frame), ABOUT)
    assert read(tmp_path / "l.xlsx", "hoja")["a_ratio"].to_list() == [None, 0.0, None]
    assert 'r="A2"' not in parts(tmp_path / "l.xlsx")["xl/worksheets/sheet2.xml"]


def test_dates_lists_and_empty_tables(tmp_path: Path) -> None:
    full = pl.DataFrame({"dia": [dt.date(2025, 10, 31)], "lista": [["a", "b"]]})
    tables = {
        "llena": TableSheet("Llena", full, ""),
        "vacia": TableSheet("Vacía", full.clear(), ""),
        "nada": TableSheet("Nada", pl.DataFrame(), ""),
    }
    write_workbook(tmp_path / "l.xlsx", tables, [])
    assert read(tmp_path / "l.xlsx", "llena").row(0) == (dt.date(2025, 10, 31), "a, b")
    assert parts(tmp_path / "l.xlsx")["xl/worksheets/sheet3.xml"].count("<row ") == 1


def test_sheet_names_are_accepted_by_excel() -> None:
    keys = ["a" * 40, "a" * 31, "A" * 31, "con/barra:y*más?[x]\\", "'comillas'", "History", "Léame", "léame", ""]
    names = sheet_names(keys)
    assert len({name.casefold() for name in names.values()} | {"léame"}) == len(keys) + 1
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names.values())
    assert all(name.strip("'") == name and name.casefold() != "history" for name in names.values())


def test_a_name_with_quotes_still_links(tmp_path: Path) -> None:
    write_workbook(tmp_path / "l.xlsx", {"d'alto": TableSheet("X", pl.DataFrame({"a": [1]}), "")}, [])
    assert "'d''alto'!A1" in parts(tmp_path / "l.xlsx")["xl/worksheets/sheet1.xml"].replace("&apos;", "'")


def test_a_folder_that_does_not_exist_is_an_operating_system_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_workbook(tmp_path / "no" / "hay.xlsx", one(pl.DataFrame({"a": [1]})), ABOUT)
