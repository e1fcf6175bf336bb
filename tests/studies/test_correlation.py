"""Every figure equals a hand-worked table or the library called directly; what cannot be estimated says why."""

from __future__ import annotations

from fractions import Fraction as F

import numpy as np
import polars as pl
import pytest

from presupuesto_link.specs import AsociacionSpec, DimensionSpec
from presupuesto_link.studies import correlation as association
from presupuesto_link.studies.correlation import bootstrap_ranks, choose_sample, correct_family, measure_association
from presupuesto_link.studies.influence import most_influential, usual_limits
from presupuesto_link.tables.numbers import MONEY

BARE = AsociacionSpec(controles=(), remuestreos=1000)
GROUPS = tuple(DimensionSpec(nombre=name, objetivos=(f"OER.{name}",)) for name in ("A", "B", "C"))
FULL = AsociacionSpec(dimensiones=GROUPS, remuestreos=1000)


def actions(execution, advance, pim=None, objective=None, **columns) -> pl.DataFrame:
    n = len(execution)
    return pl.DataFrame(
        {
            "accion": [f"AER.{i:02}" for i in range(n)],
            "objetivo": objective or ["OER.A"] * n,
            "vinculo": ["directo"] * n,
            "pim_soles": pl.Series(pim or [1000 * (i + 1) for i in range(n)]).cast(MONEY),
            "ejecucion_ratio": pl.Series(execution, dtype=pl.Float64),
            "ejecucion_motivo": pl.Series([None] * n, dtype=pl.String),
            "avance_ratio": pl.Series(advance, dtype=pl.Float64),
            **columns,
        }
    )


@pytest.fixture(scope="module")
def thirty() -> pl.DataFrame:
    """Thirty made-up actions with ties, zeros and ones."""
    draw = np.random.default_rng(5)
    execution = np.clip(draw.normal(0.85, 0.15, 30), 0.2, 1).round(2)
    advance = np.clip(0.3 + 0.5 * execution + draw.normal(0, 0.3, 30), 0, 1).round(2)
    pim = [round(float(v)) for v in 10 ** draw.uniform(4, 9, 30)]
    return actions(execution, advance, pim, [f"OER.{'ABC'[i % 3]}" for i in range(30)])


def found(result, name: str, variable: str = "ejecucion") -> dict:
    rows = result.estimaciones.filter((pl.col("estimador") == name) & (pl.col("variable") == variable))
    return rows.row(0, named=True)


def test_six_actions_worked_out_by_hand(monkeypatch):
    monkeypatch.setattr(association, "LEAST", 5)
    result = measure_association(actions([0.5, 0.6, 0.7, 0.8, 0.9, 1.0], [0.2, 0.4, 0.3, 0.6, 1.0, 0.5]), BARE)
    # Ranks of advance 1 3 2 5 6 4 against 1 2 3 4 5 6: squared differences 0+1+1+1+1+4 = 8; 1 - 6·8/(6·35) = 27/35.
    assert found(result, "spearman")["estimacion"] == pytest.approx(F(27, 35))

    # Means 3/4 and 1/2; Sxx = 7/40, Sxy = 9/50, slope 36/35.
    away = [F(-1, 4), F(-3, 20), F(-1, 20), F(1, 20), F(3, 20), F(1, 4)]
    residuals = [F(-3, 70), F(19, 350), F(-26, 175), F(17, 350), F(121, 350), F(-9, 35)]
    leverage = [F(11, 21), F(31, 105), F(19, 105), F(19, 105), F(31, 105), F(11, 21)]
    assert sum(residuals) == 0
    assert sum(leverage) == 2
    variance = sum((x * e / (1 - h)) ** 2 for x, e, h in zip(away, residuals, leverage, strict=True)) / F(7, 40) ** 2
    row = found(result, "mco")
    assert row["estimacion"] == pytest.approx(F(36, 35))
    reach = 2.7764451051977987 * float(variance) ** 0.5  # Student's t, 4 degrees of freedom, 97.5 %
    assert row["superior"] - row["estimacion"] == pytest.approx(reach, rel=1e-9)
    assert row["estimacion"] - row["inferior"] == pytest.approx(reach, rel=1e-9)

    spread = sum(e**2 for e in residuals) / 4
    cook = [e**2 / (2 * spread) * h / (1 - h) ** 2 for e, h in zip(residuals, leverage, strict=True)]
    assert result.influencia["apalancamiento"].to_list() == pytest.approx(leverage)
    assert result.influencia["residuo_ratio"].to_list() == pytest.approx(residuals)
    assert result.influencia["distancia_cook"].to_list() == pytest.approx(cook)
    assert most_influential(result.influencia) == "AER.05"
    # Without the last: x̄ = 7/10, ȳ = 1/2, Sxx = 1/10, Sxy = 9/50, slope 9/5.
    assert found(result, "mco_sin_la_mas_influyente")["estimacion"] == pytest.approx(F(9, 5))
    assert result.influencia["pendiente_sin_ella"][5] == pytest.approx(F(9, 5))


def test_every_figure_equals_the_library_called_by_formula(thirty):
    import statsmodels.api as sm
    import statsmodels.formula.api as smf
    from scipy import stats

    result = measure_association(thirty, FULL)
    frame = thirty.with_columns(pl.col("pim_soles").cast(pl.Float64).log10().alias("size")).to_pandas()
    ranks = stats.spearmanr(frame["ejecucion_ratio"], frame["avance_ratio"])
    assert found(result, "spearman")["estimacion"] == pytest.approx(ranks.statistic)
    assert found(result, "spearman")["p"] == pytest.approx(ranks.pvalue)

    formula = "avance_ratio ~ ejecucion_ratio + size + C(objetivo)"
    linear = smf.ols(formula, frame).fit(cov_type="HC3", use_t=True)
    names = {
        "ejecucion": "ejecucion_ratio",
        "log10_pim": "size",
        "dimensión B": "C(objetivo)[T.OER.B]",
        "dimensión C": "C(objetivo)[T.OER.C]",
    }
    for own, theirs in names.items():
        row = found(result, "mco", own)
        assert row["estimacion"] == pytest.approx(linear.params[theirs])
        assert (row["inferior"], row["superior"]) == pytest.approx(tuple(linear.conf_int().loc[theirs]))
        assert row["p"] == pytest.approx(linear.pvalues[theirs])

    logit = smf.glm(formula, frame, family=sm.families.Binomial()).fit(cov_type="HC0")
    slopes = logit.get_margeff().summary_frame().loc["ejecucion_ratio"]
    row = found(result, "logit_fraccional")
    assert (row["estimacion"], row["p"]) == pytest.approx((slopes.iloc[0], slopes.iloc[3]))
    assert (row["inferior"], row["superior"]) == pytest.approx((slopes.iloc[4], slopes.iloc[5]))
    # the average slope is the coefficient times the mean of p(1 - p)
    fitted = logit.predict()
    assert row["estimacion"] == pytest.approx(logit.params["ejecucion_ratio"] * (fitted * (1 - fitted)).mean())


def test_influence_is_what_refitting_without_each_action_says(thirty):
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    table = measure_association(thirty, FULL).influencia
    frame = thirty.with_columns(pl.col("pim_soles").cast(pl.Float64).log10().alias("size")).to_pandas()
    formula = "avance_ratio ~ ejecucion_ratio + size + C(objetivo)"
    whole = smf.ols(formula, frame).fit()
    summary = whole.get_influence().summary_frame()
    own = ("distancia_cook", "apalancamiento", "residuo_estudentizado", "dffits")
    for ours, theirs in zip(own, ("cooks_d", "hat_diag", "student_resid", "dffits"), strict=True):
        assert table[ours].to_list() == pytest.approx(summary[theirs].to_list())
    design, slope = whole.model.exog, whole.model.exog_names.index("ejecucion_ratio")
    for i in range(30):
        refitted = sm.OLS(np.delete(whole.model.endog, i), np.delete(design, i, axis=0)).fit()
        assert table["pendiente_sin_ella"][i] == pytest.approx(refitted.params[slope])
    # the slope of the added-variable plot is the coefficient
    x, y = table["ejecucion_parcial_ratio"], table["avance_parcial_ratio"]
    assert (x * y).sum() / (x * x).sum() == pytest.approx(whole.params["ejecucion_ratio"])
    assert usual_limits(table, 5) == pytest.approx(
        {"apalancamiento": 1 / 3, "distancia_cook": 4 / 30, "dffits": 2 * (5 / 30) ** 0.5, "residuo_estudentizado": 2}
    )


def test_without_the_most_influential_is_the_measure_without_its_row(thirty):
    result = measure_association(thirty, FULL)
    out = most_influential(result.influencia)
    again = measure_association(thirty.filter(pl.col("accion") != out), FULL)
    for name in ("spearman", "mco", "logit_fraccional"):
        without, alone = found(result, f"{name}_sin_la_mas_influyente"), found(again, name)
        assert without["sin_accion"] == out
        assert without["n"] == 29
        for key in ("estimacion", "inferior", "superior", "p"):
            assert without[key] == pytest.approx(alone[key])


def test_the_bootstrap_interval_is_that_of_scipy(thirty):
    from scipy import stats

    x, y = thirty["ejecucion_ratio"].to_numpy(), thirty["avance_ratio"].to_numpy()

    def ranks(a, b, axis):
        a, b = stats.rankdata(a, axis=axis), stats.rankdata(b, axis=axis)
        return stats.pearsonr(a, b, axis=axis).statistic

    theirs = stats.bootstrap(
        (x, y), ranks, paired=True, vectorized=True, n_resamples=20_000, method="percentile", rng=7
    ).confidence_interval
    ours = np.quantile(bootstrap_ranks(x, y, 20_000, 7), [0.025, 0.975])
    assert tuple(ours) == pytest.approx(tuple(theirs), abs=0.015)
    first = np.random.default_rng(7).integers(0, 30, (20_000, 30))[0]
    assert bootstrap_ranks(x, y, 20_000, 7)[0] == pytest.approx(stats.spearmanr(x[first], y[first]).statistic)


def test_the_seed_decides_and_the_order_of_rows_does_not(thirty):
    once, again = measure_association(thirty, FULL), measure_association(thirty.reverse(), FULL)
    assert once.estimaciones.equals(again.estimaciones)
    assert once.influencia.equals(again.influencia)
    other = measure_association(thirty, FULL.model_copy(update={"semilla": 1}))
    assert found(other, "spearman")["estimacion"] == found(once, "spearman")["estimacion"]
    assert found(other, "spearman")["inferior"] != found(once, "spearman")["inferior"]


def test_draws_where_one_measure_is_constant_are_left_out():
    draws = bootstrap_ranks(np.array([0.0, 0, 0, 0, 0, 0, 0, 1]), np.arange(8.0), 1000, 3)
    assert 0 < len(draws) < 1000  # a third of the draws miss the only action that differs: (7/8)^8 = 0.34
    assert len(draws) == pytest.approx(656, abs=60)
    assert np.isfinite(draws).all()


def test_who_is_left_out_and_why():
    frame = actions([0.9, None, 0.8, None, 0.7], [1.0, 1.0, None, 0.5, 0.5]).with_columns(
        vinculo=pl.Series(["transversal", "sin fila", "directo", "fila sin monto", "directo"]),
        ejecucion_motivo=pl.Series([None, "sin PIM vinculado", None, "PIM igual a cero", None]),
    )
    assert choose_sample(frame)["motivo"].to_list() == [
        "transversal: su dinero incluye el de otras acciones",
        "sin PIM vinculado",
        "sin resultado medible (ND)",
        "PIM igual a cero",
        None,
    ]


@pytest.mark.parametrize(
    ("frame", "spec", "correlation", "regression"),
    [
        (actions([0.5, 0.6, 0.7], [0.1, 0.2, 0.4]), BARE, "sólo 3 acciones con ambos datos; se piden 8", None),
        (actions([0.9] * 9, [i / 10 for i in range(9)]), BARE, "todas las acciones tienen la misma ejecución", None),
        (actions([i / 10 for i in range(9)], [1.0] * 9), BARE, "todas las acciones tienen el mismo avance", None),
        (
            actions([i / 10 for i in range(9)], [i % 3 / 2 for i in range(9)], [500] * 9),
            AsociacionSpec(remuestreos=1000),
            None,
            "lo que se mantiene constante repite la ejecución",
        ),
        (
            actions([i / 10 for i in range(9)], [i % 3 / 2 for i in range(9)], None, ["OER.A"] * 8 + ["OER.B"]),
            FULL,
            None,
            "AER.08 es la única de su dimensión o de su ejecución y decide sola un coeficiente",
        ),
        (
            actions([i / 10 for i in range(9)], [i % 3 / 2 for i in range(9)], None, ["OER.A"] + ["OER.B"] * 8),
            FULL,
            None,
            "AER.00 es la única de su dimensión o de su ejecución y decide sola un coeficiente",
        ),
        (
            actions([0.9] * 8 + [0.5], [i % 3 / 2 for i in range(9)]),
            BARE,
            None,
            "AER.08 es la única de su dimensión o de su ejecución y decide sola un coeficiente",
        ),
        (
            actions(
                [0.1, 0.2, 0.4, 0.3, 0.5, 0.9, 0.7, 0.6], [0.1, 0.3, 0.2, 0.4, 0.4, 0.5, 0.9, 0.7], None, [f"OER.{c}" for c in "AABBCCDD"]
            ),
            AsociacionSpec(remuestreos=1000, dimensiones=[*GROUPS, DimensionSpec(nombre="D", objetivos=("OER.D",))]),
            None,
            "6 coeficientes son demasiados para 8 acciones",
        ),
    ],
    ids=["few", "same execution", "same advance", "collinear", "alone", "alone in the reference", "only execution of its own", "too many"],
)
def test_what_cannot_be_estimated_is_null_with_its_reason(frame, spec, correlation, regression):
    result = measure_association(frame, spec)
    for name, reason in (("spearman", correlation), ("mco", regression or correlation), ("logit_fraccional", regression or correlation)):
        row = found(result, name)
        assert row["motivo"] == reason
        assert (row["estimacion"] is None) == (reason is not None)
        assert (row["p"] is None) == (reason is not None)
    assert result.influencia.is_empty()
    assert result.estimaciones.height == 3


def test_advance_that_is_exactly_the_execution():
    share = [i / 10 for i in range(1, 11)]
    result = measure_association(actions(share, share), BARE)
    assert found(result, "spearman")["estimacion"] == pytest.approx(1)
    assert found(result, "mco")["estimacion"] == pytest.approx(1)
    assert result.influencia["residuo_ratio"].to_list() == pytest.approx([0] * 10, abs=1e-12)


def test_no_action_at_all():
    result = measure_association(actions([], []), FULL)
    assert found(result, "spearman")["motivo"] == "sólo 0 acciones con ambos datos; se piden 8"
    assert result.potencia.correlacion_minima is None


def test_perfect_separation_is_a_reason_and_not_a_figure():
    row = found(measure_association(actions([i / 10 for i in range(10)], [0.0] * 5 + [1.0] * 5), BARE), "logit_fraccional")
    assert row["estimacion"] is None
    assert "no converge" in row["motivo"]


def test_ties_and_nulls_are_counted_as_they_are():
    from scipy import stats

    frame = actions([0.5, 0.5, 0.6, 0.6, 0.7, 0.8, 0.9, 0.9, None, 0.4], [0.5, 0.5, 1, 0, 1, 1, 1, 0.2, 1, None])
    row = found(measure_association(frame, BARE), "spearman")
    kept = frame.drop_nulls(["ejecucion_ratio", "avance_ratio"])
    assert row["n"] == 8
    assert row["estimacion"] == pytest.approx(stats.spearmanr(kept["ejecucion_ratio"], kept["avance_ratio"]).statistic)


def test_holm_over_the_family_and_nothing_else():
    rows = pl.DataFrame(
        {
            "estimador": ["spearman", "mco", "mco", "logit_fraccional", "mco_sin_la_mas_influyente", "spearman"],
            "variable": ["ejecucion", "ejecucion", "log10_pim", "ejecucion", "ejecucion", "ejecucion"],
            "p": [0.04, 0.01, 0.001, 0.02, 0.0001, None],
        }
    )
    # three tests: 0.01·3 = 0.03; 0.02·2 = 0.04; 0.04·1 = 0.04, never below the one before
    assert correct_family(rows)["p_holm"].to_list() == [pytest.approx(0.04), pytest.approx(0.03), None, pytest.approx(0.04), None, None]


def test_holm_of_no_test_is_null():
    rows = pl.DataFrame({"estimador": ["spearman"], "variable": ["ejecucion"], "p": [None]}, schema_overrides={"p": pl.Float64})
    assert correct_family(rows)["p_holm"].to_list() == [None]
