"""What is odd in a loaded extract, as findings. Nothing is dropped or mended here: the rows stay as they arrived.

The checks of the rows take what was added up of them (`tables.gasto_facts`), so that no row is read again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import polars as pl

from presupuesto_link.findings import Finding
from presupuesto_link.tables.gasto import MEASURES, WIDTHS
from presupuesto_link.tables.gasto_facts import EXAMPLE, FLOWS, Facts
from presupuesto_link.vocabulary import QUARTERS
from presupuesto_link.wording import enumerate_words, plural, soles

LINE = ("anio", "sec_ejec", "sec_func")
TOLERANCE = Decimal(1)
"""How many soles apart a published figure agrees with an exact sum, when nobody says it."""
_HALF_SOL, _HALF_CENTIMO = Decimal("0.5"), Decimal("0.005")
_PASTED, _FEW = 0.25, 5
"""A part of the file is taken as pasted twice when more than this share of its rows with money, and no fewer than these, are the same
as another. What is pasted twice gives one half at least; the extracts of the MEF, with their whole key, give none: in 12,500 rows of
eight real and synthetic ones no two are the same. A table with fewer columns gives some by chance."""
_SHOWN = 5
_UNITS, _LINES = ("unidad ejecutora", "unidades ejecutoras"), ("meta presupuestaria", "metas presupuestarias")
_ACTIONS = ("acción", "acciones")
_PLACES: Mapping[tuple[str, ...], tuple[str, str, str]] = {
    LINE[1:]: ("unidad ejecutora y meta", "meta", "metas"),
    ("accion",): ("acción", *_ACTIONS),
    ("programa", "tipo_producto"): ("categoría presupuestal y tipo", "categoría", "categorías"),
}
_MOJIBAKE = r"Ã[^A-Za-zÁÉÍÓÚÑáéíóúñ\s]|Â[^A-Za-zÁÉÍÓÚÑáéíóúñ\s]|â€|\x{FFFD}"


def check_gasto(facts: Facts, cut_off: dt.date, monthly: bool, line: Sequence[str]) -> list[Finding]:
    """The findings of the rows themselves.

    Args:
        facts: what was added up of them.
        cut_off: the day the figures are of.
        monthly: whether the layout gives every flow with its month.
        line: the codes every row must have; none when the layout has no such key (a page of the Consulta Amigable).
    """
    pasted = _pasted(facts)
    found = [_no_key(facts.codes, line), _wrong_widths(facts.codes), _after_cut_off(facts.months, cut_off), pasted]
    if line:
        found += [_null_keys(facts.codes, line), *_repeated(facts.keys), _negative(facts.lines, line), _no_budget(facts, line)]
        found = [finding for finding in found if not (pasted and finding and finding.code == "S03")]  # it is said once
    if monthly:
        found.append(_out_of_place(facts.months))
    return [finding for finding in found if finding]


def check_names(tables: Mapping[str, pl.DataFrame]) -> list[Finding]:
    """Names read with the wrong encoding, and codes with several names.

    Args:
        tables: dimension → its table (see `tables.gasto_names.most_frequent`).
    """
    found = []
    for dimension, table in tables.items():
        broken = table.filter(pl.col("nombre").str.contains(_MOJIBAKE))["nombre"].to_list()
        if broken:
            found.append(
                Finding(
                    "S09",
                    f"dimensión {dimension}",
                    plural(len(broken), "nombre", "nombres") + " con letras cambiadas",
                    "ñ, tildes y signos legibles",
                    "por ejemplo «" + "», «".join(broken[:3]) + "»",
                )
            )
        several = table.filter(pl.col("nombres") > 1)
        if several.height:
            row = several.row(0)
            code = " + ".join(str(value) for value in row[:-2])
            found.append(
                Finding(
                    "S13",
                    f"dimensión {dimension}",
                    plural(several.height, "código", "códigos") + " con varios nombres",
                    "un nombre por código",
                    f"por ejemplo {code}, del que se guardó «{row[-2]}»",
                )
            )
    return found


def rounding_of(rows: int, whole: bool) -> Decimal:
    """How many soles apart the sum of some rows and their exact total may be: half of the last figure of each row.

    Args:
        rows: how many.
        whole: whether they are in whole soles.
    """
    return rows * (_HALF_SOL if whole else _HALF_CENTIMO)


def in_whole_soles(rows: pl.LazyFrame) -> bool:
    """Whether no amount has céntimos."""
    return bool(
        rows.select(pl.all_horizontal((pl.col(m).round(0) == pl.col(m)).fill_null(value=True) for m in MEASURES).all()).collect().item()
    )


def check_totals(totals: Mapping[int, Mapping[str, Decimal | None]], published: Mapping[str, Decimal], tolerance: Decimal) -> list[Finding]:
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
            found.append(Finding("S10", measure, "el extracto no da esa medida", soles(wanted, 2), "no se pudo comparar"))
            continue
        total = sum((amount for amount in given if amount is not None), Decimal(0))
        if abs(total - wanted) > tolerance:
            found.append(
                Finding(
                    "S10",
                    measure,
                    soles(total, 2),
                    f"{soles(wanted, 2)} ± {soles(tolerance, 2)}",
                    f"difieren en {soles(total - wanted, 2)}",
                )
            )
    return found


def check_printed(
    printed: pl.DataFrame, totals: Mapping[int, Mapping[str, Decimal | None]], rows: Mapping[int, int], whole: bool
) -> list[Finding]:
    """The total row printed in the file, against the sum of the others.

    Args:
        printed: the total rows, typed, in file order; a null `anio` is a total of every year. The last of each is the one that counts:
            those before it, on a page, are of wider sets.
        totals: year → measure → soles of the rows that were kept.
        rows: year → how many were kept.
        whole: whether their amounts are in whole soles; then each, and so the total, was rounded apart.
    """
    found = []
    for row in printed.group_by("anio", maintain_order=True).last().iter_rows(named=True):
        years = list(totals) if row["anio"] is None else [row["anio"]]
        count = sum(rows.get(year, 0) for year in years)
        for measure in MEASURES:
            total = sum((totals.get(year, {}).get(measure) or Decimal(0) for year in years), Decimal(0))
            if row[measure] is None:
                continue
            allowed = max(rounding_of(count, whole), _HALF_SOL if row[measure] == row[measure].to_integral_value() else Decimal(0))
            if abs(total - row[measure]) > allowed:
                found.append(
                    Finding(
                        "S14",
                        f"fila de total, {measure.removesuffix('_soles')}",
                        soles(row[measure], 2),
                        f"{soles(total, 2)} ± {allowed.normalize():,f} (el redondeo de {plural(count, 'fila', 'filas')})",
                        f"difieren en {soles(total - row[measure], 2)}; se usan las filas, no el total",
                    )
                )
    return found


def check_others(others: Mapping[str, pl.DataFrame], totals: Mapping[int, Mapping[str, Decimal | None]], rows: int) -> list[Finding]:
    """Other breakdowns of the same money that the file prints, against the rows kept, to the céntimo.

    Args:
        others: words → sums by year (see `tables.gasto.other_sums`).
        totals: year → measure → soles of the rows that were kept.
        rows: how many were kept; what is rounded to the sol on each row may differ by half a sol on each side.
    """
    found = []
    for said, table in others.items():
        for row in table.iter_rows(named=True):
            pairs = {m: (row[m], totals.get(row["anio"], {}).get(m)) for m in MEASURES}
            apart = {m: (kept or Decimal(0)) - other for m, (other, kept) in pairs.items() if other is not None and other != kept}
            if not apart:
                continue
            rounded = all(abs(amount) <= Decimal(rows + row["filas"]) / 2 for amount in apart.values())
            found.append(
                Finding(
                    "S15" if rounded else "S16",
                    f"{row['anio']}, {said}",
                    "; ".join(f"{m.removesuffix('_soles')} {soles(row[m], 2)}" for m in apart),
                    "; ".join(f"{m.removesuffix('_soles')} {soles(totals.get(row['anio'], {}).get(m), 2)}" for m in apart),
                    "difieren en "
                    + enumerate_words([soles(abs(amount), 2) for amount in apart.values()])
                    + (
                        ": cabe en el redondeo a soles enteros; se usan las filas de gasto"
                        if rounded
                        else ": más que el redondeo a soles enteros"
                    ),
                )
            )
    return found


def check_initial(totals: Mapping[int, Mapping[str, Decimal | None]]) -> list[Finding]:
    """Years with a PIM and no PIA at all: it stays null, never 0."""
    years = [year for year, given in totals.items() if given.get("pia_soles") is None and given.get("pim_soles") is not None]
    return [
        Finding(
            "S17",
            f"PIA {enumerate_words([str(year) for year in years])}",
            "el archivo no lo trae",
            "el presupuesto inicial del año",
            "queda sin dato, no en cero: no se puede decir cuánto cambió el presupuesto",
        )
        for _ in years[:1]
    ]


def check_stages(totals: Mapping[int, Mapping[str, Decimal | None]], part_of_year: bool = False) -> list[Finding]:
    """Years without any PIM, and the other stages that no year has: all stay null, never 0.

    Args:
        totals: year → measure → soles.
        part_of_year: whether it is of a month or a quarter, which has no budget of its own.
    """
    years = [str(year) for year, given in totals.items() if given.get("pim_soles") is None and not part_of_year]
    missing = [m.removesuffix("_soles").replace("_", " ") for m in FLOWS if all(given.get(m) is None for given in totals.values())]
    words = "el archivo no lo trae", "un monto en alguna fila"
    found = [Finding("S25", f"PIM {enumerate_words(years)}", *words, "queda sin dato, no en cero")] if years else []
    return found + ([Finding("S26", enumerate_words(missing), *words, "queda sin dato, no en cero")] if missing else [])


def check_coverage(before: pl.LazyFrame, after: pl.LazyFrame, earlier: str) -> list[Finding]:
    """Spending units, lines (unit + meta) or actions of the same years that the earlier cut-off had and this one lost."""
    years = after.select(pl.col("anio").unique())
    old = before.join(years, on="anio", how="semi")
    found = []
    for what, key in ((_UNITS, LINE[:2]), (_LINES, LINE), (_ACTIONS, ("anio", "accion"))):
        lost = old.group_by(key).agg(pl.col("pim_soles").sum()).join(after.select(key).unique(), on=key, how="anti", nulls_equal=True)
        table = lost.collect().sort("pim_soles", descending=True, nulls_last=True)
        if table.height:
            codes = ", ".join(" + ".join(str(v) for v in row[:-1]) for row in table.head(_SHOWN).iter_rows())
            found.append(
                Finding(
                    "S11",
                    f"corte anterior, del {earlier}",
                    f"{plural(table.height, *what)} menos",
                    "las mismas o más",
                    f"tenían PIM {soles(table['pim_soles'].sum(), 2)}: {codes}",
                )
            )
    return found[:1]


def _no_key(codes: pl.DataFrame, line: Sequence[str]) -> Finding | None:
    """Rows with money that nothing places: the subtotals of a query, or a dimension that was not understood."""
    count, pim, spent = codes.select("sin_ninguna", "pim_ninguna", "devengado_ninguna").row(0)
    if not count:
        return None
    return Finding(
        "S27",
        ", ".join(line) or "todos los códigos",
        plural(count, "fila", "filas") + " con montos y sin ningún código",
        "un código en cada fila",
        f"suman {soles(pim, 2)} de PIM y {soles(spent, 2)} devengados; se conservan: si son subtotales, ese dinero está contado otra vez",
    )


def _null_keys(codes: pl.DataFrame, line: Sequence[str]) -> Finding | None:
    count, money, bare = codes.select("sin_clave", "devengado_soles", "sin_ninguna").row(0)
    if count <= bare:
        return None
    return Finding(
        "S01",
        ", ".join(line),
        plural(count, "fila", "filas") + " sin código",
        "un código en cada fila",
        f"suman {soles(money, 2)} devengados; se conservan",
    )


def _repeated(found: pl.DataFrame) -> list[Finding | None]:
    """Keys in more than one row, and rows the same in everything."""
    keys, extra, copies, moved = found.select("claves", "de_mas", "copias", "devengado_soles").row(0)
    collide = Finding(
        "S02",
        "clave completa",
        plural(keys, "clave repetida", "claves repetidas") + f", {extra:,} filas de más",
        "una fila por clave",
        f"se conservan y se suman: {soles(moved, 2)} devengados entre todas",
    )
    same = Finding(
        "S03",
        "fila completa",
        plural(copies, "fila idéntica", "filas idénticas") + " a otra",
        "ninguna",
        "puede ser el mismo registro dos veces; no se borró ninguna",
    )
    return [collide if keys else None, same if copies else None]


def _pasted(facts: Facts) -> Finding | None:
    """What is there twice: the whole file, a month of it or a spending unit."""
    many, money = int(facts.copies["copias"].sum()), int(facts.months["con_dinero"].sum())
    places = ["todo el archivo"] if many > 1 and many * 2 >= money else list(_pasted_parts(facts))
    if not places:
        return None
    return Finding(
        "S20",
        enumerate_words(places[:_SHOWN]) + (f" y {len(places) - _SHOWN} más" if len(places) > _SHOWN else ""),
        plural(many, "fila idéntica", "filas idénticas") + f" a otra, de {money:,} con dinero",
        "ninguna, o pocas",
        "su dinero está contado más de una vez en los totales",
    )


def _pasted_parts(facts: Facts) -> Iterator[str]:
    by_unit = facts.copies.group_by("anio", "sec_ejec").agg(pl.col("con_dinero", "copias").sum())
    copies = facts.copies.group_by("anio", "mes").agg(pl.col("copias").sum())
    by_month = facts.months.select("anio", "mes", "con_dinero").join(copies, on=("anio", "mes"), how="inner")
    words = {"mes": "mes", "sec_ejec": "unidad ejecutora"}
    for key, table in (("mes", by_month), ("sec_ejec", by_unit)):
        most = table.filter(pl.col("copias") >= _FEW, pl.col("copias") > _PASTED * pl.col("con_dinero"))
        yield from (f"{words[key]} {code} de {year}" for year, code in most.select("anio", key).sort("anio", key).iter_rows())


def _wrong_widths(found: pl.DataFrame) -> Finding | None:
    codes = {code: count for code, count in found.select(*WIDTHS).row(0, named=True).items() if count}
    if not codes:
        return None
    name = next(iter(codes))
    said = "; ".join(f"{code}: {plural(count, 'fila', 'filas')}" for code, count in codes.items())
    return Finding(
        "S04",
        ", ".join(codes),
        said,
        "; ".join(f"{code}: {WIDTHS[code]} cifras" for code in codes),
        f"por ejemplo {name} «{found[EXAMPLE + name].item()}»",
    )


def _after_cut_off(months: pl.DataFrame, cut_off: dt.date) -> Finding | None:
    later = pl.col("anio").cast(pl.Int32) * 100 + pl.col("mes") > cut_off.year * 100 + cut_off.month
    first = {quarter: month - 2 for quarter, month in QUARTERS.items()}  # a quarter in course has begun
    table = months.with_columns(pl.col("mes").replace(first)).filter(later, pl.col("mes") > 0, pl.col("movidas") > 0).sort("anio", "mes")
    if table.is_empty():
        return None
    shown = ", ".join(f"{year}-{month:02}" for year, month in table.select("anio", "mes").iter_rows())
    return Finding(
        "S05",
        shown,
        plural(int(table["movidas"].sum()), "fila", "filas") + f" con movimiento, {soles(table['devengado_movido'].sum(), 2)} devengados",
        f"nada después del {cut_off.isoformat()}",
        "la fecha de corte es anterior a lo que trae el archivo",
    )


def _negative(lines: pl.DataFrame, line: Sequence[str]) -> Finding | None:
    counts = lines.select((pl.col(m) < 0).sum().alias(m) for m in MEASURES).row(0, named=True)
    said = "; ".join(f"{measure.removesuffix('_soles').replace('_', ' ')}: {count:,}" for measure, count in counts.items() if count)
    if not said:
        return None
    return Finding(
        "S06",
        _place(line)[0],
        said,
        "totales del año de cero o más",
        "un mes puede ser negativo; el total del año, sólo si el extracto no trae todos los meses o hay una reversión",
    )


def _place(line: Sequence[str]) -> tuple[str, str, str]:
    """What a line is called: of the codes a file has, when it does not have those of its layout."""
    return _PLACES.get(tuple(line), (" y ".join(code.replace("_", " ") for code in line), "clave", "claves"))


def _no_budget(facts: Facts, line: Sequence[str]) -> Finding | None:
    given = facts.months.filter(pl.col("pim_soles").is_not_null())["anio"].unique()  # no PIM at all is not a PIM of 0
    spent = facts.lines.filter(pl.col("anio").is_in(given.implode()), pl.col("pim_soles") == 0, pl.col("devengado_soles") > 0)
    if spent.is_empty():
        return None
    place, *words = _place(line)
    money = soles(spent["devengado_soles"].sum(), 2)
    return Finding(
        "S07",
        place,
        plural(spent.height, *words) + f" con {money} devengados",
        "un PIM mayor que 0",
        "su razón de ejecución no existe: ni 0 ni infinito",
    )


def _out_of_place(months: pl.DataFrame) -> Finding | None:
    of_month, annual = months.filter(pl.col("mes") > 0), months.filter(pl.col("mes") == 0)
    budget, flows = int(of_month["presupuestadas"].sum()), int(annual["movidas"].sum())
    if not budget and not flows:
        return None
    return Finding(
        "S08",
        "mes",
        f"{plural(budget, 'fila', 'filas')} de un mes con PIA o PIM ({soles(of_month['pim_presupuestado'].sum(), 2)} de PIM) y {flows:,} del mes 0 con "
        f"movimiento ({soles(annual['devengado_movido'].sum(), 2)} devengados)",
        "PIA y PIM sólo en el mes 0; movimientos sólo en los meses 1 a 12",
        "se conservan: si el PIM está repetido por mes, los totales salen inflados",
    )
