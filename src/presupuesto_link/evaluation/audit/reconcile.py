"""Each declared advance against the named rules: reproduced, by which rule, or a finding with its reason."""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

import polars as pl

from presupuesto_link.evaluation.advance import indicator_values
from presupuesto_link.evaluation.rules import RULES
from presupuesto_link.findings import Finding
from presupuesto_link.tables.plan import Plan
from presupuesto_link.wording import enumerate_words, percent, plain_number

REPRODUCED, WITH_CORRECTION, BY_ROUNDING = "reproducido", "reproducido con corrección", "reproducido por redondeo"
OTHER_RULE, NO_RULE, COHERENT_ND, INCOHERENT_ND = "otra regla", "sin regla", "ND", "ND incoherente"
AS_FRACTION = "porcentaje_como_fraccion"
_RATIO_RULES = ("razon_ascendente", "razon_descendente", "razon_invertida")
_SLACK = 1e-9


def reconcile_declared(plan: Plan, replica: pl.DataFrame) -> pl.DataFrame:
    """Classify every declared advance.

    A declared figure is *reproducido* when it equals, to its printed rounding, what the replica profile's rule gives
    on the printed values; *con corrección*, when it does so on the corrected value; *por redondeo*, when it lies
    within what the rule can give for any value that prints the same; *otra regla*, when only another named rule
    gives it (exactly or by rounding); *sin regla* otherwise.

    Args:
        plan: the checked plan.
        replica: `measure_advance` under the profile that imitates the report, on printed values.

    Returns:
        Key `anio, indicador`, one row per declared cell: `declarado_impreso`, `declarado_ratio`, `regla_perfil`,
        `calculado_ratio`, `estado`, `regla_que_explica` (null for ND or none), `reglas_que_coinciden` (list).
    """
    key = ["anio", "indicador"]
    corrected = indicator_values(plan, "corregidos").select(*key, obtenido_corregido="obtenido")
    frame = (
        indicator_values(plan, "impresos")
        .filter(pl.col("declarado_impreso").is_not_null())
        .join(replica.select(*key, regla_perfil="regla", calculado_ratio="tipo1_ratio"), on=key, how="left", validate="1:1")
        .join(corrected, on=key, how="left", validate="1:1")
        .with_columns(tolerancia=0.5 * 10.0 ** (-pl.col("declarado_decimales").cast(pl.Float64)) / 100 + _SLACK)
    )
    frame = frame.with_columns(_exact(), _near(), _corrected())
    return (
        frame.with_columns(_status().alias("estado"))
        .with_columns(_explains().alias("regla_que_explica"))
        .select(
            *key,
            "elemento",
            "nivel",
            "nombre",
            "unidad",
            "sentido",
            "meta",
            "obtenido",
            "correccion",
            "declarado_impreso",
            "declarado_ratio",
            "regla_perfil",
            "calculado_ratio",
            "estado",
            "regla_que_explica",
            pl.concat_list("exactas", "cercanas").list.unique().list.sort().alias("reglas_que_coinciden"),
            "exactas",
        )
        .sort(key)
    )


def summarise_rules(reconciled: pl.DataFrame) -> pl.DataFrame:
    """How many declared cells each rule explains.

    Returns:
        Key `anio, estado, regla_que_explica`: `celdas` (Int64).
    """
    return (
        reconciled.group_by("anio", "estado", "regla_que_explica")
        .agg(pl.len().cast(pl.Int64).alias("celdas"))
        .sort("anio", "estado", "regla_que_explica", nulls_last=True)
    )


class Declared(NamedTuple):
    """Declared advances: how many there are, how many bring a figure, and how many of those come from the rule of their sense."""

    celdas: int
    con_cifra: int
    de_su_regla: int

    @property
    def ratio(self) -> float | None:
        """The last over those with a figure."""
        return self.de_su_regla / self.con_cifra if self.con_cifra else None


def count_declared(rules: pl.DataFrame) -> Declared:
    """What `summarise_rules` says of them all."""
    figures = rules.filter(~pl.col("estado").is_in([COHERENT_ND, INCOHERENT_ND]))
    good = figures.filter(pl.col("estado").is_in([REPRODUCED, WITH_CORRECTION, BY_ROUNDING]))
    return Declared(*(int(table["celdas"].sum()) for table in (rules, figures, good)))


def over_years(rules: pl.DataFrame) -> pl.DataFrame:
    """`summarise_rules` of every year together: key `estado, regla_que_explica`."""
    return rules.group_by("estado", "regla_que_explica").agg(pl.col("celdas").sum())


def audit_declared(reconciled: pl.DataFrame) -> list[Finding]:
    """Findings about declared advances: other rule, rounding, no rule, change of rule, score against value."""
    return [*_by_status(reconciled), *_rule_changes(reconciled), *_against_value(reconciled)]


def _matches(ratio: pl.Expr) -> pl.Expr:
    return ((ratio - pl.col("declarado_ratio")).abs() <= pl.col("tolerancia")).fill_null(False)


def _names(conditions: dict[str, pl.Expr]) -> pl.Expr:
    return pl.concat_list(pl.when(test).then(pl.lit(name)) for name, test in conditions.items()).list.drop_nulls()


def _exact() -> pl.Expr:
    """Rules that give the declared figure on the printed values."""
    value, target = pl.col("obtenido"), pl.col("meta")
    tests = {name: _matches(rule.capped(value, target)) for name, rule in RULES.items()}
    foreign = pl.col("obtenido_con_porcentaje") & ~pl.col("unidad").str.contains("porcentaje|%")
    tests[AS_FRACTION] = foreign & _matches(value / 100 / target) & (value > 0)
    return _names(tests).alias("exactas")


def _near() -> pl.Expr:
    """Ratio rules that can give it for some value printing the same."""

    def edges(name: str, decimals: str) -> list[pl.Expr]:
        half = 0.5 * 10.0 ** (-pl.col(decimals).cast(pl.Float64))
        return [pl.col(name) - half, pl.col(name) + half]

    corners = list(product(edges("obtenido", "obtenido_decimales"), edges("meta", "meta_decimales")))
    tests = {}
    for name in _RATIO_RULES:
        ends = [RULES[name].capped(value, target) for value, target in corners]
        low, high = pl.min_horizontal(ends), pl.max_horizontal(ends)
        centre = RULES[name].capped(pl.col("obtenido"), pl.col("meta"))
        inside = pl.col("declarado_ratio").is_between(low - pl.col("tolerancia"), high + pl.col("tolerancia"))
        tests[name] = (inside & centre.is_between(0, 1, closed="none")).fill_null(False)
    return _names(tests).alias("cercanas")


def _corrected() -> pl.Expr:
    """Does the profile's rule give it on the corrected value?"""
    test = pl.lit(False)
    for name, rule in RULES.items():
        hit = (pl.col("regla_perfil") == name) & _matches(rule.capped(pl.col("obtenido_corregido"), pl.col("meta")))
        test = test | hit.fill_null(False)
    return (pl.col("correccion").is_not_null() & test).alias("con_correccion")


def _status() -> pl.Expr:
    declared_nd, value_nd = pl.col("declarado_ratio").is_null(), pl.col("obtenido").is_null()
    return (
        pl.when(declared_nd & value_nd)
        .then(pl.lit(COHERENT_ND))
        .when(declared_nd | value_nd)
        .then(pl.lit(INCOHERENT_ND))
        .when(_matches(pl.col("calculado_ratio")))
        .then(pl.lit(REPRODUCED))
        .when(pl.col("con_correccion"))
        .then(pl.lit(WITH_CORRECTION))
        .when(pl.col("cercanas").list.contains(pl.col("regla_perfil")))
        .then(pl.lit(BY_ROUNDING))
        .when((pl.col("exactas").list.len() > 0) | (pl.col("cercanas").list.len() > 0))
        .then(pl.lit(OTHER_RULE))
        .otherwise(pl.lit(NO_RULE))
    )


def _explains() -> pl.Expr:
    other = pl.coalesce(pl.col("exactas").list.first(), pl.col("cercanas").list.first())
    return (
        pl.when(pl.col("estado").is_in([REPRODUCED, WITH_CORRECTION, BY_ROUNDING]))
        .then(pl.col("regla_perfil"))
        .when(pl.col("estado") == OTHER_RULE)
        .then(other)
    )


def _by_status(reconciled: pl.DataFrame) -> list[Finding]:
    codes = {OTHER_RULE: "A01", BY_ROUNDING: "A02", NO_RULE: "A03", INCOHERENT_ND: "A03"}
    findings = []
    for row in reconciled.filter(pl.col("estado").is_in(list(codes))).iter_rows(named=True):
        rules = [
            f"«{RULES[name].title}» ({RULES[name].formula})" if name in RULES else "«valor en fracción» (VO/100 entre LE)"
            for name in row["reglas_que_coinciden"]
        ]
        by = {
            OTHER_RULE: f"Lo da {enumerate_words(rules, 'o')}, no la regla de un indicador {row['sentido']}.",
            BY_ROUNDING: "La diferencia cabe en el redondeo con que se imprimieron la meta y el valor.",
        }.get(row["estado"], "Ninguna regla conocida da esa cifra con los valores impresos.")
        findings.append(
            Finding(
                codes[row["estado"]],
                f"{row['indicador']}, avance {row['anio']}",
                f"declarado {row['declarado_impreso']}",
                _by_profile(row),
                f"{row['nombre']}: meta {plain_number(row['meta'])}, obtenido {plain_number(row['obtenido'])}. {by}",
            )
        )
    return findings


def _by_profile(row: dict[str, Any]) -> str:
    if row["calculado_ratio"] is None:
        return f"ninguna cifra: la regla «{_title(row['regla_perfil'])}» no se aplica a una meta negativa o cero"
    return f"{percent(row['calculado_ratio'], 2)} con la regla «{_title(row['regla_perfil'])}»"


def _years_side_by_side(reconciled: pl.DataFrame) -> pl.DataFrame:
    scored = reconciled.filter(pl.col("declarado_ratio").is_not_null() & pl.col("obtenido").is_not_null())
    scored = scored.filter(pl.col("estado") != WITH_CORRECTION)
    later = scored.with_columns(anio_previo=pl.col("anio") - 1)
    return later.join(
        scored, left_on=["indicador", "anio_previo"], right_on=["indicador", "anio"], suffix="_previo", how="inner", validate="1:1"
    ).sort("indicador", "anio")


def _rule_changes(reconciled: pl.DataFrame) -> list[Finding]:
    pairs = _years_side_by_side(reconciled).filter((pl.col("meta") != 0) & (pl.col("meta_previo") != 0))
    common = pl.col("reglas_que_coinciden").list.set_intersection("reglas_que_coinciden_previo").list.len()
    known = (pl.col("reglas_que_coinciden").list.len() > 0) & (pl.col("reglas_que_coinciden_previo").list.len() > 0)
    return [
        Finding(
            "A04",
            row["indicador"],
            f"{row['anio_previo']}: {row['declarado_impreso_previo']}; {row['anio']}: {row['declarado_impreso']}",
            "una sola regla para los dos años",
            f"{row['nombre']} ({row['sentido']}): {row['anio_previo']} sale de {_list(row['reglas_que_coinciden_previo'])} y "
            f"{row['anio']} de {_list(row['reglas_que_coinciden'])}; ninguna regla da los dos.",
        )
        for row in pairs.filter(known & (common == 0)).iter_rows(named=True)
    ]


def _against_value(reconciled: pl.DataFrame) -> list[Finding]:
    worse = (
        pl.when(pl.col("sentido").is_in(["descendente", "máximo permisible"]))
        .then(pl.col("obtenido") > pl.col("obtenido_previo"))
        .otherwise(pl.col("obtenido") < pl.col("obtenido_previo"))
    )
    pairs = _years_side_by_side(reconciled).filter(worse & (pl.col("declarado_ratio") > pl.col("declarado_ratio_previo")))
    return [
        Finding(
            "A05",
            row["indicador"],
            f"avance {row['declarado_impreso_previo']} → {row['declarado_impreso']}",
            "un puntaje que no suba cuando el valor empeora",
            f"{row['nombre']} ({row['sentido']}): el valor empeoró de {plain_number(row['obtenido_previo'])} a "
            f"{plain_number(row['obtenido'])} entre {row['anio_previo']} y {row['anio']}.",
        )
        for row in pairs.iter_rows(named=True)
    ]


def _list(names: list[str]) -> str:
    return enumerate_words((f"«{_title(name)}»" for name in names), "o")


def _title(name: str) -> str:
    return RULES[name].title if name in RULES else "valor en fracción"
