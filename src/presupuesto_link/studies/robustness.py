"""How much of the ranking stands when its weights, its profile, its ND policy and its threshold are in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import polars as pl

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.facts import beside, ranking_source
from presupuesto_link.evaluation.matrix import cross_execution_result
from presupuesto_link.evaluation.ranking import COMPONENTS, LAGGING, rank_actions
from presupuesto_link.facts import Facts, Source, tell
from presupuesto_link.specs import AnalisisSpec, PesosSpec, RobustezSpec
from presupuesto_link.studies.acceptability import Acceptability, measure_acceptability
from presupuesto_link.studies.counting import Reading
from presupuesto_link.studies.weights import fixed_weights
from presupuesto_link.tables.levels import Levels

ALWAYS, DEPENDS, NEVER, NO_PLACE = "siempre", "depende", "nunca", "sin puesto"
ALMOST_SURE = 0.95
"""From which probability «siempre» is said; «nunca» is said up to its complement."""
WEIGHTS, PROFILE, POLICY, THRESHOLD, EVERYTHING = "pesos", "perfil", "política de ND", "umbral", "todas"


@dataclass(frozen=True)
class Robustness:
    """What stands and what depends.

    Attributes:
        levels: how the plan calls its own.
        spec: what was asked, with the profiles and thresholds of the analysis written in.
        lecturas: key `lectura`, every profile, ND policy and threshold together, all as likely: `perfil`, `politica_nd`, `umbral_ratio`,
            `probabilidad_ratio`, `rezagadas` (count).
        resumen: key `accion`, in the order of the ranking and then by `primeros_ratio`: `objetivo`, `nombre`, `puesto` (of the analysis,
            null without one), `clase` (siempre, depende, nunca or sin puesto: whether it is among the first) and the columns of
            `Acceptability.acciones`.
        aceptabilidad: every draw with every reading.
        efectos: key `duda`, each doubt alone with the rest as in the analysis, and all together: `opciones` (null for weights), `entran` and
            `salen` (how many actions, on average, come into the first places and leave them), `accion` (the one that moves most) and
            `cambio_ratio` (of its probability; null when none moves).
        efectos_por_accion: key `duda, accion`: `analisis_ratio` (1 when the analysis has it among the first), `primeros_ratio`,
            `cambio_ratio`.
        analisis, source: whose ranking it is, and where that comes from.
    """

    levels: Levels
    spec: RobustezSpec
    lecturas: pl.DataFrame
    resumen: pl.DataFrame
    aceptabilidad: Acceptability
    efectos: pl.DataFrame
    efectos_por_accion: pl.DataFrame
    analisis: AnalisisSpec
    source: Source

    @cached_property
    def facts(self) -> Facts:
        """Between which places each action falls, and how often it is among the first."""
        rank = self.analisis.ranking
        return Facts.join(
            tell(
                self.resumen,
                ("puesto_bajo", "puesto_alto", "primeros_ratio", "rezagada_ratio", "clase"),
                self.source,
                unidad=pl.col("accion"),
                filas=pl.format("robustez: accion={}", "accion"),
                anio=rank.anio_ejecucion,
                variante=beside(rank.anio_resultado),
                regla=f"{self.spec.sorteos} sorteos de pesos, perfiles, ND y umbrales, semilla {self.spec.semilla}",
            )
        )

    @property
    def con_puesto(self) -> pl.DataFrame:
        """The rows of `resumen` that have a place in some case, in its order, with `sin_puesto_ratio`: in how many cases they have none."""
        return self.resumen.filter(pl.col("clase") != NO_PLACE).with_columns(sin_puesto_ratio=1 - pl.col("rezagada_ratio"))

    @property
    def lider(self) -> Mapping[str, Any]:
        """The row of `resumen` that is first most often; ties by code."""
        return self.resumen.sort("primera_ratio", "accion", descending=[True, False]).row(0, named=True)

    def outside(self, places: pl.DataFrame) -> list[str]:
        """The actions whose place in a ranking is not within the interval that they have when it is in doubt.

        Args:
            places: key `accion`: `puesto`.
        """
        both = places.select("accion", "puesto").join(self.resumen, on="accion", how="inner", validate="1:1", maintain_order="left")
        return both.filter(~pl.col("puesto").is_between("puesto_bajo", "puesto_alto"))["accion"].to_list()

    def of_class(self, kind: str) -> list[str]:
        """The actions of a class, by code."""
        return self.resumen.filter(pl.col("clase") == kind)["accion"].sort().to_list()


@dataclass(frozen=True)
class _Doubts:
    """What each input may be."""

    perfiles: tuple[str, ...]
    politicas: tuple[str, ...]
    umbrales: tuple[float, ...]
    rangos: Mapping[str, tuple[float, float]]


def study_robustness(analysis: Evaluation, spec: RobustezSpec | None = None) -> Robustness:
    """Measure how robust the ranking of an analysis is.

    Nothing of the analysis is run again: each reading takes its advances from `analysis.elements`, which holds every profile and ND policy.

    Args:
        analysis: finished.
        spec: what is in doubt; without it, the section `[robustez]` of the analysis.

    Raises:
        SpecError: a profile is not one of those loaded.
    """
    spec = _resolved(analysis, spec or analysis.inputs.spec.robustez)
    own, doubts = _own(analysis), _Doubts(spec.perfiles, spec.politicas_nd, spec.umbrales, spec.pesos.as_dict())
    ways, readings = _readings(analysis, doubts)
    everything = measure_acceptability(readings, doubts.rangos, spec.sorteos, spec.semilla, spec.primeros)
    by_action = _effects(analysis, own, doubts, spec, everything)
    return Robustness(
        analysis.levels,
        spec,
        _ways_table(ways, readings),
        _summary(analysis, everything),
        everything,
        _by_doubt(by_action, doubts),
        by_action,
        analysis.inputs.spec,
        ranking_source(analysis.inputs.spec, analysis.budget.origen),
    )


def _resolved(analysis: Evaluation, spec: RobustezSpec) -> RobustezSpec:
    """What was asked, with what it leaves to the analysis."""
    loaded = tuple(profile.nombre for profile in analysis.inputs.profiles)
    unknown = [name for name in spec.perfiles if name not in loaded]
    if unknown:
        raise SpecError(
            Problem(
                "analisis.toml, clave «robustez.perfiles»",
                ", ".join(f"«{name}»" for name in unknown),
                f"perfiles que el análisis carga: {', '.join(loaded)}",
                "quite esos perfiles, o nómbrelos en «avance.perfil» o «avance.perfil_replica»",
            )
        )
    limits = spec.umbrales or (analysis.inputs.spec.ranking.rezagada_bajo_ratio,)
    return spec.model_copy(update={"perfiles": spec.perfiles or loaded, "umbrales": limits})


def _own(analysis: Evaluation) -> _Doubts:
    """No doubt at all: the analysis as it is."""
    spec = analysis.inputs.spec
    weights = fixed_weights(spec.ranking.pesos.as_dict())
    return _Doubts((spec.avance.perfil,), (spec.avance.politica_nd,), (spec.ranking.rezagada_bajo_ratio,), weights)


def _readings(analysis: Evaluation, doubts: _Doubts) -> tuple[list[tuple[str, str, float]], list[Reading]]:
    """Every combination of what the readings may be, all as likely."""
    ways = list(product(doubts.perfiles, doubts.politicas, doubts.umbrales))
    return ways, [Reading(f"lectura {i}", _read(analysis, *way), 1 / len(ways)) for i, way in enumerate(ways, 1)]


def _read(analysis: Evaluation, profile: str, policy: str, threshold: float) -> pl.DataFrame:
    """The components of every action with one profile, ND policy and threshold.

    The weights given to `rank_actions` only have to be positive: its scores are not used, and with them its groups depend on the data alone.
    """
    spec = analysis.inputs.spec
    rule = spec.ranking.model_copy(update={"rezagada_bajo_ratio": threshold, "pesos": PesosSpec()})
    chosen = analysis.elements.filter((pl.col("perfil") == profile) & (pl.col("politica_nd") == policy))
    matrix = cross_execution_result(analysis.execution, chosen, (rule.anio_ejecucion, rule.anio_resultado), spec.semaforo)
    previous = chosen.filter(pl.col("anio") == rule.anio_resultado_previo)
    return rank_actions(matrix, previous, rule).select("accion", "grupo", *COMPONENTS)


def _ways_table(ways: list[tuple[str, str, float]], readings: list[Reading]) -> pl.DataFrame:
    lagging = [reading.acciones.filter(pl.col("grupo") == LAGGING).height for reading in readings]
    table = pl.DataFrame(ways, schema={"perfil": pl.String, "politica_nd": pl.String, "umbral_ratio": pl.Float64}, orient="row")
    return table.select(
        pl.Series("lectura", [reading.nombre for reading in readings]),
        pl.all(),
        pl.Series("probabilidad_ratio", [reading.probabilidad for reading in readings]),
        pl.Series("rezagadas", lagging, dtype=pl.Int64),
    )


def _summary(analysis: Evaluation, found: Acceptability) -> pl.DataFrame:
    among = pl.col("primeros_ratio")
    place = pl.when(pl.col("grupo") == LAGGING).then("puesto")
    return (
        analysis.ranking.select("accion", "objetivo", "nombre", puesto=place)
        .join(found.acciones, on="accion", validate="1:1")
        .with_columns(
            clase=pl.when(pl.col("rezagada_ratio") == 0)
            .then(pl.lit(NO_PLACE))
            .when(among >= ALMOST_SURE)
            .then(pl.lit(ALWAYS))
            .when(among <= 1 - ALMOST_SURE)
            .then(pl.lit(NEVER))
            .otherwise(pl.lit(DEPENDS))
        )
        .sort("puesto", among, "accion", descending=[False, True, False], nulls_last=True)
        .select("accion", "objetivo", "nombre", "puesto", "clase", pl.exclude("accion", "objetivo", "nombre", "puesto", "clase"))
    )


def _effects(analysis: Evaluation, own: _Doubts, doubts: _Doubts, spec: RobustezSpec, everything: Acceptability) -> pl.DataFrame:
    """The probability of being among the first when one input is in doubt and the rest is as in the analysis."""

    def among(asked: _Doubts, draws: int) -> pl.DataFrame:
        return measure_acceptability(_readings(analysis, asked)[1], asked.rangos, draws, spec.semilla, spec.primeros).acciones

    base = among(own, 1).select("accion", analisis_ratio="primeros_ratio")
    alone = {
        WEIGHTS: among(_Doubts(own.perfiles, own.politicas, own.umbrales, doubts.rangos), spec.sorteos),
        PROFILE: among(_Doubts(doubts.perfiles, own.politicas, own.umbrales, own.rangos), 1),
        POLICY: among(_Doubts(own.perfiles, doubts.politicas, own.umbrales, own.rangos), 1),
        THRESHOLD: among(_Doubts(own.perfiles, own.politicas, doubts.umbrales, own.rangos), 1),
        EVERYTHING: everything.acciones,
    }
    return pl.concat(
        base.join(table.select("accion", "primeros_ratio"), on="accion", validate="1:1")
        .select(pl.lit(doubt).alias("duda"), pl.all(), cambio_ratio=pl.col("primeros_ratio") - pl.col("analisis_ratio"))
        .sort("accion")
        for doubt, table in alone.items()
    )


def _by_doubt(by_action: pl.DataFrame, doubts: _Doubts) -> pl.DataFrame:
    change = pl.col("cambio_ratio")
    moved = pl.col("accion").sort_by(change.abs(), "accion", descending=[True, False]).first()
    most = change.sort_by(change.abs(), "accion", descending=[True, False]).first()
    options = {PROFILE: len(doubts.perfiles), POLICY: len(doubts.politicas), THRESHOLD: len(doubts.umbrales)}
    return (
        by_action.group_by("duda", maintain_order=True)
        .agg(
            entran=change.clip(lower_bound=0).sum(),
            salen=(-change).clip(lower_bound=0).sum() + 0.0,
            accion=pl.when(most != 0).then(moved),
            cambio_ratio=pl.when(most != 0).then(most),
        )
        .select("duda", pl.col("duda").replace_strict(options, default=None, return_dtype=pl.Int64).alias("opciones"), pl.exclude("duda"))
    )
