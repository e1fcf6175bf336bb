"""A plan names its own levels: the embedded plan, its codes made those of an institutional plan, goes through without OER or AER anywhere."""

import ast
import re
import shutil
import zipfile
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.dossier import assemble
from presupuesto_link.errors import InputDataError
from presupuesto_link.evaluation.evaluate import evaluate
from presupuesto_link.inputs import load
from presupuesto_link.presentation.board.file import board_text
from presupuesto_link.presentation.folders.outputs import write_analysis
from presupuesto_link.presentation.plots import draw_all
from presupuesto_link.presentation.report.content import report_of
from presupuesto_link.presentation.star.star_files import Export, write_star
from presupuesto_link.presentation.telling.chosen import names_of
from presupuesto_link.presentation.telling.lines import ten_lines
from presupuesto_link.presentation.telling.tables import result_tables
from presupuesto_link.presentation.workbook.rules_book import write_rules_book
from presupuesto_link.tables.levels import Levels, short_code
from tests.conftest import ROOT
from tests.presentation.test_report import sentences

REGIONAL = re.compile(r"\b(OER|AER)\b")
PACKAGE = ROOT / "src" / "presupuesto_link"
TEMPLATES = [path for path in PACKAGE.rglob("*") if path.suffix in (".j2", ".js", ".css")]


@pytest.fixture(scope="module")
def analysis_file(tmp_path_factory) -> Path:
    """A made-up institutional plan: OEI and AEI in place of OER and AER in the embedded plan, its money, its rules and its analysis."""
    folder = tmp_path_factory.mktemp("pei_sintetico")
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("*.gz"))
    own = folder / "analyses" / "pei_sintetico"
    shutil.copytree(ROOT / "analyses" / "cajamarca-2024", own, ignore=shutil.ignore_patterns("esperado", "*.md"))
    for path in (path for path in folder.rglob("*") if path.suffix in (".csv", ".toml") and path.parent.name not in ("perfiles", "normas")):
        head, _, rest = path.read_text(encoding="utf-8").partition("\n")  # the titles of the columns stay
        path.write_text(f"{head}\n{rest.replace('OER', 'OEI').replace('AER', 'AEI')}", encoding="utf-8")
    return own / "analisis.toml"


@pytest.fixture(scope="module")
def dossier(analysis_file):
    return assemble(load(analysis_file))


def test_the_levels_are_those_of_its_codes(dossier):
    levels = dossier.analysis.levels
    assert levels == Levels("OEI", "AEI")
    assert levels.sin_accion == "sin AEI"
    assert set(dossier.analysis.elements["nivel"]) == {"OEI", "AEI"}
    assert dossier.analysis.ranking.height == 48


def test_no_line_says_another_plan_s_words(dossier):
    assert [line for line in ten_lines(dossier) if REGIONAL.search(f"{line.lead} {line.text}")] == []
    assert "AEI" in ten_lines(dossier)[0].text
    assert all(code.startswith(("OEI.", "AEI.")) for code in names_of(dossier.analysis))


def others_in(text: str) -> list[str]:
    """Where a text says the words of another plan."""
    return [text[max(0, found.start() - 60) : found.end() + 60] for found in REGIONAL.finditer(text)]


def parts_of(book: Path) -> str:
    """Everything a workbook says: cells, names of sheets, notes, lists."""
    with zipfile.ZipFile(book) as parts:
        return "\n".join(parts.read(name).decode("utf-8") for name in parts.namelist() if name.endswith(".xml"))


def test_no_table_says_another_plan_s_words(dossier):
    found = []
    for table in result_tables(dossier):
        texts = [text for column in table.frame.select(pl.col(pl.String)) for text in column.drop_nulls().unique()]
        found += [(table.name, text) for text in (table.title, table.note, *texts) if REGIONAL.search(text)]
    assert found == []


def test_no_book_says_another_plan_s_words(dossier, tmp_path):
    written = write_analysis(dossier, tmp_path / "salida", parts=("libro", "escenarios"))
    rules, linkage = tmp_path / "reglas.xlsx", dossier.analysis.money.chosen[2024].linkage
    write_rules_book(rules, linkage, dossier.analysis.inputs.plan, None)
    books = [rules, *(tmp_path / "salida" / name for name in written if name.endswith(".xlsx"))]
    assert {path.name: others_in(parts_of(path)) for path in books} == {path.name: [] for path in books}
    assert len(books) == 3


def test_no_page_says_another_plan_s_words(dossier):
    assert others_in(board_text(dossier, ())) == []
    assert [text for text in sentences(report_of(dossier, ())) if REGIONAL.search(text)] == []


def test_no_figure_says_another_plan_s_words(dossier):
    figures = draw_all(dossier)
    said = {figure.name: [figure.title, figure.alt, *vars(figure.plot.labels).values()] for figure in figures}
    assert {name: found for name, texts in said.items() if (found := others_in(" ".join(map(str, texts))))} == {}
    assert any("AEI" in figure.alt for figure in figures)


def test_no_export_says_another_plan_s_words(dossier, tmp_path):
    analysis = dossier.analysis
    write_star(Export(analysis.money.chosen[2024].linkage, analysis.inputs.plan), tmp_path / "estrella")
    assert others_in((tmp_path / "estrella" / "LEAME.txt").read_text(encoding="utf-8-sig")) == []
    actions = pl.read_parquet(tmp_path / "estrella" / "dim_accion.parquet")
    assert actions.row(-1)[:2] == ("SIN AEI", "Gasto sin vincular a una AEI")


def test_an_analysis_may_say_the_words_and_a_mixed_plan_is_refused(analysis_file, tmp_path):
    folder = shutil.copytree(analysis_file.parents[2], tmp_path / "mezcla_sintetica")
    analysis = folder / analysis_file.relative_to(analysis_file.parents[2])
    analysis.write_text(analysis.read_text(encoding="utf-8") + '\n[niveles]\nobjetivo = "Objetivo"\n', encoding="utf-8")
    assert evaluate(load(analysis)).levels == Levels("Objetivo", "AEI")
    for path in (folder / "data" / "pdrc").glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").replace("OEI.13", "OER.13"), encoding="utf-8")
    analysis.write_text(analysis.read_text(encoding="utf-8").replace('objetivo = "Objetivo"', ""), encoding="utf-8")
    with pytest.raises(InputDataError, match="«OEI» y con «OER»"):
        load(analysis)


FORMATS = {
    "sources/embedded.py": "the name of the analysis that travels with the package",
    "sources/siaf/por_aer.py": "titles of the columns of the printed table",
    "tables/budget.py": "titles of the columns of the printed table",
}
"""Modules whose code may name a plan, and why."""
OTHERS = {"commands": 13}
"""Rooms that still do, and how many times: only to be lowered."""
NAMES = re.compile(r"(?<![A-Za-z])(AER|OER|A\.E\.R|O\.E\.R|445)(?![A-Za-z])|[Cc]ajamarca|CAJAMARCA")


def literals(path: Path) -> list[str]:
    """Every text of a module but its docstrings."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told]


def test_no_code_names_a_plan():
    named = {
        path.relative_to(PACKAGE).as_posix(): found
        for path in PACKAGE.rglob("*.py")
        if (found := [text for text in literals(path) if NAMES.search(text)])
    }
    assert {name for name in named if not name.startswith("commands/")} == FORMATS.keys()
    assert sum(len(found) for name, found in named.items() if name.startswith("commands/")) <= OTHERS["commands"]
    assert [path.name for path in TEMPLATES if NAMES.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(("code", "short"), [("AER.01.03", "01.03"), ("AEI 01", " 01"), ("01.03", "01.03"), ("OEI.4", "4")])
def test_a_short_code_has_no_letters(code, short):
    assert short_code(code) == short.strip() or short_code(code) == short
