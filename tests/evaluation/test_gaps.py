"""The register of missing data: every ND once, since when, and what rests on it."""

from dataclasses import replace

import polars as pl

from presupuesto_link.evaluation.audit.gaps import CORRECTED, TO_FILL, register_gaps


def elements_of(analysis):
    return analysis.elements.filter(pl.col("perfil") == "ceplan")


def test_every_nd_of_the_plan_is_there_once(analysis):
    """48 printed as ND and two that a correction took away (C-005 and C-006)."""
    rows, values = analysis.gaps, analysis.inputs.plan.valores
    missing = values.filter((pl.col("concepto") == "obtenido") & pl.col("valor").is_null())
    assert rows.height == 50
    assert rows.select("indicador", "anio").sort("indicador", "anio").equals(missing.select("indicador", "anio").sort("indicador", "anio"))
    taken = rows.filter(pl.col("nd_causa") == CORRECTED)
    assert [said[:5] for said in taken["nd_motivo"]] == ["C-005", "C-006"]
    assert rows["nd_causa"].null_count() == rows["nd_motivo"].null_count() == 0


def test_since_when_and_the_last_thing_known(analysis):
    rows = {(r["indicador"], r["anio"]): r for r in analysis.gaps.iter_rows(named=True)}
    whole = rows["IND.01.AER.01.01", 2024]
    assert (whole["sin_dato_desde"], whole["ultimo_valor"], whole["ultimo_anio"]) == (2023, 92.45, 2021)
    known = analysis.inputs.plan.valores.filter(
        (pl.col("indicador") == "IND.01.AER.04.03") & (pl.col("anio") == 2023) & (pl.col("concepto") == "obtenido")
    )
    last = rows["IND.01.AER.04.03", 2024]
    assert (last["sin_dato_desde"], last["ultimo_anio"], last["ultimo_valor"]) == (2024, 2023, known["valor"].item())


def test_a_run_is_broken_by_a_value(analysis):
    """ND in 2023, known in 2024, ND in 2025 and 2026: the last two are one run, and 2023 another."""
    plan = analysis.inputs.plan
    base = plan.valores.filter((pl.col("indicador") == "IND.01.AER.04.01") & (pl.col("concepto") == "obtenido"))
    later = base.filter(pl.col("anio") == 2023)
    more = pl.concat([base, *(later.with_columns(anio=pl.lit(y, pl.Int32)) for y in (2025, 2026))])
    rows = register_gaps(replace(plan, valores=more), elements_of(analysis))
    assert rows.select("anio", "sin_dato_desde", "ultimo_anio").rows() == [(2023, 2023, None), (2025, 2025, 2024), (2026, 2025, 2024)]


def test_what_depends_is_what_the_two_ways_of_counting_say(analysis):
    rows = analysis.gaps
    assert rows.filter(pl.col("color_depende_nd")).filter(pl.col("color_excluir") == pl.col("color_cero")).is_empty()
    assert (
        rows.filter(~pl.col("color_depende_nd") & (pl.col("con_dato") > 0))
        .filter(pl.col("color_excluir") != pl.col("color_cero"))
        .is_empty()
    )
    one = rows.filter((pl.col("indicador") == "IND.03.AER.10.02") & (pl.col("anio") == 2023)).row(0, named=True)
    assert one["que_depende"] == "el color de AER.10.02: verde si el ND se excluye, rojo si cuenta como 0"
    blind = rows.filter(pl.col("con_dato") == 0)
    assert set(blind["color_excluir"]) == {"gris"}


def test_what_nobody_knows_is_left_to_be_filled(analysis):
    assert all(analysis.gaps[name].null_count() == 50 for name in TO_FILL)
    assert analysis.gaps["fuente_motivo"].null_count() == 0
