"""The store under bad luck: killed processes, full disks, several writers, flipped bytes."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.errors import InputDataError, OutputError
from presupuesto_link.sources import lock as locks
from presupuesto_link.sources.lock import LOCK, PART, clean_parts, is_alive, locked, new_part, owner
from presupuesto_link.store import sorted_parquet
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.quality import Accepted
from presupuesto_link.store.store import MANIFEST, Store
from presupuesto_link.tables.gasto import Filters
from tests.sources.extracts import budget, spent, write_long

ANYWAY = Accepted("se mira lo que se encontró", "la prueba")
JANUARY, JUNE = dt.date(2024, 1, 31), dt.date(2024, 6, 30)
posix = pytest.mark.skipif(os.name == "nt", reason="kill -9 and file limits are of POSIX systems")


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "almacen")


@pytest.fixture
def extract(tmp_path) -> Path:
    return write_long(
        tmp_path / "gasto.csv",
        budget("1000.10", "900"),
        spent(1, "100.05"),
        spent(2, "50.50", MONTO_GIRADO="20"),
        budget("300", PLIEGO="440", SEC_EJEC="9"),
        spent(3, "30.30", PLIEGO="440", SEC_EJEC="9"),
        spent(3, "7", PLIEGO=" ", NIVEL_GOBIERNO="M"),
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def leftovers(store: Store) -> list[str]:
    return [p.name for p in store.folder.iterdir() if p.name != "instantaneas"]


def child(tmp_path: Path, body: str, *arguments: object) -> subprocess.Popen:
    """Another process that runs `body` after the usual imports; `ready` is a file it may write."""
    code = """
    import datetime as dt, sys, time
    from pathlib import Path
    from presupuesto_link.store import loading
    from presupuesto_link.store import store as stores
    path, folder, ready = (Path(a) for a in sys.argv[1:4])
    def stop(*_, **__):
        ready.write_text("x"); time.sleep(60)
    """
    text = textwrap.dedent(code) + textwrap.dedent(body)
    return subprocess.Popen([sys.executable, "-c", text, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen) -> str:
    _, err = process.communicate(timeout=60)
    return err.decode()


RUN = "loading.load_extract(path, stores.Store(folder), cut_off=dt.date(2024, 6, 30))"


def test_the_same_file_twice_is_one_snapshot(store, extract):
    first = load_extract(extract, store, cut_off=JUNE)
    before = contents(store.folder)
    second = load_extract(extract, store, cut_off=JUNE)
    assert (first.is_new, second.is_new, len(store.list())) == (True, False, 1)
    assert contents(store.folder) == before
    assert first.findings == second.findings
    assert leftovers(store) == []


def test_the_id_depends_on_content_filters_and_cut_off_but_not_on_the_name(store, extract, tmp_path):
    copy = tmp_path / "otro-nombre.csv"
    copy.write_bytes(extract.read_bytes())
    ids = {
        load_extract(path, store, filters, day).snapshot.id
        for path, filters, day in (
            (extract, Filters(), JUNE),
            (copy, Filters(), JUNE),
            (extract, Filters(pliego="445"), JUNE),
            (extract, Filters(pliego="0445"[1:]), JUNE),
            (extract, Filters(), JANUARY),
        )
    }
    assert len(ids) == 3


def test_two_loads_of_a_file_write_the_same_bytes(store, extract, tmp_path):
    load_extract(extract, store, cut_off=JUNE)
    other = Store(tmp_path / "otro")
    load_extract(extract, other, cut_off=JUNE)
    assert contents(store.folder) == contents(other.folder)
    assert str(tmp_path) not in (other.list()[0].folder / MANIFEST).read_text(encoding="utf-8")


def test_totals_are_exact_and_reading_pushes_filters_down(store, extract):
    snapshot = load_extract(extract, store, cut_off=JUNE).snapshot
    totals = snapshot.totals[2024]
    assert totals["pim_soles"] == Decimal("1300.10")
    assert totals["devengado_soles"] == Decimal("187.85")
    assert snapshot.manifest["filas"] == {"registros_leidos": 6, "guardadas": 6, "rechazadas": 0}
    assert snapshot.manifest["ultimo_mes_con_devengado"] == {"2024": 3}
    rows = store.read(snapshot.id, ["mes", "devengado_soles"], {"pliego": "445", "mes": [1, 2]}).collect()
    assert rows.sort("mes").rows() == [(1, Decimal("100.05")), (2, Decimal("50.50"))]
    assert store.read(snapshot.id, filters={"anio": 1999}).collect().is_empty()
    assert store.dimension(snapshot.id, "programa").rows() == [("0002", "SALUD MATERNO NEONATAL", 1)]
    with pytest.raises(InputDataError, match="no tiene la dimensión «nada»"):
        store.dimension(snapshot.id, "nada")


def test_rows_are_sorted_and_a_unit_is_never_split(store, tmp_path, monkeypatch):
    monkeypatch.setattr(sorted_parquet, "ROWS_AT_ONCE", 5)
    records = [spent(1 + i % 12, f"{i + 1}", SEC_EJEC=str(i % 4), PLIEGO=f"44{i % 2}", ANO_EJE=str(2023 + i % 2)) for i in range(40)]
    snapshot = load_extract(write_long(tmp_path / "a.csv", *records), store, cut_off=dt.date(2025, 1, 1)).snapshot
    files = sorted(snapshot.folder.glob("gasto/*/*.parquet"))
    assert [f.parent.name for f in files] == ["anio=2023", "anio=2023", "anio=2024", "anio=2024"]
    units = [set(pl.read_parquet(f)["sec_ejec"]) for f in files]
    assert sum(len(u) for u in units) == len(set.union(*units)) == 4
    assert all(pl.read_parquet(f)["mes"].is_sorted() for f in files)
    assert store.verify(snapshot.id) == ()


@pytest.mark.parametrize("size", [1, 3, 7])
def test_files_do_not_depend_on_where_the_rows_are_cut_while_reading(store, tmp_path, monkeypatch, size):
    """Units come mixed, with a repeated key, a line of two pliegos that ends below zero and two names of one code."""
    records = [
        budget("10", ANO_EJE="2023"),
        *(spent(i, f"{i}.10", SEC_EJEC=str(i % 3), PLIEGO=f"44{i % 2}", DEPARTAMENTO_META=f"0{i % 4 + 1}") for i in range(1, 13)),
        spent(5, "1", SEC_EJEC="2", PLIEGO="441"),
        spent(5, "2", SEC_EJEC="2", PLIEGO="441"),
        spent(5, "2", SEC_EJEC="2", PLIEGO="441"),
        spent(6, "-50", SEC_EJEC="9"),
        spent(6, "20", SEC_EJEC="9", PLIEGO="440"),
        spent(13, "1"),
        spent(2, "3", PROGRAMA_PPTO_NOMBRE="OTRO"),
    ]
    path, other = write_long(tmp_path / "a.csv", *records), Store(tmp_path / "otro")
    whole = load_extract(path, store, cut_off=dt.date(2024, 12, 31), accepted=ANYWAY)
    monkeypatch.setattr(sorted_parquet, "ROWS_OF_A_RUN", size)
    cut = load_extract(path, other, cut_off=dt.date(2024, 12, 31), accepted=ANYWAY)
    assert contents(store.folder) == contents(other.folder)
    assert [f.code for f in cut.findings] == [f.code for f in whole.findings]
    assert {"S02", "S03", "S06", "S12", "S13"} <= {f.code for f in cut.findings}
    same = other.read(cut.snapshot.id, filters={"sec_ejec": "2", "mes": 5}).collect()["devengado_soles"]
    assert same.to_list() == [Decimal(text) for text in ("5.10", "1", "2", "2")]  # rows with the same order keep that of the extract


@pytest.mark.parametrize("at_once", [1, 1000])
def test_a_line_in_two_files_is_judged_whole(store, tmp_path, monkeypatch, at_once):
    """Unit 9 has 30 in one pliego and -50 in another: -20 in all, wherever the files are cut; unit 8 has -5 and 6."""
    monkeypatch.setattr(sorted_parquet, "ROWS_AT_ONCE", at_once)
    records = [budget("100", SEC_EJEC=unit) for unit in "89"] + [
        spent(6, amount, SEC_EJEC=unit, PLIEGO=pliego)
        for unit, pliego, amount in (("9", "440", "30"), ("9", "445", "-50"), ("8", "440", "-5"), ("8", "445", "6"))
    ]
    report = load_extract(write_long(tmp_path / "a.csv", *records), store, cut_off=dt.date(2024, 12, 31))
    assert [f.found for f in report.findings if f.code == "S06"] == ["devengado: 1"]


def test_an_id_may_be_shortened_while_it_is_unique(store, extract):
    snapshot = load_extract(extract, store, cut_off=JUNE).snapshot
    assert store.get("20240630").id == store.get(snapshot.id[-6:]).id == snapshot.id
    load_extract(extract, store, Filters(pliego="445"), JUNE)
    with pytest.raises(InputDataError, match="«20240630» corresponde a 2 instantáneas"):
        store.get("20240630")
    with pytest.raises(InputDataError, match="no hay ninguna instantánea «zzzz»"):
        store.get("zzzz")


@posix
@pytest.mark.parametrize(
    "where",
    [
        "loading.write_sorted = stop",
        "loading.check_names = stop",
        "stores._seal = stop",
        "stores._sync = stop",
        "stores.Path.replace = stop",
    ],
)
@pytest.mark.lento
def test_a_killed_load_leaves_the_store_whole_and_the_next_cleans_up(store, extract, tmp_path, where):
    kept = load_extract(extract, store, Filters(pliego="445"), JUNE).snapshot
    before, ready = contents(kept.folder), tmp_path / "listo"
    process = child(tmp_path, f"{where}\n{RUN}", extract, store.folder, ready)
    limit = time.monotonic() + 30
    while not ready.exists() and time.monotonic() < limit:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    finish(process)
    assert ready.exists()
    assert any(name.startswith(PART) for name in leftovers(store)) or where == "stores._sync = stop"
    assert contents(kept.folder) == before
    assert [s.id for s in store.list()][:1] == [kept.id] or len(store.list()) <= 2
    assert all(store.verify(s.id) == () for s in store.list())
    report = load_extract(extract, store, cut_off=JUNE)
    assert store.verify(report.snapshot.id) == ()
    assert leftovers(store) == []
    assert len(store.list()) == 2


@posix
def test_ctrl_c_leaves_nothing_behind(store, extract, tmp_path):
    ready = tmp_path / "listo"
    process = child(tmp_path, f"loading.write_sorted = stop\n{RUN}", extract, store.folder, ready)
    while not ready.exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in finish(process)
    assert (store.list(), leftovers(store)) == ((), [])


@posix
def test_a_full_disk_leaves_the_store_as_it_was(store, extract, tmp_path):
    kept = load_extract(extract, store, Filters(pliego="445"), JUNE).snapshot
    before = contents(store.folder)
    body = f"""
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
    {RUN}
    """
    errors = finish(child(tmp_path, body, extract, store.folder, tmp_path / "x"))
    assert "OutputError" in errors
    assert "no se pudo escribir" in errors
    assert "lo guardado antes sigue entero" in errors
    assert contents(store.folder) == before
    assert store.verify(kept.id) == ()


def test_several_processes_at_once(store, extract, tmp_path):
    other = write_long(tmp_path / "otro.csv", budget("5"), spent(1, "2"))
    processes = [child(tmp_path, RUN, path, store.folder, tmp_path / "x") for path in (extract, extract, other)]
    assert [finish(p) for p in processes] == ["", "", ""]
    assert len(store.list()) == 2
    assert all(store.verify(s.id) == () for s in store.list())
    assert leftovers(store) == []


def test_the_lock_of_a_dead_process_is_free_and_that_of_a_living_one_is_not(tmp_path):
    """A lock file left by a process that was killed, whatever it holds, is nobody's."""
    (tmp_path / LOCK).write_text("999999999-123", encoding="ascii")
    with locked(tmp_path, 5):
        assert (tmp_path / LOCK).exists()
        with pytest.raises(OutputError, match="otro proceso está escribiendo"), locked(tmp_path, 0.1):
            pass
    assert not (tmp_path / LOCK).exists()


def test_a_process_killed_with_the_lock_lets_it_go(tmp_path):
    ready = tmp_path / "listo"
    body = "from presupuesto_link.sources.lock import locked\nwith locked(folder):\n    stop()"
    process = child(tmp_path, body, "x", tmp_path, ready)
    while not ready.exists():
        time.sleep(0.02)
    with pytest.raises(OutputError, match="otro proceso está escribiendo"), locked(tmp_path, 0.1):
        pass
    process.kill()
    finish(process)
    with locked(tmp_path, 5):
        assert (tmp_path / LOCK).exists()


def test_a_process_with_the_same_number_born_later_is_another():
    assert is_alive(owner())
    assert not is_alive(f"{os.getpid()}-1") or locks._birth(os.getpid()) == ""
    assert not is_alive("no-es-un-numero")


def test_only_abandoned_working_folders_are_removed(tmp_path):
    mine = new_part(tmp_path, "algo")
    (tmp_path / f"{PART}999999999-5-otra").mkdir()
    assert clean_parts(tmp_path) == 1
    assert mine.is_dir()


@pytest.mark.parametrize("what", ["gasto/anio=2024/parte-000.parquet", "dimensiones/programa.parquet"])
def test_verify_finds_a_flipped_byte(store, extract, what):
    snapshot = load_extract(extract, store, cut_off=JUNE).snapshot
    path = snapshot.folder / what
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (problem,) = store.verify(snapshot.id)
    assert (problem.found, problem.where) == ("el contenido cambió", f"{snapshot.id}/{what}")


def test_verify_finds_missing_and_extra_files_and_edited_totals(store, extract):
    snapshot = load_extract(extract, store, cut_off=JUNE).snapshot
    path = snapshot.folder / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["totales"]["2024"]["pim_soles"] = "1.00"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert [p.found for p in store.verify(snapshot.id)] == ["las filas no suman los totales de control"]
    (snapshot.folder / "dimensiones" / "programa.parquet").unlink()
    (snapshot.folder / "de-mas.txt").write_text("x", encoding="utf-8")
    assert [p.found for p in store.verify(snapshot.id)] == ["el archivo falta", "un archivo de más"]


def test_compare_says_what_moved_to_the_centimo(store, tmp_path):
    a = load_extract(
        write_long(tmp_path / "a.csv", budget("100"), spent(1, "10.10"), budget("50", PROGRAMA_PPTO="0016")), store, cut_off=JANUARY
    )
    b = load_extract(
        write_long(tmp_path / "b.csv", budget("90.50"), spent(1, "10.10"), spent(2, "5.05"), budget("7", PROGRAMA_PPTO="0020")),
        store,
        cut_off=JUNE,
    )
    moved = store.compare(a.snapshot.id, b.snapshot.id, ["programa"])
    assert moved.select("programa", "medida", "antes_soles", "despues_soles", "diferencia_soles", "cambio").rows() == [
        ("0002", "devengado_soles", Decimal("10.10"), Decimal("15.15"), Decimal("5.05"), "cambia"),
        ("0002", "pim_soles", Decimal("100.00"), Decimal("90.50"), Decimal("-9.50"), "cambia"),
        ("0016", "pim_soles", Decimal("50.00"), None, Decimal("-50.00"), "desaparece"),
        ("0020", "pim_soles", None, Decimal("7.00"), Decimal("7.00"), "aparece"),
    ]
    assert store.compare(a.snapshot.id, a.snapshot.id).is_empty()
    other = load_extract(write_long(tmp_path / "c.csv", budget("1", ANO_EJE="2020")), store, cut_off=JUNE)
    with pytest.raises(InputDataError, match="un año en común"):
        store.compare(a.snapshot.id, other.snapshot.id)


def test_only_older_cut_offs_of_the_same_file_year_and_filters_are_superseded(store, tmp_path):
    days = [dt.date(2024, month, 1) for month in (2, 3, 4)]
    made = [
        load_extract(
            write_long(tmp_path / f"gasto_{d:%Y%m%d}.csv", spent(1, str(i)), spent(1, "1", SEC_EJEC=str(i))), store, cut_off=d
        ).snapshot
        for i, d in enumerate(days, 1)
    ]
    load_extract(tmp_path / "gasto_20240201.csv", store, Filters(pliego="445"), days[0])
    load_extract(write_long(tmp_path / "otra-ejecutora.csv", spent(1, "9")), store, cut_off=days[0])
    assert [s.id for s in store.superseded(2)] == [made[0].id]
    assert store.previous(made[2]).id == made[1].id
    store.remove([s.id for s in store.superseded(1)])
    assert len(store.list()) == 3
    assert leftovers(store) == []
