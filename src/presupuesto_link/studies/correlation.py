"""Whether spending on time goes with advance: a rank correlation, two regressions and who decides them.

Nothing here is an effect of money on results: the actions differ in everything else as well.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from presupuesto_link.money.by_action import DIRECT, TRANSVERSAL
from presupuesto_link.specs import AsociacionSpec
from presupuesto_link.studies.influence import most_influential, of_fit
from presupuesto_link.studies.power import Power, measure_power

Floats: TypeAlias = npt.NDArray[np.float64]

LEAST = 8  # with fewer actions nothing is estimated
_LEAST_FREE = 3  # observations beyond the parameters of a regression
_ALONE = 1 - 1e-9  # leverage of an action that a coefficient is spent on
RANKS, LINEAR, FRACTIONAL = "spearman", "mco", "logit_fraccional"
WITHOUT = "_sin_la_mas_influyente"  # ending of a figure without the action with the largest Cook's distance
YEARS, ACTIONS = "panel_con_anios", "panel_con_anios_y_aer"  # see `studies.panel`
EXECUTION, SIZE = "ejecucion", "log10_pim"
FAMILY = (RANKS, LINEAR, FRACTIONAL, YEARS, ACTIONS)  # the tests that are counted together
ESTIMATES = {
    "estimador": pl.String,
    "variable": pl.String,
    "estimacion": pl.Float64,
    "inferior": pl.Float64,
    "superior": pl.Float64,
    "p": pl.Float64,
    "n": pl.Int64,
    "sin_accion": pl.String,
    "motivo": pl.String,
}


@dataclass(frozen=True)
class Association:
    """What a set of actions says about execution and advance.

    Attributes:
        muestra: key `accion`: every action given, with `motivo` (why it is left out; null = counted).
        estimaciones: key `estimador, variable`, see `measure_association`.
        influencia: key `accion`, see `studies.influence`; empty when the regression is not estimated.
        potencia: what so many actions can tell.
    """

    muestra: pl.DataFrame
    estimaciones: pl.DataFrame
    influencia: pl.DataFrame
    potencia: Power


@dataclass(frozen=True)
class Estimate:
    """One figure with its interval; null with its reason when it cannot be had."""

    estimador: str
    variable: str
    n: int
    estimacion: float | None = None
    inferior: float | None = None
    superior: float | None = None
    p: float | None = None
    sin_accion: str | None = None
    motivo: str | None = None


@dataclass(frozen=True)
class Design:
    """What the regressions are fitted on: a constant, execution, and what is held constant.

    Attributes:
        acciones: code of each row, in order.
        avance: outcome, in [0, 1].
        matriz: one row per action, one column per name of `variables`.
        variables: constante, ejecucion, log10_pim and one per dimension but the first present.
    """

    acciones: tuple[str, ...]
    avance: Floats
    matriz: Floats
    variables: tuple[str, ...]

    def without(self, action: str) -> Design:
        """The same, without one action."""
        keep = np.array([code != action for code in self.acciones])
        codes = tuple(code for code in self.acciones if code != action)
        return replace(self, acciones=codes, avance=self.avance[keep], matriz=self.matriz[keep])

    @property
    def execution(self) -> Floats:
        """The column of execution."""
        column: Floats = self.matriz[:, self.variables.index(EXECUTION)]
        return column


def measure_association(actions: pl.DataFrame, spec: AsociacionSpec) -> Association:
    """How execution and advance go together among the actions that have both.

    * `spearman`: rank correlation, with the percentile interval of a bootstrap of actions;
    * `mco`: least squares of advance on execution, the logarithm of the PIM and the dimension, with HC3 covariance and Student's t
      (MacKinnon and White 1985). Coefficients in points of advance per point of execution, or per tenfold PIM, or against the
      first dimension;
    * `logit_fraccional`: the same regression keeping advance in [0, 1] (Papke and Wooldridge 1996): binomial quasi-likelihood,
      robust covariance, average slope in points of advance per point of execution;
    * the three again without the action with the largest Cook's distance.

    Args:
        actions: key `accion`: `objetivo`, `vinculo`, `pim_soles`, `ejecucion_ratio`, `ejecucion_motivo`, `avance_ratio`.
        spec: what is held constant, draws and seed of the bootstrap, confidence.

    Returns:
        Among its tables, `estimaciones`: `estimacion`, `inferior`, `superior`, `p` (two-sided, not corrected), `n`, `sin_accion`,
        `motivo` (why it is null). The order of the rows given never matters.
    """
    sample = choose_sample(actions)
    used = sample.filter(pl.col("motivo").is_null()).drop("motivo").sort("accion")
    design = build_design(used, spec)
    linear, fit = _linear(design, spec)
    influence = of_fit(fit, design.acciones, design.avance, design.matriz, design.variables.index(EXECUTION))
    rows = [_ranks(design, spec), *linear, _fractional(design, spec)]
    if influence.height:
        rows += _without(most_influential(influence), design, spec)
    table = pl.DataFrame([asdict(row) for row in rows], schema=ESTIMATES)
    power = measure_power(used.height, round(1 - spec.confianza, 6), spec.potencia, spec.correlacion_referencia)
    return Association(sample, table, influence, power)


def choose_sample(actions: pl.DataFrame) -> pl.DataFrame:
    """The actions with a column `motivo`: why each is left out; null for those with execution and advance of their own."""
    return actions.with_columns(
        motivo=pl.when(pl.col("vinculo") == TRANSVERSAL)
        .then(pl.lit("transversal: su dinero incluye el de otras acciones"))
        .when((pl.col("vinculo") != DIRECT) | pl.col("ejecucion_ratio").is_null())
        .then(pl.col("ejecucion_motivo").fill_null("sin PIM vinculado"))
        .when(pl.col("avance_ratio").is_null())
        .then(pl.lit("sin resultado medible (ND)"))
    ).sort("accion")


def build_design(used: pl.DataFrame, spec: AsociacionSpec) -> Design:
    """The rows and columns of the regressions; a dimension without actions has no column."""
    columns: dict[str, Any] = {"constante": np.ones(used.height), EXECUTION: used["ejecucion_ratio"].to_numpy()}
    if "pim" in spec.controles:
        columns[SIZE] = np.log10(used["pim_soles"].cast(pl.Float64).to_numpy())
    if "dimension" in spec.controles:
        groups = [used["objetivo"].is_in(list(group.objetivos)) for group in spec.dimensiones]
        present = [(group.nombre, mine) for group, mine in zip(spec.dimensiones, groups, strict=True) if mine.any()]
        columns |= {f"dimensión {name}": mine.cast(pl.Float64).to_numpy() for name, mine in present[1:]}
    matrix = np.column_stack(list(columns.values()))
    return Design(tuple(used["accion"]), used["avance_ratio"].to_numpy(), matrix, tuple(columns))


def correct_family(estimates: pl.DataFrame) -> pl.DataFrame:
    """The same rows with `p_holm` (Holm 1979): corrected for how many tests were made; null outside the family.

    The family is every test of execution in the table with a `p`: a correlation, two regressions and, when there is one, the panel of
    each sample. What is estimated again without an action is a check, not one more test.
    """
    from statsmodels.stats.multitest import multipletests

    inside = (pl.col("estimador").is_in(FAMILY) & (pl.col("variable") == EXECUTION) & pl.col("p").is_not_null()).fill_null(False)
    marked = estimates.with_row_index("_fila")
    family = marked.filter(inside)
    corrected = multipletests(family["p"].to_numpy(), method="holm")[1] if family.height else []
    holm = family.select("_fila").with_columns(p_holm=pl.Series(corrected, dtype=pl.Float64))
    return marked.join(holm, on="_fila", how="left", validate="1:1", maintain_order="left").drop("_fila")


def _why_not(design: Design) -> str | None:
    """Why nothing can be said of these actions."""
    if len(design.acciones) < LEAST:
        return f"sólo {len(design.acciones)} acciones con ambos datos; se piden {LEAST}"
    if _constant(design.execution):
        return "todas las acciones tienen la misma ejecución"
    if _constant(design.avance):
        return "todas las acciones tienen el mismo avance"
    return None


def _why_not_fitted(design: Design) -> str | None:
    """Why no regression can be fitted, beyond what stops a correlation."""
    if reason := _why_not(design):
        return reason
    rows, columns = design.matriz.shape
    if rows - columns < _LEAST_FREE:
        return f"{columns} coeficientes son demasiados para {rows} acciones"
    if np.linalg.matrix_rank(design.matriz) < columns:
        return "lo que se mantiene constante repite la ejecución"
    leverage = (np.linalg.qr(design.matriz)[0] ** 2).sum(axis=1)
    if leverage.max() > _ALONE:
        return f"{design.acciones[int(leverage.argmax())]} es la única de su dimensión o de su ejecución y decide sola un coeficiente"
    return None


def _constant(values: Floats) -> bool:
    return bool(np.ptp(values) == 0)


def _ranks(design: Design, spec: AsociacionSpec) -> Estimate:
    """Spearman's correlation with its bootstrap interval."""
    from scipy.stats import spearmanr

    empty = Estimate(RANKS, EXECUTION, len(design.acciones), motivo=_why_not(design))
    if empty.motivo:
        return empty
    found = spearmanr(design.execution, design.avance)
    draws = bootstrap_ranks(design.execution, design.avance, spec.remuestreos, spec.semilla)
    low, high = np.quantile(draws, [(1 - spec.confianza) / 2, (1 + spec.confianza) / 2])
    return replace(empty, estimacion=float(found.statistic), inferior=float(low), superior=float(high), p=float(found.pvalue))


def bootstrap_ranks(x: Floats, y: Floats, draws: int, seed: int) -> Floats:
    """Spearman's correlation of samples of pairs drawn with replacement; samples where one measure is constant are left out.

    Args:
        x: one measure of each pair.
        y: the other.
        draws: how many samples.
        seed: of the generator; the same seed gives the same samples.
    """
    from scipy.stats import rankdata

    chosen = np.random.default_rng(seed).integers(0, len(x), (draws, len(x)))
    ranks = [rankdata(values[chosen], axis=1) for values in (x, y)]
    a, b = (values - values.mean(axis=1, keepdims=True) for values in ranks)
    scale = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    varied = scale > 0
    found: Floats = (a * b).sum(axis=1)[varied] / scale[varied]
    return found


def _linear(design: Design, spec: AsociacionSpec) -> tuple[list[Estimate], Any]:
    """Every coefficient but the constant, and the fit; a single row with its reason and no fit when there is none."""
    from statsmodels.regression.linear_model import OLS

    empty = Estimate(LINEAR, EXECUTION, len(design.acciones), motivo=_why_not_fitted(design))
    if empty.motivo:
        return [empty], None
    fit = OLS(design.avance, design.matriz).fit(cov_type="HC3", use_t=True)
    bounds = fit.conf_int(alpha=1 - spec.confianza)
    rows = [
        replace(
            empty,
            variable=name,
            estimacion=float(fit.params[i]),
            inferior=float(bounds[i, 0]),
            superior=float(bounds[i, 1]),
            p=float(fit.pvalues[i]),
        )
        for i, name in enumerate(design.variables)
        if i
    ]
    return rows, fit


def _fractional(design: Design, spec: AsociacionSpec) -> Estimate:
    """The average slope of execution in the fractional logit."""
    empty = Estimate(FRACTIONAL, EXECUTION, len(design.acciones), motivo=_why_not_fitted(design))
    if empty.motivo:
        return empty
    slopes = _quietly(lambda: fractional_logit(design.avance, design.matriz))
    if slopes is None:
        return replace(empty, motivo="el ajuste no converge: los controles separan del todo las acciones con y sin avance")
    low, high = slopes.conf_int(alpha=1 - spec.confianza)[0]
    return replace(empty, estimacion=float(slopes.margeff[0]), inferior=float(low), superior=float(high), p=float(slopes.pvalues[0]))


def fractional_logit(outcome: Floats, matrix: Floats) -> Any:
    """Average slopes of a binomial quasi-likelihood with robust covariance; the constant, first in the matrix, has none."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    return GLM(outcome, matrix, family=Binomial()).fit(cov_type="HC0").get_margeff(at="overall", method="dydx")


def _quietly(fit: Callable[[], Any]) -> Any:
    """What `fit` gives, or nothing when it warns that its figures are not to be trusted."""
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationError, PerfectSeparationWarning

    with warnings.catch_warnings():
        for kind in (ConvergenceWarning, PerfectSeparationWarning, RuntimeWarning):
            warnings.simplefilter("error", kind)
        try:
            return fit()
        except (ConvergenceWarning, PerfectSeparationError, PerfectSeparationWarning, RuntimeWarning):
            return None


def _without(action: str, design: Design, spec: AsociacionSpec) -> list[Estimate]:
    """The three figures of execution when one action is left out."""
    rest = design.without(action)
    rows = (_ranks(rest, spec), _linear(rest, spec)[0][0], _fractional(rest, spec))
    return [replace(row, estimador=row.estimador + WITHOUT, sin_accion=action) for row in rows]
