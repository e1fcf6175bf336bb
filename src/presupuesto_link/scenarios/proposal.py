"""What a proposal of modification has to show, as frames: its lines by side, its movements, what the law says of them, its papers and its metas."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from presupuesto_link.scenarios.breakdown import BETWEEN, CANCEL, ENABLE, INSIDE
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.vocabulary import VERDICTS
from presupuesto_link.wording import plural

META = ("sec_ejec", "sec_func")
NOTE_UNKNOWN = "falta dato"
NO_AOI = "sin AOI en el puente"
_REQUIRES = "REQUIERE"
_SAID = ("regla", "veredicto", "requiere", "faltan", "excepcion")
"""What makes two answers of the law the same one."""
_NOTE = pl.col("nota_tipo").cast(pl.String).fill_null(NOTE_UNKNOWN)
_PAPERS = {"grupo": pl.String, "documento": pl.String, "articulo": pl.String, "detalle": pl.String, "movimientos": pl.String}


def note_lines(scenario: Scenario, side: str) -> pl.DataFrame:
    """The lines of one side: key `movimiento, linea`: `nota` (3, 4, or that it is not known), the chain, PIM, certificado and amount."""
    notes = scenario.movimientos.select("movimiento", nota=_NOTE)
    lines = scenario.asientos.filter(pl.col("lado") == side).with_columns(
        generica=_generic("generica"), libre_soles=(pl.col("pim_soles") - pl.col("certificado_soles")).cast(MONEY)
    )
    return lines.join(notes, on="movimiento", how="left", validate="m:1").sort("movimiento", "linea")


def _generic(column: str) -> pl.Expr:
    """A generic as budget offices write it: 2.3."""
    return pl.format("2.{}", column)


def pairs(scenario: Scenario) -> pl.DataFrame:
    """Key `movimiento`: `Scenario.movimientos` with `nota` in words and `reglas`, the ids of those that give its verdict."""
    verdict = scenario.movimientos.select("movimiento", "veredicto")
    deciding = scenario.reglas.join(verdict, on=["movimiento", "veredicto"], how="semi")
    ids = deciding.group_by("movimiento").agg(pl.col("regla").unique().sort().str.join(", ").alias("reglas"))
    words = {str(INSIDE): f"{INSIDE} (dentro de la UE)", str(BETWEEN): f"{BETWEEN} (entre UE)"}
    return (
        scenario.movimientos.with_columns(generica_donante=_generic("generica_donante"), generica_receptor=_generic("generica_receptor"))
        .join(ids, on="movimiento", how="left", validate="1:1")
        .with_columns(nota=_NOTE.replace(words))
        .sort("movimiento")
    )


def rules(scenario: Scenario) -> pl.DataFrame:
    """Key `regla, veredicto, requiere, faltan, excepcion`, the worst verdict first and then the most soles.

    `movimientos` counts those of which the rule says so, `monto_soles` adds up what they move and `numeros` names them. A movement
    is in the row of every rule that judges it, so amounts of different rules do not add up.
    """
    amounts = scenario.movimientos.select("movimiento", "monto_soles")
    said = pl.col("articulo", "texto", "confianza").first()
    counted = (
        scenario.reglas.join(amounts, on="movimiento", how="left", validate="m:1")
        .group_by(_SAID)
        .agg(said, pl.len().alias("movimientos"), pl.col("monto_soles").sum().cast(MONEY))
    )
    severity = pl.col("veredicto").replace_strict(list(VERDICTS), range(len(VERDICTS)), return_dtype=pl.Int8)
    return counted.join(_numbers(scenario.reglas, _SAID), on=_SAID, nulls_equal=True, validate="1:1").sort(
        severity, "monto_soles", *_SAID, descending=[True, True, *(False for _ in _SAID)], nulls_last=True
    )


def speaking(scenario: Scenario) -> pl.DataFrame:
    """Key `regla, veredicto, articulo, requiere, faltan`: of how many `movimientos` each rule says so, by verdict and then the most."""
    return (
        scenario.reglas.group_by("regla", "veredicto", "articulo", "requiere", "faltan")
        .agg(pl.len().alias("movimientos"))
        .sort("veredicto", "movimientos", "regla", descending=[False, True, False])
    )


def _numbers(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Per key, `numeros`: its movements as ranges, `1–5, 8`."""
    single = rows.select(*key, pl.col("movimiento").cast(pl.Int64)).unique().sort("movimiento")
    # Consecutive numbers keep the same distance to their place in the group.
    runs = single.with_columns(tramo=pl.col("movimiento") - pl.int_range(pl.len()).over(key))
    ends = runs.group_by(*key, "tramo").agg(pl.col("movimiento").min().alias("desde"), pl.col("movimiento").max().alias("hasta"))
    alone = pl.col("desde") == pl.col("hasta")
    text = pl.when(alone).then(pl.col("desde").cast(pl.String)).otherwise(pl.format("{}–{}", "desde", "hasta"))
    return ends.sort("desde").group_by(key).agg(text.str.join(", ").alias("numeros"))


def papers(scenario: Scenario) -> pl.DataFrame:
    """Key `grupo, documento, articulo`: `detalle` and the `movimientos` that need it (null = all of them, or the lines the detail says)."""
    return pl.concat([_asked(scenario), _always(scenario), _declared(scenario)])


def _asked(scenario: Scenario) -> pl.DataFrame:
    """Papers that a rule asks of some movements, and what must be completed where a datum is missing."""
    words = pl.when(pl.col("veredicto") == _REQUIRES).then(pl.lit("Lo pide la norma")).otherwise(pl.lit("Falta completar"))
    asked = scenario.reglas.filter(pl.col("requiere").is_not_null()).with_columns(grupo=words, documento=pl.col("requiere"))
    key = ("grupo", "documento")
    return (
        asked.group_by(key)
        .agg(
            pl.col("articulo").unique(maintain_order=True).str.join("; "),
            pl.col("texto").unique(maintain_order=True).str.join(" ").alias("detalle"),
        )
        .join(_numbers(asked, key), on=key, validate="1:1")
        .rename({"numeros": "movimientos"})
        .sort(key, descending=[True, False])
        .select(pl.col(name).cast(kind) for name, kind in _PAPERS.items())
    )


def _always(scenario: Scenario) -> pl.DataFrame:
    rows = [("De toda modificación", item.documento, item.articulo, item.texto, None) for item in scenario.book.formalidades]
    return pl.DataFrame(rows, schema=_PAPERS, orient="row")


def _declared(scenario: Scenario) -> pl.DataFrame:
    rows = [
        (
            "Sustento declarado",
            row["sustento"],
            None,
            f"Se declara «{row['valor']}» en: {row['dato']} ({plural(row['lineas'], 'línea', 'líneas')})",
            None,
        )
        for row in scenario.sustentos.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=_PAPERS, orient="row")


def metas(scenario: Scenario) -> pl.DataFrame:
    """Key `sec_ejec, sec_func`: exact `anulado_soles`, `habilitado_soles` and `cambio_soles` of each meta that the proposal touches."""
    amount = pl.col("monto_soles")
    return (
        scenario.asientos.group_by(META)
        .agg(
            pl.col("accion").unique().sort().str.join(", ").alias("acciones"),
            anulado_soles=amount.filter(pl.col("lado") == CANCEL).sum().cast(MONEY),
            habilitado_soles=amount.filter(pl.col("lado") == ENABLE).sum().cast(MONEY),
        )
        .with_columns(cambio_soles=(pl.col("habilitado_soles") - pl.col("anulado_soles")).cast(MONEY))
        .sort(META, nulls_last=True)
    )


def activities(scenario: Scenario, aoi: pl.DataFrame) -> pl.DataFrame:
    """Key `sec_ejec, sec_func, aoi`: the metas with the operational activities that the bridge gives them; `NO_AOI` where it gives none.

    Args:
        scenario: the proposal.
        aoi: columns `sec_ejec, sec_func, aoi`, with `nombre` if it is known; other columns are not used.
    """
    named = aoi if "nombre" in aoi.columns else aoi.with_columns(nombre=pl.lit(None, pl.String))
    linked = named.filter(pl.col("aoi").is_not_null()).select(*META, "aoi", "nombre").unique([*META, "aoi"], keep="first")
    return (
        metas(scenario).join(linked, on=META, how="left").with_columns(pl.col("aoi").fill_null(NO_AOI)).sort(*META, "aoi", nulls_last=True)
    )


def before_after(scenario: Scenario) -> pl.DataFrame:
    """Key `accion`: `Scenario.acciones`, first who gives, then who receives, then the rest."""
    order = {"donante": 0, "receptor": 1, "sin cambio": 2}
    place = pl.col("papel").replace_strict(order, return_dtype=pl.Int8)
    return scenario.acciones.sort(place, "accion")


def touches_investment(scenario: Scenario) -> bool | None:
    """Whether some line of the proposal is of an investment; null when no line is known to be one and some is not known."""
    touched = scenario.baseline.lineas.join(scenario.asientos.select("linea").unique(), on="linea", how="semi")
    found = touched["inversion"]
    if (found == "si").any():
        return True
    return None if found.null_count() else False
