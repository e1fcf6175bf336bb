"""How money is followed within the year and projected to its close."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from presupuesto_link.specs.base import Spec

Years = Annotated[int, Field(ge=1, le=20)]
Method = Literal["lineal", "parte del año anterior", "parte media", "ETS", "componentes no observados"]
METHODS: tuple[Method, ...] = ("lineal", "parte del año anterior", "parte media", "ETS", "componentes no observados")


class SeguimientoSpec(Spec):
    """The traffic light of the budget: what is expected at each cut-off."""

    adelanto_desde_ratio: Annotated[float, Field(ge=1)] = Field(
        default=1.10, description="Razón entre lo ejecutado y lo esperado desde la que se avisa un adelanto"
    )
    anios_minimos: Years = Field(default=3, description="Años completos que hacen falta para usar la estacionalidad propia")
    anios_maximos: Years = Field(default=5, description="Cuántos años, los últimos, forman la estacionalidad")
    calendario: Path | None = Field(default=None, description="Calendario programado (PCA u otro) en CSV, relativo al análisis")

    @model_validator(mode="after")
    def _years_in_order(self) -> SeguimientoSpec:
        if self.anios_minimos > self.anios_maximos:
            raise ValueError("anios_minimos no puede ser mayor que anios_maximos")
        return self


class ProyeccionSpec(Spec):
    """The projection to the close of the year."""

    confianza: Annotated[float, Field(ge=0.5, le=0.99)] = Field(default=0.80, description="Confianza del intervalo de cada proyección")
    metodos: Annotated[tuple[Method, ...], Field(min_length=1)] = Field(
        default=METHODS, description="Métodos que compiten; gana el de menor error en la prueba de origen móvil"
    )
