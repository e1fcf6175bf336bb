"""An analysis: its sources, its rules of advance, its link, its matrices and its ranking."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from presupuesto_link.specs.base import Ratio, Spec, Text
from presupuesto_link.specs.monitoring import ProyeccionSpec, SeguimientoSpec
from presupuesto_link.specs.robustness import RobustezSpec
from presupuesto_link.vocabulary import DEPARTMENT, EXCLUDE, PLIEGO, MoneyKind, NdPolicy

UNSAID = 0
"""A year that the file does not say: `inputs.load` puts there the one that the data gives, if any."""
Sense = Literal["ascendente", "descendente", "máximo permisible", "mínimo permisible"]


class SenseRules(Spec):
    """The rule of Avance Tipo I for each sense (names of `evaluation.rules.RULES`)."""

    ascendente: str
    descendente: str
    maximo_permisible: str
    minimo_permisible: str

    def for_sense(self, sense: str) -> str:
        """The rule name for a declared sense."""
        return str(getattr(self, sense.replace("á", "a").replace("í", "i").replace(" ", "_")))


class PerfilSpec(Spec):
    """A named way of computing advance: which rule, which data, what to do with zero targets and ND."""

    nombre: str
    descripcion: str
    fuente: str
    datos: Literal["corregidos", "impresos"] = Field(description="Valores corregidos o tal como se imprimieron")
    politica_nd: NdPolicy = Field(description="Política de ND que el perfil usa por defecto")
    meta_cero: Literal["sin_avance", "cumple_si_no_negativo"] = Field(description="Qué hacer cuando la meta es cero")
    reglas: SenseRules
    reglas_por_anio: dict[int, SenseRules] = Field(default_factory=dict)

    def rules_for(self, year: int) -> SenseRules:
        """The rules in force for a year."""
        return self.reglas_por_anio.get(year, self.reglas)


class FuentesSpec(Spec):
    """Where the data is; paths are relative to the analysis file."""

    plan: Path = Field(description="Carpeta con objetivos, acciones, indicadores, valores y cifras publicadas")
    gasto_aer: Path | None = Field(
        default=None, description="Tabla impresa de PIA, PIM y devengado por acción; sin ella, sólo dinero vinculado"
    )
    anio_gasto: Annotated[int, Field(ge=1990, le=2100)] | None = Field(default=None, description="Año fiscal de esa tabla")
    ambito_gasto: str = Field(
        default="el que su documento imprime, sin decir quién gasta", description="De quién es el gasto de esa tabla, en palabras"
    )
    extractos: tuple[Path, ...] = Field(
        default=(), description="Extractos del SIAF que el análisis vincula al correr, además de la tabla y de la instantánea que se le dé"
    )
    lugar_gasto: str | None = Field(default=None, description="Cómo se cita esa tabla en los hallazgos; sin él, el nombre del archivo")
    perfiles: Path = Field(description="Carpeta con los perfiles de avance")
    compromisos: Path | None = Field(default=None, description="Carpeta con los compromisos de un plan de gobierno y sus equivalencias")
    normas: Path | None = Field(default=None, description="Carpeta con las normas; sin ella, las que trae el programa")

    @model_validator(mode="after")
    def _table_with_its_year(self) -> FuentesSpec:
        if (self.gasto_aer is None) != (self.anio_gasto is None):
            raise ValueError("gasto_aer y anio_gasto van juntas: una tabla y el año de sus montos")
        return self


class NivelesSpec(Spec):
    """How the plan calls its levels, when its codes do not say it."""

    objetivo: str = Field(default="", description="Sigla de un objetivo; sin ella, las letras con que empiezan sus códigos")
    accion: str = Field(default="", description="Sigla de una acción; sin ella, las letras con que empiezan sus códigos")


class AvanceSpec(Spec):
    """Which profile and ND policy the matrices and the ranking use."""

    perfil: str = "ceplan"
    perfil_replica: str = Field(default="informe_2024", description="Perfil con el que se reproduce el informe auditado")
    politica_nd: NdPolicy = EXCLUDE


class SemaforoSpec(Spec):
    """Lower edges of the amber and green bands; red is what lies below."""

    amarillo_desde_ratio: Ratio = 0.75
    verde_desde_ratio: Ratio = 0.95

    @model_validator(mode="after")
    def _edges_in_order(self) -> SemaforoSpec:
        if self.amarillo_desde_ratio > self.verde_desde_ratio:
            raise ValueError("amarillo_desde_ratio no puede ser mayor que verde_desde_ratio")
        return self


class AmbitoSpec(Spec):
    """Whose spending is linked: what the regional government spends, or what everybody spends in the department."""

    pliego: str = Field(default="", description="Código de pliego del gobierno regional")
    departamento_meta: str = Field(default="", description="Código del departamento donde recae el gasto")
    nombre: str = Field(default="", description="Cómo se llama el departamento en los títulos")
    entidad: str | None = Field(default=None, description="Cómo se llama quien gasta; sin ella, el Gobierno Regional del departamento")

    def code(self, scope: str) -> str:
        """The code of whose spending a scope is; empty when nobody says it, `todo` for everything."""
        codes: dict[str, str] = {PLIEGO: self.pliego, DEPARTMENT: self.departamento_meta}
        return codes.get(scope, scope)

    @property
    def called(self) -> str:
        """The name of who spends; empty when nobody says it."""
        if self.entidad is not None or not self.nombre or self.nombre.lower().startswith("gobierno "):
            return self.nombre if self.entidad is None else self.entidad
        return f"Gobierno Regional de {self.nombre}"

    def words(self, scope: str) -> str:
        """A scope in Spanish."""
        everybody = "gasto de todos los niveles de gobierno que recae en"
        of = "del" if self.called.lower().startswith(("gobierno ", "gore ")) else "de"
        words: dict[str, str] = {
            PLIEGO: f"gasto {of} {self.called} (pliego {self.pliego})" if self.called else f"gasto del pliego {self.pliego}",
            DEPARTMENT: f"{everybody} {self.nombre} (departamento de la meta {self.departamento_meta})"
            if self.nombre
            else f"{everybody} el departamento {self.departamento_meta}",
        }
        return words.get(scope, "todo el gasto de la instantánea")


class VinculoSpec(Spec):
    """How budget reaches the actions."""

    reglas: Path | None = Field(default=None, description="Archivo de reglas (vinculos.csv), firmadas o propuestas, relativo al análisis")
    ambito: AmbitoSpec = AmbitoSpec()
    transversales: tuple[str, ...] = Field(default=(), description="Acciones que se muestran aparte y nunca se suman")
    motivo_transversal: str = ""


class MatricesSpec(Spec):
    """Year pairs (execution, result) and the thresholds of the diagnosis."""

    pares: tuple[tuple[int, int], ...] = Field(
        default=(),
        description="Pares de años (ejecución, resultado); sin ellos, o con una instantánea, cada año cerrado con dinero y el resultado que le toca",
    )
    ejecuta_desde_ratio: Ratio = 0.75
    logra_desde_ratio: Ratio = 0.75


class PesosSpec(Spec):
    """Weights of the components of the lag score; they are normalised to 1."""

    brecha_avance: Annotated[float, Field(ge=0)] = 0.40
    tendencia: Annotated[float, Field(ge=0)] = 0.15
    brecha_ejecucion: Annotated[float, Field(ge=0)] = 0.15
    peso_presupuestal: Annotated[float, Field(ge=0)] = 0.10
    prioridad: Annotated[float, Field(ge=0)] = 0.20

    @model_validator(mode="after")
    def _some_weight(self) -> PesosSpec:
        if sum(self.as_dict().values()) <= 0:
            raise ValueError("al menos un peso debe ser mayor que cero")
        return self

    def as_dict(self) -> dict[str, float]:
        """Weights by component name."""
        return self.model_dump()

    @property
    def partes(self) -> dict[str, float]:
        """The part of the whole score that each component may give."""
        total = sum(self.as_dict().values())
        return {name: weight / total for name, weight in self.as_dict().items()}


class RankingSpec(Spec):
    """Which years, which objectives have priority and how the components are weighed."""

    anio_ejecucion: int = Field(default=UNSAID, description="Año del dinero; sin él, el último cerrado. Con una instantánea es el de ella")
    anio_resultado: int = Field(default=UNSAID, description="Año del resultado; sin él, el evaluado")
    anio_resultado_previo: int = Field(
        default=UNSAID, description="Año del que parte la tendencia; sin él, el evaluado anterior, y sin éste la tendencia es ND"
    )
    rezagada_bajo_ratio: Ratio = 0.95
    objetivos_prioritarios: tuple[str, ...] = ()
    pesos: PesosSpec = PesosSpec()


class DimensionSpec(Spec):
    """A group of objectives, as the author of the analysis reads them."""

    nombre: Annotated[str, Field(min_length=1)]
    objetivos: Annotated[tuple[str, ...], Field(min_length=1)]


class AsociacionSpec(Spec):
    """How execution is set beside advance: what is held constant, how sure to be and what to compare with."""

    controles: tuple[Literal["pim", "dimension"], ...] = Field(
        default=("pim", "dimension"), description="Qué más entra en las regresiones; dimension sólo si se declaran"
    )
    dimensiones: tuple[DimensionSpec, ...] = Field(default=(), description="Objetivos de cada dimensión; la primera es la de referencia")
    variantes: Literal["todas", "elegida"] = Field(
        default="todas", description="Con todos los perfiles y políticas de ND, o sólo con los de [avance]"
    )
    remuestreos: Annotated[int, Field(ge=1000, le=100_000)] = 10_000
    semilla: Annotated[int, Field(ge=0)] = 2024
    confianza: Annotated[float, Field(ge=0.5, le=0.999)] = 0.95
    potencia: Annotated[float, Field(ge=0.5, le=0.99)] = 0.80
    correlacion_referencia: Annotated[float, Field(ge=0.05, le=0.95)] = 0.30
    cita: str = Field(default="", description="Frase del documento evaluado con la que se compara, con su lugar")

    @model_validator(mode="after")
    def _each_objective_once(self) -> AsociacionSpec:
        placed = [objective for group in self.dimensiones for objective in group.objetivos]
        names = [group.nombre for group in self.dimensiones]
        if len(placed) > len(set(placed)) or len(names) > len(set(names)):
            raise ValueError("dimensiones con nombres distintos y cada objetivo en una sola")
        return self


class LimiteSpec(Spec):
    """Something that only the money of one kind of source does not tell."""

    frase: Text
    dinero: MoneyKind = Field(description="Clase de fuente del dinero de la que habla: impresa o vinculada")


class AnalisisSpec(Spec):
    """One question asked of one set of data: the whole of an `analisis.toml`."""

    titulo: Text
    autor: Text
    pregunta: Text
    fuente: Text = Field(description="De dónde salen los datos, como se cita al pie de cada figura")
    fecha_corte: dt.date = Field(description="Fecha del documento o corte de los datos")
    anio_evaluado: int = Field(default=UNSAID, description="Año que se evalúa; sin él, el último con algún valor obtenido")
    no_modela: tuple[str | LimiteSpec, ...] = Field(
        default=(),
        description="Lo que el análisis no dice, en frases; la que es de una clase de fuente del dinero la nombra, y sale si esa decide",
    )
    hereda: str | None = Field(
        default=None, description="Otro analisis.toml del que toma las claves que éste no escribe, relativo a su carpeta"
    )
    escenarios: tuple[str, ...] | None = Field(
        default=None, description="Escenarios que corre, por el nombre de su archivo y en este orden; sin ella, todos los de su carpeta"
    )
    fuentes: FuentesSpec
    niveles: NivelesSpec = NivelesSpec()
    avance: AvanceSpec = AvanceSpec()
    semaforo: SemaforoSpec = SemaforoSpec()
    vinculo: VinculoSpec = VinculoSpec()
    matrices: MatricesSpec = MatricesSpec()
    ranking: RankingSpec = RankingSpec()
    seguimiento: SeguimientoSpec = SeguimientoSpec()
    proyeccion: ProyeccionSpec = ProyeccionSpec()
    robustez: RobustezSpec = RobustezSpec()
    asociacion: AsociacionSpec = AsociacionSpec()

    def unsaid(self, money: MoneyKind) -> tuple[str, ...]:
        """`no_modela` in sentences, without those about a source of money of another kind than the one that decides."""
        return tuple(one if isinstance(one, str) else one.frase for one in self.no_modela if isinstance(one, str) or one.dinero == money)
