"""Rules to propose for spending that none links: from the programmes that usually finance each action, and from names that look alike.

A suggestion is a question to a person, never an answer: its state is `sugerido`, it says why, and its score does not reach 100.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from presupuesto_link.linkage.coverage import NOT_PRODUCTS
from presupuesto_link.linkage.likeness import alike
from presupuesto_link.linkage.match import NO_RULE, REST
from presupuesto_link.linkage.rules import COLUMNS, SUGGESTED
from presupuesto_link.tables.numbers import MONEY

AUTHOR = "sugerencia automática"
NOTES = ("nombre_linea", "nombre_accion", "nombre_puesto", "nombre_puntaje", "nombre_motivo", "nombre_pim_soles", "nombre_devengado_soles")
"""Columns for the person who decides; `rules.read_rules` leaves `nombre_*` alone."""
POINTS = {"alta": 70, "media": 50, "baja": 30}
"""What a programme is worth by the confidence of its row in the programme table."""
MOST = 95
_GROUP = ("proyecto", "programa", "finalidad", "producto", "actividad")
_PROJECT = "2"
_FROM_PROGRAMME, _FROM_NAMES = "Tabla de programas presupuestales", "Parecido de nombres"


@dataclass(frozen=True)
class Limits:
    """How much to propose: the largest lines, the best actions for each, and from which score."""

    lines: int = 500
    per_line: int = 3
    least: int = 25


def suggest_rules(  # noqa: PLR0913, PLR0917 - each is a table of its own
    unlinked: pl.DataFrame,
    programmes: pl.DataFrame,
    actions: pl.DataFrame,
    indicators: pl.DataFrame,
    names: Mapping[str, pl.DataFrame],
    cut_off: dt.date,
    transversal: Sequence[str] = (),
    limits: Limits = Limits(),
) -> pl.DataFrame:
    """Rules to propose, one per project or finalidad and action.

    Lines that a rule leaves out on purpose, or that clashing rules dispute, get none: a suggestion would not mend them.

    Args:
        unlinked: `coverage.Coverage.sin_vincular`.
        programmes: `programmes.check_programmes`. Those of `NOT_PRODUCTS` propose nothing by themselves: they finance everything.
        actions: the plan's actions: `accion`, `nombre`.
        indicators: the plan's indicators: `elemento`, `nombre`.
        names: the snapshot's tables of names.
        cut_off: the date that the suggestions carry.
        transversal: actions that no direct rule may name.
        limits: how much to propose.

    Returns:
        `rules.COLUMNS`, all text (blank = not set), and `NOTES`, largest PIM first and best score first: `read_rules` accepts it as it
        is. `nombre_puesto` orders the actions of a line: equally specific rules clash, so at most one of them should be kept, or each
        with its part.
    """
    groups = _groups(unlinked, names).head(limits.lines)
    open_actions = actions.filter(~pl.col("accion").is_in(transversal)).select("accion", nombre_accion="nombre")
    texts = _action_texts(open_actions, indicators)
    found = _scored(_by_programme(groups, programmes), alike(groups.select("linea", "texto"), texts))
    chosen = (
        found.join(open_actions, on="accion", how="inner", validate="m:1")
        .filter(pl.col("puntaje") >= limits.least)
        .sort("linea", "puntaje", "accion", descending=[False, True, False])
        .with_columns(pl.int_range(1, pl.len() + 1).over("linea").alias("puesto"))
        .filter(pl.col("puesto") <= limits.per_line)
        .join(groups, on="linea", how="inner", validate="m:1", maintain_order="left")
    )
    return chosen.select(*_rule_columns(cut_off), *_notes())


def _groups(unlinked: pl.DataFrame, names: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Projects, and finalidades of a programme (product and activity where there is no finalidad), largest PIM first.

    Key `linea` (their place): `_GROUP`, the main programme, the years, the name that shows, the text to compare and the soles.
    """
    lines = unlinked.filter(pl.col("motivo").is_in([NO_RULE, REST]))
    for dimension, key in (
        ("finalidad", ("anio", "sec_ejec", "sec_func", "finalidad")),
        ("producto", ("producto",)),
        ("actividad", ("actividad",)),
    ):
        lines = _named(lines, dimension, key, names.get(dimension))
    project = pl.col("producto").str.starts_with(_PROJECT).fill_null(False)  # how the MEF numbers projects
    bare = pl.col("finalidad").is_null()
    own = lines.with_columns(
        pl.col("programa").alias("programa_principal"),
        pl.coalesce(pl.when(project).then("nombre_producto"), "nombre_finalidad", "nombre_actividad").alias("nombre"),
        pl.when(project).then("producto").alias("proyecto"),
        pl.when(~project).then("programa").alias("programa"),
        pl.when(~project).then("finalidad").alias("finalidad"),
        pl.when(~project & bare).then("producto").alias("producto"),
        pl.when(~project & bare).then("actividad").alias("actividad"),
        pl.when(~project).then("nombre_actividad").alias("otro"),
    )
    first = [
        pl.col(c).sort_by("pim_soles", c, descending=[True, False], nulls_last=True).drop_nulls().first()
        for c in ("programa_principal", "nombre", "otro")
    ]
    sums = [pl.col(m).sum().cast(MONEY) for m in ("pim_soles", "devengado_soles")]
    table = own.group_by(_GROUP).agg(*first, pl.col("anio").min().alias("primero"), pl.col("anio").max().alias("ultimo"), *sums)
    return (
        table.filter(pl.any_horizontal(pl.col(c).is_not_null() for c in _GROUP))
        .sort("pim_soles", "devengado_soles", *_GROUP, descending=[True, True, *(False for _ in _GROUP)], nulls_last=True)
        .with_row_index("linea")
        .with_columns(pl.concat_str("nombre", "otro", separator=" · ", ignore_nulls=True).alias("texto"))
    )


def _named(lines: pl.DataFrame, dimension: str, key: Sequence[str], table: pl.DataFrame | None) -> pl.DataFrame:
    alias = f"nombre_{dimension}"
    if table is None:
        return lines.with_columns(pl.lit(None, pl.String).alias(alias))
    return lines.join(table.select(*key, pl.col("nombre").alias(alias)), on=list(key), how="left", validate="m:1")


def _action_texts(actions: pl.DataFrame, indicators: pl.DataFrame) -> pl.DataFrame:
    """Every action with its name and those of its indicators in one text."""
    every = pl.concat(
        [
            actions.select("accion", texto="nombre_accion"),
            indicators.join(actions, left_on="elemento", right_on="accion", how="semi").select(accion="elemento", texto="nombre"),
        ]
    )
    return every.group_by("accion").agg(pl.col("texto").sort().str.join(" ")).sort("accion")


def _by_programme(groups: pl.DataFrame, programmes: pl.DataFrame) -> pl.DataFrame:
    """Lines whose programme usually finances an action, in force in one of their years; investment only finances by projects."""
    useful = programmes.filter(~pl.col("programa").is_in(NOT_PRODUCTS))
    pairs = groups.join(useful, left_on="programa_principal", right_on="programa", how="inner")
    in_force = (pl.col("desde").fill_null(pl.col("ultimo")) <= pl.col("ultimo")) & (
        pl.col("hasta").fill_null(pl.col("primero")) >= pl.col("primero")
    )
    why = pl.format("el programa {} suele financiar esta acción (confianza {}, código {})", "programa_principal", "confianza", "estado")
    return pairs.filter(in_force, ~pl.col("inversion") | pl.col("proyecto").is_not_null()).select(
        "linea",
        "accion",
        pl.col("confianza"),
        "desde",
        "hasta",
        why.alias("por_programa"),
        pl.col("confianza").replace_strict(POINTS, return_dtype=pl.Float64).alias("puntos_programa"),
    )


def _scored(by_programme: pl.DataFrame, by_name: pl.DataFrame) -> pl.DataFrame:
    """Both reasons of each pair in one score: each one closes part of what the other leaves open."""
    pairs = by_programme.join(by_name, on=["linea", "accion"], how="full", coalesce=True, validate="1:1")
    open_part = (100 - pl.col("puntos_programa").fill_null(0)) * (100 - pl.col("puntos_nombre").fill_null(0)) / 100
    shared = pl.when(pl.col("palabras").is_not_null()).then(pl.format("su nombre comparte con la acción: {}", "palabras"))
    both = pl.col("por_programa").is_not_null() & pl.col("palabras").is_not_null()
    origin = (
        pl.when(both)
        .then(pl.lit(f"{_FROM_PROGRAMME}; {_FROM_NAMES.lower()}"))
        .when(pl.col("palabras").is_not_null())
        .then(pl.lit(_FROM_NAMES))
        .otherwise(pl.lit(_FROM_PROGRAMME))
    )
    return pairs.select(
        "linea",
        "accion",
        "desde",
        "hasta",
        pl.col("confianza").fill_null("baja"),
        pl.min_horizontal((100 - open_part).round(), MOST).cast(pl.Int64).alias("puntaje"),
        pl.concat_str("por_programa", shared, separator="; ", ignore_nulls=True).alias("motivo"),
        origin.alias("origen"),
    )


def _rule_columns(cut_off: dt.date) -> list[pl.Expr]:
    """`rules.COLUMNS` as text."""
    pieces = [pl.when(pl.col(c).is_not_null()).then(pl.format(f"{c}-{{}}", c)) for c in _GROUP]
    given = {
        "id": pl.concat_str(pl.lit("sugerida"), *pieces, pl.col("accion").str.to_lowercase(), separator="-", ignore_nulls=True),
        "estado": pl.lit(SUGGESTED),
        "clase": pl.lit("directo"),
        "parte": pl.lit("1"),
        "autor": pl.lit(AUTHOR),
        "fecha": pl.lit(cut_off.isoformat()),
    }
    own = {"accion", "confianza", "desde", "hasta", "origen", *_GROUP}
    blank = pl.lit("")
    return [(given.get(c, pl.col(c).cast(pl.String).fill_null("") if c in own else blank)).alias(c) for c in COLUMNS]


def _notes() -> list[pl.Expr]:
    return [
        pl.col("texto").alias("nombre_linea"),
        pl.col("nombre_accion"),
        pl.col("puesto").alias("nombre_puesto"),
        pl.col("puntaje").alias("nombre_puntaje"),
        pl.col("motivo").alias("nombre_motivo"),
        pl.col("pim_soles").alias("nombre_pim_soles"),
        pl.col("devengado_soles").alias("nombre_devengado_soles"),
    ]
