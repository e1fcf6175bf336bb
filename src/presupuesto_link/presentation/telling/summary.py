"""The analysis in a few lines, for the terminal."""

from __future__ import annotations

from collections import Counter

import polars as pl

from presupuesto_link.evaluation.aggregate import latest_year
from presupuesto_link.evaluation.evaluate import Analysis
from presupuesto_link.money.by_action import DIRECT, NO_MONEY, NO_ROW, TRANSVERSAL
from presupuesto_link.presentation.telling.selection import of_profile, unsolved_reason
from presupuesto_link.wording import enumerate_words, percent, plural, soles


def summary_lines(analysis: Analysis) -> list[str]:
    """What was read, linked, found and not checked; every number comes from the analysis."""
    spec = analysis.inputs.spec
    return [
        spec.titulo,
        _read(analysis),
        *_money(analysis),
        _colours(analysis),
        _findings(analysis),
        *_unsolved(analysis),
        f"No se verificó: {' '.join(spec.no_modela)}",
    ]


def _read(analysis: Analysis) -> str:
    plan, rows = analysis.inputs.plan, analysis.inputs.budget.filas.height
    return (
        f"Se leyó: {plan.objetivos.height} OER, {plan.acciones.height} AER, "
        f"{plural(plan.indicadores.height, 'indicador', 'indicadores')} y {plural(rows, 'fila', 'filas')} de presupuesto "
        f"{analysis.inputs.spec.fuentes.anio_gasto}; "
        f"{_corrections(analysis)}."
    )


def _corrections(analysis: Analysis) -> str:
    """How many corrections there are and under which code the audit lists them: values apart from names and codes."""
    every = analysis.inputs.plan.correcciones.height
    values = sum(finding.code == "C01" for finding in analysis.audit.hallazgos)
    words = plural(every, "corrección aplicada", "correcciones aplicadas")
    if values == every:
        return words
    return f"{words} ({values} de valores, que la auditoría lista como C01, y {every - values} de nombres o códigos, como I07)"


def _unsolved(analysis: Analysis) -> list[str]:
    return [f"Escenario no calculable: «{spec.titulo}»: {unsolved_reason(error)}." for spec, error in analysis.unsolved]


def _money(analysis: Analysis) -> list[str]:
    lines = []
    for row in analysis.linked.cobertura.iter_rows(named=True):
        if row["vinculo"] == DIRECT:
            ratio = float(row["devengado_soles"]) / float(row["pim_soles"]) if row["pim_soles"] else None
            lines.append(
                f"Dinero vinculado: {row['acciones']} AER, PIM {soles(row['pim_soles'])}, devengado {soles(row['devengado_soles'])} ({percent(ratio, 2)})."
            )
        elif row["vinculo"] == TRANSVERSAL and row["acciones"]:
            lines.append(f"Transversal, aparte y sin sumar: {row['acciones']} AER, PIM {soles(row['pim_soles'])}.")
    without = analysis.linked.cobertura.filter(pl.col("vinculo").is_in([NO_MONEY, NO_ROW]))["acciones"].sum()
    return [*lines, f"Sin presupuesto vinculado: {without} AER."]


def _colours(analysis: Analysis) -> str:
    spec = analysis.inputs.spec.avance
    year = latest_year(analysis.counts)
    rows = of_profile(analysis, analysis.counts).filter((pl.col("politica_nd") == spec.politica_nd) & (pl.col("anio") == year))
    parts = [
        f"{r['nivel']} {r['rojo']} en rojo, {r['amarillo']} en amarillo, {r['verde']} en verde, {r['gris']} ND"
        for r in rows.iter_rows(named=True)
    ]
    return f"Semáforo {year} (perfil {spec.perfil}, ND: {spec.politica_nd}): {'; '.join(parts)}."


def _findings(analysis: Analysis) -> str:
    found = Counter(finding.kind.severity for finding in analysis.audit.hallazgos)
    return f"Auditoría: {plural(len(analysis.audit.hallazgos), 'hallazgo', 'hallazgos')} ({enumerate_words(f'{found[s]} de severidad {s}' for s in ('alta', 'media', 'baja'))})."
