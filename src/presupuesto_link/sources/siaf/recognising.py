"""Which layout a file has: its spelling of every title is understood, and the layout that knows most of them is chosen.

A title is never read otherwise than by what it says: where two titles say the same amount, or an amount says its year and another does
not, the file is refused and both are named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.siaf.layout import MONTHS, NOT_KEYS, Layout
from presupuesto_link.sources.siaf.titles import normalise
from presupuesto_link.vocabulary import MONTHS as MONTH_NAMES
from presupuesto_link.wording import enumerate_words

_JOINTS = re.compile(r"[\s._/\-]+")
_CODE = re.compile(r"(?:COD|CODIGO|UBI)_(?:DE_)?(?:LA_)?(.+)|(.+)_(?:COD|CODIGO)")
_NAME = re.compile(r"(?:NOMBRE|NOM|DES|DESC|DESCRIPCION)_(?:DE_)?(?:LA_)?(.+)|(.+)_(?:NOMBRE|NOM|DESC|DESCRIPCION)")
_DATED = re.compile(r"(?P<title>.+?)_?(?P<year>(?:19|20)\d\d)|(?P<year_first>(?:19|20)\d\d)_?(?P<title_last>.+)")
MOST_TITLES = 4096
"""No extract has as many columns; a row with more is not one of titles."""
CUT = "FECHA_CORTE"
_CUTS = frozenset({CUT, "FECHA_DE_CORTE", "FECHA_CONSULTA", "FECHA_DE_CONSULTA", "FECHA_DE_LA_CONSULTA"})
_COLLECTED = re.compile(r"RECAUDA|INGRESO")
_SPENT = re.compile(r"DEVENGA|GIRAD|CERTIFIC|COMPRO|^DEV")


def fitted(layout: Layout, headers: Sequence[str]) -> Layout:
    """The layout as one file has it: every spelling of the file decided, and what it does not bring told in `unchecked`.

    Args:
        layout: one of `LAYOUTS`.
        headers: the titles of the file, as they are.
    """
    meant = _meanings(layout, [normalise(header) for header in headers])
    if not layout.codes:
        return replace(layout, aliases=meant)
    layout = replace(
        layout, aliases=meant, names=_names(layout, meant), told={name: said for name, said in layout.told.items() if name in meant}
    )
    dated = _dated(layout, meant)
    present = frozenset(meant.values()) | {base for columns in dated.values() for base in columns}
    absent = [code for code, header in layout.codes.items() if header not in present]
    line = tuple(code for code in layout.line if code not in absent)
    placed = tuple(code for code in layout.codes if code not in NOT_KEYS and code not in absent)
    layout = replace(
        layout,
        line=line or placed if layout.line else (),
        yearless=layout.yearless or ("anio" in absent and not dated),
        unchecked=(*layout.unchecked, *_declared(layout, absent, present)),
    )
    return _by_year(layout, dated) if dated else layout


def score(layout: Layout) -> float:
    """How much of a file a fitted layout knows: 1 and more when it has all the layout must have, and one for every title known."""
    present = frozenset(layout.aliases.values())
    known = len(present & layout.used)
    return 1.0 + known if not _missing(layout, present) else known / (1 + len(layout.used))


def recognise(headers: list[str], layouts: Iterable[Layout], path: Path) -> Layout:
    """The layout a file has, fitted to it: of those whose core it has, the one that knows most of its titles.

    Args:
        headers: the titles of the file, as they are.
        layouts: those it may have; where two know as many titles, the one that knows more as they are written, or the first.
        path: of the file, for messages.

    Raises:
        InputDataError: none fits (the message names the nearest one, what it misses and what is unknown to it), two titles say the same
            amount or only some say their year, or the file is of income.
    """
    if len(headers) > MOST_TITLES:
        raise _doubtful(
            path, f"{len(headers):,} columnas", f"no más de {MOST_TITLES:,}", "revise el separador, o vuelva a exportar el archivo"
        )
    known = [fitted(layout, headers) for layout in layouts]
    _check_spending(headers, path)
    fits = [layout for layout in known if score(layout) >= 1]
    if not fits:
        raise _unknown(headers, known, path)
    best = max(fits, key=lambda layout: (score(layout), _as_written(layout)))
    _check_amounts(best, headers, path)
    return best


def check_one_cut(raw: pl.LazyFrame, path: Path) -> None:
    """A table that puts several cut-offs one below the other counts the same money once for each.

    Raises:
        InputDataError: its column of dates has more than one.
    """
    if CUT not in raw.collect_schema().names():
        return
    day = pl.col(CUT).str.strip_chars()
    days = raw.select(day.filter(day != "").unique().sort()).collect(engine="streaming")[CUT].to_list()
    if len(days) > 1:
        raise InputDataError(
            Problem(
                f"{path}, columna de la fecha de corte",
                f"{len(days)} cortes en un solo archivo, de {days[0]} a {days[-1]}",
                "un corte por archivo: el mismo gasto está una vez en cada uno",
                "separe los cortes y cargue cada uno con su fecha (--al AAAA-MM-DD)",
            )
        )


def _meanings(layout: Layout, titles: Sequence[str]) -> dict[str, str]:
    """Each title of a file → the header of the layout it stands for, or itself.

    A header written as itself is before any other spelling of it; the first spelling of a code or a name is before the next. Two spellings
    of an amount stay, to be refused.
    """
    said = {title: _meaning(layout, title) for title in titles}
    coded = _coded(layout, said)
    found: dict[str, str] = {}
    taken: set[str] = set()
    amounts = layout.amount_titles
    for title, meaning in said.items():
        header = _settled(layout, title, meaning, said, coded)
        again = header in taken and header not in amounts and header.rpartition(" ")[0] not in amounts
        found[title] = title if again else header
        taken.add(header)
    for title, (header, witnesses) in layout.witnessed.items():
        if found.get(title) == title and header not in found.values() and witnesses & {*found.values()}:
            found[title] = header
    return found


def _settled(layout: Layout, title: str, header: str, said: Mapping[str, str], coded: Mapping[str, str]) -> str:
    """The header of a title among the others of its file."""
    if header in coded:  # the code has a column of its own: any other has the name
        return header if title == coded[header] else _name_header(layout, header)
    return title if header != title and header in said else header


def _meaning(layout: Layout, title: str) -> str:
    """The header a title stands for by itself, the header and its year (`MONTO_PIM 2023`), or the title when it is unknown."""
    if title in layout.used:
        return title
    joined = _JOINTS.sub("_", title).strip("_")
    if joined in _CUTS:
        return CUT
    for spelling in (title, joined):
        if spelling in layout.aliases or spelling in layout.used:
            return layout.aliases.get(spelling, spelling)
    if layout.codes:
        for header in (_named(layout, joined), _with_year(layout, joined)):
            if header:
                return header
    return title


def _base(layout: Layout, pattern: re.Pattern[str], joined: str) -> str:
    """The header of a code inside a title that says more (`COD_PLIEGO`, `PLIEGO_NOM`); empty when it is none."""
    found = pattern.fullmatch(joined)
    inner = (found[1] or found[2]) if found else ""
    header = layout.aliases.get(inner, inner)
    return header if header in layout.code_titles else ""


def _named(layout: Layout, joined: str) -> str:
    """The header of the name of a code (`NOMBRE_PLIEGO`), or of the code (`COD_PLIEGO`); empty when it is neither."""
    header = _base(layout, _NAME, joined)
    return _name_header(layout, header) if header else _base(layout, _CODE, joined)


def _coded(layout: Layout, found: Mapping[str, str]) -> dict[str, str]:
    """Header of a code → the title that says it is its code (`UBI_DPTO`), when the file has it."""
    if not layout.codes:
        return {}
    said = {title: _base(layout, _CODE, _JOINTS.sub("_", title).strip("_")) for title in found}
    return {header: title for title, header in reversed(said.items()) if header}


def _name_header(layout: Layout, header: str) -> str:
    dimension = next((code for code, same in layout.codes.items() if same == header), "")
    name = layout.names.get(dimension, header)
    return name if name != header else f"{header}_NOMBRE"


def _names(layout: Layout, meant: Mapping[str, str]) -> dict[str, str]:
    """Where the name of each dimension is: apart, when the file has it so."""
    apart = {dimension: _name_header(layout, layout.codes[dimension]) for dimension in layout.names if dimension in layout.codes}
    return {**layout.names, **{dimension: header for dimension, header in apart.items() if header in meant.values()}}


def _with_year(layout: Layout, joined: str) -> str:
    found = _DATED.fullmatch(joined)
    if not found:
        return ""
    title = found["title"] or found["title_last"]
    header = layout.aliases.get(title, title)
    return f"{header} {found['year'] or found['year_first']}" if header in layout.amount_titles else ""


def _dated(layout: Layout, meant: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Year → header of an amount → the column that has it of that year, of the amounts that say their year and have no plain column."""
    years: dict[str, dict[str, str]] = {}
    amounts, plain = layout.amount_titles, {*meant.values()}
    for column in meant.values():
        base, _, year = column.rpartition(" ")
        if base in amounts and base not in plain:
            years.setdefault(year, {})[base] = column
    return dict(sorted(years.items()))


def _by_year(layout: Layout, dated: Mapping[str, Mapping[str, str]]) -> Layout:
    """A table with the years side by side: its rows are those of each year."""
    columns = {column for titles in dated.values() for column in titles.values()}
    bases = sorted({base for titles in dated.values() for base in titles})
    year = layout.codes["anio"]

    def apart(raw: pl.LazyFrame) -> pl.LazyFrame:
        cells = {base: [pl.col(titles[base]) if base in titles else pl.lit(None, pl.String) for titles in dated.values()] for base in bases}
        lists = [pl.concat_list(parts).alias(base) for base, parts in cells.items()]
        return raw.with_columns(pl.lit([*dated]).alias(year), *lists).drop(columns).explode(year, *bases)

    def of(rows: Callable[[pl.LazyFrame], pl.LazyFrame]) -> Callable[[pl.LazyFrame], pl.LazyFrame]:
        return lambda raw: rows(apart(raw))

    return replace(
        layout,
        rows=of(layout.rows),
        totals=of(layout.totals) if layout.totals else None,
        optional=layout.optional | columns,
        core={words: headers | columns if headers & {*bases} else headers for words, headers in layout.core.items()},
    )


def _declared(layout: Layout, absent: Sequence[str], present: frozenset[str]) -> list[str]:
    """What the file does not bring of what its layout may, and how what could be read otherwise was read."""
    codes = [code.replace("_", " ") for code in absent if code not in ("anio", "mes")]
    said = [f"el archivo no trae {enumerate_words(codes)}: queda sin dato (ND)"] if codes else []
    for measure, headers in layout.amounts.items():
        lost = [MONTH_NAMES[month - 1] for month, header in zip(MONTHS, headers, strict=False) if header not in present]
        if len(headers) == len(MONTHS) and lost and len(lost) < len(MONTHS):
            said.append(f"el archivo no trae {measure.replace('_', ' ')} de {enumerate_words(lost)}: queda sin dato (ND)")
    if layout.codes.get("meta") in present and "sec_func" in absent:
        said.append("la columna META no es la secuencia funcional (SEC_FUNC): no identifica una línea y no se usa para vincular")
    return [*said, *dict.fromkeys(layout.told.values())]


def _missing(layout: Layout, present: frozenset[str]) -> list[str]:
    """What the layout must have and is not there, in words."""
    lacking = [f"{words} ({_some(sorted(headers), 4)})" for words, headers in layout.core.items() if not headers & present]
    return [*sorted(layout.columns - present), *lacking]


def _as_written(layout: Layout) -> int:
    return sum(title == header and header in layout.used for title, header in layout.aliases.items())


def _check_spending(headers: Sequence[str], path: Path) -> None:
    titles = [normalise(header) for header in headers]
    collected = [title for title in titles if _COLLECTED.search(title)]
    if any(_SPENT.search(title) for title in titles) or not (collected or re.search(r"ingreso", path.name, re.IGNORECASE)):
        return
    raise InputDataError(
        Problem(
            f"{path}, títulos",
            f"es de ingresos, no de gasto ({', '.join(collected[:3]) or 'lo dice su nombre, y no trae ninguna fase del gasto'})",
            "un extracto de gasto: PIA, PIM, certificado, comprometido, devengado o girado",
            "exporte el gasto de la misma fuente (AAAA-Gasto.csv, o «Gasto» en la Consulta Amigable)",
        )
    )


def _check_amounts(layout: Layout, headers: Sequence[str], path: Path) -> None:
    """No two titles give the same amount, and all of them say their year or none does."""
    if not layout.codes:
        return
    meant = [(header, layout.aliases[normalise(header)]) for header in headers]
    dated = {column for column in layout.optional if column.rpartition(" ")[0] in layout.amount_titles}
    money = [(header, column) for header, column in meant if column in layout.amount_titles | dated]
    twice = {column for column, count in Counter(column for _, column in money).items() if count > 1}
    if twice:
        same = [header for header, column in money if column in twice]
        raise _doubtful(path, f"dicen lo mismo {_quoted(same)}", "una columna por monto y año", "deje una, o ponga en cada título su año")
    plain = [header for header, column in money if column not in dated]
    years = [header for header, column in meant if dated and column == layout.codes["anio"]]
    if dated and (plain or years):
        others = [header for header, column in money if column in dated]
        raise _doubtful(
            path,
            f"{_quoted(others)} dicen su año en el título y {_quoted(plain or years)} no",
            "el año en todos los títulos de montos, o en una columna",
            "complete los títulos, o deje una sola columna de año",
        )


def _doubtful(path: Path, found: str, expected: str, remedy: str) -> InputDataError:
    return InputDataError(Problem(f"{path}, títulos", found, expected, remedy))


def _quoted(titles: Sequence[str]) -> str:
    return enumerate_words([f"«{title}»" for title in titles[:6]])


def _unknown(headers: list[str], known: Sequence[Layout], path: Path) -> InputDataError:
    """The nearest layout by the share of what it must have, then by the titles it knows."""

    def near(layout: Layout) -> tuple[float, int]:
        present = frozenset(layout.aliases.values())
        return -len(_missing(layout, present)) / (len(layout.columns) + len(layout.core)), len(present & layout.used)

    nearest = max(reversed(known), key=near)  # of two as near, the one that asks for least
    present = frozenset(nearest.aliases.values())
    missing, extra = _missing(nearest, present), sorted(present - nearest.used - {""})
    wanted = [*(nearest.columns - present), *(h for headers in nearest.core.values() if not headers & present for h in headers)]
    return InputDataError(
        Problem(
            f"{path}, títulos",
            f"ninguna forma conocida de extracto; la más cercana es {nearest.title}, "
            f"a la que le falta {enumerate_words(missing)} y le sobran {_some(extra, 8)}{_hint(sorted(wanted), extra)}",
            "uno de: " + "; ".join(layout.title for layout in known),
            "vuelva a exportar el archivo o corrija sus títulos",
        )
    )


def _some(columns: Sequence[str], most: int) -> str:
    shown = ", ".join(columns[:most]) or "ninguna"
    return shown + (f" y {len(columns) - most} más" if len(columns) > most else "")


def _hint(missing: list[str], extra: list[str]) -> str:
    pairs = [(near[0], column) for column in missing if (near := get_close_matches(column, extra, n=1))]
    return "" if not pairs else " (¿" + ", ".join(f"{found} es {wanted}" for found, wanted in pairs[:3]) + "?)"
