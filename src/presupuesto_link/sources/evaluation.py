"""The files of an evaluation: the plan's tables, its corrections and the per-action budget table."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from presupuesto_link.errors import InputDataError, Problem, place_of
from presupuesto_link.sources.delimited import RawTable, read_delimited

OPTIONAL_TABLES = ("recomendaciones",)
PLAN_TABLES = ("objetivos", "acciones", "indicadores", "valores", "cifras_publicadas")


@dataclass(frozen=True)
class RawEvaluation:
    """Everything an analysis reads, as it arrived.

    Attributes:
        plan: the raw plan tables by name (see `PLAN_TABLES`; those of `OPTIONAL_TABLES` when they are there).
        gasto_aer: the raw budget table; null when the analysis names none.
        correcciones: the rows of `correcciones.toml`, empty when there is no such file.
        files: every file read, for the manifest.
    """

    plan: dict[str, RawTable]
    gasto_aer: RawTable | None
    correcciones: tuple[dict[str, Any], ...]
    files: tuple[Path, ...]


def read_evaluation(plan_folder: Path, gasto_aer: Path | None) -> RawEvaluation:
    """Read the plan folder and the budget table without interpreting any value.

    Raises:
        InputDataError: a file is missing or unreadable (see `read_delimited`).
    """
    if not plan_folder.is_dir():
        found, remedy = (
            ("un archivo", "indique la carpeta que lo contiene")
            if plan_folder.is_file()
            else ("la carpeta no existe", "revise la ruta de --plan o la clave fuentes.plan del análisis")
        )
        expected = "una carpeta con " + ", ".join(f"{name}.csv" for name in PLAN_TABLES)
        raise InputDataError(Problem(str(plan_folder), found, expected, remedy))
    plan = {name: read_delimited(plan_folder / f"{name}.csv") for name in PLAN_TABLES}
    plan |= {name: read_delimited(plan_folder / f"{name}.csv") for name in OPTIONAL_TABLES if (plan_folder / f"{name}.csv").is_file()}
    budget = read_delimited(gasto_aer) if gasto_aer else None
    corrections_path = plan_folder / "correcciones.toml"
    corrections = _read_corrections(corrections_path)
    files = [table.path for table in plan.values()] + ([gasto_aer] if gasto_aer else [])
    return RawEvaluation(plan, budget, corrections, tuple(files + ([corrections_path] if corrections else [])))


def _read_corrections(path: Path) -> tuple[dict[str, Any], ...]:
    if not path.is_file():
        return ()
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("correccion", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputDataError(Problem(str(path), f"TOML mal escrito{place_of(error)}", "TOML válido", "corrija lo indicado")) from None
    return tuple(rows)
