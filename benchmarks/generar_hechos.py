"""Which keys exist and what happened to each: pure integer functions of the seed, the year and the key.

A key is (executing unit, position in it); twelve keys in a row share a functional chain. Every number comes from a hash
of the key, never from a running generator, so the same key has the same facts in any layout and in a file of any size.
Amounts are whole céntimos.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from generar_tablas import ACTIVIDADES_POR_PRODUCTO, FINALIDADES, OBRAS, PRODUCTOS_POR_PROGRAMA, PROYECTOS, Enteros, Tablas, ejecutoras
from generar_textos import PROGRAMAS, RECURSOS_DE_NIVEL

Hashes = npt.NDArray[np.uint64]
CLAVES_POR_CADENA = 12
MAXIMO_ANUAL = 4_000_000  # soles of one key
SIN_PRODUCTO = len(PROGRAMAS) - 2  # first of the two categories without products


def mezclar(valores: Hashes, corriente: int) -> Hashes:
    """The splitmix64 finaliser of each value, in an independent stream."""
    paso = np.uint64((corriente * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) & 0xFFFFFFFFFFFFFFFF)
    z = valores + paso
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def resto(hashes: Hashes, cociente: int, desplazar: int = 0) -> Enteros:
    """A number from 0 to `cociente` - 1 out of the hash, after dropping its lowest bits."""
    return ((hashes >> np.uint64(desplazar)) % np.uint64(cociente)).astype(np.int64)


@dataclass(frozen=True)
class Claves:
    """Keys in file order: unit, chain within it, and hashes.

    `cadena_hash` decides the chain, `clave_hash` the line within the chain and the facts. Two kinds of oddity are
    planted: a *colliding* key repeats the line of the key before it with facts of its own, a *duplicate* repeats all.
    """

    unidad: Enteros
    cadena: Enteros
    linea: Enteros
    cadena_hash: Hashes
    clave_hash: Hashes
    colision: npt.NDArray[np.bool_]
    duplicado: npt.NDArray[np.bool_]


def unidad_de_cada_clave(semilla: int, cuantas: int) -> Enteros:
    """Unit of the first `cuantas` keys of the endless sequence: a low-discrepancy draw by weight, no prefix changes."""
    acumulado = np.cumsum([unidad.peso for unidad in ejecutoras()], dtype=np.uint64)
    total = int(acumulado[-1])
    inicio = np.uint64(semilla * 0xD1B54A32D192ED03 & 0xFFFFFFFFFFFFFFFF)
    punto = (np.arange(1, cuantas + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + inicio) >> np.uint64(32)
    return np.searchsorted(acumulado, punto * np.uint64(total) >> np.uint64(32), side="right").astype(np.int64)


def posiciones(unidades: Enteros) -> Enteros:
    """Position of each key within its unit, for units already grouped."""
    nueva = np.flatnonzero(np.diff(unidades, prepend=-1))
    return np.arange(unidades.size) - np.repeat(nueva, np.diff(np.append(nueva, unidades.size)))


def claves(semilla: int, unidades: Enteros, posicion: Enteros) -> Claves:
    """The keys of grouped units: chain, line and hashes, with the planted oddities."""
    cadena, orden = posicion // CLAVES_POR_CADENA, posicion % CLAVES_POR_CADENA
    raiz = mezclar(np.full(1, semilla, dtype=np.uint64), 1)[0]
    cadena_hash = mezclar(unidades.astype(np.uint64) * np.uint64(1_000_003) + raiz, 2)
    cadena_hash = mezclar(cadena_hash + cadena.astype(np.uint64), 3)
    suerte = mezclar(cadena_hash + orden.astype(np.uint64), 4)
    cajamarca = next(n for n, unidad in enumerate(ejecutoras()) if unidad.pliego == "445")
    fijas = (unidades == cajamarca) & (cadena == 0)
    colision = (orden > 0) & ((resto(suerte, 9000) == 0) | (fijas & (orden == 5)))
    duplicado = (orden > 0) & ((resto(suerte, 9000) == 1) | (fijas & (orden == 7)))
    linea = orden - (colision | duplicado)
    clave_hash = mezclar(cadena_hash + (orden - duplicado).astype(np.uint64), 5)
    return Claves(unidades, cadena, linea, cadena_hash, clave_hash, colision, duplicado)


# --- what each key points to ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Atributos:
    """Position of each key in the dimension tables, and the codes written as numbers."""

    sec_func: Enteros
    programa: Enteros
    producto: Enteros
    actividad: Enteros
    funcional: Enteros
    meta: Enteros
    finalidad: Enteros
    departamento: Enteros
    recurso: Enteros
    clasificador: Enteros


def atributos(de: Claves, tabla: Tablas, anio: int) -> Atributos:
    """Everything a key points to; only `SEC_FUNC`, renumbered each year, depends on the year."""
    h1, h2 = mezclar(de.cadena_hash, 11), mezclar(de.cadena_hash, 12)
    programa, producto, actividad, es_proyecto = _cadena(h1)
    nivel = np.array([unidad.nivel for unidad in ejecutoras()])[de.unidad]
    return Atributos(
        sec_func=_sec_func(de, anio),
        programa=2 * programa + es_proyecto,
        producto=producto,
        actividad=actividad,
        funcional=2 * tabla.funcion_de_programa[programa] + (resto(h2, 4) == 0),
        meta=1 + resto(h2, 60, 8) * (resto(h2, 8, 20) == 0),
        finalidad=resto(h2, FINALIDADES, 30),
        departamento=_departamento(de, nivel),
        recurso=np.array(RECURSOS_DE_NIVEL)[nivel, resto(mezclar(de.cadena_hash + de.linea.astype(np.uint64), 13), 8)],
        clasificador=_clasificador(de, tabla, es_proyecto),
    )


def _cadena(h: Hashes) -> tuple[Enteros, Enteros, Enteros, npt.NDArray[np.bool_]]:
    """Programme, product or project, activity or work. A project always belongs to the same programme."""
    es_proyecto = resto(h, 5) == 0
    proyecto = resto(h, PROYECTOS, 8)
    programa = resto(h, len(PROGRAMAS), 24)
    programa = np.where(resto(h, 10, 40) < 3, SIN_PRODUCTO + resto(h, 2, 44), programa)
    programa = np.where(es_proyecto, proyecto % len(PROGRAMAS), programa)
    producto = PRODUCTOS_POR_PROGRAMA * programa + resto(h, PRODUCTOS_POR_PROGRAMA, 46)
    actividad = ACTIVIDADES_POR_PRODUCTO * producto + resto(h, ACTIVIDADES_POR_PRODUCTO, 50)
    productos = len(PROGRAMAS) * PRODUCTOS_POR_PROGRAMA
    obra = productos * ACTIVIDADES_POR_PRODUCTO + resto(h, OBRAS, 52)
    producto = np.where(es_proyecto, productos + proyecto, producto)
    return programa, producto, np.where(es_proyecto, obra, actividad), es_proyecto


def _sec_func(de: Claves, anio: int) -> Enteros:
    """Number of the chain in its unit: the order inside each sixteen chains changes with the year, without repeats."""
    bloque = de.unidad.astype(np.uint64) * np.uint64(4096) + (de.cadena // 16).astype(np.uint64)
    h = mezclar(bloque + np.uint64(anio) * np.uint64(1_000_003), 14)
    return 1 + 16 * (de.cadena // 16) + (de.cadena % 16 * (2 * resto(h, 8) + 1) + resto(h, 16, 8)) % 16


def _departamento(de: Claves, nivel: Enteros) -> Enteros:
    """Where the spending lands: at home, except 3 % of all chains and four tenths of the national ones."""
    h = mezclar(de.cadena_hash, 15)
    propio = np.array([unidad.departamento - 1 for unidad in ejecutoras()])[de.unidad]
    fuera = resto(h, 100) < np.where(nivel == 0, 40, 3)
    return np.where(fuera & (nivel < 2), resto(h, 25, 8), propio)


def _clasificador(de: Claves, tabla: Tablas, es_proyecto: npt.NDArray[np.bool_]) -> Enteros:
    """The classifier line: capital lines for projects, the rest for activities, never twice in a chain."""
    h = mezclar(de.cadena_hash, 16)
    paso = 1 + resto(h, 80)
    en_capital = (resto(h, tabla.capital.size, 8) + paso * de.linea) % tabla.capital.size
    en_corriente = (resto(h, tabla.corrientes.size, 20) + paso * de.linea) % tabla.corrientes.size
    elegido: Enteros = np.where(es_proyecto, tabla.capital[en_capital], tabla.corrientes[en_corriente])
    return elegido


# --- what happened ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Calendario:
    """Months of each kind of flow, as bits 0 (January) to 11; all twelve are decided, the cut-off only hides some."""

    devengado: Enteros
    comprometido: Enteros
    girado: Enteros
    certificado: Enteros
    inicial: Enteros  # first certificate
    sin_monto: Enteros  # rows of zeros


def calendario(clave_hash: Hashes, meses: int) -> Calendario:
    """When things happen: a tenth of the keys monthly, a tenth half the months, half of them in one or two, or never."""
    h, r = mezclar(clave_hash, 21), mezclar(clave_hash, 22)
    clase = resto(h, 256)
    mitad, pocos = resto(h, 4096, 8), resto(h, 4096, 8) & resto(h, 4096, 20) & resto(h, 4096, 32)
    devengado = np.select([clase < 22, clase < 48, clase < 180], [np.full_like(clase, 4095), mitad, pocos], 0)
    girado = np.where(resto(r, 8) == 0, devengado << 1 & 4095, devengado)
    comprometido = np.where(resto(r, 8, 8) == 0, devengado >> 1, devengado)
    primero = devengado & -devengado
    inicial: Enteros = np.where((resto(r, 3, 16) == 0) & (primero > 1), primero >> 1, primero)
    inicial = np.where((devengado == 0) & (resto(r, 4, 24) == 0), 1 << resto(r, 12, 32), inicial)
    rebaja: Enteros = np.where(resto(r, 4, 40) == 0, devengado & ~primero & resto(h, 4096, 44), 0)
    sin_monto = np.where(resto(r, 100, 50) == 0, 1 << min(meses, 11), 0)
    return Calendario(devengado, comprometido, girado, np.bitwise_or(inicial, rebaja), inicial, sin_monto)


def filas_de(clave_hash: Hashes, meses: int) -> Enteros:
    """Rows of each key in the long layout, as bits: 0 is the annual row, 1 to 12 the months."""
    cal = calendario(clave_hash, meses)
    flujos = (cal.devengado | cal.comprometido | cal.girado | cal.certificado) & ((1 << meses) - 1)
    con_meses: Enteros = (flujos | cal.sin_monto) << 1
    con_anual = (con_meses == 0) | (_clase_presupuesto(clave_hash) > 10)
    todas: Enteros = con_meses + con_anual.astype(np.int64)
    return todas


def _clase_presupuesto(clave_hash: Hashes) -> Enteros:
    """0-10 without PIA or PIM, 11-17 PIA annulled, 18-129 only PIM, the rest both."""
    return resto(mezclar(clave_hash, 23), 256)


@dataclass(frozen=True)
class Hechos:
    """Amounts of each key in céntimos; flows have a column by month, column 0 (annual row) always zero."""

    pia: Enteros
    pim: Enteros
    certificado: Enteros
    comprometido_anual: Enteros
    comprometido: Enteros
    devengado: Enteros
    girado: Enteros

    def flujo(self, medida: str) -> Enteros:
        """The monthly flows of a measure."""
        montos: Enteros = getattr(self, medida)
        return montos


def hechos(clave_hash: Hashes, anio: int, meses: int) -> Hechos:
    """The facts of each key in a year, as they stood at the end of month `meses`."""
    h = mezclar(clave_hash, 1_000 + anio)
    cal, clase = calendario(clave_hash, meses), _clase_presupuesto(clave_hash)
    base = _cuantiles()[resto(h, 1024)] * (900 + resto(h, 200, 10)) // 1000
    base = np.where(cal.devengado == 0, base // 8, base)  # what is never spent is small
    pim = np.where(clase < 18, 0, base * 100)
    pia = np.where((clase < 11) | ((clase >= 18) & (clase < 130)), 0, base * (500 + resto(h, 700, 20)) // 1000 * 100)
    techo = np.where((clase >= 11) & (clase < 18) & (resto(h, 4, 30) > 0), 0, base * 100)
    ejecutado = _ejecutado(techo, h)
    meses_devengado = _reparto(ejecutado, cal.devengado, clave_hash, anio)
    certificado = ejecutado + (techo - ejecutado) * resto(h, 256, 44) // 255
    compromiso = ejecutado + (certificado - ejecutado) * resto(h, 256, 52) // 255
    certificado = np.where(cal.devengado == 0, techo * resto(h, 256, 44) // 255, certificado)
    return Hechos(
        pia=pia,
        pim=pim,
        certificado=_corte(_inicial_y_rebajas(certificado, cal), meses),
        comprometido_anual=_corte(_inicial_y_rebajas(np.where(cal.devengado == 0, 0, compromiso), cal), meses),
        comprometido=_corte(_desplazar(meses_devengado, cal.comprometido != cal.devengado, -1), meses),
        devengado=_corte(meses_devengado, meses),
        girado=_corte(_desplazar(meses_devengado, cal.girado != cal.devengado, 1), meses),
    )


def _cuantiles() -> Enteros:
    """Amounts of a year, in soles: 1,024 quantiles of a lognormal with median 9,000, capped."""
    normal = NormalDist(math.log(9_000), 2.0)
    return np.array([min(round(math.exp(normal.inv_cdf((n + 0.5) / 1024))), MAXIMO_ANUAL) for n in range(1024)])


def _ejecutado(techo: Enteros, h: Hashes) -> Enteros:
    """What the year spends: all of it in one key of twelve, else from three tenths up, with céntimos."""
    tramo = resto(h, 1000, 32)
    parte = techo * (1000 - tramo * tramo // 1400) // 1000
    return np.where((resto(h, 12, 42) == 0) | (parte < 100), parte, parte - resto(h, 100, 36))


def _reparto(total: Enteros, bits: Enteros, clave_hash: Hashes, anio: int) -> Enteros:
    """Spread a total over its months by weights, the remainder in the first; one flow in a hundred is a reversal."""
    mes = np.arange(12, dtype=np.uint64)
    h = mezclar(clave_hash[:, None] * np.uint64(13) + mes + np.uint64(anio * 7919), 24)
    elegido = (bits[:, None] >> np.arange(12)) & 1
    peso = (64 + resto(h, 64)) * elegido
    suma = np.maximum(peso.sum(axis=1), 1)
    flujo = total[:, None] * peso // suma[:, None]
    primero = np.argmax(elegido, axis=1)
    flujo[np.arange(total.size), primero] += np.where(bits == 0, 0, total - flujo.sum(axis=1))
    con_reversas: Enteros = np.where(resto(h, 97, 32) == 0, -(flujo // 16), flujo)
    return con_reversas


def _desplazar(flujo: Enteros, cuales: npt.NDArray[np.bool_], meses: int) -> Enteros:
    """The same flow, a month later (or earlier, -1) for some keys; what leaves the year is lost."""
    movido = np.zeros_like(flujo)
    if meses > 0:
        movido[:, 1:] = flujo[:, :-1]
    else:
        movido[:, :-1] = flujo[:, 1:]
    return np.where(cuales[:, None], movido, flujo)


def _inicial_y_rebajas(total: Enteros, cal: Calendario) -> Enteros:
    """The whole amount in the first month and a twentieth given back in each later one."""
    mes = np.arange(12)
    primero = (cal.inicial[:, None] >> mes) & 1
    rebaja = ((cal.certificado & ~cal.inicial)[:, None] >> mes) & 1
    return total[:, None] * primero - total[:, None] // 20 * rebaja


def _corte(flujo: Enteros, meses: int) -> Enteros:
    """Hide the months after the cut-off and put the empty annual column in front."""
    completo = np.zeros((flujo.shape[0], 13), dtype=np.int64)
    completo[:, 1 : meses + 1] = flujo[:, :meses]
    return completo
