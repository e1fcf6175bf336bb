"""What several sections ask of an analysis. Nothing is measured here: only chosen, filtered or added up."""

from __future__ import annotations

import polars as pl

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.vocabulary import POLICIES


def names_of(analysis: Evaluation) -> dict[str, str]:
    """The name of every objective and action, by code."""
    plan = analysis.inputs.plan
    return dict(plan.objetivos.select("objetivo", "nombre").iter_rows()) | dict(plan.acciones.select("accion", "nombre").iter_rows())


def decision_index(analysis: Evaluation) -> int:
    """Which matrix goes first: that of the ranking's years, or the last one when it is not among them."""
    ranking = analysis.inputs.spec.ranking
    years = (ranking.anio_ejecucion, ranking.anio_resultado)
    pairs = [(matrix.anio_ejecucion, matrix.anio_resultado) for matrix in analysis.matrices]
    return pairs.index(years) if years in pairs else len(pairs) - 1


def diagnosis_of(analysis: Evaluation) -> dict[str, str]:
    """The diagnosis of every action in the matrix for deciding, by code."""
    return dict(analysis.diagnoses[decision_index(analysis)].select("accion", "diagnostico").iter_rows())


def other_policy(policy: str) -> str:
    """The way of counting ND that the analysis does not use."""
    return next(name for name in POLICIES if name != policy)


def published_index(analysis: Evaluation) -> dict[int, tuple[str, str]]:
    """Published index by year, and whether a tried formula gives it."""
    broken = {f.place for f in analysis.audit.hallazgos if f.code == "E03"}
    rows = analysis.inputs.plan.cifras.filter(pl.col("medida") == "indice_gestion")
    return {
        row["anio"]: (
            row["impreso"].replace("%", " %"),
            "no es reproducible"
            if any(place.endswith(str(row["anio"])) for place in broken)
            else "coincide con una de las fórmulas probadas",
        )
        for row in rows.iter_rows(named=True)
    }
