"""The table by programme and by function as a layout of `cargar`: one breakdown is the money, the others only check it."""

import csv
import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.store.loading import load_extract, read_extract
from presupuesto_link.store.store import Store
from presupuesto_link.tables.gasto import Filters
from tests.conftest import ROOT
from tests.sources.extracts import sample

TABLE = ROOT / "data" / "siaf" / "cajamarca_2024_por_programa_y_funcion.csv"
DAY = dt.date(2025, 1, 31)
TITLES = "anio,nivel,pliego,clasificacion,codigo,nombre,tipo,pim,devengado,girado"
PARTS = ("PROYECTOS", "ACTIVIDADES")
LINES = (
    "2024,R,445,categoria_presupuestal,0002,SALUD,PROYECTOS,10,4,3",
    "2024,R,445,categoria_presupuestal,0002,SALUD,ACTIVIDADES,20,6,6",
    "2024,R,445,categoria_presupuestal,0002,SALUD,ACTIVIDADES_Y_PROYECTOS,30,10,9",
    "2024,R,445,funcion,20,SALUD,ACTIVIDADES_Y_PROYECTOS,30,10,9",
)


def write(path, *lines: str):
    path.write_text("\n".join((TITLES, *lines, "")), encoding="utf-8")
    return path


def records() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_rows_are_the_categories_with_projects_and_activities_apart():
    extract = read_extract(TABLE)
    by_hand = {
        (r["codigo"], "2" if r["tipo"] == "PROYECTOS" else "3"): [Decimal(r[m]) for m in ("pim", "devengado", "girado")]
        for r in records()
        if r["clasificacion"] == "categoria_presupuestal" and r["tipo"] in PARTS
    }
    rows = extract.rows.collect()
    assert len(by_hand) == rows.height == 46
    for row in rows.iter_rows(named=True):
        assert by_hand[row["programa"], row["tipo_producto"]] == [row[f"{m}_soles"] for m in ("pim", "devengado", "girado")]
    for column, value in {"anio": 2024, "mes": 0, "nivel": "R", "pliego": "445"}.items():
        assert rows[column].unique().to_list() == [value]
    for column in ("funcion", "producto", "sec_ejec", "fuente", "pia_soles", "certificado_soles", "comprometido_soles"):
        assert rows[column].null_count() == rows.height
    assert extract.names["programa"].filter(pl.col("programa") == "9001")["nombre"].item() == "ACCIONES CENTRALES"
    assert "0036" not in extract.names["programa"]["programa"].to_list()  # the source gives it no name


def test_every_other_breakdown_agrees_to_the_rounding_and_is_not_added():
    extract = read_extract(TABLE)
    totals = extract.totals[2024]
    assert (totals["pia_soles"], totals["pim_soles"], totals["devengado_soles"]) == (None, Decimal(3979303544), Decimal(3656150730))
    found = extract.manifest["hallazgos"]
    assert [f["code"] for f in found] == ["S15", "S15", "S15", "S17", "S26"]
    assert found[0]["found"] == "devengado S/ 3,656,150,733.00"
    assert "S/ 3.00" in found[0]["explanation"]
    assert not any("pim" in f["found"] for f in found)
    assert extract.manifest["filas"] == {"registros_leidos": 139, "guardadas": 46, "rechazadas": 0}


def test_each_category_is_its_projects_and_its_activities_to_the_sol():
    table = {(r["clasificacion"], r["codigo"], r["tipo"]): r for r in records()}
    both = [key for key in table if key[2] == "ACTIVIDADES_Y_PROYECTOS"]
    assert (sum(k[0] == "funcion" for k in both), len(both)) == (21, 35 + 21)
    apart = {"pim": set(), "devengado": set(), "girado": set()}
    for kind, code, _ in both:
        parts = [table[kind, code, part] for part in PARTS if (kind, code, part) in table]
        for measure, found in apart.items():
            found.add(sum(int(p[measure]) for p in parts) - int(table[kind, code, "ACTIVIDADES_Y_PROYECTOS"][measure]))
    assert apart["pim"] == {0}
    assert apart["devengado"] | apart["girado"] <= {-1, 0, 1}


def test_the_figures_are_those_published():
    with sample("gore445_2024_por_programa_y_funcion.csv").open(encoding="utf-8", newline="") as file:
        theirs = {(r["clasificacion"], r["codigo"], r["tipo"]): (r["pim"], r["devengado"], r["girado"]) for r in csv.DictReader(file)}
    assert {(r["clasificacion"], r["codigo"], r["tipo"]): (r["pim"], r["devengado"], r["girado"]) for r in records()} == theirs


def test_the_day_comes_from_the_origin_and_a_store_keeps_the_same(tmp_path):
    report = load_extract(TABLE, Store(tmp_path / "almacen"), Filters(pliego="445"))
    assert (report.snapshot.cut_off, report.snapshot.years, report.snapshot.synthetic) == ("2025-01-31", (2024,), False)
    extract = read_extract(TABLE, Filters(pliego="445"))
    assert extract.id == report.snapshot.id
    assert dict(extract.manifest) | {"archivos": report.snapshot.manifest["archivos"]} == dict(report.snapshot.manifest)
    kept = Store(tmp_path / "almacen").read(report.snapshot.id).collect()
    assert kept.equals(extract.rows.collect())


def test_a_breakdown_that_does_not_add_up_is_told(tmp_path):
    extract = read_extract(write(tmp_path / "tabla.csv", *LINES[:3], LINES[3].replace(",30,", ",40,")), cut_off=DAY)
    codes = {f["code"]: f for f in extract.manifest["hallazgos"]}
    assert codes["S16"]["found"] == "pim S/ 40.00"
    assert codes["S16"]["expected"] == "pim S/ 30.00"
    assert "S15" not in codes


def test_a_missing_breakdown_is_not_a_difference(tmp_path):
    extract = read_extract(write(tmp_path / "tabla.csv", *LINES[:2]), cut_off=DAY)
    assert [f["code"] for f in extract.manifest["hallazgos"]] == ["S17", "S26"]


@pytest.mark.parametrize(
    "bad", [LINES[0].replace("PROYECTOS", "PROYECTO"), LINES[0].replace("categoria", "categoría"), LINES[0].replace("PROYECTOS", "")]
)
def test_a_row_that_is_not_understood_is_rejected_in_sight(tmp_path, bad):
    extract = read_extract(write(tmp_path / "tabla.csv", bad, *LINES[1:]), cut_off=DAY)
    assert extract.manifest["filas"]["rechazadas"] == 1
    assert {"S12", "S16"} <= {f["code"] for f in extract.manifest["hallazgos"]}


def test_only_totals_is_no_spending(tmp_path):
    with pytest.raises(InputDataError, match="ninguna fila útil"):
        read_extract(write(tmp_path / "tabla.csv", *LINES[2:]), cut_off=DAY)


def test_without_a_day_it_is_not_read(tmp_path):
    with pytest.raises(InputDataError, match="de qué día"):
        read_extract(write(tmp_path / "tabla.csv", *LINES))
