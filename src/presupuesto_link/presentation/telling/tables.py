"""The result tables of an analysis, named and ordered as they are written to disk."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from presupuesto_link.dossier import Dossier, Quarter
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.facts import Facts
from presupuesto_link.fields import FIELDS, IN_TABLES
from presupuesto_link.presentation.telling.marked import marked
from presupuesto_link.presentation.telling.quarter_tables import monitoring_tables, projection_tables
from presupuesto_link.presentation.telling.words import year_pair
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.sources.filled import UNPLACED
from presupuesto_link.tables.levels import Levels
from presupuesto_link.vocabulary import MONTHS

FACTS, KEYS = "hechos", "claves"


@dataclass(frozen=True)
class ResultTable:
    """One output table: file name, Spanish title and what it says."""

    name: str
    title: str
    note: str
    frame: pl.DataFrame


_TEXTS = {
    "presupuesto_aer": (
        "Presupuesto por {accion}",
        "Cada etapa del gasto de cada {accion} y año, con su fuente, su ámbito y el día que es; las transversales no se suman",
    ),
    "cobertura": ("Cobertura del vínculo", "Cuántas {accion} y cuántos soles hay en cada clase de vínculo"),
    "conciliacion_dinero": (
        "Dos fuentes de un mismo año",
        "Cada {accion} según la fuente que decide y según la otra, la diferencia y su motivo probable; vacía si cada año tiene una sola",
    ),
    "indicadores": ("Indicadores", "Sentido declarado, con su sustento y los desacuerdos con la serie de metas"),
    "avance_indicadores": ("Avance de indicadores", "Avance Tipo I y II con cada perfil, y la regla que dio cada cifra"),
    "avance_elementos": ("Avance de {objetivo} y {accion}", "Con cada perfil y las dos políticas de ND"),
    "conteo_colores": ("Conteo por color", "{objetivo} y {accion} en cada color"),
    "indice": ("Índice propio (no oficial)", "Media de los {objetivo}; no es el Índice de Gestión publicado"),
    "hallazgos": ("Hallazgos de la auditoría", "Qué se encontró, qué se esperaba, por qué y qué hacer"),
    "conciliacion_avances": ("Conciliación de avances", "Cada avance declarado frente a las reglas"),
    "conciliacion_reglas": ("Reglas que explican", "Cuántos avances declarados explica cada regla"),
    "conciliacion_globales": ("Avances globales publicados", "Frente a las dos políticas de ND"),
    "dudas": ("Indicadores en duda", "Por qué la auditoría observa su meta o su valor de ese año"),
    "correcciones": ("Correcciones", "Qué valores se corrigieron y con qué evidencia"),
    "rediseno": (
        "Hoja de rediseño de las {accion}",
        "Qué sugieren revisar los números; responsable, fecha y decisión se llenan a mano. El PIM se repite en cada fila de la misma {accion}",
    ),
    "ritmo_de_indicadores": (
        "Ritmo de los indicadores",
        "Ritmo observado y el que pedía la meta, en las unidades de cada indicador por año",
    ),
    "brechas_de_datos": (
        "Registro de datos que faltan",
        "Cada valor ND, desde cuándo y qué color depende de él; fuente, fecha y responsable se llenan a mano",
    ),
    "ranking": (
        "Ranking de {accion} rezagadas",
        "Puntaje con cada componente; los ND van aparte. No sume su PIM: las transversales cuentan otra vez el de las demás",
    ),
}


_QUARTER = {
    "semaforo": (
        "Semáforo del dinero",
        "Lo devengado, comprometido y certificado entre lo esperado a cada mes, siempre con el PIM de hoy. Cifras acumuladas: filtre un mes y un nivel antes de sumar",
    ),
    "alertas": (
        "Alertas",
        "Dónde mirar primero: qué va atrasado o adelantado, cuántos soles y desde cuándo. Los mismos soles salen por {accion}, {objetivo}, programa, fuente y ejecutora: filtre un nivel antes de sumar",
    ),
    "cambios": (
        "Cambio de color desde el corte anterior",
        "El color de antes, con el PIM de su instantánea, y el de ahora; y cuánto cambió el PIM",
    ),
    "alineamiento": ("Dinero a tiempo y resultado por {accion}", "Dos colores puestos juntos; el uno no explica el otro"),
    "alineamiento_celdas": ("Dinero a tiempo y resultado", "Cuántas {accion} y cuánto PIM hay en cada cruce de colores"),
    "curvas": ("Curvas de lo esperado", "Qué parte del PIM se espera devengada al cierre de cada mes, y de dónde sale"),
    "meses_fuera_de_ritmo": ("Meses fuera de ritmo", "Cuántos meses cada {accion} devengó menos o más de lo esperado, y cuáles"),
    "composicion": ("Composición (PEFA PI-2)", "Cuánto cambió el total, y cuánto el reparto, de PIA a PIM y de PIM a devengado"),
    "composicion_por_unidad": (
        "Composición por unidad",
        "Cuánto se apartó cada parte de lo que le tocaba si todo cambiara igual que el total",
    ),
    "ritmo_del_anio": ("Ritmo del año", "Qué parte de lo devengado cada año cayó en diciembre y en el último trimestre"),
    "modificaciones": ("Modificaciones desde el corte anterior", "Cuántas líneas cambiaron de PIM, cuánto subió y cuánto bajó"),
    "lineas_modificadas": ("Líneas modificadas", "Cada línea cuyo PIM cambió, antes y ahora"),
    "cierre": ("Cierre proyectado", "Devengado y saldo libre a diciembre, con su intervalo y de dónde sale"),
    "senda": ("Senda mensual", "El devengado acumulado de cada mes, observado o proyectado con su intervalo"),
    "errores_de_metodos": ("Errores de los métodos", "Cuánto se equivocó cada método al proyectar los años ya cerrados"),
    "calibracion": ("Calibración de los intervalos", "De los intervalos prometidos, cuántos acertaron en los años ya cerrados"),
}


def _worded(texts: tuple[str, str], levels: Levels) -> tuple[str, str]:
    title, note = (text.format(objetivo=levels.objetivo, accion=levels.accion) for text in texts)
    return title, note


def result_tables(dossier: Dossier) -> tuple[ResultTable, ...]:
    """Every table of a dossier but those of its quarter. Ratios stay ratios and amounts stay exact; nothing is rounded here."""
    analysis = dossier.analysis
    audit, plan = analysis.audit, analysis.inputs.plan
    frames = {
        "presupuesto_aer": analysis.execution,
        "cobertura": analysis.linked.cobertura,
        "conciliacion_dinero": analysis.money.conciliacion,
        "indicadores": plan.indicadores,
        "avance_indicadores": analysis.indicators,
        "avance_elementos": analysis.elements,
        "conteo_colores": analysis.counts,
        "indice": analysis.index,
        "hallazgos": audit.tabla,
        "conciliacion_avances": _joined(audit.conciliacion, "reglas_que_coinciden"),
        "conciliacion_reglas": audit.reglas,
        "conciliacion_globales": audit.globales,
        "dudas": audit.dudas,
        "correcciones": plan.correcciones,
        "ranking": analysis.ranking,
        "rediseno": analysis.reviews,
        "ritmo_de_indicadores": analysis.pace,
        "brechas_de_datos": analysis.gaps,
    }
    return (
        *(ResultTable(name, *_worded(_TEXTS[name], analysis.levels), frame) for name, frame in frames.items()),
        *_unplaced_table(analysis),
        *_commitment_tables(analysis),
        *_matrix_tables(analysis),
        *(table for scenario in dossier.scenarios for table in _scenario_tables(scenario, dossier.analysis.levels)),
        facts_table(dossier.facts),
        keys_table(dossier),
        dictionary(),
    )


def quarter_tables(quarter: Quarter) -> tuple[ResultTable, ...]:
    """The tables of a quarter, as `semaforo` and `proyectar` write them; made-up money says so in each row."""
    followed = quarter.monitoring.followed
    frames = monitoring_tables(quarter.monitoring) | (projection_tables(quarter.projection) if quarter.projection else {})
    year = f"{followed.year} a {MONTHS[followed.month - 1]}"
    return tuple(
        ResultTable(f"trimestre_{name}", f"{title}, {year}", note, marked(frame, followed.synthetic))
        for (title, note), name, frame in (
            (_worded(_QUARTER[name], quarter.monitoring.levels), name, frame) for name, frame in frames.items()
        )
    )


def facts_table(facts: Facts) -> ResultTable:
    """Every fact of a run: what the other tables, the board, the workbook and the report show is here, under the same key."""
    return ResultTable(
        FACTS, "Hechos", "Cada cifra una vez: su clave, su valor, la regla que la hizo, su fuente y las filas de donde sale", facts.tabla
    )


def keys_table(dossier: Dossier) -> ResultTable:
    """Which fact each column of figures is: what joins any table to that of facts."""
    columns = ("tabla", "columna", "nivel", "unidad", "medida", "anio", "mes", "variante", "fuente", "ambito", "al")
    rows = [
        (
            *(table.tabla, column, ", ".join(table.niveles)),
            *(place.unidad, place.medida or column, str(place.anio), str(place.mes), place.variante),
            *((table.source.fuente, table.source.ambito, table.source.al) if place.own and table.al is None else (None, None, None)),
        )
        for table in dossier.rows
        for column, place in table.places()
    ]
    return ResultTable(
        KEYS,
        "Qué hecho es cada cifra",
        "De cada columna, cómo se arma la clave de su hecho: {accion} es lo que dice la columna «accion» de la misma fila. Si no dice la fuente, es la de la tabla que cuenta esa medida",
        pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String) | {"al": pl.Date}, orient="row"),
    )


def dictionary() -> ResultTable:
    """The dictionary of columns as a table."""
    told = [("todas", f) for f in FIELDS.values()]
    told += [(f"{start}…", f) for start, fields in IN_TABLES.items() for f in fields.values()]
    rows = [{"columna": f.name, "significado": f.meaning, "unidad": f.unit, "origen": f.source, "en_tablas": where} for where, f in told]
    return ResultTable(
        "diccionario",
        "Diccionario de columnas",
        "Qué significa cada columna, en qué unidad y de dónde sale",
        pl.DataFrame(rows).sort("columna", maintain_order=True),
    )


def _unplaced_table(analysis: Evaluation) -> list[ResultTable]:
    if analysis.unplaced is None or analysis.unplaced.is_empty():
        return []
    note = "Lo que alguien escribió en el libro anterior, en filas que las hojas nuevas ya no tienen"
    return [ResultTable(UNPLACED, "Lo llenado que ya no sale", note, analysis.unplaced)]


def _commitment_tables(analysis: Evaluation) -> list[ResultTable]:
    found = analysis.commitments
    if found is None:
        return []
    return [
        ResultTable(
            "compromisos",
            "Compromisos del plan de gobierno",
            "Prometido, línea base, meta y obtenido; con reserva donde las definiciones sólo se parecen",
            found.comparacion,
        ),
        ResultTable(
            "compromisos_montos",
            "Montos prometidos",
            f"Frente al PIM de un solo año de la {analysis.levels.accion}: da idea del tamaño, no del cumplimiento",
            found.montos,
        ),
    ]


def _joined(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    return frame.with_columns(pl.col(column).list.join(", "))


def _matrix_tables(analysis: Evaluation) -> list[ResultTable]:
    tables = []
    for matrix, diagnosis in zip(analysis.matrices, analysis.diagnoses, strict=True):
        years = year_pair(matrix)
        words = f"ejecución {matrix.anio_ejecucion}, resultado {matrix.anio_resultado}"
        tables += [
            ResultTable(
                f"matriz_{years}",
                f"Matriz {words}",
                f"{analysis.levels.accion} y soles por celda; el ND es una clase propia en los dos ejes{f'. {matrix.dias}' if matrix.dias else ''}",
                matrix.celdas,
            ),
            ResultTable(
                f"diagnostico_{years}",
                f"Diagnóstico {words}",
                f"Qué sugiere la celda de cada {analysis.levels.accion} y por qué",
                diagnosis,
            ),
        ]
    return tables


def _scenario_tables(scenario: Scenario, levels: Levels) -> list[ResultTable]:
    name = scenario.spec.id
    return [
        ResultTable(f"escenario_{name}_aer", f"Escenario {name}: antes y después", scenario.advertencia, scenario.acciones),
        ResultTable(f"escenario_{name}_transferencias", f"Escenario {name}: transferencias", scenario.advertencia, scenario.transferencias),
        ResultTable(
            f"escenario_{name}_restricciones", f"Escenario {name}: límites", "Qué límites frenan el escenario", scenario.restricciones
        ),
        ResultTable(
            f"escenario_{name}_excluidas",
            f"Escenario {name}: no pueden recibir",
            f"{levels.accion} rezagadas que el escenario no puede financiar",
            scenario.excluidas,
        ),
    ]
