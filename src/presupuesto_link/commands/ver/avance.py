"""`avance`: advance of indicators, actions and objectives."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from presupuesto_link.commands.asking.cuts import CsvOption
from presupuesto_link.commands.asking.options import AnalysisOption, JsonOption, PlanOption, PolicyOption, ProfileOption, open_analysis
from presupuesto_link.commands.saying.printing import Column, code, number, print_csv, print_json, print_table, records
from presupuesto_link.errors import AskedError, Problem
from presupuesto_link.presentation.telling.words import rule_title
from presupuesto_link.presentation.theme import band_name
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS
from presupuesto_link.wording import percent, plain_number

if TYPE_CHECKING:
    import polars as pl


class Level(StrEnum):
    """What to show the advance of."""

    objetivo = "objetivo"
    accion = "accion"
    indicador = "indicador"


def avance(
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    por: Annotated[Level, typer.Option("--por", help="objetivo, accion o indicador", metavar="NIVEL")] = Level.objetivo,
    anio: Annotated[int | None, typer.Option("--anio", help="Sólo este año", metavar="AAAA")] = None,
    perfil: ProfileOption = None,
    nd: PolicyOption = None,
    plan: PlanOption = None,
    en_csv: CsvOption = False,
    como_json: JsonOption = False,
) -> None:
    """Muestra el avance de los objetivos, las acciones o los indicadores, con la regla que dio cada cifra.

    Ejemplo: presupuesto-link ver avance --por accion --anio 2024 --perfil informe_2024 --nd cero
    """
    import polars as pl

    from presupuesto_link.evaluation.evaluate import evaluate

    result = evaluate(open_analysis(analisis, None, plan, perfil, nd))
    spec = result.inputs.spec.avance
    levels = result.inputs.plan.niveles
    level = levels.objetivo if por is Level.objetivo else levels.accion
    by_year = pl.lit(True) if anio is None else pl.col("anio") == anio
    if por is Level.indicador:
        frame = result.indicators.filter((pl.col("perfil") == spec.perfil) & by_year)
    else:
        frame = result.elements.filter(
            (pl.col("perfil") == spec.perfil) & (pl.col("politica_nd") == spec.politica_nd) & (pl.col("nivel") == level) & by_year
        )
    _must_have_rows(frame, anio, result.elements)
    if en_csv:
        print_csv(frame)
    elif como_json:
        print_json(perfil=spec.perfil, politica_nd=spec.politica_nd, filas=records(frame))
    elif por is Level.indicador:
        _print_indicators(frame, spec.perfil)
    else:
        _print_elements(frame, f"Avance por {level} · perfil {spec.perfil} · ND: {spec.politica_nd}")


def _must_have_rows(frame: pl.DataFrame, year: int | None, elements: pl.DataFrame) -> None:
    if frame.is_empty():
        known = ", ".join(str(y) for y in elements["anio"].unique().sort())
        raise AskedError(Problem("opción --anio", f"no hay avance de {year}", f"uno de {known}", "elija otro año"))


def _print_elements(frame: pl.DataFrame, title: str) -> None:
    rows = [
        (
            str(r["anio"]),
            r["elemento"],
            percent(r["avance_ratio"], 2),
            band_name(r["color"]),
            f"{r['con_dato']}/{r['indicadores']}",
            "sí" if r["color_depende_nd"] else "no",
        )
        for r in frame.iter_rows(named=True)
    ]
    headings = [code("Año"), code("Elemento"), number("Avance"), code("Color"), number("Con dato")]
    print_table(title, [*headings, Column("¿Depende del ND?")], rows)


def _print_indicators(frame: pl.DataFrame, profile: str) -> None:
    headings = [code("Año", spare=True), code("Indicador"), Column("Sentido", least=11, spare=True), number("Meta")]
    headings += [number("Obtenido"), number("Tipo I"), number("Tipo II", spare=True)]
    print_table(
        f"Avance por indicador · perfil {profile}",
        [*headings, Column("Regla o motivo"), code("Color")],
        [_indicator_row(r) for r in frame.iter_rows(named=True)],
    )


def _indicator_row(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        str(row["anio"]),
        row["indicador"],
        row["sentido"],
        plain_number(row["meta"]),
        plain_number(row["obtenido"]),
        percent(row["tipo1_ratio"], 2),
        percent(row["tipo2_ratio"], 2),
        rule_title(row["regla"]) if row["regla"] else row["tipo1_motivo"] or "",
        band_name(row["color"]),
    )
