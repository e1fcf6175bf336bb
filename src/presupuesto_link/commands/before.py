"""The names that commands and options had before the eight of today: they still work in this version, and say what they are now."""

from __future__ import annotations

from collections.abc import Sequence

from presupuesto_link.wording import shell_word

TOPICS = {
    "auditar": "auditoria",
    "avance": "avance",
    "matriz": "matriz",
    "ranking": "ranking",
    "robustez": "robustez",
    "asociacion": "asociacion",
    "semaforo": "semaforo",
    "proyectar": "cierre",
}
PARTS = {"graficar": "figuras", "tablero": "tablero", "informe": "informe", "exportar": "estrella"}
_FOLDERS = {"graficar": "graficos", "tablero": "tablero", "informe": "informe", "exportar": "estrella"}
COMMANDS = (*TOPICS, *PARTS, "comparar", "descargar", "ceplan")
_LEVELS = {"aer": "accion", "oer": "objetivo"}
_OPTIONS = {
    "avance": {"--nivel": "--por"},
    "semaforo": {"--nivel": "--por"},
    "proyectar": {"--nivel": "--por"},
    "matriz": {"--ejecucion": "--anio"},
    "robustez": {"--primeros": "--primeras"},
    "exportar": {"--vinculos": "--reglas"},
    "ceplan": {"--vinculos": "--reglas", "--salida": "--exportar", "--sugerencias": "--sugerir"},
    "descargar": {"--carpeta": "--salida", "-c": "--salida"},
    "escenario": {"--fecha": "--al", "--corridas": "--sorteos"},
    "comparar": {"--fecha": "--al"},
    "normas": {"--fecha": "--al"},
    "cargar": {"--fecha-corte": "--al"},
}
_FLAGS = {
    "exportar": {"--sqlite": ("--base", "sqlite"), "--duckdb": ("--base", "duckdb")},
    "asociacion": {"--eficiencia": ("--por", "eficiencia")},
}
_RESULTS = ("--salida", "-s")
_ALONE = ("--json", "--forzar", "--debug", "--incluir-sugeridos")


def of_today(arguments: Sequence[str]) -> tuple[list[str], str]:
    """The arguments by the names of today, and what to tell the user: empty when nothing changed."""
    given = list(arguments)
    place = next((i for i, one in enumerate(given) if not one.startswith("-")), None)
    if place is None:
        return given, ""
    head, name, rest = given[:place], given[place], given[place + 1 :]
    rest = _options(name, _levels(rest))
    if name in TOPICS:
        now, rest = ["ver", TOPICS[name]], _audited(rest) if name == "auditar" else rest
    elif name in PARTS:
        now, rest = ["analizar", "--solo", PARTS[name]], _folder(name, rest)
    elif name == "vincular" and any(one.partition("=")[0] == "--por" for one in rest):
        now, rest = ["ver", "vinculo"], _with_option("--reglas", rest)
    elif name == "comparar":
        now = ["escenario"]
    elif name == "descargar":
        now, rest = ["cargar"], _with_option("--descargar", rest)
    elif name == "ceplan":
        now, rest = ["vincular"], _with_option("--poi", rest)
    else:
        now = [name]
    found = [*head, *now, *rest]
    return found, "" if found == given else f"Ahora es: presupuesto-link {' '.join(map(shell_word, found))}"


def _options(name: str, rest: Sequence[str]) -> list[str]:
    names, flags = _OPTIONS.get(name, {}), _FLAGS.get(name, {})
    out: list[str] = []
    for one in rest:
        option, equals, value = one.partition("=")
        out += flags[one] if one in flags else [names.get(option, option) + equals + value]
    return out


def _levels(rest: Sequence[str]) -> list[str]:
    """The levels of 0.1.0 (`--nivel AER`, `--nivel OER`) by their names of today."""
    pairs = zip(["", *rest], rest, strict=False)
    return [_LEVELS.get(one.lower(), one) if before in ("--nivel", "--por") else one for before, one in pairs]


def _audited(rest: Sequence[str]) -> list[str]:
    """`--severidad alta` and `--codigo P01` were options, and are arguments."""
    parts = [one.partition("=") if one.startswith(("--severidad", "--codigo")) else ("", "", one) for one in rest]
    return [value for _, _, value in parts if value]


def _folder(name: str, rest: Sequence[str]) -> list[str]:
    """A folder of results for what was a file or a folder of its own."""
    given = [before in _RESULTS or one.partition("=")[0] in _RESULTS for before, one in zip(["", *rest], rest, strict=False)]
    out = [one.removesuffix(".html") if own else one for own, one in zip(given, rest, strict=True)]
    return out if any(given) else [*out, "--salida", _FOLDERS[name]]


def _with_option(option: str, rest: Sequence[str]) -> list[str]:
    """What were arguments, each as a value of an option."""
    out: list[str] = []
    value_next = False
    for one in rest:
        if one.startswith("-"):
            value_next = one not in _ALONE and "=" not in one
            out.append(one)
        else:
            out += [one] if value_next else [option, one]
            value_next = False
    return out
