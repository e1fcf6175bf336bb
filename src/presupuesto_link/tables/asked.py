"""What an analysis asks for exists in its own plan."""

from __future__ import annotations

import polars as pl

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.specs import UNSAID, AnalisisSpec
from presupuesto_link.tables.plan import Plan


def evaluated_years(plan: Plan) -> list[int]:
    """The years with some obtained value, in order."""
    obtained = plan.valores.filter((pl.col("concepto") == "obtenido") & pl.col("valor").is_not_null())
    return sorted(set(obtained["anio"].to_list()))


def with_years(spec: AnalisisSpec, plan: Plan) -> AnalisisSpec:
    """The analysis with the years it does not say: evaluated is the last one with some obtained value, never the last one with a target.

    A plan that has obtained nothing yet is evaluated at its first target. The year before is the one before it with some obtained value; a
    plan in its first year has none, and its trend is ND.
    """
    known = evaluated_years(plan)
    targets = plan.valores.filter(pl.col("concepto") == "meta")["anio"].to_list()
    year = spec.anio_evaluado or (known[-1] if known else min(targets, default=spec.fecha_corte.year))
    ranking = spec.ranking
    result = ranking.anio_resultado or year
    before = ranking.anio_resultado_previo or max((one for one in known if one < result), default=UNSAID)
    said = ranking.model_copy(update={"anio_resultado": result, "anio_resultado_previo": before})
    return spec.model_copy(update={"anio_evaluado": year, "ranking": said})


def check_ranking(spec: AnalisisSpec, plan: Plan) -> None:
    """The ranking names objectives and years that exist.

    Raises:
        SpecError: it does not; all problems together.
    """
    ranking, where = spec.ranking, "analisis.toml, clave «ranking."
    unknown = sorted(set(ranking.objetivos_prioritarios) - set(plan.objetivos["objetivo"]))
    years = sorted(set(plan.valores.filter(pl.col("concepto") == "meta")["anio"]))
    known = ", ".join(map(str, years))
    problems = [
        *(
            [Problem(f"{where}objetivos_prioritarios»", ", ".join(unknown), "códigos de objetivos.csv", "corrija los códigos")]
            if unknown
            else []
        ),
        *(
            Problem(f"{where}{key}»", str(year), f"un año con metas: {known}", "corrija el año")
            for key, year in (("anio_resultado", ranking.anio_resultado), ("anio_resultado_previo", ranking.anio_resultado_previo))
            if year not in years and year != UNSAID
        ),
    ]
    if ranking.anio_resultado_previo >= ranking.anio_resultado:
        problems.append(
            Problem(
                f"{where}anio_resultado_previo»",
                str(ranking.anio_resultado_previo),
                f"un año anterior a {ranking.anio_resultado}",
                "corrija el año",
            )
        )
    if problems:
        raise SpecError(*problems)
