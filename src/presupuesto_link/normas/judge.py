"""What the rules in force say of each transfer, for many transfers at once.

The verdict of a transfer is the worst of what its rules say. A rule whose truth is unknown leaves the transfer undecided (FALTA DATO)
whatever it would say, unless all it says is that something is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.normas.explain import explain
from presupuesto_link.normas.rulebook import Rulebook
from presupuesto_link.normas.truth import TRUE, side_truth
from presupuesto_link.normas.verdicts import REQUIRES, Arcs, effective, said_of
from presupuesto_link.vocabulary import VERDICTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from presupuesto_link.specs import ExcepcionSpec


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
                        used |= covered & (said_of(rule, self.arcs.truth(rule)) > REQUIRES)
        return used

    def explain(self, arcs: NDArray[np.intp], only: str | None = None) -> pl.DataFrame:
        """Every rule that concerns some transfers, or may, or only one of them (see `normas.explain`)."""
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
        "véalas con «presupuesto-link normas listar --al»",
    )
