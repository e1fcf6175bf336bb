"""The part of an analysis that page, figures and summary show."""

from __future__ import annotations

import polars as pl

from presupuesto_link.pipeline import Analysis


def of_profile(analysis: Analysis, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of the analysis' own profile; the other profiles are only in the tables."""
    return frame.filter(pl.col("perfil") == analysis.inputs.spec.avance.perfil)
