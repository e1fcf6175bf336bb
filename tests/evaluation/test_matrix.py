"""The matrix, its diagnosis and the thresholds."""

from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.errors import AskedError
from presupuesto_link.evaluation.diagnosis import DIAGNOSES, count_diagnoses, diagnose
from presupuesto_link.evaluation.matrix import cross_execution_result
from presupuesto_link.money.by_action import DIRECT
from presupuesto_link.specs import MatricesSpec, SemaforoSpec
from presupuesto_link.tables.numbers import MONEY

BANDS, LIMITS = SemaforoSpec(), MatricesSpec()


def execution(*rows: tuple[str, float | None, str]) -> pl.DataFrame:
    """Actions with a PIM of 100 soles, or none, and an execution ratio."""
    return pl.DataFrame(
        [
            {
                "anio": 2023,
                "accion": code,
                "objetivo": "OER.01",
                "nombre": code,
                "vinculo": link,
                "pia_soles": None if ratio is None else Decimal(100),
                "pim_soles": None if ratio is None else Decimal(100),
                "devengado_soles": None if ratio is None else Decimal(str(ratio * 100)),
                "saldo_soles": None if ratio is None else Decimal(str(100 - ratio * 100)),
                "ejecucion_ratio": ratio,
                "ejecucion_motivo": None if ratio is not None else "sin PIM vinculado",
            }
            for code, ratio, link in rows
        ],
        schema_overrides=dict.fromkeys(("pia_soles", "pim_soles", "devengado_soles", "saldo_soles"), MONEY)
        | {"anio": pl.Int32, "ejecucion_ratio": pl.Float64},
    )


def results(*rows: tuple[str, float | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "anio": 2024,
                "nivel": "AER",
                "objetivo": "OER.01",
                "elemento": code,
                "avance_ratio": ratio,
                "indicadores": 1,
                "con_dato": int(ratio is not None),
                "color_depende_nd": False,
            }
            for code, ratio in rows
        ],
        schema_overrides={"anio": pl.Int32, "avance_ratio": pl.Float64},
    )


def indicators(*rows: tuple[str, str, float | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"anio": 2024, "nivel": "AER", "objetivo": "OER.01", "elemento": element, "indicador": code, "tipo1_ratio": ratio}
            for element, code, ratio in rows
        ],
        schema_overrides={"tipo1_ratio": pl.Float64},
    )


NO_DOUBT = pl.DataFrame(schema={"indicador": pl.String, "anio": pl.Int32, "duda": pl.String})


def diagnosis_of(ratio, advance, scored=None, doubts=NO_DOUBT) -> dict:
    matrix = cross_execution_result(
        execution(("A", ratio, DIRECT if ratio is not None else "sin fila")), results(("A", advance)), (2023, 2024), BANDS
    )
    scored = scored if scored is not None else indicators(("A", "I1", advance))
    return diagnose(matrix, scored, doubts, LIMITS).row(0, named=True)


@pytest.mark.parametrize(
    ("ratio", "advance", "expected"),
    [
        (0.9, 1.0, "sostener"),
        (0.9, 0.5, "rediseñar"),
        (0.5, 0.5, "destrabar"),
        (0.5, 1.0, "revisar meta"),
        (0.9, None, "completar dato"),
        (None, 1.0, "sin presupuesto vinculado"),
        (None, None, "sin presupuesto vinculado"),
        (0.75, 0.75, "sostener"),
        (0.7499, 0.75, "revisar meta"),
        (0.75, 0.7499, "rediseñar"),
    ],
)
def test_each_diagnosis_and_its_edges(ratio, advance, expected):
    row = diagnosis_of(ratio, advance)
    assert row["diagnostico"] == expected
    assert row["razon"].endswith(".")


def test_a_doubted_target_matters_only_when_the_achievement_rests_on_it():
    doubts = NO_DOUBT.vstack(
        pl.DataFrame([("I1", 2024, "la meta es cero"), ("I2", 2023, "otro año")], schema=NO_DOUBT.schema, orient="row")
    )
    alone = diagnosis_of(0.9, 1.0, indicators(("A", "I1", 1.0)), doubts)
    firm = diagnosis_of(0.9, 1.0, indicators(("A", "I1", 1.0), ("A", "I2", 1.0)), doubts)
    weak = diagnosis_of(0.9, 0.8, indicators(("A", "I1", 1.0), ("A", "I2", 0.6)), doubts)
    assert (alone["diagnostico"], firm["diagnostico"], weak["diagnostico"]) == ("revisar meta", "sostener", "revisar meta")
    assert "la meta es cero" in alone["razon"]
    fails = diagnosis_of(0.9, 0.5, indicators(("A", "I1", 0.0), ("A", "I2", 1.0)), doubts)
    fails_anyway = diagnosis_of(0.9, 0.3, indicators(("A", "I1", 0.0), ("A", "I2", 0.6)), doubts)
    assert (fails["diagnostico"], fails_anyway["diagnostico"]) == ("revisar meta", "rediseñar")
    assert "descansa en indicadores observados" in fails["razon"]


def test_a_result_without_its_doubts_that_is_just_enough_stands():
    doubts = NO_DOUBT.vstack(pl.DataFrame([("I1", 2024, "la meta es cero")], schema=NO_DOUBT.schema, orient="row"))
    edge = diagnosis_of(0.75, 0.8, indicators(("A", "I1", 0.85), ("A", "I2", 0.75)), doubts)
    assert (edge["diagnostico"], edge["avance_sin_dudas_ratio"]) == ("sostener", 0.75)
    under = diagnosis_of(0.75, 0.75, indicators(("A", "I1", 0.76), ("A", "I2", 0.74)), doubts)
    assert under["diagnostico"] == "revisar meta"
    assert "el logro no se sostiene sin los indicadores observados" in under["razon"]  # it executes, on the edge
    easy = diagnosis_of(0.74, 0.75)
    assert "y aun así su avance 2024 es 75.0 %" in easy["razon"]  # it achieves, on the edge


def test_only_what_is_in_amber_is_to_be_watched():
    assert [diagnosis_of(0.9, advance)["razon"].endswith("Está en amarillo: vigilar.") for advance in (0.75, 0.9499, 0.95)] == [
        True,
        True,
        False,
    ]


def test_on_the_edge_an_action_executes_and_achieves_and_of_two_largest_cells_the_first_is_told():
    rows = (("A", 0.75, 0.75), ("B", 0.7499, 1.0), ("C", 0.75, 0.7499), ("D", None, 1.0), ("E", 1.0, None))
    money = execution(*((code, ratio, DIRECT if ratio is not None else "sin fila") for code, ratio, _ in rows))
    matrix = cross_execution_result(money, results(*((code, advance) for code, _, advance in rows)), (2023, 2024), BANDS)
    assert matrix.achievement(LIMITS) == (5, 1, 1)
    largest = matrix.mayor_celda
    assert (largest["banda_ejecucion"], largest["banda_resultado"], largest["acciones"]) == ("amarillo", "amarillo", 1)


def test_the_matrix_always_has_sixteen_cells_and_transversal_money_is_never_added():
    matrix = cross_execution_result(
        execution(("A", 0.9, DIRECT), ("T", 0.9, "transversal")), results(("A", 0.8), ("T", 0.8)), (2023, 2024), BANDS
    )
    assert matrix.celdas.height == 16
    cell = matrix.celdas.filter((pl.col("banda_ejecucion") == "amarillo") & (pl.col("banda_resultado") == "amarillo")).row(0, named=True)
    assert (cell["acciones"], cell["transversales"], cell["pim_soles"], cell["lista"]) == (2, 1, Decimal("100.00"), "A, T")


def test_a_year_without_data_is_refused_with_the_years_there_are():
    with pytest.raises(AskedError, match=r"no hay presupuesto de 2024[\s\S]*uno de los años 2023"):
        cross_execution_result(execution(("A", 0.9, DIRECT)), results(("A", 1.0)), (2024, 2024), BANDS)


SUMS = {2023: (Decimal("5801047905.00"), Decimal("4740482810.00")), 2024: (Decimal("2728249108.00"), Decimal("2528150492.00"))}
"""PIM and devengado of the directly linked actions: the Report's printed table, and pliego 445's programmes by the proposed rules."""


def test_on_the_report_every_action_is_in_one_cell_and_soles_add_up(analysis):
    for matrix, diagnosis in zip(analysis.matrices, analysis.diagnoses, strict=True):
        assert matrix.celdas["acciones"].sum() == 48
        pim, spent = SUMS[matrix.anio_ejecucion]
        assert matrix.celdas["pim_soles"].sum() == pim
        assert matrix.celdas["devengado_soles"].sum() == spent
        assert diagnosis.height == 48
        assert set(diagnosis["diagnostico"]) <= set(DIAGNOSES)
        assert diagnosis["razon"].null_count() == 0


def test_some_diagnoses_of_the_report(analysis):
    later = dict(analysis.diagnoses[1].select("accion", "diagnostico").iter_rows())
    assert later["AER.07.05"] == "destrabar"
    assert later["AER.10.01"] == "rediseñar"
    assert later["AER.01.03"] == "revisar meta"  # its only scored indicator is a permissible minimum the text calls descending
    assert later["AER.09.04"] == "revisar meta"
    assert later["AER.13.02"] == "completar dato"
    assert later["AER.09.01"] == "sin presupuesto vinculado"


def test_what_executed_and_achieved_is_counted_once_for_figures_and_sentences(analysis):
    limits = analysis.inputs.spec.matrices
    for matrix, diagnosis in zip(analysis.matrices, analysis.diagnoses, strict=True):
        found, count = matrix.achievement(limits), count_diagnoses(diagnosis)
        rows = [(r["ejecucion_ratio"], r["avance_ratio"]) for r in matrix.acciones.iter_rows(named=True)]
        spent = [advance for execution, advance in rows if execution is not None and execution >= limits.ejecuta_desde_ratio]
        reached = [advance for advance in spent if advance is not None and advance >= limits.logra_desde_ratio]
        short = [advance for advance in spent if advance is not None and advance < limits.logra_desde_ratio]
        assert found == (len(rows), len(reached), len(short))
        assert count.total() == len(rows)
        assert count.keys() <= set(DIAGNOSES)
        assert matrix.mayor_celda["acciones"] == max(matrix.celdas["acciones"])
