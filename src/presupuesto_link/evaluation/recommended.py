"""What is measured of the objectives and elements that a recommendation of the evaluation names."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.wording import share_of


class Missing(NamedTuple):
    """How many indicators there are; of them, how many lack the year that decides, and how many lack more than one evaluated year."""

    indicadores: int
    sin_dato: int
    varios_anios: int


def missing_of(analysis: Evaluation, objectives: Sequence[str]) -> Missing:
    """What is missing of the indicators of some objectives and of their actions."""
    mine = pl.col("objetivo").is_in(list(objectives))
    gaps, year = analysis.gaps.filter(mine), analysis.inputs.spec.ranking.anio_resultado
    several = gaps.group_by("indicador").len().filter(pl.col("len") > 1)
    return Missing(analysis.inputs.plan.indicadores.filter(mine).height, gaps.filter(pl.col("anio") == year).height, several.height)


def money_of(analysis: Evaluation, objectives: Sequence[str]) -> tuple[Decimal, float | None]:
    """The PIM of the actions of some objectives, and what part it is of all the directly linked (null without PIM)."""
    direct = analysis.linked.direct
    own = Decimal(direct.filter(pl.col("objetivo").is_in(list(objectives)))["pim_soles"].sum())
    return own, share_of(own, Decimal(direct["pim_soles"].sum()))


def colours_of(analysis: Evaluation, elements: Sequence[str]) -> pl.DataFrame:
    """The rows of `elements`, by code, of some objectives and actions in the year that decides, as the analysis measures advance."""
    spec = analysis.inputs.spec
    return analysis.elements.filter(
        (pl.col("perfil") == spec.avance.perfil)
        & (pl.col("politica_nd") == spec.avance.politica_nd)
        & (pl.col("anio") == spec.ranking.anio_resultado)
        & pl.col("elemento").is_in(list(elements))
    ).sort("elemento")
