"""The link on the board: how much money reaches an action, by which rules, and what does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from presupuesto_link.dossier import Quarter
from presupuesto_link.facts import Facts
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.presentation.telling.monitoring_words import CENTRAL
from presupuesto_link.presentation.telling.phrases import capital
from presupuesto_link.presentation.telling.quarter_cells import told, unit_cell
from presupuesto_link.presentation.telling.views import Cell, Row, TableView, shown
from presupuesto_link.tables.levels import Levels
from presupuesto_link.wording import percent, plural, soles


def link_view(quarter: Quarter, names: Mapping[str, str]) -> dict[str, Any]:
    """How much of the money reaches an action, by which rules, and what does not."""
    linkage, year = quarter.monitoring.followed.linkage, quarter.monitoring.followed.year
    cover = linkage.coverage
    return told(
        quarter,
        {
            "anio": year,
            "ambito": linkage.scope,
            "frase": rules_words(linkage, year),
            "tasas": _rates_table(quarter.monitoring.facts, cover.tasas.filter(pl.col("anio") == year), year, quarter.monitoring.levels),
            "reglas": _rules_table(cover.reglas.filter(pl.col("anio") == year), names, year, quarter.monitoring.levels),
            "sin_vincular": _unlinked_table(
                cover.sin_vincular.filter(pl.col("anio") == year), linkage.names, year, quarter.monitoring.levels
            ),
        },
    )


def rules_words(linkage: Linkage, year: int) -> str:
    """By what each sol is linked, and how much of that nobody signed."""
    by = f"por las reglas de {linkage.rules.source}" if linkage.rules.source else "como lo declara su fuente"
    signed = linkage.signed(year)
    return f"Cada sol se vincula {by}; lo que queda sin vincular se dice, no se reparte.{f' {signed}' if signed else ''}"


_RATES: Mapping[str, Callable[[Any], str]] = {
    "pim_soles": soles,
    "pim_vinculado_soles": soles,
    "cobertura_ratio": percent,
    "devengado_vinculado_soles": soles,
    "cobertura_devengado_ratio": percent,
}


def _rates_table(facts: Facts, rates: pl.DataFrame, year: int, levels: Levels) -> TableView:
    return TableView(
        f"Qué parte del dinero de {year} llega a una {levels.accion}",
        ("Base", "PIM", "PIM vinculado", "Cobertura", "Devengado vinculado", "Cobertura del devengado"),
        tuple(
            Row(
                (
                    Cell(capital(r["base"]), f"sin {CENTRAL}" if number else ""),
                    *(shown(facts.get(f"base: {r['base']}", name, year), write) for name, write in _RATES.items()),
                )
            )
            for number, r in enumerate(rates.iter_rows(named=True))
        ),
        frozenset(range(1, 6)),
    )


def _rules_table(rules: pl.DataFrame, names: Mapping[str, str], year: int, levels: Levels) -> TableView:
    return TableView(
        f"Reglas que vinculan el gasto de {year}, por PIM",
        ("Regla", levels.accion, "Qué atrapa", "PIM", "Parte acumulada", "Estado y firma"),
        tuple(
            Row(
                (
                    Cell(r["regla"], f"fila {r['fila']}"),
                    unit_cell(r["accion"] or "NINGUNA", r["clase"], names, r["accion"] is not None),
                    Cell(r["atrapa"]),
                    Cell(soles(r["pim_soles"])),
                    Cell(percent(r["parte_acumulada_ratio"])),
                    Cell(r["estado"], f"{r['autor'] or 'sin autor'}, {r['fecha'] or 'sin fecha'}"),
                )
            )
            for r in rules.iter_rows(named=True)
        ),
        frozenset({3, 4}),
        "reglas",
    )


_UNLINKED = 25


def _unlinked_table(lines: pl.DataFrame, names: Mapping[str, pl.DataFrame], year: int, levels: Levels) -> TableView:
    shown = lines.head(_UNLINKED)
    programmes = dict(names["programa"].select("programa", "nombre").iter_rows()) if "programa" in names else {}
    return TableView(
        f"Lo mayor que ninguna {levels.accion} recibe en {year} ({shown.height} de {plural(lines.height, 'línea', 'líneas')})",
        ("Ejecutora y meta", "Programa", "Motivo", "PIM", "Devengado"),
        tuple(
            Row(
                (
                    Cell(f"{r.get('sec_ejec') or 'ND'}-{r.get('sec_func') or 'ND'}"),
                    Cell(r.get("programa") or "ND", programmes.get(r.get("programa"), "")),
                    Cell(r["motivo"] or ""),
                    Cell(soles(r["pim_soles"])),
                    Cell(soles(r["devengado_soles"])),
                )
            )
            for r in shown.iter_rows(named=True)
        ),
        frozenset({3, 4}),
        "sin-vincular",
    )
