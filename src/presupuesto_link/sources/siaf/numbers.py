"""How a file writes its amounts: the decimal sign of each column, decided once, from all its cells.

`1.250` is a thousand and a quarter more, or one and a quarter: no cell says it alone. A cell such as `1.250,50` or `1.250.000` proves its
column; a column that no cell proves goes by the others; where nothing decides, a person does. An amount has two decimals at most, so a
sign before exactly three digits is never taken for the decimal one unless other cells of its own column prove it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.sources.siaf.layout import ZEROS, Layout

SIGNS = {"punto": ".", "coma": ","}
"""What `--numeros` takes → the decimal sign."""
_WORDS = {sign: word for word, sign in SIGNS.items()}
BLANKS = ("NaN", "nan", "NA", "N/A", "<NA>", "NULL", "null", "None", "#N/A", "#N/D")
"""What programs write where there is nothing."""
_PLAIN = r"^\s*(?:-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{1,2})?)?\s*$"
_NUMBER = {
    ".": r"^-?(?:(?:[0-9]+|[0-9]{1,3}(?:[, '’][0-9]{3})+)(?:\.[0-9]*)?|\.[0-9]+|[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+)$",
    ",": r"^-?(?:(?:[0-9]+|[0-9]{1,3}(?:[. '’][0-9]{3})+)(?:,[0-9]*)?|,[0-9]+|[0-9]+(?:,[0-9]+)?[eE][+-]?[0-9]+)$",
}
_PROOF = {
    ".": r"\.(?:[0-9]{0,2}|[0-9]{4,})$|,[0-9]{3}[.,]|^-?(?:0|[0-9]{4,})\.[0-9]{3}$|\.[0-9]+[eE]",
    ",": r",(?:[0-9]{0,2}|[0-9]{4,})$|\.[0-9]{3}[.,]|^-?(?:0|[0-9]{4,}),[0-9]{3}$|,[0-9]+[eE]",
}
"""Cells that can be read with one decimal sign only."""
_DOUBT = {".": r"^-?[1-9][0-9]{0,2}\.[0-9]{3}$", ",": r"^-?[1-9][0-9]{0,2},[0-9]{3}$"}
_FEW = 10
"""One in so many cells against the others is an odd cell, rejected in sight; more, and nobody knows."""


def decided(raw: pl.LazyFrame, columns: list[str], path: Path) -> dict[str, str]:
    """The decimal sign of each column of amounts; empty when every cell is plain (`1234.56`, `1,234.56`) and there is nothing to do.

    Args:
        raw: every record of the file, as text.
        columns: those with amounts.
        path: the file, for the message.

    Raises:
        InputDataError: nothing decides, or both signs are proved.
    """
    odd = [(~pl.col(name).str.contains(_PLAIN)).any().alias(name) for name in columns]
    if not columns or not any(raw.select(odd).collect(engine="streaming").row(0)):
        return {}
    evidence = _evidence(raw, columns)
    own = {name: _proved(found, f"{path}, columna {name}") for name, found in evidence.items()}
    said = {sign for sign in own.values() if sign}
    rest = said.pop() if len(said) == 1 else ""
    return {name: sign or _by_the_others(evidence[name], rest, f"{path}, columna {name}") for name, sign in own.items()}


def restyled(raw: pl.LazyFrame, signs: Mapping[str, str]) -> pl.LazyFrame:
    """The records with every amount as `-1234.56`.

    Currency signs, hard spaces, brackets and minus signs behind are read; a word for nothing becomes null. A cell that the decimal sign
    of its column does not explain is put between «¿?», so that it is rejected in sight.
    """
    return raw.with_columns(_canonical(name, sign) for name, sign in signs.items())


def told(signs: Mapping[str, str]) -> str:
    """`punto`, `coma`, or the columns of each; `punto` when there was nothing to decide."""
    if len(set(signs.values())) < 2:
        return _WORDS[next(iter(signs.values()), ".")]
    by_word = {word: [name for name, sign in signs.items() if sign == own] for word, own in SIGNS.items()}
    return "; ".join(f"{word} en {', '.join(names)}" for word, names in by_word.items())


def amount_columns(layout: Layout, headers: Iterable[str]) -> list[str]:
    """The columns of a file with amounts, those of a table with its years side by side (`PIM 2023`) too."""
    known = layout.amount_titles
    return [name for name in headers if name in known or name.rpartition(" ")[0] in known]


def _clean(name: str) -> pl.Expr:
    """The cell without currency, hard spaces, brackets or a minus sign behind; a dash beside the currency is how Excel writes zero."""
    text = pl.col(name).str.replace_all(r"\s+", " ").str.replace("−", "-", literal=True)
    bare = text.str.replace(r"(?i)s/\.?", "").str.strip_chars()
    bare = bare.str.replace(r"^\(\s*(.*?)\s*\)$", "-$1").str.replace(r"^([0-9].*?)\s*-$", "-$1")
    bare = bare.str.replace(r"^([-+])\s+", "$1").str.strip_prefix("+")
    return pl.when((bare == "-") & text.str.contains(r"(?i)s/")).then(pl.lit("0")).when(~bare.is_in(BLANKS)).then(bare)


def _evidence(raw: pl.LazyFrame, columns: list[str]) -> dict[str, dict[str, Any]]:
    """Of each column: how many cells prove each sign and one of them, and one cell of each kind of doubt."""
    told: dict[str, pl.Expr] = {}
    for place, name in enumerate(columns):
        cell = _clean(name)
        for sign, number in _NUMBER.items():
            proved = cell.filter(cell.str.contains(number) & cell.str.contains(_PROOF[sign]))
            told |= {f"{place}n{sign}": proved.len(), f"{place}p{sign}": proved.first()}
            told[f"{place}d{sign}"] = cell.filter(cell.str.contains(_DOUBT[sign])).first()
    row = raw.select(expr.alias(key) for key, expr in told.items()).collect(engine="streaming").row(0, named=True)
    return {name: {key: row[f"{place}{key}"] for key in ("n.", "n,", "p.", "p,", "d.", "d,")} for place, name in enumerate(columns)}


def _proved(found: Mapping[str, Any], place: str) -> str:
    """The sign that the cells of a column prove; empty when none does."""
    points, commas = found["n."], found["n,"]
    if min(points, commas) * _FEW > max(points, commas):
        both = f"«{found['p.']}» sólo se lee con punto decimal y «{found['p,']}» sólo con coma decimal"
        raise _ask(place, both, "un solo signo decimal en la columna")
    return "" if points == commas else "." if points > commas else ","


def _by_the_others(found: Mapping[str, Any], rest: str, place: str) -> str:
    """The sign of a column that its own cells do not prove: one before three digits separates thousands."""
    doubt = found["d."] or found["d,"]
    if found["d."] and found["d,"]:
        raise _ask(place, f"«{found['d.']}» y «{found['d,']}»: no se sabe cuál signo separa los miles", "un solo signo decimal")
    if (found["d."] and rest != ",") or (found["d,"] and rest == ","):
        digits, sign = str(doubt), "." if found["d."] else ","
        whole = digits.replace(sign, "")
        raise _ask(
            place, f"«{digits}» puede ser {whole} o {digits.replace(',', '.')}, y nada en el archivo lo decide", "un signo que se entienda"
        )
    return rest or "."


def _ask(place: str, found: str, expected: str) -> InputDataError:
    remedy = "diga con --numeros cuál es el signo decimal: --numeros coma (1.250,50) o --numeros punto (1,250.50)"
    return InputDataError(Problem(place, found, expected, remedy))


def _canonical(name: str, sign: str) -> pl.Expr:
    """The amount as `-1234.56`; what the style does not explain, as it is between «¿?»."""
    cell = _clean(name)
    digits = cell.str.replace_all(r"[. '’]" if sign == "," else r"[, '’]", "").str.replace(",", ".", literal=True)
    shown = pl.col(name).str.strip_chars()
    odd = pl.when(pl.col(name).str.contains(ZEROS)).then(pl.col(name)).otherwise(pl.format("¿{}?", shown))
    amount = digits.str.replace(r"(\.[0-9]{2})0+$", "$1")
    return pl.when(cell.is_null()).then(None).when(cell.str.contains(_NUMBER[sign])).then(amount).otherwise(odd).alias(name)
