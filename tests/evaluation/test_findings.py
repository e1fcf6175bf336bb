"""What the audit must find on the Report, and that it finds nothing where nothing is wrong."""

import pytest

from presupuesto_link.findings import FINDING_KINDS


@pytest.fixture(scope="module")
def found(analysis):
    def find(code: str, place: str = ""):
        return [f for f in analysis.audit.hallazgos if f.code == code and place in f.place]

    return find


def test_the_published_total_is_the_sum_of_the_cells_printed_with_prefix(found):
    (total,) = found("P01")
    assert total.found == "2,355,134,676 / 5,463,370,829 / 2,731,370,222 (49.99 %)"
    assert total.expected == "10,615,944,306 / 14,701,288,105 / 12,451,714,606 (84.70 %)"
    assert "sólo las celdas impresas con «S/», sin AER.07.01" in total.explanation
    assert "Sin AER.07.01: 3,969,250,761 / 5,801,047,905 / 4,740,482,810 (81.72 %)" in total.explanation


def test_the_three_wrong_percentages_and_no_other(found):
    assert [(f.place, f.found, f.expected) for f in found("P02")] == [
        ("3.1.1, AER.07.05", "0.22 %", "51.53 %"),
        ("3.1.1, AER.08.02", "37.70 %", "41.59 %"),
        ("3.1.1, AER.09.04", "72.21 %", "72.13 %"),
    ]
    assert "devengado/PIA" in found("P02", "07.05")[0].explanation


def test_the_double_count_of_07_01(found):
    (double,) = found("P03")
    assert "8,900,240,200" in double.found
    assert "5,801,047,905" in double.expected


def test_money_without_result_and_result_without_money(found):
    assert [f.place for f in found("P04")] == ["AER.01.01", "AER.01.04", "AER.04.03", "AER.05.02", "AER.10.02", "AER.13.02"]
    assert [f.place for f in found("P05")] == [
        "AER.03.01",
        "AER.03.02",
        "AER.07.03",
        "AER.09.01",
        "AER.09.02",
        "AER.09.06",
        "AER.12.03",
        "AER.13.05",
    ]
    assert [f.place for f in found("P06")] == ["AER.07.04", "AER.08.01", "AER.11.01"]


def test_budget_covers_only_one_of_the_two_years(found):
    (years,) = found("P07")
    assert "2024" in years.explanation


def test_cuadro_1_against_cuadro_3_is_explained_by_the_nd_policy(found):
    (clash,) = found("E01")
    assert clash.found == "Cuadro 1: 6/1/2/4; Cuadro 3: 7/0/2/4"
    assert "Cuadro 1 se obtiene excluyendo los ND" in clash.explanation
    assert "Cuadro 3 se obtiene contando el ND como 0" in clash.explanation
    assert "OER.11" in clash.explanation


def test_cuadro_17_and_the_counts_of_the_text_against_any_single_rule(found):
    (table,) = found("E02", "Cuadro 17")
    assert table.found.startswith("17/3/23/5")
    assert table.expected == "19/3/20/6 contando el ND como 0; 14/5/23/6 excluyendo los ND"
    (fifteen,) = found("E02", "texto de 1.3, AER en rojo")
    assert "Cuadro 2" in fifteen.explanation


def test_the_index_is_not_reproducible(found):
    (index,) = found("E03")
    assert index.found == "55.65%"
    assert "16 fórmulas" in index.explanation


def test_maternal_mortality_scores_better_while_it_gets_worse(found):
    (change,) = found("A04", "IND.01.AER.03.03")
    assert change.found == "2023: 55.52%; 2024: 100.00%"
    (against,) = found("A05", "IND.01.AER.03.03")
    assert "67.7 a 77.1" in against.explanation


@pytest.mark.parametrize("indicator", ["IND.01.AER.03.05", "IND.02.AER.03.03", "IND.02.AER.06.02"])
def test_the_other_descending_indicators_whose_formula_changed(found, indicator):
    assert found("A04", indicator)
    assert found("A05", indicator)


@pytest.mark.parametrize("indicator", ["IND.01.AER.09.02", "IND.03.AER.10.02", "IND.01.AER.03.06"])
def test_unit_clashes(found, indicator):
    assert found("I02", indicator)


def test_values_equal_to_the_target_in_both_years(found):
    assert {f.place for f in found("I03")} == {
        "IND.01.AER.01.05",
        "IND.01.AER.09.04",
        "IND.02.AER.12.02",
        "IND.01.AER.12.04",
        "IND.02.AER.12.04",
        "IND.01.AER.13.01",
        "IND.01.AER.13.04",
        "IND.01.AER.13.05",
        "IND.02.AER.06.03",
    }


def test_zero_targets(found):
    assert {f.place.split(",")[0] for f in found("I04")} == {"IND.01.AER.07.04", "IND.01.AER.08.01", "IND.01.AER.08.02", "IND.02.AER.08.02"}


def test_text_against_table(found):
    (baseline,) = found("I05", "IND.01.AER.03.03, valor obtenido 2023")
    assert (baseline.found, baseline.expected) == ("texto de 3.1.2 AER.03.03: 79.3", "Cuadro 27: 67.7")
    assert found("I05", "IND.01.AER.03.03, valor obtenido 2024")


def test_lost_signs_of_09_05_in_cuadro_2(found):
    assert [f.found for f in found("I06", "IND.01.AER.09.05")] == ["Cuadro 2: 49.40%", "Cuadro 2: 14.70%"]


def test_global_advances_that_follow_another_rule(found):
    assert "IND.01.AER.13.03" in found("E04", "AER.13.03")[0].explanation
    assert "cambio de cálculo" in found("E04", "AER.10.01")[0].explanation


def test_the_amber_band_is_misprinted_three_times(found):
    assert [f.place for f in found("E05")] == ["Cuadro 1", "Cuadro 17", "Cuadro 3"]


def test_every_correction_is_a_finding(found, analysis):
    assert len(found("C01")) + len(found("I07")) == analysis.inputs.plan.correcciones.height == 10


def test_every_kind_of_the_catalogue_is_well_formed():
    for code, kind in FINDING_KINDS.items():
        assert code == kind.code
        assert kind.severity in ("alta", "media", "baja")
        assert kind.title[0].isupper()
        assert kind.remedy.endswith(".")


def test_a_clean_total_and_clean_percentages_raise_nothing(inputs):
    """The same table with its true total and its true percentages has neither P01 nor P02."""
    from dataclasses import replace

    import polars as pl

    from presupuesto_link.evaluation.evaluate import evaluate
    from presupuesto_link.tables.budget import MEASURES

    rows = inputs.budget.filas.with_columns(
        ejecucion_impresa_ratio=pl.col("devengado_soles").cast(pl.Float64) / pl.col("pim_soles").cast(pl.Float64)
    )
    total = inputs.budget.total.with_columns(pl.lit(rows[f"{m}_soles"].sum()).alias(f"{m}_soles") for m in MEASURES)
    clean = evaluate(replace(inputs, budget=replace(inputs.budget, filas=rows, total=total)))
    assert not [f for f in clean.audit.hallazgos if f.code in ("P01", "P02")]
