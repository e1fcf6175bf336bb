"""Which fact each figure of the tables of an evaluation is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from presupuesto_link.evaluation.audit import Audit
from presupuesto_link.evaluation.commitments import Commitments
from presupuesto_link.evaluation.facts import PLAN, beside, counted_as, ranking_source, results_source
from presupuesto_link.evaluation.matrix import PACE, Matrix
from presupuesto_link.money.budget import Origin, YearBudget
from presupuesto_link.money.money import Money
from presupuesto_link.specs import AnalisisSpec
from presupuesto_link.told import Place, Rows

_COUNTED = "{perfil}/{politica_nd}"
_SUM = "suma de las acciones con vínculo directo"


def money_of_year(year: str | int, unit: str = "{accion}") -> Place:
    """The money of an action in a year, which its budget tells."""
    return Place(unit, year)


def advance_of(spec: AnalisisSpec, year: str | int, unit: str = "{accion}") -> Place:
    """The advance of an element a year, as the analysis counts it."""
    return Place(unit, year, variante=counted_as(spec.avance.perfil, spec.avance.politica_nd))


def money_tables(money: Money, budget: YearBudget, two_sources: pl.DataFrame) -> Iterator[Rows]:
    """What each action has, what the link covers, and how two sources of a year differ."""
    source = budget.origen.source
    yield Rows("presupuesto_aer", money.ejecucion, source, money_of_year("{anio}"))
    yield Rows("cobertura", budget.linked.cobertura, source, Place("{vinculo}", budget.anio))
    other = Place("{accion}", "{anio}", variante="otra fuente: {otra_fuente_dinero}", own=True)
    repeated = dict.fromkeys(("pim_soles", "devengado_soles"), money_of_year("{anio}"))
    yield Rows("conciliacion_dinero", two_sources, source, other, repeated)


def result_tables(
    spec: AnalisisSpec, indicators: pl.DataFrame, elements: pl.DataFrame, index: pl.DataFrame, counts: pl.DataFrame
) -> Iterator[Rows]:
    """The advances under every profile, with both ways of counting ND."""
    source = results_source(spec)
    yield Rows(
        "avance_indicadores",
        indicators,
        source,
        Place("{indicador}", "{anio}", variante="{perfil}", own=True),
        {"declarado_ratio": Place("{indicador}", "{anio}"), "relevancia": Place("{indicador}", spec.anio_evaluado)},
        ("color",),
        {"obtenido": "nd_motivo", "tipo1_ratio": "tipo1_motivo", "tipo2_ratio": "tipo2_motivo"},
    )
    element = Place("{elemento}", "{anio}", variante=_COUNTED, own=True)
    yield Rows("avance_elementos", elements, source, element, texts=("color",))
    yield Rows("conteo_colores", counts, source, replace(element, unidad="{nivel}"))
    yield Rows("indice", index, source, replace(element, unidad=PLAN))


def review_tables(
    spec: AnalisisSpec, indicators: pl.DataFrame, pace: pl.DataFrame, reviews: pl.DataFrame, gaps: pl.DataFrame
) -> Iterator[Rows]:
    """The plan's indicators, their pace, and the sheets of what to review and of what is missing."""
    source, own = results_source(spec), Place("{indicador}", spec.anio_evaluado, own=True)
    yield Rows("indicadores", indicators, source, own)
    paced = replace(own, variante="ritmo")
    reach = {"anio_alcance": paced}
    yield Rows("ritmo_de_indicadores", pace, source, paced, reach)
    told = replace(paced, own=False)
    money = money_of_year(spec.ranking.anio_ejecucion, "{elemento}")
    yield Rows("rediseno", reviews, source, told, {"anio_alcance": told, "pim_soles": money})
    of_element = dict.fromkeys(("indicadores", "con_dato"), advance_of(spec, "{anio}", "{elemento}"))
    yield Rows("brechas_de_datos", gaps, source, Place("{indicador}", "{anio}", variante="sin dato", own=True), of_element)


def audit_tables(spec: AnalisisSpec, audit: Audit) -> Iterator[Rows]:
    """What was declared and published, beside what the rules give."""
    source, declared = results_source(spec), Place("{indicador}", "{anio}", own=True)
    printed = dict.fromkeys(("meta", "obtenido"), replace(declared, variante="impreso"))
    yield Rows("conciliacion_avances", audit.conciliacion, source, declared, printed, ("estado",))
    yield Rows("conciliacion_reglas", audit.reglas, source, Place("{estado}: {regla_que_explica}", "{anio}", own=True))
    yield Rows("conciliacion_globales", audit.globales, source, Place("{elemento}", "{anio}", variante="publicado en {fuente}", own=True))


def commitment_tables(spec: AnalisisSpec, found: Commitments) -> Iterator[Rows]:
    """What was promised, beside what was obtained."""
    source = results_source(spec)
    yield Rows("compromisos", found.comparacion, source, Place("{compromiso}: {indicador}", "{anio}", own=True))
    own = Place("{compromiso}: {accion}", "{anio_prometido}", own=True)
    yield Rows("compromisos_montos", found.montos, source, own, {"pim_soles": money_of_year("{anio_pim}")})


def crossed_tables(spec: AnalisisSpec, matrix: Matrix, diagnosis: pl.DataFrame, origin: Origin) -> Iterator[Rows]:
    """The cells of a matrix and the diagnosis of each action."""
    source, years = ranking_source(spec, origin), f"{matrix.anio_ejecucion}_{matrix.anio_resultado}"
    cell = Place("{banda_ejecucion} × {banda_resultado}", matrix.anio_ejecucion, variante=beside(matrix.anio_resultado), own=True)
    late = dict.fromkeys(PACE, replace(cell, own=False))
    yield Rows(f"matriz_{years}", matrix.celdas, source, cell, late, rules=dict.fromkeys(("pim_soles", "devengado_soles"), _SUM))
    advance = dict.fromkeys(("avance_ratio", "indicadores", "con_dato"), advance_of(spec, matrix.anio_resultado))
    told = ("diagnostico", "razon", "indicadores_en_duda")
    money = {name: money_of_year(matrix.anio_ejecucion) for name in diagnosis.columns if name.endswith("_soles")}
    ratios = dict.fromkeys(("devengado_pim_ratio", "ejecucion_ratio"), money_of_year(matrix.anio_ejecucion))
    yield Rows(
        f"diagnostico_{years}",
        diagnosis,
        source,
        replace(cell, unidad="{accion}"),
        advance | money | ratios,
        told,
        rules={"diagnostico": "celda de la matriz y dudas de la auditoría"},
    )


def ranking_tables(spec: AnalisisSpec, ranking: pl.DataFrame, origin: Origin) -> Iterator[Rows]:
    """Group, place and score of each action with its components."""
    spent, result = spec.ranking.anio_ejecucion, spec.ranking.anio_resultado
    money = dict.fromkeys(("pim_soles", "saldo_soles", "ejecucion_ratio"), money_of_year(spent))
    own = Place("{accion}", spent, variante=beside(result), own=True)
    yield Rows("ranking", ranking, ranking_source(spec, origin), own, {"avance_ratio": advance_of(spec, result)} | money, ("grupo",))
