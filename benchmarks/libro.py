"""What the workbook costs: a long table written by us, and the same cells written by xlsxwriter alone, in one process.

    python benchmarks/libro.py --filas 100000

Prints seconds and peak memory of each, and the ratio, which is what holds on another machine.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl


def table(rows: int) -> pl.DataFrame:
    """A table with text, money, ratios and colours."""
    n = pl.int_range(rows, eager=True)
    return pl.DataFrame(
        {
            "accion": pl.Series(["AER.01.01", "AER.01.02"]).gather(n % 2),
            "nombre": pl.Series(["Una acción del plan", "=otra acción"]).gather(n % 2),
            "pim_soles": (n * 7).cast(pl.Decimal(18, 2)),
            "devengado_soles": (n * 3).cast(pl.Decimal(18, 2)),
            "ejecucion_ratio": (n % 100) / 100,
            "color_ejecucion": pl.Series(["rojo", "verde"]).gather(n % 2),
            "anio": n % 5 + 2020,
            "mes": n % 12 + 1,
        }
    )


def ours(frame: pl.DataFrame, path: Path) -> None:
    """The table as the workbook writes it."""
    from presupuesto_link.presentation.workbook.book_table import Reading, TableSheet
    from presupuesto_link.presentation.workbook.workbook import write_workbook

    write_workbook(path, {"largo": TableSheet("Largo", frame, "")}, [], Reading(bands=(0.75, 0.95), lit=frozenset({"ejecucion_ratio"})))


def bare(frame: pl.DataFrame, path: Path) -> None:
    """The same cells, and nothing else."""
    from xlsxwriter import Workbook

    book = Workbook(str(path), {"in_memory": True})
    sheet = book.add_worksheet("largo")
    for column, name in enumerate(frame.columns):
        sheet.write_string(0, column, name)
        text = frame.schema[name] == pl.String
        for row, value in enumerate(frame[name].to_list(), start=1):
            sheet.write_string(row, column, value) if text else sheet.write_number(row, column, float(value))
    book.close()


def timed(write: Callable[[pl.DataFrame, Path], None], frame: pl.DataFrame) -> float:
    """Seconds."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        write(frame, Path(folder) / "l.xlsx")
        return time.perf_counter() - start


def main() -> None:
    """Measure both and say it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--filas", type=int, default=100_000)
    frame = table(parser.parse_args().filas)
    timed(bare, frame.head(100)), timed(ours, frame.head(100))  # imports
    alone, whole = timed(bare, frame), timed(ours, frame)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{frame.height:,} filas × {frame.width} columnas: xlsxwriter {alone:.1f} s, libro {whole:.1f} s, razón {whole / alone:.2f}; memoria máxima {peak:,.0f} MB\n"
    )


if __name__ == "__main__":
    main()
