"""What a scenario starts from: every budget line of a scope with its action, and what is known of each action."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from presupuesto_link.money.by_action import DIRECT
from presupuesto_link.specs import PesosSpec
from presupuesto_link.tables.levels import UNNAMED, Levels
from presupuesto_link.tables.numbers import MONEY

CHAIN = (
    "pliego",
    "sec_ejec",
    "sec_func",
    "funcion",
    "programa",
    "producto",
    "actividad",
    "finalidad",
    "fuente",
    "rubro",
    "tipo_recurso",
    "categoria_gasto",
    "generica",
    "clasificador",
)
"""What tells a budget line apart, as a note of modification writes it."""
NAMED = ("inversion", "finalidad_nombre", "producto_nombre", "nivel")
AMOUNTS = ("pia_soles", "pim_soles", "certificado_soles", "comprometido_anual_soles", "devengado_soles")
_CHECKS = {
    "fuente": "la fuente de financiamiento",
    "certificado_soles": "el certificado",
    "sec_ejec": "la unidad ejecutora",
    "clasificador": "el clasificador de gasto",
}


@dataclass(frozen=True)
class Baseline:
    """The budget to modify.

    Attributes:
        lineas: key `linea` (place in the order of action and `CHAIN`): `accion` and `vinculo` (null action = not linked), `CHAIN`, `NAMED`,
            exact soles of `AMOUNTS` (null = the source does not give it).
        acciones: key `accion`: the diagnosed actions of the ranking's year pair (`diagnose`).
        ranking: output of `rank_actions`, key `accion`, and the `pesos` it was made with.
        absorcion: key `accion`: `absorcion_ratio` in [0, 1] by own execution (null = unknown), and `absorcion_origen` in words.
        fecha: when the law is looked at and the balance is measured.
        anio: fiscal year modified.
        titulo: where the budget comes from, in words.
        cierre: key `accion`: what the projection to December leaves free, `libre_bajo_soles` (low end of its interval) and
            `libre_central_soles`, with its `metodo`; only actions whose interval was measured. Null when there is no projection.
        origen: what identifies it: snapshot, rules of the link and their digest.
        niveles: how the plan calls its levels.
        sintetico: whether its money is made up, which every output must say.
    """

    lineas: pl.DataFrame
    acciones: pl.DataFrame
    ranking: pl.DataFrame
    pesos: PesosSpec
    absorcion: pl.DataFrame
    fecha: dt.date
    anio: int
    titulo: str
    origen: Mapping[str, str | None] = field(default_factory=dict)
    cierre: pl.DataFrame | None = None
    niveles: Levels = UNNAMED
    sintetico: bool = False

    @property
    def faltantes(self) -> tuple[str, ...]:
        """What no line gives, in words: no rule that needs it can be checked."""
        return tuple(words for column, words in _CHECKS.items() if self.lineas[column].is_null().all())


def baseline_of_actions(  # noqa: PLR0913, PLR0917 - the parts of a baseline
    actions: pl.DataFrame,
    ranking: pl.DataFrame,
    weights: PesosSpec,
    date: dt.date,
    year: int,
    title: str,
    lines: pl.DataFrame | None = None,
    absorption: pl.DataFrame | None = None,
) -> Baseline:
    """A baseline from diagnosed actions.

    Args:
        actions: `diagnose` of the ranking's year pair, key `accion`.
        ranking: `rank_actions`.
        weights: those of the ranking.
        date: cut-off of the budget.
        year: fiscal year.
        title: where the budget comes from.
        lines: the budget lines, with `accion`, `vinculo`, and whatever of `CHAIN`, `NAMED` and `AMOUNTS` there is; null when the budget
            only exists by action: then each action is one line whose source, certificado and classifier are unknown.
        absorption: columns `accion, absorcion_ratio, absorcion_origen`; by default the execution of `actions`.
    """
    rows = actions if lines is None else lines
    names = [*CHAIN, *NAMED]
    shaped = rows.select(
        "accion",
        "vinculo",
        *(pl.col(name).cast(pl.String) if name in rows.columns else pl.lit(None, pl.String).alias(name) for name in names),
        *(pl.col(name).cast(MONEY) if name in rows.columns else pl.lit(None, MONEY).alias(name) for name in AMOUNTS),
    )
    ordered = shaped.sort("accion", *CHAIN, nulls_last=True).with_row_index("linea")
    return Baseline(ordered, actions, ranking, weights, _own(actions, year) if absorption is None else absorption, date, year, title)


def _own(actions: pl.DataFrame, year: int) -> pl.DataFrame:
    return actions.select(
        "accion",
        absorcion_ratio=pl.col("ejecucion_ratio").clip(0, 1),
        absorcion_origen=pl.when(pl.col("ejecucion_ratio").is_not_null()).then(pl.lit(f"su ejecución de {year}")),
    )


def direct_pim(lines: pl.DataFrame) -> pl.DataFrame:
    """PIM of each directly linked action: key `accion`, `pim_soles`."""
    return lines.filter(pl.col("vinculo") == DIRECT).group_by("accion").agg(pl.col("pim_soles").sum()).sort("accion")
