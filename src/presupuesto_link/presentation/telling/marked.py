"""Made-up money says so: in a column of every table, and in words."""

from __future__ import annotations

import polars as pl

SYNTHETIC = "datos sintéticos"


def marked(frame: pl.DataFrame, synthetic: bool) -> pl.DataFrame:
    """The table, with a column that says so when its money is made up."""
    return frame.with_columns(datos=pl.lit(SYNTHETIC)) if synthetic else frame
