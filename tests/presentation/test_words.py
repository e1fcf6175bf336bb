"""Words shared by page, figures and console."""

import pytest

from presupuesto_link.presentation.words import banded
from presupuesto_link.specs import SemaforoSpec


@pytest.mark.parametrize(
    ("ratio", "decimals", "shown"),
    [(None, 1, "ND"), (0.94999, 1, "94.9 %"), (0.94999, 0, "94 %"), (0.95, 1, "95.0 %"), (0.7496, 0, "74 %"), (0.7496, 1, "74.9 %"),
     (0.745, 0, "74 %"), (0.9551, 0, "96 %"), (0.123456, 1, "12.3 %")],
)  # fmt: skip
def test_a_percentage_never_rounds_into_the_next_band(ratio, decimals, shown):
    assert banded(ratio, SemaforoSpec(), decimals) == shown
