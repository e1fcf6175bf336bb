"""The dimension tables of the synthetic file: each row is a fragment of CSV text ready to be pasted.

A fragment holds consecutive columns, already escaped and joined by `","`; the file puts a quote at each end of the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl
from generar_textos import (
    ACCIONES,
    ACTIVIDADES,
    DEPARTAMENTO_DE_PLIEGO,
    DEPARTAMENTOS,
    DETALLES,
    ESPECIFICAS,
    FUNCIONES,
    GENERICAS,
    LUGARES,
    MUNICIPIOS_POR_DEPARTAMENTO,
    PRODUCTOS,
    PROGRAMAS,
    RECURSOS,
    SECTORES,
    SERVICIOS,
    UNIDADES_REGIONALES,
)

SEPARADOR = '","'
Enteros = npt.NDArray[np.int64]
PROYECTOS = 30_000
FINALIDADES = 20_000
PRODUCTOS_POR_PROGRAMA = len(PRODUCTOS)
ACTIVIDADES_POR_PRODUCTO = len(ACTIVIDADES)
OBRAS = 60
MUNICIPIOS_POR_BLOQUE = 30
# Share of the keys of each level, in parts of 100,000 (a regional pliego has 800: 0.8 %).
PARTES_NACIONAL, PARTES_PLIEGO_REGIONAL, PARTES_LOCAL = 24_000, 800, 56_000


@dataclass(frozen=True)
class Ejecutora:
    """One executing unit: its text, its level (0 national, 1 regional, 2 local), block, department and weight."""

    texto: str
    nivel: int
    bloque: str
    pliego: str
    departamento: int
    peso: int


@dataclass(frozen=True)
class Tablas:
    """Everything a key points to, by position; texts of one layout."""

    institucion: pl.Series
    programa: pl.Series  # programme and kind: row = 2 * programme + (1 if it is a project)
    producto: pl.Series  # products first, then projects
    actividad: pl.Series  # activities first, then works
    funcional: pl.Series  # row = 2 * function + group
    finalidad: pl.Series
    departamento: pl.Series
    recurso: pl.Series
    clasificador: pl.Series
    funcion_de_programa: Enteros
    corrientes: Enteros  # positions in `clasificador`
    capital: Enteros


def celdas(*valores: str) -> str:
    """Consecutive cells as CSV text without the outer quotes."""
    return SEPARADOR.join(valor.replace('"', '""') for valor in valores)


def _lugar(numero: int) -> str:
    return LUGARES[numero % len(LUGARES)]


def _ubicacion(departamento: int, numero: int) -> tuple[str, ...]:
    """Department, province and district of an executing unit: codes and invented names."""
    provincia, distrito = 1 + numero % 9, 1 + numero // 9 % 20
    return (
        *(f"{departamento:02d}", DEPARTAMENTOS[departamento - 1]),
        *(f"{provincia:02d}", f"{_lugar(departamento + provincia)} {provincia:02d}"),
        *(f"{distrito:02d}", f"{_lugar(departamento + 3 * distrito)} {distrito:02d}"),
    )


def _nacionales() -> list[Ejecutora]:
    """Four pliegos by sector and four units by pliego; weights fall with the position of the unit."""
    unidades = []
    for n in range(len(SECTORES) * 16):
        orden_pliego, orden = n // 4, n % 4
        sector, nombre = list(SECTORES.items())[orden_pliego // 4]
        pliego = f"{1 + orden_pliego:03d}"
        entidad = f"MINISTERIO DE {nombre}" if orden_pliego % 4 == 0 else f"ORGANISMO PÚBLICO {pliego} DE {nombre}"
        departamento = 15 if orden < 2 else 1 + n % 25
        texto = celdas(
            *("E", "GOBIERNO NACIONAL", sector, nombre, pliego, entidad, str(1 + n), f"{orden + 1:03d}"),
            *(f"UNIDAD EJECUTORA {orden + 1:03d} - {nombre}", *_ubicacion(departamento, n)),
        )
        peso = PARTES_NACIONAL * (8 - 2 * orden) // (len(SECTORES) * 4 * 20)
        unidades.append(Ejecutora(texto, 0, pliego, pliego, departamento, 100 * peso))
    return unidades


def _regionales() -> list[Ejecutora]:
    """The pliegos 440 to 464, each with its head office (a quarter of its keys) and sixteen more units."""
    unidades = []
    for orden, departamento in enumerate(DEPARTAMENTO_DE_PLIEGO):
        pliego, nombre = str(440 + orden), DEPARTAMENTOS[departamento - 1]
        for n, (codigo, unidad) in enumerate(UNIDADES_REGIONALES):
            texto = celdas(
                *("R", "GOBIERNOS REGIONALES", "99", "GOBIERNOS REGIONALES", pliego),
                f"GOBIERNO REGIONAL DEL DEPARTAMENTO DE {nombre}",
                *(str(720 + 20 * orden + n), codigo, f"REGIÓN {nombre}-{unidad}", *_ubicacion(departamento, n)),
            )
            resto = len(UNIDADES_REGIONALES) - 1
            peso = PARTES_PLIEGO_REGIONAL * 25 if n == 0 else PARTES_PLIEGO_REGIONAL * 75 // resto
            unidades.append(Ejecutora(texto, 1, pliego, pliego, departamento, peso))
    return unidades


def _locales() -> list[Ejecutora]:
    """The municipalities, `SEC_EJEC` 300001 on, with a single blank as sector and pliego."""
    unidades: list[Ejecutora] = []
    total = sum(MUNICIPIOS_POR_DEPARTAMENTO)
    for departamento, cuantos in enumerate(MUNICIPIOS_POR_DEPARTAMENTO, start=1):
        for n in range(cuantos):
            numero = 1 + len(unidades)
            clase = "PROVINCIAL" if n < 9 else "DISTRITAL"
            nombre = f"MUNICIPALIDAD {clase} DE {_lugar(departamento + n)} {numero:04d}"
            texto = celdas(
                *("M", "GOBIERNOS LOCALES", " ", " ", " ", " ", str(300_000 + numero), "000"), *(nombre, *_ubicacion(departamento, n))
            )
            bloque = f"M{departamento:02d}-{n // MUNICIPIOS_POR_BLOQUE}"
            unidades.append(Ejecutora(texto, 2, bloque, "", departamento, 100 * PARTES_LOCAL // total))
    return unidades


@lru_cache(maxsize=1)
def ejecutoras() -> tuple[Ejecutora, ...]:
    """Every executing unit of the country, in the order of the file."""
    return (*_nacionales(), *_regionales(), *_locales())


def _programas(formato: str) -> list[str]:
    """Programme, name and kind of product: a code and its name in the long layout, the name alone in the wide one."""
    clases = {"largo": (("3", "ACTIVIDAD"), ("2", "PROYECTO")), "ancho": (("ACTIVIDAD",), ("PROYECTO",))}
    return [celdas(codigo, nombre, *clase) for codigo, nombre, _ in PROGRAMAS for clase in clases[formato]]


def _productos() -> list[str]:
    """Products of each programme; the two categories without products have only 3999999."""
    textos = []
    for n, (programa, _, _) in enumerate(PROGRAMAS):
        for orden, plantilla in enumerate(PRODUCTOS):
            if programa.startswith("90"):
                textos.append(celdas("3999999", "SIN PRODUCTO"))
            else:
                codigo = 3_000_001 if orden == 0 else 3_000_100 + n * PRODUCTOS_POR_PROGRAMA + orden
                textos.append(celdas(str(codigo), plantilla.format(SERVICIOS[(n + orden) % len(SERVICIOS)])))
    return textos


def _proyecto(numero: int, *, saltos: bool) -> str:
    """An investment project: its CUI and a long invented name, a few with inner quotes or (if asked) a line break."""
    accion, servicio = ACCIONES[numero % len(ACCIONES)], SERVICIOS[numero // 7 % len(SERVICIOS)]
    lugar, otro = _lugar(numero // 3), _lugar(numero // 11 + 5)
    nombre = f"{accion} {servicio} EN LA LOCALIDAD {numero:05d}, DISTRITO DE {lugar} - PROVINCIA DE {otro}"
    if numero % 97 == 13:
        nombre = f'{accion} {servicio} EN LA I.E. Nº {numero:05d} "{lugar}", PROVINCIA DE {otro}'
    if saltos and numero % 53 == 7:
        nombre = nombre.replace(", ", ",\n", 1)
    return celdas(str(2_000_003 + 22 * numero + numero % 7), nombre)


def _actividades() -> list[str]:
    """Activities of each product, then the works of projects."""
    normales = [
        celdas(str(5_000_001 + n), ACTIVIDADES[n % 3].format(f"{SERVICIOS[n // 3 % len(SERVICIOS)]} {n:04d}"))
        for n in range(len(PROGRAMAS) * PRODUCTOS_POR_PROGRAMA * ACTIVIDADES_POR_PRODUCTO)
    ]
    obras = [celdas("6000001", "EXPEDIENTE TÉCNICO"), celdas("6000002", "ADQUISICIÓN DE TERRENOS Y EQUIPOS")]
    obras += [celdas(str(4_000_001 + n), f"CONSTRUCCIÓN DE INSTALACIONES DE {SERVICIOS[n % len(SERVICIOS)]}") for n in range(58)]
    return normales + obras


def _funcionales() -> list[str]:
    """Function, division and group: the function's own, and the common management one."""
    textos = []
    for n, (codigo, nombre, division, nombre_division, grupo) in enumerate(FUNCIONES):
        textos.append(celdas(codigo, nombre, division, nombre_division, f"{20 + 5 * n:04d}", grupo))
        textos.append(celdas(codigo, nombre, "006", "GESTION", "0008", "ASESORAMIENTO Y APOYO"))
    return textos


def _finalidad(numero: int, *, saltos: bool) -> str:
    """A goal: its code and an invented name that depends on it alone."""
    plantilla = ACTIVIDADES[numero % 3]
    nombre = f"{plantilla.format(SERVICIOS[numero // 3 % len(SERVICIOS)])} EN {_lugar(numero // 5)} {numero:05d}"
    if saltos and numero % 211 == 9:
        nombre = nombre.replace(" EN ", "\nEN ", 1)
    return celdas(f"{9 * numero + numero % 4:07d}", nombre)


def _clasificadores(formato: str) -> list[tuple[str, str]]:
    """Category of each classifier line and its text, from the category of spending to the specific detail."""
    nombres = {"5": "GASTO CORRIENTE", "6": "GASTO DE CAPITAL", "7": "SERVICIO DE LA DEUDA"}
    if formato == "ancho":
        nombres = {"5": "GASTOS CORRIENTES", "6": "GASTOS DE CAPITAL", "7": "SERVICIO DE LA DEUDA"}
    transaccion = ("2", "GASTOS PRESUPUESTARIOS") if formato == "ancho" else ("2",)
    return [
        (categoria, celdas(categoria, nombres[categoria], *transaccion, generica, nombre, *cola))
        for generica, nombre, categoria, subgenericas in GENERICAS
        for cola in _colas(subgenericas)
    ]


def _colas(subgenericas: tuple[tuple[str, str, str], ...]) -> list[tuple[str, ...]]:
    """From the subgeneric to the specific detail: codes that are not padded, and their names."""
    return [
        (sub, nombre, str(det), nombre_det, str(esp), especifica, str(fin if fin < 3 else 99), f"{nombre_det} {detalle}")
        for sub, nombre, detalles in subgenericas
        for det, nombre_det in enumerate(detalles.split("|"), start=1)
        for esp, especifica in enumerate(ESPECIFICAS, start=1)
        for fin, detalle in enumerate(DETALLES, start=1)
    ]


def _primo(posiciones: list[int]) -> Enteros:
    """The longest head of the list whose length is prime, so that any step visits it without repeating."""
    largo = len(posiciones)
    while any(largo % divisor == 0 for divisor in range(2, int(largo**0.5) + 1)):
        largo -= 1
    return np.array(posiciones[:largo], dtype=np.int64)


@lru_cache(maxsize=2)
def tablas(formato: str, *, saltos: bool = False) -> Tablas:
    """Every dimension table of a layout."""
    clasificadores = _clasificadores(formato)
    codigos = [funcion[0] for funcion in FUNCIONES]
    return Tablas(
        institucion=pl.Series([unidad.texto for unidad in ejecutoras()]),
        programa=pl.Series(_programas(formato)),
        producto=pl.Series(_productos() + [_proyecto(n, saltos=saltos) for n in range(PROYECTOS)]),
        actividad=pl.Series(_actividades()),
        funcional=pl.Series(_funcionales()),
        finalidad=pl.Series([_finalidad(n, saltos=saltos) for n in range(FINALIDADES)]),
        departamento=pl.Series([celdas(f"{n:02d}", nombre) for n, nombre in enumerate(DEPARTAMENTOS, start=1)]),
        recurso=pl.Series([celdas(*recurso) for recurso in RECURSOS]),
        clasificador=pl.Series([texto for _, texto in clasificadores]),
        funcion_de_programa=np.array([codigos.index(funcion) for _, _, funcion in PROGRAMAS], dtype=np.int64),
        corrientes=_primo([n for n, (categoria, _) in enumerate(clasificadores) if categoria != "6"]),
        capital=_primo([n for n, (categoria, _) in enumerate(clasificadores) if categoria == "6"]),
    )
