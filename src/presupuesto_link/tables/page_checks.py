"""What a page of the Consulta Amigable is only a part of, and whether its rows are what its path says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from presupuesto_link.findings import Finding
from presupuesto_link.sources.siaf.amigable import amounts_of
from presupuesto_link.sources.siaf.page import Page
from presupuesto_link.wording import enumerate_words, period_words, soles

Totals = Mapping[int, Mapping[str, Decimal | None]]


def check_page(page: Page, totals: Totals, kept: int, records: int) -> list[Finding]:
    """The findings of what stands around the table of a page.

    Args:
        page: what it says of itself.
        totals: year → measure → soles of the rows that were kept.
        kept: how many were.
        records: how many the page has.
    """
    return [*_only_a_period(page), *_only_a_part(page), *(_path(page, totals, kept) if kept == records else ())]


def _only_a_period(page: Page) -> list[Finding]:
    words = period_words(*page.period)
    if not words:
        return []
    return [
        Finding(
            "S21",
            "ruta de la consulta, periodo",
            f"sólo {words}{f' de {page.year}' if page.year else ''}",
            "el año, o el año por meses o por trimestres",
            "no es el total del año: no entra en la matriz, el ranking ni el semáforo",
        )
    ]


def _only_a_part(page: Page) -> list[Finding]:
    return [
        Finding(
            "S22",
            "ruta de la consulta, ámbito",
            "; ".join(page.part),
            "todo el gasto de la entidad",
            "el resto de su gasto no está en las cifras, y cada salida lo dice",
        )
        for _ in page.part[:1]
    ]


def _path(page: Page, totals: Totals, kept: int) -> list[Finding]:
    """The last row of the path against the sum of the table: each row printed in whole soles may be half a sol away."""
    tolerance, found = Decimal(kept) / 2, []
    for measure, printed in amounts_of(page.total).items():
        total = sum((year.get(measure) or Decimal(0) for year in totals.values()), Decimal(0))
        if abs(total - printed) > tolerance:
            found.append(
                f"{measure.removesuffix('_soles').replace('_', ' ')}: {soles(printed, 2)} en la ruta y {soles(total, 2)} en las filas"
            )
    return [
        Finding(
            "S23",
            "ruta de la consulta, última fila",
            "; ".join(found),
            f"la suma de las filas, ± {soles(tolerance, 2)} (medio sol por fila)",
            "a la tabla le faltan o le sobran filas; se usan las filas",
        )
        for _ in found[:1]
    ]


def check_same_money(name: str, totals: Totals, rows: int, others: Sequence[tuple[str, Totals, int]], base: str) -> list[Finding]:
    """A page against those of the same consultation by other dimensions: one is worked with, and the others only check its total.

    Args:
        name: of this page, and by what it is.
        totals: its year → measure → soles.
        rows: how many it has.
        others: the same of each other page.
        base: the name of the one to work with.
    """
    if not others:
        return []
    said = f"{enumerate_words([other for other, _, _ in others])} {'dan' if len(others) > 1 else 'da'} el mismo dinero por otra dimensión"
    found = [
        Finding("S24", name, said, "una página por consulta", f"se trabaja con {base}; las demás sólo cotejan su total, y nunca se cruzan")
    ]
    for other, theirs, count in others:
        tolerance = Decimal(rows + count) / 2
        for year, measures in totals.items():
            pairs = {m: (own, theirs.get(year, {}).get(m)) for m, own in measures.items()}
            apart = [
                f"{m.removesuffix('_soles').replace('_', ' ')}: {soles(a, 2)} y {soles(b, 2)}"
                for m, (a, b) in pairs.items()
                if a is not None and b is not None and abs(a - b) > tolerance
            ]
            if apart:
                found.append(
                    Finding(
                        "S16", f"{name}, {year}", "; ".join(apart), f"lo mismo que {other}, ± {soles(tolerance, 2)}", "medio sol por fila"
                    )
                )
    return found
