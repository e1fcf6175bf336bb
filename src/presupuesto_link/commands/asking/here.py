"""What a command works with when nobody says it: the environment, then the office's folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from presupuesto_link.office import SETTINGS, Office, find_office, read_office, said_in_environment

NEWEST, NONE = "ultima", "ninguna"
_FOLDER_ONLY = "salida"  # a folder of results is a default of `analizar` alone: the other commands write only when asked


def here() -> Office | None:
    """The office of the working folder, if it is inside one.

    Raises:
        SpecError: its `oficina.toml` is wrong.
    """
    found = find_office(Path.cwd())
    return read_office(found) if found else None


def settled(office: Office | None) -> dict[str, tuple[Any, str]]:
    """Each setting that somebody decided, by key: its value and where it comes from.

    Raises:
        SpecError: a variable of the environment has a wrong name or value, or names what is not there.
    """
    told = said_in_environment(os.environ, os.pathsep)
    found: dict[str, tuple[Any, str]] = {}
    for setting in SETTINGS:
        if setting.key in told:
            found[setting.key] = (told[setting.key], f"entorno ({setting.env})")
        elif office and setting.key in office.values:
            found[setting.key] = (office.values[setting.key], office.path.name)
    if office and "instantanea" not in found and _some_snapshot(found):
        found["instantanea"] = (NEWEST, "hay instantáneas en el almacén")
    return found


def who_says(key: str, value: object) -> str:
    """`, que dice oficina.toml` after a value that nobody asked for now; nothing when an option or the program says it."""
    said, origin = settled(here()).get(key, (None, ""))
    return f", que dice {origin}" if origin and str(said) == str(value) else ""


def defaults(office: Office | None) -> dict[str, Any]:
    """The value of each parameter of the commands that the environment or the folder decides, but the folder of results."""
    return {
        setting.option: _plain(value)
        for setting in SETTINGS
        if setting.option and setting.option != _FOLDER_ONLY and (value := settled(office).get(setting.key, (None, ""))[0]) is not None
    }


def signer() -> str | None:
    """Who answers for what is decided here (`firma` of the office); null when nobody is named."""
    name = settled(here()).get("firma", ("", ""))[0]
    return str(name) or None


def default_map(office: Office | None, commands: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """`defaults` as the command line takes them: by command and, in a group, by the command inside it.

    Args:
        office: the folder's.
        commands: name → the names inside it; none for a command that is not a group.
    """
    own = defaults(office)
    found: dict[str, Any] = {name: dict.fromkeys(inside, own) if inside else own for name, inside in commands.items()}
    found["vincular"] = {key: value for key, value in own.items() if key != "poi"}  # there it is another question, asked each time
    results = settled(office).get(_FOLDER_ONLY)
    return found | ({"analizar": own | {_FOLDER_ONLY: _plain(results[0])}} if results else {})


def _some_snapshot(found: Mapping[str, tuple[Any, str]]) -> bool:
    store = Path(found.get("almacen", ("almacen", ""))[0])
    return any((store / "instantaneas").glob("*/manifiesto.json"))


def _plain(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, list) else str(value)
