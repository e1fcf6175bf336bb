"""How long it takes to build and solve a reallocation problem, beside HiGHS's own solve of the same matrix in the same process.

python benchmarks/escenarios.py [--casos 1x1 1x12 5x12 25x12] [--veces 3] [--semilla 7] [--limite 600] [--corridas 1000]

A case RxS is R regional governments of 48 AER and S sources of funds, with synthetic budget lines drawn with a seed and judged by the real
rules of 2025. «Construir» goes from the lines to the matrix: who may give and receive, bags, verdicts, arcs, limits, objective. «HiGHS»
is `scipy.optimize.linprog(method="highs")` on that whole matrix, nothing else. «Resolver» is the project's own: merged bags, then every
objective that makes the proposal unique, to the sol. Medians of turns. With --corridas, that many shaken solves of the Cajamarca case.
Everything is synthetic but the Cajamarca table. Prints Markdown.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl
from scipy.optimize import linprog

from presupuesto_link.evaluation.evaluate import evaluate
from presupuesto_link.inputs import load
from presupuesto_link.normas.rulebook import Rulebook, in_force
from presupuesto_link.scenarios.baseline import Baseline, baseline_of_actions
from presupuesto_link.scenarios.build import build_problem
from presupuesto_link.scenarios.ground import ground_of, solve_all
from presupuesto_link.scenarios.model import Model, _stack, model_of
from presupuesto_link.scenarios.objectives import objective_of
from presupuesto_link.scenarios.problem import ReallocationProblem
from presupuesto_link.scenarios.questions import shaken
from presupuesto_link.scenarios.solve import Solution, solve
from presupuesto_link.specs import EscenarioSpec, PesosSpec, read_norms
from presupuesto_link.tables.numbers import MONEY

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]
DATE = dt.date(2025, 7, 31)
AER, LINES = 48, 4  # lines of each action and source
SOURCES = [
    ("1", "00"),
    ("2", "09"),
    ("3", "19"),
    ("4", "13"),
    ("5", "04"),
    ("5", "07"),
    ("5", "08"),
    ("5", "15"),
    ("5", "18"),
    ("2", "10"),
    ("4", "14"),
    ("1", "01"),
]
PROGRAMMES = ["0002", "0042", "0068", "0082", "0090", "0138", "9001", "9002"]
CHAINS = [
    ("3", "2.3.1.5.1.2", "5", "no"),
    ("3", "2.3.2.4.1.1", "5", "no"),
    ("3", "2.3.2.7.11.99", "5", "no"),
    ("3", "2.3.2.2.1.1", "5", "no"),
    ("1", "2.1.1.1.1.1", "5", "no"),
    ("6", "2.6.2.3.4.1", "6", "si"),
    ("6", "2.6.3.2.1.1", "6", "si"),
]
SPEC = EscenarioSpec.model_validate(
    {
        "id": "banco",
        "titulo": "t",
        "autor": "a",
        "pregunta": "p",
        "no_modela": ["todo es sintético"],
        "donantes": {"fraccion_saldo_ratio": 0.5, "tope_pim_ratio": 0.1},
        "receptores": {"tope_pim_ratio": 0.25},
        "legal": {"admite": ["PERMITIDO", "REQUIERE", "FALTA DATO"]},
    }
)


def budget(regions: int, sources: int, seed: int) -> Baseline:
    """Synthetic lines: half of the actions of each region lag, the other half are green."""
    draw = np.random.default_rng(seed)
    size = regions * AER * sources * LINES
    place = np.arange(size)
    region, action, source = (place // (AER * sources * LINES), place // (sources * LINES) % AER, place // LINES % sources)
    chain = draw.integers(0, len(CHAINS), size)
    pim = draw.integers(2_000, 900_000, size)
    codes = pl.DataFrame(
        {
            "accion": pl.Series(region).cast(pl.String).str.zfill(2) + "-AER." + pl.Series(action).cast(pl.String).str.zfill(2),
            "pliego": pl.Series(440 + region).cast(pl.String),
            "sec_ejec": pl.Series(draw.integers(700, 712, size)).cast(pl.String),
            "sec_func": pl.Series(place).cast(pl.String),
            "programa": [PROGRAMMES[k] for k in draw.integers(0, len(PROGRAMMES), size)],
            "fuente": [SOURCES[k][0] for k in source],
            "rubro": [SOURCES[k][1] for k in source],
            "tipo_recurso": "0",
            "producto": "3000002",
            "actividad": "5000001",
            "finalidad": "0000001",
            "funcion": "10",
            "generica": [CHAINS[k][0] for k in chain],
            "clasificador": [CHAINS[k][1] for k in chain],
            "categoria_gasto": [CHAINS[k][2] for k in chain],
            "inversion": [CHAINS[k][3] for k in chain],
            "pim_soles": pim,
            "certificado_soles": (pim * draw.random(size)).astype(np.int64),
        }
    ).with_columns(vinculo=pl.lit("directo"), devengado_soles=pl.col("certificado_soles"))
    return baseline_of_actions(*_decided(codes, draw), PesosSpec(), DATE, 2025, "datos sintéticos", codes)


def _decided(lines: pl.DataFrame, draw: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    actions = (
        lines.group_by("accion", "vinculo")
        .agg(pl.col("pim_soles").sum().cast(MONEY), pl.col("devengado_soles").sum().cast(MONEY))
        .sort("accion")
    )
    lagging = pl.Series(np.arange(actions.height) % 2 == 0)
    advance = pl.Series(draw.random(actions.height) * 0.9)
    full = actions.with_columns(
        objetivo=pl.col("accion").str.slice(0, 3) + "OER",
        nombre=pl.col("accion"),
        saldo_soles=pl.col("pim_soles") - pl.col("devengado_soles"),
        ejecucion_ratio=pl.col("devengado_soles").cast(pl.Float64) / pl.col("pim_soles").cast(pl.Float64),
        diagnostico=pl.lit("sostener"),
        avance_ratio=pl.when(lagging).then(advance).otherwise(1.0),
        banda_resultado=pl.when(lagging).then(pl.lit("rojo")).otherwise(pl.lit("verde")),
    )
    ranking = full.filter(lagging).select(
        pl.lit("rezagada").alias("grupo"),
        "accion",
        "objetivo",
        puntaje_ratio=1 - pl.col("avance_ratio"),
        puesto=(1 - pl.col("avance_ratio")).rank("min", descending=True).cast(pl.Int64),
    )
    return full, ranking


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds and what came out."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def build(baseline: Baseline, book: Rulebook) -> tuple[ReallocationProblem, Model]:
    """From the lines to the matrix with its objective."""
    problem = build_problem(baseline, SPEC, book)
    return problem, objective_of(SPEC).aimed(problem, model_of(problem.families, problem.i.size))


def highs_alone(model: Model, limit: float) -> float:
    """HiGHS on the whole matrix; the value of the objective, or not a number when the limit came first."""
    above, below = np.isfinite(model.row_upper), np.zeros(model.row_upper.size, dtype=bool)
    rows, caps = _stack(model, above, below)
    result = linprog(model.cost, A_ub=rows, b_ub=caps, bounds=(0, None), method="highs", options={"time_limit": limit})
    return -float(result.fun) if result.success else float("nan")


def case(regions: int, sources: int, turns: int, seed: int, limit: float, book: Rulebook) -> str:
    """A row of the table."""
    baseline = budget(regions, sources, seed)
    building, alone, solving = [], [], []
    value = float("nan")
    for turn in range(turns):
        seconds, (problem, model) = timed(lambda: build(baseline, book))
        building.append(seconds)
        seconds, solution = timed(partial(solve, problem))
        solving.append(seconds)
        if turn == 0 or alone[0] < limit / 4:
            seconds, value = timed(partial(highs_alone, model, limit))
            alone.append(seconds)
    assert isinstance(solution, Solution)
    if not np.isnan(value) and abs(value - solution.value) > 1e-6 * abs(value):
        raise SystemExit(f"distintos óptimos: {value} y {solution.value}")
    made, solver, own = (statistics.median(times) for times in (building, alone, solving))
    told = f"{solver:.2f}" if not np.isnan(value) else f"más de {limit:.0f}"
    mark = "" if not np.isnan(value) else "<"
    return (
        f"| {regions} × {AER} × {sources} | {baseline.lineas.height:,} | {problem.donors.bolsas.height + problem.receivers.bolsas.height:,} "
        f"| {problem.candidate_i.size:,} | {problem.i.size:,} | {made:.2f} | {told} | {own:.2f} | {mark}{made / solver:.2f} | {mark}{(made + own) / solver:.2f} |"
    )


def shaken_case(runs: int, seed: int) -> str:
    """The Cajamarca case solved again and again with shaken weights."""
    from rich.console import Console
    from rich.progress import Progress

    scenario = solve_all(ground_of(evaluate(load(ROOT / "analyses" / "cajamarca-2024" / "analisis.toml")))).scenarios[0]
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(f"{runs} corridas", total=runs)
        seconds, survival = timed(lambda: shaken(scenario, runs, seed, tick=lambda: bar.advance(task)))
    return f"\n{runs} corridas de «{scenario.spec.id}» con otros pesos: {seconds:.1f} s ({1000 * seconds / runs:.1f} ms cada una), {survival.con_solucion} con solución.\n"


def main() -> None:
    """Run the cases asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--casos", nargs="+", default=["1x1", "1x12", "5x12", "25x12"])
    parser.add_argument("--veces", type=int, default=3)
    parser.add_argument("--semilla", type=int, default=7)
    parser.add_argument("--limite", type=float, default=600)
    parser.add_argument("--corridas", type=int, default=1000)
    given = parser.parse_args()
    book = in_force(read_norms(ROOT / "data" / "normas"), DATE)
    sys.stdout.write(
        "| Regiones × AER × fuentes | Líneas | Bolsas | Pares | Arcos | Construir (s) | HiGHS (s) | Resolver (s) | Construir ÷ HiGHS | Todo ÷ HiGHS |\n"
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
    )
    case(1, 1, 1, given.semilla, given.limite, book)  # what is only loaded once is not counted
    for text in given.casos:
        regions, sources = map(int, text.split("x"))
        sys.stdout.write(case(regions, sources, given.veces, given.semilla, given.limite, book) + "\n")
        sys.stdout.flush()
    sys.stdout.write(shaken_case(given.corridas, given.semilla))


if __name__ == "__main__":
    main()
