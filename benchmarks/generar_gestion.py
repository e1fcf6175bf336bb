"""Write synthetic years of one regional government, with a known seasonality, in the long SIAF layout.

python benchmarks/generar_gestion.py --salida data/siaf [--semilla 33]

Three files, each with an origin page: the years 2022-2025 as they would stand at the end of August 2025, 2025 as it would have stood at the
end of June, and what each line of 2025 ends up with in December (what nobody knows in August, to compare a projection with).
Same arguments, same bytes. Nothing here is a figure of any entity: amounts come from a random generator; only codes and
names of the public classifiers are real.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from generar_textos import COLUMNAS, PROGRAMAS

ANIOS = (2022, 2023, 2024, 2025)
ULTIMO = ANIOS[-1]
CORTES = {6: "gasto_2025_a_junio_sintetico", 8: "gasto_2022_2025_a_agosto_sintetico"}
CIERRE = "cierre_2025_sintetico"
GENERICAS = {
    "1": ("PERSONAL Y OBLIGACIONES SOCIALES", "5"),
    "3": ("BIENES Y SERVICIOS", "5"),
    "6": ("ADQUISICION DE ACTIVOS NO FINANCIEROS", "6"),
}
# Share of the year's accrual in each month, per hundred, by generic: pay is even but for bonuses, services rise, works come late.
FORMAS = {
    "1": (8, 8, 8, 8, 8, 8, 10, 8, 8, 8, 8, 10),
    "3": (2, 5, 7, 8, 8, 9, 8, 8, 9, 10, 11, 15),
    "6": (1, 3, 4, 6, 7, 8, 8, 9, 10, 11, 12, 21),
}
RUIDO = {"1": 900.0, "3": 130.0, "6": 55.0}  # concentration of each year's shape around the known one
EJECUCION = {"1": (60, 1.2), "3": (22, 2.4), "6": (9, 3.2)}  # beta of the share of the budget that a year accrues
UNIDADES = (("001", "SEDE CENTRAL"), ("100", "AGRICULTURA"), ("200", "TRANSPORTES"), ("300", "EDUCACION"), ("400", "SALUD"))
UNIDAD_DE_FUNCION = {"10": "100", "15": "200", "20": "400", "21": "300", "22": "300"}
FUENTES = {
    "1": ("RECURSOS ORDINARIOS", "00", "RECURSOS ORDINARIOS"),
    "5": ("RECURSOS DETERMINADOS", "18", "CANON Y SOBRECANON, REGALIAS, RENTA DE ADUANAS Y PARTICIPACIONES"),
}
FUERA = ("0101", "0149", "9001", "9002")  # what no rule of the starter link sends to an action
RITMO_2025 = {"0036": 0.35, "0121": 0.50, "0126": 0.45, "0137": 0.30, "1002": 0.55, "0042": 0.80, "0130": 0.85, "0016": 1.30, "0090": 1.04}
"""Programmes that run slower or faster than ever in the last year: what a traffic light must find."""

Centimos = npt.NDArray[np.int64]


def lineas() -> pl.DataFrame:
    """The budget lines, the same every year: one per programme, kind, generic and source."""
    filas = []
    for programa, nombre, funcion in PROGRAMAS:
        clases = [("3", ("1", "3"), "1"), ("2", ("6",), "5")] if programa not in FUERA[2:] else [("3", ("1", "3"), "1")]
        for tipo, genericas, fuente in clases:
            for generica in genericas:
                filas.append((programa, nombre, funcion, tipo, generica, fuente))
    esquema = ["programa", "programa_nombre", "funcion", "tipo", "generica", "fuente"]
    return pl.DataFrame(filas, schema=esquema, orient="row").with_row_index("linea")


def presupuesto(azar: np.random.Generator, cuantas: int) -> tuple[Centimos, Centimos]:
    """Opening and current budget of each line and year, in whole céntimos."""
    base = azar.lognormal(15.2, 0.9, cuantas)
    crece = np.cumprod(azar.normal(1.04, 0.05, (cuantas, len(ANIOS))).clip(0.85), axis=1)
    inicial = base[:, None] * crece
    cambio = azar.normal(1.12, 0.12, inicial.shape).clip(0.75)
    return (inicial * 100).astype(np.int64), (inicial * cambio * 100).astype(np.int64)


def meses_devengados(azar: np.random.Generator, tabla: pl.DataFrame, pim: Centimos) -> Centimos:
    """Accrual of each line, year and month, in whole céntimos, never above the budget."""
    salida = np.zeros((tabla.height, len(ANIOS), 12), dtype=np.int64)
    for n, (programa, generica) in enumerate(tabla.select("programa", "generica").iter_rows()):
        forma = np.array(FORMAS[generica], dtype=float)
        for a, anio in enumerate(ANIOS):
            parte = azar.dirichlet(forma / forma.sum() * RUIDO[generica])
            ritmo = RITMO_2025.get(programa, 1.0) if anio == ULTIMO else 1.0
            total = pim[n, a] * min(1.0, azar.beta(*EJECUCION[generica]) * ritmo)
            salida[n, a] = np.floor(parte * total).astype(np.int64)
    return salida


def etapas(azar: np.random.Generator, devengado: Centimos, pim: Centimos) -> tuple[Centimos, Centimos]:
    """Certificate and commitment of each month: both run ahead of the accrual and never pass the budget."""
    acumulado = devengado.cumsum(axis=2)
    adelanto = azar.uniform(1.05, 1.35, devengado.shape[:2])[:, :, None]
    tope = pim[:, :, None]
    compromiso = np.minimum(np.maximum.accumulate(np.roll(acumulado, -1, axis=2), axis=2), tope)
    compromiso[:, :, -1] = acumulado[:, :, -1]
    compromiso = np.maximum.accumulate(np.maximum(compromiso, acumulado), axis=2)
    certificado = np.maximum.accumulate(np.minimum((compromiso * adelanto).astype(np.int64), tope), axis=2)
    certificado = np.maximum(certificado, compromiso)
    return tuple(np.diff(flujo, axis=2, prepend=0) for flujo in (certificado, compromiso))  # type: ignore[return-value]


def filas_del_archivo(tabla: pl.DataFrame, montos: dict[str, Centimos], hasta: int, anios: tuple[int, ...]) -> pl.DataFrame:
    """The records of the long layout: month 0 with the budget, and each month with its flows."""
    partes = []
    for anio in anios:
        a, ultimo = ANIOS.index(anio), hasta if anio == ULTIMO else 12
        cero = tabla.with_columns(anio=pl.lit(anio), mes=pl.lit(0), pia=pl.Series(montos["pia"][:, a]), pim=pl.Series(montos["pim"][:, a]))
        flujos = [
            tabla.with_columns(
                pl.lit(anio).alias("anio"),
                pl.lit(mes).alias("mes"),
                *(pl.Series(m, montos[m][:, a, mes - 1]) for m in ("certificado", "comprometido", "devengado")),
            )
            for mes in range(1, ultimo + 1)
        ]
        partes += [cero, *flujos]
    return pl.concat(partes, how="diagonal").fill_null(0).sort("anio", "linea", "mes", descending=[False, False, True])


def como_texto(filas: pl.DataFrame) -> pl.DataFrame:
    """The 63 columns as the portal writes them."""
    unidad = pl.col("funcion").replace_strict(UNIDAD_DE_FUNCION, default="001")
    fuente = {n: pl.col("fuente").replace_strict({k: v[n] for k, v in FUENTES.items()}) for n in range(3)}
    dado = {
        "ANO_EJE": pl.col("anio"),
        "MES_EJE": pl.col("mes"),
        "NIVEL_GOBIERNO": pl.lit("R"),
        "NIVEL_GOBIERNO_NOMBRE": pl.lit("GOBIERNOS REGIONALES"),
        "SECTOR": pl.lit("99"),
        "SECTOR_NOMBRE": pl.lit("GOBIERNOS REGIONALES"),
        "PLIEGO": pl.lit("445"),
        "PLIEGO_NOMBRE": pl.lit("PLIEGO SINTETICO, CON EL CODIGO DE CAJAMARCA"),
        "SEC_EJEC": pl.lit("9") + unidad.str.zfill(5),
        "EJECUTORA": unidad,
        "EJECUTORA_NOMBRE": unidad.replace_strict({c: f"{n} (SINTETICA)" for c, n in UNIDADES}),
        "SEC_FUNC": pl.col("linea") + 1,
        "PROGRAMA_PPTO": pl.col("programa"),
        "PROGRAMA_PPTO_NOMBRE": pl.col("programa_nombre"),
        "TIPO_ACT_PROY": pl.col("tipo"),
        "TIPO_ACT_PROY_NOMBRE": pl.col("tipo").replace_strict({"2": "PROYECTO", "3": "ACTIVIDAD"}),
        "PRODUCTO_PROYECTO": pl.when(pl.col("tipo") == "2").then(2_900_000 + pl.col("linea")).otherwise(3_999_999),
        "ACTIVIDAD_ACCION_OBRA": pl.lit("5000000"),
        "FUNCION": pl.col("funcion"),
        "META": (pl.col("linea") + 1).cast(pl.String).str.zfill(5),
        "FINALIDAD": (pl.col("linea") + 1).cast(pl.String).str.zfill(7),
        "META_NOMBRE": pl.lit("META SINTETICA ") + (pl.col("linea") + 1).cast(pl.String),
        "DEPARTAMENTO_META": pl.lit("06"),
        "DEPARTAMENTO_META_NOMBRE": pl.lit("CAJAMARCA"),
        "FUENTE_FINANCIAMIENTO": pl.col("fuente"),
        "FUENTE_FINANCIAMIENTO_NOMBRE": fuente[0],
        "RUBRO": fuente[1],
        "RUBRO_NOMBRE": fuente[2],
        "TIPO_RECURSO": pl.lit("0"),
        "CATEGORIA_GASTO": pl.col("generica").replace_strict({g: c for g, (_, c) in GENERICAS.items()}),
        "TIPO_TRANSACCION": pl.lit("2"),
        "GENERICA": pl.col("generica"),
        "GENERICA_NOMBRE": pl.col("generica").replace_strict({g: n for g, (n, _) in GENERICAS.items()}),
        "SUBGENERICA": pl.lit("1"),
        "SUBGENERICA_DET": pl.lit("1"),
        "ESPECIFICA": pl.lit("1"),
        "ESPECIFICA_DET": pl.lit("1"),
        **{f"MONTO_{m.upper()}": _soles(m) for m in ("pia", "pim", "certificado", "comprometido", "devengado")},
        "MONTO_COMPROMETIDO_ANUAL": _soles("comprometido"),
        "MONTO_GIRADO": _soles("devengado"),
    }
    vacio = [pl.lit("").alias(c) for c in COLUMNAS["largo"] if c not in dado]
    return filas.select(*(e.cast(pl.String).alias(c) for c, e in dado.items()), *vacio).select(COLUMNAS["largo"])


def _soles(columna: str) -> pl.Expr:
    centimos = pl.col(columna)
    return pl.format("{}.{}", centimos // 100, (centimos % 100).cast(pl.String).str.zfill(2))


def escribir(carpeta: Path, nombre: str, tabla: pl.DataFrame, notas: dict[str, str], semilla: int, comprimido: bool) -> None:
    """The file and its origin page."""
    datos = tabla.write_csv(quote_style="always" if comprimido else "necessary").encode("utf-8")
    archivo = carpeta / f"{nombre}.csv{'.gz' if comprimido else ''}"
    contenido = gzip.compress(b"\xef\xbb\xbf" + datos, 9, mtime=0) if comprimido else datos
    archivo.write_bytes(contenido)
    lineas_origen = [
        f"# Origen de {archivo.name}. Archivo sintético: ninguna fila es un dato del SIAF ni de entidad alguna.",
        "sintetico = true",
        'productor = "presupuesto-link"',
        f'titulo = "{notas["titulo"]}"',
        f'lugar = "{notas["lugar"]}"',
        f'transcripcion = "Montos de un generador aleatorio con semilla {semilla} y estacionalidad conocida; sólo son reales los códigos y nombres de los clasificadores públicos"',
        'generador = "benchmarks/generar_gestion.py"',
        'licencia = "La del proyecto"',
        'fecha_publicacion = "2026-11"',
        f'fecha_corte = "{notas["corte"]}"',
        f"filas = {tabla.height}",
        f'sha256 = "{hashlib.sha256(contenido).hexdigest()}"',
    ]
    archivo.with_suffix(".origen.toml").write_text("\n".join(lineas_origen) + "\n", encoding="utf-8", newline="\n")


def generar(carpeta: Path, semilla: int) -> None:
    """The three files."""
    azar, tabla = np.random.default_rng(semilla), lineas()
    pia, pim = presupuesto(azar, tabla.height)
    devengado = meses_devengados(azar, tabla, pim)
    certificado, comprometido = etapas(azar, devengado, pim)
    antes = pim.copy()  # the budget as it stood in June: some lines had not been modified yet
    movidas = azar.random(tabla.height) < 0.25
    antes[movidas, -1] = np.maximum(pia[movidas, -1], certificado[movidas, -1, :6].sum(axis=1))
    for mes, nombre in CORTES.items():
        anios = (ULTIMO,) if mes == min(CORTES) else ANIOS
        montos = {
            "pia": pia,
            "pim": antes if mes == min(CORTES) else pim,
            "certificado": certificado,
            "comprometido": comprometido,
            "devengado": devengado,
        }
        filas = como_texto(filas_del_archivo(tabla, montos, mes, anios))
        notas = {
            "titulo": f"Gasto mensual sintético, {anios[0]}-{anios[-1]}",
            "lugar": f"2025 hasta el mes {mes}",
            "corte": f"2025-{mes + 1:02d}-01",
        }
        escribir(carpeta, nombre, filas, notas, semilla, comprimido=True)
    cierre = tabla.select(sec_func="linea", programa="programa", generica="generica").with_columns(
        pl.col("sec_func") + 1,
        **{
            n: pl.Series(v).cast(pl.Decimal(20, 2)) / 100
            for n, v in (("pim_soles", pim[:, -1]), ("devengado_soles", devengado[:, -1].sum(axis=1)))
        },
    )
    escribir(
        carpeta,
        CIERRE,
        cierre,
        {"titulo": "Cierre sintético de 2025 por línea", "lugar": "lo que la proyección de agosto no conoce", "corte": "2025-12-31"},
        semilla,
        comprimido=False,
    )


def main() -> int:
    """Command line."""
    opciones = argparse.ArgumentParser(description="Escribe años sintéticos de un gobierno regional, con estacionalidad conocida.")
    opciones.add_argument("--salida", type=Path, required=True, help="carpeta donde se escriben")
    opciones.add_argument("--semilla", type=int, default=33)
    args = opciones.parse_args()
    args.salida.mkdir(parents=True, exist_ok=True)
    generar(args.salida, args.semilla)
    return 0


if __name__ == "__main__":
    sys.exit(main())
