"""What a director should remember of a quarter, in ten sentences; every figure is a row of the monitoring, of the projection or of the link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from presupuesto_link.dossier import Quarter
from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.money.on_time import has_money
from presupuesto_link.presentation.telling.lines import Line
from presupuesto_link.presentation.telling.monitoring_words import CENTRAL, curve_words
from presupuesto_link.presentation.telling.phrases import agree, capital, counted, date
from presupuesto_link.presentation.telling.words import banded, short_amount
from presupuesto_link.quarter.alerts import BETTER, WORSE
from presupuesto_link.quarter.light import Monitoring
from presupuesto_link.vocabulary import AMBER, GREEN, GREY, MONTHS, RED
from presupuesto_link.wording import enumerate_words, percent, plural, share_of, soles

_NAMED = 4


def quarter_lines(quarter: Quarter) -> tuple[Line, ...]:
    """The quarter in ten lines."""
    found = quarter.monitoring
    return (
        _money_line(found),
        _red_line(found),
        _behind_line(found),
        _change_line(found),
        _stages_line(found),
        _alignment_line(found),
        _blind_line(found),
        _closing_line(quarter),
        _moved_line(found),
        _link_line(found),
    )


def whole_row(found: Monitoring) -> Mapping[str, Any]:
    """The row of everything that may be added up, at the cut-off."""
    rows = found.light.filter((pl.col("nivel") == "total") & (pl.col("mes") == found.followed.month))
    return rows.row(0, named=True)


def actions_now(found: Monitoring) -> pl.DataFrame:
    """The actions of the plan with money, at the cut-off."""
    return found.light.filter(
        (pl.col("nivel") == found.levels.accion)
        & (pl.col("mes") == found.followed.month)
        & has_money()
        & (pl.col("unidad") != found.levels.sin_accion)
    )


def _money_line(found: Monitoring) -> Line:
    """What was accrued on the day of the cut-off, and what of it was by the last closed month against what was expected then: two days, each said."""
    row, followed = whole_row(found), found.followed
    month = f"A fines de {MONTHS[followed.month - 1]}" if followed.cut_off != followed.month_end else f"Al {date(followed.cut_off)}"
    by_month = (
        f"{month} se habían devengado {short_amount(row['devengado_soles'])}, el {banded(row['devengado_ratio'], _bands(found))} de los "
        f"{short_amount(row['devengado_esperado_soles'])} que se esperaban ({curve_words(found)}), para ejecutar todo el PIM en diciembre."
    )
    if found.at_cut is None or followed.cut_off == followed.month_end:
        of_pim = share_of(row["devengado_soles"], row["pim_soles"])
        return Line(
            f"{month} se había devengado el {percent(of_pim)} del PIM: el {banded(row['devengado_ratio'], _bands(found))} de lo esperado.",
            f"El PIM es de {short_amount(row['pim_soles'])}. {by_month}",
        )
    done, pim = found.at_cut["devengado_soles"], found.at_cut["pim_soles"]
    return Line(
        f"Al {date(followed.cut_off)} se habían devengado {soles(done, 2)}: el {percent(share_of(done, pim))} del PIM.",
        f"El PIM es de {soles(pim, 2)}. {MONTHS[followed.month - 1].capitalize()} es el último mes cerrado. {by_month}",
    )


def _red_line(found: Monitoring) -> Line:
    now = actions_now(found)
    red = now.filter(pl.col("color_devengado") == RED).sort("devengado_ratio", "unidad")
    listed = (f"{r['unidad']} ({banded(r['devengado_ratio'], _bands(found), 0)})" for r in red.iter_rows(named=True))
    count = {c: now.filter(pl.col("color_devengado") == c).height for c in (AMBER, GREEN, GREY)}
    said = [f"{count[AMBER]} en amarillo", f"{count[GREEN]} en verde", *([f"{count[GREY]} sin cifra"] if count[GREY] else [])]
    return Line(
        f"{red.height} de {now.height} {found.levels.accion} con dinero {agree(red.height, 'está', 'están')} en rojo.",
        (f"Las más atrasadas: {_some(listed, red.height)}. " if red.height else "")
        + f"Hay {enumerate_words(said)}."
        + "".join(f" Cuenta también {code}, transversal." for code in now.filter(pl.col("vinculo") == TRANSVERSAL)["unidad"]),
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
    listed = (f"{r['unidad']} ({short_amount(r['soles_en_riesgo'])})" for r in late.iter_rows(named=True))
    beside = "; ".join(f"{r['unidad']}, {short_amount(r['soles_en_riesgo'])}" for r in across.iter_rows(named=True))
    return Line(
        f"A las {found.levels.accion} en rojo o amarillo les falta devengar {short_amount(late['soles_en_riesgo'].sum())} de lo esperado.",
        (
            f"Donde más falta: {_some(listed, late.height)}."
            if late.height
            else f"Ninguna {found.levels.accion} está por debajo de lo esperado."
        )
        + "".join(f" Otros {short_amount(v)} faltan en gasto que ninguna regla vincula." for v in loose["soles_en_riesgo"])
        + (f" Aparte, sin sumarse, lo transversal: {beside}." if beside else ""),
    )


def _change_line(found: Monitoring) -> Line:
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
    row, bands = whole_row(found), _bands(found)
    measured = {"certificado": "lo certificado", "compromiso": "lo comprometido"}
    told = [
        f"{words} va en el {banded(row[f'{stage}_ratio'], bands)} de lo esperado"
        for stage, words in measured.items()
        if row[f"{stage}_ratio"] is not None
    ]
    return Line(
        f"{capital(enumerate_words(told))}." if told else "La fuente no dice por mes lo certificado ni lo comprometido.",
        "Lo que no se certifica ni se compromete no podrá devengarse: es el aviso más temprano."
        + "".join(
            f" Sin cifra de {stage} por mes: {row[f'{stage}_motivo']}."
            for stage in ("certificado", "compromiso")
            if row[f"{stage}_ratio"] is None
        )
        + _certified(found),
    )


def _certified(found: Monitoring) -> str:
    """What was certified on the day of the cut-off, where the source gives it for the year and not by month."""
    given = found.at_cut or {}
    amount = given.get("certificado_soles")
    if amount is None or whole_row(found)["certificado_ratio"] is not None:
        return ""
    share = percent(share_of(amount, given["pim_soles"]))
    return f" Al {date(found.followed.cut_off)} estaban certificados {soles(amount, 2)}, el {share} del PIM."


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
    money = blind.filter(pl.col("vinculo") != TRANSVERSAL)["pim_soles"].sum()
    return Line(
        capital(
            f"{counted(blind.height, f'{found.levels.accion} con dinero no tiene ningún', f'{found.levels.accion} con dinero no tienen ningún', f'toda {found.levels.accion} con dinero tiene algún')} dato de resultado de {found.result_year}."
        ),
        (f"Suman {short_amount(money)} de PIM: {_some(blind['accion'].to_list(), blind.height)}. " if blind.height else "")
        + ("Sin dato no se puede decir si el gasto logra algo." if blind.height else ""),
    )


def _closing_line(quarter: Quarter) -> Line:
    if quarter.projection is None:
        return Line("El año ya cerró: no hay nada que proyectar.", "Lo devengado es lo del cierre.")
    closing = quarter.projection.acciones
    row = closing.unidades.filter(pl.col("nivel") == "total").row(0, named=True)
    return Line(
        f"Al ritmo visto, a diciembre se devengaría el {percent(row['ejecucion_proyectada_ratio'])} del PIM.",
        f"Quedarían libres {short_amount(row['saldo_libre_soles'])} (entre {short_amount(row['saldo_libre_bajo_soles'])} y "
        f"{short_amount(row['saldo_libre_alto_soles'])}, intervalo prudente del {percent(closing.confianza, 0)}). No sabe de decisiones que aún no ocurren.",
    )


def _moved_line(found: Monitoring) -> Line:
    year = found.followed.year
    step = found.composition.filter(
        (pl.col("anio") == year) & (pl.col("por") == found.levels.objetivo) & (pl.col("de") == "pia") & (pl.col("a") == "pim")
    )
    row = step.row(0, named=True) if step.height else None
    change, spread = (row["cambio_total_ratio"], row["varianza_ratio"]) if row else (None, None)
    lead = (
        "No se puede medir cuánto cambió el presupuesto entre PIA y PIM."
        if change is None
        else f"Entre PIA y PIM el presupuesto {_grew(change)}"
        + ("." if spread is None else f", y un {percent(spread / 2)} de él pasó de unos {found.levels.objetivo} a otros.")
    )
    said = "" if spread is None else f"Es la mitad de la varianza de la composición, {percent(spread)} (PEFA PI-2). "
    if found.modifications is None:
        return Line(lead, f"{said}Sin otra instantánea no se ven las modificaciones desde el corte anterior.")
    moved = found.modifications.row(0, named=True)
    return Line(
        lead,
        f"{said}Desde el corte anterior se {agree(moved['lineas_modificadas'], 'modificó', 'modificaron')} {plural(moved['lineas_modificadas'], 'línea', 'líneas')}: aumentos de "
        f"{short_amount(moved['aumentos_soles'])} y rebajas de {short_amount(moved['rebajas_soles'])}.",
    )


def _link_line(found: Monitoring) -> Line:
    rates = found.followed.linkage.coverage.tasas.filter(pl.col("anio") == found.followed.year)
    row = rates.row(0, named=True)
    rest = rates.row(1, named=True) if rates.height > 1 else None
    return Line(
        f"El {percent(row['cobertura_ratio'])} del PIM está vinculado a alguna AER.",
        f"Son {short_amount(row['pim_vinculado_soles'])} de {short_amount(row['pim_soles'])}; el resto no se puede atribuir a ningún objetivo."
        + (f" Sin contar {CENTRAL}, el {percent(rest['cobertura_ratio'])}." if rest else ""),
    )


def _grew(ratio: float) -> str:
    return f"creció un {percent(ratio)}" if ratio >= 0 else f"bajó un {percent(-ratio)}"


def _some(words: Iterable[str], count: int) -> str:
    """The first words, and how many more there are."""
    shown = [word for word, _ in zip(words, range(_NAMED), strict=False)]
    return enumerate_words(shown) if count <= _NAMED else f"{', '.join(shown)} y {count - _NAMED} más"


def _bands(found: Monitoring) -> Any:
    return found.analysis.inputs.spec.semaforo
