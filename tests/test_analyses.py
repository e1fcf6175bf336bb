"""Every analysis is a question with its page and its expected results; and those with synthetic money give what their page says."""

import csv
import gzip
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.commands import main
from presupuesto_link.commands.asking.cuts import raw_rules
from presupuesto_link.evaluation.evaluate import evaluate
from presupuesto_link.inputs import load
from presupuesto_link.money.cut import Cut
from presupuesto_link.money.follow import follow
from presupuesto_link.quarter.light import Monitoring, monitor
from presupuesto_link.quarter.projection import Projection, project
from presupuesto_link.sources.embedded import embedded_analyses
from presupuesto_link.store.store import Store
from tests.conftest import ROOT

FOLDERS = sorted(path.parent for path in (ROOT / "analyses").glob("*/analisis.toml"))
LIGHT, CLOSE = ROOT / "analyses" / "semaforo-trimestral-sintetico", ROOT / "analyses" / "proyeccion-de-cierre-sintetica"
EXTRACT = ROOT / "data" / "siaf" / "gasto_2022_2025_a_agosto_sintetico.csv.gz"
YEARS = ("2022", "2023", "2024")


@pytest.mark.parametrize("folder", FOLDERS, ids=[path.name for path in FOLDERS])
def test_an_analysis_is_a_question_a_page_and_expected_results(folder: Path):
    assert load(folder / "analisis.toml").spec.pregunta
    assert list((folder / "esperado").glob("*.csv"))
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert "presupuesto-link " in page, "its page says how to run it"
    assert folder.name in page or folder.name == "cajamarca-2024"
    if "sintetic" in folder.name:
        assert "sintético" in page[:400]


def test_the_questions_asked_of_the_project_are_all_there():
    assert {path.name for path in FOLDERS} == {
        "cajamarca-2024",
        "ejecucion-y-resultados",
        "politica-nd-y-colores",
        "robustez-del-ranking",
        "semaforo-trimestral-sintetico",
        "proyeccion-de-cierre-sintetica",
        "compromisos-2018-2022",
    }


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    """Both synthetic extracts, loaded as their pages say: the cut-off comes from the origin beside each."""
    folder = tmp_path_factory.mktemp("almacen")
    for name in ("gasto_2025_a_junio_sintetico", "gasto_2022_2025_a_agosto_sintetico"):
        assert main._code(["cargar", str(ROOT / "data" / "siaf" / f"{name}.csv.gz"), "--almacen", str(folder)], True) == 0
    return Store(folder)


@pytest.fixture(scope="module")
def light(store: Store) -> Monitoring:
    inputs = load(embedded_analyses()[LIGHT.name])
    return monitor(evaluate(inputs, Cut(store, store.get("20250901"), raw_rules(inputs, None), before=store.get("20250701"))))


@pytest.fixture(scope="module")
def projection(store: Store) -> Projection:
    inputs = load(embedded_analyses()[CLOSE.name])
    return project(inputs, follow(inputs, Cut(store, store.get("20250901"), raw_rules(inputs, None))))


def rows(source: bytes | Path, columns: list[str], key: list[str]) -> list[tuple]:
    """The rows of a CSV as text, in order."""
    return pl.read_csv(source, infer_schema=False).select(columns).sort(key).rows()


def written(found: pl.DataFrame, columns: list[str], key: list[str]) -> list[tuple]:
    """The same of a table, with ratios to four decimals."""
    return rows(found.with_columns(pl.selectors.float().round(4)).write_csv().encode(), columns, key)


def columns_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").partition("\n")[0].split(",")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("semaforo", ["nivel", "unidad", "mes"]),
        ("alertas", ["nivel", "unidad"]),
        ("alineamiento_celdas", ["banda_ejecucion", "banda_resultado"]),
        ("composicion", ["anio", "por", "de", "a"]),
        ("modificaciones", ["lineas"]),
    ],
)
def test_the_light_is_the_expected_one(name: str, key: list[str], light: Monitoring):
    shown = light.light.filter(pl.col("mes").is_in(light.cuts) & (pl.col("pim_soles") > 0))
    found = {
        "semaforo": shown.filter(pl.col("nivel").is_in(["AER", "OER", "ejecutora", "total"])),
        "alineamiento_celdas": light.cells,
        "alertas": light.alerts.filter(pl.col("nivel").is_in(["AER", "OER"])),
        "composicion": light.composition,
        "modificaciones": light.modifications,
    }[name]
    path = LIGHT / "esperado" / f"{name}.csv"
    assert written(found, columns_of(path), key) == rows(path, columns_of(path), key)


@pytest.mark.parametrize(
    ("name", "key"), [("cierre", ["nivel", "unidad"]), ("errores_de_metodos", ["metodo"]), ("calibracion", ["confianza_ratio"])]
)
def test_the_projection_is_the_expected_one(name: str, key: list[str], projection: Projection):
    closing = projection.acciones
    errors = closing.prueba.errors.filter(pl.col("mes_origen") == 8)
    found = {"cierre": closing.unidades, "errores_de_metodos": errors, "calibracion": closing.calibracion}[name]
    path = CLOSE / "esperado" / f"{name}.csv"
    assert written(found, columns_of(path), key) == rows(path, columns_of(path), key)


def records() -> list[dict[str, str]]:
    with gzip.open(EXTRACT, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_expected_of_each_unit_another_way(light: Monitoring):
    """From the file itself, with dictionaries and exact decimals: each line's PIM × the mean share of the same month in 2022-2024, by generic and kind."""
    flows: dict[tuple, Decimal] = defaultdict(Decimal)
    wholes: dict[tuple, Decimal] = defaultdict(Decimal)
    pim: dict[tuple, Decimal] = defaultdict(Decimal)
    done: dict[str, Decimal] = defaultdict(Decimal)
    for row in records():
        kind, month, amount = ((row["GENERICA"], row["TIPO_ACT_PROY"]), int(row["MES_EJE"]), Decimal(row["MONTO_DEVENGADO"]))
        if row["ANO_EJE"] in YEARS:
            wholes[row["ANO_EJE"], kind] += amount
            flows[row["ANO_EJE"], kind] += amount if 1 <= month <= 8 else 0
        else:
            pim[row["SEC_EJEC"], row["SEC_FUNC"], kind] += Decimal(row["MONTO_PIM"])
            done[row["SEC_EJEC"]] += amount
    share = {kind: sum(flows[y, kind] / wholes[y, kind] for y in YEARS) / 3 for kind in {k for _, k in wholes}}
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for (unit, _, kind), amount in pim.items():
        expected[unit] += (amount * share[kind]).quantize(Decimal("0.01"))
    units = light.light.filter((pl.col("nivel") == "ejecutora") & (pl.col("mes") == 8))
    assert set(units["unidad"]) == set(expected)
    for row in units.iter_rows(named=True):
        assert row["devengado_soles"] == done[row["unidad"]]
        assert row["devengado_esperado_soles"] == expected[row["unidad"]]


def test_every_level_expects_the_same_to_the_centimo(light: Monitoring):
    counted = light.light.filter(pl.col("vinculo") == "directo")
    sums = counted.group_by("nivel", "mes").agg(pl.col("^.*_esperado_soles$").sum()).drop("nivel").unique()
    assert sums.height == 8  # one per month, whatever the level


def truth(projection: Projection) -> pl.DataFrame:
    """What each part ended up with, which no projection of August has seen."""
    codes = {"sec_func": pl.String, "generica": pl.String}
    lines = pl.read_csv(ROOT / "data" / "siaf" / "cierre_2025_sintetico.csv", schema_overrides=codes)
    owners = projection.followed.counted.filter(pl.col("anio") == 2025).select("sec_func", "generica", "accion").unique()
    ended = lines.join(owners, on=["sec_func", "generica"], validate="1:1").group_by(unidad=pl.col("accion").fill_null("sin AER"))
    parts = projection.acciones.unidades.filter(pl.col("nivel") == "AER").cast({pl.Decimal: pl.Float64})
    return parts.join(ended.agg(verdad=pl.col("devengado_soles").sum()), on="unidad", validate="1:1")


def test_the_page_of_the_projection_says_what_happened(projection: Projection):
    page = (CLOSE / "README.md").read_text(encoding="utf-8")
    parts = truth(projection)
    inside = parts.filter(pl.col("verdad").is_between("bajo_soles", "alto_soles")).height
    kept = parts.filter(pl.col("pim_soles") - pl.col("verdad") >= pl.col("saldo_libre_bajo_soles") - 0.005).height
    assert f"{inside} de {parts.height} partes ({inside / parts.height:.0%})".replace("%", " %") in page
    assert f"en {kept} de {parts.height} partes" in page
    whole = projection.acciones.unidades.filter(pl.col("nivel") == "total").row(0, named=True)
    real = parts["verdad"].sum()
    for amount in (
        whole["proyectado_soles"],
        whole["pim_soles"],
        whole["saldo_libre_soles"],
        whole["saldo_libre_bajo_soles"],
        whole["bajo_soles"],
        whole["alto_soles"],
        real,
    ):
        assert re.search(rf"S/ {float(amount) / 1e6:,.1f} (millones|M)", page), amount
    assert f"erró en {abs(float(whole['proyectado_soles']) - real) / real:.1%}".replace("%", " %") in page


def test_the_page_of_the_light_says_what_the_light_says(light: Monitoring):
    page = (LIGHT / "README.md").read_text(encoding="utf-8")
    red = light.alerts.filter((pl.col("nivel") == "AER") & (pl.col("color_devengado") == "rojo"))
    assert red.height == 6
    for row in red.iter_rows(named=True):
        line = next(line for line in page.splitlines() if line.startswith(f"| {row['unidad']} "))
        assert f"{row['devengado_ratio']:.0%}".replace("%", " %") in line
        assert f"S/ {row['soles_en_riesgo']:,.0f}" in line
        assert f"| {row['dias_en_rojo']} | {row['cambio']} |" in line


def test_the_traffic_light_finds_the_programmes_that_were_slowed_on_purpose(light: Monitoring):
    """The generator slowed these programmes to 30-55 % of their rhythm; no other programme is as late."""
    late = light.light.filter((pl.col("nivel") == "programa") & (pl.col("mes") == 8)).sort("devengado_ratio")
    assert set(late.head(5)["unidad"]) == {"0036", "0121", "0126", "0137", "1002"}
