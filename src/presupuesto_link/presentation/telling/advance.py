"""The traffic light of objectives and actions, and the index of the plan: published and own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.facts import PLAN, counted_as
from presupuesto_link.facts import Fact, Facts
from presupuesto_link.presentation.telling.chosen import published_index
from presupuesto_link.presentation.telling.phrases import POLICY_HEADERS
from presupuesto_link.presentation.telling.selection import of_profile
from presupuesto_link.presentation.telling.shelf import FigureShelf
from presupuesto_link.presentation.telling.views import Cell, Row, TableView, card_of, rated, shown, who
from presupuesto_link.tables.levels import Levels, is_action
from presupuesto_link.vocabulary import GREY, POLICIES
from presupuesto_link.wording import NO_DATA, percent, plural


def light_views(analysis: Evaluation, names: Mapping[str, str], shelf: FigureShelf) -> list[dict[str, Any]]:
    """The traffic light of objectives and of actions."""
    elements, spec = of_profile(analysis, analysis.elements), analysis.inputs.spec
    return [
        {
            "nivel": level,
            "cuenta": plural(analysis.colour_counts(level, spec.avance.politica_nd, spec.anio_evaluado)["total"], level, level),
            "tabla": _light_table(elements.filter(pl.col("nivel") == level), level, names, analysis.facts),
            "figura": shelf.take(f"semaforo_{level.lower()}"),
        }
        for level in (analysis.levels.objetivo, analysis.levels.accion)
    ]


def index_table(analysis: Evaluation) -> TableView:
    """By year, the published index beside the own one under both ways of counting ND."""
    rows, published = of_profile(analysis, analysis.index), published_index(analysis)
    own = {(row["anio"], row["politica_nd"]): row for row in rows.iter_rows(named=True)}
    formulas = [rows.filter(pl.col("politica_nd") == policy)["formula"][0] for policy in POLICIES]
    return TableView(
        "Índice publicado e índice propio, por año",
        ("Año", "Publicado", *(f"Propio, no oficial: {formula}" for formula in formulas)),
        tuple(
            Row(
                (
                    Cell(str(year)),
                    Cell(*published.get(year, ("no publicado",))),
                    *(_own_index(own[year, policy], analysis.facts, analysis.levels) for policy in POLICIES),
                )
            )
            for year in rows["anio"].unique().sort()
        ),
        frozenset({1, 2, 3}),
    )


def _own_index(row: Mapping[str, Any], facts: Facts, levels: Levels) -> Cell:
    fact = facts.get(PLAN, "indice_ratio", row["anio"], variante=counted_as(row["perfil"], row["politica_nd"]))
    return shown(fact, percent, f"{row['con_dato']} de {row['objetivos']} {levels.objetivo} con dato")


def _light_table(rows: pl.DataFrame, level: str, names: Mapping[str, str], facts: Facts) -> TableView:
    years = rows["anio"].unique().sort().to_list()
    found = {(r["elemento"], r["anio"], r["politica_nd"]): r for r in rows.iter_rows(named=True)}
    actions = set(rows.filter(is_action())["elemento"])
    headers = [header for year in years for header in _year_headers(year)]
    return TableView(
        f"Avance por {level} y año, con las dos formas de contar el ND",
        (level, *headers),
        tuple(
            Row(
                (
                    who(code, names, card_of(code) if code in actions else ""),
                    *(cell for year in years for cell in _year_cells(facts, found, code, year)),
                )
            )
            for code in rows["elemento"].unique().sort()
        ),
        frozenset(range(1, len(headers) + 1)),
        f"semaforo-{level.lower()}",
    )


def _year_headers(year: int) -> tuple[str, ...]:
    return (*(f"{year}, {POLICY_HEADERS[policy]}" for policy in POLICIES), f"Con dato {year}")


def _year_cells(facts: Facts, found: Mapping[Any, Any], code: str, year: int) -> Iterable[Cell]:
    """The advance of an element in a year under each policy, then how many of its indicators have data."""
    pair = [found.get((code, year, policy)) for policy in POLICIES]
    for row in pair:
        yield Cell(NO_DATA, color=GREY) if row is None else rated(_advance(facts, row), row["color"])
    row = pair[0]
    if row is None:
        yield Cell("sin indicadores")
    else:
        yield Cell(f"{row['con_dato']} de {row['indicadores']}", "cambia de color" if row["color_depende_nd"] else "")


def _advance(facts: Facts, row: Mapping[str, Any]) -> Fact:
    return facts.get(row["elemento"], "avance_ratio", row["anio"], variante=counted_as(row["perfil"], row["politica_nd"]))
