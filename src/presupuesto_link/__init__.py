"""Budget–strategy linkage for Peru's regional governments.

The package reads as a sentence, from the files a government has to the board its directors read, and imports go one way. Its rooms, in
order and each with what it is for, stand in CONTRIBUTING.md. Heavy libraries are imported only when a public name is first used, so that
`presupuesto-link --help` stays quick.

Example:
    >>> from presupuesto_link import evaluate, embedded_analyses, load
    >>> result = evaluate(load(embedded_analyses()["cajamarca-2024"]))
    >>> result.ranking["accion"][0]
    'AER.01.03'
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PUBLIC = {
    "embedded_analyses": "sources.embedded",
    "load": "inputs",
    "evaluate": "evaluation.evaluate",
    "with_settings": "inputs",
    "Inputs": "inputs",
    "Evaluation": "evaluation.evaluate",
    "Store": "store.store",
    "load_extract": "store.loading",
    "read_links": "sources.links",
    "link_snapshot": "linkage.snapshot",
    "linked_extract": "linkage.snapshot",
    "measure_advance": "evaluation.advance",
    "aggregate_elements": "evaluation.aggregate",
    "measure_execution": "money.execution",
    "cross_execution_result": "evaluation.matrix",
    "diagnose": "evaluation.diagnosis",
    "rank_actions": "evaluation.ranking",
    "study_robustness": "studies.robustness",
    "study_association": "studies.association",
    "Cut": "money.cut",
    "money_of": "money.money",
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
_BEFORE = {"analyse": "evaluate", "Analysis": "Evaluation"}
"""Names of 0.1.0 that still work in this version."""
__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    name = _BEFORE.get(name, name)
    if name not in _PUBLIC:
        raise AttributeError(f"module 'presupuesto_link' has no attribute {name!r}")
    return getattr(import_module(f"presupuesto_link.{_PUBLIC[name]}"), name)
