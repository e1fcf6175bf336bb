"""`--libro-anterior`: what an office wrote on the workbook is in the next one, on the board and in the report."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from presupuesto_link.commands.main import _code
from presupuesto_link.dossier import Dossier
from presupuesto_link.errors import InputDataError
from presupuesto_link.evaluation.evaluate import evaluate
from presupuesto_link.fields import FIELDS
from presupuesto_link.inputs import SHEETS, load
from presupuesto_link.presentation.report.content import report_of
from presupuesto_link.presentation.telling.cards import card_views
from presupuesto_link.presentation.telling.chosen import names_of
from presupuesto_link.presentation.telling.rediseno import gaps_view, review_view
from presupuesto_link.presentation.telling.tables import result_tables
from presupuesto_link.presentation.workbook.book_table import TableSheet
from presupuesto_link.presentation.workbook.workbook import write_workbook
from presupuesto_link.sources.embedded import embedded_analyses
from presupuesto_link.sources.filled import UNPLACED
from tests.sources.extracts import budget, write_long

ANALYSIS = embedded_analyses()["cajamarca-2024"]


def column(sheet, name):
    return next(cell.column for cell in sheet[1] if cell.value == name)


@pytest.fixture(scope="module")
def filled(dossier, tmp_path_factory) -> Path:
    """The two sheets as `analizar` writes them, filled as a person would, and a row of something already solved."""
    path = tmp_path_factory.mktemp("lleno") / "libro.xlsx"
    tables = {t.name: t for t in result_tables(dossier)}
    write_workbook(
        path, {name: TableSheet(tables[name].title, tables[name].frame, "", frozenset(SHEETS[name].to_fill)) for name in SHEETS}, []
    )
    book = openpyxl.load_workbook(path)
    sheet, gaps = book["rediseno"], book["brechas_de_datos"]
    first = sheet.cell(2, column(sheet, "responsable"))
    first.value, first.data_type = "=Gerencia de Infraestructura", "s"  # typed with an apostrophe before it
    sheet.cell(2, column(sheet, "fecha_compromiso")).value = dt.date(2025, 9, 30)
    sheet.cell(4, column(sheet, "decision")).value = "Revisar el indicador\nen el POI 2027"
    sheet.cell(4, column(sheet, "fecha_compromiso")).value = "15/03/2026"
    last = sheet.max_row + 1
    for name, value in (("elemento", "AER.01.01"), ("que_revisar", "gasta_y_no_logra"), ("responsable", "GRDE")):
        sheet.cell(last, column(sheet, name)).value = value
    gaps.cell(3, column(gaps, "fuente_dato")).value = "ENAHO"
    gaps.cell(3, column(gaps, "fecha_esperada")).value = dt.datetime(2026, 6, 30)
    book.save(path)
    return path


@pytest.fixture(scope="module")
def carried(filled):
    return evaluate(load(ANALYSIS, filled=filled))


def test_what_was_written_is_on_the_same_rows_and_nothing_else_changes(analysis, carried):
    assert carried.reviews.drop(SHEETS["rediseno"].to_fill).equals(analysis.reviews.drop(SHEETS["rediseno"].to_fill))
    assert carried.reviews.row(0, named=True)["responsable"] == "=Gerencia de Infraestructura"
    third = carried.reviews.row(2, named=True)
    assert (third["fecha_compromiso"], third["decision"]) == (dt.date(2026, 3, 15), "Revisar el indicador\nen el POI 2027")
    second = carried.gaps.row(1, named=True)
    assert (second["fuente_dato"], second["fecha_esperada"]) == ("ENAHO", dt.date(2026, 6, 30))
    written = sum(carried.reviews[name].count() for name in SHEETS["rediseno"].to_fill)
    assert (written, sum(carried.gaps[name].count() for name in SHEETS["brechas_de_datos"].to_fill)) == (4, 2)
    assert carried.inputs.files[-1].name == "libro.xlsx"


def test_what_no_longer_has_a_row_has_its_own_sheet(analysis, dossier, carried):
    assert analysis.unplaced is None
    assert UNPLACED not in [table.name for table in result_tables(dossier)]
    (table,) = [table for table in result_tables(replace(dossier, analysis=carried)) if table.name == UNPLACED]
    row = table.frame.row(0, named=True)
    assert (table.frame.height, row["hoja"], row["elemento"], row["que_revisar"], row["responsable"]) == (
        1,
        "rediseno",
        "AER.01.01",
        "gasta_y_no_logra",
        "GRDE",
    )
    assert set(table.frame.columns) <= set(FIELDS)


def test_the_board_and_the_report_say_who_answers_and_what_is_late(dossier: Dossier, carried):
    told = Dossier(carried, dossier.robustness, None, dossier.solved)
    names = dict(carried.inputs.plan.acciones.select("accion", "nombre").iter_rows())
    review, gaps = review_view(carried, names, told.cut_off), gaps_view(carried, names, told.cut_off)
    assert review["llenado"] == "De 92 filas, 1 tiene responsable y 2 tienen fecha; 1 ya venció al 31 de octubre de 2025."
    assert gaps["llenado"] == "De 50 filas, ninguna tiene responsable y 1 tiene fecha; ninguna venció al 31 de octubre de 2025."
    assert review["tabla"].headers[-1] == "Responsable y decisión"
    assert (review["tabla"].rows[0].cells[-1].text, review["tabla"].rows[0].cells[-1].detail) == (
        "=Gerencia de Infraestructura",
        "30/09/2025",
    )
    card = next(card for card in card_views(told, names_of(carried)) if card["codigo"] == carried.reviews["elemento"][0])
    assert "=Gerencia de Infraestructura, para el 30/09/2025" in [item["quien"] for item in card["revisar"]]
    assert len(card["revisar"]) == carried.reviews.filter(pl.col("elemento") == card["codigo"]).height
    said = str(report_of(told, ()).sections)
    assert review["llenado"] in said
    assert gaps["llenado"] in said
    empty = review_view(dossier.analysis, names, told.cut_off)
    assert (empty["llenado"], len(empty["tabla"].headers)) == ("", 7)


def test_it_goes_on_from_one_workbook_to_the_next(dossier, carried, tmp_path):
    """Written, read and written again: the same cells, dates as dates, and what begins with = is never a formula."""
    tables = {t.name: t for t in result_tables(replace(dossier, analysis=carried))}
    sheets = {name: TableSheet("t", tables[name].frame, "", frozenset(SHEETS[name].to_fill)) for name in SHEETS}
    sheets[UNPLACED] = TableSheet("t", tables[UNPLACED].frame, "")
    write_workbook(tmp_path / "segundo.xlsx", sheets, [])
    again = evaluate(load(ANALYSIS, filled=tmp_path / "segundo.xlsx"))
    assert again.reviews.equals(carried.reviews)
    assert again.gaps.equals(carried.gaps)
    assert again.unplaced is not None
    assert carried.unplaced is not None
    assert again.unplaced.drop("fila").equals(carried.unplaced.drop("fila"))
    sheet = openpyxl.load_workbook(tmp_path / "segundo.xlsx")["rediseno"]
    cell = sheet.cell(2, column(sheet, "responsable"))
    assert (cell.value, cell.data_type, cell.fill.fgColor.rgb) == ("=Gerencia de Infraestructura", "s", "FFFFF8DC")
    assert sheet.cell(2, column(sheet, "fecha_compromiso")).value == dt.datetime(2025, 9, 30)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda book: book.remove(book["rediseno"]), "no hay hoja «rediseno»; tiene"),
        (
            lambda book: book["rediseno"].delete_cols(column(book["rediseno"], "decision")),
            r"hoja «rediseno», fila 1\n  se encontró: no están, o están repetidas, las columnas decision",
        ),
        (
            lambda book: book["rediseno"].cell(6, column(book["rediseno"], "fecha_compromiso"), "pronto"),
            r"hoja «rediseno», fila 6, columna fecha_compromiso\n  se encontró: «pronto»",
        ),
    ],
)
def test_a_workbook_that_does_not_serve_is_named(filled, tmp_path, change, message):
    book = openpyxl.load_workbook(filled)
    change(book)
    book.save(tmp_path / "malo.xlsx")
    with pytest.raises(InputDataError, match=message):
        evaluate(load(ANALYSIS, filled=tmp_path / "malo.xlsx"))


@pytest.mark.parametrize(("name", "content"), [("no.xlsx", None), ("roto.xlsx", b"PK\3\4nada"), ("texto.xlsx", b"hola")])
def test_what_is_no_workbook_is_told_in_spanish(name, content, tmp_path, capsys):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert _code(["analizar", "--solo", "tablero", "--libro-anterior", str(path), "--salida", str(tmp_path / "t")], False) == 1
    err = capsys.readouterr().err
    assert name in err
    assert "qué hacer" in err
    assert not (tmp_path / "t").exists()


@pytest.mark.lento
def test_the_command_says_where_the_rest_is(filled, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("presupuesto_link.presentation.plots.draw_all", lambda _: ())
    monkeypatch.setattr("presupuesto_link.presentation.workbook.dossier_book.write_dossier_book", lambda *_: None)
    assert _code(["analizar", "--libro-anterior", str(filled), "--salida", str(tmp_path / "s")], False) == 0
    assert f"1 fila llenada ya no sale en el libro nuevo: lo escrito quedó en su hoja «{UNPLACED}»" in capsys.readouterr().out
    rest = pl.read_csv(tmp_path / "s" / "tablas" / f"{UNPLACED}.csv")
    assert rest["responsable"].to_list() == ["GRDE"]


@pytest.fixture
def again(dossier, tmp_path, monkeypatch, capsys):
    """`analizar` into the same folder, once more: the two sheets that are filled instead of a whole book, and no figures."""

    def write(_, tables, path):
        found = {t.name: t.frame for t in tables}
        sheets = {name: TableSheet("t", found[name], "", frozenset(SHEETS[name].to_fill)) for name in SHEETS}
        write_workbook(path, sheets, [])

    monkeypatch.setattr("presupuesto_link.presentation.plots.draw_all", lambda _: ())
    monkeypatch.setattr("presupuesto_link.presentation.workbook.dossier_book.write_dossier_book", write)
    monkeypatch.setattr(
        "presupuesto_link.dossier.assemble", lambda inputs, *_: Dossier(evaluate(inputs), dossier.robustness, None, dossier.solved)
    )
    folder = tmp_path / "salida"

    def run(part: str = "libro", *more: str) -> str:
        assert _code(["analizar", "--solo", part, "--salida", str(folder), *more], False) == 0, capsys.readouterr().err
        return who(folder / "libro.xlsx") if (folder / "libro.xlsx").is_file() else ""

    return folder, run


def who(path: Path) -> str:
    sheet = openpyxl.load_workbook(path)["rediseno"]
    return sheet.cell(2, column(sheet, "responsable")).value or ""


def fill(path: Path, name: str) -> None:
    book = openpyxl.load_workbook(path)
    book["rediseno"].cell(2, column(book["rediseno"], "responsable")).value = name
    book.save(path)


def test_what_somebody_filled_goes_on_from_run_to_run_and_is_kept(again):
    folder, run = again
    assert run() == ""
    assert not (folder / "libro_llenado.xlsx").exists()
    fill(folder / "libro.xlsx", "GRPPAT")
    left = (folder / "libro.xlsx").read_bytes()
    assert run() == "GRPPAT"
    assert (folder / "libro_llenado.xlsx").read_bytes() == left
    assert run() == "GRPPAT"  # nobody wrote anything since
    assert who(folder / "libro_llenado.xlsx") == "GRPPAT"
    fill(folder / "libro.xlsx", "GRI")
    assert (run(), who(folder / "libro_llenado.xlsx")) == ("GRI", "GRI")


def test_a_part_alone_does_not_lose_what_somebody_filled(again, tmp_path):
    """Of the tables alone, and of the star alone, which reads no workbook."""
    folder, run = again
    run()
    fill(folder / "libro.xlsx", "GRPPAT")
    assert (run("tablas"), who(folder / "libro_llenado.xlsx")) == ("", "GRPPAT")
    assert "GRPPAT" in (folder / "tablas" / "rediseno.csv").read_text(encoding="utf-8-sig")
    extract, store = write_long(tmp_path / "gasto_20241231.csv", budget("7.5")), str(tmp_path / "almacen")
    assert _code(["cargar", str(extract), "--almacen", store, "--json"], False) == 0
    assert (run("estrella", "--almacen", store), who(folder / "libro_llenado.xlsx")) == ("", "GRPPAT")
    assert run() == "GRPPAT"


def test_the_workbook_of_the_folder_may_be_named(again):
    folder, run = again
    run()
    fill(folder / "libro.xlsx", "GRPPAT")
    assert run("libro", "--libro-anterior", str(folder / "libro.xlsx")) == "GRPPAT"


def test_any_other_change_of_a_person_stops_the_run_and_stays(again, filled, capsys):
    folder, run = again
    run()
    fill(folder / "libro.xlsx", "GRPPAT")
    (folder / "notas.docx").write_bytes(b"x")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    for more in ((), ("--solo", "estrella"), ("--libro-anterior", str(filled))):
        assert _code(["analizar", "--salida", str(folder), *more], False) == 1
        assert "notas.docx" in capsys.readouterr().err
        assert {path: path.read_bytes() for path in folder.iterdir()} == before
    (folder / "notas.docx").unlink()
    assert _code(["analizar", "--salida", str(folder), "--libro-anterior", str(filled)], False) == 1  # another one: this one would be lost
    assert "libro.xlsx" in capsys.readouterr().err
