"""From a snapshot, or an extract kept nowhere, to linked spending: choose whose spending → link → check that no céntimo is lost → cover → report.

Spending of the regional government (its pliego, wherever it lands) and spending that lands in the department (whoever spends it) are two
questions. A link answers one of them, says which, and never adds them up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.findings import Finding
from presupuesto_link.linkage.coverage import CUBE, Coverage, cover, cube
from presupuesto_link.linkage.findings import check_link, unsigned
from presupuesto_link.linkage.link import LinkedGasto, conservation, link_gasto
from presupuesto_link.linkage.rules import Rules, read_rules
from presupuesto_link.linkage.whose import Whose, codes, entities_of, only_part, pliegos_words
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.specs import AmbitoSpec
from presupuesto_link.store.loading import read_extract
from presupuesto_link.store.snapshot import Snapshot
from presupuesto_link.store.store import Store
from presupuesto_link.vocabulary import DEPARTMENT, EVERYTHING, PLIEGO, QUARTERS, Scope

_COLUMN: dict[str, str] = {PLIEGO: "pliego", DEPARTMENT: "departamento_meta"}


@dataclass(frozen=True)
class Linkage:
    """A link of one snapshot, seen from one scope.

    Attributes:
        snapshot: where the spending comes from: a snapshot of a store, or an extract that is in none.
        whose: whose spending.
        rules: the rules applied, with those rejected.
        with_suggested: whether suggested rules counted.
        linked: the lines (see `LinkedGasto`).
        cube: `linkage.coverage.cube` of them.
        coverage: what is covered.
        findings: what is wrong with the rules.
        names: the snapshot's tables of names.
    """

    snapshot: Snapshot
    whose: Whose
    rules: Rules
    with_suggested: bool
    linked: LinkedGasto
    cube: pl.DataFrame
    coverage: Coverage
    findings: tuple[Finding, ...]
    names: Mapping[str, pl.DataFrame]

    @property
    def scope(self) -> str:
        """Whose spending, in words."""
        return str(self.whose)

    def signed(self, *years: int) -> str:
        """How much of the link of some years, or of all, nobody signed, in a sentence; empty when no rule counts."""
        rows = self.coverage.firmas
        return unsigned(self.rules, self.with_suggested, rows.filter(pl.col("anio").is_in(years)) if years else rows)


def link_snapshot(  # noqa: PLR0913, PLR0917 - the options of `vincular`
    store: Store,
    snapshot: Snapshot,
    raw_rules: RawTable | None,
    actions: pl.DataFrame,
    transversal: Sequence[str] = (),
    scopes: AmbitoSpec | None = None,
    scope: Scope = EVERYTHING,
    year: int | None = None,
    with_suggested: bool = False,
) -> Linkage:
    """Link the spending of a snapshot.

    Args:
        store: the store it is in.
        snapshot: which one.
        raw_rules: `sources.links.read_links`; null for none but what the source itself declares.
        actions: the plan's actions, key `accion`.
        transversal: actions shown beside and never added.
        scopes: the codes that each scope means.
        scope: whose spending: the pliego's, what lands in the department, or all of the snapshot.
        year: one budget year of it; all by default.
        with_suggested: count the rules nobody has signed yet.

    Raises:
        InputDataError: the snapshot does not hold the scope asked for, or the rules cannot be read.
    """
    gasto, years, whose = chosen_spending(store, snapshot, scopes or AmbitoSpec(), scope, year)
    rules = read_rules(raw_rules, actions["accion"], transversal) if raw_rules else Rules(())
    return link_rows(gasto, years, dimensions(store, snapshot), rules, actions, transversal, with_suggested, snapshot, whose)


def linked_extract(  # noqa: PLR0913, PLR0917 - the options of `vincular`
    path: Path,
    raw_rules: RawTable | None,
    actions: pl.DataFrame,
    transversal: Sequence[str] = (),
    scopes: AmbitoSpec | None = None,
    scope: Scope = EVERYTHING,
    year: int | None = None,
    with_suggested: bool = False,
) -> Linkage:
    """Link the spending of an extract without any store: what loading it whole and `link_snapshot` give.

    Args:
        path: a small extract that says its day (see `store.loading.read_extract`).
        raw_rules: as in `link_snapshot`, with the rest.
        actions: as in `link_snapshot`.
        transversal: as in `link_snapshot`.
        scopes: as in `link_snapshot`.
        scope: as in `link_snapshot`.
        year: as in `link_snapshot`.
        with_suggested: as in `link_snapshot`.

    Raises:
        InputDataError: the extract or the rules cannot be read, or it has no row of the scope.
    """
    extract = read_extract(path)
    filters, years, said = _of_scope(extract, scopes or AmbitoSpec(), scope, year)
    gasto = _by_month_end(extract, extract.rows).filter(
        pl.col(column).is_in(value if isinstance(value, list) else [value]) for column, value in filters.items()
    )
    whose = _whose(extract, gasto, said, years, scope)
    rules = read_rules(raw_rules, actions["accion"], transversal) if raw_rules else Rules(())
    return link_rows(gasto, years, extract.names, rules, actions, transversal, with_suggested, extract, whose)


def link_rows(  # noqa: PLR0913, PLR0917 - what a link is made of
    gasto: pl.LazyFrame,
    years: Sequence[int],
    names: Mapping[str, pl.DataFrame],
    rules: Rules,
    actions: pl.DataFrame,
    transversal: Sequence[str],
    with_suggested: bool,
    snapshot: Snapshot,
    whose: Whose,
) -> Linkage:
    """Link typed spending, wherever it is kept.

    Args:
        gasto: the rows of the scope (`tables.gasto.SCHEMA`).
        years: their budget years.
        names: tables of names, for rules that look at texts.
        rules: `linkage.rules.read_rules`.
        actions: the plan's actions, key `accion`.
        transversal: actions shown beside and never added.
        with_suggested: count the rules that are only suggested.
        snapshot: what the rows are of.
        whose: whose they are.
    """
    counted = rules.chosen(with_suggested)
    linked = link_gasto(gasto, counted, names, actions["accion"], years, CUBE, transversal)
    conservation(gasto, linked)
    table = cube(linked)
    found = check_link(linked, counted, table, years)
    return Linkage(snapshot, whose, rules, with_suggested, linked, table, cover(table, linked.rules, actions), found, names)


def chosen_spending(
    store: Store, snapshot: Snapshot, scopes: AmbitoSpec, scope: Scope, year: int | None = None
) -> tuple[pl.LazyFrame, tuple[int, ...], Whose]:
    """The rows of a scope, their years, and whose they are.

    Raises:
        InputDataError: the snapshot was loaded with a filter that leaves part of the scope out, or holds only part of it, or has no row of it.
    """
    filters, years, said = _of_scope(snapshot, scopes, scope, year)
    rows = _by_month_end(snapshot, store.read(snapshot.id, filters=filters))
    return rows, years, _whose(snapshot, rows, said, years, scope)


def _of_scope(snapshot: Snapshot, scopes: AmbitoSpec, scope: Scope, year: int | None) -> tuple[dict[str, Any], tuple[int, ...], str]:
    """Column → value or values of the rows of a scope, their years, and the scope in words."""
    _check_period(snapshot)
    years = (year,) if year else snapshot.years
    filters: dict[str, Any] = {"anio": list(years)}
    if scope == EVERYTHING:
        return filters, years, "todo el gasto de la instantánea"
    code = scopes.pliego if scope == PLIEGO else scopes.departamento_meta
    if not code:
        raise InputDataError(
            Problem(
                f"ámbito «{scope}»",
                "el análisis no dice su código",
                f"vinculo.ambito.{_COLUMN[scope]} en analisis.toml",
                "escríbalo, o use --ambito todo",
            )
        )
    _check_whole(snapshot, scope, code)
    return filters | {_COLUMN[scope]: code}, years, scopes.words(scope)


def _whose(snapshot: Snapshot, rows: pl.LazyFrame, said: str, years: Sequence[int], scope: Scope) -> Whose:
    """Whose the rows of a scope are, as they say themselves."""
    entities = entities_of(rows)
    _check_some(snapshot, entities, said, years)
    part = only_part(entities) if scope == DEPARTMENT else ""
    if part:
        raise InputDataError(
            Problem(
                f"instantánea {snapshot.id}",
                f"todas sus filas son {part}: no es el {said}",
                "un extracto de todas las entidades que gastan en el departamento",
                "use --ambito pliego o --ambito todo, o cargue el extracto de todas las entidades",
            )
        )
    told = pliegos_words(entities) if scope == EVERYTHING else ""
    return Whose(f"{said}: {told}" if told else said, codes(entities, "sec_ejec"), snapshot.part)


def _check_some(snapshot: Snapshot, entities: pl.DataFrame, said: str, years: Sequence[int]) -> None:
    if entities.is_empty():
        raise InputDataError(
            Problem(
                f"instantánea {snapshot.id}",
                f"ninguna fila de {said} en {', '.join(map(str, years))}",
                "al menos una fila",
                "elija otro --ambito (pliego, departamento, todo) u otra instantánea con «almacen listar»",
            )
        )


def dimensions(store: Store, snapshot: Snapshot) -> dict[str, pl.DataFrame]:
    """The tables of names that a snapshot has."""
    folder = store.get(snapshot.id).folder
    return {path.stem: store.dimension(snapshot.id, path.stem) for path in sorted((folder / "dimensiones").glob("*.parquet"))}


def _by_month_end(snapshot: Snapshot, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The flows of a quarter in the month it ends in: `money.follow` looks at no other month of them."""
    return rows.with_columns(pl.col("mes").replace(QUARTERS)) if snapshot.by_quarter else rows


def _check_period(snapshot: Snapshot) -> None:
    """A quarter or a month alone would be taken for its year."""
    if snapshot.period:
        raise InputDataError(
            Problem(
                f"instantánea {snapshot.id}",
                f"sólo tiene {snapshot.period} de {', '.join(map(str, snapshot.years))}",
                "el año, o lo que iba de él a su corte",
                "repita la consulta sin elegir trimestre ni mes, o pídala por meses o por trimestres, y cárguela",
            )
        )


def _check_whole(snapshot: Snapshot, scope: str, code: str) -> None:
    """A filter of another kind means that the scope is there only in part: its total would be taken for the whole."""
    loaded = {name: str(value) for name, value in snapshot.manifest["filtros"].items() if name != "anio"}
    if set(loaded) - {_COLUMN[scope]}:
        said = ", ".join(f"{name} {value}" for name, value in loaded.items())
        raise InputDataError(
            Problem(
                f"instantánea {snapshot.id}",
                f"se cargó sólo con {said}: falta parte del gasto de ese ámbito",
                f"una instantánea completa o filtrada sólo por {_COLUMN[scope].replace('_', ' ')} {code}",
                f"cárguela con --{_COLUMN[scope].replace('_', '-')} {code}, o use el otro --ambito",
            )
        )
