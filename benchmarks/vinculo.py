"""How long it takes to link a synthetic national year, beside one Polars group-by over the same frame in the same process.

python benchmarks/vinculo.py [--filas 280000 1000000 2800000] [--reglas 50 500] [--veces 5] [--carpeta FOLDER]

The frame is in memory for both. The link finds what every rule catches and gives soles of every measure by action (conservation is
checked and timed apart); the group-by adds up the same seven measures by functional chain. They take turns; numbers are medians. The
spending comes from `generar.py` and the rules are drawn with a seed from its own codes: all of it is synthetic. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import polars as pl

from presupuesto_link.linkage.link import LinkedGasto, conservation, link_gasto
from presupuesto_link.linkage.rules import PRECEDENCE, TRANSVERSAL, Rule, Rules, plain_text
from presupuesto_link.sources.siaf import LAYOUTS
from presupuesto_link.sources.siaf.reading import open_extract
from presupuesto_link.tables.gasto import MEASURES, SCHEMA, type_rows

HERE = Path(__file__).resolve().parent
CHAIN = ["anio", "sec_ejec", "programa", "producto", "actividad", "funcion", "division", "grupo"]
SUMS = [pl.col(measure).sum() for measure in MEASURES]
ACTIONS = [f"AER.{number:02}.01" for number in range(1, 49)]
NAMED = {"producto": ("producto",), "finalidad": ("anio", "sec_ejec", "sec_func", "finalidad")}
YEAR = 2024
# selectors of each kind of rule, and how many of every 500 are so
KINDS = (
    (("programa",), 90),
    (("programa", "tipo_producto"), 90),
    (("funcion", "tipo_producto"), 20),
    (("sec_ejec", "sec_func"), 150),
    (("producto",), 80),
    (("programa", "fuente", "generica"), 40),
    (("texto",), 29),
    ((), 1),
)


def spending(rows: int, folder: Path) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """A synthetic year of about that many rows, typed, and its names."""
    source, target = folder / f"siaf_sintetico_{rows}.csv", folder / "tipado.parquet"
    command = [sys.executable, str(HERE / "generar.py"), "--formato", "largo", "--filas", str(rows), "--salida", str(source)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with open_extract(source, LAYOUTS) as extract:
        raw = extract.layout.named(extract.raw.select(extract.used()))
        type_rows(extract.layout.rows(raw)).drop("rechazo").sink_parquet(target)
    source.unlink()
    table = pl.scan_parquet(target)
    names = {
        name: table.select(*key, pl.col(f"nombre_{name}").alias("nombre")).unique(list(key), keep="any").collect().sort(*key)
        for name, key in NAMED.items()
    }
    return pl.read_parquet(target, columns=list(SCHEMA)), names


def rules_for(table: pl.DataFrame, names: dict[str, pl.DataFrame], how_many: int) -> Rules:
    """Rules drawn from the codes of the table; same table and number, same rules."""
    draw = random.Random(7)
    present = table.select(*dict.fromkeys(c for kind, _ in KINDS for c in kind if c != "texto")).unique().drop_nulls().sort(pl.all())
    lines = present.sample(min(present.height, 5_000), seed=7).to_dicts()
    phrases = sorted({" ".join(plain_text(name or "").split()[:3]) for name in names["producto"]["nombre"].to_list()})
    rules = []
    for kind, share in KINDS:
        for turn in range(max(1, share * how_many // 500)):
            line = draw.choice(lines)
            chosen = {c: (draw.choice(phrases) if c == "texto" else line[c],) for c in PRECEDENCE if c in kind}
            selectors = chosen or {"generica": ("6",)}
            rules.append(
                Rule(
                    f"sintetica-{len(rules):04}",
                    2,
                    draw.choice(ACTIONS),
                    selectors,
                    (YEAR, YEAR) if "sec_func" in kind else (None, None),
                    Fraction(1, 2) if "tipo_producto" in kind and turn % 5 == 0 else Fraction(1),
                    TRANSVERSAL if not chosen else "directo",
                )
            )
    return Rules(tuple(rules))


def timed(call: Callable[[], object]) -> float:
    """Seconds a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measure(table: pl.DataFrame, names: dict[str, pl.DataFrame], rules: Rules, times: int) -> tuple[list[float], LinkedGasto]:
    """Medians of: group-by, link with totals by action, conservation; and the last link."""
    found: list[LinkedGasto] = []

    def link() -> None:
        linked = link_gasto(table.lazy(), rules, names, ACTIONS, [YEAR])
        linked.totals(["accion", "vinculo"])
        found.append(linked)

    columns: list[list[float]] = [[], [], []]
    for _ in range(times):
        columns[0].append(timed(lambda: table.lazy().group_by(CHAIN).agg(SUMS).collect()))
        columns[1].append(timed(link))
        columns[2].append(timed(lambda: conservation(table.lazy(), found[-1])))
    return [statistics.median(column) for column in columns], found[-1]


def main() -> None:
    """Measure every size with every number of rules, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--filas", nargs="+", type=int, default=[280_000, 1_000_000, 2_800_000])
    parser.add_argument("--reglas", nargs="+", type=int, default=[50, 500])
    parser.add_argument("--veces", type=int, default=5)
    parser.add_argument("--carpeta", type=Path, help="where the synthetic file goes and is deleted; the temporary folder")
    args = parser.parse_args()
    out = sys.stdout.write
    out(
        f"{os.cpu_count()} CPU, {platform.platform()}, Python {platform.python_version()}, polars {pl.__version__}; medians of {args.veces}\n\n"
    )
    out(
        "| rows | rules | cells | lines split | group-by s | link s | ratio | growth of link | conservation s |\n|---|---|---|---|---|---|---|---|---|\n"
    )
    before: dict[int, float] = {}
    for rows in args.filas:
        with tempfile.TemporaryDirectory(prefix="vinculo-", dir=args.carpeta) as folder:
            table, names = spending(rows, Path(folder))
            for number in args.reglas:
                rules = rules_for(table, names, number)
                (base, link, check), linked = measure(table, names, rules, args.veces)
                cells = linked.parts.select(linked.seen.keys).n_unique()
                part = linked.split_lines() / table.height
                grown = f"{link / before[number]:.1f}" if number in before else ""
                before[number] = link
                out(
                    f"| {table.height:,} | {len(rules.rules)} | {cells:,} | {part:.0%} | {base:.3f} | {link:.3f} | {link / base:.1f} | {grown} | {check:.3f} |\n"
                )
                sys.stdout.flush()


if __name__ == "__main__":
    main()
