"""Speed of the robustness of the ranking beside sorting alone.

    python benchmarks/robustez.py --casos 100000x17 100000x48 100000x96 --veces 7

Each case is draws x actions, all lagging, with a tenth of the components missing. The peer is what a plain script does: scores as a product of
matrices and `numpy.argsort` of each draw. It gives the order only: no ties, pairs, central weights nor missing components, so that the ratio
says what all of that costs. The last line is the whole study of the Cajamarca analysis. Everything is synthetic but that line. Prints Markdown.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from presupuesto_link.evaluation.evaluate import evaluate
from presupuesto_link.evaluation.ranking import COMPONENTS, LAGGING
from presupuesto_link.inputs import load
from presupuesto_link.studies.acceptability import Acceptability, measure_acceptability
from presupuesto_link.studies.counting import Reading
from presupuesto_link.studies.robustness import study_robustness
from presupuesto_link.studies.weights import draw_weights

ROOT = Path(__file__).resolve().parents[1]
ANY = dict.fromkeys(COMPONENTS, (0.0, 1.0))
MISSING = 0.1


def reading(actions: int, seed: int) -> Reading:
    """Synthetic components, a tenth of them missing; never the first, as in a lagging action."""
    draw = np.random.default_rng(seed)
    values = draw.random((actions, len(COMPONENTS)))
    values[:, 1:][draw.random((actions, len(COMPONENTS) - 1)) < MISSING] = np.nan
    columns = {name: pl.Series(values[:, k]).fill_nan(None) for k, name in enumerate(COMPONENTS)}
    codes = [f"AER.{i:03}" for i in range(actions)]
    return Reading("sintética", pl.DataFrame({"accion": codes, "grupo": [LAGGING] * actions, **columns}))


def alone(values: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """The order of the actions in each draw, as a plain script gives it."""
    weights = draw_weights(ANY, draws, seed)
    return np.argsort(-(weights @ values.T), axis=1)


def median(work: Callable[[], object], turns: int) -> float:
    """Median seconds."""
    times = []
    for _ in range(turns):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def case(draws: int, actions: int, turns: int, seed: int) -> str:
    """A row of the table."""
    given = reading(actions, seed)
    values = given.acciones.select(pl.col(COMPONENTS).fill_null(0)).to_numpy()
    plain = median(lambda: alone(values, draws, seed), turns)
    own = median(lambda: measure_acceptability([given], ANY, draws, seed), turns)
    found: Acceptability = measure_acceptability([given], ANY, draws, seed)
    error = float(found.acciones["primeros_error"].max())  # type: ignore[arg-type]
    return f"| {draws:,} × {actions} | {plain:.2f} | {own:.2f} | {own / plain:.2f} | {error:.4f} |"


def whole(turns: int) -> str:
    """The study of the Cajamarca analysis: four readings and each doubt alone."""
    analysis = evaluate(load(ROOT / "analyses" / "cajamarca-2024" / "analisis.toml"))
    seconds = median(lambda: study_robustness(analysis), turns)
    spec = analysis.inputs.spec.robustez
    return f"\nEstudio de Cajamarca, {spec.sorteos:,} sorteos, 4 lecturas y cada duda por sí sola: {seconds:.2f} s.\n"


def main() -> None:
    """Run the cases asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--casos", nargs="+", default=["100000x17", "100000x48", "100000x96"])
    parser.add_argument("--veces", type=int, default=7)
    parser.add_argument("--semilla", type=int, default=7)
    given = parser.parse_args()
    sys.stdout.write(
        "| Sorteos × AER | Sólo ordenar (s) | Robustez (s) | Robustez ÷ ordenar | Error de muestreo |\n|---|---:|---:|---:|---:|\n"
    )
    case(1000, 10, 1, given.semilla)  # what is only loaded once is not counted
    for text in given.casos:
        draws, actions = map(int, text.split("x"))
        sys.stdout.write(case(draws, actions, given.veces, given.semilla) + "\n")
        sys.stdout.flush()
    sys.stdout.write(whole(given.veces))


if __name__ == "__main__":
    main()
