"""Wide layout, 73 columns (`AAAA-Gasto-Devengado.csv`): a record is a key, with a column of devengado for each month.

PIA, PIM, certificado, compromiso anual and girado are totals of the year: they go to month 0. Where some month's column is not there,
the column of the year, if it is, says whether money is missing.
"""

from __future__ import annotations

import polars as pl

from presupuesto_link.sources.siaf.largo import A_KEY, ALIASES, CODE_HEADERS, KEYS, NAME_HEADERS, WITNESSED
from presupuesto_link.sources.siaf.layout import Layout, carried, complete, exploded, given

_CODES = {name: header for name, header in CODE_HEADERS.items() if name != "mes"}
_ANNUAL = {
    "pia": "MONTO_PIA",
    "pim": "MONTO_PIM",
    "certificado": "MONTO_CERTIFICADO_ANUAL",
    "comprometido_anual": "MONTO_COMPROMETIDO_ANUAL",
    "girado": "MONTO_GIRADO_ANUAL",
}
_MONTHS = ("ENERO", "FEBRERO", "MARZO", "ABRIL", "MAYO", "JUNIO", "JULIO", "AGOSTO", "SEPTIEMBRE", "OCTUBRE", "NOVIEMBRE", "DICIEMBRE")
_DEVENGADO = tuple(f"MONTO_DEVENGADO_{month}" for month in _MONTHS)
_YEAR_TOTAL = "MONTO_DEVENGADO_ANUAL"
_KINDS = {"PROYECTO": "2", "ACTIVIDAD": "3", "PRODUCTO": "3"}
_ALIASES = {
    **ALIASES,
    **{f"DEVENGADO_{month}": f"MONTO_DEVENGADO_{month}" for month in _MONTHS},
    "MONTO_DEVENGADO_SETIEMBRE": "MONTO_DEVENGADO_SEPTIEMBRE",
    "DEVENGADO_SETIEMBRE": "MONTO_DEVENGADO_SEPTIEMBRE",
    "MONTO_CERTIFICADO": "MONTO_CERTIFICADO_ANUAL",
    "MONTO_GIRADO": "MONTO_GIRADO_ANUAL",
}


def codes_of(raw: pl.LazyFrame) -> dict[str, pl.Expr]:
    """The codes the records have; a project or activity written as a word, as the code that the long layout gives it."""
    codes = {name: pl.col(header) for name, header in given(raw, _CODES).items()}
    if "tipo_producto" in codes:
        kind = codes["tipo_producto"].str.strip_chars()
        words = (pl.when(kind.str.to_uppercase() == word).then(pl.lit(code)) for word, code in _KINDS.items())
        codes["tipo_producto"] = pl.coalesce(*words, kind)
    return codes


def _rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    return exploded(raw, codes_of(raw), given(raw, _ANNUAL), {"devengado": _DEVENGADO})


def _others(raw: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """The devengado of the year, when the months are not all there."""
    present = set(raw.collect_schema().names())
    if _YEAR_TOTAL not in present or present.issuperset(_DEVENGADO):
        return {}
    year = {name: pl.col(header).alias(name) for name, header in given(raw, {"anio": _CODES["anio"], "devengado": _YEAR_TOTAL}).items()}
    return {f"según {_YEAR_TOTAL}": complete(raw.select(pl.lit("0").alias("mes"), *year.values(), *carried(raw)))}


LAYOUT = Layout(
    name="ancho",
    title="gasto devengado del portal (73 columnas, una por mes)",
    rows=_rows,
    core={A_KEY: KEYS, "el devengado de algún mes": frozenset(_DEVENGADO)},
    codes=_CODES,
    amounts={measure: (header,) for measure, header in _ANNUAL.items()} | {"devengado": _DEVENGADO},
    names=NAME_HEADERS,
    aliases=_ALIASES,
    witnessed=WITNESSED,
    optional=frozenset({_YEAR_TOTAL}),
    others=_others,
)
