"""What the published figures say against what the data gives. Reads measures, changes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl

from presupuesto_link.evaluation.audit.aggregates import audit_aggregates, reconcile_globals
from presupuesto_link.evaluation.audit.budget import audit_budget
from presupuesto_link.evaluation.audit.indicators import audit_indicators, doubts
from presupuesto_link.evaluation.audit.reconcile import audit_declared, reconcile_declared, summarise_rules
from presupuesto_link.findings import FINDING_KINDS, Finding
from presupuesto_link.money.by_action import LinkedBudget
from presupuesto_link.specs import AnalisisSpec
from presupuesto_link.tables.budget import AerBudget
from presupuesto_link.tables.plan import Plan

_SEVERITY = {"alta": 0, "media": 1, "baja": 2}


@dataclass(frozen=True)
class Audit:
    """The result of the audit.

    Attributes:
        hallazgos: ordered by severity, code and place.
        conciliacion: one row per declared advance (see `reconcile_declared`).
        reglas: how many declared cells each rule explains.
        globales: published global advances beside both ND policies.
        dudas: key `indicador, anio`: why its target or value of that year is doubted.
    """

    hallazgos: tuple[Finding, ...]
    conciliacion: pl.DataFrame
    reglas: pl.DataFrame
    globales: pl.DataFrame
    dudas: pl.DataFrame

    @property
    def severidades(self) -> Counter[str]:
        """How many findings are of each severity."""
        return Counter(finding.kind.severity for finding in self.hallazgos)

    @property
    def codigos(self) -> Counter[str]:
        """How many findings are of each kind."""
        return Counter(finding.code for finding in self.hallazgos)

    @property
    def tabla(self) -> pl.DataFrame:
        """The findings as a table, all text."""
        columns = ("codigo", "severidad", "titulo", "lugar", "encontrado", "esperado", "explicacion", "remedio")
        return pl.DataFrame([finding.as_row() for finding in self.hallazgos], schema=dict.fromkeys(columns, pl.String))


def audit_evaluation(
    plan: Plan, budget: tuple[AerBudget, LinkedBudget] | None, indicators: pl.DataFrame, elements: pl.DataFrame, spec: AnalisisSpec
) -> Audit:
    """Audit an evaluation.

    Args:
        plan: the checked plan.
        budget: the printed budget table, checked, and joined to every action; null when the evaluation prints none.
        indicators: advance of indicators under every profile.
        elements: advance of elements under every profile and both ND policies.
        spec: the analysis.
    """
    profile, policy = spec.avance.perfil, spec.avance.politica_nd
    replica = indicators.filter(pl.col("perfil") == spec.avance.perfil_replica)
    replica_elements = elements.filter(pl.col("perfil") == spec.avance.perfil_replica)
    used = elements.filter((pl.col("perfil") == profile) & (pl.col("politica_nd") == policy))
    reconciled = reconcile_declared(plan, replica)
    found = [
        *(audit_budget(*budget, indicators.filter(pl.col("perfil") == profile), used, spec) if budget else ()),
        *audit_declared(reconciled),
        *audit_indicators(plan, indicators.filter(pl.col("perfil") == profile)),
        *audit_aggregates(plan, replica, replica_elements, spec.semaforo, spec.anio_evaluado),
    ]
    ordered = sorted(found, key=lambda f: (_SEVERITY[FINDING_KINDS[f.code].severity], f.code, f.place, f.found))
    return Audit(
        tuple(ordered), reconciled.drop("exactas"), summarise_rules(reconciled), reconcile_globals(plan, replica_elements), doubts(plan)
    )
