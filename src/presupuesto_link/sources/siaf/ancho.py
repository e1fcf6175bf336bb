"""Wide layout, 73 columns (`AAAA-Gasto-Devengado.csv`): a record is a key, with twelve columns of devengado.

PIA, PIM, certificado, compromiso anual and girado are totals of the year: they go to month 0.
"""

from __future__ import annotations

import polars as pl

from presupuesto_link.sources.siaf.largo import CODE_HEADERS, NAME_HEADERS, OLD_NAMES
from presupuesto_link.sources.siaf.layout import Layout, exploded

_CODES = {name: header for name, header in CODE_HEADERS.items() if name != "mes"}
_ANNUAL = {
    "pia": "MONTO_PIA",
    "pim": "MONTO_PIM",
    "certificado": "MONTO_CERTIFICADO_ANUAL",
    "comprometido_anual": "MONTO_COMPROMETIDO_ANUAL",
    "girado": "MONTO_GIRADO_ANUAL",
}
_MONTHS = ("ENERO", "FEBRERO", "MARZO", "ABRIL", "MAYO", "JUNIO", "JULIO", "AGOSTO", "SEPTIEMBRE", "OCTUBRE", "NOVIEMBRE", "DICIEMBRE")
_DEVENGADO = [f"MONTO_DEVENGADO_{month}" for month in _MONTHS]
_KINDS = {"PROYECTO": "2", "ACTIVIDAD": "3", "PRODUCTO": "3"}


def _rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    codes = {name: pl.col(header) for name, header in _CODES.items()}
    kind = pl.col("TIPO_ACT_PROY").str.strip_chars()
    codes["tipo_producto"] = pl.coalesce(*(pl.when(kind == word).then(pl.lit(code)) for word, code in _KINDS.items()), kind)
    return exploded(raw, codes, _ANNUAL, {"devengado": _DEVENGADO})


LAYOUT = Layout(
    name="ancho",
    title="gasto devengado del portal (73 columnas, una por mes)",
    columns=frozenset(_CODES.values()) | frozenset(_ANNUAL.values()) | frozenset(_DEVENGADO),
    rows=_rows,
    names=NAME_HEADERS,
    aliases=OLD_NAMES | {"MONTO_DEVENGADO_SETIEMBRE": "MONTO_DEVENGADO_SEPTIEMBRE"},
)
