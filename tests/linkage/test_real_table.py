"""The starter rules on the real 2024 figures of the regional government: how much of them reaches an action."""

import csv
from collections import defaultdict
from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.linkage.coverage import cover, cube, measured_actions
from presupuesto_link.linkage.link import conservation, link_gasto
from presupuesto_link.linkage.rules import read_rules
from presupuesto_link.linkage.snapshot import link_snapshot, linked_extract
from presupuesto_link.sources.links import read_links
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.store import Store
from tests.conftest import ROOT
from tests.linkage.spending import gasto
from tests.sources.extracts import sample

TABLE = ROOT / "data" / "siaf" / "cajamarca_2024_por_programa_y_funcion.csv"
PIM, DEVENGADO = Decimal(3979303544), Decimal(3656150733)


@pytest.fixture(scope="module")
def rows():
    with sample("gore445_2024_por_programa_y_funcion.csv").open(encoding="utf-8", newline="") as file:
        return [
            r for r in csv.DictReader(file) if r["clasificacion"] == "categoria_presupuestal" and r["tipo"] in ("PROYECTOS", "ACTIVIDADES")
        ]


def covered(rows, inputs, suggested=False):
    table = gasto(
        *(
            {
                "nivel": "R",
                "pliego": "445",
                "programa": r["codigo"],
                "tipo_producto": "2" if r["tipo"] == "PROYECTOS" else "3",
                "pim_soles": r["pim"],
                "devengado_soles": r["devengado"],
            }
            for r in rows
        )
    )
    actions = inputs.plan.acciones
    rules = read_rules(read_links(inputs.path.parent / inputs.spec.vinculo.reglas), actions["accion"], ("AER.07.01",)).chosen(suggested)
    found = link_gasto(table.lazy(), rules, {}, actions["accion"], (2024,))
    conservation(table.lazy(), found)
    return cover(cube(found), found.rules, actions)


def test_the_whole_of_2024_is_there_and_two_thirds_reach_an_action(rows, inputs):
    whole, without = covered(rows, inputs).tasas.iter_rows(named=True)
    assert whole["pim_soles"] == PIM == sum(Decimal(r["pim"]) for r in rows)
    assert whole["devengado_soles"] == sum(Decimal(r["devengado"]) for r in rows)
    assert DEVENGADO - whole["devengado_soles"] == 3  # the source rounds projects and activities apart from their sum, to the sol
    assert (whole["pim_vinculado_soles"], whole["devengado_vinculado_soles"]) == (Decimal(2728249108), Decimal(2528150492))
    assert without["pim_soles"] == PIM - Decimal(503621268) - Decimal(677609402)
    assert without["pim_vinculado_soles"] == whole["pim_vinculado_soles"]
    assert f"{whole['cobertura_ratio']:.4f} {without['cobertura_ratio']:.4f}" == "0.6856 0.9750"


def test_each_action_has_what_its_programmes_add_up_to(rows, inputs):
    found = dict(covered(rows, inputs).acciones.filter(pl.col("lineas") > 0).select("accion", "pim_soles").iter_rows())
    by_hand = defaultdict(Decimal)
    for r in rows:
        by_hand[(r["codigo"], r["tipo"])] += Decimal(r["pim"])
    assert found["AER.03.03"] == by_hand["0002", "ACTIVIDADES"] == Decimal(140189293)
    assert found["AER.04.01"] == sum(by_hand[code, "ACTIVIDADES"] for code in ("0090", "0107", "0147", "0150"))
    assert found["AER.13.03"] == sum(by_hand[code, kind] for code in ("0046", "0082", "0083") for kind in ("PROYECTOS", "ACTIVIDADES"))
    assert found["AER.12.02"] == Decimal(563954)
    assert len(found) == 17


def test_what_is_left_out_is_what_programmes_cannot_say(rows, inputs):
    left = covered(rows, inputs).sin_vincular
    assert left.row(0, named=True)["programa"] == "9002" and left.row(1, named=True)["programa"] == "9001"
    assert set(left["programa"]) == {"9001", "9002", "0051", "0094", "0101", "0103", "0104", "0116", "0117", "1001"}


def test_suggested_rules_add_less_than_one_point(rows, inputs):
    signed, asked = (covered(rows, inputs, suggested).tasas["pim_vinculado_soles"][0] for suggested in (False, True))
    assert asked - signed == Decimal(29627736)


def test_nobody_has_signed_the_rules_that_come_with_the_program(inputs):
    rules = read_rules(read_links(inputs.path.parent / inputs.spec.vinculo.reglas), inputs.plan.acciones["accion"], ("AER.07.01",))
    assert (rules.signed, rules.proposed, rules.suggested, rules.rejected) == (0, 41, 10, 0)
    assert "V13" not in {finding.code for finding in rules.findings}


def test_few_rules_explain_most_of_the_money(rows, inputs):
    rules = covered(rows, inputs).reglas
    assert rules.row(0, named=True)["regla"] == "pp-0090-ebr"
    assert int((rules["parte_acumulada_ratio"] < 0.9).sum()) + 1 == 8
    assert rules["parte_acumulada_ratio"].to_list()[-1] == pytest.approx(1)


def test_the_page_of_the_analysis_says_what_is_computed(rows, inputs):
    page = (inputs.path.parent / "vinculo-2024.md").read_text(encoding="utf-8")
    cover = covered(rows, inputs)
    report = dict(inputs.budget.filas.select("accion", "pim_soles").iter_rows())
    for action, amount in cover.acciones.filter(pl.col("lineas") > 0).select("accion", "pim_soles").iter_rows():
        old = report.get(action)
        told = "—" if old is None else f"{float(old) / 1e6:,.1f}"
        assert f"| {action} | {told} | {float(amount) / 1e6:,.1f} |" in page
    whole = cover.tasas.row(0, named=True)
    assert f"S/ {whole['pim_vinculado_soles']:,.0f}" in page and f"S/ {whole['devengado_vinculado_soles']:,.0f}" in page


def test_the_table_of_the_project_gives_the_same_with_a_store_and_without(inputs, tmp_path):
    raw, spec = read_links(inputs.path.parent / inputs.spec.vinculo.reglas), inputs.spec.vinculo
    asked = (raw, measured_actions(inputs.plan), spec.transversales, spec.ambito, "pliego")
    alone = linked_extract(TABLE, *asked)
    store = Store(tmp_path / "almacen")
    kept = link_snapshot(store, load_extract(TABLE, store).snapshot, *asked)
    whole = alone.coverage.tasas.row(0, named=True)
    assert (whole["pim_soles"], whole["devengado_soles"]) == (PIM, DEVENGADO - 3)
    assert (whole["pim_vinculado_soles"], whole["devengado_vinculado_soles"]) == (Decimal(2728249108), Decimal(2528150492))
    assert alone.cube.equals(kept.cube)
    assert alone.cube["pia_soles"].null_count() == alone.cube.height
    for view in ("tasas", "resumen", "sin_vincular", "acciones", "reglas"):
        assert getattr(alone.coverage, view).equals(getattr(kept.coverage, view)), view
    owners = alone.coverage.firmas.row(0, named=True)
    assert (owners["pim_firmado_soles"], owners["pim_propuesto_soles"], owners["reglas_propuestas"]) == (0, Decimal(2728249108), 41)
    assert alone.coverage.firmas.equals(kept.coverage.firmas)
    assert alone.findings == kept.findings
    assert (alone.scope, alone.snapshot.id, alone.snapshot.cut_off) == (kept.scope, kept.snapshot.id, "2025-01-31")
    assert alone.names.keys() == kept.names.keys()


def test_an_extract_without_the_scope_is_told(inputs):
    with pytest.raises(InputDataError, match="ninguna fila"):
        linked_extract(TABLE, None, inputs.plan.acciones, (), inputs.spec.vinculo.ambito, "departamento")
