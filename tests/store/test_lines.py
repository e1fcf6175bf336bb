"""Any figure of the store is followed to the lines of its file, which read again by another reader add up to it."""

import csv
import datetime as dt
import gzip
import io
import itertools
import random
import re
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.sources.siaf import bytes as siaf_bytes
from presupuesto_link.store import sorted_parquet
from presupuesto_link.store.lines import COUNT, FILE, LINES, RECORD, intervals, packed
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.store import Store
from presupuesto_link.tables.gasto import SCHEMA, Filters
from tests.conftest import ROOT
from tests.sources.extracts import budget, spent, write_long

DAY = dt.date(2024, 12, 31)
TITLES = {"pim_soles": "MONTO_PIM", "devengado_soles": "MONTO_DEVENGADO", "pia_soles": "MONTO_PIA"}


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "almacen")


def mixed(size: int = 300) -> list[dict[str, str]]:
    """Records of several units, metas and months in no order; none is like another."""
    chance = random.Random(3)
    records = [
        (budget(f"{i}.10", "1") if i % 5 == 0 else spent(1 + i % 12, f"{i}.25"))
        | {"SEC_EJEC": str(i % 7), "SEC_FUNC": str(i % 3), "PLIEGO": f"44{i % 4 + 3}", "PROGRAMA_PPTO": f"{i:04}", "META_NOMBRE": f"Ñ {i}"}
        for i in range(1, size)
    ]
    chance.shuffle(records)
    return records


def text_of(path: Path) -> str:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return content.decode("utf-8-sig") if b"\xc3" in content or content.isascii() else content.decode("cp1252")


def sum_of_lines(path: Path, found: pl.DataFrame, title: str) -> Decimal:
    """What those lines of a long extract add up to, by the csv module."""
    text = text_of(path).splitlines()
    titles = next(csv.reader(text[:1]))
    wanted = [text[line - 1] for first, last in found.select("desde", "hasta").iter_rows() for line in range(first, last + 1)]
    return sum((Decimal(row[title]) for row in csv.DictReader(io.StringIO("\n".join(wanted)), titles)), Decimal(0))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("pliego", [None, "445"])
@pytest.mark.parametrize("rows", [40, 100_000])
def test_the_lines_of_a_figure_add_up_to_it(store, tmp_path, monkeypatch, encoding, pliego, rows):
    monkeypatch.setattr(sorted_parquet, "ROWS_AT_ONCE", rows)
    monkeypatch.setattr(siaf_bytes, "BLOCK", 3000)
    path = write_long(tmp_path / "a.csv", *mixed(), encoding=encoding)
    snapshot = load_extract(path, store, Filters(pliego=pliego), DAY).snapshot
    asked = ({}, {"pliego": "445"}, {"pliego": "445", "sec_ejec": ["2", "5"]}, {"mes": [0, 3]}, {"programa": "0077"})
    for filters, measure in itertools.product(asked, ("pim_soles", "devengado_soles")):
        figure = store.read(snapshot.id, filters=filters).select(pl.col(measure).sum()).collect().item()
        found = store.lines_of(snapshot.id, filters, measure)
        assert set(found["archivo"]) <= {"a.csv"}
        assert sum_of_lines(path, found, TITLES[measure]) == figure
    assert store.lines_of(snapshot.id, {"pliego": "999"}).is_empty()
    assert store.verify(snapshot.id) == ()


def test_the_lines_of_the_synthetic_extract_add_up(store):
    path = ROOT / "data" / "siaf" / "gasto_2025_a_junio_sintetico.csv.gz"
    snapshot = load_extract(path, store).snapshot
    for measure, filters in (("pim_soles", {"programa": "0002"}), ("devengado_soles", {"fuente": "1", "mes": [1, 2, 3]})):
        figure = store.read(snapshot.id, filters=filters).select(pl.col(measure).sum()).collect().item()
        assert figure > 0
        assert sum_of_lines(path, store.lines_of(snapshot.id, filters, measure), TITLES[measure]) == figure


def test_rows_carry_where_they_come_from_only_when_asked(store, tmp_path):
    path = write_long(tmp_path / "a.csv", budget("10"), spent(3, "1"), spent(1, "2"))
    snapshot = load_extract(path, store, cut_off=DAY).snapshot
    assert store.read(snapshot.id).collect_schema().names() == list(SCHEMA)
    rows = store.read(snapshot.id, lines=True).collect()
    assert rows.schema == pl.Schema(SCHEMA | LINES)
    assert rows.select("mes", FILE, RECORD, COUNT).rows() == [(0, 0, 2, 1), (1, 0, 4, 1), (3, 0, 3, 1)]
    assert store.read(snapshot.id, ["mes", RECORD], {"mes": 1}, lines=True).collect().rows() == [(1, 4)]


def test_a_page_or_a_sheet_is_followed_to_its_rows(store, tmp_path):
    path = tmp_path / "aer_2023.csv"
    path.write_text("Cuadro 3,,,\n,,,\nAE,PIA,PIM,DEVENGADO\nAER.01.01,1,2,3\nTotal,2,5,3\nAER.01.02,1,3,0\n", encoding="utf-8")
    snapshot = load_extract(path, store, cut_off=DAY).snapshot
    assert store.lines_of(snapshot.id, {"accion": "AER.01.02"}).rows() == [("aer_2023.csv", 6, 6)]
    assert store.lines_of(snapshot.id, measure="devengado_soles").rows() == [("aer_2023.csv", 4, 4)]


def test_rejected_rows_of_a_filtered_load_keep_the_number_of_their_record(store, tmp_path):
    path = write_long(tmp_path / "a.csv", *mixed(50), spent(13, "0", PLIEGO="445"), *mixed(5), spent(2, "0.001", PLIEGO="445"))
    report = load_extract(path, store, Filters(pliego="445"), DAY)
    lines = report.rejected.read_text(encoding="utf-8-sig").splitlines()
    text = path.read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == ["mes fuera de 0 a 12", "devengado tiene fracciones de céntimo"]
    assert [text[int(line.split(",")[0]) - 1].split(",")[1] for line in lines[1:]] == ['"13"', '"2"']


def test_records_take_little_beside_the_rows(store, tmp_path):
    """Measured: 5.7 % of the store on a million rows of 985 MB, 2.2 % on the synthetic extract (README of benchmarks)."""
    snapshot = load_extract(ROOT / "data" / "siaf" / "gasto_2022_2025_a_agosto_sintetico.csv.gz", store).snapshot
    records = sum(file["bytes"] for name, file in snapshot.manifest["archivos"].items() if name.startswith("registros/"))
    assert 0 < records < 0.1 * (snapshot.size - records)


def test_stretches_join_what_follows_or_overlaps_and_never_two_files():
    rows = pl.DataFrame({FILE: [0, 0, 0, 0, 0, 1, 1], RECORD: [9, 2, 3, 3, 4, 5, 2], COUNT: [1, 1, 5, 1, 1, 1, 3]}, schema=LINES)
    assert intervals(rows).rows() == [(0, 2, 7), (0, 9, 9), (1, 2, 5)]
    assert intervals(rows.clear()).rows() == []


def test_records_go_down_as_well_as_up():
    steps = packed(pl.Series([5, 2, 2, 4_000_000], dtype=pl.UInt32))
    assert steps["salto"].to_list() == [5, -3, 0, 3_999_998]


def test_nobody_hides_a_changed_record(store, tmp_path):
    snapshot = load_extract(write_long(tmp_path / "a.csv", budget("10")), store, cut_off=DAY).snapshot
    path = next(snapshot.folder.glob("registros/*/*.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (problem,) = store.verify(snapshot.id)
    assert re.search("registros/anio=2024", problem.where)
