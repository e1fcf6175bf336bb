"""What every specification is, and how one is read from TOML with Spanish errors that name the key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from presupuesto_link.errors import Problem, SpecError, place_of, system_reason
from presupuesto_link.wording import CONTROL


def _readable(text: str) -> str:
    if CONTROL.search(text):
        raise ValueError("un texto sin caracteres de control")
    return text


Ratio = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_readable)]
S = TypeVar("S", bound="Spec")


class Spec(BaseModel):
    """Base of every specification: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)  # only what is read is built


def read_spec(path: Path, model: type[S]) -> S:
    """Read and check a TOML specification.

    Args:
        path: the `.toml` file (UTF-8).
        model: the spec class it must satisfy.

    Returns:
        The frozen spec.

    Raises:
        SpecError: the file is missing, is not TOML, or has unknown, missing or impossible values;
            all problems of the file are reported together.
    """
    return validate_spec(read_toml(path), model, str(path))


def validate_spec(data: dict[str, Any], model: type[S], where: str) -> S:
    """Check a mapping against a spec, naming each offending key in Spanish."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise SpecError(*(_problem(where, item) for item in error.errors())) from None


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        SpecError: the file is missing, cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SpecError(Problem(str(path), "el archivo no existe", "un archivo TOML", "revise la ruta escrita")) from None
    except IsADirectoryError:
        raise SpecError(Problem(str(path), "una carpeta", "un archivo TOML", "indique el archivo que está dentro de la carpeta")) from None
    except OSError as error:
        raise SpecError(
            Problem(str(path), f"no se puede leer ({system_reason(error)})", "un archivo TOML legible", "revise los permisos")
        ) from None
    except UnicodeDecodeError as error:
        raise SpecError(
            Problem(f"{path}, byte {error.start}", "texto que no es UTF-8", "TOML en UTF-8", "guarde el archivo como UTF-8")
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise SpecError(Problem(str(path), f"TOML mal escrito{place_of(error)}", "TOML válido", "corrija lo indicado")) from None


_TYPES = {
    "int": "un número entero",
    "float": "un número",
    "string": "un texto",
    "bool": "true o false",
    "tuple": "una lista",
    "list": "una lista",
    "date": "una fecha AAAA-MM-DD",
    "dict": "una sección",
}


def _problem(where: str, item: Any) -> Problem:
    """A pydantic error as a Spanish problem with its key."""
    kind, ctx = str(item["type"]), item.get("ctx", {})
    key = ".".join(str(part) for part in item["loc"]) or "(archivo)"
    found = f"{item['input']!r}"
    if kind == "extra_forbidden":
        return Problem(
            f"{where}, clave «{key}»",
            f"clave desconocida (valor {found})",
            "una clave documentada",
            "revise si está mal escrita; las claves están en la guía",
        )
    if kind == "missing":
        return Problem(f"{where}, clave «{key}»", "no está", "un valor", "agregue la clave")
    if kind == "too_short":
        return Problem(f"{where}, clave «{key}»", "una lista vacía", "al menos un elemento", "agregue uno o quite la clave")
    if kind == "string_too_short":
        return Problem(f"{where}, clave «{key}»", "un texto vacío", "un texto", "escríbalo o quite la clave")
    limits = {"greater_than_equal": "un valor mayor o igual que {ge}", "less_than_equal": "un valor menor o igual que {le}"}
    if kind in limits:
        expected = limits[kind].format(**ctx)
    elif kind == "literal_error":
        expected = "uno de " + str(ctx.get("expected", "")).replace(" or ", " o ")
    elif kind == "finite_number":
        expected = "un número finito"
    elif kind == "value_error":
        expected = str(ctx.get("error", "un valor posible"))
    elif kind == "string_pattern_mismatch":
        expected = f"un texto con la forma {ctx.get('pattern', '')}"
    else:
        expected = _TYPES.get(kind.partition("_")[0], "un valor del tipo documentado")
    return Problem(f"{where}, clave «{key}»", found, expected, "corrija el valor")
