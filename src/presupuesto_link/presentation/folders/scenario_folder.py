"""Scenarios as a folder: the draft of each modification, its tables and its figures; all of it or nothing (see `folder`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from presupuesto_link.inputs import Inputs
from presupuesto_link.presentation.telling.marked import marked
from presupuesto_link.presentation.writing.csv_files import write_csv
from presupuesto_link.presentation.writing.folder import made_with, replace_folder, write_manifest
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.scenarios.questions import Survival
from presupuesto_link.sources.digest import digest_of

if TYPE_CHECKING:
    from presupuesto_link.presentation.plots import Figure

COMMAND = "escenario"
_LIBRARIES = ("matplotlib", "numpy", "plotnine", "polars", "scipy", "xlsxwriter")


@dataclass(frozen=True)
class Answers:
    """What an analyst asks of a scenario (see `scenarios.questions`).

    Attributes:
        normas: `rules_worth`.
        topes: `limits_worth`.
        frontera: `frontier`.
        supuestos: `by_assumption`.
        supervivencia: `shaken`.
    """

    normas: pl.DataFrame
    topes: pl.DataFrame
    frontera: pl.DataFrame
    supuestos: pl.DataFrame
    supervivencia: Survival

    def tables(self) -> dict[str, pl.DataFrame]:
        """The answers by name."""
        return {
            "lo_que_cuesta_cada_norma": self.normas,
            "lo_que_vale_cada_tope": self.topes,
            "frontera": self.frontera,
            "segun_el_supuesto": self.supuestos,
            "con_otros_pesos": self.supervivencia.transferencias,
        }


def write_scenarios(
    answered: Sequence[tuple[Scenario, Answers | None]], inputs: Inputs, folder: Path, aoi: pl.DataFrame | None = None
) -> list[str]:
    """Write, for each scenario, a folder of its own with the draft in Excel, the tables as CSV and the figures.

    Args:
        answered: scenarios and, when they were asked, their answers.
        inputs: the analysis.
        folder: target; it may exist if it is empty or holds earlier scenarios of this program.
        aoi: the AOI of each meta, when a CEPLAN bridge gives them: key `anio, sec_ejec, sec_func, aoi`.

    Returns:
        The files written, relative to the folder, in order.

    Raises:
        OutputError: the folder holds somebody else's files, or cannot be written.
    """

    def write(part: Path) -> None:
        for scenario, answers in answered:
            _write_one(scenario, answers, inputs, part / scenario.spec.id, aoi)
        write_manifest(part, COMMAND, _about(answered, inputs))

    return replace_folder(folder, COMMAND, write)


def write_drafts(scenarios: Sequence[Scenario], folder: Path) -> None:
    """The draft of each scenario, in a folder of its name; its figures and tables are those of the analysis."""
    for scenario in scenarios:
        _write_draft(scenario, folder / scenario.spec.id, None)


def _write_draft(scenario: Scenario, place: Path, aoi: pl.DataFrame | None) -> None:
    from presupuesto_link.presentation.workbook.proposal_book import write_proposal

    place.mkdir(parents=True, exist_ok=True)
    name = "propuesta-indicativa.xlsx" if scenario.indicativo else "propuesta-borrador.xlsx"
    own = None if aoi is None else aoi.filter(pl.col("anio") == scenario.baseline.anio)
    write_proposal(scenario, place / name, own)


def _write_one(scenario: Scenario, answers: Answers | None, inputs: Inputs, place: Path, aoi: pl.DataFrame | None) -> None:
    from presupuesto_link.presentation.plots import save_figure

    (place / "tablas").mkdir(parents=True)
    _write_draft(scenario, place, aoi)
    for title, frame in _tables(scenario, answers).items():
        write_csv(frame, place / "tablas" / f"{title}.csv")
    for figure in _figures(scenario, answers, inputs):
        save_figure(figure, place / "graficos")


def _tables(scenario: Scenario, answers: Answers | None) -> dict[str, pl.DataFrame]:
    tables = {
        "transferencias": scenario.transferencias,
        "aer_antes_y_despues": scenario.acciones,
        "movimientos": scenario.movimientos,
        "anulaciones_y_habilitaciones": scenario.asientos,
        "normas": scenario.reglas,
        "por_fuente": scenario.fuentes,
        "limites": scenario.restricciones,
        "no_pueden": scenario.excluidas,
    }
    every = tables | (answers.tables() if answers else {})
    return {name: marked(frame, scenario.baseline.sintetico) for name, frame in every.items()}


def _figures(scenario: Scenario, answers: Answers | None, inputs: Inputs) -> list[Figure]:
    from presupuesto_link.presentation.plots.escenario import draw_scenario
    from presupuesto_link.presentation.plots.frontera import draw_frontier
    from presupuesto_link.presentation.plots.transferencias import draw_transfers

    drawn = [draw_scenario(inputs, scenario), draw_transfers(inputs, scenario)]
    if answers:
        drawn.append(draw_frontier(inputs, scenario, answers.frontera))
    return [figure for figure in drawn if figure is not None]


def _about(answered: Sequence[tuple[Scenario, Answers | None]], inputs: Inputs) -> dict[str, object]:
    """What went in. No machine paths."""
    return {
        **made_with(_LIBRARIES),
        "escenarios": [
            {
                "escenario": scenario.spec.model_dump(mode="json"),
                "base": scenario.baseline.titulo,
                "sintetico": scenario.baseline.sintetico,
                "origen": dict(scenario.baseline.origen),
                "fecha": scenario.baseline.fecha.isoformat(),
                "reglas": [rule.id for rule in scenario.book.reglas],
                "semilla": answers.supervivencia.semilla if answers else None,
                "corridas": answers.supervivencia.corridas if answers else None,
            }
            for scenario, answers in answered
        ],
        "entradas": {path.name: digest_of(path) for path in inputs.files},
    }
