"""What a link gives each action a year, whole and by who spends it and where it comes from: the facts that add up its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from presupuesto_link.facts import Facts, Source
from presupuesto_link.linkage.coverage import breakdown
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.money.budget import origin_of
from presupuesto_link.told import Place, Rows, facts_of

CODES = {"nivel": "nivel", "ejecutora": "sec_ejec", "fuente": "fuente"}
"""What money is parted by → the column of its code."""


def parts_of(linkage: Linkage, actions: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    """`breakdown` of what is linked by level, unit and source."""
    return {
        by: breakdown(linkage.cube, actions, by).filter(pl.col("accion").is_not_null())
        for by, code in CODES.items()
        if code in linkage.cube.columns
    }


def unit_of_part(action: str, by: str, code: str | None) -> str:
    """The unit of the facts of a part of an action's money."""
    return f"{action}, {by} {code or ''}"


def part_rows(linkage: Linkage, parts: Mapping[str, pl.DataFrame]) -> Iterator[Rows]:
    """The parts of the money of each action."""
    source = _source(linkage)
    for by, rows in parts.items():
        place = Place(unit_of_part("{accion}", by, f"{{{CODES[by]}}}"), "{anio}", variante="{vinculo}", own=True)
        yield Rows(f"cobertura_{by}", rows, source, place)


def linked_facts(linkage: Linkage, actions: pl.DataFrame) -> Facts:
    """What the lines of each action add up to, whole and by part."""
    whole = linkage.coverage.acciones.filter(pl.col("lineas") > 0)
    rows = Rows("cobertura_acciones", whole, _source(linkage), Place("{accion}", "{anio}", own=True))
    return facts_of((rows, *part_rows(linkage, parts_of(linkage, actions))))


def _source(linkage: Linkage) -> Source:
    """That of the snapshot, which is the same in every year of it."""
    return origin_of(linkage, max(linkage.cube["anio"].to_list(), default=0)).source
