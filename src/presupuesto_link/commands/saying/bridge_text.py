"""How the bridge of the operational plan is told: for a person and for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from presupuesto_link.commands.saying.findings_text import print_findings
from presupuesto_link.commands.saying.printing import code, name, number, print_table, records
from presupuesto_link.wording import amount, plural

if TYPE_CHECKING:
    from presupuesto_link.linkage.plan.bridging import Bridging

_CALLED = {"pim": "PIM", "devengado": "Devengado"}


def bridge_as_json(result: Bridging) -> dict[str, Any]:
    """The bridge for another program."""
    chain, compared = result.chain, result.comparison
    return {
        "instantanea": result.snapshot.id,
        "fecha_corte": result.snapshot.cut_off,
        "ambito": result.scope,
        "exportaciones": records(result.poi.exportaciones),
        "tasas": records(result.coverage.tasas),
        "acciones": records(result.coverage.acciones),
        "reglas": records(result.coverage.reglas),
        "pasos": records(chain.pasos),
        "metas": records(chain.metas),
        "aoi_sin_meta": records(chain.aoi_sin_meta),
        "aei_sin_aer": records(chain.aei_sin_aer),
        "sugerencias": records(chain.sugerencias),
        "reglas_manuales": len(result.manual.rules),
        "comparacion": records(compared.resumen),
        "diferencias": records(compared.metas),
        "hallazgos": [finding.as_row() for finding in result.findings],
    }


def print_bridging(result: Bridging, shown: int) -> None:
    """The bridge for a person: what was read, how far the metas get, what is missing, and the differences."""
    years = ", ".join(map(str, result.comparison.metas["anio"].unique().sort()))
    typer.echo(f"Instantánea {result.snapshot.id} · corte {result.snapshot.cut_off} · {result.scope} · {years or 'sin años'}")
    for row in result.poi.exportaciones.iter_rows(named=True):
        typer.echo(f"{row['archivo']}: {row['tipo']}, {plural(row['filas'], 'fila', 'filas')}, {row['aoi']:,} AOI")
    typer.echo("")
    _print_steps(result)
    _print_missing(result, shown)
    _print_differences(result, shown)
    print_findings(result.findings, "Hallazgos del puente: ninguno.", lambda _: "véalos con --json", 6)


def _print_steps(result: Bridging) -> None:
    import polars as pl

    columns = [name("Hasta dónde llega"), number("Metas"), number("PIM"), number("Devengado")]
    print_table(
        "La cadena meta → AOI → AEI → AER, en soles de las metas",
        columns,
        [(until, f"{metas:,}", amount(pim, 2), amount(accrued, 2)) for until, metas, pim, accrued in result.pasos.iter_rows()],
    )
    rules = plural(len(result.chain.rules), "regla derivada vincula", "reglas derivadas vinculan")
    measure = result.medida
    for row in result.coverage.tasas.filter(pl.col("base") == "todo el gasto").iter_rows(named=True):
        linked, whole = amount(row[f"{measure}_vinculado_soles"], 2), amount(row[f"{measure}_soles"], 2)
        typer.echo(f"{row['anio']}: {rules} {linked} de {whole} soles de {measure if measure != 'pim' else 'PIM'}.")
    typer.echo("")


def _print_missing(result: Bridging, shown: int) -> None:
    import polars as pl

    from presupuesto_link.linkage.plan.ceplan import COMPLETE

    chain = result.chain
    left = chain.metas.filter(pl.col("paso") != COMPLETE)
    print_table(
        f"Metas que no llegan a una AER ({min(shown, left.height)} de {left.height:,})",
        [code("Meta"), code("Prog."), name("Qué falta"), number("PIM"), number("Devengado")],
        [
            (
                f"{r['sec_ejec']}-{r['sec_func']}",
                r["programa"] or "—",
                r["paso"],
                amount(r["pim_soles"], 2),
                amount(r["devengado_soles"], 2),
            )
            for r in left.head(shown).iter_rows(named=True)
        ],
    )
    print_table(
        f"AOI sin meta ({min(shown, chain.aoi_sin_meta.height)} de {chain.aoi_sin_meta.height:,})",
        [code("AOI"), name(), code("AEI"), number("Programado")],
        [
            (
                r["aoi"] + (" (inactiva)" if r["activo"] is False else ""),
                r["nombre"] or "—",
                r["aei"] or "—",
                amount(r["programado_soles"], 2),
            )
            for r in chain.aoi_sin_meta.head(shown).iter_rows(named=True)
        ],
    )
    print_table(
        f"AEI sin AER ({min(shown, chain.aei_sin_aer.height)} de {chain.aei_sin_aer.height:,})",
        [code("Año"), code("AEI"), number("AOI"), number("Metas"), number("Programado")],
        [
            (str(r["anio"]), r["aei"], f"{r['aoi']:,}", f"{r['metas']:,}", amount(r["programado_soles"], 2))
            for r in chain.aei_sin_aer.head(shown).iter_rows(named=True)
        ],
    )
    if chain.sugerencias.height:
        alone = plural(chain.sugerencias.height, "meta tiene una sola AOI posible", "metas tienen una sola AOI posible")
        typer.echo(f"{alone}; nadie las ha firmado y no se aplican. Escríbalas con --sugerir.\n")


def _print_differences(result: Bridging, shown: int) -> None:
    import polars as pl

    from presupuesto_link.linkage.plan.compare import EQUAL, NEITHER

    compared, measure = result.comparison, result.medida
    called, soles, moved = _CALLED[measure], f"{measure}_soles", f"{measure}_diferente_soles"
    columns = [name("Acuerdo"), number("Metas"), number("PIM"), number("Devengado"), number(f"{called} que cambia")]
    print_table(
        f"CEPLAN y las {len(result.manual.rules):,} reglas manuales que cuentan ({result.manual.signed:,} firmadas), en soles",
        columns,
        [
            (r["acuerdo"], f"{r['metas']:,}", amount(r["pim_soles"], 2), amount(r["devengado_soles"], 2), amount(r[moved], 2))
            for r in compared.resumen.iter_rows(named=True)
        ],
    )
    apart = compared.metas.filter(~pl.col("acuerdo").is_in([EQUAL, NEITHER]))
    columns = [code("Meta"), name("AER por CEPLAN"), name("AER manual"), number(called), number("Cambia"), code("Acuerdo")]
    print_table(
        f"Mayores diferencias ({min(shown, apart.height)} de {apart.height:,})",
        columns,
        [
            (_meta(r), r["aer_ceplan"] or "—", r["aer_manual"] or "—", amount(r[soles], 2), amount(r[moved], 2), r["acuerdo"])
            for r in apart.head(shown).iter_rows(named=True)
        ],
    )


def _meta(row: dict[str, Any]) -> str:
    return f"{row['sec_ejec']}-{row['sec_func']}" if row["sec_ejec"] and row["sec_func"] else "sin meta"
