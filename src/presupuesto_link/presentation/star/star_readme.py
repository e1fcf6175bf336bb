"""`LEAME.txt`: what each file of an export is, its key, its unit and where everything comes from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from presupuesto_link.linkage.findings import summary
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.presentation.star.boost import AMOUNTS
from presupuesto_link.presentation.star.databases import DUCKDB, SQLITE
from presupuesto_link.presentation.star.star import DIMENSIONS, KEYS, NO_CODE, NO_NAME, NO_RULE, no_action
from presupuesto_link.tables.levels import Levels
from presupuesto_link.tables.plan import Plan
from presupuesto_link.wording import plural

README = "LEAME.txt"
_WIDTH = 110


def readme(linkage: Linkage, plan: Plan, rows: Mapping[str, int], tables: Mapping[str, pl.DataFrame], folder: Path) -> str:
    """The page, in Spanish.

    Args:
        linkage: the link exported.
        plan: its plan.
        rows: rows of each file of facts.
        tables: the dimensions.
        folder: where the other files already are.
    """
    present, levels = {path.name for path in folder.iterdir()}, plan.niveles
    paragraphs = [
        *_about(linkage, plan),
        *_facts(rows, levels),
        *_dimensions(tables, levels),
        *_others(present),
        *_cautions(linkage, rows, levels),
    ]
    return "\n".join(_wrapped(line) for line in paragraphs) + "\n"


def _wrapped(line: str) -> str:
    return textwrap.fill(line, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _about(linkage: Linkage, plan: Plan) -> Iterator[str]:
    source, years = linkage.snapshot.manifest["fuente"], linkage.cube["anio"].unique().sort().to_list()
    yield from ("GASTO VINCULADO AL PLAN REGIONAL", "")
    yield f"Instantánea: {linkage.snapshot.id} (archivo {source['nombre']})"
    yield f"Fecha de corte: {linkage.snapshot.cut_off}"
    yield f"Ámbito: {linkage.scope}; años: {', '.join(map(str, years))}"
    yield f"Plan: {plan.objetivos.height} {plan.niveles.objetivo} y {plan.acciones.height} {plan.niveles.accion}"
    yield f"Reglas: {linkage.rules.source or 'ninguna'}: {summary(linkage.rules, linkage.with_suggested)}"
    counted = "SE CONTARON las reglas sugeridas, que nadie ha firmado: no cite estas cifras como vínculo oficial."
    yield f"Reglas sugeridas: {counted if linkage.with_suggested else 'no se contaron.'}"
    if told := linkage.signed():
        yield told
    yield "Unidad: soles con dos decimales exactos (céntimos enteros en SQLite). Vacío quiere decir que el extracto no da esa medida."


def _facts(rows: Mapping[str, int], levels: Levels) -> Iterator[str]:
    yield from ("", "HECHOS (una fila por línea del extracto, o por parte de ella cuando las reglas la reparten)", "")
    yield (
        f"hechos.parquet: {plural(rows['hechos'], 'fila', 'filas')}. Es el gasto del ámbito, una sola vez: todas sus medidas se pueden sumar y dan "
        "los totales de la instantánea."
    )
    yield (
        f"hechos_transversales.parquet: {plural(rows['hechos_transversales'], 'fila', 'filas')}. Lo mismo, visto desde las {levels.accion} transversales. "
        "NO LO SUME con hechos.parquet: es dinero que ya está allí."
    )
    yield f"Columnas: {', '.join(KEYS.values())} (claves de las dimensiones); anio, mes; vinculo (directo, transversal, no vinculado); motivo (por qué no se vinculó)."
    yield "Medidas: pia, pim, certificado, comprometido_anual, comprometido, devengado y girado, en columnas que terminan en _soles."
    yield "Los hechos no tienen clave propia: una línea repetida en el extracto es dos filas."
    yield (
        f"cifras.parquet: lo que suman las líneas de cada {levels.accion} y año (y por nivel, ejecutora y fuente), con la clave, la regla y la fuente con que "
        "las muestran el tablero, el libro y el informe. Se une por accion = unidad y anio; no la sume con los hechos."
    )


def _dimensions(tables: Mapping[str, pl.DataFrame], levels: Levels) -> Iterator[str]:
    yield from ("", "DIMENSIONES (relación de uno a muchos con los hechos, por la clave; ninguna clave se repite)", "")
    says = {
        "tiempo": "año y mes; el mes 0 es la fila anual, la que lleva el PIA y el PIM",
        "accion": f"{levels.accion} y {levels.objetivo} del plan, tengan o no dinero; «{no_action(levels)}» es el gasto sin vincular",
        "regla": f"reglas aplicadas, con quién las firma; «{NO_RULE}» es lo que ninguna atrapó",
    } | {dimension.name: dimension.says for dimension in DIMENSIONS}
    for name, key in KEYS.items():
        yield f"dim_{name}.parquet: clave {key}; {plural(tables[name].height, 'miembro', 'miembros')}; {says[name]}."
    yield f"Un código vacío es un miembro más: «{NO_CODE}». Un código que el extracto no nombra dice «{NO_NAME}»."
    yield "Las claves que terminan en _id sólo valen dentro de esta carpeta; para unir dos exportaciones use los códigos."


def _others(present: set[str]) -> Iterator[str]:
    yield from ("", "OTROS ARCHIVOS", "")
    yield (
        "boost.csv: una tabla plana por año, sin meses ni metas, con el diseño de BOOST del Banco Mundial (UTF-8 con marca, separado por comas). "
        f"No trae lo transversal. Montos: {', '.join(f'{column} = {measure}' for column, measure in AMOUNTS.items())}."
    )
    yield (
        "  transfer = 1 marca donaciones y transferencias (genérica 2.4): otra entidad puede volver a gastar ese dinero, y en el ámbito del "
        "departamento o de todo el gasto aparecería dos veces."
    )
    if SQLITE in present:
        yield f"{SQLITE}: las mismas tablas, con el dinero en céntimos enteros (*_centimos), y las vistas v_hechos y v_hechos_transversales, en soles y con nombres."
    if DUCKDB in present:
        yield f"{DUCKDB}: las mismas tablas, con decimales exactos, y las vistas v_hechos y v_hechos_transversales, con nombres. DuckDB pone a cada archivo un identificador propio, así que sus bytes cambian aunque sus tablas sean iguales."
    yield "manifiesto.json: de qué se hizo, totales exactos y SHA-256 de cada archivo."


def _cautions(linkage: Linkage, rows: Mapping[str, int], levels: Levels) -> Iterator[str]:
    yield from ("", "CÓMO LEERLO", "")
    yield "Power BI: Obtener datos > Parquet; relacione cada dim_* con hechos por su clave, de uno a muchos y en una dirección."
    yield "Excel: Datos > Obtener datos > De texto/CSV con boost.csv, o Power Query con los .parquet."
    yield "El PIA y el PIM están en el mes 0: un filtro de meses los deja fuera. Filtre meses sólo para las etapas del gasto."
    yield f"Una {levels.accion} con dinero vinculado no es una {levels.accion} causada por ese dinero: el vínculo es una asociación por reglas."
    if rows["hechos_transversales"]:
        yield f"Las {levels.accion} transversales se muestran aparte y nunca se suman."
    for text in linkage.snapshot.manifest["no_comprobado"]:
        yield f"No se comprobó al cargar: {text}."
