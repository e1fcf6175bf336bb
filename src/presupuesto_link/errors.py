"""What stops a run: exceptions a user can cause or mend.

Each carries one or more `Problem`s, and every problem says where, what was found, what was expected and what to do. What does not
stop a run is a finding (`findings`).
"""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: where it is, what was found, what was expected, what to do."""

    where: str
    found: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}\n  se encontró: {self.found}\n  se esperaba: {self.expected}\n  qué hacer: {self.remedy}"


_SYSTEM = {
    errno.EACCES: "permiso denegado",
    errno.EPERM: "operación no permitida",
    errno.ENOENT: "no existe",
    errno.EISDIR: "es una carpeta",
    errno.ENOTDIR: "una parte de la ruta no es una carpeta",
    errno.ENOSPC: "no queda espacio en el disco",
    errno.EROFS: "el disco es de sólo lectura",
    errno.EBUSY: "está en uso",
    errno.ENAMETOOLONG: "el nombre es demasiado largo",
    errno.EFBIG: "el archivo es demasiado grande",
}


def system_reason(error: OSError) -> str:
    """Why the operating system refused, in Spanish."""
    return _SYSTEM.get(error.errno or 0, f"error del sistema {error.errno}" if error.errno else str(error))


def place_of(error: Exception) -> str:
    """Where a TOML parser stopped, as ` (línea 2, columna 10)` or at the end of the file; empty when it does not say."""
    found = re.search(r"at line (\d+), column (\d+)", str(error))
    if found:
        return f" (línea {found[1]}, columna {found[2]})"
    return " (al final del archivo: falta cerrar algo)" if "at end of document" in str(error) else ""


class PresupuestoLinkError(Exception):
    """Base of every error a user can cause or mend; `problems` are reported together."""

    title = "No se pudo continuar"

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(str(self))

    def __str__(self) -> str:
        return self.title + ":\n" + "\n".join(f"- {problem}" for problem in self.problems)


class InputDataError(PresupuestoLinkError):
    """A data file is missing, unreadable or breaks its contract."""

    title = "Los datos de entrada no se pueden usar"


class SpecError(PresupuestoLinkError):
    """An analysis, profile or scenario file has an unknown, missing or impossible value."""

    title = "El archivo de parámetros no es válido"


class SettingError(SpecError):
    """A variable of the environment has an unknown name or an impossible value."""

    title = "Una variable del entorno no es válida"


class AskedError(PresupuestoLinkError):
    """A code, a name or a year asked for is none of those there are; the nearest are named."""

    title = "No se puede responder lo que se pide"


class InfeasibleScenarioError(PresupuestoLinkError):
    """No transfer satisfies the scenario's constraints; the problem names the ones that clash."""

    title = "El escenario no tiene solución"


class DownloadError(PresupuestoLinkError):
    """A file of the portal could not be fetched, or what arrived is not it; nothing was replaced."""

    title = "No se pudo descargar"


class OutputError(PresupuestoLinkError):
    """The results could not be written; whatever was there before is still whole."""

    title = "No se pudieron escribir los resultados"
