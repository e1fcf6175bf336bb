"""The pace of an indicator by hand, and what the sheet suggests of it."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presupuesto_link.evaluation.redesign import REVIEWS, TO_FILL, measure_pace, review_actions
from tests.examples import few


def plan_of(plan, sense, *values):
    """The plan with one indicator of AER.01.02 and its values as (concept, year, value)."""
    one = plan.indicadores.filter(pl.col("elemento") == "AER.01.02").head(1).with_columns(sentido=pl.lit(sense))
    rows = pl.DataFrame(
        [{"indicador": one["indicador"].item(), "concepto": c, "anio": y, "valor": v} for c, y, v in values],
        schema={"indicador": pl.String, "concepto": pl.String, "anio": pl.Int32, "valor": pl.Float64},
    )
    return replace(plan, indicadores=one, valores=rows)


def values(base, obtained, target):
    return ("linea_base", 2020, base), ("obtenido", 2023, obtained), ("meta", 2024, target)


def pace(plan, sense, *given_values):
    return measure_pace(plan_of(plan, sense, *given_values)).row(0, named=True)


def test_rising_at_half_the_pace_gets_there_late(inputs):
    """From 10 in 2020: 4 a year takes it to 26 in 2024; it rose 6 in three years, 2 a year, so it needs 8 years."""
    row = pace(inputs.plan, "ascendente", *values(10.0, 16.0, 26.0))
    assert (row["ritmo_requerido"], row["ritmo_observado"], row["ritmo_ratio"], row["anio_alcance"]) == (4, 2, 0.5, 2028)


def test_falling_counts_towards_its_target(inputs):
    row = pace(inputs.plan, "descendente", *values(50.0, 44.0, 42.0))
    assert (row["ritmo_requerido"], row["ritmo_observado"], row["ritmo_ratio"], row["anio_alcance"]) == (2, 2, 1, 2024)


def test_moving_away_is_negative_and_gets_nowhere(inputs):
    row = pace(inputs.plan, "descendente", *values(50.0, 56.0, 42.0))
    assert (row["ritmo_observado"], row["anio_alcance"]) == (-2, None)


@pytest.mark.parametrize(
    ("sense", "rows", "why"),
    [
        ("máximo permisible", values(1.0, 2.0, 3.0), "el sentido es un límite, no una trayectoria"),
        ("ascendente", values(1.0, 2.0, 3.0)[1:], "sin línea base"),
        ("ascendente", (("linea_base", 2020, 1.0), ("meta", 2024, 3.0)), "sin ningún valor obtenido"),
        ("ascendente", values(1.0, 2.0, 3.0)[:2], "sin meta"),
        ("ascendente", (("linea_base", 2023, 1.0), ("obtenido", 2023, 2.0), ("meta", 2024, 3.0)), "la línea base no es anterior"),
    ],
)
def test_where_there_is_no_pace_it_says_why(inputs, sense, rows, why):
    row = pace(inputs.plan, sense, *rows)
    assert (row["ritmo_requerido"], row["ritmo_observado"], row["ritmo_motivo"]) == (None, None, why)


@pytest.mark.propiedad
@settings(max_examples=few(25))
@given(
    st.tuples(*(st.floats(-1e3, 1e3) for _ in range(3))).filter(lambda v: abs(v[2] - v[0]) > 1e-3),
    st.floats(0.01, 100),
    st.sampled_from(["ascendente", "descendente"]),
)
def test_another_unit_changes_paces_in_proportion_and_no_reading(inputs, numbers, scale, sense):
    one = pace(inputs.plan, sense, *values(*numbers))
    other = pace(inputs.plan, sense, *values(*(n * scale for n in numbers)))
    assert other["ritmo_observado"] == pytest.approx(one["ritmo_observado"] * scale, rel=1e-9, abs=1e-9)
    if one["ritmo_ratio"] is not None and other["ritmo_ratio"] is not None:
        assert other["ritmo_ratio"] == pytest.approx(one["ritmo_ratio"], rel=1e-6, abs=1e-9)


def sheet(analysis, plan):
    nothing = analysis.audit.dudas.clear()
    return review_actions(plan, measure_pace(plan), nothing, analysis.diagnoses[1], 0.75)


@pytest.mark.parametrize(
    ("sense", "rows", "kind", "said"),
    [
        (
            "ascendente",
            values(10.0, 16.0, 26.0),
            "ritmo_insuficiente",
            "de 10 (2020) a 16 (2023); meta 2024: 26. Va al 50 % del ritmo que pedía la meta: así llegaría en 2028",
        ),
        ("descendente", values(50.0, 56.0, 42.0), "sentido_contrario", "es descendente y se aleja 2 por año"),
        ("ascendente", values(10.0, 12.0, 10.0), "meta_sin_exigencia", "La meta 2024 (10) no mejora la línea base de 2020 (10)"),
        ("ascendente", values(10.0, 30.0, 26.0), "meta_ya_cumplida", "En 2023 ya se tenía 30, y la meta 2024 es 26"),
    ],
)
def test_each_kind_of_target_is_told_with_its_figures(analysis, sense, rows, kind, said):
    found = sheet(analysis, plan_of(analysis.inputs.plan, sense, *rows)).filter(pl.col("indicador").is_not_null())
    assert found["que_revisar"].to_list() == [kind]
    assert said in found["evidencia"].item()


def test_a_doubted_indicator_is_only_doubted(analysis):
    """Its pace would be made of figures that cannot be trusted."""
    doubted = set(analysis.audit.dudas["indicador"])
    rows = analysis.reviews.filter(pl.col("indicador").is_in(list(doubted)))
    assert rows["que_revisar"].unique().to_list() == ["dato_en_duda"]
    assert set(rows["indicador"]) == doubted


def test_the_sheet_of_cajamarca_can_be_checked_in_the_report(analysis):
    """Cuadros of AER.13.03, 05.01 and 11.02: 94.37 → 91.8 rising; 79.09 → 117.68 falling; 13.6 → 15 for a target of 18."""
    said = dict(analysis.reviews.filter(pl.col("indicador").is_not_null()).select("indicador", "evidencia").iter_rows())
    assert said["IND.01.AER.13.03"].startswith("Pasó de 94.37 (2022) a 91.8 (2024); meta 2024: 96.34: es ascendente y se aleja")
    assert said["IND.01.AER.05.01"].startswith("Pasó de 79.09 (2021) a 117.68 (2024)")
    assert "Va al 32 % del ritmo" in said["IND.01.AER.11.02"]  # 0.7 of 2.2 a year


def test_the_sheet_is_to_be_filled_by_people_and_sorted_for_them(analysis):
    rows = analysis.reviews
    assert all(rows[name].null_count() == rows.height for name in TO_FILL)
    assert rows.select("elemento", "indicador", "que_revisar").is_unique().all()
    ranks = [("alta", "media", "baja").index(p) for p in rows["prioridad_revision"]]
    assert ranks == sorted(ranks)
    assert set(rows["que_revisar"]) <= set(REVIEWS)
    spent = rows.filter(pl.col("que_revisar") == "gasta_y_no_logra")["elemento"].to_list()
    assert sorted(spent) == ["AER.03.05", "AER.05.01", "AER.10.01"]
