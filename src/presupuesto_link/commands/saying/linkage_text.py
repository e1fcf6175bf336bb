"""How a link is told: on the screen and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from presupuesto_link.commands.saying.findings_text import print_findings
from presupuesto_link.commands.saying.printing import code, name, number, print_table, records
from presupuesto_link.wording import amount, enumerate_words, percent, short_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from presupuesto_link.findings import Finding
    from presupuesto_link.linkage.coverage import Coverage
    from presupuesto_link.linkage.explain import Explanation
    from presupuesto_link.linkage.snapshot import Linkage
    from presupuesto_link.tables.levels import Levels


def as_json(linkage: Linkage) -> dict[str, Any]:
    """A link for another program."""
    cover = linkage.coverage
    return {
        **facts(linkage),
        "tasas": records(cover.tasas),
        "resumen": records(cover.resumen),
        "acciones": records(cover.acciones),
        "reglas": records(cover.reglas),
        "firmas": records(cover.firmas),
        "dimensiones": {key: records(table) for key, table in cover.dimensiones.items()},
        "sin_vincular": records(cover.sin_vincular),
        "hallazgos": [finding.as_row() for finding in linkage.findings],
    }


def facts(linkage: Linkage) -> dict[str, Any]:
    """What a link is of."""
    return {
        "instantanea": linkage.snapshot.id,
        "fecha_corte": linkage.snapshot.cut_off,
        "ambito": linkage.scope,
        "reglas_de": linkage.rules.source,
        "reglas_aplicadas": len(linkage.linked.rules),
        "reglas_firmadas": linkage.rules.signed,
        "reglas_propuestas": linkage.rules.proposed,
        "reglas_sugeridas": linkage.rules.suggested,
        "incluye_sugeridas": linkage.with_suggested,
    }


def print_linkage(linkage: Linkage, shown: int, levels: Levels) -> None:
    """A link for a person: what it covers, by action, what is left out, the rules, and what is wrong."""
    from presupuesto_link.linkage.findings import signers, summary, unsigned
    from presupuesto_link.linkage.rules import PROPOSED

    cover = linkage.coverage
    typer.echo(f"Instantánea {linkage.snapshot.id} · corte {linkage.snapshot.cut_off} · {linkage.scope}")
    typer.echo(f"{linkage.rules.source or 'sin archivo de reglas'}: {summary(linkage.rules, linkage.with_suggested)}.")
    proposed = f" Proponen: {signers(linkage.rules, PROPOSED)}." if linkage.rules.proposed else ""
    typer.echo(f"Firman: {signers(linkage.rules)}.{proposed}")
    if said := unsigned(linkage.rules, linkage.with_suggested, cover.firmas):
        typer.echo(said)
    if linkage.with_suggested and linkage.rules.suggested:
        typer.echo("Atención: estas cifras cuentan reglas sugeridas que nadie ha firmado.")
    typer.echo("")
    _print_rates(cover.tasas)
    _print_summary(cover.resumen)
    _print_actions(cover, shown, levels)
    _print_unlinked(linkage, shown)
    _print_rules(cover, shown, levels)
    print_findings(linkage.findings, "Hallazgos sobre las reglas: ninguno.", _places)


def _print_rates(rates: pl.DataFrame) -> None:
    columns = [
        code("Año"),
        name("Base"),
        number("PIM"),
        number("PIM vinculado"),
        number("Cobertura"),
        number("Devengado vinculado", spare=True),
        number("Cobertura del devengado", spare=True),
    ]
    print_table(
        "Cobertura del vínculo, en soles",
        columns,
        [
            (
                str(r["anio"]),
                r["base"],
                amount(r["pim_soles"], 2),
                amount(r["pim_vinculado_soles"], 2),
                percent(r["cobertura_ratio"]),
                amount(r["devengado_vinculado_soles"], 2),
                percent(r["cobertura_devengado_ratio"]),
            )
            for r in rates.iter_rows(named=True)
        ],
    )


def _print_summary(table: pl.DataFrame) -> None:
    print_table(
        "Por clase de vínculo y confianza de la regla",
        [code("Año"), name("Vínculo"), name("Motivo o confianza"), number("Líneas", spare=True), number("PIM"), number("Del PIM")],
        [
            (
                str(r["anio"]),
                r["vinculo"] + (" (no se suma)" if r["vinculo"] == "transversal" else ""),
                r["motivo"] or f"confianza {r['confianza']}" + _state(r["estado"]),
                f"{r['lineas']:,}",
                amount(r["pim_soles"], 2),
                percent(r["parte_pim_ratio"]),
            )
            for r in table.iter_rows(named=True)
        ],
    )


def _state(state: str | None) -> str:
    return {"propuesta": " · propuesta, sin firma", "sugerido": " · sugerida"}.get(state or "", "")


def _print_actions(cover: Coverage, shown: int, levels: Levels) -> None:
    import polars as pl

    has = cover.con_dinero
    top, years = has.head(shown), len(cover.acciones["anio"].unique()) > 1
    columns = [
        code(f"Año y {levels.accion}" if years else levels.accion),
        name(),
        number("PIM"),
        number("Devengado", spare=True),
        number("Ejec.", spare=True),
    ]
    print_table(
        f"{levels.accion} con dinero ({top.height} de {has.height}{f' filas de {levels.accion} y año' if years else ''}, por PIM)",
        columns,
        [
            (
                (f"{r['anio']} " if years else "") + r["accion"] + ("*" if r["transversal"] else ""),
                short_name(r["nombre"], 44),
                amount(r["pim_soles"], 2),
                amount(r["devengado_soles"], 2),
                percent(r["ejecucion_ratio"]),
            )
            for r in top.iter_rows(named=True)
        ],
    )
    if has["transversal"].any():
        typer.echo("* transversal: su dinero ya está en las demás; se muestra aparte y no se suma.")
    for said, group in (("Con resultado medido y sin dinero vinculado", True), ("Sin resultado ni dinero", False)):
        codes = cover.sin_dinero.filter(pl.col("con_resultado") == group)["accion"].unique().sort()
        if len(codes):
            typer.echo(f"{said} ({len(codes)}): {', '.join(codes)}.")
    typer.echo("")


def _print_unlinked(linkage: Linkage, shown: int) -> None:
    table = linkage.coverage.sin_vincular
    columns = [
        code("Año y meta"),
        code("Prog."),
        code("Función", spare=True),
        name("Qué es"),
        name("Motivo"),
        number("PIM"),
        number("Devengado", spare=True),
    ]
    print_table(
        f"Lo mayor sin vincular ({min(shown, table.height)} de {table.height:,})",
        columns,
        [
            (
                _meta(r),
                r["programa"] or "—",
                r["funcion"] or "—",
                _what(r, linkage),
                r["motivo"],
                amount(r["pim_soles"], 2),
                amount(r["devengado_soles"], 2),
            )
            for r in table.head(shown).iter_rows(named=True)
        ],
    )


def _meta(row: dict[str, Any]) -> str:
    return f"{row['anio']} " + (f"{row['sec_ejec']}-{row['sec_func']}" if row["sec_ejec"] else "—")


def _what(row: dict[str, Any], linkage: Linkage) -> str:
    """The name of its project or activity, when the snapshot has names."""
    import polars as pl

    for dimension in ("producto", "actividad", "programa"):
        table = linkage.names.get(dimension)
        if table is not None and row.get(dimension):
            found = table.filter(pl.col(dimension) == row[dimension])
            if found.height and found["nombre"][0].upper() not in ("SIN PRODUCTO", "SIN PROYECTO"):
                return str(found["nombre"][0]).capitalize()[:60]
    return row.get("producto") or "—"


def _print_rules(cover: Coverage, shown: int, levels: Levels) -> None:
    table = cover.reglas
    columns = [code("Regla"), code(levels.accion), number("PIM"), number("Del vinculado", spare=True), number("Acumulado", spare=True)]
    print_table(
        f"Reglas por soles ({min(shown, table.height)} de {table.height}; {cover.reglas_bastantes} explican el 90 % del PIM vinculado)",
        columns,
        [
            (r["regla"], r["accion"], amount(r["pim_soles"], 2), percent(r["parte_pim_ratio"]), percent(r["parte_acumulada_ratio"]))
            for r in table.head(shown).iter_rows(named=True)
        ],
    )


def _places(findings: Sequence[Finding]) -> str:
    return ", ".join(f.place.partition("regla ")[2] or f.place for f in findings)


def print_breakdown(linkage: Linkage, table: pl.DataFrame, by: str, shown: int, levels: Levels) -> None:
    """Each action's money by one dimension, the largest first."""
    import polars as pl

    from presupuesto_link.linkage.coverage import BREAKDOWNS

    columns = [column for column in BREAKDOWNS[by] if column in table.columns]
    names = linkage.names.get(
        {"nivel": "", "ejecutora": "ejecutora", "departamento": "departamento_meta", "provincia": "provincia_meta"}.get(by, by)
    )
    if names is not None:
        keys = [column for column in (*columns, "anio") if column in names.columns and column in table.columns]
        table = table.join(names.select(*keys, "nombre"), on=keys, how="left", validate="m:1")
    top = table.filter(pl.col("accion").is_not_null()).sort(
        ["pim_soles", "accion", *columns], descending=[True, False, *(False for _ in columns)], nulls_last=True
    )
    print_table(
        f"{levels.accion} según {by} ({min(shown, top.height)} de {top.height:,}) · {linkage.scope}",
        [
            code("Año"),
            code(levels.accion),
            *(code(c.replace("_", " ")) for c in columns),
            name(),
            number("PIM"),
            number("Devengado"),
            number(f"De la {levels.accion}"),
        ],
        [
            (
                str(r["anio"]),
                r["accion"] + ("*" if r["vinculo"] == "transversal" else ""),
                *(r[c] or "sin dato" for c in columns),
                str(r.get("nombre") or "").capitalize()[:50],
                amount(r["pim_soles"], 2),
                amount(r["devengado_soles"], 2),
                percent(r["parte_pim_ratio"]),
            )
            for r in top.head(shown).iter_rows(named=True)
        ],
    )


def explained(one: Explanation) -> dict[str, Any]:
    """Why some lines went where they went, for another program."""
    return {
        "linea": {key: value for key, value in one.values.items() if value is not None},
        "nombres": dict(one.names),
        "lineas": one.lines,
        "pim_soles": one.pim,
        "devengado_soles": one.devengado,
        "reglas": [
            {
                "regla": t.rule.id,
                "fila": t.rule.row,
                "accion": t.rule.action,
                "atrapa": t.rule.words(),
                "toma_ratio": float(t.part),
                "por_que": t.why,
            }
            for t in one.taken
        ],
        "sin_vincular": {"ratio": float(one.unlinked[0]), "motivo": one.unlinked[1]},
        "casi": [
            {"regla": m.rule.id, "accion": m.rule.action, "falla_en": m.column, "pide": list(m.asked), "tiene": m.has} for m in one.missed
        ],
    }


def print_explanation(one: Explanation) -> None:
    """Why some lines went where they went, for a person."""
    said = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in one.values.items() if value is not None)
    typer.echo(f"{one.lines:,} líneas con {said}")
    for dimension, text in one.names.items():
        typer.echo(f"  {dimension}: {text}")
    typer.echo(f"  PIM {amount(one.pim, 2)} · devengado {amount(one.devengado, 2)}")
    for taken in one.taken:
        typer.echo(
            f"  → {taken.rule.action} {percent(float(taken.part))}: {taken.rule.place}, {taken.why}. Atrapa {taken.rule.words()}; {_signed(taken.rule)}."
        )
    if one.unlinked[0]:
        typer.echo(f"  → sin vincular {percent(float(one.unlinked[0]))}: {one.unlinked[1]}.")
    for missed in one.missed:
        typer.echo(
            f"  casi: {missed.rule.place} ({missed.rule.action}) pide {missed.column.replace('_', ' ')} {_or(missed.asked)} y aquí hay {missed.has or 'nada'}."
        )
    typer.echo("")


def _or(words: Sequence[str]) -> str:
    return enumerate_words(words, "o")


def _signed(rule: Any) -> str:
    author, day = rule.signature
    said = {"propuesta": "propuesta, sin firma, por", "sugerido": "sugerida por"}.get(rule.state, "firmada por")
    return f"{said} {author}{f' el {day}' if day else ''}, confianza {rule.confidence}"
