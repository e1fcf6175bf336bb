"""Consulta Amigable pages as the site gives them and as people save them again."""

import csv
import datetime as dt
from decimal import Decimal

import pytest
import xlsxwriter

from presupuesto_link.errors import InputDataError
from presupuesto_link.sources.siaf.dated import cut_off_of
from presupuesto_link.sources.siaf.page import DIMENSIONS, consulted_in
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.quality import Accepted
from presupuesto_link.store.store import Store
from presupuesto_link.tables.gasto import Filters
from tests.sources.extracts import sample

HEADING = "Consulta Amigable (Mensual)\nFecha de la Consulta: 05-setiembre-2021\nAño de Ejecución: 2019"
UPPER = ["Pliego", "Función", "PIA", "PIM", "Certificación", "Compromiso Anual", "Ejecución", "", "", "Avance %"]
LOWER = ["", "", "", "", "", "", "Atención de Compromiso Mensual", "Devengado", "Girado", ""]
SALUD = ["445: GORE", "20: SALUD", "10", "257,109,828", "9", "8", "7", "6", "5", "50.0"]
AGUA = ["445: GORE", "18: SANEAMIENTO", "0", "2", "", "", "", "1", "1", "\xa050.0"]
TOTAL = ["TOTAL", "", "10", "257,109,830", "9", "8", "7", "7", "6", "50.0"]
DAY = dt.date(2021, 9, 5)
SPECIAL = {
    "sec_ejec": ("001-1693: UNA", "1693"),
    "nivel": ("R: REGIONAL", "R"),
    "provincia_meta": ("0601: CAJAMARCA", "01"),
    "distrito_meta": ("060108: LLACANORA", "08"),
    "generica": ("5-23: BIENES Y SERVICIOS", "3"),
}


@pytest.fixture
def load(tmp_path):
    store = Store(tmp_path / "almacen")

    def run(path, filters=Filters(), day=None):  # noqa: B008 - frozen
        report = load_extract(path, store, filters, day, accepted=Accepted("se mira lo que se encontró"))
        return report, store.read(report.snapshot.id).collect()

    return run


def page(path, *records, header=(UPPER[1:], LOWER[6:9])):
    cells = "".join(f"<td rowspan='2'>{t}</td>" for t in header[0][:5]) + "<td colspan='3'>Ejecución</td><td>Avance %</td>"
    below = "".join(f"<td>{title}</td>" for title in header[1])
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in record) + "</tr>" for record in records)
    heading = "<table id='hd'><tr><td><div class='fecha'>Fecha de la Consulta: 05-setiembre-2021</div><b>Año de Ejecución: <span>2019</span></b></td></tr></table>"
    text = f"<style></style><body>{heading}<table class='MapTable'><tr>{cells}</tr><tr>{below}</tr></table><table class='Data'>{rows}</table></body>"
    path.write_bytes(text.encode("latin-1"))
    return path


def book(path, rows):
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def text(path, rows, delimiter=",", encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def test_the_page_s_date_is_the_cut_off_when_nobody_else_says_one(load, tmp_path):
    path = page(tmp_path / "pagina.xls", SALUD[1:], AGUA[1:])
    assert cut_off_of(path, None) == (DAY, "página")
    assert cut_off_of(path, dt.date(2022, 1, 1)) == (dt.date(2022, 1, 1), "opción")
    assert cut_off_of(path.rename(tmp_path / "pagina_20211001.xls"), None)[1] == "página; el nombre dice 2021-10-01"
    report, _ = load(page(tmp_path / "otra.xls", SALUD[1:]))
    assert (report.snapshot.cut_off, report.snapshot.manifest["fecha_corte_de"]) == ("2021-09-05", "página")


def test_the_real_page_says_its_date():
    assert cut_off_of(sample("consulta_amigable_2019.xls"), None) == (dt.date(2021, 9, 21), "página")


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("Fecha de la Consulta: 21-septiembre-2021", dt.date(2021, 9, 21)),
        ("Fecha de la Consulta: 3 de Enero del 2024", dt.date(2024, 1, 3)),
        ("Fecha de la Consulta:&nbsp;<b>03/01/2024</b>", dt.date(2024, 1, 3)),
        ("Fecha de la Consulta: 31-febrero-2021", None),
        ("Fecha de la Consulta: 31-brumario-2021", None),
        ("nada", None),
    ],
)
def test_dates_as_pages_write_them(said, day):
    assert consulted_in(said) == day


@pytest.mark.parametrize("kind", ["xlsx", ",", ";", "\t"])
@pytest.mark.parametrize("rows", [(TOTAL, SALUD, AGUA), (SALUD, AGUA, TOTAL)])
def test_a_page_saved_again_whole_with_several_labels_and_its_total(load, tmp_path, kind, rows):
    grid = [[HEADING], UPPER, LOWER, *rows]
    path = book(tmp_path / "p.xlsx", grid) if kind == "xlsx" else text(tmp_path / "p.csv", grid, kind)
    report, table = load(path)
    assert (report.snapshot.cut_off, report.snapshot.years) == ("2021-09-05", (2019,))
    assert table.select("pliego", "funcion", "pim_soles", "girado_soles").sort("funcion").rows() == [
        ("445", "18", Decimal("2.00"), Decimal("1.00")),
        ("445", "20", Decimal("257109828.00"), Decimal("5.00")),
    ]
    assert report.findings == ()
    assert report.snapshot.manifest["filas"]["de_total"] == 1
    assert report.snapshot.manifest["fuente"]["columnas_sin_usar"] == ["Avance %"]


def test_a_total_that_is_not_the_sum_is_said_unless_a_filter_left_rows_out(load, tmp_path):
    wrong = [*TOTAL[:3], "300,000,000", *TOTAL[4:]]
    path = text(tmp_path / "p.csv", [[HEADING], UPPER, LOWER, SALUD, AGUA, wrong])
    assert [(f.code, f.place) for f in load(path)[0].findings] == [("S14", "fila de total, pim")]
    assert load(path, Filters(pliego="445"))[0].findings == ()


def test_the_path_to_the_page_is_not_spending(load, tmp_path):
    steps = [["TOTAL", "", "99", "900,000,000", *[""] * 6], ["Sector 99: GOBIERNOS REGIONALES", "", "50", "500,000,000", *[""] * 6]]
    steps.append(["Pliego 445: GOBIERNO REGIONAL", "", *TOTAL[2:]])
    report, table = load(text(tmp_path / "p.csv", [[HEADING], UPPER, LOWER, *steps, SALUD, AGUA]))
    assert table["pim_soles"].sum() == Decimal("257109830.00")
    assert report.findings == ()


@pytest.mark.parametrize(("title", "code"), [(t, c) for t, c in DIMENSIONS.items() if c not in ("anio", "mes", "trimestre")])
def test_every_dimension_gives_its_code(load, tmp_path, title, code):
    label, wanted = SPECIAL.get(code, ("0000012: ALGO", None))
    rows = [[title, "PIA", "PIM", "Devengado", "Girado"], [label, "1", "257,109,828", "3", "4"]]
    _, table = load(text(tmp_path / "p_2019.csv", rows), day=DAY)
    assert table["pim_soles"].item() == Decimal("257109828.00")
    assert table[code].item() == (wanted or "0000012")


def test_a_year_column_gives_several_years(load, tmp_path):
    rows = [
        ["Año", "Pliego", "PIA", "PIM", "Devengado", "Girado"],
        ["2019", "445: GORE", "1", "2", "3", "4"],
        ["2020", "445: GORE", "1", "5", "3", "4"],
    ]
    report, _ = load(book(tmp_path / "p.xlsx", [rows[0], *([int(r[0]), *r[1:]] for r in rows[1:])]), day=DAY)
    assert {year: t["pim_soles"] for year, t in report.snapshot.totals.items()} == {2019: 2, 2020: 5}


def test_a_page_without_a_year_asks_for_it(load, tmp_path):
    path = text(tmp_path / "p.csv", [["Pliego", "PIA", "PIM", "Devengado", "Girado"], ["445: GORE", "1", "2", "3", "4"]])
    with pytest.raises(InputDataError, match="nadie dice de qué año"):
        load(path, day=DAY)
    assert load(path, Filters(anio=2019), DAY)[0].snapshot.years == (2019,)


def test_an_empty_page_is_an_error(load, tmp_path):
    with pytest.raises(InputDataError, match="una página sin filas de datos"):
        load(page(tmp_path / "p.xls"))
