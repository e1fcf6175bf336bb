"""Figures typed by hand from the Report, which the program must reproduce."""

from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.evaluation.audit.reconcile import NO_RULE, REPRODUCED


def _counts(analysis, level: str, policy: str, profile: str = "informe_2024", year: int = 2024) -> tuple[int, ...]:
    row = analysis.counts.filter(
        (pl.col("nivel") == level) & (pl.col("politica_nd") == policy) & (pl.col("perfil") == profile) & (pl.col("anio") == year)
    )
    return row.select("rojo", "amarillo", "verde", "gris").row(0)


def test_cuadro_3_is_reproduced_counting_nd_as_zero(analysis):
    assert _counts(analysis, "OER", "cero") == (7, 0, 2, 4)


def test_cuadro_1_is_reproduced_leaving_nd_out(analysis):
    assert _counts(analysis, "OER", "excluir") == (6, 1, 2, 4)


def test_cuadro_17_comes_from_neither(analysis):
    assert _counts(analysis, "AER", "cero") == (19, 3, 20, 6)
    assert _counts(analysis, "AER", "excluir") == (14, 5, 23, 6)


@pytest.mark.parametrize(
    ("element", "year", "published"),
    [
        ("AER.11.02", 2024, 52.11),
        ("AER.11.02", 2023, 32.56),
        ("AER.12.02", 2024, 50.00),
        ("AER.12.02", 2023, 84.78),
        ("AER.10.01", 2024, 24.99),
        ("AER.13.01", 2024, 99.63),
        ("AER.13.01", 2023, 100.00),
        ("AER.07.05", 2024, 31.82),
        ("AER.09.02", 2024, 50.0),
        ("AER.07.03", 2024, 50.0),
        ("AER.08.02", 2024, 0.0),
        ("AER.12.04", 2024, 100.0),
    ],
)
def test_global_advances_the_text_states(advance_of, element, year, published):
    assert advance_of(element, year) == pytest.approx(published, abs=0.005)


@pytest.mark.parametrize(
    ("element", "as_zero", "left_out"),
    [
        ("OER.11", 46.92, 93.83),
        ("AER.09.02", 50, 100),
        ("AER.10.03", 50, 100),
        ("AER.11.02", 52.11, 78.17),
        ("AER.12.01", 45.53, 91.06),
        ("AER.12.02", 50, 100),
    ],
)
def test_the_six_elements_whose_colour_depends_on_nd(advance_of, element, as_zero, left_out):
    assert advance_of(element, 2024) == pytest.approx(as_zero, abs=0.006)
    assert advance_of(element, 2024, policy="excluir") == pytest.approx(left_out, abs=0.006)


def test_no_other_element_depends_on_nd(analysis):
    rows = analysis.elements.filter((pl.col("perfil") == "informe_2024") & (pl.col("anio") == 2024) & pl.col("color_depende_nd"))
    assert sorted(set(rows["elemento"])) == ["AER.09.02", "AER.10.03", "AER.11.02", "AER.12.01", "AER.12.02", "OER.11"]


def test_true_budget_sums(analysis):
    direct = analysis.linked.direct.select(pl.col("pia_soles", "pim_soles", "devengado_soles").sum()).row(0)
    everything = analysis.linked.acciones.select(pl.col("pia_soles", "pim_soles", "devengado_soles").sum()).row(0)
    assert everything == (Decimal("10615944306.00"), Decimal("14701288105.00"), Decimal("12451714606.00"))
    assert direct == (Decimal("3969250761.00"), Decimal("5801047905.00"), Decimal("4740482810.00"))
    assert float(everything[2] / everything[1]) == pytest.approx(0.8470, abs=5e-5)
    assert float(direct[2] / direct[1]) == pytest.approx(0.8172, abs=5e-5)


def test_forty_rows_thirty_seven_with_money(analysis):
    assert analysis.inputs.budget.filas.height == 40
    assert analysis.linked.acciones["pim_soles"].count() == 37


def test_every_declared_cell_is_classified(analysis):
    table = analysis.audit.conciliacion
    assert table.height == 18 + 82 * 2
    assert table["estado"].null_count() == 0
    assert (table["estado"] == NO_RULE).sum() == 0
    scored = table.filter(pl.col("declarado_ratio").is_not_null())
    assert scored.filter(pl.col("nivel") == "AER").height == 127
    assert scored["regla_que_explica"].null_count() == 0


def test_how_many_cells_each_rule_of_the_replica_explains(analysis):
    aer = analysis.audit.conciliacion.filter((pl.col("nivel") == "AER") & (pl.col("estado") == REPRODUCED))
    counted = aer.group_by("anio", "regla_que_explica").len()
    found = {(row["anio"], row["regla_que_explica"]): row["len"] for row in counted.iter_rows(named=True)}
    assert found == {
        (2023, "razon_ascendente"): 38,
        (2023, "razon_invertida"): 13,
        (2023, "meta_cero_cumplida"): 3,
        (2023, "piso_minimo"): 1,
        (2023, "tope_maximo"): 1,
        (2024, "razon_ascendente"): 43,
        (2024, "tope_maximo"): 16,
        (2024, "meta_cero_cumplida"): 2,
        (2024, "piso_minimo"): 1,
    }


@pytest.mark.parametrize(
    ("indicator", "year", "declared", "rule"),
    [
        ("IND.02.AER.03.03", 2023, 0.5271, "razon_invertida"),
        ("IND.01.AER.03.05", 2023, 0.2805, "razon_invertida"),
        ("IND.01.AER.04.02", 2023, 0.9340, "razon_invertida"),
        ("IND.02.AER.06.02", 2023, 0.8643, "razon_invertida"),
        ("IND.01.AER.12.02", 2023, 0.6956, "razon_invertida"),
        ("IND.01.AER.03.03", 2023, 0.5552, "razon_invertida"),
        ("IND.01.AER.02.01", 2023, 0.7721, "razon_ascendente"),
        ("IND.01.AER.02.01", 2024, 0.6429, "razon_ascendente"),
        ("IND.01.AER.01.03", 2024, 0.0, "piso_minimo"),
        ("IND.02.AER.03.06", 2023, 0.0, "tope_maximo"),
        ("IND.02.AER.07.03", 2023, 0.0, "razon_ascendente"),
        ("IND.01.AER.09.01", 2024, 0.6515, "razon_ascendente"),
        ("IND.03.AER.10.02", 2023, 0.0177, "porcentaje_como_fraccion"),
        ("IND.02.AER.08.02", 2023, 0.0, "meta_cero_sin_avance"),
    ],
)
def test_the_rule_behind_a_declared_advance(analysis, indicator, year, declared, rule):
    row = analysis.audit.conciliacion.filter((pl.col("indicador") == indicator) & (pl.col("anio") == year)).row(0, named=True)
    assert row["declarado_ratio"] == pytest.approx(declared, abs=1e-9)
    assert row["regla_que_explica"] == rule


def test_under_one_sound_rule_maternal_mortality_is_met_both_years(analysis):
    rows = analysis.indicators.filter((pl.col("perfil") == "ceplan") & (pl.col("indicador") == "IND.01.AER.03.03")).sort("anio")
    assert rows["tipo1_ratio"].to_list() == [1.0, 1.0]
    assert rows["tipo1_bruto_ratio"].to_list() == pytest.approx([121.9 / 67.7, 114.6 / 77.1])


def test_tipo_ii_by_hand(analysis):
    """(VO - LB)/(LE - LB): 01.02 in 2024 = (0.020-0.014)/(0.025-0.014); 02.01 = (3.15-2.36)/(4.90-2.36)."""
    rows = analysis.indicators.filter((pl.col("perfil") == "ceplan") & (pl.col("anio") == 2024))
    value = dict(rows.select("indicador", "tipo2_ratio").iter_rows())
    reason = dict(rows.select("indicador", "tipo2_motivo").iter_rows())
    assert value["IND.01.AER.01.02"] == pytest.approx(6 / 11)
    assert value["IND.01.AER.02.01"] == pytest.approx(0.79 / 2.54)
    assert value["IND.01.AER.03.04"] == pytest.approx((21.3 - 20.4) / (21.3 - 19.8))
    assert reason["IND.01.AER.09.01"] == "la meta retrocede respecto de la línea base"
    assert reason["IND.01.AER.13.04"] == "meta igual a la línea base"
    assert reason["IND.01.AER.01.03"] == "no se aplica a un límite permisible"


def test_the_index_is_never_official(analysis):
    assert not analysis.index["oficial"].any()
    replica = {
        row["politica_nd"]: row["indice_ratio"]
        for row in analysis.index.filter((pl.col("perfil") == "informe_2024") & (pl.col("anio") == 2024)).iter_rows(named=True)
    }
    assert replica["cero"] == pytest.approx(0.4267, abs=5e-5)
    assert replica["excluir"] == pytest.approx(0.6685, abs=5e-5)


def test_the_plain_ratio_gives_45_of_64_cells_in_2023_and_44_of_63_in_2024(analysis):
    rows = analysis.audit.conciliacion.filter((pl.col("nivel") == "AER") & pl.col("declarado_ratio").is_not_null())
    for year, expected in ((2023, (45, 64)), (2024, (44, 63))):
        cells = rows.filter(pl.col("anio") == year).select("obtenido", "meta", "declarado_ratio").rows()
        equal = [abs(min(1, max(0, got / target)) - said) < 5.001e-5 for got, target, said in cells if target]
        assert (sum(equal), len(cells)) == expected
