"""SIAF-web export (`.xlsx` of 72 to 90 columns and more): code and name glued in one cell, twelve columns per stage of spending.

An office may have split code and name in two columns, or left some out. That of a municipality says department, province and district in
place of sector, pliego and executing unit.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from presupuesto_link.sources.siaf.largo import A_KEY, AN_AMOUNT
from presupuesto_link.sources.siaf.layout import MONTHS, Layout, exploded, given, placing

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
    "provincia_meta": "PROVINCIA_META",
    "distrito_meta": "DISTRITO_META",
    "fuente": "FUENTE_FINANC",
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
_PLAIN = {"anio": "ANO_EJE", "sec_ejec": "SEC_EJEC", "sec_func": "SEC_FUNC", "meta": "META"}
_ANNUAL = {"pia": "MTO_PIA", "pim": "MTO_PIM", "certificado": "MTO_CERTIFICADO", "comprometido_anual": "MTO_COMPRO_ANUAL"}
_MONTHLY = {
    measure: tuple(f"{prefix}_{month:02}" for month in MONTHS)
    for measure, prefix in (("comprometido", "MTO_AT_COMP"), ("devengado", "MTO_DEVENGA"), ("girado", "MTO_GIRADO"))
}
_AMOUNTS = {measure: (header,) for measure, header in _ANNUAL.items()} | _MONTHLY
_ALIASES = {
    "ANIO_EJE": "ANO_EJE",
    "U_EJECUTORA": "UNIDAD_EJECUTORA",
    "PROGRAMA_PPTO": "PROGRAMA_PPTAL",
    "ACTIVIDAD_ACCION_OBRA": "ACTIV_OBRA_ACCINV",
    "DIVISION_FUNCIONAL": "DIVISION_FN",
    "GRUPO_FUNCIONAL": "GRUPO_FN",
    "FUENTE_FINANCIAMIENTO": "FUENTE_FINANC",
    "CATEG_GASTO": "CATEGORIA_GASTO",
    "MTO_COMPROMISO_ANUAL": "MTO_COMPRO_ANUAL",
    **{f"MTO_DEVENGADO_{month:02}": f"MTO_DEVENGA_{month:02}" for month in MONTHS},
}
_GOALS = {
    "unidad_medida": "UNIDAD_MEDIDA",
    "meta_anual": "CANT_META_ANUAL",
    "meta_semestral": "CANT_META_SEM",
    "avance_anual": "AVAN_FISICO_ANUAL",
    "avance_semestral": "AVAN_FISICO_SEM",
}
_UNNAMED = ("sector", "tipo_producto", "categoria_gasto", "tipo_transaccion")
_GLUE = r"^\s*([0-9A-Za-z]+)\s*\.\s*(.*)$"
_BARE = r"^\s*([0-9A-Za-z]+)\s*$"


def code_of(header: str) -> pl.Expr:
    """The code of a glued cell such as `0149.MEJORA DEL…` or `096. CENTRAL…`, or of one that has nothing else."""
    return pl.coalesce(pl.col(header).str.extract(_GLUE, 1), pl.col(header).str.extract(_BARE, 1))


def name_of(header: str) -> pl.Expr:
    """The name of a glued cell, or the whole cell of a column of names."""
    glued = pl.col(header).str.extract(_GLUE, 2)
    return (pl.coalesce(glued, pl.col(header)) if header.endswith("_NOMBRE") else glued).str.strip_chars()


def _rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    return exploded(raw, _codes(raw), given(raw, _ANNUAL), _stages(raw))


def _municipal_rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    codes = {name: code for name, code in _codes(raw).items() if name != "pliego"}
    codes |= {"nivel": pl.lit("M"), "departamento_ejecutora": code_of("DEPARTAMENTO")}
    return exploded(raw, codes, given(raw, _ANNUAL), _stages(raw))


def _codes(raw: pl.LazyFrame) -> dict[str, pl.Expr]:
    glued = {name: code_of(header) for name, header in given(raw, _GLUED).items()}
    return glued | {name: pl.col(header) for name, header in given(raw, _PLAIN).items()}


def _stages(raw: pl.LazyFrame) -> dict[str, tuple[str, ...]]:
    """The stages of which some month is there."""
    present = set(raw.collect_schema().names())
    return {measure: columns for measure, columns in _MONTHLY.items() if present & {*columns}}


LAYOUT = Layout(
    name="siaf_web",
    title="exportación del SIAF web (una fila por meta, rubro y clasificador)",
    rows=_rows,
    core={A_KEY: placing(_GLUED | _PLAIN), AN_AMOUNT: frozenset(header for headers in _AMOUNTS.values() for header in headers)},
    codes=_GLUED | _PLAIN,
    amounts=_AMOUNTS,
    goals=_GOALS,
    names={name: header for name, header in _GLUED.items() if name not in _UNNAMED},
    aliases=_ALIASES,
    name_of=name_of,
)
MUNICIPAL = replace(
    LAYOUT,
    name="siaf_web_municipal",
    title="exportación del SIAF web de una municipalidad (con departamento, provincia y pliego)",
    rows=_municipal_rows,
    columns=frozenset({"DEPARTAMENTO", "PROVINCIA"}),
    codes={name: header for name, header in LAYOUT.codes.items() if name not in ("sector", "pliego", "ejecutora")}
    | {"departamento_ejecutora": "DEPARTAMENTO"},
    names={name: header for name, header in LAYOUT.names.items() if name != "pliego"} | {"ejecutora": "PLIEGO"},
)
