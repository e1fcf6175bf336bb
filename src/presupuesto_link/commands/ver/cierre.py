"""`cierre`: what will be accrued in December, how sure that is, and what will be left free."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from presupuesto_link.commands.asking.cuts import CsvOption, FolderOption, HistoryOption, cut_of
from presupuesto_link.commands.asking.groups import Ruled, Seen, grouped
from presupuesto_link.commands.asking.options import JsonOption, old
from presupuesto_link.commands.saying.printing import Column, code, name, number, print_csv, print_json, print_table, progress, records
from presupuesto_link.wording import amount, enumerate_words, percent, short_name

if TYPE_CHECKING:
    from presupuesto_link.money.follow import Followed
    from presupuesto_link.quarter.closing import Closing
    from presupuesto_link.quarter.projection import Projection
    from presupuesto_link.tables.levels import Levels


class Level(StrEnum):
    """What a row of the projection is."""

    objetivo = "objetivo"
    accion = "accion"
    ejecutora = "ejecutora"


@grouped
def cierre(
    *,
    visto: Seen,
    por: Annotated[
        Level, typer.Option("--por", help="Qué se muestra: objetivo, accion o ejecutora (por genérica)", case_sensitive=False)
    ] = Level.accion,
    historia: HistoryOption = None,
    confianza: Annotated[
        float | None, old("--confianza", help="Confianza del intervalo, de 0.5 a 0.99; sin ella, la del análisis", min=0.5, max=0.99)
    ] = None,
    vinculo: Ruled,
    salida: FolderOption = None,
    en_csv: CsvOption = False,
    como_json: JsonOption = False,
) -> None:
    """Proyecta el devengado a diciembre y el saldo que quedaría libre, con su intervalo y los errores de cada método.

    Ejemplo: presupuesto-link ver cierre --por objetivo
    """
    from presupuesto_link.money.follow import follow
    from presupuesto_link.quarter.projection import project, with_confidence

    inputs = with_confidence(vinculo.open(), confianza)
    followed = follow(inputs, cut_of(inputs, vinculo.asked(visto, historia), ()))
    with progress() as say:
        say("Probando los métodos en los años anteriores")
        result = project(inputs, followed, por is Level.ejecutora)
    if salida:
        from presupuesto_link.presentation.folders.monitoring_folder import projection_results
        from presupuesto_link.presentation.folders.results import write_results

        write_results(projection_results(result), salida)
    if en_csv:
        print_csv((result.ejecutoras or result.acciones).unidades)
        return
    if como_json:
        print_json(**as_json(result), hechos=result.facts.records())
        return
    print_projection(result, por)
    if salida:
        typer.echo(f"Tablas y figuras: {salida}")


def as_json(result: Projection) -> dict[str, Any]:
    """Where the projection comes from, and every table."""
    from presupuesto_link.presentation.telling.quarter_tables import projection_tables

    followed = result.followed
    facts = {
        "instantanea": followed.linkage.snapshot.id,
        "sintetico": followed.synthetic,
        "ambito": followed.linkage.scope,
        "anio": followed.year,
        "mes": followed.month,
        "corte": followed.cut_off,
        "mes_al": followed.month_end,
        "firma": followed.signed,
        "historia": list(result.acciones.anios),
        "metodo": result.acciones.metodo,
        "motivo": result.acciones.motivo,
        "confianza": result.acciones.confianza,
    }
    return facts | {title: records(frame) for title, frame in projection_tables(result).items()}


def print_projection(result: Projection, level: Level) -> None:
    """Print the close, the method and its errors."""
    import polars as pl

    from presupuesto_link.money.on_time import has_money
    from presupuesto_link.vocabulary import MONTHS

    followed = result.followed
    by_unit = level is Level.ejecutora and result.ejecutoras is not None
    closing = result.ejecutoras if by_unit and result.ejecutoras is not None else result.acciones
    if followed.synthetic:
        typer.echo("DATOS SINTÉTICOS: ninguna cifra es del SIAF.")
    typer.echo(f"Proyección a diciembre de {followed.year} desde {MONTHS[followed.month - 1]}: {followed.linkage.scope}")
    years = ", ".join(map(str, closing.anios)) or "ninguno"
    typer.echo(f"  Método: {closing.metodo} ({closing.motivo}). Años completos y seguidos de historia: {years}.")
    if followed.signed:
        typer.echo(f"  {followed.signed}")
    typer.echo("")
    called = _names(result)
    shown = ["ejecutora y genérica", "ejecutora", "total"] if by_unit else [result.levels.named(level.value), "total"]
    rows = closing.unidades.filter(pl.col("nivel").is_in(shown) & has_money())
    cells = [
        (
            r["unidad"],
            short_name(called.get(r["unidad"], "")),
            amount(r["pim_soles"]),
            amount(r["devengado_soles"]),
            amount(r["proyectado_soles"]),
            percent(r["ejecucion_proyectada_ratio"]),
            amount(r["saldo_libre_soles"]),
            amount(r["saldo_libre_bajo_soles"]),
            amount(r["saldo_libre_alto_soles"]),
        )
        for r in rows.sort(pl.col("nivel") == "total", "nivel", "unidad").iter_rows(named=True)
    ]
    print_table(
        f"Cierre proyectado en soles, intervalo del {percent(closing.confianza, 0)}",
        [
            code("Unidad"),
            name(),
            number("PIM"),
            number("Proyectado"),
            number("Del\nPIM"),
            number("Libre,\nbajo"),
            number("Saldo\nlibre", spare=True),
            number("Deven-\ngado", spare=True),
            number("Libre,\nalto", spare=True),
        ],
        [(r[0], r[1], r[2], r[4], r[5], r[7], r[6], r[3], r[8]) for r in cells],
    )
    _print_errors(closing, followed.month)
    for text in (*_sources(closing, result.levels), *_beside(followed, by_unit)):
        typer.echo(text)


def _names(result: Projection) -> dict[str, str]:
    from presupuesto_link.presentation.telling.quarter_tables import unit_names

    named = unit_names(result.followed, result.levels, result.followed.linkage.coverage.acciones, result.objetivos)
    return dict(named.select("unidad", "nombre").iter_rows())


def _print_errors(closing: Closing, month: int) -> None:
    import polars as pl

    table = closing.prueba.errors.filter(pl.col("mes_origen") == month).sort("error_ratio")
    if table.is_empty():
        return
    print_table(
        f"Prueba de origen móvil desde el mes {month} (error: suma de errores absolutos sobre lo que faltaba devengar)",
        [Column("Método"), number("Pruebas"), number("Error"), number("Sesgo"), Column("")],
        [
            (r["metodo"], str(r["pruebas"]), percent(r["error_ratio"]), percent(r["sesgo_ratio"]), "elegido" if r["elegido"] else "")
            for r in table.iter_rows(named=True)
        ],
    )


def _beside(followed: Followed, by_unit: bool) -> list[str]:
    """What the table leaves out, and why its total may not be that of another level."""
    import polars as pl

    from presupuesto_link.linkage.rules import TRANSVERSAL

    now = followed.months.filter((pl.col("anio") == followed.year) & (pl.col("vinculo") == TRANSVERSAL))
    apart = now["accion"].unique().sort().to_list()
    said = [f"No se proyecta lo transversal ({enumerate_words(apart)}): se mide aparte y no se suma."] if apart else []
    if by_unit:
        said.append(
            "Es otra proyección que la de --por accion: tiene sus propias series, su método y su total, que no tienen por qué coincidir."
        )
    return said


def _sources(closing: Closing, levels: Levels) -> list[str]:
    """Where the intervals come from, and what the projection does not know."""
    said = "; ".join(f"{count} por {kind}" for kind, count in closing.intervalos.iter_rows())
    return [
        f"Intervalos: {said}. Los de los niveles superiores suman los extremos de sus partes: son prudentes.",
        "La proyección extiende lo visto: no sabe de transferencias, emergencias ni decisiones que aún no ocurren. El PIM es el del corte.",
    ]
