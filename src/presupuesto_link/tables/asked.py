"""What an analysis asks for exists in its own plan."""

from __future__ import annotations

import polars as pl

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.specs import AnalisisSpec
from presupuesto_link.tables.plan import Plan


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
            if year not in years
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
