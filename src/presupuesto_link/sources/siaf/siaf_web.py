"""SIAF-web export (`.xlsx`, 86 columns): code and name glued in one cell, twelve columns per stage of spending."""

from __future__ import annotations

import polars as pl

from presupuesto_link.sources.siaf.layout import MONTHS, Layout, exploded

_GLUED = {
    "sector": "SECTOR",
    "pliego": "PLIEGO",
    "ejecutora": "UNIDAD_EJECUTORA",
    "programa": "PROGRAMA_PPTAL",
    "tipo_producto": "TIPO_PROD_PROY",
    "producto": "PRODUCTO_PROYECTO",
    "actividad": "ACTIV_OBRA_ACCINV",
    "funcion": "FUNCION",
    "division": "DIVISION_FN",
    "grupo": "GRUPO_FN",
    "finalidad": "FINALIDAD",
    "departamento_meta": "DEPARTAMENTO_META",
    "fuente": "FUENTE_FINANC",
    "rubro": "RUBRO",
    "categoria_gasto": "CATEGORIA_GASTO",
    "tipo_transaccion": "TIPO_TRANSACCION",
    "generica": "GENERICA",
    "subgenerica": "SUBGENERICA",
    "subgenerica_det": "SUBGENERICA_DET",
    "especifica": "ESPECIFICA",
    "especifica_det": "ESPECIFICA_DET",
}
_PROVINCE = {"provincia_meta": "PROVINCIA_META"}
_PLAIN = {"anio": "ANO_EJE", "sec_ejec": "SEC_EJEC", "sec_func": "SEC_FUNC", "meta": "META"}
_ANNUAL = {"pia": "MTO_PIA", "pim": "MTO_PIM", "certificado": "MTO_CERTIFICADO", "comprometido_anual": "MTO_COMPRO_ANUAL"}
_MONTHLY = {
    measure: [f"{prefix}_{month:02}" for month in MONTHS]
    for measure, prefix in (("comprometido", "MTO_AT_COMP"), ("devengado", "MTO_DEVENGA"), ("girado", "MTO_GIRADO"))
}
_GLUE = r"^\s*([0-9A-Za-z]+)\s*\.\s*(.*)$"


def code_of(header: str) -> pl.Expr:
    """The code of a glued cell such as `0149.MEJORA DEL…` or `096. CENTRAL…`."""
    return pl.col(header).str.extract(_GLUE, 1)


def name_of(header: str) -> pl.Expr:
    """The name of a glued cell."""
    return pl.col(header).str.extract(_GLUE, 2).str.strip_chars()


def _rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    glued = _GLUED | (_PROVINCE if "PROVINCIA_META" in raw.collect_schema().names() else {})
    codes = {name: code_of(header) for name, header in glued.items()} | {name: pl.col(header) for name, header in _PLAIN.items()}
    return exploded(raw, codes, _ANNUAL, _MONTHLY)


LAYOUT = Layout(
    name="siaf_web",
    title="exportación del SIAF web (86 columnas)",
    columns=frozenset(_GLUED.values())
    | frozenset(_PLAIN.values())
    | frozenset(_ANNUAL.values())
    | frozenset(c for columns in _MONTHLY.values() for c in columns),
    rows=_rows,
    names={
        name: header
        for name, header in (_GLUED | _PROVINCE).items()
        if name not in ("sector", "tipo_producto", "categoria_gasto", "tipo_transaccion")
    },
    name_of=name_of,
    optional=frozenset(_PROVINCE.values()),
)
