"""The scenarios that a command is asked for, and the grounds they stand on."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from presupuesto_link.commands.asking.cuts import Asked, Scope, optional_cut
from presupuesto_link.commands.asking.here import NONE
from presupuesto_link.errors import AskedError, Problem
from presupuesto_link.wording import soles

_DIGITS = 13

if TYPE_CHECKING:
    from presupuesto_link.inputs import Inputs
    from presupuesto_link.scenarios.compare import Scenario
    from presupuesto_link.scenarios.ground import Ground
    from presupuesto_link.specs import EscenarioSpec


@dataclass(frozen=True)
class Question:
    """A question without a file: who gives, who receives and how much at most."""

    gives: tuple[str, ...] = ()
    receives: tuple[str, ...] = ()
    most: str | None = None

    def __bool__(self) -> bool:
        return bool(self.gives or self.receives or self.most)

    def of(self, inputs: Inputs, spec: EscenarioSpec) -> EscenarioSpec:
        """The scenario with these sides in the place of its own.

        Raises:
            AskedError: an action that the plan does not have, or that is on both sides.
        """
        from presupuesto_link.specs import EscenarioSpec

        known = inputs.plan.acciones["accion"].to_list()
        gives, receives = (
            tuple(known_code(one, known, option) for one in codes) for codes, option in ((self.gives, "--de"), (self.receives, "--a"))
        )
        if both := sorted(set(gives) & set(receives)):
            raise AskedError(
                Problem("escenario --de/--a", f"{', '.join(both)} cede y recibe", "cada acción de un solo lado", "quítela de uno")
            )
        told = spec.model_dump(mode="python")
        if gives:
            told["donantes"] |= {"acciones": gives, "protegidas": tuple(set(spec.donantes.protegidas) - set(gives))}
        if receives:
            told["receptores"] |= {"acciones": receives, "objetivos": (), "puestos": None}
        words = [
            f"de {', '.join(gives)}" if gives else "",
            f"a {', '.join(receives)}" if receives else "",
            f"hasta {soles(_soles(self.most))}" if self.most else "",
        ]
        asked = " ".join(part for part in words if part)
        told |= {"id": "pregunta", "titulo": f"Pregunta: {asked}", "pregunta": f"¿Qué se podría mover {asked}?"}
        if self.most:
            told["monto_maximo_soles"] = _soles(self.most)
        return EscenarioSpec.model_validate(told)


def known_code(wanted: str, known: Sequence[str], where: str) -> str:
    """The code as the plan writes it.

    Raises:
        AskedError: there is no such code; the nearest are named.
    """
    from difflib import get_close_matches

    found = {one.upper(): one for one in known}
    if wanted.strip().upper() in found:
        return found[wanted.strip().upper()]
    near = get_close_matches(wanted.strip().upper(), found, 3, 0.5) or list(found)[:3]
    raise AskedError(Problem(where, f"«{wanted}»", f"una acción del plan; las más parecidas: {', '.join(near)}", "corrija el código"))


def _soles(text: str) -> int:
    bare = text.strip().removeprefix("S/").strip()
    whole = bare.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+", bare) else bare  # a comma elsewhere is not of thousands
    whole = whole.replace("_", "").replace(" ", "").removeprefix("S/")
    if not whole.isdecimal() or not whole.isascii() or len(whole) > _DIGITS or not int(whole):
        raise typer.BadParameter(f"--monto: «{text}» no es un monto en soles enteros mayor que cero, por ejemplo 500000.")
    return int(whole)


def scenario_specs(inputs: Inputs, asked: Sequence[str], question: Question | None = None) -> tuple[EscenarioSpec, ...]:
    """The scenarios asked for: files, or names of those in the folder of the analysis; without any, those of the analysis.

    Raises:
        AskedError: there is no such file, or no scenario to ask about.
        SpecError: it is not a scenario.
    """
    specs = tuple(inputs.scenario(_place(inputs, name)) for name in asked) if asked else inputs.scenarios
    if question:
        if not specs:
            raise AskedError(
                Problem(
                    "escenario --de/--a", "el análisis no tiene escenarios", "uno del que tomar los topes", "nombre un archivo de escenario"
                )
            )
        if len(asked) > 1:
            raise typer.BadParameter("--de, --a y --monto preguntan sobre un solo escenario: nombre uno, o ninguno.")
        specs = (question.of(inputs, specs[0]),)
    return specs


def _place(inputs: Inputs, name: str) -> Path:
    folder = inputs.scenario_folder
    own = folder / f"{name}.toml"
    if own.is_file() and not Path(name).is_file():
        return own
    if not name.strip() or (not Path(name).exists() and not name.endswith(".toml")):
        known = ", ".join(sorted(path.stem for path in folder.glob("*.toml"))) or "ninguno"
        raise AskedError(Problem("escenario", f"«{name}»", f"la ruta de un archivo TOML o uno de: {known}", "revise el nombre o la ruta"))
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
        linked = wanted not in (None, NONE)  # without a snapshot, what the file says of one does not count
        whose = scope or (Scope(base.ambito) if linked else Scope.pliego)
        own = replace(asked, snapshot=wanted, scope=whose, year=asked.year or (base.anio if linked else None))
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
