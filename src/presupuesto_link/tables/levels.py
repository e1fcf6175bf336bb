"""The two levels of a plan, as its own codes name them: OER and AER in a regional plan, OEI and AEI in an institutional one."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.specs.analysis import NivelesSpec

_CODE = re.compile(r"([^\d.]*)\.?(.*)")


@dataclass(frozen=True)
class Levels:
    """The acronym of an objective and that of an action: data of the column `nivel`, and a word of every sentence."""

    objetivo: str
    accion: str

    @property
    def both(self) -> tuple[str, str]:
        """The objective's and the action's, in the order of the plan."""
        return self.objetivo, self.accion

    def named(self, level: str) -> str:
        """The plan's word for `objetivo` or `accion`; any other level keeps its own."""
        return {"objetivo": self.objetivo, "accion": self.accion}.get(level, level)

    @property
    def sin_accion(self) -> str:
        """What spending without an action is called."""
        return f"sin {self.accion}"


UNNAMED = Levels("objetivo", "acción")
"""What the levels are called where no plan is at hand."""


def short_code(code: str) -> str:
    """`01.03` from `AER.01.03`."""
    return _CODE.sub(r"\2", code, count=1)


def is_action() -> pl.Expr:
    """Whether `elemento` is an action: an objective is its own `objetivo`."""
    return pl.col("elemento") != pl.col("objetivo")


def levels_of(objectives: RawTable, actions: RawTable, spec: NivelesSpec) -> Levels:
    """The levels of a plan: the letters before the first digit or dot of its codes, unless the analysis says another word.

    Raises:
        InputDataError: a table mixes prefixes, has none and nobody says its word, or both levels have the same.
    """
    objective = spec.objetivo or _prefix(objectives, "objetivo")
    action = spec.accion or _prefix(actions, "accion")
    if objective == action:
        raise InputDataError(
            Problem(
                f"{objectives.path.parent}, objetivos.csv y acciones.csv",
                f"«{action}» en ambas",
                "una sigla para los objetivos y otra para las acciones",
                "corrija los códigos o escriba las siglas en analisis.toml, sección [niveles]",
            )
        )
    return Levels(objective, action)


def _prefix(table: RawTable, column: str) -> str:
    found = sorted({_CODE.sub(r"\1", code, count=1) for code in table.frame[column]})
    if len(found) == 1 and found[0]:
        return found[0]
    raise InputDataError(
        Problem(
            f"{table.path}, columna {column}",
            "códigos sin letras" if found in ([], [""]) else "códigos que empiezan con " + " y con ".join(f"«{one}»" for one in found),
            "las mismas letras al comienzo de cada código: es el nombre de su nivel",
            f'corrija los códigos o escriba la sigla en analisis.toml, sección [niveles], {column} = "…"',
        )
    )
