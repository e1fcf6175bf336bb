"""What an analyst asks of a solved scenario: what each rule costs, how far the money goes, and how much of the proposal is due to assumptions.

Every question is answered by solving again. Nothing here says what the money would achieve.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from presupuesto_link.evaluation.ranking import COMPONENTS
from presupuesto_link.scenarios.build import build_problem
from presupuesto_link.scenarios.coarse import coarse
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.scenarios.limits import INF, Family
from presupuesto_link.scenarios.model import minimise, model_of
from presupuesto_link.scenarios.objectives import objective_of
from presupuesto_link.scenarios.problem import ReallocationProblem
from presupuesto_link.scenarios.solve import best_value, solve
from presupuesto_link.specs import EscenarioSpec
from presupuesto_link.specs.scenario import LEVELS

_STEP = 0.01  # a limit of a whole-number programme is relaxed by this share of itself


def rules_worth(scenario: Scenario) -> pl.DataFrame:
    """What the rules that stop transfers cost, each taken away alone.

    Returns:
        Key `regla`, only rules that are the one obstacle of some transfer: `transferencias` (candidates that only it stops), `valor` (of the
        objective without it), `gana` (against the proposal), `articulo`, `veredicto`. Not a proposal: a rule is not taken away by an analyst.
    """
    problem, book = scenario.problem, scenario.book
    rules = {rule.id: rule for rule in book.reglas}
    rows = []
    for rule, count in problem.judgement.sole_obstacles().items():
        freed = build_problem(problem.baseline, problem.spec, book, problem.level, relaxed=(rule,))
        value = best_value(coarse(freed).problem)
        rows.append(
            {
                "regla": rule,
                "veredicto": rules[rule].veredicto,
                "articulo": rules[rule].articulo,
                "transferencias": count,
                "valor": value,
                "gana": None if value is None else round(scenario.objetivo.gain(value, scenario.solution.value), 6) + 0.0,
            }
        )
    schema = {
        "regla": pl.String,
        "veredicto": pl.String,
        "articulo": pl.String,
        "transferencias": pl.Int64,
        "valor": pl.Float64,
        "gana": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema).sort("gana", "regla", descending=[True, False], nulls_last=True)


def limits_worth(scenario: Scenario) -> pl.DataFrame:
    """What relaxing each reached limit is worth.

    Returns:
        Key `restriccion`, only limits that are reached: `frase`, `por_sol` (objective gained per sol more), `como` (the dual of the linear
        programme, or solved again with 1 % more).
    """
    reached = scenario.restricciones.filter("activa")
    if not scenario.solution.whole:
        return reached.select("restriccion", "frase", por_sol="valor_marginal", como=pl.lit("dual"))
    problem, rows = coarse(scenario.problem).problem, []
    for row in reached.iter_rows(named=True):
        step = max(1, int(row["limite_soles"] * _STEP))
        value = best_value(problem, _relaxed(problem.families, row["restriccion"], step))
        gain = None if value is None else scenario.objetivo.gain(value, scenario.solution.value) / step
        rows.append(
            {"restriccion": row["restriccion"], "frase": row["frase"], "por_sol": gain, "como": f"resuelto de nuevo con S/ {step} más"}
        )
    schema = {"restriccion": pl.String, "frase": pl.String, "por_sol": pl.Float64, "como": pl.String}
    return pl.DataFrame(rows, schema=schema)


def frontier(problem: ReallocationProblem, points: int = 20) -> pl.DataFrame:
    """The most that the objective can gain with each total amount, from nothing to all that fits.

    Returns:
        Key `punto` (0 to `points`): `monto_soles`, `valor`, `por_sol` (gained per sol since the previous point, null at the first).
    """
    problem = coarse(problem).problem
    most = _most(problem)
    free = tuple(family for family in problem.families if not family.name.startswith("monto"))
    rows = []
    for point in range(points + 1):
        amount = most * point // points
        value = best_value(problem, (*free, _total(problem, amount))) if amount else 0.0
        rows.append({"punto": point, "monto_soles": amount, "valor": value})
    steps = pl.col("valor").diff() / pl.col("monto_soles").diff()
    return pl.DataFrame(rows, schema={"punto": pl.Int64, "monto_soles": pl.Int64, "valor": pl.Float64}).with_columns(
        por_sol=pl.when(pl.col("monto_soles").diff() > 0).then(steps)
    )


def by_assumption(scenario: Scenario) -> pl.DataFrame:
    """The proposal under the low, central and high assumptions.

    Returns:
        Key `nivel, receptor`: `recibe_soles`, `absorcion_ratio`, `absorbido_soles` (what it could spend of it), and, when the scenario states a
        response, `avance_ratio` and `avance_supuesto_ratio`: what the advance would be if that assumption held. Nothing measured here supports it.
    """
    frames = []
    for level in LEVELS:
        problem = build_problem(scenario.baseline, scenario.spec, scenario.book, level)
        problem = coarse(problem).problem
        solution = solve(problem)
        if solution is None:
            continue
        received = np.bincount(problem.receiver_action, solution.amounts.astype(float), minlength=problem.receivers.acciones.height)
        frames.append(_assumed(scenario, problem, np.rint(received).astype(np.int64), level))
    return pl.concat(frames)


def level_totals(assumed: pl.DataFrame) -> pl.DataFrame:
    """What moves and what would be spent of it under each assumption of `by_assumption`: key `nivel`, in the order given."""
    return assumed.group_by("nivel", maintain_order=True).agg(pl.col("recibe_soles").sum(), pl.col("absorbido_soles").sum())


def enough(curve: pl.DataFrame, part: float) -> tuple[int, float] | None:
    """The least amount of a `frontier` that brings that part of its largest value, and the part it brings; null when nothing is gained."""
    ordered = curve.drop_nulls("valor").sort("monto_soles")
    reached = ordered.with_columns(parte=pl.col("valor") / pl.col("valor").max()).filter(pl.col("parte") >= part)
    top = ordered["valor"].max()
    return reached.select("monto_soles", "parte").row(0) if isinstance(top, float) and top > 0 else None


def _assumed(scenario: Scenario, problem: ReallocationProblem, received: np.ndarray, level: str) -> pl.DataFrame:
    response = scenario.spec.supuestos.respuesta
    advance = scenario.baseline.acciones.select("accion", "avance_ratio")
    share = pl.col("absorbido_soles") / pl.col("pim_soles").cast(pl.Float64) * 100
    supposed = (pl.col("avance_ratio") + response.at(level) * share / 100).clip(0, 1) if response else pl.lit(None, pl.Float64)
    return (
        problem.receivers.acciones.select("accion", "pim_soles", "absorcion_ratio")
        .with_columns(nivel=pl.lit(level), recibe_soles=pl.Series(received))
        .with_columns(absorbido_soles=(pl.col("recibe_soles") * pl.col("absorcion_ratio")).round(2))
        .join(advance, on="accion", how="left", validate="1:1")
        .with_columns(avance_supuesto_ratio=supposed)
        .select(
            "nivel",
            pl.col("accion").alias("receptor"),
            "recibe_soles",
            "absorcion_ratio",
            "absorbido_soles",
            "avance_ratio",
            "avance_supuesto_ratio",
        )
    )


@dataclass(frozen=True)
class Survival:
    """How much of a proposal stays when the weights of the ranking are shaken.

    Attributes:
        transferencias: key `donante, receptor`: `en_propuesta`, `corridas_ratio` (share of runs in which it is there), and least, mean and most soles.
        corridas: how many runs; `con_solucion` of them had one.
        semilla, concentracion: seed, and how close the weights stay to their own (Dirichlet; larger is closer).
    """

    transferencias: pl.DataFrame
    corridas: int
    con_solucion: int
    semilla: int
    concentracion: float


def shaken(scenario: Scenario, runs: int, seed: int, concentration: float = 50.0, tick: Callable[[], None] = lambda: None) -> Survival:
    """Solve the scenario with weights drawn around those of the ranking.

    Weights come from a Dirichlet of mean equal to the analysis' weights. Each draw gives new scores, and with them new priorities and, when the
    scenario takes the first places of the ranking, other receivers.

    Args:
        scenario: the proposal.
        runs: how many draws.
        seed: of the draws.
        concentration: of the Dirichlet.
        tick: called after each run.
    """
    everyone = _wide(scenario)
    problem = coarse(build_problem(scenario.baseline, everyone, scenario.book, scenario.problem.level)).problem
    scores = _scores(scenario, runs, seed, concentration)
    amounts, solved = np.zeros((runs, _pairs(problem)[1].size), dtype=np.int64), np.zeros(runs, dtype=bool)
    for run in range(runs):
        shaken_problem = _with_scores(problem, scenario, scores[run])
        solution = solve(shaken_problem)
        if solution is not None:
            solved[run] = True
            label, names = _pairs(problem)
            amounts[run] = np.rint(np.bincount(label, solution.amounts.astype(float), minlength=names.size))
        tick()
    return Survival(_survived(scenario, problem, amounts[solved]), runs, int(solved.sum()), seed, concentration)


def _wide(scenario: Scenario) -> EscenarioSpec:
    """The scenario with every lagging action as a possible receiver: which of them are, each draw says."""
    return scenario.spec.model_copy(
        update={
            "receptores": scenario.spec.receptores.model_copy(update={"puestos": None}),
            "movimiento_minimo_soles": None,  # of lines, and only actions are looked at here
        }
    )


def _scores(scenario: Scenario, runs: int, seed: int, concentration: float) -> np.ndarray:
    """Runs x ranking: the score of each action with each draw of weights, as `rank_actions` computes it."""
    weights = np.array([scenario.baseline.pesos.as_dict()[name] for name in COMPONENTS])
    used = weights > 0
    draws = np.zeros((runs, weights.size))
    draws[:, used] = np.random.default_rng(seed).dirichlet(weights[used] / weights.sum() * concentration, runs)
    parts = scenario.baseline.ranking.select(COMPONENTS).cast(pl.Float64).to_numpy()
    known = ~np.isnan(parts)
    total = draws @ known.T
    scored: np.ndarray = np.divide(draws @ np.where(known, parts, 0).T, total, out=np.zeros_like(total), where=total > 0)
    return scored


def _with_scores(problem: ReallocationProblem, scenario: Scenario, score: np.ndarray) -> ReallocationProblem:
    """The problem with other scores: priorities change and only the first places keep their cap."""
    spec, ranking = scenario.spec, scenario.baseline.ranking
    own = ranking.with_columns(nuevo=pl.Series(score)).select("accion", "grupo", "puntaje_ratio", "nuevo")
    lagging = own.filter(pl.col("grupo") == "rezagada").with_columns(puesto=pl.col("nuevo").rank("min", descending=True))
    actions = problem.receivers.acciones.join(lagging.select("accion", "puesto"), on="accion", how="left", maintain_order="left").join(
        own.select("accion", "puntaje_ratio", "nuevo"), on="accion", how="left", maintain_order="left"
    )
    factor = pl.when(pl.col("puntaje_ratio") > 0).then(pl.col("peso") / pl.col("puntaje_ratio")).otherwise(1.0)
    fixed = spec.receptores.acciones or spec.receptores.puestos is None
    inside = pl.lit(True) if fixed else (pl.col("puesto") <= spec.receptores.puestos).fill_null(False)
    actions = actions.with_columns(
        peso=pl.when(pl.col("puntaje_ratio").is_not_null()).then(pl.col("nuevo") * factor).otherwise("peso"),
        tope_soles=pl.when(inside).then("tope_soles").otherwise(0),
    ).drop("puesto", "puntaje_ratio", "nuevo")
    caps = actions["tope_soles"].to_numpy().astype(float)
    families = tuple(replace(f, upper=caps) if f.name == "receptor" else f for f in problem.families)
    return replace(problem, receivers=replace(problem.receivers, acciones=actions), families=families)


def _survived(scenario: Scenario, problem: ReallocationProblem, amounts: np.ndarray) -> pl.DataFrame:
    _, names = _pairs(problem)
    width = problem.receivers.acciones.height
    donors, receivers = problem.donors.acciones["accion"].to_list(), problem.receivers.acciones["accion"].to_list()
    there = amounts > 0
    table = pl.DataFrame(
        {
            "donante": [donors[name // width] for name in names],
            "receptor": [receivers[name % width] for name in names],
            "corridas_ratio": there.mean(axis=0) if amounts.size else np.zeros(names.size),
            "minimo_soles": amounts.min(axis=0, initial=0) if not amounts.size else amounts.min(axis=0),
            "media_soles": amounts.mean(axis=0) if amounts.size else np.zeros(names.size),
            "maximo_soles": amounts.max(axis=0, initial=0),
        }
    )
    proposed = scenario.transferencias.select("donante", "receptor", en_propuesta=pl.lit(True))
    return (
        table.join(proposed, on=["donante", "receptor"], how="left")
        .with_columns(pl.col("en_propuesta").fill_null(False))
        .filter("en_propuesta" | (pl.col("corridas_ratio") > 0))
        .sort("en_propuesta", "corridas_ratio", "donante", "receptor", descending=[True, True, False, False])
        .select("donante", "receptor", "en_propuesta", "corridas_ratio", "minimo_soles", "media_soles", "maximo_soles")
    )


def _pairs(problem: ReallocationProblem) -> tuple[np.ndarray, np.ndarray]:
    """The pair of actions of each arc, as a place in the list of pairs, and that list."""
    width = problem.receivers.acciones.height
    names, label = np.unique(problem.donor_action.astype(np.int64) * width + problem.receiver_action, return_inverse=True)
    return label, names


def _most(problem: ReallocationProblem) -> int:
    """The most that can move, whatever the objective."""
    free = tuple(replace(f, lower=np.full(f.size, -INF)) for f in problem.families if not f.name.startswith("monto"))
    model = model_of(free, problem.i.size)
    solved = minimise(replace(model, cost=-np.ones(model.arcs)))
    return int(np.floor(-solved.value + 1e-6))


def _total(problem: ReallocationProblem, amount: int) -> Family:
    exact = np.array([float(amount)])
    lower = exact if objective_of(problem.spec).less_is_better else np.array([-INF])
    return Family("monto", np.zeros(problem.i.size, dtype=np.int64), ("monto",), ("el total",), lower, exact)


def _relaxed(families: tuple[Family, ...], key: str, step: int) -> tuple[Family, ...]:
    """The limits with one of them a step looser."""
    found = []
    for family in families:
        if key in family.keys:
            row = family.keys.index(key)
            lower, upper = family.lower.copy(), family.upper.copy()
            exact = lower[row] == upper[row]
            upper[row] += step
            lower[row] = upper[row] if exact else lower[row]
            found.append(replace(family, lower=lower, upper=upper))
        else:
            found.append(family)
    return tuple(found)
