"""The cut («corte») that every analysis of linked money takes: which snapshot, whose spending, by which rules, which year and against what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.inputs import Inputs
from presupuesto_link.linkage.snapshot import Linkage, chosen_spending, link_snapshot, linked_extract
from presupuesto_link.linkage.whose import entities_of, pliegos_words
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.sources.links import read_links
from presupuesto_link.specs import AmbitoSpec
from presupuesto_link.store.snapshot import Snapshot
from presupuesto_link.store.store import Store
from presupuesto_link.tables.calendar import Calendar
from presupuesto_link.vocabulary import PLIEGO, Scope
from presupuesto_link.wording import plural

_NAMED = 3


@dataclass(frozen=True)
class Cut:
    """What is asked of the money of a snapshot.

    Attributes:
        store: where the snapshots are.
        snapshot: the one looked at; the earlier years it holds are history too.
        rules: the rules of the link; null for what the source itself declares.
        scope: whose spending.
        with_suggested: whether suggested rules count.
        year: the one looked at; null takes the last of the snapshot.
        month: last month looked at; null takes the last one closed at the cut-off with some accrual.
        history: other snapshots with earlier years; of two that hold a year, the later one of the list counts.
        calendars: programmes of the year, first the one that rules.
        before: the snapshot of the cut-off before; null lets the light choose.
    """

    store: Store
    snapshot: Snapshot
    rules: RawTable | None
    scope: Scope = PLIEGO
    with_suggested: bool = False
    year: int | None = None
    month: int | None = None
    history: Sequence[Snapshot] = ()
    calendars: Sequence[Calendar] = ()
    before: Snapshot | None = None

    @property
    def chosen_year(self) -> int:
        """The year looked at.

        Raises:
            InputDataError: the snapshot has no such year.
        """
        years = self.snapshot.years
        if self.year is not None and self.year not in years:
            raise InputDataError(
                Problem(
                    f"instantánea {self.snapshot.id}",
                    f"no tiene filas de {self.year}",
                    f"uno de sus años: {', '.join(map(str, years))}",
                    "elija otro --anio",
                )
            )
        return self.year or max(years)

    def of(self, snapshot: Snapshot) -> Cut:
        """The same link on another snapshot, its last closed month."""
        return replace(self, snapshot=snapshot, year=self.chosen_year, month=None, history=(), before=None)


def link_cut(inputs: Inputs, cut: Cut, snapshot: Snapshot | None = None) -> Linkage:
    """The link of the snapshot of a cut, or of another by the same rules, every year of it."""
    spec = inputs.spec.vinculo
    return link_snapshot(
        cut.store,
        snapshot or cut.snapshot,
        cut.rules,
        inputs.plan.acciones,
        spec.transversales,
        spec.ambito,
        cut.scope,
        None,
        cut.with_suggested,
    )


def own_rules(inputs: Inputs) -> RawTable | None:
    """The rules of the analysis; null when it has none."""
    own = inputs.spec.vinculo.reglas
    return read_links(inputs.path.parent / own) if own else None


def link_own(inputs: Inputs, path: Path) -> Linkage:
    """The link of an extract that the analysis names, of its own entity and by its own rules."""
    spec = inputs.spec.vinculo
    return linked_extract(path, own_rules(inputs), inputs.plan.acciones, spec.transversales, spec.ambito, PLIEGO)


class NoSnapshotError(InputDataError):
    """No snapshot of the store holds the spending asked for."""


def holds(store: Store, snapshot: Snapshot, scopes: AmbitoSpec, scope: Scope) -> bool:
    """Whether a snapshot holds the spending of a scope whole."""
    try:
        chosen_spending(store, snapshot, scopes, scope)
    except InputDataError:
        return False
    return True


def _is_own(snapshot: Snapshot, scopes: AmbitoSpec) -> bool:
    """Whether a snapshot was loaded with the codes of this entity."""
    loaded = {name: str(value) for name, value in snapshot.manifest["filtros"].items()}
    return any(
        code and loaded.get(name) == code for name, code in (("pliego", scopes.pliego), ("departamento_meta", scopes.departamento_meta))
    )


def latest_of(store: Store, scopes: AmbitoSpec, scope: Scope) -> Snapshot:
    """The snapshot with the newest cut-off that holds the spending of a scope whole; one of a part («Sólo Proyectos»), where no other does.

    Raises:
        NoSnapshotError: the store is empty, or no snapshot of it holds that spending whole; the newest are named, each with its reason.
        InputDataError: the entity's own newest one only holds a part, or the analysis does not say the code of that scope.
    """
    every = sorted((snapshot for snapshot in store.list() if not snapshot.period), key=lambda s: not s.part)
    if not every:
        raise NoSnapshotError(
            Problem(
                str(store.folder),
                "un almacén sin ningún año" if store.list() else "un almacén vacío",
                "al menos una instantánea de un año, y no de un trimestre o un mes",
                f"cargue antes un extracto: presupuesto-link cargar ARCHIVO{f' --pliego {scopes.pliego}' if scopes.pliego else ''}",
            )
        )
    refused: list[tuple[Snapshot, InputDataError]] = []
    for snapshot in reversed(every):
        try:
            chosen_spending(store, snapshot, scopes, scope)
        except InputDataError as error:
            if _is_own(snapshot, scopes) or not scopes.code(scope):  # an older one in its place would be taken for the newest
                raise
            refused.append((snapshot, error))
        else:
            return snapshot
    named = [f"{one.id}{_whose(store, one)}: {error.problems[0].found}" for one, error in refused[:_NAMED]]
    more = f" Y {len(refused) - _NAMED} más." if len(refused) > _NAMED else ""
    raise NoSnapshotError(
        Problem(
            str(store.folder),
            f"{plural(len(every), 'instantánea', 'instantáneas')}, ninguna con todo el {scopes.words(scope)}. {'. '.join(named)}.{more}",
            f"una que lo traiga: presupuesto-link cargar ARCHIVO{f' --pliego {scopes.pliego}' if scopes.pliego else ''}",
            "cargue su extracto, elija otra con --instantanea, u otro --ambito",
        )
    )


def _whose(store: Store, snapshot: Snapshot) -> str:
    """Of which pliegos a snapshot is, in words."""
    words = pliegos_words(entities_of(store.read(snapshot.id, filters={})))
    return f" ({words})" if words else ""
