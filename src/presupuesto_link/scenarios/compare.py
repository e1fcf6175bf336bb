"""A solved scenario against its baseline: before and after by action, and which limits bind."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from presupuesto_link.linkage.by_action import DIRECT
from presupuesto_link.matrices.diagnosis import SUSTAIN
from presupuesto_link.scenarios.problem import TransferProblem, build_problem
from presupuesto_link.scenarios.solve import solve_transfers
from presupuesto_link.specs import EscenarioSpec
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.wording import enumerate_words, soles

INDICATIVE = (
    "Es indicativo: la tabla no trae fuente de financiamiento ni certificado, de modo que no se puede verificar si la "
    "modificación es legal ni cuánto saldo está libre. No es una propuesta aprobada ni prueba que el dinero mejore el resultado."
)


@dataclass(frozen=True)
class Scenario:
    """A solved scenario.

    Attributes:
        spec: what was asked.
        transferencias: key `donante, receptor`: `monto_soles` (Decimal).
        acciones: key `accion`, directly linked actions: `papel` (donante, receptor, sin cambio), `pim_antes_soles`,
            `cambio_soles`, `pim_despues_soles`, `tope_soles`, `en_tope`, execution before and after *with the same
            devengado*, and result.
        restricciones: key `restriccion`: sentence, limit, used, `activa` (reached), `valor_marginal` (score x soles gained by one
            more sol of limit) and `frena` (reached and worth relaxing).
        excluidas: lagging actions that could not receive, and why.
        cautelas: what the diagnosis of donors and receivers says against moving the money at once.
        advertencia: what the scenario does not prove.
    """

    spec: EscenarioSpec
    transferencias: pl.DataFrame
    acciones: pl.DataFrame
    restricciones: pl.DataFrame
    excluidas: pl.DataFrame
    cautelas: tuple[str, ...] = ()
    advertencia: str = INDICATIVE

    @property
    def monto_soles(self) -> int:
        """Total moved."""
        return int(self.transferencias["monto_soles"].sum())


def run_scenario(actions: pl.DataFrame, ranking: pl.DataFrame, spec: EscenarioSpec) -> Scenario:
    """Build, solve and compare a scenario.

    Raises:
        SpecError, InfeasibleScenarioError: see `build_problem`.
    """
    problem = build_problem(actions, ranking, spec)
    solution = solve_transfers(problem)
    transfers = solution.transferencias.with_columns(pl.col("monto_soles").cast(MONEY))
    table = _before_after(actions, problem, transfers)
    _conserve(table)
    limits = _constraints(problem, transfers, solution.valor_marginal)
    return Scenario(spec, transfers, table, limits, problem.excluidas, _cautions(table))


def _cautions(table: pl.DataFrame) -> tuple[str, ...]:
    """What the diagnosis of those who give and receive says against moving the money at once."""
    received = table.filter(pl.col("papel") == "receptor")
    total = received["cambio_soles"].sum()
    sentences = []
    for diagnosis, group in received.group_by("diagnostico", maintain_order=True):
        if diagnosis[0] != SUSTAIN:
            sentences.append(
                f"{soles(group['cambio_soles'].sum())} de {soles(total)} irían a AER cuyo diagnóstico es «{diagnosis[0]}» "
                f"({enumerate_words(group['accion'])}): antes de mover dinero conviene resolver eso."
            )
    doubtful = table.filter((pl.col("papel") == "donante") & (pl.col("diagnostico") != SUSTAIN))
    sentences += [
        f"{row['accion']} cedería, pero su diagnóstico es «{row['diagnostico']}»: su resultado en verde está por confirmar."
        for row in doubtful.iter_rows(named=True)
    ]
    return tuple(sentences)


def _before_after(actions: pl.DataFrame, problem: TransferProblem, transfers: pl.DataFrame) -> pl.DataFrame:
    gives = transfers.group_by(accion=pl.col("donante")).agg(cede_soles=pl.col("monto_soles").sum().cast(MONEY))
    takes = transfers.group_by(accion=pl.col("receptor")).agg(recibe_soles=pl.col("monto_soles").sum().cast(MONEY))
    caps = pl.concat(
        [
            problem.donantes.select("accion", "tope_soles", puede=pl.lit("donante")),
            problem.receptores.select("accion", "tope_soles", puede=pl.lit("receptor")),
        ]
    )
    zero = pl.lit(0, MONEY)
    change = pl.col("recibe_soles").fill_null(zero) - pl.col("cede_soles").fill_null(zero)
    after, accrued = pl.col("pim_despues_soles").cast(pl.Float64), pl.col("devengado_soles").cast(pl.Float64)
    return (
        actions.filter(pl.col("vinculo") == DIRECT)
        .join(gives, on="accion", how="left", validate="1:1")
        .join(takes, on="accion", how="left", validate="1:1")
        .join(caps, on="accion", how="left", validate="1:1")
        .with_columns(cambio_soles=change.cast(MONEY))
        .with_columns(
            pim_despues_soles=(pl.col("pim_soles") + pl.col("cambio_soles")).cast(MONEY),
            papel=pl.when(pl.col("cambio_soles") < 0)
            .then(pl.lit("donante"))
            .when(pl.col("cambio_soles") > 0)
            .then(pl.lit("receptor"))
            .otherwise(pl.lit("sin cambio")),
        )
        .with_columns(
            en_tope=pl.col("cambio_soles").abs().cast(pl.Int64) >= pl.col("tope_soles"),
            ejecucion_despues_ratio=pl.when(after > 0).then(accrued / after),
        )
        .select(
            "accion",
            "objetivo",
            "nombre",
            "papel",
            pl.col("pim_soles").alias("pim_antes_soles"),
            "cambio_soles",
            "pim_despues_soles",
            "saldo_soles",
            "tope_soles",
            "en_tope",
            "ejecucion_ratio",
            "ejecucion_despues_ratio",
            "avance_ratio",
            "banda_resultado",
            "diagnostico",
        )
        .sort("accion")
    )


def _conserve(table: pl.DataFrame) -> None:
    if table["pim_antes_soles"].sum() != table["pim_despues_soles"].sum():
        raise RuntimeError("the scenario does not conserve money")


def _constraints(problem: TransferProblem, transfers: pl.DataFrame, marginal: dict[str, float]) -> pl.DataFrame:
    total = int(transfers["monto_soles"].sum())
    rows = [
        *_side(problem.donantes, transfers, "donante", "cede"),
        *_side(problem.receptores, transfers, "receptor", "recibe"),
    ]
    for name, limit, words in (
        ("monto_maximo", problem.maximo_soles, "no pasa de"),
        ("monto_requerido", problem.requerido_soles, "es"),
    ):
        if limit is not None:
            sentence = f"El total movido {words} {soles(limit)}"
            rows.append({"restriccion": name, "frase": sentence, "limite_soles": limit, "usado_soles": total})
    schema = {"restriccion": pl.String, "frase": pl.String, "limite_soles": pl.Int64, "usado_soles": pl.Int64}
    values = [marginal.get(str(row["restriccion"]), 0.0) for row in rows]
    return (
        pl.DataFrame(rows, schema=schema)
        .with_columns(
            activa=pl.col("usado_soles") == pl.col("limite_soles"),
            valor_marginal=pl.Series(values, dtype=pl.Float64).round(9),
        )
        .with_columns(frena=pl.col("activa") & (pl.col("valor_marginal") > 0))
    )


def _side(limits: pl.DataFrame, transfers: pl.DataFrame, column: str, verb: str) -> list[dict[str, object]]:
    used = {
        row[column]: int(row["monto_soles"])
        for row in transfers.group_by(column).agg(pl.col("monto_soles").sum()).iter_rows(named=True)
    }
    return [
        {
            "restriccion": f"{column}:{row['accion']}",
            "frase": f"{row['accion']} {verb} hasta {soles(row['tope_soles'])} ({row['limite']})",
            "limite_soles": row["tope_soles"],
            "usado_soles": used.get(row["accion"], 0),
        }
        for row in limits.sort("orden").iter_rows(named=True)
    ]
