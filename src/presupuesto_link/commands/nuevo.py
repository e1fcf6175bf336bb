"""`nuevo`: an office's folder, with editable copies of everything it works with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from presupuesto_link.commands.asking.options import AnalysisOption, JsonOption
from presupuesto_link.commands.saying.printing import print_json
from presupuesto_link.sources.embedded import DEFAULT_ANALYSIS
from presupuesto_link.wording import shell_word


def nuevo(
    carpeta: Annotated[Path, typer.Argument(help="Carpeta nueva, o una vacía", metavar="CARPETA")],
    nombre: Annotated[
        str | None, typer.Option("--nombre", help="Quién la usa, por ejemplo «Gobierno Regional de Cajamarca»", metavar="TEXTO")
    ] = None,
    pliego: Annotated[
        str | None, typer.Option("--pliego", help="Pliego cuyo gasto se mira; sin él, el del análisis", metavar="CÓDIGO")
    ] = None,
    departamento: Annotated[
        str | None, typer.Option("--departamento-meta", help="Departamento donde recae el gasto; sin él, el del análisis", metavar="CÓDIGO")
    ] = None,
    firma: Annotated[str | None, typer.Option("--firma", help="Quién firmará las reglas del vínculo", metavar="TEXTO")] = None,
    analisis: AnalysisOption = DEFAULT_ANALYSIS,
    como_json: JsonOption = False,
) -> None:
    """Crea la carpeta de trabajo de una oficina: sus ajustes, su plan, sus reglas, sus escenarios y su almacén.

    Ejemplo: presupuesto-link nuevo mi-oficina --nombre "Gobierno Regional de Cajamarca" --pliego 445
    """
    from presupuesto_link.commands.asking.options import analysis_path
    from presupuesto_link.presentation.folders.new_office import Asked, check_new, write_office
    from presupuesto_link.specs import read_analysis

    check_new(carpeta)
    path = analysis_path(analisis)
    spec, chain = read_analysis(path)
    scope = spec.vinculo.ambito
    asks = sys.stdin.isatty() and sys.stderr.isatty() and not como_json
    asked = Asked(
        _answer(nombre, "¿Quién usa la carpeta?", f"Gobierno Regional de {scope.nombre}" if scope.nombre else "", asks),
        _code(_answer(pliego, "¿Qué pliego?", scope.pliego, asks), "--pliego", 3),
        _code(_answer(departamento, "¿Qué departamento?", scope.departamento_meta, asks), "--departamento-meta", 2),
        _answer(firma, "¿Quién firmará las reglas del vínculo? (puede quedar vacío)", "", asks),
    )
    written, outer = write_office(carpeta, path, spec, chain, asked)
    if como_json:
        print_json(carpeta=str(carpeta), archivos=written, dentro_de=str(outer) if outer else None)
        return
    typer.echo(f"Oficina lista en {carpeta}: {len(written)} archivos. Empiece por {carpeta / 'LEAME.md'}")
    if outer:
        typer.echo(f"Atención: está dentro de otra oficina ({outer}). Dentro de {carpeta} cuenta ésta.")
    typer.echo(
        f"Lo que sigue:\n  cd {shell_word(str(carpeta))}\n  presupuesto-link analizar ARCHIVO_DEL_SIAF\n  presupuesto-link ver oficina"
    )


def _answer(given: str | None, question: str, default: str, asks: bool) -> str:
    if given is not None:
        return given.strip()
    return str(typer.prompt(question, default=default, err=True)).strip() if asks else default


def _code(text: str, option: str, digits: int) -> str:
    if text and not (text.isascii() and text.isdigit() and len(text) <= digits):
        raise typer.BadParameter(f"{option}: «{text}» no es un código de {digits} cifras.")
    return text.zfill(digits) if text else ""
