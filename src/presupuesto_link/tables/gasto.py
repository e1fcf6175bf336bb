"""The canonical table of spending: every layout's rows, typed, with exact amounts.

`mes` 0 is the annual row (PIA, PIM and totals that have no month); 1 to 12 are flows. A measure that a layout does not give at a row's
grain is null there, so adding a column up is always right and a repeated PIM cannot be added by mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

import polars as pl

from presupuesto_link.sources.siaf.layout import AMOUNTS, CODES, NAME_PREFIX, Layout, carried
from presupuesto_link.tables.numbers import MONEY, known_sum
from presupuesto_link.vocabulary import DECEMBER, QUARTERS

WIDTHS = {
    "programa": 4,
    "producto": 7,
    "actividad": 7,
    "finalidad": 7,
    "meta": 5,
    "pliego": 3,
    "sector": 2,
    "funcion": 2,
    "division": 3,
    "grupo": 4,
    "rubro": 2,
    "departamento_ejecutora": 2,
    "departamento_meta": 2,
    "provincia_meta": 2,
    "distrito_meta": 2,
    "ejecutora": 3,
}
UNPADDED = ("sec_ejec", "sec_func")
MEASURES = tuple(f"{name}_soles" for name in AMOUNTS)
KEY = CODES
_ACTION = r"^[A-Z]+(?:\.[0-9]+)+$"
_BAD_COMMA = r",(?:[0-9]{0,2}(?:[^0-9]|$)|[0-9]{4})|\..*,|[0-9]{4},"
_PLAIN = r"^-?[0-9]{1,15}(?:\.[0-9]{1,2})?$"
_DOUBT = r"^[-+]?[1-9][0-9]{0,2}\.[0-9]{3}$"
_NOTHING = ("NA", "NaN", "nan", "NULL")
"""What programs write where a code is missing."""
FRACTION, FLOAT_NOISE = r"\.\d\d\d*[1-9]|[eE]-", r"\.\d\d(?:0{6}|9{6})\d*$"
TABLE_VERSION = 3
"""1 had no `accion`; its snapshots are read with that code as null (see `sources.siaf.layout.with_later_codes`). 2 had no records (see
`store.lines`)."""
SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = (
    {"anio": pl.Int16, "mes": pl.Int8} | dict.fromkeys(CODES[2:], pl.String) | dict.fromkeys(MEASURES, MONEY)
)


@dataclass(frozen=True)
class Filters:
    """Which rows to keep; null keeps all. Codes are compared after padding."""

    pliego: str | None = None
    departamento_meta: str | None = None
    nivel: str | None = None
    anio: int | None = None

    def as_dict(self) -> dict[str, str | int]:
        """The filters in use, codes padded as they are compared."""
        padded: dict[str, str | int] = {
            "pliego": (self.pliego or "").zfill(3),
            "departamento_meta": (self.departamento_meta or "").zfill(2),
            "nivel": (self.nivel or "").upper(),
            "anio": self.anio or 0,
        }
        return {name: padded[name] for name, value in asdict(self).items() if value}

    @property
    def needles(self) -> tuple[str, ...]:
        """Text that every wanted record contains, for the byte filter of latin-1 files."""
        return (self.pliego.lstrip("0"),) if self.pliego else ()


def type_rows(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Text rows of a layout (`CODES + AMOUNTS`) → `SCHEMA` and `rechazo` (why a row cannot be used; null when it can).

    What the layout carries (the record's number, names) goes through. Codes are stripped, a blank is null, `7.0` is 7, and padded to the width the MEF gives them; SEC_EJEC and SEC_FUNC lose leading zeros, so that
    screens (`0001`) and files (`1`) agree. Amounts take up to two decimals and commas that separate
    thousands; a comma that does not is refused, because `1234,50` without it would be a hundred times more.
    """
    judged = _judged(rows).with_columns(anio="anio_leido", mes="mes_leido")
    return judged.select(*SCHEMA, "rechazo", *carried(rows))


def printed_totals(layout: Layout, raw: pl.LazyFrame, filters: Filters, yearless: bool) -> pl.DataFrame:
    """The total rows a file prints, typed, that can be compared with the sum of the rows kept; `anio` is null when they do not say it.

    Args:
        layout: of the file.
        raw: its records.
        filters: those in use; a total of more than what they keep is left out.
        yearless: whether the records do not carry their year, so that a filter by year keeps all of them.
    """
    if layout.totals is None or set(filters.as_dict()) - {"anio"}:
        return pl.DataFrame(schema=SCHEMA)
    rows = type_rows(keep(layout.totals(raw), Filters(anio=None if yearless else filters.anio))).collect()
    return rows.select(*SCHEMA)


def other_sums(layout: Layout, raw: pl.LazyFrame, filters: Filters) -> dict[str, pl.DataFrame]:
    """The other breakdowns of the same money that a file prints: words → key `anio`, `filas` and exact soles (null = no row gives it).

    Args:
        layout: of the file.
        raw: its records.
        filters: those in use.
    """
    others = layout.others(raw) if layout.others else {}
    if not others:
        return {}
    which = NAME_PREFIX + "desglose"  # goes through the typing as names do
    every = pl.concat(rows.with_columns(pl.lit(said).alias(which)) for said, rows in others.items())
    sums = [known_sum(m) for m in MEASURES]
    typed = type_rows(keep(every, filters)).filter(pl.col("rechazo").is_null())
    table = typed.group_by(which, "anio").agg(pl.len().alias("filas"), *sums).collect().sort(which, "anio")
    return {str(said): found.drop(which) for (said,), found in table.group_by(which, maintain_order=True)}


def add_up(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Exact soles of every measure by some columns, in their order; null where no row gives it."""
    return rows.group_by(by).agg(known_sum(m) for m in MEASURES).sort(by)


def totals_of(rows: pl.DataFrame) -> dict[str, Decimal | None]:
    """Exact soles of every measure; null where no row gives it."""
    return rows.select(known_sum(m).cast(MONEY) for m in MEASURES).row(0, named=True)


def rejected_rows(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of a layout that `type_rows` rejects, as text: `rechazo`, what is carried, codes and amounts."""
    return _judged(rows).filter(pl.col("rechazo").is_not_null()).select(*carried(rows), "rechazo", *CODES, *AMOUNTS)


def _judged(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The text rows with their codes padded, their typed columns beside them and `rechazo`."""
    text = rows.with_columns(*(_code(column) for column in CODES), *(_filled(column) for column in AMOUNTS))
    typed = text.with_columns(
        pl.col("anio").cast(pl.Int16, strict=False).alias("anio_leido"),
        pl.col("mes").cast(pl.Int8, strict=False).alias("mes_leido"),
        *(pl.col(code).str.pad_start(width, "0") for code, width in WIDTHS.items()),
        *(pl.col(code).str.replace("^0+(.)", "$1") for code in UNPADDED),
        *(_amount(name).alias(f"{name}_soles") for name in AMOUNTS),
    )
    return typed.with_columns(rechazo=_rejection())


def keep(rows: pl.LazyFrame, filters: Filters) -> pl.LazyFrame:
    """The rows that pass the filters. Works before or after typing, on text or typed columns."""
    tests = []
    if filters.pliego:
        tests.append(_plain_code("pliego").str.pad_start(3, "0") == filters.pliego.zfill(3))
    if filters.departamento_meta:
        tests.append(_plain_code("departamento_meta").str.pad_start(2, "0") == filters.departamento_meta.zfill(2))
    if filters.nivel:
        tests.append(pl.col("nivel").str.strip_chars() == filters.nivel.upper())
    if filters.anio:
        tests.append(_plain_code("anio") == str(filters.anio))
    return rows.filter(*tests) if tests else rows


def _filled(column: str) -> pl.Expr:
    """The cell without spaces at its ends, null when nothing is left; `replace` would leave the streaming engine."""
    text = pl.col(column).str.strip_chars()
    return pl.when(text != "").then(text).alias(column)


def _code(column: str) -> pl.Expr:
    """The code: without the decimal that pandas gives to a column with gaps (`7.0`), null when there is none."""
    text = _plain_code(column)
    return pl.when(pl.all_horizontal(text != blank for blank in ("", *_NOTHING))).then(text).alias(column)


def _plain_code(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.strip_chars().str.strip_suffix(".0")


def _amount(name: str) -> pl.Expr:
    """The exact amount. The noise of a spreadsheet (`0.30000000000000004`) rounds away."""
    return pl.col(name).str.replace_all(",", "", literal=True).cast(MONEY, strict=False)


def _rejection() -> pl.Expr:
    """The first reason why a row cannot be used."""
    year, month = pl.col("anio_leido"), pl.col("mes_leido")
    reason = (
        pl.when(year.is_null() | ~year.is_between(1990, 2100))
        .then(pl.lit("año ilegible"))
        .when(month.is_null() | ~(month.is_between(0, DECEMBER) | month.is_in(QUARTERS)))
        .then(pl.lit("mes fuera de 0 a 12"))
    )
    reason = reason.when(~pl.col("accion").str.contains(_ACTION)).then(pl.lit("accion no es un código de acción"))
    for name in AMOUNTS:
        odd = pl.when(~pl.col(name).str.contains(_PLAIN)).then(pl.col(name))  # null in nearly every row, so that what follows is cheap
        reason = reason.when(odd.str.contains(_BAD_COMMA)).then(pl.lit(f"{name} tiene una coma que no separa miles"))
        reason = reason.when(pl.col(name).is_not_null() & pl.col(f"{name}_soles").is_null()).then(pl.lit(f"{name} no es un monto"))
        reason = reason.when(odd.str.contains(FRACTION) & ~odd.str.contains(FLOAT_NOISE)).then(
            pl.lit(f"{name} tiene fracciones de céntimo")
        )
        reason = reason.when(odd.str.contains(_DOUBT)).then(pl.lit(f"{name} tiene un punto que puede separar miles o céntimos"))
    return reason.when(_split_by_commas()).then(pl.lit("el devengado pasa al PIM: parecen montos con comas de miles sin comillas"))


def _split_by_commas() -> pl.Expr:
    """`1,234,567` cut in three cells: a devengado beyond the PIM, both of three digits, which no budget has."""
    pim, spent = pl.col("pim_soles"), pl.col("devengado_soles")
    return (spent > pim) & pim.is_between(100, 999) & (spent <= 999)


def about_amounts(reasons: Iterable[str]) -> bool:
    """Whether some row was rejected because of how an amount is written."""
    return any(reason.partition(" ")[0] in AMOUNTS for reason in reasons)
