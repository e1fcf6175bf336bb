"""A reallocation scenario: who may give, who may receive, under which law, towards which aim, and what it does not model."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from presupuesto_link.specs.base import Ratio, Spec, Text
from presupuesto_link.vocabulary import PLIEGO, Colour, Scope, Side, Verdict

Soles = Annotated[int, Field(ge=0, le=10**13)]
Share = Annotated[float, Field(ge=0, le=100)]
Weight = Annotated[float, Field(ge=0, le=10**6)]
LEVELS = ("bajo", "central", "alto")


class BaseSpec(Spec):
    """The budget it starts from; without it, the one that the command or the analysis gives."""

    instantanea: str | None = Field(default=None, description="Instantánea del almacén")
    anio: Annotated[int, Field(ge=1990, le=2100)] | None = Field(default=None, description="Año fiscal que se modifica")
    fecha_corte: dt.date | None = Field(
        default=None, description="Fecha a la que se juzga la norma y se mide el saldo; sin ella, el corte de los datos"
    )
    ambito: Scope = PLIEGO


class DonantesSpec(Spec):
    """Who gives, how much of its free balance, and what it keeps."""

    colores_resultado: Annotated[tuple[Colour, ...], Field(min_length=1)] = ("verde",)
    acciones: tuple[str, ...] = Field(default=(), description="Si se da, sólo ceden estas acciones, del color que sean")
    lineas: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Si se da, sólo ceden las líneas con estos códigos (fuente, generica, programa…)"
    )
    linea_minima_soles: Soles = Field(default=0, description="Las líneas que no pueden ceder al menos esto no se tocan")
    sin_certificado: Literal["excluir", "no devengado"] = Field(
        default="excluir",
        description="El saldo libre es PIM − certificado; si una línea no dice su certificado: excluir la deja fuera, «no devengado» usa PIM − devengado y el resultado es sólo indicativo",
    )
    saldo_al_cierre: Literal["bajo", "central", "no usar"] = Field(
        default="bajo",
        description="Tope de cada acción donante por el saldo libre que se proyecta a diciembre: el extremo bajo de su intervalo, el valor central, o no usarlo; sin proyección no hay tope, y se dice",
    )
    fraccion_saldo_ratio: Ratio = Field(description="Parte del saldo libre que puede moverse")
    tope_pim_ratio: Ratio = Field(default=1.0, description="Tope de cada acción donante, como parte de su PIM")
    piso_soles: Soles = Field(default=0, description="PIM que cada acción donante conserva como mínimo")
    piso_pim_ratio: Ratio = Field(default=0.0, description="Lo mismo, como parte de su PIM")
    protegidas: tuple[str, ...] = Field(default=(), description="Acciones que nunca ceden")


class AbsorcionSpec(Spec):
    """How much of what it receives an action can spend."""

    modo: Literal["ejecución propia", "declarada", "sin descuento"] = "ejecución propia"
    declarada: dict[str, Ratio] = Field(default_factory=dict, description="Por acción; las demás usan su ejecución propia")
    fuente: str = Field(default="", description="De dónde sale lo declarado")

    @model_validator(mode="after")
    def _declared_with_source(self) -> AbsorcionSpec:
        if self.modo == "declarada" and not (self.declarada and self.fuente):
            raise ValueError("absorción declarada: diga la de cada acción y su fuente")
        return self


class ReceptoresSpec(Spec):
    """Who receives, and up to how much."""

    puestos: Annotated[int, Field(ge=1, le=10**13)] | None = Field(
        default=None, description="Cuántas acciones del ranking pueden recibir; sin él, todas las rezagadas"
    )
    objetivos: tuple[str, ...] = Field(default=(), description="Si se da, sólo reciben acciones de estos objetivos")
    acciones: tuple[str, ...] = Field(default=(), description="Si se da, reciben estas acciones y ninguna otra")
    lineas: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="Si se da, sólo se habilitan las líneas con estos códigos")
    tope_pim_ratio: Share = Field(description="Tope de cada acción receptora, como parte de su PIM")
    linea_minima_soles: Soles = Field(default=0, description="Las líneas que no pueden recibir al menos esto no se tocan")
    tope_linea_pim_ratio: Share = Field(default=1.0, description="Tope de cada línea habilitada, como parte de su PIM")
    diagnosticos_excluidos: tuple[str, ...] = Field(
        default=("destrabar",), description="Acciones con estos diagnósticos no reciben: no gastan lo que ya tienen"
    )
    absorcion: AbsorcionSpec = AbsorcionSpec()


class TramoSpec(Spec):
    """A step of diminishing returns."""

    hasta_pim_ratio: Annotated[float, Field(gt=0, le=100)] = Field(description="Hasta esta parte del PIM del receptor")
    rendimiento: Ratio = Field(description="Cuánto cuenta cada sol de este tramo")


class MovimientoSpec(Spec):
    """How much a sol disturbs, by how far it travels."""

    mismo_programa: Annotated[float, Field(gt=0, le=1000)] = 1.0
    otro_programa: Annotated[float, Field(gt=0, le=1000)] = 2.0
    otra_ejecutora: Annotated[float, Field(gt=0, le=1000)] = 4.0


class ObjetivoSpec(Spec):
    """What the scenario seeks."""

    tipo: Literal["prioridad", "brechas", "mínimo movimiento", "equidad"] = "prioridad"
    tramos: tuple[TramoSpec, ...] = Field(
        default=(
            TramoSpec(hasta_pim_ratio=0.05, rendimiento=1.0),
            TramoSpec(hasta_pim_ratio=0.15, rendimiento=0.6),
            TramoSpec(hasta_pim_ratio=1.0, rendimiento=0.3),
        ),
        description="Rendimientos decrecientes de «brechas»: un supuesto, no una medida",
    )
    movimiento: MovimientoSpec = Field(default=MovimientoSpec(), description="Pesos de «mínimo movimiento»")

    @model_validator(mode="after")
    def _concave(self) -> ObjetivoSpec:
        edges = [step.hasta_pim_ratio for step in self.tramos]
        slopes = [step.rendimiento for step in self.tramos]
        if not edges or edges != sorted(set(edges)) or slopes != sorted(slopes, reverse=True):
            raise ValueError("tramos: los límites deben crecer y los rendimientos no pueden subir")
        return self


class LimiteSpec(Spec):
    """A cap or a floor on what a group of actions gives or receives."""

    lado: Side
    accion: str | None = None
    objetivo: str | None = None
    fuente: str | None = None
    rubro: str | None = None
    minimo_soles: Soles | None = None
    maximo_soles: Soles | None = None
    maximo_pim_ratio: Share | None = None
    minimo_pim_ratio: Share | None = None
    motivo: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> LimiteSpec:
        if all(value is None for value in (self.accion, self.objetivo, self.fuente, self.rubro)):
            raise ValueError("un límite sobre accion, objetivo, fuente o rubro")
        bounds = (self.minimo_soles, self.maximo_soles, self.minimo_pim_ratio, self.maximo_pim_ratio)
        if all(value is None for value in bounds):
            raise ValueError("un límite con minimo_soles, maximo_soles, minimo_pim_ratio o maximo_pim_ratio")
        return self


class EvidenciaSpec(Spec):
    """A fact that no SIAF field carries, declared by a person with its ground."""

    dato: str = Field(description="Uno de los hechos que la guía de normas enumera")
    valor: str = Field(description="«si», «no», o el valor que ese dato admite")
    donde: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Las líneas de las que vale (programa, producto, accion…); vacío: todas"
    )
    sustento: Text = Field(description="Documento que lo acredita")


class InvocacionSpec(Spec):
    """A legal exception that the scenario invokes."""

    id: str
    sustento: Text = Field(description="Documento que la sostiene")


class LegalSpec(Spec):
    """Which verdicts the scenario accepts, and what people declare."""

    admite: tuple[Verdict, ...] = Field(
        default=("PERMITIDO", "REQUIERE"), description="Veredictos con los que una transferencia puede existir"
    )
    evidencias: tuple[EvidenciaSpec, ...] = ()
    excepciones: tuple[InvocacionSpec, ...] = ()

    @model_validator(mode="after")
    def _never_forbidden(self) -> LegalSpec:
        if "PROHIBIDO" in self.admite:
            raise ValueError("PERMITIDO, REQUIERE o FALTA DATO: lo prohibido no se admite")
        return self


class NivelesSpec(Spec):
    """A low, a central and a high value of an assumption."""

    bajo: Share
    central: Share
    alto: Share
    fuente: Text = Field(description="De dónde sale el supuesto")

    @model_validator(mode="after")
    def _in_order(self) -> NivelesSpec:
        if not self.bajo <= self.central <= self.alto:
            raise ValueError("bajo ≤ central ≤ alto")
        return self

    def at(self, level: str) -> float:
        """The value of a level."""
        return float(getattr(self, level))


class SupuestosSpec(Spec):
    """What is assumed and cannot be measured here."""

    absorcion: NivelesSpec | None = Field(default=None, description="Multiplica la absorción de cada receptor (nunca pasa de 1)")
    respuesta: NivelesSpec | None = Field(
        default=None, description="Puntos de avance por cada 1 % más de PIM absorbido: un supuesto, ningún dato de aquí lo mide"
    )


class EscenarioSpec(Spec):
    """A reallocation scenario on a named baseline."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    titulo: str
    autor: str
    pregunta: str
    base: BaseSpec = BaseSpec()
    donantes: DonantesSpec
    receptores: ReceptoresSpec
    objetivo: ObjetivoSpec = ObjetivoSpec()
    pesos: dict[str, Weight] = Field(
        default_factory=dict, description="Multiplica la prioridad de una acción o de un objetivo; 1 si no se dice"
    )
    limites: tuple[LimiteSpec, ...] = ()
    legal: LegalSpec = LegalSpec()
    supuestos: SupuestosSpec = SupuestosSpec()
    monto_maximo_soles: Soles | None = None
    monto_requerido_soles: Soles | None = Field(default=None, description="Si se da, el escenario debe mover exactamente este monto")
    transferencia_minima_soles: Annotated[int, Field(ge=1, le=10**13)] | None = Field(
        default=None, description="Ninguna transferencia entre dos acciones menor que esto"
    )
    transferencias_maximas: Annotated[int, Field(ge=1, le=10**13)] | None = Field(
        default=None, description="Cuántas transferencias entre dos acciones como máximo"
    )
    movimiento_minimo_soles: Annotated[int, Field(ge=1, le=10**13)] | None = Field(
        default=None, description="Ningún movimiento entre líneas menor que esto (se busca descartando los menores)"
    )
    no_modela: Annotated[tuple[str, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _sides_apart(self) -> EscenarioSpec:
        giving = set(self.donantes.acciones)
        if both := sorted(giving & set(self.receptores.acciones)):
            raise ValueError(f"cada acción de un solo lado; {', '.join(both)} cede y recibe")
        if both := sorted(giving & set(self.donantes.protegidas)):
            raise ValueError(f"cada acción protegida o donante; {', '.join(both)} está en ambas listas")
        return self

    @model_validator(mode="after")
    def _least_needs_amount(self) -> EscenarioSpec:
        floors = [limit for limit in self.limites if limit.minimo_soles or limit.minimo_pim_ratio]
        if self.objetivo.tipo == "mínimo movimiento" and not self.monto_requerido_soles and not floors:
            raise ValueError("«mínimo movimiento» con monto_requerido_soles o con mínimos: sin ellos, lo menor es no mover nada")
        return self
