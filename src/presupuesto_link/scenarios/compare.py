"""A solved scenario against its baseline: before and after by action, which limits bind, and what the law asks of each movement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from presupuesto_link.evaluation.diagnosis import SUSTAIN
from presupuesto_link.facts import Facts, Source, tell
from presupuesto_link.money.by_action import DIRECT
from presupuesto_link.normas.rulebook import Rulebook
from presupuesto_link.scenarios.baseline import Baseline
from presupuesto_link.scenarios.breakdown import CANCEL, balance_by_source, between_actions, entries, movements
from presupuesto_link.scenarios.build import build_problem
from presupuesto_link.scenarios.clash import must_solve
from presupuesto_link.scenarios.legal import papers_of
from presupuesto_link.scenarios.limits import Family
from presupuesto_link.scenarios.objectives import Objective, objective_of
from presupuesto_link.scenarios.problem import ReallocationProblem
from presupuesto_link.scenarios.sides import closing_words
from presupuesto_link.scenarios.solve import Solution
from presupuesto_link.specs import EscenarioSpec
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.told import Place, Rows, facts_of
from presupuesto_link.vocabulary import GREEN
from presupuesto_link.wording import enumerate_words, percent, soles

DRAFT = "Es un borrador para la Oficina de Presupuesto, no una aprobación: la modificación la aprueba el Titular del pliego."
_NO_EFFECT = "No prueba que el dinero mejore el resultado."
MISSING = "FALTA DATO"
_REACHED = 0.5
_GAP = 1e-6


@dataclass(frozen=True)
class Scenario:
    """A solved scenario.

    Attributes:
        problem: what was solved; `spec` and `baseline` are its.
        solution: the amounts over its arcs.
        book: the rules in force on the baseline's date.
        movimientos: see `breakdown.movements`, with `veredicto` (the worst of its rules).
        asientos: see `breakdown.entries`.
        reglas: key `movimiento, regla`: `veredicto`, `articulo`, `texto`, `requiere` (paper), `confianza`, `faltan` (what is not known).
        transferencias: key `donante, receptor`: `monto_soles`.
        acciones: key `accion`, directly linked actions: `papel` (donante, receptor, sin cambio), `pim_antes_soles`,
            `cambio_soles`, `pim_despues_soles`, `tope_soles`, `en_tope`, execution before and after *with the same
            devengado*, and result.
        restricciones: key `restriccion`: sentence, limit, used, `activa` (reached), `valor_marginal` (objective gained by one
            more sol of limit; null when it is only known by solving again) and `frena` (reached and worth relaxing).
        excluidas: lagging actions that could not receive and donors whose balance is unknown, and why.
        cautelas: what the diagnosis of donors and receivers says against moving the money at once.
        advertencia: what the scenario does not prove.
    """

    problem: ReallocationProblem
    solution: Solution
    book: Rulebook
    movimientos: pl.DataFrame
    asientos: pl.DataFrame
    reglas: pl.DataFrame
    transferencias: pl.DataFrame
    acciones: pl.DataFrame
    restricciones: pl.DataFrame
    excluidas: pl.DataFrame
    cautelas: tuple[str, ...] = field(default=())
    advertencia: str = ""

    @property
    def spec(self) -> EscenarioSpec:
        """What was asked."""
        return self.problem.spec

    @property
    def baseline(self) -> Baseline:
        """What it starts from."""
        return self.problem.baseline

    @property
    def indicativo(self) -> bool:
        """Whether some movement rests on data that is missing, so that its legality is not known."""
        given = self.asientos.filter(pl.col("lado") == CANCEL)
        return (
            bool(self.baseline.faltantes)
            or bool((self.movimientos["veredicto"] == MISSING).any())
            or bool(given["certificado_soles"].is_null().any())
        )

    @property
    def sin_dato(self) -> int:
        """Movements whose legality is not known."""
        return int((self.movimientos["veredicto"] == MISSING).sum())

    @property
    def monto_soles(self) -> int:
        """Total moved."""
        return int(self.transferencias["monto_soles"].sum())

    @property
    def donantes(self) -> pl.DataFrame:
        """See `_largest_first`: those that give."""
        return _largest_first(self.acciones, "donante")

    @property
    def receptores(self) -> pl.DataFrame:
        """See `_largest_first`: those that receive."""
        return _largest_first(self.acciones, "receptor")

    @property
    def en_tope(self) -> int:
        """How many of those that give or receive reach their cap."""
        return int(self.acciones.filter(pl.col("papel") != "sin cambio")["en_tope"].sum())

    @property
    def holgados(self) -> int:
        """How many limits are not reached."""
        return self.restricciones.filter(~pl.col("activa")).height

    @property
    def mayores_transferencias(self) -> pl.DataFrame:
        """`transferencias`, the largest first, with `parte_ratio` of all that moves."""
        ordered = self.transferencias.sort("monto_soles", "donante", "receptor", descending=[True, False, False])
        return ordered.with_columns(parte_ratio=_part())

    @property
    def lineas(self) -> int:
        """How many lines of the budget change."""
        return self.asientos["linea"].n_unique()

    @property
    def objetivo(self) -> Objective:
        """What it seeks."""
        return objective_of(self.spec)

    @property
    def unidad(self) -> str:
        """What the objective is measured in."""
        return self.objetivo.unit

    @property
    def fuentes(self) -> pl.DataFrame:
        """See `breakdown.balance_by_source`."""
        return balance_by_source(self.asientos)

    @property
    def veredictos(self) -> pl.DataFrame:
        """Key `veredicto`: how many movements the law judges so, and their soles."""
        return (
            self.movimientos.group_by("veredicto")
            .agg(pl.len().cast(pl.Int64).alias("movimientos"), pl.col("monto_soles").sum())
            .sort("veredicto")
        )

    @property
    def sustentos(self) -> pl.DataFrame:
        """See `legal.papers_of`."""
        return papers_of(self.spec, self.baseline.lineas)

    @cached_property
    def facts(self) -> Facts:
        """What each action has before and after, each transfer, what the law says of them, and the whole that is moved."""
        return facts_of(self.rows, *self._told())

    @property
    def source(self) -> Source:
        """Of what it tells: the budget it starts from."""
        base = self.baseline
        said = base.acciones["ambito"].to_list()[:1] if "ambito" in base.acciones.columns else []
        return Source(base.titulo, base.titulo, base.origen.get("ambito") or "".join(filter(None, said)), base.fecha)

    @property
    def rows(self) -> tuple[Rows, ...]:
        """Each of its tables, with the fact that each figure is."""
        name, own = f"escenario_{self.spec.id}", Place("{accion}", self.baseline.anio, variante=self.spec.id, own=True)
        parts = (
            ("aer", self.acciones, own.unidad),
            ("transferencias", self.transferencias, "{donante} → {receptor}"),
            ("restricciones", self.restricciones, "{restriccion}"),
            ("excluidas", self.excluidas, own.unidad),
        )
        return tuple(
            Rows(f"{name}_{part}", rows, self.source, replace(own, unidad=unit), texts=("papel",) if part == "aer" else ())
            for part, rows, unit in parts
        )

    def _told(self) -> Iterator[pl.DataFrame]:
        name = f"escenario_{self.spec.id}"
        about: dict[str, Any] = {"source": self.source, "anio": self.baseline.anio, "variante": self.spec.id}
        verdict = pl.format("movimientos: veredicto={}", "veredicto")
        yield tell(self.veredictos, ("movimientos", "monto_soles"), unidad=pl.col("veredicto"), filas=verdict, **about)
        every, where = pl.DataFrame({"monto_soles": [self.monto_soles]}), pl.lit(f"{name}_transferencias")
        yield tell(every, ("monto_soles",), unidad=pl.lit("todo"), filas=where, regla="suma de las transferencias", **about)


def _part() -> pl.Expr:
    return pl.col("monto_soles").cast(pl.Float64) / pl.col("monto_soles").sum().cast(pl.Float64)


def _largest_first(actions: pl.DataFrame, role: str) -> pl.DataFrame:
    """The rows of `Scenario.acciones` with a role, the largest change first.

    Returns:
        Key `accion`, with `monto_soles` (without sign), `parte_ratio` (of all that the role moves) and `cambio_ratio` (of its own PIM; null
        without PIM).
    """
    before = pl.col("pim_antes_soles").cast(pl.Float64)
    return (
        actions.filter(pl.col("papel") == role)
        .with_columns(monto_soles=pl.col("cambio_soles").abs())
        .sort("monto_soles", "accion", descending=[True, False])
        .with_columns(parte_ratio=_part(), cambio_ratio=pl.when(before != 0).then(pl.col("cambio_soles").cast(pl.Float64) / before))
    )


def run_scenario(baseline: Baseline, spec: EscenarioSpec, book: Rulebook, level: str = "central") -> Scenario:
    """Build, solve and compare a scenario.

    Raises:
        SpecError, InfeasibleScenarioError: see `build_problem` and `must_solve`.
    """
    problem = build_problem(baseline, spec, book, level)
    return compared(problem, must_solve(problem), book)


def compared(problem: ReallocationProblem, solution: Solution, book: Rulebook) -> Scenario:
    """A solution as people read it."""
    moved = movements(problem, solution.amounts)
    rules = _rules(problem, moved)
    moved = moved.with_columns(veredicto=pl.Series(problem.judgement.verdict_names(moved["arco"].to_numpy()), dtype=pl.String))
    written = entries(problem, moved)
    _balanced(moved, written)
    transfers = between_actions(moved)
    table = _before_after(problem, transfers)
    _conserve(table)
    return Scenario(
        problem,
        solution,
        book,
        moved.drop("arco", "i", "j"),
        written,
        rules,
        transfers,
        table,
        _constraints(problem, solution),
        pl.concat([problem.receivers.excluidas, problem.donors.excluidas]),
        (*_cautions(table, problem.baseline.niveles.accion), *_doubts(problem, solution)),
        _warning(problem, moved),
    )


def _rules(problem: ReallocationProblem, moved: pl.DataFrame) -> pl.DataFrame:
    """What the law says of each movement, rule by rule."""
    told = problem.judgement.explain(moved["arco"].to_numpy())
    place = moved.select(pl.col("arco").cast(pl.Int64), "movimiento")
    return (
        told.with_columns(pl.col("arco").cast(pl.Int64))
        .join(place, on="arco", how="inner")
        .drop("arco")
        .select("movimiento", pl.exclude("movimiento"))
        .sort("movimiento", "regla")
    )


def _warning(problem: ReallocationProblem, moved: pl.DataFrame) -> str:
    """What the scenario does not prove, by what its data lacks."""
    missing = problem.baseline.faltantes
    doubtful = int((moved["veredicto"] == MISSING).sum())
    if missing:
        said = (
            f"Es indicativo: los datos no traen {enumerate_words(missing)}, de modo que no se puede verificar si la modificación es legal"
        )
        said += (
            " ni cuánto saldo está libre. No es una propuesta aprobada ni"
            if "el certificado" in missing
            else ". No es una propuesta aprobada ni"
        )
        return said + " prueba que el dinero mejore el resultado."
    if doubtful:
        return f"Es indicativo: a {doubtful} de {moved.height} movimientos les falta un dato que la norma pide. {DRAFT} {_NO_EFFECT}"
    return f"{DRAFT} {_NO_EFFECT}"


def _cautions(table: pl.DataFrame, action: str) -> tuple[str, ...]:
    """What the diagnosis of those who give and receive says against moving the money at once."""
    received = table.filter(pl.col("papel") == "receptor")
    total = received["cambio_soles"].sum()
    sentences = []
    for diagnosis, group in received.group_by("diagnostico", maintain_order=True):
        if diagnosis[0] != SUSTAIN:
            sentences.append(
                f"{soles(group['cambio_soles'].sum())} de {soles(total)} irían a {action} cuyo diagnóstico es «{diagnosis[0]}» "
                f"({enumerate_words(group['accion'])}): antes de mover dinero conviene resolver eso."
            )
    doubtful = table.filter((pl.col("papel") == "donante") & (pl.col("diagnostico") != SUSTAIN))
    sentences += [
        f"{row['accion']} cedería, pero su diagnóstico es «{row['diagnostico']}»: su resultado en verde está por confirmar."
        for row in doubtful.filter(pl.col("banda_resultado") == GREEN).iter_rows(named=True)
    ]
    sentences += [
        f"{row['accion']} cedería sin haber logrado su meta: su diagnóstico es «{row['diagnostico']}»."
        for row in doubtful.filter(pl.col("banda_resultado") != GREEN).iter_rows(named=True)
    ]
    return tuple(sentences)


def _doubts(problem: ReallocationProblem, solution: Solution) -> list[str]:
    """What must be known of how the proposal was made."""
    told = []
    least = problem.spec.movimiento_minimo_soles
    if least is not None and solution.unbounded:
        lost = max(0.0, 1 - solution.value / solution.unbounded)
        told.append(
            f"No mover montos menores que {soles(least)} cuesta {percent(lost)} de lo que se lograría sin ese mínimo; se buscó descartando los menores, sin probar todas las combinaciones."
        )
    if solution.gap > _GAP:
        told.append(
            f"Con el número o el mínimo de transferencias pedido no se probaron todas las combinaciones: podría haber una propuesta hasta {percent(solution.gap)} mejor."
        )
    if not solution.amounts.any():
        told.append(_nothing(problem))
    partial = problem.receivers.acciones.filter(pl.col("absorcion_origen").str.contains("a la fecha de corte").fill_null(False))
    if partial.height:
        told.append(
            f"La absorción de {enumerate_words(partial['accion'])} es su ejecución a la fecha de corte, no la de un año entero: es un piso, y los topes "
            "que salen de ella también. Con un año anterior en la instantánea, o declarándola, cambiarían."
        )
    told += _closing(problem)
    told += [
        f"La evidencia «{row['dato']}: {row['valor']}» no alcanza a ninguna línea."
        for row in papers_of(problem.spec, problem.baseline.lineas).iter_rows(named=True)
        if not row["lineas"]
    ]
    told += [
        f"El límite «{family.sentences[0]}» no alcanza a ninguna transferencia posible."
        for family in problem.families
        if family.name == "límite" and not (family.labels >= 0).any()
    ]
    return told


def _closing(problem: ReallocationProblem) -> list[str]:
    """Whether what donors give was checked against what will be left in December."""
    baseline, side = problem.baseline, problem.spec.donantes
    donors = problem.donors.acciones["accion"].sort()
    if "instantanea" not in baseline.origen or donors.is_empty():
        return []
    if side.saldo_al_cierre == "no usar":
        return ["El escenario no usa la proyección al cierre: el saldo que se cede es el libre a la fecha, no el de diciembre."]
    if baseline.cierre is None:
        return [
            "No hay proyección al cierre (ningún año anterior por mes la mide, o el año ya cerró): el saldo que se cede es el libre a la fecha."
        ]
    without = donors.filter(~donors.is_in(baseline.cierre["accion"].implode()))
    told = [f"Cada {baseline.niveles.accion} donante cede a lo más {closing_words(side)}; método: {baseline.cierre['metodo'][0]}."]
    if without.len():
        told.append(f"Sin saldo proyectado, porque no tienen historia con que medirlo: {enumerate_words(without)}.")
    return told


def _nothing(problem: ReallocationProblem) -> str:
    least = problem.spec.transferencia_minima_soles
    if least is not None:
        return f"No se mueve nada: ninguna transferencia que cabe llega a {soles(least)}."
    return "No se mueve nada: con estos límites y pesos, nada gana moviendo dinero."


def _before_after(problem: ReallocationProblem, transfers: pl.DataFrame) -> pl.DataFrame:
    gives = transfers.group_by(accion=pl.col("donante")).agg(cede_soles=pl.col("monto_soles").sum().cast(MONEY))
    takes = transfers.group_by(accion=pl.col("receptor")).agg(recibe_soles=pl.col("monto_soles").sum().cast(MONEY))
    caps = pl.concat([side.acciones.select("accion", "tope_soles") for side in (problem.donors, problem.receivers)])
    zero = pl.lit(0, MONEY)
    change = pl.col("recibe_soles").fill_null(zero) - pl.col("cede_soles").fill_null(zero)
    after, accrued = pl.col("pim_despues_soles").cast(pl.Float64), pl.col("devengado_soles").cast(pl.Float64)
    return (
        problem.baseline.acciones.filter(pl.col("vinculo") == DIRECT)
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


def _balanced(moved: pl.DataFrame, written: pl.DataFrame) -> None:
    """Line by line, both sides of every movement and every source add up to the same."""
    sums = written.group_by("movimiento", "lado").agg(pl.col("monto_soles").sum())
    whole = moved.select("movimiento", esperado="monto_soles").join(sums, on="movimiento", how="left")
    if (whole["monto_soles"] != whole["esperado"]).any() or sums.height != 2 * moved.height:
        raise RuntimeError("the lines of a movement do not add up to it")
    if (balance_by_source(written)["diferencia_soles"] != 0).any():
        raise RuntimeError("a source does not close to zero")


def _constraints(problem: ReallocationProblem, solution: Solution) -> pl.DataFrame:
    """The shown limits, what is used of each and what one more sol of it is worth."""
    rows: list[dict[str, object]] = []
    for family in problem.families:
        if not family.shown:
            rows += _bag_rows(family, solution)
            continue
        inside = family.labels >= 0
        used = np.bincount(family.labels[inside], weights=solution.amounts[inside].astype(float), minlength=family.size)
        rows += [
            {
                "restriccion": key,
                "frase": sentence,
                "limite_soles": int(upper if np.isfinite(upper) else lower),
                "usado_soles": round(spent),
                "activa": round(spent) in {int(bound) for bound in (lower, upper) if np.isfinite(bound)},
                "valor_marginal": solution.marginal.get(key) if solution.marginal else None,
            }
            for key, sentence, lower, upper, spent in zip(
                family.keys, family.sentences, family.lower, family.upper, used.tolist(), strict=True
            )
        ]
    schema = {
        "restriccion": pl.String,
        "frase": pl.String,
        "limite_soles": pl.Int64,
        "usado_soles": pl.Int64,
        "activa": pl.Boolean,
        "valor_marginal": pl.Float64,
    }
    return (
        pl.DataFrame(rows, schema=schema)
        .with_columns(pl.col("valor_marginal").round(9))
        .with_columns(frena=pl.col("activa") & (pl.col("valor_marginal") > 0).fill_null(True))
    )


def _bag_rows(family: Family, solution: Solution) -> list[dict[str, object]]:
    """The caps of bags, told by action: only those that are reached and worth relaxing, added up."""
    inside = family.labels >= 0
    used = np.bincount(family.labels[inside], weights=solution.amounts[inside].astype(float), minlength=family.size)
    tight: dict[str, float] = {}
    for key, upper, spent in zip(family.keys, family.upper, used.tolist(), strict=True):
        owner = key.removeprefix("bolsa ").rpartition(":")[0]
        if upper - spent < _REACHED and solution.marginal.get(f"saldo de {owner}", 0.0) > 0:
            tight[owner] = tight.get(owner, 0.0) + upper
    verb = "ceden" if family.name.endswith("donante") else "reciben"
    return [
        {
            "restriccion": f"saldo de {owner}",
            "frase": f"las líneas de {owner.partition(':')[2]} que la norma deja usar {verb} hasta {soles(round(total))}, y llegan a eso",
            "limite_soles": round(total),
            "usado_soles": round(total),
            "activa": True,
            "valor_marginal": solution.marginal[f"saldo de {owner}"],
        }
        for owner, total in tight.items()
    ]
