"""The verdict of every transfer, with three-valued logic (Kleene): what is not known is neither true nor false.

Each condition is looked at once per side and kind of line, then combined over the arcs: false 0, unknown 1, true 2, so that "and" is the
minimum, "or" the maximum and "not" 2 - x. A rule that is certainly false says nothing; certainly true, its verdict; otherwise FALTA DATO.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from presupuesto_link.normas.rulebook import Rulebook
from presupuesto_link.specs.norms import FACTS, SIDES, TEXTS, CondicionSpec, ExcepcionSpec, ReglaSpec

FALSE, UNKNOWN, TRUE = 0, 1, 2
VERDICTS = ("PERMITIDO", "REQUIERE", "FALTA DATO", "PROHIBIDO")
"""From best to worst; codes are their places."""
_REQUIRES, _MISSING = VERDICTS.index("REQUIERE"), VERDICTS.index("FALTA DATO")
_WORDS = {
    "accion": "AER", "nivel": "nivel de gobierno", "pliego": "pliego", "sec_ejec": "unidad ejecutora", "programa": "programa presupuestal",
    "producto": "producto o proyecto", "actividad": "actividad", "finalidad": "finalidad", "fuente": "fuente de financiamiento",
    "rubro": "rubro", "tipo_recurso": "tipo de recurso", "categoria_gasto": "categoría de gasto", "generica": "genérica de gasto",
    "clasificador": "clasificador de gasto", "inversion": "si es inversión", "finalidad_nombre": "nombre de la finalidad",
    "producto_nombre": "nombre del producto",
}  # fmt: skip


def side_truth(rows: pl.DataFrame, book: Rulebook, side: str) -> np.ndarray:
    """What one end of a transfer says of every condition.

    Args:
        rows: lines or bags; a column that is absent is null, that is, unknown.
        book: the rules.
        side: donante or receptor.

    Returns:
        int8, rows x `book.conditions`: the "and" of what each condition asks of that side.
    """
    truth = np.full((rows.height, len(book.conditions)), TRUE, dtype=np.int8)
    memory: dict[tuple[str, tuple[str, ...]], np.ndarray] = {}
    for place, condition in enumerate(book.conditions):
        for wanted, negated in ((getattr(condition, side), False), (getattr(condition, f"{side}_no"), True)):
            for field, values in wanted.items():
                key = (field, values)
                if key not in memory:
                    memory[key] = _matches(rows, field, values)
                found = TRUE - memory[key] if negated else memory[key]
                np.minimum(truth[:, place], found, out=truth[:, place])
    return truth


def legal_class(truth: np.ndarray) -> np.ndarray:
    """A number per row, equal in the rows that no rule tells apart (in order of appearance)."""
    if not truth.shape[1]:
        return np.zeros(truth.shape[0], dtype=np.int32)
    _, first, label = np.unique(truth, axis=0, return_index=True, return_inverse=True)
    order = np.empty(first.size, dtype=np.int32)
    order[np.argsort(first)] = np.arange(first.size, dtype=np.int32)
    classes: np.ndarray = order[label.reshape(-1)]
    return classes


def _matches(rows: pl.DataFrame, field: str, values: tuple[str, ...]) -> np.ndarray:
    """Whether a field has one of some values, per row; each distinct value is looked at once."""
    if field not in rows.columns:
        return np.full(rows.height, UNKNOWN, dtype=np.int8)
    column = rows[field].cast(pl.String)
    distinct = column.unique()
    verdict = {value: _match(field, value, values) for value in distinct.to_list()}
    table = pl.DataFrame(
        {"valor": list(verdict), "acierto": list(verdict.values())}, schema={"valor": pl.String, "acierto": pl.Int8}
    )
    joined = column.to_frame("valor").join(table, on="valor", how="left", nulls_equal=True, maintain_order="left")
    found: np.ndarray = joined["acierto"].to_numpy().astype(np.int8)
    return found


def _match(field: str, value: str | None, wanted: tuple[str, ...]) -> int:
    if value is None:
        return UNKNOWN
    if field == "clasificador":
        return max(_below(value, pattern) for pattern in wanted)
    if field in TEXTS:
        return TRUE if any(folded(pattern) in folded(value) for pattern in wanted) else FALSE
    return TRUE if value in wanted else FALSE


def _below(value: str, pattern: str) -> int:
    """Whether a classifier hangs from another; one that stops short of it may or may not."""
    have, want = value.split("."), pattern.split(".")
    common = min(len(have), len(want))
    if have[:common] != want[:common]:
        return FALSE
    return TRUE if len(have) >= len(want) else UNKNOWN


def folded(text: str) -> str:
    """Text without accents, case nor repeated spaces."""
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).casefold().split())


@dataclass(frozen=True)
class _Truths:
    """The truth of every condition at both ends and between them, combined on demand over some arcs."""

    book: Rulebook
    donors: pl.DataFrame
    receivers: pl.DataFrame
    i: np.ndarray
    j: np.ndarray

    @cached_property
    def sides(self) -> tuple[np.ndarray, np.ndarray]:
        return side_truth(self.donors, self.book, SIDES[0]), side_truth(self.receivers, self.book, SIDES[1])

    @cached_property
    def places(self) -> Mapping[int, int]:
        """Place of each condition, by identity."""
        return {id(condition): place for place, condition in enumerate(self.book.conditions)}

    def condition(self, condition: CondicionSpec) -> np.ndarray:
        place = self.places[id(condition)]
        giving, taking = self.sides
        truth: np.ndarray = np.minimum(giving[self.i, place], taking[self.j, place])
        for fields, want_equal in ((condition.iguales, True), (condition.distintos, False)):
            for field in fields:
                equal = self.equal(field)
                np.minimum(truth, equal if want_equal else TRUE - equal, out=truth)
        if condition.meses and self.book.fecha.month not in condition.meses:
            truth = np.zeros_like(truth)
        return truth

    def equal(self, field: str) -> np.ndarray:
        if field not in self.donors.columns or field not in self.receivers.columns:
            return np.full(self.i.size, UNKNOWN, dtype=np.int8)
        both = pl.concat([self.donors[field].cast(pl.String), self.receivers[field].cast(pl.String)])
        codes = both.rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
        giving, taking = codes[: self.donors.height][self.i], codes[self.donors.height :][self.j]
        known = (giving >= 0) & (taking >= 0)
        result: np.ndarray = np.where(known, np.where(giving == taking, TRUE, FALSE), UNKNOWN).astype(np.int8)
        return result

    def any_of(self, conditions: Sequence[CondicionSpec], empty: int) -> np.ndarray:
        truth = np.full(self.i.size, FALSE if conditions else empty, dtype=np.int8)
        for condition in conditions:
            np.maximum(truth, self.condition(condition), out=truth)
        return truth

    def rule(self, rule: ReglaSpec) -> np.ndarray:
        applies = self.any_of(rule.cuando, TRUE)
        if rule.salvo:
            np.minimum(applies, TRUE - self.any_of(rule.salvo, FALSE), out=applies)
        return applies

    def exception(self, item: ExcepcionSpec) -> np.ndarray:
        holds: np.ndarray = self.any_of(item.cuando, TRUE) == TRUE
        return holds


@dataclass(frozen=True)
class Judgement:
    """The verdicts of some transfers.

    Attributes:
        codes: int8 per arc, the worst of its rules (place in `VERDICTS`).
        admitted: whether that verdict is one of those the scenario accepts.
        blocking: how many rules stop each arc (their verdict is not accepted).
        obstacle: the rule that stops it when it is only one (place in `book.reglas`); -1 otherwise.
    """

    book: Rulebook
    invoked: tuple[str, ...]
    accepted: frozenset[int]
    codes: np.ndarray
    admitted: np.ndarray
    blocking: np.ndarray
    obstacle: np.ndarray
    stopped: tuple[int, ...]
    _truths: _Truths

    def counts(self) -> dict[str, int]:
        """How many arcs have each verdict."""
        found = np.bincount(self.codes, minlength=len(VERDICTS))
        return dict(zip(VERDICTS, found.tolist(), strict=True))

    def verdict_names(self, arcs: np.ndarray) -> list[str]:
        """The verdicts of some arcs, by name."""
        return [VERDICTS[code] for code in self.codes[arcs]]

    def main_obstacles(self, count: int) -> list[str]:
        """The rules that stop the most arcs."""
        order = sorted(range(len(self.stopped)), key=lambda place: (-self.stopped[place], place))
        return [self.book.reglas[place].id for place in order[:count] if self.stopped[place]]

    def sole_obstacles(self) -> dict[str, int]:
        """Rules that are the only thing that stops some arcs, and how many."""
        found = np.bincount(self.obstacle[self.obstacle >= 0], minlength=len(self.book.reglas))
        return {rule.id: int(count) for rule, count in zip(self.book.reglas, found, strict=True) if count}

    def exception_used(self, exception: str) -> np.ndarray:
        """The arcs that an invoked exception lifts some rule from."""
        used = np.zeros(self.codes.size, dtype=bool)
        for rule in self.book.reglas:
            for item in _lifting(rule, self.book, self.invoked):
                if item.id == exception:
                    used |= (_effective(rule, self._truths.rule(rule)) > _REQUIRES) & self._truths.exception(item)
        return used

    def explain(self, arcs: np.ndarray) -> pl.DataFrame:
        """What each rule says of some arcs.

        Returns:
            Key `arco, regla`, only rules that say something: `veredicto`, `articulo`, `texto`, `requiere` (paper, opinion or check),
            `confianza`, `faltan` (what is not known, with its side; null when nothing), `excepcion` (the one that lifts it; null when none).
        """
        near = _Truths(
            self.book, self._truths.donors, self._truths.receivers, self._truths.i[arcs], self._truths.j[arcs]
        )
        rows: list[dict[str, object]] = []
        for rule in self.book.reglas:
            truth = near.rule(rule)
            effective = _effective(rule, truth)
            lifted = [(item, near.exception(item)) for item in _lifting(rule, self.book, self.invoked)]
            for place in np.flatnonzero((effective > 0) | ((truth == TRUE) & (rule.veredicto == VERDICTS[0]))):
                exception = next(
                    (item for item, holds in lifted if holds[place] and effective[place] > _REQUIRES), None
                )
                unknown = truth[place] == UNKNOWN
                rows.append({
                    "arco": int(arcs[place]), "regla": rule.id,
                    "veredicto": "REQUIERE" if exception else VERDICTS[effective[place]],
                    "articulo": rule.articulo, "texto": rule.texto,
                    "requiere": exception.requiere if exception else rule.requiere or None, "confianza": rule.confianza,
                    "faltan": self._missing(rule, near, int(place)) if unknown else None,
                    "excepcion": exception.id if exception else None,
                })  # fmt: skip
        schema = {"arco": pl.Int64} | dict.fromkeys(
            ("regla", "veredicto", "articulo", "texto", "requiere", "confianza", "faltan", "excepcion"), pl.String
        )
        return pl.DataFrame(rows, schema=schema).sort("arco", "regla")

    def _missing(self, rule: ReglaSpec, near: _Truths, place: int) -> str | None:
        """The fields whose value would decide a rule, with their side."""
        told: dict[str, None] = {}
        ends = {
            SIDES[0]: near.donors.row(int(near.i[place]), named=True),
            SIDES[1]: near.receivers.row(int(near.j[place]), named=True),
        }
        for condition in (*rule.cuando, *rule.salvo):
            if near.condition(condition)[place] != UNKNOWN:
                continue
            for side, row in ends.items():
                for wanted in (getattr(condition, side), getattr(condition, f"{side}_no")):
                    for field, values in wanted.items():
                        if _match(field, row.get(field), values) == UNKNOWN:
                            told[f"{_said(field)} ({side})"] = None
            for field in (*condition.iguales, *condition.distintos):
                told |= {f"{_said(field)} ({side})": None for side, row in ends.items() if row.get(field) is None}
        return "; ".join(told) or None


def _said(field: str) -> str:
    return f"si {FACTS[field]}" if field in FACTS else _WORDS[field]


def judge(  # noqa: PLR0913, PLR0917 - both ends of the arcs
    book: Rulebook, donors: pl.DataFrame, receivers: pl.DataFrame, i: np.ndarray, j: np.ndarray, invoked: Sequence[str] = (),
    admitted: Sequence[str] = ("PERMITIDO", "REQUIERE"),
) -> Judgement:  # fmt: skip
    """Judge transfers.

    Args:
        book: the rules in force.
        donors: one end, with whatever fields are known of it.
        receivers: the other end.
        i: row of the donor of every arc.
        j: row of its receiver.
        invoked: exceptions the scenario invokes. They lift the rules they name, into REQUIERE, only where they certainly apply.
        admitted: verdicts that the scenario accepts.
    """
    truths = _Truths(book, donors, receivers, i, j)
    accepted = frozenset(VERDICTS.index(name) for name in admitted)
    codes, blocking = np.zeros(i.size, dtype=np.int8), np.zeros(i.size, dtype=np.int16)
    obstacle, stopped = np.full(i.size, -1, dtype=np.int16), []
    for place, rule in enumerate(book.reglas):
        effective = _effective(rule, truths.rule(rule))
        for item in _lifting(rule, book, invoked):
            effective = np.where((effective > _REQUIRES) & truths.exception(item), _REQUIRES, effective).astype(np.int8)
        np.maximum(codes, effective, out=codes)
        stops = ~np.isin(effective, list(accepted)) & (effective > 0)
        blocking += stops
        obstacle[stops] = place
        stopped.append(int(stops.sum()))
    obstacle[blocking != 1] = -1
    allowed = np.isin(codes, list(accepted))
    return Judgement(book, tuple(invoked), accepted, codes, allowed, blocking, obstacle, tuple(stopped), truths)


def _effective(rule: ReglaSpec, truth: np.ndarray) -> np.ndarray:
    """The verdict of a rule on each arc."""
    own = VERDICTS.index(rule.veredicto)
    if own == 0:
        return np.zeros(truth.size, dtype=np.int8)
    return np.select([truth == TRUE, truth == UNKNOWN], [own, _MISSING], 0).astype(np.int8)


def _lifting(rule: ReglaSpec, book: Rulebook, invoked: Sequence[str]) -> list[ExcepcionSpec]:
    return [item for item in book.excepciones if item.id in invoked and rule.id in item.levanta]
