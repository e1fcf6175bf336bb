"""Long layout, 63 columns (`AAAA-Gasto.csv`, `-Mensual`, `-Diario`): a record is a key and a month.

`MES_EJE` 0 carries PIA and PIM and nothing else; months 1 to 12 carry monthly flows. Files up to 2020 use older names for three
columns. Source: shared columns of the MEF's open-data files.
"""

from __future__ import annotations

import polars as pl

from presupuesto_link.sources.siaf.layout import ZEROS, Layout, carried, complete

CODE_HEADERS = {
    "anio": "ANO_EJE",
    "mes": "MES_EJE",
    "nivel": "NIVEL_GOBIERNO",
    "sector": "SECTOR",
    "pliego": "PLIEGO",
    "sec_ejec": "SEC_EJEC",
    "ejecutora": "EJECUTORA",
    "sec_func": "SEC_FUNC",
    "programa": "PROGRAMA_PPTO",
    "tipo_producto": "TIPO_ACT_PROY",
    "producto": "PRODUCTO_PROYECTO",
    "actividad": "ACTIVIDAD_ACCION_OBRA",
    "funcion": "FUNCION",
    "division": "DIVISION_FUNCIONAL",
    "grupo": "GRUPO_FUNCIONAL",
    "meta": "META",
    "finalidad": "FINALIDAD",
    "departamento_ejecutora": "DEPARTAMENTO_EJECUTORA",
    "departamento_meta": "DEPARTAMENTO_META",
    "fuente": "FUENTE_FINANCIAMIENTO",
    "rubro": "RUBRO",
    "tipo_recurso": "TIPO_RECURSO",
    "categoria_gasto": "CATEGORIA_GASTO",
    "tipo_transaccion": "TIPO_TRANSACCION",
    "generica": "GENERICA",
    "subgenerica": "SUBGENERICA",
    "subgenerica_det": "SUBGENERICA_DET",
    "especifica": "ESPECIFICA",
    "especifica_det": "ESPECIFICA_DET",
}
AMOUNT_HEADERS = {
    "pia": "MONTO_PIA",
    "pim": "MONTO_PIM",
    "certificado": "MONTO_CERTIFICADO",
    "comprometido_anual": "MONTO_COMPROMETIDO_ANUAL",
    "comprometido": "MONTO_COMPROMETIDO",
    "devengado": "MONTO_DEVENGADO",
    "girado": "MONTO_GIRADO",
}
NAME_HEADERS = {
    "pliego": "PLIEGO_NOMBRE",
    "ejecutora": "EJECUTORA_NOMBRE",
    "programa": "PROGRAMA_PPTO_NOMBRE",
    "producto": "PRODUCTO_PROYECTO_NOMBRE",
    "actividad": "ACTIVIDAD_ACCION_OBRA_NOMBRE",
    "funcion": "FUNCION_NOMBRE",
    "division": "DIVISION_FUNCIONAL_NOMBRE",
    "grupo": "GRUPO_FUNCIONAL_NOMBRE",
    "finalidad": "META_NOMBRE",
    "departamento_meta": "DEPARTAMENTO_META_NOMBRE",
    "fuente": "FUENTE_FINANCIAMIENTO_NOMBRE",
    "rubro": "RUBRO_NOMBRE",
    "tipo_recurso": "TIPO_RECURSO_NOMBRE",
    "generica": "GENERICA_NOMBRE",
    "subgenerica": "SUBGENERICA_NOMBRE",
    "subgenerica_det": "SUBGENERICA_DET_NOMBRE",
    "especifica": "ESPECIFICA_NOMBRE",
    "especifica_det": "ESPECIFICA_DET_NOMBRE",
}
OLD_NAMES = {
    "TIPO_GOBIERNO": "NIVEL_GOBIERNO",
    "TIPO_GOBIERNO_NOMBRE": "NIVEL_GOBIERNO_NOMBRE",
    "FUENTE_FINANC": "FUENTE_FINANCIAMIENTO",
    "FUENTE_FINANC_NOMBRE": "FUENTE_FINANCIAMIENTO_NOMBRE",
    "CATEG_GASTO": "CATEGORIA_GASTO",
    "CATEG_GASTO_NOMBRE": "CATEGORIA_GASTO_NOMBRE",
    "ANIO_EJE": "ANO_EJE",
}


def monthly_rows(raw: pl.LazyFrame, codes: dict[str, str], amounts: dict[str, str]) -> pl.LazyFrame:
    """Records by month → rows: the budget belongs to month 0 and flows to the others.

    The zeros that fill the other half of each record become nulls. An amount that stands where it should not (a PIM repeated in a
    month) is kept, so that no money is lost, and `tables.gasto_checks` reports it.
    """
    annual = pl.col("mes").str.strip_chars().str.strip_chars_start("0") == ""
    rows = raw.select(*(pl.col(header).alias(name) for name, header in (codes | amounts).items()), *carried(raw))

    def only(where: pl.Expr, measure: str) -> pl.Expr:
        filler = pl.col(measure).str.contains(ZEROS)
        return pl.when(where | ~filler).then(pl.col(measure)).alias(measure)

    return complete(
        rows.with_columns(*(only(annual, m) for m in ("pia", "pim")), *(only(~annual, m) for m in amounts if m not in ("pia", "pim")))
    )


def _rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    return monthly_rows(raw, CODE_HEADERS, AMOUNT_HEADERS)


LAYOUT = Layout(
    name="largo",
    title="gasto mensual del portal (63 columnas, con MES_EJE)",
    columns=frozenset(CODE_HEADERS.values()) | frozenset(AMOUNT_HEADERS.values()),
    rows=_rows,
    names=NAME_HEADERS,
    aliases=OLD_NAMES,
    monthly=True,
)
