"""What the robustness of a ranking says, in sentences of a budget office; like `words`, it imports nothing heavy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from presupuesto_link.presentation.telling.words import limit
from presupuesto_link.presentation.theme import COMPONENT_LOOKS
from presupuesto_link.vocabulary import EXCLUDE
from presupuesto_link.wording import enumerate_words, percent, plural

if TYPE_CHECKING:
    from presupuesto_link.specs import RobustezSpec
    from presupuesto_link.studies.robustness import Robustness
    from presupuesto_link.tables.levels import Levels

DOUBTS = {
    "pesos": "los pesos",
    "perfil": "la fórmula del avance (perfil)",
    "política de ND": "cómo se cuentan los ND",
    "umbral": "desde qué avance se llama rezagada",
    "todas": "todas las dudas juntas",
}
_OPTIONS = {"pesos": "pesos", "perfil": "perfiles", "política de ND": "politicas_nd", "umbral": "umbrales"}
_NAMED = 2  # components named in a phrase


def share(ratio: float) -> str:
    """A probability as a percentage that never says 0 % or 100 % of what is not: `88 %`, `< 1 %`, `> 99 %`."""
    if 0 < ratio < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < ratio < 1 else percent(ratio, 0)


def interval(low: int | None, high: int | None) -> str:
    """`3–9`, or `4` when both ends are the same; `–` without a place."""
    if low is None or high is None:
        return "–"
    return str(low) if low == high else f"{low}–{high}"


def places(low: int | None, high: int | None) -> str:
    """`puestos 3–9`, `puesto 4`, or `sin puesto`."""
    if low is None or high is None:
        return "sin puesto"
    return f"{'puesto' if low == high else 'puestos'} {interval(low, high)}"


def outside_words(actions: Sequence[str]) -> str:
    """Which actions have a place that is not within their interval, and why; nothing when there are none."""
    if not actions:
        return ""
    one = len(actions) == 1
    whose = f"El puesto de {actions[0]}" if one else f"Los puestos de {enumerate_words(actions)}"
    return f" {whose} con los pesos y la lectura del análisis {'queda' if one else 'quedan'} fuera de ese intervalo: pocos de los casos {'se lo' if one else 'se los'} dan."


def central_words(weights: dict[str, float | None]) -> str:
    """With which weights an action would be first: the two that count most, `brecha de avance 43 % y prioridad 21 %`."""
    known = {name: weight for name, weight in weights.items() if weight is not None}
    if not known:
        return "nunca es primera"
    top = sorted(known, key=lambda name: (-known[name], name))[:_NAMED]
    return enumerate_words(f"{COMPONENT_LOOKS[name].label.lower()} {percent(known[name], 0)}" for name in top)


def sentences(robustness: Robustness) -> list[str]:
    """What stands, what depends and which doubt weighs most."""
    rows = list(robustness.resumen.sort("primeros_ratio", "accion", descending=[True, False]).iter_rows(named=True))
    by_class = {name: [row for row in rows if row["clase"] == name] for name in ("siempre", "depende", "nunca", "sin puesto")}
    always, never = (enumerate_words(sorted(row["accion"] for row in by_class[name])) for name in ("siempre", "nunca"))
    depends = enumerate_words(f"{row['accion']} ({share(row['primeros_ratio'])})" for row in by_class["depende"])
    told = [
        _sure(robustness.spec, always, len(by_class["siempre"]), robustness.levels),
        f"Dependen de los pesos o de cómo se lea el avance (entre paréntesis, en cuántos casos están): {depends}." if depends else "",
        f"Casi nunca están (5 % de los casos o menos): {never}." if never else "",
        _without_place(len(by_class["sin puesto"]), robustness.levels),
        *effect_sentences(robustness),
    ]
    return [sentence for sentence in told if sentence]


def _sure(spec: RobustezSpec, codes: str, count: int, levels: Levels) -> str:
    place = f"entre las {spec.primeros} más rezagadas" if spec.primeros > 1 else "como la más rezagada"
    among = f"{place} en el 95 % o más de los casos probados"
    if not count:
        return f"Ninguna {levels.accion} está {among}."
    whatever = "cualesquiera que sean los pesos" if spec.pesos.free else "con los pesos que se dan por posibles"
    return f"{'Seguras' if count > 1 else 'Segura'}: {codes} {'están' if count > 1 else 'está'} {among}, {whatever}."


def _without_place(count: int, levels: Levels) -> str:
    if not count:
        return ""
    if count == 1:
        return f"Otra {levels.accion} no tiene puesto en ninguna lectura: está en meta o no tiene dato."
    return f"Otras {count} {levels.accion} no tienen puesto en ninguna lectura: están en meta o no tienen dato."


def effect_sentences(robustness: Robustness) -> list[str]:
    """Which doubt alone changes the list most, and how much each of the others does."""
    first = robustness.spec.primeros
    rows = {row["duda"]: row for row in robustness.efectos.iter_rows(named=True)}
    moved = {doubt: max(row["entran"], row["salen"]) for doubt, row in rows.items()}
    together = moved.pop("todas")
    most = f"{max(moved.values()):.1f}"
    if most == "0.0":
        return [f"Ninguna duda, por sí sola, cambia la lista de las {first}."]
    top = [doubt for doubt in moved if f"{moved[doubt]:.1f}" == most]
    leaders = enumerate_words(DOUBTS[doubt] for doubt in top)
    rest = [doubt for doubt in moved if doubt not in top and (moved[doubt] or rows[doubt]["opciones"] != 1)]
    others = "; ".join(f"{DOUBTS[doubt]}, {moved[doubt]:.1f}" for doubt in rest)
    alone = "si sólo se duda de eso" if len(top) == 1 else "si sólo se duda de una de esas cosas"
    return [
        f"Lo que más mueve la lista: {leaders}; {alone}, cambian en promedio {most} de las {first}."
        + (f" Lo demás mueve menos: {others}." if others else ""),
        f"Con todas las dudas juntas cambian en promedio {together:.1f} de las {first}.",
    ]


def how(robustness: Robustness) -> str:
    """What was drawn and read, and how exact the shares are."""
    spec, count = robustness.spec, robustness.lecturas.height
    return (
        f"{plural(spec.sorteos, 'juego de pesos sorteado', 'juegos de pesos sorteados')} ({weights_words(spec)}), cada uno con "
        f"{plural(count, 'lectura', 'lecturas')} del avance, por igual de posibles: {readings_words(spec)}. Error de muestreo de cada "
        f"porcentaje: hasta {robustness.aceptabilidad.error_maximo * 100:.2f} puntos. Semilla {spec.semilla}."
    )


def weights_words(spec: RobustezSpec) -> str:
    """Which sets of weights were possible."""
    if spec.pesos.free:
        return "cualquiera que sume 100 %"
    stated = {name: limits for name, limits in spec.pesos.as_dict().items() if limits != (0.0, 1.0)}
    return enumerate_words(f"{COMPONENT_LOOKS[name].label.lower()} de {limit(low)} a {limit(high)}" for name, (low, high) in stated.items())


def readings_words(spec: RobustezSpec) -> str:
    """Which readings of the advance were possible."""
    return (
        f"{_options('perfil', 'perfiles', spec.perfiles)}, ND {enumerate_words((_nd(policy) for policy in spec.politicas_nd), 'o')}, "
        f"{_options('umbral de rezago', 'umbrales de rezago', [limit(value) for value in spec.umbrales])}"
    )


def options_words(spec: RobustezSpec, doubt: str) -> str:
    """What an input may be, for a table."""
    if doubt == "pesos":
        return weights_words(spec) if spec.pesos.free else "los de sus rangos"
    if doubt not in _OPTIONS:
        return "todas a la vez"
    values: Iterable[Any] = getattr(spec, _OPTIONS[doubt])
    words = [limit(value) if doubt == "umbral" else str(value) for value in values]
    return words[0] if len(words) == 1 else enumerate_words(words, "o")


def _options(one: str, several: str, values: Iterable[str]) -> str:
    words = list(values)
    return f"{one if len(words) == 1 else several} {enumerate_words(words, 'o')}"


def _nd(policy: str) -> str:
    return "excluidos" if policy == EXCLUDE else "como cero"
