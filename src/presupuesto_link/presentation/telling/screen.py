"""A quarter on one screen: what changed, what is late, what could move, what needs a decision and what to run next."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from presupuesto_link.dossier import Dossier, Quarter
from presupuesto_link.linkage.findings import unsigned
from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.presentation.telling.lines import Line
from presupuesto_link.presentation.telling.quarter_lines import change_line, money_line
from presupuesto_link.presentation.telling.selection import unsolved_reason
from presupuesto_link.presentation.telling.words import short_amount
from presupuesto_link.wording import percent, plural, short_name

_LATE, _MOVED = 5, 3


def screen_lines(dossier: Dossier) -> list[str]:
    """The screen of a quarter; every figure is of the monitoring, of the link or of a scenario."""
    assert dossier.quarter is not None
    parts = {
        "Qué hay": _now(dossier.quarter),
        "Qué cambió": _told(change_line(dossier.quarter.monitoring)),
        "Qué está atrasado": _late(dossier),
        "Qué se podría mover": _moves(dossier),
        "Qué pide una decisión": _decisions(dossier),
        "Lo que sigue": _next(dossier),
    }
    return [line for title, lines in parts.items() for line in ("", title, *(f"  {text}" for text in lines))][1:]


def _told(line: Line) -> Iterator[str]:
    yield line.lead
    yield line.text


def _now(quarter: Quarter) -> Iterator[str]:
    followed = quarter.monitoring.followed
    yield f"{followed.linkage.scope}, {followed.year}; instantánea {followed.linkage.snapshot.id}, corte {followed.cut_off:%d/%m/%Y}."
    yield from _told(money_line(quarter.monitoring))
    rules = followed.linkage.rules
    yield f"Reglas del vínculo: {rules.source or 'ninguna'}."


def _late_rows(dossier: Dossier) -> pl.DataFrame:
    assert dossier.quarter is not None
    own = dossier.quarter.monitoring.action_alerts.filter((pl.col("vinculo") != TRANSVERSAL) & (pl.col("soles_en_riesgo") > 0))
    return own.sort("soles_en_riesgo", "unidad", descending=[True, False])


def _late(dossier: Dossier) -> Iterator[str]:
    rows, levels = _late_rows(dossier), dossier.analysis.levels
    if rows.is_empty():
        yield f"Ninguna {levels.accion} está por debajo de lo esperado."
        return
    called = dict(dossier.analysis.inputs.plan.acciones.select("accion", "nombre").iter_rows())
    for row in rows.head(_LATE).iter_rows(named=True):
        name = short_name(called.get(row["unidad"], ""), 60)
        yield f"{row['unidad']} {name}: {short_amount(row['soles_en_riesgo'])} menos de lo esperado ({percent(row['devengado_ratio'])}), {row['cambio']}."
    if rows.height > _LATE:
        yield f"y {rows.height - _LATE} más: presupuesto-link ver semaforo"


def _moves(dossier: Dossier) -> Iterator[str]:
    for scenario in dossier.scenarios:
        yield f"«{scenario.spec.titulo}»: {short_amount(scenario.monto_soles)}{', sólo como indicación' if scenario.indicativo else ''}."
        for row in scenario.mayores_transferencias.head(_MOVED).iter_rows(named=True):
            yield f"  de {row['donante']} a {row['receptor']}: {short_amount(row['monto_soles'])}"
    for spec, error in dossier.unsolved:
        yield f"«{spec.titulo}» no tiene solución: {unsolved_reason(error)}."
    if not dossier.scenarios and not dossier.unsolved:
        yield "El análisis no tiene escenarios."


def _decisions(dossier: Dossier) -> Iterator[str]:
    quarter, analysis = dossier.quarter, dossier.analysis
    assert quarter is not None
    followed = quarter.monitoring.followed
    linkage, firmas = followed.linkage, followed.linkage.coverage.firmas
    if said := unsigned(linkage.rules, linkage.with_suggested, firmas.filter(pl.col("anio") == followed.year)):
        yield said
    if linkage.findings:
        yield f"{plural(len(linkage.findings), 'hallazgo sobre las reglas', 'hallazgos sobre las reglas')}: presupuesto-link ver vinculo"
    for scenario in dossier.scenarios:
        lacking = scenario.sin_dato
        if lacking:
            yield f"{plural(lacking, 'movimiento', 'movimientos')} de «{scenario.spec.titulo}» no se sabe si la norma lo permite: falta un dato."
    grave = [finding for finding in analysis.audit.hallazgos if finding.kind.severity == "alta"]
    if grave:
        yield f"{plural(len(grave), 'hallazgo de severidad alta', 'hallazgos de severidad alta')} en lo publicado: presupuesto-link ver auditoria alta"


def _next(dossier: Dossier) -> Iterator[str]:
    rows = _late_rows(dossier)
    first = rows["unidad"][0] if rows.height else dossier.analysis.lagging["accion"][0] if dossier.analysis.lagging.height else None
    if first:
        yield f"presupuesto-link ver {first}"
    if dossier.scenarios:
        yield f"presupuesto-link escenario {dossier.scenarios[0].spec.id} --salida propuesta"
    yield "presupuesto-link vincular --exportar reglas.xlsx"
