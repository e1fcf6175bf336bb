"""Exports of CEPLAN V.01 are recognised by their columns, wherever the header is and however they were saved."""

import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.sources.ceplan import (
    FINANCIAL_DONE,
    FINANCIAL_PLAN,
    KINDS,
    PHYSICAL_DONE,
    PHYSICAL_PLAN,
    RELATION,
    Month,
    month_of,
    read_export,
)
from tests.sources import ceplan_samples as samples

HEADERS = {
    RELATION: samples.RELATION,
    PHYSICAL_PLAN: samples.PHYSICAL_PLAN,
    FINANCIAL_PLAN: samples.FINANCIAL_PLAN,
    PHYSICAL_DONE: samples.PHYSICAL_DONE,
    FINANCIAL_DONE: samples.FINANCIAL_DONE,
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_recognised_by_its_columns(tmp_path, kind):
    book = read_export(samples.write_book(tmp_path, "poi", HEADERS[kind], samples.aoi("AOI001")))
    text = read_export(samples.write_text(tmp_path, "poi", HEADERS[kind], samples.aoi("AOI001"), delimiter=";", encoding="cp1252"))
    assert (book.kind, text.kind) == (kind, kind)
    assert book.raw.frame.equals(text.raw.frame)
    assert book.raw.frame["fila"].to_list() == [4]  # a note, a blank row and the titles come before


def test_a_complete_export_is_a_financial_programme_and_keeps_every_column(tmp_path):
    header = [*samples.FINANCIAL_PLAN, *samples.titles("F(CS)", "F(RE)", "F(SE)")]
    path = samples.write_book(tmp_path, "completo", header, samples.aoi("AOI001"), sheet="POI_Por_ActividadOperativaAnual", above=0)
    export = read_export(path)
    assert export.kind == FINANCIAL_PLAN
    assert {"FN(CS) 01", "F(SE) TOTAL"} <= set(export.raw.frame.columns)


@pytest.mark.parametrize(
    ("title", "month"),
    [
        ("FN(RE) 03", Month(True, "RE", 3)),
        ("F(SE) TOTAL", Month(False, "SE", 0)),
        ("F(CS)12", Month(False, "CS", 12)),
        ("DEV SET", Month(True, "SE", 9)),
        ("DEV SEPTIEMBRE", Month(True, "SE", 9)),
        ("DEVENGADO 10", Month(True, "SE", 10)),
        ("DEV TOTAL", Month(True, "SE", 0)),
        ("F(CS) 13", None),
        ("F(RE1) 01", Month(False, "RE", 1, "1")),
        ("MOTIVO(SE) 01", None),
        ("DEVOLUCION", None),
    ],
)
def test_what_a_monthly_title_says(title, month):
    assert month_of(title) == month


def test_an_unknown_export_says_what_each_kind_lacks(tmp_path):
    header = [title for title in samples.ABOUT if title not in ("AEI", "Centro de Costo")]
    with pytest.raises(InputDataError) as error:
        read_export(samples.write_book(tmp_path, "rara", header, samples.aoi("AOI001")))
    said = str(error.value)
    assert "ninguna clase conocida de exportación de CEPLAN V.01; el archivo tiene POI, ACTIVO AO" in said
    assert "relación AOI–AEI: falta AEI" in said
    assert "programación física: falta F(CS), F(RE)" in said
    assert "ejecución financiera: falta DEV, GENERICA GASTO o GENERICA DE GASTO" in said


def test_a_known_export_without_year_or_activity_names_the_column(tmp_path):
    header = [title for title in samples.PHYSICAL_DONE if title != "POI"]
    with pytest.raises(InputDataError, match="faltan las columnas POI o ANO o ANO POI; el archivo tiene ACTIVO AO"):
        read_export(samples.write_text(tmp_path, "sin_anio", header, samples.aoi("AOI001")))


def test_files_that_are_not_exports(tmp_path):
    with pytest.raises(InputDataError, match="el archivo no existe\n.*una exportación de CEPLAN V.01"):  # noqa: RUF043
        read_export(tmp_path / "nada.xlsx")
    with pytest.raises(InputDataError, match="es una carpeta"):
        read_export(tmp_path)
    page = tmp_path / "pagina.xls"
    page.write_text("<html><table></table></html>", encoding="utf-8")
    with pytest.raises(InputDataError, match=r"otra clase \(html\)"):
        read_export(page)
    letter = tmp_path / "carta.csv"
    letter.write_text("Estimados señores:\nadjunto el POI\n", encoding="utf-8")
    with pytest.raises(InputDataError, match="ninguna fila con títulos de CEPLAN entre las primeras 20"):
        read_export(letter)
    (tmp_path / "vacio.csv").write_bytes(b"")
    with pytest.raises(InputDataError, match="ninguna fila con títulos de CEPLAN"):
        read_export(tmp_path / "vacio.csv")
    with pytest.raises(InputDataError, match="una respuesta vacía es un error, no un cero"):
        read_export(samples.write_book(tmp_path, "sin_filas", samples.RELATION))


def test_a_workbook_with_several_sheets_needs_one_of_the_names(tmp_path):
    import openpyxl

    path = samples.write_book(tmp_path, "hojas", samples.RELATION, samples.aoi("AOI001"), sheet="Mi POI")
    assert read_export(path).kind == RELATION  # a single sheet needs none
    book = openpyxl.load_workbook(path)
    book.create_sheet("Notas")
    book.save(path)
    with pytest.raises(InputDataError, match="no hay hoja DATA o POI_Por_ActividadOperativaAnual; tiene Mi POI, Notas"):
        read_export(path)


def test_a_delimiter_inside_a_text_or_an_open_quote_is_an_error(tmp_path):
    path = samples.write_text(tmp_path, "comas", samples.RELATION, samples.aoi("AOI001"))
    path.write_text(path.read_text(encoding="utf-8").replace("Mantener caminos", "Mantener caminos, puentes"), encoding="utf-8")
    with pytest.raises(InputDataError, match="fila 4\n.*más celdas que los 15 títulos"):  # noqa: RUF043
        read_export(path)
    path.write_text(path.read_text(encoding="utf-8").replace("Mantener", '"Mantener'), encoding="utf-8")
    with pytest.raises(InputDataError, match="una comilla que no se cierra"):
        read_export(path)
