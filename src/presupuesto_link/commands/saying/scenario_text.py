"""How a scenario and its answers are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from presupuesto_link.commands.saying.printing import Column, code, name, number, print_table
from presupuesto_link.presentation.telling.words import signed_soles
from presupuesto_link.wording import percent, plural, short_name, soles

if TYPE_CHECKING:
    import polars as pl

    from presupuesto_link.presentation.folders.scenario_folder import Answers
    from presupuesto_link.scenarios.compare import Scenario
    from presupuesto_link.tables.levels import Levels

_SHOWN = 12


def print_scenario(scenario: Scenario, levels: Levels) -> None:
    """What it proposes, on what budget, what stops it and what the law asks."""
    typer.echo(f"\n{scenario.spec.titulo}\n{scenario.advertencia}")
    typer.echo(f"Base: {scenario.baseline.titulo}. Norma al {scenario.baseline.fecha:%d/%m/%Y}.")
    for sentence in scenario.book.avisos:
        typer.echo(f"Aviso: {sentence}")
    for sentence in scenario.cautelas:
        typer.echo(f"Cautela: {sentence}")
    moved = plural(scenario.movimientos.height, "movimiento", "movimientos")
    typer.echo(f"Se mueven {soles(scenario.monto_soles)} en {moved}; {plural(scenario.lineas, 'línea cambia', 'líneas cambian')}.")
    _print_side(scenario, "donante", "Donantes: antes y después, en soles", levels)
    _print_side(scenario, "receptor", "Receptores: antes y después, en soles", levels)
    typer.echo("* llega a su tope. Ejec.: ejecución antes del cambio.")
    _print_law(scenario)
    _print_limits(scenario)
    for row in scenario.excluidas.iter_rows(named=True):
        place = f" (puesto {row['puesto']})" if row["puesto"] is not None else ""
        verb = "No puede recibir" if row["puesto"] is not None else "Queda fuera"
        typer.echo(f"{verb} {row['accion']}{place}: {row['motivo']}.")
    for sentence in scenario.spec.no_modela:
        typer.echo(f"No modela: {sentence}")


def _print_limits(scenario: Scenario) -> None:
    from presupuesto_link.presentation.telling.selection import binding_limits

    rows = [(row["frase"], soles(row["usado_soles"])) for row in binding_limits(scenario).iter_rows(named=True)]
    if rows:
        print_table("Límites que frenan el escenario", [Column("Límite", least=30), number("Usado")], rows)
    else:
        typer.echo("Ningún límite frena el escenario.")


def _print_law(scenario: Scenario) -> None:
    """Verdicts of the movements, and the rules that speak of most of them."""
    from presupuesto_link.scenarios.proposal import speaking

    table = speaking(scenario)
    for verdict, count, amount in scenario.veredictos.iter_rows():
        typer.echo(f"{verdict}: {plural(count, 'movimiento', 'movimientos')}, {soles(amount)}.")
    rows = [
        (row["regla"], row["veredicto"], str(row["movimientos"]), row["faltan"] or row["requiere"] or "")
        for row in table.head(_SHOWN).iter_rows(named=True)
    ]
    print_table(
        "Lo que la norma dice de los movimientos",
        [code("Regla"), code("Veredicto"), number("Mov."), Column("Dato que falta o documento que pide", least=24)],
        rows,
    )
    if table.height > _SHOWN:
        typer.echo(f"Y {table.height - _SHOWN} reglas más: véalas con --salida o --json.")


def _print_side(scenario: Scenario, role: str, title: str, levels: Levels) -> None:
    """The actions that give, or those that receive; amounts without currency, which the title says."""
    import polars as pl

    side = scenario.acciones.filter(pl.col("papel") == role).sort("accion")
    headings = [code(levels.accion), name(), number("PIM antes"), number("Cambio"), number("PIM después")]
    print_table(
        title, [*headings, number("Ejec.", spare=True), number("Avance", spare=True)], [_side_row(r) for r in side.iter_rows(named=True)]
    )


def _side_row(row: dict[str, Any]) -> tuple[str, ...]:
    before, change, after = (
        text.replace("S/ ", "")
        for text in (soles(row["pim_antes_soles"]), signed_soles(row["cambio_soles"]), soles(row["pim_despues_soles"]))
    )
    return (
        row["accion"],
        short_name(row["nombre"], 40),
        before,
        change + (" *" if row["en_tope"] else "  "),
        after,
        percent(row["ejecucion_ratio"]),
        percent(row["avance_ratio"]),
    )


def print_answers(answers: Answers, unit: str) -> None:
    """What each rule and limit costs, how far the money goes, and what depends on assumptions."""
    from presupuesto_link.scenarios.questions import level_totals

    if answers.normas.height:
        print_table(
            f"Lo que cuesta cada norma, en {unit}: cuánto más se lograría sin ella. 0: frenan los topes antes que ella. Nadie puede quitarla",
            [code("Norma"), code("Veredicto"), number("Transferencias que sólo ella detiene"), number("Ganaría")],
            [(r["regla"], r["veredicto"], f"{r['transferencias']:,}", _plain(r["gana"])) for r in answers.normas.iter_rows(named=True)],
        )
    print_table(
        f"Lo que vale un sol más de cada tope alcanzado, en {unit}",
        [Column("Límite", least=30), number("Por sol")],
        [(r["frase"], _plain(r["por_sol"])) for r in answers.topes.iter_rows(named=True)],
    )
    print_table(
        f"Hasta dónde llega el dinero; se logra, en {unit}",
        [number("Monto movido"), number("Se logra"), number("Por sol más")],
        [(soles(r["monto_soles"]), _plain(r["valor"]), _plain(r["por_sol"])) for r in _some(answers.frontera).iter_rows(named=True)],
    )
    print_table(
        "Según el supuesto",
        [code("Nivel"), number("Se mueve"), number("Se absorbería")],
        [(level, soles(moved), soles(round(used))) for level, moved, used in level_totals(answers.supuestos).iter_rows()],
    )
    survival = answers.supervivencia
    print_table(
        f"Con otros pesos ({survival.corridas} corridas, semilla {survival.semilla}): en cuántas sigue cada transferencia",
        [code("Cede"), code("Recibe"), number("Corridas"), code("En la propuesta")],
        [
            (r["donante"], r["receptor"], percent(r["corridas_ratio"]), "sí" if r["en_propuesta"] else "no")
            for r in survival.transferencias.iter_rows(named=True)
        ],
    )


def _some(curve: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    every = max(1, curve.height // 6)
    return curve.filter((pl.int_range(pl.len()) % every == 0) | (pl.int_range(pl.len()) == pl.len() - 1))


def _plain(value: float | None) -> str:
    """A value of an objective: with decimals when it is small."""
    if value is None:
        return "ND"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value + 0.0:.3f}".replace("-0.000", "0.000")
