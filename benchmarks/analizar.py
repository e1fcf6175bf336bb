"""What `analizar`, `ranking` and a quarter cost, beside another checkout and beside drawing the same figures once with bare plotnine.

    python benchmarks/analizar.py [--base CHECKOUT] [--veces 5]

Each measure is a process of its own, and those that are compared take turns; numbers are medians of wall and of processor time, and what holds
on another machine is the ratio. The embedded analysis is used; for the quarter, the synthetic one. Without `--base` nothing is compared with
another checkout. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_DOSSIER = """
import sys
from pathlib import Path
from presupuesto_link import assemble, embedded_analyses, load
folder, dossier = Path(sys.argv[1]), assemble(load(embedded_analyses()["cajamarca-2024"]))
"""
QUARTER = ("--analisis", "semaforo-trimestral-sintetico", "--instantanea", "ultima")
EXTRACTS = ("gasto_2025_a_junio_sintetico.csv.gz", "gasto_2022_2025_a_agosto_sintetico.csv.gz")
BARE = f"""{_DOSSIER}
import matplotlib
matplotlib.use("Agg")
from presupuesto_link.presentation.plots import draw_all
for figure in draw_all(dossier):
    figure.plot.save(folder / f"{{figure.name}}.png", dpi=300, verbose=False)
"""
REST = f"""{_DOSSIER}
import time
start = time.process_time()
from presupuesto_link.presentation.board.file import board_text
from presupuesto_link.presentation.folders.outputs import _write_tables, _write_workbook
from presupuesto_link.presentation.telling.tables import result_tables
tables = result_tables(dossier)
_write_tables(tables, folder / "tablas")
_write_workbook(dossier, tables, folder / "libro.xlsx")
board_text(dossier, (), {{f"tablas/{{table.name}}.csv": table.title for table in tables}})
print(time.process_time() - start)
"""


@dataclass(frozen=True)
class Cost:
    """Seconds of a process, and what it said."""

    wall: float
    cpu: float
    said: str


def run(arguments: list[str], checkout: Path) -> Cost:
    """One process with the package of a checkout; `{}` is a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, *(argument.replace("{}", folder) if argument.startswith("{}") else argument for argument in arguments)]
        start = time.perf_counter()
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(checkout / "src")}, cwd=tempfile.gettempdir()
        )
        assert child.stdout is not None
        said = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return Cost(wall, used.ru_utime + used.ru_stime, said)


def measure(cases: dict[str, tuple[list[str], Path]], turns: int) -> dict[str, list[Cost]]:
    """Every case once for what is only read once, and then in turns."""
    for arguments, checkout in cases.values():
        run(arguments, checkout)
    found: dict[str, list[Cost]] = {name: [] for name in cases}
    for _ in range(turns):
        for name, (arguments, checkout) in cases.items():
            found[name].append(run(arguments, checkout))
    return found


def load_store(checkout: Path, store: Path) -> None:
    """The synthetic quarter in a store that the package of a checkout writes."""
    for name in EXTRACTS:
        run(["-m", "presupuesto_link", "cargar", str(ROOT / "data" / "siaf" / name), "--almacen", str(store)], checkout)


def quarter_cases(base: Path, stores: Path) -> dict[str, tuple[list[str], Path]]:
    """Board, workbook, report and draft of a quarter: one command here, four commands there."""
    given = {}
    for name, checkout in (("new", ROOT), ("base", base)):
        load_store(checkout, stores / name)
        given[name] = [*QUARTER, "--almacen", str(stores / name)]
    # `analizar` alone writes the board, the workbook, the report and the drafts
    whole = ["-m", "presupuesto_link", "analizar", "--salida", "{}", *given["new"]]
    before = {
        f"{name}, trimestre, base": (["-m", "presupuesto_link", name, *given["base"], *rest], base)
        for name, rest in (
            ("analizar", ["--salida", "{}"]),
            ("tablero", ["--salida", "{}/t.html"]),
            ("informe", ["--salida", "{}"]),
            ("escenario", ["--salida", "{}"]),
        )
    }
    return {"analizar, trimestre": (whole, ROOT)} | before


def main() -> None:
    """Measure and write the two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, help="another checkout of the project")
    parser.add_argument("--veces", type=int, default=5)
    given = parser.parse_args()
    whole, ranking = ["-m", "presupuesto_link", "analizar", "--salida", "{}"], ["-m", "presupuesto_link", "ver", "ranking"]
    cases = {
        "analizar": (whole, ROOT),
        "plotnine": (["-c", BARE, "{}"], ROOT),
        "rest": (["-c", REST, "{}"], ROOT),
        "ranking": (ranking, ROOT),
    }
    with tempfile.TemporaryDirectory() as stores:
        before: list[str] = []
        if given.base:
            base = given.base.resolve()
            cases |= {
                "analizar, base": (whole, base),
                "ranking, base": (["-m", "presupuesto_link", "ranking"], base),
            }  # its name then, which also works now
            quarter = quarter_cases(base, Path(stores))
            before = [name for name in quarter if name.endswith("base")]
            cases |= quarter
        found = measure(cases, given.veces)
    wall = {name: statistics.median(cost.wall for cost in costs) for name, costs in found.items()}
    cpu = {name: statistics.median(cost.cpu for cost in costs) for name, costs in found.items()}
    part = statistics.median(float(cost.said) for cost in found["rest"])
    write = sys.stdout.write
    write("| proceso | s | CPU s |\n|---|---:|---:|\n")
    for name in cases:
        if name != "rest":
            write(f"| {name} | {wall[name]:.2f} | {cpu[name]:.2f} |\n")
    write(f"| tablas, libro y tablero sin figuras | | {part:.2f} |\n")
    write("\n| razón | tiempo | CPU | meta |\n|---|---:|---:|---:|\n")
    pairs = [("analizar", "plotnine", 1.3)]
    if given.base:
        pairs = [("analizar", "analizar, base", 0.5), *pairs, ("ranking", "ranking, base", 0.6)]
    for one, other, target in pairs:
        write(f"| {one} ÷ {other} | {wall[one] / wall[other]:.2f} | {cpu[one] / cpu[other]:.2f} | {target} |\n")
    if before:
        told = " | ".join(f"{took['analizar, trimestre'] / sum(took[name] for name in before):.2f}" for took in (wall, cpu))
        write(f"| un trimestre: analizar ÷ las cuatro órdenes, base | {told} | 0.45 |\n")
    write(f"| tablas, libro y tablero sin figuras ÷ analizar | | {part / cpu['analizar']:.2f} | 0.2 |\n")


if __name__ == "__main__":
    main()
