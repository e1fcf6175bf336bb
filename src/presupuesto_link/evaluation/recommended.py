"""What is measured of the objectives and elements that a recommendation of the evaluation names."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import polars as pl

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.facts import ranking_source
from presupuesto_link.evaluation.redesign import count_reviews
from presupuesto_link.facts import Facts
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.tables.recommendations import DATA, ELEMENTS, REDESIGN, UNMEASURED
from presupuesto_link.tables.recommendations import MONEY as BY_MONEY
from presupuesto_link.told import Place, Rows
from presupuesto_link.vocabulary import GREEN, RED
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


_COUNTS = (
    *("indicadores", "sin_dato", "varios_anios", RED, GREEN),
    *("por_revisar", "prioridad_alta", "ritmo_insuficiente", "sentido_contrario"),
)


def recommended(analysis: Evaluation) -> Rows:
    """What is measured of each recommendation, with the fact that each figure is; null is what its way of looking does not need."""
    rows = analysis.inputs.plan.recomendaciones.select("recomendacion", "lectura_medida", "lectura_elementos")
    told = [{"recomendacion": number} | _measured(analysis, way, codes) for number, way, codes in rows.iter_rows()]
    schema: dict[str, Any] = {"recomendacion": pl.String, "pim_soles": MONEY, "parte_ratio": pl.Float64} | dict.fromkeys(_COUNTS, pl.Int64)
    spec = analysis.inputs.spec
    own = Place("recomendación {recomendacion}", spec.ranking.anio_resultado, own=True)
    return Rows("recomendaciones", pl.DataFrame(told, schema=schema), ranking_source(spec, analysis.budget.origen), own)


def said_of(facts: Facts, recommendation: str) -> tuple[str, ...]:
    """The keys of what is measured of a recommendation."""
    mine = (pl.col("unidad") == f"recomendación {recommendation}") & pl.any_horizontal(pl.col("^valor_.*$").is_not_null())
    return tuple(facts.tabla.filter(mine)["clave"])


def _measured(analysis: Evaluation, way: str, codes: Sequence[str]) -> dict[str, Any]:
    if way == DATA:
        return missing_of(analysis, codes)._asdict()
    if way == REDESIGN:
        found = count_reviews(analysis.reviews)
        cases = {kind: found.casos[kind] for kind in ("ritmo_insuficiente", "sentido_contrario")}
        return {"por_revisar": found.elementos, "prioridad_alta": found.alta, **cases}
    colours = list(colours_of(analysis, codes)["color"])
    if way == BY_MONEY:
        money, share = money_of(analysis, codes)
        return {RED: colours.count(RED), "pim_soles": money, "parte_ratio": share}
    return {GREEN: colours.count(GREEN)} if way == ELEMENTS or (way == UNMEASURED and codes) else {}
