"""Labels and colours are written once, cover what the stages name, and can be read without loading anything heavy."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

import presupuesto_link
from presupuesto_link.evaluation.diagnosis import DIAGNOSES, GET_DATA, NO_BUDGET
from presupuesto_link.evaluation.ranking import COMPONENTS
from presupuesto_link.presentation.telling.phrases import legend_words
from presupuesto_link.presentation.telling.words import band_words, limit, signed_soles
from presupuesto_link.presentation.theme import COMPONENT_LOOKS, DIAGNOSIS_MARKS, HEX, LETTER, PAGE, TEXT_ON
from presupuesto_link.specs import SemaforoSpec
from tests.test_architecture import HEAVY


def test_words_of_the_bands_follow_the_analysis():
    default = {"rojo": "menos de 75 %", "amarillo": "de 75 % a menos de 95 %", "verde": "95 % o más", "gris": "sin dato"}
    assert band_words(SemaforoSpec()) == default
    assert set(default) == set(HEX)
    assert band_words(SemaforoSpec(verde_desde_ratio=0.9))["verde"] == "90 % o más"


def test_the_page_words_the_bands_like_the_figures():
    bands = SemaforoSpec(amarillo_desde_ratio=0.625, verde_desde_ratio=0.925)
    page, figures = legend_words(bands), band_words(bands)
    assert {color: page[color] for color in ("verde", "amarillo", "rojo")} == {
        "verde": "92.5 % o más",
        "amarillo": "de 62.5 % a menos de 92.5 %",
        "rojo": "menos de 62.5 %",
    }
    assert {**page, "gris": "sin dato"} == figures
    assert page["gris"] == "sin dato (ND)"


def test_every_component_and_every_diagnosis_with_both_measures_has_its_look():
    assert tuple(COMPONENT_LOOKS) == COMPONENTS
    assert set(DIAGNOSIS_MARKS) == set(DIAGNOSES) - {GET_DATA, NO_BUDGET}
    assert set(HEX) == set(LETTER) == set(TEXT_ON)


@pytest.mark.parametrize("marks", [COMPONENT_LOOKS.values(), DIAGNOSIS_MARKS.values()])
def test_no_two_marks_share_a_colour(marks):
    assert all(a.color != b.color for a, b in combinations(marks, 2))


@pytest.mark.parametrize(("ratio", "words"), [(0.75, "75 %"), (0.29, "29 %"), (0.925, "92.5 %"), (1.0, "100 %"), (0.0, "0 %")])
def test_a_limit_keeps_the_decimals_it_has(ratio, words):
    assert limit(ratio) == words


def test_a_change_has_its_sign_before_the_currency():
    assert [signed_soles(n) for n in (164_973, 0, -5)] == ["+S/ 164,973", "S/ 0", "\u2212S/ 5"]


def test_the_theme_loads_nothing_heavy():
    code = "import sys, presupuesto_link.presentation.theme; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {name.partition(".")[0] for name in done.stdout.split()} & set(HEAVY)


def test_no_colour_stands_outside_the_theme():
    for path in Path(presupuesto_link.__file__).parent.rglob("*"):
        if path.suffix in {".py", ".css", ".j2", ".js"} and path.name != "theme.py":
            assert not re.findall(r"#(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})\b(?![-\w])", path.read_text(encoding="utf-8")), path


def test_the_style_sheet_finds_every_colour_in_the_theme():
    sheet = Path(presupuesto_link.__file__).parent / "presentation" / "templates" / "estilo.css"
    used = set(re.findall(r"var\(--([\w-]+)\)", sheet.read_text(encoding="utf-8")))
    assert used == set(PAGE["claro"])
    assert set(PAGE["oscuro"]) == set(PAGE["impreso"]) <= used
