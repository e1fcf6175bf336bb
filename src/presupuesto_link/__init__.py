"""Budget–strategy linkage for Peru's regional governments.

The package reads as a sentence, and imports go one way, left to right:

    sources → tables → linkage → measures → audit → matrices → normas → scenarios → presentation

`loading` takes an extract to the store, `linking` (and `bridging`, through CEPLAN) takes a snapshot to its actions, `following` to money by
month, which `monitoring` measures against what was expected and `projecting` takes to December, `proposing` a linked snapshot to scenarios, `studies` ask more of a finished analysis, and `pipeline` calls the
stages of the evaluation in order; `commands` is the command line. Heavy libraries are imported only when a
public name is first used, so that `presupuesto-link --help` stays quick.

Example:
    >>> from presupuesto_link import analyse, embedded_analyses, load
    >>> result = analyse(load(embedded_analyses()["cajamarca-2024"]))
    >>> result.ranking["accion"][0]
    'AER.01.03'
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PUBLIC = {
    "embedded_analyses": "sources.embedded",
    "load": "pipeline",
    "analyse": "pipeline",
    "with_settings": "pipeline",
    "Inputs": "pipeline",
    "Analysis": "pipeline",
    "Store": "sources.store",
    "load_extract": "loading",
    "read_links": "sources.links",
    "link_snapshot": "linking",
    "measure_advance": "measures.advance",
    "aggregate_elements": "measures.aggregate",
    "measure_execution": "measures.execution",
    "cross_execution_result": "matrices.matrix",
    "diagnose": "matrices.diagnosis",
    "rank_actions": "matrices.ranking",
    "study_robustness": "studies.robustness",
    "study_association": "studies.association",
    "follow": "following",
    "monitor": "monitoring",
    "project": "projecting",
    "run_scenario": "scenarios.compare",
    "ground_of": "proposing",
    "propose": "proposing",
    "EscenarioSpec": "specs",
    "read_spec": "specs",
    "assemble": "dossier",
    "write_analysis": "presentation.outputs",
    "PresupuestoLinkError": "errors",
}
__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'presupuesto_link' has no attribute {name!r}")
    return getattr(import_module(f"presupuesto_link.{_PUBLIC[name]}"), name)
