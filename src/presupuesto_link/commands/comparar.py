"""`comparar`: several scenarios on the same budget, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.asking.groups import Proposals, grouped
from presupuesto_link.commands.asking.options import JsonOption
from presupuesto_link.commands.saying.printing import code, name, number, print_json, print_table, progress, records
from presupuesto_link.presentation.telling.words import signed_soles
from presupuesto_link.wording import short_name, soles

if TYPE_CHECKING:
    from presupuesto_link.tables.levels import Levels

_LEAST = 2


@grouped
def comparar(
    archivos: Annotated[
        list[str], typer.Argument(help="Dos o más escenarios: archivos TOML o nombres de los del análisis", metavar="ESCENARIO")
    ],
    *,
    sobre: Proposals,
    como_json: JsonOption = False,
) -> None:
    """Pone escenarios uno al lado del otro, con las mismas medidas.

    Ejemplo: presupuesto-link comparar recomendacion-2 empleo-e-inclusion agua-y-ambiente
    """
    if len(archivos) < _LEAST:
        raise typer.BadParameter("comparar pide al menos dos escenarios.")
    from presupuesto_link.scenarios.side_by_side import changes, shared, summarise

    inputs, specs, run = sobre.asked(archivos)
    if len({spec.id for spec in specs}) < len(specs):
        raise typer.BadParameter("dos escenarios tienen el mismo id: cambie uno de los dos.")
    with progress() as say:
        say("Resolviendo escenarios")
        solved = [run(spec) for spec in specs]
    if como_json:
        tables = {"resumen": summarise(solved), "cambios": changes(solved), "transferencias": shared(solved)}
        print_json(**{key: records(table) for key, table in tables.items()})
        return
    _print(solved, inputs.plan.niveles)


def _print(solved: list, levels: Levels) -> None:  # type: ignore[type-arg]
    from presupuesto_link.scenarios.side_by_side import changes, summarise

    for sentence in dict.fromkeys(scenario.advertencia for scenario in solved):
        typer.echo(sentence)
    print_table(
        "Escenarios, con las mismas medidas",
        [
            code("Escenario"),
            code("Busca"),
            number("Se mueve"),
            number("Ceden"),
            number("Reciben"),
            number("Mov."),
            number("Sin dato"),
            number("Prioridad por sol", spare=True),
        ],
        [
            (
                r["escenario"],
                r["objetivo_tipo"],
                soles(r["monto_soles"]),
                str(r["donantes"]),
                str(r["receptores"]),
                str(r["movimientos"]),
                str(r["sin_dato"]),
                f"{r['prioridad_por_sol']:.3f}" if r["prioridad_por_sol"] is not None else "ND",
            )
            for r in summarise(solved).iter_rows(named=True)
        ],
    )
    table = changes(solved)
    ids = [scenario.spec.id for scenario in solved]
    print_table(
        f"Cambio del PIM de cada {levels.accion}, en soles",
        [code(levels.accion), name(), *(number(one) for one in ids)],
        [
            (r["accion"], short_name(r["nombre"], 32), *(signed_soles(r[one]).replace("S/ ", "") if r[one] else "–" for one in ids))
            for r in table.iter_rows(named=True)
        ],
    )
    typer.echo(
        "Prioridad por sol: puntaje × parte que se absorbería, por sol movido. El objetivo propio de cada escenario no se compara con el de otro."
    )
