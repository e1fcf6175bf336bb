"""How many keys a file has, and the keys in batches of whole blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from generar_hechos import Claves, claves, filas_de, posiciones, unidad_de_cada_clave
from generar_tablas import Enteros, ejecutoras

CLAVES_POR_LOTE = 25_000
MINIMO_FILAS = 100


class ErrorDeUso(ValueError):
    """What was asked cannot be done; the message, in Spanish, is for the user."""


@dataclass(frozen=True)
class Pedido:
    """What to generate: layout, seed, year, cut-off month and the shape of the text."""

    formato: str
    semilla: int = 7
    anio: int = 2024
    meses: int = 12
    codificacion: str = "utf-8-bom"
    gz: bool = False
    saltos: bool = False


@dataclass(frozen=True)
class Plan:
    """How many keys, and how many rows of zeros complete the number of rows asked for."""

    claves: int
    relleno: int = 0


def plan_de_filas(pedido: Pedido, filas: int) -> Plan:
    """The longest head of the sequence of keys that fits in so many rows."""
    if filas < MINIMO_FILAS:
        raise ErrorDeUso(f"--filas {filas}: se esperan al menos {MINIMO_FILAS} filas; pida más o use --claves")
    if pedido.formato == "ancho":
        return Plan(filas)
    cuantas = filas // 3 + 1
    while (acumulado := _filas_acumuladas(pedido, cuantas))[-1] <= filas:
        cuantas *= 2
    caben = int(np.searchsorted(acumulado, filas, side="right"))
    return Plan(caben, filas - int(acumulado[caben - 1]))


def _filas_acumuladas(pedido: Pedido, cuantas: int) -> Enteros:
    """Rows of the long layout up to each key of the sequence."""
    secuencia = unidad_de_cada_clave(pedido.semilla, cuantas)
    orden = np.argsort(secuencia, kind="stable")
    agrupadas = secuencia[orden]
    posicion = posiciones(agrupadas)
    filas = np.empty(cuantas, dtype=np.int64)
    for desde in range(0, cuantas, 200_000):
        tramo = slice(desde, desde + 200_000)
        hashes = claves(pedido.semilla, agrupadas[tramo], posicion[tramo]).clave_hash
        filas[orden[tramo]] = np.bitwise_count(filas_de(hashes, pedido.meses))
    return np.cumsum(filas)


# --- keys in batches --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lote:
    """Consecutive whole blocks of the file: keys, rows of each (bits 0 to 12), block and whether it is pliego 445."""

    claves: Claves
    filas: Enteros
    bloque: Enteros
    es_445: npt.NDArray[np.bool_]


def _bloques() -> Enteros:
    """Block of each unit: a pliego, or thirty municipalities; months descend inside a block."""
    nombres = [unidad.bloque for unidad in ejecutoras()]
    return np.cumsum([0, *(a != b for a, b in pairwise(nombres))])


def lotes(pedido: Pedido, plan: Plan) -> Iterator[Lote]:
    """The keys of the plan in file order, by batches of whole blocks."""
    bloque_de_unidad = _bloques()
    es_445 = np.array([unidad.pliego == "445" for unidad in ejecutoras()])
    por_unidad = np.bincount(unidad_de_cada_clave(pedido.semilla, plan.claves), minlength=bloque_de_unidad.size)
    relleno = plan.relleno
    for unidades in _rangos(por_unidad, bloque_de_unidad):
        repetidas = np.repeat(unidades, por_unidad[unidades])
        grupo = claves(pedido.semilla, repetidas, posiciones(repetidas))
        filas, relleno = _rellenar(filas_de(grupo.clave_hash, pedido.meses), grupo, relleno)
        yield Lote(grupo, filas, bloque_de_unidad[repetidas], es_445[repetidas])


def _rangos(por_unidad: Enteros, bloque_de_unidad: Enteros) -> Iterator[Enteros]:
    """Runs of units that end with their block and have enough keys to be worth a batch."""
    desde, acumuladas = 0, 0
    for hasta in np.flatnonzero(np.diff(bloque_de_unidad, append=-1)) + 1:
        acumuladas = int(por_unidad[desde:hasta].sum())
        if acumuladas >= CLAVES_POR_LOTE:
            yield np.arange(desde, hasta)
            desde, acumuladas = int(hasta), 0
    if acumuladas:
        yield np.arange(desde, por_unidad.size)


def _rellenar(filas: Enteros, grupo: Claves, faltan: int) -> tuple[Enteros, int]:
    """Add a row of zeros to some keys (never to an exact duplicate or its twin) until none is missing."""
    if not faltan:
        return filas, 0
    libres = ~filas & 0b1_1111_1111_1110
    elegibles = np.flatnonzero((libres != 0) & ~grupo.duplicado & ~np.roll(grupo.duplicado, -1))[:faltan]
    filas[elegibles] |= libres[elegibles] & -libres[elegibles]
    return filas, faltan - elegibles.size
