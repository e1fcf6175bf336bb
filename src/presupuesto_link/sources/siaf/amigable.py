"""Consulta Amigable: one dimension at a time, one label `CODE: NAME` per record, whole soles, annual totals.

Everything goes to month 0; only the code of the dimension asked for is known.
"""

from __future__ import annotations

import polars as pl

from presupuesto_link.sources.siaf.layout import Layout, complete

AMOUNT_TITLES = {
    "PIA": "pia", "PIM": "pim", "CERTIFICACION": "certificado", "COMPROMISO ANUAL": "comprometido_anual",
    "ATENCION DE COMPROMISO MENSUAL": "comprometido", "DEVENGADO": "devengado", "GIRADO": "girado",
}  # fmt: skip
DIMENSIONS = {
    "NIVEL DE GOBIERNO": "nivel", "SECTOR": "sector", "PLIEGO": "pliego", "UNIDAD EJECUTORA": "sec_ejec",
    "CATEGORIA PRESUPUESTAL": "programa", "PRODUCTO/PROYECTO": "producto", "PRODUCTO / PROYECTO": "producto",
    "ACTIVIDAD/ACCION DE INVERSION/OBRA": "actividad", "ACTIVIDAD / ACCION DE INVERSION / OBRA": "actividad", "FUNCION": "funcion",
    "DIVISION FUNCIONAL": "division", "GRUPO FUNCIONAL": "grupo", "META": "meta", "FUENTE": "fuente",
    "FUENTE DE FINANCIAMIENTO": "fuente", "RUBRO": "rubro", "TIPO DE RECURSO": "tipo_recurso", "CATEGORIA DE GASTO": "categoria_gasto",
    "GENERICA": "generica", "SUB-GENERICA": "subgenerica", "SUBGENERICA": "subgenerica", "DEPARTAMENTO": "departamento_meta",
    "DEPARTAMENTO META": "departamento_meta", "DEPARTAMENTO (META)": "departamento_meta", "ANO": "anio", "ANO DE EJECUCION": "anio",
}  # fmt: skip
_LABEL = r"^\s*([0-9A-Za-z\-]+)\s*:"


def _rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    headers = raw.collect_schema().names()
    codes = [_code(header, DIMENSIONS[header]) for header in headers if header in DIMENSIONS]
    split = (
        [pl.col("UNIDAD EJECUTORA").str.extract(r"^\s*([0-9]+)-").alias("ejecutora")]
        if "UNIDAD EJECUTORA" in headers
        else []
    )
    amounts = [
        pl.col(header).str.replace_all(r"[,\s\u00a0]", "").alias(AMOUNT_TITLES[header])
        for header in headers
        if header in AMOUNT_TITLES
    ]
    return complete(raw.select(pl.lit("0").alias("mes"), *codes, *split, *amounts))


def _code(header: str, name: str) -> pl.Expr:
    """`445: GOBIERNO…` → 445; `001-1693: …` → 1693; a bare year stays."""
    label = pl.col(header).str.extract(_LABEL)
    if name == "sec_ejec":
        label = label.str.extract(r"([0-9]+)$")
    return (pl.coalesce(label, pl.col(header).str.strip_chars()) if name == "anio" else label).alias(name)


LAYOUT = Layout(
    name="amigable",
    title="Consulta Amigable (una dimensión, totales del año)",
    columns=frozenset({"PIA", "PIM", "DEVENGADO", "GIRADO"}),
    rows=_rows,
    names={},
    optional=frozenset(AMOUNT_TITLES) | frozenset(DIMENSIONS),
)
