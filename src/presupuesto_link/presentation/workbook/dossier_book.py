"""The workbook of a dossier: what to read first, the cards, and every table with its dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from presupuesto_link.dossier import Dossier
from presupuesto_link.fields import MEF, field_of
from presupuesto_link.presentation.telling.marked import SYNTHETIC
from presupuesto_link.presentation.telling.monitoring_words import MONITORING
from presupuesto_link.presentation.telling.tables import FACTS, ResultTable
from presupuesto_link.presentation.telling.words import money_note
from presupuesto_link.presentation.workbook.book_cards import PeopleSheets
from presupuesto_link.presentation.workbook.book_table import Reading, TableSheet
from presupuesto_link.presentation.workbook.workbook import write_workbook
from presupuesto_link.tables.filled import SHEETS
from presupuesto_link.wording import NO_DATA

BANNER = "DATOS SINTÉTICOS: ninguna cifra de dinero del año en curso es del SIAF"
LIT = frozenset({"ejecucion_ratio", "avance_ratio", "avance_previo_ratio", "devengado_ratio", "compromiso_ratio", "certificado_ratio"})
_FIRST = ("ranking", "rediseno", "brechas_de_datos", "trimestre_alertas", "trimestre_semaforo", "trimestre_cierre")


def write_dossier_book(dossier: Dossier, tables: Sequence[ResultTable], path: Path) -> None:
    """Write the workbook.

    Args:
        dossier: what the first sheets and the cards tell.
        tables: every result table, in the order of the files; those that people work with go first.
        path: the `.xlsx`; replaced if it exists.

    Raises:
        OSError: the file cannot be written.
    """
    spec = dossier.analysis.inputs.spec
    banner = BANNER if dossier.synthetic else ""
    bands = (spec.semaforo.amarillo_desde_ratio, spec.semaforo.verde_desde_ratio)
    reading = Reading(banner, bands, LIT)
    shown = (
        table for table in tables if table.name != FACTS
    )  # ten thousand rows that a sheet of numbers does not need: `KEYS` leads to them
    ordered = sorted(shown, key=lambda table: _FIRST.index(table.name) if table.name in _FIRST else len(_FIRST))
    sheets = {table.name: _sheet(table, dossier.synthetic) for table in ordered}
    write_workbook(path, sheets, _about(dossier), reading, PeopleSheets(dossier, banner))


def _sheet(table: ResultTable, made_up: bool) -> TableSheet:
    """A table as a sheet, with what each of its columns is; where money is made up, no column says that it comes from the State."""
    told = {name: field for name in table.frame.columns if (field := field_of(table.name, name))}
    made_up = made_up and table.name.startswith("trimestre_")
    notes = {
        name: f"{f.meaning}. Unidad: {f.unit}. Origen: {SYNTHETIC if made_up and f.source == MEF else f.source}."
        for name, f in told.items()
    }
    to_fill = frozenset(SHEETS[table.name].to_fill) if table.name in SHEETS else frozenset()
    return TableSheet(table.title, table.frame, table.note, to_fill, notes, {name: f.unit for name, f in told.items()})


def _about(dossier: Dossier) -> list[tuple[str, str]]:
    """The reading guide."""
    spec, quarter = dossier.analysis.inputs.spec, dossier.quarter
    followed = quarter.monitoring.followed if quarter else None
    return [
        ("Análisis", spec.titulo),
        ("Pregunta", spec.pregunta),
        (
            "Cómo leerlo",
            f"Empiece por «Resumen»; cada código de {dossier.analysis.levels.accion} lleva a su ficha. «ranking» ordena qué atender primero; «rediseno» y «brechas_de_datos» tienen celdas amarillas para llenar.",
        ),
        (
            "Colores",
            f"R rojo, A amarillo, V verde; gris quiere decir sin dato ({NO_DATA}). El color acompaña a la palabra o a la cifra: nunca va solo.",
        ),
        ("Vacío", "Una celda vacía es un dato que no existe: no es cero. El motivo está en la columna que termina en «motivo»."),
        ("Columnas", "Pase el cursor por un título para ver qué es, en qué unidad y de dónde sale; todas están en «diccionario»."),
        (
            "Claves",
            "«claves» dice qué hecho es cada columna de cifras; el resumen y las fichas llevan las claves de sus cifras en columnas ocultas a la derecha. Cada hecho, con su regla y sus filas, está en tablas/hechos.csv",
        ),
        ("Fuente", spec.fuente),
        ("Fecha de corte", f"{spec.fecha_corte:%d/%m/%Y}"),
        *(
            [
                (
                    "Trimestre",
                    f"{followed.year} al {followed.cut_off:%d/%m/%Y}, instantánea {followed.linkage.snapshot.id}, {followed.linkage.scope}. {MONITORING}",
                ),
                ("Dinero", money_note(dossier.analysis)),
            ]
            if quarter and followed
            else []
        ),
        ("Perfil de avance", spec.avance.perfil),
        ("Política de ND", spec.avance.politica_nd),
        *(("No modela", sentence) for sentence in dossier.analysis.no_modela),
    ]
