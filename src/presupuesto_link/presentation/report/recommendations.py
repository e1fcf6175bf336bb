"""What the data now says of each recommendation of the evaluation; where nothing measures it, that is what is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from presupuesto_link.dossier import Dossier
from presupuesto_link.presentation.telling.chosen import total
from presupuesto_link.presentation.telling.phrases import agree, counted
from presupuesto_link.presentation.telling.quarter_lines import actions_now
from presupuesto_link.presentation.telling.selection import of_profile
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
                    Cell(what_the_data_says(dossier, row)),
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
    analysis = dossier.analysis
    year = analysis.inputs.spec.ranking.anio_resultado
    own = analysis.inputs.plan.indicadores.filter(pl.col("objetivo").is_in(list(codes)))
    gaps = analysis.gaps.filter(pl.col("objetivo").is_in(list(codes)))
    now, both = gaps.filter(pl.col("anio") == year), gaps.group_by("indicador").len().filter(pl.col("len") > 1)
    return (
        f"De {plural(own.height, 'indicador', 'indicadores')} de {enumerate_words(codes)}, {now.height} no {agree(now.height, 'tiene', 'tienen')} dato de {year}; "
        f"{counted(both.height, 'lleva', 'llevan', 'ninguno lleva')} más de un año evaluado sin él."
    )


def _money(dossier: Dossier, codes: Sequence[str]) -> str:
    """The colour of the objectives, the money of their actions, how it goes this year and what a scenario would move."""
    analysis = dossier.analysis
    wanted = list(codes)
    red = _colours(dossier, codes).filter(pl.col("color") == RED)["elemento"].to_list()
    money = total(analysis.linked.direct.filter(pl.col("objetivo").is_in(wanted))["pim_soles"])
    whole = total(analysis.linked.direct["pim_soles"])
    share = float(money / whole) if whole else None
    parts = [
        f"{counted(len(red), 'sigue', 'siguen', 'ninguno sigue')} en rojo{f' ({enumerate_words(red)})' if red else ''} de los {len(codes)} {dossier.analysis.levels.objetivo} que nombra.",
        f"Sus {dossier.analysis.levels.accion} tuvieron {short_amount(money)} de PIM en {analysis.budget.anio}, {percent(share)} de lo vinculado.",
    ]
    if dossier.quarter:
        found = dossier.quarter.monitoring
        owners = analysis.inputs.plan.acciones.filter(pl.col("objetivo").is_in(wanted))["accion"].to_list()
        now = actions_now(found).filter(pl.col("unidad").is_in(owners))
        late = now.filter(pl.col("color_devengado") == RED)["unidad"].to_list()
        parts.append(
            f"En {found.followed.year}, {len(late)} de sus {plural(now.height, f'{dossier.analysis.levels.accion} con dinero va', f'{dossier.analysis.levels.accion} con dinero van')} en rojo{f': {enumerate_words(late)}' if late else ''}."
        )
    parts += [f"El escenario «{s.spec.titulo}» movería {short_amount(s.monto_soles)}, sólo como indicación." for s in dossier.scenarios[:1]]
    return " ".join(part[0].upper() + part[1:] for part in parts)


def _redesign(dossier: Dossier, _: Sequence[str]) -> str:
    rows = dossier.analysis.reviews
    high = rows.filter(pl.col("prioridad_revision") == "alta")
    slow, away = (rows.filter(pl.col("que_revisar") == kind).height for kind in ("ritmo_insuficiente", "sentido_contrario"))
    return (
        f"{plural(rows['elemento'].n_unique(), f'{dossier.analysis.levels.accion} u {dossier.analysis.levels.objetivo} tiene', f'{dossier.analysis.levels.accion} y {dossier.analysis.levels.objetivo} tienen')} algo que revisar, {high['elemento'].n_unique()} con prioridad alta: "
        f"{plural(slow, 'indicador no llega', 'indicadores no llegan')} a su meta al ritmo observado y {away} se {agree(away, 'aleja', 'alejan')} de ella. Detalle en la hoja de rediseño."
    )


def _follow_up(dossier: Dossier, _: Sequence[str]) -> str:
    if dossier.quarter is None:
        return "Este informe no trae ningún trimestre: falta cargar y vincular un extracto del año en curso."
    found = dossier.quarter.monitoring
    alerts = found.alerts.filter(
        (pl.col("nivel") == dossier.analysis.levels.accion) & (pl.col("unidad") != dossier.analysis.levels.sin_accion)
    ).height
    before = f"comparado con el corte anterior: {found.previous}" if found.previous else "sin un corte anterior con que comparar"
    return f"Este informe es ese seguimiento: corte {found.followed.cut_off:%d/%m/%Y}, {plural(alerts, 'alerta', 'alertas')} de {dossier.analysis.levels.accion}, {before}."


def _elements(dossier: Dossier, codes: Sequence[str]) -> str:
    """The colour of each element its text names."""
    year = dossier.analysis.inputs.spec.ranking.anio_resultado
    rows = {row["elemento"]: row for row in _colours(dossier, codes).iter_rows(named=True)}
    said = [f"{code}, {_colour_words(rows[code])}" for code in codes if code in rows]
    green = sum(row["color"] == GREEN for row in rows.values())
    return f"Avance de {year}: {'; '.join(said)}. {counted(green, 'está', 'están', 'ninguno está')} en verde.".replace(
        ". ninguno", ". Ninguno"
    )


def _colour_words(row: Mapping[str, Any]) -> str:
    """`rojo (31.8 %)`, or that there is no datum."""
    return "sin dato" if row["color"] == GREY else f"{row['color']} ({percent(row['avance_ratio'])})"


def _unmeasured(dossier: Dossier, codes: Sequence[str]) -> str:
    near = f" Lo más cercano que se mide: {_elements(dossier, codes)[0].lower()}{_elements(dossier, codes)[1:]}" if codes else ""
    return f"Ningún dato cargado lo mide directamente: lo debe informar el responsable.{near}"


def _colours(dossier: Dossier, codes: Sequence[str]) -> pl.DataFrame:
    analysis = dossier.analysis
    spec = analysis.inputs.spec
    return (
        of_profile(analysis, analysis.elements)
        .filter(
            (pl.col("politica_nd") == spec.avance.politica_nd)
            & (pl.col("anio") == spec.ranking.anio_resultado)
            & pl.col("elemento").is_in(list(codes))
        )
        .sort("elemento")
    )
