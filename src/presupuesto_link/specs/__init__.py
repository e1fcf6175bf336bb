"""Frozen specifications read from TOML.

Every spec refuses unknown keys, so that a misspelt parameter is an error and never a silent default.
The text of a field is its documentation; `docs/guia` is written from it.
"""

from presupuesto_link.specs.analysis import (
    AmbitoSpec,
    AnalisisSpec,
    AvanceSpec,
    FuentesSpec,
    MatricesSpec,
    NdPolicy,
    PerfilSpec,
    PesosSpec,
    RankingSpec,
    SemaforoSpec,
    Sense,
    SenseRules,
    VinculoSpec,
)
from presupuesto_link.specs.base import Ratio, Spec, read_spec, validate_spec
from presupuesto_link.specs.norms import NormaSpec, read_norms
from presupuesto_link.specs.scenario import DonantesSpec, EscenarioSpec, LimiteSpec, ReceptoresSpec

__all__ = [
    "AmbitoSpec",
    "AnalisisSpec",
    "AvanceSpec",
    "DonantesSpec",
    "EscenarioSpec",
    "FuentesSpec",
    "LimiteSpec",
    "MatricesSpec",
    "NdPolicy",
    "NormaSpec",
    "PerfilSpec",
    "PesosSpec",
    "RankingSpec",
    "Ratio",
    "ReceptoresSpec",
    "SemaforoSpec",
    "Sense",
    "SenseRules",
    "Spec",
    "VinculoSpec",
    "read_norms",
    "read_spec",
    "validate_spec",
]
