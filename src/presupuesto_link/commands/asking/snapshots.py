"""Options that say where the snapshots are, which one, whose spending and how it is linked; declared once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from presupuesto_link.inputs import Inputs
    from presupuesto_link.store.store import Snapshot, Store


class Scope(StrEnum):
    """Whose spending."""

    pliego = "pliego"
    departamento = "departamento"
    todo = "todo"


StoreOption = Annotated[Path, typer.Option("--almacen", help="Carpeta del almacén", metavar="CARPETA")]
DEFAULT_STORE = Path("almacen")
ScopeOption = Annotated[
    Scope,
    typer.Option(
        "--ambito", help="De quién es el gasto: pliego (el gobierno regional), departamento (todos los niveles, donde recae) o todo"
    ),
]
SuggestedOption = Annotated[bool, typer.Option("--incluir-sugeridos", help="Cuenta también las reglas sugeridas, que nadie ha firmado")]


def chosen_snapshot(folder: Path, wanted: str | None) -> tuple[Store, Snapshot]:
    """The store and the snapshot asked for, or the one with the newest cut-off."""
    from presupuesto_link.errors import InputDataError, Problem
    from presupuesto_link.store.store import Store

    store = Store(folder)
    if wanted:
        return store, store.get(wanted)
    every = store.list()
    if not every:
        raise InputDataError(
            Problem(
                str(folder),
                "un almacén vacío",
                "al menos una instantánea",
                "cargue antes un extracto: presupuesto-link cargar ARCHIVO --pliego 445",
            )
        )
    return store, every[-1]


def raw_rules(inputs: Inputs, path: Path | None) -> Any:
    """The rules given, or those of the analysis; null when it has none."""
    from presupuesto_link.sources.links import read_links

    own = inputs.spec.vinculo.reglas
    place = path or (inputs.path.parent / own if own else None)
    return read_links(place) if place else None
