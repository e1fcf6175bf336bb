"""A reallocation scenario."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from presupuesto_link.specs.base import Ratio, Spec


class DonantesSpec(Spec):
    """Who gives: actions that reach their result and still have unexecuted balance."""

    colores_resultado: tuple[Literal["rojo", "amarillo", "verde", "gris"], ...] = ("verde",)
    fraccion_saldo_ratio: Ratio = Field(description="Parte del saldo no ejecutado que puede moverse")
    tope_pim_ratio: Ratio = Field(description="Tope por donante, como parte de su PIM")
    protegidas: tuple[str, ...] = ()


class ReceptoresSpec(Spec):
    """Who receives: the most lagging actions of the ranking, or those of some objectives."""

    puestos: Annotated[int, Field(ge=1)] = Field(description="Cuántas AER del ranking pueden recibir")
    objetivos: tuple[str, ...] = Field(default=(), description="Si se da, sólo reciben AER de estos OER")
    tope_pim_ratio: Ratio = Field(description="Tope por receptor, como parte de su PIM")
    diagnosticos_excluidos: tuple[str, ...] = Field(
        default=("destrabar",), description="AER con estos diagnósticos no reciben: no gastan lo que ya tienen"
    )
    descontar_ejecucion: bool = Field(default=True, description="Multiplicar el tope por la ejecución propia")


class EscenarioSpec(Spec):
    """A reallocation scenario at AER level: a list of limits on a named baseline."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    titulo: str
    autor: str
    pregunta: str
    donantes: DonantesSpec
    receptores: ReceptoresSpec
    monto_maximo_soles: Annotated[int, Field(ge=0)] | None = None
    monto_requerido_soles: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="Si se da, el escenario debe mover exactamente este monto"
    )
    no_modela: tuple[str, ...]
