"""Small words that page, figures and tables write alike; like `theme`, it imports nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from presupuesto_link.wording import MINUS, millions, plain_number, soles

if TYPE_CHECKING:
    from presupuesto_link.matrices.matrix import Matrix


def short_amount(amount: Any) -> str:
    """Millions, or whole soles below one million."""
    return soles(amount) if amount is None or abs(amount) < 1_000_000 else millions(amount)


def signed_soles(amount: Any) -> str:
    """A change in soles with its sign before the currency: `+S/ 164,973`."""
    return ("+" if amount > 0 else MINUS if amount < 0 else "") + soles(abs(amount))


def limit(ratio: float) -> str:
    """A limit of the analysis as a percentage, with no more decimals than it has: `75 %`, `92.5 %`."""
    return f"{plain_number(ratio * 100)} %"


def year_pair(matrix: Matrix) -> str:
    """`2023_2024`: what tells the files of one matrix from those of another."""
    return f"{matrix.anio_ejecucion}_{matrix.anio_resultado}"
