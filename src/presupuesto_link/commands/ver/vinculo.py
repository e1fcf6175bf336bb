"""`vinculo`: how much of the spending reaches the plan, by which rules, and what is left out and why."""

from __future__ import annotations

from typing import Annotated

import typer

from presupuesto_link.commands.asking.cuts import CsvOption, FirstOption
from presupuesto_link.commands.asking.groups import Linked, grouped
from presupuesto_link.commands.asking.options import JsonOption
from presupuesto_link.commands.saying.linkage_text import as_json, facts, print_breakdown, print_linkage
from presupuesto_link.commands.saying.printing import print_csv, print_json, records

_SHOWN = 15


@grouped
def vinculo(
    *,
    vinculado: Linked,
    por: Annotated[
        str | None,
        typer.Option(
            "--por", help="Cada acción según nivel, ejecutora, fuente, rubro, programa, departamento o provincia", metavar="DIMENSIÓN"
        ),
    ] = None,
    primeras: FirstOption = None,
    en_csv: CsvOption = False,
    como_json: JsonOption = False,
) -> None:
    """Muestra qué parte del gasto llega al plan, por qué reglas, y qué queda fuera y por qué.

    Ejemplo: presupuesto-link ver vinculo --por ejecutora
    """
    from presupuesto_link.linkage.coverage import BREAKDOWNS, breakdown

    if por is not None and por not in BREAKDOWNS:
        raise typer.BadParameter(f"--por: «{por}» no es uno de {', '.join(BREAKDOWNS)}.")
    inputs, linkage = vinculado.linked()
    table = breakdown(linkage.cube, inputs.plan.acciones, por) if por else linkage.coverage.acciones
    if en_csv:
        print_csv(table)
    elif como_json:
        print_json(**(facts(linkage) | {"por": por, "filas": records(table)} if por else as_json(linkage)))
    elif por:
        print_breakdown(linkage, table, por, primeras or _SHOWN, inputs.plan.niveles)
    else:
        print_linkage(linkage, primeras or _SHOWN, inputs.plan.niveles)
