"""What the sections of a quarter share: how a unit is named, and how made-up money is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from presupuesto_link.dossier import Quarter
from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.money.on_time import WHOLE
from presupuesto_link.presentation.telling.marked import SYNTHETIC
from presupuesto_link.presentation.telling.phrases import capital
from presupuesto_link.presentation.telling.views import Cell, TableView, card_of
from presupuesto_link.presentation.telling.words import DAGGER
from presupuesto_link.tables.levels import Levels
from presupuesto_link.wording import short_name


def with_sums(names: Mapping[str, str], levels: Levels) -> dict[str, str]:
    """The names of the plan, and those of spending without an action and of everything."""
    return {**names, levels.sin_accion: "gasto que ninguna regla vincula", WHOLE: "todo el gasto, sin lo transversal"}


def unit_cell(unit: str, link: str | None, names: Mapping[str, str], card: bool) -> Cell:
    """An objective or an action by its code and short name, an action leading to its card; a transversal one is marked."""
    mark = DAGGER if link == TRANSVERSAL else ""
    return Cell(f"{unit}{mark}", short_name(names.get(unit, "")), href=card_of(unit) if card else "")


def is_own(row: Mapping[str, Any], levels: Levels) -> bool:
    """Whether a row `nivel, unidad` is of an action of the plan."""
    return bool(row["nivel"] == levels.accion and row["unidad"] != levels.sin_accion)


def told(quarter: Quarter, view: dict[str, Any]) -> dict[str, Any]:
    """The view; each table of made-up money says so in its own caption, because a table travels alone."""
    if not quarter.monitoring.followed.synthetic:
        return view
    return {
        name: replace(value, caption=f"{capital(SYNTHETIC)}. {value.caption}") if isinstance(value, TableView) else value
        for name, value in view.items()
    }
