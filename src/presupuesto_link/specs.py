"""Frozen specifications read from TOML: analysis, advance profile and scenario.

Every spec refuses unknown keys, so that a misspelt parameter is an error and never a silent default.
The text of a field is its documentation; `docs/guia` is written from it.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from presupuesto_link.errors import Problem, SpecError, place_of, system_reason

Ratio = Annotated[float, Field(ge=0, le=1)]
Sense = Literal["ascendente", "descendente", "máximo permisible", "mínimo permisible"]
NdPolicy = Literal["excluir", "cero"]
S = TypeVar("S", bound="Spec")


class Spec(BaseModel):
    """Base of every specification: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SenseRules(Spec):
    """The rule of Avance Tipo I for each sense (names of `measures.rules.RULES`)."""

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
    gasto_aer: Path = Field(description="Tabla de PIA, PIM y devengado por AER")
    anio_gasto: Annotated[int, Field(ge=1990, le=2100)] = Field(description="Año fiscal de esa tabla")
    lugar_gasto: str | None = Field(
        default=None, description="Cómo se cita esa tabla en los hallazgos; sin él, el nombre del archivo"
    )
    perfiles: Path = Field(description="Carpeta con los perfiles de avance")


class AvanceSpec(Spec):
    """Which profile and ND policy the matrices and the ranking use."""

    perfil: str = "ceplan"
    perfil_replica: str = Field(
        default="informe_2024", description="Perfil con el que se reproduce el informe auditado"
    )
    politica_nd: NdPolicy = "excluir"


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

    pliego: str = Field(default="445", description="Código de pliego del gobierno regional")
    departamento_meta: str = Field(default="06", description="Código del departamento donde recae el gasto")
    nombre: str = Field(default="Cajamarca", description="Cómo se llama el departamento en los títulos")

    def words(self, scope: str) -> str:
        """A scope in Spanish."""
        return {
            "pliego": f"gasto del Gobierno Regional de {self.nombre} (pliego {self.pliego})",
            "departamento": f"gasto de todos los niveles de gobierno que recae en {self.nombre} (departamento de la meta {self.departamento_meta})",
        }.get(scope, "todo el gasto de la instantánea")


class VinculoSpec(Spec):
    """How budget reaches the actions."""

    reglas: Path | None = Field(
        default=None, description="Archivo de reglas firmadas (vinculos.csv), relativo al análisis"
    )
    ambito: AmbitoSpec = AmbitoSpec()
    transversales: tuple[str, ...] = Field(default=(), description="AER que se muestran aparte y nunca se suman")
    motivo_transversal: str = ""


class MatricesSpec(Spec):
    """Year pairs (execution, result) and the thresholds of the diagnosis."""

    pares: Annotated[tuple[tuple[int, int], ...], Field(min_length=1)] = ((2023, 2023), (2023, 2024))
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


class RankingSpec(Spec):
    """Which years, which objectives have priority and how the components are weighed."""

    anio_ejecucion: int = 2023
    anio_resultado: int = 2024
    anio_resultado_previo: int = 2023
    rezagada_bajo_ratio: Ratio = 0.95
    objetivos_prioritarios: tuple[str, ...] = ()
    pesos: PesosSpec = PesosSpec()


class AnalisisSpec(Spec):
    """One question asked of one set of data: the whole of an `analisis.toml`."""

    titulo: str
    autor: str
    pregunta: str
    fuente: str = Field(description="De dónde salen los datos, como se cita al pie de cada figura")
    fecha_corte: dt.date = Field(description="Fecha del documento o corte de los datos")
    no_modela: tuple[str, ...] = ()
    fuentes: FuentesSpec
    avance: AvanceSpec = AvanceSpec()
    semaforo: SemaforoSpec = SemaforoSpec()
    vinculo: VinculoSpec = VinculoSpec()
    matrices: MatricesSpec = MatricesSpec()
    ranking: RankingSpec = RankingSpec()


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


def read_spec(path: Path, model: type[S]) -> S:
    """Read and check a TOML specification.

    Args:
        path: the `.toml` file (UTF-8).
        model: the spec class it must satisfy.

    Returns:
        The frozen spec.

    Raises:
        SpecError: the file is missing, is not TOML, or has unknown, missing or impossible values;
            all problems of the file are reported together.
    """
    return validate_spec(_read_toml(path), model, str(path))


def validate_spec(data: dict[str, Any], model: type[S], where: str) -> S:
    """Check a mapping against a spec, naming each offending key in Spanish."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise SpecError(*(_problem(where, item) for item in error.errors())) from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SpecError(
            Problem(str(path), "el archivo no existe", "un archivo TOML", "revise la ruta escrita")
        ) from None
    except IsADirectoryError:
        raise SpecError(
            Problem(str(path), "una carpeta", "un archivo TOML", "indique el archivo que está dentro de la carpeta")
        ) from None
    except OSError as error:
        raise SpecError(
            Problem(
                str(path),
                f"no se puede leer ({system_reason(error)})",
                "un archivo TOML legible",
                "revise los permisos",
            )
        ) from None
    except UnicodeDecodeError as error:
        raise SpecError(
            Problem(
                f"{path}, byte {error.start}", "texto que no es UTF-8", "TOML en UTF-8", "guarde el archivo como UTF-8"
            )
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise SpecError(
            Problem(str(path), f"TOML mal escrito{place_of(error)}", "TOML válido", "corrija la línea indicada")
        ) from None


_TYPES = {
    "int": "un número entero",
    "float": "un número",
    "string": "un texto",
    "bool": "true o false",
    "tuple": "una lista",
    "list": "una lista",
    "date": "una fecha AAAA-MM-DD",
    "dict": "una sección",
}


def _problem(where: str, item: Any) -> Problem:
    """A pydantic error as a Spanish problem with its key."""
    kind, ctx = str(item["type"]), item.get("ctx", {})
    key = ".".join(str(part) for part in item["loc"]) or "(archivo)"
    found = f"{item['input']!r}"
    if kind == "extra_forbidden":
        return Problem(
            f"{where}, clave «{key}»",
            f"clave desconocida (valor {found})",
            "una clave documentada",
            "revise si está mal escrita; las claves están en la guía",
        )
    if kind == "missing":
        return Problem(f"{where}, clave «{key}»", "no está", "un valor", "agregue la clave")
    if kind == "too_short":
        return Problem(
            f"{where}, clave «{key}»", "una lista vacía", "al menos un elemento", "agregue uno o quite la clave"
        )
    limits = {
        "greater_than_equal": "un valor mayor o igual que {ge}",
        "less_than_equal": "un valor menor o igual que {le}",
    }
    if kind in limits:
        expected = limits[kind].format(**ctx)
    elif kind == "literal_error":
        expected = "uno de " + str(ctx.get("expected", "")).replace(" or ", " o ")
    elif kind == "value_error":
        expected = str(ctx.get("error", "un valor posible"))
    elif kind == "string_pattern_mismatch":
        expected = f"un texto con la forma {ctx.get('pattern', '')}"
    else:
        expected = _TYPES.get(kind.partition("_")[0], "un valor del tipo documentado")
    return Problem(f"{where}, clave «{key}»", found, expected, "corrija el valor")
