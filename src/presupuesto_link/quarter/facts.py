"""What names the facts of a year in course, and those that are in none of its tables: what several units have together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl

from presupuesto_link.facts import Measure, Source, tell
from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.money.budget import origin_of
from presupuesto_link.money.by_action import DIRECT
from presupuesto_link.money.follow import Followed
from presupuesto_link.money.on_time import WHOLE, has_money
from presupuesto_link.tables.levels import Levels
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.vocabulary import COLOURS, GREY
from presupuesto_link.wording import share_of

BLIND = "sin dato de resultado"
_UNIT = pl.col("unidad")


def _told(levels: Levels) -> tuple[str, ...]:
    """The levels whose figures are facts: units, sources and programmes have codes that could be taken for one another."""
    return ("total", *levels.both)


def since(snapshot: str | None) -> str:
    """The variant of what changed since another snapshot."""
    return f"desde {snapshot or 'el trimestre previo'}"


def light_facts(
    followed: Followed, levels: Levels, light: pl.DataFrame, cuts: Sequence[int], at_cut: Mapping[str, Decimal | None] | None
) -> Iterator[pl.DataFrame]:
    """What part of its PIM each objective, action and the whole has accrued at each cut, what there is on its day, and how many are of each colour."""
    year, source = followed.year, origin_of(followed.linkage, followed.year).source
    rows = light.filter(pl.col("nivel").is_in(_told(levels)) & pl.col("mes").is_in(cuts))
    about: dict[str, Any] = {"unidad": _UNIT, "filas": pl.format("trimestre_semaforo: unidad={}, mes={}", "unidad", "mes"), "anio": year}
    by_month = {**about, "mes": pl.col("mes"), "al": pl.col("mes").replace_strict(followed.ends, return_dtype=pl.Date)}
    share = pl.when(pl.col("pim_soles") > 0).then(pl.col("devengado_soles").cast(pl.Float64) / pl.col("pim_soles").cast(pl.Float64))
    yield tell(rows.with_columns(devengado_pim_ratio=share), [Measure("devengado_pim_ratio", regla="devengado ÷ PIM")], source, **by_month)
    if at_cut is not None:
        ratios = {f"{stage}_pim_ratio": share_of(at_cut[f"{stage}_soles"], at_cut["pim_soles"]) for stage in ("devengado", "certificado")}
        whole = pl.DataFrame([dict(at_cut)], schema=dict.fromkeys(at_cut, MONEY)).with_columns(
            pl.lit(v, pl.Float64).alias(n) for n, v in ratios.items()
        )
        yield tell(
            whole,
            (*at_cut, *ratios),
            source,
            unidad=pl.lit(WHOLE),
            filas=pl.lit(f"instantánea {source.fuente}: anio={year}, sin lo transversal"),
            anio=year,
        )
    yield from _together(followed, levels, light, source)


def _together(followed: Followed, levels: Levels, light: pl.DataFrame, source: Source) -> Iterator[pl.DataFrame]:
    """How many actions with money there are in each colour."""
    now = light.filter((pl.col("nivel") == levels.accion) & (pl.col("mes") == followed.month) & has_money() & (levels.sin_accion != _UNIT))
    counts = {colour: now.filter(pl.col("color_devengado") == colour).height for colour in COLOURS} | {"total": now.height}
    yield tell(
        pl.DataFrame([counts]),
        tuple(counts),
        replace(source, al=followed.month_end),
        unidad=pl.lit(levels.accion),
        filas=pl.lit(f"trimestre_semaforo: nivel={levels.accion}, mes={followed.month}"),
        anio=followed.year,
        mes=followed.month,
        regla=f"cuenta de las {levels.accion} con dinero",
    )


def alert_facts(followed: Followed, levels: Levels, alerts: pl.DataFrame, previous: str | None) -> Iterator[pl.DataFrame]:
    """What the directly linked actions lack together."""
    source = replace(origin_of(followed.linkage, followed.year).source, al=followed.cut_off)
    about: dict[str, Any] = {"anio": followed.year, "mes": followed.month, "variante": since(previous)}
    late = alerts.filter(
        (pl.col("nivel") == levels.accion)
        & (pl.col("vinculo") != TRANSVERSAL)
        & (levels.sin_accion != _UNIT)
        & (pl.col("soles_en_riesgo") > 0)
    )
    yield tell(
        late.select(pl.col("soles_en_riesgo").sum().cast(MONEY)),
        ("soles_en_riesgo",),
        source,
        unidad=pl.lit(DIRECT),
        filas=pl.lit(f"trimestre_alertas: nivel={levels.accion}, vinculo=directo"),
        regla=f"suma de las {levels.accion} con vínculo directo",
        **about,
    )


def alignment_facts(followed: Followed, actions: pl.DataFrame, variant: str) -> Iterator[pl.DataFrame]:
    """What there is in actions without any result."""
    source = replace(origin_of(followed.linkage, followed.year).source, al=followed.month_end)
    about: dict[str, Any] = {"anio": followed.year, "mes": followed.month, "variante": variant}
    blind = actions.filter((pl.col("banda_resultado") == GREY) & has_money())
    money = pl.col("pim_soles").filter(pl.col("vinculo") != TRANSVERSAL).sum().cast(MONEY)
    yield tell(
        blind.select(money, acciones=pl.len()),
        ("acciones", Measure("pim_soles", regla="suma sin lo transversal")),
        source,
        unidad=pl.lit(BLIND),
        filas=pl.lit("trimestre_alineamiento: banda_resultado=gris"),
        **about,
    )


def linked_facts(followed: Followed) -> Iterator[pl.DataFrame]:
    """How much of the money is linked."""
    source = origin_of(followed.linkage, followed.year).source
    yield tell(
        followed.linkage.coverage.tasas.filter(pl.col("anio") == followed.year),
        ("pim_soles", "pim_vinculado_soles", "devengado_vinculado_soles", "cobertura_ratio", "cobertura_devengado_ratio"),
        source,
        unidad=pl.format("base: {}", "base"),
        filas=pl.format("cobertura_tasas: base={}", "base"),
        anio=followed.year,
    )
