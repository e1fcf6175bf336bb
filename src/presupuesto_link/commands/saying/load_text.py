"""What a load found, in words or for another program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from presupuesto_link.commands.saying.printing import Column, number, print_table
from presupuesto_link.errors import PresupuestoLinkError
from presupuesto_link.findings import worst_first
from presupuesto_link.wording import amount, enumerate_words, period_words

if TYPE_CHECKING:
    from presupuesto_link.store.load_report import LoadReport
    from presupuesto_link.store.store import Store

_ALWAYS = ("pia_soles", "pim_soles", "devengado_soles")
_SOURCE = {"miembro": "archivo del zip:", "hoja": "hoja:", "numeros": "decimales con"}
_TITLES = {"pia_soles": "PIA", "pim_soles": "PIM"}


def print_closing(reports: Sequence[LoadReport], refused: Sequence[tuple[Path, PresupuestoLinkError]]) -> None:
    """How many went well, each with what it is."""
    typer.echo(f"{len(reports)} de {len(reports) + len(refused)} bien")
    for report in reports:
        snapshot, manifest = report.snapshot, report.snapshot.manifest
        years = ", ".join(map(str, snapshot.years))
        what = " · ".join(filter(None, (manifest["fuente"]["forma"], years, page_words(manifest), f"corte {snapshot.cut_off}")))
        typer.echo(f"  {report.path.name}: {what} → {snapshot.id}")
    for path, error in refused:
        typer.echo(f"  {path.name}: no se cargó; {briefly(error)}")


def briefly(error: PresupuestoLinkError) -> str:
    """What was found, without the rest."""
    return error.problems[0].found.partition(";")[0]


def print_report(report: LoadReport, there: Store | None = None) -> None:
    """The closing summary of one load.

    Args:
        report: what the load did.
        there: the store where it would be kept, when it is only tried.
    """
    snapshot, manifest = report.snapshot, report.snapshot.manifest
    rows, source = manifest["filas"], manifest["fuente"]
    state = "guardada" if report.is_new else "ya estaba en el almacén; no se escribió nada" if report.kept else "no se guardó"
    if there is not None and report.kept:
        state = "ya está en el almacén" if there.find(snapshot.id) else "se guardaría"
    typer.echo(f"{report.path.name}: instantánea {snapshot.id} ({state})")
    typer.echo(
        f"  Forma: {source['forma']} · codificación {source['codificacion']} · corte {snapshot.cut_off} ({manifest['fecha_corte_de']})"
        + (f" · año {source['anio']} ({source['anio_de']})" if "anio_de" in source else "")
        + "".join(f" · {word} {source[key]}" for key, word in _SOURCE.items() if source.get(key))
    )
    if about := page_words(manifest):
        typer.echo(f"  Consulta: {about}")
    typer.echo(
        f"  Registros leídos: {rows['registros_leidos']:,} · filas guardadas: {rows['guardadas']:,} · rechazadas: {rows['rechazadas']:,}"
        + (f" · de total, que no se suman: {rows['de_total']:,}" if rows.get("de_total") else "")
        + (f" → {report.rejected}" if report.rejected else "")
    )
    print_totals([(str(year), totals) for year, totals in snapshot.totals.items()])
    months = [f"{year}: {month}" for year, month in manifest["ultimo_mes_con_devengado"].items()]
    typer.echo(f"  Último mes con devengado: {enumerate_words(months) or 'no se sabe (el extracto no da meses)'}")
    _print_findings(report)
    _print_quality(manifest)
    for sentence in report.unchecked:
        typer.echo(f"  No se comprobó: {sentence}.")
    typer.echo("")


def page_words(manifest: Mapping[str, Any]) -> str:
    """What a page of the Consulta Amigable says of itself, in a line; empty of anything else."""
    if "periodo" not in manifest:
        return ""
    period, path = manifest["periodo"], [f"{step['titulo']} {step['codigo']}" for step in manifest["ambito"]]
    when = (
        period_words(period["tipo"], period.get("numero", 0))
        or f"el año{' por ' + ('meses' if by == 'mes' else 'trimestres') if (by := period.get('por')) else ''}"
    )
    return " · ".join(filter(None, (" › ".join(path), f"periodo: {when}", manifest["incluye"])))


def print_totals(rows: list[tuple[str, Any]]) -> None:
    """Soles per measure, one line per snapshot or year."""
    from presupuesto_link.store.store import MEASURES

    titles = [_TITLES.get(m, m.removesuffix("_soles").replace("_", "\n").capitalize()) for m in MEASURES]
    columns = [Column(""), *(number(title, spare=m not in _ALWAYS) for title, m in zip(titles, MEASURES, strict=True))]
    print_table("Soles por medida", columns, [(name, *(amount(totals[m], 2) for m in MEASURES)) for name, totals in rows])


def as_json(report: LoadReport) -> dict[str, Any]:
    """A load for another program."""
    from presupuesto_link.store.snapshot import PAGE_KEYS

    manifest = report.snapshot.manifest
    kept = ("fuente", "fecha_corte", "fecha_corte_de", "filtros", "filas", "totales", "ultimo_mes_con_devengado")
    page = {key: manifest[key] for key in PAGE_KEYS if key in manifest}
    return {
        "archivo": report.path.name,
        "instantanea": report.snapshot.id,
        "nueva": report.is_new,
        **{key: manifest[key] for key in kept},
        **page,
        **{key: manifest[key] for key in ("calidad", "limites", "aceptado")},
        "hallazgos": [finding.as_row() | {"efecto": finding.kind.effect} for finding in report.findings],
        "no_comprobado": list(report.unchecked),
        "rechazadas": str(report.rejected) if report.rejected else None,
    }


def _print_findings(report: LoadReport) -> None:
    if not report.findings:
        typer.echo("  Hallazgos: ninguno.")
        return
    for finding in worst_first(report.findings):
        typer.echo(
            f"  {finding.code} ({finding.kind.severity}) {finding.kind.title}: {finding.place}, {finding.found}. {finding.explanation}."
        )


def _print_quality(manifest: Mapping[str, Any]) -> None:
    from presupuesto_link.store.quality import quality_words

    typer.echo(f"  Calidad: {quality_words(manifest)}")
    for limit in manifest["limites"]:
        typer.echo(f"  - {limit}")
