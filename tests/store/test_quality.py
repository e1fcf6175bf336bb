"""What prevents a load leaves nothing new in the store; what limits it travels with the snapshot; who accepts it signs."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from presupuesto_link.commands.main import _code
from presupuesto_link.findings import EFFECTS, FINDING_KINDS
from presupuesto_link.store.load_report import Published, Refused
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.quality import Accepted
from presupuesto_link.store.store import MANIFEST, Store
from tests.sources.extracts import budget, long_text, spent, write_long

JUNE, SHARED = dt.date(2024, 6, 30), Path(__file__).resolve().parents[3] / "shared" / "casos" / "siaf"


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "almacen")


def good() -> list[dict[str, str]]:
    records = [budget("1000", "900"), *(spent(m, f"{m}.50", MONTO_GIRADO="1", MONTO_CERTIFICADO="2") for m in range(1, 7))]
    return [
        record | {"MONTO_COMPROMETIDO": "3", "MONTO_COMPROMETIDO_ANUAL": "4"} if record["MES_EJE"] != "0" else record for record in records
    ]


def call(capsys, *arguments: object) -> tuple[int, str, str]:
    code = _code([str(a) for a in arguments], debug=False)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_every_kind_has_an_effect_and_what_prevents_is_grave():
    assert {kind.effect for kind in FINDING_KINDS.values()} == set(EFFECTS)
    assert {kind.severity for kind in FINDING_KINDS.values() if kind.effect == "impide"} == {"alta"}


def test_a_whole_extract_is_complete(store, tmp_path):
    report = load_extract(write_long(tmp_path / "a.csv", *good()), store, cut_off=JUNE)
    assert (report.snapshot.manifest["calidad"], report.snapshot.manifest["limites"], report.snapshot.accepted) == ("completa", [], None)


@pytest.mark.parametrize("again", [1, 2])
def test_a_file_pasted_twice_stops_and_nothing_stays(store, tmp_path, again):
    path = tmp_path / "dos_veces.csv"
    path.write_text(long_text(*good()) + again * long_text(*good()), encoding="utf-8")
    with pytest.raises(Refused, match="S20 El archivo, o una parte, parece pegado dos veces") as refused:
        load_extract(path, store, cut_off=JUNE)
    assert (store.list(), refused.value.report.kept, refused.value.report.is_new) == ((), False, False)
    assert [p.name for p in store.folder.iterdir() if p.name != "rechazadas"] == ["instantaneas"]
    report = load_extract(path, store, cut_off=JUNE, accepted=Accepted("el archivo es así", "María Quispe"))
    assert report.snapshot.manifest["aceptado"] == {"motivo": "el archivo es así", "quien": "María Quispe", "hallazgos": ["S20"]}
    assert report.snapshot.totals[2024]["pim_soles"] == (again + 1) * Decimal("1000")
    assert store.verify(report.snapshot.id) == ()


def test_the_case_of_the_file_pasted_twice(capsys, tmp_path):
    path = SHARED / "c12b" / "gasto_dos_veces_20240930.csv"
    if not path.is_file():
        pytest.skip("the cases are not beside this repository")
    code, out, err = call(capsys, "cargar", path, "--al", "2024-12-31", "--almacen", tmp_path / "almacen")
    assert (code, Store(tmp_path / "almacen").list()) == (1, ())
    assert "(no se guardó)" in out
    assert "72 filas idénticas a otra, de 144 con dinero" in err
    assert "Exportar de nuevo el archivo" in err
    assert '--aceptar "motivo"' in err


@pytest.mark.parametrize("case", ["c12/gasto_2023_2024_20240930.csv", "c17/gasto_siaf_subtotales_20241231.xlsx"])
def test_blank_lines_repeated_titles_and_totals_do_not_stop_the_cases_that_have_them(store, case):
    path = SHARED / case
    if not path.is_file():
        pytest.skip("the cases are not beside this repository")
    report = load_extract(path, store, cut_off=dt.date(2024, 12, 31))
    assert "S18" in {finding.code for finding in report.findings}


def test_what_limits_is_kept_and_told(capsys, tmp_path):
    folder = tmp_path / "almacen"
    path = write_long(tmp_path / "a_20240630.csv", *good()[1:])
    code, out, _ = call(capsys, "cargar", path, "--almacen", folder)
    assert code == 0
    assert "Calidad: parcial" in out
    assert "El extracto no trae el PIM (PIM 2024: el archivo no lo trae)" in out
    listed = call(capsys, "almacen", "listar", "--almacen", folder)[1]
    assert "parcial" in listed
    (told,) = json.loads(call(capsys, "almacen", "listar", "--almacen", folder, "--json")[1])["instantaneas"]
    assert (told["calidad"], told["limites"], told["aceptado"]) == (
        "parcial",
        ["El extracto no trae el PIM (PIM 2024: el archivo no lo trae)"],
        None,
    )


def test_who_accepts_is_who_signs_for_the_office(capsys, tmp_path, monkeypatch):
    (tmp_path / "oficina.toml").write_text('version = 1\nfirma = "María Quispe"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    write_long(tmp_path / "a_20240630.csv", *good(), *good())
    assert call(capsys, "cargar", "a_20240630.csv")[0] == 1
    assert call(capsys, "cargar", "a_20240630.csv", "--aceptar", "  ")[0] == 2
    code, out, _ = call(capsys, "cargar", "a_20240630.csv", "--aceptar", "así es el archivo")
    assert code == 0
    words = "aceptada por María Quispe, pese a S20: «así es el archivo»"
    assert f"Calidad: {words}" in out
    assert words in " ".join(call(capsys, "cargar", "a_20240630.csv")[1].split())  # it is there, and says who accepted it


def test_a_published_total_that_is_not_the_sum_stops_and_an_accepted_one_stays_in_the_manifest(store, tmp_path):
    path, wrong = write_long(tmp_path / "a.csv", *good()), Published({"pim_soles": Decimal("1002")})
    with pytest.raises(Refused, match="S10 El total no es el publicado"):
        load_extract(path, store, cut_off=JUNE, published=wrong)
    assert store.list() == ()
    kept = load_extract(path, store, cut_off=JUNE).snapshot
    before = (kept.folder / MANIFEST).read_bytes()
    with pytest.raises(Refused):
        load_extract(path, store, cut_off=JUNE, published=wrong)
    assert (kept.folder / MANIFEST).read_bytes() == before  # what was there is as it was
    said = load_extract(path, store, cut_off=JUNE, published=wrong, accepted=Accepted("así lo dio el pliego"))
    assert (said.is_new, said.snapshot.manifest["calidad"], said.snapshot.manifest["publicado"]) == (
        False,
        "aceptada",
        {"pim_soles": "1002"},
    )
    again = load_extract(path, store, cut_off=JUNE, published=wrong)
    assert again.snapshot.accepted == Accepted("así lo dio el pliego", None)
    right = load_extract(path, store, cut_off=JUNE, published=Published({"pim_soles": Decimal("1000")}))
    assert (right.snapshot.manifest["calidad"], [f.code for f in right.findings]) == ("completa", [])
    assert store.verify(kept.id) == ()
    assert [p.name for p in store.folder.iterdir()] == ["instantaneas"]


@pytest.mark.parametrize(("given", "wanted", "right"), [("100", "102", True), ("100", "103", False), ("100.10", "102", False)])
def test_whole_soles_may_differ_from_a_published_total_by_half_a_sol_per_row(store, tmp_path, given, wanted, right):
    """Four rows: two soles; an exact sum, one."""
    path = write_long(tmp_path / "a.csv", budget(given), *(budget("0", PROGRAMA_PPTO=f"000{n}") for n in range(3, 6)))
    published = Published({"pim_soles": Decimal(wanted)})
    if right:
        assert load_extract(path, store, cut_off=JUNE, published=published).is_new
    else:
        with pytest.raises(Refused):
            load_extract(path, store, cut_off=JUNE, published=published)


def test_a_trial_names_no_file_that_will_not_be_there(capsys, tmp_path):
    path = write_long(tmp_path / "a_20240630.csv", *good(), spent(13, "500"))
    code, out, err = call(capsys, "cargar", path, "--probar", "--almacen", tmp_path / "almacen")
    assert (code, (tmp_path / "almacen").exists()) == (1, False)
    assert "rechazadas: 1\n" in out
    assert "están en" not in err
