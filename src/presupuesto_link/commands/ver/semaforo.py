"""`semaforo`: the quarterly traffic light of the budget: what is on time, what is not, what changed and how much money is behind."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from presupuesto_link.commands.asking.cuts import (
    BeforeOption,
    CalendarOption,
    CsvOption,
    FirstOption,
    FolderOption,
    HistoryOption,
    MetasOption,
    PoiOption,
    calendars,
    cut_of,
)
from presupuesto_link.commands.asking.groups import Ruled, Seen, grouped
from presupuesto_link.commands.asking.options import JsonOption
from presupuesto_link.commands.saying.printing import Column, code, name, number, print_csv, print_json, print_table, progress, records
from presupuesto_link.presentation.telling.words import DAGGER, banded
from presupuesto_link.presentation.theme import band_name
from presupuesto_link.wording import amount, percent, short_name, soles

if TYPE_CHECKING:
    from presupuesto_link.quarter.light import Monitoring

_SHOWN = 15
_CURVES = {"calendario": "cal.", "estacionalidad": "est.", "lineal": "lin."}
_STEPS = {"pia": "PIA", "pim": "PIM", "devengado": "devengado"}


class Level(StrEnum):
    """What a row of the light is."""

    objetivo = "objetivo"
    accion = "accion"
    ejecutora = "ejecutora"
    fuente = "fuente"
    programa = "programa"


@grouped
def semaforo(
    *,
    visto: Seen,
    por: Annotated[
        Level, typer.Option("--por", help="Qué se mide: objetivo, accion, ejecutora, fuente o programa", case_sensitive=False)
    ] = Level.accion,
    anterior: BeforeOption = None,
    historia: HistoryOption = None,
    calendario: CalendarOption = None,
    poi: PoiOption = None,
    metas_aoi: MetasOption = None,
    vinculo: Ruled,
    primeras: FirstOption = _SHOWN,
    salida: FolderOption = None,
    en_csv: CsvOption = False,
    como_json: JsonOption = False,
) -> None:
    """Semáforo trimestral del presupuesto: lo devengado, comprometido y certificado contra lo esperado a la fecha.

    Ejemplo: presupuesto-link ver semaforo --por ejecutora
    """
    import polars as pl

    from presupuesto_link.evaluation.evaluate import evaluate
    from presupuesto_link.quarter.light import monitor

    inputs = vinculo.open()
    programmes, doubts = calendars(inputs, calendario, poi or (), metas_aoi)
    with progress():
        result = monitor(evaluate(inputs, cut_of(inputs, vinculo.asked(visto, historia, anterior), programmes)))
    if salida:
        from presupuesto_link.presentation.folders.monitoring_folder import monitoring_results
        from presupuesto_link.presentation.folders.results import write_results

        write_results(monitoring_results(result), salida)
    if en_csv:
        print_csv(result.light.filter(pl.col("nivel") == result.levels.named(por.value)))
        return
    if como_json:
        print_json(**as_json(result), observaciones=[*doubts, *result.notices])
        return
    print_monitoring(result, result.levels.named(por.value), primeras or _SHOWN)
    for doubt in (*doubts, *result.notices):
        typer.echo(doubt)
    if salida:
        typer.echo(f"Tablas y figuras: {salida}")


def about(result: Monitoring) -> dict[str, Any]:
    """Where the light comes from and against what it is measured."""
    from presupuesto_link.presentation.telling.monitoring_words import MONITORING, curve_words

    followed = result.followed
    return {
        "instantanea": followed.linkage.snapshot.id,
        "sintetico": followed.synthetic,
        "ambito": followed.linkage.scope,
        "anio": followed.year,
        "mes": followed.month,
        "corte": followed.cut_off,
        "mes_al": followed.month_end,
        "historia": {str(y): s for y, s in followed.history.items() if y < followed.year},
        "curva": curve_words(result),
        "corte_anterior": result.previous_told,
        "anio_resultado": result.result_year,
        "advertencia": MONITORING,
    }


def as_json(result: Monitoring) -> dict[str, Any]:
    """Every table."""
    from presupuesto_link.presentation.telling.quarter_tables import monitoring_tables

    return (
        about(result) | {title: records(frame) for title, frame in monitoring_tables(result).items()} | {"hechos": result.facts.records()}
    )


def print_monitoring(result: Monitoring, level: str, shown: int) -> None:
    """Print the light, its alerts, its alignment with the results and how far the budget moved."""
    facts = about(result)
    followed = result.followed
    if followed.synthetic:
        typer.echo("DATOS SINTÉTICOS: ninguna cifra es del SIAF.")
    closed = "" if followed.cut_off == followed.month_end else f" (instantánea del {followed.cut_off:%d/%m/%Y})"
    typer.echo(f"Semáforo de {followed.year} al {followed.month_end:%d/%m/%Y}, último mes cerrado{closed}: {followed.linkage.scope}")
    typer.echo(f"  Lo esperado: {facts['curva']}. Apunta a ejecutar todo el PIM en diciembre.")
    typer.echo(f"  Corte anterior: {result.previous_told or 'ninguno'}.")
    typer.echo("  Curva de cada fila: cal., calendario; est., estacionalidad propia; lin., doceavos iguales.")
    typer.echo("")
    _print_light(result, level)
    _print_alerts(result, level, shown)
    _print_alignment(result)
    _print_budget(result)
    typer.echo(facts["advertencia"])


def _print_light(result: Monitoring, level: str) -> None:
    import polars as pl

    from presupuesto_link.money.by_action import TRANSVERSAL
    from presupuesto_link.money.on_time import WHOLE, has_money, named_units

    rows = result.light.filter((pl.col("nivel") == level) & (pl.col("mes") == result.followed.month))
    if rows.is_empty():
        typer.echo(f"La fuente no trae {level}: no hay semáforo por {level}.\n")
        return
    money = rows.filter(has_money())
    whole = result.light.filter((pl.col("nivel") == "total") & (pl.col("mes") == result.followed.month))
    called = names_of(result, level) | {WHOLE: "todo el gasto, sin lo transversal"}
    bands = result.analysis.inputs.spec.semaforo
    cells = [
        (
            marked(r),
            short_name(called.get(r["unidad"], "")),
            amount(r["pim_soles"]),
            banded(r["devengado_ratio"], bands),
            band_name(r["color_devengado"]) + (" ▲" if r["adelanto"] else ""),
            _brief(r["curva"]),
            amount(r["devengado_soles"]),
            *(band_name(r[f"color_{stage}"]) for stage in ("compromiso", "certificado")),
        )
        for r in pl.concat([money, whole]).iter_rows(named=True)
    ]
    print_table(
        f"Por {level}, en soles ({named_units(money, result.levels)} con dinero de {named_units(rows, result.levels)}). ▲: adelanto por revisar",
        [
            code(level),
            name(),
            number("PIM"),
            number("De lo\nesperado"),
            code("Deven-\ngado"),
            code("Curva"),
            number("Devengado\nen soles", spare=True),
            code("Compro-\nmiso", spare=True),
            code("Certifi-\ncado", spare=True),
        ],
        cells,
    )
    if (money["vinculo"] == TRANSVERSAL).any():
        typer.echo(f"{DAGGER} {result.levels.accion} transversal: su dinero se mide aparte y no se suma en el total.\n")


def marked(row: dict[str, Any]) -> str:
    """The code of a unit, with a mark when its money is not added up."""
    from presupuesto_link.money.by_action import TRANSVERSAL

    return f"{row['unidad']}{DAGGER if row['vinculo'] == TRANSVERSAL else ''}"


def _brief(curve: str) -> str:
    """The curves with their first letters; a note says which they are."""
    for word, letters in _CURVES.items():
        curve = curve.replace(word, letters)
    return curve


def _print_alerts(result: Monitoring, level: str, shown: int) -> None:
    import polars as pl

    alerts = result.alerts.filter(pl.col("nivel") == level)
    cells = [
        (
            marked(r),
            r["alerta"],
            r["cambio"],
            soles(r["soles_en_riesgo"]),
            str(r["dias_en_rojo"]),
            band_name(r["color_resultado"]) if r["color_resultado"] else "—",
        )
        for r in alerts.head(shown).iter_rows(named=True)
    ]
    print_table(
        f"Alertas ({min(shown, alerts.height)} de {alerts.height}): soles que faltan para lo esperado",
        [
            code(level),
            Column("Alerta"),
            Column("Cambio"),
            number("Soles en\nriesgo"),
            number("Días en\nrojo"),
            code(f"Resultado\n{result.result_year}"),
        ],
        cells,
    )


def _print_alignment(result: Monitoring) -> None:
    from presupuesto_link.vocabulary import COLOURS

    count = {(r["banda_ejecucion"], r["banda_resultado"]): r["acciones"] for r in result.cells.iter_rows(named=True)}
    print_table(
        f"Alineamiento: {result.levels.accion} por dinero {result.followed.year} a tiempo (filas) y resultado {result.result_year} (columnas)",
        [code("Dinero"), *(number(band_name(colour)) for colour in COLOURS)],
        [(band_name(a), *(str(count[a, b]) for b in COLOURS)) for a in COLOURS],
    )


def _print_budget(result: Monitoring) -> None:
    """Composition, modifications and the end of the year, in sentences."""
    import polars as pl

    year = result.followed.year
    closed = result.rhythm.filter(pl.col("parte_diciembre_ratio").is_not_null())
    last = closed["anio"].max() if closed.height else 0
    steps = ((pl.col("anio") == year) & (pl.col("a") == "pim")) | (
        (pl.col("anio") == last) & (pl.col("de") == "pia") & (pl.col("a") == "devengado")
    )
    for row in result.composition.filter(steps & (pl.col("por") == result.levels.objetivo)).iter_rows(named=True):
        typer.echo(
            f"Composición {row['anio']} por {result.levels.objetivo}, {_STEPS[row['de']]} → {_STEPS[row['a']]}: varianza {percent(row['varianza_ratio'])} (PEFA PI-2, misma fórmula); el total cambió {percent(row['cambio_total_ratio'])}."
        )
    if result.modifications is not None:
        moved = result.modifications.row(0, named=True)
        typer.echo(
            f"Modificaciones desde el corte anterior: {moved['lineas_modificadas']} de {moved['lineas']} líneas; aumentos {soles(moved['aumentos_soles'])}, rebajas "
            f"{soles(moved['rebajas_soles'])}; tamaño {percent(moved['tamano_ratio'])} del PIM (PEFA PI-21.4, misma idea)."
        )
    if closed.height:
        shares = ", ".join(f"{r['anio']}: {percent(r['parte_diciembre_ratio'])}" for r in closed.iter_rows(named=True))
        typer.echo(f"Devengado de diciembre sobre el del año: {shares}.")


def names_of(result: Monitoring, level: str) -> dict[str, str]:
    """The names of the units of a level, as the plan or the source gives them."""
    import polars as pl

    from presupuesto_link.presentation.telling.quarter_tables import unit_names

    plan = result.analysis.inputs.plan
    named = unit_names(result.followed, result.levels, plan.acciones, plan.objetivos).filter(pl.col("nivel") == level)
    return dict(named.select("unidad", "nombre").iter_rows())
