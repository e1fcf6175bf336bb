"""Small synthetic exports of CEPLAN V.01: invented codes and amounts, said so in the file's name and in its first row."""

import csv
from collections.abc import Iterable
from pathlib import Path

import openpyxl

NOTE = "sintético: datos inventados para probar el programa"
MONTHS = [f"{month:02d}" for month in range(1, 13)]
SPENT = ["ENE", "FEB", "MAR", "ABR", "MAY", "JUN", "JUL", "AGO", "SET", "OCT", "NOV", "DIC"]
ABOUT = (
    "POI",
    "Activo AO",
    "Centro Costo ID",
    "Centro de Costo",
    "OEI",
    "AEI",
    "Nro Registro POI",
    "Actividad Operativa ID",
    "Actividad Operativa",
    "Unidad de Medida",
    "Categoria ID",
    "Categoria",
    "Producto ID",
    "Actividad Presupuestal ID",
    "Ubigeo",
)
BASE = {
    "POI": "2024",
    "Activo AO": "SI",
    "Centro Costo ID": "01.02",
    "Centro de Costo": "Gerencia de Infraestructura",
    "OEI": "OEI.01",
    "AEI": "AEI.01.01",
    "Actividad Operativa": "Mantener caminos",
    "Unidad de Medida": "KILÓMETRO",
    "Categoria ID": "0138",
    "Producto ID": "3000132",
    "Actividad Presupuestal ID": "5001437",
    "Ubigeo": "060101",
}


def months(prefix: str, *values: object, total: object = None) -> dict[str, object]:
    """`F(CS) 01`… with these values, the rest blank, and the total when there is one."""
    cells = {f"{prefix} {month}": value for month, value in zip(MONTHS, values, strict=False)}
    return cells | ({} if total is None else {f"{prefix} Total": total})


def titles(*prefixes: str) -> list[str]:
    return [f"{prefix} {month}" for prefix in prefixes for month in (*MONTHS, "Total")]


RELATION = ABOUT
PHYSICAL_PLAN = (*ABOUT, *titles("F(CS)", "F(RE)"))
FINANCIAL_PLAN = (*ABOUT, "GG ID", *titles("Fn(CS)", "Fn(RE)"))
PHYSICAL_DONE = (*ABOUT, *titles("F(SE)"), *(f"Motivo(SE) {month}" for month in MONTHS))
FINANCIAL_DONE = ("POI", "Centro de Costo", "Act Operat.", "Generica Gasto", *(f"Dev {month}" for month in SPENT), "Dev Total")


def aoi(code: str, aei: str = "AEI.01.01", **cells: object) -> dict[str, object]:
    """A row about an activity; `cells` by title."""
    return BASE | {"Actividad Operativa ID": code, "Act Operat.": code, "AEI": aei} | cells


def write_book(folder: Path, name: str, header: Iterable[str], *rows: dict[str, object], sheet: str = "DATA", above: int = 2) -> Path:
    """A workbook as CEPLAN gives it, with a note and blank rows above the titles."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in _cells(list(header), rows, above):
        page.append(row)
    path = folder / f"sintetico_{name}.xlsx"
    book.save(path)
    return path


def write_text(
    folder: Path, name: str, header: Iterable[str], *rows: dict[str, object], delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    """The same saved as CSV."""
    path = folder / f"sintetico_{name}.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(_cells(list(header), rows, 2))
    return path


def write_links(folder: Path, name: str, header: str, *rows: str) -> Path:
    """A signed table, by lines."""
    path = folder / f"sintetico_{name}.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def _cells(header: list[str], rows: Iterable[dict[str, object]], above: int) -> list[list[object]]:
    blank = [[NOTE], *([""] for _ in range(above - 1))][:above]
    return [*blank, header, *([row.get(title, "") for title in header] for row in rows)]
