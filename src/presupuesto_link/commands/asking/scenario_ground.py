"""Options of the commands that run scenarios, and the budget they run on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from presupuesto_link.commands.asking.snapshots import Scope

if TYPE_CHECKING:
    from presupuesto_link.inputs import Inputs
    from presupuesto_link.scenarios.compare import Scenario
    from presupuesto_link.specs import EscenarioSpec

SnapshotOption = Annotated[
    str | None,
    typer.Option(
        "--instantanea",
        help="Instantánea del almacén sobre cuyas líneas se propone («ultima»: la de corte más reciente); sin ella, la tabla por AER del análisis",
        metavar="ID",
    ),
]
ScopeOption = Annotated[Scope | None, typer.Option("--ambito", help="De quién es el gasto: pliego (por defecto), departamento o todo")]
YearOption = Annotated[
    int | None, typer.Option("--anio", help="Año fiscal que se modifica; sin él, el último", metavar="AAAA", min=1990, max=2100)
]
DateOption = Annotated[
    str | None, typer.Option("--fecha", help="Fecha a la que se juzga la norma; sin ella, el corte de los datos", metavar="AAAA-MM-DD")
]
RulesOption = Annotated[Path | None, typer.Option("--reglas", help="Reglas del vínculo; sin ellas, las del análisis", metavar="ARCHIVO")]
NormsOption = Annotated[
    Path | None, typer.Option("--normas", help="Carpeta con otras normas; sin ella, las que trae el programa", metavar="CARPETA")
]
NEWEST = "ultima"


@dataclass(frozen=True)
class Asked:
    """What the command line says of the budget."""

    store: Path
    snapshot: str | None
    scope: Scope | None
    year: int | None
    date: dt.date | None
    rules: Path | None
    suggested: bool


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
    from presupuesto_link.errors import Problem, SpecError

    folder = inputs.path.parent / "escenarios"
    own = folder / f"{name}.toml"
    if own.is_file() and not Path(name).is_file():
        return own
    if not Path(name).exists() and not name.endswith(".toml"):
        known = ", ".join(sorted(path.stem for path in folder.glob("*.toml"))) or "ninguno"
        raise SpecError(Problem("escenario", f"«{name}»", f"la ruta de un archivo TOML o uno de: {known}", "revise el nombre o la ruta"))
    return Path(name)


def runner(inputs: Inputs, asked: Asked) -> Callable[[EscenarioSpec], Scenario]:
    """What runs a scenario on the budget asked for: that of its own file, the one of the command line, or the table of the analysis.

    A snapshot is linked once, however many scenarios look at it.
    """
    grounds: dict[tuple[object, ...], Callable[[EscenarioSpec], Scenario]] = {}

    def run(spec: EscenarioSpec) -> Scenario:
        base = spec.base
        wanted = asked.snapshot or base.instantanea
        date = asked.date or base.fecha_corte
        if wanted is None:
            return _on_table(inputs, replace_date(spec, date))
        scope = asked.scope.value if asked.scope else base.ambito
        year = asked.year or base.anio
        key = (wanted, scope, year, date)
        if key not in grounds:
            grounds[key] = _on_snapshot(inputs, asked, wanted, scope, year, date)
        return grounds[key](spec)

    return run


def replace_date(spec: EscenarioSpec, date: dt.date | None) -> EscenarioSpec:
    """The scenario on the table of the analysis, at that date."""
    return spec.model_copy(update={"base": spec.base.model_copy(update={"instantanea": None, "fecha_corte": date})})


def _on_table(inputs: Inputs, spec: EscenarioSpec) -> Scenario:
    from presupuesto_link.evaluation.evaluate import analyse

    result = analyse(replace(inputs, scenarios=(spec,)))
    for _, error in result.unsolved:
        raise error
    return result.scenarios[0]


def _on_snapshot(
    inputs: Inputs, asked: Asked, wanted: str, scope: Literal["pliego", "departamento", "todo"], year: int | None, date: dt.date | None
) -> Callable[[EscenarioSpec], Scenario]:
    from presupuesto_link.commands.asking.snapshots import chosen_snapshot, raw_rules
    from presupuesto_link.scenarios.ground import ground_of, propose

    store, snapshot = chosen_snapshot(asked.store, None if wanted == NEWEST else wanted)
    ground = ground_of(inputs, store, snapshot, raw_rules(inputs, asked.rules), scope, year, date, asked.suggested)
    return lambda spec: propose(ground, spec)
