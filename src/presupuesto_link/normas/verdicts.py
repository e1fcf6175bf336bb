"""Transfers under a rulebook: how true each rule is of each of them, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from presupuesto_link.normas.rulebook import Rulebook
from presupuesto_link.normas.truth import TRUE, UNKNOWN
from presupuesto_link.vocabulary import VERDICTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from presupuesto_link.specs import CondicionSpec, ExcepcionSpec, ReglaSpec

PERMITTED, REQUIRES, MISSING, FORBIDDEN = range(4)


@dataclass(frozen=True)
class Arcs:
    """Transfers to judge: a donor row and a receiver row each.

    Attributes:
        donors, receivers: lines of each side.
        i, j: row of the donor and of the receiver of each transfer.
        donor_truth, receiver_truth: `side_truth` of each side.
    """

    book: Rulebook
    donors: pl.DataFrame
    receivers: pl.DataFrame
    i: NDArray[np.intp]
    j: NDArray[np.intp]
    donor_truth: NDArray[np.int8]
    receiver_truth: NDArray[np.int8]
    _equal: dict[str, NDArray[np.int8]] = field(default_factory=dict)

    def some(self, arcs: NDArray[np.intp]) -> Arcs:
        """The same lines with only some of the transfers."""
        return Arcs(self.book, self.donors, self.receivers, self.i[arcs], self.j[arcs], self.donor_truth, self.receiver_truth)

    def condition(self, condition: CondicionSpec) -> NDArray[np.int8]:
        """How true a condition is of each transfer."""
        import numpy as np

        place = self.book.column[condition.model_dump_json()]
        found = np.full(len(self.i), TRUE, dtype=np.int8)
        if condition.meses and self.book.fecha.month not in condition.meses:
            return np.zeros(len(self.i), dtype=np.int8)
        for truth, rows in ((self.donor_truth, self.i), (self.receiver_truth, self.j)):
            column = truth[:, place]
            if (column != TRUE).any():
                np.minimum(found, column[rows], out=found)
        for name in condition.iguales:
            np.minimum(found, self.equal(name), out=found)
        for name in condition.distintos:
            np.minimum(found, TRUE - self.equal(name), out=found)
        return found

    def any_of(self, conditions: Sequence[CondicionSpec]) -> NDArray[np.int8]:
        """The greatest truth of several conditions."""
        import numpy as np

        found = np.zeros(len(self.i), dtype=np.int8)
        for condition in conditions:
            np.maximum(found, self.condition(condition), out=found)
        return found

    def truth(self, entry: ReglaSpec | ExcepcionSpec) -> NDArray[np.int8]:
        """How true it is that a rule or an exception concerns each transfer."""
        import numpy as np

        found = self.any_of(entry.cuando) if entry.cuando else np.full(len(self.i), TRUE, dtype=np.int8)
        salvo = getattr(entry, "salvo", ())
        if salvo:
            np.minimum(found, TRUE - self.any_of(salvo), out=found)
        return found

    def equal(self, name: str) -> NDArray[np.int8]:
        """How true it is that both sides have the same value in a field."""
        import numpy as np

        if name not in self._equal:
            donor, receiver = _numbered(self.donors, self.receivers, name)
            one, other = donor[self.i], receiver[self.j]
            same = np.where(one == other, TRUE, 0).astype(np.int8)
            same[(one < 0) | (other < 0)] = UNKNOWN
            self._equal[name] = same
        return self._equal[name]


def effective(arcs: Arcs, rule: ReglaSpec, invoked: Sequence[ExcepcionSpec]) -> NDArray[np.int8]:
    """What a rule says of each transfer once the invoked exceptions have lifted it."""
    said = said_of(rule, arcs.truth(rule))
    for exception in invoked:
        if rule.id in exception.levanta:
            said[(arcs.truth(exception) == TRUE) & (said > REQUIRES)] = REQUIRES
    return said


def said_of(rule: ReglaSpec, truth: NDArray[np.int8]) -> NDArray[np.int8]:
    """What a rule says of each transfer, by how true the rule is of it."""
    import numpy as np

    verdict = VERDICTS.index(rule.veredicto)
    unknown = PERMITTED if verdict == PERMITTED else MISSING
    return np.array([PERMITTED, unknown, verdict], dtype=np.int8)[truth]


def _numbered(donors: pl.DataFrame, receivers: pl.DataFrame, name: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """A number per different value of a field in both sides; -1 for null or when the column is not there."""
    values = [
        (rows[name] if name in rows.columns else pl.Series(name, [None] * rows.height, pl.String)).cast(pl.String)
        for rows in (donors, receivers)
    ]
    both = pl.concat(values).to_frame(name)
    apart = both.drop_nulls().unique(maintain_order=True).with_row_index("numero")
    joined = both.join(apart, on=name, how="left", maintain_order="left")
    numbers = joined["numero"].cast(pl.Int32).fill_null(-1).to_numpy()
    return numbers[: donors.height], numbers[donors.height :]
