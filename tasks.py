"""What is run while working on the project: `python tasks.py lint tests` runs those two, in order; alone, it lists them all.

It needs Python and what `.[dev]` installs, nothing else. Every line may be typed by hand as it stands.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TASKS = {
    "format": ("write the code as the formatter does", "python -m ruff check --fix .", "python -m ruff format ."),
    "lint": ("rules of style, and what is not formatted", "python -m ruff check .", "python -m ruff format --check ."),
    "types": ("strict types", "python -m mypy"),
    "tests": ("the default run, in parallel", "python -m pytest"),
    "slow": ("files of some megabytes, processes killed on purpose", "python -m pytest -m lento"),
    "properties": ("properties on all their examples", "PRUEBAS=todas python -m pytest -m propiedad"),
    "browser": ("the board in a Chromium of the machine (extra `navegador`)", "python -m pytest -m navegador -rs"),
    "docs": ("columns, findings, commands and rooms, written again", "python docs/generate.py"),
    "pictures": ("the pictures of README and guide, drawn again (extra `navegador`)", "python docs/pictures.py"),
    "bench": ("two quick ones; more in benchmarks/README.md", "python benchmarks/ayuda.py", "python benchmarks/robustez.py --veces 3"),
    "ci": ("everything in a fresh environment, and the wheel installed elsewhere (needs bash)", "bash .ci/run"),
}
"""Name: what it is for, and its lines."""


def run(line: str) -> int:
    """Run a line from the root of the project with this Python; its exit code."""
    words = line.split()
    setting = words.pop(0).split("=") if "=" in words[0] else []
    command = [sys.executable, *words[1:]] if words[0] == "python" else words
    return subprocess.run(command, cwd=ROOT, env=os.environ | dict([setting] if setting else []), check=False).returncode


def main(names: list[str]) -> int:
    """Run the tasks named until a line fails; its exit code."""
    if not names or not set(names) <= TASKS.keys():
        sys.stderr.write("".join(f"{name:<11} {about}\n" for name, (about, *_) in TASKS.items()))
        return 2 if names else 0
    for line in (line for name in names for line in TASKS[name][1:]):
        sys.stderr.write(f"== {line}\n")
        if code := run(line):
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
