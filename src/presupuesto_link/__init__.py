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
    "load": "inputs",
    "analyse": "evaluation.evaluate",
    "with_settings": "inputs",
    "Inputs": "inputs",
    "Analysis": "evaluation.evaluate",
    "Store": "store.store",
    "load_extract": "store.loading",
    "read_links": "sources.links",
    "link_snapshot": "linkage.snapshot",
    "measure_advance": "evaluation.advance",
    "aggregate_elements": "evaluation.aggregate",
    "measure_execution": "money.execution",
    "cross_execution_result": "evaluation.matrix",
    "diagnose": "evaluation.diagnosis",
    "rank_actions": "evaluation.ranking",
    "study_robustness": "studies.robustness",
    "study_association": "studies.association",
    "follow": "money.follow",
    "monitor": "quarter.light",
    "project": "quarter.projection",
    "run_scenario": "scenarios.compare",
    "ground_of": "scenarios.ground",
    "propose": "scenarios.ground",
    "EscenarioSpec": "specs",
    "read_spec": "specs",
    "assemble": "dossier",
    "write_analysis": "presentation.folders.outputs",
    "PresupuestoLinkError": "errors",
}
__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'presupuesto_link' has no attribute {name!r}")
    return getattr(import_module(f"presupuesto_link.{_PUBLIC[name]}"), name)
