"""The table of an evaluation report: PIA, PIM and devengado of a year by regional strategic action (AER).

Everything goes to month 0 under the code `accion`. Amounts keep the report's spelling (`S/`, thousands commas, blanks); the row of
the printed total is not spending: it is what the sum of the others is checked against.
"""

from __future__ import annotations

import polars as pl

from presupuesto_link.sources.siaf.layout import Layout, carried, complete

AMOUNT_TITLES = {
    "PIA": "pia",
    "PIM": "pim",
    "CERTIFICADO": "certificado",
    "COMPROMISO ANUAL": "comprometido_anual",
    "DEVENGADO": "devengado",
    "GIRADO": "girado",
}
_CODE_TITLES = {"AE": "", "AER": "AER", "AEI": "AEI"}
"""Title of the column of codes → the prefix that it gives to a code without points (`AE1.01`); none when it does not say of which plan."""
_ALIASES = {
    "A_E": "AE",
    "A_E_R": "AER",
    "A_E_I": "AEI",
    **{f"{word}_{title}": title for title in _CODE_TITLES for word in ("CODIGO", "COD")},
    "CODIGO_DE_AE": "AE",
    "CODIGO_DE_AER": "AER",
    "CODIGO_DE_AEI": "AEI",
    "P_I_A": "PIA",
    "P_I_M": "PIM",
    "DEV": "DEVENGADO",
    "CERTIFICACION": "CERTIFICADO",
    "COMPROMISO_ANUAL": "COMPROMISO ANUAL",
    "ACCION_ESTRATEGICA": "ACCION ESTRATEGICA",
    "ACCION_ESTRATEGICA_REGIONAL": "ACCION ESTRATEGICA",
    "ACCION_ESTRATEGICA_INSTITUCIONAL": "ACCION ESTRATEGICA",
    "ANIO": "ANO",
    "ANO_EJE": "ANO",
    "ANO_FISCAL": "ANO",
    "ANO_DE_EJECUCION": "ANO",
    "O_E_R": "OER",
}
_TOTAL, _SUBTOTAL = r"(?i)^\s*total", r"(?i)^\s*sub[\s-]*total"
_NO_CODE = "(sin código)"


def _rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    return _shaped(_written(raw).filter(~_says(raw, _TOTAL) & ~_says(raw, _SUBTOTAL)))


def _totals(raw: pl.LazyFrame) -> pl.LazyFrame:
    return _shaped(_written(raw).filter(_says(raw, _TOTAL)))


def _shaped(raw: pl.LazyFrame) -> pl.LazyFrame:
    headers = raw.collect_schema().names()
    code = _code(next(title for title in _CODE_TITLES if title in headers))
    year = [pl.col("ANO").str.strip_chars().str.strip_suffix(".0").alias("anio")] if "ANO" in headers else []
    return complete(
        raw.select(
            pl.lit("0").alias("mes"),
            pl.when(code != "").then(code).otherwise(pl.lit(_NO_CODE)).alias("accion"),
            *year,
            *(pl.col(header).alias(name) for header, name in AMOUNT_TITLES.items() if header in headers),
            *carried(raw),
        )
    )


def _code(title: str) -> pl.Expr:
    """`AER 01.01` → AER.01.01; `AE1.01`, without a point after its letters, too, as plans write it and with the prefix of its title."""
    code = pl.col(title).str.strip_chars().str.to_uppercase().str.replace_all(r"[\s.]+", ".")
    parts = code.str.extract_groups(r"^([A-Z]+)([0-9]{1,2})\.([0-9]{1,2})$").struct
    prefix = pl.lit(_CODE_TITLES[title]) if _CODE_TITLES[title] else parts[0]
    glued = pl.concat_str(prefix, parts[1].str.pad_start(2, "0"), parts[2].str.pad_start(2, "0"), separator=".")
    return pl.coalesce(pl.when(parts[0].is_not_null()).then(glued), code)


def _written(raw: pl.LazyFrame) -> pl.LazyFrame:
    """The records with something in them."""
    used = [name for name in raw.collect_schema().names() if name in LAYOUT.used]
    return raw.filter(pl.any_horizontal((pl.col(name).str.strip_chars() != "").fill_null(value=False) for name in used))


def _says(raw: pl.LazyFrame, pattern: str) -> pl.Expr:
    labels = [name for name in (*_CODE_TITLES, "OER") if name in raw.collect_schema().names()]
    return pl.any_horizontal(pl.col(name).str.contains(pattern).fill_null(value=False) for name in labels)


LAYOUT = Layout(
    name="por_aer",
    title="tabla por acción de un informe (AE, PIA, PIM, DEVENGADO)",
    rows=_rows,
    core={"el código de la acción": frozenset(_CODE_TITLES), "un monto": frozenset(AMOUNT_TITLES)},
    codes={"anio": "ANO"},
    amounts={measure: (title,) for title, measure in AMOUNT_TITLES.items()},
    names={"accion": "ACCION ESTRATEGICA"},
    aliases=_ALIASES,
    optional=frozenset(_CODE_TITLES) | {"OER"},
    line=("accion",),
    totals=_totals,
    yearless=True,
    unchecked=("la tabla por acción no da unidades ejecutoras ni meses, ni se cotejaron sus códigos con el plan",),
)
