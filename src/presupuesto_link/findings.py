"""The catalogue of findings: what can be odd in data, rules and published figures while the run goes on.

A finding says where, what was found, what was expected and why; its kind says how serious it is, what it does to a load (`Effect`) and
what to do. The console, JSON, HTML, workbook and the docs page all show the same words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, get_args

Severity = Literal["alta", "media", "baja"]
Effect = Literal["impide", "limita", "informa"]
EFFECTS: dict[Effect, str] = {
    "impide": "la carga se detiene y no queda nada nuevo en el almacén, salvo que alguien la acepte con `--aceptar`",
    "limita": "se carga como parcial: el límite queda en la instantánea y se dice con ella",
    "informa": "se dice y no cambia nada",
}
"""What a finding does to the load that meets it, in Spanish."""


@dataclass(frozen=True)
class FindingKind:
    """A kind of finding: what it is called, how serious it is, what a person should do about it and what it does to a load."""

    code: str
    title: str
    severity: Severity
    remedy: str
    effect: Effect = "informa"


@dataclass(frozen=True)
class Finding:
    """One finding of the audit, in words a budget office can act on."""

    code: str
    place: str
    found: str
    expected: str
    explanation: str

    @property
    def kind(self) -> FindingKind:
        """The catalogue entry this finding belongs to."""
        return FINDING_KINDS[self.code]

    def as_row(self) -> dict[str, str]:
        """The finding as a row of the `hallazgos` table (all text, no nulls)."""
        return {
            "codigo": self.code,
            "severidad": self.kind.severity,
            "titulo": self.kind.title,
            "lugar": self.place,
            "encontrado": self.found,
            "esperado": self.expected,
            "explicacion": self.explanation,
            "remedio": self.kind.remedy,
        }


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by severity, code and the order given."""
    order = get_args(Severity)
    return sorted(findings, key=lambda finding: (order.index(finding.kind.severity), finding.code))


def by_kind(findings: Iterable[Finding]) -> list[tuple[FindingKind, list[Finding]]]:
    """Findings that follow each other and are of one kind, together."""
    return [(FINDING_KINDS[code], list(group)) for code, group in groupby(findings, key=lambda finding: finding.code)]


def _catalogue(*kinds: FindingKind) -> dict[str, FindingKind]:
    found = {kind.code: kind for kind in kinds}
    if len(found) != len(kinds):
        raise ValueError("two kinds of finding have one code")
    return found


FINDING_KINDS = _catalogue(
    FindingKind(
        "P01",
        "El total publicado no es la suma de las filas",
        "alta",
        "Publicar el total corregido y guardar los montos como números, sin «S/» dentro de la celda.",
    ),
    FindingKind(
        "P02", "El porcentaje de ejecución impreso no es devengado/PIM", "media", "Recalcular la columna como devengado entre PIM."
    ),
    FindingKind(
        "P03",
        "Una acción transversal parece contar otra vez el dinero de las demás",
        "alta",
        "Mostrarla aparte y no sumarla con las demás acciones.",
    ),
    FindingKind(
        "P04", "Acción con dinero y sin resultado medible", "media", "Conseguir el dato del indicador o cambiarlo por uno que sí se mida."
    ),
    FindingKind(
        "P05",
        "Acción con resultado y sin presupuesto vinculado",
        "media",
        "Vincular las metas presupuestarias que la financian o declarar que no tiene presupuesto.",
    ),
    FindingKind(
        "P06", "Acción sin presupuesto vinculado y sin resultado", "media", "Revisar si la acción sigue vigente y quién responde por ella."
    ),
    FindingKind(
        "P07",
        "El presupuesto no cubre todos los años evaluados",
        "alta",
        "Cargar el presupuesto por acción de los años que faltan antes de hablar de todo el periodo.",
    ),
    FindingKind(
        "P08",
        "Los montos de una fila no guardan el orden de las etapas del gasto",
        "alta",
        "Revisar la fila en la fuente: el devengado no puede pasar del PIM ni existir sin él.",
    ),
    FindingKind(
        "A01",
        "El avance declarado sale de una regla distinta de la de su sentido",
        "alta",
        "Recalcular con una sola regla por sentido y publicar la regla usada.",
    ),
    FindingKind(
        "A02",
        "El avance declarado sólo cuadra por el redondeo de los valores impresos",
        "baja",
        "Publicar los valores con los decimales con que se calculó.",
    ),
    FindingKind("A03", "El avance declarado no sale de ninguna regla conocida", "alta", "Pedir la hoja de cálculo y corregir el avance."),
    FindingKind(
        "A04", "La fórmula cambió entre un año y el otro", "alta", "Calcular los dos años con la misma regla antes de compararlos."
    ),
    FindingKind(
        "A05",
        "El puntaje sube mientras el valor empeora",
        "alta",
        "No presentar la subida como mejora; recalcular los dos años con la misma regla.",
    ),
    FindingKind(
        "I01",
        "El sentido declarado no concuerda con la serie de metas",
        "media",
        "Confirmar el sentido en la ficha técnica y revisar las metas.",
    ),
    FindingKind(
        "I02",
        "La meta y el valor obtenido no parecen estar en la misma unidad o definición",
        "alta",
        "Confirmar unidad y definición en la ficha técnica y volver a publicar el dato.",
    ),
    FindingKind(
        "I03",
        "El valor obtenido es igual a la meta en todos los años",
        "media",
        "Comprobar en la fuente que el valor se midió y no se copió de la meta.",
    ),
    FindingKind("I04", "La meta es cero", "media", "Fijar una meta que se pueda cumplir o incumplir, o retirar el indicador del promedio."),
    FindingKind(
        "I05", "El texto y la tabla dan cifras distintas", "media", "Verificar cuál es la cifra correcta en la fuente y corregir la otra."
    ),
    FindingKind(
        "I06",
        "El Cuadro 2 y el cuadro propio del elemento dan cifras distintas",
        "media",
        "Generar los dos cuadros desde la misma base de datos.",
    ),
    FindingKind("I07", "Nombre o código mal impreso", "baja", "Corregir el nombre o el código en la siguiente edición."),
    FindingKind(
        "I08", "El valor se aleja más de cinco veces de la meta en un año", "baja", "Comprobar el dato y si la meta sigue siendo razonable."
    ),
    FindingKind(
        "I09",
        "El avance Tipo I es alto sin haber avanzado desde la línea base",
        "media",
        "Leer el Tipo I junto al Tipo II y revisar si la meta exige algún cambio.",
    ),
    FindingKind(
        "E01",
        "Dos cuadros cuentan distinto los mismos elementos",
        "alta",
        "Elegir una sola política para los ND y declararla junto al cuadro.",
    ),
    FindingKind(
        "E02",
        "El conteo publicado no sale de una sola regla",
        "alta",
        "Volver a contar con una sola regla y publicar la lista de cada color.",
    ),
    FindingKind("E03", "El índice publicado no se puede reproducir", "alta", "Publicar la fórmula y los pesos del índice, o retirarlo."),
    FindingKind(
        "E04",
        "El avance global publicado no sigue la regla de los demás",
        "media",
        "Recalcular el promedio con todos sus indicadores y la misma política de ND.",
    ),
    FindingKind("E05", "La banda impresa deja valores sin color", "baja", "Imprimir la banda amarilla como [75-95>."),
    FindingKind("E06", "El color depende de la política de ND", "media", "Mostrar los dos colores y conseguir el dato que falta."),
    FindingKind("C01", "Se usó un valor corregido", "media", "Confirmar la corrección con quien publicó el dato."),
    FindingKind(
        "S01", "Filas sin unidad ejecutora o sin meta", "media", "Completar los códigos en el origen: esas filas no se pueden vincular."
    ),
    FindingKind(
        "S02",
        "Varias filas con la misma clave",
        "baja",
        "Nada que hacer si son pocas: se suman. Si son muchas, el archivo puede estar pegado dos veces.",
    ),
    FindingKind(
        "S03",
        "Filas idénticas",
        "media",
        "Comprobar con el total publicado si el registro se contó dos veces y, si es así, exportar de nuevo.",
    ),
    FindingKind(
        "S04",
        "Códigos con más cifras de las que les corresponden",
        "media",
        "Revisar si las columnas están corridas o si cambió el clasificador.",
    ),
    FindingKind(
        "S05",
        "Movimiento en meses posteriores a la fecha de corte",
        "alta",
        "Corregir la fecha de corte y cargar otra vez: con otra fecha es otra instantánea.",
        effect="limita",
    ),
    FindingKind("S06", "Totales del año negativos", "media", "Comprobar que el extracto trae todos los meses y que la reversión es real."),
    FindingKind("S07", "Devengado sin PIM", "baja", "No calcular porcentajes de ejecución sobre esas metas."),
    FindingKind(
        "S08",
        "Presupuesto anual en filas de un mes, o movimientos en el mes 0",
        "alta",
        "Exportar de nuevo sin unir tablas: el PIM se repite en cada mes y se sumaría varias veces.",
        effect="impide",
    ),
    FindingKind(
        "S09",
        "Nombres con letras cambiadas por una conversión anterior",
        "baja",
        "Pedir el archivo original: los montos y códigos no cambian, los nombres sí.",
    ),
    FindingKind(
        "S10",
        "El total no es el publicado",
        "alta",
        "Comparar filtros, fecha de corte y unidad (soles o millones) con los de la cifra publicada.",
        effect="impide",
    ),
    FindingKind(
        "S11",
        "El corte anterior tenía líneas que éste ya no tiene",
        "alta",
        "Comprobar que la descarga está completa antes de usar este corte.",
        effect="limita",
    ),
    FindingKind(
        "S12",
        "Se rechazó más del 0.1 % del dinero o de las filas",
        "alta",
        "Abrir el archivo de filas rechazadas, corregir el origen y cargar otra vez.",
        effect="impide",
    ),
    FindingKind("S13", "Un código con varios nombres", "baja", "Nada que hacer: se guarda el nombre más frecuente y el código manda."),
    FindingKind(
        "S14",
        "El total impreso en el archivo no es la suma de sus filas",
        "alta",
        "No citar el total impreso: usar la suma de las filas y pedir a quien lo publicó que lo corrija.",
        effect="impide",
    ),
    FindingKind(
        "S15",
        "Otro desglose del mismo dinero difiere por el redondeo",
        "baja",
        "Nada que hacer: los soles enteros de un desglose se redondean aparte de los del otro.",
    ),
    FindingKind(
        "S16",
        "Dos desgloses del mismo dinero no suman lo mismo",
        "alta",
        "Revisar qué filas faltan o sobran en el archivo antes de usarlo.",
        effect="impide",
    ),
    FindingKind(
        "S17",
        "El extracto no trae el PIA",
        "media",
        "Cargar un extracto que lo traiga antes de comparar el presupuesto inicial con el modificado.",
        effect="limita",
    ),
    FindingKind(
        "S18",
        "Filas que no son registros: títulos repetidos, totales o líneas en blanco",
        "baja",
        "Nada que hacer: no se suman. Están en el archivo de filas rechazadas.",
    ),
    FindingKind(
        "S19",
        "Filas rechazadas que pesan poco",
        "media",
        "Abrir el archivo de filas rechazadas: lo que traen no está en ningún total.",
        effect="limita",
    ),
    FindingKind(
        "S20",
        "El archivo, o una parte, parece pegado dos veces",
        "alta",
        "Exportar de nuevo el archivo; si se armó a mano, quitar la parte que se pegó de más.",
        effect="impide",
    ),
    FindingKind(
        "S29",
        "Registros cortados o corridos",
        "alta",
        "Exportar de nuevo: a esos registros les faltan o les sobran celdas, y sus montos no están en ningún total.",
        effect="impide",
    ),
    FindingKind(
        "S25",
        "El extracto no trae el PIM",
        "alta",
        "Exportar con el mes 0, o cargar un extracto que traiga el PIM: sin él no hay ejecución que calcular.",
        effect="limita",
    ),
    FindingKind(
        "S26",
        "El extracto no da una etapa del gasto",
        "baja",
        "Cargar un extracto que la traiga si se va a mirar; mientras tanto es ND, no cero.",
        effect="limita",
    ),
    FindingKind(
        "S21",
        "El extracto es de una parte del año",
        "media",
        "Repetir la consulta sin elegir trimestre ni mes, o pedirla por meses.",
        effect="limita",
    ),
    FindingKind(
        "S22",
        "El extracto es de una parte del gasto de su entidad",
        "media",
        "Repetir la consulta con «Actividades y Proyectos» y sin más pasos que el pliego, si se quiere todo su gasto.",
        effect="limita",
    ),
    FindingKind(
        "S23",
        "Las filas de la página no suman lo que dice su ruta",
        "alta",
        "Repetir la consulta y guardar la página entera: lo que falta no está en ningún total.",
        effect="limita",
    ),
    FindingKind(
        "S24",
        "Varias páginas dan el mismo dinero por dimensiones distintas",
        "baja",
        "Nada que hacer: una es la base y las demás la cotejan.",
    ),
    FindingKind(
        "S27",
        "Montos sin ninguna clave",
        "alta",
        "Si son subtotales, quitarlos de la consulta y cargar otra vez; si no, completar sus códigos: ese dinero no se puede ubicar.",
        effect="limita",
    ),
    FindingKind(
        "S28",
        "Una meta presupuestaria con metas físicas distintas en sus filas",
        "baja",
        "Confirmar en el SIAF la meta física y su avance antes de usarlos como sustento.",
    ),
    FindingKind(
        "S30",
        "Instantánea de una versión que no se detenía por lo que hoy impide una carga",
        "media",
        "Si tiene el archivo de origen: almacen migrar --origen ARCHIVO.",
        effect="limita",
    ),
    FindingKind(
        "V01", "Regla hacia una acción que no está en el plan", "alta", "Corregir el código de la acción, o agregarla a acciones.csv."
    ),
    FindingKind("V02", "Celda de una regla que no se entiende", "alta", "Corregir la celda; la regla no se aplica mientras tanto."),
    FindingKind("V03", "Parte fuera de rango", "alta", "Escribir una parte mayor que 0 y hasta 1."),
    FindingKind(
        "V04",
        "Reglas que piden más de lo que hay",
        "alta",
        "Repartir con partes que sumen 1 o menos, o hacer más específica la regla que deba ganar.",
    ),
    FindingKind("V05", "Id de regla repetido", "alta", "Dar a cada regla su propio id."),
    FindingKind("V06", "Regla fuera de vigencia", "baja", "Renovar la vigencia o retirar la regla."),
    FindingKind("V07", "Regla que no atrapa ninguna línea", "media", "Revisar los códigos: pueden haber cambiado de un año a otro."),
    FindingKind("V08", "Regla tapada por otras más específicas", "baja", "Retirarla, o revisar si las más específicas son correctas."),
    FindingKind("V09", "Regla sin firma", "alta", "Escribir quién responde por la regla y desde qué fecha."),
    FindingKind(
        "V10", "Meta presupuestaria sin unidad ejecutora o sin año", "alta", "Agregar sec_ejec y poner el mismo año en desde y hasta."
    ),
    FindingKind(
        "V12", "Regla que atraparía cualquier línea", "alta", "Escribir al menos un selector: quizá se borró o se combinó una celda."
    ),
    FindingKind(
        "V11",
        "Clase que no corresponde a la acción",
        "alta",
        "Usar «transversal» sólo para las acciones que el análisis declara transversales, y siempre para ellas.",
    ),
    FindingKind(
        "V13",
        "Regla que dice estar firmada y sólo la propone el programa",
        "media",
        "Que una persona la revise y ponga su nombre y la fecha, o dejarla como «propuesta».",
    ),
    FindingKind("K01", "Vínculo del puente CEPLAN repetido", "alta", "Dejar una sola fila por vínculo y sumar sus partes."),
    FindingKind("K02", "Vínculos del puente CEPLAN que piden más de lo que hay", "alta", "Repartir con partes que sumen 1 o menos."),
    FindingKind(
        "K03",
        "Vínculo del puente CEPLAN hacia algo que los archivos no traen",
        "media",
        "Revisar el código y el año, o cargar la exportación o el gasto que falta.",
    ),
    FindingKind("K04", "AOI con datos distintos en sus filas", "alta", "Corregir en CEPLAN V.01 la fila equivocada y exportar de nuevo."),
    FindingKind(
        "K05",
        "El total del año de una AOI no es la suma de sus meses",
        "media",
        "Revisar la programación de esa AOI en CEPLAN V.01 y exportar de nuevo.",
    ),
    FindingKind("K06", "Filas de una exportación sin código de AOI", "baja", "Nada que hacer si son totales; si no, exportar de nuevo."),
    FindingKind(
        "K07",
        "Columnas de montos que no se entienden",
        "media",
        "Exportar de nuevo de CEPLAN V.01 con sus títulos, o seguir sin ellas: lo que traen no está en ningún total.",
    ),
)
