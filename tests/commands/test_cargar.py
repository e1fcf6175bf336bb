"""`cargar` and `almacen` from the command line: Spanish, exit codes, JSON, and the same answer as the library."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from presupuesto_link.commands.main import _code
from presupuesto_link.store.store import Store
from tests.sources.extracts import budget, long_text, sample, spent, write_long

SUBCOMMANDS = ["listar", "totales", "verificar", "comparar", "podar", "migrar"]


def call(capsys, *arguments: object) -> tuple[int, str, str]:
    code = _code([str(a) for a in arguments], debug=False)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def extract(tmp_path):
    return write_long(tmp_path / "gasto_20240630.csv", budget("1000.10", "900"), spent(1, "100.05"), spent(5, "-0.05"))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "almacen"


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_help_of_nested_commands_is_spanish_and_has_an_example(capsys, command):
    code, out, _ = call(capsys, "almacen", command, "--help")
    assert code == 0
    assert f"Ejemplo: presupuesto-link almacen {command}" in " ".join(out.split())
    assert f"Uso: presupuesto-link almacen {command}" in out
    for english in ("Usage", "Options", "Show this", "default:", "required", "<str>", "{"):
        assert english not in out


def test_help_of_the_group_and_of_cargar(capsys):
    for arguments in (["almacen"], ["almacen", "--help"]):
        code, out, _ = call(capsys, *arguments)
        assert code == 0
        assert all(command in out for command in SUBCOMMANDS)
    code, out, _ = call(capsys, "cargar", "--help")
    assert "Ejemplo: presupuesto-link cargar 2024-Gasto.csv --pliego 445" in " ".join(out.split())
    for english in ("Usage", "Options", "default:", "required", "{"):
        assert english not in out


def test_nested_help_loads_nothing_heavy():
    code = "import sys\nfrom presupuesto_link.commands import main\nfor a in (['almacen','comparar','--help'],['cargar','--help']):\n    assert main._code(a, False) == 0\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert not {"polars", "pyarrow", "pydantic", "rich", "lxml", "numpy"} & set(done.stderr.split())


def test_a_load_says_what_was_read_kept_and_not_checked(capsys, extract, folder):
    code, out, err = call(capsys, "cargar", extract, "--almacen", folder)
    assert (code, err) == (0, "")
    for words in (
        "(guardada)",
        "Forma: largo · codificación utf-8 · corte 2024-06-30 (nombre del archivo)",
        "Registros leídos: 3 · filas guardadas: 3 · rechazadas: 0",
        "1,000.10",
        "100.00",
        "Último mes con devengado: 2024: 5",
        "Hallazgos: ninguno.",
        "No se comprobó: los totales, contra una cifra publicada",
    ):
        assert words in out
    assert "ya estaba en el almacén; no se escribió nada" in call(capsys, "cargar", extract, "--almacen", folder)[1]


def test_json_of_a_load_is_exact(capsys, extract, folder):
    (load,) = json.loads(call(capsys, "cargar", extract, "--almacen", folder, "--json")[1])["cargas"]
    (snapshot,) = Store(folder).list()
    assert (load["instantanea"], load["nueva"], load["fecha_corte"]) == (snapshot.id, True, "2024-06-30")
    assert load["totales"]["2024"]["pim_soles"] == "1000.10"
    totals = json.loads(call(capsys, "almacen", "totales", "--almacen", folder, "--json")[1])["instantaneas"]
    assert totals == [{"id": snapshot.id, "fecha_corte": "2024-06-30", "totales": load["totales"]}]


def test_a_cut_off_date_is_asked_for_and_never_invented(capsys, tmp_path, folder):
    path = write_long(tmp_path / "2024-Gasto.csv", spent(1, "1"))
    code, _, err = call(capsys, "cargar", path, "--almacen", folder)
    assert (code, folder.exists()) == (1, False)
    assert "nadie dice de qué día son las cifras" in err
    assert "--al AAAA-MM-DD" in err
    (tmp_path / "2024-Gasto.origen.toml").write_text('last_modified = "Fri, 31 Jan 2025 07:28:00 GMT"\n', encoding="utf-8")
    assert "corte 2025-01-31 (origen (last_modified))" in call(capsys, "cargar", path, "--almacen", folder)[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--al", "31/02/2025"], "«31/02/2025» no es una fecha, por ejemplo 2025-10-30 o 30/10/2025"),
        (["--al", "31/01/2099"], "no ha llegado"),
        (["--pliego", "GORE"], "«GORE» no es un código de 3 cifras"),
        (["--nivel", "X"], "«X» no es E, R ni M"),
        (["--total-publicado", "pimm=3"], "no es MEDIDA=SOLES"),
        (["--tolerancia", "poca"], "no es un monto"),
        (["--total-publicado", "pim=mucho"], "«mucho» no es un monto en soles"),
    ],
)
def test_wrong_options_are_explained(capsys, extract, folder, options, message):
    code, out, err = call(capsys, "cargar", extract, "--almacen", folder, *options)
    assert (code, out) == (2, "")
    assert message in err


def test_an_empty_answer_is_an_error_never_a_zero(capsys, extract, folder):
    code, _, err = call(capsys, "cargar", extract, "--almacen", folder, "--pliego", "440")
    assert code == 1
    assert "ninguna fila útil de 3 registros (filtros: pliego 440)" in err
    header = extract.with_name("vacio_20240101.csv")
    header.write_text(long_text(), encoding="utf-8")
    assert "ninguna fila útil de 0 registros" in call(capsys, "cargar", header, "--almacen", folder)[2]
    assert Store(folder).list() == ()


def test_rejected_rows_go_to_a_file_with_their_record_number(capsys, tmp_path, folder):
    path = write_long(tmp_path / "a_20240630.csv", budget("5"), spent(1, "mucho Ñ"), spent(13, "1"), spent(2, "3"), encoding="cp1252")
    given = ("cargar", path, "--almacen", folder, "--pliego", "445")
    code, _, err = call(capsys, *given)
    (kept,) = (folder / "rechazadas").iterdir()
    assert (code, Store(folder).list()) == (1, ())
    assert "S12 Se rechazó más del 0.1 % del dinero o de las filas: 2 filas rechazadas; S/ 1.00 de devengado (25.00 %); 1 con un" in err
    assert f"Las filas rechazadas están en {kept}" in err
    refused = kept.read_bytes()
    (load,) = json.loads(call(capsys, *given, "--json", "--aceptar", "es lo que hay")[1])["cargas"]
    assert (Path(load["rechazadas"]).read_bytes(), kept.exists()) == (refused, False)  # nothing is lost, and it is there once
    assert (load["calidad"], load["aceptado"]["motivo"]) == ("aceptada", "es lo que hay")
    assert load["filas"] == {"registros_leidos": 4, "guardadas": 2, "rechazadas": 2}
    lines = Path(load["rechazadas"]).read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in lines] == [
        ["registro", "motivo"],
        ["3", "devengado no es un monto"],
        ["4", "mes fuera de 0 a 12"],
    ]
    assert "mucho Ñ" in lines[1]
    assert [h["codigo"] for h in load["hallazgos"]] == ["S12"]


def test_a_file_that_looked_utf8_and_is_not_is_read_again(capsys, tmp_path, folder, monkeypatch):
    from presupuesto_link.sources.siaf import reading

    path = write_long(tmp_path / "a_20240630.csv", budget("5"), spent(1, "7", META_NOMBRE="CAÑARIS"), encoding="cp1252")
    monkeypatch.setattr(reading, "looks_utf8", lambda _: True)
    (load,) = json.loads(call(capsys, "cargar", path, "--almacen", folder, "--json")[1])["cargas"]
    assert load["fuente"]["codificacion"] == "cp1252"
    names = Store(folder).dimension(load["instantanea"], "finalidad")["nombre"].to_list()
    assert "CAÑARIS" in names or names == ["FAMILIAS DEL AÑO"]


def test_published_totals_agree_or_not(capsys, extract, folder):
    good = call(capsys, "cargar", extract, "--almacen", folder, "--total-publicado", "pim=1,001", "--total-publicado", "devengado=100")[1]
    assert "Hallazgos: ninguno." in good
    code, out, err = call(capsys, "cargar", extract, "--almacen", folder, "--total-publicado", "pim=1001", "--tolerancia", "0.5")
    assert code == 1
    assert "S10 (alta) El total no es el publicado: pim_soles, S/ 1,000.10. difieren en S/ −0.90" in out
    assert "se esperaba: S/ 1,001.00 ± S/ 0.50" in err


def test_globs_load_each_file_as_its_own_snapshot(capsys, tmp_path, folder):
    for year in ("2023", "2024"):
        write_long(tmp_path / f"{year}-Gasto.csv", budget("5", ANO_EJE=year))
    call(capsys, "cargar", tmp_path / "*-Gasto.csv", "--almacen", folder, "--al", "2025-01-31")
    assert [s.years for s in Store(folder).list()] == [(2023,), (2024,)]
    assert "ningún archivo con ese nombre" in call(capsys, "cargar", tmp_path / "*.zip", "--almacen", folder)[2]


def test_a_file_that_fails_hides_neither_those_before_nor_those_after(capsys, tmp_path, folder):
    first, last = (write_long(tmp_path / "a_20240131.csv", budget("5")), write_long(tmp_path / "c_20240131.csv", budget("7")))
    bad = tmp_path / "b_20240131.csv"
    bad.write_text("a,b\n1,2\n", encoding="utf-8")
    code, out, err = call(capsys, "cargar", first, bad, last, tmp_path / "no_20240131.csv", "--almacen", folder)
    assert code == 1
    assert out.count("(guardada)") == len(Store(folder).list()) == 2
    assert "ninguna forma conocida" in err
    closing = out[out.index("2 de 4 bien") :]
    assert "a_20240131.csv: largo · 2024 · corte 2024-01-31 → 20240131-" in closing
    assert "b_20240131.csv: no se cargó; ninguna forma conocida de extracto\n" in closing
    assert "no_20240131.csv: no se cargó; el archivo no existe\n" in closing
    code, out, _ = call(capsys, "cargar", first, bad, "--almacen", folder, "--json")
    answer = json.loads(out)
    assert (code, len(answer["cargas"]), [e["archivo"] for e in answer["errores"]]) == (1, 1, ["b_20240131.csv"])
    assert set(answer["errores"][0]["problemas"][0]) == {"where", "found", "expected", "remedy"}


def test_coverage_lost_since_the_earlier_cut_off_is_said(capsys, tmp_path, folder):
    write_long(tmp_path / "g_20240131.csv", budget("5"), budget("7.50", SEC_EJEC="9"))
    write_long(tmp_path / "g_20240630.csv", budget("5"))
    call(capsys, "cargar", tmp_path / "g_20240131.csv", "--almacen", folder)
    out = call(capsys, "cargar", tmp_path / "g_20240630.csv", "--almacen", folder)[1]
    assert "S11 (alta)" in out
    assert "1 unidad ejecutora menos" in out
    assert "S/ 7.50" in out


def test_listing_comparing_verifying_and_pruning(capsys, tmp_path, folder):
    for day, amount in (("20240131", "5"), ("20240331", "6"), ("20240630", "8.25")):
        write_long(tmp_path / f"g_{day}.csv", budget(amount))
        call(capsys, "cargar", tmp_path / f"g_{day}.csv", "--almacen", folder)
    listed = json.loads(call(capsys, "almacen", "listar", "--almacen", folder, "--json")[1])["instantaneas"]
    assert [s["fecha_corte"] for s in listed] == ["2024-01-31", "2024-03-31", "2024-06-30"]
    assert "3 instantáneas" in call(capsys, "almacen", "listar", "--almacen", folder)[1]
    moved = json.loads(call(capsys, "almacen", "comparar", "20240131", "20240630", "--almacen", folder, "--json", "--por", "programa")[1])
    assert [(r["medida"], r["diferencia_soles"]) for r in moved["filas"]] == [("pim_soles", "3.25")]
    assert "2024 · pim: S/ 3.25 en 1 claves" in call(capsys, "almacen", "comparar", "20240131", "20240630", "--almacen", folder)[1]
    assert call(capsys, "almacen", "comparar", "20240131", "20240630", "--almacen", folder, "--por", "color")[0] == 2
    dry = call(capsys, "almacen", "podar", "--almacen", folder, "--conservar", "1")[1]
    assert dry.count("Se borraría") == 2
    assert "No se borró nada: repita con --si." in dry
    assert len(Store(folder).list()) == 3
    assert call(capsys, "almacen", "podar", "--almacen", folder, "--conservar", "1", "--si")[1].count("Borrada") == 2
    (left,) = Store(folder).list()
    assert call(capsys, "almacen", "verificar", "--almacen", folder)[:2] == (0, f"{left.id}: sana\n1 de 1 instantáneas sanas\n")
    path = next(left.folder.glob("gasto/*/*.parquet"))
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    code, out, _ = call(capsys, "almacen", "verificar", "--almacen", folder)
    assert code == 1
    assert "el contenido cambió" in out


def test_a_store_that_is_not_there_is_an_error(capsys, tmp_path):
    code, _, err = call(capsys, "almacen", "listar", "--almacen", tmp_path / "no")
    assert code == 1
    assert "no hay un almacén ahí" in err


def test_the_real_siaf_web_book_agrees_with_its_stated_pim(capsys, folder):
    path = sample("siaf_web_86col_peru_compras_20251030.xlsx")
    out = call(capsys, "cargar", path, "--almacen", folder, "--total-publicado", "pim=48103240")[1]
    assert "corte 2025-10-30 (nombre del archivo)" in out
    assert "Hallazgos: ninguno." in out


def test_a_filtered_load_leaves_nothing_but_its_snapshot(capsys, extract, folder, tmp_path):
    """The records are picked out beside the snapshot while the file is hashed; new, repeated or failed, that folder goes."""
    for _ in range(2):
        assert call(capsys, "cargar", extract, "--pliego", "445", "--almacen", folder)[0] == 0
        assert sorted(path.name for path in folder.iterdir()) == ["instantaneas"]
    unknown = tmp_path / "otra_20240630.csv"
    unknown.write_text("a,b\n1,2\n", encoding="utf-8")
    assert call(capsys, "cargar", unknown, "--pliego", "445", "--almacen", folder)[0] == 1
    assert sorted(path.name for path in folder.iterdir()) == ["instantaneas"]
    assert len(Store(folder).list()) == 1
