"""A plan names its own levels: the embedded plan, its codes made those of an institutional plan, goes through without OER or AER anywhere."""

import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.dossier import assemble
from presupuesto_link.errors import InputDataError
from presupuesto_link.evaluation.evaluate import evaluate
from presupuesto_link.findings import FINDING_KINDS
from presupuesto_link.inputs import load
from presupuesto_link.presentation.telling.chosen import names_of
from presupuesto_link.presentation.telling.lines import ten_lines
from presupuesto_link.presentation.telling.tables import result_tables
from presupuesto_link.tables.levels import Levels, short_code
from tests.conftest import ROOT

REGIONAL = re.compile(r"\b(OER|AER)\b")
COLUMNS_OF_THE_DICTIONARY = "diccionario"
REMEDY = FINDING_KINDS["P07"].remedy  # the kinds of finding are of the program, not of a plan


@pytest.fixture(scope="module")
def analysis_file(tmp_path_factory) -> Path:
    """A made-up institutional plan: OEI and AEI in place of OER and AER in the embedded plan, its money and its analysis."""
    folder = tmp_path_factory.mktemp("pei_sintetico")
    for name in ("pdrc", "perfiles", "normas"):
        shutil.copytree(ROOT / "data" / name, folder / "data" / f"{name}_sintetico")
    shutil.copy(ROOT / "data" / "siaf" / "cajamarca_2023_por_aer.csv", folder / "data" / "gasto_sintetico.csv")
    text = (ROOT / "analyses" / "cajamarca-2024" / "analisis.toml").read_text(encoding="utf-8")
    text = re.sub(r"^(extractos|compromisos|reglas|escenarios) = .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^normas = .*\n", "", text, flags=re.MULTILINE).replace("../../data/pdrc", "data/pdrc_sintetico")
    text = text.replace("../../data/siaf/cajamarca_2023_por_aer.csv", "data/gasto_sintetico.csv")
    text = text.replace("../../data/perfiles", "data/perfiles_sintetico").replace("[2024, 2024]", "").replace("2024], ]", "2024]]")
    (folder / "analisis.toml").write_text(text, encoding="utf-8")
    for path in folder.rglob("*"):
        if path.suffix in (".csv", ".toml") and "perfiles" not in path.parent.name and "normas" not in path.parent.name:
            head, _, rest = path.read_text(encoding="utf-8").partition("\n")  # the titles of the columns stay
            path.write_text(f"{head}\n{rest.replace('OER', 'OEI').replace('AER', 'AEI')}", encoding="utf-8")
    return folder / "analisis.toml"


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


def test_no_table_says_another_plan_s_words(dossier):
    found = []
    for table in result_tables(dossier):
        if table.name == COLUMNS_OF_THE_DICTIONARY:
            continue
        texts = [table.title, table.note]
        own = table.frame.drop("regla", strict=False)  # where nothing else is said, the rule of a fact is its column in the dictionary
        texts += [text for column in own.select(pl.col(pl.String)) for text in column.drop_nulls().unique()]
        found += [(table.name, text) for text in texts if REGIONAL.search(text) and text != REMEDY]
    assert found == []


def test_an_analysis_may_say_the_words_and_a_mixed_plan_is_refused(analysis_file, tmp_path):
    folder = shutil.copytree(analysis_file.parent, tmp_path / "mezcla_sintetica")
    for path in (folder / "data" / "pdrc_sintetico").iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("OEI.13", "OER.13"), encoding="utf-8")
    with pytest.raises(InputDataError, match="«OEI» y con «OER»"):
        load(folder / "analisis.toml")
    analysis = folder / "analisis.toml"
    analysis.write_text(analysis.read_text(encoding="utf-8") + '\n[niveles]\nobjetivo = "Objetivo"\n', encoding="utf-8")
    assert evaluate(load(analysis)).levels == Levels("Objetivo", "AEI")


@pytest.mark.parametrize(("code", "short"), [("AER.01.03", "01.03"), ("AEI 01", " 01"), ("01.03", "01.03"), ("OEI.4", "4")])
def test_a_short_code_has_no_letters(code, short):
    assert short_code(code) == short.strip() or short_code(code) == short
