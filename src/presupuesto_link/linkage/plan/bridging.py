"""From exports of CEPLAN and a snapshot to two links of the same spending: read the plan → derive → link → link by hand → compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.findings import Finding
from presupuesto_link.linkage.coverage import CUBE, Coverage, cover, cube
from presupuesto_link.linkage.link import conservation, link_gasto
from presupuesto_link.linkage.plan.bridge import Bridge, read_bridge
from presupuesto_link.linkage.plan.ceplan import COMPLETE, Chain, derive, metas_of
from presupuesto_link.linkage.plan.compare import Comparison, compare_with_manual
from presupuesto_link.linkage.rules import Rules, read_rules
from presupuesto_link.linkage.snapshot import chosen_spending, dimensions
from presupuesto_link.sources.ceplan import RawExport
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.specs import VinculoSpec
from presupuesto_link.store.snapshot import Snapshot
from presupuesto_link.store.store import Store
from presupuesto_link.tables.ceplan import Poi, read_poi
from presupuesto_link.tables.numbers import MONEY, known_sum
from presupuesto_link.vocabulary import PLIEGO, Scope


@dataclass(frozen=True)
class Bridging:
    """Spending seen through the operational plan, and beside it the rules written by hand.

    Attributes:
        snapshot: where the spending comes from.
        scope: whose spending, in words.
        poi: the operational plan.
        bridge: the signed tables.
        chain: what the plan links, and each step that is missing.
        coverage: of the spending linked by the chain alone.
        manual: the rules by hand that count, signed or proposed.
        comparison: both links, meta by meta.
        findings: of the exports, of the signed tables, and of what the chain does not find.
    """

    snapshot: Snapshot
    scope: str
    poi: Poi
    bridge: Bridge
    chain: Chain
    coverage: Coverage
    manual: Rules
    comparison: Comparison
    findings: tuple[Finding, ...]

    @property
    def pasos(self) -> pl.DataFrame:
        """How far the metas get: key `hasta`, in order: whole, where each chain breaks, lines without meta (when there are), and `todo`.

        Returns:
            `metas`, how many; `pim_soles` and `devengado_soles`, exact (null when no meta gives it, zero when there are none).
        """
        metas, every = self.chain.metas, self.comparison.metas
        steps = [COMPLETE, *sorted(set(metas["paso"]) - {COMPLETE})]
        nowhere = every.filter(pl.any_horizontal(pl.col("sec_ejec", "sec_func").is_null()))
        groups = {"toda la cadena" if step == COMPLETE else f"se corta: {step}": metas.filter(pl.col("paso") == step) for step in steps}
        groups |= {"líneas del SIAF sin unidad o sin meta": nowhere} if nowhere.height else {}
        money = [pl.when(pl.len() == 0).then(0).otherwise(known_sum(m)).cast(MONEY).alias(m) for m in ("pim_soles", "devengado_soles")]
        return pl.concat(
            g.select(pl.lit(name).alias("hasta"), pl.len().alias("metas"), *money) for name, g in (groups | {"todo": every}).items()
        )

    @property
    def medida(self) -> str:
        """The measure to talk of: `pim`, unless the extract does not give it."""
        return "devengado" if self.comparison.metas["pim_soles"].is_null().all() else "pim"


@dataclass(frozen=True)
class Given:
    """What people give: the exports and the tables they sign.

    Attributes:
        exports: of CEPLAN.
        metas_aoi: meta → AOI; null while there is none.
        aei_aer: AEI → AER; null while there is none.
        rules: those written by hand; null for none.
    """

    exports: Sequence[RawExport]
    metas_aoi: RawTable | None
    aei_aer: RawTable | None
    rules: RawTable | None


def bridge_snapshot(
    store: Store, snapshot: Snapshot, given: Given, actions: pl.DataFrame, spec: VinculoSpec, scope: Scope = PLIEGO
) -> Bridging:
    """Link the spending of a snapshot through CEPLAN, and compare with the rules written by hand.

    Args:
        store: the store it is in.
        snapshot: which one; only its years that the plan has too are looked at.
        given: exports and signed tables.
        actions: the AER of the plan, key `accion`.
        spec: transversal actions and the codes of each scope.
        scope: whose spending.

    Raises:
        InputDataError: a file cannot be used, or snapshot and exports share no year or have no meta.
    """
    poi = read_poi(given.exports)
    bridge = read_bridge(given.metas_aoi, given.aei_aer, actions["accion"], spec.transversales)
    gasto, years, said = _spending(store, snapshot, spec, scope, poi)
    metas = metas_of(gasto)
    _check_metas(metas, snapshot)
    chain = derive(poi, bridge, metas)
    manual = read_rules(given.rules, actions["accion"], spec.transversales).chosen(False) if given.rules else Rules(())
    names = dimensions(store, snapshot)
    by_plan = _linked(gasto, Rules(chain.rules), names, actions, years)
    comparison = compare_with_manual(by_plan, _linked(gasto, manual, names, actions, years))
    findings = (*poi.findings, *bridge.findings, *chain.findings)
    return Bridging(snapshot, said, poi, bridge, chain, cover(by_plan, chain.rules, actions), manual, comparison, findings)


def _spending(store: Store, snapshot: Snapshot, spec: VinculoSpec, scope: Scope, poi: Poi) -> tuple[pl.LazyFrame, tuple[int, ...], str]:
    """The rows of the years that the plan has, those years, and the scope in words."""
    gasto, years, whose = chosen_spending(store, snapshot, spec.ambito, scope)
    shared = tuple(year for year in years if year in poi.years)
    if not shared:
        raise InputDataError(
            Problem(
                f"instantánea {snapshot.id}",
                f"gasto de {_list(years)} y POI de {_list(poi.years)}",
                "al menos un año en común",
                "elija otra instantánea o exporte el POI de ese año",
            )
        )
    return gasto.filter(pl.col("anio").is_in(list(shared))), shared, str(whose)


def _check_metas(metas: pl.DataFrame, snapshot: Snapshot) -> None:
    if metas.is_empty():
        raise InputDataError(
            Problem(
                f"instantánea {snapshot.id}",
                "ninguna línea con unidad ejecutora y meta (sec_func)",
                "un extracto por meta",
                "cargue un archivo del portal o del SIAF web: la Consulta Amigable no trae las metas",
            )
        )


def _list(years: Sequence[int]) -> str:
    return ", ".join(map(str, years))


def _linked(
    gasto: pl.LazyFrame, rules: Rules, names: Mapping[str, pl.DataFrame], actions: pl.DataFrame, years: Sequence[int]
) -> pl.DataFrame:
    """The cube of a link, once no céntimo of it is lost."""
    linked = link_gasto(gasto, rules, names, actions["accion"], years, CUBE)
    conservation(gasto, linked)
    return cube(linked)
