"""What a government plan promised, beside the evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from presupuesto_link.evaluation.commitments import NO_DATA as WITHOUT
from presupuesto_link.evaluation.commitments import NOT_COMPARABLE, NOT_REACHED, REACHED, Commitments
from presupuesto_link.presentation.telling.phrases import agree, capital, counted
from presupuesto_link.presentation.telling.views import Cell, Row, TableView, card_of
from presupuesto_link.tables.levels import Levels
from presupuesto_link.wording import NO_DATA, plain_number, plural, short_name, soles


def commitments_view(found: Commitments | None, names: Mapping[str, str], levels: Levels) -> dict[str, Any] | None:
    """How many promises can be compared, each one, and the amounts; null when the analysis names no plan of government."""
    if found is None:
        return None
    rows, amounts = found.comparacion, found.montos
    return {
        "frase": _sentence(found),
        "comparados": _compared_table(rows.filter(pl.col("indicador").is_not_null())),
        "montos": _amounts_table(amounts, names, levels),
        "otros": _others_table(rows.filter(pl.col("indicador").is_null())),
    }


def _sentence(found: Commitments) -> str:
    beyond, reached, missed, mute = (found.promises(pl.col("lectura") == one) for one in (NOT_COMPARABLE, REACHED, NOT_REACHED, WITHOUT))
    total, reserve = found.promises(pl.lit(value=True)), found.promises(pl.col("con_reserva"))
    return (
        f"De {plural(total, 'cifra prometida', 'cifras prometidas')} que no son montos, {beyond} no {agree(beyond, 'tiene', 'tienen')} en la evaluación con qué compararse. "
        f"De las otras {total - beyond}, {counted(missed, 'no se alcanzó', 'no se alcanzaron', 'ninguna quedó por debajo')}, {mute} no {agree(mute, 'tiene', 'tienen')} dato y {counted(reached, 'se alcanzó', 'se alcanzaron', 'ninguna se alcanzó')}. "
        f"En {reserve} las definiciones sólo se parecen, y por eso se {agree(reserve, 'lee', 'leen')} con reserva."
    )


def _compared_table(rows: pl.DataFrame) -> TableView:
    year, promised = max(rows["anio"], default=0), rows["anio_prometido"].unique().to_list()
    return TableView(
        f"Prometido{f' para {promised[0]}' if len(promised) == 1 else ''}, línea base, meta y obtenido",
        (
            "Compromiso",
            "Prometido",
            "Indicador de la evaluación",
            "Línea base",
            f"Meta {year}",
            f"Obtenido {year - 1}",
            f"Obtenido {year}",
            "Lectura y por qué la reserva",
        ),
        tuple(
            Row(
                (
                    Cell(r["compromiso"], r["texto"]),
                    Cell(r["impreso"]),
                    Cell(r["indicador"], r["nombre"] or ""),
                    Cell(plain_number(r["linea_base"]), str(r["linea_base_anio"] or "")),
                    Cell(plain_number(r["meta"])),
                    Cell(plain_number(r["obtenido_previo"])),
                    Cell(plain_number(r["obtenido"])),
                    Cell(capital(r["lectura"]) + (", con reserva" if r["con_reserva"] else ""), r["motivo"]),
                )
            )
            for r in rows.iter_rows(named=True)
        ),
        frozenset({1, 3, 4, 5, 6}),
        "compromisos",
    )


def _amounts_table(rows: pl.DataFrame, names: Mapping[str, str], levels: Levels) -> TableView:
    return TableView(
        f"Montos prometidos, al lado del PIM de un solo año de la {levels.accion} (da idea del tamaño; no mide cumplimiento)",
        ("Compromiso", "Prometido", levels.accion, f"PIM de la {levels.accion}", "Veces el PIM", "Reserva"),
        tuple(
            Row(
                (
                    Cell(r["compromiso"], r["texto"]),
                    Cell(soles(r["prometido_soles"]), r["exigencia"] or ""),
                    _who(r["accion"], names),
                    Cell(soles(r["pim_soles"]), str(r["anio_pim"] or "")),
                    Cell(NO_DATA if r["veces_pim_ratio"] is None else f"{r['veces_pim_ratio']:.2f}"),
                    Cell(r["motivo"]),
                )
            )
            for r in rows.iter_rows(named=True)
        ),
        frozenset({1, 3, 4}),
        "compromisos-montos",
    )


def _others_table(rows: pl.DataFrame) -> TableView:
    return TableView(
        "Cifras prometidas sin nada con qué compararse en la evaluación",
        ("Compromiso", "Tema", "Prometido", "Por qué no se compara"),
        tuple(
            Row(
                (
                    Cell(r["compromiso"], r["texto"]),
                    Cell(r["tema"]),
                    Cell(f"{r['impreso']} {r['unidad']}" if r["unidad"] not in ("porcentaje", "por mil nacidos vivos") else r["impreso"]),
                    Cell(r["motivo"]),
                )
            )
            for r in rows.iter_rows(named=True)
        ),
    )


def _who(code: str | None, names: Mapping[str, str]) -> Cell:
    return Cell("ninguna") if code is None else Cell(code, short_name(names.get(code, "")), href=card_of(code))
