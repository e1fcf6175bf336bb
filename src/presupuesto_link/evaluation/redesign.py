"""What the numbers suggest reviewing of each action: its targets, its indicators and what its money buys.

The evaluation's fourth recommendation asks to review targets, indicators and activities, and to set parameters that are «más realistas pero
exigentes». Nothing here decides: it puts the observed pace beside the required one and names what cannot be trusted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import polars as pl

from presupuesto_link.evaluation.diagnosis import GET_DATA, REDESIGN, UNBLOCK
from presupuesto_link.tables.filled import SHEETS
from presupuesto_link.tables.plan import Plan
from presupuesto_link.wording import percent, plain_number

Priority = Literal["alta", "media", "baja"]
TO_FILL = SHEETS["rediseno"].to_fill


@dataclass(frozen=True)
class Review:
    """Something to review: its name, what to do and how soon."""

    title: str
    remedy: str
    priority: Priority


REVIEWS = {
    "dato_en_duda": Review(
        "La meta o el valor están en duda", "Confirmar sentido, unidad, meta y valor antes de juzgar la {accion}", "alta"
    ),
    "sentido_contrario": Review(
        "El indicador se aleja de su meta", "Revisar si la {accion} actúa sobre lo que mide el indicador, y qué lo empuja en contra", "alta"
    ),
    "sin_movimiento_con_gasto": Review(
        "Se gasta y ningún indicador se mueve hacia su meta",
        "Agregar un indicador del producto que compra el dinero, o revisar las actividades",
        "alta",
    ),
    "gasta_y_no_logra": Review("Gasta y no logra", "Revisar qué se hace con el dinero y con qué plazo trimestral", "alta"),
    "ni_gasta_ni_logra": Review("Ni gasta ni logra", "Quitar primero lo que frena el gasto", "alta"),
    "dinero_sin_dato": Review(
        "Tiene dinero y ningún indicador con dato", "Conseguir el dato o cambiar el indicador por uno que se pueda medir", "media"
    ),
    "ritmo_insuficiente": Review(
        "Al ritmo observado no llega a tiempo", "Revisar la meta o reforzar la acción; decir cuál de las dos", "media"
    ),
    "meta_ya_cumplida": Review("La meta ya estaba cumplida antes de su año", "Fijar una meta más exigente", "baja"),
    "meta_sin_exigencia": Review("La meta no pide mejorar la línea base", "Fijar una meta que pida avanzar", "baja"),
}
_SIGN = {"ascendente": 1, "descendente": -1}
_RANK = {"alta": 0, "media": 1, "baja": 2}


def measure_pace(plan: Plan) -> pl.DataFrame:
    """The pace each indicator needs and the one it has.

    In the indicator's own units, per year and in the direction of its sense (positive is towards the target): required = (target − baseline) /
    (year of the target − year of the baseline), with the target of the last year; observed = (last obtained − baseline) / (its year − year of the
    baseline). `anio_alcance` is the year in which the last target would be reached at the observed pace.

    Args:
        plan: indicators and values.

    Returns:
        Key `indicador`, in the order of the plan: `elemento`, `nivel`, `objetivo`, `nombre`, `unidad`, `sentido`, `linea_base`, `linea_base_anio`, `ultimo_valor`,
        `ultimo_anio`, `meta`, `meta_anio`, `ritmo_requerido`, `ritmo_observado`, `ritmo_ratio` (observed over required), `anio_alcance`, and
        `ritmo_motivo` where there is no pace: a limit is not a path, no baseline, nothing obtained, or a baseline later than what was obtained.
    """
    values = plan.valores.filter(pl.col("valor").is_not_null()).sort("indicador", "anio")
    base, done, target = (
        _last(values, concept, name) for concept, name in (("linea_base", "linea_base"), ("obtenido", "ultimo"), ("meta", "meta"))
    )
    table = plan.indicadores.select("indicador", "elemento", "nivel", "objetivo", "nombre", "unidad", "sentido").with_columns(
        signo=pl.col("sentido").replace_strict(_SIGN, default=None, return_dtype=pl.Int8)
    )
    for part in (base, done, target):
        table = table.join(part, on="indicador", how="left", validate="1:1")
    paced = table.rename({"ultimo": "ultimo_valor"}).with_columns(ritmo_motivo=_why_no_pace())
    sign, known = pl.col("signo"), pl.col("ritmo_motivo").is_null()
    required = sign * (pl.col("meta") - pl.col("linea_base")) / (pl.col("meta_anio") - pl.col("linea_base_anio"))
    observed = sign * (pl.col("ultimo_valor") - pl.col("linea_base")) / (pl.col("ultimo_anio") - pl.col("linea_base_anio"))
    rated = paced.with_columns(ritmo_requerido=pl.when(known).then(required), ritmo_observado=pl.when(known).then(observed))
    need, has = pl.col("ritmo_requerido"), pl.col("ritmo_observado")
    years = (sign * (pl.col("meta") - pl.col("linea_base")) / has).ceil()
    return rated.with_columns(
        ritmo_ratio=pl.when(need > 0).then(has / need),
        anio_alcance=pl.when((need > 0) & (has > 0)).then(pl.col("linea_base_anio") + years.cast(pl.Int32, strict=False)),
    ).drop("signo")


class Reviewed(NamedTuple):
    """How many objectives and actions have something to review, how many of them with high priority, and how many cases there are of each kind."""

    elementos: int
    alta: int
    casos: Counter[str]


def count_reviews(reviews: pl.DataFrame) -> Reviewed:
    """What the redesign sheet has."""
    high = reviews.filter(pl.col("prioridad_revision") == "alta")
    return Reviewed(reviews["elemento"].n_unique(), high["elemento"].n_unique(), Counter(reviews["que_revisar"]))


def review_actions(plan: Plan, pace: pl.DataFrame, doubts: pl.DataFrame, diagnosis: pl.DataFrame, execution_limit: float) -> pl.DataFrame:
    """The redesign sheet: one row per thing to review of an element or of an indicator.

    Args:
        plan: indicators and values.
        pace: `measure_pace`.
        doubts: key `indicador, anio`: `duda`, of the audit.
        diagnosis: `diagnose` of the years for deciding.
        execution_limit: from which ratio of its PIM an action executes.

    Returns:
        Key `elemento, indicador, que_revisar` (null indicator: of the element): `objetivo`, `nivel`, `titulo`, `evidencia` in words, `remedio`, `prioridad_revision` (alta,
        media or baja, by kind), the columns of `measure_pace` for an indicator, `pim_soles` of the action (null without PIM), and null, to be
        filled: `TO_FILL`. Highest priority first, then largest PIM.
    """
    found = pl.concat([*_of_indicators(plan, pace, doubts), *_of_actions(plan, pace, diagnosis, execution_limit)], how="diagonal")
    told = pl.DataFrame(
        [(kind, r.title, r.remedy.format(accion=plan.niveles.accion), r.priority) for kind, r in REVIEWS.items()],
        schema=["que_revisar", "titulo", "remedio", "prioridad_revision"],
        orient="row",
    )
    money = diagnosis.select("pim_soles", elemento="accion")
    figures = pace.select(
        "indicador",
        "nombre",
        "unidad",
        "sentido",
        "linea_base",
        "linea_base_anio",
        "ultimo_valor",
        "ultimo_anio",
        "meta",
        "meta_anio",
        "ritmo_requerido",
        "ritmo_observado",
        "ritmo_ratio",
        "anio_alcance",
    )
    owners = _owners(plan)
    return (
        found.join(told, on="que_revisar", how="left", validate="m:1")
        .join(owners, on="elemento", how="left", validate="m:1")
        .join(money, on="elemento", how="left", validate="m:1")
        .join(figures, on="indicador", how="left", validate="m:1")
        .with_columns(pl.lit(None, pl.Date if name.startswith("fecha") else pl.String).alias(name) for name in TO_FILL)
        .sort(
            pl.col("prioridad_revision").replace_strict(_RANK),
            "pim_soles",
            "elemento",
            "indicador",
            "que_revisar",
            descending=[False, True, False, False, False],
            nulls_last=True,
        )
        .select(
            "elemento",
            "indicador",
            "titulo",
            "evidencia",
            "remedio",
            "prioridad_revision",
            *TO_FILL,
            "pim_soles",
            "nivel",
            "objetivo",
            *figures.columns[1:],
            "que_revisar",
        )
    )


def _last(values: pl.DataFrame, concept: str, name: str) -> pl.DataFrame:
    rows = values.filter(pl.col("concepto") == concept).group_by("indicador", maintain_order=True).last()
    return rows.select("indicador", pl.col("valor").alias(name), pl.col("anio").alias(f"{name}_anio"))


def _why_no_pace() -> pl.Expr:
    return (
        pl.when(pl.col("signo").is_null())
        .then(pl.lit("el sentido es un límite, no una trayectoria"))
        .when(pl.col("linea_base").is_null())
        .then(pl.lit("sin línea base"))
        .when(pl.col("ultimo_valor").is_null())
        .then(pl.lit("sin ningún valor obtenido"))
        .when(pl.col("meta").is_null())
        .then(pl.lit("sin meta"))
        .when((pl.col("ultimo_anio") <= pl.col("linea_base_anio")) | (pl.col("meta_anio") <= pl.col("linea_base_anio")))
        .then(pl.lit("la línea base no es anterior"))
    )


def _owners(plan: Plan) -> pl.DataFrame:
    return pl.concat(
        [
            plan.acciones.select(elemento="accion", nivel=pl.lit(plan.niveles.accion), objetivo="objetivo"),
            plan.objetivos.select(elemento="objetivo", nivel=pl.lit(plan.niveles.objetivo), objetivo="objetivo"),
        ]
    )


def _of_indicators(plan: Plan, pace: pl.DataFrame, doubts: pl.DataFrame) -> list[pl.DataFrame]:
    doubtful = (
        doubts.group_by("indicador", maintain_order=True)
        .agg(pl.col("duda").unique(maintain_order=True).str.join("; "), anios=pl.col("anio").unique().sort().cast(pl.String).str.join(", "))
        .join(plan.indicadores.select("indicador", "elemento"), on="indicador", how="left", validate="1:1")
    )
    trusted = pace.join(doubtful, on="indicador", how="anti")
    has, need = pl.col("ritmo_observado"), pl.col("ritmo_requerido")
    early = _early(plan)
    return [
        _rows(doubtful.with_columns(evidencia=pl.format("{} ({})", "duda", "anios")), "dato_en_duda"),
        _told(trusted.filter(has < 0), "sentido_contrario", _contrary),
        _told(trusted.filter((need > 0) & (has >= 0) & (has < need)), "ritmo_insuficiente", _slow),
        _told(trusted.filter(need <= 0), "meta_sin_exigencia", _idle),
        _told(trusted.filter(need > 0).join(early, on="indicador", how="inner", validate="1:1"), "meta_ya_cumplida", _early_words),
    ]


def _early(plan: Plan) -> pl.DataFrame:
    """Key `indicador`: an earlier year whose obtained value already met the last target."""
    values = plan.valores.filter(pl.col("valor").is_not_null())
    target = _last(values.filter(pl.col("concepto") == "meta").sort("anio"), "meta", "meta")
    senses = plan.indicadores.select("indicador", signo=pl.col("sentido").replace_strict(_SIGN, default=None, return_dtype=pl.Int8))
    done = values.filter(pl.col("concepto") == "obtenido").select("indicador", "anio", "valor")
    pairs = done.join(target, on="indicador", how="inner", validate="m:1").join(senses, on="indicador", how="left", validate="m:1")
    met = pairs.filter((pl.col("anio") < pl.col("meta_anio")) & (pl.col("signo") * (pl.col("valor") - pl.col("meta")) >= 0))
    return met.sort("anio").group_by("indicador", maintain_order=True).first().select("indicador", previo_anio="anio", previo_valor="valor")


def _of_actions(plan: Plan, pace: pl.DataFrame, diagnosis: pl.DataFrame, execution_limit: float) -> list[pl.DataFrame]:
    spent = pl.col("ejecucion_ratio") >= execution_limit
    named = diagnosis.rename({"accion": "elemento"})
    moves = pace.group_by("elemento").agg(
        vistos=pl.col("ritmo_observado").count(), avanzan=(pl.col("ritmo_observado") > 0).sum(), indicadores_con_ritmo=pl.len()
    )
    still = (
        named.filter(spent)
        .join(moves, on="elemento", how="inner", validate="1:1")
        .filter((pl.col("vistos") > 0) & (pl.col("avanzan") == 0))
    )
    has_pim = pl.col("pim_soles").fill_null(0) > 0
    in_course = "esperado_soles" in named.columns and named["esperado_soles"].is_not_null().any()
    return [
        _rows(
            still.with_columns(
                evidencia=pl.format(
                    "Ejecutó {} {} y ninguno de sus indicadores con dato ({}) se movió hacia su meta desde la línea base",
                    _percents(still["ejecucion_ratio"]),
                    pl.lit("de lo esperado a la fecha" if in_course else "de su PIM"),
                    "vistos",
                )
            ),
            "sin_movimiento_con_gasto",
        ),
        _rows(named.filter(pl.col("diagnostico") == REDESIGN).with_columns(evidencia="razon"), "gasta_y_no_logra"),
        _rows(named.filter(pl.col("diagnostico") == UNBLOCK).with_columns(evidencia="razon"), "ni_gasta_ni_logra"),
        _rows(named.filter((pl.col("diagnostico") == GET_DATA) & has_pim).with_columns(evidencia="razon"), "dinero_sin_dato"),
    ]


def _rows(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    indicator = pl.col("indicador") if "indicador" in frame.columns else pl.lit(None, pl.String).alias("indicador")
    return frame.select("elemento", indicator, que_revisar=pl.lit(kind), evidencia=pl.col("evidencia"))


def _told(frame: pl.DataFrame, kind: str, words: Callable[[Mapping[str, Any]], str]) -> pl.DataFrame:
    said = [words(row) for row in frame.iter_rows(named=True)]
    return _rows(frame.with_columns(evidencia=pl.Series(said, dtype=pl.String)), kind)


def _percents(ratios: pl.Series) -> pl.Series:
    return pl.Series([percent(ratio) for ratio in ratios], dtype=pl.String)


def _brief(value: float) -> str:
    """Three significant figures: a pace is not known better."""
    return plain_number(float(f"{value:.3g}"))


def _values(row: Mapping[str, Any]) -> str:
    return f"de {plain_number(row['linea_base'])} ({row['linea_base_anio']}) a {plain_number(row['ultimo_valor'])} ({row['ultimo_anio']}); meta {row['meta_anio']}: {plain_number(row['meta'])}"


def _contrary(row: Mapping[str, Any]) -> str:
    return f"Pasó {_values(row)}: es {row['sentido']} y se aleja {_brief(-row['ritmo_observado'])} por año"


def _slow(row: Mapping[str, Any]) -> str:
    when = f"llegaría en {row['anio_alcance']}" if row["anio_alcance"] is not None else "no se mueve"
    return f"Pasó {_values(row)}. Va al {percent(row['ritmo_ratio'], 0)} del ritmo que pedía la meta: así {when}"


def _idle(row: Mapping[str, Any]) -> str:
    return f"La meta {row['meta_anio']} ({plain_number(row['meta'])}) no mejora la línea base de {row['linea_base_anio']} ({plain_number(row['linea_base'])}) de un indicador {row['sentido']}"


def _early_words(row: Mapping[str, Any]) -> str:
    return f"En {row['previo_anio']} ya se tenía {plain_number(row['previo_valor'])}, y la meta {row['meta_anio']} es {plain_number(row['meta'])}"
