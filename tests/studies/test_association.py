"""The study is the measure of each case, with every test counted once; what the analysis declares is checked."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from presupuesto_link.errors import SpecError
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.money.budget import YearBudget
from presupuesto_link.specs import AsociacionSpec, DimensionSpec
from presupuesto_link.studies.association import AssociationStudy, Case, study_association
from presupuesto_link.studies.correlation import measure_association
from presupuesto_link.studies.efficiency import measure_efficiency
from presupuesto_link.tables.numbers import MONEY


def under(analysis: Evaluation, **settings) -> Evaluation:
    spec = analysis.inputs.spec
    own = spec.asociacion.model_copy(update={"remuestreos": 1000, **settings})
    return replace(analysis, inputs=replace(analysis.inputs, spec=spec.model_copy(update={"asociacion": own})))


@pytest.fixture(scope="module")
def study(analysis) -> AssociationStudy:
    return study_association(under(analysis))


def test_the_cases_are_pairs_by_profiles_by_policies(study):
    assert study.principal == (Case(2023, 2023, "ceplan", "excluir"), Case(2023, 2024, "ceplan", "excluir"))
    assert len(study.columnas) == 8
    assert study.pruebas == 24  # 2 pairs x 2 profiles x 2 policies x 3 tests
    assert study.estimaciones["p_holm"].count() == 24
    assert set(study.columnas.values()) == {5}  # constant, execution, PIM and two of three dimensions


def test_each_case_is_the_measure_of_its_matrix(study, analysis):
    for case, matrix in zip(study.principal, analysis.matrices[:2], strict=True):
        alone = measure_association(matrix.acciones, study.inputs.spec.asociacion)
        assert study.of(case, "estimaciones").drop("p_holm").equals(alone.estimaciones)
        assert study.of(case, "influencia").equals(alone.influencia)
        assert study.of(case, "muestra")["motivo"].equals(alone.muestra["motivo"])
        counted = matrix.acciones.join(alone.influencia.select("accion"), on="accion", how="semi")
        scores = measure_efficiency(counted.select("accion", "nombre", "pim_soles", "avance_ratio"))
        assert study.of(case, "eficiencia").equals(scores)


def test_the_correction_is_holm_over_the_whole_study(study):
    tests = study.estimaciones.filter(pl.col("p_holm").is_not_null()).sort("p")
    worst = 0.0
    for place, row in enumerate(tests.iter_rows(named=True)):
        worst = max(worst, min(1.0, row["p"] * (24 - place)))
        assert row["p_holm"] == pytest.approx(worst)


def test_only_the_chosen_way_of_measuring(analysis):
    study = study_association(under(analysis, variantes="elegida"))
    assert study.pruebas == 6
    assert tuple(study.columnas) == study.principal


def test_one_year_of_spending_is_no_panel(study):
    assert study.panel["estimacion"].null_count() == study.panel.height == 2 * 4 * 2
    assert set(study.panel["motivo"]) == {"hay ejecución y avance de un solo año (2023); el panel pide dos o más"}


def test_two_years_of_spending_are_a_panel_and_two_more_tests_per_way(analysis):
    first = analysis.budget
    later = first.linked.acciones.with_columns(
        pl.lit(2024, pl.Int32).alias("anio"),
        pim_soles=(pl.col("pim_soles") + pl.col("pia_soles")).cast(MONEY),
        devengado_soles=(pl.col("devengado_soles").cast(pl.Float64) * (1 - pl.col("accion").str.slice(-1).cast(pl.Float64) / 50)).cast(
            MONEY
        ),
    )
    second = YearBudget(2024, first.origen, replace(first.linked, acciones=later), first.bandas)
    matrices = analysis.inputs.spec.matrices.model_copy(update={"pares": ((2023, 2023), (2024, 2024))})
    inputs = replace(analysis.inputs, spec=analysis.inputs.spec.model_copy(update={"matrices": matrices}))
    both = replace(analysis, inputs=inputs, money=replace(analysis.money, budgets=(first, second)))
    study = study_association(under(both, variantes="elegida"))
    assert study.panel["desfase_anios"].to_list() == [0, 0]
    assert study.panel["estimacion"].null_count() == 0
    assert study.panel["n"].to_list() == [60, 56]  # thirty actions a year; two of each year have no advance in the other
    assert study.pruebas == 8
    assert study.panel["p_holm"].null_count() == 0


@pytest.mark.parametrize(
    ("objectives", "found"), [(["OER.01"], "faltan: OER.02"), ([f"OER.{i:02}" for i in range(1, 15)], "no existen: OER.14")]
)
def test_dimensions_hold_every_objective_and_no_other(analysis, objectives, found):
    groups = (DimensionSpec(nombre="todo", objetivos=tuple(objectives)),)
    with pytest.raises(SpecError, match=found) as error:
        study_association(under(analysis, dimensiones=groups))
    assert "asociacion.dimensiones" in str(error.value)


def test_an_objective_in_two_dimensions_is_refused():
    with pytest.raises(ValueError, match="cada objetivo en una sola"):
        AsociacionSpec(dimensiones=[{"nombre": "a", "objetivos": ["OER.01"]}, {"nombre": "b", "objetivos": ["OER.01"]}])


def test_the_cited_sentence_is_in_the_report(report_text, analysis):
    cited = analysis.inputs.spec.asociacion.cita
    start = report_text.index("4. Conclusiones\n")
    conclusion = report_text[start : report_text.index("5. Recomendaciones\n", start)].partition("- 4.3. ")[2]
    assert cited.partition("«")[2].partition("»")[0] in " ".join(conclusion.split())
    assert "conclusión 4.3" in cited
