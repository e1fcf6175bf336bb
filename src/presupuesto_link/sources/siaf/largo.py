"""Long layout, 63 columns (`AAAA-Gasto.csv`, `-Mensual`, `-Diario`), or any part of it that still has the month, a key and an amount.

`MES_EJE` 0 carries PIA and PIM and nothing else; months 1 to 12 carry monthly flows. Files up to 2020 use older names for three
columns, and the result of a query whatever its author wrote. Source: shared columns of the MEF's open-data files.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from presupuesto_link.sources.siaf.layout import ZEROS, Layout, carried, complete, given, placing

_BUDGET = ("pia", "pim")

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
_SPELLINGS: Mapping[str, str] = {
    "ANO_EJE": "ANIO_EJE ANO ANIO ANO_FISCAL ANIO_FISCAL ANO_EJEC ANIO_EJEC ANO_DE_EJECUCION ANIO_DE_EJECUCION EJERCICIO",
    "MES_EJE": "MES MES_EJEC MES_EJECUCION NUM_MES NRO_MES",
    "NIVEL_GOBIERNO": "TIPO_GOBIERNO NIVEL_DE_GOBIERNO NIVEL_GOB NIVEL",
    "SEC_EJEC": "SECEJEC SEC_EJECUTORA SECUENCIA_EJECUTORA",
    "SEC_FUNC": "SECFUNC SEC_FUNCIONAL SECUENCIA_FUNCIONAL SEC_FUN",
    "PROGRAMA_PPTO": "PROGRAMA_PPTAL PROGRAMA_PRESUPUESTAL CATEGORIA_PRESUPUESTAL CATEGORIA_PPTAL PROG_PPTAL",
    "TIPO_ACT_PROY": "TIPO_PROD_PROY TIPO_PROD_PRY TIPO_ACT_PRY TIPO_PRODUCTO",
    "PRODUCTO_PROYECTO": "PROD_PRY PROD_PROY PRODUCTO CUI CODIGO_UNICO COD_UNICO",
    "ACTIVIDAD_ACCION_OBRA": "ACT_AI_OBRA ACTIV_OBRA_ACCINV ACTIVIDAD_ACCION_DE_INVERSION_OBRA ACTIVIDAD",
    "DIVISION_FUNCIONAL": "DIVISION_FN DIVISION_FUNC DIVISION",
    "GRUPO_FUNCIONAL": "GRUPO_FN GRUPO_FUNC GRUPO",
    "DEPARTAMENTO_META": "DPTO_META DEPARTAMENTO_DE_LA_META DEPARTAMENTO_(META)",
    "DEPARTAMENTO_EJECUTORA": "DPTO_EJECUTORA DEPARTAMENTO_(EJECUTORA)",
    "FUENTE_FINANCIAMIENTO": "FUENTE_FINANC FUENTE FUENTE_DE_FINANCIAMIENTO FUENTE_FTO",
    "CATEGORIA_GASTO": "CATEG_GASTO CATEGORIA_DE_GASTO",
    "SUBGENERICA": "SUB_GENERICA",
    "SUBGENERICA_DET": "SUB_GENERICA_DET SUBGENERICA_DETALLE DETALLE_SUB_GENERICA DETALLE_SUBGENERICA",
    "ESPECIFICA_DET": "ESPECIFICA_DETALLE DETALLE_ESPECIFICA",
    "MONTO_PIA": "PIA P_I_A MTO_PIA M_PIA PIA_SOLES",
    "MONTO_PIM": "PIM P_I_M MTO_PIM M_PIM PIM_SOLES",
    "MONTO_CERTIFICADO": "CERTIFICADO CERTIFICACION MTO_CERTIFICADO MONTO_CERTIFICACION M_CERTIFICADO CERTIFICADO_SOLES",
    "MONTO_COMPROMETIDO_ANUAL": (
        "COMPROMISO_ANUAL COMPROMETIDO_ANUAL MTO_COMPRO_ANUAL MONTO_COMPROMISO_ANUAL M_COMPROMETIDO_ANUAL COMP_ANUAL COMPROMETIDO_ANUAL_SOLES"
    ),
    "MONTO_COMPROMETIDO": "COMPROMETIDO COMPROMISO_MENSUAL MTO_COMPROMETIDO ATENCION_DE_COMPROMISO_MENSUAL COMPROMETIDO_SOLES",
    "MONTO_DEVENGADO": "DEVENGADO DEV MTO_DEVENGADO MTO_DEVENGA M_DEVENGADO MONTO_DEV DEVENGADO_SOLES",
    "MONTO_GIRADO": "GIRADO MTO_GIRADO M_GIRADO GIRADO_SOLES",
}
"""Header → the other spellings of it whose meaning is certain.

Left out on purpose: META (of the MEF's files, not the line of spending), UNIDAD_EJECUTORA (of the pliego, or of the SIAF), COMPROMISO
(of the year, or of the month), PROYECTO (a code, or a name), ID_… (often the key of somebody's own database).
"""
ALIASES: Mapping[str, str] = {spelling: header for header, spellings in _SPELLINGS.items() for spelling in spellings.split()} | {
    f"{old}_NOMBRE": f"{new}_NOMBRE"
    for old, new in (("TIPO_GOBIERNO", "NIVEL_GOBIERNO"), ("FUENTE_FINANC", "FUENTE_FINANCIAMIENTO"), ("CATEG_GASTO", "CATEGORIA_GASTO"))
}
WITNESSED = {"PROGRAMA": ("PROGRAMA_PPTO", frozenset({"PRODUCTO_PROYECTO", "DIVISION_FUNCIONAL", "GRUPO_FUNCIONAL"}))}
"""Until 2011 PROGRAMA was what is now the functional division: beside a product or a division it is the budget programme."""
KEYS = placing(CODE_HEADERS)
A_KEY, AN_AMOUNT = "un código que ubique el dinero", "un monto"


def monthly_rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    """Records by month → rows: the budget belongs to month 0 and flows to the others.

    The zeros that fill the other half of each record become nulls. An amount that stands where it should not (a PIM repeated in a
    month) is kept, so that no money is lost, and `tables.gasto_checks` reports it.
    """
    annual = pl.col("mes").str.strip_chars().str.strip_suffix(".0").str.strip_chars_start("0") == ""
    codes, amounts = given(raw, CODE_HEADERS), given(raw, AMOUNT_HEADERS)
    rows = raw.select(*(pl.col(header).alias(name) for name, header in (codes | amounts).items()), *carried(raw))

    def only(measure: str) -> pl.Expr:
        filler, where = pl.col(measure).str.contains(ZEROS), annual if measure in _BUDGET else ~annual
        return pl.when(where | ~filler).then(pl.col(measure)).alias(measure)

    return complete(rows.with_columns(only(measure) for measure in amounts))


LAYOUT = Layout(
    name="largo",
    title="gasto mensual del portal (63 columnas, con MES_EJE)",
    rows=monthly_rows,
    columns=frozenset({"MES_EJE"}),
    core={A_KEY: KEYS, AN_AMOUNT: frozenset(AMOUNT_HEADERS.values())},
    codes=CODE_HEADERS,
    amounts={measure: (header,) for measure, header in AMOUNT_HEADERS.items()},
    names=NAME_HEADERS,
    aliases=ALIASES,
    witnessed=WITNESSED,
    monthly=True,
)
