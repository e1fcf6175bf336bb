"""Pages of the Consulta Amigable, as the site gives them and as people save them again."""

from __future__ import annotations

import csv
from pathlib import Path

import xlsxwriter

HEAD = "Consulta Amigable Consulta de Ejecución del Gasto Fecha de la Consulta: 22-agosto-2026 Año de Ejecución: 2026 Incluye: {}"
TITLES = ("PIA", "PIM", "Certificación", "Compromiso Anual", "Atención de Compromiso Mensual", "Devengado", "Girado", "Avance %")
WIDE = [
    ["TOTAL", "9,000", "9,000", "9,000", "9,000", "9,000", "9,000", "9,000", "50.0"],
    ["Nivel de Gobierno R: GOBIERNOS REGIONALES", "800", "800", "800", "800", "800", "800", "800", "50.0"],
    ["Sector 99: GOBIERNOS REGIONALES", "800", "800", "800", "800", "800", "800", "800", "50.0"],
]
PLIEGO_445 = ["Pliego 445: GOBIERNO REGIONAL DEL DEPARTAMENTO DE CAJAMARCA", "100", "90", "30", "30", "30", "30", "30", "33.3"]
BY_MONTH = [["1: 'Enero", "", "", "10", "10", "10", "10", "10", ""], ["2: 'Febrero", "", "", "20", "20", "20", "20", "20", ""]]
BY_QUARTER = [
    ["I: 1er Trimestre", "", "", "10", "10", "10", "10", "10", ""],
    ["II: 2do Trimestre", "", "", "20", "20", "20", "20", "20", ""],
]


def html(path: Path, title: str, steps: list[list[str]], rows: list[list[str]], includes: str = "Actividades y Proyectos") -> Path:
    """A page with the very structure of the site's."""
    cell = "<td>{}</td>".format
    upper = (
        "".join(f"<td rowspan='2'>{t}</td>" for t in (title, *TITLES[:4])) + "<td colspan='3'>Ejecución</td><td rowspan='2'>Avance %</td>"
    )
    lower = "".join(cell(t) for t in TITLES[4:7])
    body = {"History": steps, "Data": rows}
    tables = {name: "".join("<tr>" + "".join(map(cell, row)) + "</tr>" for row in given) for name, given in body.items()}
    path.write_bytes(
        (
            f"<style>td {{color: red}}</style><body><table id='hd'><tr><td>{HEAD.format(includes)}</td></tr></table>"
            f"<table class='History'>{tables['History']}</table><table class='MapTable'><tr>{upper}</tr><tr>{lower}</tr></table>"
            f"<table class='Data'>{tables['Data']}</table></body>"
        ).encode("latin-1", errors="xmlcharrefreplace")
    )
    return path


def saved_again(path: Path, title: str, steps: list[list[str]], rows: list[list[str]], includes: str = "Actividades y Proyectos") -> Path:
    """The same page opened in a spreadsheet and saved as `.xlsx` or `.csv`."""
    grid = [[HEAD.format(includes)], *steps, [title, *TITLES], *rows]
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(grid):
                sheet.write_row(number, 0, row)
        return path
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(grid)
    return path
