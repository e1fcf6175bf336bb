"""The close of a year: parts that add up to the céntimo, between what is accrued and the PIM, and honest about what they do not know."""

from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presupuesto_link.quarter.closing import BY_ERRORS, BY_SUM, NO_HISTORY, NO_TRIALS, project_close
from presupuesto_link.quarter.reconcile import reconcile
from presupuesto_link.specs import ProyeccionSpec
from presupuesto_link.tables.numbers import MONEY
from tests.examples import few

FAST = ProyeccionSpec(metodos=("lineal", "parte del año anterior", "parte media"))
LEVELS = (("AER", ("accion",)), ("OER", "objetivo"))
SHAPE = (2, 5, 7, 8, 8, 9, 8, 8, 9, 10, 11, 15)


def months(*rows: tuple[str | None, str | None, int, int, str | None, str | None]) -> pl.DataFrame:
    """Rows of action, objective, year, month, PIM and accrual in soles."""
    table = pl.DataFrame(rows, schema=["accion", "objetivo", "anio", "mes", "pim_soles", "devengado_soles"], orient="row")
    return table.cast({"pim_soles": MONEY, "devengado_soles": MONEY, "anio": pl.Int16, "mes": pl.Int8})


def year(action: str | None, objective: str | None, when: int, pim: int, total: float, until: int = 12) -> list[tuple]:
    """A year of an action with the known shape."""
    flows = [(action, objective, when, m, None, f"{total * SHAPE[m - 1] / 100:.2f}") for m in range(1, until + 1)]
    return [(action, objective, when, 0, f"{pim}.00", None), *flows]


def actions(count: int, years: int, until: int, seed: int = 3) -> pl.DataFrame:
    """`count` actions in two objectives, `years` complete years and 2025 until a month, with some noise."""
    rng = np.random.default_rng(seed)
    rows: list[tuple] = []
    for n in range(count):
        for when in range(2025 - years, 2026):
            total = 1000 * (n + 1) * float(np.exp(rng.normal(0, 0.1)))
            rows += year(f"AER.{n:02d}", f"OER.{n % 2}", when, 1300 * (n + 1), total, until if when == 2025 else 12)
    return months(*rows)


def close(table: pl.DataFrame, month: int, spec: ProyeccionSpec = FAST):
    return project_close(table, *LEVELS, 2025, month, spec)


def of(closing, level: str, unit: str) -> dict:
    return closing.unidades.filter((pl.col("nivel") == level) & (pl.col("unidad") == unit)).row(0, named=True)


def test_the_share_method_by_hand_with_one_year_of_history():
    """39 % of the year by June: 3,900 last year of 10,000; now 1,950 → 5,000. No test is possible, so the ends are the only sure limits."""
    table = months(*year("A", "O", 2024, 12000, 10000), *year("A", "O", 2025, 9000, 5000, until=6))
    closing = close(table, 6)
    assert closing.metodo == "parte del año anterior"
    assert "menos de dos años completos y seguidos de historia" in closing.motivo
    one = of(closing, "AER", "A")
    assert one["devengado_soles"] == Decimal("1950.00")
    assert one["proyectado_soles"] == Decimal("5000.00")
    assert (one["bajo_soles"], one["alto_soles"], one["intervalo"]) == (Decimal("1950.00"), Decimal("9000.00"), NO_TRIALS)
    assert one["saldo_libre_soles"] == Decimal("4000.00")
    assert one["saldo_libre_bajo_soles"] == 0
    assert one["ejecucion_proyectada_ratio"] == pytest.approx(5 / 9)
    assert closing.calibracion.is_empty()


def test_without_history_it_is_linear_and_says_so():
    closing = close(months(*year("A", "O", 2025, 9000, 5000, until=6)), 6)
    assert (closing.metodo, closing.anios) == ("lineal", ())
    assert of(closing, "AER", "A")["proyectado_soles"] == Decimal("3900.00")
    assert "sin años anteriores" in closing.motivo


def test_the_pim_is_the_ceiling_and_what_is_accrued_the_floor():
    table = months(*year("A", "O", 2024, 12000, 10000), *year("A", "O", 2025, 4000, 9000, until=6))
    one = of(close(table, 6), "AER", "A")
    assert one["devengado_soles"] == Decimal("3510.00")
    assert one["proyectado_soles"] == one["alto_soles"] == Decimal("4000.00")
    spent = months(*year("A", "O", 2024, 12000, 10000), *year("A", "O", 2025, 0, 9000, until=6))
    two = of(close(spent, 6), "AER", "A")
    assert two["proyectado_soles"] == two["bajo_soles"] == two["alto_soles"] == Decimal("3510.00")
    assert two["ejecucion_proyectada_ratio"] is None
    assert two["saldo_libre_soles"] == Decimal("-3510.00")


def test_parts_add_up_to_groups_and_groups_to_the_whole_in_every_amount():
    closing = close(actions(14, 4, 8), 8)
    money = [c for c in closing.unidades.columns if c.endswith("_soles")]
    sums = {level: closing.unidades.filter(pl.col("nivel") == level).select(money).sum().row(0) for level in ("AER", "OER", "total")}
    assert sums["AER"] == sums["OER"] == sums["total"]
    trail = closing.senda.filter(pl.col("mes") == 11).group_by("nivel").agg(pl.col("proyectado_soles", "bajo_soles", "alto_soles").sum())
    assert trail.drop("nivel").n_unique() == 1


def test_the_trail_ends_in_the_close_and_starts_in_what_happened():
    table = actions(14, 4, 8)
    closing = close(table, 8)
    december = closing.senda.filter(pl.col("mes") == 12).select("nivel", "unidad", "proyectado_soles", "bajo_soles", "alto_soles")
    assert december.equals(closing.unidades.select(december.columns))
    first = closing.senda.filter((pl.col("mes") == 1) & (pl.col("nivel") == "total")).row(0, named=True)
    exact = table.filter((pl.col("anio") == 2025) & (pl.col("mes") == 1))["devengado_soles"].sum()
    assert (first["devengado_soles"], first["proyectado_soles"]) == (exact, None)
    assert closing.senda.filter(pl.col("mes") > 8)["devengado_soles"].is_null().all()


def test_an_action_without_history_follows_the_whole_and_has_no_interval_of_its_own():
    rows = pl.concat([actions(12, 4, 8), months(*year("AER.NUEVA", "OER.1", 2025, 900, 500, until=8))])
    one = of(close(rows, 8), "AER", "AER.NUEVA")
    assert one["intervalo"] == NO_HISTORY
    assert one["metodo"].endswith("con el ritmo del conjunto")
    assert (one["bajo_soles"], one["alto_soles"]) == (one["devengado_soles"], one["pim_soles"])
    assert one["devengado_soles"] < one["proyectado_soles"] < one["pim_soles"]
    assert of(close(rows, 8), "OER", "OER.1")["intervalo"] == BY_SUM


def test_a_year_that_does_not_reach_december_is_not_history_nor_what_lies_before_it():
    rows = pl.concat([actions(12, 4, 8).filter(~((pl.col("anio") == 2023) & (pl.col("mes") == 12)))])
    assert close(rows, 8).anios == (2024,)


def test_the_interval_holds_the_projection_and_widens_with_confidence():
    table = actions(14, 5, 8)
    narrow, wide = (close(table, 8, FAST.model_copy(update={"confianza": c})) for c in (0.5, 0.9))
    for closing in (narrow, wide):
        rows = closing.unidades.filter(pl.col("nivel") == "AER")
        assert set(rows["intervalo"]) == {BY_ERRORS}
        assert (
            rows.select((pl.col("bajo_soles") <= pl.col("proyectado_soles")) & (pl.col("proyectado_soles") <= pl.col("alto_soles")))
            .to_series()
            .all()
        )
    width = [c.unidades.select((pl.col("alto_soles") - pl.col("bajo_soles")).sum()).item() for c in (narrow, wide)]
    assert width[0] < width[1]


def test_rows_in_another_order_give_the_same_bytes():
    table = actions(10, 3, 6)
    shuffled = table.sample(fraction=1, shuffle=True, seed=11)
    assert close(table, 6).unidades.equals(close(shuffled, 6).unidades)


def test_money_without_action_is_a_part_too():
    rows = pl.concat(
        [actions(10, 3, 6), months(*(r for y in range(2022, 2026) for r in year(None, None, y, 5000, 4000, 6 if y == 2025 else 12)))]
    )
    closing = close(rows, 6)
    assert of(closing, "AER", "sin dato")["pim_soles"] == Decimal("5000.00")
    assert of(closing, "OER", "sin dato")["pim_soles"] == Decimal("5000.00")


@pytest.mark.parametrize("month", [0, 12])
def test_a_month_that_leaves_nothing_to_project_is_refused(month):
    with pytest.raises(ValueError, match="1 to 11"):
        close(actions(2, 2, 12), month)


def test_reconciling_by_hand():
    """Parts say 10 and 20, the group says 36, all equally sure: the 6 that are missing are shared by the three, 2 each."""
    found = reconcile(np.array([10.0, 20.0]), np.array([36.0]), np.array([[1.0, 1.0]]), (np.ones(2), np.ones(1)), np.array([100.0, 100.0]))
    assert found == pytest.approx([12, 22], abs=1e-5)
    capped = reconcile(np.array([10.0, 20.0]), np.array([36.0]), np.array([[1.0, 1.0]]), (np.ones(2), np.ones(1)), np.array([11.0, 100.0]))
    assert capped == pytest.approx([11, 22.5], abs=1e-5)  # with the first held at 11, the second halves what is missing: 20 + (25 - 20) / 2


def test_the_surest_projection_moves_least():
    found = reconcile(
        np.array([10.0, 20.0]), np.array([36.0]), np.array([[1.0, 1.0]]), (np.array([1e-3, 1.0]), np.array([1e-3])), np.full(2, 100.0)
    )
    assert found == pytest.approx([10, 26], abs=1e-3)


@pytest.mark.propiedad
@settings(max_examples=few(40))
@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=8), st.floats(0, 1e8), st.lists(st.floats(0, 1e7), min_size=8, max_size=8))
def test_reconciled_parts_keep_their_limits(parts, group, ceilings):
    values, top = np.array(parts), np.array(ceilings[: len(parts)])
    found = reconcile(values, np.array([group]), np.ones((1, len(values))), (np.ones(len(values)), np.ones(1)), top)
    assert (found >= 0).all()
    assert (found <= top + 1e-6).all()


def test_only_models_and_two_years_say_why_nothing_was_tried():
    table = months(*(row for y in (2023, 2024) for row in year("A", "O", y, 12000, 10000)), *year("A", "O", 2025, 9000, 5000, until=6))
    closing = close(table, 6, ProyeccionSpec(metodos=("ETS",)))
    assert closing.metodo == "parte del año anterior"
    assert "los métodos pedidos necesitan más de 2 años completos y seguidos para probarse y hay 2" in closing.motivo


@pytest.mark.parametrize(
    ("later", "method", "said", "projected"),
    [("B", "parte media", "sigue el ritmo medio del conjunto", "5000.00"), (None, "lineal", "sólo cabe repartir por igual", "3900.00")],
)
def test_when_no_part_was_there_every_year_the_rest_rules_and_it_says_so(later, method, said, projected):
    """A in 2023, B in 2024. With B still there the whole has its two years: 39 % by June, so 1,950 → 5,000; without it, 1,950 in half a year."""
    rows = [*year("A", "O", 2023, 12000, 10000), *year("B", "O", 2024, 12000, 10000), *year("A", "O", 2025, 9000, 5000, until=6)]
    closing = close(months(*rows, *(year(later, "O", 2025, 9000, 5000, until=6) if later else ())), 6)
    assert closing.metodo == method
    assert "ninguna unidad tiene devengado en todos los años: " in closing.motivo
    assert said in closing.motivo
    assert of(closing, "AER", "A")["proyectado_soles"] == Decimal(projected)
