"""From soles over arcs to what a note of modification writes: movements between bags, and entries line by line."""

from __future__ import annotations

import numpy as np
import polars as pl

from presupuesto_link.scenarios.baseline import CHAIN
from presupuesto_link.scenarios.costs import same_unit
from presupuesto_link.scenarios.pool import Pool
from presupuesto_link.scenarios.problem import ReallocationProblem
from presupuesto_link.tables.numbers import MONEY

CANCEL, ENABLE = "anulación", "habilitación"
INSIDE, BETWEEN = 3, 4
"""Note types: credits and annulments inside a unit, and between units of the pliego."""
_SHOWN = ("sec_ejec", "programa", "categoria_gasto", "generica")


def movements(problem: ReallocationProblem, amounts: np.ndarray) -> pl.DataFrame:
    """What moves between bags.

    Returns:
        Key `movimiento` (1, 2…, donors and receivers in their order): `arco` (of the candidates), `donante`, `receptor`, `pliego`, `fuente`,
        `rubro`, `tipo_recurso_donante`, unit, programme, category and generic of both ends (null = the source does not say), `monto_soles`, and `nota_tipo` (3 inside a
        unit, 4 between units, null when a unit is unknown).
    """
    moved = np.flatnonzero(amounts > 0)
    ends = pl.DataFrame(
        {"arco": problem.kept[moved], "i": problem.i[moved], "j": problem.j[moved], "monto_soles": amounts[moved]},
        schema={"arco": pl.Int64, "i": pl.Int64, "j": pl.Int64, "monto_soles": pl.Int64},
    ).with_columns(misma=pl.Series(same_unit(problem)[moved], dtype=pl.Boolean))
    gives = problem.donors.bolsas.select(
        pl.col("bolsa").cast(pl.Int64).alias("i"),
        pl.col("accion").alias("donante"),
        "pliego",
        "fuente",
        "rubro",
        *(pl.col(name).alias(f"{name}_donante") for name in _SHOWN),
    )
    takes = problem.receivers.bolsas.select(
        pl.col("bolsa").cast(pl.Int64).alias("j"),
        pl.col("accion").alias("receptor"),
        *(pl.col(name).alias(f"{name}_receptor") for name in _SHOWN),
    )
    known = pl.col("sec_ejec_donante").is_not_null() & pl.col("sec_ejec_receptor").is_not_null()
    return (
        ends.join(gives, on="i", how="left", validate="m:1")
        .join(takes, on="j", how="left", validate="m:1")
        .sort("i", "j")
        .with_columns(
            movimiento=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
            nota_tipo=pl.when(known).then(pl.when("misma").then(INSIDE).otherwise(BETWEEN)).cast(pl.Int8),
            monto_soles=pl.col("monto_soles").cast(MONEY),
        )
        .select(
            "movimiento",
            "arco",
            "i",
            "j",
            "donante",
            "receptor",
            "pliego",
            "fuente",
            "rubro",
            *(f"{name}_{side}" for name in _SHOWN for side in ("donante", "receptor")),
            "nota_tipo",
            "monto_soles",
        )
    )


def entries(problem: ReallocationProblem, moved: pl.DataFrame) -> pl.DataFrame:
    """Each movement, line by line, on both sides; the largest lines go first, so that as few as possible are touched.

    Returns:
        Key `movimiento, lado, linea`: `accion`, `CHAIN`, `pim_soles` of the line, `monto_soles` (positive). The two sides of a movement add up to the same.
    """
    both = [_entries(problem.donors, moved, "i", CANCEL), _entries(problem.receivers, moved, "j", ENABLE)]
    return pl.concat(both).sort("movimiento", "lado", "linea")


def _entries(pool: Pool, moved: pl.DataFrame, end: str, side: str) -> pl.DataFrame:
    """Lines laid one after another, movements laid one after another, and what they share."""
    parts = moved.select(pl.col(end).alias("bolsa"), "movimiento", monto=pl.col("monto_soles").cast(pl.Int64)).with_columns(
        hasta=pl.col("monto").cum_sum().over("bolsa", order_by="movimiento")
    )
    lines = (
        pool.lineas.with_columns(pl.col("bolsa").cast(pl.Int64))
        .join(parts.select("bolsa").unique(), on="bolsa", how="semi")
        .sort("bolsa", "tope_soles", "linea", descending=[False, True, False])
        .with_columns(llega=pl.col("tope_soles").cum_sum().over("bolsa"))
    )
    start = pl.max_horizontal(pl.col("hasta") - pl.col("monto"), pl.col("llega") - pl.col("tope_soles"))
    shared = pl.min_horizontal("hasta", "llega") - start
    return (
        lines.join(parts, on="bolsa", how="inner")
        .with_columns(monto_soles=shared)
        .filter(pl.col("monto_soles") > 0)
        .select(
            "movimiento",
            pl.lit(side).alias("lado"),
            "linea",
            "accion",
            *CHAIN,
            *(pl.col(name) for name in ("finalidad_nombre", "producto_nombre")),
            "pim_soles",
            "certificado_soles",
            pl.col("monto_soles").cast(MONEY),
        )
    )


def between_actions(moved: pl.DataFrame) -> pl.DataFrame:
    """What moves between actions: key `donante, receptor`, in the order of the movements: `monto_soles`."""
    return moved.group_by("donante", "receptor", maintain_order=True).agg(pl.col("monto_soles").sum().cast(MONEY))


def folded(transfers: pl.DataFrame, most: int, rest: str) -> pl.DataFrame:
    """Transfers with no more than `most` donors nor receivers: the smallest of a side are added up as `rest`, its last.

    Returns:
        Key `donante, receptor`: `monto_soles`, and `donante_orden` and `receptor_orden`, the place of each by what it moves, from 0.
    """
    pairs = transfers.select("donante", "receptor", "monto_soles")
    for side in ("donante", "receptor"):
        order = _by_amount(pairs, side, rest)
        kept = order if len(order) <= most else order[: most - 1]
        pairs = pairs.with_columns(pl.when(pl.col(side).is_in(kept)).then(pl.col(side)).otherwise(pl.lit(rest)).alias(side))
    summed = between_actions(pairs)
    places = {side: _by_amount(summed, side, rest) for side in ("donante", "receptor")}
    return summed.with_columns(
        pl.col(side).replace_strict(order, list(range(len(order))), return_dtype=pl.Int64).alias(f"{side}_orden")
        for side, order in places.items()
    )


def _by_amount(pairs: pl.DataFrame, side: str, rest: str) -> list[str]:
    """The codes of a side by what they move, largest first; what is added up goes last."""
    sums = pairs.group_by(side).agg(pl.col("monto_soles").sum())
    ordered = sums.sort(pl.col(side) == rest, "monto_soles", side, descending=[False, True, False])
    return ordered[side].to_list()


def balance_by_source(written: pl.DataFrame) -> pl.DataFrame:
    """Key `pliego, fuente, rubro`: annulled, enabled and their difference, which is always zero."""
    signed = pl.col("monto_soles")
    return (
        written.group_by("pliego", "fuente", "rubro")
        .agg(
            anulado_soles=signed.filter(pl.col("lado") == CANCEL).sum().cast(MONEY),
            habilitado_soles=signed.filter(pl.col("lado") == ENABLE).sum().cast(MONEY),
        )
        .with_columns(diferencia_soles=(pl.col("habilitado_soles") - pl.col("anulado_soles")).cast(MONEY))
        .sort("pliego", "fuente", "rubro", nulls_last=True)
    )
