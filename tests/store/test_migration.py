"""A store made by version 0.1.0 opens, is brought to today's format or says how, and no figure of it is lost."""

import datetime as dt
import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.commands.main import _code
from presupuesto_link.errors import InputDataError
from presupuesto_link.store.lines import LINES
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.migration import migrate
from presupuesto_link.store.quality import Accepted
from presupuesto_link.store.snapshot import Kept, snapshot_id
from presupuesto_link.store.store import FORMAT, MANIFEST, Store
from presupuesto_link.tables.gasto import SCHEMA, Filters
from tests.sources.extracts import budget, spent, write_long

JUNE = dt.date(2024, 6, 30)
LATER_CODES = ("gobierno_local", "distrito_meta")
OLD_KEYS = {
    *("id", "programa", "bibliotecas", "tabla_version", "fuente", "fecha_corte", "fecha_corte_de", "filtros", "filas", "totales"),
    *("ultimo_mes_con_devengado", "hallazgos", "no_comprobado", "archivos"),
}
"""What the manifest of commit b856f73 has."""


def as_of_010(store: Store, snapshot: Kept) -> Kept:
    """The snapshot as version 0.1.0 would have left it: its id, its manifest and its tables, with the columns they had."""
    from presupuesto_link.sources.digest import digest_of

    manifest = {key: value for key, value in snapshot.manifest.items() if key in OLD_KEYS}
    name = snapshot_id(
        manifest["fecha_corte"], sha256=manifest["fuente"]["sha256"], filtros=manifest["filtros"], miembro="", tabla=2, anio=""
    )
    folder = snapshot.folder.with_name(name)
    snapshot.folder.replace(folder)
    shutil.rmtree(folder / "registros")
    for part in folder.glob("gasto/*/*.parquet"):
        pl.read_parquet(part, memory_map=False).drop(LATER_CODES, strict=False).write_parquet(part, compression="zstd")
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST]
    sealed = {p.relative_to(folder).as_posix(): {"bytes": p.stat().st_size, "sha256": digest_of(p)} for p in files}
    old = manifest | {"id": name, "tabla_version": 2, "programa": {"nombre": "presupuesto-link", "version": "0.1.0"}, "archivos": sealed}
    (folder / MANIFEST).write_text(json.dumps(old, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return store.get(name)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "almacen")


@pytest.fixture
def source(tmp_path) -> Path:
    folder = tmp_path / "descargas"
    folder.mkdir()
    other = budget("300", PLIEGO="440", SEC_EJEC="9")
    return write_long(
        folder / "gasto.csv", budget("1000.10", "900"), spent(1, "100.05"), other, spent(3, "30.30", PLIEGO="440", SEC_EJEC="9")
    )


@pytest.fixture
def old(store, source) -> Kept:
    return as_of_010(store, load_extract(source, store, Filters(pliego="445"), JUNE).snapshot)


def call(capsys, *arguments: object) -> tuple[int, str]:
    code = _code([str(a) for a in arguments], debug=False)
    return code, capsys.readouterr().out


def rows_of(store: Store, name: str) -> list[tuple]:
    return store.read(name, list(SCHEMA)).collect().rows()


def test_a_store_of_010_opens_as_it_is(store, old):
    assert (old.format, old.has_records, store.verify(old.id)) == (1, False, ())
    assert store.read(old.id).collect_schema().names() == list(SCHEMA)
    assert store.read(old.id, lines=True).select(*LINES).collect().null_count().row(0) == (2, 2, 2)
    assert (old.quality, len(old.limits)) == ("parcial", 1)
    with pytest.raises(InputDataError, match=r"con la versión 0.1.0, que no los guardaba(.|\n)*almacen migrar --origen"):
        store.lines_of(old.id)
    assert store.compare(old.id, old.id).is_empty()


def test_without_its_file_a_snapshot_keeps_its_id_its_files_and_its_rows(store, old):
    before, files = rows_of(store, old.id), {p: p.read_bytes() for p in old.folder.rglob("*.parquet")}
    done = migrate(store, old, {})
    assert (done.outcome, done.after.id, done.after.format, done.after.has_records) == ("sin registros", old.id, FORMAT, False)
    assert done.after.manifest["sin_registros"] in done.after.why_no_records
    assert "no se dio el archivo de origen" in done.why
    assert (done.after.quality, store.verify(old.id), rows_of(store, old.id)) == ("parcial", (), before)
    assert {p: p.read_bytes() for p in old.folder.rglob("*.parquet")} == files
    assert {key: value for key, value in done.after.manifest.items() if key in OLD_KEYS - {"hallazgos"}} == {
        key: value for key, value in old.manifest.items() if key != "hallazgos"
    }
    text = (old.folder / MANIFEST).read_bytes()
    assert migrate(store, done.after, {}).outcome == "al día"
    assert (old.folder / MANIFEST).read_bytes() == text


def test_with_its_file_it_is_read_again_and_answers_to_its_old_name(store, old, source):
    before, digest = rows_of(store, old.id), old.manifest["fuente"]["sha256"]
    done = migrate(store, migrate(store, old, {}).after, {digest: source})
    (left,) = store.list()
    assert (done.outcome, left.id, left.has_records, left.format) == ("leída otra vez", done.after.id, True, FORMAT)
    assert left.id != old.id
    assert [store.get(name).id for name in (old.id, old.id[-6:], left.id)] == [left.id] * 3
    assert (rows_of(store, old.id), store.verify(left.id)) == (before, ())
    assert (left.cut_off, left.manifest["fecha_corte_de"], left.quality) == (old.cut_off, old.manifest["fecha_corte_de"], "completa")
    assert store.lines_of(old.id, {"mes": 1}).rows() == [("gasto.csv", 3, 3)]
    assert migrate(store, left, {digest: source}).outcome == "al día"


def test_another_reading_of_the_file_replaces_nothing(store, old, source):
    """As if the version before had read the file wrong: its figures stay, and so do today's."""
    part = next(old.folder.glob("gasto/*/*.parquet"))
    table = pl.read_parquet(part, memory_map=False)
    table.with_columns(pl.col("pim_soles") * 2).cast(table.schema).write_parquet(part)
    manifest = json.loads((old.folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["archivos"][part.relative_to(old.folder).as_posix()]["bytes"] = part.stat().st_size
    (old.folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    done = migrate(store, store.get(old.id), {manifest["fuente"]["sha256"]: source})
    assert (done.outcome, done.after.id, len(store.list())) == ("otras cifras", old.id, 2)
    assert store.list()[-1].has_records  # what is read today is the one to work with


def test_what_stops_a_load_today_leaves_the_snapshot_where_it_was(store, tmp_path):
    path = write_long(tmp_path / "dos_veces.csv", *2 * [budget("10"), spent(1, "3")])
    old = as_of_010(store, load_extract(path, store, cut_off=JUNE, accepted=Accepted("para la prueba")).snapshot)
    before = rows_of(store, old.id)
    done = migrate(store, old, {old.manifest["fuente"]["sha256"]: path})
    assert (done.outcome, done.after.id, done.after.format) == ("no se pudo leer otra vez", old.id, FORMAT)
    assert "S20" in done.why
    assert (rows_of(store, old.id), [s.id for s in store.list()]) == (before, [old.id])


def test_migrating_from_the_command_line(capsys, store, old, source):
    code, out = call(capsys, "almacen", "migrar", "--almacen", store.folder)
    assert (code, "1 instantánea migrada de 1." in out) == (0, True)
    assert call(capsys, "almacen", "migrar", "--almacen", store.folder, "--origen", source.with_name("no"))[0] == 1
    code, out = call(capsys, "almacen", "migrar", old.id, "--almacen", store.folder, "--origen", source.parent, "--json")
    (told,) = json.loads(out)["instantaneas"]
    assert (code, told["antes"], told["resultado"], told["motivo"]) == (0, old.id, "leída otra vez", "")
    assert "0 instantáneas migradas de 1." in call(capsys, "almacen", "migrar", "--almacen", store.folder)[1]
    assert call(capsys, "almacen", "verificar", "--almacen", store.folder)[0] == 0


def test_loading_the_file_again_is_another_snapshot_and_the_first_is_what_is_pruned(store, old, source):
    again = load_extract(source, store, Filters(pliego="445"), JUNE)
    assert again.is_new
    assert [s.id for s in store.list()] == [old.id, again.snapshot.id]
    assert [s.id for s in store.superseded(5)] == [old.id]
    assert migrate(store, old, {old.manifest["fuente"]["sha256"]: source}).after.id == again.snapshot.id
    assert [s.id for s in store.list()] == [again.snapshot.id]


def test_a_store_of_a_later_version_says_so(store, old):
    (old.folder / MANIFEST).write_text(json.dumps(dict(old.manifest) | {"formato": FORMAT + 1}), encoding="utf-8")
    with pytest.raises(InputDataError, match=r"de una versión posterior(.|\n)*actualice presupuesto-link"):
        store.list()
