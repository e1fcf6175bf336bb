"""Small words that page, figures and tables write alike; like `theme`, it imports nothing heavy."""

from __future__ import annotations

import re
from math import floor
from typing import TYPE_CHECKING, Any

from presupuesto_link.vocabulary import AMBER, GREEN, GREY, RED
from presupuesto_link.wording import MINUS, millions, percent, plain_number, soles

if TYPE_CHECKING:
    from presupuesto_link.evaluation.evaluate import Evaluation
    from presupuesto_link.evaluation.matrix import Matrix
    from presupuesto_link.money.budget import YearBudget
    from presupuesto_link.specs import AnalisisSpec, RankingSpec, SemaforoSpec
    from presupuesto_link.tables.levels import Levels

_SHOWN = re.compile(r"(?P<soles>S/ )?(?P<value>-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?P<percent> %)?")
DAGGER = "†"  # marks transversal actions, whose money is beside and never added up
AMOUNT = re.compile(rf"(?:S/ )?[-{MINUS}]?\d[\d,.]* (?:%|M\b|pp\b)|S/ [-{MINUS}]?\d[\d,.]*")  # what is read as one thing
_OTHER_RULES = {"porcentaje_como_fraccion": "valor en fracción"}  # explains a figure, but no profile uses it


def short_amount(amount: Any) -> str:
    """Millions, or whole soles below one million."""
    return soles(amount) if amount is None or abs(amount) < 1_000_000 else millions(amount)


def signed_soles(amount: Any) -> str:
    """A change in soles with its sign before the currency: `+S/ 164,973`."""
    return ("+" if amount > 0 else MINUS if amount < 0 else "") + soles(abs(amount))


def limit(ratio: float) -> str:
    """A limit of the analysis as a percentage, with no more decimals than it has: `75 %`, `92.5 %`."""
    return f"{plain_number(ratio * 100)} %"


def banded(ratio: float | None, bands: SemaforoSpec, decimals: int = 1) -> str:
    """A percentage that never rounds up into the next band: 0.94999 is amber, and shown as `94.9 %`."""
    if ratio is None:
        return percent(None)
    step = 10.0 ** (2 + decimals)
    shown = round(ratio * step) / step
    crosses = any(ratio < edge <= shown for edge in (bands.amarillo_desde_ratio, bands.verde_desde_ratio))
    return percent(floor(ratio * step) / step if crosses else ratio, decimals)


def unbroken(text: str) -> str:
    """Text whose amounts and percentages do not part from their sign or unit at the end of a line."""
    return AMOUNT.sub(lambda found: found[0].replace(" ", "\u00a0"), text)


def amount_of(text: str) -> tuple[float | None, str]:
    """The number a cell shows and its spreadsheet format: `S/ 1,234` → 1234 and thousands; `84.7 %` → 0.847; null for anything else."""
    plain = text.replace(MINUS, "-").strip()
    found = _SHOWN.fullmatch(plain)
    if found is None:
        return None, ""
    value = float(found["value"].replace(",", ""))
    if found["percent"]:
        return round(value / 100, 6), "0.0%"
    return value, "#,##0" if found["soles"] else "General"


def lagging_words(spec: AnalisisSpec, levels: Levels) -> str:
    """What «rezagada» means in the ranking and why it is not the contrary of «logra»."""
    lags, achieves, bands = spec.ranking.rezagada_bajo_ratio, spec.matrices.logra_desde_ratio, spec.semaforo
    below = " (por debajo del verde)" if lags == bands.verde_desde_ratio else ""
    out = " (fuera del rojo)" if achieves == bands.amarillo_desde_ratio else ""
    return (
        f"Una {levels.accion} está «rezagada» si su avance es menor de {limit(lags)}{below}; en las matrices «logra» si su avance es "
        f"de {limit(achieves)} o más{out}."
        + (f" Por eso una misma {levels.accion} puede lograr y estar rezagada." if achieves < lags else "")
    )


def rule_title(name: str) -> str:
    """The Spanish name of a rule of advance."""
    from presupuesto_link.evaluation.rules import RULES

    return RULES[name].title if name in RULES else _OTHER_RULES.get(name, name.replace("_", " "))


def year_pair(matrix: Matrix) -> str:
    """`2023_2024`: what tells the files of one matrix from those of another."""
    return f"{matrix.anio_ejecucion}_{matrix.anio_resultado}"


def band_words(bands: SemaforoSpec) -> dict[str, str]:
    """The edges of each colour in words, under the analysis' own bands."""
    amber, green = limit(bands.amarillo_desde_ratio), limit(bands.verde_desde_ratio)
    return {GREEN: f"{green} o más", AMBER: f"de {amber} a menos de {green}", RED: f"menos de {amber}", GREY: "sin dato"}


def money_words(budget: YearBudget) -> str:
    """Whose money it is, of which day and how its execution is measured, in a sentence."""
    origin = budget.origen
    return f"Dinero de {budget.anio}: {origin.titulo}; {origin.ambito}; al {origin.al:%d/%m/%Y}. Ejecución: {budget.medida}.{f' {origin.firma}' if origin.firma else ''}"


def money_facts(budget: YearBudget) -> dict[str, Any]:
    """The same for another program."""
    origin = budget.origen
    return {
        "anio": budget.anio,
        "fuente": origin.titulo,
        "ambito": origin.ambito,
        "al": origin.al,
        "ejecucion": budget.medida,
        "anio_cerrado": budget.cerrado,
        "sintetico": origin.sintetico,
        "firma": origin.firma,
    }


def money_note(analysis: Evaluation) -> str:
    """Which money decides, and which other years and sources stand beside it, each with its scope: they are not added up nor compared."""
    others: dict[tuple[str, str], list[int]] = {}
    for budget in sorted(analysis.money.budgets, key=lambda b: b.anio):
        if budget.origen.id != analysis.budget.origen.id:
            others.setdefault((budget.origen.titulo, budget.origen.ambito), []).append(budget.anio)
    beside = "; ".join(f"{', '.join(map(str, years))}: {title} ({scope})" for (title, scope), years in others.items())
    return money_words(analysis.budget) + (f" Otro dinero, aparte y sin compararlo con ése: {beside}." if beside else "")


def scope_words(budget: YearBudget) -> str:
    """Whose money it is, in a short sentence; made-up money says so."""
    origin = budget.origen
    return f"{'Datos sintéticos. ' if origin.sintetico else ''}Ámbito: {origin.ambito}.{f' {origin.firma}' if origin.firma else ''}"


def trend_words(rule: RankingSpec) -> str:
    """From which year the trend is measured; a plan in its first year has none."""
    return f"tendencia desde {rule.anio_resultado_previo}" if rule.anio_resultado_previo else "sin año anterior con que medir tendencia"


def trend_note(rule: RankingSpec) -> str:
    """What the trend is, in a sentence."""
    if not rule.anio_resultado_previo:
        return "Tendencia: ND, no hay un año evaluado anterior."
    return f"Tendencia: lo que cayó el avance desde {rule.anio_resultado_previo}."
