"""The facts of a year in course: its light at each cut, its alerts and changes, what was moved, and its close."""

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
from presupuesto_link.vocabulary import COLOURS, GREY, STAGES
from presupuesto_link.wording import share_of

BLIND = "sin dato de resultado"
_UNIT = pl.col("unidad")
_TOLD = ("color_previo", "soles_en_riesgo", "dias_en_rojo", "devengado_previo_ratio", "pim_cambio_soles")
_CLOSE = (
    *("proyectado_soles", "bajo_soles", "alto_soles", "saldo_libre_soles", "saldo_libre_bajo_soles", "saldo_libre_alto_soles"),
    "ejecucion_proyectada_ratio",
)


def _told(levels: Levels) -> tuple[str, ...]:
    """The levels whose figures are facts: units, sources and programmes have codes that could be taken for one another."""
    return ("total", *levels.both)


def since(snapshot: str | None) -> str:
    """The variant of what changed since another snapshot."""
    return f"desde {snapshot or 'el trimestre previo'}"


def light_facts(
    followed: Followed, levels: Levels, light: pl.DataFrame, cuts: Sequence[int], at_cut: Mapping[str, Decimal | None] | None
) -> Iterator[pl.DataFrame]:
    """The light of objectives, actions and the whole: what goes by month at each cut, and the PIM, which is always that of today."""
    year, source = followed.year, origin_of(followed.linkage, followed.year).source
    rows = light.filter(pl.col("nivel").is_in(_told(levels)) & pl.col("mes").is_in(cuts))
    about: dict[str, Any] = {"unidad": _UNIT, "filas": pl.format("trimestre_semaforo: unidad={}, mes={}", "unidad", "mes"), "anio": year}
    yield tell(rows, ("pim_soles",), source, **about)
    by_month = {**about, "mes": pl.col("mes"), "al": pl.col("mes").replace_strict(followed.ends, return_dtype=pl.Date)}
    stages = [
        part
        for stage in STAGES
        for part in (
            f"{stage}_soles",
            f"{stage}_esperado_soles",
            Measure(f"{stage}_ratio", motivo=f"{stage}_motivo", regla=f"{stage} ÷ lo esperado a esa fecha"),
            f"color_{stage}",
        )
    ]
    share = pl.when(pl.col("pim_soles") > 0).then(pl.col("devengado_soles").cast(pl.Float64) / pl.col("pim_soles").cast(pl.Float64))
    yield tell(
        rows.with_columns(devengado_pim_ratio=share), [*stages, Measure("devengado_pim_ratio", regla="devengado ÷ PIM")], source, **by_month
    )
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


def alert_facts(
    followed: Followed, levels: Levels, alerts: pl.DataFrame, changes: pl.DataFrame, previous: str | None
) -> Iterator[pl.DataFrame]:
    """What each alert says, what changed of each unit, and what the directly linked actions lack together."""
    source = replace(origin_of(followed.linkage, followed.year).source, al=followed.cut_off)
    about: dict[str, Any] = {"anio": followed.year, "mes": followed.month, "variante": since(previous)}
    of_alerts = ("alerta", Measure("cambio_alerta", "cambio"), *_TOLD)
    for table, rows, measures in (("trimestre_alertas", alerts, of_alerts), ("trimestre_cambios", changes, ("cambio", *_TOLD))):
        own = rows.filter(pl.col("nivel").is_in(_told(levels)))
        yield tell(own, measures, source, unidad=_UNIT, filas=pl.format(f"{table}: unidad={{}}", "unidad"), **about)
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


def alignment_facts(followed: Followed, actions: pl.DataFrame, cells: pl.DataFrame, variant: str) -> Iterator[pl.DataFrame]:
    """The cells of money on time by result, and what there is in actions without any result."""
    source = replace(origin_of(followed.linkage, followed.year).source, al=followed.month_end)
    about: dict[str, Any] = {"anio": followed.year, "mes": followed.month, "variante": variant}
    yield tell(
        cells,
        ("acciones", "transversales", "pim_soles", "devengado_soles"),
        source,
        unidad=pl.format("{} × {}", "banda_ejecucion", "banda_resultado"),
        filas=pl.format("trimestre_alineamiento_celdas: banda_ejecucion={}, banda_resultado={}", "banda_ejecucion", "banda_resultado"),
        **about,
    )
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


def moved_facts(
    followed: Followed, composition: pl.DataFrame, modifications: pl.DataFrame | None, previous: str | None
) -> Iterator[pl.DataFrame]:
    """How far the budget moved, by steps and since the earlier snapshot, and how much of it is linked."""
    source = origin_of(followed.linkage, followed.year).source
    yield tell(
        composition.filter(pl.col("anio") == followed.year),
        ("cambio_total_ratio", "varianza_ratio"),
        source,
        unidad=pl.format("{}: {} → {}", "por", "de", "a"),
        filas=pl.format("trimestre_composicion: por={}, de={}, a={}", "por", "de", "a"),
        anio=followed.year,
    )
    if modifications is not None:
        yield tell(
            modifications,
            ("lineas_modificadas", "lineas", "aumentos_soles", "rebajas_soles", "neto_soles", "tamano_ratio"),
            source,
            unidad=pl.lit(WHOLE),
            filas=pl.lit("trimestre_modificaciones"),
            anio=followed.year,
            variante=since(previous),
        )
    yield tell(
        followed.linkage.coverage.tasas.filter(pl.col("anio") == followed.year),
        ("pim_soles", "pim_vinculado_soles", "devengado_vinculado_soles", "cobertura_ratio", "cobertura_devengado_ratio"),
        source,
        unidad=pl.format("base: {}", "base"),
        filas=pl.format("cobertura_tasas: base={}", "base"),
        anio=followed.year,
    )


def closing_facts(followed: Followed, levels: Levels, units: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The close of objectives, actions and the whole; the PIM and what was accrued are those of the light."""
    source = origin_of(followed.linkage, followed.year).source
    rows = units.filter(pl.col("nivel").is_in(_told(levels)))
    about: dict[str, Any] = {"unidad": _UNIT, "filas": pl.format("trimestre_cierre: unidad={}", "unidad"), "anio": followed.year}
    yield tell(rows, ("pim_soles",), source, **about)
    then = replace(source, al=followed.month_end)
    yield tell(rows, ("devengado_soles",), then, **about, mes=followed.month)
    yield tell(rows, _CLOSE, then, **about)
