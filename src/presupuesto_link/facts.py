"""A fact is one figure with its key, the rule that made it and the rows it comes from; two facts with one key cannot differ.

Each result tells its own (`YearBudget.facts`, `Evaluation.facts`, `Monitoring.facts`…) and the dossier joins them. Whatever is shown reads a
value from its fact and carries its key.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from hashlib import sha256
from typing import Any

import polars as pl

from presupuesto_link.fields import FIELDS
from presupuesto_link.tables.numbers import MONEY

_LONGEST, _DIGEST = 32, 4
_VALUES = ("valor_soles", "valor_numero", "valor_texto")
_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "clave": pl.String,
    "unidad": pl.String,
    "medida": pl.String,
    "anio": pl.Int32,
    "mes": pl.Int8,
    "variante": pl.String,
    "ambito": pl.String,
    "fuente": pl.String,
    "al": pl.Date,
    "valor_soles": MONEY,
    "valor_numero": pl.Float64,
    "valor_texto": pl.String,
    "motivo": pl.String,
    "regla": pl.String,
    "cita": pl.String,
    "filas": pl.String,
}
_BARE = {name: kind for name, kind in _SCHEMA.items() if name != "clave"}


class FactError(AssertionError):
    """Two figures for one fact, or a fact without source: a mistake of this program, never of an input."""


@dataclass(frozen=True)
class Source:
    """Where facts come from: its id, how it is cited, whose spending it is (or of what the result is) and of which day."""

    fuente: str
    cita: str
    ambito: str
    al: dt.date


@dataclass(frozen=True)
class Fact:
    """One figure.

    Attributes:
        clave: its key: what tells it from any other figure, in one line without spaces.
        unidad: code of what is measured: an action, an objective, an indicator, a group, or «todo».
        medida: the measure, a column of `fields.FIELDS`.
        anio, mes: its period; `mes` is null of a whole year, or of what does not go by month.
        variante: what else tells it apart: profile and ND policy of an advance, year of the result, scenario.
        ambito, fuente, al: whose it is, the id of its source, and its day.
        valor: exact soles, a number or a text; null with its `motivo`.
        regla: what made it.
        cita: its source as it is cited.
        filas: table and key of the rows it comes from.
    """

    clave: str
    unidad: str
    medida: str
    anio: int
    mes: int | None
    variante: str
    ambito: str
    fuente: str
    al: dt.date
    valor: Any
    motivo: str | None
    regla: str
    cita: str
    filas: str


@dataclass(frozen=True)
class Measure:
    """A measure of a table: its name, the column that has it, the column that says why it is null, and its rule (by default its meaning)."""

    medida: str
    columna: str = ""
    motivo: str = ""
    regla: str = ""


Measures = Iterable[str | Measure]


def tell(  # noqa: PLR0913 - what identifies a figure
    rows: pl.DataFrame,
    measures: Measures,
    source: Source,
    *,
    unidad: pl.Expr,
    filas: pl.Expr,
    anio: int | pl.Expr,
    mes: int | pl.Expr | None = None,
    variante: str | pl.Expr = "",
    al: pl.Expr | None = None,
    regla: str = "",
) -> pl.DataFrame:
    """The figures of a table as rows of facts, for `Facts.join`.

    Args:
        rows: of a result.
        measures: those told; one that the table has not is left out.
        source: of all of them.
        unidad: what each is of.
        anio: its year.
        mes: its month; null of what does not go by month.
        variante: what else tells it apart.
        filas: which rows each comes from.
        al: the day of each, where it is not that of the source.
        regla: the rule of those that bring none; by default, the meaning of the measure.
    """
    known = [m if isinstance(m, Measure) else Measure(m) for m in measures]
    about = rows.select(
        unidad.cast(pl.String).alias("unidad"),
        _whole(anio, pl.Int32).alias("anio"),
        _whole(mes, pl.Int8).alias("mes"),
        (variante if isinstance(variante, pl.Expr) else pl.lit(variante)).alias("variante"),
        pl.lit(source.ambito).alias("ambito"),
        pl.lit(source.fuente).alias("fuente"),
        (pl.lit(source.al) if al is None else al).cast(pl.Date).alias("al"),
        pl.lit(source.cita).alias("cita"),
        filas.cast(pl.String).alias("filas"),
        pl.all().name.prefix("_"),
    )
    parts = [_one(about, m, regla) for m in known if f"_{m.columna or m.medida}" in about.columns]
    return pl.concat(parts) if parts and rows.height else pl.DataFrame(schema=_BARE)


def _whole(value: int | pl.Expr | None, kind: Any) -> pl.Expr:
    return (value if isinstance(value, pl.Expr) else pl.lit(value)).cast(kind)


def _one(about: pl.DataFrame, measure: Measure, rule: str) -> pl.DataFrame:
    name = f"_{measure.columna or measure.medida}"
    kind = about.schema[name]
    money = kind.is_decimal() or measure.medida.endswith("_soles")
    slot = "valor_texto" if kind == pl.String else "valor_soles" if money else "valor_numero"
    given = {column: pl.lit(None, _SCHEMA[column]) for column in _VALUES} | {slot: pl.col(name).cast(_SCHEMA[slot])}
    return about.select(
        "unidad",
        pl.lit(measure.medida).alias("medida"),
        *("anio", "mes", "variante", "ambito", "fuente", "al"),
        *(value.alias(column) for column, value in given.items()),
        (pl.col(f"_{measure.motivo}") if measure.motivo else pl.lit(None, pl.String)).alias("motivo"),
        pl.lit(measure.regla or rule or FIELDS[measure.medida].meaning).alias("regla"),
        "cita",
        "filas",
    )


def _keyed(rows: pl.DataFrame) -> pl.DataFrame:
    period = pl.concat_str(pl.col("anio"), pl.format("-{}", pl.col("mes").cast(pl.String).str.zfill(2)).fill_null(""))
    parts = [
        pl.col("unidad").str.replace_all(" ", "_"),
        "medida",
        period,
        *(_slugged(rows, name) for name in ("variante", "fuente", "ambito")),
        pl.col("al").dt.strftime("%Y%m%d"),
    ]
    return rows.select(pl.concat_str(parts, separator="|").alias("clave"), pl.all())


def _slugged(rows: pl.DataFrame, name: str) -> pl.Expr:
    slugs = {text: slug(text) for text in rows[name].unique().to_list()}
    return pl.col(name).replace_strict(slugs, return_dtype=pl.String)


@cache
def slug(text: str) -> str:
    """A text without spaces or accents; a long one is cut and told from those that begin alike by a few letters of its digest."""
    plain = unicodedata.normalize("NFD", text.lower()).encode("ascii", "ignore").decode()
    short = re.sub(r"[^a-z0-9.+]+", "-", plain).strip("-")
    return short if len(short) <= _LONGEST else f"{short[:_LONGEST].rstrip('-')}~{sha256(text.encode()).hexdigest()[:_DIGEST]}"


@dataclass(frozen=True)
class Facts:
    """The facts of a result, in the order they were told: where two sources have a figure, the one that decides goes first.

    Attributes:
        tabla: key `clave`; the columns of `Fact`, with `valor` in `valor_soles`, `valor_numero` or `valor_texto`.
    """

    tabla: pl.DataFrame

    @classmethod
    def join(cls, *parts: pl.DataFrame | Facts) -> Facts:
        """Every fact once: first those of other results, then the new ones.

        Raises:
            FactError: two have the same key and not the same value, or one does not say its source, its scope or its day.
        """
        told = [part.tabla for part in parts if isinstance(part, Facts)]
        new = pl.concat([pl.DataFrame(schema=_BARE), *(part for part in parts if isinstance(part, pl.DataFrame))])
        rows = pl.concat([*told, _keyed(new)])
        bare = rows.filter(
            pl.any_horizontal(pl.col("clave", "al").is_null(), pl.col("fuente", "ambito", "regla", "filas").fill_null("") == "")
        )
        if bare.height:
            raise FactError(f"hechos sin fuente, ámbito o día: {bare.select('unidad', 'medida', 'anio', 'filas').head(3).rows()}")
        values = rows.select("clave", *_VALUES).unique()
        if values.height != values["clave"].n_unique():
            twice = rows.filter(pl.col("clave").is_in(values.filter(pl.col("clave").is_duplicated())["clave"].to_list())).sort("clave")
            raise FactError(f"un hecho con dos valores: {twice.select('clave', *_VALUES, 'filas').head(4).rows()}")
        return cls(rows.unique("clave", keep="first", maintain_order=True))

    def __len__(self) -> int:
        return self.tabla.height

    def get(self, unidad: str, medida: str, anio: int, mes: int | None = None, variante: str = "") -> Fact:
        """The fact of a figure: of the source that decides, where there are several.

        Raises:
            KeyError: nobody told it.
        """
        return self._at(self._places[unidad, medida, anio, mes, variante])

    def find(self, unidad: str, medida: str, anio: int, mes: int | None = None, variante: str = "") -> Fact | None:
        """The same, or null when nobody told it."""
        place = self._places.get((unidad, medida, anio, mes, variante))
        return None if place is None else self._at(place)

    def by_key(self, clave: str) -> Fact:
        """The fact of a key.

        Raises:
            KeyError: there is none.
        """
        return self._at(self._keys[clave])

    def of(self, medidas: Iterable[str], anios: Iterable[int] | None = None) -> Facts:
        """Those of some measures and, if given, of some years."""
        wanted = pl.col("medida").is_in(list(medidas))
        return Facts(self.tabla.filter(wanted if anios is None else wanted & pl.col("anio").is_in(list(anios))))

    def records(self) -> list[dict[str, Any]]:
        """Each with its key, value, rule, source and day, for another program."""
        return [
            {
                "clave": row["clave"],
                "valor": _value(row),
                "motivo": row["motivo"],
                "regla": row["regla"],
                "fuente": row["cita"],
                "al": row["al"],
            }
            for row in self._rows
        ]

    def _at(self, place: int) -> Fact:
        row = self._rows[place]
        return Fact(valor=_value(row), **{name: value for name, value in row.items() if name not in _VALUES})

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        return self.tabla.to_dicts()

    @cached_property
    def _keys(self) -> dict[str, int]:
        return {clave: place for place, clave in enumerate(self.tabla["clave"])}

    @cached_property
    def _places(self) -> dict[tuple[str, str, int, int | None, str], int]:
        found: dict[tuple[str, str, int, int | None, str], int] = {}
        for place, row in enumerate(self.tabla.select("unidad", "medida", "anio", "mes", "variante").iter_rows()):
            found.setdefault(row, place)
        return found


def _value(row: Mapping[str, Any]) -> Decimal | float | str | None:
    return next((row[name] for name in _VALUES if row[name] is not None), None)
