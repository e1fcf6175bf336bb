"""Write a synthetic SIAF-shaped file of any size, with an origin page beside it that says what it is and its totals.

python benchmarks/generar.py --formato largo|ancho (--filas N | --bytes 1GB | --claves N) --salida siaf_sintetico.csv
    [--semilla 7] [--anio 2024] [--meses 12] [--codificacion utf-8-bom|utf-8|latin-1] [--gz] [--saltos]

Same arguments, same bytes. With the same seed and year a key has the same facts in both layouts and in any size;
`--claves N` gives exactly the same keys to both.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np
import polars as pl
from generar_hechos import Atributos, Claves, Hechos, atributos, hechos
from generar_plan import ErrorDeUso, Lote, Pedido, Plan, lotes, plan_de_filas
from generar_tablas import SEPARADOR, Enteros, Tablas, tablas
from generar_textos import COLUMNAS, MEDIDAS_ANCHO, MEDIDAS_LARGO

VERSION = 1
FLUJOS = MEDIDAS_LARGO[2:]
FILAS_POR_TROZO = 16_384
CLAVES_DE_MUESTRA = 12_000
UNIDADES_BYTES = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}
CODECS = {"utf-8": "utf-8", "utf-8-bom": "utf-8", "latin-1": "latin-1"}
FRACCIONES = pl.Series([f".{n:02d}".rstrip("0").rstrip(".") for n in range(100)])
SIGNOS = pl.Series([SEPARADOR, SEPARADOR + "-"])
METAS = pl.Series([f"{n:05d}" for n in range(100)])


@dataclass
class Cuenta:
    """What was written, counted while writing; amounts are exact whole céntimos."""

    filas: int = 0
    claves: int = 0
    filas_445: int = 0
    colisiones: int = 0
    duplicados: int = 0
    pim_cero_con_devengado: int = 0
    flujos_negativos: int = 0
    totales: dict[str, int] = field(default_factory=dict)
    totales_445: dict[str, int] = field(default_factory=dict)
    devengado_por_mes: list[int] = field(default_factory=lambda: [0] * 12)


# --- how many keys ----------------------------------------------------------------------------------------------------


def plan_de_bytes(pedido: Pedido, cuantos: int) -> Plan:
    """Keys for about so many uncompressed bytes, from what a small sample of them takes."""
    destino = Destino(io.BytesIO(), CODECS[pedido.codificacion])
    escribir(pedido, Plan(CLAVES_DE_MUESTRA), destino)
    return Plan(max(1, round(cuantos * CLAVES_DE_MUESTRA / destino.escritos)))


# --- text -------------------------------------------------------------------------------------------------------------


def texto_de_claves(de: Claves, atr: Atributos, tabla: Tablas, formato: str) -> pl.Series:
    """The text of each key between the month (or the year) and the amounts."""
    sec_func = pl.Series(atr.sec_func).cast(pl.String)
    cadena = [
        tabla.programa.gather(atr.programa),
        tabla.producto.gather(atr.producto),
        tabla.actividad.gather(atr.actividad),
        tabla.funcional.gather(atr.funcional),
    ]
    piezas = [
        tabla.institucion.gather(de.unidad),
        *([sec_func, *cadena] if formato == "largo" else [*cadena, sec_func]),
        METAS.gather(atr.meta),
        tabla.finalidad.gather(atr.finalidad),
        tabla.departamento.gather(atr.departamento),
        tabla.recurso.gather(atr.recurso),
        tabla.clasificador.gather(atr.clasificador),
    ]
    return _pegar(piezas, SEPARADOR)


def _pegar(piezas: list[pl.Series], separador: str = "") -> pl.Series:
    """Concatenate texts side by side."""
    tabla = pl.DataFrame({f"p{n}": pieza for n, pieza in enumerate(piezas)})
    return tabla.select(pl.concat_str(pl.all(), separator=separador)).to_series()


def piezas_de_monto(centimos: Enteros) -> list[pl.Series]:
    """Separator and sign, whole soles and fraction of an amount, without needless zeros."""
    absoluto = np.abs(centimos)
    soles = absoluto // 100
    return [
        SIGNOS.gather((centimos < 0).astype(np.uint32)),
        pl.Series(soles).cast(pl.String),
        FRACCIONES.gather((absoluto - soles * 100).astype(np.uint32)),
    ]


def lineas(inicio: pl.Series, texto: pl.Series, montos: list[Enteros]) -> bytes:
    """Whole lines of the file, in UTF-8."""
    final = pl.repeat('"', len(texto), eager=True)
    piezas = [inicio, texto, *(pieza for monto in montos for pieza in piezas_de_monto(monto)), final]
    destino = io.BytesIO()
    _pegar(piezas).to_frame().write_csv(destino, include_header=False, quote_style="never")
    return destino.getvalue()


def trozos_largo(lote: Lote, texto: pl.Series, de: Hechos, anio: int) -> Iterator[tuple[bytes, list[Enteros]]]:
    """Lines of the long layout and their amounts: month by month from the last, each month every key of the block."""
    meses = np.arange(12, -1, -1)
    columna, clave = np.nonzero((lote.filas >> meses[:, None]) & 1)
    orden = np.argsort(lote.bloque[clave], kind="stable")
    mes, clave = meses[columna][orden], clave[orden]
    inicios = pl.Series([f'"{anio}","{n}","' for n in range(13)])
    for desde in range(0, mes.size, FILAS_POR_TROZO):
        m, k = mes[desde : desde + FILAS_POR_TROZO], clave[desde : desde + FILAS_POR_TROZO]
        montos = [np.where(m == 0, de.pia[k], 0), np.where(m == 0, de.pim[k], 0)]
        montos += [de.flujo(medida)[k, m] for medida in FLUJOS]
        yield lineas(inicios.gather(m), texto.gather(k), montos), montos


def trozos_ancho(texto: pl.Series, de: Hechos, anio: int) -> Iterator[tuple[bytes, list[Enteros]]]:
    """Lines of the wide layout and, for the count, the amounts in the order of its measures."""
    anual = {medida: de.flujo(medida).sum(axis=1) for medida in FLUJOS}
    comunes = [de.pia, de.pim, anual["certificado"], anual["comprometido_anual"]]
    columnas = [*comunes, *(de.devengado[:, mes] for mes in range(1, 13)), anual["devengado"], anual["girado"]]
    medidas = [*comunes, anual["devengado"], anual["girado"]]
    inicio = pl.repeat(f'"{anio}","', len(texto), eager=True)
    for desde in range(0, len(texto), FILAS_POR_TROZO):
        tramo = slice(desde, desde + FILAS_POR_TROZO)
        yield (lineas(inicio[tramo], texto[tramo], [columna[tramo] for columna in columnas]), [medida[tramo] for medida in medidas])


# --- writing ----------------------------------------------------------------------------------------------------------


class Escribible(Protocol):
    """Whatever bytes can be written to: a file, gzip, the hasher."""

    def write(self, datos: bytes, /) -> int:
        """Write and say how many."""
        ...


@dataclass
class Destino:
    """Where text goes: re-encoded if need be, and its uncompressed bytes counted."""

    archivo: Escribible
    codec: str
    escritos: int = 0

    def escribir(self, texto: bytes) -> None:
        """Write UTF-8 text in the encoding of the file."""
        datos = texto if self.codec == "utf-8" else texto.decode("utf-8").encode(self.codec)
        self.escritos += len(datos)
        self.archivo.write(datos)


class Resumidor(io.RawIOBase):
    """A file that keeps the SHA-256 and the size of what is written to it."""

    def __init__(self, archivo: BinaryIO) -> None:
        self.archivo, self.sha256, self.tamano = archivo, hashlib.sha256(), 0

    def writable(self) -> bool:
        """It only writes."""
        return True

    def write(self, datos: bytes) -> int:  # type: ignore[override]
        """Write, hash and count."""
        self.sha256.update(datos)
        self.tamano += len(datos)
        return self.archivo.write(datos)


def escribir(pedido: Pedido, plan: Plan, destino: Destino) -> Cuenta:
    """Write header and lines; the text is encoded and written by a second thread, one chunk behind."""
    tabla, cuenta = tablas(pedido.formato, saltos=pedido.saltos), Cuenta()
    medidas = MEDIDAS_LARGO if pedido.formato == "largo" else MEDIDAS_ANCHO
    cuenta.totales = dict.fromkeys(medidas, 0)
    cuenta.totales_445 = dict.fromkeys(medidas, 0)
    marca = "\ufeff" if pedido.codificacion == "utf-8-bom" else ""
    destino.escribir(f'{marca}"{SEPARADOR.join(COLUMNAS[pedido.formato])}"\n'.encode())
    with ThreadPoolExecutor(1) as hilo:
        pendiente: Future[None] | None = None
        for lote in lotes(pedido, plan):
            for texto, montos in _trozos(pedido, lote, tabla, cuenta):
                for medida, monto in zip(medidas, montos, strict=True):
                    cuenta.totales[medida] += int(monto.sum())
                cuenta.filas += montos[0].size
                if pendiente:
                    pendiente.result()
                pendiente = hilo.submit(destino.escribir, texto)
        if pendiente:
            pendiente.result()
    return cuenta


def _trozos(pedido: Pedido, lote: Lote, tabla: Tablas, cuenta: Cuenta) -> Iterator[tuple[bytes, list[Enteros]]]:
    """The lines of a batch, after counting its keys."""
    de = hechos(lote.claves.clave_hash, pedido.anio, pedido.meses)
    _contar(cuenta, lote, de, pedido.formato)
    texto = texto_de_claves(lote.claves, atributos(lote.claves, tabla, pedido.anio), tabla, pedido.formato)
    if pedido.formato == "largo":
        return trozos_largo(lote, texto, de, pedido.anio)
    return trozos_ancho(texto, de, pedido.anio)


def _contar(cuenta: Cuenta, lote: Lote, de: Hechos, formato: str) -> None:
    """Add a batch of keys to the count."""
    cuenta.claves += lote.filas.size
    filas = np.bitwise_count(lote.filas) if formato == "largo" else np.ones_like(lote.filas)
    cuenta.filas_445 += int(filas[lote.es_445].sum())
    cuenta.colisiones += int((lote.claves.colision & ~lote.claves.duplicado).sum())
    cuenta.duplicados += int(lote.claves.duplicado.sum())
    cuenta.pim_cero_con_devengado += int(((de.pim == 0) & (de.devengado.sum(axis=1) > 0)).sum())
    cuenta.flujos_negativos += int((de.devengado < 0).sum())
    for medida in cuenta.totales_445:
        cuenta.totales_445[medida] += int(de.flujo(medida)[lote.es_445].sum())
    for mes in range(12):
        cuenta.devengado_por_mes[mes] += int(de.devengado[:, mes + 1].sum())


def generar(pedido: Pedido, salida: Path, planear: Callable[[Pedido], Plan]) -> Cuenta:
    """Write the file and its origin; nothing keeps the final name until it is whole."""
    revisar(pedido, salida)
    plan, parcial = planear(pedido), salida.with_name(salida.name + ".part")
    try:
        with parcial.open("wb") as archivo:
            resumen = Resumidor(archivo)
            cuenta, sin_comprimir = _volcar(pedido, plan, resumen)
        parcial.replace(salida)
    finally:
        parcial.unlink(missing_ok=True)
    texto = origen(pedido, cuenta, salida.name, (resumen.sha256.hexdigest(), resumen.tamano, sin_comprimir))
    salida.with_name(salida.name + ".origen.toml").write_text(texto, encoding="utf-8")
    return cuenta


def _volcar(pedido: Pedido, plan: Plan, resumen: Resumidor) -> tuple[Cuenta, int]:
    """Write through gzip (without name or date, so that bytes repeat) or directly; also the uncompressed bytes."""
    if not pedido.gz:
        destino = Destino(resumen, CODECS[pedido.codificacion])
        return escribir(pedido, plan, destino), destino.escritos
    with gzip.GzipFile(filename="", mode="wb", compresslevel=3, fileobj=resumen, mtime=0) as comprimido:
        destino = Destino(comprimido, CODECS[pedido.codificacion])
        return escribir(pedido, plan, destino), destino.escritos


# --- origin -----------------------------------------------------------------------------------------------------------


def monto(centimos: int) -> str:
    """An amount as exact text with two decimals."""
    signo = "-" if centimos < 0 else ""
    return f"{signo}{abs(centimos) // 100}.{abs(centimos) % 100:02d}"


def origen(pedido: Pedido, cuenta: Cuenta, nombre: str, huella: tuple[str, int, int]) -> str:
    """The origin page, in TOML: amounts are text in soles, exact to the céntimo."""
    sha256, tamano, sin_comprimir = huella
    partes = [
        "# Archivo sintético: ninguna fila es un dato del SIAF ni de entidad alguna.",
        "sintetico = true",
        f'archivo = "{nombre}"',
        f'generador = "benchmarks/generar.py, versión {VERSION}"',
        f'sha256 = "{sha256}"',
        f"bytes = {tamano}",
        f"bytes_sin_comprimir = {sin_comprimir}",
        f"filas = {cuenta.filas}",
        f"claves = {cuenta.claves}",
        f"filas_pliego_445 = {cuenta.filas_445}",
        "\n[parametros]",
        f'formato = "{pedido.formato}"\nsemilla = {pedido.semilla}\nanio = {pedido.anio}\nmeses = {pedido.meses}',
        f'codificacion = "{pedido.codificacion}"\ngz = {str(pedido.gz).lower()}\nsaltos = {str(pedido.saltos).lower()}',
        "\n[rarezas]",
        f"claves_que_chocan = {cuenta.colisiones}\nclaves_duplicadas = {cuenta.duplicados}",
        f"pim_cero_con_devengado = {cuenta.pim_cero_con_devengado}",
        f"devengados_mensuales_negativos = {cuenta.flujos_negativos}",
        "\n[totales]",
        *(f'{medida} = "{monto(valor)}"' for medida, valor in cuenta.totales.items()),
        "\n[totales_pliego_445]",
        *(f'{medida} = "{monto(valor)}"' for medida, valor in cuenta.totales_445.items()),
        "\n[devengado_por_mes]",
        *(f'{mes} = "{monto(valor)}"' for mes, valor in enumerate(cuenta.devengado_por_mes, start=1)),
    ]
    return "\n".join(partes) + "\n"


# --- command ----------------------------------------------------------------------------------------------------------


def revisar(pedido: Pedido, salida: Path) -> None:
    """Refuse a name that hides what the file is, and parameters out of range."""
    if "sintetico" not in salida.name:
        raise ErrorDeUso(
            f"--salida {salida.name}: el nombre del archivo debe contener «sintetico», para que nadie lo tome por un "
            f"extracto del SIAF; pruebe con siaf_sintetico_{pedido.formato}.csv"
        )
    if pedido.gz != (salida.suffix == ".gz"):
        raise ErrorDeUso(f"--salida {salida.name}: use --gz si, y solo si, el nombre termina en .gz")
    if not 1 <= pedido.meses <= 12:
        raise ErrorDeUso(f"--meses {pedido.meses}: se espera un mes de corte de 1 a 12")
    if not 2000 <= pedido.anio <= 2100 or pedido.semilla < 0:
        raise ErrorDeUso("--anio debe estar entre 2000 y 2100, y --semilla no puede ser negativa")


def leer_bytes(texto: str) -> int:
    """A size such as `1GB`, `0.1GB`, `250MB` or `1000`, in powers of ten."""
    hallado = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(KB|MB|GB|)", texto.strip().upper())
    if not hallado:
        raise argparse.ArgumentTypeError(f"«{texto}» no es un tamaño; escriba por ejemplo 1GB, 250MB o 100000")
    return round(float(hallado[1]) * UNIDADES_BYTES[hallado[2]])


def _opciones() -> argparse.ArgumentParser:
    opciones = argparse.ArgumentParser(description="Genera un archivo sintético con la forma de los extractos del SIAF.")
    opciones.add_argument("--formato", choices=("largo", "ancho"), required=True, help="63 o 73 columnas")
    tamano = opciones.add_mutually_exclusive_group(required=True)
    tamano.add_argument("--filas", type=int, help="filas exactas, sin contar la cabecera")
    tamano.add_argument("--bytes", type=leer_bytes, help="tamaño aproximado sin comprimir: 1GB, 250MB")
    tamano.add_argument("--claves", type=int, help="claves exactas: las mismas en los dos formatos")
    opciones.add_argument("--semilla", type=int, default=7)
    opciones.add_argument("--anio", type=int, default=2024)
    opciones.add_argument("--meses", type=int, default=12, help="último mes con flujos")
    opciones.add_argument("--codificacion", choices=tuple(CODECS), default="utf-8-bom")
    opciones.add_argument("--gz", action="store_true", help="comprimido con gzip")
    opciones.add_argument("--saltos", action="store_true", help="unos pocos nombres con un salto de línea dentro")
    opciones.add_argument("--salida", type=Path, required=True, help="el nombre debe contener «sintetico»")
    return opciones


def _planear(args: argparse.Namespace) -> Callable[[Pedido], Plan]:
    if args.filas is not None:
        return lambda pedido: plan_de_filas(pedido, args.filas)
    if args.bytes is not None:
        return lambda pedido: plan_de_bytes(pedido, args.bytes)
    if args.claves < 1:
        raise ErrorDeUso(f"--claves {args.claves}: se espera un número mayor que cero")
    return lambda _: Plan(args.claves)


def main(argumentos: list[str] | None = None) -> int:
    """Parse, generate, and say what was written."""
    args = _opciones().parse_args(argumentos)
    pedido = Pedido(args.formato, args.semilla, args.anio, args.meses, args.codificacion, args.gz, args.saltos)
    try:
        cuenta = generar(pedido, args.salida, _planear(args))
    except (ErrorDeUso, OSError) as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    sys.stdout.write(f"{args.salida}: {cuenta.filas} filas y {cuenta.claves} claves sintéticas\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
