"""What a Consulta Amigable page says of itself around its table: day, year, what it includes, the path that was followed and its period."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from presupuesto_link.sources.siaf.titles import normalise

YEAR_TITLE = "AÑO DE EJECUCION"
DIMENSIONS = {
    "NIVEL DE GOBIERNO": "nivel",
    "GOB.LOC./MANCOM.": "gobierno_local",
    "SECTOR": "sector",
    "PLIEGO": "pliego",
    "UNIDAD EJECUTORA": "sec_ejec",
    "CATEGORIA PRESUPUESTAL": "programa",
    "PRODUCTO/PROYECTO": "producto",
    "ACTIVIDAD/ACCION DE INVERSION/OBRA": "actividad",
    "FUNCION": "funcion",
    "DIVISION FUNCIONAL": "division",
    "GRUPO FUNCIONAL": "grupo",
    "META": "meta",
    "FUENTE": "fuente",
    "RUBRO": "rubro",
    "TIPO DE RECURSO": "tipo_recurso",
    "CATEGORIA DE GASTO": "categoria_gasto",
    "GENERICA": "generica",
    "SUB-GENERICA": "subgenerica",
    "DETALLE SUB-GENERICA": "subgenerica_det",
    "ESPECIFICA": "especifica",
    "DETALLE ESPECIFICA": "especifica_det",
    "DEPARTAMENTO (META)": "departamento_meta",
    "DEPARTAMENTO (EJECUTORA)": "departamento_ejecutora",
    "PROVINCIA (META)": "provincia_meta",
    "DISTRITO (META)": "distrito_meta",
    "TRIMESTRE": "trimestre",
    "MES": "mes",
    "ANO DE EJECUCION": "anio",
}
"""Title of a column, or of a step of the path, without accents → the code that it gives."""
SPELLINGS = {
    "GOB.LOC./MANCOMUNIDAD": "GOB.LOC./MANCOM.",
    "MUNICIPALIDAD": "UNIDAD EJECUTORA",
    "MANCOMUNIDAD": "UNIDAD EJECUTORA",
    "EJECUTORA": "UNIDAD EJECUTORA",
    "PROGRAMA PRESUPUESTAL": "CATEGORIA PRESUPUESTAL",
    "PRODUCTO / PROYECTO": "PRODUCTO/PROYECTO",
    "PROYECTO": "PRODUCTO/PROYECTO",
    "PRODUCTO": "PRODUCTO/PROYECTO",
    "ACTIVIDAD / ACCION DE INVERSION / OBRA": "ACTIVIDAD/ACCION DE INVERSION/OBRA",
    "FUENTE DE FINANCIAMIENTO": "FUENTE",
    "SUBGENERICA": "SUB-GENERICA",
    "DETALLE SUBGENERICA": "DETALLE SUB-GENERICA",
    "DEPARTAMENTO": "DEPARTAMENTO (META)",
    "DEPARTAMENTO META": "DEPARTAMENTO (META)",
    "PROVINCIA": "PROVINCIA (META)",
    "PROVINCIA META": "PROVINCIA (META)",
    "DISTRITO": "DISTRITO (META)",
    "DISTRITO META": "DISTRITO (META)",
    "ANO": "ANO DE EJECUCION",
    "ANO DE EJECUCION DEL GASTO": "ANO DE EJECUCION",
}
"""Other spellings of a title."""
WHOSE = frozenset({"nivel", "gobierno_local", "sector", "pliego", "sec_ejec", "departamento_meta"})
"""Steps that say whose the spending is, as its rows do too; one of another kind leaves only a part of it."""
PERIODS = frozenset({"mes", "trimestre"})
ONLY_PROJECTS, ONLY_ACTIVITIES = "SOLO PROYECTOS", "SOLO ACTIVIDADES"
_YEAR = re.compile(r"A.{1,2}o de Ejecuci.{1,2}n:?\s*(\d{4})", re.IGNORECASE)
_DAY = re.compile(r"Fecha de la Consulta:?\s*(\d{1,2})[\s/-]+(?:de\s+)?(\w+)[\s/-]+(?:del?\s+)?(\d{4})", re.IGNORECASE)
_INCLUDES = re.compile(
    r"Incluye:?\s*((?:s.lo\s+)?(?:actividades|proyectos)(?:\s*y\s*(?:actividades|proyectos))?(?:/productos)?)", re.IGNORECASE
)
_TAG = re.compile(r"<[^>]*>|&nbsp;|\xa0")
_STEP = re.compile(r"^(?P<title>[^\W\d][^:]*?)\s+(?P<code>[0-9][0-9A-Z.\-]*|[A-Z]|[IV]+)\s*:", re.IGNORECASE)
_QUARTERS = {"I": 1, "II": 2, "III": 3, "IV": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre")


@dataclass(frozen=True)
class Step:
    """One step of the path: «Pliego 445: GOBIERNO REGIONAL…» and the amounts of everything under it.

    Attributes:
        title: as the page writes it («Pliego», «Trimestre»).
        code: what follows the title.
        name: what follows the colon.
        amounts: title of a column → what the row has under it.
        row: its place in the file, from 1.
    """

    title: str
    code: str
    name: str
    amounts: Mapping[str, str]
    row: int

    @property
    def dimension(self) -> str:
        """The code it gives (`pliego`); empty when it is none of ours."""
        return DIMENSIONS.get(standard(self.title), "")

    @property
    def label(self) -> str:
        """As a cell of a column with its title would say it."""
        return f"{self.code}: {self.name}"


@dataclass(frozen=True)
class Page:
    """What stands around the table of a page.

    Attributes:
        year: the one asked for; empty when the page does not say it.
        includes: «Sólo Proyectos», «Actividades y Proyectos»; empty when the page does not say it.
        steps: the path, widest first, without the row «TOTAL».
        total: the amounts of the last row of the path, which the table's rows break down; empty when there is none.
        by: the dimensions of the table's own columns.
    """

    year: str = ""
    includes: str = ""
    steps: tuple[Step, ...] = ()
    total: Mapping[str, str] = field(default_factory=dict)
    by: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """`2` of projects only, `3` of activities only; empty of both."""
        said = normalise(self.includes)
        return "2" if said.startswith(ONLY_PROJECTS) else "3" if said.startswith(ONLY_ACTIVITIES) else ""

    @property
    def scope(self) -> tuple[Step, ...]:
        """The steps that are no period."""
        return tuple(step for step in self.steps if step.dimension not in PERIODS)

    @property
    def period(self) -> tuple[str, int]:
        """`("mes", 8)`, `("trimestre", 1)`; `("año", 0)` of the whole year."""
        for step in reversed(self.steps):
            if step.dimension == "mes" and month_in(step.label):
                return "mes", month_in(step.label)
            if step.dimension == "trimestre" and quarter_in(step.code):
                return "trimestre", quarter_in(step.code)
        return "año", 0

    @property
    def part(self) -> tuple[str, ...]:
        """What leaves only a part of the spending of its entity, as it is written: «Sólo Proyectos», «Función 10: AGROPECUARIA»."""
        steps = [f"{step.title} {step.code}: {step.name}" for step in self.scope if step.dimension not in WHOSE]
        return tuple(([self.includes] if self.kind else []) + steps)

    def as_manifest(self) -> dict[str, object]:
        """`ambito`, `periodo` and `incluye`, as a snapshot keeps them."""
        kind, number = self.period
        by = next((name for name in self.by if name in PERIODS), "")
        return {
            "ambito": [{"titulo": s.title, "codigo": s.code, "nombre": s.name} for s in self.scope],
            "periodo": {"tipo": kind} | ({"numero": number} if number else {}) | ({"por": by} if by else {}),
            "incluye": self.includes,
            "parte": list(self.part),
            "por": [name for name in self.by if name not in PERIODS],
        }


def standard(title: str) -> str:
    """A title without accents, as `DIMENSIONS` spells it."""
    plain = normalise(title)
    return SPELLINGS.get(plain, plain)


def page_of(above: Iterable[Sequence[str]], titles: Sequence[str]) -> Page:
    """What the rows above a table say of it.

    Args:
        above: every row before the table's titles, in order.
        titles: of the table's columns.
    """
    rows = list(above)
    text = " ".join(cell for row in rows for cell in row)
    steps: list[Step] = []
    total: Mapping[str, str] = {}
    for number, row in enumerate(rows, 1):
        first = next((cell.strip() for cell in row if cell.strip()), "")
        amounts = {title: cell.strip() for title, cell in zip(titles, row, strict=False) if cell.strip() and cell.strip() != first}
        step = _step(first, amounts, number)
        steps += [step] if step else []
        total = amounts if step or normalise(first).rstrip(":") == "TOTAL" else total
    found = _INCLUDES.search(text)
    by = tuple(dict.fromkeys(DIMENSIONS[t] for t in map(standard, titles) if DIMENSIONS.get(t, "anio") != "anio"))
    return Page(year_in(text), " ".join(found[1].split()) if found else "", tuple(steps), total, by)


def _step(first: str, amounts: Mapping[str, str], number: int) -> Step | None:
    """The step of the path that a row is; a title that is not known is one only with amounts beside it."""
    found = _STEP.match(first)
    if not found or (standard(found["title"]) not in DIMENSIONS and not amounts):
        return None
    return Step(found["title"].strip(), found["code"], first[found.end() :].strip(), amounts, number)


def tells_more(cell: str) -> bool:
    """Whether a row that begins with this cell tells what the whole page is of, and not a part of it: `TOTAL`, `Sector 99: …`."""
    found = _STEP.match(cell.strip())
    return normalise(cell).rstrip(":") == "TOTAL" or bool(found and standard(found["title"]) in DIMENSIONS)


def year_in(text: str) -> str:
    """The year asked for; empty when the text does not say it."""
    found = _YEAR.search(text)
    return found[1] if found else ""


def month_in(label: str) -> int:
    """`8: Agosto`, `08`, `Agosto` → 8; 0 when it is no month."""
    head, _, tail = label.partition(":")
    for part in (head, tail):
        word = part.strip(" '\"").lower().replace("setiembre", "septiembre")
        if word in _MONTHS:
            return _MONTHS.index(word) + 1
        if word.isdecimal() and 1 <= int(word) <= len(_MONTHS):
            return int(word)
    return 0


def quarter_in(code: str) -> int:
    """`I`, `1` → 1; 0 when it is no quarter."""
    return _QUARTERS.get(code.strip().upper(), 0)


def consulted_in(text: str) -> dt.date | None:
    """The day of the consult (`21-septiembre-2021`); None when the text does not say it, or says no day."""
    found = _DAY.search(_TAG.sub(" ", text))
    if not found:
        return None
    try:
        return dt.date(int(found[3]), month_in(found[2]), int(found[1]))
    except ValueError:
        return None
