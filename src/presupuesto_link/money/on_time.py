"""The traffic light of the budget: what was accrued, committed and certified against what was expected by then.

It is monitoring within the year, not a CEPLAN evaluation: no norm sets a quarterly regional light. The bands are those of the
advance, so that there is one legend.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from presupuesto_link.linkage.rules import DIRECT, TRANSVERSAL
from presupuesto_link.money.expected import CALENDAR, LINEAR, SEASON, SEASONAL, Curves, with_curve
from presupuesto_link.specs import SeguimientoSpec, SemaforoSpec
from presupuesto_link.tables.bands import colour
from presupuesto_link.tables.levels import Levels
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.vocabulary import GREEN, GREY, RED, STAGES

WHOLE = "todo"
NO_LINK, NO_PIM = "ninguna línea vinculada", "sin PIM"
NO_FLOWS, NOTHING_DUE = "la fuente no da esta etapa por mes", "no se espera nada todavía a esta fecha"
_CELL = ("accion", "vinculo", "sec_ejec", "sec_func", "programa", *SEASON, "fuente")
_TRIVIAL = 0.005


def named_units(rows: pl.DataFrame, levels: Levels) -> int:
    """How many rows of a light are of a unit, and not of spending that no rule links."""
    return rows.filter(pl.col("unidad") != levels.sin_accion).height


def measure_on_time(  # noqa: PLR0913, PLR0917 - the money, what it is measured against, the plan and when
    months: pl.DataFrame,
    curves: Curves,
    actions: pl.DataFrame,
    levels: Levels,
    year: int,
    until: int,
    specs: tuple[SeguimientoSpec, SemaforoSpec],
) -> pl.DataFrame:
    """What was expected and what happened, at the close of each month.

    Args:
        months: `money.months.by_month`.
        curves: `curves_of` the same spending.
        actions: the plan's, key `accion`, with `objetivo`.
        levels: the plan's.
        year: the one followed.
        until: last month looked at, 1 to 12.
        specs: thresholds of the notice and of the colours.

    Returns:
        Key `nivel, unidad, mes`: `vinculo` (transversal actions are beside the rest), `pim_soles` (that of the snapshot, whatever the month),
        and for each stage `<etapa>_soles` (cumulated, exact), `<etapa>_esperado_soles` (the sum of its lines', each to the céntimo), `<etapa>_ratio` (null with
        `<etapa>_motivo`), `color_<etapa>`; `adelanto` (accrual above the notice), `curva` (what accrual is measured against, in words) and
        the share of the PIM measured by each kind of curve. Levels add up to the céntimo.
    """
    spec, bands = specs
    rows = months.filter(pl.col("anio") == year)
    ruled = _ruled(rows, curves)
    named = _units(ruled, actions, levels)
    expected = _expected(_units(_due(ruled, curves, until), actions, levels))
    happened = _happened(_units(rows, actions, levels), until)
    table = expected.join(happened, on=["nivel", "unidad", "mes", "etapa"], how="left", validate="1:1")
    judged = _wide(_judged(table, bands), spec)
    worded = judged.join(_curve_words(named, curves), on=["nivel", "unidad"], how="left", validate="m:1")
    return pl.concat([worded, _moneyless(worded, actions, levels, until)], how="diagonal_relaxed").sort("nivel", "unidad", "mes")


def _ruled(rows: pl.DataFrame, curves: Curves) -> pl.DataFrame:
    """The PIM of each cell of spending, with the curve that rules it."""
    present = [column for column in _CELL if column in rows.columns]
    absent = [column for column in _CELL if column not in present]
    cells = rows.group_by(present).agg(pl.col("pim_soles").sum()).with_columns(pl.lit(None, pl.String).alias(column) for column in absent)
    return with_curve(cells, curves).drop(absent)


def expected_of(rows: pl.DataFrame, curves: Curves, month: int, stage: str) -> pl.DataFrame:
    """What is expected of each cell of some lines of a year by the end of a month: `esperado_soles`, to the céntimo, beside its keys."""
    return _due(_ruled(rows, curves), curves, month).filter((pl.col("mes") == month) & (pl.col("etapa") == stage))


def _columns(levels: Levels) -> Mapping[str, str]:
    """Every level of the light and its column."""
    own = {"ejecutora": "sec_ejec", "fuente": "fuente", "programa": "programa"}
    return {"total": "pliego", levels.objetivo: "objetivo", levels.accion: "accion", **own}


def _units(rows: pl.DataFrame, actions: pl.DataFrame, levels: Levels) -> pl.DataFrame:
    """The rows once per level, with `unidad`: transversal money only beside, in its own action."""
    placed = rows.join(actions.select("accion", "objetivo"), on="accion", how="left", validate="m:1").with_columns(pliego=pl.lit(WHOLE))
    counted = placed.filter(pl.col("vinculo") != TRANSVERSAL)
    parts = []
    for level, column in _columns(levels).items():
        source = placed if level == levels.accion else counted
        if column not in source.columns:
            continue
        missing = levels.sin_accion if level in levels.both else "sin dato"
        parts.append(source.with_columns(nivel=pl.lit(level), unidad=pl.col(column).fill_null(missing)))
    return pl.concat(parts)


def _due(cells: pl.DataFrame, curves: Curves, until: int) -> pl.DataFrame:
    """Each cell once per month, with what its curve expects of it by then, to the céntimo: so that every level adds up the same amounts."""
    shares = curves.partes.filter(pl.col("mes") <= until)
    due = pl.col("pim_soles").cast(pl.Float64) * pl.col("parte_ratio")
    return cells.join(shares, on=["curva", "etapa"], how="inner", validate="m:m").with_columns(esperado_soles=due.round(2).cast(MONEY))


def _expected(cells: pl.DataFrame) -> pl.DataFrame:
    """Key `nivel, unidad, mes, etapa`: PIM and what is expected of it."""
    return cells.group_by("nivel", "unidad", "etapa", "mes").agg(
        pl.col("pim_soles", "esperado_soles").sum().cast(MONEY),
        vinculo=pl.when((pl.col("vinculo") == TRANSVERSAL).all()).then(pl.lit(TRANSVERSAL)).otherwise(pl.lit(DIRECT)),
    )


def has_money() -> pl.Expr:
    """Whether a row of the light has something to show: PIM, or accrual without it."""
    return (pl.col("pim_soles").fill_null(0) != 0) | (pl.col("devengado_soles").fill_null(0) != 0)


def _happened(rows: pl.DataFrame, until: int) -> pl.DataFrame:
    """Key `nivel, unidad, mes, etapa`: exact soles cumulated from January; null where the stage has no months."""
    flows = rows.filter(pl.col("mes") > 0).rename({column: stage for stage, column in STAGES.items()})
    known = [stage for stage in STAGES if flows[stage].is_not_null().any()]
    units = rows.select("nivel", "unidad").unique()
    grid = units.join(pl.DataFrame({"etapa": known}, schema={"etapa": pl.String}), how="cross").join(
        pl.DataFrame({"mes": range(1, until + 1)}, schema={"mes": pl.Int8}), how="cross"
    )
    long = (
        flows.unpivot(known, index=["nivel", "unidad", "mes"], variable_name="etapa", value_name="monto")
        .group_by("nivel", "unidad", "etapa", "mes")
        .agg(pl.col("monto").sum())
    )
    filled = grid.join(long, on=["nivel", "unidad", "etapa", "mes"], how="left", validate="1:1").sort("mes")
    running = pl.col("monto").fill_null(pl.lit(0, MONEY)).cum_sum().over("nivel", "unidad", "etapa", order_by="mes")
    return filled.select("nivel", "unidad", "etapa", "mes", monto_soles=running.cast(MONEY))


def _judged(table: pl.DataFrame, bands: SemaforoSpec) -> pl.DataFrame:
    due = pl.col("esperado_soles").cast(pl.Float64)
    reason = (
        pl.when(pl.col("pim_soles") <= 0)
        .then(pl.lit(NO_PIM))
        .when(pl.col("monto_soles").is_null())
        .then(pl.lit(NO_FLOWS))
        .when(due < _TRIVIAL)
        .then(pl.lit(NOTHING_DUE))
    )
    ratio = pl.when(pl.col("motivo").is_null()).then(_centimos("monto_soles") / _centimos("esperado_soles"))
    return table.with_columns(motivo=reason).with_columns(ratio=ratio).with_columns(color=colour(pl.col("ratio"), bands))


def _centimos(column: str) -> pl.Expr:
    """Whole céntimos, so that a ratio that is exactly an edge divides to that edge: 0.30 / 0.40 does not reach 0.75."""
    return (pl.col(column).cast(pl.Float64) * 100).round()


def _wide(table: pl.DataFrame, spec: SeguimientoSpec) -> pl.DataFrame:
    key = ["nivel", "unidad", "mes"]
    base = table.filter(pl.col("etapa") == "devengado").select(*key, "vinculo", "pim_soles")
    for stage in STAGES:
        part = table.filter(pl.col("etapa") == stage).select(
            *key,
            pl.col("monto_soles").alias(f"{stage}_soles"),
            pl.col("esperado_soles").alias(f"{stage}_esperado_soles"),
            pl.col("ratio").alias(f"{stage}_ratio"),
            pl.col("motivo").alias(f"{stage}_motivo"),
            pl.col("color").alias(f"color_{stage}"),
        )
        base = base.join(part, on=key, how="left", validate="1:1")
    return base.with_columns(adelanto=(pl.col("devengado_ratio") > spec.adelanto_desde_ratio).fill_null(False))


def _moneyless(table: pl.DataFrame, actions: pl.DataFrame, levels: Levels, until: int) -> pl.DataFrame:
    """Actions and objectives of the plan that no line of the year reaches: grey, with the reason."""
    known = [actions.select(nivel=pl.lit(level), unidad=pl.col(_columns(levels)[level])).unique() for level in levels.both]
    absent = pl.concat(known).join(table, on=["nivel", "unidad"], how="anti")
    months = pl.DataFrame({"mes": range(1, until + 1)}, schema={"mes": pl.Int8})
    return absent.join(months, how="cross").with_columns(
        *(pl.lit(NO_LINK).alias(f"{stage}_motivo") for stage in STAGES),
        *(pl.lit(GREY).alias(f"color_{stage}") for stage in STAGES),
        adelanto=pl.lit(False),
    )


def _curve_words(cells: pl.DataFrame, curves: Curves) -> pl.DataFrame:
    """Key `nivel, unidad`: the curves its accrual is measured against, by share of the PIM."""
    accrual = cells.filter(pl.col("etapa") == "devengado")
    kinds = curves.curvas.filter(pl.col("etapa") == "devengado").select("curva", "origen", "detalle")
    money = (
        accrual.join(kinds, on="curva", how="left", validate="m:1")
        .group_by("nivel", "unidad", "origen")
        .agg(pl.col("pim_soles").sum().cast(pl.Float64).alias("pim"), pl.col("detalle").unique().sort())
    )
    order = pl.col("origen").replace_strict({CALENDAR: 0, SEASONAL: 1, LINEAR: 2}, return_dtype=pl.Int8)
    shared = money.with_columns(
        parte=pl.when(pl.col("pim").sum().over("nivel", "unidad") > 0).then(pl.col("pim") / pl.col("pim").sum().over("nivel", "unidad"))
    ).sort("nivel", "unidad", order)
    said = (
        pl.when(pl.len().over("nivel", "unidad") == 1)
        .then(pl.col("origen"))
        .otherwise(pl.format("{} {} %", "origen", (pl.col("parte") * 100).round(0).cast(pl.Int64).cast(pl.String).fill_null("—")))
    )
    return (
        shared.with_columns(texto=said)
        .group_by("nivel", "unidad", maintain_order=True)
        .agg(
            curva=pl.col("texto").str.join(" + "),
            **{f"parte_{kind}_ratio": pl.col("parte").filter(pl.col("origen") == kind).sum() for kind in (CALENDAR, SEASONAL, LINEAR)},
        )
    )


def days_red(light: pl.DataFrame, ends: Mapping[int, object]) -> pl.DataFrame:
    """Key `nivel, unidad`: `dias_en_rojo`, days from the close of the first month of the red run that reaches the last one; 0 when not red.

    They are counted to the close of the last month of the light: of the days after it, nobody knows the colour.

    Args:
        light: `measure_on_time`.
        ends: the last day of each month.
    """
    dated = light.select(
        "nivel", "unidad", "mes", rojo=pl.col("color_devengado") == RED, cierre=pl.col("mes").replace_strict(ends, return_dtype=pl.Date)
    ).sort("mes")
    last_fine = dated.group_by("nivel", "unidad").agg(ultimo=pl.col("mes").filter(~pl.col("rojo")).max().fill_null(0))
    run = dated.join(last_fine, on=["nivel", "unidad"], validate="m:1").filter(pl.col("mes") > pl.col("ultimo"))
    days = run.group_by("nivel", "unidad").agg(dias_en_rojo=(pl.col("cierre").max() - pl.col("cierre").min()).dt.total_days().clip(0))
    return (
        dated.select("nivel", "unidad")
        .unique()
        .join(days, on=["nivel", "unidad"], how="left", validate="1:1")
        .with_columns(pl.col("dias_en_rojo").fill_null(0))
        .sort("nivel", "unidad")
    )


def soles_at_risk() -> pl.Expr:
    """Accrual that was expected and is missing; null where nothing can be said, 0 in green. Short of green, something is always missing."""
    gap = pl.col("devengado_esperado_soles") - pl.col("devengado_soles")
    return (
        pl.when(pl.col("color_devengado") != GREY)
        .then(pl.when(pl.col("color_devengado") != GREEN).then(gap).otherwise(pl.lit(0, MONEY)))
        .cast(MONEY)
    )


def months_off(light: pl.DataFrame, spec: SeguimientoSpec, bands: SemaforoSpec) -> pl.DataFrame:
    """Months whose own accrual was well under or well over what was expected of that month alone.

    Args:
        light: `measure_on_time`.
        spec: over the notice is over-execution.
        bands: under the edge of amber is under-execution.

    Returns:
        Key `nivel, unidad`: `meses` looked at, `meses_bajo`, `meses_sobre` (counts) and `lista_bajo`, `lista_sobre` (months). Months of which
        nothing was expected are not looked at.
    """
    key = ["nivel", "unidad"]
    own = (
        light.sort("mes")
        .select(
            *key,
            "mes",
            hecho=pl.col("devengado_soles")
            .cast(pl.Float64)
            .diff()
            .over(key, order_by="mes")
            .fill_null(pl.col("devengado_soles").cast(pl.Float64)),
            debido=pl.col("devengado_esperado_soles")
            .cast(pl.Float64)
            .diff()
            .over(key, order_by="mes")
            .fill_null(pl.col("devengado_esperado_soles").cast(pl.Float64)),
        )
        .with_columns(razon=pl.when(pl.col("debido") >= _TRIVIAL).then(pl.col("hecho") / pl.col("debido")))
    )
    under, over = pl.col("razon") < bands.amarillo_desde_ratio, pl.col("razon") > spec.adelanto_desde_ratio
    months = pl.col("mes").cast(pl.String)
    return (
        own.sort("mes")
        .group_by(key)
        .agg(
            meses=pl.col("razon").count(),
            meses_bajo=under.sum(),
            meses_sobre=over.sum(),
            lista_bajo=months.filter(under).str.join(", "),
            lista_sobre=months.filter(over).str.join(", "),
        )
        .sort(key)
    )
