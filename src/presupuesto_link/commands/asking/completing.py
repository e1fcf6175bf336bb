"""What the tabulator offers: codes of the plan and snapshots of the store. Only the standard library, and never an error."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path

from presupuesto_link.commands.asking.here import NEWEST, NONE, here, settled
from presupuesto_link.errors import PresupuestoLinkError
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS, embedded_analyses

_TABLES = ("objetivos", "acciones", "indicadores")
_FEW = 200


def plan_codes(incomplete: str) -> list[str]:
    """The codes of objectives, actions and indicators that begin so."""
    wanted = incomplete.upper()
    try:
        return [code for code in _codes() if code.upper().startswith(wanted)][:_FEW]
    except (OSError, ValueError, KeyError, StopIteration, PresupuestoLinkError):
        return []


def snapshots(incomplete: str) -> list[str]:
    """The snapshots of the store that begin so."""
    try:
        store = Path(settled(here()).get("almacen", ("almacen", ""))[0]) / "instantaneas"
        known = [NEWEST, NONE, *sorted((path.name for path in store.iterdir()), reverse=True)]
    except (OSError, ValueError, PresupuestoLinkError):
        known = [NEWEST, NONE]
    return [name for name in known if name.startswith(incomplete)]


def _codes() -> Iterator[str]:
    analysis = settled(here()).get("analisis", (DEFAULT_ANALYSIS, ""))[0]
    path = embedded_analyses().get(str(analysis)) or Path(analysis)
    plan = path.parent / tomllib.loads(path.read_text(encoding="utf-8-sig"))["fuentes"]["plan"]
    for table in _TABLES:
        with (plan / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            next(rows)
            yield from (row[0] for row in rows if row)
