"""What each part of a budget will have accrued in December, with its interval, and what that leaves free.

The parts are projected by the method the backtest chooses, made to agree with the projections of their groups, kept between what is
already accrued and the PIM, and added up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from presupuesto_link.quarter.backtest import Backtest, backtest, calibration, growth_of, quantiles, scale_of, try_on_years
from presupuesto_link.quarter.forecast import Array, Tick, project
from presupuesto_link.quarter.reconcile import reconcile
from presupuesto_link.specs import Method, ProyeccionSpec
from presupuesto_link.tables.numbers import MONEY, known_sum
from presupuesto_link.vocabulary import DECEMBER

BY_ERRORS, BY_SUM = "errores de la prueba", "suma de los extremos de sus partes"
NO_HISTORY = "sólo los límites: sin historia en todos los años"
NO_TRIALS = "sólo los límites: sin errores suficientes para medir"
WHOLE = "todo"
_SMALL = 1e-9
_ENDS = ("proyectado_soles", "bajo_soles", "alto_soles")
_MONEY = ("pim_soles", "devengado_soles", *_ENDS)


@dataclass(frozen=True)
class Closing:
    """The projection of a year to its close.

    Attributes:
        unidades: key `nivel, unidad`: `metodo`, `pim_soles`, `devengado_soles` (so far), `proyectado_soles`, `bajo_soles` and `alto_soles` (ends
            of the interval), `saldo_libre_soles` (PIM less projected), `saldo_libre_bajo_soles`, `saldo_libre_alto_soles`,
            `ejecucion_proyectada_ratio` (null without PIM) and `intervalo` (where it comes from). Levels add up exactly.
        senda: key `nivel, unidad, mes`: cumulated `devengado_soles` up to the cut-off; after it, `proyectado_soles`, `bajo_soles`, `alto_soles`.
        prueba: the backtest.
        calibracion: `quarter.backtest.calibration`; empty when it cannot be measured.
        metodo: the one used, and why, in `motivo`.
        anios: the complete years of history used.
        confianza: nominal confidence of the interval.
        nivel: the lowest level of `unidades`.
    """

    unidades: pl.DataFrame
    senda: pl.DataFrame
    prueba: Backtest
    calibracion: pl.DataFrame
    metodo: Method
    motivo: str
    anios: tuple[int, ...]
    confianza: float
    nivel: str

    @property
    def total(self) -> Mapping[str, Any]:
        """The row of `unidades` of everything."""
        return self.unidades.row(by_predicate=pl.col("nivel") == "total", named=True)

    @property
    def nearest_calibration(self) -> Mapping[str, Any]:
        """The row of `calibracion` whose confidence is nearest to the one asked for."""
        return min(self.calibracion.iter_rows(named=True), key=lambda row: abs(row["confianza_ratio"] - self.confianza))

    @property
    def intervalos(self) -> pl.DataFrame:
        """Key `intervalo`, of the lowest level: how many `unidades` have their interval from there."""
        single = self.unidades.filter(pl.col("nivel") == self.nivel)
        return single.group_by("intervalo").agg(pl.len().alias("unidades")).sort("intervalo")


_RHYTHMS: Mapping[Method, str] = {
    "parte media": "cada una sigue el ritmo medio del conjunto",
    "lineal": "sólo cabe repartir por igual lo devengado",
}


@dataclass(frozen=True)
class _Series:
    """The parts as arrays, in the order of `parts`."""

    parts: pl.DataFrame
    past: Array
    current: Array

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Parts that accrued something in every year."""
        found: npt.NDArray[np.bool_] = (self.past.sum(axis=2) > 0).all(axis=1)
        return found


def project_close(  # noqa: PLR0913, PLR0917 - the year, its month, its levels and what is said meanwhile
    months: pl.DataFrame,
    part: tuple[str, Sequence[str]],
    group: tuple[str, str],
    year: int,
    month: int,
    spec: ProyeccionSpec,
    tick: Tick = lambda: None,
) -> Closing:
    """Project the accrual of a year.

    Args:
        months: one row per part, year and month (`money.months.by_month` or an aggregate), transversal rows out. Years before `year`
            whose accrual reaches December are history; the rest of them are not used.
        part: name of the level and its columns.
        group: name of the level above and its column, the same for every row of a part.
        year: the one projected.
        month: last closed month, 1 to 11.
        spec: methods and confidence.
        tick: called once per model fitted.

    Raises:
        ValueError: the month is not 1 to 11 (there is nothing to project in December).
    """
    if not 1 <= month < DECEMBER:
        raise ValueError(f"month must be 1 to 11, not {month}")
    years = _complete(months, year)
    series = _series(months, part[1], group[1], years, year, month)
    known = series.known if years else np.zeros(series.parts.height, dtype=bool)
    tested = backtest(series.past[known], month, spec.metodos, tick) if known.any() else backtest(np.zeros((0, 0, DECEMBER)), month)
    method, reason = _method(tested, years, None if known.any() else _rhythm(series))
    path = _paths(series, known, method, tick)
    left = _agreed(series, known, path, method, tested)
    low, high, source = _interval(series, known, path, left, tested, spec.confianza)
    centre, levels = _scaled(path, left), (part[0], group[0])
    own = series.parts.with_columns(
        *(_projected(series, values[:, -1], name) for name, values in zip(_ENDS, (centre, low, high), strict=True)),
        metodo=pl.Series([method if one else f"{method}, con el ritmo del conjunto" for one in known], dtype=pl.String),
        intervalo=pl.Series(source, dtype=pl.String),
    )
    trail = _levelled(_trail(series, (centre, low, high)), levels, ["mes"]).select("nivel", "unidad", "mes", "devengado_soles", *_ENDS)
    return Closing(
        _units(_levelled(own, levels), method),
        trail.sort("nivel", "unidad", "mes"),
        tested,
        calibration(tested.trials) if tested.trials else calibration_of_none(),
        method,
        reason,
        years,
        spec.confianza,
        part[0],
    )


def calibration_of_none() -> pl.DataFrame:
    """An empty calibration."""
    return pl.DataFrame(schema={"confianza_ratio": pl.Float64, "cobertura_ratio": pl.Float64, "pruebas": pl.Int64})


def _complete(months: pl.DataFrame, year: int) -> tuple[int, ...]:
    """Earlier years, one after another, whose accrual reaches December."""
    rows = months.filter((pl.col("anio") < year) & (pl.col("devengado_soles").fill_null(0) != 0))
    last = rows.group_by("anio").agg(pl.col("mes").max())
    closed = set(last.filter(pl.col("mes") == DECEMBER)["anio"].to_list())
    run = []
    for candidate in range(year - 1, min(closed, default=year) - 1, -1):
        if candidate not in closed:
            break
        run.append(candidate)
    return tuple(sorted(run))


def _series(months: pl.DataFrame, keys: Sequence[str], group: str, years: Sequence[int], year: int, month: int) -> _Series:
    named = months.filter(pl.col("anio").is_in([*years, year])).with_columns(
        unidad=pl.concat_str([pl.col(key).fill_null("sin dato") for key in keys], separator=" · "),
        grupo=pl.col(group).fill_null("sin dato"),
    )
    now = named.filter(pl.col("anio") == year)
    parts = (
        now.group_by("unidad", "grupo")
        .agg(
            pl.col("pim_soles").sum().cast(MONEY),
            devengado_soles=pl.col("devengado_soles").filter(pl.col("mes").is_between(1, month)).sum().cast(MONEY),
        )
        .sort("unidad", "grupo")
    )
    place = {unit: n for n, unit in enumerate(parts["unidad"].to_list())}
    flows = (
        named.filter(pl.col("mes") > 0)
        .group_by("unidad", "anio", "mes")
        .agg(pl.col("devengado_soles").cast(pl.Float64).sum())
        .filter(pl.col("unidad").is_in(list(place)))
    )
    grid = np.zeros((len(place), len(years) + 1, DECEMBER))
    order = {y: n for n, y in enumerate([*years, year])}
    where = [flows[c].replace_strict(to, return_dtype=pl.Int64).to_numpy() for c, to in (("unidad", place), ("anio", order))]
    grid[where[0], where[1], flows["mes"].to_numpy() - 1] = flows["devengado_soles"].to_numpy()
    return _Series(parts, grid[:, :-1], grid[:, -1, :month])


def _method(tested: Backtest, years: Sequence[int], rhythm: Method | None) -> tuple[Method, str]:
    """The method used and why.

    Args:
        tested: the backtest.
        years: complete ones.
        rhythm: what all the parts follow when none accrued in all of them.
    """
    if tested.chosen is not None:
        return tested.chosen, tested.reason
    if years and rhythm:
        return rhythm, f"ninguna unidad tiene devengado en todos los años: {_RHYTHMS[rhythm]}, sin prueba posible"
    return ("parte del año anterior" if years else "lineal"), tested.reason


def _paths(series: _Series, known: npt.NDArray[np.bool_], method: Method, tick: Tick) -> Array:
    """The months that are left of every part; those without history follow the rhythm of the whole."""
    months = series.current.shape[1]
    path = np.zeros((series.parts.height, DECEMBER - months))
    path[known] = project(method, series.past[known], series.current[known], tick) if known.any() else 0
    lost = known & ~np.isfinite(path).all(axis=1)
    if lost.any():
        path[lost] = project("parte media", series.past[lost], series.current[lost])
    rest = ~known
    if rest.any():
        whole_past, whole_now = series.past.sum(axis=0)[None], series.current.sum(axis=0)[None]
        rhythm = project(_rhythm(series), whole_past, whole_now)[0]
        so_far = max(float(whole_now.sum()), _SMALL)
        path[rest] = series.current[rest].sum(axis=1)[:, None] * rhythm[None] / so_far
    return path


def _rhythm(series: _Series) -> Method:
    """What parts without history follow: the mean of the whole's years, when the whole has them."""
    whole = series.past.sum(axis=(0, 2))
    return "parte media" if len(whole) and bool((whole > 0).all()) else "lineal"


def _agreed(series: _Series, known: npt.NDArray[np.bool_], path: Array, method: Method, tested: Backtest) -> Array:
    """What is left of each part once parts, groups and whole agree within the PIM."""
    belongs = _membership(series.parts)
    ceiling = (series.parts["pim_soles"] - series.parts["devengado_soles"]).cast(pl.Float64).to_numpy()
    parts = path.sum(axis=1)
    if tested.trials is None:
        alone: Array = np.clip(parts, 0, np.maximum(ceiling, 0))
        return alone
    groups_past: Array = np.tensordot(belongs, series.past, axes=1)
    groups_now = belongs @ series.current
    complete = (groups_past.sum(axis=2) > 0).all(axis=1)
    own = project(method, groups_past[complete], groups_now[complete]).sum(axis=1)
    usable = np.isfinite(own)
    groups = own[usable]
    rows = belongs[complete][usable]
    spread_groups = _usual_error(method, groups_past[complete][usable], series.current.shape[1])
    spread_parts = np.full(len(parts), np.nan)
    spread_parts[known] = _rms((tested.trials.done - tested.trials.said)[:, :, -1])
    return reconcile(parts, groups, rows, (spread_parts, spread_groups), ceiling)


def _usual_error(method: Method, past: Array, month: int) -> Array:
    trials = try_on_years(method, past, month)
    return _rms((trials.done - trials.said)[:, :, -1])


def _rms(errors: Array) -> Array:
    known = np.isfinite(errors)
    squares = np.where(known, errors, 0) ** 2
    count = known.sum(axis=0)
    result: Array = np.sqrt(np.divide(squares.sum(axis=0), count, out=np.full(errors.shape[1], np.nan), where=count > 0))
    return result


def _membership(parts: pl.DataFrame) -> Array:
    """1 where a part is in a group; the last group is the whole."""
    owner = parts["grupo"].to_list()
    names = parts["grupo"].unique().sort().to_list()
    return np.array([*([float(own == name) for own in owner] for name in names), [1.0] * len(owner)])


def _interval(
    series: _Series, known: npt.NDArray[np.bool_], path: Array, left: Array, tested: Backtest, confidence: float
) -> tuple[Array, Array, list[str]]:
    """Cumulated ends of what is left, month by month, within what can happen; and where they come from."""
    steps = path.shape[1]
    ceiling = np.maximum((series.parts["pim_soles"] - series.parts["devengado_soles"]).cast(pl.Float64).to_numpy(), 0)
    low, high = np.zeros((len(left), steps)), np.repeat(ceiling[:, None], steps, axis=1)
    source = [NO_TRIALS if one else NO_HISTORY for one in known]
    ends = [quantiles(tested.trials.errors[:, :, k], confidence) for k in range(steps)] if tested.trials else [None] * steps
    if any(end is None for end in ends):
        return low, high, source
    usual = series.past.sum(axis=2).mean(axis=1)
    growth = growth_of(tested.trials.method, series.past.shape[1]) if tested.trials else 1.0
    scale, centre = scale_of(left, usual) * growth, _scaled(path, left)
    for k, end in enumerate(end for end in ends if end is not None):
        low[known, k] = np.clip(centre[known, k] + scale[known] * end[0], 0, ceiling[known])
        high[known, k] = np.clip(centre[known, k] + scale[known] * end[1], 0, ceiling[known])
    return np.minimum(low, centre), np.maximum(high, centre), [BY_ERRORS if one else NO_HISTORY for one in known]


def _scaled(path: Array, left: Array) -> Array:
    """The cumulated path that ends in what was agreed, never falling below zero."""
    totals = path.sum(axis=1)
    steps = np.arange(1, path.shape[1] + 1) / path.shape[1]
    share = np.where((totals > _SMALL)[:, None], path.cumsum(axis=1) / np.where(totals > _SMALL, totals, 1)[:, None], steps[None])
    result: Array = np.clip(share, 0, None) * left[:, None]
    return result


def _projected(series: _Series, values: Array, name: str) -> pl.Expr:
    """Accrued so far plus what is added, to the céntimo, never above the PIM (or above what is accrued, when that is more)."""
    top = pl.max_horizontal("pim_soles", "devengado_soles")
    return pl.min_horizontal(pl.col("devengado_soles") + pl.Series(values).round(2).cast(MONEY), top).cast(MONEY).alias(name)


def _units(table: pl.DataFrame, method: Method) -> pl.DataFrame:
    """The last columns of each unit: what is left free, and where groups come from."""
    pim, single = pl.col("pim_soles"), pl.col("metodo").is_not_null()
    return (
        table.with_columns(
            metodo=pl.coalesce("metodo", pl.lit(f"{method}, conciliado")),
            intervalo=pl.when(single).then("intervalo").otherwise(pl.lit(BY_SUM)),
            saldo_libre_soles=(pim - pl.col("proyectado_soles")).cast(MONEY),
            saldo_libre_bajo_soles=(pim - pl.col("alto_soles")).cast(MONEY),
            saldo_libre_alto_soles=(pim - pl.col("bajo_soles")).cast(MONEY),
            ejecucion_proyectada_ratio=pl.when(pim > 0).then(pl.col("proyectado_soles").cast(pl.Float64) / pim.cast(pl.Float64)),
        )
        .select(
            "nivel",
            "unidad",
            "metodo",
            *_MONEY,
            "saldo_libre_soles",
            "saldo_libre_bajo_soles",
            "saldo_libre_alto_soles",
            "ejecucion_proyectada_ratio",
            "intervalo",
        )
        .sort("nivel", "unidad")
    )


def _trail(series: _Series, ahead: tuple[Array, Array, Array]) -> pl.DataFrame:
    """The parts month by month: what happened, and then what is projected and its ends."""
    months, done = series.current.shape[1], series.current.cumsum(axis=1)
    happened = [
        series.parts.select("unidad", "grupo", mes=pl.lit(n + 1), devengado_soles=pl.Series(done[:, n]).round(2).cast(MONEY))
        for n in range(months)
    ]
    left = [
        series.parts.select(
            "unidad",
            "grupo",
            pl.lit(months + k + 1).alias("mes"),
            *(_projected(series, values[:, k], name) for name, values in zip(_ENDS, ahead, strict=True)),
        )
        for k in range(DECEMBER - months)
    ]
    return pl.concat([*happened, *left], how="diagonal")


def _levelled(parts: pl.DataFrame, levels: tuple[str, str], keys: Sequence[str] = ()) -> pl.DataFrame:
    """The parts, their groups and the whole; a group has an amount when some part of it has."""
    money = [name for name in _MONEY if name in parts.columns]
    sums = [known_sum(name).cast(MONEY) for name in money]
    wider = [
        parts.group_by(*keys, unidad=key).agg(sums).with_columns(nivel=pl.lit(level))
        for level, key in ((levels[1], pl.col("grupo")), ("total", pl.lit(WHOLE)))
    ]
    return pl.concat([parts.drop("grupo").with_columns(nivel=pl.lit(levels[0])), *wider], how="diagonal")
