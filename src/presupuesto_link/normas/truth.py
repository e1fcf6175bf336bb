"""Three-valued truth of the conditions of a rulebook on lines: 0 false, 1 unknown, 2 true (Kleene's logic: and is the least)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import polars as pl

from presupuesto_link.normas.rulebook import Rulebook
from presupuesto_link.vocabulary import Side

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from presupuesto_link.specs import CondicionSpec

FALSE, UNKNOWN, TRUE = 0, 1, 2
_CLASS = "clase_legal"


def side_truth(rows: pl.DataFrame, book: Rulebook, side: Side) -> NDArray[np.int8]:
    """How true the part of each condition that looks at one side is.

    Args:
        rows: lines with the fields of `Rulebook.fields`; a missing column, or a null, is unknown.
        book: in force.
        side: which part of the conditions to look at.

    Returns:
        rows x conditions of `book.conditions`, int8. A condition that says nothing of the side is true.
    """
    names = sorted({name for c in book.conditions for name, _, _ in c.selectors(side)} & set(rows.columns))
    if not names or rows.is_empty():
        return _truth(rows, book, side)
    text = rows.select(pl.col(names).cast(pl.String))
    apart = text.unique(maintain_order=True).with_row_index(_CLASS)
    place = text.join(apart, on=names, how="left", nulls_equal=True, maintain_order="left")[_CLASS].to_numpy()
    found: NDArray[np.int8] = _truth(apart, book, side)[place]
    return found


def legal_class(truth: NDArray[np.int8]) -> NDArray[np.int64]:
    """The number of the group of rows that no condition tells apart: equal rows of `side_truth`, numbered from 0."""
    import numpy as np

    if truth.shape[1] == 0:
        return np.zeros(truth.shape[0], dtype=np.int64)
    _, place = np.unique(truth, axis=0, return_inverse=True)
    return np.asarray(place, dtype=np.int64).reshape(-1)


def condition_truth(condition: CondicionSpec, side: Side, columns: list[str]) -> pl.Expr:
    """The least truth of what a condition says of a side; true when it says nothing."""
    atoms = [atom_truth(name, values, wanted, columns) for name, values, wanted in condition.selectors(side)]
    return pl.min_horizontal(atoms) if atoms else _value(TRUE)


def atom_truth(name: str, values: tuple[str, ...], wanted: bool, columns: list[str]) -> pl.Expr:
    """How true it is that a field has one of the values; the opposite when not `wanted`."""
    if name not in columns:
        return _value(UNKNOWN)
    cell = pl.col(name).cast(pl.String)
    if name == "clasificador":
        found = _hierarchical(cell, values)
    elif name.endswith("_nombre"):
        found = _yes(fold(cell).str.contains_any([fold_text(value) for value in values]))
    else:
        found = _yes(cell.is_in(values))
    known = pl.when(cell.is_null()).then(_value(UNKNOWN)).otherwise(found)
    return known if wanted else _value(TRUE) - known


def fold(text: pl.Expr) -> pl.Expr:
    """The text without accents, in lower case and with single spaces."""
    bare = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    return bare.str.replace_all(r"\s+", " ")


def fold_text(text: str) -> str:
    """`fold` of one text."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.lower().split())


def _hierarchical(cell: pl.Expr, patterns: tuple[str, ...]) -> pl.Expr:
    """A code below a pattern is true; one above it may or may not be; any other is false."""
    dotted = cell + "."
    below = pl.any_horizontal(dotted.str.starts_with(f"{pattern}.") for pattern in patterns)
    above = pl.any_horizontal(pl.lit(f"{pattern}.").str.starts_with(dotted) for pattern in patterns)
    return pl.when(below).then(_value(TRUE)).when(above).then(_value(UNKNOWN)).otherwise(_value(FALSE))


def _yes(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(_value(TRUE)).otherwise(_value(FALSE))


def _value(truth: int) -> pl.Expr:
    return pl.lit(truth, pl.Int8)


def _truth(rows: pl.DataFrame, book: Rulebook, side: Side) -> NDArray[np.int8]:
    import numpy as np

    found = np.full((rows.height, len(book.conditions)), TRUE, dtype=np.int8)
    columns = rows.columns
    for place, condition in enumerate(book.conditions):
        if any(True for _ in condition.selectors(side)):
            found[:, place] = rows.select(truth=condition_truth(condition, side, columns).cast(pl.Int8))["truth"].to_numpy()
    return found
