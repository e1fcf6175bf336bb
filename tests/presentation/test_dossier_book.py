"""The workbook that a budget office works on: where codes lead, what is to be filled, what is painted, and what it never does."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from presupuesto_link.dossier import Dossier
from presupuesto_link.fields import FIELDS, field_of
from presupuesto_link.presentation.telling.lines import ten_lines
from presupuesto_link.presentation.telling.tables import quarter_tables, result_tables
from presupuesto_link.presentation.telling.words import amount_of
from presupuesto_link.presentation.workbook.book_table import TableSheet
from presupuesto_link.presentation.workbook.dossier_book import BANNER, write_dossier_book
from presupuesto_link.presentation.workbook.workbook import write_workbook

EVIL = ("=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2", "\tx", '=HYPERLINK("http://malo")')


def made(dossier: Dossier, path: Path) -> Path:
    tables = result_tables(dossier)
    quarter = quarter_tables(dossier.quarter) if dossier.quarter else ()
    write_dossier_book(dossier, (*tables, *quarter), path)
    return path


@pytest.fixture(scope="module")
def path(quarter_dossier: Dossier, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(quarter_dossier, tmp_path_factory.mktemp("libro") / "libro.xlsx")


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


@pytest.mark.lento
def test_people_read_first_and_work_next(book, quarter_dossier: Dossier):
    assert book.sheetnames[:6] == ["Léame", "Resumen", "Fichas", "ranking", "rediseno", "brechas_de_datos"]
    said = [row[1] for row in book["Resumen"].iter_rows(values_only=True) if row[1]]
    own = [f"{line.lead} {line.text}" for line in ten_lines(quarter_dossier)]
    assert said[-10:] == own
    assert len(said) == 20


@pytest.mark.lento
def test_every_code_leads_to_its_card_and_back(book, quarter_dossier: Dossier):
    cards = book["Fichas"]
    for row in range(2, 8):
        cell = book["ranking"].cell(row, 3)
        target = re.fullmatch(r"'Fichas'!A(\d+)", cell.hyperlink.location)
        assert str(cards.cell(int(target[1]), 1).value).startswith(f"{cell.value} ")
    assert book["rediseno"]["A2"].hyperlink.location.startswith("'Fichas'!A")
    assert any(cell.hyperlink and "Léame" in cell.hyperlink.location for cell in cards[1])
    titles = [str(c.value)[:9] for (c,) in cards.iter_rows(max_col=1) if re.match(r"AER\.\d\d\.\d\d ", str(c.value))]
    assert titles == quarter_dossier.analysis.inputs.plan.acciones["accion"].to_list()


@pytest.mark.lento
def test_a_card_has_numbers_not_words_for_numbers(book, quarter_dossier):
    rows = list(book["Fichas"].iter_rows(values_only=True))
    start = next(n for n, row in enumerate(rows) if str(row[0]).startswith("AER.01.03 "))
    one = next(row for row in rows[start:] if str(row[0]).startswith("IND.01.AER.01.03"))
    assert one[2:9] == (10.33, 10.35, 10.25, 0.0, 10.33, 10.15, 0.0)
    money = next(row for row in rows[start:] if row[0] == 2023)
    linked = quarter_dossier.analysis.money.of(2023).linked.acciones.filter(pl.col("accion") == "AER.01.03")
    assert money[1:4] == (9534366, 11260774, 10691988)
    assert money[1:4] == tuple(round(linked[name].item()) for name in ("pia_soles", "pim_soles", "devengado_soles"))


@pytest.mark.lento
def test_headings_say_what_each_column_is(book):
    heads = {cell.value: cell.comment for cell in book["ranking"][1]}
    assert heads["pim_soles"].text.startswith(field_of("ranking", "pim_soles").meaning)
    assert all(comment is not None for name, comment in heads.items() if name in FIELDS)
    quarter = {cell.value: cell.comment.text for cell in book["trimestre_lineas_modificadas"][1]}
    assert quarter["fuente"].startswith("Fuente de financiamiento")
    assert "Origen: datos sintéticos" in quarter["pim_antes_soles"]
    assert "Origen: MEF, SIAF" in heads["pim_soles"].text


@pytest.mark.lento
def test_what_is_signed_prints_on_one_page_and_each_card_begins_one(book, quarter_dossier):
    sheet = book["rediseno"]
    last = next(cell.column_letter for cell in sheet[1] if cell.value == "decision")
    assert sheet.print_area.endswith(f"${last}${sheet.max_row}")
    assert (sheet.page_setup.fitToWidth or 1, sheet.sheet_properties.pageSetUpPr.fitToPage) == (1, True)
    wide = book["trimestre_semaforo"]
    assert (wide.page_setup.scale, wide.print_title_cols) == (65, "$A:$A")
    breaks = [found.id for found in book["Fichas"].row_breaks.brk]
    starts = [row for row in range(1, book["Fichas"].max_row + 1) if re.match(r"AER\.\d\d\.\d\d ", str(book["Fichas"].cell(row, 1).value))]
    assert breaks == [row - 1 for row in starts[1:]]


@pytest.mark.lento
def test_a_part_of_a_score_is_no_percentage_and_a_year_is_a_number(book):
    heads = {cell.value: cell.column for cell in book["ranking"][1]}
    assert book["ranking"].cell(2, heads["aporte_brecha_avance"]).number_format == "0.000"
    assert book["ranking"].cell(2, heads["avance_ratio"]).number_format == "0.0%"
    times = {cell.value: cell.column for cell in book["compromisos_montos"][1]}
    assert book["compromisos_montos"].cell(2, times["veces_pim_ratio"]).number_format == "0.00"
    assert {type(row[0]) for row in book["Fichas"].iter_rows(values_only=True) if str(row[0]) in ("2023", "2024")} == {int}


@pytest.mark.lento
def test_what_is_to_be_filled_is_empty_yellow_and_takes_a_date(book):
    sheet = book["rediseno"]
    names = {cell.value: cell.column for cell in sheet[1]}
    for name in ("responsable", "fecha_compromiso", "decision"):
        cells = [sheet.cell(row, names[name]) for row in range(2, sheet.max_row + 1)]
        assert all(cell.value is None and cell.fill.fgColor.rgb == "FFFFF8DC" for cell in cells)
    (rule,) = sheet.data_validations.dataValidation
    assert rule.type == "date"


@pytest.mark.lento
def test_ratios_are_painted_with_the_edges_of_the_analysis(book):
    sheet = book["ranking"]
    column = next(cell.column_letter for cell in sheet[1] if cell.value == "avance_ratio")
    rules = [r for area, found in sheet.conditional_formatting._cf_rules.items() if str(area.sqref).startswith(column) for r in found]
    assert [(r.operator, r.formula) for r in rules if r.type == "cellIs"] == [
        ("lessThan", ["0.75"]),
        ("lessThan", ["0.95"]),
        ("greaterThanOrEqual", ["0.95"]),
    ]


@pytest.mark.lento
def test_it_prints_on_a4_with_its_heading_and_says_what_is_made_up(book):
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize == 9
        assert BANNER in sheet.oddHeader.left.text
    assert book["Léame"]["A2"].value == BANNER
    assert set(book["trimestre_alertas"].iter_cols(min_col=book["trimestre_alertas"].max_column, values_only=True).__next__()[1:]) == {
        "datos sintéticos"
    }


@pytest.mark.lento
def test_every_table_is_a_native_one(book, quarter_dossier: Dossier):
    every = (*result_tables(quarter_dossier), *quarter_tables(quarter_dossier.quarter))
    tables = [t for t in every if t.frame.height and t.name != "hechos"]  # the facts are beside, in their own files
    native = [sheet.title for sheet in book.worksheets if sheet.tables]
    assert len(native) == len(tables)
    assert all(sheet.freeze_panes == "A2" for sheet in book.worksheets if sheet.tables)


@pytest.mark.lento
def test_names_from_the_data_never_become_formulas(dossier: Dossier, tmp_path: Path):
    analysis = dossier.analysis
    names = pl.Series("nombre", [EVIL[n % len(EVIL)] for n in range(48)])
    plan = replace(analysis.inputs.plan, acciones=analysis.inputs.plan.acciones.with_columns(names))
    bad = replace(analysis, inputs=replace(analysis.inputs, plan=plan), ranking=analysis.ranking.with_columns(names))
    path = made(replace(dossier, analysis=bad), tmp_path / "l.xlsx")
    with zipfile.ZipFile(path) as book:
        bodies = {name: book.read(name).decode("utf-8") for name in book.namelist() if name.endswith((".xml", ".rels"))}
    assert not any("<f>" in body or "<f " in body for name, body in bodies.items() if "worksheets/sheet" in name)
    assert not any('Target="http' in body for name, body in bodies.items() if "worksheets/_rels" in name)
    kinds = {cell.data_type for sheet in openpyxl.load_workbook(path).worksheets for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


@pytest.mark.parametrize(
    ("text", "value", "number"),
    [
        ("S/ 1,234,567", 1234567, "#,##0"),
        ("84.7 %", 0.847, "0.0%"),
        ("−3.5", -3.5, "General"),
        ("ND", None, ""),
        ("S/ 12.8 M", None, ""),
        ("10.º", None, ""),
        ("", None, ""),
    ],
)
def test_what_a_cell_shows_is_the_number_it_holds(text, value, number):
    found, form = amount_of(text)
    assert found == (pytest.approx(value) if value is not None else None)
    assert form == number


@pytest.mark.lento
def test_it_opens_in_another_spreadsheet(path: Path, tmp_path: Path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    done = subprocess.run(
        [office, "--headless", "--convert-to", "csv", "--outdir", str(tmp_path), str(path)], capture_output=True, text=True, check=True
    )
    assert "Error" not in done.stderr + done.stdout
    assert (tmp_path / "libro.csv").stat().st_size > 500


@pytest.mark.lento
def test_a_hundred_thousand_rows_are_written_whole(tmp_path: Path):
    """As many as a country's lines of a year; `benchmarks/libro.py` says at what cost."""
    frame = pl.DataFrame(
        {
            "accion": ["AER.01.01"] * 100_000,
            "pim_soles": pl.Series(range(100_000)).cast(pl.Decimal(18, 2)),
            "ejecucion_ratio": [0.5] * 100_000,
        }
    )
    write_workbook(tmp_path / "l.xlsx", {"largo": TableSheet("Largo", frame, "")}, [])
    back = pl.read_excel(tmp_path / "l.xlsx", sheet_name="largo", engine="calamine")
    assert back.height == 100_000
    assert back["pim_soles"].sum() == sum(range(100_000))
