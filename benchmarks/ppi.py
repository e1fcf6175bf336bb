"""Cajamarca as a case for Policy Priority Inference: normalised indicators, and the PIM by AER before and after a scenario.

PPI (Guerrero and Castañeda; PyPI `policy_priority_inference`) simulates an agent government that spends a budget on programmes and
indicators that rise or fall. Here a programme is an AER and its budget is its PIM. What is simulated from this case is
neither a forecast nor an effect of the money.

python benchmarks/ppi.py [--corridas 1000] [--semilla 2026] [--unidad soles|millones] [--escenario recomendacion-2]

Calibrates PPI, runs it N times with the budget before and N with that after (run k of both from the same seed, so that they are compared
in pairs), and solves the project's scenario N times with the ranking's weights shaken. Prints Markdown; progress goes to stderr.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from presupuesto_link.errors import PresupuestoLinkError
from presupuesto_link.evaluation.advance import indicator_values
from presupuesto_link.evaluation.evaluate import Evaluation, evaluate
from presupuesto_link.inputs import load
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.scenarios.ground import ground_of, solve_all
from presupuesto_link.scenarios.questions import shaken
from presupuesto_link.specs import EscenarioSpec, read_spec
from presupuesto_link.wording import MINUS, enumerate_words, millions, soles

ANALYSIS = Path(__file__).resolve().parent.parent / "analyses" / "cajamarca-2024" / "analisis.toml"
LESS_IS_BETTER = ("descendente", "máximo permisible")
UNITS = {"soles": 1.0, "millones": 1e6}
PERIODS = 50  # what PPI takes when it is not told
ITERATIONS, PER_ITERATION = 101, 10  # PPI's own first stage; the second only ends when every indicator fits
GOOD_FIT = 0.8  # the worst fit that PPI asks for when it is not told


@dataclass(frozen=True)
class Case:
    """Cajamarca as PPI reads it.

    Attributes:
        indicadores: key `indicador`: `accion`, `programa` (row of the budget), and in 0-1, more is better: `inicial`, `final`,
            `meta`; `exito_ratio` = rises / changes seen.
        acciones: key `accion`, in row order: `pim_antes_soles`, `pim_despues_soles` (Decimal).
        excluidos: key `indicador`: `motivo`.
        fuera: AER with directly linked budget and no usable indicator: the same two amounts.
    """

    indicadores: pl.DataFrame
    acciones: pl.DataFrame
    excluidos: pl.DataFrame
    fuera: pl.DataFrame

    def vector(self, column: str) -> np.ndarray:
        """A fresh copy, because PPI writes on some of what it is given."""
        return self.indicadores[column].to_numpy().copy()

    def budget(self, column: str, periods: int, unit: str) -> np.ndarray:
        """The disbursement schedule: a row per AER, its PIM in equal parts by period."""
        pim = self.acciones[column].cast(pl.Float64).to_numpy() / UNITS[unit]
        return np.repeat(pim[:, None] / periods, periods, axis=1)

    def programmes(self) -> dict[int, list[int]]:
        """Which row of the budget serves each indicator."""
        return {row: [programme] for row, programme in enumerate(self.indicadores["programa"])}


def build_case(analysis: Evaluation, scenario: Scenario) -> Case:
    """The case from the plan's observed values and the scenario's amounts by AER."""
    ranking = analysis.inputs.spec.ranking
    funded = scenario.acciones.select("accion", "pim_antes_soles", "pim_despues_soles").sort("accion")
    judged = _judged(_observed(analysis, ranking.anio_resultado_previo, ranking.anio_resultado), funded["accion"])
    used = judged.filter(pl.col("motivo").is_null())
    actions = funded.join(used, on="accion", how="semi")
    programme = actions.select("accion", programa=pl.int_range(pl.len()))
    indicators = _normalised(used).join(programme, on="accion", how="left", validate="m:1").sort("indicador")
    return Case(
        indicators,
        actions,
        judged.filter(pl.col("motivo").is_not_null()).select("indicador", "motivo"),
        funded.join(used, on="accion", how="anti"),
    )


def _observed(analysis: Evaluation, first: int, last: int) -> pl.DataFrame:
    """AER indicators with baseline, both years' values and the last target, in their own units."""
    values = indicator_values(analysis.inputs.plan, "corregidos").filter(pl.col("nivel") == "AER")
    before = values.filter(pl.col("anio") == first).select("indicador", v0="obtenido")
    return (
        values.filter(pl.col("anio") == last)
        .join(before, on="indicador", how="left", validate="1:1")
        .select("indicador", "sentido", "v0", accion="elemento", base="linea_base", v1="obtenido", goal="meta")
    )


def _judged(values: pl.DataFrame, funded: pl.Series) -> pl.DataFrame:
    """Why an indicator cannot enter, null when it can."""
    unknown = pl.any_horizontal(pl.col("base", "v0", "v1", "goal").is_null())
    reason = (
        pl.when(~pl.col("accion").is_in(funded.implode()))
        .then(pl.lit("su AER no tiene presupuesto vinculado que se pueda sumar"))
        .when(unknown)
        .then(pl.lit("ND en la línea base, la meta o alguno de los dos años"))
        .when(pl.col("v0") == pl.col("v1"))
        .then(pl.lit("sin cambio entre los dos años: PPI no lo puede calibrar"))
    )
    return values.with_columns(motivo=reason)


def _normalised(values: pl.DataFrame) -> pl.DataFrame:
    """To 0-1 between the least and the most of what is known of each indicator, turned so that more is better."""
    low, high = pl.min_horizontal("base", "v0", "v1", "goal"), pl.max_horizontal("base", "v0", "v1", "goal")

    def scaled(column: str) -> pl.Expr:
        share = (pl.col(column) - low) / (high - low)
        return pl.when(pl.col("sentido").is_in(LESS_IS_BETTER)).then(1 - share).otherwise(share)

    steps = values.select("indicador", "accion", base=scaled("base"), inicial=scaled("v0"), final=scaled("v1"), meta=scaled("goal"))
    changes = [pl.col("inicial") - pl.col("base"), pl.col("final") - pl.col("inicial")]
    rises = pl.sum_horizontal(change > 0 for change in changes)
    seen = pl.sum_horizontal(change != 0 for change in changes)
    return steps.with_columns(exito_ratio=rises / seen).drop("base")


def load_ppi() -> Any:
    """The package; importing it silences every warning of the process, so that is undone."""
    with warnings.catch_warnings():
        import policy_priority_inference

    return policy_priority_inference


@dataclass(frozen=True)
class Calibration:
    """What PPI needs besides the money.

    Attributes:
        parametros: indicators x (size of a rise, size of a fall, normaliser of the chance to rise).
        ajuste: indicators x (final level, rate of rises), the package's own measure of fit: 1 is perfect and it has no floor.
    """

    parametros: np.ndarray
    ajuste: np.ndarray


def calibrate(package: Any, case: Case, unit: str, seed: int, iterations: int = ITERATIONS) -> Calibration:
    """A set number of iterations: the package has no limit, and goes on for ever when one indicator does not fit."""
    np.random.seed(seed)
    table = package.calibrate(
        case.vector("inicial"),
        case.vector("final"),
        case.vector("exito_ratio"),
        Bs=case.budget("pim_antes_soles", PERIODS, unit),
        B_dict=case.programmes(),
        threshold=-1e9,
        increment=0,
        low_precision_counts=iterations,
    )
    numbers = table[1:].astype(float)
    return Calibration(numbers[:, :3], numbers[:, 6:])


def simulate(package: Any, case: Case, calibration: Calibration, money: np.ndarray, seeds: range, tick: Callable[[], None]) -> np.ndarray:
    """Runs x indicators: the last level of each simulation. A seed gives the same draws whatever the money.

    Without goals: the package divides by zero where those of a whole programme are met, and does not calibrate with them.
    """
    rises, falls, betas = calibration.parametros.T
    levels = np.empty((len(seeds), case.indicadores.height))
    for run, seed in enumerate(seeds):
        np.random.seed(seed)
        series = package.run_ppi(case.vector("inicial"), rises, falls, betas, Bs=money.copy(), B_dict=case.programmes())[0]
        levels[run] = series[:, -1]
        tick()
    return levels


def by_action(case: Case, before: np.ndarray, after: np.ndarray) -> pl.DataFrame:
    """Simulated levels by AER, each the mean of its indicators.

    Returns:
        Key `accion`: `indicadores`, both PIM, `observado` (last year), `base` and `escenario` (mean over runs), `diferencia` (mean of the
        differences by pairs of runs), `p5` and `p95` of those, and `error` (standard error of their mean).
    """
    rows = case.indicadores["programa"].to_numpy()
    member = (rows[:, None] == np.arange(case.acciones.height)).astype(float)
    share = member / member.sum(axis=0)
    base, moved = before @ share, after @ share
    difference = moved - base
    low, high = np.percentile(difference, [5, 95], axis=0)
    return case.acciones.select("accion", "pim_antes_soles", "pim_despues_soles").with_columns(
        indicadores=pl.Series(member.sum(axis=0).astype(np.int64)),
        observado=pl.Series(case.vector("final") @ share),
        base=pl.Series(base.mean(axis=0)),
        escenario=pl.Series(moved.mean(axis=0)),
        diferencia=pl.Series(difference.mean(axis=0)),
        p5=pl.Series(low),
        p95=pl.Series(high),
        error=pl.Series(difference.std(axis=0, ddof=1) / np.sqrt(len(difference))),
    )


@contextmanager
def bar(name: str, total: int | None) -> Iterator[Callable[[], None]]:
    """A bar on stderr and how to move it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(name, total=total)
        yield lambda: progress.advance(task)
        progress.update(task, total=total or 1, completed=total or 1)


def solved(name: str) -> tuple[Evaluation, Scenario]:
    """The analysis with one scenario of its folder."""
    spec = read_spec(ANALYSIS.parent / "escenarios" / f"{name}.toml", EscenarioSpec)
    analysis = evaluate(replace(load(ANALYSIS), scenarios=(spec,)))
    solved = solve_all(ground_of(analysis))
    for _, error in solved.unsolved:
        raise error
    return analysis, solved.scenarios[0]


def figure(value: float, form: str = "z.3f") -> str:
    """A number with a true minus sign, and none on a zero."""
    return f"{value:{form}}".replace("-", MINUS)


def heading(case: Case, scenario: Scenario, options: argparse.Namespace) -> str:
    """What was run, and how much of the plan is in it."""
    before, after = (millions(case.acciones[c].sum()) for c in ("pim_antes_soles", "pim_despues_soles"))
    out = case.fuera.filter(pl.col("pim_antes_soles") != pl.col("pim_despues_soles"))["accion"]
    why = f" El escenario cambia también AER que quedan fuera ({enumerate_words(out)})." if out.len() else ""
    return (
        f"# PPI y el escenario «{scenario.spec.titulo}» (simulado)\n\n"
        f"{os.cpu_count()} CPU, {platform.platform()}, Python {platform.python_version()}, NumPy {np.__version__}; semilla "
        f"{options.semilla}, dinero en {options.unidad}, {PERIODS} periodos.\n\n"
        f"Entran {case.indicadores.height} indicadores de {case.acciones.height} AER y quedan fuera {case.excluidos.height} indicadores; "
        f"{case.fuera.height} AER con presupuesto no tienen ninguno utilizable. El PIM de las que entran suma {before} antes del escenario y "
        f"{after} después.{why}\n"
    )


def fit_table(calibration: Calibration, case: Case, before: np.ndarray) -> str:
    """How well the calibrated model gives back what was observed, by the package and by the runs of the baseline."""
    gap = np.abs(case.vector("final") - case.vector("inicial"))
    own = 1 - np.abs(case.vector("final") - before.mean(axis=0)) / gap
    lines = ["| ajuste (1 = perfecto) | mínimo | mediana | bajo 0.8 |", "|---|---|---|---|"]
    for name, fit in (
        ("nivel final, según el paquete", calibration.ajuste[:, 0]),
        ("frecuencia de alzas, según el paquete", calibration.ajuste[:, 1]),
        ("nivel final, en las corridas de base", own),
    ):
        below = int((fit < GOOD_FIT).sum())
        lines.append(f"| {name} | {figure(fit.min(), 'z.2f')} | {figure(float(np.median(fit)), 'z.2f')} | {below} de {fit.size} |")
    outside = float(((before < 0) | (before > 1)).mean())
    return "\n".join([*lines, "", f"Niveles finales simulados fuera de 0-1 en la base: {outside:.1%}.\n"])


def timing_table(seconds: dict[str, tuple[int, float, float]]) -> str:
    """Seconds of each part, and its CPU by run beside that of the last part: solving the scenario again."""
    *_, (runs, _, last) = seconds.values()
    lines = ["| parte | N | s | s de CPU | ms de CPU por corrida | razón por corrida |", "|---|---|---|---|---|---|"]
    for name, (number, wall, cpu) in seconds.items():
        each = cpu / number
        lines.append(f"| {name} | {number:,} | {wall:.1f} | {cpu:.1f} | {each * 1000:.1f} | {each / (last / runs):.2f} |")
    return "\n".join(lines) + "\n"


def action_table(table: pl.DataFrame) -> str:
    """The table by AER in Markdown."""
    lines = [
        "| AER | indicadores | PIM antes | PIM después | observado | base (simulado) | escenario (simulado) | diferencia simulada | p5 a p95 | error estándar |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['accion']} | {r['indicadores']} | {soles(r['pim_antes_soles'])} | {soles(r['pim_despues_soles'])} | {figure(r['observado'])} "
        f"| {figure(r['base'])} | {figure(r['escenario'])} | {figure(r['diferencia'], '+z.3f')} | {figure(r['p5'], '+z.3f')} a {figure(r['p95'], '+z.3f')} "
        f"| {figure(r['error'], 'z.4f')} |"
        for r in table.iter_rows(named=True)
    ]
    return "\n".join(lines) + "\n"


def measure(package: Any, case: Case, scenario: Scenario, options: argparse.Namespace) -> str:
    """Run everything and write what it gave."""
    seconds: dict[str, tuple[int, float, float]] = {}

    @contextmanager
    def part(name: str, runs: int, moves: bool = True) -> Iterator[Callable[[], None]]:
        with bar(name, runs if moves else None) as tick:
            start, used = time.perf_counter(), time.process_time()
            yield tick
            seconds[name] = (runs, time.perf_counter() - start, time.process_time() - used)

    runs, seeds = options.corridas, range(options.semilla, options.semilla + options.corridas)
    with part("PPI: calibración", ITERATIONS * PER_ITERATION, moves=False):
        calibration = calibrate(package, case, options.unidad, options.semilla)
    levels = []
    for name, column in (("base", "pim_antes_soles"), ("escenario", "pim_despues_soles")):
        with part(f"PPI: {name}", runs) as tick:
            money = case.budget(column, PERIODS, options.unidad)
            levels.append(simulate(package, case, calibration, money, seeds, tick))
    with part("escenario resuelto con pesos perturbados", runs) as tick:
        survival = shaken(scenario, runs, options.semilla, tick=tick)
    return "\n".join(
        [
            heading(case, scenario, options),
            "## Tiempos\n",
            timing_table(seconds),
            f"De las {runs:,} resoluciones con pesos perturbados, {survival.con_solucion:,} tienen solución.\n",
            "## Calibración (simulado)\n",
            fit_table(calibration, case, levels[0]),
            "## Nivel final por AER (simulado)\n",
            action_table(by_action(case, *levels)),
            "Todo nivel está entre lo peor (0) y lo mejor (1) que se conoce de cada indicador. La diferencia es del modelo: no prueba que el dinero la cause.\n",
        ]
    )


def main() -> None:
    """Read the options, run and print."""
    names = sorted(path.stem for path in (ANALYSIS.parent / "escenarios").glob("*.toml"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corridas", type=int, default=1000, help="cuántas de cada clase; 2 o más")
    parser.add_argument("--semilla", type=int, default=2026)
    parser.add_argument("--unidad", choices=UNITS, default="soles", help="en qué se le da el dinero a PPI")
    parser.add_argument("--escenario", choices=names, default="recomendacion-2")
    options = parser.parse_args()
    if options.corridas < 2:
        parser.error("--corridas: se esperaba 2 o más")
    try:
        package = load_ppi()
    except ImportError as error:
        parser.error(f"falta {error.name}: instale presupuesto-link[ppi]")
    try:
        analysis, scenario = solved(options.escenario)
    except PresupuestoLinkError as error:
        sys.exit(str(error))
    sys.stdout.write(measure(package, build_case(analysis, scenario), scenario, options))


if __name__ == "__main__":
    main()
