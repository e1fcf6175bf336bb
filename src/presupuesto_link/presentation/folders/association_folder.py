"""An association study as a folder: its tables, its figures and what it says; all of it or nothing (see `folder`)."""

from __future__ import annotations

import polars as pl

from presupuesto_link.presentation.folders.results import Results
from presupuesto_link.presentation.telling.association_words import SCORE_LIMITS, on_the_frontier, plain_answer, reading
from presupuesto_link.sources.digest import digest_of
from presupuesto_link.studies.association import AssociationStudy

_LIBRARIES = ("matplotlib", "numpy", "plotnine", "polars", "scipy", "statsmodels")


def association_results(study: AssociationStudy) -> Results:
    """What is left of a study: its tables, its figures and its sentences."""
    from presupuesto_link.presentation.plots.asociacion import draw_association

    texts = {"lectura.txt": "\n\n".join(sentences(study)) + "\n"}
    return Results("asociacion", _about(study), _LIBRARIES, study_tables(study), lambda: draw_association(study), texts)


def study_tables(study: AssociationStudy) -> dict[str, pl.DataFrame]:
    """The tables of a study by name, each estimate with its reading."""
    spec = study.inputs.spec.asociacion
    words = [reading(row, spec) for row in study.estimaciones.iter_rows(named=True)]
    return {
        "estimaciones": study.estimaciones.with_columns(lectura=pl.Series(words, dtype=pl.String)),
        "influencia": study.influencia,
        "potencia": study.potencia,
        "panel": study.panel,
        "muestra": study.muestra,
        "eficiencia": study.eficiencia,
    }


def sentences(study: AssociationStudy) -> list[str]:
    """What the study says, in the order it should be read."""
    scores = [on_the_frontier(study.of(case, "eficiencia"), study.inputs.plan.niveles) for case in study.principal]
    return [*plain_answer(study), SCORE_LIMITS, *scores]


def _about(study: AssociationStudy) -> dict[str, object]:
    """What went in. No machine paths."""
    spec = study.inputs.spec
    return {
        "parametros": {"asociacion": spec.asociacion.model_dump(mode="json"), "pares": spec.matrices.pares},
        "entradas": {path.name: digest_of(path) for path in study.inputs.files},
    }
