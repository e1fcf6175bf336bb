"""The panel equals statsmodels called by formula; with one year it says so."""

import numpy as np
import polars as pl
import pytest
import statsmodels.formula.api as smf

from presupuesto_link.specs import AsociacionSpec
from presupuesto_link.studies.panel import measure_panel
from presupuesto_link.tables.numbers import MONEY

SPEC = AsociacionSpec()


@pytest.fixture(scope="module")
def three_years() -> pl.DataFrame:
    """Twelve actions in three years. Those that spend more advance less, but each advances more in the years it spends more."""
    draw = np.random.default_rng(3)
    level = np.linspace(0.4, 0.9, 12)
    rows = [
        (f"AER.{i:02}", year, level[i] + shift, 1.1 - level[i] + 0.5 * shift + draw.normal(0, 0.02))
        for i in range(12)
        for year, shift in zip((2021, 2022, 2023), draw.normal(0, 0.05, 3), strict=True)
    ]
    frame = pl.DataFrame(rows, schema=["accion", "anio", "ejecucion_ratio", "avance_ratio"], orient="row")
    return frame.with_columns(
        objetivo=pl.lit("OER.01"),
        vinculo=pl.lit("directo"),
        ejecucion_motivo=pl.lit(None, pl.String),
        pim_soles=pl.Series([round(float(v)) for v in 10 ** draw.uniform(4, 8, 36)]).cast(MONEY),
    )


@pytest.mark.parametrize(("name", "more"), [("panel_con_anios", "C(anio)"), ("panel_con_anios_y_aer", "C(anio) + C(accion)")])
def test_it_is_least_squares_with_intercepts_and_clusters(three_years, name, more):
    row = measure_panel(three_years, SPEC).filter(pl.col("estimador") == name).row(0, named=True)
    frame = three_years.with_columns(size=pl.col("pim_soles").cast(pl.Float64).log10()).to_pandas()
    fit = smf.ols(f"avance_ratio ~ ejecucion_ratio + size + {more}", frame).fit(
        cov_type="cluster", cov_kwds={"groups": frame["accion"].str[4:].astype(int)}, use_t=True
    )
    assert row["n"] == 36
    assert row["estimacion"] == pytest.approx(fit.params["ejecucion_ratio"])
    assert (row["inferior"], row["superior"]) == pytest.approx(tuple(fit.conf_int().loc["ejecucion_ratio"]))
    assert row["p"] == pytest.approx(fit.pvalues["ejecucion_ratio"])


def test_each_action_against_itself_is_another_question(three_years):
    between, within = measure_panel(three_years, SPEC)["estimacion"]
    assert between == pytest.approx(-1, abs=0.2)
    assert within == pytest.approx(0.5, abs=0.1)


def test_rows_in_any_order(three_years):
    assert measure_panel(three_years, SPEC).equals(measure_panel(three_years.reverse(), SPEC))


@pytest.mark.parametrize(
    ("change", "with_years", "with_actions"),
    [
        (
            pl.col("anio") == 2023,
            "hay ejecución y avance de un solo año (2023); el panel pide dos o más",
            "hay ejecución y avance de un solo año (2023); el panel pide dos o más",
        ),
        (
            pl.col("accion") < "AER.05",
            "sólo 5 acciones con los años que hacen falta; se piden 8",
            "sólo 5 acciones con los años que hacen falta; se piden 8",
        ),
        ((pl.col("anio") == 2023) | (pl.col("accion") < "AER.05"), None, "sólo 5 acciones con los años que hacen falta; se piden 8"),
        (
            pl.lit(False),
            "hay ejecución y avance de ningún año; el panel pide dos o más",
            "hay ejecución y avance de ningún año; el panel pide dos o más",
        ),
    ],
    ids=["one year", "few actions", "few repeated", "none"],
)
def test_what_cannot_be_had_says_why(three_years, change, with_years, with_actions):
    assert measure_panel(three_years.filter(change), SPEC)["motivo"].to_list() == [with_years, with_actions]


def test_an_execution_that_never_changes_within_an_action(three_years):
    still = three_years.with_columns(pl.col("ejecucion_ratio").first().over("accion"))
    assert measure_panel(still, SPEC)["motivo"].to_list() == [
        None,
        "la ejecución varía demasiado poco para separarla de lo que se mantiene constante",
    ]
    flat = three_years.with_columns(avance_ratio=pl.lit(1.0))
    assert measure_panel(flat, SPEC)["motivo"].to_list() == ["todos los avances son iguales"] * 2
