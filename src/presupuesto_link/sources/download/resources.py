"""What the portal publishes: the dated table of kinds and names, and the one file a request means."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field

from presupuesto_link.errors import DownloadError, Problem
from presupuesto_link.sources.embedded import embedded_root
from presupuesto_link.specs import Spec, read_spec


class ArchivoSpec(Spec):
    """One name the portal has used for a kind of file, and the years it was seen."""

    nombre: str = Field(description="Nombre del archivo, con {anio}")
    desde: int = Field(description="Primer año en que se vio")
    hasta: int | None = Field(default=None, description="Último año en que se vio")
    columnas: tuple[str, ...] = Field(description="Formas aceptadas, de la sección columnas")

    def distance(self, year: int) -> int:
        """How many years away from this name a year is; 0 inside its range."""
        return max(self.desde - year, 0 if self.hasta is None else year - self.hasta, 0)


class TipoSpec(Spec):
    """A kind of file."""

    titulo: str
    archivos: tuple[ArchivoSpec, ...] = Field(min_length=1)
    recursos: dict[str, str] = Field(default_factory=dict, description="Identificador en el portal, por año")


class RecursosSpec(Spec):
    """The dated table of what the portal publishes (`data/siaf/recursos.toml`)."""

    fecha: dt.date
    productor: str
    fuente: str
    base: str
    tipos: dict[str, TipoSpec]
    columnas: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Resource:
    """One file to download.

    Attributes:
        name: file name, also of the target.
        url: address.
        year: every row's `ANO_EJE`.
        title: what it is, for its origin.
        producer: who publishes it.
        layouts: required columns of each accepted layout.
        advice: what to try when the server does not have it.
    """

    name: str
    url: str
    year: int
    title: str
    producer: str
    layouts: dict[str, tuple[str, ...]]
    advice: str

    @property
    def address(self) -> str:
        """The address as it may be written and shown."""
        return _public(self.url)


def find_resource(kind: str, year: int, url: str | None = None, table: Path | None = None) -> Resource:
    """Which file holds a kind of spending for a year.

    Args:
        kind: one of the table's kinds (`devengado`, `mensual`…).
        year: fiscal year; one never seen takes the name of the nearest seen.
        url: a mirror: the file's whole address, or a folder's when it ends in `/`.
        table: another table of resources; the one that travels with the package by default.

    Raises:
        DownloadError: unknown kind, or a year or address that cannot be.
        SpecError: the table is not valid.
    """
    path = table or embedded_root() / "data" / "siaf" / "recursos.toml"
    spec = read_spec(path, RecursosSpec)
    if problems := list(_request_problems(kind, year, url, spec)):
        raise DownloadError(*problems)
    entry = min(spec.tipos[kind].archivos, key=lambda archivo: archivo.distance(year))
    name = entry.nombre.format(anio=year)
    base = url or spec.base
    return Resource(
        name=name,
        url=base + name if base.endswith("/") else base,
        year=year,
        title=f"{spec.tipos[kind].titulo}, {year}",
        producer=spec.productor,
        layouts={layout: spec.columnas[layout] for layout in entry.columnas},
        advice=_advice(spec, kind, year),
    )


def _request_problems(kind: str, year: int, url: str | None, spec: RecursosSpec) -> Iterator[Problem]:
    if kind not in spec.tipos:
        yield Problem("opción --tipo", f"«{kind}»", f"uno de: {', '.join(spec.tipos)}", "corrija el tipo")
    if not 2000 <= year <= 2099:
        yield Problem("AÑO", str(year), "un año fiscal de cuatro cifras, como 2024", "corrija el año")
    if url is not None and not re.match(r"https?://[^/]+/", url):
        yield Problem(
            "opción --url",
            f"«{_public(url)}»",
            "una dirección http:// o https:// con su ruta",
            "copie la dirección completa del archivo, o la de su carpeta terminada en «/»",
        )


def _advice(spec: RecursosSpec, kind: str, year: int) -> str:
    seen = [name for name, tipo in spec.tipos.items() if any(not a.distance(year) for a in tipo.archivos)]
    known = f"para {year} se conocen los tipos {', '.join(seen)}" if seen else f"no se conoce ningún archivo de {year}"
    resource = spec.tipos[kind].recursos.get(str(year))
    search = f" (recurso {resource})" if resource else ""
    return (
        f"revise el año y el tipo ({known}, según la tabla del {spec.fecha:%Y-%m-%d}); si el portal cambió el nombre, "
        f"búsquelo en datosabiertos.gob.pe{search} y dé su dirección con --url"
    )


def _public(url: str) -> str:
    """An address without user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
