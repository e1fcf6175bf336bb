"""What is odd in a loaded extract, as findings. Nothing is dropped or mended here: the rows stay as they arrived.

Every check takes typed rows (`tables.gasto.SCHEMA`), lazily, and adds up in the streaming engine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import polars as pl

from presupuesto_link.findings import Finding
from presupuesto_link.tables.gasto import KEY, MEASURES, WIDTHS
from presupuesto_link.wording import plural, soles

ANNUAL = ("pia_soles", "pim_soles")
FLOWS = tuple(measure for measure in MEASURES if measure not in ANNUAL)
LINE = ("anio", "sec_ejec", "sec_func")
_SHOWN = 5
_UNITS, _LINES = ("unidad ejecutora", "unidades ejecutoras"), ("meta presupuestaria", "metas presupuestarias")
_ACTIONS = ("AER", "AER")
_PLACES = {LINE[1:]: ("unidad ejecutora y meta", "meta", "metas"), ("accion",): ("AER", *_ACTIONS)}
_MOJIBAKE = r"Ã[^A-Za-zÁÉÍÓÚÑáéíóúñ\s]|Â[^A-Za-zÁÉÍÓÚÑáéíóúñ\s]|â€|\x{FFFD}"


def check_gasto(parts: Sequence[pl.LazyFrame], cut_off: dt.date, monthly: bool, line: Sequence[str]) -> list[Finding]:
    """The findings of the rows themselves.

    Args:
        parts: the rows in pieces such that equal keys are in the same piece.
        cut_off: the day the figures are of.
        monthly: whether the layout gives every flow with its month.
        line: the codes every row must have; none when the layout has no such key (a page of the Consulta Amigable).
    """
    rows = pl.concat(parts)
    found = [_wrong_widths(rows), _after_cut_off(rows, cut_off)]
    if line:
        found += [_null_keys(rows, line), *_repeated(parts), _negative(rows, line), _no_budget(rows, line)]
    if monthly:
        found.append(_out_of_place(rows))
    return [finding for finding in found if finding]


def check_rejected(reasons: Mapping[str, int], file: str) -> list[Finding]:
    """Rows that could not be used, by reason."""
    if not reasons:
        return []
    said = "; ".join(f"{reason}: {count:,}" for reason, count in reasons.items())
    return [Finding("S12", file, plural(sum(reasons.values()), "fila rechazada", "filas rechazadas"), "ninguna", said)]


def check_names(tables: Mapping[str, pl.DataFrame]) -> list[Finding]:
    """Names read with the wrong encoding, and codes with several names.

    Args:
        tables: dimension → its table (see `tables.gasto_names.name_table`).
    """
    found = []
    for dimension, table in tables.items():
        broken = table.filter(pl.col("nombre").str.contains(_MOJIBAKE))["nombre"].to_list()
        if broken:
            found.append(Finding("S09", f"dimensión {dimension}", plural(len(broken), "nombre", "nombres") + " con letras cambiadas",
                                 "ñ, tildes y signos legibles", "por ejemplo «" + "», «".join(broken[:3]) + "»"))  # fmt: skip
        several = table.filter(pl.col("nombres") > 1)
        if several.height:
            row = several.row(0)
            code = " + ".join(str(value) for value in row[:-2])
            found.append(Finding("S13", f"dimensión {dimension}", plural(several.height, "código", "códigos") + " con varios nombres",
                                 "un nombre por código", f"por ejemplo {code}, del que se guardó «{row[-2]}»"))  # fmt: skip
    return found


def check_totals(
    totals: Mapping[int, Mapping[str, Decimal | None]], published: Mapping[str, Decimal], tolerance: Decimal
) -> list[Finding]:
    """The totals that differ from the published ones by more than the tolerance, in soles.

    Args:
        totals: year → measure → soles; the published figure is of all of them together.
        published: measure (`pim_soles`) → soles.
        tolerance: the largest difference that still agrees.
    """
    found = []
    for measure, wanted in published.items():
        given = [year[measure] for year in totals.values() if year.get(measure) is not None]
        if not given:
            found.append(
                Finding("S10", measure, "el extracto no da esa medida", soles(wanted, 2), "no se pudo comparar")
            )
            continue
        total = sum((amount for amount in given if amount is not None), Decimal(0))
        if abs(total - wanted) > tolerance:
            found.append(Finding("S10", measure, soles(total, 2), f"{soles(wanted, 2)} ± {soles(tolerance, 2)}",
                                 f"difieren en {soles(total - wanted, 2)}"))  # fmt: skip
    return found


def check_printed(
    printed: pl.DataFrame, totals: Mapping[int, Mapping[str, Decimal | None]], rows: int
) -> list[Finding]:
    """The total row printed in the file, against the sum of the others.

    Args:
        printed: the total rows, typed, in file order; a null `anio` is a total of every year. The last of each is the one that counts:
            those before it, on a page, are of wider sets.
        totals: year → measure → soles of the rows that were kept.
        rows: how many were kept; printed in whole soles, each may differ by one.
    """
    found = []
    for row in printed.group_by("anio", maintain_order=True).last().iter_rows(named=True):
        years = [totals.get(row["anio"], {})] if row["anio"] is not None else list(totals.values())
        for measure in MEASURES:
            total = sum((year.get(measure) or Decimal(0) for year in years), Decimal(0))
            if row[measure] is not None and abs(total - row[measure]) > rows:
                found.append(Finding("S14", f"fila de total, {measure.removesuffix('_soles')}", soles(row[measure], 2),
                                     f"{soles(total, 2)} ± {rows:,} (un sol por fila)", f"difieren en {soles(total - row[measure], 2)}; se usan las filas, no el total"))  # fmt: skip
    return found


def check_coverage(before: pl.LazyFrame, after: pl.LazyFrame, earlier: str) -> list[Finding]:
    """Spending units, lines (unit + meta) or actions of the same years that the earlier cut-off had and this one lost."""
    years = after.select(pl.col("anio").unique())
    old = before.join(years, on="anio", how="semi")
    found = []
    for what, key in ((_UNITS, LINE[:2]), (_LINES, LINE), (_ACTIONS, ("anio", "accion"))):
        lost = (
            old.group_by(key)
            .agg(pl.col("pim_soles").sum())
            .join(after.select(key).unique(), on=key, how="anti", nulls_equal=True)
        )
        table = lost.collect().sort("pim_soles", descending=True, nulls_last=True)
        if table.height:
            codes = ", ".join(" + ".join(str(v) for v in row[:-1]) for row in table.head(_SHOWN).iter_rows())
            found.append(Finding("S11", f"corte anterior, del {earlier}", f"{plural(table.height, *what)} menos",
                                 "las mismas o más", f"tenían PIM {soles(table['pim_soles'].sum(), 2)}: {codes}"))  # fmt: skip
    return found[:1]


def _null_keys(rows: pl.LazyFrame, line: Sequence[str]) -> Finding | None:
    blank = pl.any_horizontal(pl.col(code).is_null() for code in line)
    count, money = rows.filter(blank).select(pl.len(), pl.col("devengado_soles").sum()).collect().row(0)
    if not count:
        return None
    return Finding("S01", ", ".join(line), plural(count, "fila", "filas") + " sin código", "un código en cada fila",
                   f"suman {soles(money, 2)} devengados; se conservan")  # fmt: skip


def _repeated(parts: Iterable[pl.LazyFrame]) -> list[Finding | None]:
    """Keys in more than one row, and rows the same in everything."""
    tables = [_collisions(part) for part in parts]
    keys, extra, copies = (sum(int(table[name].sum()) for table in tables) for name in ("claves", "de_mas", "copias"))
    moved = sum((table["devengado_soles"].sum() or Decimal(0) for table in tables), Decimal(0))
    collide = Finding("S02", "clave completa", plural(keys, "clave repetida", "claves repetidas") + f", {extra:,} filas de más",
                      "una fila por clave", f"se conservan y se suman: {soles(moved, 2)} devengados entre todas")  # fmt: skip
    same = Finding("S03", "fila completa", plural(copies, "fila idéntica", "filas idénticas") + " a otra", "ninguna",
                   "puede ser el mismo registro dos veces; no se borró ninguna")  # fmt: skip
    return [collide if keys else None, same if copies else None]


def _collisions(part: pl.LazyFrame) -> pl.DataFrame:
    """Repeated keys of a piece. Hashes only choose the candidates; the keys themselves are compared."""
    hashes = part.select(pl.struct(KEY).hash().alias("huella")).collect()["huella"]
    doubled = hashes.filter(hashes.is_duplicated()).unique()
    candidates = part.clear() if doubled.is_empty() else part.filter(pl.struct(KEY).hash().is_in(doubled.implode()))
    money = [pl.col(measure) for measure in MEASURES]
    groups = candidates.group_by(KEY).agg(
        pl.len().alias("filas"), pl.struct(money).n_unique().alias("distintas"), pl.col("devengado_soles").sum()
    )
    return groups.filter(pl.col("filas") > 1).select(
        pl.len().alias("claves"), (pl.col("filas") - 1).sum().alias("de_mas"),
        (pl.col("filas") - pl.col("distintas")).sum().alias("copias"), pl.col("devengado_soles").sum(),
    ).collect()  # fmt: skip


def _wrong_widths(rows: pl.LazyFrame) -> Finding | None:
    wrong = {code: pl.col(code).str.len_chars() != width for code, width in WIDTHS.items()}
    counts = rows.select(test.sum().alias(code) for code, test in wrong.items()).collect().row(0, named=True)
    codes = {code: count for code, count in counts.items() if count}
    if not codes:
        return None
    name = next(iter(codes))
    example = rows.filter(wrong[name]).select(pl.col(name).min()).collect().item()
    said = "; ".join(f"{code}: {plural(count, 'fila', 'filas')}" for code, count in codes.items())
    return Finding(
        "S04",
        ", ".join(codes),
        said,
        "; ".join(f"{code}: {WIDTHS[code]} cifras" for code in codes),
        f"por ejemplo {name} «{example}»",
    )


def _after_cut_off(rows: pl.LazyFrame, cut_off: dt.date) -> Finding | None:
    later = (pl.col("anio").cast(pl.Int32) * 100 + pl.col("mes") > cut_off.year * 100 + cut_off.month) & (
        pl.col("mes") > 0
    )
    moved = pl.any_horizontal(pl.col(flow).fill_null(0) != 0 for flow in FLOWS)
    table = (
        rows.filter(later & moved)
        .group_by("anio", "mes")
        .agg(pl.len(), pl.col("devengado_soles").sum())
        .collect()
        .sort("anio", "mes")
    )
    if table.is_empty():
        return None
    months = ", ".join(f"{year}-{month:02}" for year, month in table.select("anio", "mes").iter_rows())
    return Finding("S05", months, plural(int(table["len"].sum()), "fila", "filas") + f" con movimiento, {soles(table['devengado_soles'].sum(), 2)} devengados",
                   f"nada después del {cut_off.isoformat()}", "la fecha de corte es anterior a lo que trae el archivo")  # fmt: skip


def _by_line(rows: pl.LazyFrame, line: Sequence[str]) -> pl.LazyFrame:
    return rows.group_by("anio", *line).agg(pl.col(*MEASURES).sum())


def _negative(rows: pl.LazyFrame, line: Sequence[str]) -> Finding | None:
    counts = _by_line(rows, line).select((pl.col(m) < 0).sum().alias(m) for m in MEASURES).collect().row(0, named=True)
    said = "; ".join(
        f"{measure.removesuffix('_soles').replace('_', ' ')}: {count:,}" for measure, count in counts.items() if count
    )
    if not said:
        return None
    return Finding("S06", _PLACES[tuple(line)][0], said, "totales del año de cero o más",
                   "un mes puede ser negativo; el total del año, sólo si el extracto no trae todos los meses o hay una reversión")  # fmt: skip


def _no_budget(rows: pl.LazyFrame, line: Sequence[str]) -> Finding | None:
    given = rows.filter(pl.col("pim_soles").is_not_null()).select(
        pl.col("anio").unique()
    )  # no PIM at all is not a PIM of 0
    spent = (
        _by_line(rows, line)
        .join(given, on="anio", how="semi")
        .filter((pl.col("pim_soles") == 0) & (pl.col("devengado_soles") > 0))
    )
    count, money = spent.select(pl.len(), pl.col("devengado_soles").sum()).collect().row(0)
    if not count:
        return None
    place, *words = _PLACES[tuple(line)]
    return Finding("S07", place, plural(count, *words) + f" con {soles(money, 2)} devengados", "un PIM mayor que 0",
                   "su razón de ejecución no existe: ni 0 ni infinito")  # fmt: skip


def _out_of_place(rows: pl.LazyFrame) -> Finding | None:
    budget = (pl.col("mes") > 0) & pl.any_horizontal(pl.col(measure).fill_null(0) != 0 for measure in ANNUAL)
    flows = (pl.col("mes") == 0) & pl.any_horizontal(pl.col(flow).fill_null(0) != 0 for flow in FLOWS)
    said = rows.select(
        budget.sum().alias("n"), pl.col("pim_soles").filter(budget).sum().alias("pim"), flows.sum().alias("m"),
        pl.col("devengado_soles").filter(flows).sum().alias("dev"),
    ).collect().row(0, named=True)  # fmt: skip
    if not said["n"] and not said["m"]:
        return None
    return Finding("S08", "mes", f"{plural(said['n'], 'fila', 'filas')} de un mes con PIA o PIM ({soles(said['pim'], 2)} de PIM) y {said['m']:,} del mes 0 con "
                   f"movimiento ({soles(said['dev'], 2)} devengados)", "PIA y PIM sólo en el mes 0; movimientos sólo en los meses 1 a 12",
                   "se conservan: si el PIM está repetido por mes, los totales salen inflados")  # fmt: skip
