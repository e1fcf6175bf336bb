"""How long `--help` takes beside `import typer`, in one run: median ratio of whole processes.

python benchmarks/ayuda.py [--veces 15]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

PEER = [sys.executable, "-c", "import typer"]
OURS = {
    "presupuesto-link --help": [sys.executable, "-m", "presupuesto_link", "--help"],
    "presupuesto-link ver matriz --help": [sys.executable, "-m", "presupuesto_link", "ver", "matriz", "--help"],
}
TARGET = 2.5


def seconds(command: list[str]) -> float:
    """Wall time of one whole process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Run both in turn and write the median of the paired ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--veces", type=int, default=15)
    times = parser.parse_args().veces
    for name, command in OURS.items():
        seconds(command), seconds(PEER)  # warm up
        ratios = [seconds(command) / seconds(PEER) for _ in range(times)]
        sys.stdout.write(f"{name}: {statistics.median(ratios):.2f}x import typer (target {TARGET}x, {times} pairs)\n")


if __name__ == "__main__":
    main()
