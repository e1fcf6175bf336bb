"""What went with the rows that could not be used: soles where they can be read, rows where they cannot.

Titles that come again, totals and blank lines are rejected too, and nothing is lost with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from presupuesto_link.findings import Finding
from presupuesto_link.sources.siaf.layout import AMOUNTS, RECORD
from presupuesto_link.sources.siaf.records import CUT, FEWER, FOOT, MORE, UNCLOSED
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.wording import enumerate_words, percent, plural, soles

TORN = (MORE, FEWER, UNCLOSED, CUT)
"""Why a record cannot be read at all."""
MOST = Decimal("0.001")
"""The largest part, of the soles of a measure or of the rows, that may be lost without stopping a load."""
_NUMBER, _TOTAL, _UNREAD = r"^\W*(?:S/\.?)?\W*[0-9]", r"(?i)^\W*(?:sub[\s-]*)?total", r" no es un monto$| no separa miles$"
_SHOWN = 5
_NO_RECORD, _BROKEN, _UNREADABLE, _READ = "no es un registro", "roto", "ilegible", "legible"
_TITLES = {"pia_soles": "PIA", "pim_soles": "PIM"}


@dataclass(frozen=True)
class Lost:
    """What some rejected rows had.

    Attributes:
        reasons: why records were rejected → how many, the most frequent first.
        torn: the same, of records with more or fewer cells than titles.
        no_records: how many rows are no records: titles, totals, blank lines.
        unread: how many records have an amount that cannot be read.
        soles: measure → what the others had, without signs.
    """

    reasons: Mapping[str, int]
    torn: Mapping[str, int]
    no_records: int
    unread: int
    soles: Mapping[str, Decimal]


NOTHING_LOST = Lost({}, {}, 0, 0, {})


def lost_with(rejected: pl.LazyFrame) -> Lost:
    """What the rejected rows had.

    Args:
        rejected: all text: `motivo`, `anio` and `AMOUNTS`, as they arrived.
    """
    reason, written = pl.col("motivo"), pl.any_horizontal(pl.col(name).str.contains(_NUMBER).fill_null(value=False) for name in AMOUNTS)
    unread, total = reason.str.contains(_UNREAD), pl.col("anio").str.contains(_TOTAL).fill_null(value=False)
    kind = (
        pl.when(reason.is_in(TORN))
        .then(pl.lit(_BROKEN))
        .when((reason == FOOT) | total | ~(written | unread))
        .then(pl.lit(_NO_RECORD))
        .when(unread)
        .then(pl.lit(_UNREADABLE))
        .otherwise(pl.lit(_READ))
    )
    amounts = [pl.col(name).str.replace_all(",", "", literal=True).cast(MONEY, strict=False).abs().sum() for name in AMOUNTS]
    lines = pl.col(RECORD).head(_SHOWN) if RECORD in rejected.collect_schema().names() else pl.lit(None, pl.String).head(0)
    found = rejected.group_by(kind.alias("clase"), "motivo").agg(pl.len().alias("filas"), lines.alias("lineas"), *amounts).collect()
    of = {name: found.filter(clase=name) for name in (_NO_RECORD, _BROKEN, _UNREADABLE, _READ)}
    read = of[_READ].select(pl.col(AMOUNTS).sum()).row(0, named=True)
    return Lost(
        _most_first(pl.concat([of[_UNREADABLE], of[_READ]])),
        _most_first(_with_lines(of[_BROKEN])),
        int(of[_NO_RECORD]["filas"].sum()),
        int(of[_UNREADABLE]["filas"].sum()),
        {f"{name}_soles": amount for name, amount in read.items() if amount},
    )


def _with_lines(found: pl.DataFrame) -> pl.DataFrame:
    """The reasons with the first lines of the file where each is met."""
    words = pl.when(pl.col("lineas").list.len() == 1).then(pl.lit("línea")).otherwise(pl.lit("líneas"))
    more = pl.when(pl.col("filas") > _SHOWN).then(pl.lit("…")).otherwise(pl.lit(""))
    told = pl.format("{} ({} {}{})", "motivo", words, pl.col("lineas").list.eval(pl.element().cast(pl.String)).list.join(", "), more)
    return found.with_columns(motivo=pl.when(pl.col("lineas").list.len() > 0).then(told).otherwise("motivo"))


def check_rejected(lost: Lost, totals: Mapping[int, Mapping[str, Decimal | None]], kept: int, file: str) -> list[Finding]:
    """Rows that could not be used: what is lost with them decides whether the rest may be.

    Args:
        lost: what they had.
        totals: year → measure → soles of the rows that were kept.
        kept: how many they are.
        file: where the rejected ones are.
    """
    found = []
    if lost.torn:
        count = plural(sum(lost.torn.values()), "registro", "registros")
        found.append(Finding("S29", file, count, "tantas celdas como títulos en cada registro", _said(lost.torn)))
    if lost.reasons:
        rejected = sum(lost.reasons.values())
        parts = _parts(lost, totals)
        much = lost.unread > MOST * (kept + rejected) or any(part > MOST for _, part in parts.values())
        told = enumerate_words([f"{soles(amount, 2)} de {_title(m)} ({percent(float(part), 2)})" for m, (amount, part) in parts.items()])
        unread = [plural(lost.unread, "con un monto que no se lee", "con montos que no se leen")] if lost.unread else []
        words = [plural(rejected, "fila rechazada", "filas rechazadas"), *([told] if told else []), *unread]
        found.append(Finding("S12" if much else "S19", file, "; ".join(words), "a lo más el 0.1 %", _said(lost.reasons)))
    if lost.no_records:
        found.append(
            Finding("S18", file, plural(lost.no_records, "fila", "filas"), "ninguna", "no traen dinero que no esté en otras filas")
        )
    return found


def _parts(lost: Lost, totals: Mapping[int, Mapping[str, Decimal | None]]) -> dict[str, tuple[Decimal, Decimal]]:
    """Measure → what was lost and which part of all it is."""
    kept = {m: abs(sum((year.get(m) or Decimal(0) for year in totals.values()), Decimal(0))) for m in lost.soles}
    return {m: (amount, amount / (amount + kept[m])) for m, amount in lost.soles.items()}


def _title(measure: str) -> str:
    return _TITLES.get(measure, measure.removesuffix("_soles").replace("_", " "))


def _said(reasons: Mapping[str, int]) -> str:
    return "; ".join(f"{reason}: {count:,}" for reason, count in reasons.items())


def _most_first(found: pl.DataFrame) -> dict[str, int]:
    counts = found.group_by("motivo").agg(pl.col("filas").sum()).sort("filas", "motivo", descending=[True, False])
    return dict(counts.iter_rows())
