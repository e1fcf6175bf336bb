"""What the data now says of each recommendation of the evaluation; where nothing measures it, that is what is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from presupuesto_link.dossier import Dossier
from presupuesto_link.evaluation.recommended import colours_of, missing_of, money_of, said_of
from presupuesto_link.evaluation.redesign import count_reviews
from presupuesto_link.presentation.telling.phrases import agree, counted
from presupuesto_link.presentation.telling.views import Cell, Row, TableView
from presupuesto_link.presentation.telling.words import short_amount
from presupuesto_link.tables.recommendations import DATA, ELEMENTS, FOLLOW_UP, MONEY, REDESIGN, UNMEASURED
from presupuesto_link.vocabulary import GREEN, GREY, RED
from presupuesto_link.wording import enumerate_words, percent, plural


def recommendations_table(dossier: Dossier) -> TableView | None:
    """The rows of the evaluation's table, each with what the data says of it; null when the plan has none."""
    rows = dossier.analysis.inputs.plan.recomendaciones
    if rows.is_empty():
        return None
    return TableView(
        "Recomendaciones de la evaluación y lo que hoy dicen los datos",
        ("N.º", "Problema identificado", "Acción requerida", "Responsable", "Plazo", "Lo que dicen los datos"),
        tuple(
            Row(
                (
                    Cell(row["recomendacion"]),
                    Cell(row["problema"]),
                    Cell(row["accion_requerida"], row["mecanismo"]),
                    Cell(row["responsable"]),
                    Cell(row["plazo"]),
                    Cell(what_the_data_says(dossier, row), facts=said_of(dossier.facts, row["recomendacion"])),
                )
            )
            for row in rows.iter_rows(named=True)
        ),
    )


def what_the_data_says(dossier: Dossier, row: Mapping[str, Any]) -> str:
    """The sentences of one recommendation."""
    say: Mapping[str, Callable[[Dossier, Sequence[str]], str]] = {
        DATA: _data,
        MONEY: _money,
        REDESIGN: _redesign,
        FOLLOW_UP: _follow_up,
        ELEMENTS: _elements,
        UNMEASURED: _unmeasured,
    }
    return say[row["lectura_medida"]](dossier, row["lectura_elementos"])


def _data(dossier: Dossier, codes: Sequence[str]) -> str:
    """How many of their indicators lack the last year, and since when."""
    found, year = missing_of(dossier.analysis, codes), dossier.analysis.inputs.spec.ranking.anio_resultado
    return (
        f"De {plural(found.indicadores, 'indicador', 'indicadores')} de {enumerate_words(codes)}, {found.sin_dato} no "
        f"{agree(found.sin_dato, 'tiene', 'tienen')} dato de {year}; "
        f"{counted(found.varios_anios, 'lleva', 'llevan', 'ninguno lleva')} más de un año evaluado sin él."
    )


def _money(dossier: Dossier, codes: Sequence[str]) -> str:
    """The colour of the objectives, the money of their actions, how it goes this year and what a scenario would move."""
    analysis = dossier.analysis
    red = colours_of(analysis, codes).filter(pl.col("color") == RED)["elemento"].to_list()
    money, share = money_of(analysis, codes)
    parts = [
        f"{counted(len(red), 'sigue', 'siguen', 'ninguno sigue')} en rojo{f' ({enumerate_words(red)})' if red else ''} de los {len(codes)} {dossier.analysis.levels.objetivo} que nombra.",
        f"Sus {dossier.analysis.levels.accion} tuvieron {short_amount(money)} de PIM en {analysis.budget.anio}, {percent(share)} de lo vinculado.",
    ]
    if dossier.quarter:
        found = dossier.quarter.monitoring
        owners = analysis.inputs.plan.acciones.filter(pl.col("objetivo").is_in(list(codes)))["accion"].to_list()
        now = found.with_money.filter(pl.col("unidad").is_in(owners))
        late = now.filter(pl.col("color_devengado") == RED)["unidad"].to_list()
        parts.append(
            f"En {found.followed.year}, {len(late)} de sus {plural(now.height, f'{dossier.analysis.levels.accion} con dinero va', f'{dossier.analysis.levels.accion} con dinero van')} en rojo{f': {enumerate_words(late)}' if late else ''}."
        )
    parts += [f"El escenario «{s.spec.titulo}» movería {short_amount(s.monto_soles)}, sólo como indicación." for s in dossier.scenarios[:1]]
    return " ".join(part[0].upper() + part[1:] for part in parts)


def _redesign(dossier: Dossier, _: Sequence[str]) -> str:
    found = count_reviews(dossier.analysis.reviews)
    slow, away = (found.casos[kind] for kind in ("ritmo_insuficiente", "sentido_contrario"))
    return (
        f"{plural(found.elementos, f'{dossier.analysis.levels.accion} u {dossier.analysis.levels.objetivo} tiene', f'{dossier.analysis.levels.accion} y {dossier.analysis.levels.objetivo} tienen')} algo que revisar, {found.alta} con prioridad alta: "
        f"{plural(slow, 'indicador no llega', 'indicadores no llegan')} a su meta al ritmo observado y {away} se {agree(away, 'aleja', 'alejan')} de ella. Detalle en la hoja de rediseño."
    )


def _follow_up(dossier: Dossier, _: Sequence[str]) -> str:
    if dossier.quarter is None:
        return "Este informe no trae ningún trimestre: falta cargar y vincular un extracto del año en curso."
    found = dossier.quarter.monitoring
    alerts = found.action_alerts.height
    loose = " y una del gasto que ninguna regla vincula" if found.loose_alert else ""
    before = f"comparado con el corte anterior: {found.previous}" if found.previous else "sin un corte anterior con que comparar"
    return f"Este informe es ese seguimiento: corte {found.followed.cut_off:%d/%m/%Y}, {plural(alerts, 'alerta', 'alertas')} de {dossier.analysis.levels.accion}{loose}, {before}."


def _elements(dossier: Dossier, codes: Sequence[str]) -> str:
    """The colour of each element its text names."""
    year = dossier.analysis.inputs.spec.ranking.anio_resultado
    colours = colours_of(dossier.analysis, codes)
    rows = {row["elemento"]: row for row in colours.iter_rows(named=True)}
    said = [f"{code}, {_colour_words(rows[code])}" for code in codes if code in rows]
    green = list(colours["color"]).count(GREEN)
    return f"Avance de {year}: {'; '.join(said)}. {counted(green, 'está', 'están', 'ninguno está')} en verde.".replace(
        ". ninguno", ". Ninguno"
    )


def _colour_words(row: Mapping[str, Any]) -> str:
    """`rojo (31.8 %)`, or that there is no datum."""
    return "sin dato" if row["color"] == GREY else f"{row['color']} ({percent(row['avance_ratio'])})"


def _unmeasured(dossier: Dossier, codes: Sequence[str]) -> str:
    said = _elements(dossier, codes)
    near = f" Lo más cercano que se mide: {said[0].lower()}{said[1:]}" if codes else ""
    return f"Ningún dato cargado lo mide directamente: lo debe informar el responsable.{near}"
