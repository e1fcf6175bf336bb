"""Options that several commands share, each set declared once and given to the command as one object."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, get_type_hints

from presupuesto_link.commands.asking.cuts import (
    DEFAULT_STORE,
    Asked,
    BeforeOption,
    DateOption,
    EvidenceOption,
    HistoryOption,
    MonthOption,
    NormsOption,
    OptionalScopeOption,
    RulesOption,
    Scope,
    ScopeOption,
    SnapshotOption,
    StoreOption,
    SuggestedOption,
    YearOption,
    chosen_snapshot,
    optional_cut,
    raw_rules,
)
from presupuesto_link.commands.asking.options import (
    AnalysisOption,
    BudgetOption,
    FilledOption,
    PlanOption,
    PolicyOption,
    ProfileOption,
    asked_day,
    open_analysis,
)
from presupuesto_link.commands.asking.scenarios import Question, runner, scenario_specs
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS

if TYPE_CHECKING:
    from presupuesto_link.dossier import Dossier
    from presupuesto_link.evaluation.decision import Decision
    from presupuesto_link.evaluation.evaluate import Evaluation
    from presupuesto_link.inputs import Inputs
    from presupuesto_link.linkage.snapshot import Linkage
    from presupuesto_link.money.cut import Cut
    from presupuesto_link.scenarios.compare import Scenario
    from presupuesto_link.specs import EscenarioSpec
    from presupuesto_link.store.snapshot import Snapshot
    from presupuesto_link.store.store import Store


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """A command as Typer takes it: in the place of each parameter that is a group, the options of its fields."""
    asked = inspect.signature(command, eval_str=True).parameters
    groups: dict[str, Any] = {name: one.annotation for name, one in asked.items() if is_dataclass(one.annotation)}

    @wraps(command)
    def run(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in fields(group)})
        command(**given)

    flat = [option for name, one in asked.items() for option in (_options(groups[name]) if name in groups else [one])]
    run.__signature__ = inspect.Signature(flat)  # type: ignore[attr-defined]
    return run


def _options(group: Any) -> list[inspect.Parameter]:
    kinds = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=kinds[field.name])
        for field in fields(group)
    ]


@dataclass(frozen=True)
class Measure:
    """How advance is measured."""

    perfil: ProfileOption = None
    nd: PolicyOption = None


@dataclass(frozen=True)
class Money:
    """Whose money, and by which link."""

    gasto: BudgetOption = None
    plan: PlanOption = None
    almacen: StoreOption = DEFAULT_STORE
    instantanea: SnapshotOption = None
    ambito: ScopeOption = Scope.pliego
    anio: YearOption = None
    reglas: RulesOption = None
    incluir_sugeridos: SuggestedOption = False

    def open(self, analysis: str, measure: Measure | None = None) -> Inputs:
        """The analysis with these settings."""
        own = measure or Measure()
        return open_analysis(analysis, self.gasto, self.plan, own.perfil, own.nd)

    def decided(self, inputs: Inputs) -> Decision:
        """The ranking they give with the money of the cut asked for, if one is, and nothing it does not need."""
        from presupuesto_link.evaluation.decision import decide

        return decide(inputs, self._cut(inputs))

    def evaluated(self, inputs: Inputs) -> Evaluation:
        """What they give with the money of the cut asked for, if one is."""
        from presupuesto_link.evaluation.evaluate import evaluate

        return evaluate(inputs, self._cut(inputs))

    def _cut(self, inputs: Inputs) -> Cut | None:
        return optional_cut(inputs, Asked(self.almacen, self.instantanea, self.ambito, self.reglas, self.incluir_sugeridos, self.anio))


@dataclass(frozen=True)
class Linked:
    """Which spending is linked, by which rules and to what plan."""

    almacen: StoreOption = DEFAULT_STORE
    instantanea: SnapshotOption = None
    ambito: ScopeOption = Scope.pliego
    anio: YearOption = None
    reglas: RulesOption = None
    incluir_sugeridos: SuggestedOption = False
    analisis: AnalysisOption = DEFAULT_ANALYSIS
    plan: PlanOption = None

    def opened(self) -> tuple[Inputs, Store, Snapshot]:
        """The analysis and the snapshot."""
        inputs = open_analysis(self.analisis, plan=self.plan)
        return inputs, *chosen_snapshot(inputs, self.almacen, self.instantanea, self.ambito)

    def linked(self) -> tuple[Inputs, Linkage]:
        """The analysis and the link."""
        from presupuesto_link.linkage.coverage import measured_actions
        from presupuesto_link.linkage.snapshot import link_snapshot

        inputs, store, snapshot = self.opened()
        spec, rules = inputs.spec.vinculo, raw_rules(inputs, self.reglas)
        given = (store, snapshot, rules, measured_actions(inputs.plan), spec.transversales, spec.ambito, self.ambito.value)
        return inputs, link_snapshot(*given, self.anio, self.incluir_sugeridos)


@dataclass(frozen=True)
class Seen:
    """Which snapshot is followed, whose spending and until when."""

    almacen: StoreOption = DEFAULT_STORE
    instantanea: SnapshotOption = None
    ambito: ScopeOption = Scope.pliego
    anio: YearOption = None
    mes: MonthOption = None


@dataclass(frozen=True)
class Ruled:
    """By which rules it is linked, and to what plan."""

    reglas: RulesOption = None
    incluir_sugeridos: SuggestedOption = False
    analisis: AnalysisOption = DEFAULT_ANALYSIS
    plan: PlanOption = None

    def open(self) -> Inputs:
        """The analysis with that plan."""
        return open_analysis(self.analisis, plan=self.plan)

    def asked(self, seen: Seen, history: Sequence[str] | None, before: str | None = None) -> Asked:
        """What is asked of the cut."""
        months = (seen.anio, seen.mes, history or (), before)
        return Asked(seen.almacen, seen.instantanea, seen.ambito, self.reglas, self.incluir_sugeridos, *months)


@dataclass(frozen=True)
class Story:
    """The whole story of an analysis and, if a cut is asked for, of its quarter."""

    perfil: ProfileOption = None
    nd: PolicyOption = None
    gasto: BudgetOption = None
    plan: PlanOption = None
    almacen: StoreOption = DEFAULT_STORE
    instantanea: SnapshotOption = None
    ambito: ScopeOption = Scope.pliego
    anio: YearOption = None
    mes: MonthOption = None
    anterior: BeforeOption = None
    historia: HistoryOption = None
    reglas: RulesOption = None
    incluir_sugeridos: SuggestedOption = False
    libro_anterior: FilledOption = None
    evidencias: EvidenceOption = None

    def assembled(self, analysis: str, say: Callable[[str], None]) -> Dossier:
        """The dossier asked for."""
        from presupuesto_link.dossier import assemble

        months = (self.anio, self.mes, self.historia or (), self.anterior)
        asked = Asked(self.almacen, self.instantanea, self.ambito, self.reglas, self.incluir_sugeridos, *months)
        inputs = open_analysis(analysis, self.gasto, self.plan, self.perfil, self.nd, filled=self.libro_anterior, evidence=self.evidencias)
        return assemble(inputs, optional_cut(inputs, asked), say)


@dataclass(frozen=True)
class Proposals:
    """On what budget, day and law scenarios are run."""

    instantanea: SnapshotOption = None
    almacen: StoreOption = DEFAULT_STORE
    ambito: OptionalScopeOption = None
    anio: YearOption = None
    al: DateOption = None
    reglas: RulesOption = None
    incluir_sugeridos: SuggestedOption = False
    normas: NormsOption = None
    analisis: AnalysisOption = DEFAULT_ANALYSIS
    gasto: BudgetOption = None
    plan: PlanOption = None

    evidencias: EvidenceOption = None

    def asked(
        self, names: Sequence[str], question: Question | None = None
    ) -> tuple[Inputs, tuple[EscenarioSpec, ...], Callable[[EscenarioSpec], Scenario]]:
        """The analysis, the scenarios named and what runs each."""
        inputs = open_analysis(self.analisis, self.gasto, self.plan, norms=self.normas, evidence=self.evidencias)
        asked = Asked(self.almacen, self.instantanea, rules=self.reglas, suggested=self.incluir_sugeridos, year=self.anio)
        return inputs, scenario_specs(inputs, names, question), runner(inputs, asked, self.ambito, asked_day(self.al))
