"""The quarter that the commands which show everything may be asked to include: `--instantanea` and how it is linked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.asking.scenario_ground import NEWEST
from presupuesto_link.commands.asking.snapshots import DEFAULT_STORE, Scope

if TYPE_CHECKING:
    from presupuesto_link.dossier import Dossier
    from presupuesto_link.inputs import Inputs


QuarterOption = Annotated[
    str | None,
    typer.Option(
        "--instantanea",
        help="Instantánea vinculada cuyo trimestre se muestra («ultima»: la de corte más reciente); sin ella, sólo la evaluación",
        metavar="ID",
    ),
]


@dataclass(frozen=True)
class QuarterAsked:
    """What the command line says of the quarter; nothing is followed without a snapshot."""

    store: Path
    snapshot: str | None = None
    scope: Scope = Scope.pliego
    rules: Path | None = None
    suggested: bool = False
    year: int | None = None
    month: int | None = None
    history: Sequence[str] = ()
    before: str | None = None


def open_dossier(inputs: Inputs, asked: QuarterAsked, say: Callable[[str], None] = lambda _: None) -> Dossier:
    """Everything there is to show.

    Raises:
        typer.BadParameter: options of the quarter without `--instantanea`, which would be ignored.
    """
    from presupuesto_link.commands.asking.followed import Asked as MoneyAsked
    from presupuesto_link.commands.asking.followed import calendars, opened
    from presupuesto_link.dossier import Asked, assemble

    if asked.snapshot is None:
        given = [
            name
            for name, value in (
                ("--almacen", asked.store != DEFAULT_STORE),
                ("--ambito", asked.scope is not Scope.pliego),
                ("--reglas", asked.rules),
                ("--incluir-sugeridos", asked.suggested),
                ("--anio", asked.year),
                ("--mes", asked.month),
                ("--historia", asked.history),
                ("--anterior", asked.before),
            )
            if value
        ]
        if given:
            raise typer.BadParameter(f"{', '.join(given)} sólo tiene sentido con --instantanea.")
        return assemble(inputs, None, say)
    store, snapshot, link, past = opened(
        inputs,
        MoneyAsked(
            asked.store, None if asked.snapshot == NEWEST else asked.snapshot, asked.scope, asked.rules, asked.suggested, asked.history
        ),
    )
    programmes, _ = calendars(inputs, None, (), None)
    before = store.get(asked.before) if asked.before else None
    return assemble(inputs, Asked(store, snapshot, link, asked.year, asked.month, past, programmes, before), say)
