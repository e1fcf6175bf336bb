"""What part of the year's money is expected by each month, and where that expectation comes from.

In order: the calendar that was programmed (POI or PCA), the entity's own seasonality of the last years by generic and kind of
spending, and, failing both, equal twelfths. Whatever is used is named beside every figure made with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.specs import SeguimientoSpec
from presupuesto_link.tables.calendar import Calendar
from presupuesto_link.vocabulary import DECEMBER, STAGES

CALENDAR, SEASONAL, LINEAR = "calendario", "estacionalidad", "lineal"
SEASON = ("generica", "tipo_producto")
_SHOWN = 5
_MONTHS = pl.DataFrame({"mes": range(1, DECEMBER + 1)}, schema={"mes": pl.Int8})


@dataclass(frozen=True)
class Curves:
    """Cumulated shares of the year.

    Attributes:
        partes: key `curva, etapa, mes` (1 to 12): `parte_ratio`, the share of the year expected by the end of the month.
        curvas: key `curva, etapa`: `origen` (calendario, estacionalidad, lineal) and `detalle` in words.
        calendars: for each, its columns and `curva`.
        season: key `SEASON`, `etapa`: `curva`.
    """

    partes: pl.DataFrame
    curvas: pl.DataFrame
    calendars: tuple[tuple[tuple[str, ...], pl.DataFrame], ...]
    season: pl.DataFrame


def curves_of(months: pl.DataFrame, year: int, spec: SeguimientoSpec, calendars: Sequence[Calendar] = ()) -> Curves:
    """Every curve that spending of a year can be measured against.

    Args:
        months: `money.months.by_month`; the years before `year` are its history, taken as complete. Transversal rows out.
        year: the one followed.
        spec: how many years make a seasonality.
        calendars: programmes of that year, first the one that rules.
    """
    season = _seasonality(months, year, spec)
    programmed = [_programme(calendar, year, order) for order, calendar in enumerate(calendars)]
    every = [*programmed, season, _linear()]
    return Curves(
        pl.concat(table.select("curva", "etapa", "mes", "parte_ratio") for table in every),
        pl.concat(table.select("curva", "etapa", "origen", "detalle").unique() for table in every).sort("curva", "etapa"),
        tuple((c.keys, t.select(*c.keys, "curva").unique()) for c, t in zip(calendars, programmed, strict=True)),
        season.select(*SEASON, "etapa", "curva").unique(),
    )


def check_calendars(rows: pl.DataFrame, year: int, calendars: Sequence[Calendar]) -> tuple[str, ...]:
    """What of each calendar no line uses, in sentences; nothing when all of it is used.

    Args:
        rows: the spending of the year, transversal rows out.
        year: the one followed.
        calendars: programmes given.

    Raises:
        InputDataError: a calendar has no money for the year, is broken by a column that the spending lacks, or reaches no line.
    """
    return tuple(said for calendar in calendars if (said := _unused(rows, year, calendar)))


def _unused(rows: pl.DataFrame, year: int, calendar: Calendar) -> str | None:
    keys, given = list(calendar.keys), calendar.meses.filter(pl.col("anio") == year)
    if not given["programado_soles"].sum():
        raise _useless(calendar, f"nada programado en {year}", f"montos de {year}", "revise el año y los montos")
    if absent := [key for key in keys if key not in rows.columns]:
        raise _useless(calendar, f"la columna {', '.join(absent)}, que el gasto no trae", "claves que el gasto tenga", "quite esa clave")
    if not keys:
        return None
    wanted = given.select(keys).unique()
    lost = wanted.join(rows.select(keys).unique(), on=keys, how="anti", nulls_equal=True).sort(keys, nulls_last=True)
    if lost.height == wanted.height:
        raise _useless(
            calendar,
            f"ninguna de sus {wanted.height} claves ({', '.join(keys)}) está en el gasto de {year}",
            "códigos del gasto",
            "revise los códigos",
        )
    if lost.is_empty():
        return None
    shown = "; ".join(" ".join(str(cell) for cell in row) for row in lost.head(_SHOWN).iter_rows())
    more = f" y {lost.height - _SHOWN} más" if lost.height > _SHOWN else ""
    return f"{calendar.name}: {lost.height} de sus {wanted.height} claves no están en el gasto de {year} y no se usan ({', '.join(keys)}: {shown}{more})."


def _useless(calendar: Calendar, found: str, expected: str, remedy: str) -> InputDataError:
    return InputDataError(Problem(calendar.name, found, expected, remedy))


def with_curve(cells: pl.DataFrame, curves: Curves) -> pl.DataFrame:
    """The rows, once per stage, with the `curva` that rules each: the calendar, the seasonality or equal twelfths.

    Args:
        cells: any table with the columns that the curves are broken by; a calendar whose columns it lacks is not used.
        curves: the ones of that spending.
    """
    table = cells.join(pl.DataFrame({"etapa": list(STAGES)}), how="cross")
    found = []
    for order, (keys, known) in enumerate(curves.calendars):
        if set(keys) <= set(cells.columns):
            name = f"curva_{order}"
            programmed = known.with_columns(etapa=pl.lit("devengado")).rename({"curva": name})
            table = table.join(programmed, on=[*keys, "etapa"], how="left", validate="m:1", nulls_equal=True)
            found.append(name)
    seasonal = curves.season.rename({"curva": "curva_estacional"})
    table = table.join(seasonal, on=[*SEASON, "etapa"], how="left", validate="m:1", nulls_equal=True)
    return table.with_columns(curva=pl.coalesce(*found, "curva_estacional", pl.lit(LINEAR))).drop(*found, "curva_estacional")


def _linear() -> pl.DataFrame:
    return (
        pl.DataFrame({"etapa": list(STAGES)})
        .join(_MONTHS, how="cross")
        .with_columns(parte_ratio=pl.col("mes") / DECEMBER, curva=pl.lit(LINEAR), origen=pl.lit(LINEAR), detalle=pl.lit("doceavos iguales"))
    )


def _programme(calendar: Calendar, year: int, order: int) -> pl.DataFrame:
    """The curve of each key of a calendar with money programmed."""
    keys = list(calendar.keys)
    rows = calendar.meses.filter(pl.col("anio") == year).with_columns(pl.col("programado_soles").cast(pl.Float64))
    wholes = (
        rows.group_by(keys).agg(total=pl.col("programado_soles").sum()) if keys else rows.select(total=pl.col("programado_soles").sum())
    )
    wholes = wholes.filter(pl.col("total") > 0)
    grid = wholes.join(_MONTHS, how="cross")
    table = grid.join(
        rows.select(*keys, pl.col("mes").cast(pl.Int8), "programado_soles"), on=[*keys, "mes"], how="left", validate="1:1", nulls_equal=True
    )
    running = pl.col("programado_soles").fill_null(0).cum_sum()
    return table.sort(*keys, "mes").with_columns(
        parte_ratio=((running.over(keys) if keys else running) / pl.col("total")).clip(0, 1),
        curva=_named(f"{CALENDAR} {order}", keys),
        etapa=pl.lit("devengado"),
        origen=pl.lit(CALENDAR),
        detalle=pl.lit(calendar.name),
    )


def _seasonality(months: pl.DataFrame, year: int, spec: SeguimientoSpec) -> pl.DataFrame:
    """Mean over the years of the share accrued by each month; every year weighs the same."""
    history = months.filter((pl.col("anio") < year) & (pl.col("mes") > 0))
    known = history["anio"].unique().sort(descending=True).head(spec.anios_maximos).to_list()
    flows = (
        history.filter(pl.col("anio").is_in(known))
        .rename({column: stage for stage, column in STAGES.items()})
        .unpivot(list(STAGES), index=["anio", "mes", *SEASON], variable_name="etapa", value_name="monto")
        .group_by("anio", *SEASON, "etapa", "mes")
        .agg(pl.col("monto").sum().cast(pl.Float64))
    )
    key = [*SEASON, "etapa"]
    wholes = flows.group_by("anio", *key).agg(total=pl.col("monto").sort_by("mes").sum()).filter(pl.col("total") > 0)
    grid = wholes.join(_MONTHS, how="cross").join(flows, on=["anio", *key, "mes"], how="left", validate="1:1", nulls_equal=True)
    shares = grid.sort("anio", *key, "mes").with_columns(
        parte=(pl.col("monto").fill_null(0).cum_sum().over("anio", *key) / pl.col("total")).clip(0, 1)
    )
    mean = shares.group_by(*key, "mes").agg(
        pl.col("parte").sort_by("anio").mean().alias("parte_ratio"), anios=pl.len(), desde=pl.col("anio").min(), hasta=pl.col("anio").max()
    )
    return (
        mean.filter(pl.col("anios") >= spec.anios_minimos)
        .with_columns(
            curva=_named(SEASONAL, SEASON),
            origen=pl.lit(SEASONAL),
            detalle=pl.format("propia de {}-{}, genérica 2.{}, {}", "desde", "hasta", pl.col("generica").fill_null("—"), _kind()),
        )
        .sort(*key, "mes")
    )


def _named(kind: str, keys: Sequence[str]) -> pl.Expr:
    """The name of the curve of a key; a blank has its place, or two keys would share a curve."""
    return pl.concat_str(pl.lit(kind), *(pl.col(key).fill_null("—") for key in keys), separator="|")


def _kind() -> pl.Expr:
    return pl.col("tipo_producto").replace_strict({"2": "proyectos", "3": "actividades"}, default="sin tipo")
