"""Snapshots and budgets of a few rows, kept in memory: what money is asked of, without a file."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl

from presupuesto_link.linkage.rules import Rules
from presupuesto_link.linkage.snapshot import Linkage, link_rows
from presupuesto_link.linkage.whose import Whose
from presupuesto_link.money.budget import Kind, Origin, Pace, YearBudget
from presupuesto_link.money.by_action import link_by_action
from presupuesto_link.specs import AmbitoSpec, SeguimientoSpec, SemaforoSpec, VinculoSpec
from presupuesto_link.store.snapshot import Kept, Snapshot
from presupuesto_link.tables.levels import Levels
from presupuesto_link.tables.numbers import MONEY
from presupuesto_link.vocabulary import LINKED
from tests.linkage.spending import gasto

PLAN = pl.DataFrame({"accion": ["A", "B", "T"], "objetivo": ["O"] * 3, "nombre": ["n"] * 3})
"""A plan of three actions."""

SCOPES = AmbitoSpec(pliego="445", departamento_meta="06", nombre="Cajamarca")


def inputs_of(transversal: tuple[str, ...] = ()) -> Any:
    """What money asks of an analysis: its plan and its link, without printed table nor extracts."""
    spec = SimpleNamespace(
        vinculo=VinculoSpec(ambito=SCOPES, transversales=transversal),
        semaforo=SemaforoSpec(),
        seguimiento=SeguimientoSpec(),
        fuentes=SimpleNamespace(anio_gasto=None),
        anio_evaluado=2024,
    )
    return SimpleNamespace(spec=spec, plan=SimpleNamespace(acciones=PLAN, niveles=Levels("OER", "AER")), budget=None, extracts=())


def soles(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def line(action: str, anio: int = 2024, mes: int = 0, **cells: Any) -> dict[str, Any]:
    """A line that declares its action; amounts by stage, as text."""
    return {"anio": anio, "mes": mes, "accion": action, "pliego": "445"} | {
        f"{k}_soles" if k in ("pia", "pim", "devengado", "certificado") else k: v for k, v in cells.items()
    }


def rows(*lines: dict[str, Any]) -> pl.DataFrame:
    return gasto(*lines).with_columns(accion=pl.Series([one["accion"] for one in lines], dtype=pl.String))


def manifest(cut_off: str, years: tuple[int, ...], name: str = "gasto.csv", **filters: str) -> dict[str, Any]:
    return {
        "fecha_corte": cut_off,
        "totales": {str(year): {} for year in years},
        "filtros": filters,
        "fuente": {"nombre": name, "forma": "largo"},
        "archivos": {},
    }


class Shelf:
    """What is asked of a store: its snapshots, the oldest cut-off first, and their rows."""

    folder = Path("estante")

    def __init__(self) -> None:
        self.kept: dict[str, tuple[Kept, pl.DataFrame]] = {}

    def put(self, cut_off: str, *lines: dict[str, Any], name: str = "gasto.csv", **filters: str) -> Kept:
        table, own = rows(*lines), f"{cut_off.replace('-', '')}-{len(self.kept)}"
        years = tuple(sorted({one["anio"] for one in lines}))
        snapshot = Kept(own, manifest(cut_off, years, name, **filters), self.folder / own)
        self.kept[own] = (snapshot, table)
        return snapshot

    def list(self) -> tuple[Kept, ...]:
        return tuple(sorted((one for one, _ in self.kept.values()), key=lambda s: (s.cut_off, s.years, s.id)))

    def get(self, wanted: str) -> Kept:
        return self.kept[wanted][0]

    def read(self, wanted: str, filters: dict[str, Any]) -> pl.LazyFrame:
        tests = [pl.col(name).is_in(value if isinstance(value, list) else [value]) for name, value in filters.items()]
        return self.kept[wanted][1].lazy().filter(*tests)


def linked(*lines: dict[str, Any], cut_off: str = "2024-12-31", transversal: tuple[str, ...] = (), scope: str = "todo") -> Linkage:
    """The link of some lines by what each declares."""
    years = tuple(sorted({one["anio"] for one in lines}))
    snapshot = Snapshot("s", manifest(cut_off, years))
    return link_rows(rows(*lines).lazy(), years, {}, Rules(()), PLAN, transversal, False, snapshot, Whose(scope))


def origin(al: str, name: str = "f", scope: str = "pliego", made_up: bool = False, kind: Kind = LINKED) -> Origin:
    return Origin(name, f"fuente {name}", f"cita {name}", scope, kind, dt.date.fromisoformat(al), made_up)


def pace(al: str, *due: tuple[str, Any, Any]) -> Pace:
    """Of rows of action, accrued by then and expected."""
    table = pl.DataFrame(
        [
            {
                "accion": action,
                "devengado_al_ritmo_soles": soles(accrued),
                "esperado_soles": soles(expected),
                "esperado_ratio": None if accrued is None or not expected else float(accrued) / float(expected),
                "esperado_motivo": "sin devengado" if accrued is None else None if expected else "no se espera nada todavía a esta fecha",
                "curva": "lineal",
            }
            for action, accrued, expected in due
        ],
        schema={
            "accion": pl.String,
            "devengado_al_ritmo_soles": MONEY,
            "esperado_soles": MONEY,
            "esperado_ratio": pl.Float64,
            "esperado_motivo": pl.String,
            "curva": pl.String,
        },
    )
    return Pace(dt.date.fromisoformat(al), table)


def year_budget(
    year: int, whose: Origin, *money: tuple[str, Any, Any], transversal: tuple[str, ...] = (), late: Pace | None = None
) -> YearBudget:
    """Of rows of action, PIM and accrual."""
    table = pl.DataFrame(
        [
            {"accion": action, "pia_soles": Decimal(800), "pim_soles": soles(pim), "devengado_soles": soles(spent)}
            for action, pim, spent in money
        ],
        schema={"accion": pl.String, "pia_soles": MONEY, "pim_soles": MONEY, "devengado_soles": MONEY},
    )
    return YearBudget(year, whose, link_by_action(table, PLAN, transversal, year), SemaforoSpec(), late)
