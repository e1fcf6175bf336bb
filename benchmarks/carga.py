"""How long it takes to load and read a synthetic SIAF file, beside Polars and DuckDB on the same file in the same run.

python benchmarks/carga.py [--bytes 0.1GB 1GB] [--veces 5] [--carpeta FOLDER] [--sin-pais]

Each measurement is a whole process (wall, CPU and peak memory of that child; `query` leaves imports out), the ways take turns so that
a slow moment of the machine hits them all, and the numbers are medians. Every way must give the same rows and devengado. DuckDB is
optional: `pip install presupuesto-link[benchmarks]`. Linux and macOS only (`os.wait4`). Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
PLIEGO, DAY = "445", "2025-01-31"
# the chain of a reduce, in the layout's headers and in the canonical table
CHAIN = {
    "ANO_EJE": "anio",
    "SEC_EJEC": "sec_ejec",
    "PROGRAMA_PPTO": "programa",
    "PRODUCTO_PROYECTO": "producto",
    "ACTIVIDAD_ACCION_OBRA": "actividad",
    "FUNCION": "funcion",
    "DIVISION_FUNCIONAL": "division",
    "GRUPO_FUNCIONAL": "grupo",
}
SUMS = {"MONTO_PIM": "pim_soles", "MONTO_CERTIFICADO": "certificado_soles", "MONTO_DEVENGADO": "devengado_soles"}
MEGA = 1e6


@dataclass
class Measured:
    """What the runs of one way took."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    rss: list[float] = field(default_factory=list)
    query: list[float] = field(default_factory=list)

    def median(self, what: str) -> float:
        """The median of one of the four."""
        return statistics.median(getattr(self, what))


# --- children: what is measured; each imports only what it uses -------------------------------------------------------


def polars_reduce(path: Path, _: Path) -> dict[str, object]:
    """Polars' own scan of the CSV: filter one pliego, group by chain, sum exact amounts."""
    import polars as pl

    start = time.perf_counter()
    table = (
        _scan(path)
        .filter(pl.col("PLIEGO") == PLIEGO)
        .group_by(*CHAIN)
        .agg(pl.len().alias("filas"), *(pl.col(column).sum() for column in SUMS))
        .collect()
    )
    return _answer(start, table["filas"].sum(), table["MONTO_DEVENGADO"].sum())


def polars_reduce_all(path: Path, _: Path) -> dict[str, object]:
    """The same reduce for the whole country."""
    import polars as pl

    start = time.perf_counter()
    table = (
        _scan(path)
        .group_by("NIVEL_GOBIERNO", "PLIEGO", *CHAIN)
        .agg(pl.len().alias("filas"), *(pl.col(column).sum() for column in SUMS))
        .collect()
    )
    return _answer(start, table["filas"].sum(), table["MONTO_DEVENGADO"].sum())


def duckdb_reduce(path: Path, _: Path) -> dict[str, object]:
    """DuckDB's read_csv of the same reduce, types given."""
    import duckdb

    titles = path.open(encoding="utf-8-sig").readline().replace('"', "").strip().split(",")
    types = {title: "DECIMAL(18,2)" if title.startswith("MONTO_") else "VARCHAR" for title in titles}
    start = time.perf_counter()
    sums = ", ".join(f"sum({column}) AS {column}" for column in SUMS)
    table = duckdb.sql(
        f"SELECT {', '.join(CHAIN)}, count(*) AS filas, {sums} FROM read_csv('{path}', header=true, delim=',', quote='\"', escape='\"', columns={types!r}) "
        f"WHERE PLIEGO = '{PLIEGO}' GROUP BY ALL"
    )
    rows, total = table.aggregate("sum(filas), sum(MONTO_DEVENGADO)").fetchall()[0]
    return _answer(start, rows, total)


def polars_sink(path: Path, folder: Path) -> dict[str, object]:
    """Polars' own conversion of the columns that the store keeps (codes, names, exact amounts) to one zstd parquet."""
    import polars as pl

    from presupuesto_link.sources.siaf.largo import AMOUNT_HEADERS, CODE_HEADERS, NAME_HEADERS

    columns = dict.fromkeys([*CODE_HEADERS.values(), *AMOUNT_HEADERS.values(), *NAME_HEADERS.values()])
    target, start = folder / "crudo.parquet", time.perf_counter()
    _scan(path).select(list(columns)).sink_parquet(target, compression="zstd")
    took = time.perf_counter()
    rows, total = pl.scan_parquet(target).select(pl.len().alias("n"), pl.col("MONTO_DEVENGADO").sum()).collect().row(0)
    target.unlink()
    return _answer(start, rows, total, took)


def store_reduce(_: Path, folder: Path) -> dict[str, object]:
    """One pliego read back from the store and reduced."""
    import polars as pl

    from presupuesto_link.store.store import Store

    store = Store(folder / "almacen")
    start = time.perf_counter()
    rows = store.read(store.list()[-1].id, filters={"pliego": PLIEGO})
    table = rows.group_by(*CHAIN.values()).agg(pl.len().alias("filas"), *(pl.col(column).sum() for column in SUMS.values())).collect()
    return _answer(start, table["filas"].sum(), table["devengado_soles"].sum())


def _scan(path: Path) -> Any:
    import polars as pl

    titles = path.open(encoding="utf-8-sig").readline().replace('"', "").strip().split(",")
    kinds = {title: pl.Decimal(18, 2) if title.startswith("MONTO_") else pl.String for title in titles}
    return pl.scan_csv(path, schema=kinds)


def _answer(start: float, rows: object, total: object, end: float | None = None) -> dict[str, object]:
    return {"query": (end or time.perf_counter()) - start, "rows": int(rows), "total": f"{total:.2f}"}  # type: ignore[call-overload]


CHILDREN = {f.__name__: f for f in (polars_reduce, polars_reduce_all, duckdb_reduce, polars_sink, store_reduce)}


# --- the measuring process --------------------------------------------------------------------------------------------


def child(name: str, path: Path, folder: Path) -> list[str]:
    """The command of a child of this script."""
    return [sys.executable, str(HERE), "--hijo", name, str(path), str(folder)]


def load(path: Path, folder: Path, *options: str) -> list[str]:
    """`cargar` into an empty store."""
    shutil.rmtree(folder / "almacen", ignore_errors=True)
    return [
        sys.executable,
        "-m",
        "presupuesto_link",
        "cargar",
        str(path),
        "--almacen",
        str(folder / "almacen"),
        "--al",
        DAY,
        "--json",
        *options,
    ]


def run(command: list[str], into: Measured) -> dict[str, object]:
    """Run a child, add what it took, and what it answered."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+", encoding="utf-8") as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        out.seek(0)
        err.seek(0)
        text, said = out.read(), err.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed with {process.returncode}: {text[-500:]}{said[-2000:]}")
    answer = json.loads(text)
    into.wall.append(wall)
    into.cpu.append(used.ru_utime + used.ru_stime)
    into.rss.append(used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / MEGA)
    if "query" in answer:
        into.query.append(answer["query"])
        return answer
    rows, totals = answer["cargas"][0]["filas"]["guardadas"], answer["cargas"][0]["totales"]
    return {"rows": rows, "total": totals["2024"]["devengado_soles"]}


def generate(folder: Path, size: str) -> tuple[Path, Path]:
    """The synthetic file and its latin-1 twin (the same rows)."""
    path, latin = folder / "siaf_sintetico.csv", folder / "siaf_sintetico_latin1.csv"
    subprocess.run(
        [
            sys.executable,
            str(HERE.parent / "generar.py"),
            "--formato",
            "largo",
            "--bytes",
            size,
            "--codificacion",
            "utf-8",
            "--salida",
            str(path),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with path.open(encoding="utf-8", newline="") as source, latin.open("w", encoding="latin-1", newline="") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return path, latin


def ways(path: Path, latin: Path, folder: Path, country: bool) -> dict[str, Callable[[], list[str]]]:
    """What is measured, in the order in which it takes turns: the load of the pliego goes before the read of the store."""
    found = {
        "Polars, raw reduce of one pliego": lambda: child("polars_reduce", path, folder),
        "DuckDB, reduce of one pliego": lambda: child("duckdb_reduce", path, folder),
        "**cargar --pliego**, latin-1": lambda: load(latin, folder, "--pliego", PLIEGO),
        "**cargar --pliego**": lambda: load(path, folder, "--pliego", PLIEGO),
        "**store**, one pliego of a store of one": lambda: child("store_reduce", path, folder),
    }
    if country:
        found |= {
            "Polars, raw reduce of the country": lambda: child("polars_reduce_all", path, folder),
            "Polars, sink_parquet of the same columns": lambda: child("polars_sink", path, folder),
            "**cargar**, whole country": lambda: load(path, folder),
            "**store**, one pliego of the country": lambda: child("store_reduce", path, folder),
        }
    try:
        version("duckdb")
    except PackageNotFoundError:
        sys.stdout.write("DuckDB left out: it is not installed (pip install presupuesto-link[benchmarks])\n\n")
        del found["DuckDB, reduce of one pliego"]
    return found


WHOLE = ("**cargar**, whole country", "Polars, sink_parquet of the same columns", "Polars, raw reduce of the country")
RATIOS = (
    ("filtered load / Polars raw reduce (wall)", "**cargar --pliego**", "Polars, raw reduce of one pliego", "wall", 1.15),
    ("filtered load / DuckDB (wall)", "**cargar --pliego**", "DuckDB, reduce of one pliego", "wall", 0.75),
    ("latin-1 / UTF-8 (wall)", "**cargar --pliego**, latin-1", "**cargar --pliego**", "wall", 1.2),
    ("country load / sink_parquet (wall)", "**cargar**, whole country", "Polars, sink_parquet of the same columns", "wall", 1.2),
    (
        "pliego from its store / CSV scan (query)",
        "**store**, one pliego of a store of one",
        "Polars, raw reduce of one pliego",
        "query",
        0.05,
    ),
    (
        "pliego from the country's store / CSV scan (query)",
        "**store**, one pliego of the country",
        "Polars, raw reduce of one pliego",
        "query",
        0.05,
    ),
)
PEAKS = (("filtered load, peak MB", "**cargar --pliego**"), ("country load, peak MB", "**cargar**, whole country"))
PEAK_TARGET = 600


def measure(folder: Path, size: str, times: int, country: bool) -> dict[str, Measured]:
    """Every way, `times` times in turns; all must agree."""
    path, latin = generate(folder, size)
    found = {name: Measured() for name in ways(path, latin, folder, country)}
    for turn in range(times):
        answers: dict[str, tuple[object, object]] = {}
        for name, command in ways(path, latin, folder, country).items():
            answer = run(command(), found[name])
            answers[name] = answer["rows"], answer["total"]
        for group in (set(answers) & set(WHOLE), set(answers) - set(WHOLE)):
            if len({answers[name] for name in group}) > 1:
                raise SystemExit(f"the ways do not agree: { {name: answers[name] for name in group} }")
        sys.stderr.write(f"{size}: turn {turn + 1} of {times}\n")
    return found


def main() -> None:
    """Measure each size and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--bytes", nargs="+", default=["0.1GB", "1GB"], help="sizes, as generar.py takes them")
    parser.add_argument("--veces", type=int, default=5)
    parser.add_argument("--carpeta", type=Path, help="where the files go and are deleted; the temporary folder")
    parser.add_argument("--sin-pais", action="store_true", help="without the whole-country load")
    parser.add_argument("--hijo", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.hijo:
        sys.stdout.write(json.dumps(CHILDREN[args.hijo[0]](Path(args.hijo[1]), Path(args.hijo[2]))))
        return
    libraries = []
    for name in ("polars", "duckdb"):
        try:
            libraries.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    sys.stdout.write(
        f"{os.cpu_count()} CPU, {platform.platform()}, Python {platform.python_version()}, {', '.join(libraries)}; medians of {args.veces}\n"
    )
    results: dict[str, dict[str, Measured]] = {}
    for size in args.bytes:
        with tempfile.TemporaryDirectory(prefix="carga-", dir=args.carpeta) as folder:
            results[size] = measure(Path(folder), size, args.veces, not args.sin_pais)
    _tables(results)


def _tables(results: dict[str, dict[str, Measured]]) -> None:
    lines = ["", "| size | way | wall s | best | query s | CPU s | peak MB |", "|---|---|---|---|---|---|---|"]
    for size, found in results.items():
        for name, m in found.items():
            query = f"{m.median('query'):.3f}" if m.query else ""
            lines.append(
                f"| {size} | {name} | {m.median('wall'):.2f} | {min(m.wall):.2f} | {query} | {m.median('cpu'):.2f} | {m.median('rss'):.0f} |"
            )
    lines += ["", f"| ratio | target | {' | '.join(results)} |", "|---|---|" + "---|" * len(results)]
    for title, ours, peer, what, target in RATIOS:
        cells = [
            f"{f[ours].median(what) / f[peer].median(what):.2f}" if ours in f and peer in f else "not measured" for f in results.values()
        ]
        lines.append(f"| {title} | ≤{target} | {' | '.join(cells)} |")
    for title, ours in PEAKS:
        cells = [f"{f[ours].median('rss'):.0f}" if ours in f else "not measured" for f in results.values()]
        lines.append(f"| {title} | ≤{PEAK_TARGET} | {' | '.join(cells)} |")
    if len(results) > 1:
        lines += _growth(results)
    sys.stdout.write("\n".join(lines) + "\n")


def _growth(results: dict[str, dict[str, Measured]]) -> list[str]:
    """What each way takes at the last size for each unit it took at the one before: linear time grows as the bytes, flat memory by 1."""
    before, after = list(results)[-2:]
    lines = ["", f"| growth from {before} to {after} | wall | peak |", "|---|---|---|"]
    for name, m in results[after].items():
        small = results[before][name]
        wall, peak = (m.median(what) / small.median(what) for what in ("wall", "rss"))
        lines.append(f"| {name} | {wall:.2f}x | {peak:.2f}x |")
    return lines


if __name__ == "__main__":
    main()
