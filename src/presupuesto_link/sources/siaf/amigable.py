"""Consulta Amigable: one dimension at a time, one label `CODE: NAME` per record, whole soles.

The path above the table gives the codes that the table does not; the period says which month the amounts are of: 0 for those of the
year, 1 to 12 for those of a month, `vocabulary.QUARTERS` for those of a quarter. A page saved again may have several label columns, a
year column, and a row «TOTAL» or the path to the page («Pliego 445: …») below its titles: those are not records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

import polars as pl

from presupuesto_link.sources.siaf.layout import NAMES, RECORD, Layout, carried, complete
from presupuesto_link.sources.siaf.page import DIMENSIONS, PERIODS, SPELLINGS, Page, month_in, quarter_in, standard
from presupuesto_link.sources.siaf.titles import normalise
from presupuesto_link.vocabulary import QUARTERS

AMOUNT_TITLES = {
    "PIA": "pia",
    "PIM": "pim",
    "CERTIFICACION": "certificado",
    "COMPROMISO ANUAL": "comprometido_anual",
    "ATENCION DE COMPROMISO MENSUAL": "comprometido",
    "DEVENGADO": "devengado",
    "GIRADO": "girado",
}
BUDGET = ("PIA", "PIM")
FIRST_QUARTER = min(QUARTERS)
KIND_TITLE = "INCLUYE"
"""The column that says of every record whether it is of projects (2) or of activities (3), where the page says it."""
_ALIASES = SPELLINGS | {"CERTIFICADO": "CERTIFICACION"}
_LABEL = r"^\s*([0-9A-Za-z\-]+)\s*(?::|$)"
_TOTAL = r"(?i)^\s*total\s*(?::|$)"
_STEPS = "|".join(re.escape(name) for name in (*DIMENSIONS, *SPELLINGS))
_PATH = rf"(?i)^\s*(?:{_STEPS})\s+[0-9A-Z\-]+\s*:"
_LAST_DIGITS = {"sec_ejec": r"([0-9]+)$", "provincia_meta": r"([0-9]{1,2})$", "distrito_meta": r"([0-9]{1,2})$"}
"""Where a label says more than the code: `001-1693`, `0601`, `060101`."""
_GENERIC = r"^\s*([0-9])-([0-9])([0-9])\s*(?::|$)"
"""`5-23: BIENES Y SERVICIOS`: category of spending, transaction and generic."""
_PRODUCT = r"^\s*([23])\d{6}"
"""The first digit of a product's or project's code tells which it is, as `TIPO_ACT_PROY` does."""


def with_page(raw: pl.DataFrame, page: Page) -> pl.DataFrame:
    """The records of a table with the codes of its path and what the page includes, and, of a table by months, the budget of its year.

    Args:
        raw: the records, titles as `page.standard` spells them.
        page: what stands above them.
    """
    fixed = {standard(step.title): step.label for step in page.steps if step.dimension}
    fixed |= {KIND_TITLE: page.kind} if page.kind else {}
    placed = raw.with_columns(pl.lit(label).alias(title) for title, label in fixed.items() if title not in raw.columns)
    budgeted = [step for step in page.scope if any(title in step.amounts for title in BUDGET)]
    if not page.by or set(page.by) - PERIODS or not budgeted:
        return placed
    given = {normalise(title): text for title, text in budgeted[-1].amounts.items() if normalise(title) in BUDGET}
    periods = {title for title in placed.columns if DIMENSIONS.get(title) in PERIODS}
    known = {title: placed[title][0] for title in placed.columns if title not in (*AMOUNT_TITLES, *periods)}
    year = pl.DataFrame([known | given | {RECORD: budgeted[-1].row}], schema=dict(placed.schema))
    return pl.concat([year, placed])


def amounts_of(row: Mapping[str, str]) -> dict[str, Decimal]:
    """The amounts of a row of the path, measure → soles; what is blank or no amount is left out.

    Args:
        row: title of a column → text.
    """
    found = {}
    for title, text in row.items():
        name, plain = AMOUNT_TITLES.get(_ALIASES.get(normalise(title), normalise(title))), re.sub(r"[\s\u00a0,]", "", text)
        if name and re.fullmatch(r"-?\d+(\.\d+)?", plain):
            found[f"{name}_soles"] = Decimal(plain)
    return found


def _rows(raw: pl.LazyFrame) -> pl.LazyFrame:
    return _shaped(raw.filter(~_is_total(raw)))


def _totals(raw: pl.LazyFrame) -> pl.LazyFrame:
    return _shaped(raw.filter(_is_total(raw)))


def _shaped(raw: pl.LazyFrame) -> pl.LazyFrame:
    headers = raw.collect_schema().names()
    titles = {DIMENSIONS[header]: header for header in headers if header in DIMENSIONS}
    codes = {name: _code(title, name) for name, title in titles.items() if name not in PERIODS} | _joined(titles)
    if "tipo_producto" not in codes and KIND_TITLE in headers:
        codes["tipo_producto"] = pl.col(KIND_TITLE)
    amounts = [
        pl.col(header).str.replace_all(r"[\s\u00a0]", "").alias(AMOUNT_TITLES[header]) for header in headers if header in AMOUNT_TITLES
    ]
    return complete(raw.select(_month(titles).alias("mes"), *(e.alias(name) for name, e in codes.items()), *amounts, *carried(raw)))


def _month(titles: dict[str, str]) -> pl.Expr:
    """The number of the month, or of the quarter where there is no month; 0 of the year. A label that is neither stays, to be rejected."""
    months = [_numbered(titles["mes"], month_in)] if "mes" in titles else []
    quarters = [_numbered(titles["trimestre"], _quarter)] if "trimestre" in titles else []
    return pl.coalesce(*months, *quarters, pl.lit("0"))


def _quarter(label: str) -> int:
    found = quarter_in(label.partition(":")[0])
    return FIRST_QUARTER - 1 + found if found else 0


def _numbered(title: str, read: Callable[[str], int]) -> pl.Expr:
    text = pl.col(title).str.strip_chars()
    return pl.when(text != "").then(text.map_elements(lambda label: str(read(label) or label), return_dtype=pl.String))


def _joined(titles: dict[str, str]) -> dict[str, pl.Expr]:
    """The codes that a label joins: `001-1693`, of a unit and in its pliego; `5-23`, three classifiers; and what a product's code tells."""
    found = {}
    if "sec_ejec" in titles:
        found["ejecutora"] = pl.col(titles["sec_ejec"]).str.extract(r"^\s*([0-9]+)-")
    if "generica" in titles:
        cell = pl.col(titles["generica"])
        parts = {"categoria_gasto": 1, "tipo_transaccion": 2, "generica": 3}
        found |= {name: cell.str.extract(_GENERIC, place) for name, place in parts.items()}
        found["generica"] = pl.coalesce(found["generica"], _code(titles["generica"], "generica"))
    if "producto" in titles:
        found["tipo_producto"] = pl.col(titles["producto"]).str.extract(_PRODUCT)
    return found


def name_of(header: str) -> pl.Expr:
    """The name of a label such as `20: SALUD`."""
    return pl.col(header).str.extract(r"^\s*[0-9A-Za-z\-]+\s*:\s*(.*)$").str.strip_chars()


def _code(header: str, name: str) -> pl.Expr:
    """`445: GOBIERNO…` → 445; `001-1693: …` → 1693; the year of `2019` or `2019.0`."""
    if name == "anio":
        return pl.col(header).str.extract(r"^\s*([0-9]{4})(?:\.0)?\s*(?::|$)")
    label = pl.col(header).str.extract(_LABEL)
    return label.str.extract(_LAST_DIGITS[name]) if name in _LAST_DIGITS else label


def _is_total(raw: pl.LazyFrame) -> pl.Expr:
    """Rows whose label is «TOTAL» or a step of the path; the label is in the first column or in that of a dimension."""
    headers = [name for name in raw.collect_schema().names() if name not in carried(raw)]
    labels = [name for name in headers if DIMENSIONS.get(name, "anio") != "anio" or name == headers[0]]
    upper = [pl.col(name).str.normalize("NFKD").str.replace_all(r"\p{M}", "") for name in labels]
    return pl.any_horizontal(cell.str.contains(rf"{_TOTAL}|{_PATH}").fill_null(value=False) for cell in upper)


LAYOUT = Layout(
    name="amigable",
    title="Consulta Amigable (una dimensión, en soles enteros)",
    columns=frozenset({"PIA", "PIM", "DEVENGADO", "GIRADO"}),
    rows=_rows,
    names={code: title for title, code in DIMENSIONS.items() if code in NAMES} | {"ejecutora": "UNIDAD EJECUTORA"},
    name_of=name_of,
    aliases=_ALIASES,
    amounts={measure: (title,) for title, measure in AMOUNT_TITLES.items()},
    optional=frozenset(DIMENSIONS) | {KIND_TITLE},
    line=(),
    totals=_totals,
    yearless=True,
    placed=with_page,
    unchecked=("la Consulta Amigable da una sola dimensión: no hay claves ni unidades que revisar",),
)
