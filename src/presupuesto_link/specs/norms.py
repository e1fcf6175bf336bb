"""Legal rules as dated data: when a rule applies to a transfer, what it says of it, and what lifts it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.specs.base import Ratio, Spec, read_spec
from presupuesto_link.specs.scenario import Verdict

FACTS = {
    "metas_fisicas_alcanzadas": "se alcanzaron las metas físicas del producto",
    "metas_fisicas_en_revision": "el programa presupuestal empieza este año",
    "expediente_tecnico_aprobado": "tiene expediente técnico o documento equivalente aprobado (u Obras por Impuestos viable)",
    "por_liquidar_o_mas_de_90": "está por liquidar o pasa de 90 % de avance financiero",
    "inversion_cerrada_o_en_arbitraje": "tiene Formato 09 de cierre, o controversia en el Formato 12-B",
    "contrato_en_ejecucion": "tiene contrato suscrito y está en ejecución física",
    "presupuesto_participativo": "viene del presupuesto participativo",
    "es_estudio_de_preinversion": "es un estudio de preinversión",
    "anexo_de_transferencias": "está en el anexo de recursos asignados por ley a inversiones con nombre propio",
    "recursos_con_finalidad": "son recursos transferidos o saldos con finalidad fijada por norma o convenio",
    "convenio_lo_permite": "el convenio o contrato de la operación permite el nuevo uso",
    "ayuda_humanitaria": "son bienes de ayuda humanitaria",
    "app": "es pago por servicio, obra o mantenimiento (PAS, PAO, PAMO) de una APP",
    "emergencia_nivel_4_5": "atiende una emergencia de nivel 4 o 5 con declaratoria",
    "mantenimiento_o_seguridad": "es mantenimiento de infraestructura o seguridad ciudadana, sin gasto de personal",
    "reduccion_de_riesgo_en_sigrid": "es reducción del riesgo en un punto crítico publicado en el SIGRID",
    "maquinaria_para_riesgo": "es maquinaria o equipo para la gestión del riesgo (Ley 31952)",
}
"""What a person may declare of a line, because no SIAF field says it."""
CODES = (
    "accion", "nivel", "pliego", "sec_ejec", "programa", "producto", "actividad", "finalidad", "fuente", "rubro", "tipo_recurso",
    "categoria_gasto", "generica", "clasificador", "inversion",
)  # fmt: skip
TEXTS = ("finalidad_nombre", "producto_nombre")
COMPARABLE = ("pliego", "sec_ejec", "fuente", "rubro", "tipo_recurso", "categoria_gasto", "generica", "programa")
SIDES = ("donante", "receptor")
Values = Annotated[tuple[str, ...], Field(min_length=1)]


class CondicionSpec(Spec):
    """A condition over both ends of a transfer: everything it says must hold."""

    donante: dict[str, Values] = Field(
        default_factory=dict, description="Campo → códigos; un clasificador vale con todo lo que cuelga de él"
    )
    receptor: dict[str, Values] = Field(default_factory=dict)
    donante_no: dict[str, Values] = Field(default_factory=dict, description="Campo → códigos que no tiene")
    receptor_no: dict[str, Values] = Field(default_factory=dict)
    iguales: tuple[str, ...] = Field(default=(), description="Campos iguales en ambos lados")
    distintos: tuple[str, ...] = Field(default=(), description="Campos que difieren")
    meses: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(
        default=(), description="Meses de la fecha de la modificación"
    )

    @model_validator(mode="after")
    def _known_fields(self) -> CondicionSpec:
        known = {*CODES, *TEXTS, *FACTS}
        named = {*self.donante, *self.receptor, *self.donante_no, *self.receptor_no}
        if unknown := sorted(named - known):
            raise ValueError(f"campos conocidos ({', '.join(sorted(known))}); no: {', '.join(unknown)}")
        if unknown := sorted({*self.iguales, *self.distintos} - set(COMPARABLE)):
            raise ValueError(f"campos comparables ({', '.join(COMPARABLE)}); no: {', '.join(unknown)}")
        return self


class _Dated(Spec):
    """What rules, exceptions and formalities share."""

    id: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Za-z0-9.\-]*$")]
    articulo: Annotated[str, Field(min_length=3)]
    texto: Annotated[str, Field(min_length=10)] = Field(description="Lo que dice, en una oración")
    confianza: Literal["alta", "media", "baja"]
    nota: str = ""
    desde: dt.date | None = None
    hasta: dt.date | None = None


class ReglaSpec(_Dated):
    """A rule. It applies when some condition of `cuando` holds (always, without any) and none of `salvo` does."""

    veredicto: Verdict = Field(description="FALTA DATO: ningún campo del SIAF lo decide y una persona debe comprobarlo")
    requiere: str = Field(default="", description="El documento u opinión que pide")
    cuando: tuple[CondicionSpec, ...] = ()
    salvo: tuple[CondicionSpec, ...] = ()

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> ReglaSpec:
        if self.veredicto in ("REQUIERE", "FALTA DATO") and not self.requiere:
            raise ValueError("en «requiere», el documento, la opinión o la comprobación que pide")
        return self


class ExcepcionSpec(_Dated):
    """What lifts rules. Never applied by itself: a scenario must invoke it, and then it asks for its papers."""

    levanta: Values = Field(description="Reglas que levanta")
    cuando: tuple[CondicionSpec, ...] = ()
    requiere: Annotated[str, Field(min_length=1)]
    tope_ratio: Ratio | None = Field(default=None, description="Parte máxima que la norma deja mover")
    tope_base: dict[str, Values] = Field(default_factory=dict, description="De qué líneas es parte (campo → códigos)")


class FormalidadSpec(_Dated):
    """What every modification needs; it never changes a verdict."""

    documento: Annotated[str, Field(min_length=1)]


class NormaSpec(Spec):
    """A norm: one file of `data/normas`."""

    id: str
    titulo: str
    tipo: Literal["permanente", "anual", "fuentes", "urgencia"]
    anio: Annotated[int, Field(ge=1990, le=2100)] | None = Field(
        default=None, description="Año fiscal de una ley anual"
    )
    estado: Literal["vigente", "por cargar"] = "vigente"
    vigente_desde: dt.date
    vigente_hasta: dt.date | None = None
    suspende: tuple[str, ...] = Field(default=(), description="Reglas de otras normas que suspende mientras rige")
    fuente: str
    nota: str = ""
    regla: tuple[ReglaSpec, ...] = ()
    excepcion: tuple[ExcepcionSpec, ...] = ()
    formalidad: tuple[FormalidadSpec, ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> NormaSpec:
        if self.tipo == "anual" and self.anio is None:
            raise ValueError("una norma anual con su anio")
        if self.estado == "por cargar" and (self.regla or self.excepcion):
            raise ValueError("una norma por cargar sin reglas; cambie su estado a vigente cuando las tenga")
        if self.vigente_hasta and self.vigente_hasta < self.vigente_desde:
            raise ValueError("vigente_hasta no antes de vigente_desde")
        return self


def read_norms(folder: Path) -> tuple[NormaSpec, ...]:
    """Every norm of a folder, by file name.

    Raises:
        SpecError: a file is not a norm, an id is twice, or an exception or a suspension names a rule that no file has.
    """
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise SpecError(
            Problem(str(folder), "ninguna norma", "archivos .toml de normas", "indique la carpeta que las tiene")
        )
    norms = tuple(read_spec(path, NormaSpec) for path in files)
    check_norms(norms, [str(path) for path in files])
    return norms


def check_norms(norms: tuple[NormaSpec, ...], places: list[str]) -> None:
    """Ids are of one norm only, and what lifts or suspends names rules that exist.

    Raises:
        SpecError: with the file and the key of each problem.
    """
    rules = {rule.id for norm in norms for rule in norm.regla}
    seen: set[str] = set()
    problems = []
    for norm, place in zip(norms, places, strict=True):
        for item in (*norm.regla, *norm.excepcion, *norm.formalidad):
            if item.id in seen:
                problems.append(
                    Problem(f"{place}, clave «id»", item.id, "un id que no esté en otra regla", "cambie uno de los dos")
                )
            seen.add(item.id)
        named = [("excepcion.levanta", rule) for item in norm.excepcion for rule in item.levanta]
        named += [("suspende", rule) for rule in norm.suspende]
        problems += [
            Problem(
                f"{place}, clave «{key}»",
                rule,
                "el id de una regla de alguna norma",
                "corrija el id o agregue la regla",
            )
            for key, rule in named
            if rule not in rules
        ]
    if problems:
        raise SpecError(*problems)
