"""The table of an evaluation report, by AER, as a layout of `cargar`: exact, its total checked and never added, its year said."""

import csv
import datetime as dt
import json
import shutil
from decimal import Decimal

import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.sources.siaf.layout import CODES
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.quality import Accepted
from presupuesto_link.store.store import MANIFEST, Store
from presupuesto_link.tables.gasto import Filters
from tests.conftest import ROOT
from tests.sources.extracts import budget, spent, write_long

TABLE = ROOT / "data" / "siaf" / "cajamarca_2023_por_aer.csv"
DAY = dt.date(2024, 1, 31)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "almacen")


@pytest.fixture
def load(store):
    def run(path, filters=Filters()):  # noqa: B008 - frozen
        report = load_extract(path, store, filters, DAY, accepted=Accepted("se mira lo que se encontró"))
        return report, store.read(report.snapshot.id).collect()

    return run


def told(report) -> list[str]:
    """The codes of its findings, but for the stages that no table of this kind has."""
    return [finding.code for finding in report.findings if finding.code != "S26"]


def write(path, *lines: str, encoding: str = "utf-8"):
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path


def test_the_report_s_table_adds_up_as_the_csv_module_adds_it(load):
    def amount(text: str) -> Decimal | None:
        digits = text.replace("S/", "").replace(",", "").strip()
        return Decimal(digits) if digits else None

    with TABLE.open(encoding="utf-8-sig", newline="") as file:
        wanted = [row for row in csv.DictReader(file) if row["OER"] != "Total"]
    report, rows = load(TABLE)
    assert rows.height == len(wanted) == 40
    by_code = {row["AE"].replace(" ", "."): row for row in wanted}
    for row in rows.iter_rows(named=True):
        printed = by_code[row["accion"]]
        assert [row[f"{m}_soles"] for m in ("pia", "pim", "devengado")] == [amount(printed[title]) for title in ("PIA", "PIM", "DEVENGADO")]
    totals = report.snapshot.totals[2023]
    assert [totals[f"{m}_soles"] for m in ("pia", "pim", "devengado", "girado")] == [
        Decimal("10615944306.00"),
        Decimal("14701288105.00"),
        Decimal("12451714606.00"),
        None,
    ]
    assert set(rows["mes"]) == {0}
    assert rows["pliego"].null_count() == 40


def test_the_printed_total_is_checked_and_not_added(load):
    report, _ = load(TABLE)
    assert [(f.code, f.place, f.found) for f in report.findings if f.code != "S26"] == [
        ("S14", "fila de total, pia", "S/ 2,355,134,676.00"),
        ("S14", "fila de total, pim", "S/ 5,463,370,829.00"),
        ("S14", "fila de total, devengado", "S/ 2,731,370,222.00"),
    ]
    assert report.snapshot.manifest["aceptado"] == {"motivo": "se mira lo que se encontró", "quien": None, "hallazgos": ["S14"]}
    assert report.snapshot.manifest["filas"] == {"registros_leidos": 41, "guardadas": 40, "rechazadas": 0, "de_total": 1}


def test_a_total_that_agrees_and_subtotals_say_nothing(load, tmp_path):
    path = write(
        tmp_path / "aer_2023.csv",
        "AE,PIA,PIM,DEVENGADO",
        "AER.01.01,1,10.50,5",
        "AER 01.02,2,20.50,",
        "Subtotal OER.01,3,31,5",
        "AER.02.01,4,9,1",
        ",,,",
        "TOTAL GENERAL,7,40,6",
    )
    report, rows = load(path)
    assert told(report) == []
    assert rows.select("accion", "pim_soles", "devengado_soles").rows() == [
        ("AER.01.01", Decimal("10.50"), Decimal("5.00")),
        ("AER.01.02", Decimal("20.50"), None),
        ("AER.02.01", Decimal("9.00"), Decimal("1.00")),
    ]


def test_a_centimo_table_with_a_decimal_comma_is_not_multiplied_by_a_hundred(load, tmp_path):
    path = write(tmp_path / "aer_2023.csv", "AE;PIA;PIM;DEVENGADO", "AER.01.01;S/ 1.234,50;1234,50;0,05")
    _, rows = load(path)
    assert rows.select("pia_soles", "pim_soles", "devengado_soles").row(0) == (Decimal("1234.50"), Decimal("1234.50"), Decimal("0.05"))


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_titles_below_a_heading_in_any_encoding_and_names(load, store, tmp_path, encoding):
    path = write(
        tmp_path / "aer_2023.csv",
        "Cuadro 3;;;;",
        ";;;;",
        "Oer;A.E.;Acción Estratégica;pia;pim;Devengado",
        "OER.01;aer 01.01;Gestión del agua;;S/ 5;3",
        encoding=encoding,
    )
    report, rows = load(path)
    assert rows.select("accion", "pia_soles", "pim_soles").row(0) == ("AER.01.01", None, Decimal("5.00"))
    assert store.dimension(report.snapshot.id, "accion").rows() == [("AER.01.01", "Gestión del agua", 1)]


def test_the_titles_tell_it_from_a_page_of_the_consulta_amigable(load, tmp_path):
    ours = write(tmp_path / "a_2023.csv", "AE,PIA,PIM,DEVENGADO,GIRADO", "AER.01.01,1,2,3,4")
    page = write(tmp_path / "b_2023.csv", "Pliego,PIA,PIM,Devengado,Girado", "445: GORE,1,2,3,4")
    (report, rows), (other, others) = load(ours), load(page)
    assert (report.snapshot.manifest["fuente"]["forma"], rows["girado_soles"].item()) == ("por_aer", Decimal("4.00"))
    assert (other.snapshot.manifest["fuente"]["forma"], others["accion"].item()) == ("amigable", None)


@pytest.mark.parametrize(("line", "code"), [(",1,2,3", "S12"), ("Fuente: SIAF,,,", "S18"), ("07,1,2,3", "S12")])
def test_a_row_whose_code_is_not_one_is_rejected_in_sight(load, tmp_path, line, code):
    path = write(tmp_path / "aer_2023.csv", "AE,PIA,PIM,DEVENGADO", "AER.01.01,1,2,3", line)
    report, rows = load(path)
    assert rows["pim_soles"].to_list() == [Decimal("2.00")]
    assert told(report) == [code]
    assert (report.rejected.read_text(encoding="utf-8-sig").count("accion no es un código de acción"), code in told(report)) == (1, True)


@pytest.mark.parametrize(
    ("cell", "why"), [("mucho", "no es un monto"), ("0.005", "fracciones de céntimo"), ('"12,34,567"', "no es un monto|coma que no separa")]
)
def test_cells_that_are_not_amounts_are_rejected(load, tmp_path, cell, why):
    path = write(tmp_path / "aer_2023.csv", "AE,PIA,PIM,DEVENGADO", "AER.01.01,1,0.25,3", f"AER.01.02,1,{cell},3")
    report, rows = load(path)
    assert rows.height == 1
    finding = report.findings[0]
    assert told(report) == [finding.code] == ["S12"]
    assert any(word in finding.explanation for word in why.split("|"))


def test_an_action_twice_is_kept_and_reported(load, tmp_path):
    path = write(tmp_path / "aer_2023.csv", "AE,PIA,PIM,DEVENGADO", "AER.01.01,1,2,3", "AER 01.01,1,4,3")
    report, rows = load(path)
    assert rows["pim_soles"].sum() == Decimal("6.00")
    assert told(report) == ["S02"]


def test_the_year_comes_from_the_origin_the_name_or_the_caller(load, tmp_path):
    lines = ("AE,PIA,PIM,DEVENGADO", "AER.01.01,1,2,3")
    bare = write(tmp_path / "PDRC_2033.csv", *lines)  # a year after the cut-off is of the plan
    with pytest.raises(InputDataError, match=r"nadie dice de qué año(.|\n)*agregue --anio AAAA"):
        load(bare)
    report, _ = load(bare, Filters(anio=2022))
    assert (report.snapshot.years, report.snapshot.manifest["fuente"]["anio_de"]) == ((2022,), "opción")
    bare.with_suffix(".origen.toml").write_text("anio = 2021\n", encoding="utf-8")
    report, _ = load(bare)
    assert (report.snapshot.years, report.snapshot.manifest["fuente"]["anio_de"]) == ((2021,), "origen")
    with pytest.raises(InputDataError, match=r"es de 2021 según el origen, y se pidió 2022"):
        load(bare, Filters(anio=2022))
    named = write(tmp_path / "aer_2023_bajado_20240115.csv", *lines)
    assert load(named)[0].snapshot.years == (2023,)
    with pytest.raises(InputDataError, match="es de 2023 según el nombre del archivo, y se pidió 2022"):
        load(named, Filters(anio=2022))
    bare.with_suffix(".origen.toml").write_text('anio = "dos mil"\n', encoding="utf-8")
    with pytest.raises(InputDataError, match="«dos mil»"):
        load(bare)


def test_a_year_column_says_it_and_may_have_several(load, tmp_path):
    path = write(tmp_path / "aer.csv", "AE,AÑO,PIA,PIM,DEVENGADO", "AER.01.01,2022,1,2,3", "AER.01.01,2023,1,4,3", "Total,2022,1,9,3")
    report, _ = load(path)
    assert {year: t["pim_soles"] for year, t in report.snapshot.totals.items()} == {2022: 2, 2023: 4}
    assert told(report) == ["S14"]
    assert report.findings[0].place == "fila de total, pim"
    assert told(load(path, Filters(anio=2023))[0]) == []


def test_a_lost_action_is_said(store, tmp_path):
    lines = ("AE,PIA,PIM,DEVENGADO", "AER.01.01,1,2,3", "AER.01.02,1,7.50,3")
    for day, kept in ((DAY, lines), (dt.date(2024, 6, 30), lines[:2])):
        report = load_extract(write(tmp_path / f"aer-2023-al-corte-{day:%Y%m%d}.csv", *kept), store)
    finding = next(f for f in report.findings if f.code == "S11")
    assert finding.found == "1 acción menos"
    assert "S/ 7.50" in finding.explanation


def test_a_snapshot_made_before_there_were_actions_is_still_read(store, tmp_path):
    """The column is taken out of a snapshot, as if the earlier version had written it."""
    import polars as pl

    path = write_long(tmp_path / "g_20240131.csv", budget("10"), spent(1, "5"))
    snapshot = load_extract(path, store).snapshot
    manifest = json.loads((snapshot.folder / MANIFEST).read_text(encoding="utf-8"))
    for file in snapshot.folder.glob("gasto/*/*.parquet"):
        pl.read_parquet(file).drop("accion").write_parquet(file)
        manifest["archivos"][file.relative_to(snapshot.folder).as_posix()]["bytes"] = file.stat().st_size
    (snapshot.folder / MANIFEST).write_text(json.dumps(manifest | {"tabla_version": 1}), encoding="utf-8")
    rows = store.read(snapshot.id).collect()
    assert rows.columns[: len(CODES)] == list(CODES)
    assert rows["accion"].null_count() == 2
    assert rows["devengado_soles"].sum() == Decimal("5.00")
    shutil.copy(path, tmp_path / "g_20240630.csv")
    newer = load_extract(tmp_path / "g_20240630.csv", store).snapshot
    assert store.compare(snapshot.id, newer.id, ["accion"]).is_empty()
