"""Legal rules of budget modifications as dated data: what a norm file may say, and how a folder of them is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.specs.base import Ratio, Spec, read_spec
from presupuesto_link.vocabulary import Confidence, Side, Verdict

BagKey = Literal["pliego", "sec_ejec", "fuente", "rubro", "tipo_recurso", "categoria_gasto", "generica", "programa"]
Month = Annotated[int, Field(ge=1, le=12)]
Ident = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9.-]*$")]
Values = Annotated[tuple[str, ...], Field(min_length=1)]
Selector = Mapping[str, Values]

LABELS: Mapping[str, str] = {
    "pliego": "pliego",
    "nivel": "nivel de gobierno",
    "sec_ejec": "unidad ejecutora",
    "programa": "categoría presupuestal",
    "producto": "producto o proyecto",
    "actividad": "actividad",
    "finalidad": "finalidad",
    "finalidad_nombre": "nombre de la finalidad",
    "producto_nombre": "nombre del producto",
    "fuente": "fuente de financiamiento",
    "rubro": "rubro",
    "tipo_recurso": "tipo de recurso",
    "categoria_gasto": "categoría de gasto",
    "generica": "genérica",
    "clasificador": "clasificador de gasto",
    "inversion": "si es inversión",
    "accion": "acción estratégica",
}
"""Fields that come from the spending lines, as messages name them."""

FACTS: Mapping[str, str] = {
    "metas_fisicas_alcanzadas": "metas físicas alcanzadas",
    "programa_nuevo": "programa presupuestal que inicia su implementación este año",
    "app": "recursos de una APP: PAS, PAO, PAMO, OTRA (otra obligación del contrato) o no",
    "reorganizacion_de_entidad": "creación, fusión, reestructuración o traspaso de competencias",
    "sentencia_cosa_juzgada": "pago de una sentencia en calidad de cosa juzgada",
    "transferencia_autorizada": "transferencia financiera autorizada por la ley anual",
    "saldo_de_balance": "saldo de balance: no, libre o con_destino",
    "transferencia_con_destino": "recursos recibidos con una finalidad fijada por la norma que los transfirió",
    "convenio_lo_permite": "el convenio de donación o endeudamiento permite el cambio",
    "nuevos_pensionistas_20530": "nuevos pensionistas del Decreto Ley 20530",
    "unidad_ejecutora_salud": "unidad ejecutora de salud",
    "ayuda_humanitaria": "bienes de ayuda humanitaria, o su transporte y estiba",
    "habilitado_por_art_53": "recursos que se habilitaron para la emergencia por el artículo 53",
    "emergencia_nivel_4_5": "emergencia de nivel 4 o 5 con declaratoria",
    "expediente_tecnico_aprobado": "expediente técnico o documento equivalente aprobado (o Obras por Impuestos viable)",
    "por_liquidar_o_mas_de_90": "inversión por liquidar o con avance financiero mayor al 90 %",
    "cerrada_f09_o_arbitraje_f12b": "inversión cerrada con Formato 09, o en arbitraje registrado en el Formato 12-B",
    "anexo_i": "recursos del Anexo I de la ley anual",
    "recursos_fondes": "recursos del FONDES",
    "mantenimiento_infraestructura": "mantenimiento de infraestructura",
    "seguridad_ciudadana": "seguridad ciudadana y lucha contra la criminalidad",
    "punto_critico_sigrid": "actividad del artículo 54 en un punto crítico publicado en el SIGRID",
    "fondes_o_emergencia": "la misma actividad recibió FONDES o dinero de una emergencia en los años que dice la regla",
    "maquinaria_gestion_riesgo": "maquinaria y equipo para la gestión del riesgo de desastres",
    "mayores_ingresos": "mayores ingresos del año, no previstos en la apertura",
    "contrato_en_ejecucion": "contrato suscrito y ejecución física: si, no o paralizada",
    "presupuesto_participativo": "inversión priorizada en el presupuesto participativo",
}
"""What no SIAF field says and a person declares for a line: `si` or `no`, or the values named in the description."""

_OTHER_VALUES: Mapping[str, tuple[str, ...]] = {
    "app": ("PAS", "PAO", "PAMO", "OTRA", "no"),
    "saldo_de_balance": ("no", "libre", "con_destino"),
    "contrato_en_ejecucion": ("si", "no", "paralizada"),
}


def fact_values(fact: str) -> tuple[str, ...]:
    """What may be declared of a fact."""
    return _OTHER_VALUES.get(fact, ("si", "no"))


FIELD_NAMES: Mapping[str, str] = {**LABELS, **FACTS}


class CondicionSpec(Spec):
    """One condition on a transfer; all that it says must hold at once."""

    donante: Selector = Field(default_factory=dict, description="Campo del donante → valores que puede tener")
    receptor: Selector = Field(default_factory=dict, description="Campo del receptor → valores que puede tener")
    donante_no: Selector = Field(default_factory=dict, description="Campo del donante → valores que no puede tener")
    receptor_no: Selector = Field(default_factory=dict, description="Campo del receptor → valores que no puede tener")
    iguales: tuple[BagKey, ...] = Field(default=(), description="Campos que coinciden en ambos lados")
    distintos: tuple[BagKey, ...] = Field(default=(), description="Campos que difieren entre los lados")
    meses: tuple[Month, ...] = Field(default=(), description="Meses de la fecha de la operación")

    @field_validator("donante", "receptor", "donante_no", "receptor_no")
    @classmethod
    def _known(cls, selector: Selector) -> Selector:
        unknown = sorted(set(selector) - FIELD_NAMES.keys())
        if unknown:
            raise ValueError(f"campos conocidos; no existe {', '.join(unknown)}")
        for fact in sorted(set(selector) & FACTS.keys()):
            if wrong := sorted(set(selector[fact]) - set(fact_values(fact))):
                raise ValueError(f"{fact}: {', '.join(fact_values(fact))}; no {', '.join(wrong)}")
        return selector

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("al menos un requisito en cada condición; para «siempre», quite la lista")
        return self

    def selectors(self, side: Side) -> Iterator[tuple[str, tuple[str, ...], bool]]:
        """(field, values, wanted) of a side; `wanted` false when the field must not have the values."""
        wanted, unwanted = (self.donante, self.donante_no) if side == "donante" else (self.receptor, self.receptor_no)
        yield from ((field, values, True) for field, values in wanted.items())
        yield from ((field, values, False) for field, values in unwanted.items())


class _Articulo(Spec):
    """What every entry of a norm has: its own id, the article and one sentence."""

    id: Ident
    articulo: str
    texto: str
    confianza: Confidence
    nota: str = ""


class _Vigente(_Articulo):
    """An entry that may hold for less time than its norm."""

    cuando: tuple[CondicionSpec, ...] = ()
    desde: date | None = None
    hasta: date | None = None


class ReglaSpec(_Vigente):
    """A rule: what it says of the transfers of which `cuando` is true and `salvo` is not.

    The verdict FALTA DATO is for rules that no field decides: a person has to check.
    """

    veredicto: Verdict
    requiere: str = Field(default="", description="Documento u opinión")
    salvo: tuple[CondicionSpec, ...] = Field(default=(), description="Casos que la propia regla deja fuera")

    @model_validator(mode="after")
    def _paper(self) -> Self:
        if self.veredicto == "REQUIERE" and not self.requiere.strip():
            raise ValueError("«requiere»: el documento u opinión, porque el veredicto es REQUIERE")
        return self


class ExcepcionSpec(_Vigente):
    """An exception that only holds when a scenario invokes it by its id."""

    levanta: Annotated[tuple[Ident, ...], Field(min_length=1)] = Field(description="Reglas que deja sin efecto")
    requiere: str = Field(min_length=1, description="Documentos que hay que tener")
    tope_ratio: Ratio | None = Field(default=None, description="Parte de la base que la ley permite mover")
    tope_base: Selector = Field(default_factory=dict, description="Líneas del donante que forman la base del tope")

    @field_validator("tope_base")
    @classmethod
    def _known(cls, selector: Selector) -> Selector:
        if set(selector) - FIELD_NAMES.keys():
            raise ValueError("campos conocidos")
        return selector

    @model_validator(mode="after")
    def _cap(self) -> Self:
        if (self.tope_ratio is None) != (not self.tope_base):
            raise ValueError("«tope_ratio» y «tope_base» juntos, o ninguno")
        return self


class FormalidadSpec(_Articulo):
    """What every modification needs, whatever its lines are."""

    documento: str
    desde: date | None = None
    hasta: date | None = None


class NormaSpec(Spec):
    """One norm: a law that stays, the law of a year, one that completes them for some time, or those on sources of funds."""

    id: Ident
    titulo: str
    tipo: Literal["permanente", "anual", "complementaria", "fuentes"]
    anio: int | None = None
    estado: Literal["vigente", "por cargar"]
    vigente_desde: date
    vigente_hasta: date | None = None
    suspende: tuple[Ident, ...] = Field(default=(), description="Reglas que no rigen mientras rige esta norma")
    fuente: str
    nota: str = ""
    regla: tuple[ReglaSpec, ...] = ()
    excepcion: tuple[ExcepcionSpec, ...] = ()
    formalidad: tuple[FormalidadSpec, ...] = ()

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if (self.tipo == "anual") != (self.anio is not None):
            raise ValueError("«anio» en las normas de tipo anual y sólo en ellas")
        if self.estado == "por cargar" and (self.regla or self.excepcion or self.formalidad):
            raise ValueError("ninguna regla mientras el estado sea «por cargar»")
        return self

    def entries(self) -> Iterator[ReglaSpec | ExcepcionSpec | FormalidadSpec]:
        """Everything that has an id in the norm."""
        yield from self.regla
        yield from self.excepcion
        yield from self.formalidad


def read_norms(folder: Path) -> tuple[NormaSpec, ...]:
    """The norms of a folder, in the order of their file names.

    Args:
        folder: with one `.toml` per norm.

    Raises:
        SpecError: the folder has none, a file breaks its schema, an id is repeated, or something lifts or suspends a rule that no
            file has; the message names the file and the key.
    """
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise SpecError(Problem(str(folder), "ninguna norma", "una carpeta con archivos .toml", "revise la ruta"))
    norms = {path: read_spec(path, NormaSpec) for path in paths}
    check_norms({str(path): norm for path, norm in norms.items()})
    return tuple(norms.values())


def check_norms(norms: Mapping[str, NormaSpec]) -> None:
    """Check what a file alone does not show: ids apart from each other and references to rules that exist.

    Args:
        norms: by the name of their file, for messages.

    Raises:
        SpecError: with every problem.
    """
    rules = {rule.id for norm in norms.values() for rule in norm.regla}
    problems = [*_repeated(norms), *_dangling(norms, rules)]
    if problems:
        raise SpecError(*problems)


def _repeated(norms: Mapping[str, NormaSpec]) -> Iterable[Problem]:
    seen: dict[str, str] = {}
    for where, norm in norms.items():
        for name in (norm.id, *(entry.id for entry in norm.entries())):
            if name in seen:
                yield Problem(f"{where}, clave «id»", f"{name}, que ya está en {seen[name]}", "un id que no se repita", "cámbielo")
            seen[name] = where


def _dangling(norms: Mapping[str, NormaSpec], rules: set[str]) -> Iterable[Problem]:
    for where, norm in norms.items():
        named = [("suspende", norm.suspende), *((f"excepcion {e.id}.levanta", e.levanta) for e in norm.excepcion)]
        for key, ids in named:
            for name in sorted(set(ids) - rules):
                yield Problem(
                    f"{where}, clave «{key}»", f"{name}, que no es una regla", "el id de una regla", "corríjalo o cargue su norma"
                )
