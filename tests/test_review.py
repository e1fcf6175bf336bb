"""Defects that a fresh reader found and that must not come back."""

import os
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.evaluation.evaluate import evaluate
from presupuesto_link.inputs import load
from presupuesto_link.presentation.writing.folder import replace_folder, write_manifest
from presupuesto_link.sources.embedded import embedded_analyses
from presupuesto_link.specs import PesosSpec

MANIFEST = {"programa": {"nombre": "presupuesto-link"}}
ANALYSIS = embedded_analyses()["cajamarca-2024"]


def with_budget(tmp_path: Path, *rows: str):
    path = tmp_path / "gasto.csv"
    path.write_text("\n".join(["AE,PIA,PIM,DEVENGADO,% EJECUCIÓN", *rows]) + "\n", encoding="utf-8")
    return evaluate(load(ANALYSIS, {"gasto_aer": path}))


def test_a_pim_of_zero_is_a_row_without_money_and_the_links_add_up_to_every_action(tmp_path):
    result = with_budget(tmp_path, "AER.01.01,0,0,0,", "AER.01.03,10,10,9,90%")
    links = dict(result.linked.cobertura.select("vinculo", "acciones").iter_rows())
    assert links == {"directo": 1, "transversal": 0, "fila sin monto": 1, "sin fila": 46}
    assert (result.diagnoses[0]["diagnostico"] == "sin presupuesto vinculado").sum() == 47


def test_a_printed_percentage_beside_a_pim_of_zero_is_no_finding(tmp_path):
    result = with_budget(tmp_path, "AER.01.01,5,0,0,50%", "AER.01.03,10,10,9,90%")
    assert not [f for f in result.audit.hallazgos if f.code == "P02"]
    assert not [f for f in result.audit.hallazgos if "nan" in f.expected]


def test_weights_on_a_component_without_data_never_rank_with_nan(inputs):
    from dataclasses import replace

    only_execution = PesosSpec(brecha_avance=0, tendencia=0, brecha_ejecucion=1, peso_presupuestal=0, prioridad=0)
    ranking = inputs.spec.ranking.model_copy(update={"pesos": only_execution})
    table = evaluate(replace(inputs, spec=inputs.spec.model_copy(update={"ranking": ranking}))).ranking
    assert not table["puntaje_ratio"].is_nan().any()
    lagging = table.filter(pl.col("grupo") == "rezagada")
    assert lagging["brecha_ejecucion"].null_count() == 0
    assert "AER.12.03" not in lagging["accion"]


def fill(part: Path) -> None:
    (part / "tabla.csv").write_bytes(b"a")
    write_manifest(part, "analizar", MANIFEST)


@pytest.mark.parametrize("neighbour", ["salida.anterior", "salida.parcial", "salida-copia", "salida.parcial-mia"])
def test_folders_beside_the_results_are_never_touched(tmp_path, neighbour):
    (tmp_path / neighbour).mkdir()
    (tmp_path / neighbour / "mi_trabajo.xlsx").write_bytes(b"x")
    os.utime(tmp_path / neighbour, (0, 0))
    for _ in range(2):
        replace_folder(tmp_path / "salida", "analizar", fill)
    assert (tmp_path / neighbour / "mi_trabajo.xlsx").read_bytes() == b"x"
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["salida", neighbour])
