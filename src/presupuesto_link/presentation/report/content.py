"""What the report tells, in the order a councillor reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from presupuesto_link.dossier import Dossier, Quarter
from presupuesto_link.presentation.plots import Figure
from presupuesto_link.presentation.report.blocks import Block, Drawing, Paragraph, Points, Report, Section
from presupuesto_link.presentation.report.recommendations import recommendations_table
from presupuesto_link.presentation.telling.advance import light_views
from presupuesto_link.presentation.telling.chosen import names_of
from presupuesto_link.presentation.telling.closing import ORIGIN, closing_view
from presupuesto_link.presentation.telling.compromisos import commitments_view
from presupuesto_link.presentation.telling.coverage import link_view
from presupuesto_link.presentation.telling.lines import Line, ten_lines
from presupuesto_link.presentation.telling.method import method
from presupuesto_link.presentation.telling.monitoring_words import MONITORING, before_words, curve_words
from presupuesto_link.presentation.telling.phrases import capital, counted, date
from presupuesto_link.presentation.telling.quarter import CURVE, quarter_view
from presupuesto_link.presentation.telling.quarter_lines import quarter_lines
from presupuesto_link.presentation.telling.ranking import data_table, ranking_view
from presupuesto_link.presentation.telling.rediseno import gaps_view, review_view
from presupuesto_link.presentation.telling.scenarios import scenario_views
from presupuesto_link.presentation.telling.shelf import FigureShelf
from presupuesto_link.presentation.telling.views import Cell, Row, TableView, shown
from presupuesto_link.presentation.telling.words import money_note
from presupuesto_link.presentation.workbook.dossier_book import BANNER
from presupuesto_link.quarter.alerts import BETTER, WORSE
from presupuesto_link.vocabulary import GREY
from presupuesto_link.wording import plural, soles

_ALERTS, _WAITING = 12, 10


def report_of(dossier: Dossier, figures: Sequence[Figure]) -> Report:
    """The report of a dossier.

    Args:
        dossier: what is told.
        figures: those drawn of it (`plots.draw_all`); each goes where it is read, and those with no place are left out.
    """
    spec, quarter = dossier.analysis.inputs.spec, dossier.quarter
    drawn = {figure.name: figure for figure in figures}
    when = (
        _period(quarter.monitoring.followed.year, quarter.monitoring.followed.month)
        if quarter
        else f"Resultados de {spec.ranking.anio_resultado}"
    )
    return Report(
        spec.titulo,
        f"Informe para el Consejo Regional. {when}",
        _facts(dossier),
        f"{BANNER}." if dossier.synthetic else "",
        tuple(section for section in _sections(dossier, drawn) if section.blocks),
    )


def _period(year: int, month: int) -> str:
    quarter = (month + 2) // 3
    return f"{quarter}.º trimestre de {year}" + ("" if month % 3 == 0 else ", en curso")


def _facts(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    spec = dossier.analysis.inputs.spec
    given = [("Pregunta", spec.pregunta), ("Fuente", spec.fuente)]
    if dossier.quarter is None or spec.fecha_corte != dossier.cut_off:
        given += [("Corte de la evaluación", date(spec.fecha_corte))]
    if dossier.quarter:
        followed = dossier.quarter.monitoring.followed
        given += [
            ("Corte del trimestre", date(followed.cut_off)),
            *([("Último mes cerrado", date(followed.month_end))] if followed.month_end != followed.cut_off else []),
            *([("Corte anterior", told)] if (told := dossier.quarter.monitoring.previous_told) else []),
            ("Gasto", f"{followed.linkage.scope}; instantánea {followed.linkage.snapshot.id}"),
        ]
    return (*given, ("Elaboración", spec.autor))


def _sections(dossier: Dossier, drawn: dict[str, Figure]) -> Iterable[Section]:
    analysis, quarter = dossier.analysis, dossier.quarter
    names = names_of(analysis)
    yield Section("Resumen", _summary(dossier))
    if quarter:
        yield from _quarter_sections(quarter, names, drawn)
    light = light_views(analysis, names, FigureShelf(()))[0]["tabla"]
    yield Section("Semáforo de los objetivos", _figure(drawn, f"semaforo_{dossier.analysis.levels.objetivo.lower()}") or (light,))
    yield Section(
        "Gasto y resultado",
        _figure(drawn, f"matriz_{analysis.inputs.spec.ranking.anio_ejecucion}_{analysis.inputs.spec.ranking.anio_resultado}"),
    )
    yield Section(f"{dossier.analysis.levels.accion} rezagadas: qué atender primero", _ranking(dossier, names, drawn))
    yield Section("Escenarios de reasignación (borrador)", _scenarios(dossier, names, drawn))
    yield Section("Recomendaciones de la evaluación", _recommendations(dossier))
    yield Section(f"Qué revisar de cada {dossier.analysis.levels.accion}", _reviews(dossier, names))
    yield Section("Datos que faltan", _gaps(dossier, names))
    yield Section("Lo prometido en el plan de gobierno", _commitments(dossier, names))
    yield Section("Anexo: método y límites", _annex(dossier))


def _summary(dossier: Dossier) -> tuple[Block, ...]:
    quarter = dossier.quarter
    own = Points(_points(ten_lines(dossier)), True)
    if quarter is None:
        return (own,)
    return (
        Paragraph("", "El trimestre"),
        Points(_points(quarter_lines(quarter)), True),
        Paragraph(money_note(dossier.analysis), "La evaluación."),
        own,
    )


def _points(lines: Sequence[Line]) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(line.text, line.lead, facts=line.facts) for line in lines)


def _quarter_sections(quarter: Quarter, names: dict[str, str], drawn: dict[str, Figure]) -> Iterable[Section]:
    found, nothing = quarter.monitoring, FigureShelf(())
    view = quarter_view(quarter, names, nothing)
    yield Section(
        "Semáforo del trimestre",
        (
            Paragraph(f"{MONITORING} Lo esperado a cada fecha: {curve_words(found)}.", note=True),
            *_figure(drawn, "semaforo_trimestral"),
            view["oer"].without(CURVE),
            *(Paragraph(said, note=True) for said in found.notices),
        ),
    )
    yield Section(
        "Alertas",
        (
            Paragraph(
                f"Una alerta dice dónde mirar; no es una falta. «Soles que faltan» es la distancia a lo esperado a la fecha. {before_words(found)}"
            ),
            _first(view["alertas"], _ALERTS),
        ),
    )
    yield Section("Qué cambió desde el corte anterior", _changes(quarter, names))
    yield Section("Dinero a tiempo y resultado", _figure(drawn, "alineamiento"))
    closing = closing_view(quarter, names, nothing)
    if closing:
        told = f"Desde {closing['desde']}, con el método «{closing['metodo']}» ({closing['motivo']}). Extiende lo visto: no sabe de transferencias, emergencias ni decisiones que aún no ocurren."
        yield Section("Proyección al cierre", (Paragraph(told), *_figure(drawn, "proyeccion_cierre"), closing["oer"].without(ORIGIN)))
    link = link_view(quarter, names)
    yield Section("Qué parte del dinero está vinculada", (Paragraph(link["frase"]), link["tasas"]))


def _changes(quarter: Quarter, names: dict[str, str]) -> tuple[Block, ...]:
    found = quarter.monitoring
    if found.previous is None:
        return (Paragraph("No hay un corte anterior con que comparar: el cambio se verá en el próximo informe."),)
    worse, better, word = found.colour_changed(WORSE).height, found.colour_changed(BETTER).height, quarter.monitoring.levels.accion
    told = (
        f"Corte anterior: {found.previous}. {capital(counted(worse, f'{word} empeoró', f'{word} empeoraron', f'ninguna {word} empeoró'))} de color y "
        f"{counted(better, 'mejoró', 'mejoraron', 'ninguna mejoró')}."
    )
    table = TableView(
        f"{quarter.monitoring.levels.accion} cuyo color cambió",
        (quarter.monitoring.levels.accion, "Cambio", "Antes", "Ahora", "Soles que faltan", "Cambio del PIM"),
        tuple(
            Row(
                (
                    Cell(r["unidad"], names.get(r["unidad"], "")),
                    Cell(r["cambio"]),
                    Cell(r["color_previo"] or "ND", color=r["color_previo"] or GREY),
                    Cell(r["color_devengado"], color=r["color_devengado"]),
                    shown(found.told(r["unidad"], "soles_en_riesgo"), soles),
                    shown(found.told(r["unidad"], "pim_cambio_soles"), soles),
                )
            )
            for r in found.colour_changed(WORSE, BETTER).iter_rows(named=True)
        ),
        frozenset({4, 5}),
    )
    return (Paragraph(told), *((table,) if table.rows else ()), *_modified(quarter))


def _modified(quarter: Quarter) -> tuple[Block, ...]:
    found = quarter.monitoring
    if found.modifications is None or found.modified is None:
        return (Paragraph("Sin otra instantánea no se ven las modificaciones presupuestarias.", note=True),)
    moved = found.modifications.row(0, named=True)
    return (
        Paragraph(
            f"{capital(counted(moved['lineas_modificadas'], 'línea cambió', 'líneas cambiaron', 'ninguna línea cambió'))} de PIM, de {plural(moved['lineas'], 'línea', 'líneas')}: aumentos de "
            f"{soles(moved['aumentos_soles'])} y rebajas de {soles(moved['rebajas_soles'])}.",
            "Modificaciones presupuestarias.",
        ),
    )


def _ranking(dossier: Dossier, names: dict[str, str], drawn: dict[str, Figure]) -> tuple[Block, ...]:
    view = ranking_view(dossier, names, FigureShelf(()))
    waiting = data_table(dossier.analysis, names)
    blocks: list[Block] = [
        Paragraph(view["rezagada"]),
        *_figure(drawn, "ranking"),
        Points(tuple(Paragraph(text) for text in view["firmeza"])),
    ]
    if waiting.rows:
        blocks += [
            Paragraph(f"De estas {dossier.analysis.levels.accion} no se sabe si van bien o mal: lo primero es conseguir el dato."),
            _first(waiting, _WAITING),
        ]
    return tuple(blocks)


def _scenarios(dossier: Dossier, names: dict[str, str], drawn: dict[str, Figure]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for view in scenario_views(dossier, names, FigureShelf(())):
        blocks += [
            Paragraph(view["pregunta"], f"{view['titulo']}."),
            Paragraph(view["advertencia"], "Advertencia."),
            *([Points(tuple(Paragraph(text) for text in view["cautelas"]))] if view["cautelas"] else []),
            Paragraph(f"Se movería en total {view['monto'].text}."),
            *_figure(drawn, f"escenario_{view['id']}"),
            view["transferencias"],
            Points(tuple(Paragraph(text) for text in view["no_modela"])),
        ]
    return tuple(blocks)


def _recommendations(dossier: Dossier) -> tuple[Block, ...]:
    table = recommendations_table(dossier)
    if table is None:
        return ()
    note = f"Los textos son los del Cuadro Resumen de la evaluación. Con qué datos se mira cada una, y qué {dossier.analysis.levels.objetivo} o {dossier.analysis.levels.accion} nombra, es lectura propia."
    return Paragraph(note, note=True), table


def _reviews(dossier: Dossier, names: dict[str, str]) -> tuple[Block, ...]:
    view = review_view(dossier.analysis, names, dossier.cut_off)
    return Paragraph(" ".join(filter(None, (view["frase"], view["llenado"])))), view["clases"]


def _gaps(dossier: Dossier, names: dict[str, str]) -> tuple[Block, ...]:
    view = gaps_view(dossier.analysis, names, dossier.cut_off)
    return (Paragraph(" ".join(filter(None, (view["frase"], view["llenado"])))),)


def _commitments(dossier: Dossier, names: dict[str, str]) -> tuple[Block, ...]:
    view = commitments_view(dossier.analysis.commitments, names, dossier.analysis.levels)
    return () if view is None else (Paragraph(view["frase"]), *((view["comparados"],) if view["comparados"].rows else ()))


def _annex(dossier: Dossier) -> tuple[Block, ...]:
    said = [Paragraph(text, f"{term}.") for term, text in method(dossier.analysis)]
    return (*said, Paragraph("", "Lo que este análisis no modela"), Points(tuple(Paragraph(text) for text in dossier.analysis.no_modela)))


def _figure(drawn: dict[str, Figure], name: str) -> tuple[Drawing, ...]:
    return (Drawing(drawn[name]),) if name in drawn else ()


def _first(table: TableView, count: int) -> TableView:
    """The first rows of a table, and how many there are."""
    if len(table.rows) <= count:
        return table
    return replace(table, caption=f"{table.caption} (las {count} primeras de {len(table.rows)})", rows=table.rows[:count])
