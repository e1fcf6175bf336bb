"""What the operational plan says each meta is for, against what the rules written by hand say."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.tables.numbers import MONEY, known_sum

META = ("anio", "sec_ejec", "sec_func")
EQUAL, DIFFERENT, ONLY_CEPLAN, ONLY_MANUAL, NEITHER = "igual", "distinto", "sólo CEPLAN", "sólo manual", "ninguno"
_ORDER = (EQUAL, DIFFERENT, ONLY_CEPLAN, ONLY_MANUAL, NEITHER)
_MEASURES = ("pim_soles", "devengado_soles")
_MOVED = ("pim_diferente_soles", "devengado_diferente_soles")


@dataclass(frozen=True)
class Comparison:
    """Two links of the same spending, meta by meta; amounts are exact soles, transversal ones apart.

    Attributes:
        metas: key `META`: `aer_ceplan` and `aer_manual` (codes separated by `; `, null when none), `pim_soles`, `devengado_soles` (null =
            no line gives it), how much of each would have to change hands for both links to say the same, and `acuerdo`. What differs
            most comes first.
        resumen: key `acuerdo`: number of metas and the same amounts, in a fixed order.
    """

    metas: pl.DataFrame
    resumen: pl.DataFrame


def compare_with_manual(ceplan: pl.DataFrame, manual: pl.DataFrame) -> Comparison:
    """Compare two links of the same spending.

    Args:
        ceplan: `linkage.coverage.cube` of the spending linked through the operational plan.
        manual: the same spending, linked by the rules written by hand.

    A meta is `igual` when every AER gets from it the same PIM and devengado in both links.

    Raises:
        ValueError: the two do not add up to the same for some meta: they are not links of the same spending.
    """
    sides = pl.concat([_side(ceplan, "ceplan"), _side(manual, "manual")])
    own = [_of(side, m).alias(f"{m}_{side}") for side in ("ceplan", "manual") for m in _MEASURES]
    has = [(pl.col("lado") == side).any().alias(f"en_{side}") for side in ("ceplan", "manual")]
    by_action = sides.group_by(*META, "accion").agg(*own, *has)
    moved = [(pl.col(f"{m}_ceplan") - pl.col(f"{m}_manual")).alias(f"{m}_cambio") for m in _MEASURES]
    joined = _totals(sides).join(_judged(by_action.with_columns(moved)), on=META, how="inner", validate="1:1", nulls_equal=True)
    given = [pl.when(pl.col(m).is_not_null()).then(name).alias(name) for m, name in zip(_MEASURES, _MOVED, strict=True)]
    metas = joined.with_columns(given).select(*META, "aer_ceplan", "aer_manual", *_MEASURES, *_MOVED, "acuerdo")
    order = metas.sort([*_MOVED, *_MEASURES, *META], descending=[True] * 4 + [False] * 3, nulls_last=True)
    _conserve(order, ceplan, manual)
    return Comparison(order, _summary(order))


def _side(cube: pl.DataFrame, side: str) -> pl.DataFrame:
    counted = cube.filter(pl.col("vinculo") != TRANSVERSAL)
    return counted.select(*META, "accion", *_MEASURES, pl.lit(side).alias("lado"))


def _of(side: str, measure: str) -> pl.Expr:
    return pl.col(measure).filter(pl.col("lado") == side).sum().cast(MONEY)


def _totals(sides: pl.DataFrame) -> pl.DataFrame:
    """What each meta has, by either link.

    Raises:
        ValueError: one says more than the other.
    """
    present = [(pl.col(m).count() > 0).alias(f"{m}_dado") for m in _MEASURES]
    both = [_of(side, m).alias(f"{m}_{side}") for side in ("ceplan", "manual") for m in _MEASURES]
    table = sides.group_by(META).agg(*present, *both)
    if table.filter(pl.any_horizontal(pl.col(f"{m}_ceplan") != pl.col(f"{m}_manual") for m in _MEASURES)).height:
        raise ValueError("the two cubes are not links of the same spending")
    return table.select(*META, *(pl.when(f"{m}_dado").then(f"{m}_ceplan").alias(m) for m in _MEASURES))


def _judged(by_action: pl.DataFrame) -> pl.DataFrame:
    """Per meta: the AER of each side, what would change hands and the verdict."""
    linked = pl.col("accion").is_not_null()
    codes = [pl.col("accion").filter(linked & pl.col(f"en_{s}")).sort().str.join("; ").alias(f"aer_{s}") for s in ("ceplan", "manual")]
    gained = [
        pl.col(f"{m}_cambio").filter(pl.col(f"{m}_cambio") > 0).sum().cast(MONEY).alias(name)
        for m, name in zip(_MEASURES, _MOVED, strict=True)
    ]
    same = ((pl.col("en_ceplan") == pl.col("en_manual")) | ~linked).all() & pl.all_horizontal(
        (pl.col(f"{m}_cambio") == 0).all() for m in _MEASURES
    )
    table = by_action.group_by(META).agg(*codes, *gained, same.alias("iguales"))
    codes_or_null = [pl.when(pl.col(f"aer_{s}") != "").then(pl.col(f"aer_{s}")).alias(f"aer_{s}") for s in ("ceplan", "manual")]
    return table.with_columns(codes_or_null).with_columns(_verdict()).drop("iguales")


def _verdict() -> pl.Expr:
    ceplan, manual = pl.col("aer_ceplan").is_not_null(), pl.col("aer_manual").is_not_null()
    return (
        pl.when(~ceplan & ~manual)
        .then(pl.lit(NEITHER))
        .when(~manual)
        .then(pl.lit(ONLY_CEPLAN))
        .when(~ceplan)
        .then(pl.lit(ONLY_MANUAL))
        .when(pl.col("iguales"))
        .then(pl.lit(EQUAL))
        .otherwise(pl.lit(DIFFERENT))
        .alias("acuerdo")
    )


def _summary(metas: pl.DataFrame) -> pl.DataFrame:
    order = pl.DataFrame({"acuerdo": list(_ORDER)})
    amounts = [known_sum(m).cast(MONEY) for m in (*_MEASURES, *_MOVED)]
    sums = metas.group_by("acuerdo").agg(pl.len().cast(pl.Int64).alias("metas"), *amounts)
    joined = order.join(sums, on="acuerdo", how="left", validate="1:1", maintain_order="left")
    none = pl.col("metas").is_null()
    zeros = [pl.when(none).then(pl.lit(0, MONEY)).otherwise(m).alias(m) for m in (*_MEASURES, *_MOVED)]
    return joined.with_columns(zeros).with_columns(pl.col("metas").fill_null(0))


def _conserve(metas: pl.DataFrame, *cubes: pl.DataFrame) -> None:
    """Every sol of both links is in the comparison; anything else is a defect of this program."""
    for cube in cubes:
        whole = cube.filter(pl.col("vinculo") != TRANSVERSAL).select(pl.col(_MEASURES).sum().cast(MONEY)).row(0)
        if metas.select(pl.col(_MEASURES).sum().cast(MONEY)).row(0) != whole:
            raise RuntimeError("the comparison does not conserve money")
