"""The physical goals that an extract gives beside the money: what each line was to make in the year, and what it made.

The file repeats them in every classifier of the line. They are kept as it writes them: they are evidence, and nothing is computed here.
"""

from __future__ import annotations

import polars as pl

from presupuesto_link.findings import Finding
from presupuesto_link.sources.siaf.layout import NAME_PREFIX, Layout
from presupuesto_link.tables.gasto import Filters, keep, type_rows
from presupuesto_link.wording import plural

KEY = ("anio", "sec_ejec", "sec_func", "finalidad")
GOALS = ("unidad_medida", "meta_anual", "meta_semestral", "avance_anual", "avance_semestral")
SCHEMA = {"anio": pl.Int16} | dict.fromkeys((*KEY[1:], *GOALS), pl.String) | {"distintas": pl.Boolean}


def goals_of(layout: Layout, raw: pl.LazyFrame, filters: Filters) -> pl.DataFrame:
    """The physical goals of a file.

    Args:
        layout: of the file.
        raw: its records.
        filters: those in use.

    Returns:
        `SCHEMA`, by `KEY`: unit (with its code, `060.INFORME`), goals and progress in that unit, as text; null where the file does not
        give it, or where the rows of the line do not say the same, which `distintas` tells. Empty when the file gives no goal.
    """
    present = set(raw.collect_schema().names())
    headers = {goal: header for goal, header in layout.goals.items() if header in present}
    if not {*headers} - {"unidad_medida"}:
        return pl.DataFrame(schema=SCHEMA)
    beside = raw.with_columns(pl.col(header).str.strip_chars().alias(NAME_PREFIX + goal) for goal, header in headers.items())
    rows = type_rows(keep(layout.rows(beside), filters)).filter(pl.col("rechazo").is_null(), pl.col("sec_func").is_not_null())
    said = {goal: pl.col(NAME_PREFIX + goal).filter(pl.col(NAME_PREFIX + goal) != "") for goal in headers}
    one = [pl.when(cells.n_unique() == 1).then(cells.first()).alias(goal) for goal, cells in said.items()]
    several = pl.any_horizontal(cells.n_unique() > 1 for cells in said.values()).alias("distintas")
    table = rows.group_by(KEY).agg(*one, several).sort(KEY, nulls_last=True).collect()
    missing = [pl.lit(None, pl.String).alias(goal) for goal in GOALS if goal not in headers]
    return table.with_columns(missing).select(*SCHEMA).cast(pl.Schema(SCHEMA))


def check_goals(goals: pl.DataFrame) -> list[Finding]:
    """Lines whose rows do not give one and the same physical goal."""
    wrong = goals.filter("distintas")
    if wrong.is_empty():
        return []
    first = " + ".join(str(value) for value in wrong.select(KEY).row(0))
    return [
        Finding(
            "S28",
            "metas físicas",
            plural(wrong.height, "meta presupuestaria", "metas presupuestarias") + " con cantidades distintas en sus filas",
            "la misma unidad, meta y avance en todas",
            f"por ejemplo {first}; lo que no coincide queda sin dato: no se elige por nadie",
        )
    ]
