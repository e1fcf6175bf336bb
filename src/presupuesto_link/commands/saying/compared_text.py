"""Several scenarios on the same budget, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from presupuesto_link.commands.saying.printing import code, name, number, print_table, records
from presupuesto_link.presentation.telling.words import signed_soles
from presupuesto_link.wording import short_name, soles

if TYPE_CHECKING:
    from presupuesto_link.scenarios.compare import Scenario
    from presupuesto_link.tables.levels import Levels

_LEAST = 2


def compared_as_json(solved: Sequence[Scenario]) -> dict[str, Any]:
    """The comparison of two scenarios or more; nothing of one."""
    from presupuesto_link.scenarios.side_by_side import changes, shared, summarise

    if len(solved) < _LEAST:
        return {}
    return {"resumen": records(summarise(solved)), "cambios": records(changes(solved)), "transferencias": records(shared(solved))}


def print_compared(solved: Sequence[Scenario], levels: Levels) -> None:
    """The scenarios with the same measures, and what each does to the PIM of each action."""
    from presupuesto_link.scenarios.side_by_side import changes, summarise

    if not solved:
        return
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
