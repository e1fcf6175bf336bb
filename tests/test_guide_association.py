"""The guide page of the association explains every key and every estimate, and no page of it speaks of effects."""

import re
import tomllib

import pytest

from presupuesto_link.presentation.telling.association_words import TITLES
from presupuesto_link.specs import AsociacionSpec
from presupuesto_link.studies.correlation import FAMILY
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "guia" / "asociacion.md").read_text(encoding="utf-8")
SECTION = PAGE[PAGE.index("## La sección `[asociacion]`") :]


def test_every_key_and_its_default():
    rows = dict(re.findall(r"^\| `(\w+)` \| (?:`([^`]+)`|ninguna) \|", SECTION, flags=re.MULTILINE))
    assert set(rows) == set(AsociacionSpec.model_fields)
    for key, default in AsociacionSpec().model_dump(mode="json").items():
        assert rows[key] in ("", None) if not default else tomllib.loads(f"x = {rows[key]}")["x"] == default, key


def test_every_estimate_has_a_name():
    assert set(TITLES) == set(FAMILY)
    for name in ("Correlación de rangos (Spearman)", "Mínimos cuadrados (HC3)", "Logit fraccional, pendiente media", "Panel"):
        assert f"**{name}**" in PAGE


@pytest.mark.parametrize(
    "page", ["docs/guia/asociacion.md", "analyses/ejecucion-y-resultados/README.md", "analyses/politica-nd-y-colores/README.md"]
)
def test_no_word_of_effects(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert not re.search(r"\b(efecto|impact|aument|caus|gracias|debido|provoc)\w*", text, re.IGNORECASE)
