"""The sections of the board, in the order they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Section:
    """A section: its id in the page, its name in the menu (where `{accion}` is the plan's word), its part of the template and what it needs to be shown."""

    id: str
    menu: str
    part: str
    needs: str = ""

    @property
    def template(self) -> str:
        """The file of its part."""
        return f"secciones/{self.part}.html.j2"


SECTIONS = (
    Section("trimestre", "El trimestre", "trimestre", "trimestre"),
    Section("diez-lineas", "La evaluación en diez líneas", "diez_lineas"),
    Section("semaforo", "Semáforo", "semaforo"),
    Section("matriz", "Gasto y resultado", "matriz"),
    Section("ranking", "Ranking", "ranking"),
    Section("prioridad-de-dato", "Prioridad de dato", "datos"),
    Section("fichas", "Fichas por {accion}", "fichas"),
    Section("escenarios", "Escenarios", "escenarios"),
    Section("proyeccion", "Proyección al cierre", "proyeccion", "proyeccion"),
    Section("cobertura", "Vínculo", "cobertura", "cobertura"),
    Section("compromisos", "Lo prometido", "compromisos", "compromisos"),
    Section("rediseno", "Hoja de rediseño", "rediseno"),
    Section("brechas", "Datos que faltan", "brechas"),
    Section("indice-propio", "Índice", "indice"),
    Section("auditoria", "Auditoría", "auditoria"),
    Section("conciliacion", "Conciliación", "conciliacion"),
    Section("correcciones", "Correcciones", "correcciones"),
    Section("no-modela", "Límites", "limites"),
    Section("metodo", "Método y fuentes", "metodo"),
    Section("otras-figuras", "Otras figuras", "otras_figuras", "otras_figuras"),
    Section("archivos", "Archivos", "archivos", "tablas"),
)


def shown(context: Mapping[str, Any]) -> list[Section]:
    """The sections that have what they need."""
    return [section for section in SECTIONS if not section.needs or context.get(section.needs)]
