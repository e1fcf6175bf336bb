"""Who may give and who may receive, line by line, and up to how much."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.evaluation.diagnosis import DIAGNOSES
from presupuesto_link.evaluation.ranking import LAGGING
from presupuesto_link.money.by_action import DIRECT
from presupuesto_link.scenarios.baseline import CHAIN, Baseline, direct_pim
from presupuesto_link.scenarios.objectives import objective_of
from presupuesto_link.specs import DonantesSpec, EscenarioSpec
from presupuesto_link.wording import percent, soles


@dataclass(frozen=True)
class Side:
    """One side of a scenario. Caps are whole soles (Int64).

    Attributes:
        acciones: key `accion`: `tope_soles`, `limite` (which cap it is, in words), `orden` (place in which it gives or receives); receivers
            also `peso` (priority), `brecha_ratio` (1 - advance) and `absorcion_ratio`.
        lineas: key `linea`: the lines of those actions that may move, with `tope_soles` > 0.
        excluidas: key `accion`: those that were named and cannot, with `puesto` (null outside the ranking) and `motivo`.
    """

    acciones: pl.DataFrame
    lineas: pl.DataFrame
    excluidas: pl.DataFrame


def whole_soles(amount: pl.Expr) -> pl.Expr:
    """Whole soles, downwards; the margin absorbs binary noise such as 0.1 x 30 = 2.9999999996."""
    return (amount.cast(pl.Float64) + 1e-6).floor().cast(pl.Int64)


def check_names(baseline: Baseline, spec: EscenarioSpec) -> None:
    """Every code the scenario names exists.

    Raises:
        SpecError: naming each key with the codes that do not.
    """
    actions, objectives = set(baseline.acciones["accion"]), set(baseline.acciones["objetivo"])
    named = {
        "donantes.protegidas": (spec.donantes.protegidas, actions, "códigos de acciones.csv"),
        "donantes.acciones": (spec.donantes.acciones, actions, "códigos de acciones.csv"),
        "receptores.acciones": (spec.receptores.acciones, actions, "códigos de acciones.csv"),
        "receptores.objetivos": (spec.receptores.objetivos, objectives, "códigos de objetivos.csv"),
        "receptores.diagnosticos_excluidos": (spec.receptores.diagnosticos_excluidos, set(DIAGNOSES), ", ".join(DIAGNOSES)),
        "receptores.absorcion.declarada": (spec.receptores.absorcion.declarada, actions, "códigos de acciones.csv"),
        "pesos": (spec.pesos, actions | objectives, "códigos de acciones.csv o de objetivos.csv"),
        "limites.accion": ([limit.accion for limit in spec.limites if limit.accion], actions, "códigos de acciones.csv"),
        "limites.objetivo": ([limit.objetivo for limit in spec.limites if limit.objetivo], objectives, "códigos de objetivos.csv"),
        "donantes.lineas": (spec.donantes.lineas, set(CHAIN), ", ".join(CHAIN)),
        "receptores.lineas": (spec.receptores.lineas, set(CHAIN), ", ".join(CHAIN)),
    }
    problems = [
        Problem(f"escenario {spec.id}, clave «{key}»", ", ".join(unknown), expected, "corrija los valores")
        for key, (given, known, expected) in named.items()
        if (unknown := sorted(set(given) - known))
    ]
    asked = {"donantes.lineas": spec.donantes.lineas, "receptores.lineas": spec.receptores.lineas}
    asked |= {
        f"limites ({n})": {name: () for name in ("fuente", "rubro") if getattr(limit, name) is not None}
        for n, limit in enumerate(spec.limites, 1)
    }
    problems += [
        Problem(
            f"escenario {spec.id}, clave «{key}»",
            f"«{name}», que ninguna línea de la base trae ({baseline.titulo})",
            "un campo que la base tenga",
            "corra el escenario sobre una instantánea que lo traiga, o quite la clave",
        )
        for key, codes in asked.items()
        for name in codes
        if name in CHAIN and baseline.lineas[name].is_null().all()
    ]
    if baseline.fecha.year != baseline.anio:
        problems.append(
            Problem(
                f"escenario {spec.id}, fecha {baseline.fecha.isoformat()}",
                f"la norma de {baseline.fecha.year} sobre el presupuesto de {baseline.anio}",
                f"una fecha de {baseline.anio}",
                "corrija --al o base.fecha_corte: un presupuesto sólo se modifica en su año fiscal",
            )
        )
    if problems:
        raise SpecError(*problems)


def receivers_of(baseline: Baseline, spec: EscenarioSpec, level: str = "central") -> Side:
    """Who may receive under the assumptions of a level."""
    able, excluded = _receiving(_listed(baseline, spec), baseline, spec, level)
    side = spec.receptores
    lines = _lines_of(baseline, able, side.lineas).with_columns(
        tope_soles=whole_soles(pl.col("pim_soles").cast(pl.Float64) * side.tope_linea_pim_ratio)
    )
    return Side(able, lines.filter(pl.col("tope_soles") >= max(1, side.linea_minima_soles)), excluded)


def donors_of(baseline: Baseline, spec: EscenarioSpec, receivers: pl.DataFrame) -> Side:
    """Who may give. An action that may receive never gives."""
    side = spec.donantes
    named = pl.col("accion").is_in(side.acciones) if side.acciones else pl.col("banda_resultado").is_in(side.colores_resultado)
    chosen = (
        baseline.acciones.filter((pl.col("vinculo") == DIRECT) & named & ~pl.col("accion").is_in(side.protegidas))
        .join(receivers, on="accion", how="anti")
        .sort("ejecucion_ratio", "accion", nulls_last=True)
        .select("accion", "objetivo", "ejecucion_ratio")
    )
    balance = pl.col("pim_soles") - _taken(side)
    lines = _lines_of(baseline, chosen, side.lineas).with_columns(
        tope_soles=whole_soles(balance.cast(pl.Float64) * side.fraccion_saldo_ratio)
    )
    unknown = lines.filter(pl.col("tope_soles").is_null())["accion"].unique()
    free = lines.filter(pl.col("tope_soles") >= max(1, side.linea_minima_soles))
    capped = _donor_caps(chosen, free, baseline, side)
    excluded = (
        chosen.join(capped, on="accion", how="anti")
        .filter(pl.col("accion").is_in(unknown.implode()))
        .select(
            "accion",
            pl.lit(None, pl.Int64).alias("puesto"),
            motivo=pl.lit("ninguna línea dice su certificado: no se sabe cuánto está libre"),
        )
    )
    return Side(capped, free.join(capped, on="accion", how="semi"), excluded)


def _taken(side: DonantesSpec) -> pl.Expr:
    """What is not free of a line: what is certified, and what is accrued when that is not known and the scenario accepts it."""
    if side.sin_certificado == "excluir":
        return pl.col("certificado_soles")
    return pl.coalesce("certificado_soles", "devengado_soles")


def _lines_of(baseline: Baseline, actions: pl.DataFrame, codes: dict[str, tuple[str, ...]]) -> pl.DataFrame:
    """The directly linked lines of those actions that have one of the codes asked for."""
    tests = [pl.col(column).is_in(values) for column, values in codes.items()]
    return baseline.lineas.filter(pl.col("vinculo") == DIRECT, *tests).join(actions.select("accion"), on="accion", how="semi")


def _donor_caps(chosen: pl.DataFrame, free: pl.DataFrame, baseline: Baseline, side: DonantesSpec) -> pl.DataFrame:
    """What each donor may give: its lines, what is projected to be left, a share of its PIM, and what it must keep, whichever is least."""
    certified = free["certificado_soles"].is_not_null().any()
    balance = "libre (PIM − certificado)" if certified else "no ejecutado"
    kept = pl.max_horizontal(pl.lit(float(side.piso_soles)), pl.col("pim_soles").cast(pl.Float64) * side.piso_pim_ratio)
    caps = {
        f"{percent(side.fraccion_saldo_ratio, 0)} de su saldo {balance}": pl.col("lineas_soles"),
        closing_words(side): pl.col("cierre_soles"),
        f"{percent(side.tope_pim_ratio, 0)} de su PIM": whole_soles(pl.col("pim_soles").cast(pl.Float64) * side.tope_pim_ratio),
        _floor_words(side): whole_soles(pl.col("pim_soles").cast(pl.Float64) - kept).clip(0),
    }
    limits = (
        chosen.join(free.group_by("accion").agg(lineas_soles=pl.col("tope_soles").sum()), on="accion", how="inner")
        .join(direct_pim(baseline.lineas), on="accion", how="left", validate="1:1")
        .join(_left_at_close(baseline, side), on="accion", how="left", validate="1:1")
    )
    return (
        _least(limits, caps)
        .sort("ejecucion_ratio", "accion", nulls_last=True)
        .select(
            "accion",
            "objetivo",
            "pim_soles",
            "lineas_soles",
            "tope_soles",
            "limite",
            pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("orden"),
        )
    )


def closing_words(side: DonantesSpec) -> str:
    """How the cap of the projection is called."""
    end = "extremo bajo del intervalo" if side.saldo_al_cierre == "bajo" else "valor central"
    return f"su saldo libre proyectado al cierre ({end})"


def _left_at_close(baseline: Baseline, side: DonantesSpec) -> pl.DataFrame:
    """Key `accion`: `cierre_soles`, the cap of the projection; nothing without projection or when the scenario does not use it."""
    if baseline.cierre is None or side.saldo_al_cierre == "no usar":
        return pl.DataFrame(schema={"accion": pl.String, "cierre_soles": pl.Int64})
    return baseline.cierre.select("accion", cierre_soles=whole_soles(pl.col(f"libre_{side.saldo_al_cierre}_soles")))


def _least(frame: pl.DataFrame, caps: dict[str, pl.Expr]) -> pl.DataFrame:
    """The least of some caps and its name; only rows where it is above zero."""
    computed = frame.with_columns(expression.alias(f"_{place}") for place, expression in enumerate(caps.values()))
    names = [f"_{place}" for place in range(len(caps))]
    words: pl.Expr = pl.lit(None, pl.String)
    for place, name in reversed(list(enumerate(caps))):
        words = pl.when(pl.col(f"_{place}") == pl.col("tope_soles")).then(pl.lit(name)).otherwise(words)
    least = computed.with_columns(tope_soles=pl.min_horizontal(names)).with_columns(limite=words)
    return least.filter(pl.col("tope_soles") > 0).drop(names)


def _floor_words(side: DonantesSpec) -> str:
    if side.piso_pim_ratio:
        return f"conserva {percent(side.piso_pim_ratio, 0)} de su PIM"
    return f"conserva {soles(side.piso_soles)}"


def _listed(baseline: Baseline, spec: EscenarioSpec) -> pl.DataFrame:
    """The actions named to receive, in the order of the ranking."""
    side, ranking = spec.receptores, baseline.ranking
    if side.acciones:
        named = ranking.filter(pl.col("accion").is_in(side.acciones))
    else:
        named = ranking.filter(pl.col("grupo") == LAGGING)
        if side.puestos is not None:
            named = named.filter(pl.col("puesto") <= side.puestos)
    if side.objetivos:
        named = named.filter(pl.col("objetivo").is_in(side.objetivos))
    return named.sort("puesto", "accion", nulls_last=True).select("accion", "objetivo", "puesto", "puntaje_ratio")


def _receiving(listed: pl.DataFrame, baseline: Baseline, spec: EscenarioSpec, level: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Receivers with their caps, and the named ones that cannot receive."""
    side = spec.receptores
    own = side.absorcion.modo != "sin descuento"
    words = f"{percent(side.tope_pim_ratio, 0)} de su PIM" + (" por su absorción" if own else "")
    known = baseline.acciones.select("accion", "vinculo", "pim_soles", "diagnostico", "avance_ratio")
    full = (
        listed.join(known, on="accion", how="left", validate="1:1")
        .join(_absorption(baseline, spec, level), on="accion", how="left", validate="1:1")
        .with_columns(
            tope_soles=whole_soles(pl.col("pim_soles").cast(pl.Float64) * side.tope_pim_ratio * pl.col("absorcion_ratio")),
            peso=_weight(spec),
            brecha_ratio=(1 - pl.col("avance_ratio")).clip(0, 1),
            limite=pl.lit(words),
        )
        .with_columns(motivo=_why_not(spec))
    )
    able = full.filter(pl.col("motivo").is_null()).select(
        "accion",
        "objetivo",
        "pim_soles",
        "tope_soles",
        "limite",
        "peso",
        "brecha_ratio",
        "absorcion_ratio",
        "absorcion_origen",
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("orden"),
    )
    return able, full.filter(pl.col("motivo").is_not_null()).select("accion", "puesto", "motivo")


def _absorption(baseline: Baseline, spec: EscenarioSpec, level: str) -> pl.DataFrame:
    """Key `accion`: the share of what it receives that it can spend."""
    chosen, assumed = spec.receptores.absorcion, spec.supuestos.absorcion
    ratio, origin = pl.col("absorcion_ratio"), pl.col("absorcion_origen")
    if chosen.modo == "sin descuento":
        ratio, origin = pl.lit(1.0), pl.lit("sin descuento")
    if chosen.modo == "declarada":
        stated = pl.col("accion").replace_strict(chosen.declarada, default=None, return_dtype=pl.Float64)
        ratio = pl.coalesce(stated, ratio)
        origin = pl.when(stated.is_not_null()).then(pl.lit(chosen.fuente)).otherwise(origin)
    factor = assumed.at(level) if assumed else 1.0
    return baseline.absorcion.select("accion", absorcion_ratio=(ratio * factor).clip(0, 1), absorcion_origen=origin)


def _weight(spec: EscenarioSpec) -> pl.Expr:
    """Priority: the score by the weights of its action and objective; a stated weight alone when there is no score."""
    of_action = pl.col("accion").replace_strict(spec.pesos, default=None, return_dtype=pl.Float64)
    of_objective = pl.col("objetivo").replace_strict(spec.pesos, default=None, return_dtype=pl.Float64)
    stated = pl.coalesce(of_action, of_objective)
    factor = of_action.fill_null(1.0) * of_objective.fill_null(1.0)
    return pl.when(pl.col("puntaje_ratio").is_not_null()).then(pl.col("puntaje_ratio") * factor).otherwise(stated)


def _why_not(spec: EscenarioSpec) -> pl.Expr:
    reason = (
        pl.when((pl.col("vinculo") != DIRECT) | pl.col("vinculo").is_null())
        .then(pl.lit("sin presupuesto vinculado que se pueda sumar"))
        .when(pl.col("diagnostico").is_in(spec.receptores.diagnosticos_excluidos))
        .then(pl.format("su diagnóstico es {}", "diagnostico"))
        .when(pl.col("absorcion_ratio").is_null())
        .then(pl.lit("no se conoce su ejecución, así que tampoco lo que puede absorber"))
        .when(pl.col("peso").is_null())
        .then(pl.lit("no tiene puntaje en el ranking: dele su peso en [pesos]"))
    )
    for unable, words in objective_of(spec).unable:
        reason = reason.when(unable).then(pl.lit(words))
    return reason.when(pl.col("tope_soles").fill_null(0) == 0).then(pl.lit("su tope es cero"))
