"""The card of each action: what it should achieve, what it has, what it spent, where that comes from and what is doubted of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from presupuesto_link.dossier import Dossier
from presupuesto_link.evaluation.facts import counted_as
from presupuesto_link.evaluation.ranking import LAGGING, ON_TARGET
from presupuesto_link.findings import Finding
from presupuesto_link.presentation.telling.card_money import money_tables
from presupuesto_link.presentation.telling.chosen import decision_index
from presupuesto_link.presentation.telling.phrases import capital
from presupuesto_link.presentation.telling.robustness_words import places, share
from presupuesto_link.presentation.telling.selection import of_profile
from presupuesto_link.presentation.telling.views import Cell, Row, TableView, card_id, rated, shown
from presupuesto_link.vocabulary import GREY
from presupuesto_link.wording import NO_DATA, percent, plain_number, plural


def card_views(dossier: Dossier, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """One card per action, in the order of the plan."""
    facts = _Facts(dossier, names)
    return [facts.card(row) for row in dossier.analysis.inputs.plan.acciones.iter_rows(named=True)]


class _Facts:
    """Every table a card reads, cut by action once."""

    def __init__(self, dossier: Dossier, names: Mapping[str, str]) -> None:
        analysis = dossier.analysis
        plan = analysis.inputs.plan
        self.dossier, self.names, self.told = dossier, names, analysis.facts
        self.profile, self.counted = (
            analysis.inputs.spec.avance.perfil,
            counted_as(analysis.inputs.spec.avance.perfil, analysis.inputs.spec.avance.politica_nd),
        )
        self.values = _values(plan.valores)
        self.indicators = _by(plan.indicadores, "elemento")
        self.advance = {(r["indicador"], r["anio"]): r for r in of_profile(analysis, analysis.indicators).iter_rows(named=True)}
        self.years = sorted(set(plan.valores.filter(pl.col("concepto") == "obtenido")["anio"]))
        self.diagnosis = {r["accion"]: r for r in analysis.diagnoses[decision_index(analysis)].iter_rows(named=True)}
        self.ranking = {r["accion"]: r for r in analysis.ranking.iter_rows(named=True)}
        self.firm = {r["accion"]: r for r in dossier.robustness.resumen.iter_rows(named=True)}
        self.findings = _findings_of(analysis.audit.hallazgos, analysis.inputs.plan.acciones["accion"])
        self.reviews = _by(analysis.reviews, "elemento")
        quarter = dossier.quarter
        linkage = quarter.monitoring.followed.linkage if quarter else None
        self.rules = _by(linkage.coverage.reglas, "accion") if linkage else {}
        self.parts = {by: _by(rows, "accion") for by, rows in quarter.parts.items()} if quarter else {}

    def card(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Everything the card of one action places."""
        code = row["accion"]
        diagnosis, ranked = self.diagnosis[code], self.ranking[code]
        return {
            "id": card_id(code),
            "codigo": code,
            "nombre": row["nombre"],
            "objetivo": row["objetivo"],
            "objetivo_nombre": self.names.get(row["objetivo"], ""),
            "avance": rated(
                self.told.find(code, "avance_ratio", diagnosis["anio_resultado"], variante=self.counted), diagnosis["banda_resultado"]
            ),
            "ejecucion": rated(self.told.get(code, "ejecucion_ratio", diagnosis["anio_ejecucion"]), diagnosis["banda_ejecucion"]),
            "anios": (diagnosis["anio_ejecucion"], diagnosis["anio_resultado"]),
            "diagnostico": capital(diagnosis["diagnostico"]),
            "razon": diagnosis["razon"],
            "puesto": _place(ranked, self.firm[code], self.dossier.robustness.spec.primeros),
            "indicadores": self._indicators(code),
            "dinero": money_tables(self.dossier, code, {by: rows.get(code, []) for by, rows in self.parts.items()}),
            "reglas": [_rule(r) for r in self.rules.get(code, []) if r["anio"] == self._year],
            "con_vinculo": self.dossier.quarter is not None,
            "revisar": [_review(r) for r in self.reviews.get(code, [])],
            "hallazgos": self.findings.get(code, []),
        }

    @property
    def _year(self) -> int | None:
        return self.dossier.quarter.monitoring.followed.year if self.dossier.quarter else None

    def _indicators(self, code: str) -> TableView:
        headers = ["Indicador", "Sentido", "Línea base"]
        headers += [header for year in self.years for header in (f"Meta {year}", f"Obtenido {year}", f"Avance {year}")]
        rows = tuple(Row(tuple(self._indicator(one))) for one in self.indicators.get(code, []))
        return TableView(f"Indicadores de la {code}: metas y valores obtenidos", tuple(headers), rows, frozenset(range(2, len(headers))))

    def _indicator(self, one: Mapping[str, Any]) -> Iterable[Cell]:
        own = self.values[one["indicador"]]
        base = next((row for (concept, _), row in own.items() if concept == "linea_base"), {})
        yield Cell(one["indicador"], f"{one['nombre']} ({one['unidad']})")
        yield Cell(one["sentido"], "la serie de metas dice lo contrario" if one["serie_contraria"] else "")
        yield Cell(_value(base), str(base.get("anio") or ""))
        for year in self.years:
            code, advance = one["indicador"], self.advance.get((one["indicador"], year))
            got = own.get(("obtenido", year), {})
            yield self._shown(code, "meta", year, _value(own.get(("meta", year), {})))
            yield self._shown(code, "obtenido", year, _value(got), got.get("nd_motivo") or "")
            scored = self.told.find(code, "tipo1_ratio", year, variante=self.profile)
            yield rated(scored, advance["color"]) if advance else Cell(NO_DATA, color=GREY)

    def _shown(self, code: str, measure: str, year: int, text: str, detail: str = "") -> Cell:
        """A value of the plan; one of a year that is not evaluated is no fact."""
        fact = self.told.find(code, measure, year, variante=self.profile)
        return Cell(text, detail) if fact is None else shown(fact, plain_number, detail)


def _values(valores: pl.DataFrame) -> dict[str, dict[tuple[str, int], Mapping[str, Any]]]:
    own: dict[str, dict[tuple[str, int], Mapping[str, Any]]] = defaultdict(dict)
    for row in valores.iter_rows(named=True):
        own[row["indicador"]][row["concepto"], row["anio"]] = row
    return own


def _value(row: Mapping[str, Any]) -> str:
    return plain_number(row.get("valor"))


def _by(frame: pl.DataFrame, column: str) -> dict[str, list[dict[str, Any]]]:
    cut: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in frame.iter_rows(named=True):
        cut[row[column]].append(row)
    return cut


def _findings_of(findings: Sequence[Finding], actions: Iterable[str]) -> dict[str, list[Finding]]:
    """The findings whose place names the action, or an indicator of it."""
    cut: dict[str, list[Finding]] = defaultdict(list)
    code_of = re.compile("|".join(re.escape(code) for code in sorted(actions, key=len, reverse=True)))
    for finding in findings:
        for code in dict.fromkeys(code_of.findall(finding.place)):
            cut[code].append(finding)
    return cut


def _place(row: Mapping[str, Any], firm: Mapping[str, Any], first: int) -> str:
    """Its place in the ranking and between which it falls, or why it has none."""
    if row["grupo"] == ON_TARGET:
        return "En meta: no está en el ranking de rezagadas."
    if row["grupo"] != LAGGING:
        return "Sin resultado medible: primero hay que conseguir el dato."
    return (
        f"{row['puesto']}.º de las rezagadas; con otros pesos y lecturas, {places(firm['puesto_bajo'], firm['puesto_alto'])}. "
        f"Entre las {first} primeras en {share(firm['primeros_ratio'])} de los casos probados."
    )


def _rule(row: Mapping[str, Any]) -> dict[str, str]:
    lines = plural(row["lineas"], "línea", "líneas")
    return {
        "regla": row["regla"],
        "atrapa": row["atrapa"],
        "parte": percent(row["parte_ratio"], 0),
        "estado": f"{row['estado']}, confianza {row['confianza']}; {lines}",
    }


def _review(row: Mapping[str, Any]) -> dict[str, str]:
    """What to review, with which figures and, if somebody wrote it, who answers and by when."""
    who, when, told = row["responsable"], row["fecha_compromiso"], row["evidencia"].rstrip(".")
    return {
        "que": row["titulo"],
        "cifras": f"{row['indicador']}: {told}" if row["indicador"] else told,
        "hacer": row["remedio"],
        "quien": f"{who or 'nadie todavía'}{f', para el {when:%d/%m/%Y}' if when else ''}" if who or when else "",
    }
