"""The scenarios that a command is asked for, and the grounds they stand on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from presupuesto_link.commands.asking.cuts import Asked, Scope, optional_cut
from presupuesto_link.errors import Problem, SpecError

if TYPE_CHECKING:
    from presupuesto_link.inputs import Inputs
    from presupuesto_link.scenarios.compare import Scenario
    from presupuesto_link.scenarios.ground import Ground
    from presupuesto_link.specs import EscenarioSpec


def date_of(text: str | None) -> dt.date | None:
    """A date written AAAA-MM-DD."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"--fecha: «{text}» no es una fecha AAAA-MM-DD.") from None


def scenario_specs(inputs: Inputs, asked: Sequence[str]) -> tuple[EscenarioSpec, ...]:
    """The scenarios asked for: files, or names of those in the folder of the analysis; without any, those of the analysis.

    Raises:
        SpecError: there is no such file, or it is not a scenario.
    """
    from presupuesto_link.specs import EscenarioSpec, read_spec

    if not asked:
        return inputs.scenarios
    return tuple(read_spec(_place(inputs, name), EscenarioSpec) for name in asked)


def _place(inputs: Inputs, name: str) -> Path:
    folder = inputs.scenario_folder
    own = folder / f"{name}.toml"
    if own.is_file() and not Path(name).is_file():
        return own
    if not Path(name).exists() and not name.endswith(".toml"):
        known = ", ".join(sorted(path.stem for path in folder.glob("*.toml"))) or "ninguno"
        raise SpecError(Problem("escenario", f"«{name}»", f"la ruta de un archivo TOML o uno de: {known}", "revise el nombre o la ruta"))
    return Path(name)


def runner(inputs: Inputs, asked: Asked, scope: Scope | None, date: dt.date | None) -> Callable[[EscenarioSpec], Scenario]:
    """What runs a scenario on the budget asked for: that of the command line, that of its own file, or the one of the analysis.

    A budget is linked and evaluated once, however many scenarios look at it.
    """
    grounds: dict[tuple[object, ...], Ground] = {}

    def run(spec: EscenarioSpec) -> Scenario:
        from presupuesto_link.scenarios.ground import propose

        base = spec.base
        wanted = asked.snapshot or base.instantanea
        whose = scope or (Scope(base.ambito) if wanted else Scope.pliego)
        own = replace(asked, snapshot=wanted, scope=whose, year=asked.year or (base.anio if wanted else None))
        day = date or base.fecha_corte
        key = (own, day)
        if key not in grounds:
            grounds[key] = _ground(inputs, own, day)
        return propose(grounds[key], spec.model_copy(update={"base": base.model_copy(update={"instantanea": None, "fecha_corte": day})}))

    return run


def _ground(inputs: Inputs, asked: Asked, day: dt.date | None) -> Ground:
    from presupuesto_link.evaluation.evaluate import evaluate
    from presupuesto_link.scenarios.ground import ground_of

    return ground_of(evaluate(inputs, optional_cut(inputs, asked)), day)
