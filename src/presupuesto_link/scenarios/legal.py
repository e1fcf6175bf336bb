"""What the law says of each candidate transfer: the lines with what people declared, and the verdict of every arc."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.normas.rulebook import Rulebook
from presupuesto_link.specs import FACTS, EscenarioSpec
from presupuesto_link.specs.norms import fact_values


def check_legal_names(spec: EscenarioSpec, book: Rulebook, fields: Sequence[str]) -> None:
    """The facts, fields and exceptions a scenario names exist.

    Raises:
        SpecError: naming each one that does not.
    """
    known = {exception.id for exception in book.excepciones}
    problems = [
        *(
            Problem(f"escenario {spec.id}, clave «legal.evidencias.dato»", item.dato, ", ".join(FACTS), "use uno de esos datos")
            for item in spec.legal.evidencias
            if item.dato not in FACTS
        ),
        *(
            Problem(
                f"escenario {spec.id}, clave «legal.evidencias.valor» de {item.dato}",
                f"«{item.valor}»",
                " o ".join(fact_values(item.dato)),
                "escriba uno de esos valores, tal cual",
            )
            for item in spec.legal.evidencias
            if item.dato in FACTS and item.valor not in fact_values(item.dato)
        ),
        *(
            Problem(f"escenario {spec.id}, clave «legal.evidencias.donde»", name, ", ".join(fields), "use uno de esos campos")
            for item in spec.legal.evidencias
            for name in item.donde
            if name not in fields
        ),
        *(
            Problem(
                f"escenario {spec.id}, clave «legal.excepciones»",
                item.id,
                f"una excepción vigente el {book.fecha}: {', '.join(sorted(known)) or 'ninguna'}",
                "vea «normas listar»",
            )
            for item in spec.legal.excepciones
            if item.id not in known
        ),
    ]
    if problems:
        raise SpecError(*problems)


def with_evidence(lines: pl.DataFrame, spec: EscenarioSpec) -> pl.DataFrame:
    """The lines with one column per declared fact: "si", "no", or null where nobody declared it."""
    columns: dict[str, pl.Expr] = {}
    for item in spec.legal.evidencias:
        where = pl.all_horizontal([pl.lit(True), *(pl.col(name).is_in(values) for name, values in item.donde.items())])
        before = columns.get(item.dato, pl.lit(None, pl.String))
        columns[item.dato] = pl.when(where).then(pl.lit(item.valor)).otherwise(before)
    return lines.with_columns(**columns)


def papers_of(spec: EscenarioSpec, lines: pl.DataFrame) -> pl.DataFrame:
    """The grounds people gave, for the record: `dato`, `valor`, `lineas` it covers, `sustento`."""
    rows = [
        {
            "dato": FACTS[item.dato],
            "valor": item.valor,
            "lineas": lines.filter([pl.lit(True), *(pl.col(k).is_in(v) for k, v in item.donde.items())]).height,
            "sustento": item.sustento,
        }
        for item in spec.legal.evidencias
    ]
    schema = {"dato": pl.String, "valor": pl.String, "lineas": pl.Int64, "sustento": pl.String}
    return pl.DataFrame(rows, schema=schema)
