"""The analysis in a few lines, for the terminal."""

from __future__ import annotations

import polars as pl

from presupuesto_link.dossier import Dossier
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.money.budget import YearBudget
from presupuesto_link.money.by_action import TRANSVERSAL
from presupuesto_link.presentation.telling.selection import of_profile, unsolved_reason
from presupuesto_link.presentation.telling.words import scope_words
from presupuesto_link.tables.levels import Levels
from presupuesto_link.wording import enumerate_words, percent, plural, share_of, soles


def summary_lines(dossier: Dossier) -> list[str]:
    """What was read, linked, found and not checked; every number comes from the dossier."""
    analysis = dossier.analysis
    spec = analysis.inputs.spec
    return [
        spec.titulo,
        _read(analysis),
        *_money(analysis),
        _colours(analysis),
        _findings(analysis),
        *_unsolved(dossier),
        f"No se verificó: {' '.join(analysis.no_modela)}",
    ]


def _read(analysis: Evaluation) -> str:
    plan, table = analysis.inputs.plan, analysis.inputs.budget
    printed = (
        f" y {plural(table.filas.height, 'fila', 'filas')} de presupuesto {analysis.inputs.spec.fuentes.anio_gasto}"
        if table is not None
        else ""
    )
    return (
        f"Se leyó: {plan.objetivos.height} {analysis.levels.objetivo}, {plan.acciones.height} {analysis.levels.accion}, "
        f"{plural(plan.indicadores.height, 'indicador', 'indicadores')}{printed}; {_corrections(analysis)}."
    )


def _corrections(analysis: Evaluation) -> str:
    """How many corrections there are and under which code the audit lists them: values apart from names and codes."""
    every = analysis.inputs.plan.correcciones.height
    values = analysis.audit.codigos["C01"]
    words = plural(every, "corrección aplicada", "correcciones aplicadas")
    if values == every:
        return words
    return f"{words} ({values} de valores, que la auditoría lista como C01, y {every - values} de nombres o códigos, como I07)"


def _unsolved(dossier: Dossier) -> list[str]:
    return [f"Escenario no calculable: «{spec.titulo}»: {unsolved_reason(error)}." for spec, error in dossier.unsolved]


def _money(analysis: Evaluation) -> list[str]:
    """Each year of money, the one that decides first: whose it is, of which day and what was executed of it."""
    others = [analysis.money.chosen[year] for year in sorted(analysis.money.chosen) if year != analysis.budget.anio]
    return [line for budget in (analysis.budget, *others) for line in _budget(budget, analysis.levels)]


def _budget(budget: YearBudget, levels: Levels) -> list[str]:
    whole, direct = budget.totales, budget.linked.direct.height
    spent = f"devengado {soles(whole['devengado_soles'])} ({percent(share_of(whole['devengado_soles'], whole['pim_soles']), 2)})"
    pace = (
        ""
        if budget.ritmo is None
        else f" al {budget.origen.al:%d/%m/%Y}; al {budget.ritmo.al:%d/%m/%Y}, {soles(whole['devengado_al_ritmo_soles'])}: "
        f"{percent(whole['ejecucion_ratio'])} de lo que se esperaba ({soles(whole['esperado_soles'])})"
    )
    lines = [
        f"Dinero vinculado de {budget.anio}: {direct} {levels.accion}, PIM {soles(whole['pim_soles'])}, {spent}{pace}. {scope_words(budget)}"
    ]
    for row in budget.linked.cobertura.filter((pl.col("vinculo") == TRANSVERSAL) & (pl.col("acciones") > 0)).iter_rows(named=True):
        lines.append(f"Transversal, aparte y sin sumar: {row['acciones']} {levels.accion}, PIM {soles(row['pim_soles'])}.")
    return [*lines, f"Sin presupuesto vinculado en {budget.anio}: {budget.linked.sin_dinero} {levels.accion}."]


def _colours(analysis: Evaluation) -> str:
    spec = analysis.inputs.spec.avance
    year = analysis.inputs.spec.anio_evaluado
    rows = of_profile(analysis, analysis.counts).filter((pl.col("politica_nd") == spec.politica_nd) & (pl.col("anio") == year))
    parts = [
        f"{r['nivel']} {r['rojo']} en rojo, {r['amarillo']} en amarillo, {r['verde']} en verde, {r['gris']} ND"
        for r in rows.iter_rows(named=True)
    ]
    return f"Semáforo {year} (perfil {spec.perfil}, ND: {spec.politica_nd}): {'; '.join(parts)}."


def _findings(analysis: Evaluation) -> str:
    found = analysis.audit.severidades
    return f"Auditoría: {plural(len(analysis.audit.hallazgos), 'hallazgo', 'hallazgos')} ({enumerate_words(f'{found[s]} de severidad {s}' for s in ('alta', 'media', 'baja'))})."
