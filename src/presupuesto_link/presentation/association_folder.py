"""An association study as a folder: its tables, its figures and what it says; all of it or nothing (see `folder`)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from presupuesto_link.presentation.association_words import (
    SCORE_LIMITS,
    on_the_frontier,
    plain_answer,
    reading,
)
from presupuesto_link.presentation.csv_files import write_csv
from presupuesto_link.presentation.folder import PROGRAM, replace_folder, write_manifest
from presupuesto_link.presentation.outputs import library_version
from presupuesto_link.sources.digest import digest_of
from presupuesto_link.studies.association import AssociationStudy

COMMAND = "asociacion"
_LIBRARIES = ("matplotlib", "numpy", "plotnine", "polars", "scipy", "statsmodels")


def write_association(study: AssociationStudy, folder: Path) -> list[str]:
    """Write the tables as CSV, the figures as PNG and SVG, and the sentences as text.

    Args:
        study: what to write.
        folder: target; it may exist if it is empty or holds an earlier study of this program.

    Returns:
        The files written, relative to the folder, in order.

    Raises:
        OutputError: the folder holds somebody else's files, or cannot be written.
    """

    def write(part: Path) -> None:
        _write_tables(study, part / "tablas")
        _write_figures(study, part / "graficos")
        text = "\n\n".join(sentences(study)) + "\n"
        (part / "lectura.txt").write_text(text, encoding="utf-8", newline="\n")
        write_manifest(part, COMMAND, _about(study))

    return replace_folder(folder, COMMAND, write)


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
    scores = [on_the_frontier(study.of(case, "eficiencia")) for case in study.principal]
    return [*plain_answer(study), SCORE_LIMITS, *scores]


def _write_tables(study: AssociationStudy, folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, table in study_tables(study).items():
        write_csv(table, folder / f"{name}.csv")


def _write_figures(study: AssociationStudy, folder: Path) -> None:
    from presupuesto_link.presentation.plots import save_figure
    from presupuesto_link.presentation.plots.asociacion import draw_association

    for figure in draw_association(study):
        save_figure(figure, folder)


def _about(study: AssociationStudy) -> dict[str, object]:
    """What went in. No machine paths."""
    spec = study.inputs.spec
    return {
        "programa": {"nombre": PROGRAM, "version": library_version(PROGRAM)},
        "bibliotecas": {name: library_version(name) for name in _LIBRARIES},
        "parametros": {"asociacion": spec.asociacion.model_dump(mode="json"), "pares": spec.matrices.pares},
        "entradas": {path.name: digest_of(path) for path in study.inputs.files},
    }
