"""The synthetic files are what their origin says, repeat byte by byte, and tell the same facts in both layouts."""

import csv
import gzip
import hashlib
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conftest import ROOT, SHARED

GENERADOR = ROOT / "benchmarks" / "generar.py"
sys.path.insert(0, str(GENERADOR.parent))  # scripts import one another by name, as when they are run

import generar  # noqa: E402

CLAVES = "4400"
MESES = (*("ENERO", "FEBRERO", "MARZO", "ABRIL", "MAYO", "JUNIO"), *("JULIO", "AGOSTO", "SEPTIEMBRE", "OCTUBRE", "NOVIEMBRE", "DICIEMBRE"))
CLAVE = (
    *("SEC_EJEC", "SEC_FUNC", "PROGRAMA_PPTO", "PRODUCTO_PROYECTO", "ACTIVIDAD_ACCION_OBRA", "META", "FINALIDAD"),
    *("RUBRO", "TIPO_RECURSO", "GENERICA", "SUBGENERICA", "SUBGENERICA_DET", "ESPECIFICA", "ESPECIFICA_DET"),
)
MEDIDAS = {
    "largo": {m: f"MONTO_{m.upper()}" for m in ("pia", "pim", "certificado", "comprometido_anual", "comprometido", "devengado", "girado")},
    "ancho": {
        "pia": "MONTO_PIA",
        "pim": "MONTO_PIM",
        "certificado": "MONTO_CERTIFICADO_ANUAL",
        "comprometido_anual": "MONTO_COMPROMETIDO_ANUAL",
        "devengado": "MONTO_DEVENGADO_ANUAL",
        "girado": "MONTO_GIRADO_ANUAL",
    },
}


def generate(path: Path, *arguments: str) -> Path:
    assert generar.main([*arguments, "--salida", str(path)]) == 0
    return path


def read(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def origin(path: Path) -> dict:
    return tomllib.loads(Path(f"{path}.origen.toml").read_text(encoding="utf-8"))


def key(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[column] for column in CLAVE)


@pytest.fixture(scope="module")
def largo(tmp_path_factory) -> Path:
    return generate(tmp_path_factory.mktemp("largo") / "l_sintetico.csv", "--formato", "largo", "--claves", CLAVES, "--saltos")


@pytest.fixture(scope="module")
def ancho(tmp_path_factory) -> Path:
    return generate(tmp_path_factory.mktemp("ancho") / "a_sintetico.csv", "--formato", "ancho", "--claves", CLAVES)


@pytest.fixture(scope="module")
def filas_largo(largo) -> list[dict[str, str]]:
    return read(largo)


@pytest.fixture(scope="module")
def filas_ancho(ancho) -> list[dict[str, str]]:
    return read(ancho)


@pytest.mark.parametrize(("fixture", "lista"), [("largo", "gasto_mensual_diario_63.txt"), ("ancho", "gasto_devengado_73.txt")])
def test_the_header_is_the_list_of_the_layout(fixture, lista, request):
    official = SHARED / "siaf" / lista
    if not official.is_file():
        pytest.skip("the column lists of the SIAF layouts are not beside this repository")
    with request.getfixturevalue(fixture).open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file)) == official.read_text(encoding="utf-8").split()


@pytest.mark.parametrize("formato", ["largo", "ancho"])
def test_origin_says_synthetic_and_its_totals_are_those_of_the_file(formato, request):
    path, rows = request.getfixturevalue(formato), request.getfixturevalue(f"filas_{formato}")
    page = origin(path)
    assert page["sintetico"] is True
    assert page["parametros"]["semilla"] == 7
    assert page["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (page["bytes"], page["filas"]) == (path.stat().st_size, len(rows))
    totals = {m: sum(Decimal(row[column]) for row in rows) for m, column in MEDIDAS[formato].items()}
    assert {m: Decimal(value) for m, value in page["totales"].items()} == totals
    ours = [row for row in rows if row["PLIEGO"] == "445"]
    assert page["filas_pliego_445"] == len(ours)
    totals = {m: sum(Decimal(row[column]) for row in ours) for m, column in MEDIDAS[formato].items()}
    assert {m: Decimal(value) for m, value in page["totales_pliego_445"].items()} == totals


def test_the_devengado_of_each_month_is_in_the_origin(largo, filas_largo):
    months = defaultdict(Decimal)
    for row in filas_largo:
        months[row["MES_EJE"]] += Decimal(row["MONTO_DEVENGADO"])
    assert months.pop("0") == 0
    assert {mes: Decimal(value) for mes, value in origin(largo)["devengado_por_mes"].items()} == months


def test_both_layouts_tell_the_same_facts_of_every_key(filas_largo, filas_ancho):
    def add(facts: dict, row: dict[str, str], columns: dict[str, str]) -> None:
        for name, column in columns.items():
            facts[key(row)][name] += Decimal(row[column])

    long, wide = defaultdict(Counter), defaultdict(Counter)
    for row in filas_largo:
        month = {f"devengado {row['MES_EJE']}": "MONTO_DEVENGADO"} if row["MES_EJE"] != "0" else {}
        add(long, row, {m: MEDIDAS["largo"][m] for m in MEDIDAS["ancho"]} | month)
    for row in filas_ancho:
        months = {f"devengado {n}": f"MONTO_DEVENGADO_{mes}" for n, mes in enumerate(MESES, start=1)}
        add(wide, row, MEDIDAS["ancho"] | months)
    assert long.keys() == wide.keys()
    assert {k: +Counter(f) for k, f in long.items()} == {k: +Counter(f) for k, f in wide.items()}
    assert all(long[k][name] == wide[k][name] for k in wide for name in wide[k])


def test_a_smaller_file_has_the_same_facts_for_its_keys(filas_ancho, tmp_path):
    small = read(generate(tmp_path / "s_sintetico.csv", "--formato", "ancho", "--filas", "800"))
    everything = {tuple(row.values()) for row in filas_ancho}
    assert len(small) == 800
    assert all(tuple(row.values()) in everything for row in small)


def test_month_zero_has_the_budget_and_the_rest_the_flows(filas_largo):
    flows = [column for m, column in MEDIDAS["largo"].items() if m not in ("pia", "pim")]
    for row in filas_largo:
        zero = flows if row["MES_EJE"] == "0" else ["MONTO_PIA", "MONTO_PIM"]
        assert all(row[column] == "0" for column in zero)


def test_months_descend_inside_each_pliego(filas_largo):
    months = defaultdict(list)
    for row in filas_largo:
        months[row["PLIEGO"]].append(int(row["MES_EJE"]))
    months.pop(" ")
    assert len(months) > 100
    assert all(values == sorted(values, reverse=True) for values in months.values())


def test_codes_have_the_widths_of_the_files(filas_ancho):
    widths = {
        **{"PROGRAMA_PPTO": 4, "PRODUCTO_PROYECTO": 7, "ACTIVIDAD_ACCION_OBRA": 7, "FINALIDAD": 7, "META": 5},
        **{"FUNCION": 2, "DIVISION_FUNCIONAL": 3, "GRUPO_FUNCIONAL": 4, "RUBRO": 2, "DEPARTAMENTO_META": 2},
    }
    assert all(len(row[column]) == width for row in filas_ancho for column, width in widths.items())
    assert not any(row["SEC_FUNC"].startswith("0") for row in filas_ancho)
    local = [row for row in filas_ancho if row["NIVEL_GOBIERNO"] == "M"]
    assert {(row["SECTOR"], row["PLIEGO"], row["SEC_EJEC"][:3]) for row in local} <= {(" ", " ", "300"), (" ", " ", "301")}
    assert {row["PLIEGO"] for row in filas_ancho if row["NIVEL_GOBIERNO"] == "R"} == {str(n) for n in range(440, 465)}
    assert 0.006 < sum(row["PLIEGO"] == "445" for row in filas_ancho) / len(filas_ancho) < 0.010


def test_a_meta_is_one_chain_of_its_unit(filas_ancho):
    chains = defaultdict(set)
    for row in filas_ancho:
        chains[row["SEC_EJEC"], row["SEC_FUNC"]].add((row["PROGRAMA_PPTO"], row["PRODUCTO_PROYECTO"], row["FINALIDAD"]))
    assert all(len(values) == 1 for values in chains.values())


def test_the_oddities_the_origin_counts_are_there(ancho, filas_ancho, filas_largo):
    odd = origin(ancho)["rarezas"]
    copies = sum(n - 1 for n in Counter(tuple(row.values()) for row in filas_ancho).values())
    repeated = sum(n - 1 for n in Counter(map(key, filas_ancho)).values())
    assert odd["claves_duplicadas"] == copies > 0
    assert odd["claves_que_chocan"] == repeated - copies > 0
    without = [row for row in filas_ancho if row["MONTO_PIM"] == "0" and Decimal(row["MONTO_DEVENGADO_ANUAL"]) > 0]
    assert odd["pim_cero_con_devengado"] == len(without) > 0
    negative = sum(row[f"MONTO_DEVENGADO_{mes}"].startswith("-") for row in filas_ancho for mes in MESES)
    assert odd["devengados_mensuales_negativos"] == negative > 0
    assert any(row["MONTO_CERTIFICADO"].startswith("-") for row in filas_largo)
    assert any("," in row["PRODUCTO_PROYECTO_NOMBRE"] for row in filas_ancho)


def test_line_breaks_inside_names_only_when_asked(filas_largo, filas_ancho):
    assert any("\n" in row["META_NOMBRE"] + row["PRODUCTO_PROYECTO_NOMBRE"] for row in filas_largo)
    assert not any("\n" in value for row in filas_ancho for value in row.values())


def test_same_arguments_same_bytes_and_another_seed_another_file(tmp_path):
    arguments = ("--formato", "largo", "--filas", "3001", "--gz")
    first = generate(tmp_path / "1_sintetico.csv.gz", *arguments)
    second = generate(tmp_path / "2_sintetico.csv.gz", *arguments)
    other = generate(tmp_path / "3_sintetico.csv.gz", *arguments, "--semilla", "8")
    assert first.read_bytes() == second.read_bytes() != other.read_bytes()
    assert gzip.decompress(first.read_bytes()).count(b"\n") == 3001 + 1
    assert origin(first)["filas"] == 3001


def test_the_cut_off_hides_later_months_and_sec_func_changes_with_the_year(filas_ancho, tmp_path):
    rows = read(generate(tmp_path / "c_sintetico.csv", "--formato", "ancho", "--claves", "2000", "--meses", "5"), "utf-8-sig")
    assert all(row[f"MONTO_DEVENGADO_{mes}"] == "0" for row in rows for mes in MESES[5:])
    assert any(row["MONTO_DEVENGADO_MAYO"] != "0" for row in rows)
    later = read(generate(tmp_path / "d_sintetico.csv", "--formato", "ancho", "--claves", "2000", "--anio", "2025"))
    assert [row["FINALIDAD"] for row in later] == [row["FINALIDAD"] for row in rows]
    assert [row["SEC_FUNC"] for row in later] != [row["SEC_FUNC"] for row in rows]


def test_latin1_and_utf8_decode_to_the_same_text(tmp_path):
    texts = {}
    for coding, codec in {"utf-8": "utf-8", "utf-8-bom": "utf-8-sig", "latin-1": "latin-1"}.items():
        path = generate(tmp_path / f"{coding}_sintetico.csv", "--formato", "largo", "--filas", "2000", "--codificacion", coding)
        texts[coding] = path.read_bytes().decode(codec)
    assert texts["utf-8"] == texts["utf-8-bom"] == texts["latin-1"]
    assert "Ñ" in texts["latin-1"]
    assert (tmp_path / "utf-8-bom_sintetico.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_bytes_are_met_within_three_per_cent(tmp_path):
    path = generate(tmp_path / "b_sintetico.csv", "--formato", "largo", "--bytes", "6MB")
    assert path.stat().st_size == pytest.approx(6_000_000, rel=0.03)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--filas", "500", "--salida", "gasto.csv"), "debe contener «sintetico»"),
        (("--filas", "5", "--salida", "x_sintetico.csv"), "al menos 100 filas"),
        (("--filas", "500", "--gz", "--salida", "x_sintetico.csv"), "termina en .gz"),
        (("--claves", "500", "--meses", "13", "--salida", "x_sintetico.csv"), "de 1 a 12"),
    ],
)
def test_refusals_are_in_spanish_and_leave_nothing(arguments, message, tmp_path, capsys):
    *options, name = arguments
    assert generar.main(["--formato", "largo", *options, str(tmp_path / name)]) == 1
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_it_runs_as_a_script(tmp_path):
    path = tmp_path / "p_sintetico.csv"
    command = [sys.executable, str(GENERADOR), "--formato", "ancho", "--claves", "300", "--salida", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "300 filas y 300 claves sintéticas" in result.stdout
    assert len(read(path)) == 300
