"""Traffic-light bands: red [0, 75), amber [75, 95), green [95, 100], grey when there is no figure.

Bands and edges: CEPLAN guide for follow-up and evaluation (RPCD 0056-2024), as the Report applies them.
"""

from __future__ import annotations

import polars as pl

from presupuesto_link.specs import SemaforoSpec
from presupuesto_link.vocabulary import AMBER, GREEN, GREY, RED


def colour(ratio: pl.Expr, bands: SemaforoSpec) -> pl.Expr:
    """The colour of a ratio; null is grey. Each edge belongs to the band above it."""
    return (
        pl.when(ratio.is_null())
        .then(pl.lit(GREY))
        .when(ratio < bands.amarillo_desde_ratio)
        .then(pl.lit(RED))
        .when(ratio < bands.verde_desde_ratio)
        .then(pl.lit(AMBER))
        .otherwise(pl.lit(GREEN))
    )
