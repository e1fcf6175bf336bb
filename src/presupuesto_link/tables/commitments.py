"""The commitments of a government plan, typed and keyed, and the indicators and actions each may be put beside."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from presupuesto_link.errors import Problem
from presupuesto_link.sources.commitments import RawCommitments
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.tables.contract import Contract, check_contract, check_references, not_years, raise_problems
from presupuesto_link.tables.numbers import NumberStyle, money, not_numbers, number
from presupuesto_link.tables.plan import Plan

INDICATOR, AMOUNT, QUANTITY = "indicador", "monto", "cantidad"
EXACT, SIMILAR, NONE = "exacta", "parecida", "ninguna"
RISING, FALLING = "ascendente", "descendente"
_COMMITMENTS = Contract(
    (
        "compromiso",
        "dimension",
        "tema",
        "texto",
        "impreso",
        "valor",
        "unidad",
        "clase",
        "sentido",
        "exigencia",
        "anio",
        "linea_base_impresa",
        "lugar",
    ),
    ("compromiso",),
    (("clase", (INDICATOR, AMOUNT, QUANTITY)), ("sentido", (RISING, FALLING, ""))),
)
_MATCHES = Contract(("compromiso", "indicador", "accion", "equivalencia", "motivo"), (), (("equivalencia", (EXACT, SIMILAR, NONE)),))
_BESIDE = ("compromiso", "indicador", "accion")
_PLAIN = NumberStyle(decimal=".")


@dataclass(frozen=True)
class CommitmentTables:
    """The commitments, checked.

    Attributes:
        compromisos: key `compromiso`: `dimension`, `tema`, `texto` and `impreso` as printed, `valor` (Float64) in `unidad`, `clase`, `monto_soles` (exact, null unless an
            amount), `sentido` (null unless an indicator), `exigencia` (how the plan limits the figure, as printed), `anio`, `linea_base_impresa`, `lugar`.
        equivalencias: key `compromiso, indicador, accion` (null where there is none): `equivalencia` and its `motivo`. Every commitment is there.
    """

    compromisos: pl.DataFrame
    equivalencias: pl.DataFrame


def check_commitments(raw: RawCommitments, plan: Plan) -> CommitmentTables:
    """Check and type a folder of commitments.

    Raises:
        InputDataError: missing columns, repeated keys, values outside their vocabulary, figures that are not numbers, unknown codes, a
            commitment without a row of equivalence, or a match that names nothing (all of them together).
    """
    check_contract(raw.compromisos, _COMMITMENTS)
    check_contract(raw.equivalencias, _MATCHES)
    raise_problems(
        [
            *not_numbers(raw.compromisos, "valor", _PLAIN, ()),
            *not_years(raw.compromisos, "anio"),
            *_senses(raw.compromisos),
            *check_references(_given(raw.equivalencias, "indicador"), "indicador", plan.indicadores["indicador"], "indicadores.csv"),
            *check_references(_given(raw.equivalencias, "accion"), "accion", plan.acciones["accion"], "acciones.csv"),
            *check_references(raw.equivalencias, "compromiso", raw.compromisos.frame["compromiso"], "compromisos.csv"),
            *_unmatched(raw),
            *_matches(raw),
        ]
    )
    return CommitmentTables(_commitments(raw.compromisos.frame), _blank_to_null(raw.equivalencias.frame.drop("fila")))


def _commitments(frame: pl.DataFrame) -> pl.DataFrame:
    amount = pl.when(pl.col("clase") == AMOUNT).then(money("valor", _PLAIN)).alias("monto_soles")
    typed = frame.drop("fila").with_columns(number("valor", _PLAIN), amount, pl.col("anio").cast(pl.Int32))
    return _blank_to_null(typed)


def _blank_to_null(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.when(pl.selectors.string() != "").then(pl.selectors.string()))


def _given(table: RawTable, column: str) -> RawTable:
    """The rows that name something in a column."""
    return replace(table, frame=table.frame.filter(pl.col(column) != ""))


def _senses(table: RawTable) -> list[Problem]:
    """An indicator needs a sense, or nobody can say whether its figure was reached."""
    wrong = table.frame.filter((pl.col("clase") == INDICATOR) & (pl.col("sentido") == ""))
    return [
        Problem(
            f"{table.path}, fila {row['fila']}, columna sentido",
            "una celda vacía",
            f"{RISING} o {FALLING}, porque es un indicador",
            "complete la celda",
        )
        for row in wrong.iter_rows(named=True)
    ]


def _unmatched(raw: RawCommitments) -> list[Problem]:
    told = raw.equivalencias.frame["compromiso"].to_list()
    missing = raw.compromisos.frame.filter(~pl.col("compromiso").is_in(told))
    return [
        Problem(
            f"{raw.equivalencias.path}, compromiso {code}",
            "ninguna fila",
            "al menos una, aunque diga «ninguna»",
            "agregue la fila con su motivo",
        )
        for code in missing["compromiso"]
    ]


def _matches(raw: RawCommitments) -> list[Problem]:
    """Each row names an indicator or an action of the kind its commitment needs, or says «ninguna» and why; none twice."""
    table = raw.equivalencias
    kinds = raw.compromisos.frame.unique("compromiso").select("compromiso", "clase")
    rows = table.frame.join(kinds, on="compromiso", how="left", validate="m:1")
    problems = []
    for row in rows.iter_rows(named=True):
        wanted = {INDICATOR: "indicador", AMOUNT: "accion"}.get(row["clase"] or "")
        named = [column for column in ("indicador", "accion") if row[column]]
        expected = [] if row["equivalencia"] == NONE or wanted is None else [wanted]
        if named != expected:
            need = f"sólo la columna {wanted}" if expected else "ningún código, porque no hay equivalencia"
            problems.append(
                Problem(f"{table.path}, fila {row['fila']}", f"códigos en {', '.join(named) or 'ninguna columna'}", need, "corrija la fila")
            )
        if not row["motivo"]:
            problems.append(
                Problem(f"{table.path}, fila {row['fila']}, columna motivo", "una celda vacía", "la razón de la equivalencia", "escríbala")
            )
    twice = table.frame.group_by(_BESIDE).agg(pl.col("fila").sort()).filter(pl.col("fila").list.len() > 1).sort(_BESIDE)
    return problems + [
        Problem(f"{table.path}, filas {', '.join(map(str, row['fila']))}", "la misma equivalencia repetida", "una sola fila", "deje una")
        for row in twice.iter_rows(named=True)
    ]
