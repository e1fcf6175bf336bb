"""Words shared by page, figures and console."""

import pytest

from presupuesto_link.presentation.telling.words import banded, unbroken
from presupuesto_link.specs import SemaforoSpec


@pytest.mark.parametrize(
    ("ratio", "decimals", "shown"),
    [
        (None, 1, "ND"),
        (0.94999, 1, "94.9 %"),
        (0.94999, 0, "94 %"),
        (0.95, 1, "95.0 %"),
        (0.7496, 0, "74 %"),
        (0.7496, 1, "74.9 %"),
        (0.745, 0, "74 %"),
        (0.9551, 0, "96 %"),
        (0.123456, 1, "12.3 %"),
    ],
)
def test_a_percentage_never_rounds_into_the_next_band(ratio, decimals, shown):
    assert banded(ratio, SemaforoSpec(), decimals) == shown


@pytest.mark.parametrize(
    "text", ["S/ 1,234,567", "S/ 5,801.0 M", "84.7 %", "+S/ 12", "\u2212S/ 164,973", "S/ \u221212.3 M", "+12.3 pp", "100 %"]
)
def test_an_amount_stays_whole_and_the_rest_may_break(text):
    said = unbroken(f"Son {text}, y 48 AER más")
    assert said == f"Son {text.replace(' ', chr(0xA0))}, y 48 AER más"
