"""What a file is packed in, and what wrote it, change nothing of what it says."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import fastexcel
import polars as pl
import pytest
import xlsxwriter

from presupuesto_link.errors import InputDataError
from presupuesto_link.sources.workbook import Book
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.store import Store
from presupuesto_link.tables.gasto import Filters
from tests.conftest import SHARED
from tests.sources.extracts import budget, long_text, spent

RECORDS = (budget("1200.50", pia="1000"), spent(1, "10.25"), spent(2, "0.10"), spent(3, "100000"))
DAY = dt.date(2025, 1, 31)
TOTALS = {"pia_soles": Decimal("1000.00"), "pim_soles": Decimal("1200.50"), "devengado_soles": Decimal("100010.35")}


@pytest.fixture
def load(tmp_path):
    store = Store(tmp_path / "almacen")

    def run(path, member=None):
        return load_extract(path, store, Filters(), DAY, member)

    return run


def table() -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(long_text(*RECORDS).encode()), infer_schema=False)


def zipped(path: Path, **members: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__DIR__", "/").replace("__DOT__", "."), content)
    return path


def book(path: Path, **sheets: list[tuple[object, ...]]) -> Path:
    with xlsxwriter.Workbook(path) as found:
        for name, rows in sheets.items():
            sheet = found.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def typed(frame: pl.DataFrame) -> pl.DataFrame:
    """As a database or pandas would have it: codes and amounts as floats, blanks as NaN."""
    money = pl.col("^MONTO_.*$").cast(pl.Float64)
    return frame.with_columns(
        money, pl.col("PLIEGO", "SEC_EJEC", "SEC_FUNC").cast(pl.Float64, strict=False), pl.col("ANO_EJE", "MES_EJE").cast(pl.Int64)
    )


def rows_of(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return [tuple(frame.columns), *frame.rows()]


def ways(folder: Path) -> dict[str, Path]:
    text, frame = long_text(*RECORDS), table()
    plain = folder / "gasto.csv"
    plain.write_text(text, encoding="utf-8")
    packed = folder / "gasto.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    twice = zipped(folder / "dos.zip", gasto__DOT__gz=gzip.compress(text.encode()))
    junk = zipped(folder / "mac.zip", **{"2024-Gasto__DOT__csv": text, "__MACOSX/._2024-Gasto__DOT__csv": b"\0\1", "__DOT__DS_Store": b"x"})
    dictionary = zipped(
        folder / "dic.zip", gasto__DOT__csv=text, diccionario__DOT__csv="columna,significado\nPIM,presupuesto\n", LEAME__DOT__txt="hola"
    )
    parquet, strings = folder / "gasto.parquet", folder / "textos.parquet"
    typed(frame).write_parquet(parquet)
    frame.with_columns(pl.all().cast(pl.Categorical)).write_parquet(strings)
    decimals = folder / "decimales.parquet"
    frame.with_columns(pl.col("^MONTO_.*$").cast(pl.Decimal(38, 2))).write_parquet(decimals)
    records = frame.to_dicts()
    answer, array, lines = folder / "respuesta.json", folder / "lista.json", folder / "lineas.jsonl"
    answer.write_text(json.dumps({"success": True, "result": {"total": len(records), "records": records}}), encoding="utf-8")
    array.write_text(json.dumps(typed(frame).to_dicts()), encoding="utf-8-sig")
    lines.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    second = book(folder / "segunda.xlsx", Portada=[("Gerencia de Planeamiento",)], BD=rows_of(frame))
    return {path.name: path for path in (plain, packed, twice, junk, dictionary, parquet, strings, decimals, answer, array, lines, second)}


def test_every_container_gives_the_same_money(load, tmp_path):
    for name, path in ways(tmp_path).items():
        found = load(path).snapshot
        assert {m: found.totals[2024][m] for m in TOTALS} == TOTALS, name
        assert found.manifest["filas"]["rechazadas"] == 0, name


def test_the_sheet_that_was_read_is_named_and_of_two_that_fit_one_is_asked_for(load, tmp_path):
    frame = table()
    assert load(book(tmp_path / "a.xlsx", Portada=[("x",)], BD=rows_of(frame))).snapshot.manifest["fuente"]["hoja"] == "BD"
    both = book(tmp_path / "b.xlsx", Enero=rows_of(frame.head(1)), Febrero=rows_of(frame))
    with pytest.raises(InputDataError, match=r"2 hojas son extractos(?s:.*)Enero, Febrero(?s:.*)--miembro"):
        load(both)
    assert load(both, "Febrero").snapshot.totals[2024]["devengado_soles"] == TOTALS["devengado_soles"]
    with pytest.raises(InputDataError, match="no tiene la hoja «Marzo»"):
        load(both, "Marzo")


def test_of_a_zip_with_two_extracts_one_is_asked_for(load, tmp_path):
    path = zipped(tmp_path / "dos.zip", a__DOT__csv=long_text(*RECORDS), b__DOT__csv=long_text(*RECORDS[:2]), nota__DOT__txt="x")
    with pytest.raises(InputDataError, match=r"contiene 2 extractos(?s:.*)a.csv, b.csv"):
        load(path)
    assert load(path, "b.csv").snapshot.totals[2024]["devengado_soles"] == Decimal("10.25")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", '{"result": {"total": 1200, "records": [{"ANO_EJE": "2024"}]}}', "1 registros de los 1,200"),
        ("a.json", '{"result": {"records": []}}', "un JSON sin registros"),
        ("a.json", '{"error": "no"}', "sin lista de registros"),
        ("a.jsonl", '{"ANO_EJE": 1}\n[2]\n', "un JSON que no se puede leer"),
        ("a.json", "[" * 200_000, "un JSON que no se puede leer"),
        ("a.parquet", b"PAR1" + b"\0" * 64, "un Parquet incompleto o dañado"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "un libro .xls antiguo que no se puede abrir"),
        ("a.xls", '<html><head><meta name="Excel Workbook Frameset"></head><frameset></frameset></html>', "el cascarón que deja Excel"),
    ],
)
def test_what_is_not_whole_is_refused_in_four_parts(load, tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputDataError, match=said):
        load(path)


def test_a_cell_far_from_the_table_is_told_before_anything_is_read(load, tmp_path, monkeypatch):
    path = tmp_path / "lejos.xlsx"
    with xlsxwriter.Workbook(path) as found:
        sheet = found.add_worksheet()
        for number, row in enumerate(rows_of(table())):
            sheet.write_row(number, 0, row)
        sheet.write(1_048_575, 0, " ")
    monkeypatch.setattr(fastexcel, "read_excel", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(InputDataError, match="una celda escrita muy lejos de la tabla"):
        load(path)


def test_a_password_or_a_strange_compression_is_said(load, tmp_path):
    path = zipped(tmp_path / "a.zip", a__DOT__csv=long_text(*RECORDS))
    content = bytearray(path.read_bytes())
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(sign)
        content[at + place] |= 1
    path.write_bytes(content)
    with pytest.raises(InputDataError, match="tiene contraseña"):
        load(path)


CASES = {
    "clave.zip": "tiene contraseña",
    "deflate64.zip": "quizá Deflate64",
    "ultima_fila.xlsx": "muy lejos de la tabla",
    "colspan.xls": "títulos",
}


@pytest.mark.parametrize("name", CASES)
def test_the_cases_of_people_with_damaged_files(load, name):
    path = SHARED / "casos" / "confianza" / name
    if not path.is_file():
        pytest.skip("la carpeta de casos no está en esta máquina")
    with pytest.raises(InputDataError, match=CASES[name]):
        load(path)


def test_an_old_xls_and_an_ods_are_read_as_text(load):
    path = SHARED / "casos" / "siaf" / "c15" / "ReporteGasto_20241231.xls"
    if not path.is_file():
        pytest.skip("la carpeta de casos no está en esta máquina")
    assert Book(path).sheets == ["SheetGasto"]
    assert load(path).snapshot.totals[2024]["devengado_soles"] == Decimal("23040125.11")
