"""Options shared by the commands, declared once, and what they open."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from presupuesto_link.commands.saying.spanish import ADVANCED
from presupuesto_link.days import WRITTEN, day_in
from presupuesto_link.errors import AskedError, Problem
from presupuesto_link.sources.embedded import embedded_analyses
from presupuesto_link.vocabulary import EXCLUDE, ZERO

if TYPE_CHECKING:
    from presupuesto_link.inputs import Inputs


class Profile(StrEnum):
    """Advance profiles that travel with the package."""

    ceplan = "ceplan"
    informe_2024 = "informe_2024"


class Policy(StrEnum):
    """What an ND does inside a mean."""

    excluir = EXCLUDE
    cero = ZERO


def rare(*names: str, **about: Any) -> Any:
    """An option that most people never need: the help of a command leaves it for `--avanzadas`."""
    return typer.Option(*names, rich_help_panel=ADVANCED, **about)


def old(*names: str, **about: Any) -> Any:
    """An option that no help shows: it works in this version for who has it written down."""
    return typer.Option(*names, hidden=True, **about)


AnalysisOption = Annotated[
    str, rare("--analisis", "-a", help="Nombre de un análisis incluido, o ruta de un analisis.toml", metavar="NOMBRE|RUTA")
]
BudgetOption = Annotated[Path | None, rare("--gasto", help="Otra tabla de PIA, PIM y devengado por acción (CSV)", metavar="CSV")]
PlanOption = Annotated[Path | None, rare("--plan", help="Otra carpeta del plan (objetivos.csv, acciones.csv…)", metavar="CARPETA")]
ProfileOption = Annotated[Profile | None, rare("--perfil", help="Perfil de avance: ceplan o informe_2024", metavar="PERFIL")]
PolicyOption = Annotated[Policy | None, rare("--nd", help="Qué hacer con los ND: excluir o cero", metavar="POLÍTICA")]
FilledOption = Annotated[
    Path | None,
    rare("--libro-anterior", help="Libro de Excel que se llenó: lo escrito en sus celdas amarillas pasa al nuevo", metavar="LIBRO"),
]
AcceptOption = Annotated[
    str | None,
    rare("--aceptar", help="Guarda el extracto aunque un hallazgo lo impida; el motivo y quién firma quedan con él", metavar="MOTIVO"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Escribe el resultado en JSON, para otro programa")]


def asked_day(text: str | None, option: str = "--al") -> dt.date | None:
    """The day that an option says, however people write it."""
    if text is None:
        return None
    if day := day_in(text):
        return day
    raise typer.BadParameter(f"{option}: «{text}» no es una fecha, por ejemplo {WRITTEN}.")


def open_analysis(
    analysis: str,
    budget: Path | None = None,
    plan: Path | None = None,
    profile: Profile | None = None,
    policy: Policy | None = None,
    pairs: tuple[tuple[int, int], ...] | None = None,
    norms: Path | None = None,
    filled: Path | None = None,
    evidence: Path | None = None,
) -> Inputs:
    """Load an analysis with the paths and settings given on the command line."""
    from presupuesto_link.commands.asking.here import here, settled
    from presupuesto_link.inputs import load, of_entity, with_settings

    says = {key: value for key, (value, _) in settled(here()).items()}
    given = {"gasto_aer": budget, "plan": plan, "normas": norms or (Path(says["normas"]) if "normas" in says else None)}
    inputs = load(analysis_path(analysis), {key: path for key, path in given.items() if path is not None}, filled, evidence)
    inputs = of_entity(inputs, says.get("pliego"), says.get("departamento"), says.get("nombre"))
    return with_settings(inputs, perfil=profile and profile.value, politica_nd=policy and policy.value, pares=pairs)


def analysis_path(analysis: str) -> Path:
    """The `analisis.toml` a name, a folder or a path refers to.

    Raises:
        AskedError: there is no such analysis; the message lists the ones that travel with the package.
    """
    from presupuesto_link.commands.asking.here import who_says

    known = embedded_analyses()
    if analysis in known:
        return known[analysis]
    path = Path(analysis)
    path = path / "analisis.toml" if path.is_dir() else path
    if not path.is_file():
        raise AskedError(
            Problem(
                f"opción --analisis{who_says('analisis', analysis)}",
                f"«{analysis}»",
                f"la ruta de un analisis.toml o uno de: {', '.join(known)}",
                "revise el nombre o la ruta",
            )
        )
    return path
