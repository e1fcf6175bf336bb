"""The budget table against itself: totals, percentages, double counts and what it does not cover."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

import polars as pl

from presupuesto_link.findings import Finding
from presupuesto_link.money.by_action import TRANSVERSAL, LinkedBudget
from presupuesto_link.specs import AnalisisSpec, VinculoSpec
from presupuesto_link.tables.budget import MEASURES, AerBudget
from presupuesto_link.tables.levels import is_action
from presupuesto_link.wording import enumerate_words, percent, plain_number, soles

_TOLERANCE = 0.00055  # a percentage rounded to two decimals and then to one: 94.6495 → 94.65 → 94.7


def audit_budget(
    budget: AerBudget, linked: LinkedBudget, indicators: pl.DataFrame, elements: pl.DataFrame, spec: AnalisisSpec
) -> list[Finding]:
    """Findings P01 to P08.

    Args:
        budget: the checked table, with how each cell was printed.
        linked: the same money joined to every action.
        indicators: advance of indicators for the profile in use.
        elements: advance by element for the profile and policy in use, every year.
        spec: which actions are transversal and why, and the year evaluated.
    """
    return [
        *_total(budget, spec.vinculo),
        *_percentages(budget),
        *_stages(budget),
        *_double_count(budget, linked, indicators, spec.vinculo),
        *_money_and_result(linked, elements, spec.anio_evaluado),
        *_years(budget, elements, spec.anio_evaluado),
    ]


def _sums(frame: pl.DataFrame, prefixed: bool | None = None) -> tuple[Decimal, ...]:
    def one(measure: str) -> Decimal:
        cells = frame if prefixed is None else frame.filter(pl.col(f"{measure}_con_prefijo") == prefixed)
        return sum(cells[f"{measure}_soles"].drop_nulls().to_list(), Decimal(0))

    return tuple(one(measure) for measure in MEASURES)


def _describe(sums: tuple[Decimal, ...]) -> str:
    pim, accrued = sums[1], sums[2]
    ratio = f" ({percent(float(accrued) / float(pim), 2)})" if pim else ""
    return " / ".join(f"{value:,.0f}" for value in sums) + ratio


def _total(budget: AerBudget, spec: VinculoSpec) -> list[Finding]:
    """P01: the printed total is not the sum; which subset of the cells gives it, if any."""
    if budget.total.is_empty():
        return []
    printed, true = _sums(budget.total), _sums(budget.filas)
    if printed == true:
        return []
    apart = budget.filas.filter(~pl.col("accion").is_in(spec.transversales))
    names = {True: "sólo las celdas impresas con «S/»", False: "sólo las celdas impresas sin «S/»", None: "todas las celdas"}
    subsets = {
        (prefixed, without): _sums(apart if without else budget.filas, prefixed)
        for prefixed, without in product((True, False, None), (True, False))
    }
    matching = [
        names[prefixed] + (f", sin {enumerate_words(spec.transversales)}" if without else "")
        for (prefixed, without), sums in subsets.items()
        if sums == printed
    ]
    explanation = (
        f"El total impreso es exactamente la suma de {matching[0]}: las demás celdas eran texto o números sueltos "
        "que la suma no tomó, distintas en cada columna; por eso su porcentaje no significa nada."
        if matching
        else "Ningún subconjunto por forma de impresión da el total impreso."
    )
    transversal = f" Sin {enumerate_words(spec.transversales)}: {_describe(_sums(apart))}." if spec.transversales else ""
    return [
        Finding(
            "P01", f"{budget.lugar}, fila Total (PIA / PIM / devengado)", _describe(printed), _describe(true), explanation + transversal
        )
    ]


def _percentages(budget: AerBudget) -> list[Finding]:
    """P02: printed execution differs from devengado/PIM; devengado/PIA is tried as the explanation."""
    pia, pim, accrued = (pl.col(f"{m}_soles").cast(pl.Float64) for m in MEASURES)
    rows = budget.filas.with_columns(correcto=accrued / pim, sobre_pia=pl.when(pia > 0).then(accrued / pia)).filter(
        (pim > 0) & ((pl.col("ejecucion_impresa_ratio") - pl.col("correcto")).abs() > _TOLERANCE)
    )
    findings = []
    for row in rows.iter_rows(named=True):
        over_pia = row["sobre_pia"] is not None and abs(row["sobre_pia"] - row["ejecucion_impresa_ratio"]) <= _TOLERANCE
        findings.append(
            Finding(
                "P02",
                f"{budget.lugar}, {row['accion']}",
                percent(row["ejecucion_impresa_ratio"], 2),
                percent(row["correcto"], 2),
                "El porcentaje impreso es devengado/PIA." if over_pia else "No sale de dividir el devengado entre el PIM ni entre el PIA.",
            )
        )
    return findings


def _double_count(budget: AerBudget, linked: LinkedBudget, indicators: pl.DataFrame, spec: VinculoSpec) -> list[Finding]:
    """P03: a transversal action beside the rest, and what its own indicator of execution says."""
    rest = linked.direct["pim_soles"].sum()
    return [
        Finding(
            "P03",
            f"{budget.lugar}, {row['accion']}",
            f"PIM {soles(row['pim_soles'])}",
            f"las demás acciones suman {soles(rest)}",
            f"{row['nombre']}. {spec.motivo_transversal}. Su fila ejecuta {percent(_ratio(row), 2)}." + _own_indicator(indicators, row),
        )
        for row in linked.acciones.filter(pl.col("vinculo") == TRANSVERSAL).iter_rows(named=True)
    ]


def _own_indicator(indicators: pl.DataFrame, row: dict[str, Any]) -> str:
    """What the action's own indicators of execution give for the same year, if it has any."""
    own = indicators.filter(
        (pl.col("elemento") == row["accion"])
        & (pl.col("anio") == row["anio"])
        & pl.col("nombre").str.contains("(?i)ejecución")
        & (pl.col("unidad") == "porcentaje")
        & pl.col("obtenido").is_not_null()
    )
    return "".join(
        f" Su indicador «{r['nombre']}» da {plain_number(r['obtenido'])} % ese mismo año: no miden lo mismo."
        for r in own.iter_rows(named=True)
    )


def _stages(budget: AerBudget) -> list[Finding]:
    """P08: amounts that break the order of the stages of spending."""
    pim, accrued = pl.col("pim_soles"), pl.col("devengado_soles")
    broken = {
        "el devengado es mayor que el PIM": (pim > 0) & (accrued > pim),
        "hay devengado sin PIM": (accrued > 0) & (pim.is_null() | (pim == 0)),
        "hay PIM y la celda del devengado está vacía": (pim > 0) & accrued.is_null(),
    }
    return [
        Finding(
            "P08",
            f"{budget.lugar}, fila {row['fila']}, {row['accion']}",
            f"PIM {soles(row['pim_soles'], 2)}, devengado {soles(row['devengado_soles'], 2)}",
            "PIM ≥ devengado, los dos con monto",
            f"En esta fila {words}.",
        )
        for words, test in broken.items()
        for row in budget.filas.filter(test).iter_rows(named=True)
    ]


def _ratio(row: dict[str, Any]) -> float | None:
    return float(row["devengado_soles"]) / float(row["pim_soles"]) if row["pim_soles"] else None


def _money_and_result(linked: LinkedBudget, elements: pl.DataFrame, year: int) -> list[Finding]:
    """P04, P05, P06: money without result, result without money, neither; on the year evaluated."""
    result = elements.filter((pl.col("anio") == year) & is_action()).select("avance_ratio", accion="elemento")
    rows = linked.acciones.join(result, on="accion", how="left", validate="1:1")
    findings = []
    for row in rows.iter_rows(named=True):
        money, advance = row["pim_soles"], row["avance_ratio"]
        if money is not None and advance is None:
            findings.append(
                Finding("P04", row["accion"], f"PIM {row['anio']} {soles(money)}, avance {year} ND", "un resultado medible", row["nombre"])
            )
        elif money is None:
            code, expected = ("P06", "presupuesto y resultado") if advance is None else ("P05", "un presupuesto vinculado")
            findings.append(Finding(code, row["accion"], f"{row['vinculo']}, avance {year} {percent(advance)}", expected, row["nombre"]))
    return findings


def _years(budget: AerBudget, elements: pl.DataFrame, year: int) -> list[Finding]:
    """P07: years evaluated without budget."""
    money, result = set(budget.filas["anio"]), set(elements.filter((pl.col("anio") <= year) & (pl.col("con_dato") > 0))["anio"])
    missing = sorted(result - money)
    if not missing:
        return []
    action = str(elements.filter(is_action())["nivel"][0])
    return [
        Finding(
            "P07",
            budget.lugar,
            f"presupuesto de {enumerate_words(map(str, sorted(money)))}",
            f"presupuesto de {enumerate_words(map(str, sorted(result)))}",
            f"No hay PIA, PIM ni devengado por {action} de {enumerate_words(map(str, missing))}: la ejecución de todo el periodo no se puede calcular con esta tabla.",
        )
    ]
