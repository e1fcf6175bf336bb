"""Which fact each figure of a table is: what a table tells by itself, and what it repeats of another.

A result says it once for each of its tables (`Rows`). Its facts come from there, and so does what leads a reader from a cell to its key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from presupuesto_link.facts import Facts, Measure, Source, tell
from presupuesto_link.fields import field_of

NOT_FIGURES = frozenset({"año", "mes", "código"})
"""Units of the numbers that say when, or of what, a figure is."""
_COLUMN = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Place:
    """Where the fact of a figure is: patterns on the columns of its row, as `{accion}` or `{perfil}/{politica_nd}`.

    `own` is whether the table tells it; otherwise it repeats what another told.
    """

    unidad: str
    anio: str | int
    mes: str | int = ""
    variante: str = ""
    medida: str = ""
    own: bool = False

    def key(self) -> list[pl.Expr]:
        """`unidad`, `anio`, `mes` and `variante` of each row."""
        return [
            written(self.unidad).alias("unidad"),
            written(str(self.anio)).cast(pl.Int32, strict=False).alias("anio"),
            (written(str(self.mes)) if self.mes else pl.lit(None)).cast(pl.Int8).alias("mes"),
            written(self.variante).alias("variante"),
        ]


@dataclass(frozen=True)
class Rows:
    """A table whose figures are facts.

    Attributes:
        tabla: its name as a file.
        filas: its rows.
        source: of what it tells.
        place: where the facts of its figures are.
        others: column → its place, where it is another.
        texts: columns of text that are facts too.
        motives: column → the column that says why it is null.
        rules: column → its rule; by default, the meaning of the column.
        al: the day of each row, where it is not that of the source.
        niveles: the levels of `nivel` that it is about; of all, when there are none.
    """

    tabla: str
    filas: pl.DataFrame
    source: Source
    place: Place
    others: Mapping[str, Place] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    motives: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    al: pl.Expr | None = None
    niveles: tuple[str, ...] = ()

    def places(self) -> Iterator[tuple[str, Place]]:
        """Each column of figures with its place."""
        for column, kind in self.filas.schema.items():
            about = field_of(self.tabla, column)
            when = about is not None and about.unit in NOT_FIGURES and column not in self.others
            if (kind.is_numeric() and not when) or column in self.texts:
                yield column, self.others.get(column, self.place)

    def told(self) -> Iterator[pl.DataFrame]:
        """The facts it tells, for `Facts.join`."""
        rows = self.filas.filter(pl.col("nivel").is_in(self.niveles)) if self.niveles else self.filas
        for place in dict.fromkeys(place for _, place in self.places() if place.own):
            own = [self._measure(column, place) for column, at in self.places() if at == place]
            unit, year, month, variant = place.key()
            known = dict.fromkeys(_COLUMN.findall(f"{place.unidad} {place.anio} {place.mes} {place.variante}"))
            where = ", ".join(f"{name}={{{name}}}" for name in known)
            yield tell(
                rows,
                own,
                self.source,
                unidad=unit,
                anio=year,
                mes=month,
                variante=variant,
                filas=written(f"{self.tabla}: {where}" if where else self.tabla),
                al=self.al,
            )

    def _measure(self, column: str, place: Place) -> Measure:
        about = field_of(self.tabla, column)
        rule = self.rules.get(column) or (about.meaning if about else column)
        return Measure(place.medida or column, column, self.motives.get(column, ""), rule)

    def cells(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """Each column of figures with `valor` and the place of its fact, row by row."""
        rows = self.filas.filter(pl.col("nivel").is_in(self.niveles)) if self.niveles else self.filas
        for column, place in self.places():
            yield column, rows.select(*place.key(), pl.lit(place.medida or column).alias("medida"), pl.col(column).alias("valor"))


def written(pattern: str) -> pl.Expr:
    """A pattern on the columns of each row; what is null is nothing."""
    parts = _COLUMN.split(pattern)
    given = [pl.col(part).cast(pl.String).fill_null("") if turn % 2 else pl.lit(part) for turn, part in enumerate(parts)]
    return pl.concat_str(given)


def facts_of(tables: Iterable[Rows], *parts: pl.DataFrame | Facts) -> Facts:
    """What some tables tell, after other facts."""
    return Facts.join(*parts, *(told for table in tables for told in table.told()))
