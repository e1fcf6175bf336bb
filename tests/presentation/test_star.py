"""The star of an export: exact totals, keys that always meet, and nothing that a spreadsheet would run."""

import csv
import datetime as dt
import json
import sqlite3
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.errors import OutputError
from presupuesto_link.linkage.snapshot import Linkage, link_snapshot
from presupuesto_link.presentation.folders.outputs import write_only_star
from presupuesto_link.presentation.star import star_files
from presupuesto_link.presentation.star.databases import DUCKDB, SQLITE
from presupuesto_link.presentation.star.star import CODES, DIMENSIONS, KEYS, NO_CODE, NO_NAME, NO_RULE
from presupuesto_link.presentation.star.star_files import Export, write_star
from presupuesto_link.presentation.writing.folder import MANIFEST, digest, files_in
from presupuesto_link.sources.links import read_links
from presupuesto_link.sources.siaf import layout
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.store import Store
from presupuesto_link.tables.gasto import MEASURES
from tests.sources.extracts import budget, spent, write_long

RULES = """id,accion,programa,finalidad,producto,clase,parte,estado,autor,fecha
materno,AER.03.03,0002,,,,0.3333,,ana,2024-06-30
materno-dos,AER.03.02,0002,,,,0.3333,,ana,2024-06-30
inversion,AER.07.01,0002;0042,,,transversal,1,,ana,2024-06-30
choque-a,AER.01.01,0042,,,,0.8,,ana,2024-06-30
choque-b,AER.01.02,0042,,,,0.8,,ana,2024-06-30
nadie,NINGUNA,9002,,,,1,,ana,2024-06-30
propuesta,AER.04.01,0090,,,,1,sugerido,ana,2024-06-30
"""
WATER = {"PROGRAMA_PPTO": "0042", "PROGRAMA_PPTO_NOMBRE": "RIEGO", "SEC_FUNC": "2"}
RISKY = {"PROGRAMA_PPTO": "9002", "PROGRAMA_PPTO_NOMBRE": "=1+1", "SEC_FUNC": "3", "GENERICA": "4"}
LOCAL = {
    "NIVEL_GOBIERNO": "M",
    "SECTOR": " ",
    "PLIEGO": " ",
    "PLIEGO_NOMBRE": "",
    "SEC_EJEC": "300001",
    "EJECUTORA": " ",
    "EJECUTORA_NOMBRE": "MUNICIPALIDAD",
    "PROGRAMA_PPTO": " ",
    "PROGRAMA_PPTO_NOMBRE": "",
    "FUNCION": " ",
    "TIPO_RECURSO": " ",
}
SCHOOL = {"PROGRAMA_PPTO": "0090", "PROGRAMA_PPTO_NOMBRE": "", "SEC_FUNC": "4", "ANO_EJE": "2023"}


@pytest.fixture
def store(tmp_path) -> Store:
    found = Store(tmp_path / "almacen")
    extract = write_long(
        tmp_path / "gasto.csv",
        budget("1000.01", "900"),
        spent(1, "100.02"),
        spent(1, "100.02"),
        spent(2, "-0.07", MONTO_GIRADO="5"),
        budget("2000", **WATER),
        spent(3, "70.70", **WATER),
        budget("50", **RISKY),
        spent(3, "7.77", **RISKY),
        budget("300.30", **LOCAL),
        spent(12, "1", **LOCAL),
        budget("10", **SCHOOL),
    )
    load_extract(extract, found, cut_off=dt.date(2024, 6, 30))
    return found


def linked(store: Store, inputs, rules: Path | None, **options) -> Linkage:
    raw = read_links(rules) if rules else None
    return link_snapshot(store, store.list()[0], raw, inputs.plan.acciones, inputs.spec.vinculo.transversales, **options)


@pytest.fixture
def rules(tmp_path) -> Path:
    path = tmp_path / "vinculos.csv"
    path.write_text(RULES, encoding="utf-8")
    return path


@pytest.fixture
def export(store, inputs, rules) -> Export:
    return Export(
        linked(store, inputs, rules), inputs.plan, inputs.spec.vinculo.transversales, {"vinculos.csv": digest(rules)}, sqlite=True
    )


@pytest.fixture
def folder(export, tmp_path) -> Path:
    write_star(export, tmp_path / "tablero")
    return tmp_path / "tablero"


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / f"{name}.parquet")


def test_every_measure_adds_up_to_the_snapshot_to_the_centimo(folder, store):
    facts, totals = table(folder, "hechos"), store.list()[0].totals
    for year, measures in totals.items():
        own = facts.filter(pl.col("anio") == year)
        for measure, expected in measures.items():
            assert own[measure].sum() == (expected or 0), (year, measure)
    assert facts["pim_soles"].sum() == Decimal("3360.31")  # 1000.01 + 2000 + 50 + 300.30 + 10
    assert facts["devengado_soles"].sum() == Decimal("279.44")  # 100.02 × 2 − 0.07 + 70.70 + 7.77 + 1


def test_the_lines_of_each_action_add_up_to_the_fact_that_the_other_results_show(folder):
    lines = pl.concat([table(folder, "hechos"), table(folder, "hechos_transversales")])
    sums = {(row["accion"], row["anio"]): row for row in lines.group_by("accion", "anio").agg(pl.col("^.*_soles$").sum()).to_dicts()}
    whole = table(folder, "cifras").filter(pl.col("variante") == "", pl.col("valor_soles").is_not_null())
    assert whole.height
    for row in whole.iter_rows(named=True):
        assert sums[row["unidad"], row["anio"]][row["medida"]] == row["valor_soles"], row["clave"]


def test_parts_of_a_line_are_its_own_rows(folder):
    parts = table(folder, "hechos").filter((pl.col("mes") == 0) & pl.col("regla").is_in(["materno", "materno-dos"])).sort("regla")
    # 33.33 % of 1000.01 is 333.303333: 333.30 twice; the rest, 333.41, is left without a rule
    assert parts["pim_soles"].to_list() == [Decimal("333.30")] * 2
    rest = table(folder, "hechos").filter(pl.col("motivo") == "resto sin asignar", pl.col("mes") == 0)
    assert rest.select("accion", "regla", "pim_soles").rows() == [("SIN AER", NO_RULE, Decimal("333.41"))]


def test_transversal_money_is_in_a_file_of_its_own(folder):
    facts, beside = table(folder, "hechos"), table(folder, "hechos_transversales")
    assert facts.schema == beside.schema
    assert "transversal" not in facts["vinculo"].to_list()
    assert set(beside["accion"]) == {"AER.07.01"}
    assert beside["pim_soles"].sum() == Decimal("3000.01")  # programmes 0002 and 0042


def test_every_key_is_once_in_its_dimension_and_a_join_never_multiplies(folder):
    for name in ("hechos", "hechos_transversales"):
        facts = table(folder, name)
        for dimension, key in KEYS.items():
            members = table(folder, f"dim_{dimension}")
            assert members[key].null_count() == 0 and members[key].is_unique().all(), dimension
            joined = facts.join(members, on=key, how="inner", validate="m:1")
            assert joined.height == facts.height, dimension
            assert joined["pim_soles"].sum() == facts["pim_soles"].sum()


def test_no_name_is_ever_missing_and_each_says_why(folder):
    for dimension in DIMENSIONS:
        members = table(folder, f"dim_{dimension.name}")
        assert not any(members[f"nombre_{name}"].null_count() for name in dimension.named)
    programmes = dict(table(folder, "dim_programatica").select("programa", "nombre_programa").unique().iter_rows())
    assert programmes == {"0002": "SALUD MATERNO NEONATAL", "0042": "RIEGO", "9002": "=1+1", "0090": NO_NAME, None: NO_CODE}
    units = table(folder, "dim_entidad").filter(pl.col("sec_ejec") == "300001")
    assert units.select("pliego", "nombre_pliego", "ejecutora", "nombre_ejecutora", "nombre_nivel").rows() == [
        (None, NO_CODE, None, "MUNICIPALIDAD", "Gobiernos Locales")
    ]


def test_every_code_of_the_extract_comes_back_through_the_dimensions(folder, store):
    facts = table(folder, "hechos")
    for dimension in DIMENSIONS:
        shared = [code for code in dimension.codes if code in facts.columns]
        facts = facts.join(table(folder, f"dim_{dimension.name}").drop(shared), on=dimension.key, how="left", validate="m:1")
    by = ["mes", *CODES]
    assert {*by, "accion"} == set(layout.CODES)  # what the source says of the action is a rule
    back = facts.group_by(by).agg(pl.col("devengado_soles").sum()).sort(by)
    own = store.read(store.list()[0].id).group_by(by).agg(pl.col("devengado_soles").sum()).collect().sort(by)
    assert back.equals(own.select(back.columns))


def test_clashing_rules_and_lines_without_any_have_their_member(folder):
    rules = table(folder, "dim_regla")
    assert rules.filter(pl.col("regla") == "choque-a; choque-b")["atrapa"].to_list() == ["Reglas que chocan entre sí"]
    assert rules.filter(pl.col("regla") == NO_RULE).height == 1
    assert "propuesta" not in rules["regla"].to_list()
    excluded = table(folder, "hechos").filter(pl.col("regla") == "nadie")
    assert set(excluded.select("accion", "vinculo", "motivo").rows()) == {("SIN AER", "no vinculado", "excluido por una regla")}
    actions = table(folder, "dim_accion")
    assert actions.height == 49
    assert actions.filter(pl.col("transversal"))["accion"].to_list() == ["AER.07.01"]


def test_time_has_its_annual_member(folder):
    times = table(folder, "dim_tiempo").select("tiempo_id", "trimestre", "nombre").rows()
    assert times == [
        (202300, None, "Anual (sin mes) 2023"),
        (202400, None, "Anual (sin mes) 2024"),
        (202401, 1, "enero 2024"),
        (202402, 1, "febrero 2024"),
        (202403, 1, "marzo 2024"),
        (202412, 4, "diciembre 2024"),
    ]


def test_sqlite_has_the_same_centimos_and_every_reference_holds(folder):
    facts = table(folder, "hechos")
    connection = sqlite3.connect(folder / SQLITE)
    try:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for measure in MEASURES:
            column = measure.replace("_soles", "_centimos")
            (added,) = connection.execute(f"SELECT SUM({column}) FROM hechos").fetchone()
            assert added == (int(facts[measure].sum() * 100) if facts[measure].count() else None)
        kinds = connection.execute("SELECT DISTINCT typeof(pim_centimos) FROM hechos ORDER BY 1").fetchall()
        assert kinds == [("integer",), ("null",)]
        assert connection.execute("SELECT COUNT(*) FROM v_hechos").fetchone() == (facts.height,)
        row = connection.execute(
            "SELECT nombre_accion, nombre_programa, pim_soles FROM v_hechos WHERE regla = 'materno' AND mes = 0"
        ).fetchone()
        assert row == ("Reducir la mortalidad materna e infantil en el departamento de Cajamarca", "SALUD MATERNO NEONATAL", 333.30)
    finally:
        connection.close()


def test_duckdb_has_the_same_soles(export, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    folder = tmp_path / "con 'comilla'"
    write_star(Export(export.linkage, export.plan, duckdb=True), folder)
    with duckdb.connect(folder / DUCKDB, read_only=True) as connection:
        got = connection.execute("SELECT COUNT(*), SUM(pim_soles), SUM(devengado_soles) FROM v_hechos").fetchall()
    facts = table(folder, "hechos")
    assert got == [(facts.height, Decimal("3360.31"), Decimal("279.44"))]
    assert not (folder / SQLITE).exists()


def test_duckdb_that_is_not_installed_is_said_before_writing(export, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(OutputError, match=r"DuckDB no está instalado[\s\S]*presupuesto-link\[duckdb\]"):
        write_star(Export(export.linkage, export.plan, duckdb=True), tmp_path / "nada")
    assert not (tmp_path / "nada").exists()


def boost(folder: Path) -> list[dict[str, str]]:
    with (folder / "boost.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_flat_table_adds_up_and_nothing_in_it_runs_as_a_formula(folder):
    assert (folder / "boost.csv").read_bytes().startswith(b"\xef\xbb\xbfyear,admin1,")
    rows = boost(folder)
    assert sum(Decimal(row["revised"]) for row in rows) == Decimal("3360.31")
    assert sum(Decimal(row["executed"]) for row in rows if row["executed"]) == Decimal("279.44")
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for column, cell in row.items() if column not in ("executed",))
    (local,) = [row for row in rows if row["admin1"] == "M Gobiernos Locales"]
    assert (local["admin2"], local["admin3"], local["program1"], local["source3"]) == (NO_CODE, "MUNICIPALIDAD", NO_CODE, NO_CODE)
    assert (local["aer"], local["oer"], local["link"]) == (
        "SIN AER Gasto sin vincular a una AER",
        "SIN AER Gasto sin vincular a un OER",
        "no vinculado",
    )


def test_the_flat_table_has_codes_names_and_marks_transfers(folder):
    (mothers,) = [row for row in boost(folder) if row["aer"].startswith("AER.03.03")]
    assert (mothers["year"], mothers["program1"], mothers["econ6"].split()[0]) == ("2024", "0002 SALUD MATERNO NEONATAL", "2.3.1.8.1.2")
    assert (mothers["revised"], mothers["approved"], mothers["transfer"]) == ("333.30", "299.97", "0")
    assert [row["program1"] for row in boost(folder) if row["transfer"] == "1"] == ["9002 =1+1"]


def test_text_that_begins_like_a_formula_gets_an_apostrophe(store, inputs, tmp_path):
    risky = write_long(tmp_path / "riesgo.csv", budget("1", EJECUTORA=" ", EJECUTORA_NOMBRE="=HYPERLINK(0)"))
    load_extract(risky, Store(tmp_path / "otro"), cut_off=dt.date(2024, 6, 30))
    folder = tmp_path / "riesgo"
    write_star(Export(linked(Store(tmp_path / "otro"), inputs, None), inputs.plan), folder)
    assert [row["admin3"] for row in boost(folder)] == ["'=HYPERLINK(0)"]
    assert table(folder, "dim_regla")["regla"].to_list() == [NO_RULE]
    assert table(folder, "hechos_transversales").height == 0


def test_same_bytes_again_also_in_many_small_batches(export, folder, tmp_path, monkeypatch):
    before = {name: (folder / name).read_bytes() for name in json.loads((folder / MANIFEST).read_text())["salidas"]}
    write_star(export, tmp_path / "otra")
    assert {name: (tmp_path / "otra" / name).read_bytes() for name in before} == before
    monkeypatch.setattr(star_files, "ROWS_AT_ONCE", 1)
    write_star(export, tmp_path / "menudo")
    for name in ("hechos", "hechos_transversales"):
        assert table(tmp_path / "menudo", name).equals(table(folder, name))
    assert (tmp_path / "menudo" / "boost.csv").read_bytes() == before["boost.csv"]


def test_lines_without_a_unit_are_written_once(inputs, tmp_path, monkeypatch):
    extract = write_long(tmp_path / "sin.csv", budget("5", SEC_EJEC=" "), budget("3"), budget("2", SEC_EJEC="9"))
    load_extract(extract, Store(tmp_path / "otro"), cut_off=dt.date(2024, 6, 30))
    monkeypatch.setattr(star_files, "ROWS_AT_ONCE", 1)
    write_star(Export(linked(Store(tmp_path / "otro"), inputs, None), inputs.plan), tmp_path / "sin")
    assert table(tmp_path / "sin", "hechos").sort("pim_soles")["pim_soles"].to_list() == [2, 3, 5]


def test_the_manifest_and_the_page_say_what_was_done(export, folder, rules):
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["orden"] == "estrella"
    assert manifest["entradas"] == {"vinculos.csv": digest(rules)}
    assert manifest["instantanea"]["fecha_corte"] == "2024-06-30"
    assert manifest["totales_soles"]["hechos"]["pim_soles"] == "3360.31"
    assert manifest["salidas"]["hechos.parquet"] == digest(folder / "hechos.parquet")
    assert str(folder) not in json.dumps(manifest)
    text = " ".join((folder / "LEAME.txt").read_text(encoding="utf-8-sig").split())
    for said in (
        export.linkage.snapshot.id,
        "Fecha de corte: 2024-06-30",
        "todo el gasto de la instantánea: pliego 445, sólo las ejecutoras 300001 y 775; años: 2023, 2024",
        "no se contaron.",
        "NO LO SUME",
        "dim_regla.parquet: clave regla",
        "presupuesto.sqlite",
    ):
        assert said in text
    assert "presupuesto.duckdb" not in text


def test_suggested_rules_are_counted_only_when_asked_and_said(store, inputs, rules, tmp_path):
    folder = tmp_path / "sugeridos"
    write_star(Export(linked(store, inputs, rules, with_suggested=True), inputs.plan), folder)
    assert table(folder, "hechos").filter(pl.col("regla") == "propuesta")["pim_soles"].sum() == 10
    assert "SE CONTARON las reglas sugeridas" in " ".join((folder / "LEAME.txt").read_text(encoding="utf-8-sig").split())


def test_somebody_elses_folder_is_left_as_it_was(export, tmp_path):
    (tmp_path / "ajena").mkdir()
    (tmp_path / "ajena" / "tesis.docx").write_text("x")
    with pytest.raises(OutputError, match="una carpeta con otros archivos"):
        write_only_star(export, tmp_path / "ajena", str)
    assert [p.name for p in (tmp_path / "ajena").iterdir()] == ["tesis.docx"]


def test_a_disk_that_refuses_leaves_the_earlier_export_whole(export, tmp_path, monkeypatch):
    folder = tmp_path / "salida"
    files, written = write_only_star(export, folder, str)
    assert files == files_in(folder)
    assert written.rows["hechos"] == table(folder / "estrella", "hechos").height
    before = {name: (folder / name).read_bytes() for name in files}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(star_files, "write_sqlite", full)
    with pytest.raises(OutputError, match="no se pudo escribir"):
        write_only_star(export, folder, str)
    assert {name: (folder / name).read_bytes() for name in files_in(folder)} == before
    assert not list(tmp_path.glob("*.parcial-*"))


def test_facts_that_do_not_add_up_are_a_defect_and_nothing_is_written(export, tmp_path, monkeypatch):
    monkeypatch.setattr(star_files.Written, "add", lambda *_: None)
    with pytest.raises(RuntimeError, match="hechos does not hold"):
        write_only_star(export, tmp_path / "mal", str)
    assert not (tmp_path / "mal").exists()
