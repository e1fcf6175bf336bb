"""Does spending on time go with advance? Every year pair, under every way of measuring advance, with the tests counted together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import NamedTuple

import polars as pl

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.matrix import cross_execution_result
from presupuesto_link.inputs import Inputs
from presupuesto_link.studies.correlation import ESTIMATES, Association, build_design, correct_family, measure_association
from presupuesto_link.studies.efficiency import measure_efficiency
from presupuesto_link.studies.panel import measure_panel
from presupuesto_link.vocabulary import POLICIES

_PAIR = ("anio_ejecucion", "anio_resultado")
_LAG = "desfase_anios"
_CASE = (*_PAIR, "perfil", "politica_nd")


@dataclass(frozen=True)
class Case:
    """One year pair under one way of measuring advance."""

    anio_ejecucion: int
    anio_resultado: int
    perfil: str
    politica_nd: str

    def lead(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A table with the case as its first columns."""
        years = [pl.lit(getattr(self, name), pl.Int32).alias(name) for name in _PAIR]
        return frame.select(*years, pl.lit(self.perfil).alias("perfil"), pl.lit(self.politica_nd).alias("politica_nd"), pl.all())


@dataclass(frozen=True)
class AssociationStudy:
    """What an analysis says about execution and advance. Every table starts with the case.

    Attributes:
        inputs: the analysis.
        principal: the cases of the profile and ND policy of the analysis, one per year pair.
        estimaciones: `Association.estimaciones` and `p_holm`, corrected over every test of the study.
        pruebas: how many tests that was.
        influencia: `Association.influencia`.
        potencia: one row per case: `studies.power.Power`.
        muestra: every action with `motivo` (why it is left out; null = counted) and its measures.
        panel: `measure_panel` and `p_holm` per lag between execution and result, once per way of measuring advance.
        eficiencia: `measure_efficiency` of the actions counted in the principal cases.
        columnas: how many columns the regression has, constant included, per case.
        fuera: the pairs of the matrices left out because their money is of another scope, with that scope.
    """

    inputs: Inputs
    principal: tuple[Case, ...]
    estimaciones: pl.DataFrame
    pruebas: int
    influencia: pl.DataFrame
    potencia: pl.DataFrame
    muestra: pl.DataFrame
    panel: pl.DataFrame
    eficiencia: pl.DataFrame
    columnas: dict[Case, int]
    fuera: tuple[tuple[int, int, str], ...] = ()

    def of(self, case: Case, table: str) -> pl.DataFrame:
        """The rows of one case in one of the tables, without the case."""
        frame: pl.DataFrame = getattr(self, table)
        return frame.filter(pl.all_horizontal(pl.col(name) == value for name, value in asdict(case).items())).drop(*_CASE)

    @property
    def familia(self) -> pl.DataFrame:
        """The tests counted together."""
        return pl.concat([self.estimaciones, self.panel], how="diagonal").filter(pl.col("p_holm").is_not_null())

    @property
    def formas(self) -> int:
        """In how many ways advance was measured."""
        return self.estimaciones.select("perfil", "politica_nd").n_unique()

    def crossed(self, case: Case) -> Crossed:
        """Those counted, by the limits of the matrices."""
        limits = self.inputs.spec.matrices
        spends, achieves = pl.col("ejecucion_ratio") >= limits.ejecuta_desde_ratio, pl.col("avance_ratio") >= limits.logra_desde_ratio
        counted = self.of(case, "muestra").filter(pl.col("motivo").is_null())
        return Crossed(
            *counted.select(a=spends.sum(), b=(spends & ~achieves).sum(), c=(~spends).sum(), d=(~spends & achieves).sum()).row(0)
        )

    def left_out(self, case: Case) -> dict[str, list[str]]:
        """The actions that are not counted, by their reason; the reason of most first."""
        out = self.of(case, "muestra").filter(pl.col("motivo").is_not_null())
        groups = out.group_by("motivo").agg(pl.col("accion").sort(), pl.len()).sort("len", "motivo", descending=[True, False])
        return dict(groups.select("motivo", "accion").iter_rows())


class Crossed(NamedTuple):
    """Actions that spent on time, those of them that did not achieve, those that did not spend and those of them that achieved."""

    ejecutan: int
    sin_lograr: int
    no_ejecutan: int
    logran: int


def study_association(analysis: Evaluation) -> AssociationStudy:
    """Measure every year pair of the matrices under every profile and ND policy (or only the analysis' own).

    Raises:
        SpecError: the dimensions of the analysis name objectives that do not exist, or leave some out.
    """
    inputs, spec = analysis.inputs, analysis.inputs.spec.asociacion
    _check_dimensions(inputs)
    frames = dict(_cases(analysis))
    found = {case: measure_association(actions, spec) for case, actions in frames.items()}
    samples, panels = pl.concat([case.lead(one.estimaciones) for case, one in found.items()]), _panels(frames, inputs)
    tested = correct_family(pl.concat([samples, panels], how="diagonal"))
    of_panel = pl.col(_LAG).is_not_null()
    own = tuple(case for case in frames if (case.perfil, case.politica_nd) == _chosen(inputs))
    return AssociationStudy(
        inputs,
        own,
        tested.filter(~of_panel).drop(_LAG),
        tested["p_holm"].count(),
        pl.concat([case.lead(one.influencia) for case, one in found.items()]),
        pl.concat(
            [case.lead(pl.DataFrame([asdict(one.potencia)], infer_schema_length=None)) for case, one in found.items()],
            how="vertical_relaxed",
        ),
        pl.concat([case.lead(_sample(one)) for case, one in found.items()]),
        tested.filter(of_panel).select(_LAG, "perfil", "politica_nd", *ESTIMATES, "p_holm"),
        pl.concat([case.lead(_scores(found[case])) for case in own]),
        {case: len(build_design(_counted(one), spec).variables) for case, one in found.items()},
        tuple(
            (*pair, analysis.money.of(pair[0]).origen.ambito) for pair in inputs.spec.matrices.pares if pair not in _comparable(analysis)
        ),
    )


def _comparable(analysis: Evaluation) -> list[tuple[int, int]]:
    """The year pairs whose money is of the scope that decides: money of another scope is never regressed with it."""
    own = analysis.budget.origen.alike
    return [pair for pair in analysis.inputs.spec.matrices.pares if analysis.money.of(pair[0]).origen.alike == own]


def _chosen(inputs: Inputs) -> tuple[str, str]:
    return inputs.spec.avance.perfil, inputs.spec.avance.politica_nd


def _cases(analysis: Evaluation) -> Iterator[tuple[Case, pl.DataFrame]]:
    """The actions of each case, the analysis' own way of measuring advance first."""
    inputs, spec = analysis.inputs, analysis.inputs.spec
    profiles = dict.fromkeys(profile.nombre for profile in inputs.profiles)
    ways = [(profile, policy) for profile in profiles for policy in POLICIES]
    ways.sort(key=lambda way: way != _chosen(inputs))
    for profile, policy in ways if spec.asociacion.variantes == "todas" else ways[:1]:
        elements = analysis.elements.filter((pl.col("perfil") == profile) & (pl.col("politica_nd") == policy))
        for pair in _comparable(analysis):
            matrix = cross_execution_result(analysis.execution, elements, pair, spec.semaforo)
            yield Case(*pair, profile, policy), matrix.acciones


def _counted(one: Association) -> pl.DataFrame:
    return one.muestra.filter(pl.col("motivo").is_null()).drop("motivo")


def _sample(one: Association) -> pl.DataFrame:
    return one.muestra.select("accion", "objetivo", "nombre", "vinculo", "pim_soles", "ejecucion_ratio", "avance_ratio", "motivo")


def _scores(one: Association) -> pl.DataFrame:
    return measure_efficiency(_counted(one).select("accion", "nombre", "pim_soles", "avance_ratio"))


def _panels(frames: dict[Case, pl.DataFrame], inputs: Inputs) -> pl.DataFrame:
    """The panel of each lag and way of measuring advance, from the pairs with that lag."""
    keys = dict.fromkeys((case.anio_resultado - case.anio_ejecucion, case.perfil, case.politica_nd) for case in frames)
    tables = []
    for lag, profile, policy in keys:
        years = [
            actions.with_columns(anio="anio_ejecucion")
            for case, actions in frames.items()
            if (case.anio_resultado - case.anio_ejecucion, case.perfil, case.politica_nd) == (lag, profile, policy)
        ]
        table = measure_panel(pl.concat(years), inputs.spec.asociacion)
        tables.append(
            table.select(pl.lit(lag, pl.Int32).alias(_LAG), pl.lit(profile).alias("perfil"), pl.lit(policy).alias("politica_nd"), pl.all())
        )
    return pl.concat(tables)


def _check_dimensions(inputs: Inputs) -> None:
    """When dimensions are declared, every objective of the plan is in one and no other is."""
    declared = {objective for group in inputs.spec.asociacion.dimensiones for objective in group.objetivos}
    known = set(inputs.plan.objetivos["objetivo"])
    if declared and declared != known:
        strange, left = sorted(declared - known), sorted(known - declared)
        found = "; ".join(text for text in (strange and f"no existen: {', '.join(strange)}", left and f"faltan: {', '.join(left)}") if text)
        raise SpecError(
            Problem(
                "analisis.toml, clave «asociacion.dimensiones»",
                found,
                f"cada {inputs.plan.niveles.objetivo} de objetivos.csv en una dimensión",
                "corrija los códigos",
            )
        )
