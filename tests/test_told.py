"""Every figure of every output of one run is a fact's value: what a run writes is read back, cell by cell, as another program would."""

import html
import json
import re
from decimal import Decimal
from math import isclose
from types import SimpleNamespace
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import polars as pl
import pytest

from presupuesto_link.fields import field_of
from presupuesto_link.presentation.folders.outputs import write_analysis
from presupuesto_link.presentation.plots import draw_all
from presupuesto_link.presentation.report.content import report_of
from presupuesto_link.presentation.report.docx import write_docx
from presupuesto_link.presentation.telling.tables import FACTS, KEYS, quarter_tables, result_tables
from presupuesto_link.presentation.workbook.workbook import sheet_names
from presupuesto_link.told import NOT_FIGURES, Place, Rows, facts_of
from presupuesto_link.wording import percent
from tests.test_facts import SOURCE, written

NOT_TOLD = {FACTS, KEYS, "diccionario"}
"""The tables that say what the others are."""
DRAWN = {"x", "y", "desde", "hasta", "tamano_mm", "nombre_x", "nombre_y", "guia_x", "guia_y", "capa", "pim", "pim_soles"}
"""Columns of a figure that place its marks, and the PIM that the table it draws has not."""
MADE = {"aporte_ratio", "cuenta", "parte_ratio", "monto_soles", "cambio_ratio"} | {
    f"{name}_millones" for name in ("devengado", "proyectado", "bajo", "alto", "pim")
}
"""Columns of a figure that are a fact in another unit, sign or shape."""
_COLUMN = re.compile(r"\{(\w+)\}")
_FIELD = re.compile(r"ADDIN hecho (.*)")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module", params=["dossier", "quarter_dossier"])
def run(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    target = tmp_path_factory.mktemp("contado") / "salida"
    write_analysis(run, target, parts=("tablas", "libro"))
    return target


@pytest.fixture(scope="module")
def known(folder):
    """What another program reads: the facts by what `claves` says of them, and the keys of each table."""
    facts: dict[tuple[str, ...], object] = {}
    for row in read(folder, FACTS):
        value = next((row[name] for name in ("valor_soles", "valor_numero", "valor_texto") if row[name] is not None), None)
        facts.setdefault(tuple(row[name] or "" for name in ("unidad", "medida", "anio", "mes", "variante")), value)
    return SimpleNamespace(facts=facts, keys=read(folder, KEYS))


def read(folder, name):
    frame = pl.read_csv(folder / "tablas" / f"{name}.csv", infer_schema=False)
    return frame.with_columns(pl.col(pl.String).str.replace(r"^'([=+\-@])", "$1")).to_dicts()


def filled(pattern, row):
    return _COLUMN.sub(lambda found: "" if row[found[1]] is None else str(row[found[1]]), pattern or "")


def same(one, other) -> bool:
    if one is None or other is None:
        return one == other
    try:
        return isclose(float(one), float(other), rel_tol=1e-12, abs_tol=1e-12)
    except ValueError:
        return one == other


def check(known, table, rows, columns=None):
    """How many figures of a table are their facts; those that are not, are an error."""
    counted, wrong = 0, []
    for key in (key for key in known.keys if key["tabla"] == table and (columns is None or key["columna"] in columns)):
        levels = key["nivel"].split(", ") if key["nivel"] else None
        for row in rows:
            value = row[key["columna"]]
            if value is None or (levels and row["nivel"] not in levels):
                continue
            place = tuple(
                filled(key[name], row) if name != "medida" else key[name] for name in ("unidad", "medida", "anio", "mes", "variante")
            )
            counted += 1
            if place not in known.facts or not same(known.facts[place], value):
                wrong.append((table, key["columna"], place, value, known.facts.get(place, "no está")))
    assert not wrong, (len(wrong), wrong[:3])
    return counted


def tables_of(run):
    every = (*result_tables(run), *(quarter_tables(run.quarter) if run.quarter else ()))
    return [table for table in every if table.name not in NOT_TOLD]


def figures_of(table):
    """The columns of numbers of a table that say neither when nor of what."""
    about = {name: field_of(table.name, name) for name, kind in table.frame.schema.items() if kind.is_numeric()}
    return {name for name, field in about.items() if field is None or field.unit not in NOT_FIGURES}


def test_every_column_of_figures_says_which_fact_it_is(run, known):
    told = {(key["tabla"], key["columna"]) for key in known.keys}
    assert [(table.name, name) for table in tables_of(run) for name in figures_of(table) if (table.name, name) not in told] == []


def test_every_figure_of_the_files_is_its_fact(run, known, folder):
    assert sum(check(known, table.name, read(folder, table.name)) for table in tables_of(run)) > 9_000


def test_a_figure_changed_by_hand_is_found(known, folder):
    rows = read(folder, "ranking")
    changed = next(row for row in rows if row["pim_soles"])
    changed["pim_soles"] = str(Decimal(changed["pim_soles"]) + 1)
    with pytest.raises(AssertionError, match="pim_soles"):
        check(known, "ranking", rows)


@pytest.fixture(scope="module")
def book(folder):
    """The rows of each sheet of the workbook."""
    from openpyxl import load_workbook

    read_book = load_workbook(folder / "libro.xlsx", read_only=True)
    rows = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in read_book}
    read_book.close()
    return rows


def test_every_figure_of_the_workbook_is_its_fact(run, known, book):
    tables = tables_of(run)
    names, counted = sheet_names(["Resumen", "Fichas", *(table.name for table in tables)]), 0
    for table in tables:
        heads, *rows = book[names[table.name]]
        counted += check(known, table.name, [dict(zip(heads, row, strict=True)) for row in rows])
    assert counted > 9_000


def test_the_cards_of_the_workbook_carry_the_keys_of_their_figures(run, book):
    seen = 0
    for row in book["Fichas"]:
        for shown, key in zip(row[:9], row[9:18], strict=False):
            if key:
                value, seen = run.facts.by_key(key).valor, seen + 1
                number = None if isinstance(value, str) else value
                assert shown == "ND" if number is None else round_alike(shown, number), key
    assert seen > 400


def round_alike(shown, value) -> bool:
    """A card shows what the board says, rounded, as a number."""
    if isinstance(shown, str):
        return shown == "—" or percent(value) in shown
    return isclose(float(shown), float(value), rel_tol=0.02, abs_tol=0.51)


def test_the_figures_draw_facts(run, known):
    counted = 0
    for figure in draw_all(run):
        columns = {key["columna"] for key in known.keys if key["tabla"] == figure.table}
        numbers = {name for name, kind in figure.data.schema.items() if kind.is_numeric()}
        others = {name for name in numbers if (field := field_of(figure.table, name)) is None or field.unit not in NOT_FIGURES}
        assert others - columns <= DRAWN | MADE, figure.name
        counted += check(known, figure.table, [seen(row) for row in figure.data.to_dicts()], (numbers & columns) - MADE)
    assert counted > 150


def seen(row):
    """The row without the projection of the month that is known, where the line of what is projected begins."""
    begins = row.get("devengado_soles") is not None and "proyectado_soles" in row
    return row | dict.fromkeys(("proyectado_soles", "bajo_soles", "alto_soles")) if begins else row


def test_the_word_report_carries_the_keys_of_its_figures(run, tmp_path):
    write_docx(report_of(run, ()), tmp_path / "informe.docx")
    with ZipFile(tmp_path / "informe.docx") as file:
        body, bands = ET.fromstring(file.read("word/document.xml")), run.analysis.inputs.spec.semaforo
    seen = 0
    for line in body.iter(f"{_W}p"):
        keys, said = [], ""
        for part in line.iter():
            if part.tag == f"{_W}instrText" and (found := _FIELD.match(part.text)):
                keys = found[1].split()
            elif part.tag == f"{_W}t":
                said += part.text or ""
        plain = html.unescape(said).replace("\u00a0", " ").replace("\u2060", "")
        for key in keys:
            fact, seen = run.facts.by_key(key), seen + 1
            if len(keys) == 1 and not fact.motivo:
                assert any(way in plain for way in written(fact, bands)) or plain in ("—", "R", "A", "V", "G"), (key, plain, fact.valor)
    assert seen > 50


def test_the_light_and_the_close_send_the_same_facts_to_another_program(quarter_dossier, tmp_path, capsys):
    from presupuesto_link.commands import main
    from presupuesto_link.sources.embedded import embedded_analyses

    quarter, store = quarter_dossier.quarter, quarter_dossier.analysis.money.cut.store.folder
    base = embedded_analyses()["semaforo-trimestral-sintetico"].as_posix()
    own = tmp_path / "analisis.toml"
    methods = json.dumps(list(quarter_dossier.analysis.inputs.spec.proyeccion.metodos), ensure_ascii=False)
    own.write_text(f'hereda = "{base}"\n[proyeccion]\nmetodos = {methods}\n', encoding="utf-8")
    for order, told, rest in (
        ("semaforo", quarter.monitoring.facts, ("--anterior", "20250701")),
        ("proyectar", quarter.projection.facts, ()),
    ):
        assert main._code([order, "--almacen", str(store), "-a", str(own), *rest, "--json"], False) == 0
        sent = json.loads(capsys.readouterr().out)["hechos"]
        assert {row["clave"] for row in sent} == set(told.tabla["clave"])
        for row in sent:
            value = told.by_key(row["clave"]).valor
            assert row["valor"] == (str(value) if isinstance(value, Decimal) else value), row


def test_a_new_column_of_a_table_is_told_without_more():
    frame = pl.DataFrame({"accion": ["AER.01.01"], "anio": [2024], "pim_soles": [1.5], "por": ["x"], "acciones": [None]})
    place = Place("{accion}", "{anio}", own=True)
    rows = Rows("una", frame, SOURCE, place, {"acciones": Place("todo", 2024, medida="total")}, motives={"pim_soles": "por"})
    assert [column for column, _ in rows.places()] == ["pim_soles"]
    fact = facts_of((rows,)).get("AER.01.01", "pim_soles", 2024)
    assert (fact.valor, fact.motivo, fact.filas) == (Decimal("1.50"), "x", "una: accion=AER.01.01, anio=2024")
