"""The rules that link spending to actions: what a row of `vinculos` means and what is wrong with it.

A rule says which lines it catches (its selectors, all of which must hold) and what part of them goes to an action. A row that cannot
be understood, or that nobody signed, is a finding and is not applied; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from presupuesto_link.findings import Finding
from presupuesto_link.linkage.rows import Reading, part_of, signature_of, titled, year_of
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.tables.gasto import UNPADDED, WIDTHS
from presupuesto_link.vocabulary import CONFIDENCES, GOVERNMENTS
from presupuesto_link.wording import enumerate_words, plural

DIRECT, TRANSVERSAL, UNLINKED = "directo", "transversal", "no vinculado"
SIGNED, PROPOSED, SUGGESTED = "firmado", "propuesta", "sugerido"
"""A person answers for it; it counts and nobody has signed it; it counts only when asked."""
DECLARED = "declarado"
"""How a rule stands when the source of the spending says the action by itself: nobody signs it and nobody proposes it."""
PROGRAM, SOURCE = "presupuesto-link", "la fuente"
"""Authors that are not a person: what this program writes is a proposal, whatever its row says."""
NOBODY = "NINGUNA"
"""In the column of the action: these lines finance no action, and somebody decided so."""
CLASSIFIER = ("tipo_transaccion", "generica", "subgenerica", "subgenerica_det", "especifica", "especifica_det")
TEXT = "texto"
PRECEDENCE = (
    "accion_declarada",
    "sec_func",
    "finalidad",
    "producto",
    "actividad",
    TEXT,
    "programa",
    "grupo",
    "division",
    "funcion",
    *reversed(CLASSIFIER),
    "categoria_gasto",
    "tipo_producto",
    "rubro",
    "fuente",
    "departamento_meta",
    "sec_ejec",
    "pliego",
    "nivel",
)
"""What a rule can look at, finest first. A rule is more specific than another when the finest selector in which they differ is its own."""
SELECTORS = (
    "nivel",
    "pliego",
    "sec_ejec",
    "sec_func",
    "proyecto",
    "producto",
    "actividad",
    "finalidad",
    "programa",
    "funcion",
    "division",
    "grupo",
    "tipo",
    "categoria_gasto",
    "clasificador",
    "fuente",
    "rubro",
    "departamento_meta",
    TEXT,
)
COLUMNS = ("id", "accion", "desde", "hasta", *SELECTORS, "parte", "clase", "confianza", "estado", "autor", "fecha", "origen", "nota")
_OWN_WAY = ("nivel", "proyecto", "tipo", "clasificador", TEXT)  # selectors that are not codes as the extract has them
REQUIRED = ("id", "accion", "autor", "fecha")
_KINDS = {"2": "2", "proyecto": "2", "3": "3", "actividad": "3", "producto": "3"}
_LEVELS = {word: letter for letter, name in GOVERNMENTS.items() for word in (letter.lower(), name.rpartition(" ")[2])}


@dataclass(frozen=True)
class Rule:
    """One row of `vinculos` that can be applied.

    Attributes:
        id: its name, unique in the file.
        row: where it is in the file; 0 for rules that no file has.
        action: the AER, or `NOBODY`.
        selectors: column of `gasto` → values any of which holds; `texto` → phrases of the names.
        years: first and last year in which it is in force; null is open.
        part: how much of what finer rules left goes to the action.
        kind: `directo` or `transversal`.
        confidence: `alta`, `media` or `baja`.
        state: `firmado`, `propuesta` or `sugerido`.
        signature: who and when.
        origin: where it comes from, and the note.
    """

    id: str
    row: int
    action: str
    selectors: Mapping[str, tuple[str, ...]]
    years: tuple[int | None, int | None] = (None, None)
    part: Fraction = Fraction(1)
    kind: str = DIRECT
    confidence: str = "media"
    state: str = SIGNED
    signature: tuple[str, str] = ("", "")
    origin: tuple[str, str] = ("", "")

    def __post_init__(self) -> None:
        if "sec_func" in self.selectors and "sec_ejec" not in self.selectors:
            raise ValueError(f"rule {self.id}: sec_func means nothing without sec_ejec")

    @cached_property
    def coded(self) -> Mapping[str, tuple[str, ...]]:
        """Its selectors as cells code them: a meta together with its unit, as `unit-meta`, because it means nothing apart."""
        if "sec_func" not in self.selectors:
            return self.selectors
        units, metas = self.selectors["sec_ejec"], self.selectors["sec_func"]
        rest = {column: values for column, values in self.selectors.items() if column != "sec_ejec"}
        return rest | {"sec_func": tuple(f"{unit}-{meta}" for unit in units for meta in metas)}

    @cached_property
    def specificity(self) -> int:
        """Greater is finer; equal only when two rules look at the same columns."""
        return sum(1 << (len(PRECEDENCE) - place) for place, column in enumerate(PRECEDENCE) if column in self.selectors)

    def in_force(self, year: int) -> bool:
        """Whether it applies to a year."""
        first, last = self.years
        return (first is None or first <= year) and (last is None or year <= last)

    @property
    def standing(self) -> str:
        """Who answers for it: its state, or `declarado` when it is the source of the spending."""
        return DECLARED if self.signature[0] == SOURCE else self.state

    @property
    def place(self) -> str:
        """How messages name it."""
        return f"regla {self.id}" + (f" (fila {self.row})" if self.row else "")

    def words(self) -> str:
        """Its selectors in a sentence."""
        said = [f"{column.replace('_', ' ')} {' o '.join(values)}" for column, values in self.selectors.items()]
        return ", ".join(said) or "cualquier línea"


@dataclass(frozen=True)
class Rules:
    """The rules of a file that can be applied, in file order, and what is wrong with the others."""

    rules: tuple[Rule, ...]
    findings: tuple[Finding, ...] = ()
    rejected: int = 0
    source: str = ""
    digest: str = ""

    def chosen(self, with_suggested: bool) -> Rules:
        """The rules signed and proposed, with or without those only suggested."""
        kept = tuple(rule for rule in self.rules if with_suggested or rule.state != SUGGESTED)
        return replace(self, rules=kept)

    @property
    def signed(self) -> int:
        """How many a person signs."""
        return sum(rule.state == SIGNED for rule in self.rules)

    @property
    def proposed(self) -> int:
        """How many count and nobody signs."""
        return sum(rule.state == PROPOSED for rule in self.rules)

    @property
    def suggested(self) -> int:
        """How many are only suggestions."""
        return sum(rule.state == SUGGESTED for rule in self.rules)


def read_rules(raw: RawTable, actions: Iterable[str], transversal: Iterable[str] = ()) -> Rules:
    """The rules of a table (`sources.links.read_links`).

    Args:
        raw: columns `REQUIRED`, and any of `COLUMNS`; `fila` in messages.
        actions: the AER of the plan.
        transversal: AER whose money counts that of others again: only rules of that kind may name them.

    Raises:
        InputDataError: a required column is missing, or one is not known (a selector misspelt would catch everything).
    """
    raw = titled(raw, COLUMNS, REQUIRED)
    known, beside = set(actions), set(transversal)
    rules, findings = [], []
    for row in raw.frame.iter_rows(named=True):
        reading = Reading(row, f"{raw.name}, fila {row['fila']}")
        rule = _rule(reading, known, beside)
        findings += reading.found
        rules += [rule] if rule and not reading.found else []
    twice = _repeated(raw)
    findings += [*twice.values(), *_signed_by_nobody(raw)]
    kept = tuple(rule for rule in rules if rule.id not in twice)
    return Rules(kept, tuple(findings), raw.frame.height - len(kept), raw.name, raw.digest)


def declared_rules(actions: Iterable[str], transversal: Iterable[str] = ()) -> tuple[Rule, ...]:
    """Rules for spending whose own source says which action it is of (the per-AER table): one per action.

    What it says of a transversal action is shown beside, and left out of what is added up: its money is that of the others.
    """
    beside = set(transversal)
    return tuple(_declared(action, beside) for action in sorted(actions)) + tuple(
        _declared(action, beside, NOBODY) for action in sorted(beside & set(actions))
    )


def _declared(action: str, transversal: set[str], to: str | None = None) -> Rule:
    kind = TRANSVERSAL if action in transversal and to is None else DIRECT
    name = f"declarada-{action}" + ("-aparte" if to else "")
    return Rule(
        name,
        0,
        to or action,
        {"accion_declarada": (action,)},
        kind=kind,
        confidence="alta",
        signature=(SOURCE, ""),
        origin=("La tabla cargada ya dice la acción de cada fila", ""),
    )


def _rule(reading: Reading, actions: set[str], transversal: set[str]) -> Rule | None:
    name, action = reading.cell("id"), action_of(reading, actions)
    if not name:
        reading.wrong("V02", "id", "un nombre distinto en cada regla", "una celda vacía")
    if ";" in name:
        reading.wrong("V02", "id", "un nombre sin «;», que separa los de varias reglas")
    kind = _word(reading, "clase", (DIRECT, TRANSVERSAL), DIRECT)
    if action in transversal and kind == DIRECT:
        reading.wrong("V11", "clase", "«transversal»: el dinero de esta acción ya está en las demás", f"«directo» hacia {action}")
    elif action not in transversal and kind == TRANSVERSAL:
        expected = "«directo»: sólo es transversal lo que el análisis declara así, para no contar dos veces su dinero"
        reading.wrong("V11", "clase", expected, f"«transversal» hacia {action}")
    selectors, years = _selectors(reading), _years(reading)
    if not selectors:
        reading.wrong("V12", "id", "al menos un selector; para atraparlo todo a propósito, escriba nivel E;R;M", "ningún selector")
    _check_meta(reading, selectors, years)
    part, signature = part_of(reading), signature_of(reading)
    confidence = _word(reading, "confianza", CONFIDENCES, "media")
    state = _word(reading, "estado", (SIGNED, PROPOSED, SUGGESTED), SIGNED)
    state = PROPOSED if state == SIGNED and _is_program(signature[0]) else state
    if reading.found:
        return None
    origin = (reading.cell("origen"), reading.cell("nota"))
    return Rule(name, int(reading.row["fila"]), action, selectors, years, part, kind, confidence, state, signature, origin)


def action_of(reading: Reading, actions: set[str]) -> str:
    """The column `accion`: an AER of the plan, or `NOBODY`."""
    action = re.sub(r"[\s.]+", ".", reading.cell("accion").upper())
    if action not in actions and action != NOBODY:
        reading.wrong("V01", "accion", f"una acción del plan, o {NOBODY}")
    return action


def _word(reading: Reading, column: str, allowed: Sequence[str], default: str) -> str:
    word = reading.cell(column).lower() or default
    if word not in allowed:
        reading.wrong("V02", column, "uno de: " + ", ".join(allowed))
    return word


def _years(reading: Reading) -> tuple[int | None, int | None]:
    first, last = (year_of(reading, column) for column in ("desde", "hasta"))
    if first and last and first > last:
        reading.wrong("V02", "hasta", f"un año desde {first}")
    return first, last


def _selectors(reading: Reading) -> dict[str, tuple[str, ...]]:
    """Column of `gasto` → the values that hold, finest first."""
    found: dict[str, tuple[str, ...]] = {}
    for column in (name for name in SELECTORS if name not in _OWN_WAY):
        found[column] = reading.codes(column, _padded(column), _expected(column))
    found["nivel"] = reading.codes("nivel", lambda text: _LEVELS.get(text.lower()), enumerate_words(GOVERNMENTS, "o"))
    found["tipo_producto"] = reading.codes("tipo", lambda text: _KINDS.get(text.lower()), "2 (proyecto) o 3 (actividad)")
    found[TEXT] = reading.codes(
        TEXT, _phrase, "palabras del nombre de la finalidad, el proyecto o la actividad; * sólo al principio o al final"
    )
    project = reading.codes("proyecto", _padded("producto"), "un código único de inversión")
    if project:
        if found["producto"]:
            reading.wrong("V02", "proyecto", "o proyecto o producto, no los dos")
        if found["tipo_producto"] not in ((), ("2",)):
            reading.wrong("V02", "tipo", "2 o vacío: un CUI siempre es de un proyecto")
        found |= {"producto": project, "tipo_producto": ("2",)}
    found |= _classifier(reading)
    return {column: found[column] for column in PRECEDENCE if found.get(column)}


def _classifier(reading: Reading) -> dict[str, tuple[str, ...]]:
    """`2.6`, `2.3.1 5` → one value per level."""
    text = reading.cell("clasificador")
    levels = re.findall(r"\d+", text)
    if not text:
        return {}
    if not re.fullmatch(r"\d+(?:[.\s]+\d+)*\.?", text) or len(levels) > len(CLASSIFIER):
        reading.wrong("V02", "clasificador", "niveles separados por puntos, como 2.6 o 2.3.1")
        return {}
    return {column: (level.lstrip("0") or "0",) for column, level in zip(CLASSIFIER, levels, strict=False)}


def _padded(column: str) -> Callable[[str], str | None]:
    """A code as `gasto` writes it; what a spreadsheet did to it (`42.0`, lost zeros) is undone."""

    def parse(text: str) -> str | None:
        code = text.removesuffix(".0")
        width = WIDTHS.get(column, 0)
        if not (code.isascii() and code.isalnum()) or (width and (len(code) > width or not code.isdigit())):
            return None
        return code.lstrip("0") or "0" if column in UNPADDED else code.zfill(width)

    return parse


def _expected(column: str) -> str:
    width = WIDTHS.get(column)
    return (f"códigos de {width} cifras" if width else "códigos") + " separados por «;»"


_SHORTEST = 3
"""Letters a phrase must have: a shorter one would catch almost any name."""


def _phrase(text: str) -> str | None:
    phrase = plain_text(text, keep="*")
    words = phrase.strip("* ")
    return phrase if len(words) >= _SHORTEST and "*" not in words else None


def plain_text(text: str, keep: str = "") -> str:
    """A name to compare: upper case, without accents or signs, single spaces."""
    import unicodedata

    bare = "".join(c for c in unicodedata.normalize("NFKD", text.upper()) if not unicodedata.combining(c))
    return " ".join(re.sub(rf"[^A-Z0-9{re.escape(keep)}]+", " ", bare).split())


def _check_meta(reading: Reading, selectors: Mapping[str, Any], years: tuple[int | None, int | None]) -> None:
    """SEC_FUNC names one chain only inside a unit and a year."""
    if "sec_func" in selectors and not ("sec_ejec" in selectors and years[0] and years[0] == years[1]):
        reading.wrong("V10", "sec_func", "sec_ejec y un solo año (desde y hasta iguales): la meta se renumera cada año")


def _repeated(raw: RawTable) -> dict[str, Finding]:
    """Ids in several rows: none of them is applied, whichever came first."""
    rows: dict[str, list[int]] = {}
    for fila, name in raw.frame.select("fila", "id").iter_rows():
        if str(name).strip():
            rows.setdefault(str(name).strip(), []).append(fila)
    return {
        name: Finding(
            "V05",
            f"{raw.name}, filas {', '.join(map(str, places))}",
            f"el id «{name}» está repetido",
            "un id distinto por regla",
            "ninguna de las dos se aplica",
        )
        for name, places in rows.items()
        if len(places) > 1
    }


def _is_program(author: str) -> bool:
    return author.strip().lower() == PROGRAM


def _signed_by_nobody(raw: RawTable) -> Iterator[Finding]:
    """Rows that say they are signed, by this program."""
    if "estado" not in raw.frame.columns:
        return
    cells = raw.frame.select("fila", "estado", "autor").iter_rows()
    rows = [fila for fila, state, author in cells if str(state or "").strip().lower() == SIGNED and _is_program(str(author or ""))]
    if rows:
        some = ", ".join(map(str, rows[:6])) + (f" y {len(rows) - 6} más" if len(rows) > 6 else "")
        yield Finding(
            "V13",
            f"{raw.name}, filas {some}",
            f"{plural(len(rows), 'regla dice', 'reglas dicen')} «{SIGNED}» y su autor es {PROGRAM}",
            f"el nombre de una persona u oficina, o «{PROPOSED}»",
            "se cuentan como propuesta, sin firma",
        )


def ordered(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Signed and proposed before suggested, finer before coarser, then by id: the order in which they take their part of a line."""
    return iter(sorted(rules, key=lambda rule: (rule.state == SUGGESTED, -rule.specificity, rule.id)))
