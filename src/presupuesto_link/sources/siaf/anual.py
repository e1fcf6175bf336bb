"""The result of a query or a table of one's own: some codes and the amounts of the year, without months.

Each amount is taken as the total of the year up to the cut-off, and goes to month 0: added up over its months, a flow is that total.
"""

from __future__ import annotations

import polars as pl

from presupuesto_link.sources.siaf.ancho import codes_of
from presupuesto_link.sources.siaf.largo import A_KEY, ALIASES, AMOUNT_HEADERS, AN_AMOUNT, CODE_HEADERS, KEYS, NAME_HEADERS, WITNESSED
from presupuesto_link.sources.siaf.layout import Layout, carried, complete, given

_GLUE = r"^\s*([0-9A-Za-z]+)\s*[.:]\s*[^0-9\s]"
_ALIASES = {
    **ALIASES,
    **{f"{header}_ANUAL": header for header in ("MONTO_CERTIFICADO", "MONTO_DEVENGADO", "MONTO_GIRADO")},
    "DEVENGADO_ANUAL": "MONTO_DEVENGADO",
    "GIRADO_ANUAL": "MONTO_GIRADO",
    "DEPARTAMENTO": "DEPARTAMENTO_META",
    "DPTO": "DEPARTAMENTO_META",
}
_OF_THE_META = "el departamento se leyó como el de la meta (dónde se gasta), no el de la unidad ejecutora"


def _rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    codes = {name: pl.coalesce(code.str.extract(_GLUE, 1), code) for name, code in codes_of(raw).items()}
    amounts = given(raw, AMOUNT_HEADERS)
    return complete(
        raw.select(
            pl.lit("0").alias("mes"),
            *(code.alias(name) for name, code in codes.items()),
            *(pl.col(header).alias(name) for name, header in amounts.items()),
            *carried(raw),
        )
    )


LAYOUT = Layout(
    name="anual",
    title="resultado de una consulta (códigos y montos del año, sin meses)",
    rows=_rows,
    core={A_KEY: KEYS, AN_AMOUNT: frozenset(AMOUNT_HEADERS.values())},
    codes={name: header for name, header in CODE_HEADERS.items() if name != "mes"},
    amounts={measure: (header,) for measure, header in AMOUNT_HEADERS.items()},
    names=NAME_HEADERS,
    aliases=_ALIASES,
    witnessed=WITNESSED,
    told={"DEPARTAMENTO": _OF_THE_META, "DPTO": _OF_THE_META, "UBI_DPTO": _OF_THE_META},
    unchecked=("el archivo no trae meses: cada monto se toma como el total del año a la fecha de corte",),
)
