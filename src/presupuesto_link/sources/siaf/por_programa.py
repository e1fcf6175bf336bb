"""The annual table of a pliego by categoría presupuestal and by función, each apart and never crossed, in whole soles.

The same money is there several times: by category and by function, and each of them for projects, for activities and for both. The
spending is the categories, projects and activities apart (`tipo_producto` 2 and 3), at month 0; every other breakdown is only a sum to
check it against.
"""

from __future__ import annotations

import polars as pl

from presupuesto_link.sources.siaf.layout import Layout, carried, complete

AMOUNT_TITLES = {"PIA": "pia", "PIM": "pim", "CERTIFICADO": "certificado", "DEVENGADO": "devengado", "GIRADO": "girado"}
_KINDS = {"PROYECTOS": "2", "ACTIVIDADES": "3"}
_BOTH = "ACTIVIDADES_Y_PROYECTOS"
_CATEGORY, _FUNCTION = "categoria_presupuestal", "funcion"
_ALIASES = {"ANO": "ANIO", "ANO_EJE": "ANIO", "NIVEL_GOBIERNO": "NIVEL"}


def _rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    """Categories by kind; a row whose breakdown or kind is not known stays, without its year, to be rejected in sight."""
    known = pl.col("CLASIFICACION").is_in([_CATEGORY, _FUNCTION]) & pl.col("TIPO").is_in([*_KINDS, _BOTH])
    mine = (pl.col("CLASIFICACION") == _CATEGORY) & pl.col("TIPO").is_in([*_KINDS])
    return _shaped(_plain(raw).filter(mine | ~known.fill_null(value=False)), pl.when(known).then("ANIO"), "programa")


def _others(raw: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    parts, both = pl.col("TIPO").is_in([*_KINDS]), pl.col("TIPO") == _BOTH
    by_category, by_function = pl.col("CLASIFICACION") == _CATEGORY, pl.col("CLASIFICACION") == _FUNCTION
    plain, year = _plain(raw), pl.col("ANIO")
    return {
        "por categoría presupuestal, con proyectos y actividades juntos": _shaped(plain.filter(by_category & both), year, "programa"),
        "por función, con proyectos y actividades aparte": _shaped(plain.filter(by_function & parts), year, "funcion"),
        "por función, con proyectos y actividades juntos": _shaped(plain.filter(by_function & both), year, "funcion"),
    }


def _shaped(plain: pl.LazyFrame, year: pl.Expr, code: str) -> pl.LazyFrame:
    headers = plain.collect_schema().names()
    return complete(
        plain.select(
            year.alias("anio"),
            pl.lit("0").alias("mes"),
            pl.col("NIVEL").alias("nivel"),
            pl.col("PLIEGO").alias("pliego"),
            pl.col("CODIGO").alias(code),
            pl.col("TIPO").replace(_KINDS).alias("tipo_producto"),
            *(pl.col(header).alias(name) for header, name in AMOUNT_TITLES.items() if header in headers),
            *carried(plain),
        )
    )


def _plain(raw: pl.LazyFrame) -> pl.LazyFrame:
    breakdown = pl.col("CLASIFICACION").str.strip_chars().str.to_lowercase()
    return raw.with_columns(breakdown, pl.col("TIPO").str.strip_chars().str.to_uppercase())


LAYOUT = Layout(
    name="por_programa",
    title="tabla por programa y función (clasificación, código, tipo, PIM, devengado)",
    columns=frozenset({"ANIO", "NIVEL", "PLIEGO", "CLASIFICACION", "CODIGO", "TIPO", "PIM", "DEVENGADO"}),
    rows=_rows,
    names={"programa": "NOMBRE"},
    aliases=_ALIASES,
    amounts={measure: (title,) for title, measure in AMOUNT_TITLES.items()},
    line=("programa", "tipo_producto"),
    others=_others,
    unchecked=("la tabla por programa y función no cruza una con la otra ni da metas, proyectos, unidades ejecutoras, fuentes ni meses",),
)
