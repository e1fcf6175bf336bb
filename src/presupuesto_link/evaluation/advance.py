"""Advance of each indicator: Avance Tipo I and II, raw and capped, with the rule that made the figure."""

from __future__ import annotations

import polars as pl

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.evaluation.rules import RULES
from presupuesto_link.specs import PerfilSpec, SemaforoSpec
from presupuesto_link.tables.bands import colour
from presupuesto_link.tables.plan import Plan

_EPSILON = 1e-12


def indicator_values(plan: Plan, data: str) -> pl.DataFrame:
    """Each indicator and year with its baseline, target, obtained and declared advance, side by side.

    Args:
        plan: the checked plan.
        data: `corregidos` or `impresos`.

    Returns:
        Key `indicador, anio` (every year with a target): `linea_base`, `meta`, `obtenido` (Float64, indicator's
        unit, null = ND), `declarado_ratio` (null = ND or not declared), `declarado_impreso`, `nd_causa`,
        `nd_motivo`, `correccion`, decimals of target, obtained and declared, plus the indicator's attributes.
    """
    value = "valor" if data == "corregidos" else "valor_impreso"
    parts = plan.valores.partition_by("concepto", as_dict=True)
    empty = plan.valores.clear()
    base, target, got, declared = (parts.get((concept,), empty) for concept in ("linea_base", "meta", "obtenido", "avance_declarado"))
    key = ["indicador", "anio"]
    return (
        target.select(*key, pl.col(value).alias("meta"), pl.col("decimales").alias("meta_decimales"))
        .join(
            base.select("indicador", pl.col("anio").alias("linea_base_anio"), pl.col(value).alias("linea_base")),
            on="indicador",
            how="left",
            validate="m:1",
        )
        .join(
            got.select(
                *key,
                pl.col(value).alias("obtenido"),
                pl.col("decimales").alias("obtenido_decimales"),
                pl.col("con_porcentaje").alias("obtenido_con_porcentaje"),
                "nd_causa",
                "nd_motivo",
                "correccion",
            ),
            on=key,
            how="left",
            validate="1:1",
        )
        .join(
            declared.select(
                *key,
                (pl.col("valor_impreso") / 100).alias("declarado_ratio"),
                pl.col("impreso").alias("declarado_impreso"),
                pl.col("decimales").alias("declarado_decimales"),
            ),
            on=key,
            how="left",
            validate="1:1",
        )
        .join(plan.indicadores, on="indicador", how="left", validate="m:1")
        .sort(key)
    )


def measure_advance(plan: Plan, profile: PerfilSpec, bands: SemaforoSpec) -> pl.DataFrame:
    """Avance Tipo I and II of every indicator and year under a profile.

    Tipo I follows the profile's rule for the declared sense (`evaluation.rules`). Tipo II is
    `(VO - LB)/(LE - LB)`, the same for both senses; it is null for permissible limits, when the target equals
    the baseline, and when the target lies on the wrong side of the baseline for the declared sense.

    Returns:
        Key `perfil, anio, indicador`. `tipo1_bruto_ratio`, `tipo1_ratio` in [0, 1] and `tipo1_motivo` (why it is
        null); the same three for `tipo2`; `regla`; `color`; and the values it used. Never zero for ND.

    Raises:
        SpecError: the profile names a rule that does not exist.
    """
    _check_rules(profile)
    values = indicator_values(plan, profile.datos)
    years = values["anio"].unique().sort()
    frame = pl.concat([_apply(values.filter(pl.col("anio") == year), profile, year) for year in years])
    return (
        frame.with_columns(*_second_kind(), pl.lit(profile.nombre).alias("perfil"))
        .with_columns(tipo2_ratio=pl.col("tipo2_bruto_ratio").clip(0, 1), color=colour(pl.col("tipo1_ratio"), bands))
        .select(
            "perfil",
            "anio",
            "indicador",
            "elemento",
            "nivel",
            "objetivo",
            "nombre",
            "unidad",
            "sentido",
            "relevancia",
            "linea_base_anio",
            "linea_base",
            "meta",
            "obtenido",
            "regla",
            "tipo1_bruto_ratio",
            "tipo1_ratio",
            "tipo1_motivo",
            "tipo2_bruto_ratio",
            "tipo2_ratio",
            "tipo2_motivo",
            "color",
            "declarado_ratio",
            "declarado_impreso",
            "nd_causa",
            "nd_motivo",
            "correccion",
        )
        .sort("anio", "indicador")
    )


def zero_target_rule(profile: PerfilSpec) -> str | None:
    """The rule a profile applies to an ascending indicator whose target is zero, if any."""
    return "meta_cero_cumplida" if profile.meta_cero == "cumple_si_no_negativo" else None


def _check_rules(profile: PerfilSpec) -> None:
    names = {name for rules in (profile.reglas, *profile.reglas_por_anio.values()) for name in rules.model_dump().values()}
    unknown = sorted(names - RULES.keys())
    if unknown:
        raise SpecError(
            Problem(
                f"perfil {profile.nombre}",
                f"reglas desconocidas: {', '.join(unknown)}",
                "una de " + ", ".join(RULES),
                "corrija el nombre de la regla",
            )
        )


def _apply(frame: pl.DataFrame, profile: PerfilSpec, year: int) -> pl.DataFrame:
    """Add rule, raw and capped Tipo I to the rows of one year."""
    value, target = pl.col("obtenido"), pl.col("meta")
    zero = zero_target_rule(profile)
    zero_target = (target == 0) & (pl.col("sentido") == "ascendente")
    raw, name = pl.lit(None, pl.Float64), pl.lit(None, pl.String)
    for sense in frame["sentido"].unique().sort():
        rule = RULES[profile.rules_for(year).for_sense(sense)]
        mine = pl.col("sentido") == sense
        raw = pl.when(mine).then(rule.raw(value, target)).otherwise(raw)
        name = pl.when(mine).then(pl.lit(rule.name)).otherwise(name)
    raw = pl.when(zero_target).then(RULES[zero].raw(value, target) if zero else None).otherwise(raw)
    name = pl.when(zero_target).then(pl.lit(zero)).otherwise(name)
    known = value.is_not_null() & target.is_not_null()
    return frame.with_columns(
        tipo1_bruto_ratio=pl.when(known).then(raw),
        regla=pl.when(known).then(name),
        tipo1_motivo=pl.when(value.is_null() & pl.col("correccion").is_not_null() & pl.col("nd_causa").is_null())
        .then(pl.lit("valor descartado por corrección"))
        .when(value.is_null())
        .then(pl.lit("valor obtenido ND"))
        .when(target.is_null())
        .then(pl.lit("sin meta"))
        .when(zero_target & pl.lit(zero is None))
        .then(pl.lit("meta igual a cero")),
    ).with_columns(tipo1_ratio=pl.col("tipo1_bruto_ratio").clip(0, 1))


def _second_kind() -> tuple[pl.Expr, pl.Expr]:
    """Raw Tipo II and why it is null."""
    value, target, base, sense = (pl.col(c) for c in ("obtenido", "meta", "linea_base", "sentido"))
    step = target - base
    wrong = ((sense == "ascendente") & (step < 0)) | ((sense == "descendente") & (step > 0))
    reason = (
        pl.when(value.is_null())
        .then(pl.lit("valor obtenido ND"))
        .when(target.is_null() | base.is_null())
        .then(pl.lit("sin meta o sin línea base"))
        .when(sense.str.ends_with("permisible"))
        .then(pl.lit("no se aplica a un límite permisible"))
        .when(step.abs() < _EPSILON)
        .then(pl.lit("meta igual a la línea base"))
        .when(wrong)
        .then(pl.lit("la meta retrocede respecto de la línea base"))
    )
    return pl.when(reason.is_null()).then((value - base) / step).alias("tipo2_bruto_ratio"), reason.alias("tipo2_motivo")
