"""Execution-versus-result matrix: each action's cell by execution band and result band."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from presupuesto_link.errors import AskedError, Problem
from presupuesto_link.money.by_action import DIRECT, TRANSVERSAL
from presupuesto_link.money.money import Money
from presupuesto_link.specs import MatricesSpec, SemaforoSpec
from presupuesto_link.tables.bands import colour
from presupuesto_link.tables.levels import is_action
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.vocabulary import COLOURS

_MONEY = ("pim_soles", "devengado_soles")
WHOLE_YEAR = "devengado ÷ PIM"
_ABOUT = {"ejecucion_medida": WHOLE_YEAR, "ejecucion_de": "", "ambito": "", "cita": "", "sintetico": False, "al": None, "ritmo_al": None}
PACE = ("devengado_al_ritmo_soles", "esperado_soles")
"""What the execution of a year in course divides, of the day of its pace."""


class Achievement(NamedTuple):
    """How many actions a matrix has; of them, how many executed and achieved, and how many executed without achieving."""

    acciones: int
    logran: int
    no_logran: int


@dataclass(frozen=True)
class Matrix:
    """One matrix.

    Attributes:
        anio_ejecucion, anio_resultado: the year pair.
        acciones: key `accion`: every action with `ejecucion_ratio`, `avance_ratio`, both bands, soles,
            `vinculo` and how many indicators had data.
        celdas: key `banda_ejecucion, banda_resultado`, always the 16 pairs: `acciones` (count),
            `pim_soles` and `devengado_soles` (direct link only, never transversal), `transversales` (count),
            `lista` (codes separated by comma); of a year in course, also `PACE`.
        medida: what the execution is, for a heading: `devengado ÷ PIM`, or what was expected at a day.
        de_que: of what it is a part, for a sentence.
        ambito, cita: whose spending it is and its source.
        sintetico: whether that money is made up.
        al: the day of its PIM and its devengado; null when nobody says it.
        ritmo_al: the day by which the execution of a year in course is measured; null of a closed year.
        firma: how much of its link nobody signed, in a sentence.
    """

    anio_ejecucion: int
    anio_resultado: int
    acciones: pl.DataFrame
    celdas: pl.DataFrame
    medida: str = WHOLE_YEAR
    de_que: str = ""
    ambito: str = ""
    cita: str = ""
    sintetico: bool = False
    al: dt.date | None = None
    ritmo_al: dt.date | None = None
    firma: str = ""

    @property
    def nota(self) -> str:
        """Whose money it is, of which days, what its execution is measured against and who signs its link, for under a table or a figure."""
        if not self.cita:
            return ""
        return " ".join(filter(None, (f"Dinero: {self.cita}. Ámbito: {self.ambito}. Ejecución: {self.medida}.", self.dias, self.firma)))

    @property
    def dias(self) -> str:
        """Of which day each amount is, in a sentence; empty when all are of one."""
        if self.al is None or self.ritmo_al is None or self.al == self.ritmo_al:
            return ""
        return f"PIM y devengado: al {self.al:%d/%m/%Y}; el devengado que se divide entre lo esperado: al {self.ritmo_al:%d/%m/%Y}."

    @property
    def mayor_celda(self) -> Mapping[str, Any]:
        """The cell with most actions; ties by band."""
        return self.celdas.sort("acciones", "banda_ejecucion", "banda_resultado", descending=[True, False, False]).row(0, named=True)

    def achievement(self, limits: MatricesSpec) -> Achievement:
        """How many executed and achieved; an action without one of both figures did neither."""
        spends = pl.col("ejecucion_ratio") >= limits.ejecuta_desde_ratio
        achieves = pl.col("avance_ratio") >= limits.logra_desde_ratio
        return Achievement(*self.acciones.select(pl.len(), a=(spends & achieves).sum(), b=(spends & ~achieves).sum()).row(0))


def cross_execution_result(
    execution: pl.DataFrame, elements: pl.DataFrame, years: tuple[int, int], bands: SemaforoSpec, signed: str = ""
) -> Matrix:
    """Cross the execution of one year with the result of another.

    Args:
        execution: key `anio, accion`: `YearBudget.ejecucion`, or `measure_execution` of rows with `vinculo` (then a whole year, without source).
        elements: output of `aggregate_elements` for one profile and one ND policy.
        years: execution year, result year.
        bands: edges, the same on both axes. Grey is a class of its own on both.
        signed: how much of the link of that money nobody signed, in a sentence.

    Raises:
        AskedError: there is no budget, or no advance, for the year asked.
    """
    money_year, result_year = years
    spent = _of_year(execution, money_year, "presupuesto")
    result = _of_year(elements.filter(is_action()), result_year, "avance")
    actions = (
        spent.join(
            result.select("indicadores", "con_dato", "avance_ratio", "color_depende_nd", accion="elemento"),
            on="accion",
            how="left",
            validate="1:1",
        )
        .select(
            pl.lit(money_year, pl.Int32).alias("anio_ejecucion"),
            pl.lit(result_year, pl.Int32).alias("anio_resultado"),
            "accion",
            "objetivo",
            "nombre",
            "vinculo",
            "pia_soles",
            "pim_soles",
            "devengado_soles",
            "saldo_soles",
            pl.selectors.by_name(*PACE, "devengado_pim_ratio", require_all=False),
            "ejecucion_ratio",
            "ejecucion_motivo",
            pl.selectors.by_name("ejecucion_medida", "ambito", "al", "ritmo_al", require_all=False),
            "avance_ratio",
            "indicadores",
            "con_dato",
            "color_depende_nd",
        )
        .with_columns(banda_ejecucion=colour(pl.col("ejecucion_ratio"), bands), banda_resultado=colour(pl.col("avance_ratio"), bands))
        .sort("accion")
    )
    about: dict[str, Any] = {name: spent[name][0] if name in spent.columns else default for name, default in _ABOUT.items()}
    told = (
        str(about["ejecucion_medida"]),
        str(about["ejecucion_de"]) or f"de su PIM {money_year}",
        str(about["ambito"]),
        str(about["cita"]),
    )
    return Matrix(
        money_year,
        result_year,
        actions,
        count_cells(actions, years),
        *told,
        bool(about["sintetico"]),
        about["al"],
        about["ritmo_al"],
        signed,
    )


def cross_years(money: Money, elements: pl.DataFrame, years: tuple[int, int], bands: SemaforoSpec) -> Matrix:
    """`cross_execution_result` of the money that decides for a year.

    Raises:
        InputDataError, AskedError: there is no money, or no advance, for the year asked.
    """
    budget = money.of(years[0])
    return cross_execution_result(budget.ejecucion, elements, years, bands, budget.origen.firma)


def _of_year(frame: pl.DataFrame, year: int, what: str) -> pl.DataFrame:
    rows = frame.filter(pl.col("anio") == year)
    if rows.is_empty():
        known = ", ".join(str(y) for y in frame["anio"].unique().sort())
        raise AskedError(
            Problem(
                "matriz ejecución–resultado",
                f"no hay {what} de {year}",
                f"uno de los años {known}",
                "elija otro año o cargue los datos que faltan",
            )
        )
    return rows


def count_cells(actions: pl.DataFrame, years: tuple[int, int]) -> pl.DataFrame:
    """The 16 cells of a matrix (see `Matrix.celdas`).

    Args:
        actions: key `accion`: `banda_ejecucion`, `banda_resultado`, `vinculo` and soles.
        years: of the money and of the result.
    """
    axis = pl.DataFrame({"banda": COLOURS})
    grid = axis.rename({"banda": "banda_ejecucion"}).join(axis.rename({"banda": "banda_resultado"}), how="cross")
    direct = pl.col("vinculo") == DIRECT
    money = [*_MONEY, *(name for name in PACE if name in actions.columns and actions[name].is_not_null().any())]
    filled = actions.group_by("banda_ejecucion", "banda_resultado").agg(
        pl.len().cast(pl.Int64).alias("acciones"),
        *(pl.col(m).filter(direct).sum().cast(MONEY).alias(m) for m in money),
        (pl.col("vinculo") == TRANSVERSAL).sum().cast(pl.Int64).alias("transversales"),
        pl.col("accion").sort().str.join(", ").alias("lista"),
    )
    return (
        grid.join(filled, on=["banda_ejecucion", "banda_resultado"], how="left", maintain_order="left")
        .with_columns(
            pl.col("acciones", "transversales").fill_null(0), pl.col(money).fill_null(pl.lit(0, MONEY)), pl.col("lista").fill_null("")
        )
        .select(pl.lit(years[0], pl.Int32).alias("anio_ejecucion"), pl.lit(years[1], pl.Int32).alias("anio_resultado"), pl.all())
    )
