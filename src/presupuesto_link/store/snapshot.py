"""A snapshot («instantánea») as its manifest describes it: what it is of, how whole it is and what it shares with another."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.findings import Finding
from presupuesto_link.sources.siaf.dated import without_days
from presupuesto_link.store.lines import RECORDS
from presupuesto_link.store.quality import Accepted, quality_of, unguarded
from presupuesto_link.wording import period_words

PAGE_KEYS = ("ambito", "periodo", "incluye", "por")
"""What a page of the Consulta Amigable says of itself, in the manifest of its snapshot."""
BASE_ORDER = (
    "categoria_gasto",
    "generica",
    "tipo_recurso",
    "rubro",
    "fuente",
    "departamento_meta",
    "sector",
    "nivel",
    "pliego",
    "sec_ejec",
    "division",
    "grupo",
    "funcion",
    "programa",
    "actividad",
    "producto",
    "meta",
)
"""Dimensions of a page, from the one that says least of what its money is for to the one that says most."""

Totals = dict[int, dict[str, Decimal | None]]


@dataclass(frozen=True)
class Snapshot:
    """A snapshot as its manifest describes it, whether or not it is in a store.

    Attributes:
        id: its cut-off date and a digest of everything that decides its content.
        manifest: `fuente`, `fecha_corte`, `filtros`, `filas`, `totales`, `hallazgos`, `no_comprobado` and the rest.
    """

    id: str
    manifest: Mapping[str, Any]

    @property
    def cut_off(self) -> str:
        """The cut-off date, in ISO form."""
        return str(self.manifest["fecha_corte"])

    @property
    def years(self) -> tuple[int, ...]:
        """The budget years it has rows of."""
        return tuple(sorted(int(year) for year in self.manifest["totales"]))

    @property
    def totals(self) -> Totals:
        """Exact soles per year and measure; null when the layout does not give the measure."""
        return {
            int(year): {m: None if v is None else Decimal(v) for m, v in measures.items()}
            for year, measures in self.manifest["totales"].items()
        }

    @property
    def family(self) -> tuple[str, ...]:
        """What two cut-offs of the same thing share: layout, filters and the file's name without dates."""
        source, page = self.manifest["fuente"], {key: self.manifest.get(key) for key in PAGE_KEYS}
        return source["forma"], json.dumps([self.manifest["filtros"], page], sort_keys=True), _undated(source["nombre"])

    @property
    def period(self) -> str:
        """The part of its year that it has, in words; empty of a year, or of what there was of it at the cut-off."""
        told = self.manifest.get("periodo") or {}
        return period_words(str(told.get("tipo", "")), int(told.get("numero", 0)))

    @property
    def by_quarter(self) -> bool:
        """Whether its flows are of whole quarters."""
        return (self.manifest.get("periodo") or {}).get("por") == "trimestre"

    @property
    def standing(self) -> tuple[bool, bool, int]:
        """How fit it is to work with beside others of its day: a whole year, all of the spending, and by what a rule looks at."""
        by = self.manifest.get("por")
        best = len(BASE_ORDER) + 1 if by is None else max((BASE_ORDER.index(code) + 1 for code in by if code in BASE_ORDER), default=0)
        return not self.period, not self.part, best

    def same_money(self, other: Snapshot) -> bool:
        """Whether two pages are the same consultation, by different dimensions."""
        if self.id == other.id or not all("ambito" in s.manifest for s in (self, other)):
            return False
        asked, by = zip(*(_consulted(s) for s in (self, other)), strict=True)
        return bool(asked[0] == asked[1] and by[0] != by[1])

    @property
    def part(self) -> tuple[str, ...]:
        """What leaves only a part of the spending of its entity in it, as its page says: «Sólo Proyectos»."""
        return tuple(self.manifest.get("parte") or ())

    @property
    def known_as(self) -> tuple[str, ...]:
        """Its id, and those of the snapshots that it took the place of."""
        return (self.id, *self.manifest.get("reemplaza", ()))

    @property
    def format(self) -> int:
        """The version of its format (`FORMAT`)."""
        return int(self.manifest.get("formato", 1))

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files it was read from, by their number in `store.lines`."""
        return (str(self.manifest["fuente"]["nombre"]),)

    @property
    def has_records(self) -> bool:
        """Whether each row says from which records of which file it comes."""
        return any(name.startswith(f"{RECORDS}/") for name in self.manifest["archivos"])

    @property
    def why_no_records(self) -> str:
        """Why it has none; empty when it has them."""
        return "" if self.has_records else str(self.manifest.get("sin_registros", "se cargó con la versión 0.1.0, que no los guardaba"))

    @property
    def quality(self) -> str:
        """`completa`, `parcial` or `aceptada` (see `store.quality`); one of version 0.1.0 is partial: nobody was asked."""
        return str(self._judged["calidad"])

    @property
    def limits(self) -> tuple[str, ...]:
        """What makes it partial, in Spanish sentences."""
        return tuple(self._judged["limites"])

    @property
    def _judged(self) -> Mapping[str, Any]:
        if self.format > 1:
            return self.manifest
        return quality_of([*(Finding(**row) for row in self.manifest["hallazgos"]), unguarded(self.id)], None)

    @property
    def accepted(self) -> Accepted | None:
        """Who kept it in spite of what prevented it, and why."""
        told = self.manifest.get("aceptado")
        return Accepted(told["motivo"], told["quien"]) if told else None

    @property
    def synthetic(self) -> bool:
        """Whether its file says in its name that its data are made up."""
        return re.search("sint[eé]tic", str(self.manifest["fuente"]["nombre"]), re.IGNORECASE) is not None

    @property
    def size(self) -> int:
        """Bytes on disk; 0 when it is in no store."""
        return sum(file["bytes"] for file in self.manifest["archivos"].values())


@dataclass(frozen=True)
class Kept(Snapshot):
    """A snapshot of a store and the folder where it is."""

    folder: Path


@dataclass(frozen=True)
class Extract(Snapshot):
    """A snapshot held in memory and kept in no store.

    Attributes:
        rows: `tables.gasto.SCHEMA`, in the order of the store.
        names: dimension → its table of names (see `Store.dimension`).
    """

    rows: pl.LazyFrame
    names: Mapping[str, pl.DataFrame]


def snapshot_id(cut_off: str, **content: Any) -> str:
    """The id of what is about to be loaded: its cut-off date and a digest of everything that decides its content."""
    text = json.dumps({"fecha_corte": cut_off} | content, sort_keys=True, ensure_ascii=True)
    return f"{cut_off.replace('-', '')}-{sha256(text.encode('ascii')).hexdigest()[:16]}"


def _consulted(page: Snapshot) -> tuple[list[Any], list[Any]]:
    """What was asked of the Consulta Amigable, and by which dimensions it was given."""
    manifest, period = page.manifest, page.manifest["periodo"]
    path = [(step["titulo"], step["codigo"]) for step in manifest["ambito"]]
    asked = [page.cut_off, page.years, manifest["filtros"], path, manifest["incluye"], period["tipo"], period.get("numero")]
    return asked, [manifest["por"], period.get("por")]


def check_alike(old: Snapshot, new: Snapshot) -> None:
    """Two cut-offs of one thing: what is between two scopes, or between a quarter and a year, is no movement and no history.

    Raises:
        InputDataError: they are of another period, scope or path.
    """
    told = [{"periodo": s.period or "el año", "ámbito": "; ".join(s.part) or "todo el gasto de su entidad"} for s in (old, new)]
    codes = [{f"{step['titulo']} {step['codigo']}" for step in s.manifest.get("ambito") or ()} for s in (old, new)]
    if all(codes):
        told = [one | {"ruta": "; ".join(sorted(path))} for one, path in zip(told, codes, strict=True)]
    for what in told[0]:
        if told[0][what] != told[1][what]:
            raise InputDataError(
                Problem(
                    f"{old.id} y {new.id}, {what}",
                    f"«{told[0][what]}» y «{told[1][what]}»",
                    f"lo mismo en los dos cortes: {what}",
                    "use dos cortes de la misma consulta, o cargue el que falta",
                )
            )


def _undated(name: str) -> str:
    return re.sub(r"\(\d+\)|\s+", "", without_days(name)).strip("-_ ").lower()
