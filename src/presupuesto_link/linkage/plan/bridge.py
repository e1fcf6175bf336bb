"""The two tables that people sign where CEPLAN and SIAF share no key: which activities a meta finances, and which AER an AEI serves."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from presupuesto_link.findings import Finding
from presupuesto_link.linkage.rows import Reading, part_of, signature_of, titled, year_of
from presupuesto_link.linkage.rules import action_of
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.tables.ceplan import aoi_code, plan_code

METAS_AOI = ("anio", "sec_ejec", "sec_func", "aoi", "parte", "autor", "fecha", "nota")
AEI_AER = ("aei", "accion", "parte", "autor", "fecha", "nota")
_OPTIONAL = ("parte", "nota")
_THEN = "el vínculo no se aplica"


@dataclass(frozen=True)
class MetaLink:
    """A row of `metas_aoi`: this part of the money of a meta of a unit in a year is for an activity."""

    row: int
    year: int
    sec_ejec: str
    sec_func: str
    aoi: str
    part: Fraction
    signature: tuple[str, str]
    note: str = ""

    @property
    def whole(self) -> Hashable:
        """What it takes a part of."""
        return self.year, self.sec_ejec, self.sec_func

    @property
    def words(self) -> str:
        """What it takes a part of, in words."""
        return f"la meta {self.sec_ejec}-{self.sec_func} de {self.year}"

    @property
    def to(self) -> str:
        """Where the part goes."""
        return self.aoi


@dataclass(frozen=True)
class ActionLink:
    """A row of `aei_aer`: this part of what is spent on an institutional action serves a regional one (or `NOBODY`)."""

    row: int
    aei: str
    action: str
    part: Fraction
    signature: tuple[str, str]
    beside: bool = False
    """The AER is transversal: its part is shown apart and takes nothing from the others."""
    note: str = ""

    @property
    def whole(self) -> Hashable:
        """What it takes a part of; a transversal AER takes from nobody."""
        return self.aei, self.action if self.beside else ""

    @property
    def words(self) -> str:
        """What it takes a part of, in words."""
        return f"la {self.aei}"

    @property
    def to(self) -> str:
        """Where the part goes."""
        return self.action


Link = TypeVar("Link", bound=MetaLink | ActionLink)


@dataclass(frozen=True)
class Bridge:
    """The links that can be used, in file order, and what is wrong with the rest.

    Attributes:
        metas: meta → AOI; the parts of a meta add up to 1 or less.
        actions: AEI → AER; those of an AEI that are not transversal add up to 1 or less.
        findings: of both tables, with their rows.
        sources: the names of both files.
    """

    metas: tuple[MetaLink, ...]
    actions: tuple[ActionLink, ...]
    findings: tuple[Finding, ...]
    sources: tuple[str, str]


def read_bridge(metas_aoi: RawTable | None, aei_aer: RawTable | None, actions: Iterable[str], transversal: Iterable[str] = ()) -> Bridge:
    """Both tables (`sources.links.read_links`); null is a table that nobody has begun.

    A row that cannot be understood or that nobody signed is not used, and neither is any of those that together ask for more than there is.

    Args:
        metas_aoi: columns `METAS_AOI`; without `parte` a row takes all.
        aei_aer: columns `AEI_AER`.
        actions: the AER of the plan.
        transversal: the AER whose money counts that of others again.

    Raises:
        InputDataError: a column is missing, or one is not known.
    """
    known, beside = set(actions), set(transversal)
    metas, meta_findings = _read(metas_aoi, METAS_AOI, _meta_link)
    aeis, aei_findings = _read(aei_aer, AEI_AER, lambda reading: _action_link(reading, known, beside))
    names = [table.name if table else name for table, name in ((metas_aoi, "metas_aoi"), (aei_aer, "aei_aer"))]
    return Bridge(metas, aeis, (*meta_findings, *aei_findings), (names[0], names[1]))


def _read(raw: RawTable | None, columns: Sequence[str], parse: Callable[[Reading], Link]) -> tuple[tuple[Link, ...], tuple[Finding, ...]]:
    if raw is None:
        return (), ()
    table = titled(raw, columns, [column for column in columns if column not in _OPTIONAL])
    code = aoi_code("aoi") if "aoi" in columns else plan_code("aei")
    findings: list[Finding] = []
    links: list[Link] = []
    for row in table.frame.with_columns(code).iter_rows(named=True):
        reading = Reading(row, f"{table.name}, fila {row['fila']}", then=_THEN)
        link = parse(reading)
        findings += reading.found
        links += [] if reading.found else [link]
    wrong, conflicts = _conflicts(links, table.name)
    return tuple(link for link in links if link.row not in wrong), (*findings, *conflicts)


def _meta_link(reading: Reading) -> MetaLink:
    year = year_of(reading, "anio")
    if not reading.cell("anio"):
        reading.wrong("V02", "anio", "un año: la meta se renumera cada año", "una celda vacía")
    aoi = reading.cell("aoi")
    if not aoi:
        reading.wrong("V02", "aoi", "el código de la AOI", "una celda vacía")
    unit, meta = _number(reading, "sec_ejec"), _number(reading, "sec_func")
    return MetaLink(_row(reading), year or 0, unit, meta, aoi, part_of(reading), signature_of(reading), reading.cell("nota"))


def _action_link(reading: Reading, actions: set[str], transversal: set[str]) -> ActionLink:
    aei, action = reading.cell("aei"), action_of(reading, actions)
    if not aei:
        reading.wrong("V02", "aei", "el código de la AEI", "una celda vacía")
    part, signature = part_of(reading), signature_of(reading)
    return ActionLink(_row(reading), aei, action, part, signature, action in transversal, reading.cell("nota"))


def _row(reading: Reading) -> int:
    return int(reading.row["fila"])


def _number(reading: Reading, column: str) -> str:
    """A code that `gasto` keeps without leading zeros."""
    code = reading.cell(column).removesuffix(".0")
    if not code.isdigit():
        reading.wrong("V02", column, "un código de sólo cifras")
    return code.lstrip("0") or "0"


def _conflicts(links: Sequence[Link], name: str) -> tuple[set[int], tuple[Finding, ...]]:
    """The rows that are repeated, or that ask together for more than there is, and what is said of them."""
    wrong: set[int] = set()
    findings: list[Finding] = []
    for group in _grouped(links, lambda link: (link.whole, link.to)):
        if len(group) > 1:
            wrong |= {link.row for link in group}
            findings.append(
                Finding(
                    "K01",
                    f"{name}, filas {_rows(group)}",
                    f"{group[0].words} → {group[0].to} está {len(group)} veces",
                    "una sola fila por vínculo",
                    "no se aplica ninguna",
                )
            )
    for group in _grouped([link for link in links if link.row not in wrong], lambda link: link.whole):
        asked = sum(link.part for link in group)
        if asked > 1:
            wrong |= {link.row for link in group}
            findings.append(
                Finding(
                    "K02",
                    f"{name}, filas {_rows(group)}",
                    f"piden {float(asked):.0%} de {group[0].words}",
                    "partes que sumen 100 % o menos",
                    "no se aplica ninguna: no se elige por nadie",
                )
            )
    return wrong, tuple(findings)


def _grouped(links: Iterable[Link], key: Callable[[Link], Hashable]) -> Iterator[list[Link]]:
    groups: dict[Hashable, list[Link]] = {}
    for link in links:
        groups.setdefault(key(link), []).append(link)
    return iter(groups.values())


def _rows(group: Sequence[Link]) -> str:
    return ", ".join(str(link.row) for link in group)
