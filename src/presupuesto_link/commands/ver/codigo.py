"""`codigo`: everything that is known of a code of the plan or of the spending."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any

import typer

from presupuesto_link.commands.asking.cuts import CsvOption, FirstOption
from presupuesto_link.commands.asking.groups import Measure, Money, grouped
from presupuesto_link.commands.asking.options import AnalysisOption, JsonOption
from presupuesto_link.commands.saying.printing import Column, code, name, number, print_csv, print_json, print_table, records
from presupuesto_link.errors import AskedError, InputDataError, Problem
from presupuesto_link.presentation.theme import band_name
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS
from presupuesto_link.wording import NO_DATA, amount, percent, plain_number, short_name

if TYPE_CHECKING:
    import polars as pl

    from presupuesto_link.lookup import Known

_SHOWN = 8
_LONG = 48
_TEXT = 16  # the length of the code of an indicator, which a text may hold
_BANDS = ("color", "color_devengado", "color_ejecucion", "banda_resultado")


@grouped
def codigo(
    codigo: Annotated[
        list[str], typer.Argument(help="Código del plan o del gasto; con su clase si hace falta (rubro 18)", metavar="[CLASE] CÓDIGO")
    ],
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    *,
    medida: Measure,
    dinero: Money,
    abrir: Annotated[bool, typer.Option("--abrir", help="Abre su ficha en el tablero de la última salida")] = False,
    primeras: FirstOption = _SHOWN,
    en_csv: CsvOption = False,
    como_json: JsonOption = False,
) -> None:
    """Reúne lo que se sabe de un código: dinero con su fuente y su día, resultado, retraso, reglas, hallazgos y qué puede ceder o recibir.

    Ejemplo: presupuesto-link ver AER.01.03
    """
    from presupuesto_link.lookup import look_up

    asked = _asked(codigo)
    found = look_up(dinero.evaluated(dinero.open(analisis, medida)), asked)
    if abrir:
        _open(found[0].codigo)
    if como_json:
        print_json(respuestas=[_as_json(one) for one in found])
        return
    if en_csv:
        print_csv(next(iter(found[0].cuadros.values())))
        return
    if len(found) > 1:
        typer.echo(f"«{asked}» es {' y '.join(one.clase for one in found)}: para ver sólo una, {found[0].clase.split()[0]} {asked}\n")
    for one in found:
        _print(one, primeras or _SHOWN)


def _asked(words: Sequence[str]) -> str:
    """What is asked for, as `look_up` takes it: `rubro 00` is `rubro:00`.

    Raises:
        AskedError: nothing is asked for, or it is no code and looks like a topic.
    """
    from presupuesto_link.commands.ver import CODE, TOPICS

    *named, code = " ".join(words).replace(":", " : ").split() or [""]
    kind = " ".join(word for word in named if word != ":")
    topics = [topic for topic in TOPICS if topic != CODE]
    near = [] if re.search(r"\d", code) else get_close_matches(" ".join([*named, code]).lower(), topics, 1)
    if not code or near:
        wanted = f"¿«{near[0]}»? Los temas son" if near else "un código, o un tema:"
        raise AskedError(
            Problem(
                f"ver {' '.join(words)}".strip(),
                "no es un tema ni un código",
                f"{wanted} {', '.join(topics)}",
                "véalos con «presupuesto-link ver»",
            )
        )
    return f"{kind}:{code}" if kind else code


def _open(wanted: str) -> None:
    """The card of a code in the board of the folder of results."""
    import webbrowser
    from pathlib import Path

    from presupuesto_link.commands.asking.here import here, settled

    board = Path(settled(here()).get("salida", ("salida", ""))[0]) / "index.html"
    if not board.is_file():
        raise InputDataError(Problem(str(board), "no hay tablero", "el de un análisis", "escríbalo con «presupuesto-link analizar»"))
    webbrowser.open(f"{board.resolve().as_uri()}#{wanted}")


def _as_json(one: Known) -> dict[str, Any]:
    return {
        "codigo": one.codigo,
        "clase": one.clase,
        "nombre": one.nombre,
        "dicho": list(one.dicho),
        "cuadros": {k: records(v) for k, v in one.cuadros.items()},
    }


def _print(one: Known, shown: int) -> None:
    title = one.codigo if one.codigo.startswith(one.clase) else f"{one.clase[:1].upper()}{one.clase[1:]} {one.codigo}"
    typer.echo(f"{title}{f': {one.nombre}' if one.nombre else ''}")
    for sentence in one.dicho:
        typer.echo(f"  {sentence}")
    typer.echo("")
    for title, table in one.cuadros.items():
        many = f" ({shown} de {table.height})" if table.height > shown else ""
        print_table(
            f"{title}{many}",
            [_column(name, kind) for name, kind in table.schema.items()],
            [_row(r) for r in table.head(shown).iter_rows(named=True)],
        )


def _column(column: str, kind: pl.DataType) -> Column:
    title = _TITLES.get(column, column.removesuffix("_soles").removesuffix("_ratio").replace("_", " ").capitalize())
    if kind.is_numeric():
        return number(title, spare=column in _SPARE)
    if column == "nombre":
        return name(title)
    return Column(title, least=_TEXT, spare=column in _SPARE) if column in _TEXTS else code(title, spare=column in _SPARE)


def _row(row: dict[str, Any]) -> list[str]:
    return [_cell(column, value) for column, value in row.items()]


def _cell(column: str, value: Any) -> str:
    if value is None:
        return "" if column.endswith(("motivo", "nombre", "regla", "correccion")) else NO_DATA
    by_name: tuple[tuple[bool, Callable[[Any], str]], ...] = (
        (column.endswith("_soles"), lambda amount_: amount(amount_, 2)),
        (column.endswith("_ratio"), percent),
        (column in _BANDS, band_name),
        (hasattr(value, "strftime"), lambda day: f"{day:%d/%m/%Y}"),
        (isinstance(value, bool), lambda yes: "sí" if yes else "no"),
        (isinstance(value, float), plain_number),
        (column in _TEXTS, _shortened),
    )
    return next((write for holds, write in by_name if holds), str)(value)


def _shortened(text: str) -> str:
    """The beginning of a text, which does not end in a figure: it would seem cut."""
    return re.sub(r"(?: [\d.,−]+)+…$", "…", short_name(text, _LONG))


_TITLES = {
    "accion": "Acción",
    "anio": "Año",
    "pia_soles": "PIA",
    "pim_soles": "PIM",
    "devengado_esperado_soles": "Esperado",
    "falta_soles": "Falta",
    "sec_ejec": "Ejecutora",
    "sec_func": "Meta",
    "ejecucion_medida": "Ejecución es",
    "fuente_dinero": "De qué fuente",
    "ambito": "De quién",
    "al": "Al",
    "devengado_ratio": "De lo esperado",
    "devengado_al_ritmo_soles": "Devengado al ritmo",
    "ritmo_al": "Ritmo al",
    "tipo1_ratio": "Avance",
    "tipo1_motivo": "Por qué no",
    "nd_motivo": "Por qué ND",
    "banda_resultado": "Resultado",
    "color_ejecucion": "Color",
    "color_devengado": "Color",
    "diagnostico": "Diagnóstico",
    "avance_ratio": "Avance",
    "ejecucion_ratio": "Ejecución",
    "linea_base": "Línea base",
    "vinculo": "Vínculo",
    "codigo": "Código",
    "explicacion": "Explicación",
    "titulo": "Qué revisar",
    "color_depende_nd": "¿Depende del ND?",
}
_TEXTS = {
    "nombre",
    "fuente_dinero",
    "ambito",
    "ejecucion_medida",
    "motivo",
    "tipo1_motivo",
    "nd_motivo",
    "atrapa",
    "evidencia",
    "remedio",
    "titulo",
    "lugar",
    "encontrado",
    "esperado",
    "explicacion",
    "curva",
    "autor",
    "correccion",
    "decide",
    "diagnostico",
}
_SPARE = {
    "devengado_soles",
    "banda_resultado",
    "certificado_soles",
    "pia_soles",
    "devengado_al_ritmo_soles",
    "ritmo_al",
    "color_ejecucion",
    "ejecucion_medida",
    "ambito",
    "al",
    "color_depende_nd",
    "con_dato",
    "sentido",
    "indicadores",
    "linea_base",
    "tipo1_motivo",
    "nd_motivo",
    "autor",
    "impreso",
    "correccion",
    "curva",
    "remedio",
    "explicacion",
}
