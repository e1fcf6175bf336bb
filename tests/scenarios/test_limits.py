"""The limits of a scenario that come from the law."""

from types import SimpleNamespace

import numpy as np
import polars as pl

from presupuesto_link.scenarios.limits import _exception


def test_the_base_of_a_cap_takes_every_line_below_a_classifier():
    lines = pl.DataFrame(
        {
            "clasificador": ["2.2.2.3.1.1", "2.2.2.3.99.1", "2.2.2", "2.2.2.3.1.1", None],
            "programa": ["0068", "0068", "0068", "0104", "0068"],
            "pim_soles": [1000, 500, 70, 40, 7],
        }
    )
    base = {"clasificador": ("2.2.2.3",), "programa": ("0068",)}
    family = _exception("EXC", np.array([True, False]), 0.02, base, SimpleNamespace(lineas=lines))
    assert family.upper.tolist() == [30.0] and family.labels.tolist() == [0, -1]
