"""The reallocation problem: who may give, who may receive, up to how much, and over which arcs."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from presupuesto_link.errors import InfeasibleScenarioError, Problem, SpecError
from presupuesto_link.linkage.by_action import DIRECT
from presupuesto_link.matrices.diagnosis import DIAGNOSES
from presupuesto_link.matrices.ranking import LAGGING
from presupuesto_link.specs import DonantesSpec, EscenarioSpec, ReceptoresSpec
from presupuesto_link.wording import percent, soles


@dataclass(frozen=True)
class TransferProblem:
    """Donors, receivers and the arcs between them. Amounts are whole soles (Int64).

    Attributes:
        donantes: key `accion`: `tope_soles`, `limite` (which cap makes it), `orden` (who gives first: the least
            executed, then by code).
        receptores: key `accion`: `tope_soles`, `peso` (its score in the ranking), `orden` (place in the ranking).
        arcos: key `donante, receptor`: the transfers that may exist.
        excluidas: key `accion`: lagging actions that cannot receive, and why.
        maximo_soles, requerido_soles: limit and exact amount of the whole scenario, if any.
    """

    donantes: pl.DataFrame
    receptores: pl.DataFrame
    arcos: pl.DataFrame
    excluidas: pl.DataFrame
    maximo_soles: int | None
    requerido_soles: int | None


def build_problem(actions: pl.DataFrame, ranking: pl.DataFrame, spec: EscenarioSpec) -> TransferProblem:
    """Turn a scenario into a transfer problem. An action that may receive never gives.

    Args:
        actions: the diagnosed actions of the ranking's year pair (`diagnose`), key `accion`.
        ranking: output of `rank_actions`, key `accion`.
        spec: the scenario.

    Raises:
        SpecError: a protected action, an objective or a diagnosis does not exist.
        InfeasibleScenarioError: nobody can give, nobody can receive, or the required amount does not fit.
    """
    _check_names(actions, spec)
    receivers, excluded = _receivers(actions, ranking, spec.receptores)
    donors = _donors(actions.join(receivers, on="accion", how="anti"), spec.donantes)
    arcs = donors.select(donante="accion").join(receivers.select(receptor="accion"), how="cross")
    _must_fit(donors, receivers, spec)
    return TransferProblem(donors, receivers, arcs, excluded, spec.monto_maximo_soles, spec.monto_requerido_soles)


def _check_names(actions: pl.DataFrame, spec: EscenarioSpec) -> None:
    """Every code the scenario names exists."""
    named = {
        "donantes.protegidas": (spec.donantes.protegidas, set(actions["accion"]), "códigos de acciones.csv"),
        "receptores.objetivos": (spec.receptores.objetivos, set(actions["objetivo"]), "códigos de objetivos.csv"),
        "receptores.diagnosticos_excluidos": (
            spec.receptores.diagnosticos_excluidos,
            set(DIAGNOSES),
            ", ".join(DIAGNOSES),
        ),
    }
    problems = [
        Problem(f"escenario {spec.id}, clave «{key}»", ", ".join(unknown), expected, "corrija los valores")
        for key, (given, known, expected) in named.items()
        if (unknown := sorted(set(given) - known))
    ]
    if problems:
        raise SpecError(*problems)


def _whole(amount: pl.Expr) -> pl.Expr:
    """Whole soles, downwards; the margin absorbs binary noise such as 0.1 x 30 = 2.9999999996."""
    return (amount + 1e-6).floor().cast(pl.Int64)


def _donors(actions: pl.DataFrame, spec: DonantesSpec) -> pl.DataFrame:
    pim, balance = pl.col("pim_soles").cast(pl.Float64), pl.col("saldo_soles").cast(pl.Float64)
    by_balance, by_pim = _whole(balance * spec.fraccion_saldo_ratio), _whole(pim * spec.tope_pim_ratio)
    return (
        actions.filter(
            (pl.col("vinculo") == DIRECT)
            & pl.col("banda_resultado").is_in(spec.colores_resultado)
            & (balance > 0)
            & ~pl.col("accion").is_in(spec.protegidas)
        )
        .with_columns(
            tope_soles=pl.min_horizontal(by_balance, by_pim),
            limite=pl.when(by_balance <= by_pim)
            .then(pl.lit(f"{percent(spec.fraccion_saldo_ratio, 0)} de su saldo no ejecutado"))
            .otherwise(pl.lit(f"{percent(spec.tope_pim_ratio, 0)} de su PIM")),
        )
        .filter(pl.col("tope_soles") > 0)
        .sort("ejecucion_ratio", "accion")
        .select("accion", "tope_soles", "limite", pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("orden"))
    )


def _receivers(actions: pl.DataFrame, ranking: pl.DataFrame, spec: ReceptoresSpec) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Receivers, and the lagging actions the scenario names that cannot receive."""
    named = ranking.filter((pl.col("grupo") == LAGGING) & (pl.col("puesto") <= spec.puestos))
    if spec.objetivos:
        named = named.filter(pl.col("objetivo").is_in(spec.objetivos))
    absorbs = pl.col("ejecucion_ratio").clip(0, 1) if spec.descontar_ejecucion else pl.lit(1.0)
    limit = f"{percent(spec.tope_pim_ratio, 0)} de su PIM" + (
        " por su propia ejecución" if spec.descontar_ejecucion else ""
    )
    listed = (
        named.select("accion", "puesto", "puntaje_ratio")
        .join(
            actions.select("accion", "vinculo", "pim_soles", "ejecucion_ratio", "diagnostico"),
            on="accion",
            how="left",
            validate="1:1",
        )
        .with_columns(tope_soles=_whole(pl.col("pim_soles").cast(pl.Float64) * spec.tope_pim_ratio * absorbs))
        .with_columns(
            motivo=pl.when(pl.col("vinculo") != DIRECT)
            .then(pl.lit("sin presupuesto vinculado que se pueda sumar"))
            .when(pl.col("diagnostico").is_in(spec.diagnosticos_excluidos))
            .then(pl.format("su diagnóstico es {}", "diagnostico"))
            .when(pl.col("tope_soles").fill_null(0) == 0)
            .then(pl.lit("su tope es cero"))
        )
        .sort("puesto", "accion")
    )
    able = listed.filter(pl.col("motivo").is_null()).select(
        "accion",
        "tope_soles",
        pl.lit(limit).alias("limite"),
        pl.col("puntaje_ratio").alias("peso"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("orden"),
    )
    return able, listed.filter(pl.col("motivo").is_not_null()).select("accion", "puesto", "motivo")


def _must_fit(donors: pl.DataFrame, receivers: pl.DataFrame, spec: EscenarioSpec) -> None:
    """Name the limits that clash, before any solver is called."""
    give, take = int(donors["tope_soles"].sum()), int(receivers["tope_soles"].sum())
    where = f"escenario {spec.id}"
    if give == 0:
        raise InfeasibleScenarioError(
            Problem(
                f"{where}, donantes",
                "ninguna AER puede dar",
                f"AER en {' o '.join(spec.donantes.colores_resultado)} con saldo y tope mayores que cero",
                "amplíe colores_resultado, fraccion_saldo_ratio o tope_pim_ratio, o revise protegidas",
            )
        )
    if take == 0:
        raise InfeasibleScenarioError(
            Problem(
                f"{where}, receptores",
                "ninguna AER puede recibir",
                "AER rezagadas con presupuesto vinculado y tope mayor que cero",
                "amplíe puestos, objetivos o tope_pim_ratio",
            )
        )
    required = spec.monto_requerido_soles
    ceilings = {"lo que los donantes pueden dar": give, "lo que los receptores pueden recibir": take}
    if spec.monto_maximo_soles is not None:
        ceilings["monto_maximo_soles"] = spec.monto_maximo_soles
    short = {name: value for name, value in ceilings.items() if required is not None and value < required}
    if short:
        raise InfeasibleScenarioError(
            *(
                Problem(
                    f"{where}, monto_requerido_soles = {soles(required)}",
                    f"{name} es {soles(value)}",
                    f"al menos {soles(required)}",
                    "baje el monto requerido o amplíe ese límite",
                )
                for name, value in short.items()
            )
        )
