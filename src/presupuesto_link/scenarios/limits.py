"""Every limit of a scenario as rows over its arcs, each with its name and its sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from presupuesto_link.normas.truth import TRUE, atom_truth
from presupuesto_link.scenarios.baseline import Baseline
from presupuesto_link.scenarios.pool import Pool
from presupuesto_link.specs import EscenarioSpec, LimiteSpec
from presupuesto_link.wording import percent, soles

INF = float("inf")


@dataclass(frozen=True)
class Family:
    """Rows of one shape: arc k adds up in row `labels[k]` (-1: in none), between `lower` and `upper` whole soles.

    `shown` families are told to people; the others (the caps of bags) are told through the action they belong to.
    """

    name: str
    labels: np.ndarray
    keys: tuple[str, ...]
    sentences: tuple[str, ...]
    lower: np.ndarray
    upper: np.ndarray
    shown: bool = True

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.keys)


def families_of(  # noqa: PLR0913, PLR0917 - both sides of every arc
    spec: EscenarioSpec,
    baseline: Baseline,
    donors: Pool,
    receivers: Pool,
    i: np.ndarray,
    j: np.ndarray,
    capped: list[tuple[str, np.ndarray, float, dict[str, tuple[str, ...]]]],
) -> tuple[Family, ...]:
    """The limits of a scenario: bags, actions, those it states, the amount, and the exceptions the law caps."""
    return (
        *side_families(donors, receivers, i, j),
        *(_stated(place, limit, donors, receivers, i, j) for place, limit in enumerate(spec.limites, 1)),
        *(_exception(*item, baseline) for item in capped),
        *_amounts(spec, i.size),
    )


def side_families(donors: Pool, receivers: Pool, i: np.ndarray, j: np.ndarray) -> tuple[Family, ...]:
    """The caps of actions and bags of both sides."""
    return (*_side("donante", donors, i, "cede"), *_side("receptor", receivers, j, "recibe"))


def _side(role: str, pool: Pool, bag: np.ndarray, verb: str) -> list[Family]:
    """The caps of the actions of a side, and those of the bags that their action's cap does not already hold."""
    actions, bags = pool.acciones, pool.bolsas
    action = bags["accion_id"].to_numpy()
    of_action = Family(
        role,
        action[bag],
        tuple(f"{role}:{code}" for code in actions["accion"]),
        tuple(f"{row['accion']} {verb} hasta {soles(row['tope_soles'])} ({row['limite']})" for row in actions.iter_rows(named=True)),
        np.full(actions.height, -INF),
        actions["tope_soles"].to_numpy().astype(float),
    )
    caps = bags["tope_soles"].to_numpy()
    needed = np.flatnonzero(caps < actions["tope_soles"].to_numpy()[action])
    if not needed.size:
        return [of_action]
    place = np.full(bags.height, -1)
    place[needed] = np.arange(needed.size)
    codes = actions["accion"].to_list()
    names = tuple(f"bolsa {role}:{codes[action[k]]}:{k}" for k in needed)
    sentences = tuple(f"cada bolsa de líneas de {codes[action[k]]} {verb} hasta lo suyo" for k in needed)
    return [of_action, Family(f"bolsa {role}", place[bag], names, sentences, np.full(needed.size, -INF), caps[needed].astype(float), False)]


def _stated(place: int, limit: LimiteSpec, donors: Pool, receivers: Pool, i: np.ndarray, j: np.ndarray) -> Family:
    """A cap or a floor that the scenario states."""
    pool, bag = (donors, i) if limit.lado == "donante" else (receivers, j)
    codes = {"accion": limit.accion, "objetivo": limit.objetivo, "fuente": limit.fuente, "rubro": limit.rubro}
    bags = pool.bolsas.join(pool.acciones.select("accion", "objetivo"), on="accion", how="left", maintain_order="left")
    inside = bags.select(
        pl.all_horizontal(pl.col(name).eq(value).fill_null(False) for name, value in codes.items() if value is not None)
    ).to_series()
    pim = float(bags.filter(inside)["pim_soles"].sum() or 0)
    lower = max([limit.minimo_soles or 0, _share(limit.minimo_pim_ratio, pim) or 0])
    caps = [cap for cap in (limit.maximo_soles, _share(limit.maximo_pim_ratio, pim)) if cap is not None]
    labels = np.where(inside.to_numpy()[bag], 0, -1)
    who = ", ".join(str(value) for value in codes.values() if value is not None)
    verb = "cede" if limit.lado == "donante" else "recibe"
    says = [*([f"al menos {soles(lower)}"] if lower else []), *([f"a lo más {soles(min(caps))}"] if caps else [])]
    sentence = f"{who} {verb} {' y '.join(says)}" + (f" ({limit.motivo})" if limit.motivo else "")
    return Family(
        "límite",
        labels,
        (f"limite:{place}",),
        (sentence,),
        np.array([float(lower) if lower else -INF]),
        np.array([float(min(caps)) if caps else INF]),
    )


def _share(ratio: float | None, pim: float) -> int | None:
    return None if ratio is None else int(pim * ratio + 1e-6)


def _exception(rule: str, used: np.ndarray, ratio: float, base: dict[str, tuple[str, ...]], baseline: Baseline) -> Family:
    """What the law lets an exception move: a share of the PIM of some sources of the whole scope."""
    columns = baseline.lineas.columns
    tests = [atom_truth(name, values, True, columns) == TRUE for name, values in base.items()]
    total = float(baseline.lineas.filter(*tests)["pim_soles"].sum() or 0)
    cap = int(total * ratio + 1e-6)
    sentence = f"La excepción {rule} mueve hasta {soles(cap)} ({percent(ratio, 0)} de {soles(total)})"
    return Family("excepción", np.where(used, 0, -1), (f"excepcion:{rule}",), (sentence,), np.array([-INF]), np.array([float(cap)]))


def _amounts(spec: EscenarioSpec, arcs: int) -> list[Family]:
    """The total the scenario may move, and the one it must."""
    everything, limit, required = np.zeros(arcs, dtype=np.int64), spec.monto_maximo_soles, spec.monto_requerido_soles
    families = []
    if limit is not None:
        said = f"El total movido no pasa de {soles(limit)}"
        families.append(Family("monto máximo", everything, ("monto_maximo",), (said,), np.array([-INF]), np.array([float(limit)])))
    if required is not None:
        exact = np.array([float(required)])
        families.append(
            Family("monto requerido", everything, ("monto_requerido",), (f"El total movido es {soles(required)}",), exact, exact)
        )
    return families
