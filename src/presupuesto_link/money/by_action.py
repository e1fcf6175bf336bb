"""Budget to regional strategic actions, when the budget already arrives by action.

Nothing is dropped: actions without a budget row, and rows whose action is transversal, stay visible.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from presupuesto_link.errors import Problem, SpecError
from presupuesto_link.tables.budget import MEASURES
from presupuesto_link.tables.gasto import MEASURES as ALL_STAGES
from presupuesto_link.tables.numbers import MONEY

DIRECT, TRANSVERSAL, NO_MONEY, NO_ROW = "directo", "transversal", "fila sin monto", "sin fila"


@dataclass(frozen=True)
class LinkedBudget:
    """Budget by action and what the link covers.

    Attributes:
        acciones: key `accion`: every action of the plan, with `objetivo`, `nombre`, `anio`, the soles of each
            measure (null = not linked), `vinculo` (directo, transversal, fila sin monto, sin fila).
        cobertura: key `vinculo`: number of actions and soles per measure, in a fixed order.
    """

    acciones: pl.DataFrame
    cobertura: pl.DataFrame

    @property
    def direct(self) -> pl.DataFrame:
        """The rows that may be added up."""
        return self.acciones.filter(pl.col("vinculo") == DIRECT)

    @property
    def sin_dinero(self) -> int:
        """How many actions have no row, or a row without amounts."""
        return self.acciones.filter(pl.col("vinculo").is_in([NO_ROW, NO_MONEY])).height


def link_by_action(rows: pl.DataFrame, actions: pl.DataFrame, transversal: tuple[str, ...], year: int) -> LinkedBudget:
    """Join the budget rows to every action of the plan (1:1) and classify each link.

    Args:
        rows: key `accion`, exact soles of whatever stages the source gives (`AerBudget.filas`, `budget.rows_of`).
        actions: `Plan.acciones`, key `accion`.
        transversal: actions whose money counts that of others again; shown beside, never added.
        year: fiscal year, also given to actions without a row.

    Raises:
        SpecError: a transversal action does not exist in the plan.
    """
    unknown = sorted(set(transversal) - set(actions["accion"]))
    if unknown:
        raise SpecError(
            Problem("analisis.toml, clave «vinculo.transversales»", ", ".join(unknown), "códigos de acciones.csv", "corrija los códigos")
        )
    money = list(ALL_STAGES)
    rows = rows.with_columns(pl.lit(None, MONEY).alias(name) for name in money if name not in rows.columns)
    linked = (
        actions.select("accion", "objetivo", "nombre")
        .join(rows.select("accion", *money, tiene_fila=pl.lit(True)), on="accion", how="left", validate="1:1")
        .with_columns(pl.lit(year, pl.Int32).alias("anio"), vinculo=_link(transversal, money))
        .select("anio", "accion", "objetivo", "nombre", *money, "vinculo")
        .sort("accion")
    )
    _conserve(rows, linked, money)
    return LinkedBudget(linked, _coverage(linked))


def _link(transversal: tuple[str, ...], money: list[str]) -> pl.Expr:
    return (
        pl.when(pl.col("tiene_fila").is_null())
        .then(pl.lit(NO_ROW))
        .when(pl.all_horizontal(pl.col(money).fill_null(0) == 0))
        .then(pl.lit(NO_MONEY))
        .when(pl.col("accion").is_in(transversal))
        .then(pl.lit(TRANSVERSAL))
        .otherwise(pl.lit(DIRECT))
    )


def _conserve(rows: pl.DataFrame, linked: pl.DataFrame, money: list[str]) -> None:
    """Every sol of the table is in the link, to the céntimo; anything else is a defect of this program."""
    before, after = rows.select(pl.col(money).sum()).row(0), linked.select(pl.col(money).sum()).row(0)
    if before != after:
        raise RuntimeError(f"the link does not conserve money: {before} != {after}")


def _coverage(linked: pl.DataFrame) -> pl.DataFrame:
    """Actions and soles by kind of link; a stage that the source does not give is null, and a kind of link that no action has is zero."""
    money = [f"{measure}_soles" for measure in MEASURES]
    given = [name for name in money if linked[name].is_not_null().any()]
    order = pl.DataFrame({"vinculo": [DIRECT, TRANSVERSAL, NO_MONEY, NO_ROW]})
    sums = linked.group_by("vinculo").agg(pl.len().cast(pl.Int64).alias("acciones"), pl.col(given).sum().cast(MONEY))
    return (
        order.join(sums, on="vinculo", how="left", maintain_order="left")
        .with_columns(pl.col("acciones").fill_null(0), pl.col(given).fill_null(pl.lit(0, MONEY)))
        .with_columns(pl.lit(None, MONEY).alias(name) for name in money if name not in given)
        .select("vinculo", "acciones", *money)
    )
