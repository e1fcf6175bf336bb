"""`normas`: the legal rules of budget modifications, in force on a date."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from presupuesto_link.commands.asking.cuts import NormsOption
from presupuesto_link.commands.asking.options import JsonOption, asked_day
from presupuesto_link.commands.saying.printing import Column, code, print_json, print_table
from presupuesto_link.commands.saying.spanish import CONTEXT, SpanishCommand, SpanishGroup
from presupuesto_link.errors import AskedError, Problem
from presupuesto_link.sources.embedded import embedded_root

if TYPE_CHECKING:
    from presupuesto_link.specs import CondicionSpec, ExcepcionSpec, FormalidadSpec, NormaSpec, ReglaSpec

    Entry = ReglaSpec | ExcepcionSpec | FormalidadSpec

normas = typer.Typer(
    name="normas",
    cls=SpanishGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings=CONTEXT,
    help="Muestra las reglas legales de las modificaciones presupuestarias y revisa las que se agregan.",
    epilog="Ejemplo: presupuesto-link normas listar --al 2025-05-15",
)
_KINDS = {"ReglaSpec": "regla", "ExcepcionSpec": "excepción", "FormalidadSpec": "formalidad"}
_ON_REQUEST = "LEVANTA"


@normas.command(cls=SpanishCommand, context_settings=CONTEXT)
def listar(
    al: Annotated[str | None, typer.Option("--al", help="Fecha de la operación; sin ella, todo lo cargado", metavar="AAAA-MM-DD")] = None,
    normas: NormsOption = None,
    como_json: JsonOption = False,
) -> None:
    """Lista las reglas, excepciones y formalidades que rigen en una fecha, o todas las cargadas con su vigencia.

    Ejemplo: presupuesto-link normas listar --al 2025-05-15
    """
    norms, day = _read(normas), asked_day(al)
    entries, notices = _listed(norms, day)
    if como_json:
        facts = [{**_facts(entry), "vigencia": _validity(norm, entry)} for norm, entry in entries]
        print_json(fecha=day, avisos=notices, pendientes=_pending(norms), normas=facts)
        return
    for notice in (*notices, *_pending(norms)):
        typer.echo(f"Atención: {notice}")
    title = f"{len(entries)} que rigen el {day.isoformat()}" if day else f"{len(entries)} cargadas"
    columns = [
        code("Id"),
        Column("Tipo"),
        code("Veredicto"),
        *([] if day else [Column("Vigencia")]),
        Column("Artículo", spare=True),
        Column("Qué dice", least=30),
        code("Confianza", spare=True),
    ]
    rows = [
        (e.id, _KINDS[type(e).__name__], _verdict(e), *([] if day else [_validity(norm, e)]), e.articulo, e.texto, e.confianza)
        for norm, e in entries
    ]
    print_table(title, columns, rows)


@normas.command(cls=SpanishCommand, context_settings=CONTEXT)
def explicar(
    regla: Annotated[str, typer.Argument(help="Id de una regla, excepción o formalidad", metavar="REGLA")],
    normas: NormsOption = None,
    como_json: JsonOption = False,
) -> None:
    """Explica una regla: cuándo rige, qué pide, qué la levanta y qué datos mira.

    Ejemplo: presupuesto-link normas explicar LEY32185-9.1-DONANTE
    """
    norms = _read(normas)
    norm, entry = _find(norms, regla)
    lifts = [e.id for n in norms for e in n.excepcion if entry.id in e.levanta]
    suspends = [n.id for n in norms if entry.id in n.suspende]
    if como_json:
        print_json(norma=norm.id, **_facts(entry), levantada_por=lifts, suspendida_por=suspends)
        return
    typer.echo(f"{entry.id} ({_KINDS[type(entry).__name__]}, {entry.articulo})\n{entry.texto}")
    for title, text in _details(norm, entry, lifts, suspends):
        if text:
            typer.echo(f"{title}: {text}")


@normas.command(cls=SpanishCommand, context_settings=CONTEXT)
def revisar(
    archivo: Annotated[Path, typer.Argument(help="Archivo de una norma", metavar="ARCHIVO.toml")],
    normas: NormsOption = None,
    como_json: JsonOption = False,
) -> None:
    """Revisa un archivo que escribió una persona: claves, valores, ids y reglas que levanta o suspende.

    Ejemplo: presupuesto-link normas revisar ley-32513-2026.toml
    """
    from presupuesto_link.specs import NormaSpec, check_norms, read_spec

    norm = read_spec(archivo, NormaSpec)
    others = {n.id: n for n in _read(normas) if n.id != norm.id}
    check_norms({**others, str(archivo): norm})
    counts = {"reglas": len(norm.regla), "excepciones": len(norm.excepcion), "formalidades": len(norm.formalidad)}
    if como_json:
        print_json(norma=norm.id, estado=norm.estado, **counts)
        return
    said = ", ".join(f"{count} {name}" for name, count in counts.items())
    typer.echo(f"{archivo}: bien escrito. {norm.titulo} ({norm.estado}): {said}.")


def _read(folder: Path | None) -> tuple[NormaSpec, ...]:
    from presupuesto_link.specs import read_norms

    return read_norms(folder or embedded_root() / "data" / "normas")


def _listed(norms: tuple[NormaSpec, ...], day: dt.date | None) -> tuple[list[tuple[NormaSpec | None, Entry]], tuple[str, ...]]:
    """The entries in force on a day, or every one without a day, each with its norm; and what the book of the day warns of.

    The rule of a year whose law is not loaded has no norm.
    """
    from presupuesto_link.normas.rulebook import in_force

    owners: dict[str, NormaSpec] = {entry.id: norm for norm in norms for entry in norm.entries()}
    if day is None:
        return [(norm, entry) for norm in norms for entry in norm.entries()], ()
    book = in_force(norms, day)
    entries: list[Entry] = [*book.reglas, *book.excepciones, *book.formalidades]
    return [(owners.get(entry.id), entry) for entry in entries], book.avisos


def _validity(norm: NormaSpec | None, entry: Entry) -> str:
    """From when to when an entry holds, in words; empty when nothing says it."""
    since = entry.desde or (norm and norm.vigente_desde)
    until = entry.hasta or (norm and norm.vigente_hasta)
    return " ".join(f"{word} {day.isoformat()}" for word, day in (("desde", since), ("hasta", until)) if day)


def _pending(norms: tuple[NormaSpec, ...]) -> list[str]:
    return [f"{norm.titulo}: por cargar." for norm in norms if norm.estado == "por cargar"]


def _verdict(entry: Entry) -> str:
    """The verdict of a rule; an exception lifts others, a formality has none."""
    if hasattr(entry, "levanta"):
        return _ON_REQUEST
    return str(getattr(entry, "veredicto", "—"))


def _facts(entry: Entry) -> dict[str, Any]:
    return {"tipo": _KINDS[type(entry).__name__], **entry.model_dump(mode="json", exclude_defaults=True)}


def _find(norms: tuple[NormaSpec, ...], wanted: str) -> tuple[NormaSpec, Entry]:
    from difflib import get_close_matches

    known = {entry.id: (norm, entry) for norm in norms for entry in norm.entries()}
    if wanted.upper() in known:
        return known[wanted.upper()]
    near = ", ".join(get_close_matches(wanted.upper(), known, n=3)) or ", ".join(list(known)[:3])
    raise AskedError(
        Problem(f"regla «{wanted}»", "no existe", f"un id cargado, por ejemplo {near}", "véalos con «presupuesto-link normas listar»")
    )


def _details(norm: NormaSpec, entry: Entry, lifts: list[str], suspends: list[str]) -> list[tuple[str, str]]:
    return [
        ("Norma", norm.titulo),
        ("Veredicto", str(getattr(entry, "veredicto", ""))),
        ("Pide", str(getattr(entry, "requiere", getattr(entry, "documento", "")))),
        ("Rige cuando", _conditions(getattr(entry, "cuando", ())) or ("siempre" if hasattr(entry, "cuando") else "")),
        ("Salvo", _conditions(getattr(entry, "salvo", ()))),
        ("Levanta", ", ".join(getattr(entry, "levanta", ()))),
        ("Tope", f"{ratio * 100:.0f} % de {_side('', entry.tope_base, {})}" if (ratio := getattr(entry, "tope_ratio", None)) else ""),  # type: ignore[union-attr]
        ("Vigencia", _validity(norm, entry)),
        ("Se puede levantar con", ", ".join(lifts)),
        ("Suspendida mientras rige", ", ".join(suspends)),
        ("Confianza", entry.confianza),
        ("Nota", entry.nota),
    ]


def _conditions(conditions: tuple[CondicionSpec, ...]) -> str:
    return "; o ".join(_condition(condition) for condition in conditions)


def _condition(c: CondicionSpec) -> str:
    parts = [
        _side("donante", c.donante, c.donante_no),
        _side("receptor", c.receptor, c.receptor_no),
        _both(c.iguales, "iguales"),
        _both(c.distintos, "distintos"),
        f"meses {', '.join(map(str, c.meses))}" if c.meses else "",
    ]
    return "; ".join(part for part in parts if part)


def _side(side: str, wanted: Any, unwanted: Any) -> str:
    """`donante: inversión «no», categoría presupuestal distinta de 9001 o 9002`."""
    texts = [f"{_called(name)} {_values(name, values)}" for name, values in wanted.items()]
    texts += [f"{_called(name)} que no sea {_values(name, values)}" for name, values in unwanted.items()]
    return f"{side}: {', '.join(texts)}" if side and texts else ", ".join(texts)


def _called(name: str) -> str:
    from presupuesto_link.specs import FIELD_NAMES

    return "inversión" if name == "inversion" else FIELD_NAMES[name].partition(":")[0]


def _values(name: str, values: tuple[str, ...]) -> str:
    """Codes as they are; answers to a question between quotes."""
    from presupuesto_link.specs import FACTS

    quoted = [f"«{value}»" if name in FACTS or name == "inversion" or name.endswith("_nombre") else value for value in values]
    return " o ".join(quoted)


def _both(names: tuple[str, ...], word: str) -> str:
    from presupuesto_link.specs import FIELD_NAMES

    return f"{' y '.join(FIELD_NAMES[name] for name in names)} {word} en ambos lados" if names else ""
