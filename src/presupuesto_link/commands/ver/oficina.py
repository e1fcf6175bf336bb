"""`oficina`: what the commands work with here, and who decided it."""

from __future__ import annotations

from pathlib import Path

import typer

from presupuesto_link.commands.asking.here import here, settled
from presupuesto_link.commands.asking.options import JsonOption
from presupuesto_link.commands.saying.printing import Column, code, print_json, print_table
from presupuesto_link.office import SETTINGS


def oficina(como_json: JsonOption = False) -> None:
    """Muestra cada ajuste con que trabajan las órdenes en esta carpeta, y de dónde sale: entorno, carpeta o por defecto.

    Ejemplo: presupuesto-link ver oficina
    """
    office = here()
    decided = settled(office)
    rows = []
    for setting in SETTINGS:
        value, origin = decided.get(setting.key, (setting.default, "por defecto"))
        shown = [_shown(one, office.folder if office else None) for one in (value if isinstance(value, list) else [value])]
        rows.append((setting.key, setting.what, ", ".join(shown), origin))
    if como_json:
        print_json(
            archivo=str(office.path) if office else None,
            ajustes=[{"ajuste": key, "que_es": what, "valor": value, "de": origin} for key, what, value, origin in rows],
        )
        return
    typer.echo(
        f"Oficina: {office.path}"
        if office
        else "No hay oficina.toml aquí ni arriba: valen los ajustes por defecto. Créela con «presupuesto-link nuevo CARPETA»."
    )
    if office and office.outer:
        typer.echo(f"Atención: está dentro de otra oficina ({office.outer}), que no cuenta.")
    print_table(
        "Ajustes (una opción de la orden vale más que el entorno; el entorno, más que la carpeta)",
        [code("Ajuste"), Column("Qué es", least=24), Column("Valor", least=24), Column("De dónde sale", least=18)],
        rows,
    )


def _shown(value: object, folder: Path | None) -> str:
    """A path as it is from the office's folder."""
    if isinstance(value, Path) and folder and value.is_relative_to(folder):
        return value.relative_to(folder).as_posix()
    return str(value)
