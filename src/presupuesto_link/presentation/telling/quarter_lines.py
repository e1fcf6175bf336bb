"""What a director should remember of a quarter, in ten sentences; every figure is a row of the monitoring, of the projection or of the link."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from presupuesto_link.dossier import Quarter
from presupuesto_link.facts import Fact
from presupuesto_link.linkage.rules import DIRECT, TRANSVERSAL
from presupuesto_link.money.on_time import WHOLE, has_money
from presupuesto_link.presentation.telling.lines import Line, said
from presupuesto_link.presentation.telling.monitoring_words import CENTRAL, curve_words
from presupuesto_link.presentation.telling.phrases import agree, capital, counted, date
from presupuesto_link.presentation.telling.words import banded, short_amount
from presupuesto_link.quarter.alerts import BETTER, WORSE
from presupuesto_link.quarter.facts import BLIND, since
from presupuesto_link.quarter.light import Monitoring
from presupuesto_link.vocabulary import AMBER, GREEN, GREY, MONTHS, RED
from presupuesto_link.wording import enumerate_words, percent, plural, soles

_NAMED = 4


def quarter_lines(quarter: Quarter) -> tuple[Line, ...]:
    """The quarter in ten lines."""
    found = quarter.monitoring
    return (
        money_line(found),
        _red_line(found),
        _behind_line(found),
        change_line(found),
        _stages_line(found),
        _alignment_line(found),
        _blind_line(found),
        _closing_line(quarter),
        _moved_line(found),
        _link_line(found),
    )


def actions_now(found: Monitoring) -> pl.DataFrame:
    """The actions of the plan with money, at the cut-off."""
    return found.light.filter(
        (pl.col("nivel") == found.levels.accion)
        & (pl.col("mes") == found.followed.month)
        & has_money()
        & (pl.col("unidad") != found.levels.sin_accion)
    )


def money_line(found: Monitoring) -> Line:
    """What was accrued on the day of the cut-off, and what of it was by the last closed month against what was expected then: two days, each said."""
    followed = found.followed
    then, due, ratio = own = [found.now(WHOLE, name) for name in ("devengado_soles", "devengado_esperado_soles", "devengado_ratio")]
    pim = found.facts.get(WHOLE, "pim_soles", followed.year)
    month = f"A fines de {MONTHS[followed.month - 1]}" if followed.cut_off != followed.month_end else f"Al {date(followed.cut_off)}"
    by_month = (
        f"{month} se habían devengado {short_amount(then.valor)}, el {banded(ratio.valor, _bands(found))} de los "
        f"{short_amount(due.valor)} que se esperaban ({curve_words(found)}), para ejecutar todo el PIM en diciembre."
    )
    if found.at_cut is None or followed.cut_off == followed.month_end:
        part = found.now(WHOLE, "devengado_pim_ratio")
        return Line(
            f"{month} se había devengado el {percent(part.valor)} del PIM: el {banded(ratio.valor, _bands(found))} de lo esperado.",
            f"El PIM es de {short_amount(pim.valor)}. {by_month}",
            said(part, pim, *own),
        )
    done, part = (found.facts.get(WHOLE, name, followed.year) for name in ("devengado_soles", "devengado_pim_ratio"))
    return Line(
        f"Al {date(followed.cut_off)} se habían devengado {soles(done.valor, 2)}: el {percent(part.valor)} del PIM.",
        f"El PIM es de {soles(pim.valor, 2)}. {MONTHS[followed.month - 1].capitalize()} es el último mes cerrado. {by_month}",
        said(done, part, pim, *own),
    )


def _red_line(found: Monitoring) -> Line:
    now = actions_now(found)
    red = now.filter(pl.col("color_devengado") == RED).sort("devengado_ratio", "unidad")
    listed = (f"{r['unidad']} ({banded(r['devengado_ratio'], _bands(found), 0)})" for r in red.iter_rows(named=True))
    told = [found.now(found.levels.accion, name) for name in (RED, AMBER, GREEN, GREY, "total")]
    count = {fact.medida: int(fact.valor) for fact in told}
    listing = [f"{count[AMBER]} en amarillo", f"{count[GREEN]} en verde", *([f"{count[GREY]} sin cifra"] if count[GREY] else [])]
    return Line(
        f"{count[RED]} de {count['total']} {found.levels.accion} con dinero {agree(red.height, 'está', 'están')} en rojo.",
        (f"Las más atrasadas: {_some(listed, red.height)}. " if red.height else "")
        + f"Hay {enumerate_words(listing)}."
        + "".join(f" Cuenta también {code}, transversal." for code in now.filter(pl.col("vinculo") == TRANSVERSAL)["unidad"]),
        said(*told),
    )


def _behind_line(found: Monitoring) -> Line:
    late = found.alerts.filter(
        (pl.col("nivel") == found.levels.accion)
        & (pl.col("vinculo") != TRANSVERSAL)
        & (pl.col("unidad") != found.levels.sin_accion)
        & (pl.col("soles_en_riesgo") > 0)
    ).sort("soles_en_riesgo", "unidad", descending=[True, False])
    other = found.alerts.filter((pl.col("nivel") == found.levels.accion) & (pl.col("soles_en_riesgo") > 0))
    across, loose = other.filter(pl.col("vinculo") == TRANSVERSAL), other.filter(pl.col("unidad") == found.levels.sin_accion)
    missing = found.told(DIRECT, "soles_en_riesgo")
    listed = (f"{r['unidad']} ({short_amount(r['soles_en_riesgo'])})" for r in late.iter_rows(named=True))
    beside = "; ".join(f"{r['unidad']}, {short_amount(r['soles_en_riesgo'])}" for r in across.iter_rows(named=True))
    return Line(
        f"A las {found.levels.accion} en rojo o amarillo les falta devengar {short_amount(missing.valor)} de lo esperado.",
        (
            f"Donde más falta: {_some(listed, late.height)}."
            if late.height
            else f"Ninguna {found.levels.accion} está por debajo de lo esperado."
        )
        + "".join(f" Otros {short_amount(v)} faltan en gasto que ninguna regla vincula." for v in loose["soles_en_riesgo"])
        + (f" Aparte, sin sumarse, lo transversal: {beside}." if beside else ""),
        said(missing, *(found.told(unit, "soles_en_riesgo") for unit in (*late["unidad"][:_NAMED], *loose["unidad"], *across["unidad"]))),
    )


def change_line(found: Monitoring) -> Line:
    """How the colour of the actions changed since the cut-off before."""
    if found.previous is None:
        return Line("No hay un corte anterior con que comparar.", "El cambio se verá en el próximo corte.")
    rows = found.changes.filter((pl.col("nivel") == found.levels.accion) & (pl.col("unidad") != found.levels.sin_accion))
    worse, better = (rows.filter(pl.col("cambio") == kind)["unidad"].to_list() for kind in (WORSE, BETTER))
    return Line(
        f"Desde el corte anterior, {counted(len(worse), f'{found.levels.accion} empeoró', f'{found.levels.accion} empeoraron', f'ninguna {found.levels.accion} empeoró')} de color"
        f" y {counted(len(better), 'mejoró', 'mejoraron', 'ninguna mejoró')}.",
        (f"Empeoraron: {enumerate_words(worse)}. " if worse else "")
        + (f"Mejoraron: {enumerate_words(better)}. " if better else "")
        + f"Corte anterior: {found.previous}.",
    )


def _stages_line(found: Monitoring) -> Line:
    bands, told = _bands(found), {stage: found.now(WHOLE, f"{stage}_ratio") for stage in ("certificado", "compromiso")}
    certified, shown = _certified(found)
    called = {"certificado": "lo certificado", "compromiso": "lo comprometido"}
    measured = [
        f"{called[stage]} va en el {banded(fact.valor, bands)} de lo esperado" for stage, fact in told.items() if fact.valor is not None
    ]
    return Line(
        f"{capital(enumerate_words(measured))}." if measured else "La fuente no dice por mes lo certificado ni lo comprometido.",
        "Lo que no se certifica ni se compromete no podrá devengarse: es el aviso más temprano."
        + "".join(f" Sin cifra de {stage} por mes: {fact.motivo}." for stage, fact in told.items() if fact.valor is None)
        + certified,
        said(*told.values(), *shown),
    )


def _certified(found: Monitoring) -> tuple[str, list[Fact]]:
    """What was certified on the day of the cut-off, where the source gives it for the year and not by month; and its facts."""
    if found.at_cut is None or found.now(WHOLE, "certificado_ratio").valor is not None:
        return "", []
    amount, share = (found.facts.get(WHOLE, name, found.followed.year) for name in ("certificado_soles", "certificado_pim_ratio"))
    if amount.valor is None:
        return "", []
    told = f" Al {date(found.followed.cut_off)} estaban certificados {soles(amount.valor, 2)}, el {percent(share.valor)} del PIM."
    return told, [amount, share]


def _alignment_line(found: Monitoring) -> Line:
    spent, result = pl.col("banda_ejecucion"), pl.col("banda_resultado")
    good = found.actions.filter((spent == GREEN) & (result == GREEN))["accion"].to_list()
    apart = found.actions.filter(spent.is_in([GREEN, AMBER]) & (result == RED))["accion"].to_list()
    return Line(
        capital(
            f"{counted(len(good), f'{found.levels.accion} tiene', f'{found.levels.accion} tienen', f'ninguna {found.levels.accion} tiene')} en verde el dinero y el resultado; "
            f"{counted(len(apart), 'gasta a tiempo, o casi,', 'gastan a tiempo, o casi,', 'ninguna gasta')} con resultado en rojo."
        ),
        (f"Gastan con el resultado de {found.result_year} en rojo: {_some(apart, len(apart))}. " if apart else "")
        + "Son dos colores puestos juntos: el uno no explica el otro.",
    )


def _blind_line(found: Monitoring) -> Line:
    blind = found.actions.filter((pl.col("banda_resultado") == GREY) & has_money())
    count, money = (found.aligned(BLIND, name) for name in ("acciones", "pim_soles"))
    return Line(
        capital(
            f"{counted(blind.height, f'{found.levels.accion} con dinero no tiene ningún', f'{found.levels.accion} con dinero no tienen ningún', f'toda {found.levels.accion} con dinero tiene algún')} dato de resultado de {found.result_year}."
        ),
        (f"Suman {short_amount(money.valor)} de PIM: {_some(blind['accion'].to_list(), blind.height)}. " if blind.height else "")
        + ("Sin dato no se puede decir si el gasto logra algo." if blind.height else ""),
        said(count, money),
    )


def _closing_line(quarter: Quarter) -> Line:
    if quarter.projection is None:
        return Line("El año ya cerró: no hay nada que proyectar.", "Lo devengado es lo del cierre.")
    closing = quarter.projection.acciones
    names = ("ejecucion_proyectada_ratio", "saldo_libre_soles", "saldo_libre_bajo_soles", "saldo_libre_alto_soles")
    part, free, low, high = told = [quarter.projection.facts.get(WHOLE, name, quarter.projection.followed.year) for name in names]
    return Line(
        f"Al ritmo visto, a diciembre se devengaría el {percent(part.valor)} del PIM.",
        f"Quedarían libres {short_amount(free.valor)} (entre {short_amount(low.valor)} y "
        f"{short_amount(high.valor)}, intervalo prudente del {percent(closing.confianza, 0)}). No sabe de decisiones que aún no ocurren.",
        said(*told),
    )


def _moved_line(found: Monitoring) -> Line:
    year = found.followed.year
    step = (found.facts.find(f"{found.levels.objetivo}: pia → pim", name, year) for name in ("cambio_total_ratio", "varianza_ratio"))
    told = [fact for fact in step if fact is not None]
    change, spread = (fact.valor for fact in told) if told else (None, None)
    lead = (
        "No se puede medir cuánto cambió el presupuesto entre PIA y PIM."
        if change is None
        else f"Entre PIA y PIM el presupuesto {_grew(change)}"
        + ("." if spread is None else f", y un {percent(spread / 2)} de él pasó de unos {found.levels.objetivo} a otros.")
    )
    spread_words = "" if spread is None else f"Es la mitad de la varianza de la composición, {percent(spread)} (PEFA PI-2). "
    if found.modifications is None:
        return Line(lead, f"{spread_words}Sin otra instantánea no se ven las modificaciones desde el corte anterior.", said(*told))
    names = ("lineas_modificadas", "aumentos_soles", "rebajas_soles")
    lines, up, down = (found.facts.get(WHOLE, name, year, variante=since(found.previous_id)) for name in names)
    count = int(lines.valor)
    return Line(
        lead,
        f"{spread_words}Desde el corte anterior se {agree(count, 'modificó', 'modificaron')} {plural(count, 'línea', 'líneas')}: aumentos de "
        f"{short_amount(up.valor)} y rebajas de {short_amount(down.valor)}.",
        said(*told, lines, up, down),
    )


def _link_line(found: Monitoring) -> Line:
    year, rates = found.followed.year, found.followed.linkage.coverage.tasas.filter(pl.col("anio") == found.followed.year)
    whole, *rest = [f"base: {base}" for base in rates["base"]]
    ratio, linked, pim = own = [found.facts.get(whole, name, year) for name in ("cobertura_ratio", "pim_vinculado_soles", "pim_soles")]
    others = [found.facts.get(base, "cobertura_ratio", year) for base in rest[:1]]
    return Line(
        f"El {percent(ratio.valor)} del PIM está vinculado a alguna {found.levels.accion}.",
        f"Son {short_amount(linked.valor)} de {short_amount(pim.valor)}; el resto no se puede atribuir a ningún objetivo."
        + "".join(f" Sin contar {CENTRAL}, el {percent(other.valor)}." for other in others),
        said(*own, *others),
    )


def _grew(ratio: float) -> str:
    return f"creció un {percent(ratio)}" if ratio >= 0 else f"bajó un {percent(-ratio)}"


def _some(words: Iterable[str], count: int) -> str:
    """The first words, and how many more there are."""
    shown = [word for word, _ in zip(words, range(_NAMED), strict=False)]
    return enumerate_words(shown) if count <= _NAMED else f"{', '.join(shown)} y {count - _NAMED} más"


def _bands(found: Monitoring) -> Any:
    return found.analysis.inputs.spec.semaforo
