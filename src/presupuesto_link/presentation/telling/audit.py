"""What was checked of the publication: findings, reconciliation of the declared advances, corrections in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from presupuesto_link.evaluation.audit.reconcile import Declared, count_declared, over_years
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.rules import RULES
from presupuesto_link.findings import FINDING_KINDS, Finding
from presupuesto_link.presentation.telling.phrases import capital
from presupuesto_link.presentation.telling.views import Cell, Row, TableView
from presupuesto_link.presentation.telling.words import rule_title
from presupuesto_link.wording import percent, plural


def audit_view(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The findings, grouped by code."""
    return [_finding_group(code, list(group)) for code, group in groupby(findings, key=lambda f: f.code)]


def reconciliation_view(analysis: Evaluation) -> dict[str, Any]:
    """How many declared advances come from a rule, and which rule gives each."""
    rules = analysis.audit.reglas
    return {"frase": _reconciliation_sentence(count_declared(rules)), "tabla": _rules_table(rules)}


def corrections_table(corrections: pl.DataFrame) -> TableView:
    """Every correction to what was printed, with its reason and evidence."""
    return TableView(
        "Correcciones a lo impreso: qué se encontró, qué se usa y por qué",
        ("Corrección", "Dónde", "Se encontró", "Se usa", "Motivo", "Evidencia"),
        tuple(_correction_row(row) for row in corrections.iter_rows(named=True)),
    )


def _finding_group(code: str, group: Sequence[Finding]) -> dict[str, Any]:
    kind = FINDING_KINDS[code]
    return {
        "codigo": code,
        "titulo": kind.title,
        "severidad": kind.severity,
        "severidad_texto": capital(kind.severity),
        "remedio": kind.remedy,
        "cuenta": plural(len(group), "hallazgo", "hallazgos"),
        "tabla": TableView(
            f"{code}: {kind.title}",
            ("Lugar", "Se encontró", "Se esperaba", "Explicación"),
            tuple(Row((Cell(f.place), Cell(f.found), Cell(f.expected), Cell(f.explanation))) for f in group),
        ),
    }


def _reconciliation_sentence(found: Declared) -> str:
    return (
        f"De {plural(found.celdas, 'avance declarado', 'avances declarados')}, {found.con_cifra} traen cifra: {found.de_su_regla} "
        f"({percent(found.ratio)}) salen de la regla de su sentido, deducida de estas mismas cifras (coincidir "
        f"no la prueba), y {found.con_cifra - found.de_su_regla} no."
    )


def _rules_table(rules: pl.DataFrame) -> TableView:
    years = rules["anio"].unique().sort().to_list()
    count = {(r["estado"], r["regla_que_explica"], r["anio"]): r["celdas"] for r in rules.iter_rows(named=True)}
    ordered = over_years(rules).sort("celdas", "estado", "regla_que_explica", descending=[True, False, False], nulls_last=True)
    return TableView(
        "Avances declarados que explica cada regla, por año",
        ("Estado", "Regla que lo explica", *map(str, years), "Total"),
        tuple(
            _rule_row(state, rule, [*(count.get((state, rule, year), 0) for year in years), cells])
            for state, rule, cells in ordered.select("estado", "regla_que_explica", "celdas").iter_rows()
        ),
        frozenset(range(2, len(years) + 3)),
    )


def _rule_row(state: str, rule: str | None, counts: Sequence[int]) -> Row:
    return Row((Cell(state), _rule_cell(rule), *(Cell(f"{count:,}") for count in counts)))


def _rule_cell(name: str | None) -> Cell:
    if name is None:
        return Cell("ninguna")
    return Cell(rule_title(name), RULES[name].formula if name in RULES else "")


def _correction_row(row: Mapping[str, Any]) -> Row:
    return Row(
        (
            Cell(row["correccion"], row["tipo"]),
            Cell(row["donde"], f"{row['tabla']}, {row['campo']}"),
            Cell(row["encontrado"] or "(vacío)"),
            Cell(row["usado"]),
            Cell(row["motivo"]),
            Cell(row["evidencia"]),
        )
    )
