"""An office's folder: `oficina.toml` says once what every run of it works with.

The file is found from any folder below its own, as git finds its repository. Only the standard library is used: `--help` reads it too.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from presupuesto_link.errors import Problem, SettingError, SpecError, place_of, system_reason
from presupuesto_link.vocabulary import SCOPES

FILE = "oficina.toml"
VERSION = 1
ENV = "PRESUPUESTO_LINK_"
_LARGEST = 200_000
_DEEPEST = 64
Kind = Literal["texto", "ruta", "textos", "rutas", "si o no", "fecha"]


@dataclass(frozen=True)
class Setting:
    """One thing that an office decides once.

    Attributes:
        key: its name in `oficina.toml`.
        option: the parameter of the commands that it fills, if any.
        env: the environment variable that rules over the folder; the option rules over both.
        kind: text, a path relative to the folder, or a list of them.
        what: what it is, in Spanish.
        default: what counts where nobody says it, in words.
    """

    key: str
    option: str
    kind: Kind
    what: str
    default: str = "ninguno"

    @property
    def env(self) -> str:
        """`PRESUPUESTO_LINK_ALMACEN` for `almacen`."""
        return f"{ENV}{self.key.upper()}"

    @property
    def is_path(self) -> bool:
        """Whether its values are paths."""
        return self.kind in ("ruta", "rutas")

    @property
    def many(self) -> bool:
        """Whether it has several values."""
        return self.kind in ("textos", "rutas")


SETTINGS = (
    Setting("nombre", "", "texto", "Quién usa la carpeta"),
    Setting("analisis", "analisis", "ruta", "Análisis y, con él, plan", "el que trae el programa"),
    Setting("pliego", "", "texto", "Pliego cuyo gasto se mira", "el del análisis"),
    Setting("departamento", "", "texto", "Departamento donde recae el gasto", "el del análisis"),
    Setting("almacen", "almacen", "ruta", "Almacén de instantáneas", "almacen"),
    Setting("instantanea", "instantanea", "texto", "Instantánea cuyo dinero decide", "la más reciente de la entidad, si hay alguna"),
    Setting("ambito", "ambito", "texto", "De quién es el gasto", "pliego"),
    Setting("reglas", "reglas", "ruta", "Reglas del vínculo", "las del análisis"),
    Setting("firma", "", "texto", "Quién firma las reglas nuevas"),
    Setting("historia", "historia", "textos", "Otras instantáneas, con años anteriores"),
    Setting("calendario", "calendario", "ruta", "Calendario programado", "el del análisis"),
    Setting("poi", "poi", "rutas", "Exportaciones financieras del POI"),
    Setting("metas_aoi", "metas_aoi", "ruta", "Tabla firmada de metas y AOI"),
    Setting("normas", "normas", "ruta", "Carpeta de normas", "las que trae el programa"),
    Setting("libro_anterior", "libro_anterior", "ruta", "Libro llenado que pasa al nuevo", "el de la salida, si lo hay"),
    Setting("evidencias", "evidencias", "ruta", "Documentos que la oficina declara tener, para los escenarios"),
    Setting("salida", "salida", "ruta", "Carpeta de resultados", "salida"),
)
_BY_KEY = {setting.key: setting for setting in SETTINGS}
_DIGITS = {"pliego": 3, "departamento": 2}


@dataclass(frozen=True)
class Office:
    """What the file of a folder says.

    Attributes:
        path: the `oficina.toml`.
        values: by key of `SETTINGS`; paths are whole.
        outer: another office's file above it, which does not count; null when there is none.
    """

    path: Path
    values: Mapping[str, Any]
    outer: Path | None = None

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.path.parent


def find_office(start: Path) -> Path | None:
    """The nearest `oficina.toml` in a folder or above it."""
    return next((folder / FILE for folder in (start, *start.parents) if (folder / FILE).is_file()), None)


def read_office(path: Path) -> Office:
    """The settings of an office's folder.

    Raises:
        SpecError: it cannot be read, has an unknown key or a value of another kind, is of another version, or names what is not there.
    """
    given = _toml(path)
    problems = [*_version(path, given.pop("version", None)), *(p for key, value in given.items() for p in _wrong(path, key, value))]
    if problems:
        raise SpecError(*problems)
    values = {key: _whole(path.parent, _BY_KEY[key], value) for key, value in given.items() if value not in ("", [])}
    missing = [problem for key, value in values.items() for problem in _absent(f"{path}, {key}", _BY_KEY[key], value, "clave")]
    if missing:
        raise SpecError(*missing)
    return Office(path, values, find_office(path.parent.parent) if path.parent != path.parent.parent else None)


def _toml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise SpecError(
                Problem(str(path), f"más de {_LARGEST:,} bytes", "un archivo de unas líneas", "revise si es el archivo correcto")
            )
        text = path.read_text(encoding="utf-8-sig")
        if max(map(text.count, "[{")) > _LARGEST or any(line.count("[") + line.count("{") > _DEEPEST for line in text.splitlines()):
            raise SpecError(Problem(str(path), "listas dentro de listas", "claves con un valor cada una", "escriba una clave por línea"))
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(Problem(str(path), f"TOML mal escrito{place_of(error)}", "TOML válido", "corrija la línea indicada")) from None
    except UnicodeDecodeError:
        raise SpecError(Problem(str(path), "letras que no son UTF-8", "un texto en UTF-8", "guárdelo como UTF-8")) from None
    except OSError as error:
        raise SpecError(Problem(str(path), system_reason(error), "un archivo que se pueda leer", "revise sus permisos")) from None


def _version(path: Path, found: Any) -> list[Problem]:
    if found == VERSION and not isinstance(found, bool):
        return []
    if isinstance(found, int) and not isinstance(found, bool) and found > VERSION:
        return [
            Problem(
                f"{path}, version",
                f"es {found}",
                f"{VERSION}, la que este programa conoce",
                "actualice presupuesto-link, o use el de esa carpeta",
            )
        ]
    said = "falta" if found is None else f"es {found!r}"
    return [
        Problem(f"{path}, version", said, f"version = {VERSION}", "escríbala, y revise las demás claves con «presupuesto-link ver oficina»")
    ]


def said_in_environment(environment: Mapping[str, str], separator: str) -> dict[str, Any]:
    """The settings that variables decide, checked as those of a folder; paths are relative to the working folder.

    Args:
        environment: name → text; what is blank decides nothing.
        separator: what stands between two paths; between two texts it is a comma.

    Raises:
        SettingError: a variable with the program's beginning and another name, a value of another kind, or a path that is not there.
    """
    by_name = {setting.env: setting for setting in SETTINGS}
    given = {name: text.strip() for name, text in environment.items() if name.upper().startswith(ENV) and text.strip()}
    problems = [_unknown_variable(name, list(by_name)) for name in sorted(given.keys() - by_name.keys())]
    told = {by_name[name]: _parts(by_name[name], text, separator) for name, text in given.items() if name in by_name}
    problems += [problem for one, value in told.items() for problem in _wrong_value(f"entorno, {one.env}", one, value)]
    if problems:
        raise SettingError(*problems)
    values = {one: _whole(Path(), one, value) for one, value in told.items()}
    missing = [problem for one, value in values.items() for problem in _absent(f"entorno, {one.env}", one, value, "variable")]
    if missing:
        raise SettingError(*missing)
    return {one.key: value for one, value in values.items()}


def _parts(setting: Setting, text: str, separator: str) -> Any:
    return [one.strip() for one in text.split(separator if setting.is_path else ",") if one.strip()] if setting.many else text


def _unknown_variable(name: str, known: list[str]) -> Problem:
    near = get_close_matches(name.upper(), known, 1)
    return Problem(
        f"entorno, {name}",
        "ningún ajuste se llama así",
        f"{f'¿{near[0]}? Las variables son' if near else 'una de'} {', '.join(known)}",
        "corrija su nombre o quítela",
    )


def _wrong(path: Path, key: str, value: Any) -> list[Problem]:
    setting = _BY_KEY.get(key)
    if setting is None:
        near = get_close_matches(key, _BY_KEY, 1)
        known = f"¿«{near[0]}»? Las claves son" if near else "una de"
        return [Problem(f"{path}, {key}", "no se conoce esa clave", f"{known} {', '.join(_BY_KEY)}", "corrija su nombre o quítela")]
    return _wrong_value(f"{path}, {key}", setting, value)


def _wrong_value(where: str, setting: Setting, value: Any) -> list[Problem]:
    texts = value if setting.many else [value]
    if not (isinstance(texts, list) and all(isinstance(one, str) and "\0" not in one for one in texts)):
        expected = "una lista de textos entre comillas" if setting.many else "un texto entre comillas"
        shown = value.isoformat() if isinstance(value, dt.date) else repr(value)
        return [Problem(where, shown[:80], expected, "corrija su valor")]
    digits = _DIGITS.get(setting.key)
    if digits and value and not (value.isascii() and value.isdigit() and len(value) <= digits):
        return [Problem(where, f"«{value}»", f"un código de {digits} cifras", "corríjalo")]
    if setting.key == "ambito" and value and value not in SCOPES:
        return [Problem(where, f"«{value}»", f"uno de {', '.join(SCOPES)}", "corríjalo")]
    return []


def _whole(folder: Path, setting: Setting, value: Any) -> Any:
    """Paths from the folder and codes with all their digits; the name of an analysis of the program stays as it is."""
    if setting.key == "analisis" and not (folder / value).exists() and "/" not in value and "." not in value:
        return value
    if setting.is_path:
        return [folder / one for one in value] if setting.many else folder / value
    return value.zfill(_DIGITS[setting.key]) if setting.key in _DIGITS else value


def _absent(where: str, setting: Setting, value: Any, thing: str) -> list[Problem]:
    """What a path setting names and is not there; the store and the results are made when they are needed."""
    if not setting.is_path or setting.key in ("almacen", "salida"):
        return []
    return [
        Problem(where, f"no existe {one}", "un archivo o carpeta que esté ahí", f"corrija la ruta, o quite la {thing}")
        for one in (value if setting.many else [value])
        if isinstance(one, Path) and not one.exists() and "*" not in one.name
    ]
