"""What is in doubt behind the ranking: the section `[robustez]` of an analysis."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from presupuesto_link.specs.base import Ratio, Spec
from presupuesto_link.vocabulary import POLICIES, NdPolicy

UNIFORM = "uniforme"
_CLOSE = 1e-9  # shares written with decimals add up to 1 only nearly
_ANY = (0.0, 1.0)

Range = tuple[Ratio, Ratio]


class RangosSpec(Spec):
    """The least and the most of the total weight that each component may have; what is not said is free."""

    brecha_avance: Range = _ANY
    tendencia: Range = _ANY
    brecha_ejecucion: Range = _ANY
    peso_presupuestal: Range = _ANY
    prioridad: Range = _ANY

    @model_validator(mode="before")
    @classmethod
    def _uniform(cls, given: Any) -> Any:
        """`pesos = "uniforme"` is the table that says nothing."""
        if given == UNIFORM:
            return {}
        if isinstance(given, str):
            raise ValueError(f"«{UNIFORM}», o una tabla con [mínimo, máximo] por componente")
        return given

    @model_validator(mode="after")
    def _possible(self) -> RangosSpec:
        for name, (low, high) in self.as_dict().items():
            if low > high:
                raise ValueError(f"un mínimo que no pase del máximo en {name}: {low:g} es mayor que {high:g}")
        least, most = (sum(limit[side] for limit in self.as_dict().values()) for side in (0, 1))
        if least > 1 + _CLOSE or most < 1 - _CLOSE:
            raise ValueError(f"rangos con los que los pesos puedan sumar 1: los mínimos suman {least:g} y los máximos {most:g}")
        return self

    def as_dict(self) -> dict[str, Range]:
        """Ranges by component."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    @property
    def free(self) -> bool:
        """Whether no range was stated: every set of weights is as likely as any other."""
        return all(limits == _ANY for limits in self.as_dict().values())


class RobustezSpec(Spec):
    """How the robustness of the ranking is measured."""

    sorteos: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=100_000, description="Cuántos juegos de pesos se sortean; el error de muestreo es 0.5 / raíz de sorteos"
    )
    semilla: Annotated[int, Field(ge=0)] = Field(default=2026, description="De los sorteos: la misma da lo mismo")
    primeros: Annotated[int, Field(ge=1)] = Field(default=10, description="Cuántas acciones forman la lista que se decide")
    pesos: RangosSpec = Field(default=RangosSpec(), description="«uniforme», o una tabla con [mínimo, máximo] por componente")
    perfiles: tuple[str, ...] = Field(
        default=(), description="Perfiles de avance que se dan por igual de posibles; sin ella, los del análisis"
    )
    politicas_nd: Annotated[tuple[NdPolicy, ...], Field(min_length=1)] = POLICIES
    umbrales: tuple[Ratio, ...] = Field(
        default=(), description="Avances bajo los cuales una acción está rezagada; sin ella, el del ranking"
    )

    @model_validator(mode="after")
    def _no_repeats(self) -> RobustezSpec:
        for name in ("perfiles", "politicas_nd", "umbrales"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                raise ValueError(f"valores sin repetir en {name}")
        return self
