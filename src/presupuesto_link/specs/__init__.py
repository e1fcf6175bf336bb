"""Frozen specifications read from TOML.

Every spec refuses unknown keys, so that a misspelt parameter is an error and never a silent default.
The text of a field is its documentation; `docs/guia` is written from it.
"""

from presupuesto_link.specs.analysis import (
    UNSAID,
    AmbitoSpec,
    AnalisisSpec,
    AsociacionSpec,
    AvanceSpec,
    DimensionSpec,
    FuentesSpec,
    MatricesSpec,
    NivelesSpec,
    PerfilSpec,
    PesosSpec,
    RankingSpec,
    SemaforoSpec,
    Sense,
    SenseRules,
    VinculoSpec,
)
from presupuesto_link.specs.base import Ratio, Spec, read_spec, validate_spec
from presupuesto_link.specs.inherited import read_analysis
from presupuesto_link.specs.monitoring import METHODS, Method, ProyeccionSpec, SeguimientoSpec
from presupuesto_link.specs.norms import (
    FACTS,
    FIELD_NAMES,
    CondicionSpec,
    ExcepcionSpec,
    FormalidadSpec,
    NormaSpec,
    ReglaSpec,
    check_norms,
    read_norms,
)
from presupuesto_link.specs.robustness import RangosSpec, RobustezSpec
from presupuesto_link.specs.scenario import DonantesSpec, EscenarioSpec, LegalSpec, LimiteSpec, ReceptoresSpec
from presupuesto_link.vocabulary import NdPolicy

__all__ = [
    "FACTS",
    "FIELD_NAMES",
    "METHODS",
    "UNSAID",
    "AmbitoSpec",
    "AnalisisSpec",
    "AsociacionSpec",
    "AvanceSpec",
    "CondicionSpec",
    "DimensionSpec",
    "DonantesSpec",
    "EscenarioSpec",
    "ExcepcionSpec",
    "FormalidadSpec",
    "FuentesSpec",
    "LegalSpec",
    "LimiteSpec",
    "MatricesSpec",
    "Method",
    "NdPolicy",
    "NivelesSpec",
    "NormaSpec",
    "PerfilSpec",
    "PesosSpec",
    "ProyeccionSpec",
    "RangosSpec",
    "RankingSpec",
    "Ratio",
    "ReceptoresSpec",
    "ReglaSpec",
    "RobustezSpec",
    "SeguimientoSpec",
    "SemaforoSpec",
    "Sense",
    "SenseRules",
    "Spec",
    "VinculoSpec",
    "check_norms",
    "read_analysis",
    "read_norms",
    "read_spec",
    "validate_spec",
]
