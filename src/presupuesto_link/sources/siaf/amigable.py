"""Consulta Amigable: one dimension at a time, one label `CODE: NAME` per record, whole soles, annual totals.

Everything goes to month 0; only the codes of the dimensions asked for are known. A page saved again may have several label columns,
a year column, and a row «TOTAL» or the path to the page («Pliego 445: …») above or below: those are not records.
"""

from __future__ import annotations

import re

import polars as pl

from presupuesto_link.sources.siaf.layout import Layout, carried, complete

AMOUNT_TITLES = {
    "PIA": "pia",
    "PIM": "pim",
    "CERTIFICACION": "certificado",
    "COMPROMISO ANUAL": "comprometido_anual",
    "ATENCION DE COMPROMISO MENSUAL": "comprometido",
    "DEVENGADO": "devengado",
    "GIRADO": "girado",
}
DIMENSIONS = {
    "NIVEL DE GOBIERNO": "nivel",
    "SECTOR": "sector",
    "PLIEGO": "pliego",
    "UNIDAD EJECUTORA": "sec_ejec",
    "MUNICIPALIDAD": "sec_ejec",
    "CATEGORIA PRESUPUESTAL": "programa",
    "PRODUCTO/PROYECTO": "producto",
    "ACTIVIDAD/ACCION DE INVERSION/OBRA": "actividad",
    "FUNCION": "funcion",
    "DIVISION FUNCIONAL": "division",
    "GRUPO FUNCIONAL": "grupo",
    "META": "meta",
    "FUENTE": "fuente",
    "FUENTE DE FINANCIAMIENTO": "fuente",
    "RUBRO": "rubro",
    "TIPO DE RECURSO": "tipo_recurso",
    "CATEGORIA DE GASTO": "categoria_gasto",
    "GENERICA": "generica",
    "SUB-GENERICA": "subgenerica",
    "SUBGENERICA": "subgenerica",
    "DETALLE SUB-GENERICA": "subgenerica_det",
    "ESPECIFICA": "especifica",
    "DETALLE ESPECIFICA": "especifica_det",
    "DEPARTAMENTO": "departamento_meta",
    "DEPARTAMENTO META": "departamento_meta",
    "DEPARTAMENTO (META)": "departamento_meta",
    "ANO": "anio",
    "ANO DE EJECUCION": "anio",
    "ANO DE EJECUCION DEL GASTO": "anio",
}
_ALIASES = {
    "PRODUCTO / PROYECTO": "PRODUCTO/PROYECTO",
    "ACTIVIDAD / ACCION DE INVERSION / OBRA": "ACTIVIDAD/ACCION DE INVERSION/OBRA",
    "CERTIFICADO": "CERTIFICACION",
}
_LABEL = r"^\s*([0-9A-Za-z\-]+)\s*(?::|$)"
_TOTAL = r"(?i)^\s*total\s*(?::|$)"
_STEPS = "|".join(re.escape(name) for name in (*DIMENSIONS, *_ALIASES))
_PATH = rf"(?i)^\s*(?:{_STEPS})\s+[0-9A-Z\-]+\s*:"


def _rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    return _shaped(raw.filter(~_is_total(raw)))


def _totals(raw: pl.LazyFrame) -> pl.LazyFrame:
    return _shaped(raw.filter(_is_total(raw)))


def _shaped(raw: pl.LazyFrame) -> pl.LazyFrame:
    headers = raw.collect_schema().names()
    titles: dict[str, list[str]] = {}
    for header in headers:
        if header in DIMENSIONS:
            titles.setdefault(DIMENSIONS[header], []).append(header)
    codes = [pl.coalesce(_code(header, name) for header in same).alias(name) for name, same in titles.items()]
    split = [pl.col("UNIDAD EJECUTORA").str.extract(r"^\s*([0-9]+)-").alias("ejecutora")] if "UNIDAD EJECUTORA" in headers else []
    amounts = [
        pl.col(header).str.replace_all(r"[\s\u00a0]", "").alias(AMOUNT_TITLES[header]) for header in headers if header in AMOUNT_TITLES
    ]
    return complete(raw.select(pl.lit("0").alias("mes"), *codes, *split, *amounts, *carried(raw)))


def _code(header: str, name: str) -> pl.Expr:
    """`445: GOBIERNO…` → 445; `001-1693: …` → 1693; the year of `2019` or `2019.0`."""
    if name == "anio":
        return pl.col(header).str.extract(r"^\s*([0-9]{4})(?:\.0)?\s*(?::|$)")
    label = pl.col(header).str.extract(_LABEL)
    return label.str.extract(r"([0-9]+)$") if name == "sec_ejec" else label


def _is_total(raw: pl.LazyFrame) -> pl.Expr:
    """Rows whose label is «TOTAL» or a step of the path; the label is in the first column or in that of a dimension."""
    headers = [name for name in raw.collect_schema().names() if name not in carried(raw)]
    labels = [name for name in headers if DIMENSIONS.get(name, "anio") != "anio" or name == headers[0]]
    upper = [pl.col(name).str.normalize("NFKD").str.replace_all(r"\p{M}", "") for name in labels]
    return pl.any_horizontal(cell.str.contains(rf"{_TOTAL}|{_PATH}").fill_null(value=False) for cell in upper)


LAYOUT = Layout(
    name="amigable",
    title="Consulta Amigable (una dimensión, totales del año)",
    columns=frozenset({"PIA", "PIM", "DEVENGADO", "GIRADO"}),
    rows=_rows,
    names={},
    aliases=_ALIASES,
    optional=frozenset(AMOUNT_TITLES) | frozenset(DIMENSIONS),
    line=(),
    totals=_totals,
    yearless=True,
    unchecked=("la Consulta Amigable da una sola dimensión: no hay claves, unidades ni meses que revisar",),
)
