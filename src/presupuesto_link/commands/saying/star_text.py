"""What the star says when it is written: totals that can be checked against the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from presupuesto_link.wording import plural, soles

if TYPE_CHECKING:
    from presupuesto_link.presentation.star.star_files import Export, Written


def print_star(export: Export, folder: Path, files: list[str], written: Written) -> None:
    """What was written, with totals that can be checked against the store."""
    from presupuesto_link.linkage.findings import summary, unsigned

    linkage = export.linkage
    totals, rows = written.soles["hechos"], written.rows
    typer.echo(f"Instantánea {linkage.snapshot.id} · corte {linkage.snapshot.cut_off} · {linkage.scope}")
    typer.echo(f"{linkage.rules.source or 'sin archivo de reglas'}: {summary(linkage.rules, linkage.with_suggested)}.")
    if said := unsigned(linkage.rules, linkage.with_suggested, linkage.coverage.firmas):
        typer.echo(said)
    if linkage.with_suggested and linkage.rules.suggested:
        typer.echo("Atención: estas cifras cuentan reglas sugeridas que nadie ha firmado.")
    typer.echo(
        f"Hechos: {plural(rows['hechos'], 'fila', 'filas')}; PIM {soles(totals['pim_soles'], 2)}, "
        f"devengado {soles(totals['devengado_soles'], 2)}. "
        f"Transversales, aparte y sin sumar: {plural(rows['hechos_transversales'], 'fila', 'filas')}."
    )
    if linkage.findings:
        found = plural(len(linkage.findings), "hallazgo", "hallazgos")
        typer.echo(f"{found} sobre las reglas: véalos con «ver vinculo».")
    typer.echo(f"{len(files)} archivos en {folder}. Empiece por {folder / 'estrella' / 'LEAME.txt'}")
