"""The report says the same in both forms, only what the data says, and the same bytes each time."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import polars as pl
import pytest

from presupuesto_link.dossier import Dossier
from presupuesto_link.presentation.report.blocks import Paragraph, Points, Report
from presupuesto_link.presentation.report.content import report_of
from presupuesto_link.presentation.report.docx import write_docx
from presupuesto_link.presentation.report.html import render_html
from presupuesto_link.presentation.report.recommendations import recommendations_table, what_the_data_says
from presupuesto_link.presentation.telling.quarter_lines import quarter_lines
from presupuesto_link.presentation.telling.views import TableView
from tests.presentation.test_page import Reader


@pytest.fixture(scope="module")
def report(quarter_dossier: Dossier) -> Report:
    return report_of(quarter_dossier, ())


@pytest.fixture(scope="module")
def word(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("informe") / "informe.docx"
    write_docx(report, path)
    return path


def sentences(report: Report) -> list[str]:
    said = []
    for section in report.sections:
        said.append(section.title)
        for block in section.blocks:
            if isinstance(block, Paragraph):
                said += [block.text]
            elif isinstance(block, Points):
                said += [item.text for item in block.items]
            elif isinstance(block, TableView):
                said += [block.caption, *(cell.text for row in block.rows for cell in row.cells)]
    return [text for text in said if text]


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def words_of(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return flat(" ".join([*(line.text for line in document.paragraphs), *cells]))


def test_word_and_page_say_the_same(report: Report, word: Path):
    page, written = Reader(render_html(report)).text, words_of(word)
    for text in sentences(report):
        assert flat(text) in flat(page), text
        assert flat(text) in written, text


def test_the_quarter_its_changes_and_the_recommendations_are_told(report: Report, quarter_dossier: Dossier):
    titles = [section.title for section in report.sections]
    assert titles[:4] == ["Resumen", "Semáforo del trimestre", "Alertas", "Qué cambió desde el corte anterior"]
    assert "Recomendaciones de la evaluación" in titles
    said = " ".join(sentences(report))
    assert all(line.text in said for line in quarter_lines(quarter_dossier.quarter))
    assert "31 líneas cambiaron de PIM, de 142 líneas" in said
    assert report.subtitle == "Informe para el Consejo Regional. 3.º trimestre de 2025, en curso"


def test_each_recommendation_has_its_row_in_order_and_something_computed(quarter_dossier: Dossier):
    table = recommendations_table(quarter_dossier)
    told = quarter_dossier.analysis.inputs.plan.recomendaciones
    assert [row.cells[0].text for row in table.rows] == [str(n) for n in range(1, 9)]
    assert [row.cells[1].text for row in table.rows] == told["problema"].to_list()
    says = [row.cells[5].text for row in table.rows]
    assert says[0] == "De 20 indicadores de OER.03 y OER.04, 7 no tienen dato de 2024; 3 llevan más de un año evaluado sin él."
    assert says[1].startswith("4 siguen en rojo (OER.01, OER.07, OER.10 y OER.12) de los 5 OER que nombra.")
    assert says[5] == "Ningún dato cargado lo mide directamente: lo debe informar el responsable."
    assert says[7] == "Avance de 2024: OER.07, rojo (67.9 %); AER.07.04, sin dato. Ninguno está en verde."


def test_the_follow_up_counts_the_actions_and_not_what_no_rule_links(quarter_dossier: Dossier):
    alerts = quarter_dossier.quarter.monitoring.alerts.filter(pl.col("nivel") == "AER")
    actions = alerts.filter(pl.col("unidad").str.starts_with("AER."))
    assert 0 < actions.height < alerts.height
    rows = quarter_dossier.analysis.inputs.plan.recomendaciones
    said = what_the_data_says(quarter_dossier, rows.filter(pl.col("recomendacion") == "5").row(0, named=True))
    assert f" {actions.height} alertas de AER" in said


def test_health_and_education_are_counted_another_way(dossier: Dossier):
    """From the values themselves: indicators of OER.03 and OER.04 and of their actions, and those without 2024 or without either year."""
    plan = dossier.analysis.inputs.plan
    own = plan.indicadores.filter(pl.col("objetivo").is_in(["OER.03", "OER.04"]))["indicador"].to_list()
    missing = {
        (r["indicador"], r["anio"])
        for r in plan.valores.filter((pl.col("concepto") == "obtenido") & pl.col("valor").is_null()).iter_rows(named=True)
        if r["indicador"] in own
    }
    assert len(own) == 20
    assert sum(year == 2024 for _, year in missing) == 7
    assert sum((code, 2023) in missing and (code, 2024) in missing for code in own) == 3


def test_the_sentences_change_with_the_data(dossier: Dossier):
    row = dossier.analysis.inputs.plan.recomendaciones.filter(pl.col("lectura_medida") == "recursos").row(0, named=True)
    green = dossier.analysis.elements.with_columns(color=pl.lit("verde"))
    other = replace(dossier, analysis=replace(dossier.analysis, elements=green), solved=replace(dossier.solved, scenarios=()))
    assert what_the_data_says(other, row).startswith("Ninguno sigue en rojo de los 5 OER que nombra.")
    assert "escenario" not in what_the_data_says(other, row)
    follow = {"lectura_medida": "seguimiento", "lectura_elementos": []}
    assert "no trae ningún trimestre" in what_the_data_says(dossier, follow)


def test_without_a_cut_off_before_it_says_so(quarter_dossier: Dossier):
    alone = replace(
        quarter_dossier,
        quarter=replace(
            quarter_dossier.quarter,
            monitoring=replace(quarter_dossier.quarter.monitoring, previous=None, modifications=None, modified=None),
        ),
    )
    said = " ".join(sentences(report_of(alone, ())))
    assert "No hay un corte anterior con que comparar: el cambio se verá en el próximo informe." in said


def test_without_a_quarter_only_the_evaluation_is_told(dossier: Dossier):
    report = report_of(dossier, ())
    assert report.banner == ""
    assert report.subtitle == "Informe para el Consejo Regional. Resultados de 2024"
    assert not {"Alertas", "Proyección al cierre", "Semáforo del trimestre"} & {section.title for section in report.sections}


def test_a_plan_without_recommendations_has_no_section(dossier: Dossier):
    plan = dossier.analysis.inputs.plan
    bare = replace(
        dossier.analysis, inputs=replace(dossier.analysis.inputs, plan=replace(plan, recomendaciones=plan.recomendaciones.clear()))
    )
    assert recommendations_table(replace(dossier, analysis=bare)) is None
    assert "Recomendaciones de la evaluación" not in [s.title for s in report_of(replace(dossier, analysis=bare), ()).sections]


def test_the_document_is_one_that_word_can_use(word: Path, report: Report):
    document = docx.Document(str(word))
    headings = [line.text for line in document.paragraphs if line.style.name == "Heading 1"]
    assert headings == ["Contenido", *(section.title for section in report.sections)]
    xml = zipfile.ZipFile(word).read("word/document.xml").decode("utf-8")
    assert 'TOC \\o "1-1"' in xml
    assert xml.count("<w:tblHeader") == len(document.tables)
    page = document.sections[0]
    assert (round(page.page_width.cm, 1), round(page.page_height.cm, 1)) == (21.0, 29.7)
    assert 'w:val="es-PE"' in zipfile.ZipFile(word).read("word/styles.xml").decode("utf-8")
    assert document.sections[0].header.paragraphs[0].text.startswith("DATOS SINTÉTICOS")
    assert "PAGE" in zipfile.ZipFile(word).read("word/footer1.xml").decode("utf-8")


def test_colour_is_never_alone_in_a_table(word: Path):
    for table in docx.Document(str(word)).tables:
        for row in table.rows:
            for cell in row.cells:
                painted = re.search(r'<w:shd [^>]*w:fill="(C0392B|F2B134|1B7F5C|9AA0A6)"', cell._tc.xml)
                if painted:
                    letter = {"C0392B": "R", "F2B134": "A", "1B7F5C": "V", "9AA0A6": "ND"}[painted[1]]
                    assert cell.text.startswith(letter), cell.text


def test_an_amount_is_not_parted_from_its_sign_or_unit(word: Path):
    document = docx.Document(str(word))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    said = " ".join([*(line.text for line in document.paragraphs), *cells])
    assert len(re.findall(r"\d\u00a0%", said)) > 100
    assert not re.findall(r".{20}(?:S/ [\d-]|\d %)", said)


def test_twice_gives_the_same_bytes(report: Report, word: Path, tmp_path: Path):
    write_docx(report, tmp_path / "otra.docx")
    assert (tmp_path / "otra.docx").read_bytes() == word.read_bytes()
    assert render_html(report) == render_html(report)


def test_the_page_needs_nothing(report: Report):
    page = Reader(render_html(report))
    assert not page.all("script", "iframe", "link") or {a["href"] for a in page.all("link")} == {"data:,"}
    assert all(a["href"].startswith("#") for a in page.all("a"))
    assert not page.unbalanced


@pytest.mark.lento
def test_it_is_written_whole_with_its_figures_described_and_opens_elsewhere(quarter_dossier: Dossier, tmp_path: Path):
    from presupuesto_link.presentation.folders.outputs import write_analysis

    assert write_analysis(quarter_dossier, tmp_path / "i", parts=("informe",)) == ["informe.docx", "informe.html", "manifiesto.json"]
    xml = zipfile.ZipFile(tmp_path / "i" / "informe.docx").read("word/document.xml").decode("utf-8")
    pictures = re.findall(r"<wp:docPr [^>]*>", xml)
    assert len(pictures) >= 5
    assert all('descr="' in picture and 'descr=""' not in picture for picture in pictures)
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    done = subprocess.run(
        [office, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "i" / "informe.docx")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Error" not in done.stderr
    assert (tmp_path / "informe.pdf").read_bytes().startswith(b"%PDF")
