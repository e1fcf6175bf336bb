"""What the rules in force say of each transfer, for many transfers at once.

The verdict of a transfer is the worst of what its rules say. A rule whose truth is unknown leaves the transfer undecided (FALTA DATO)
whatever it would say, unless all it says is that something is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.normas.rulebook import Rulebook
from presupuesto_link.normas.truth import TRUE, UNKNOWN, side_truth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from presupuesto_link.specs import CondicionSpec, ExcepcionSpec, ReglaSpec

VERDICTS = ("PERMITIDO", "REQUIERE", "FALTA DATO", "PROHIBIDO")
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


@dataclass(frozen=True)
class Blocking:
    """Per transfer: how many rules do not let it pass, and which one (its place in `Rulebook.reglas`) when there is just one, else -1.

    `stopped`: per rule, how many transfers it does not let pass.
    """

    count: NDArray[np.int16]
    only: NDArray[np.int16]
    stopped: tuple[int, ...]


@dataclass(frozen=True)
class Judgement:
    """What the law says of each transfer.

    Attributes:
        arcs: what was judged.
        invoked: exceptions the scenario invokes.
        codes: position of the verdict in `VERDICTS`, per transfer.
        blocking: what stops each transfer.
    """

    arcs: Arcs
    invoked: tuple[ExcepcionSpec, ...]
    codes: NDArray[np.int8]
    blocking: Blocking

    @property
    def admitted(self) -> NDArray[np.bool_]:
        """Whether every rule lets the transfer pass."""
        passes: NDArray[np.bool_] = self.blocking.count == 0
        return passes

    def counts(self) -> dict[str, int]:
        """How many transfers have each verdict."""
        import numpy as np

        found = np.bincount(self.codes, minlength=len(VERDICTS))
        return dict(zip(VERDICTS, found.tolist(), strict=True))

    def verdict_names(self, arcs: NDArray[np.intp]) -> list[str]:
        """The verdicts of some transfers, by name."""
        return [VERDICTS[code] for code in self.codes[arcs]]

    def main_obstacles(self, count: int) -> list[str]:
        """The rules that stop the most transfers."""
        rules, stopped = self.arcs.book.reglas, self.blocking.stopped
        order = sorted(range(len(rules)), key=lambda place: (-stopped[place], place))
        return [rules[place].id for place in order[:count] if stopped[place]]

    def sole_obstacles(self) -> dict[str, int]:
        """Rules that are the only thing that stops some transfers, and how many."""
        import numpy as np

        rules, only = self.arcs.book.reglas, self.blocking.only
        found = np.bincount(only[only >= 0], minlength=len(rules))
        return {rule.id: int(count) for rule, count in zip(rules, found, strict=True) if count}

    def applies(self, rule_id: str) -> NDArray[np.int8]:
        """How true it is that a rule concerns each transfer, before any exception."""
        return self.arcs.truth(next(rule for rule in self.arcs.book.reglas if rule.id == rule_id))

    def exception_used(self, exception_id: str) -> NDArray[np.bool_]:
        """Whether an invoked exception lifts at least one rule that would stop the transfer."""
        import numpy as np

        used = np.zeros(len(self.arcs.i), dtype=np.bool_)
        for exception in self.invoked:
            if exception.id == exception_id:
                covered = self.arcs.truth(exception) == TRUE
                for rule in self.arcs.book.reglas:
                    if rule.id in exception.levanta:
                        used |= covered & (_said(rule, self.arcs.truth(rule)) > REQUIRES)
        return used

    def explain(self, arcs: NDArray[np.intp], only: str | None = None) -> pl.DataFrame:
        """Every rule that concerns some transfers, or may, or only one of them (see `normas.explain`)."""
        from presupuesto_link.normas.explain import explain

        return explain(self.arcs.some(arcs), self.invoked, arcs, only)


def judge(  # noqa: PLR0913, PLR0917 - what is judged, and two settings
    book: Rulebook,
    donors: pl.DataFrame,
    receivers: pl.DataFrame,
    i: NDArray[np.intp],
    j: NDArray[np.intp],
    invoked: Sequence[str] = (),
    admitted: Sequence[str] = ("PERMITIDO", "REQUIERE"),
    truths: tuple[NDArray[np.int8], NDArray[np.int8]] | None = None,
) -> Judgement:
    """Judge transfers.

    Args:
        book: rules in force.
        donors: lines that give, with the fields of `Rulebook.fields`; what is missing or null is unknown.
        receivers: lines that take, likewise.
        i: row of the donor of each transfer.
        j: row of its receiver.
        invoked: ids of the exceptions the scenario invokes; they only hold where their conditions are certainly true.
        admitted: verdicts that let a transfer pass, for `Judgement.blocking`.
        truths: `side_truth` of donors and of receivers, when it is already known.

    Returns:
        The verdict of each transfer.

    Raises:
        SpecError: an exception invoked does not exist on that date.
    """
    import numpy as np

    exceptions = _invoked(book, invoked)
    giving, taking = truths or (side_truth(donors, book, "donante"), side_truth(receivers, book, "receptor"))
    arcs = Arcs(book, donors, receivers, np.asarray(i, dtype=np.intp), np.asarray(j, dtype=np.intp), giving, taking)
    passes = np.array([verdict in admitted for verdict in VERDICTS])
    codes = np.zeros(len(arcs.i), dtype=np.int8)
    count, last = np.zeros(len(arcs.i), dtype=np.int16), np.full(len(arcs.i), -1, dtype=np.int16)
    totals: list[int] = []
    for place, rule in enumerate(book.reglas):
        said = effective(arcs, rule, exceptions)
        np.maximum(codes, said, out=codes)
        stopped = ~passes[said]
        count += stopped
        last[stopped] = place
        totals.append(int(stopped.sum()))
    last[count != 1] = -1
    return Judgement(arcs, exceptions, codes, Blocking(count, last, tuple(totals)))


def effective(arcs: Arcs, rule: ReglaSpec, invoked: Sequence[ExcepcionSpec]) -> NDArray[np.int8]:
    """What a rule says of each transfer once the invoked exceptions have lifted it."""
    said = _said(rule, arcs.truth(rule))
    for exception in invoked:
        if rule.id in exception.levanta:
            said[(arcs.truth(exception) == TRUE) & (said > REQUIRES)] = REQUIRES
    return said


def _said(rule: ReglaSpec, truth: NDArray[np.int8]) -> NDArray[np.int8]:
    import numpy as np

    verdict = VERDICTS.index(rule.veredicto)
    unknown = PERMITTED if verdict == PERMITTED else MISSING
    return np.array([PERMITTED, unknown, verdict], dtype=np.int8)[truth]


def _invoked(book: Rulebook, ids: Sequence[str]) -> tuple[ExcepcionSpec, ...]:
    known = {exception.id: exception for exception in book.excepciones}
    problems = [_unknown(name, book.fecha, known) for name in ids if name not in known]
    if problems:
        raise SpecError(*problems)
    return tuple(known[name] for name in dict.fromkeys(ids))


def _unknown(name: str, day: date, known: dict[str, ExcepcionSpec]) -> Problem:
    return Problem(
        f"excepción «{name}»",
        f"no rige el {day.isoformat()}",
        "una de: " + (", ".join(known) or "ninguna"),
        "véalas con «presupuesto-link normas listar --fecha»",
    )


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
